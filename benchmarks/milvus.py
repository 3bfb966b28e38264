"""How far the answers from Milvus agree with those of the local store, on the same articles.

    python -m benchmarks.milvus QUESTIONS.jsonl --index DIR [--articles 600] [--most 150]
        [--by-month] [--engine] [--keep DIR]

The first articles of the index in DIR are copied without encoding. They go into a local index, and
into a server of Milvus Lite on the loopback. Each question is asked of both, as of its own day. It
prints the share of questions with the same first answer, first passage and first five passages. It
also prints each question whose first answer differs, and how long a search takes.

`--by-month` gives each month a partition. Milvus Lite counts words for each segment apart, so then
for each month; Milvus does not.
`--engine` fuses in Milvus instead (WeightedRanker over the same four searches), and compares
passages only.
`--keep DIR` keeps both stores and each outcome there. A run that was cut off goes on, and a run
with more questions asks only the new ones.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import arguments
from index.stores.keywords import question_terms
from index.stores.local.generations import open_index
from index.stores.milvus.connection import WEIGHTS
from index.stores.milvus.place import MilvusPlace
from index.stores.milvus.store import MilvusStore, _within
from index.stores.milvus.writer import MilvusWriter
from index.stores.places import encoder_of, place_of
from index.types import Embedder, Filters, IndexWriter, Match, Store, Vectors
from qa.answering.reader import OnnxReader
from qa.answering.retrieval import retrieve
from qa.answering.understanding import understand
from qa.archive import PASSAGES_READ, reply_from
from qa.evaluation.questions import LabelledQuestion, read_questions
from qa.types import Reader

_CANDIDATES = 100
_MEANING_SHARE = 0.25


class FusedInMilvus(MilvusStore):
    """A store whose hybrid search is fused by Milvus's WeightedRanker.

    It takes cosines as they are, and BM25 scores through an arctangent.
    """

    def search(
        self, vector: Vectors, text: str, k: int, filters: Filters = Filters()
    ) -> list[Match]:
        """Return the best `k` passages, best first; a score is 1 / rank."""
        from pymilvus import AnnSearchRequest, WeightedRanker

        within = _within(filters, self.partitions)
        partitions = within.pop("partition_names", None)
        expression = {"expr": within["filter"]} if within else {}
        terms = " ".join(question_terms(text, self._analyzer))
        by_meaning = {"metric_type": "IP", "params": {"ef": 256}}
        by_words = {"metric_type": "BM25", "params": {}}
        asked = [
            AnnSearchRequest([vector.tolist()], "vector", by_meaning, _CANDIDATES, **expression)
        ]
        for name in WEIGHTS:
            column = f"{name}_bm25"
            asked.append(AnnSearchRequest([terms], column, by_words, _CANDIDATES, **expression))
        word_shares = [(1 - _MEANING_SHARE) * weight for weight in WEIGHTS.values()]
        (hits,) = self.milvus.call(
            "hybrid_search",
            self._name,
            asked,
            WeightedRanker(_MEANING_SHARE, *word_shares),
            limit=k,
            output_fields=["row"],
            partition_names=partitions,
        )
        rows = [int(hit["row"]) for hit in hits]
        passages = self.passages(rows)
        return [Match(passages[row], 1 / rank) for rank, row in enumerate(rows, 1)]


def main(given: Sequence[str] | None = None) -> None:
    """Fill both stores, ask the questions, and print the figures."""
    parser = arguments(__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--articles", type=int, default=600)
    parser.add_argument("--most", type=int, default=150, metavar="QUESTIONS")
    parser.add_argument("--by-month", action="store_true")
    parser.add_argument("--engine", action="store_true")
    parser.add_argument("--keep", type=Path, metavar="DIR")
    options = parser.parse_args(given)
    source = open_index(options.index)
    embedder = encoder_of(options.index, source)
    questions = list(itertools.islice(read_questions(options.questions), options.most))
    with contextlib.ExitStack() as stack:
        kept: Path | None = options.keep
        if kept is None:
            kept = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        kept.mkdir(parents=True, exist_ok=True)
        there = place_of(f"milvus://127.0.0.1:{start_milvus(kept, stack)}/news?timeout=600")
        assert isinstance(there, MilvusPlace)
        here = place_of(kept / "local")
        if MilvusWriter(there.connection).live() is None:
            began = time.perf_counter()
            writer = MilvusWriter(there.connection, by_month=options.by_month)
            with contextlib.closing(writer):
                fill(writer, embedder, source, options.articles)
            took = time.perf_counter() - began
            print(f"{there.open().manifest['counts']} into Milvus in {took:.0f} s", flush=True)
        if not (kept / "local").exists():
            with here.writing() as local:
                fill(local, embedder, source, options.articles)
        beyond = there.open()
        if options.engine:
            beyond = FusedInMilvus(there.connection, beyond._name, beyond.generation)
        reader = None if options.engine else OnnxReader()
        outcomes = compare(
            [here.open(), beyond], embedder, reader, questions, kept / "compared.jsonl"
        )
        print(json.dumps(figures_of(outcomes), indent=1))


def start_milvus(folder: Path, stack: contextlib.ExitStack) -> int:
    """Start a server of Milvus Lite that keeps its data in the folder; return its port."""
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    server, database, port = start_server_in_thread(str(folder / "milvus"))
    stack.callback(database.close)
    stack.callback(server.stop, 0)
    return int(port)


def fill(writer: IndexWriter, embedder: Embedder, source: Store, count: int) -> None:
    """Write the first `count` articles of an index as they were encoded, and publish them."""
    articles = list(itertools.islice(source.articles(), count))
    for article in writer.begin(embedder, {}, articles, None):
        writer.add(*source.indexed(article.id))
    writer.publish()


def compare(
    stores: Sequence[Store],
    embedder: Embedder,
    reader: Reader | None,
    questions: Sequence[LabelledQuestion],
    kept: Path,
) -> list[dict[str, Any]]:
    """Return what was the same for each question, and how long each search took.

    Without a reader only passages are compared. A question whose outcome is in the file `kept` is
    not asked again.
    """
    done: list[dict[str, Any]] = []
    if kept.exists():
        done = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    with kept.open("a", encoding="utf-8") as file:
        for question in questions[len(done) :]:
            done.append(compare_one(stores, embedder, reader, question))
            file.write(json.dumps(done[-1]) + "\n")
            file.flush()
    return done[: len(questions)]


def compare_one(
    stores: Sequence[Store],
    embedder: Embedder,
    reader: Reader | None,
    question: LabelledQuestion,
) -> dict[str, Any]:
    """Return the outcome of one question; print it if the first answers differ."""
    asked = understand(question.question, as_of=question.asked)
    found, answers, took = [], [], []
    for store in stores:
        began = time.perf_counter()
        hits = retrieve(store, embedder, asked, PASSAGES_READ)
        took.append(1000 * (time.perf_counter() - began))
        found.append([(hit.article.id, hit.start) for hit in hits])
        if reader is not None:
            reply = reply_from(asked, hits, reader)
            answers.append(reply.answers[0].text if reply.answers else None)
    here, there = found
    outcome: dict[str, Any] = {
        "first passage": here[:1] == there[:1],
        "first 5 passages": here[:5] == there[:5],
        "all passages": here == there,
        "took": took,
    }
    if answers:
        outcome["first answer"] = answers[0] == answers[1]
        if answers[0] != answers[1]:
            alone = sorted(map(str, set(here) ^ set(there)))
            print(
                f"{question.question!r}: local {answers[0]!r}, Milvus {answers[1]!r}; "
                f"passages of one store alone: {alone}"
            )
    return outcome


def figures_of(outcomes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the share of questions with the same result, and each store's median time."""
    figures: dict[str, Any] = {"questions": len(outcomes)}
    for name in outcomes[0]:
        if name != "took":
            figures[name] = round(float(np.mean([outcome[name] for outcome in outcomes])), 4)
    times = zip(*(outcome["took"] for outcome in outcomes), strict=True)
    figures["retrieve, median ms"] = [round(statistics.median(some), 1) for some in times]
    return figures


if __name__ == "__main__":
    main()
