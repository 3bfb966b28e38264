"""How the answers from Milvus agree with those of the local store, on the same articles, encoded once.

    python -m benchmarks.milvus QUESTIONS.jsonl --index DIR [--articles 600] [--questions 150] [--by-month] [--engine]

The first articles of the index in DIR are copied, without encoding, into a local index and into a server of Milvus Lite on the
loopback, and each question is asked of both as of its own day. Printed: the share whose first answer, first passage and first five
passages are the same, each question whose first answer differs, and how long a search takes. `--by-month` partitions Milvus by
month (Milvus Lite counts words for each segment apart, so for each month; Milvus does not). `--engine` fuses in Milvus instead
(WeightedRanker over the same four searches) and compares first passages alone.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.folder import writing
from index.milvus import _WEIGHTS, Milvus, MilvusPlace, MilvusStore
from index.milvus_alias import MilvusDesk, open_milvus
from index.stores import encoder_of, open_index
from index.types import Filters, Match, Vectors
from qa.archive import Archive
from qa.reader import OnnxReader


class InEngine(MilvusStore):
    """Its hybrid search fused by Milvus's WeightedRanker: cosines as they are, BM25 scores through an arctangent."""

    def search(self, vector: Vectors, text: str, k: int, filters: Filters = Filters()) -> list[Match]:
        from pymilvus import AnnSearchRequest, WeightedRanker

        from index.keywords import question_terms
        from index.milvus import _within

        within = _within(filters, self.partitions)
        terms = " ".join(question_terms(text, self._analyzer))
        parts = within.pop("partition_names", None)
        expression = {"expr": within["filter"]} if within else {}
        asked = [AnnSearchRequest([vector.tolist()], "vector", {"metric_type": "IP", "params": {"ef": 256}}, 100, **expression)]
        asked += [AnnSearchRequest([terms], f"{name}_bm25", {"metric_type": "BM25", "params": {}}, 100, **expression) for name in _WEIGHTS]
        ranker = WeightedRanker(0.25, *(0.75 * weight for weight in _WEIGHTS.values()))
        (hits,) = self._milvus.call("hybrid_search", self._name, asked, ranker, limit=k, output_fields=["row"], partition_names=parts)
        rows = [int(hit["row"]) for hit in hits]
        passages = self.passages(rows)
        return [Match(passages[row], 1 / (1 + place)) for place, row in enumerate(rows)]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Milvus against the local store")
    parser.add_argument("questions", type=Path)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--articles", type=int, default=600)
    parser.add_argument("--most", type=int, default=150, metavar="QUESTIONS")
    parser.add_argument("--by-month", action="store_true")
    parser.add_argument("--engine", action="store_true")
    options = parser.parse_args(arguments)

    source = open_index(options.index)
    embedder = encoder_of(options.index, source)
    reader = OnnxReader()
    with tempfile.TemporaryDirectory() as scratch:
        from milvus_lite.adapter.grpc.server import start_server_in_thread

        server, database, port = start_server_in_thread(f"{scratch}/milvus")
        milvus = Milvus(MilvusPlace(f"http://127.0.0.1:{port}", "news", timeout=60))
        desk = MilvusDesk(milvus)
        batches = [source.indexed(article) for article in itertools.islice(source.articles(), options.articles)]
        began = time.perf_counter()
        with desk.draft(embedder, {}) as there:
            there.by_month = options.by_month
            for passages, vectors in batches:
                there.add(passages, vectors)
            there.publish()
        print(f"{sum(len(p) for p, _ in batches)} passages of {len(batches)} articles into Milvus in {time.perf_counter() - began:.0f} s")
        with writing(Path(scratch) / "local") as folder, folder.draft(embedder, {}) as here:
            for passages, vectors in batches:
                here.add(passages, vectors)
            here.publish()
        local = open_index(Path(scratch) / "local")
        beyond = open_milvus(milvus)
        if options.engine:
            beyond = InEngine(milvus, beyond._name, beyond.generation)
        articles = {article.id for article in local.articles()}
        lines = [json.loads(line) for line in options.questions.read_text(encoding="utf-8").splitlines()]
        told = compare([Archive(store, embedder, reader) for store in (local, beyond)], lines[: options.most], options.engine)
        print(json.dumps({"articles": len(articles), "questions": len(lines[: options.most])} | told, indent=1))
        server.stop(0)
        database.close()


def compare(archives: Sequence[Archive], questions: Sequence[dict[str, Any]], passages_alone: bool) -> dict[str, Any]:
    same: dict[str, list[bool]] = {"first answer": [], "first passage": [], "first 5 passages": [], "all passages": []}
    took: list[list[float]] = [[], []]
    for question in questions:
        asked = {"as_of": question["asked"]} if "asked" in question else {}
        found, answers = [], []
        for place, archive in enumerate(archives):
            began = time.perf_counter()
            hits = archive.retrieve(question["question"], 16, **asked)
            took[place].append(1000 * (time.perf_counter() - began))
            found.append([(hit.article.id, hit.start) for hit in hits])
            if not passages_alone:
                reply = archive.ask(question["question"], **asked)
                answers.append(reply.answers[0].text if reply.answers else None)
        same["first passage"].append(found[0][:1] == found[1][:1])
        same["first 5 passages"].append(found[0][:5] == found[1][:5])
        same["all passages"].append(found[0] == found[1])
        if answers:
            same["first answer"].append(answers[0] == answers[1])
            if answers[0] != answers[1]:
                print(
                    f"{question['question']!r}: local {answers[0]!r}, Milvus {answers[1]!r}; passages of one alone: {set(found[0]) ^ set(found[1])}"
                )
    figures: dict[str, Any] = {name: round(float(np.mean(values)), 4) for name, values in same.items() if values}
    return figures | {"retrieve, median ms": [round(statistics.median(times), 1) for times in took]}


if __name__ == "__main__":
    main()
