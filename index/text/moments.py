"""The moment that an expression of time means.

An expression has a kind, as the grammar of index/text/expressions.py names it. It is counted from
the day its article was published. Of a day or month without a year, the verb beside it tells
whether it is past or to come. A moment is "2022", "2022-10" or "2022-10-14".
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from index.text.days import DAY, MONTH, YEAR, day_of, first_day, shift

NAMED = ("day", "month", "weekday")  # kinds of expression that name a month or a weekday
_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_WEEKDAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTH_NAMES = tuple("jan feb mar apr may jun jul aug sep oct nov dec".split())
_MONTH = re.compile(rf"\b({'|'.join(_MONTH_NAMES)})")
_WEEKDAY = re.compile(rf"\b({'|'.join(_WEEKDAY_NAMES)})")
_YEAR = re.compile(r"\d{4}")
_DAY = re.compile(r"\b\d{1,2}(?!\d)")

_SOON = 93  # days within which a day or month without a verb is one to come
SENTENCE_END = re.compile(
    r"(?<=[a-z\d)%])(?<!\bMr)(?<!\bDr)(?<!\bMs)(?<!\bMrs)(?<!\bGen)(?<!\bSen)(?<!\bGov)"
    r"[.!?][\"”’']*\s+(?=[A-Z\"“‘`]|$)"
)
_BESIDE = 25
_CLAUSE = 200  # characters of a sentence, before and after, in which its verb is looked for
_VERB = re.compile(
    r"""
    (?P<future>
        \b(?: will | shall | won['’]t | going\ to                # will meet
            | (?:is|are|was|were)\ to                            # is to be held
            | to\ be                                             # expected to be held
            | (?:expect|plan|schedul|intend|hope|aim|slat)       # plans to meet
              (?:e?s|e?d|ned|ing|ning)?\ (?:to|for|on|in)
            | (?:set|ready|poised)\ (?:to|for)                   # set for December
            | due | scheduled | upcoming | payable | effective   # payable Dec. 7
            | would | should                                     # would come
            | as\ soon\ as | no\ later\ than | deadline          # as soon as Tuesday
        )\b
        (?:\ (?:not|also|soon|then|to|have|been))*               # also
        (?:\ be\ \w+ | \ \w+ed\b)?                               # be held
      | ['’]ll\b                                                 # they'll
    )
  | (?P<past>
        \b(?: was | were | had(?:\ been\ \w+)? | did | said | told | took | came | went | began | rose | fell | met
            | made | won | lost | left | held | shot | found | fled | sent | led | ran | spoke
            | broke | gave | got | saw | grew | drew | flew | brought | bought | sold | built | hit
            | struck | sank | wrote | became | born | set | put | cut | quit | paid | kept | stood
            | hundred | (?!need|feed|speed|breed|indeed|exceed|proceed|succeed)\w\w+ed
        )\b
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)


def tense(before: str, after: str) -> str | None:
    """Return "past" or "future", from the verb nearest before a place in a sentence, else after.

    Returns None if the sentence shows no verb that tells.
    """
    before = SENTENCE_END.split(before[-_CLAUSE:])[-1]
    last = None
    for last in _VERB.finditer(before):
        pass
    if last is None:
        last = _VERB.search(SENTENCE_END.split(after[:_CLAUSE], maxsplit=1)[0])
    elif last.lastgroup == "past" and len(before) - last.end() > _BESIDE:
        return None
    if last is None:
        return None
    return last.lastgroup


@lru_cache(maxsize=65_536)
def resolve(
    expression: str,
    kind: str,
    published: dt.date | None,
    said: str | None = None,
    anchor: str | None = None,
) -> str | None:
    """Return the moment of an expression of a kind, as precise as its words.

    `said` is its tense; "last", "this" and "next" are tenses too. `anchor` is the moment named
    before it, from which "a year later" counts. Returns None if there is no such day, if a week
    lies in two months, or if it counts from a day that is not known.
    """
    words = expression.lower()
    if kind == "year":
        return expression
    if kind == "spoken_year":
        return _spoken_year(words)
    if kind == "iso":
        return _moment(day_of(*(int(part) for part in words.split("-"))), DAY)
    if kind in ("day", "month"):
        return _named(words, kind, published, said)
    if kind == "anchored":
        return _anchored(words, published, anchor)
    if published is None:
        return None
    if kind == "weekday" or "day" in words and _WEEKDAY.search(words) and "days" not in words:
        return _weekday(words, published, said)
    unit = kind.removeprefix("relative_")
    count = _count(words)
    if unit == "day":
        return _moment(shift(published, days=count), DAY)
    if unit == "week":
        return _month_of_week(shift(published, days=7 * count))
    if unit == "month":
        return _moment(shift(published, months=count), MONTH)
    return _moment(shift(published, years=count), YEAR)


def _moment(day: dt.date | None, precision: int) -> str | None:
    if day is None:
        return None
    return day.isoformat()[:precision]


def _count(words: str) -> int:
    """Return how many units an expression is from now: -3 for "three days ago"."""
    if words.startswith(("last", "yesterday")):
        return -1
    if words.startswith(("next", "tomorrow")):
        return 1
    if words.endswith("ago"):
        return -_number(words)
    return 0


def _number(words: str) -> int:
    first = words.split()[0]
    if first in _NUMBERS:
        return _NUMBERS.index(first)
    if first.isdecimal():
        return int(first)
    return 1


def _named(words: str, kind: str, published: dt.date | None, said: str | None) -> str | None:
    """Return the moment of a month, or of a day of a month, with or without a year."""
    month = _MONTH_NAMES.index(_MONTH.findall(words)[0]) + 1
    day, precision = 1, MONTH
    if kind == "day":
        day, precision = int(_DAY.findall(words)[0]), DAY
    year = _YEAR.search(words)
    if year is not None:
        return _moment(day_of(int(year.group()), month, day), precision)
    if "nineteen" in words or "thousand" in words:
        return f"{_spoken_year(words)}-{month:02}"
    if published is None:
        return None
    if words.endswith("year"):  # September last year
        count = _count(words.split()[-2])
        return _moment(day_of(published.year + count, month, day), precision)
    now = published if kind == "day" else published.replace(day=1)
    around = [day_of(now.year + more, month, day) for more in range(-8, 9)]
    days = [one for one in around if one is not None]
    weekday = _WEEKDAY.match(words)
    if weekday is not None:
        number = _WEEKDAY_NAMES.index(weekday[1])
        days = [one for one in days if one.weekday() == number] or days
    elif said == "this":
        days = [one for one in days if one.year == now.year]
    elif said == "last":
        days = [one for one in days if one < now]
    elif said == "next":
        days = [one for one in days if one > now]
    elif said == "past":
        days = [one for one in days if one <= now]
    elif said == "future":
        days = [one for one in days if one >= now]
    else:
        days = [one for one in days if (one - now).days <= _SOON]
    return _moment(min(days, key=lambda one: abs((one - now).days), default=None), precision)


def _weekday(words: str, published: dt.date, said: str | None) -> str | None:
    """Return the last such weekday, today included; the next one if it is to come."""
    weekday = _WEEKDAY_NAMES.index(_WEEKDAY.findall(words)[-1])
    ahead = (weekday - published.weekday()) % 7
    if said in ("future", "this"):
        return _moment(shift(published, days=ahead), DAY)
    behind = (published.weekday() - weekday) % 7
    if said == "last" and behind == 0:
        behind = 7
    return _moment(shift(published, days=-behind), DAY)


def _month_of_week(day: dt.date | None) -> str | None:
    """Return the month of a week, Monday to Sunday; None if it lies in two months."""
    if day is None:
        return None
    monday = shift(day, days=-day.weekday())
    sunday = shift(day, days=6 - day.weekday())
    if monday is None or sunday is None or monday.month != sunday.month:
        return None
    return _moment(monday, MONTH)


def _spoken_year(words: str) -> str:
    """Return the year of "nineteen ninety-six" or "the year two thousand"."""
    if "thousand" in words:
        return "2000"
    tens, *ones = re.split(r"[\s-]", words[words.index("nineteen") + len("nineteen ") :])
    return str(1900 + 10 * _TENS.index(tens) + _NUMBERS.index((ones or ["zero"])[0]))


def _anchored(words: str, published: dt.date | None, anchor: str | None) -> str | None:
    """Return the moment of an expression that counts from the moment named before it."""
    precision = MONTH if "month" in words else YEAR if "year" in words else DAY
    if anchor is None and published is not None and precision == YEAR and _is_earlier(words):
        anchor = published.isoformat()
    if anchor is None or len(anchor) < precision:
        return None
    day = first_day(anchor)
    if day is None:
        return None
    count = _anchored_count(words)
    if precision == DAY:
        return _moment(shift(day, days=count), precision)
    if precision == MONTH:
        return _moment(shift(day.replace(day=1), months=count), precision)
    return _moment(shift(day, years=count), precision)


def _is_earlier(words: str) -> bool:
    return re.search(r"\b(?:earlier|before|previously|previous|preceding|prior)$", words) is not None


def _anchored_count(words: str) -> int:
    if re.search(r"\b(?:that|same)\b", words):
        return 0
    if words.startswith("the "):
        return -1 if re.search(r"\b(?:previous|preceding|prior)\b", words) else 1
    count = _number(words.replace("-", " "))
    return -count if _is_earlier(words) else count
