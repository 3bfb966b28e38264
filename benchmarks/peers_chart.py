"""Draw the README's chart from the figures that `python -m benchmarks.peers` prints.

    python -m benchmarks.peers_chart docs/images/peers.svg Dateline=201,51.7 txtai=879,38.3 ...

Each system has the median milliseconds of a question and its exact match in percent.
"""

from __future__ import annotations

import argparse
from pathlib import Path


def draw(target: Path, systems: dict[str, tuple[float, float]]) -> None:
    """Write the chart: exact match against the time of a question."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "dateline"  # the same figures, the same file
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6.4, 3.2), layout="constrained")
    for place, (name, (milliseconds, exact)) in enumerate(systems.items()):
        colour = "#a03020" if place == 0 else "#666666"  # the first is the one to look at
        axes.plot(milliseconds, exact, "o", color=colour, markersize=9)
        axes.annotate(name, (milliseconds, exact), (8, 6), textcoords="offset points", color=colour)
    slowest, best = (max(values) for values in zip(*systems.values(), strict=True))
    axes.set(xlim=(0, 1.2 * slowest), ylim=(0, 1.2 * best))
    axes.set(xlabel="time of a question, ms", ylabel="answers exactly right, %")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(target, metadata={"Date": None})
    pyplot.close(figure)


def main() -> None:
    """Draw the chart of the systems that are named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("target", type=Path, metavar="FILE")
    parser.add_argument("systems", nargs="+", metavar="NAME=MS,EXACT")
    options = parser.parse_args()
    systems = {}
    for system in options.systems:
        name, _, figures = system.partition("=")
        milliseconds, exact = map(float, figures.split(","))
        systems[name] = (milliseconds, exact)
    draw(options.target, systems)


if __name__ == "__main__":
    main()
