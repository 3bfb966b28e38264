"""Readers side by side: the time for 8 passages of 540 characters, and what they get right on SQuAD 1.1.

    python -m benchmarks.reader DATA/qa [--model NAME=FILE.onnx ...] [--runs 30] [--questions 300] [--plot FILE.svg]

Always measures the shipped reader; --model adds others that share its tokenizer (the float32 of the same
training, a student of fewer layers). The models take turns in one run, so that a noisy machine shows in
all; medians with the 10th and 90th percentile.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import statistics
import time
from pathlib import Path

from qa.answering.reader import MODEL, OnnxReader
from qa.evaluation.metrics import exact_match, f1
from training.ablation import best_span

_PASSAGES, _CHARACTERS = 8, 540


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", action="append", default=[], metavar="NAME=FILE")
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--plot", type=Path, help="F1 against time, as SVG")
    arguments = parser.parse_args()
    models = {
        name: Path(file).resolve()
        for name, file in (item.split("=", 1) for item in arguments.model)
    }
    readers = {"shipped": OnnxReader()} | {
        name: OnnxReader(MODEL, file) for name, file in models.items()
    }
    sizes = {"shipped": sum(file.stat().st_size for file in MODEL.glob("*.onnx"))} | {
        name: file.stat().st_size for name, file in models.items()
    }
    with gzip.open(
        arguments.data / "test" / "squad1_dev_32articles.jsonl.gz", "rt", encoding="utf-8"
    ) as file:
        rows = [json.loads(line) for line in file]
    chance = random.Random(0)
    long = sorted({row["context"] for row in rows if len(row["context"]) >= _CHARACTERS})

    seconds: dict[str, list[float]] = {name: [] for name in readers}
    for run in range(arguments.runs + 2):
        question = chance.choice(rows)["question"]
        passages = [text[:_CHARACTERS] for text in chance.sample(long, _PASSAGES)]
        for name, reader in readers.items():
            began = time.perf_counter()
            reader.outputs(question, passages)
            if run >= 2:  # the first ones warm the caches
                seconds[name].append(time.perf_counter() - began)

    points: dict[str, tuple[float, float]] = {}  # ms and F1
    print(
        f"{'':<14}{'MB':>6}{'8 passages, ms':>18}{'10% to 90%':>18}{'ratio':>8}{'exact':>8}{'F1':>8}"
    )
    for name, reader in readers.items():
        exact, overlap = [], []
        for row in random.Random(1).sample(rows, arguments.questions):
            golds = [answer["text"] for answer in row["answers"]]
            _, best = best_span(reader, row["question"], row["context"])
            exact.append(exact_match(best, golds))
            overlap.append(f1(best, golds))
        points[name] = (
            statistics.median(1000 * value for value in seconds[name]),
            100 * statistics.mean(overlap),
        )
        times = [1000 * value for value in seconds[name]]
        deciles = statistics.quantiles(times, n=10)
        ratio = statistics.median(times) / statistics.median(
            1000 * value for value in seconds["shipped"]
        )
        print(
            f"{name:<14}{sizes[name] / 1e6:>6.0f}{statistics.median(times):>18.0f}{f'{deciles[0]:.0f} to {deciles[-1]:.0f}':>18}"
            f"{ratio:>8.2f}{100 * statistics.mean(exact):>8.1f}{100 * statistics.mean(overlap):>8.1f}"
        )
    if arguments.plot is not None:
        plot(points, arguments.plot)


def plot(points: dict[str, tuple[float, float]], file: Path) -> None:
    """F1 against milliseconds, a named point a reader, as SVG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 3.6), layout="constrained")
    axes = figure.subplots()
    for name, (milliseconds, overlap) in points.items():
        axes.plot(milliseconds, overlap, "o", color="#9b2c2c")
        axes.annotate(name, (milliseconds, overlap), textcoords="offset points", xytext=(7, -3))
    axes.set(
        xlabel=f"ms for {_PASSAGES} passages of {_CHARACTERS} characters",
        ylabel="F1, SQuAD 1.1 dev, 32 articles",
    )
    axes.margins(x=0.3, y=0.2)
    axes.set_xlim(left=0)
    figure.savefig(file, format="svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
