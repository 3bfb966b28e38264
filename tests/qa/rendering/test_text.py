"""Text for a terminal says what the reply carries: figures, outlets, speakers, places, reasons."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from index.types import Article, Note, Skipped, Summary
from qa.integrations.metadata import metadata
from qa.rendering.markdown import reply_as_markdown
from qa.rendering.text import hits_as_text, reply_as_text, summary_as_text
from qa.rendering.wording import (
    counted,
    dateline,
    differing,
    evidence_in_words,
    headline,
    in_language,
    quotation,
    reason_in_words,
    revised,
)
from qa.types import Citation, Conflict, TimeWindow
from qa.web.cards import reply_html
from tests.qa.rendering.replies import answer, citation, figure, flood, hit, reply

DIFFERENT = (flood("286", "Example", 14, 0.9), flood("15", "Globe", 2), flood("200", None, 3))


def test_outlets_that_differ_stand_in_the_first_line() -> None:
    """The answers of the conflict are named, and no other answer is."""
    text = reply_as_text(reply("How many died?", *DIFFERENT, conflict=Conflict((0, 2), 1)))
    assert text.splitlines()[:2] == [
        "The articles differ: At least 286 (Example) · At least 200 (None-3.txt)",
        "",
    ]
    assert "The articles differ" not in reply_as_text(reply("How many died?", *DIFFERENT))


def test_an_outlet_is_named_once_beside_its_value() -> None:
    first, other = flood("286", "Globe"), flood("286", "Globe", 15)
    same = answer(*first.citations, *other.citations, *flood("286", "Press").citations)
    asked = reply("How many died?", flood("9", "Herald"), same, conflict=Conflict((1, 0), 3))
    assert differing(asked) == "At least 286 (Globe, Press) · At least 9 (Herald)"
    assert differing(reply("How many died?", same)) == ""


def test_an_answer_has_its_sentence_its_place_and_its_speaker() -> None:
    lines = reply_as_text(reply("How many died?", DIFFERENT[0])).splitlines()
    assert lines == [
        "286  (one report, 90%)",
        "  “At least 286 people died in the flood, the ministry said.”",
        "  Example · 14 October 2022 [Example-14.txt:9-12], as the ministry is quoted",
    ]
    bold = reply_as_text(reply("How many died?", DIFFERENT[0]), bold=True)
    assert bold.startswith("\x1b[1m286\x1b[0m  (one report, 90%)")
    assert "“At least \x1b[1m286\x1b[0m people" in bold


def test_the_silent_outlets_come_last() -> None:
    asked = reply("How many died?", *DIFFERENT, silent_outlets=("Herald", "Press"))
    assert reply_as_text(asked).endswith("\n\nOn the story too, without this: Herald, Press")
    assert "On the story too" not in reply_as_text(reply("How many died?", *DIFFERENT))


def test_a_figure_that_changed_is_shown_in_the_order_of_the_reply() -> None:
    answers = flood("15", "Globe", 3), flood("12", "Globe", 2)
    over_time = figure(1, answers[1]), figure(0, answers[0])
    asked = reply("How many died?", *answers, over_time=over_time)
    changed = "At least 12 (Globe, 2 October 2022) → At least 15 (Globe, 3 October 2022)"
    assert revised(asked) == changed
    assert reply_as_text(asked).startswith(f"Revised: {changed}\n\n15  (")
    assert revised(reply("How many died?", *answers)) == ""


def test_an_abstention_shows_the_nearest_sentences_and_what_to_try() -> None:
    article = Article("a", "Passage one is near.", source="Globe", path="a.txt")
    nearest = citation(article, "near")
    silent = reply("Why?", reason="not-said: no clear answer; the nearest is", nearest=[nearest])
    assert reply_as_text(silent).splitlines() == [
        "No clear answer found.",
        "",
        "The nearest sentences:",
        "  “Passage one is near.”",
        "  Globe [a.txt:15-19]",
        "",
        "Try: another word that the articles use.",
    ]
    assert "is \x1b[1mnear\x1b[0m." in reply_as_text(silent, bold=True)


@pytest.mark.parametrize(
    ("reason", "time", "first", "trial"),
    [
        (
            "nothing-near: nothing is near this question",
            None,
            "No clear answer found. Nothing is near this question.",
            "another word that the articles use",
        ),
        (
            "filtered-out: no article passes the filters",
            None,
            "No clear answer found. No article passes the filters.",
            "the question without its limits",
        ),
        (
            "other-time: nothing in May; from June: 3",
            TimeWindow("in May"),
            "No clear answer found. Nothing in May; from June: 3.",
            "the question without “in May”",
        ),
        ("no-question: that is no question", None, "That is no question.", None),
    ],
)
def test_silence_has_its_reason_and_what_to_try(
    reason: str, time: TimeWindow | None, first: str, trial: str | None
) -> None:
    lines = reply_as_text(reply("Why?", reason=reason, time=time)).splitlines()
    assert lines == ([first] if trial is None else [first, "", f"Try: {trial}."])


@pytest.mark.parametrize(
    ("outlets", "origins", "differing", "words"),
    [
        (1, 1, 0, "one report"),
        (1, 3, 0, "three reports"),
        (3, 2, 0, "three outlets say so"),
        (12, 2, 0, "12 outlets say so"),
        (3, 1, 0, "one report, in three outlets"),
        (3, 2, 4, "four outlets differ"),
    ],
)
def test_evidence_is_said_in_words(outlets: int, origins: int, differing: int, words: str) -> None:
    given = replace(flood("286", "Globe"), outlets=outlets, origins=origins)
    assert evidence_in_words(given, differing) == words


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("too-new: the articles end: on 2 May", "The articles end: on 2 May"),
        ("nobody knows", "Nobody knows"),
        (None, ""),
    ],
)
def test_a_reason_is_a_sentence_without_its_code(reason: str | None, words: str) -> None:
    assert reason_in_words(reply("Why?", reason=reason)) == words


def test_an_article_is_named_by_what_is_known() -> None:
    day = dt.date(2022, 10, 2)
    known = Article("a", "x", title="Rain", source="Globe", published=day, path="b/a.txt")
    assert dateline(known) == "Globe · 2 October 2022 · Rain"
    assert dateline(Article("a", "x", path="b/a.txt")) == "b/a.txt"
    assert headline(known) == "Rain"
    assert headline(Article("a", "It \n rained.", path="b/a.txt")) == "It rained."
    assert headline(Article("a", "word " * 30)) == f"{'word ' * 16}…"
    assert headline(Article("a", "x" * 100)) == f"{'x' * 80} …"
    assert headline(Article("a", " ", path="b/a.txt")) == "b/a.txt"
    languages = [in_language(Article("a", "x", language=name)) for name in ("de", "en", None)]
    assert languages == [", in de", "", ""]


def test_skipped_files_are_listed_up_to_a_bound() -> None:
    skipped = tuple(Skipped(f"{n}.png", "expected text") for n in range(25))
    lines = summary_as_text(Summary("000001", 1, 2, 1, 0, 0, 0, 0, skipped, 0.5)).splitlines()
    assert lines[0] == ("generation 000001: 1 article, 2 passages in 0.5 s (1 added, 25 skipped)")
    assert lines[1] == "  skipped 0.png: expected text"
    assert lines[-1] == "  and 5 more; --json names them all"
    assert len(lines) == 22
    few = summary_as_text(Summary("000001", 1, 2, 1, 0, 0, 0, 0, skipped[:20], 0.5))
    assert "more" not in few


def test_notes_of_a_build_stand_under_its_summary() -> None:
    notes = Note("a.csv", "columns: text from body"), Note("", "not in English: de 1")
    summary = Summary("000001", 1, 1, 1, 0, 0, 0, 0, notes=notes)
    assert summary_as_text(summary).splitlines()[1:] == [
        "  a.csv: columns: text from body",
        "  not in English: de 1",
    ]


def test_numbers_are_counted_in_words() -> None:
    shown = [counted(number, "article") for number in (0, 1, 4886)]
    assert shown == ["0 articles", "1 article", "4,886 articles"]


def test_a_citation_is_a_link_on_a_terminal_only() -> None:
    article = Article(
        "a",
        "It rained.",
        title="Rain",
        url="https://example.org/a",
        path="a.pdf",
        pages=(0,),
        language="de",
    )
    asked = reply("Did it rain?", answer(citation(article, "rained")))
    link = "\x1b]8;;https://example.org/a#page=1\x1b\\"
    end = "\x1b]8;;\x1b\\"
    assert f"{link}Rain{end} [a.pdf#page=1:3-9], in de" in reply_as_text(asked, bold=True)
    assert "\x1b" not in reply_as_text(asked)
    hits = [hit(article)]
    bold = hits_as_text(hits, bold=True)
    assert bold.startswith(f"1. {link}\x1b[1mRain\x1b[0m{end} [a.pdf#page=1:0-10]")
    assert hits_as_text(hits) == "1. Rain [a.pdf#page=1:0-10], in de 0.50\n   It rained."


def test_a_passage_links_to_its_sentences() -> None:
    article = Article("a", "It rained. It snowed all day.", url="https://example.org/a")
    link = "\x1b]8;;https://example.org/a#:~:text=It%20rained.%20It%20snowed%20all%20day.\x1b\\"
    assert hits_as_text([hit(article)], bold=True).startswith(f"1. {link}")


@pytest.mark.parametrize("url", [None, "https://example.org/a.pdf"])
def test_a_citation_of_a_pdf_names_its_page_wherever_it_is_shown(url: str | None) -> None:
    """No address opens a file of this machine; one from the web opens at its page."""
    text = "It rained. It snowed."
    article = Article("a", text, title="Rain", url=url, path="a.pdf", pages=(0, 11))
    cited = Citation(article, 14, 20, sentence_span=(11, 21), qualified_start=14)
    passage = hit(article)
    asked = reply("Did it snow?", answer(cited), passages=[passage])
    assert ", page 2</p>" in reply_html(asked)
    assert "page 2, characters 14 to 20" in reply_as_markdown(asked)
    assert "[a.pdf#page=2:14-20]" in reply_as_text(asked)
    assert ", page 2" in asked._repr_html_()
    assert "[a.pdf#page=1:0-21]" in hits_as_text([passage])
    address = f" {url}#page=2" if url is not None else ""
    assert quotation(cited) == f"“It snowed.” — Rain, page 2{address}"
    assert (cited.to_dict()["page"], metadata(passage)["page"]) == (2, 1)
    assert ('href="https://example.org/a.pdf#page=2"' in reply_html(asked)) == (url is not None)


def test_a_quotation_without_pages_names_none() -> None:
    assert quotation(citation(Article("a", "It rained."), "rained")) == "“It rained.” — "
    article = Article("a", "It  rained.", source="Globe", url="https://example.org/a")
    assert quotation(citation(article, "rained")) == (
        "“It rained.” — Globe https://example.org/a#:~:text=It%20rained."
    )
