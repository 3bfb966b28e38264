"""The events of asking: only the one that a window began last shows its result.

An answer may take a while. Whoever goes back or removes all meanwhile has asked for something else.
The browser says when each was begun, since two events may come here in another order.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator

import gradio as gr

from qa.web.asking import Asking, Kept, Shown

_WINDOWS = 10_000  # of which the last event is remembered
_UNCHANGED: Shown = (gr.skip(),) * 7


class Latest:
    """Runs the events of asking, and leaves out the results of those that came before."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self._begun: OrderedDict[str, float] = OrderedDict()
        self._under_way: Counter[str] = Counter()
        self._shown: dict[
            str, Shown
        ] = {}  # by the latest event of a window, while any is under way
        self._changing = threading.Lock()

    def answer(
        self,
        question: str,
        kept: Kept,
        outlets: list[str],
        since: str,
        until: str,
        as_of: str,
        begun: float,
        request: gr.Request,
    ) -> Iterator[Shown]:
        """Answer what was typed."""
        asked = self.asking.answer(question, kept, outlets, since, until, as_of)
        yield from self.only(request.session_hash, begun, asked)

    def followed(
        self,
        kept: Kept,
        outlets: list[str],
        since: str,
        until: str,
        as_of: str,
        begun: float,
        event: gr.EventData,
        request: gr.Request,
    ) -> Iterator[Shown]:
        """Show what a click in the conversation, or the back button, asks for."""
        asked = self.asking.followed(kept, outlets, since, until, as_of, event)
        yield from self.only(request.session_hash, begun, asked)

    def opened(self, query: str, kept: Kept, begun: float, request: gr.Request) -> Iterator[Shown]:
        """Show what the page's address asks for."""
        yield from self.only(request.session_hash, begun, self.asking.opened(query, kept))

    def only(self, window: str | None, begun: float, results: Iterable[Shown]) -> Iterator[Shown]:
        """Yield the results of an event, as long as the window begins no later one.

        After that it yields what the later one showed, since the browser may have shown the two in
        the wrong order. `begun` is a time of the browser's clock.
        """
        window = window or ""
        with self._changing:
            self._begun[window] = max(begun, self._begun.get(window, begun))
            self._begun.move_to_end(window)
            while len(self._begun) > _WINDOWS:
                self._begun.popitem(last=False)
            self._under_way[window] += 1
        try:
            for result in results:
                if self._begun.get(window, begun) <= begun:
                    self._shown[window] = result
                yield self._shown.get(window, _UNCHANGED)
        finally:
            with self._changing:
                self._under_way[window] -= 1
                if not self._under_way[window]:
                    del self._under_way[window]
                    self._shown.pop(window, None)
