"""How the answers from Milvus agree with those of the local store, on the same articles, encoded once.

    python -m benchmarks.milvus QUESTIONS.jsonl --index DIR [--articles 600] [--most 150] [--by-month] [--engine] [--keep DIR]

The first articles of the index in DIR are copied, without encoding, into a local index and into a server of Milvus Lite on the
loopback, and each question is asked of both as of its own day. Printed: the share whose first answer, first passage and first five
passages are the same, each question whose first answer differs, and how long a search takes. `--by-month` partitions Milvus by
month (Milvus Lite counts words for each segment apart, so for each month; Milvus does not). `--engine` fuses in Milvus instead
(WeightedRanker over the same four searches) and compares first passages alone. `--keep DIR` keeps both stores and each outcome
there: a run that was cut off goes on, and one with more questions asks only these.
"""

from __future__ import annotations

import argparse
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

from index.stores.local.generations import writing
from index.stores.local.store import LocalStore
from index.stores.milvus.connection import WEIGHTS, Milvus, MilvusPlace
from index.stores.milvus.generations import MilvusDesk, open_milvus
from index.stores.milvus.store import MilvusStore
from index.stores.places import encoder_of, open_index
from index.types import Draft, Filters, Match, Vectors
from qa.answering.reader import OnnxReader
from qa.answering.retrieval import retrieve
from qa.archive import PASSAGES_READ, Archive, understand


class InEngine(MilvusStore):
    """Its hybrid search fused by Milvus's WeightedRanker: cosines as they are, BM25 scores through an arctangent."""

    def search(
        self, vector: Vectors, text: str, k: int, filters: Filters = Filters()
    ) -> list[Match]:
        from pymilvus import AnnSearchRequest, WeightedRanker

        from index.stores.keywords import question_terms
        from index.stores.milvus.store import _within

        within = _within(filters, self.partitions)
        terms = " ".join(question_terms(text, self._analyzer))
        parts = within.pop("partition_names", None)
        expression = {"expr": within["filter"]} if within else {}
        asked = [
            AnnSearchRequest(
                [vector.tolist()],
                "vector",
                {"metric_type": "IP", "params": {"ef": 256}},
                100,
                **expression,
            )
        ]
        asked += [
            AnnSearchRequest(
                [terms], f"{name}_bm25", {"metric_type": "BM25", "params": {}}, 100, **expression
            )
            for name in WEIGHTS
        ]
        ranker = WeightedRanker(0.25, *(0.75 * weight for weight in WEIGHTS.values()))
        (hits,) = self._milvus.call(
            "hybrid_search",
            self._name,
            asked,
            ranker,
            limit=k,
            output_fields=["row"],
            partition_names=parts,
        )
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
    parser.add_argument("--keep", type=Path, metavar="DIR")
    options = parser.parse_args(arguments)

    source = open_index(options.index)
    embedder = encoder_of(options.index, source)
    reader = OnnxReader()
    with contextlib.ExitStack() as stack:
        kept = (
            options.keep
            if options.keep is not None
            else Path(stack.enter_context(tempfile.TemporaryDirectory()))
        )
        kept.mkdir(parents=True, exist_ok=True)
        from milvus_lite.adapter.grpc.server import start_server_in_thread

        server, database, port = start_server_in_thread(str(kept / "milvus"))
        stack.callback(database.close)
        stack.callback(server.stop, 0)
        milvus = Milvus(MilvusPlace(f"http://127.0.0.1:{port}", "news", timeout=600))
        if (desk := MilvusDesk(milvus)).live_name() is None:
            began = time.perf_counter()
            with desk.draft(embedder, {}) as there:
                there.by_month = options.by_month
                fill(there, source, options.articles)
            print(
                f"{open_milvus(milvus).manifest['counts']} into Milvus in {time.perf_counter() - began:.0f} s",
                flush=True,
            )
        if not (kept / "local").exists():
            with writing(kept / "local") as folder, folder.draft(embedder, {}) as here:
                fill(here, source, options.articles)
        local, beyond = open_index(kept / "local"), open_milvus(milvus)
        if options.engine:
            beyond = InEngine(milvus, beyond._name, beyond.generation)
        lines = [
            json.loads(line) for line in options.questions.read_text(encoding="utf-8").splitlines()
        ][: options.most]
        archives = [Archive(store, embedder, reader) for store in (local, beyond)]
        print(
            json.dumps(
                figures(compared(archives, lines, options.engine, kept / "compared.jsonl")),
                indent=1,
            )
        )


def fill(draft: Draft, source: LocalStore | MilvusStore, articles: int) -> None:
    """Write the first so many articles of an index into a draft, as they were encoded, and publish it."""
    for article in itertools.islice(source.articles(), articles):
        passages, vectors = source.indexed(article)
        draft.add(passages, vectors)
    draft.publish()


def compared(
    archives: Sequence[Archive],
    questions: Sequence[dict[str, Any]],
    passages_alone: bool,
    kept: Path,
) -> list[dict[str, Any]]:
    """What was the same for each question, and how long each search took. Those whose outcome is in the file `kept` are not asked again."""
    done = (
        [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
        if kept.exists()
        else []
    )
    with kept.open("a", encoding="utf-8") as file:
        for question in questions[len(done) :]:
            asked = understand(question["question"], as_of=question.get("asked"))
            found, answers, took = [], [], []
            for archive in archives:
                began = time.perf_counter()
                hits = retrieve(*archive._live, asked, PASSAGES_READ)
                took.append(1000 * (time.perf_counter() - began))
                found.append([(hit.article.id, hit.start) for hit in hits])
                if not passages_alone:
                    _, said, _ = archive.read(asked, hits)
                    answers.append(said[0].text if said else None)
            outcome: dict[str, Any] = {
                "first passage": found[0][:1] == found[1][:1],
                "first 5 passages": found[0][:5] == found[1][:5],
            }
            outcome |= {"all passages": found[0] == found[1], "took": took}
            if answers:
                outcome["first answer"] = answers[0] == answers[1]
                if answers[0] != answers[1]:
                    alone = sorted(map(str, set(found[0]) ^ set(found[1])))
                    print(
                        f"{question['question']!r}: local {answers[0]!r}, Milvus {answers[1]!r}; passages of one alone: {alone}"
                    )
            file.write(json.dumps(outcome) + "\n")
            file.flush()
            done.append(outcome)
    return done[: len(questions)]


def figures(outcomes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The share of questions for which each thing was the same; the median of each store's searches."""
    names = [name for name in outcomes[0] if name != "took"]
    same = {
        name: round(float(np.mean([outcome[name] for outcome in outcomes])), 4) for name in names
    }
    took = [
        round(statistics.median(times), 1)
        for times in zip(*(outcome["took"] for outcome in outcomes), strict=True)
    ]
    return {"questions": len(outcomes)} | same | {"retrieve, median ms": took}


if __name__ == "__main__":
    main()
