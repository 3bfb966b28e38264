"""Dateline as a Python developer uses it: what is given, what is shown, what is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas
import pytest

import dateline
import index
import qa
from index.types import Article, DatelineError
from qa.integrations.langchain import DatelineRetriever
from qa.integrations.llama_index import DatelineRetriever as LlamaRetriever
from tests.fakes import CapitalReader, WordEmbedder

TEXT = "The lighthouse was repaired by Maria Olsen."
ROWS: list[dict[str, Any]] = [
    {"text": TEXT, "title": "Light", "source": "Globe", "published": "2024-03-01"},
    {"text": "Rain fell on the harbour.", "title": None, "source": None, "published": None},
]


def built(records: Any, folder: Path) -> list[Article]:
    """Return the articles of an index that is built from records."""
    index.build(records, folder, embedder=WordEmbedder())
    with qa.open(folder, embedder=WordEmbedder(), reader=CapitalReader()) as archive:
        return list(archive.store.articles())


def frame() -> pandas.DataFrame:
    rows = pandas.DataFrame(ROWS)
    rows["published"] = pandas.to_datetime(rows["published"])  # the second is NaT
    return rows


@pytest.mark.parametrize("given", [ROWS, iter(ROWS), frame()], ids=["list", "iterator", "frame"])
def test_rows_become_articles_with_what_they_say(given: Any, tmp_path: Path) -> None:
    light, rain = built(given, tmp_path)
    assert (light.text, light.title, light.source) == (TEXT, "Light", "Globe")
    assert light.published == dt.date(2024, 3, 1)
    assert (rain.title, rain.source, rain.published) == (None, None, None)
    assert light.id != rain.id


def test_the_articles_of_one_index_make_another(tmp_path: Path) -> None:
    """They keep their ids, paths and pages, so a citation of one holds in the other."""
    first = Article("a.pdf", f"{TEXT} Rain fell.", "Light", path="a.pdf", pages=(0, 44))
    other = Article("b", "Snow fell.", authors=("Jane Doe",), path="b.txt")
    found = built([first, other], tmp_path / "one")
    assert [one.fingerprint for one in built(found, tmp_path / "two")] == [
        one.fingerprint for one in found
    ]
    assert [(one.id, one.path, one.pages) for one in found] == [
        ("a.pdf", "a.pdf", (0, 44)),
        ("b", "b.txt", ()),
    ]


def test_a_record_without_a_text_is_skipped_and_the_rest_is_indexed(tmp_path: Path) -> None:
    records = [*ROWS, {"title": "No text"}, {"text": "  "}]
    summary = index.build(records, tmp_path, embedder=WordEmbedder())
    assert summary.articles == 2
    assert len(summary.skipped) == 2


def test_columns_are_named_for_records_too(tmp_path: Path) -> None:
    records = [{"summary": "Short.", "story": TEXT}]
    index.build(records, tmp_path, columns={"text": "story"}, embedder=WordEmbedder())
    with qa.open(tmp_path, embedder=WordEmbedder(), reader=CapitalReader()) as archive:
        assert [article.text for article in archive.store.articles()] == [TEXT]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (5, "expected a folder, a list of folders, or a list of articles .*, found int"),
        ({"text": "x"}, "expected a folder, .*, found dict"),
        (None, "expected a folder, .*, found NoneType"),
        ([TEXT.encode()], "expected articles or dictionaries, found bytes at place 1"),
        ([ROWS[0], "corpus"], "expected articles or dictionaries, found str at place 2"),
        ([{"title": "x"}], "expected articles in what is given, found none"),
    ],
)
def test_what_cannot_be_built_from_is_said_in_words(given: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(DatelineError, match=said):
        index.build(given, tmp_path / "index", embedder=WordEmbedder())
    assert not (tmp_path / "index" / "CURRENT").exists()


@pytest.mark.parametrize("given", [5, b"var/index", [5], []])
def test_what_cannot_be_opened_is_said_in_words(given: Any) -> None:
    with pytest.raises(DatelineError, match=r"expected an index folder, .*, found "):
        qa.open(given)


def test_an_archive_is_closed_after_its_block(tmp_path: Path) -> None:
    index.build(ROWS, tmp_path, embedder=WordEmbedder())
    with qa.open(tmp_path, embedder=WordEmbedder(), reader=CapitalReader()) as archive:
        assert archive.retrieve("lighthouse")
        assert repr(archive) == (
            f"<Archive of 2 articles, 2 passages: generation 000001 of {tmp_path}>"
        )
    assert repr(archive) == "<Archive, closed>"
    for use in (archive.refresh, lambda: archive.ask("who?"), lambda: archive.retrieve("x")):
        with pytest.raises(DatelineError, match="expected an open archive, found it closed"):
            use()


def test_what_is_shown_in_a_shell_is_short(archive: qa.Archive) -> None:
    reply = archive.ask("who brokered the September truce?")
    assert repr(reply) == "<Reply to 'who brokered the September truce?': 'US'>"
    silent = archive.ask("how many tanks did Armenia lose?")
    assert repr(silent).startswith("<Reply to 'how many tanks did Armenia lose?': not-said: ")
    for shown in (reply.answers[0], reply.answers[0].citations[0], reply.passages[0]):
        assert len(repr(shown)) < 2_000
        assert reply.passages[0].article.text not in repr(shown)


def test_retrievers_open_a_path(corpus_index: Path) -> None:
    place: Any = str(corpus_index)  # a validator of pydantic's, which mypy does not know
    (document,) = DatelineRetriever(archive=place, k=1).invoke("EU mission")
    (node,) = LlamaRetriever(corpus_index, k=1).retrieve("EU mission")
    assert document.page_content == node.text
    with pytest.raises(DatelineError, match="found none; make one with: dateline build"):
        LlamaRetriever(corpus_index / "nowhere")


def test_the_default_index_is_asked_through_either_name(
    corpus_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_INDEX", str(corpus_index))
    monkeypatch.setattr(qa, "_default", None)
    assert dateline.ask("who brokered the September truce?").answers[0].text == "US"
    assert qa.ask("EU mission", since="2022-10-01").passages
    assert dateline.retrieve("EU mission", k=1)[0].text == qa.retrieve("EU mission", k=1)[0].text
    assert (dateline.open, dateline.build) == (qa.open, index.build)
