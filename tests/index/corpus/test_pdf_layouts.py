"""Articles that are typeset as newspapers are come back from their PDFs to the letter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from index.corpus.loaders.fields import Fields
from index.corpus.loaders.pdf import load_pdf
from index.corpus.loading import load_articles
from index.types import Article
from tests.conftest import ROOT
from tests.index.corpus.samples import pdf_of, shown
from tests.index.corpus.typeset import LAYOUTS, Layout, paragraphs, typeset

# What a break hides: "cease-fire" and "ceasefire" are words both.
MISSED = {"narrow lines": 2}


def read(path: Path, data: bytes) -> Fields:
    path.write_bytes(data)
    (found,) = load_pdf(path)
    assert isinstance(found, Fields)
    return found


@pytest.mark.parametrize("name", list(LAYOUTS))
def test_every_sentence_comes_back_from_every_layout(tmp_path: Path, name: str) -> None:
    layout = LAYOUTS[name]
    missed = total = 0
    for article in load_articles([ROOT / "corpus"]):
        assert isinstance(article, Article)
        found = read(tmp_path / "a.pdf", typeset(paragraphs(article.text), layout))
        text = " ".join(found.text.split())
        assert "The Norvik Courier" not in text
        assert not re.search("[\xad\x02ﬁﬂ]", text)
        if layout.footnotes:  # its sign is a letter of the page
            notes = re.findall(
                r"\* What is called (\w+) here is told in the report of the county, on \1 too\.",
                text,
            )
            assert notes
            text = re.sub(r"(?<=[a-z])\*", "", text)
        for paragraph in paragraphs(article.text):
            sentences = re.split(r"(?<=[.!?])\s+", paragraph)
            total += len(sentences)
            missed += sum(sentence not in text for sentence in sentences)
    assert total == 80
    assert missed <= MISSED.get(name, 0)


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    """They are of one paragraph: the left column ends in the middle of a word."""
    layout = Layout(width=38, columns=2, hyphen="-")
    words = " ".join(f"keeper{number} counted negotiations" for number in range(120))
    text = re.sub("keeper(?=[0-9])", "keeper ", words)
    found = read(tmp_path / "a.pdf", typeset([text], layout))
    assert found.text == text


def test_two_pages_lose_a_head_that_is_the_same_to_the_letter(tmp_path: Path) -> None:
    def pages(first: str, second: str) -> str:
        content = [f"60 760 Td {shown([head, 'Rain fell.'])}" for head in (first, second)]
        return read(tmp_path / "a.pdf", pdf_of(content)).text

    assert "Courier" not in pages("The Norvik Courier", "The Norvik Courier")
    assert pages("In 2019 it rained.", "In 2020 it rained.").count("it rained") == 2


def test_a_damaged_page_costs_itself_alone_and_is_told(tmp_path: Path) -> None:
    said = ["It rained.", "Snow lay on the hills.", "The wind turned.", "On page 3 it cleared."]
    data = pdf_of([f"60 760 Td {shown([line])}" for line in said])
    broken = data.replace(b"/Kids [4 0 R", b"/Kids [1 0 R")  # a page that is none
    assert broken != data
    found = read(tmp_path / "a.pdf", broken)
    assert found.text.split("\n\n") == said[1:]
    assert found.notes == ("pages that cannot be read: 1 of 4",)
    assert len(found.pages) == 4


def test_a_pdf_that_shows_one_page_without_end_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_ARTICLE_CHARACTERS", "1000")
    data = pdf_of([f"60 760 Td {shown(['It rained for a whole day.'])}"])
    kids = b"4 0 R " * 50_000
    data = data.replace(b"/Kids [4 0 R] /Count 1", b"/Kids [" + kids + b"] /Count 50000")
    (tmp_path / "a.pdf").write_bytes(data)
    with pytest.raises(ValueError, match="at most 1,000 characters, found 1,0"):
        list(load_pdf(tmp_path / "a.pdf"))
