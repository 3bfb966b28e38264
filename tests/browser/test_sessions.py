"""Each test's page begins as a stranger's, though its browser has the page's scripts already."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import QUESTION, Open, Served, ask, settled

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("time", ["the first", "the second"])
def test_a_page_knows_nothing_of_the_test_before(served: Served, opened: Open, time: str) -> None:
    page = opened(served)
    settled(page)
    expect(page.locator("#conversation .front")).to_be_visible()
    kept = page.evaluate("Object.values({...localStorage}).join().length")
    expect(page.locator("#conversations li")).to_have_count(0)
    ask(page, QUESTION)
    expect(page.locator("#conversations li")).to_have_count(1)
    page.wait_for_function(f"Object.values({{...localStorage}}).join().length > {kept}")
