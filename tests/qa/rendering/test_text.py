"""Text for a terminal: every figure with who gives it, one line for each skipped file, up to a bound."""

from __future__ import annotations

import datetime as dt

from index.types import Article, Note, Passage, Skipped, Summary
from qa.answering.values import value_of
from qa.integrations.metadata import metadata
from qa.rendering.markdown import reply_as_markdown
from qa.rendering.text import dateline, hits_as_text, quotation, reply_as_text, summary_as_text
from qa.types import Answer, Hit, Reply, Span
from qa.web.cards import reply_html


def answer(text: str, quoted: str, source: str | None, probability: float) -> Answer:
    article = Article(
        f"{source}.txt", text, source=source, published=dt.date(2022, 10, 14), path=f"{source}.txt"
    )
    start = text.index(quoted)
    span = Span(article, start, start + len(quoted), probability=probability)
    return Answer((span,), probability=probability, value=value_of(span))


def test_outlets_that_differ_stand_in_the_first_line() -> None:
    answers = (
        answer("In September 286  people died.", "286", "Example", 0.9),
        answer("In September 200 died.", "200", None, 0.5),
    )
    text = reply_as_text(Reply("How many died?", answers, (), "000001", 1.0, disagreement=True))
    assert text.splitlines()[0] == "The articles differ: 286 (Example) · 200 (None.txt)"
    assert (
        "286  (90%, 1 origin)\n  “In September 286 people died.”\n  Example · 14 October 2022 [Example.txt:13-16]"
        in text
    )
    assert "\x1b[1m286\x1b[0m" in reply_as_text(
        Reply("How many died?", answers, (), "000001", 1.0), bold=True
    )


def test_a_speaker_and_the_outlets_without_the_value_are_named() -> None:
    said = answer("The dead number 286, the ministry said.", "286", "Globe", 0.9)
    hits = [
        Hit(Passage(Article(name, f"{name} text", source=name), 0, 4), score)
        for name, score in (("Globe", 1.0), ("Herald", 0.6), ("Press", 0.3))
    ]
    text = reply_as_text(Reply("How many died?", (said,), tuple(hits), "000001", 1.0))
    assert "[Globe.txt:16-19], as the ministry is quoted" in text
    assert text.endswith("On the story too, without this: Herald")


def test_an_outlet_that_revised_its_figure_is_shown_in_order() -> None:
    def figure(number: str, day: int) -> Answer:
        article = Article(
            f"{day}", f"At least {number} died.", source="Globe", published=dt.date(2022, 8, day)
        )
        span = Span(article, 9, 11, probability=0.8)
        return Answer((span,), probability=0.8, value=value_of(span))

    text = reply_as_text(
        Reply("How many died?", (figure("15", 3), figure("12", 2)), (), "000001", 1.0)
    )
    assert text.startswith(
        "Revised: At least 12 (Globe, 2 August 2022) → At least 15 (Globe, 3 August 2022)\n"
    )


def test_an_abstention_shows_the_three_nearest_passages() -> None:
    hits = tuple(
        Hit(Passage(Article(str(n), f"Passage {n}.", path=f"{n}.txt"), 0, 10), 0.5)
        for n in range(5)
    )
    text = reply_as_text(
        Reply("Why?", (), hits, "000001", 1.0, reason="not-said: the articles do not say")
    )
    assert text.startswith(
        "The articles do not say.\n\nNearest:\n1. 0.txt [0.txt:0-10] 0.50\n   Passage 0.\n"
    )
    assert "3. 2.txt" in text
    assert "4. " not in text


def test_an_article_without_fields_is_named_by_its_path() -> None:
    assert dateline(Article("a", "x", path="b/a.txt")) == "b/a.txt"


def test_skipped_files_are_listed_up_to_a_bound() -> None:
    skipped = tuple(Skipped(f"{n}.png", "expected text") for n in range(25))
    lines = summary_as_text(Summary("000001", 1, 2, 1, 0, 0, 0, 0, skipped, 0.5)).splitlines()
    assert (
        lines[0]
        == "generation 000001: 1 article, 2 passages in 0.5 s (1 added, 0 changed, 0 removed, 0 unchanged, 25 skipped; 0 vectors reused)"
    )
    assert lines[1] == "  skipped 0.png: expected text"
    assert lines[-1] == "  and 5 more; --json names them all"
    assert len(lines) == 22


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
    reply = Reply("Did it rain?", (Answer((Span(article, 3, 9),)),), (), "000001", 1.0)
    assert (
        "\x1b]8;;https://example.org/a#page=1\x1b\\Rain\x1b]8;;\x1b\\ [a.pdf#page=1:3-9], in de"
        in reply_as_text(reply, bold=True)
    )
    assert "\x1b" not in reply_as_text(reply)
    hits = [Hit(Passage(article, 0, 10), 0.5)]
    assert hits_as_text(hits, bold=True).startswith(
        "1. \x1b]8;;https://example.org/a#page=1\x1b\\\x1b[1mRain\x1b[0m\x1b]8;;\x1b\\ [a.pdf#page=1:0-10]"
    )
    assert hits_as_text(hits) == "1. Rain [a.pdf#page=1:0-10], in de 0.50\n   It rained."


def test_a_citation_of_a_pdf_names_its_page_wherever_it_is_shown() -> None:
    """Of a file here, which no address opens; one from the web opens at it."""
    for url in (None, "https://example.org/a.pdf"):
        article = Article(
            "a", "It rained. It snowed.", title="Rain", url=url, path="a.pdf", pages=(0, 11)
        )
        span = Span(article, 14, 20)
        reply = Reply(
            "Did it snow?", (Answer((span,)),), (Hit(Passage(article, 11, 21), 0.5),), "000001", 1.0
        )
        assert "Rain</bdi></cite> · page 2</p>" in reply_html(reply)
        assert "page 2, characters 14 to 20" in reply_as_markdown(reply)
        assert "[a.pdf#page=2:14-20]" in reply_as_text(reply)
        assert "[a.pdf#page=2:11-21]" in hits_as_text(reply.passages)
        assert quotation(span) == "“It snowed.” — Rain, page 2" + (
            " https://example.org/a.pdf#page=2" if url else ""
        )
        assert ", page 2" in reply._repr_html_()
        assert (span.to_dict()["page"], metadata(reply.passages[0])["page"]) == (2, 2)
        assert ('href="https://example.org/a.pdf#page=2"' in reply_html(reply)) == (url is not None)
    assert "page" not in quotation(Span(Article("a", "It rained."), 3, 9))


def test_notes_of_a_build_stand_under_its_summary() -> None:
    summary = Summary(
        "000001",
        1,
        1,
        1,
        0,
        0,
        0,
        0,
        notes=(Note("a.csv", "columns: text from body"), Note("", "not in English: de 1")),
    )
    assert summary_as_text(summary).splitlines()[1:] == [
        "  a.csv: columns: text from body",
        "  not in English: de 1",
    ]
