"""An evaluation as one HTML file that needs nothing beside it: figures, plots, and the answers that were wrong.

The plots are there as files too (recall.svg, agreement.svg, reliability.svg, risk.svg), as docs/explanation.md shows them.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.evaluation.metrics import reliability, risk_coverage
from qa.evaluation.run import CUTOFFS, RIGHT, Outcome, figures_as_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WRONG_SHOWN = 200
_INK, _ACCENT, _SOFT = "#1f2933", "#9b2c2c", "#b8c2cc"
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1f2933; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } pre { overflow-x: auto; background: #f5f7f9; padding: 1rem; }
.plots { display: flex; flex-wrap: wrap; gap: 1rem; } .plots svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #d9e0e6; }
"""


def write_report(
    folder: Path, title: str, figures: dict[str, Any], outcomes: Sequence[Outcome]
) -> None:
    """Write report.html, its plots and figures.json into `folder`."""
    (folder / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    judged = [one for one in outcomes if one.golds is not None]
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
    for name, plot in plots.items():
        (folder / f"{name}.svg").write_text(plot, encoding="utf-8")
    wrong = sorted(
        (one for one in judged if one.f1 < RIGHT and (one.golds or one.answered)),
        key=lambda one: -one.probability,
    )
    rows = "".join(
        f"<tr><td>{escape(one.question)}<td>{escape(one.best)}{'' if one.answered else ' (not said)'}<td>{escape(' / '.join(one.golds or ()) or 'none')}"
        f"<td>{one.probability:.0%}<td>{one.rank if one.rank is not None else ''}"
        for one in wrong[:_WRONG_SHOWN]
    )
    (folder / "report.html").write_text(
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'><title>{escape(title)}</title><style>{_STYLE}</style>"
        f"<h1>Evaluation: {escape(title)}</h1><p>{len(outcomes)} questions. Shares in percent with 95% bootstrap intervals.</p>"
        f"<pre>{escape(figures_as_text(figures))}</pre><div class=plots>{''.join(plots.values())}</div>"
        f"<h2>Wrong best answers, surest first ({min(len(wrong), _WRONG_SHOWN)} of {len(wrong)})</h2>"
        f"<table><tr><th>Question<th>Best span<th>Known answers<th>Probability<th>Rank of a passage with the answer{rows}</table>",
        encoding="utf-8",
    )


def _plot(title: str, draw: Any) -> str:
    import matplotlib as mpl
    from matplotlib.figure import Figure  # without pyplot: no window, no state

    with mpl.rc_context(
        {
            "svg.hashsalt": "dateline",
            "font.size": 10,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.edgecolor": _SOFT,
        }
    ):
        figure = Figure(figsize=(4.6, 3.4), layout="constrained")
        axes = figure.subplots()
        axes.set_title(title, loc="left", color=_INK)
        draw(axes)
        image = io.StringIO()
        figure.savefig(image, format="svg", metadata={"Date": None})
    return image.getvalue()[image.getvalue().index("<svg") :]


def _recall(axes: Axes, figures: dict[str, Any]) -> None:
    shares = [100 * figures[f"recall@{cutoff}"] for cutoff in CUTOFFS]
    axes.bar([str(cutoff) for cutoff in CUTOFFS], shares, color=_ACCENT)
    for place, share in enumerate(shares):
        axes.annotate(f"{share:.1f}", (place, share), ha="center", va="bottom")
    axes.set(xlabel="passages", ylabel="% of questions", ylim=(0, 105))


def _agreement(axes: Axes, figures: dict[str, Any]) -> None:
    """Of the answerable questions: the best single span, and the best answer, on whose value spans agree."""
    for place, (name, label, color) in enumerate(
        (("best_span", "best span", _SOFT), ("best", "best answer", _ACCENT))
    ):
        shares = [100 * figures[f"{name}_{measure}"] for measure in ("exact_match", "f1")]
        bars = axes.bar(
            [0.4 * place - 0.2, 0.4 * place + 0.8], shares, width=0.38, color=color, label=label
        )
        axes.bar_label(bars, fmt="%.1f")
    axes.set_xticks([0, 1], ["exact match", "F1"])
    axes.set(ylabel="% of answerable questions", ylim=(0, 105))
    axes.legend(frameon=False)


def _reliability(axes: Axes, judged: Sequence[Outcome]) -> None:
    points = reliability([one.probability for one in judged], [one.f1 >= RIGHT for one in judged])
    axes.plot([0, 1], [0, 1], color=_SOFT, linewidth=1)
    axes.plot(
        [said for said, _, _ in points], [true for _, true, _ in points], marker="o", color=_ACCENT
    )
    for said, true, count in points:
        axes.annotate(
            str(count),
            (said, true),
            textcoords="offset points",
            xytext=(6, -10),
            fontsize=8,
            color=_INK,
        )
    axes.set(xlabel="probability said", ylabel="share right", xlim=(0, 1), ylim=(0, 1))


def _risk(axes: Axes, judged: Sequence[Outcome]) -> None:
    points = risk_coverage([one.probability for one in judged], [one.f1 for one in judged])
    axes.plot(
        [100 * coverage for coverage, _ in points], [risk for _, risk in points], color=_ACCENT
    )
    axes.set(
        xlabel="% of questions answered, surest first",
        ylabel="1 - F1 of these",
        xlim=(0, 100),
        ylim=(0, 1),
    )
