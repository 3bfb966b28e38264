"""The Insight tab: articles over time by outlet, which outlets cover a topic, where the last question's passages come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import gradio as gr
import pandas as pd

from index.types import Article, DatelineError
from qa.answering.follow_ups import Turn
from qa.rendering.text import counted
from qa.web.cards import bidi
from qa.web.session import Limits, Session
from qa.web.timeline import periods

# The accent and what goes with it, to be told from the paper in the light and in the dark: an outlet each; those beyond are "other outlets".
COLOURS = ("#c9453f", "#6f8794", "#a1813f", "#5f7d66", "#8a6f8f", "#b5714a", "#8a8275")
_OTHERS, OF_OTHERS = "other outlets", "#7d7d7d"
_LEAST_HIGH = 4  # articles: an axis of counts has no halves
_TOPIC_PASSAGES, _NEAR = 200, 0.5  # of the nearest passage's score
_MOST_MONTHS = 36


def insight_tab(session: Session, turns: gr.JSON) -> None:
    """Build the tab; call inside its gr.Tab."""
    tab = gr.context.Context.block
    assert isinstance(tab, gr.Tab)
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    look: dict[str, Any] = {
        "height": 240,
        "x_title": " ",
        "y_title": " ",
        "colors_in_legend": [],
        "visible": False,
    }  # a narrow page cuts its legends
    with gr.Column(elem_id="insight"):
        gr.HTML("<h2>Articles over time, by outlet</h2>")
        over_time = gr.BarPlot(
            None,
            x="when",
            y="articles",
            color="outlet",
            elem_id="over-time",
            x_label_angle=-90,
            **look,
        )
        times = gr.HTML("")
        gr.HTML("<h2>Where the passages of the last question come from</h2>")
        passages = gr.BarPlot(
            None,
            x="outlet",
            y="passages",
            elem_id="passages-by-outlet",
            x_label_angle=-15,
            sort="-y",
            **look,
        )
        outlets = gr.HTML("")
        gr.HTML("<h2>Coverage of a topic, by outlet</h2>")
        with gr.Row(elem_id="topic"):
            topic = gr.Textbox(
                label="Topic", placeholder="a name, a place, an event", max_lines=1, scale=6
            )
            button = gr.Button("Show", min_width=88, scale=1)
        said = gr.HTML("", elem_id="topic-said")
        coverage = gr.BarPlot(
            None,
            x="when",
            y="articles",
            color="outlet",
            elem_id="coverage",
            x_label_angle=-90,
            **look,
        )
        covers = gr.HTML("")

    def covered(text: str) -> tuple[str, gr.BarPlot, str]:
        try:
            articles = on_topic(session, text)
        except DatelineError as error:
            return (
                f'<p role="alert">{escape(str(error)[:1].upper() + str(error)[1:])}.</p>',
                *_shown(by_time([]), ""),
            )
        return f'<p role="status">{counted(len(articles), "article")} near it.</p>', *_shown(
            by_time(articles), ""
        )

    none_asked = "Ask a question first: its passages are counted here."
    gr.on([topic.submit, button.click], covered, topic, [said, coverage, covers], **quiet)
    tab.select(
        lambda: _shown(by_time(session.store().articles()), "No article has a date."),
        None,
        [over_time, times],
        **quiet,
    )
    tab.select(
        lambda asked: _shown(by_outlet(session, Turn.recalled(asked)), none_asked),
        turns,
        [passages, outlets],
        **quiet,
    )


def on_topic(session: Session, topic: str) -> list[Article]:
    """The articles with a passage near a topic: at least half as near as the nearest. Raises DatelineError for no topic."""
    hits = session.retrieve(topic, _TOPIC_PASSAGES, Limits())
    near = [hit.article for hit in hits if hit.score >= _NEAR * hits[0].score]
    return list({article.id: article for article in near}.values())


def by_time(articles: Iterable[Article]) -> pd.DataFrame:
    """Columns when ("2022-10", or "2022" over many months), outlet, articles: a row for each; undated articles are left out.

    A month or year without articles has a row of none, so that a plot shows the gap.
    """
    published = [
        (article.published, article.source or "unknown")
        for article in articles
        if article.published is not None
    ]
    times = periods([day for day, _ in published], _MOST_MONTHS)
    dated = [(day.isoformat()[: len(times[0])], outlet) for day, outlet in published]
    common = {
        outlet for outlet, _ in Counter(outlet for _, outlet in dated).most_common(len(COLOURS))
    }
    counts = Counter((when, outlet if outlet in common else _OTHERS) for when, outlet in dated)
    told = {when for when, _ in dated}
    counts.update({(when, min(counts)[1]): 0 for when in times if when not in told})
    return pd.DataFrame(
        [(*pair, number) for pair, number in sorted(counts.items())],
        columns=["when", "outlet", "articles"],
    )


def by_outlet(session: Session, turns: Sequence[Turn]) -> pd.DataFrame:
    """Columns outlet, passages: how many of the passages nearest to the last question each outlet has, most first."""
    counts: Counter[str] = Counter()
    if turns:
        question, limits = Limits.of_address(turns[-1].address)
        counts.update(
            hit.article.source or "unknown" for hit in session.retrieve(question, 16, limits)
        )
    return pd.DataFrame(counts.most_common(len(COLOURS)), columns=["outlet", "passages"])


def _shown(data: pd.DataFrame, otherwise: str) -> tuple[gr.BarPlot, str]:
    """(the plot of some data, a colour an outlet, hidden where there is none; the same as a table, or what to say instead)."""
    if data.empty:
        return gr.BarPlot(
            value=None, visible=False
        ), f"<p>{escape(otherwise)}</p>" if otherwise else ""
    outlets = [outlet for outlet in dict.fromkeys(data["outlet"]) if outlet != _OTHERS]
    colours = (
        {**dict(zip(outlets, COLOURS, strict=False)), _OTHERS: OF_OTHERS}
        if "when" in data
        else None
    )
    highest = max(_LEAST_HIGH, float(data.groupby(data.columns[0])[data.columns[-1]].sum().max()))
    heads = "".join(f'<th scope="col">{name}</th>' for name in data.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{bidi(str(cell))}</td>" for cell in row) + "</tr>"
        for row in data.itertuples(index=False)
        if row[-1]
    )
    table = f"<details><summary>the same as a table</summary><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></details>"
    return gr.BarPlot(value=data, color_map=colours, y_lim=[0, highest], visible=True), _key(
        colours, data
    ) + table


def _key(colours: dict[str, str] | None, data: pd.DataFrame) -> str:
    """What each colour stands for, where there are several."""
    named = [
        (outlet, colour)
        for outlet, colour in (colours or {}).items()
        if outlet in set(data["outlet"])
    ]
    items = "".join(
        f'<li><i style="background:{colour}"></i>{bidi(outlet)}</li>' for outlet, colour in named
    )
    return f'<ul class="key" aria-label="Colours">{items}</ul>' if items else ""
