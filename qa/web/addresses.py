"""Addresses of the page: a question with its limits, or an article.

Each is the query of a URL. The address of a question holds all that its answer depends on, so that
it opens anywhere with the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from index.text.dates import in_words
from index.types import DatelineError, Filters
from qa.answering.arguments import check_outlets
from qa.answering.understanding import Day, parse_day
from qa.types import Citation

PRINTED = "api/printed"
_MOST_FIELDS = 100
_LONGEST_QUERY = 10_000  # characters that are searched for an article


@dataclass(frozen=True, slots=True)
class Limits:
    """Which articles a question may be answered from, and the day it is asked on."""

    filters: Filters = Filters()
    as_of: str | None = None

    @classmethod
    def of(
        cls,
        sources: Sequence[str] | None = None,
        since: Day = None,
        until: Day = None,
        as_of: Day = None,
    ) -> Limits:
        """Return limits from what a user typed.

        Raises DatelineError for what is no outlet, a day that is none, and a first day after the
        last.
        """
        asked_on = parse_day(as_of or None, "the day asked on")
        first = parse_day(since or None, "the first day")
        last = parse_day(until or None, "the last day")
        if first is not None and last is not None and first > last:
            raise DatelineError(
                "expected the first day before the last, found "
                f"{in_words(first.isoformat())} after {in_words(last.isoformat())}"
            )
        filters = Filters(check_outlets(sources), first, last)
        return cls(filters, None if asked_on is None else asked_on.isoformat())

    def within(self, wider: Limits) -> Limits:
        """Return the limits that satisfy both. Raises DatelineError for an outlet outside."""
        mine, theirs = self.filters, wider.filters
        allowed = {name.casefold() for name in theirs.sources}
        outside = [name for name in mine.sources if allowed and name.casefold() not in allowed]
        if outside:
            raise DatelineError(
                f"expected an outlet among {', '.join(theirs.sources)}, "
                f"found {', '.join(outside)[:80]}"
            )
        since = max(filter(None, (mine.since, theirs.since)), default=None)
        until = min(filter(None, (mine.until, theirs.until)), default=None)
        as_of = min(filter(None, (self.as_of, wider.as_of)), default=None)
        return Limits(Filters(mine.sources or theirs.sources, since, until), as_of)


NO_LIMITS = Limits()


def question_address(question: str, limits: Limits = NO_LIMITS) -> str:
    """Return the address of an answer: "?q=...&source=...&from=...&to=...&as_of=..."."""
    filters = limits.filters
    pairs = [("q", question), *(("source", name) for name in filters.sources)]
    days = [("from", filters.since), ("to", filters.until), ("as_of", limits.as_of)]
    pairs += [(name, str(day)) for name, day in days if day is not None]
    return "?" + urlencode(pairs)


def parse_question_address(query: str) -> tuple[str, Limits]:
    """Return the question ("" if none) and the limits that an address holds.

    Raises DatelineError for a day that is none, and for too many fields.
    """
    try:
        values = parse_qs(query.removeprefix("?"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise DatelineError(
            "expected an address with a question and its limits, "
            "found one with more than a hundred fields"
        ) from None
    last = {name: found[-1] for name, found in values.items()}
    days = last.get("from"), last.get("to"), last.get("as_of")
    return last.get("q", ""), Limits.of(values.get("source"), *days)


def article_address(id: str) -> str:
    """Return the address that opens an article."""
    return "?" + urlencode({"article": id})


def parse_article_address(query: str) -> str | None:
    """Return the id of the article that an address names, or None."""
    values = parse_qs(query.removeprefix("?")[:_LONGEST_QUERY], max_num_fields=_MOST_FIELDS)
    return values.get("article", [None])[-1]


def printed_address(citation: Citation) -> str:
    """Return the address of the page that a citation stands on; "" if it is of no PDF."""
    if citation.page is None or not citation.article.path.lower().endswith(".pdf"):
        return ""
    first, last = citation.sentence_span
    start, end = min(citation.start, first), max(citation.end, last)
    named = {"article": citation.article.id, "start": start, "end": end}
    return f"{PRINTED}?{urlencode(named)}"
