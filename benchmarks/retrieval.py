"""What each part of retrieval is worth: a gold answer among the first 1, 5, 10, 20 passages, and milliseconds.

    python -m benchmarks.retrieval QUESTIONS.jsonl --index DIR [--report FILE]

QUESTIONS is in Dateline's own format (RealTime QA's `questions.jsonl`); those whose answer the articles do not hold
are left out. Every question is asked as of its day. Each row of the table changes one thing of the row named beside it;
`retrieve()` itself is the last row. Milliseconds are medians, measured in turn, question by question; one reading of
the clock for both searches and their fusion. Nothing is read by the reader here.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from index.stores.keywords import KeywordIndex
from index.stores.local.generations import encoder_of, open_index
from index.stores.local.store import KEYWORDS, VECTORS, LocalStore, fused
from index.stores.local.vectors import VectorIndex
from index.types import Filters, Match
from qa.answering.retrieval import collapse, prefer, retrieve
from qa.archive import understand
from qa.evaluation.metrics import holds
from qa.evaluation.questions import LabelledQuestion, read_questions

CUTOFFS = (1, 5, 10, 20)
Scored = list[tuple[int, float]]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("questions", type=Path)
    parser.add_argument("--index", type=Path, default=Path("var/index"))
    parser.add_argument("--report", type=Path, help="the figures as JSON")
    options = parser.parse_args()
    questions = [
        one for one in read_questions(options.questions) if one.answers and one.held is not False
    ]
    figures = measure(questions, options.index)
    print(
        f"{len(questions)} questions, {options.index}\n{'':<64}{'@1':>7}{'@5':>7}{'@10':>7}{'@20':>7}{'MRR':>7}{'ms':>7}"
    )
    for name, row in figures.items():
        print(
            f"{name:<64}"
            + "".join(f"{100 * row[f'recall@{cutoff}']:>7.1f}" for cutoff in CUTOFFS)
            + f"{row['mrr']:>7.3f}{row['ms']:>7.1f}"
        )
    if options.report is not None:
        options.report.write_text(json.dumps(figures, indent=1) + "\n")


def measure(questions: Sequence[LabelledQuestion], folder: Path) -> dict[str, dict[str, float]]:
    """Each variant's recall@1, 5, 10, 20, mrr (shares from 0 to 1) and median milliseconds."""
    store = open_index(folder)
    embedder = encoder_of(folder, store, None)
    live = folder / store.generation
    vectors = VectorIndex(live / VECTORS)
    plain, titled, described = (
        KeywordIndex(live / KEYWORDS, *weights) for weights in ((0.0, 0.0), (0.5, 0.0), (0.5, 0.5))
    )

    def nearest(one: LabelledQuestion, k: int = 100) -> Scored:
        return vectors.nearest(embedder.encode_question(one.question), k)

    def words(keywords: KeywordIndex, one: LabelledQuestion, k: int = 100) -> Scored:
        return keywords.matching(
            f"{one.question} {understand(one.question, as_of=one.asked).also}", k, Filters()
        )

    def both(one: LabelledQuestion) -> Scored:
        return fused(nearest(one), words(described, one))

    variants: dict[str, Callable[[LabelledQuestion], Sequence[Match]]] = {}

    def rows(name: str, found: Callable[[LabelledQuestion], Scored]) -> None:
        variants[name] = lambda one: matches(store, found(one)[:60])

    rows("vectors only", nearest)
    rows("BM25 only, text", lambda one: words(plain, one))
    rows("BM25 only, text and title", lambda one: words(titled, one))
    rows("BM25 only, text, title and description", lambda one: words(described, one))
    for k in (10, 60):
        rows(
            f"fused by reciprocal rank, k = {k}",
            lambda one, k=k: reciprocal_rank_fusion(  # type: ignore[misc]
                [nearest(one), words(described, one)], k
            ),
        )
    for share in (0.5, 0.65, 0.85):
        rows(
            f"fused by scores, words' share {share}",
            lambda one, share=share: convex_sum(  # type: ignore[misc]
                nearest(one), words(described, one), share
            ),
        )
    rows("fused by scores, words' share 0.75", both)
    for most in (1, 2, 3):
        variants[f"fused, at most {most} of an article"] = lambda one, most=most: capped(
            matches(store, both(one)), most
        )  # type: ignore[misc]
    variants["fused, near-copies collapsed"] = lambda one: [
        Match(hit.passage, hit.score) for hit in collapse(matches(store, both(one)[:60]))
    ]
    variants["fused, the question's time and news preferred"] = lambda one: prefer(
        matches(store, both(one)[:60]), understand(one.question, as_of=one.asked)
    )

    def ours(one: LabelledQuestion) -> list[Match]:
        asked = understand(one.question, as_of=one.asked)
        hits = retrieve(store, embedder, asked, max(CUTOFFS))
        return [Match(hit.passage, hit.score) for hit in hits]

    variants["retrieve(), as it is"] = ours
    ranks: dict[str, list[int]] = {name: [] for name in variants}
    times: dict[str, list[float]] = {name: [] for name in variants}
    for number, one in enumerate(questions, 1):
        for name, variant in variants.items():
            began = time.perf_counter()
            found = variant(one)
            times[name].append(1000 * (time.perf_counter() - began))
            ranks[name].append(
                next(
                    (
                        place
                        for place, match in enumerate(found[: max(CUTOFFS)], 1)
                        if holds(match.passage.text, one.answers or ())
                    ),
                    0,
                )
            )
        print(f"{number} of {len(questions)}  ", end="\r")
    return {
        name: {
            f"recall@{cutoff}": float(np.mean([0 < rank <= cutoff for rank in some]))
            for cutoff in CUTOFFS
        }
        | {
            "mrr": float(np.mean([1 / rank if rank else 0.0 for rank in some])),
            "ms": statistics.median(times[name]),
        }
        for name, some in ranks.items()
    }


def matches(store: LocalStore, scored: Scored) -> list[Match]:
    passages = store.passages([row for row, _ in scored])
    return [Match(passages[row], score) for row, score in scored]


def reciprocal_rank_fusion(rankings: Sequence[Scored], k: int) -> Scored:
    """Cormack, Clarke and Büttcher 2009."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, (row, _) in enumerate(ranking, 1):
            scores[row] = scores.get(row, 0.0) + 1 / (k + rank)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def convex_sum(by_meaning: Scored, by_words: Scored, share: float) -> Scored:
    """`index.stores.local.store.fused` with another share."""
    one, other = dict(fused(by_meaning, [])), dict(fused([], by_words))
    scores = {
        row: (1 - share) / 0.25 * one.get(row, 0.0) + share / 0.75 * other.get(row, 0.0)
        for row in {*one, *other}
    }
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def capped(found: Sequence[Match], most: int) -> list[Match]:
    met: dict[str, int] = {}
    kept = []
    for match in found:
        met[match.passage.article.id] = met.get(match.passage.article.id, 0) + 1
        if met[match.passage.article.id] <= most:
            kept.append(match)
    return kept


if __name__ == "__main__":
    main()
