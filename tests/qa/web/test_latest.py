"""Of the events of a window, the one that was begun last shows its result."""

from __future__ import annotations

from typing import Any

import gradio as gr

from qa.web.asking import Asking, Shown
from qa.web.latest import Latest
from tests.qa.web.test_asking import FakeSession

SKIPPED = gr.skip()


def shown(text: str) -> Shown:
    return (text, SKIPPED, SKIPPED, SKIPPED, SKIPPED, SKIPPED, "")


def test_a_result_is_left_out_once_another_event_of_the_window_was_begun() -> None:
    latest = Latest(Asking(FakeSession()))
    slow = latest.only("w", 1, map(shown, ("reading", "the old answer")))
    assert next(slow)[0] == "reading"
    other = latest.only("another window", 9, map(shown, ("theirs",)))
    assert next(other)[0] == "theirs"
    quick = latest.only("w", 2, map(shown, ("reading again", "the new answer")))
    assert next(quick)[0] == "reading again"
    assert next(quick)[0] == "the new answer"
    assert next(slow)[0] == "the new answer"  # the browser may have shown the two the other way
    assert [*slow, *quick] == []
    assert latest._shown.keys() == {"another window"}  # a result is kept no longer than events run
    late = latest.only("w", 1.5, map(shown, ("reading", "begun before, come after")))
    assert list(late) == [(SKIPPED,) * 7] * 2


def test_so_many_windows_are_remembered(monkeypatch: Any) -> None:
    monkeypatch.setattr("qa.web.latest._WINDOWS", 2)
    latest = Latest(Asking(FakeSession()))
    events = [latest.only(name, 1, map(shown, ("reading", name))) for name in "abc"]
    assert [next(event)[0] for event in events] == ["reading"] * 3
    assert len(latest._begun) == 2
    assert [next(event)[0] for event in events] == ["a", "b", "c"]  # a forgotten one still shows
