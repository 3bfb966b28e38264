"""Dateline beside what one would pick instead, on the same passages and questions, with the same weights.

    pip install -e '.[bench]'                          # best into an environment of its own
    python -m benchmarks.peers DATA/realtimeqa/2022 --index DIR [--questions 60] [--passages 20000]

The others: Haystack (in-memory store, its extractive reader), txtai (Embeddings, Questions), and a script of
sentence-transformers, FAISS and transformers. All get the same passages (whole articles of the index: those that help
with the questions, and others up to --passages) with the vectors of Dateline's index, encode a question by the same
all-MiniLM-L6-v2, read 16 passages, and read them with Dateline's reader: its weights as floats, in Hugging Face's form.
Dateline asks with all its parts: both searches, two readings, agreement.

Each is a process of its own; they take turns, question by question, on all cores. Milliseconds are medians with the
10th and 90th percentile, ratios are of the same question, memory is the process's peak. Exact match and F1 are of the
best answer, whatever its probability. txtai's Questions gives no scores: of the 16 passages' answers its first counts.
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

_READ = 16  # passages
_LONGEST = 30  # tokens of an answer


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
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
    from qa.evaluation.metrics import exact_match, f1
    from qa.evaluation.questions import read_questions

    known = [
        one
        for one in read_questions(options.news / "questions.jsonl")
        if one.answers and one.held is not False
    ]
    asked = random.Random(0).sample(known, min(options.questions + 2, len(known)))
    count = prepare(
        options.work, options.index, {id for one in asked for id in one.articles}, options.passages
    )
    command = [
        sys.executable,
        "-m",
        "benchmarks.peers",
        str(options.news),
        "--work",
        str(options.work),
        "--serve",
    ]
    systems = {
        name: subprocess.Popen(
            [*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for name in options.systems
    }
    for process in systems.values():
        said(process)  # it is ready
    times: dict[str, list[float]] = {name: [] for name in systems}
    exact: dict[str, list[float]] = {name: [] for name in systems}
    overlap: dict[str, list[float]] = {name: [] for name in systems}
    for number, one in enumerate(asked):
        for name, process in systems.items():
            assert process.stdin is not None
            process.stdin.write(json.dumps(one.question) + "\n")
            process.stdin.flush()
            reply = said(process)
            if number >= 2:  # the first ones warm them up
                times[name].append(reply["ms"])
                exact[name].append(exact_match(reply["answer"], one.answers or ()))
                overlap[name].append(f1(reply["answer"], one.answers or ()))
        print(f"{number + 1} of {len(asked)}  ", end="\r", file=sys.stderr)
    print(f"{len(asked) - 2} questions, {count} passages, {len(os.sched_getaffinity(0))} cores")
    print(
        f"{'':<12}{'ms':>8}{'10% to 90%':>16}{'ratio':>8}{'10% to 90%':>14}{'exact':>8}{'F1':>7}{'peak MB':>9}"
    )
    for name, process in systems.items():
        assert process.stdin is not None
        process.stdin.close()
        memory = said(process)["mb"]
        process.wait()
        ratios = [other / ours for other, ours in zip(times[name], times["dateline"], strict=True)]
        low, high = spread(times[name])
        least, most = spread(ratios)
        print(
            f"{name:<12}{statistics.median(times[name]):>8.0f}{f'{low:.0f} to {high:.0f}':>16}{statistics.median(ratios):>8.1f}{f'{least:.1f} to {most:.1f}':>14}"
            f"{100 * statistics.mean(exact[name]):>8.1f}{100 * statistics.mean(overlap[name]):>7.1f}{memory:>9.0f}"
        )


def spread(values: Sequence[float]) -> tuple[float, float]:
    deciles = statistics.quantiles(values, n=10)
    return deciles[0], deciles[-1]


def said(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("{"):  # libraries print, too
            found: dict[str, Any] = json.loads(line)
            return found
    raise SystemExit(
        f"{process.args!r} ended with {process.wait()}; are the peers installed? pip install -e '.[bench]'"
    )


def prepare(work: Path, folder: Path, wanted: set[str], most: int) -> int:
    """Write what the systems start from: an index of Dateline's, the passages as JSON, their vectors, both models. Returns the count of passages."""
    from index.models.encoder import _default_weights
    from index.pipeline import SETTINGS
    from index.stores.local.generations import ENCODERS, encoder_of, open_index, writing

    shutil.rmtree(work, ignore_errors=True)
    (work / "index").mkdir(parents=True)
    store = open_index(folder)
    articles = [article for article in store.articles() if article.id in wanted]
    others = [article for article in store.articles() if article.id not in wanted]
    random.Random(0).shuffle(others)
    shutil.copytree(folder / ENCODERS, work / "index" / ENCODERS)
    rows: list[dict[str, str]] = []
    vectors = []
    with writing(work / "index") as desk, desk.draft(encoder_of(folder, store), SETTINGS) as draft:
        for article in articles + others:
            if len(rows) >= most and article.id not in wanted:
                break
            passages, theirs = store.indexed(article)
            draft.add(passages, theirs)
            rows += [{"text": passage.text, "title": article.title or ""} for passage in passages]
            vectors.append(theirs)
        draft.publish()
    (work / "passages.json").write_text(json.dumps(rows))
    np.save(work / "vectors.npy", np.concatenate(vectors))
    write_reader(work / "reader")
    (work / "encoder").symlink_to(_default_weights())
    return len(rows)


def write_reader(folder: Path) -> None:
    """Dateline's reader as a BertForQuestionAnswering of transformers: its floats, without its relevance output."""
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
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        began = time.perf_counter()
        text = answer(question)
        print(json.dumps({"answer": text, "ms": 1000 * (time.perf_counter() - began)}), flush=True)
    peak = next(
        line
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmHWM")
    )  # ru_maxrss begins with the parent's
    print(json.dumps({"mb": int(peak.split()[1]) / 1024}), flush=True)


def _given(work: Path) -> tuple[list[dict[str, str]], np.ndarray]:
    return json.loads((work / "passages.json").read_text()), np.load(work / "vectors.npy")


def dateline(work: Path) -> Callable[[str], str]:
    from qa.answering.retrieval import retrieve
    from qa.archive import Archive, understand

    archive = Archive.open(work / "index")

    def ask(question: str) -> str:
        asked = understand(question)
        spans, answers, _ = archive.read(asked, retrieve(*archive._live, asked, _READ))
        return answers[0].text if answers else spans[0].text if spans else ""

    return ask


def haystack(work: Path) -> Callable[[str], str]:
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
        answers = pipeline.run({"embedder": {"text": question}, "reader": {"query": question}})[
            "reader"
        ]["answers"]
        return str(answers[0].data or "") if answers else ""

    return ask


def txtai(work: Path) -> Callable[[str], str]:
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
            except TypeError:  # txtai 9.14 fails where the best span is the null one, at [CLS]
                continue
        return next((str(answer) for answer in answers if answer), "")

    return ask


def plain(work: Path) -> Callable[[str], str]:
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
            start, end = (
                np.where(inside, logits[place].numpy(), -np.inf)
                for logits in (outputs.start_logits, outputs.end_logits)
            )
            reach = np.arange(len(start))[None, :] - np.arange(len(start))[:, None]
            scores = np.where(
                (reach >= 0) & (reach < _LONGEST), start[:, None] + end[None, :], -np.inf
            )
            first, last = np.unravel_index(int(np.argmax(scores)), scores.shape)
            score = float(
                scores[first, last] - outputs.start_logits[place][0] - outputs.end_logits[place][0]
            )
            if score > best[0]:
                best = (score, text[offsets[place][first][0] : offsets[place][last][1]])
        return best[1]

    return ask


SYSTEMS: dict[str, Callable[[Path], Callable[[str], str]]] = {
    "dateline": dateline,
    "haystack": haystack,
    "txtai": txtai,
    "plain": plain,
}

if __name__ == "__main__":
    main()
