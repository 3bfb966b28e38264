"""What each part of retrieval is worth: recall at 1, 5, 10 and 20 passages, and milliseconds.

    python -m benchmarks.retrieval QUESTIONS.jsonl --index DIR [--report FILE]

QUESTIONS is in Dateline's own format, as RealTime QA's `questions.jsonl`. Questions whose answer
the articles do not hold are left out. Every question is asked as of its day. Each row of the table
changes one thing; the last row is `retrieve()` itself. Recall counts a question if one of the
passages holds a gold answer. Milliseconds are medians, measured in turn, question by question.
Nothing is read by the reader here.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.measuring import arguments
from index.stores.fusion import fused
from index.stores.keywords import KeywordIndex
from index.stores.local.generations import open_index
from index.stores.local.segments import VECTORS
from index.stores.local.store import KEYWORDS, LocalStore
from index.stores.local.vectors import VectorIndex
from index.stores.places import encoder_of, place_of
from index.types import Filters, Match, Passage
from qa.answering.retrieval import collapse_copies, rerank, retrieve
from qa.answering.understanding import understand
from qa.evaluation.metrics import rank_of_answer
from qa.evaluation.questions import LabelledQuestion, read_questions
from qa.types import Hit, Question

CUTOFFS = (1, 5, 10, 20)
_FOUND = 100  # rows of each search
_KEPT = 60  # rows after fusion
_WORDS_SHARE = 0.75  # of `fused`
Scored = list[tuple[int, float]]
Variant = Callable[[Question], Sequence[Passage]]


def main() -> None:
    """Measure every variant and print a table."""
    parser = arguments(__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--index", type=Path, default=Path("var/index"))
    parser.add_argument("--report", type=Path, help="the figures as JSON")
    options = parser.parse_args()
    questions = [
        one for one in read_questions(options.questions) if one.answers and one.held is not False
    ]
    figures = measure(questions, variants_of(options.index))
    print(f"{len(questions)} questions, {options.index}")
    print(f"{'':<64}{'@1':>7}{'@5':>7}{'@10':>7}{'@20':>7}{'MRR':>7}{'ms':>7}")
    for name, row in figures.items():
        recalls = "".join(f"{100 * row[f'recall@{cutoff}']:>7.1f}" for cutoff in CUTOFFS)
        print(f"{name:<64}{recalls}{row['mrr']:>7.3f}{row['ms']:>7.1f}")
    if options.report is not None:
        options.report.write_text(json.dumps(figures, indent=1) + "\n")


def measure(
    questions: Sequence[LabelledQuestion], variants: dict[str, Variant]
) -> dict[str, dict[str, float]]:
    """Return each variant's recall at the cutoffs, MRR (both from 0 to 1) and milliseconds."""
    ranks: dict[str, list[int]] = {name: [] for name in variants}
    times: dict[str, list[float]] = {name: [] for name in variants}
    for number, question in enumerate(questions, 1):
        asked = understand(question.question, as_of=question.asked)
        for name, variant in variants.items():
            began = time.perf_counter()
            found = variant(asked)
            times[name].append(1000 * (time.perf_counter() - began))
            texts = [passage.text for passage in found[: max(CUTOFFS)]]
            ranks[name].append(rank_of_answer(texts, question.answers or ()))
        print(f"{number} of {len(questions)}  ", end="\r")
    return {name: figures_of(ranks[name], times[name]) for name in variants}


def figures_of(ranks: Sequence[int], times: Sequence[float]) -> dict[str, float]:
    """Return the figures of one variant. A rank of 0 means that no passage held an answer."""
    figures = {}
    for cutoff in CUTOFFS:
        figures[f"recall@{cutoff}"] = float(np.mean([0 < rank <= cutoff for rank in ranks]))
    found = [1 / rank for rank in ranks if rank]
    figures["mrr"] = sum(found) / len(ranks)
    figures["ms"] = statistics.median(times)
    return figures


class Searches:
    """The single steps of retrieval over one index."""

    def __init__(self, store: LocalStore, folder: Path) -> None:
        live = folder / store.generation
        self.store, self.embedder = store, encoder_of(place_of(folder), store)
        self._vectors = VectorIndex(live / VECTORS)
        self.text = KeywordIndex(live / KEYWORDS, 0.0, 0.0)
        self.titled = KeywordIndex(live / KEYWORDS, 0.5, 0.0)
        self.described = KeywordIndex(live / KEYWORDS, 0.5, 0.5)

    def by_meaning(self, asked: Question) -> Scored:
        """Return the nearest rows by vector."""
        return self._vectors.nearest(self.embedder.encode_question(asked.text), _FOUND)

    def by_words(self, asked: Question, keywords: KeywordIndex | None = None) -> Scored:
        """Return the best rows by BM25, with title and description unless told otherwise."""
        if keywords is None:
            keywords = self.described
        return keywords.matching(f"{asked.text} {asked.extra_terms}", _FOUND, Filters())

    def fused(self, asked: Question) -> Scored:
        """Return both rankings fused as Dateline does it."""
        return fused(self.by_meaning(asked), self.by_words(asked))

    def matches(self, scored: Scored) -> list[Match]:
        """Return the best rows as matches."""
        passages = self.store.passages([row for row, _ in scored])
        return [Match(passages[row], score) for row, score in scored]


def variants_of(folder: Path) -> dict[str, Variant]:
    """Return the variants by name, over the live index of a folder."""
    searches = Searches(open_index(folder), folder)
    both = searches.fused

    def shown(rows: Callable[[Question], Scored]) -> Variant:
        return lambda asked: passages_of(searches.matches(rows(asked)[:_KEPT]))

    def by_ranks(k: int, asked: Question) -> Scored:
        rankings = [searches.by_meaning(asked), searches.by_words(asked)]
        return reciprocal_rank_fusion(rankings, k)

    def by_scores(share: float, asked: Question) -> Scored:
        return convex_sum(searches.by_meaning(asked), searches.by_words(asked), share)

    def at_most(most: int, asked: Question) -> Sequence[Passage]:
        return capped(passages_of(searches.matches(both(asked))), most)

    def collapsed(asked: Question) -> Sequence[Passage]:
        return passages_of(collapse_copies(searches.matches(both(asked)[:_KEPT])))

    def reranked(asked: Question) -> Sequence[Passage]:
        return passages_of(rerank(searches.matches(both(asked)[:_KEPT]), asked))

    def whole(asked: Question) -> Sequence[Passage]:
        return passages_of(retrieve(searches.store, searches.embedder, asked, max(CUTOFFS)))

    variants = {
        "vectors only": shown(searches.by_meaning),
        "BM25 only, text": shown(partial(searches.by_words, keywords=searches.text)),
        "BM25 only, text and title": shown(partial(searches.by_words, keywords=searches.titled)),
        "BM25 only, text, title and description": shown(searches.by_words),
    }
    for k in (10, 60):
        variants[f"fused by reciprocal rank, k = {k}"] = shown(partial(by_ranks, k))
    for share in (0.5, 0.65, 0.85):
        variants[f"fused by scores, words' share {share}"] = shown(partial(by_scores, share))
    variants[f"fused by scores, words' share {_WORDS_SHARE}"] = shown(both)
    for most in (1, 2, 3):
        variants[f"fused, at most {most} of an article"] = partial(at_most, most)
    variants["fused, near-copies collapsed"] = collapsed
    variants["fused, the question's time and news preferred"] = reranked
    variants["retrieve(), as it is"] = whole
    return variants


def passages_of(found: Sequence[Match] | Sequence[Hit]) -> list[Passage]:
    """Return the passages of matches or hits."""
    return [one.passage for one in found]


def reciprocal_rank_fusion(rankings: Sequence[Scored], k: int) -> Scored:
    """Fuse rankings by the sum of 1 / (k + rank) (Cormack, Clarke and Büttcher 2009)."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, (row, _) in enumerate(ranking, 1):
            scores[row] = scores.get(row, 0.0) + 1 / (k + rank)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def convex_sum(by_meaning: Scored, by_words: Scored, share: float) -> Scored:
    """Fuse as `fused` does, with another share of the words."""
    meaning, words = dict(fused(by_meaning, [])), dict(fused([], by_words))
    scores = {}
    for row in {*meaning, *words}:
        of_meaning = meaning.get(row, 0.0) / (1 - _WORDS_SHARE)
        of_words = words.get(row, 0.0) / _WORDS_SHARE
        scores[row] = (1 - share) * of_meaning + share * of_words
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def capped(found: Sequence[Passage], most: int) -> list[Passage]:
    """Return the passages in order, at most so many of one article."""
    seen: dict[str, int] = {}
    kept = []
    for passage in found:
        seen[passage.article.id] = seen.get(passage.article.id, 0) + 1
        if seen[passage.article.id] <= most:
            kept.append(passage)
    return kept


if __name__ == "__main__":
    main()
