"""Readers side by side: the time for 8 passages, and what they get right on SQuAD 1.1.

    python -m benchmarks.reader DATA/qa [--model NAME=FILE.onnx ...] [--runs 30] [--questions 300]
        [--plot FILE.svg]

The shipped reader is always measured. `--model` adds others that share its tokeniser, such as the
float32 network of the same training, or a student with fewer layers. The models take turns in one
run, so that a noisy machine shows in all of them. Times are medians with the 10th and 90th
percentile, for passages of 540 characters.
"""

from __future__ import annotations

import gzip
import json
import random
import statistics
import time
from pathlib import Path
from typing import Any

from benchmarks.measuring import arguments
from qa.answering.reader import MODEL, OnnxReader
from qa.evaluation.metrics import exact_match, f1
from training.ablation import best_span

_PASSAGES, _CHARACTERS = 8, 540
_WARM = 2  # runs
_SQUAD = Path("test") / "squad1_dev_32articles.jsonl.gz"


def main() -> None:
    """Measure the readers, print a table, and draw it if asked to."""
    parser = arguments(__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", action="append", default=[], metavar="NAME=FILE")
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--plot", type=Path, help="F1 against time, as SVG")
    options = parser.parse_args()
    readers = {"shipped": OnnxReader()}
    sizes = {"shipped": sum(file.stat().st_size for file in MODEL.glob("*.onnx"))}
    for item in options.model:
        name, _, file = item.partition("=")
        readers[name] = OnnxReader(MODEL, Path(file).resolve())
        sizes[name] = Path(file).stat().st_size
    with gzip.open(options.data / _SQUAD, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    times = milliseconds(readers, rows, options.runs)
    points: dict[str, tuple[float, float]] = {}  # ms and F1
    print(
        f"{'':<14}{'MB':>6}{'8 passages, ms':>18}{'10% to 90%':>18}{'ratio':>8}"
        f"{'exact':>8}{'F1':>8}"
    )
    for name, reader in readers.items():
        exact, overlap = right(reader, random.Random(1).sample(rows, options.questions))
        middle = statistics.median(times[name])
        deciles = statistics.quantiles(times[name], n=10)
        spread = f"{deciles[0]:.0f} to {deciles[-1]:.0f}"
        print(
            f"{name:<14}{sizes[name] / 1e6:>6.0f}{middle:>18.0f}{spread:>18}"
            f"{middle / statistics.median(times['shipped']):>8.2f}{exact:>8.1f}{overlap:>8.1f}"
        )
        points[name] = middle, overlap
    if options.plot is not None:
        plot(points, options.plot)


def milliseconds(
    readers: dict[str, OnnxReader], rows: list[dict[str, Any]], runs: int
) -> dict[str, list[float]]:
    """Return the times of each reader for the same questions and passages, in turn."""
    chance = random.Random(0)
    long = sorted({row["context"] for row in rows if len(row["context"]) >= _CHARACTERS})
    times: dict[str, list[float]] = {name: [] for name in readers}
    for run in range(runs + _WARM):
        question = chance.choice(rows)["question"]
        passages = [text[:_CHARACTERS] for text in chance.sample(long, _PASSAGES)]
        for name, reader in readers.items():
            began = time.perf_counter()
            reader.outputs(question, passages)
            if run >= _WARM:
                times[name].append(1000 * (time.perf_counter() - began))
    return times


def right(reader: OnnxReader, rows: list[dict[str, Any]]) -> tuple[float, float]:
    """Return exact match and F1 of the reader's best spans, from 0 to 100."""
    exact, overlap = [], []
    for row in rows:
        golds = [answer["text"] for answer in row["answers"]]
        _, best = best_span(reader, row["question"], row["context"])
        exact.append(exact_match(best, golds))
        overlap.append(f1(best, golds))
    return 100 * statistics.mean(exact), 100 * statistics.mean(overlap)


def plot(points: dict[str, tuple[float, float]], file: Path) -> None:
    """Draw F1 against milliseconds, one named point for each reader, as SVG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 3.6), layout="constrained")
    axes = figure.subplots()
    for name, (middle, overlap) in points.items():
        axes.plot(middle, overlap, "o", color="#9b2c2c")
        axes.annotate(name, (middle, overlap), textcoords="offset points", xytext=(7, -3))
    axes.set(
        xlabel=f"ms for {_PASSAGES} passages of {_CHARACTERS} characters",
        ylabel="F1, SQuAD 1.1 dev, 32 articles",
    )
    axes.margins(x=0.3, y=0.2)
    axes.set_xlim(left=0)
    figure.savefig(file, format="svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
