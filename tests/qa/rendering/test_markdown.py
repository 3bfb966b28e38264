"""A reply as Markdown: all that the reply carries, and nothing of an article is markup."""

from __future__ import annotations

import datetime as dt

import hypothesis.strategies as st
from hypothesis import given

from index.types import Article
from qa.rendering.markdown import plain, reply_as_markdown
from qa.types import Conflict
from tests.qa.rendering.replies import answer, citation, figure, flood, reply


def test_an_answer_is_a_heading_with_its_sentences() -> None:
    assert reply_as_markdown(reply("How many died?", flood("286", "Globe", 14, 0.9))) == (
        "# How many died?\n\n"
        "## 286 (90%)\n\n"
        "> At least **286** people died in the flood, the ministry said\\.\n"
        ">\n"
        "> Globe · 14 October 2022, characters 9 to 12 of Globe\\-14\\.txt, "
        "as the ministry is quoted\n\n"
        "Answered by Dateline from generation 000001 of its index.\n"
    )


def test_what_differs_and_what_changed_stand_above_the_answers() -> None:
    answers = flood("15", "Globe", 3), flood("12", "Globe", 2), flood("40", "Press", 3)
    over_time = figure(1, answers[1]), figure(0, answers[0])
    asked = reply("How many died?", *answers, conflict=Conflict((0, 2), 2), over_time=over_time)
    lines = reply_as_markdown(asked).splitlines()
    assert lines[2] == "**The articles differ:** At least 15 \\(Globe\\) · At least 40 \\(Press\\)"
    assert lines[4].startswith("**Revised:** At least 12 \\(Globe, 2 October 2022\\) → At least 15")
    assert lines[6] == "## 15 (50%)"


def test_an_abstention_lists_the_nearest_sentences() -> None:
    article = Article("a", "Passage\none is near.", source="Globe", path="a.txt")
    nearest = [citation(article, "near")]
    silent = reply("Why?", reason="not-said: the articles do not say", nearest=nearest)
    assert reply_as_markdown(silent) == (
        "# Why?\n\nNo clear answer found.\n\n"
        "> Passage one is **near**\\.\n>\n> Globe, characters 15 to 19 of a\\.txt\n\n"
        "Answered by Dateline from generation 000001 of its index.\n"
    )


def test_nothing_of_an_article_or_a_question_is_markup() -> None:
    evil = "*b* [x](javascript:alert) <i> # ~~ `c` | & @me"
    article = Article(
        "a", f"{evil} rained.", title=evil, source=evil, url="https://a.example/<b> c", path="a.md"
    )
    text = reply_as_markdown(reply(evil, answer(citation(article, "rained", speaker="@me"))))
    assert "<i>" not in text
    assert "](" not in text.replace("\\]\\(", "")
    assert "as \\@me is quoted <https://a.example/%3Cb%3E%20c#:~:text=" in text
    assert plain("a\n  *b*") == "a \\*b\\*"


def test_the_spaces_around_a_span_are_kept() -> None:
    article = Article("a", "“It rained”,\nhe said.", published=dt.date(2022, 10, 2))
    text = reply_as_markdown(reply("Did it?", answer(citation(article, "rained"))))
    assert "> “It **rained**”, he said\\." in text
    whole = reply_as_markdown(reply("Did it?", answer(citation(article, " rained”,\n"))))
    assert "> “It **rained”,**he said\\." in whole


@given(st.text(max_size=60))
def test_nothing_of_any_text_is_markup(text: str) -> None:
    written = plain(text)
    assert "\n" not in written
    bare = written.replace("\\\\", "")
    marks = [place for place, character in enumerate(bare) if character in "`*_[]<>#!$|~"]
    assert all(bare[place - 1] == "\\" for place in marks)


def test_a_citation_in_markdown_names_its_place_and_its_address() -> None:
    article = Article(
        "a",
        "The US brokered it, he said.",
        "A [title]",
        "Globe",
        dt.date(2022, 10, 14),
        "https://example.org/a>b",
        "a.txt",
    )
    text = reply_as_markdown(reply("Who?", answer(citation(article, "US", 0.93))))
    assert text.startswith(
        "# Who?\n\n## US (93%)\n\n> The **US** brokered it, he said\\.\n>\n"
        "> Globe · 14 October 2022 · A \\[title\\], characters 4 to 6 of a\\.txt"
    )
    assert "<https://example.org/a%3Eb#:~:text=The%20US%20brokered%20it%2C%20he%20said.>" in text
