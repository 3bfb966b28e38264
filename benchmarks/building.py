"""How fast passages are encoded, and how long a rebuild takes.

    python -m benchmarks.building DATA/realtimeqa/2022/articles.jsonl.gz --index DIR [--passages 400] [--runs 3]

DIR is an index of that file; it is copied first, and stays as it is. Encoding: passages of the index, drawn evenly, by
Dateline's compiled encoder and by SentenceTransformer.encode in float32, in turn, with the mean cosine between the two; and the share of
the machine's int8 rate that this is: the encoder's matrix products alone, of the same shapes, by the same library.
Rebuilding: seconds of index.build in a process of its own that has imported it, and of the whole `dateline build`:
nothing changed; an article more, in a file beside or in the file itself; an article changed; an article removed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.products import matrix_products
from index.models.encoder import CompiledEncoder
from index.models.runtime import on_all_cores
from index.pipeline import encoded_text
from index.stores.local.generations import ENCODERS, open_index
from index.stores.places import encoder_of

_ONCE = "import sys, index.pipeline, index; print(index.build(sys.argv[1], sys.argv[2]).seconds)"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("articles", type=Path)
    parser.add_argument("--index", type=Path, default=Path("var/index"))
    parser.add_argument("--passages", type=int, default=400)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    if options.passages:
        encoding(options.index, options.passages, options.runs)
    with tempfile.TemporaryDirectory(dir=options.index.parent) as scratch:
        rebuilding(options.articles, options.index, Path(scratch), options.runs)


def encoding(folder: Path, count: int, runs: int) -> None:
    from sentence_transformers import SentenceTransformer

    from index.models.encoder import _default_weights

    store = open_index(folder)
    rows = np.linspace(0, store.manifest["counts"]["passages"] - 1, count).astype(int).tolist()
    texts = [encoded_text(passage) for passage in store.passages(rows).values()]
    ours, theirs = encoder_of(folder, store), SentenceTransformer(_default_weights(), device="cpu")
    ways: dict[str, Callable[[], np.ndarray]] = {
        "Dateline": lambda: ours.encode(texts),
        "SentenceTransformer": lambda: np.asarray(
            theirs.encode(texts, show_progress_bar=False, normalize_embeddings=True)
        ),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    vectors = {name: way() for name, way in ways.items()}  # and warm
    for _ in range(runs):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            rates[name].append(len(texts) / (time.perf_counter() - began))
    assert isinstance(ours, CompiledEncoder)
    multiply, operations = matrix_products(ours.folder / "encoder.onnx")
    tokens = [len(ours._tokenizer.encode(text).ids) for text in texts]
    alone = [
        len(texts) / timed_call(lambda: on_all_cores(multiply, tokens)) for _ in range(runs + 1)
    ][1:]
    for name, found in rates.items():
        print(
            f"{name:<22}{statistics.median(found):>7.0f} passages/s ({min(found):.0f} to {max(found):.0f})"
        )
    ratios = [one / other for one, other in zip(*rates.values(), strict=True)]
    cosine = float((vectors["Dateline"] * vectors["SentenceTransformer"]).sum(axis=1).mean())
    print(
        f"ratio {statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f}), mean cosine {cosine:.4f}, {len(texts)} passages"
    )
    share = statistics.median(rates["Dateline"]) / statistics.median(alone)
    print(
        f"its int8 matrix products alone: {statistics.median(alone):.0f} passages/s ({min(alone):.0f} to {max(alone):.0f}), "
        f"{statistics.median(alone) * operations * statistics.mean(tokens) / 1e9:.0f} billion operations a second; encoding reaches {100 * share:.0f}% of that"
    )


def timed_call(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def rebuilding(articles: Path, folder: Path, scratch: Path, runs: int) -> None:
    corpus, copy = scratch / "corpus", scratch / "index"
    corpus.mkdir()
    shutil.copyfile(articles, corpus / articles.name)
    live = (folder / "CURRENT").read_text().strip()
    shutil.copytree(folder / live, copy / live)
    shutil.copytree(folder / ENCODERS, copy / ENCODERS)
    shutil.copyfile(folder / "CURRENT", copy / "CURRENT")
    changes: dict[str, Callable[[int], object]] = {
        "nothing changed": lambda run: None,
        "an article more, in a file beside": lambda run: (corpus / f"extra{run}.txt").write_text(
            story(run)
        ),
        "an article more, in the same file": lambda run: append(corpus / articles.name, run),
        "an article changed": lambda run: (corpus / f"extra{run}.txt").write_text(story(run + 100)),
        "an article removed": lambda run: (corpus / f"extra{run}.txt").unlink(),
    }
    for number in (
        1,
        2,
    ):  # what the first comparison of all leaves; files that changed just now, which are read again
        (corpus / "first.txt").write_text(story(-number))
        timed("dateline", corpus, copy)
        time.sleep(3)
    timed("dateline", corpus, copy)
    for name, change in changes.items():
        calls: list[float] = []
        whole: list[float] = []
        for run in range(2 * runs):
            change(run)
            (calls if run % 2 else whole).append(
                timed("call" if run % 2 else "dateline", corpus, copy)
            )
        print(
            f"{name:<36}{statistics.median(calls):>6.2f} s ({min(calls):.2f} to {max(calls):.2f}), "
            f"whole process {statistics.median(whole):>6.2f} s ({min(whole):.2f} to {max(whole):.2f})",
            flush=True,
        )


def timed(what: str, corpus: Path, folder: Path) -> float:
    if what == "call":
        return float(
            subprocess.check_output([sys.executable, "-c", _ONCE, str(corpus), str(folder)])
        )
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "qa", "build", str(corpus), "--index", str(folder)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - began


def story(run: int) -> str:
    return f"A harbour opened in Testville on day {run}.\n\nThe mayor of Testville, Ann Berg, said that {run + 40} boats came on the first day.\n"


def append(file: Path, run: int) -> None:
    line = (
        json.dumps(
            {
                "id": f"extra-{run}",
                "text": story(run),
                "title": f"Harbour {run}",
                "source": "Example",
            }
        )
        + "\n"
    )
    with (gzip.open if file.suffix == ".gz" else open)(file, "ab") as lines:
        lines.write(line.encode())  # a gzip file may have several members


if __name__ == "__main__":
    main()
