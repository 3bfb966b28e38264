"""The Insight tab: plots of articles over time and of outlets.

The first is by outlet. The others show which outlets a question or topic is from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import gradio as gr
import pandas as pd

from index.types import Article, DatelineError
from qa.answering.turns import Turn
from qa.archive import PASSAGES_READ
from qa.rendering.text import counted
from qa.web.addresses import NO_LIMITS, parse_question_address
from qa.web.markup import bidi
from qa.web.session import Session
from qa.web.timeline import periods

# A colour for each outlet; more outlets than colours are one, "other outlets".
COLOURS = ("#c9453f", "#6f8794", "#a1813f", "#5f7d66", "#8a6f8f", "#b5714a", "#8a8275")
_OTHERS, OF_OTHERS = "other outlets", "#7d7d7d"
_UNKNOWN = "unknown"  # the outlet of an article that names none
_LEAST_HIGH = 4  # articles: an axis of counts has no halves
_TOPIC_PASSAGES = 200
_NEAR = 0.5  # of the score of the nearest passage
_MOST_MONTHS = 36
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_PLOT: dict[str, Any] = {
    "height": 240,
    "x_title": " ",
    "y_title": " ",
    "colors_in_legend": [],  # a narrow page would cut the legend: `_key_html` is shown instead
    "visible": False,
}
_OVER_TIME: dict[str, Any] = {
    "x": "when",
    "y": "articles",
    "color": "outlet",
    "x_label_angle": -90,
    **_PLOT,
}


def insight_tab(session: Session, turns: gr.JSON) -> None:
    """Build the tab; call inside its gr.Tab.

    `turns` is the conversation, as the page keeps it.
    """
    tab = gr.context.Context.block
    assert isinstance(tab, gr.Tab)
    with gr.Column(elem_id="insight"):
        gr.HTML("<h2>Articles over time, by outlet</h2>")
        over_time = gr.BarPlot(None, elem_id="over-time", **_OVER_TIME)
        times = gr.HTML("")
        gr.HTML("<h2>Where the passages of the last question come from</h2>")
        passages = _passages_plot()
        outlets = gr.HTML("")
        _coverage(session)

    def show_times() -> tuple[gr.BarPlot, str]:
        return _shown(by_time(session.store().articles()), "No article has a date.")

    def show_outlets(kept: object) -> tuple[gr.BarPlot, str]:
        data = by_outlet(session, Turn.recalled(kept))
        return _shown(data, "Ask a question first: its passages are counted here.")

    tab.select(show_times, None, [over_time, times], **_QUIET)
    tab.select(show_outlets, turns, [passages, outlets], **_QUIET)


def _passages_plot() -> gr.BarPlot:
    return gr.BarPlot(
        None,
        x="outlet",
        y="passages",
        elem_id="passages-by-outlet",
        x_label_angle=-15,
        sort="-y",
        **_PLOT,
    )


def _coverage(session: Session) -> None:
    """Build the part of the tab that shows which outlets cover a topic."""
    gr.HTML("<h2>Coverage of a topic, by outlet</h2>")
    with gr.Row(elem_id="topic"):
        topic = gr.Textbox(
            label="Topic", placeholder="a name, a place, an event", max_lines=1, scale=6
        )
        button = gr.Button("Show", min_width=88, scale=1)
    said = gr.HTML("", elem_id="topic-said")
    plot = gr.BarPlot(None, elem_id="coverage", **_OVER_TIME)
    table = gr.HTML("")

    def show_coverage(text: str) -> tuple[str, gr.BarPlot, str]:
        try:
            articles = on_topic(session, text)
        except DatelineError as error:
            message = escape(str(error)[:1].upper() + str(error)[1:])
            return f'<p role="alert">{message}.</p>', *_shown(by_time([]), "")
        near = f'<p role="status">{counted(len(articles), "article")} near it.</p>'
        return near, *_shown(by_time(articles), "")

    gr.on([topic.submit, button.click], show_coverage, topic, [said, plot, table], **_QUIET)


def on_topic(session: Session, topic: str) -> list[Article]:
    """Return the articles with a passage near to a topic.

    Such a passage is at least half as near as the nearest one. Raises DatelineError for no topic.
    """
    hits = session.retrieve(topic, _TOPIC_PASSAGES, NO_LIMITS)
    near = [hit.article for hit in hits if hit.score >= _NEAR * hits[0].score]
    return list({article.id: article for article in near}.values())


def by_time(articles: Iterable[Article]) -> pd.DataFrame:
    """Return how many articles each outlet published in each month.

    The columns are when, outlet, articles. `when` is "2022-10", or "2022" if there are many
    months. Undated articles are left out. A month or year without articles has a row of none, so
    that a plot shows the gap.
    """
    dated = [
        (article.published, article.source or _UNKNOWN)
        for article in articles
        if article.published is not None
    ]
    times = periods([day for day, _ in dated], _MOST_MONTHS)
    outlets = Counter(outlet for _, outlet in dated).most_common(len(COLOURS))
    common = {outlet for outlet, _ in outlets}
    counts: Counter[tuple[str, str]] = Counter()
    for day, outlet in dated:
        when = day.isoformat()[: len(times[0])]
        counts[when, outlet if outlet in common else _OTHERS] += 1
    told = {when for when, _ in counts}
    for when in times:
        if when not in told:
            counts[when, min(counts)[1]] = 0
    rows = [(*pair, number) for pair, number in sorted(counts.items())]
    return pd.DataFrame(rows, columns=["when", "outlet", "articles"])


def by_outlet(session: Session, turns: Sequence[Turn]) -> pd.DataFrame:
    """Return how many passages nearest to the last question each outlet has.

    The columns are outlet, passages.
    """
    counts: Counter[str] = Counter()
    if turns:
        question, limits = parse_question_address(turns[-1].address)
        hits = session.retrieve(question, PASSAGES_READ, limits)
        counts.update(hit.article.source or _UNKNOWN for hit in hits)
    return pd.DataFrame(counts.most_common(len(COLOURS)), columns=["outlet", "passages"])


def _shown(data: pd.DataFrame, otherwise: str) -> tuple[gr.BarPlot, str]:
    """Return the plot of some data, and its key and table as HTML.

    Without data the plot is hidden, and the HTML says `otherwise`.
    """
    if data.empty:
        said = f"<p>{escape(otherwise)}</p>" if otherwise else ""
        return gr.BarPlot(value=None, visible=False), said
    colours = _colours(data)
    totals = data.groupby(data.columns[0])[data.columns[-1]].sum()
    highest = max(_LEAST_HIGH, float(totals.max()))
    plot = gr.BarPlot(value=data, color_map=colours, y_lim=[0, highest], visible=True)
    return plot, _key_html(colours, data) + _table_html(data)


def _colours(data: pd.DataFrame) -> dict[str, str] | None:
    """Return a colour for each outlet, or None if the bars are of one colour."""
    if "when" not in data:
        return None
    outlets = [outlet for outlet in dict.fromkeys(data["outlet"]) if outlet != _OTHERS]
    return {**dict(zip(outlets, COLOURS, strict=False)), _OTHERS: OF_OTHERS}


def _key_html(colours: dict[str, str] | None, data: pd.DataFrame) -> str:
    """Return what each colour stands for."""
    if colours is None:
        return ""
    shown = set(data["outlet"])
    items = "".join(
        f'<li><i style="background:{colour}"></i>{bidi(outlet)}</li>'
        for outlet, colour in colours.items()
        if outlet in shown
    )
    return f'<ul class="key" aria-label="Colours">{items}</ul>'


def _table_html(data: pd.DataFrame) -> str:
    """Return the numbers of a plot as a table that can be opened.

    Rows of none are left out.
    """
    heads = "".join(f'<th scope="col">{name}</th>' for name in data.columns)
    rows = "".join(_table_row(row) for row in data.itertuples(index=False) if row[-1])
    return (
        "<details><summary>the same as a table</summary>"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></details>"
    )


def _table_row(cells: Iterable[object]) -> str:
    return "<tr>" + "".join(f"<td>{bidi(str(cell))}</td>" for cell in cells) + "</tr>"
