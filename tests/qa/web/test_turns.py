"""A question being read, a notice, and the questions before: each is shown as text."""

from __future__ import annotations

from qa.answering.turns import Turn
from qa.web.turns import (
    earlier_html,
    notice_html,
    opening_html,
    reading_html,
)
from tests.qa.web.parsed import Parsed


def test_a_notice_is_a_sentence_below_its_question() -> None:
    assert Parsed(notice_html("", "expected a question")).text == "Expected a question."
    shown = Parsed(notice_html("a" * 300, "expected a shorter one"))
    assert shown.text == f"{'a' * 200}Expected a shorter one."
    assert shown.attributes("role") == ["alert"]


def test_a_question_being_read_keeps_the_places_of_its_answer() -> None:
    shown = Parsed(reading_html("who?"))
    assert shown.text == "who?Reading …"
    places = [str(name) for name in shown.attributes("class") if "skeleton" in str(name)]
    assert len(places) == 5
    assert shown.attributes("aria-busy") == ["true"]
    assert Parsed(opening_html()).text == ""  # nothing is read before a question


def test_earlier_questions_are_links_newest_first_without_the_one_shown() -> None:
    turns = [
        Turn("who?", "who?", "US", "The US did.", "?q=1"),
        Turn("and then?", "who then?", None, None, "?q=2"),
        Turn("why?", "why?", None, None, "?q=3"),
    ]
    shown = Parsed(earlier_html(turns, "?q=3"))
    assert shown.attributes("href")[:2] == ["?q=2", "?q=1"]
    assert "who then? no clear answerwho? US" in shown.text
    assert earlier_html(turns[:1], "?q=1") == ""
