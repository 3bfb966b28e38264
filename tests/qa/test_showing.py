"""Text for a terminal: every figure with who gives it, one line for each skipped file, up to a bound."""

from __future__ import annotations

import datetime as dt

from index.types import Article, Passage, Skipped, Summary
from qa.showing import dateline, reply_as_text, summary_as_text
from qa.types import Answer, Hit, Reply, Span


def answer(text: str, quoted: str, source: str | None, probability: float) -> Answer:
    article = Article(f"{source}.txt", text, source=source, published=dt.date(2022, 10, 14), path=f"{source}.txt")
    start = text.index(quoted)
    return Answer((Span(article, start, start + len(quoted), probability=probability),))


def test_outlets_that_differ_stand_in_the_first_line() -> None:
    answers = (answer("In September 286  people died.", "286", "Example", 0.9), answer("In September 200 died.", "200", None, 0.5))
    text = reply_as_text(Reply("How many died?", answers, (), "000001", 1.0, disagreement=True))
    assert text.splitlines()[0] == "The articles differ: 286 (Example) · 200 (None.txt)"
    assert "286  (90%, 1 origin)\n  “In September 286 people died.”\n  Example · 14 October 2022 [Example.txt:13-16]" in text
    assert "\x1b[1m286\x1b[0m" in reply_as_text(Reply("How many died?", answers, (), "000001", 1.0), bold=True)


def test_an_abstention_shows_the_three_nearest_passages() -> None:
    hits = tuple(Hit(Passage(Article(str(n), f"Passage {n}.", path=f"{n}.txt"), 0, 10), 0.5) for n in range(5))
    text = reply_as_text(Reply("Why?", (), hits, "000001", 1.0, reason="the articles do not say"))
    assert text.startswith("The articles do not say.\n\nNearest:\n1. 0.txt [0.txt:0-10] 0.50\n   Passage 0.\n")
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
