"""A question to the passages nearest to it: vectors and keywords fused by the store, near-copies collapsed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from index.profiling import stage
from index.text.dates import description_mentions
from index.types import Embedder, Match, Store
from qa.types import Hit, Question, Span

_SHINGLE = 4  # words
_OTHER_TIME = 0.85  # of a score, where the passage is of another time than the question's
_NEWS, _HALF_LIFE = 0.3, 14  # of a score; days
_LATE, _LEAD = 1 / 6, 600  # of a score; characters
_COPY = 0.7  # the share of the shorter text's shingles that the longer one has


def retrieve(store: Store, embedder: Embedder, asked: Question, k: int) -> list[Hit]:
    """The best `k` hits, best first."""
    with stage("encoding the question"):
        vector = embedder.encode_question(asked.text)
    with stage("searching"):
        found = store.search(vector, f"{asked.text} {asked.also}", 2 * k, asked.filters)
    with stage("ranking and collapsing"):
        return collapse(prefer(found, asked))[:k]


def prefer(matches: Sequence[Match], asked: Question) -> list[Match]:
    """The matches in the order of their scores, those of another time than the question's at a discount; none is lost.

    Where it names a moment, the discount is of passages that neither speak of it nor were published then, as their descriptions say. Where it names none, or
    one that includes the day it is asked on ("this week"), it asks for news: a passage keeps 70% of its score and what it has of the rest halves with
    every two weeks of its age (benchmarks/retrieval.py). Where it asks for the latest, age is counted by rank among the matches, however old all are.
    News is told from the top: a passage keeps 5/6 of its score, and has more of the rest the earlier in its article it stands.
    """
    factors = [1 - _LATE + _LATE * _LEAD / (_LEAD + match.passage.start) for match in matches]
    if asked.moments:
        factors = [
            factor
            * (
                1.0
                if any(
                    description_mentions(match.passage.description, moment)
                    for moment in asked.moments
                )
                else _OTHER_TIME
            )
            for factor, match in zip(factors, matches, strict=True)
        ]
    if asked.latest:
        days = sorted(
            {
                match.passage.article.published
                for match in matches
                if match.passage.article.published is not None
            }
        )
        newness = {day: (place + 1) / len(days) for place, day in enumerate(days)}
        factors = [
            factor
            * (
                _OTHER_TIME
                + (1 - _OTHER_TIME)
                * (newness[day] if (day := match.passage.article.published) is not None else 0)
            )
            for factor, match in zip(factors, matches, strict=True)
        ]
    elif asked.asked_on is not None and asked.asks_for_news:
        factors = [
            factor * freshness(match.passage.article.published, asked.asked_on)
            for factor, match in zip(factors, matches, strict=True)
        ]
    scored = [
        Match(match.passage, match.score * factor)
        for match, factor in zip(matches, factors, strict=True)
    ]
    return sorted(scored, key=lambda match: -match.score)


def freshness(published: dt.date | None, asked_on: dt.date) -> float:
    """From 1 for today's news down to 0.7 for old or undated ones."""
    return 1 - _NEWS + _NEWS * recency(published, asked_on)


def recency(published: dt.date | None, asked_on: dt.date) -> float:
    """1 on the day it is asked, half of it with every two weeks of age, 0 for no date."""
    return (
        float(0.5 ** (max(0, (asked_on - published).days) / _HALF_LIFE))
        if published is not None
        else 0.0
    )


def collapse(matches: Sequence[Match]) -> list[Hit]:
    """Hits in the order of `matches`; a passage that repeats an earlier one's words joins that hit as a copy.

    Of two articles known to be one story (index/text/near_duplicates.py), a passage is a copy where half as many words are the same.
    """
    hits: list[Hit] = []
    seen: list[frozenset[tuple[str, ...]]] = []
    for match in matches:
        words, story = shingles(match.passage.text), match.passage.article.story
        place = next(
            (
                place
                for place, (hit, other) in enumerate(zip(hits, seen, strict=True))
                if same_words(
                    words,
                    other,
                    _COPY / 2
                    if story is not None
                    and story == hit.article.story
                    and hit.article.id != match.passage.article.id
                    else _COPY,
                )
            ),
            None,
        )
        if place is None:
            hits.append(Hit(match.passage, match.score))
            seen.append(words)
        else:
            hits[place] = Hit(
                hits[place].passage, hits[place].score, (*hits[place].copies, match.passage)
            )
    return hits


def answering_first(hits: Sequence[Hit], spans: Sequence[Span]) -> list[Hit]:
    """The hits in the order of the most probable span within each; those without one after them, as they were."""

    def best(hit: Hit) -> float:
        inside = (
            span
            for span in spans
            if span.article.id == hit.article.id and hit.start <= span.start < hit.end
        )
        return max((span.probability for span in inside), default=0.0)

    return sorted(hits, key=lambda hit: -best(hit))


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """The runs of four words of a text, lower-cased (Broder 1997); a shorter text is one run."""
    words = re.findall(r"\w+", text.casefold())
    return frozenset(
        tuple(words[first : first + _SHINGLE]) for first in range(max(1, len(words) - _SHINGLE + 1))
    )


def same_words(
    one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]], share: float = _COPY
) -> bool:
    """Whether `share` of the shorter text is within the longer: a copy, perhaps cut or with a few words changed."""
    return len(one & other) >= share * min(len(one), len(other))
