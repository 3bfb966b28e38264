"""Several processes of the app over one store, as behind a load balancer, answer alike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client
from playwright.sync_api import Page, Request, expect

from index.stores.copying import copy
from index.stores.places import place_of
from tests.browser.conftest import QUESTION, Open, Served, ask, serve
from tests.loopback import Proxy

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def store(corpus_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the sample corpus from a Milvus Lite on the loopback."""
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    running, database, port = start_server_in_thread(str(tmp_path_factory.mktemp("milvus")))
    address = f"milvus://127.0.0.1:{port}/news?timeout=30"
    copy(corpus_index, place_of(address, corpus_index))
    yield address
    running.stop(0).wait()
    database.close()


@pytest.fixture(scope="module")
def apps(store: str, corpus_index: Path) -> Iterator[list[Served]]:
    served = [serve(corpus_index, Path("corpus"), "--store", store) for _ in range(2)]
    yield served
    for app in served:
        app.stop()


def asked(app: Served, question: str) -> dict[str, Any]:
    reply: dict[str, Any] = json.loads(
        Client(app.address, verbose=False).predict(question, api_name="/ask")
    )
    return reply


class Streams:
    """The streams by which Gradio sends a page its answers: which of them are still open."""

    def __init__(self, page: Page) -> None:
        self.page, self.begun, self.open = page, 0, set[Request]()
        page.on("request", self._begin)
        page.on("requestfinished", self._end)
        page.on("requestfailed", self._end)

    def _begin(self, request: Request) -> None:
        if "/queue/data" in request.url:
            self.begun += 1
            self.open.add(request)

    def _end(self, request: Request) -> None:
        self.open.discard(request)

    def wait_until_closed(self) -> None:
        """Wait until none has been open for a second: one event may be followed by another."""
        quiet = 0
        while quiet < 10:
            self.page.wait_for_timeout(100)
            quiet = 0 if self.open else quiet + 1


def test_each_process_gives_the_same_reply_and_follows_what_is_published(
    apps: list[Served], store: str, corpus_index: Path
) -> None:
    replies = [asked(app, QUESTION) for app in apps]
    assert len({json.dumps(reply["answers"]) for reply in replies}) == 1
    assert replies[0]["answers"] != []
    generation = copy(corpus_index, place_of(store, corpus_index))
    assert [asked(app, QUESTION)["index_generation"] for app in apps] == [generation] * len(apps)


def test_a_conversation_goes_on_at_another_process_when_its_own_dies(
    apps: list[Served], opened: Open
) -> None:
    first, second = apps
    road = Proxy(int(first.address.rsplit(":", 1)[1]))
    through = Served(f"http://127.0.0.1:{road.port}", first.index, first.corpus, first.process)
    page = opened(through)
    streams = Streams(page)
    ask(page, QUESTION)
    # No event may be under way: for one that is lost the page must be loaded again.
    streams.wait_until_closed()
    assert streams.begun > 0
    road.to = int(second.address.rsplit(":", 1)[1])
    first.stop()
    page.locator("#ask textarea").fill("and in 2020?")
    page.keyboard.press("Enter")
    turn = page.locator("#conversation .turn")
    expect(turn.locator(".understood em")).to_have_text("Who brokered the truce in 2020?")
    expect(turn.locator(".value").first).to_have_text("Russia")
    expect(page.locator(".earlier li")).to_have_text([f"{QUESTION} US"])
    road.close()
