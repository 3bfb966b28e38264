"""The conversations of a browser: opened, named, removed, and saved as Markdown."""

from __future__ import annotations

from typing import Any

import pytest

from qa.answering.turns import Turn
from qa.web.conversation_list import changed
from qa.web.conversations import (
    LONGEST_NAME,
    MOST,
    Conversation,
    Conversations,
    conversation_as_markdown,
    conversations_html,
)
from tests.qa.web.parsed import Parsed


def about(*topics: str) -> Conversation:
    turns = (Turn(topic, f"{topic}?", "Yes", "Yes.", f"?q={topic}") for topic in topics)
    return Conversation(tuple(turns))


RAIN, FOG, SNOW = about("rain", "hail"), about("fog"), about("snow")
THREE = Conversations((RAIN, FOG, SNOW))


def titles(conversations: Conversations) -> list[str]:
    return [one.title for one in conversations.all]


@pytest.mark.parametrize(
    ("data", "after"),
    [
        ({"do": "begin"}, ["", "rain?", "fog?", "snow?"]),
        ({"do": "open", "number": "2"}, ["snow?", "rain?", "fog?"]),
        (
            {"do": "rename", "number": "1", "name": " Fog  on the\nfjord "},
            ["rain?", "Fog on the fjord", "snow?"],
        ),
        ({"do": "rename", "number": "0", "name": "Rain"}, ["Rain", "fog?", "snow?"]),
        ({"do": "remove", "number": "1"}, ["rain?", "snow?"]),
        ({"do": "remove", "number": "0"}, ["", "fog?", "snow?"]),
        ({"do": "clear"}, [""]),
        ({"do": "open", "number": "9"}, ["rain?", "fog?", "snow?"]),
        ({"do": "open", "number": "-1"}, ["rain?", "fog?", "snow?"]),
        ({"do": "anything"}, ["rain?", "fog?", "snow?"]),
    ],
)
def test_a_click_opens_names_or_removes_one(data: dict[str, Any], after: list[str]) -> None:
    assert titles(changed(THREE, data)) == after


def test_a_new_one_is_put_aside_once_and_a_name_is_taken_back() -> None:
    begun = THREE.begun()
    assert begun.begun() == begun  # an empty one is not put aside
    assert titles(begun.opened(1)) == ["rain?", "fog?", "snow?"]  # nor kept
    named = THREE.renamed(1, "Fog on the fjord")
    assert titles(named.opened(1).renamed(0, " ")) == titles(THREE.opened(1))
    assert len(THREE.renamed(1, "a" * 500).all[1].name) == LONGEST_NAME
    many = Conversations((RAIN, *[FOG] * MOST))
    assert len(many.begun().all) == 1 + MOST


def test_the_browser_gives_back_what_it_kept_and_nothing_else() -> None:
    named = THREE.renamed(0, "Rain").renamed(2, "Snow")
    assert Conversations.recalled(named.kept(), named.shelf()) == named
    broken: list[Any] = [None, [], {"others": 1}, {"others": [1, {}, {"turns": 1}], "name": 2}]
    for shelf in broken:
        assert Conversations.recalled(THREE.kept(), shelf) == Conversations((RAIN,))
    assert Conversations.recalled("x", None) == Conversations()


def test_each_is_listed_with_its_questions_and_nothing_in_it_is_markup() -> None:
    assert conversations_html(Conversations()) == ""
    shown = Parsed(conversations_html(THREE.renamed(1, "<b>Fog</b>")))
    assert shown.is_ours()
    assert "rain? 2 questions" in shown.text
    assert "<b>Fog</b> 1 question" in shown.text
    assert shown.attributes("data-number") == ["0", "0", "1", "1", "1", "2", "2", "2"]
    assert shown.attributes("href")[1] == "?q=fog"  # the current one is no link
    assert "Remove <b>Fog</b>" in shown.attributes("aria-label")
    assert "begin" in shown.attributes("data-do")
    only_others = Parsed(conversations_html(THREE.begun()))
    assert "begin" not in only_others.attributes("data-do")


def test_a_conversation_is_saved_with_what_it_cites_and_nothing_in_it_is_markup() -> None:
    turns = (
        Turn("who?", "who?", "US", "The US did.", "?q=1", "“The US did.” — Globe"),
        Turn("and <b>?", "and <b>?", None, None, "?q=2"),
        Turn("how?", "how?", "By *rain*.", "By *rain*.", "?q=3", "“By *rain*.” — Post"),
    )
    said = [
        "## who?",
        "**US**",
        "> “The US did\\.” — Globe",
        "## and \\<b\\>?",
        "No clear answer found.",
        "## how?",
        "> “By \\*rain\\*\\.” — Post",
    ]
    saved = conversation_as_markdown(Conversation(turns))
    assert saved.rstrip().split("\n\n") == ["# A conversation with Dateline", *said]
    named = conversation_as_markdown(Conversation(turns, "<b>"))
    assert named.rstrip().split("\n\n") == ["# \\<b\\>", *said]
