"""The words indexed beside a passage's own, and what moment a sentence speaks of.

A news story says "last month" and its readers ask about "September". Expressions of time are found
by one pattern and resolved by dateparser against the day the article was published. English only;
expressions that need the publication day stay unresolved where it is unknown.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from functools import lru_cache

import dateparser

from index.types import Article

_MONTH = r"January|February|March|April|May|June|July|August|September|October|November|December"
_SHORT = r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
_WEEKDAY = r"Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_DATE = (
    rf"(?:(?:{_MONTH}|(?:{_SHORT})\b\.?)\s\d|\d{{1,2}}(?:st|nd|rd|th)?\s(?:{_MONTH}|{_SHORT})\b)"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?!\d)"
_COUNT = r"(?:\d{1,2}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_TIME = re.compile(
    rf"""(?<![\w,.])(?:
      (?P<iso>(?:19|20)\d{{2}}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))
    | (?P<day>(?:(?:{_MONTH}|(?:{_SHORT})\.?)\s{_DAY}|{_DAY}\s(?:{_MONTH}|(?:{_SHORT})\b\.?))(?P<day_year>,?\s(?:19|20)\d{{2}})?)
    | (?P<month>(?:{_MONTH}|(?:{_SHORT})\.?(?=,?\s(?:of\s)?(?:19|20)\d{{2}}))(?P<month_year>,?\s(?:of\s)?(?:19|20)\d{{2}})?)
    | (?P<relative_day>(?i:yesterday|today|tomorrow|tonight|last\snight|this\s(?:morning|afternoon|evening)|(?:on|last)\s(?:{_WEEKDAY})(?!,?\s{_DATE})|{_COUNT}\sdays?\sago))
    | (?P<weekday>(?<!\b[Nn]ext\s)(?<!\b[Ee]very\s)(?<!\b[Ee]ach\s)(?<!\bBlack\s)(?<!\bGood\s)(?<!\bSuper\s)(?<!\bThe\s)(?:{_WEEKDAY})(?!,?\s{_DATE})(?!\s(?!Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[A-Z])(?!['’]s?\s[A-Z]))
    | (?P<relative_week>(?i:(?:last|this|next)\sweek(?:end)?|{_COUNT}\sweeks?\sago))
    | (?P<relative_month>(?i:(?:last|this|next)\smonth|{_COUNT}\smonths?\sago))
    | (?P<relative_year>(?i:(?:last|this|next)\syear|{_COUNT}\syears?\sago))
    | (?P<year>(?:19|20)\d{{2}})
    )(?!\w)""",
    re.VERBOSE,
)

_MONTHS = _MONTH.split("|")
_IS_MONTH = re.compile(r"(?i)\b(?:in|last|since|of|until|early|late|mid)[\s-]$")
_AROUND_TIME = frozenset(
    "a the in on of at by since until from early late mid around about autumn fall spring summer winter year month end "
    "monday tuesday wednesday thursday friday saturday sunday".split()
)
_AHEAD = re.compile(
    r"(?P<next>\bnext\s)$|\b(?:will|to be|scheduled|due|upcoming)\b[^.!?]*$", re.IGNORECASE
)
_FOLLOWING = re.compile(
    r"\b(?:(?:that|which) (?:then |soon )?followed|ensu(?:ing|ed)|subsequent(?:ly)?|in (?:the|its|their) aftermath|back then|at (?:the|that) time)\b(?! (?:of|when)\b)",
    re.IGNORECASE,
)
_WITHIN_TIME = re.compile(r"(?:\b(?:in|on|of|during|early|late|mid)[\s-])+$", re.IGNORECASE)
_BESIDE_TIME = re.compile(
    r"\b(?:since|until|before|after|by|from|through|to)\s(?:(?:early|late|mid)[\s-])?$",
    re.IGNORECASE,
)
_SOON = 120  # days within which what "will be on March 3" is the one to come
_WRITTEN_SMALL = re.compile(  # "may" and "march" only where they can be nothing else
    rf"\b(?:{_MONTH.replace('March|', '').replace('May|', '')}|{_WEEKDAY})\b|\b(?:march|may)(?=\s(?:(?:19|20)\d\d|\d{{1,2}})\b)|(?<=\bin\s)(?:march|may)\b",
    re.IGNORECASE,
)


def describe(article: Article, start: int, end: int) -> str:
    """Outlet, date in words, and the moments that text[start:end] speaks of, as one line. The title is indexed by itself."""
    moments = [article.published.isoformat()] if article.published is not None else []
    moments += [moment for _, moment in moments_in(article.text[start:end], article.published)]
    return " · ".join(
        [*([article.source] if article.source else []), *map(in_words, dict.fromkeys(moments))]
    )


def description_mentions(description: str, moment: str) -> bool:
    """Whether a description says a moment at its precision or a finer one; "-09" is September of any year."""
    words = _MONTHS[int(moment[1:]) - 1] if moment.startswith("-") else in_words(moment)
    dates = [f" {part} " for part in description.split(" · ") if part[-4:].isdecimal()]
    return any(f" {words} " in date for date in dates)


def moments_in(text: str, published: dt.date | None, named: bool = True) -> list[tuple[int, str]]:
    """(offset, moment) of each expression of time: a moment is "2022", "2022-10" or "2022-10-14".

    Those without a year are resolved against `published`; months, days and weekdays by name only where `named`.
    """
    found = []
    for match in _TIME.finditer(text):
        kind = match.lastgroup or ""
        explicit = kind in ("year", "iso") or bool(match["day_year"] or match["month_year"])
        if _is_verb(match, text):
            continue
        if explicit or (
            published is not None and (named or kind not in ("day", "month", "weekday"))
        ):
            moment = _resolve(match[0], kind, None if explicit else published)
            if (
                moment is not None
                and not explicit
                and published is not None
                and kind in ("day", "month")
            ):
                moment = _ahead(moment, text[: match.start()], published)
            if moment is not None:
                found.append((match.start(), moment))
    return found


def _ahead(moment: str, before: str, published: dt.date) -> str:
    """A day or month without a year that is still to come, by the words before it: "next September", "will be held on November 8" in October."""
    cue = _AHEAD.search(before)
    if cue is None:
        return moment
    later = f"{int(moment[:4]) + 1}{moment[4:]}"
    try:
        days = (
            dt.date.fromisoformat(later if len(later) == 10 else f"{later}-01") - published
        ).days
    except ValueError:  # 29 February
        return moment
    return later if cue["next"] or days <= _SOON else moment


def capitalise_dates(text: str) -> str:
    """A question with its months and weekdays as a newspaper writes them: who types "in september 2020" means September."""
    return _WRITTEN_SMALL.sub(lambda match: match[0].capitalize(), text)


def yearless_months(text: str) -> tuple[str, ...]:
    """The months that a text names without a year, as "-09": a question for "the September truce" does not say of which year."""
    return tuple(dict.fromkeys(month for _, month in _months(text)))


def _months(text: str) -> list[tuple[int, str]]:
    """(offset, month) of each month or day named without a year: "-09" of "September" and of "3 September"."""
    return [
        (
            match.start(),
            f"-{next(number for number, month in enumerate(_MONTHS, 1) if month[:3] in match[0]):02}",
        )
        for match in _TIME.finditer(text)
        if match.lastgroup in ("month", "day")
        and not (match["month_year"] or match["day_year"])
        and not _is_verb(match, text)
    ]


def _is_verb(match: re.Match[str], text: str) -> bool:
    """Whether "May" is more likely the verb."""
    return match[0] == "May" and not _IS_MONTH.search(text[: match.start()])


def remove_time(text: str) -> str:
    """A question without its months, days and years, nor the "in" or "on" before them: "who brokered the truce?" of "the September truce".

    "After 1991" stays: what is asked for is not of 1991.
    """
    for match in reversed([match for match in _TIME.finditer(text) if not _is_verb(match, text)]):
        before, after = text[: match.start()], text[match.end() :]
        if _BESIDE_TIME.search(before):
            continue
        if owner := re.match(r"['’]s\b", after):  # "in September's talks" are talks of that time
            after = after[owner.end() :]
        else:
            before = _WITHIN_TIME.sub("", before)
        text = f"{before} {after}"
    return re.sub(r"\s+(?=[?,.!]|$)", "", " ".join(text.split())).lstrip(" ,")


def moment_of(text: str, published: dt.date | None) -> str | None:
    """The moment that a text is, where it is nothing but an expression of time: "on October 3", "late 2020"."""
    match = _TIME.search(text)
    found = moments_in(text, published)
    if match is None or len(found) != 1:
        return None
    rest = re.findall(r"\w+", (text[: match.start()] + " " + text[match.end() :]).casefold())
    return found[0][1] if set(rest) <= _AROUND_TIME else None


def moment_at(
    sentence: str, position: int, published: dt.date | None, earlier: str = ""
) -> str | None:
    """Return the moment that a span at `position` of its sentence is about.

    It is the last one named before the span, else the first after. A sentence that names none and
    tells what followed ("the ensuing war") has the last one named in the sentence `earlier`. It is
    "-09" for a September if nothing tells its year, as in an article without a date.
    """
    moments = moments_in(sentence, published)
    if published is None:
        moments = sorted([*moments, *_months(sentence)])
    if not moments and earlier and _FOLLOWING.search(sentence):
        return moment_at(earlier, len(earlier), published)
    before = [moment for offset, moment in moments if offset <= position]
    if before:
        return before[-1]
    return moments[0][1] if moments else None


def in_words(moment: str) -> str:
    """ "2022-10-14" as "14 October 2022", "2022-10" as "October 2022"."""
    if len(moment) == 4:
        return moment
    day = dt.date.fromisoformat(moment if len(moment) == 10 else f"{moment}-01")
    return f"{day.day} {day:%B %Y}" if len(moment) == 10 else f"{day:%B %Y}"


def _week(expression: str, published: dt.date) -> str | None:
    """The month of a week, Monday to Sunday, where it lies within one: weeks have no moment of their own."""
    weeks = -1 if expression.startswith("last") else 1 if expression.startswith("next") else 0
    if expression.endswith("ago"):
        counted = dateparser.parse(
            expression,
            languages=["en"],
            settings={"RELATIVE_BASE": dt.datetime.combine(published, dt.time())},
        )
        if counted is None:
            return None
        monday = counted.date() - dt.timedelta(days=counted.weekday())
    else:
        monday = published + dt.timedelta(days=7 * weeks - published.weekday())
    sunday = monday + dt.timedelta(days=6)
    return f"{monday:%Y-%m}" if monday.month == sunday.month else None


@lru_cache(maxsize=65_536)
def _resolve(expression: str, kind: str, published: dt.date | None) -> str | None:
    if kind == "year":
        return expression
    if kind == "iso":
        with contextlib.suppress(ValueError):
            return dt.date.fromisoformat(expression).isoformat()
        return None
    if kind == "relative_week":
        return _week(expression.lower(), published) if published is not None else None
    if kind.startswith("relative"):
        expression = expression.lower()
        expression = (
            "yesterday"
            if expression == "last night"
            else re.sub(r"^(?:tonight|this (?:morning|afternoon|evening))$", "today", expression)
        )
    if kind in ("relative_month", "relative_year") and expression.startswith(("this", "next")):
        words = "today" if expression.startswith("this") else expression.replace("next", "in 1")
    else:
        words = re.sub(r"^(?:on|last)\s(?=\w+day$)|\bof\s", "", expression)
    settings: dict[str, object] = {"PREFER_DATES_FROM": "past", "PREFER_DAY_OF_MONTH": "first"}
    if published is not None:
        # dateparser's "past" leaves out the day itself, yet "on Friday" in Friday's paper is that Friday
        named = kind in ("day", "month", "weekday") or (
            kind == "relative_day" and expression.startswith("on ")
        )
        settings["RELATIVE_BASE"] = dt.datetime.combine(
            published + dt.timedelta(days=1 if named else 0), dt.time()
        )
    found = dateparser.parse(words, languages=["en"], settings=settings)
    if found is None:
        return None
    precision = {"relative_month": 7, "month": 7, "relative_year": 4}.get(kind, 10)
    return found.date().isoformat()[:precision]


def time_spans(text: str) -> list[tuple[int, int]]:
    """Return the places (start, end) of the expressions of time in a text, in order."""
    return [match.span() for match in _TIME.finditer(text) if not _is_verb(match, text)]
