"""The Insight tab: articles over time by outlet, which outlets cover a topic, where the last question's passages come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import gradio as gr
import pandas as pd

from index.types import Article, DatelineError
from qa.conversation import Turn
from qa.showing import counted
from qa.ui.room import Limits, Room

# Ink, accent and what goes with them: an outlet each; those beyond are "other outlets".
_COLOURS = ("#9c1c1f", "#6f8794", "#c2a36b", "#5f7d66", "#8a6f8f", "#b5714a", "#8a8275")
_OTHERS, _OF_OTHERS = "other outlets", "#b9b1a3"
_TOPIC_PASSAGES, _NEAR = 200, 0.5  # of the nearest passage's score
_MOST_MONTHS = 48


def insight_tab(room: Room, turns: gr.State) -> None:
    """Build the tab; call inside its gr.Tab."""
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    look: dict[str, Any] = {"color": "outlet", "height": 260, "x_title": " ", "y_title": " ", "color_title": " ", "visible": False}
    over_time = gr.BarPlot(None, x="when", y="articles", title="Articles over time, by outlet", elem_id="over-time", **look)
    passages = gr.BarPlot(
        None, x="outlet", y="passages", title="Where the passages of the last question come from", elem_id="passages-by-outlet", **look
    )
    with gr.Row(elem_id="topic"):
        topic = gr.Textbox(label="Coverage of a topic", placeholder="a name, a place, an event", max_lines=1, scale=6)
        button = gr.Button("Show", min_width=88, scale=1)
    said = gr.HTML("", elem_id="topic-said")
    coverage = gr.BarPlot(None, x="when", y="articles", title="Articles on the topic, by outlet", elem_id="coverage", **look)

    def covered(text: str) -> tuple[gr.BarPlot, str]:
        try:
            articles = on_topic(room, text)
        except DatelineError as error:
            return _plotted(by_time([])), f'<p role="alert">{escape(str(error)[:1].upper() + str(error)[1:])}.</p>'
        return _plotted(by_time(articles)), f'<p role="status">{counted(len(articles), "article")} near it.</p>'

    gr.on([topic.submit, button.click], covered, topic, [coverage, said], **quiet)
    tab = gr.context.Context.block
    assert isinstance(tab, gr.Tab)
    tab.select(lambda: _plotted(by_time(room.store().articles())), None, over_time, **quiet)
    tab.select(lambda asked: _plotted(by_outlet(room, asked)), turns, passages, **quiet)


def on_topic(room: Room, topic: str) -> list[Article]:
    """The articles with a passage near a topic: at least half as near as the nearest. Raises DatelineError for no topic."""
    hits = room.retrieve(topic, _TOPIC_PASSAGES, Limits())
    near = [hit.article for hit in hits if hit.score >= _NEAR * hits[0].score]
    return list({article.id: article for article in near}.values())


def by_time(articles: Iterable[Article]) -> pd.DataFrame:
    """Columns when ("2022-10", or "2022" over many months), outlet, articles: a row for each; undated articles are left out."""
    dated = [(f"{article.published:%Y-%m}", article.source or "unknown") for article in articles if article.published is not None]
    if len({month for month, _ in dated}) > _MOST_MONTHS:
        dated = [(month[:4], outlet) for month, outlet in dated]
    common = {outlet for outlet, _ in Counter(outlet for _, outlet in dated).most_common(len(_COLOURS))}
    counts = Counter((when, outlet if outlet in common else _OTHERS) for when, outlet in dated)
    return pd.DataFrame([(*pair, number) for pair, number in sorted(counts.items())], columns=["when", "outlet", "articles"])


def by_outlet(room: Room, turns: Sequence[Turn]) -> pd.DataFrame:
    """Columns outlet, passages: how many of the passages nearest to the last question each outlet has, most first."""
    counts: Counter[str] = Counter()
    if turns:
        question, limits = Limits.of_address(turns[-1].address)
        counts.update(hit.article.source or "unknown" for hit in room.retrieve(question, 16, limits))
    return pd.DataFrame(counts.most_common(len(_COLOURS)), columns=["outlet", "passages"])


def _plotted(data: pd.DataFrame) -> gr.BarPlot:
    """The plot of some data, a colour an outlet; hidden where there is none."""
    outlets = [outlet for outlet in dict.fromkeys(data["outlet"]) if outlet != _OTHERS]
    colours = {**dict(zip(outlets, _COLOURS, strict=False)), _OTHERS: _OF_OTHERS}
    highest = data.groupby(data.columns[0])[data.columns[-1]].sum().max() if not data.empty else 1
    return gr.BarPlot(value=data, color_map=colours, y_lim=[0, float(highest)], visible=not data.empty)
