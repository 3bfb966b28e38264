"""The page of a PDF that a citation stands on, as the server gives it."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image
from starlette.testclient import TestClient

import index
import qa
from index.types import Article
from qa.answering.citing import cite
from qa.types import Span
from qa.web.addresses import PRINTED, Limits, printed_address
from qa.web.printed import Printed
from qa.web.session import Session
from tests.index.corpus import samples
from tests.qa.web.programs import client_of

PAGES = ("The ferry left at noon.", "The keeper of Utvaer saved the crew of 9.\nHe saw the fire.")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("printed") / "corpus"
    folder.mkdir()
    (folder / "ferry.pdf").write_bytes(samples.pdf(*PAGES))
    (folder / "plain.txt").write_text("The mayor of Voss resigned on Monday.")
    return folder


@pytest.fixture(scope="module")
def archive(corpus: Path) -> qa.Archive:
    index.build([corpus], corpus.parent / "index")
    return qa.open(corpus.parent / "index")


@pytest.fixture(scope="module")
def client(archive: qa.Archive, corpus: Path) -> Iterator[TestClient]:
    with client_of(archive, corpora=[corpus]) as client:
        yield client


def address_of(archive: qa.Archive, id: str, words: str) -> str:
    article = archive.store.article(id)
    assert article is not None
    start = article.text.index(words)
    return printed_address(cite(Span(article, start, start + len(words))))


def test_only_a_citation_of_a_pdf_has_a_page() -> None:
    article = Article("a.pdf", "One. Two.", path="a.pdf", pages=(0, 5))
    address = printed_address(cite(Span(article, 5, 8)))
    assert urlsplit(address).path == PRINTED
    assert parse_qs(urlsplit(address).query) == {"article": ["a.pdf"], "start": ["5"], "end": ["9"]}
    for path, pages in (("a.epub", (0, 5)), ("a.pdf", ())):
        other = Article("a", "One. Two.", path=path, pages=pages)
        assert printed_address(cite(Span(other, 5, 8))) == ""


def test_the_page_is_drawn_once_and_says_where_its_mark_is(
    client: TestClient, archive: qa.Archive, corpus: Path
) -> None:
    answer = client.get(f"/{address_of(archive, 'ferry.pdf', '9')}")
    assert answer.headers["content-type"] == "image/png"
    assert Image.open(BytesIO(answer.content)).size == (1200, 1699)
    first = float(answer.headers["mark-top"])
    assert 0.08 < first < 0.1
    below = client.get(f"/{address_of(archive, 'ferry.pdf', 'He saw')}")
    assert float(below.headers["mark-top"]) == pytest.approx(
        first + 14 / 842, abs=0.003
    )  # a line on
    (corpus / "ferry.pdf").rename(corpus / "moved.pdf")
    again = client.get(f"/{address_of(archive, 'ferry.pdf', '9')}")
    gone = client.get(f"/{address_of(archive, 'ferry.pdf', 'noon')}")
    (corpus / "moved.pdf").rename(corpus / "ferry.pdf")
    assert again.content == answer.content
    assert (gone.status_code, gone.json()) == (
        422,
        {
            "detail": "expected the PDF ferry.pdf in the folder of articles, found none; "
            "serve the page with the folder that the index was built from"
        },
    )


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("article=none.pdf&start=0&end=3", 404, "found no such id"),
        ("article=plain.txt&start=0&end=3", 422, "expected the PDF plain.txt"),
        ("article=ferry.pdf&start=3&end=3", 422, "found 3 to 3"),
        ("article=ferry.pdf&start=0&end=9999999", 422, "found 0 to 9999999"),
        ("article=ferry.pdf&start=x&end=3", 422, "start"),
    ],
)
def test_what_has_no_page_is_refused_in_one_line(
    client: TestClient, query: str, status: int, said: str
) -> None:
    answer = client.get(f"/{PRINTED}?{query}")
    assert answer.status_code == status
    assert said in answer.json()["detail"]


def test_what_the_server_may_not_show_is_not_drawn(archive: qa.Archive, corpus: Path) -> None:
    limits = Limits.of(["Another Outlet"])
    printed = Printed(Session.over(archive, limits), [corpus])
    with pytest.raises(Exception, match="found no such id"):
        printed.image("ferry.pdf", 0, 3)
