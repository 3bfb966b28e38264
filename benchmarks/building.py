"""How fast passages are encoded, and how long a rebuild takes.

    python -m benchmarks.building DATA/realtimeqa/2022/articles.jsonl.gz --index DIR
        [--passages 400] [--runs 3]

DIR is an index of that file. It is copied first, and stays as it is.

Encoding: passages of the index, drawn evenly, are encoded by Dateline's compiled encoder and by
SentenceTransformer.encode in float32, in turn. It prints both rates, the mean cosine between the
two, and the share of the machine's int8 rate. That rate is of the encoder's matrix products alone,
in the same shapes, by the same library.

Rebuilding: the seconds of index.build in a process of its own that has imported it, and of the
whole `dateline build`. Nothing has changed, or one article was added, changed or removed.
"""

from __future__ import annotations

import gzip
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.measuring import arguments, median_and_range, seconds_of
from benchmarks.products import matrix_products
from index.models.encoder import CompiledEncoder
from index.models.runtime import on_all_cores
from index.passages import encoded_text
from index.stores.local.generations import open_index
from index.stores.manifest import ENCODERS
from index.stores.places import encoder_of, place_of

_ONCE = "import sys, index.pipeline, index; print(index.build(sys.argv[1], sys.argv[2]).seconds)"


def main() -> None:
    """Measure encoding, then rebuilding."""
    parser = arguments(__doc__)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--index", type=Path, default=Path("var/index"))
    parser.add_argument("--passages", type=int, default=400)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    if options.passages:
        measure_encoding(options.index, options.passages, options.runs)
    with tempfile.TemporaryDirectory(dir=options.index.parent) as scratch:
        measure_rebuilding(options.articles, options.index, Path(scratch), options.runs)


def measure_encoding(folder: Path, count: int, runs: int) -> None:
    """Encode passages in both ways, in turn, and print their rates."""
    from sentence_transformers import SentenceTransformer

    from training.encoder import original_weights

    store = open_index(folder)
    rows = np.linspace(0, store.manifest["counts"]["passages"] - 1, count).astype(int).tolist()
    texts = [encoded_text(passage) for passage in store.passages(rows).values()]
    ours = encoder_of(place_of(folder), store)
    theirs = SentenceTransformer(str(original_weights()), device="cpu")
    assert isinstance(ours, CompiledEncoder)
    ways: dict[str, Callable[[], np.ndarray]] = {
        "Dateline": lambda: ours.encode(texts),
        "SentenceTransformer": lambda: np.asarray(
            theirs.encode(texts, show_progress_bar=False, normalize_embeddings=True)
        ),
    }
    vectors = {name: way() for name, way in ways.items()}  # and warm
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, way in ways.items():
            rates[name].append(len(texts) / seconds_of(way))
    for name, found in rates.items():
        print(f"{name:<22}{median_and_range(found, 0)} passages/s")
    ratios = [one / other for one, other in zip(*rates.values(), strict=True)]
    cosines = (vectors["Dateline"] * vectors["SentenceTransformer"]).sum(axis=1)
    print(
        f"ratio {median_and_range(ratios, 1)}, mean cosine {float(cosines.mean()):.4f}, "
        f"{len(texts)} passages"
    )
    print_products(ours, texts, rates["Dateline"])


def print_products(encoder: CompiledEncoder, texts: Sequence[str], rates: Sequence[float]) -> None:
    """Print the rate of the encoder's matrix products alone, and the encoder's share of it."""
    multiply, operations = matrix_products(encoder.folder / "encoder.onnx")
    tokens = [len(encoder._tokenizer.encode(text).ids) for text in texts]
    on_all_cores(multiply, tokens)  # warm
    alone = [len(texts) / seconds_of(lambda: on_all_cores(multiply, tokens)) for _ in rates]
    middle = statistics.median(alone)
    share = statistics.median(rates) / middle
    print(
        f"its int8 matrix products alone: {median_and_range(alone, 0)} passages/s, "
        f"{middle * operations * statistics.mean(tokens) / 1e9:.0f} billion operations a second; "
        f"encoding reaches {100 * share:.0f}% of that"
    )


def measure_rebuilding(articles: Path, folder: Path, scratch: Path, runs: int) -> None:
    """Change a copy of the corpus in each way, rebuild, and print the seconds."""
    corpus, copy = scratch / "corpus", scratch / "index"
    corpus.mkdir()
    shutil.copyfile(articles, corpus / articles.name)
    live = (folder / "CURRENT").read_text().strip()
    shutil.copytree(folder / live, copy / live)
    shutil.copytree(folder / ENCODERS, copy / ENCODERS)
    shutil.copyfile(folder / "CURRENT", copy / "CURRENT")
    settle(corpus, copy)
    changes: dict[str, Callable[[int], object]] = {
        "nothing changed": lambda run: None,
        "an article more, in a file beside": lambda run: write(corpus, run, story(run)),
        "an article more, in the same file": lambda run: append(corpus / articles.name, run),
        "an article changed": lambda run: write(corpus, run, story(run + 100)),
        "an article removed": lambda run: (corpus / f"extra{run}.txt").unlink(),
    }
    for name, change in changes.items():
        whole, calls = [], []
        for run in range(0, 2 * runs, 2):
            change(run)
            whole.append(seconds_of(lambda: build_by_command(corpus, copy)))
            change(run + 1)
            calls.append(build_by_call(corpus, copy))
        print(
            f"{name:<36}{median_and_range(calls)} s, whole process {median_and_range(whole)} s",
            flush=True,
        )


def settle(corpus: Path, folder: Path) -> None:
    """Build until nothing is left over from the first build of all.

    The first comparison of all articles leaves work, and files changed just now are read again.
    """
    for number in (1, 2):
        (corpus / "first.txt").write_text(story(-number))
        build_by_command(corpus, folder)
        time.sleep(3)
    build_by_command(corpus, folder)


def build_by_call(corpus: Path, folder: Path) -> float:
    """Return the seconds of index.build in a process that has imported it."""
    command = [sys.executable, "-c", _ONCE, str(corpus), str(folder)]
    return float(subprocess.check_output(command))


def build_by_command(corpus: Path, folder: Path) -> None:
    """Run `dateline build`."""
    command = [sys.executable, "-m", "qa", "build", str(corpus), "--index", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def story(run: int) -> str:
    """Return the text of an article about a made-up town."""
    return (
        f"A harbour opened in Testville on day {run}.\n\n"
        f"The mayor of Testville, Ann Berg, said that {run + 40} boats came on the first day.\n"
    )


def write(corpus: Path, run: int, text: str) -> None:
    """Write an article in a file of its own."""
    (corpus / f"extra{run}.txt").write_text(text)


def append(file: Path, run: int) -> None:
    """Add an article to a JSON Lines file. A gzip file may have several members."""
    fields = {"id": f"extra-{run}", "text": story(run), "title": f"Harbour {run}"}
    line = json.dumps({**fields, "source": "Example"}) + "\n"
    if file.suffix == ".gz":
        with gzip.open(file, "ab") as member:
            member.write(line.encode())
    else:
        with file.open("ab") as lines:
            lines.write(line.encode())


if __name__ == "__main__":
    main()
