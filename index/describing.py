"""The words indexed beside a passage's own, and what moment a sentence speaks of.

A news story says "last month" and its readers ask about "September". Expressions of time are found
by one pattern and resolved by dateparser against the day the article was published. English only;
expressions that need the publication day stay unresolved where it is unknown.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

import dateparser

from index.types import Article

_MONTH = r"January|February|March|April|May|June|July|August|September|October|November|December"
_SHORT = r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
_WEEKDAY = r"Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_TIME = re.compile(
    rf"""(?<![\w,.])(?:
      (?P<day>(?:(?:{_MONTH}|(?:{_SHORT})\.?)\s\d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th)?\s(?:{_MONTH}))(?P<day_year>,?\s(?:19|20)\d{{2}})?)
    | (?P<month>(?:{_MONTH})(?P<month_year>,?\s(?:of\s)?(?:19|20)\d{{2}})?)
    | (?P<relative_day>(?i:yesterday|today|(?:on|last)\s(?:{_WEEKDAY})|\d{{1,2}}\sdays\sago))
    | (?P<relative_month>(?i:(?:last|this|next)\smonth|\d{{1,2}}\smonths\sago))
    | (?P<relative_year>(?i:(?:last|this|next)\syear|\d{{1,2}}\syears\sago))
    | (?P<year>(?:19|20)\d{{2}})
    )(?!\w)""",
    re.VERBOSE,
)


def describe(article: Article, start: int, end: int) -> str:
    """Outlet, date in words, and the moments that text[start:end] speaks of, as one line. The title is indexed by itself."""
    moments = [article.published.isoformat()] if article.published is not None else []
    moments += [moment for _, moment in moments_in(article.text[start:end], article.published)]
    return " · ".join([*([article.source] if article.source else []), *map(in_words, dict.fromkeys(moments))])


def moments_in(text: str, published: dt.date | None) -> list[tuple[int, str]]:
    """(offset, moment) of each expression of time: a moment is "2022", "2022-10" or "2022-10-14"."""
    found = []
    for match in _TIME.finditer(text):
        kind = match.lastgroup or ""
        explicit = kind == "year" or bool(match["day_year"] or match["month_year"])
        if match[0] == "May" and not re.search(r"(?i)\b(?:in|last|since|of|until)\s$", text[max(0, match.start() - 6) : match.start()]):
            continue  # more often the verb
        if explicit or published is not None:
            moment = _resolve(match[0], kind, None if explicit else published)
            if moment is not None:
                found.append((match.start(), moment))
    return found


def as_of(sentence: str, position: int, published: dt.date | None) -> str | None:
    """The moment that a span at `position` of its sentence is about: the last one named before it, else the first after."""
    moments = moments_in(sentence, published)
    before = [moment for offset, moment in moments if offset <= position]
    return before[-1] if before else moments[0][1] if moments else None


def in_words(moment: str) -> str:
    """ "2022-10-14" as "14 October 2022", "2022-10" as "October 2022"."""
    if len(moment) == 4:
        return moment
    day = dt.date.fromisoformat(moment if len(moment) == 10 else f"{moment}-01")
    return f"{day.day} {day:%B %Y}" if len(moment) == 10 else f"{day:%B %Y}"


@lru_cache(maxsize=65_536)
def _resolve(expression: str, kind: str, published: dt.date | None) -> str | None:
    if kind == "year":
        return expression
    if kind.startswith("relative"):
        expression = expression.lower()
    if kind in ("relative_month", "relative_year") and expression.startswith(("this", "next")):
        words = "today" if expression.startswith("this") else expression.replace("next", "in 1")
    else:
        words = re.sub(r"^(?:on|last)\s(?=\w+day$)|\bof\s", "", expression)
    settings: dict[str, object] = {"PREFER_DATES_FROM": "past", "PREFER_DAY_OF_MONTH": "first"}
    if published is not None:
        # dateparser's "past" leaves out the day itself, yet "on Friday" in Friday's paper is that Friday
        named = kind in ("day", "month") or (kind == "relative_day" and expression.startswith("on "))
        settings["RELATIVE_BASE"] = dt.datetime.combine(published + dt.timedelta(days=1 if named else 0), dt.time())
    found = dateparser.parse(words, languages=["en"], settings=settings)
    if found is None:
        return None
    precision = {"relative_month": 7, "month": 7, "relative_year": 4}.get(kind, 10)
    return found.date().isoformat()[:precision]
