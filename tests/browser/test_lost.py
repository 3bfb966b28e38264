"""The server is lost while the page waits for it: what was asked is asked again at the next."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.conftest import QUESTION, Open, Served, ask, serve, settled
from tests.loopback import Proxy

pytestmark = pytest.mark.slow

FOLLOW_UP = "and in 2020?"
STREAM = "**/gradio_api/queue/data**"
JOIN = "**/gradio_api/queue/join**"
STOPPED = 'data: {"msg":"unexpected_error","message":"Server stopped unexpectedly."}\n\n'


def ask_first(page: Page) -> None:
    """Ask a question; return once the last event of its answer is done, and its stream closed."""
    streams: set[Request] = set()
    page.on("request", lambda one: streams.add(one) if "/queue/data" in one.url else None)
    page.on("requestfinished", lambda one: streams.discard(one))
    page.on("requestfailed", lambda one: streams.discard(one))
    settled(page)
    ask(page, QUESTION)
    expect(page.locator("#conversation .suggested a").first).to_be_visible()
    while streams:
        page.wait_for_timeout(50)


def ask_beside(page: Page, question: str) -> None:
    """Type a question; return once it is on its way."""
    page.locator("#ask textarea").fill(question)
    with page.expect_request(JOIN):
        page.keyboard.press("Enter")


def expect_answer_to_follow_up(page: Page) -> None:
    turn = page.locator("#conversation .turn:not(.reading)")
    expect(turn.locator(".understood em")).to_have_text("Who brokered the truce in 2020?")
    expect(turn.locator(".value").first).to_have_text("Russia")
    expect(page.locator("#ask textarea")).to_have_value("")


def test_a_question_under_way_when_the_server_is_killed_is_asked_at_the_next(
    served: Served, copied: Callable[[], tuple[Path, Path]], opened: Open
) -> None:
    first = serve(*copied())
    road = Proxy(int(first.address.rsplit(":", 1)[1]))
    try:
        page = opened(
            Served(f"http://127.0.0.1:{road.port}", first.index, first.corpus, first.process)
        )
        ask_first(page)
        first.process.send_signal(signal.SIGSTOP)
        ask_beside(page, FOLLOW_UP)
        road.to = int(served.address.rsplit(":", 1)[1])
    finally:
        first.process.kill()
        first.process.wait()
    try:
        expect_answer_to_follow_up(page)
    finally:
        road.close()


@pytest.mark.parametrize(
    ("address", "status", "body"),
    [
        (STREAM, 200, ""),  # it just ends
        (STREAM, 200, 'data: {"msg":"process_st'),
        (STREAM, 200, STOPPED),
        (JOIN, 502, "<h1>Bad Gateway</h1>"),  # a proxy finds nobody behind it
        (JOIN, 504, "<h1>Gateway Time-out</h1>"),
    ],
)
def test_an_answer_that_ends_too_early_is_asked_for_again(
    address: str, status: int, body: str, served: Served, opened: Open
) -> None:
    page = opened(served)
    ask_first(page)

    def end_early(route: Route) -> Any:
        route.fulfill(status=status, body=body, content_type="text/event-stream")

    page.route(address, end_early, times=1)
    ask_beside(page, FOLLOW_UP)
    expect_answer_to_follow_up(page)


def test_a_question_that_ends_the_server_is_not_asked_for_ever(
    served: Served, opened: Open
) -> None:
    page = opened(served)
    ask_first(page)
    asked = 0

    def end_early(route: Route) -> Any:
        nonlocal asked
        if FOLLOW_UP not in (route.request.post_data or ""):
            return route.continue_()
        asked += 1
        return route.fulfill(status=502, body="<h1>Bad Gateway</h1>")

    page.route(JOIN, end_early)
    ask_beside(page, FOLLOW_UP)
    expect(page.locator("#ask textarea")).to_have_value("")
    expect(page.locator("#ask textarea")).to_have_value(FOLLOW_UP)
    page.wait_for_timeout(1_000)
    assert asked == 2


def test_what_stands_in_the_box_outlives_the_page(served: Served, opened: Open) -> None:
    page = opened(served)
    settled(page)
    page.locator("#ask textarea").fill("who")
    page.reload()
    expect(page.locator("#ask textarea")).to_have_value("who")
    expect(page.locator("#conversation .front")).to_be_visible()
