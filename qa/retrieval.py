"""A question to the passages nearest to it: vectors and keywords fused by the store, near-copies collapsed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.describing import moments_in
from index.types import Embedder, Filters, Match, Passage, Store
from qa.types import Hit

_SHINGLE = 4  # words
_OTHER_TIME = 0.85  # of a score, where the passage is of another time than the question's
_COPY = 0.7  # the share of the shorter text's shingles that the longer one has


def retrieve(
    store: Store,
    embedder: Embedder,
    question: str,
    k: int,
    filters: Filters = Filters(),
    also: str = "",
    moments: Sequence[str] = (),
    latest: bool = False,
) -> list[Hit]:
    """The best `k` hits, best first. `also` holds words to search for beside the question's own; `moments` and `latest` see `prefer`."""
    vector = embedder.encode_question(question)
    return collapse(prefer(store.search(vector, f"{question} {also}", 2 * k, filters), moments, latest))[:k]


def prefer(matches: Sequence[Match], moments: Sequence[str] = (), latest: bool = False) -> list[Match]:
    """The matches in the order of their scores, those of another time than one of `moments` at a discount; none is lost.

    A moment is "2022", "2022-09", "2022-09-14", or "-09" for September of whatever year. A passage is of that time where it speaks
    of it or was published then. `latest` discounts a passage by its age among the matches, from the newest (none) to the oldest.
    """
    scored = [(match.score * (1.0 if not moments or of_time(match.passage, moments) else _OTHER_TIME), match) for match in matches]
    if latest:
        days = sorted({match.passage.article.published for match in matches if match.passage.article.published is not None})
        newness = {day: (place + 1) / len(days) for place, day in enumerate(days)}
        scored = [
            (
                score * (_OTHER_TIME + (1 - _OTHER_TIME) * (newness[day] if (day := match.passage.article.published) is not None else 0)),
                match,
            )
            for score, match in scored
        ]
    return [Match(match.passage, score) for score, match in sorted(scored, key=lambda pair: -pair[0])]


def of_time(passage: Passage, moments: Sequence[str]) -> bool:
    """Whether a passage speaks of one of the moments, at their precision or a finer one, or was published then."""
    published = passage.article.published
    spoken = [moment for _, moment in moments_in(passage.text, published)]
    if published is not None:
        spoken.append(published.isoformat())
    return any(said.startswith(moment) or (moment.startswith("-") and said[4:7] == moment) for said in spoken for moment in moments)


def collapse(matches: Sequence[Match]) -> list[Hit]:
    """Hits in the order of `matches`; a passage that repeats an earlier one's words joins that hit as a copy.

    Of two articles known to be one story (index/copies.py), a passage is a copy where half as many words are the same.
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
                    _COPY / 2 if story is not None and story == hit.article.story and hit.article.id != match.passage.article.id else _COPY,
                )
            ),
            None,
        )
        if place is None:
            hits.append(Hit(match.passage, match.score))
            seen.append(words)
        else:
            hits[place] = Hit(hits[place].passage, hits[place].score, (*hits[place].copies, match.passage))
    return hits


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """The runs of four words of a text, lower-cased (Broder 1997); a shorter text is one run."""
    words = re.findall(r"\w+", text.casefold())
    return frozenset(tuple(words[first : first + _SHINGLE]) for first in range(max(1, len(words) - _SHINGLE + 1)))


def same_words(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]], share: float = _COPY) -> bool:
    """Whether `share` of the shorter text is within the longer: a copy, perhaps cut or with a few words changed."""
    return len(one & other) >= share * min(len(one), len(other))
