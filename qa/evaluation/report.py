"""An evaluation as text, and as one HTML file that needs nothing beside it.

The file holds the figures, plots, and the answers that were wrong. The plots are also written as
files of their own: recall.svg, agreement.svg, reliability.svg, risk.svg.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from qa.evaluation.figures import MAIN, RIGHT
from qa.evaluation.metrics import CUTOFFS, reliability, risk_coverage
from qa.evaluation.outcomes import Outcome

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WRONG_SHOWN = 200
_INK, _ACCENT, _SOFT = "#1f2933", "#9b2c2c", "#b8c2cc"
_PLOT_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "dateline",  # the same figures give the same file
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": _SOFT,
}
_STYLE = Markup("""
body { font: 16px/1.5 system-ui, sans-serif; color: #1f2933; max-width: 70rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
pre { overflow-x: auto; background: #f5f7f9; padding: 1rem; }
.plots { display: flex; flex-wrap: wrap; gap: 1rem; }
.plots svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .3rem .6rem;
  border-bottom: 1px solid #d9e0e6; }
""")


def figures_as_text(figures: dict[str, Any]) -> str:
    """Return the figures as tables.

    Shares are in percent with intervals. The figures of each kind follow.
    """
    lines = []
    for name, value in figures.items():
        if not isinstance(value, dict):
            shown = _figure_as_text(value, figures["intervals"].get(name))
            lines.append(f"{_words(name):<26} {shown}")
    by_kind = figures["by_kind"]
    measured = set().union(*by_kind.values())
    columns = [name for name in MAIN if name in measured]
    head = "".join(f"{_words(name):>18}" for name in columns)
    lines += ["", f"{'':<10}{'questions':>11}{head}"]
    for kind, row in by_kind.items():
        cells = (f"{100 * row[name]:.1f}" if name in row else "" for name in columns)
        shares = "".join(f"{cell:>18}" for cell in cells)
        lines.append(f"{kind:<10}{row['questions']:>11}{shares}")
    return "\n".join(lines)


def _figure_as_text(value: float, bounds: Sequence[float] | None) -> str:
    if isinstance(value, int):
        return str(value)
    share = f"{100 * value:5.1f}"
    if bounds is None or math.isnan(bounds[0]):
        return share
    low, high = bounds
    return f"{share}   {100 * low:.1f} to {100 * high:.1f}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def write_report(
    folder: Path, title: str, figures: dict[str, Any], outcomes: Sequence[Outcome]
) -> None:
    """Write report.html, its plots and figures.json into `folder`."""
    (folder / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    judged = [outcome for outcome in outcomes if outcome.golds is not None]
    plots = _plots(figures, judged)
    for name, plot in plots.items():
        (folder / f"{name}.svg").write_text(plot, encoding="utf-8")
    page = Markup(
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width'>"
        "<title>{title}</title><style>{style}</style><h1>Evaluation: {title}</h1>"
        "<p>{count} questions. Shares in percent with 95% bootstrap intervals.</p>"
        "<pre>{figures}</pre><div class=plots>{plots}</div>{wrong}"
    ).format(
        title=title,
        style=_STYLE,
        count=len(outcomes),
        figures=figures_as_text(figures),
        plots=Markup("".join(plots.values())),  # noqa: S704 - drawn by Matplotlib from figures
        wrong=_wrong_answers(judged),
    )
    (folder / "report.html").write_text(page, encoding="utf-8")


def _wrong_answers(judged: Sequence[Outcome]) -> Markup:
    """Return the table of wrong best answers, the most probable first."""
    wrong = [
        outcome for outcome in judged if outcome.f1 < RIGHT and (outcome.golds or outcome.answered)
    ]
    wrong.sort(key=lambda outcome: -outcome.probability)
    shown = wrong[:_WRONG_SHOWN]
    return Markup(
        "<h2>Wrong best answers, surest first ({shown} of {wrong})</h2>"
        "<table><tr><th>Question<th>Best span<th>Known answers<th>Probability"
        "<th>Rank of a passage with the answer{rows}</table>"
    ).format(shown=len(shown), wrong=len(wrong), rows=Markup("").join(map(_wrong_answer, shown)))


def _wrong_answer(outcome: Outcome) -> Markup:
    best = outcome.best
    if not outcome.answered:
        best += " (not said)"
    return Markup("<tr><td>{question}<td>{best}<td>{golds}<td>{probability:.0%}<td>{rank}").format(
        question=outcome.question,
        best=best,
        golds=" / ".join(outcome.golds or ()) or "none",
        probability=outcome.probability,
        rank="" if outcome.rank is None else outcome.rank,
    )


def _plots(figures: dict[str, Any], judged: Sequence[Outcome]) -> dict[str, str]:
    """Return the plots that the figures and judged outcomes allow, as SVG, by name."""
    plots = {}
    if "recall@1" in figures:
        plots["recall"] = _plot(
            "Recall of a gold answer by passages", lambda axes: _recall(axes, figures)
        )
    if "best_exact_match" in figures:
        plots["agreement"] = _plot(
            "One span, and spans that agree", lambda axes: _agreement(axes, figures)
        )
    if judged:
        plots["reliability"] = _plot("Reliability", lambda axes: _reliability(axes, judged))
        plots["risk"] = _plot("Risk against coverage", lambda axes: _risk(axes, judged))
    return plots


def _plot(title: str, draw: Callable[[Axes], None]) -> str:
    import matplotlib as mpl
    from matplotlib.figure import Figure  # without pyplot: no window, no state

    with mpl.rc_context(_PLOT_STYLE):
        figure = Figure(figsize=(4.6, 3.4), layout="constrained")
        axes = figure.subplots()
        axes.set_title(title, loc="left", color=_INK)
        draw(axes)
        image = io.StringIO()
        figure.savefig(image, format="svg", metadata={"Date": None})
    svg = image.getvalue()
    return svg[svg.index("<svg") :]


def _recall(axes: Axes, figures: dict[str, Any]) -> None:
    shares = [100 * figures[f"recall@{cutoff}"] for cutoff in CUTOFFS]
    axes.bar([str(cutoff) for cutoff in CUTOFFS], shares, color=_ACCENT)
    for place, share in enumerate(shares):
        axes.annotate(f"{share:.1f}", (place, share), ha="center", va="bottom")
    axes.set(xlabel="passages", ylabel="% of questions", ylim=(0, 105))


def _agreement(axes: Axes, figures: dict[str, Any]) -> None:
    """Draw the best single span beside the best answer, on whose value spans agree."""
    for place, (name, label, color) in enumerate(
        (("best_span", "best span", _SOFT), ("best", "best answer", _ACCENT))
    ):
        shares = [100 * figures[f"{name}_{measure}"] for measure in ("exact_match", "f1")]
        places = [0.4 * place - 0.2, 0.4 * place + 0.8]
        bars = axes.bar(places, shares, width=0.38, color=color, label=label)
        axes.bar_label(bars, fmt="%.1f")
    axes.set_xticks([0, 1], ["exact match", "F1"])
    axes.set(ylabel="% of answerable questions", ylim=(0, 105))
    axes.legend(frameon=False)


def _reliability(axes: Axes, judged: Sequence[Outcome]) -> None:
    probabilities = [outcome.probability for outcome in judged]
    points = reliability(probabilities, [outcome.f1 >= RIGHT for outcome in judged])
    means, shares, counts = zip(*points, strict=True)
    axes.plot([0, 1], [0, 1], color=_SOFT, linewidth=1)
    axes.plot(means, shares, marker="o", color=_ACCENT)
    for mean, share, count in zip(means, shares, counts, strict=True):
        axes.annotate(
            str(count),
            (mean, share),
            textcoords="offset points",
            xytext=(6, -10),
            fontsize=8,
            color=_INK,
        )
    axes.set(xlabel="probability said", ylabel="share right", xlim=(0, 1), ylim=(0, 1))


def _risk(axes: Axes, judged: Sequence[Outcome]) -> None:
    probabilities = [outcome.probability for outcome in judged]
    points = risk_coverage(probabilities, [outcome.f1 for outcome in judged])
    coverages = [100 * coverage for coverage, _ in points]
    axes.plot(coverages, [risk for _, risk in points], color=_ACCENT)
    axes.set(
        xlabel="% of questions answered, surest first",
        ylabel="1 - F1 of these",
        xlim=(0, 100),
        ylim=(0, 1),
    )
