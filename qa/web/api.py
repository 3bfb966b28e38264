"""The endpoints of the page for gradio_client: /ask and /retrieve.

They are for gradio_client; other programs call qa/web/rest.py. The types and docstrings of the two
functions are their documentation. Both return JSON as text: gradio_client takes an object with a
"path", as an article has, for a file to download.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr
from gradio.events import api

from index.types import DatelineError
from qa.web.addresses import Limits
from qa.web.session import Session


def endpoints(session: Session) -> None:
    """Register /ask and /retrieve; call inside the page's Blocks."""

    def ask(
        question: str,
        source: list[str] | None = None,
        since: str = "",
        until: str = "",
        as_of: str = "",
        k: int = 16,
    ) -> str:
        """Answer a question from the news archive with cited stretches of articles.

        If the articles do not say, the reply says so.

        Args:
            question: the question, in English, at most 1,000 characters.
            source: only articles of these outlets; all if empty.
            since: only articles published on this day or later, YYYY-MM-DD.
            until: only articles published on this day or earlier, YYYY-MM-DD.
            as_of: the day asked on: nothing later is used, "last month" is the month before it.
            k: how many passages to read, 1 to 100.

        Returns:
            The reply as JSON: question, time, answers, conflict, over_time, passages, reason.
        """
        with _told_errors():
            reply = session.ask(question, Limits.of(source, since, until, as_of), k)
        return json.dumps(reply.to_dict(), ensure_ascii=False)

    def retrieve(
        question: str,
        k: int = 5,
        source: list[str] | None = None,
        since: str = "",
        until: str = "",
        as_of: str = "",
    ) -> str:
        """Find the passages of the news archive nearest to a question, best first.

        Args:
            question: what to look for, in English, at most 1,000 characters.
            k: how many passages, 1 to 100.
            source: only articles of these outlets; all if empty.
            since: only articles published on this day or later, YYYY-MM-DD.
            until: only articles published on this day or earlier, YYYY-MM-DD.
            as_of: nothing published after this day, YYYY-MM-DD.

        Returns:
            A JSON list of passages: text, start, end (characters of the article), score, article.
        """
        with _told_errors():
            hits = session.retrieve(question, k, Limits.of(source, since, until, as_of))
        return json.dumps([hit.to_dict() for hit in hits], ensure_ascii=False)

    api(ask, api_name="ask")
    api(retrieve, api_name="retrieve")


@contextmanager
def _told_errors() -> Iterator[None]:
    """Raise an error that a user can mend as one that Gradio shows to the caller."""
    try:
        yield
    except DatelineError as error:
        raise gr.Error(str(error), print_exception=False) from None
