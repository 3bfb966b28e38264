"""Dateline beside other tools, on the same passages and questions, with the same weights.

    pip install -e '.[bench]'                          # best into an environment of its own
    python -m benchmarks.peers DATA/realtimeqa/2022 --index DIR [--questions 60] [--passages 20000]

The others are Haystack (in-memory store and its extractive reader), txtai (Embeddings and
Questions), and a script with sentence-transformers, FAISS and transformers.

All get the same passages with the vectors of Dateline's index: whole articles, first those that
help with the questions, then others up to --passages. All encode a question by the same
all-MiniLM-L6-v2, and read 16 passages with Dateline's reader: its weights as floats, in Hugging
Face's form. Dateline asks with all its parts, both searches and agreement included.

Each tool is a process of its own. They take turns, question by question, on all cores. Milliseconds
are medians with the 10th and 90th percentile, ratios are for the same question, and memory is the
peak of the process. Exact match and F1 are of the best answer, whatever its probability. The
Questions of txtai give no scores, so the first answer from its 16 passages counts.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import arguments, memory_mb
from qa.evaluation.metrics import exact_match, f1
from qa.evaluation.questions import LabelledQuestion, read_questions

_READ = 16  # passages
_WARM = 2  # questions
_LONGEST = 30  # tokens of an answer


def main() -> None:
    """Prepare the data, start the tools, ask them in turn, and print a table."""
    parser = arguments(__doc__)
    parser.add_argument("news", type=Path)
    parser.add_argument("--index", type=Path, default=Path("var/index"))
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--passages", type=int, default=20_000)
    parser.add_argument("--work", type=Path, default=Path("var/benchmarks/peers"))
    parser.add_argument("--systems", nargs="*", default=list(SYSTEMS), choices=list(SYSTEMS))
    parser.add_argument("--serve", choices=list(SYSTEMS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        serve(SYSTEMS[options.serve](options.work))
        return
    asked = sampled(options.news / "questions.jsonl", options.questions + _WARM)
    helpful = set[str]()
    for question in asked:
        helpful.update(question.articles)
    count = prepare(options.work, options.index, helpful, options.passages)
    command = [sys.executable, "-m", "benchmarks.peers", str(options.news)]
    command += ["--work", str(options.work), "--serve"]
    systems = {name: System([*command, name]) for name in options.systems}
    for number, question in enumerate(asked):
        for system in systems.values():
            system.ask(question, warm=number < _WARM)
        print(f"{number + 1} of {len(asked)}  ", end="\r", file=sys.stderr)
    cores = len(os.sched_getaffinity(0))
    print(f"{len(asked) - _WARM} questions, {count} passages, {cores} cores")
    print(
        f"{'':<12}{'ms':>8}{'10% to 90%':>16}{'ratio':>8}{'10% to 90%':>14}{'exact':>8}{'F1':>7}"
        f"{'peak MB':>9}"
    )
    for name, system in systems.items():
        print(f"{name:<12}{system.row(systems['dateline'].times)}")


def sampled(file: Path, count: int) -> list[LabelledQuestion]:
    """Return a sample of the questions that have an answer in the articles."""
    known = [one for one in read_questions(file) if one.answers and one.held is not False]
    return random.Random(0).sample(known, min(count, len(known)))


class System:
    """A tool in a process of its own, and its results so far."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._next_line()  # it is ready
        self.times: list[float] = []
        self.exact: list[float] = []
        self.f1: list[float] = []

    def ask(self, question: LabelledQuestion, warm: bool) -> None:
        """Ask one question; its result counts unless it only warms up."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question.question) + "\n")
        self._process.stdin.flush()
        reply = self._next_line()
        if not warm:
            golds = question.answers or ()
            self.times.append(reply["ms"])
            self.exact.append(exact_match(reply["answer"], golds))
            self.f1.append(f1(reply["answer"], golds))

    def row(self, ours: Sequence[float]) -> str:
        """End the process, and return its row of the table beside Dateline's times."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        memory = self._next_line()["mb"]
        self._process.wait()
        ratios = [other / one for other, one in zip(self.times, ours, strict=True)]
        return (
            f"{statistics.median(self.times):>8.0f}{spread(self.times, 0):>16}"
            f"{statistics.median(ratios):>8.1f}{spread(ratios, 1):>14}"
            f"{100 * statistics.mean(self.exact):>8.1f}{100 * statistics.mean(self.f1):>7.1f}"
            f"{memory:>9.0f}"
        )

    def _next_line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):  # libraries print, too
                found: dict[str, Any] = json.loads(line)
                return found
        raise SystemExit(
            f"{self._process.args!r} ended with {self._process.wait()}; "
            "are the peers installed? pip install -e '.[bench]'"
        )


def spread(values: Sequence[float], digits: int) -> str:
    """Return the 10th and 90th percentile: "12 to 40"."""
    deciles = statistics.quantiles(values, n=10)
    return f"{deciles[0]:.{digits}f} to {deciles[-1]:.{digits}f}"


def prepare(work: Path, folder: Path, helpful: set[str], most: int) -> int:
    """Write what the tools start from, and return the number of passages.

    That is an index of Dateline's, the passages as JSON, their vectors, and both models.
    """
    from index.passages import SETTINGS
    from index.stores.local.generations import open_index
    from index.stores.manifest import ENCODERS
    from index.stores.places import encoder_of, place_of
    from training.encoder import original_weights

    shutil.rmtree(work, ignore_errors=True)
    (work / "index").mkdir(parents=True)
    store = open_index(folder)
    articles = [article for article in store.articles() if article.record_id in helpful]
    others = [article for article in store.articles() if article.record_id not in helpful]
    random.Random(0).shuffle(others)
    shutil.copytree(folder / ENCODERS, work / "index" / ENCODERS)
    rows: list[dict[str, str]] = []
    vectors = []
    with place_of(work / "index").writing() as writer:
        writer.begin(encoder_of(folder, store), SETTINGS, articles + others, None)
        for article in articles + others:
            if len(rows) >= most and article.record_id not in helpful:
                break
            passages, theirs = store.indexed(article.id)
            writer.add(passages, theirs)
            rows += [{"text": passage.text, "title": article.title or ""} for passage in passages]
            vectors.append(theirs)
        writer.publish()
    (work / "passages.json").write_text(json.dumps(rows))
    np.save(work / "vectors.npy", np.concatenate(vectors))
    write_reader(work / "reader")
    (work / "encoder").symlink_to(original_weights())
    return len(rows)


def write_reader(folder: Path) -> None:
    """Write Dateline's reader as a BertForQuestionAnswering of transformers.

    Its weights are floats there, and it has no relevance output.
    """
    import torch
    from transformers import BertForQuestionAnswering, PreTrainedTokenizerFast

    from qa.answering.reader import MODEL
    from training.model import load

    network, _ = load(MODEL)
    model = BertForQuestionAnswering(network.bert.config)
    state = {
        f"bert.{name}": tensor
        for name, tensor in network.bert.state_dict().items()
        if not name.startswith("pooler.")
    }
    state |= {f"qa_outputs.{part}": getattr(network.span, part) for part in ("weight", "bias")}
    with torch.no_grad():
        model.load_state_dict(state)
    model.save_pretrained(folder)
    tokenizer: Any = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_file=str(MODEL / "tokenizer.json"),
        cls_token="[CLS]",
        sep_token="[SEP]",
        pad_token="[PAD]",
        unk_token="[UNK]",
        mask_token="[MASK]",
        model_max_length=512,
    )
    tokenizer.save_pretrained(folder)


def serve(answer: Callable[[str], str]) -> None:
    """Answer questions on standard input, one JSON string per line, until it ends."""
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        began = time.perf_counter()
        text = answer(question)
        print(json.dumps({"answer": text, "ms": 1000 * (time.perf_counter() - began)}), flush=True)
    print(json.dumps({"mb": memory_mb(kind="VmHWM")}), flush=True)  # ru_maxrss counts the parent's


def _given(work: Path) -> tuple[list[dict[str, str]], np.ndarray]:
    return json.loads((work / "passages.json").read_text()), np.load(work / "vectors.npy")


def dateline(work: Path) -> Callable[[str], str]:
    """Return a function that asks Dateline; the best span if it gives no answer."""
    import qa

    archive = qa.open(work / "index")

    def ask(question: str) -> str:
        reply = archive.ask(question, k=_READ)
        if reply.answers:
            return reply.answers[0].text
        if reply.candidates:
            return reply.candidates[0].text
        return ""

    return ask


def haystack(work: Path) -> Callable[[str], str]:
    """Return a function that asks a pipeline of Haystack."""
    from haystack import Document, Pipeline
    from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersTextEmbedder,
    )
    from haystack_integrations.components.readers.transformers import TransformersExtractiveReader

    rows, vectors = _given(work)
    store = InMemoryDocumentStore(embedding_similarity_function="dot_product")
    store.write_documents(
        [
            Document(id=str(n), content=row["text"], embedding=vector.tolist())
            for n, (row, vector) in enumerate(zip(rows, vectors, strict=True))
        ]
    )
    pipeline = Pipeline()
    pipeline.add_component(
        "embedder",
        SentenceTransformersTextEmbedder(model=str(work / "encoder"), progress_bar=False),
    )
    pipeline.add_component("retriever", InMemoryEmbeddingRetriever(store, top_k=_READ))
    pipeline.add_component(
        "reader", TransformersExtractiveReader(model=str(work / "reader"), top_k=1, no_answer=False)
    )
    pipeline.connect("embedder.embedding", "retriever.query_embedding")
    pipeline.connect("retriever.documents", "reader.documents")

    def ask(question: str) -> str:
        found = pipeline.run({"embedder": {"text": question}, "reader": {"query": question}})
        answers = found["reader"]["answers"]
        return str(answers[0].data or "") if answers else ""

    return ask


def txtai(work: Path) -> Callable[[str], str]:
    """Return a function that asks txtai."""
    from sentence_transformers import SentenceTransformer
    from txtai import Embeddings
    from txtai.pipeline import Questions

    rows, vectors = _given(work)
    encoder = SentenceTransformer(str(work / "encoder"), device="cpu")
    first = [0]  # the rows come in order, then the questions

    def transform(texts: Sequence[Any]) -> np.ndarray:
        if first[0] < len(vectors):
            first[0] += len(texts)
            return np.asarray(vectors[first[0] - len(texts) : first[0]])
        return np.asarray(encoder.encode(list(texts), show_progress_bar=False))

    embeddings = Embeddings(
        method="external",
        transform=transform,
        content=True,
        backend="faiss",
        faiss={"components": "IDMap,Flat"},
    )
    embeddings.index((n, row["text"], None) for n, row in enumerate(rows))
    questions = Questions(str(work / "reader"), gpu=False)

    def ask(question: str) -> str:
        answers = []
        for found in embeddings.search(question, _READ):
            try:
                answers += questions([question], [found["text"]])
            except TypeError:  # txtai 9.14 fails if the best span is the null one, at [CLS]
                continue
        return next((str(answer) for answer in answers if answer), "")

    return ask


def plain(work: Path) -> Callable[[str], str]:
    """Return a function that asks a script of the libraries alone."""
    import faiss
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    rows, vectors = _given(work)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    encoder = SentenceTransformer(str(work / "encoder"), device="cpu")
    tokenizer = AutoTokenizer.from_pretrained(work / "reader")
    reader = AutoModelForQuestionAnswering.from_pretrained(work / "reader").eval()

    def ask(question: str) -> str:
        _, found = index.search(encoder.encode([question], show_progress_bar=False), _READ)
        texts = [rows[row]["text"] for row in found[0]]
        inputs = tokenizer(
            [question] * len(texts),
            texts,
            truncation="only_second",
            padding=True,
            return_tensors="pt",
            return_offsets_mapping=True,
        )
        offsets = inputs.pop("offset_mapping")
        with torch.inference_mode():
            outputs = reader(**inputs)
        best = (-np.inf, "")
        for place, text in enumerate(texts):
            inside = np.array([part == 1 for part in inputs.sequence_ids(place)])
            start, end = outputs.start_logits[place].numpy(), outputs.end_logits[place].numpy()
            score, first, last = best_pair(start, end, inside)
            if score > best[0]:
                best = (score, text[offsets[place][first][0] : offsets[place][last][1]])
        return best[1]

    return ask


def best_pair(
    start: NDArray[np.float32], end: NDArray[np.float32], inside: NDArray[np.bool_]
) -> tuple[float, int, int]:
    """Return the best span as its margin over the null score, first token and last token.

    `start` and `end` are logits, (tokens,); a span lies `inside` the passage.
    """
    starts, ends = np.where(inside, start, -np.inf), np.where(inside, end, -np.inf)
    reach = np.arange(len(start))[None, :] - np.arange(len(start))[:, None]
    allowed = (reach >= 0) & (reach < _LONGEST)
    scores = np.where(allowed, starts[:, None] + ends[None, :], -np.inf)
    first, last = np.unravel_index(int(np.argmax(scores)), scores.shape)
    return float(scores[first, last] - start[0] - end[0]), int(first), int(last)


SYSTEMS: dict[str, Callable[[Path], Callable[[str], str]]] = {
    "dateline": dateline,
    "haystack": haystack,
    "txtai": txtai,
    "plain": plain,
}

if __name__ == "__main__":
    main()
