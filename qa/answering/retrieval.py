"""Retrieval: a question to the passages nearest to it.

Passages are searched and reranked by time, and near-copies are collapsed. The store fuses vectors
and keywords. Up to 20 passages all come from one pool of candidates, so that fewer passages are
always the first of more.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from index.profiling import stage
from index.text.dates import description_mentions
from index.types import Embedder, Filters, Match, Passage, Store
from qa.answering.dates import recency
from qa.types import Citation, Hit, Question

Shingles = frozenset[tuple[str, ...]]

_POOL = 40  # candidates of up to 20 passages; twice as many as asked for beyond that
_SHINGLE = 4  # words
_OTHER_TIME = 0.85  # of the score of a passage of another time than the question's
_AGED = 0.3  # of a score that is lost with age
_LATE, _LEAD = 1 / 6, 600  # of a score that is lost late in an article; characters
_SAME_WORDS = 0.7  # of the shorter text's shingles: then it is a copy
_PERIODS = frozenset("hour day night week month year".split())
_EACH = frozenset("a an per each every".split())
_AROUND = 5  # words to each side of a figure
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
        fifteen sixteen seventeen eighteen nineteen twenty""".split()
    )
}
_ALWAYS_READ, _WORTH_READING = 6, 0.55  # passages; of the best passage's score


def retrieve(store: Store, embedder: Embedder, asked: Question, k: int) -> list[Hit]:
    """Return the best `k` hits, best first."""
    with stage("encoding the question"):
        vector = embedder.encode_question(asked.text)
    with stage("searching"):
        words = f"{asked.text} {asked.extra_terms}"
        matches = store.search(vector, words, max(_POOL, 2 * k), asked.filters)
        if asked.looks_in is not None:
            filters = _narrowed(asked.filters, *asked.looks_in)
            matches = merged(matches, store.search(vector, words, _POOL // 2, filters))
    with stage("ranking and collapsing"):
        return collapse_copies(rerank(matches, asked))[:k]


def merged(matches: Sequence[Match], within: Sequence[Match]) -> list[Match]:
    """Return the matches of a search and of one within fewer articles, each once.

    Each search has scores of its own scale. What both found tells how they compare. If they share
    nothing, the second ones are as good as the last of the first. The best stands first.
    """
    scores = {_key(match): match.score for match in matches}
    shared = [scores[_key(one)] / one.score for one in within if _key(one) in scores]
    scale = max(shared, default=min(scores.values(), default=1.0))
    others = [replace(one, score=scale * one.score) for one in within if _key(one) not in scores]
    return sorted([*matches, *others], key=lambda match: -match.score)


def _key(match: Match) -> tuple[str, int]:
    return match.passage.article.id, match.passage.start


def _narrowed(filters: Filters, first: dt.date, last: dt.date) -> Filters:
    """Return the filters with their days within first to last."""
    since = first if filters.since is None else max(first, filters.since)
    until = last if filters.until is None else min(last, filters.until)
    return replace(filters, since=since, until=until)


def rerank(matches: Sequence[Match], asked: Question) -> list[Match]:
    """Order matches with a discount for late passages and for another time.

    No match is lost. News is told from the top of an article. If the question names a moment, a
    passage that neither speaks of it nor was published then is discounted. If it asks for the
    latest, age counts by rank among the matches. If it asks for news, age counts by `freshness`.
    """
    scored = [
        Match(match.passage, match.score * _lead(match.passage) * factor)
        for match, factor in zip(matches, _time_factors(matches, asked), strict=True)
    ]
    return sorted(scored, key=lambda match: -match.score)


def freshness(published: dt.date | None, asked_on: dt.date) -> float:
    """Return a factor from 1 for today's news down to 0.7 for old or undated ones."""
    return 1 - _AGED + _AGED * recency(published, asked_on)


def collapse_copies(matches: Sequence[Match]) -> list[Hit]:
    """Return hits in the order of `matches`, with near-copies collapsed.

    A near-copy joins the earlier hit it repeats. Of two articles that are known to be one story,
    half as many equal words make a copy. A copy with another figure, name or date in it is a hit
    of its own, since news is revised so.
    """
    hits: list[Hit] = []
    seen: list[Shingles] = []
    for match in matches:
        words = shingles(match.passage.text)
        place = _copied_hit(match.passage, words, hits, seen)
        if place is None:
            hits.append(Hit(match.passage, match.score))
            seen.append(words)
        else:
            hit = hits[place]
            hits[place] = Hit(hit.passage, hit.score, (*hit.copies, match.passage))
    return hits


def select_for_reading(hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits worth reading.

    These are the first six, and those nearly as good as the best.
    """
    return [
        hit
        for place, hit in enumerate(hits)
        if place < _ALWAYS_READ or hit.score >= _WORTH_READING * hits[0].score
    ]


def order_by_answers(hits: Sequence[Hit], citations: Sequence[Citation]) -> list[Hit]:
    """Order hits by the most probable citation within each.

    Hits without a citation come last.
    """

    def best(hit: Hit) -> float:
        inside = (
            citation.probability
            for citation in citations
            if citation.article.id == hit.article.id and hit.start <= citation.start < hit.end
        )
        return max(inside, default=0.0)

    return sorted(hits, key=lambda hit: -best(hit))


def shingles(text: str) -> Shingles:
    """Return the runs of four words of a text in lower case (Broder 1997).

    A shorter text is one run.
    """
    words = re.findall(r"\w+", text.casefold())
    starts = range(max(1, len(words) - _SHINGLE + 1))
    return frozenset(tuple(words[start : start + _SHINGLE]) for start in starts)


def same_words(one: Shingles, other: Shingles, share: float = _SAME_WORDS) -> bool:
    """Whether `share` of the shorter text is within the longer one."""
    return len(one & other) >= share * min(len(one), len(other))


def _lead(passage: Passage) -> float:
    """Return a factor from 1 at the top of an article down to 5/6."""
    return 1 - _LATE + _LATE * _LEAD / (_LEAD + passage.start)


def _time_factors(matches: Sequence[Match], asked: Question) -> list[float]:
    """Return a factor for each match, by its time and the question's."""
    factors = [_moment_factor(match.passage, asked.moments) for match in matches]
    days = [match.passage.article.published for match in matches]
    if asked.asks_for_latest:
        newness = _newness(days)
    elif asked.asked_on is not None and asked.asks_for_news:
        newness = [freshness(day, asked.asked_on) for day in days]
    else:
        return factors
    return [factor * new for factor, new in zip(factors, newness, strict=True)]


def _moment_factor(passage: Passage, moments: Sequence[str]) -> float:
    if not moments:
        return 1.0
    if any(description_mentions(passage.description, moment) for moment in moments):
        return 1.0
    return _OTHER_TIME


def _newness(days: Sequence[dt.date | None]) -> list[float]:
    """Return a factor for each day by its rank among all, up to 1 for the newest."""
    known = sorted({day for day in days if day is not None})
    ranks = {day: (place + 1) / len(known) for place, day in enumerate(known)}
    ranked = [0.0 if day is None else ranks[day] for day in days]
    return [_OTHER_TIME + (1 - _OTHER_TIME) * rank for rank in ranked]


def _copied_hit(
    passage: Passage, words: Shingles, hits: Sequence[Hit], seen: Sequence[Shingles]
) -> int | None:
    """Return the place of the first hit that the passage repeats, or None."""
    for place, (hit, others) in enumerate(zip(hits, seen, strict=True)):
        share = _SAME_WORDS
        if _one_story(passage, hit.passage):
            share = _SAME_WORDS / 2
        if same_words(words, others, share) and not _is_revised(passage.text, hit.text):
            return place
    return None


def _is_revised(one: str, other: str) -> bool:
    """Whether two near-copies differ in a figure, a name, a date or a rate.

    Each has such a word that the other lacks, in a sentence that is otherwise the same.
    """
    here, there = _told(one), _told(other)
    only_here, only_there = set(here) - set(there), set(there) - set(here)
    return any(
        _is_one_sentence(here[word], there[rival]) for word in only_here for rival in only_there
    )


@lru_cache(maxsize=1_024)
def _told(text: str) -> dict[str, tuple[str, ...]]:
    """Return the figures, names and rates of a text, with the words around each.

    A rate is "a month".
    """
    words = re.findall(r"[^\W_]+(?:[.,]\d+)*", text)
    told = {}
    for place, word in enumerate(words):
        around = (*words[max(0, place - _AROUND) : place], *words[place + 1 : place + 1 + _AROUND])
        word = _NUMBERS.get(word.casefold(), word)
        if word[0].isdecimal():
            told[" ".join([word, *words[place + 1 : place + 2]])] = around  # with its unit
        elif word.istitle() or (word in _PERIODS and words[place - 1] in _EACH):
            told[word] = around
    return told


def _is_one_sentence(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the words around two figures are mostly the same."""
    return len(set(one) & set(other)) >= _SAME_WORDS * min(len(set(one)), len(set(other)))


def _one_story(one: Passage, other: Passage) -> bool:
    """Whether two articles are known to be near-copies of one story."""
    story = one.article.story
    return story is not None and story == other.article.story and one.article.id != other.article.id
