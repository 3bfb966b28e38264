"""The Coverage tab: which outlets cover a topic, when, and who had it first.

A bar of the timeline shows the articles of its days alone. Without a topic all articles are shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import gradio as gr
from markupsafe import Markup

from index.types import Article, DatelineError
from qa.answering.arguments import MOST_PASSAGES
from qa.rendering.wording import counted, published_in_words
from qa.web.addresses import NO_LIMITS, article_address
from qa.web.markup import NO_OUTLET, NOTHING, bidi, outlet_html, title_of
from qa.web.session import Session
from qa.web.timeline import timeline_html

_TOPIC_PASSAGES = MOST_PASSAGES
_NEAR = 0.5  # of the score of the nearest passage
_LISTED = 12  # articles of an outlet that are listed
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_CLICKS = """element.addEventListener('click', (event) => {
  const clicked = event.target.closest('[data-from]');
  if (clicked && !clicked.disabled) {
    trigger('click', {...clicked.dataset, pressed: clicked.getAttribute('aria-pressed')});
  }
});"""


def coverage_tab(session: Session) -> None:
    """Build the tab; call inside its gr.Tab."""
    tab = gr.context.Context.block
    assert isinstance(tab, gr.Tab)
    with gr.Row(elem_id="topic"):
        topic = gr.Textbox(
            label="Topic", placeholder="a name, a place, an event", max_lines=1, scale=6
        )
        button = gr.Button("Show", min_width=88, scale=1)
    shown = gr.HTML("", elem_id="coverage", js_on_load=_CLICKS)

    def show(text: str) -> str:
        return _topic_html(session, text, "", "")

    def clicked(text: str, event: gr.EventData) -> str:
        data = event._data or {}
        if data.get("pressed") == "true":
            return show(text)
        return _topic_html(session, text, str(data.get("from", "")), str(data.get("to", "")))

    gr.on(
        [topic.submit, button.click, tab.select],
        show,
        topic,
        shown,
        trigger_mode="always_last",  # a topic given while another is looked for waits for its turn
        **_QUIET,
    )
    shown.click(clicked, topic, shown, **_QUIET)


def on_topic(session: Session, topic: str) -> list[Article]:
    """Return the articles with a passage near to a topic.

    Such a passage is at least half as near as the nearest one. Raises DatelineError for no topic.
    """
    hits = session.retrieve(topic, _TOPIC_PASSAGES, NO_LIMITS)
    near = [hit.article for hit in hits if hit.score >= _NEAR * hits[0].score]
    return list({article.id: article for article in near}.values())


def coverage_html(articles: Sequence[Article], first: str = "", last: str = "") -> Markup:
    """Return the articles over time and by outlet, the first outlet first.

    `first` and `last` are the days of the bar that is chosen, or empty.
    """
    dated = [article.published for article in articles if article.published is not None]
    within = [article for article in articles if _lies_within(article, first, last)]
    outlets: dict[str, list[Article]] = {}
    for article in sorted(within, key=_by_day):
        outlets.setdefault(article.source or NO_OUTLET, []).append(article)
    return Markup(
        '<p class="source" role="status">{articles} from {outlets}</p>{timeline}'
        '{had_it}<div class="outlets">{sections}</div>'
    ).format(
        articles=counted(len(within), "article"),
        outlets=counted(len(outlets), "outlet"),
        timeline=timeline_html(dated, first),
        had_it=_first_html(within),
        sections=NOTHING.join(_outlet_html(name, found) for name, found in outlets.items()),
    )


def _topic_html(session: Session, topic: str, first: str, last: str) -> Markup:
    try:
        articles = list(session.store().articles())
        if topic.strip():
            articles = on_topic(session, topic)
    except DatelineError as error:
        message = str(error)[:1].upper() + str(error)[1:]
        return Markup('<p role="alert">{}.</p>').format(message)
    return coverage_html(articles, first, last)


def _lies_within(article: Article, first: str, last: str) -> bool:
    if not first:
        return True
    return article.published is not None and first <= article.published.isoformat() <= last


def _by_day(article: Article) -> tuple[dt.date, str]:
    """Return what orders articles: the oldest first, those without a day last."""
    return article.published or dt.date.max, article.id


def _first_html(articles: Sequence[Article]) -> Markup:
    """Return who had it first, if somebody was alone on the first day."""
    dated = sorted((one for one in articles if one.published is not None), key=_by_day)
    if len(dated) < 2 or dated[0].published == dated[1].published or not dated[0].source:
        return NOTHING
    return Markup('<p class="had-it">First: {}, {}</p>').format(
        outlet_html(dated[0]), published_in_words(dated[0])
    )


def _outlet_html(name: str, articles: Sequence[Article]) -> Markup:
    items = NOTHING.join(map(_item, articles[:_LISTED]))
    more = len(articles) - _LISTED
    if more > 0:
        items += Markup("<li>and {}</li>").format(counted(more, "more article"))
    return Markup("<section><h2>{name} ({count:,})</h2><ul>{items}</ul></section>").format(
        name=bidi(name), count=len(articles), items=items
    )


def _item(article: Article) -> Markup:
    return Markup('<li><a href="{address}" data-read>{title}</a> {day}</li>').format(
        address=article_address(article.id),
        title=bidi(title_of(article)),
        day=published_in_words(article),
    )
