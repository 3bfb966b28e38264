"""Frames and notebook HTML: right rows, and nothing of an article or question becomes markup."""

from __future__ import annotations

import datetime as dt
import importlib
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markupsafe import escape

import index
import qa
from index.types import Article
from qa.types import Conflict, Reply
from tests.fakes import CapitalReader, WordEmbedder
from tests.index.corpus.samples import PARAGRAPHS
from tests.qa.rendering.replies import answer, citation, reply

EVIL = '<img src=x onerror="alert(1)">&amp;'


def _reply(text: str = "The bridge was closed on Thursday.") -> Reply:
    article = Article(
        "a",
        text,
        title=EVIL,
        source=EVIL,
        published=dt.date(2023, 3, 9),
        url='https://a.example/"onclick="x',
        path="a.pdf",
        pages=(0,),
        language="de",
    )
    first, second = citation(article, text[:3], 0.5), citation(article, text[4:7], 0.25)
    return reply(EVIL, answer(first), answer(second, origins=2), conflict=Conflict((0, 1), 1))


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(str(html))  # without the escaping of Markup

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_a_notebook_shows_a_reply_escaped() -> None:
    html = _reply(EVIL + " closed.")._repr_html_()
    assert Tags(html).tags <= {"div", "p", "b", "ul", "li", "br", "small", "a", "mark"}
    assert Tags(html).attributes <= {"href", "target", "rel"}
    assert "&lt;img" in html
    assert ", page 1, in de" in html
    differing = f"&lt;im ({escape(EVIL)}) ·  sr ({escape(EVIL)})"
    assert f"<p>The articles differ: {differing}</p>" in html
    silent = reply(EVIL, reason=f"too-new: nothing on {EVIL}")._repr_html_()
    assert Tags(silent).tags == {"div", "p", "b"}
    assert "Nothing on &lt;img" in silent
    assert "<mark>The</mark> bridge was closed" in _reply()._repr_html_()


def test_citations_are_rows() -> None:
    frame = _reply().to_frame()
    assert list(frame["answer"]) == ["The", "bri"]
    assert list(frame["text"]) == ["The", "bri"]
    assert list(frame["start"]) == [0, 4]
    assert list(frame["origins"]) == [1, 2]
    assert list(frame["article_id"]) == ["a", "a"]
    assert frame["published"].dt.year.tolist() == [2023, 2023]
    assert frame["page"].tolist() == [1, 1]
    assert frame["kind"].tolist() == ["value", "value"]
    assert frame["outlets"].tolist() == [1, 1]
    assert frame["stance"].tolist() == ["said", "said"]
    assert frame["probability"].tolist() == frame["answer_probability"].tolist() == [0.5, 0.25]
    columns = "answer kind answer_probability outlets origins text start end sentence attribution"
    assert (
        list(frame.columns)
        == (
            f"{columns} stance score probability as_of link page "
            "article_id title source published url path sha256 language"
        ).split()
    )
    empty = reply("x").to_frame()
    assert (len(empty), list(empty.columns)) == (0, list(frame.columns))


def test_articles_are_rows(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.md").write_text(
        f"---\ntitle: T\nsource: S\npublished: 2023-03-09\nauthors: [A, B]\n---\n{PARAGRAPHS[0]}"
    )
    (tmp_path / "in" / "b.txt").write_text("Rain fell.")
    index.build(tmp_path / "in", tmp_path / "index", embedder=WordEmbedder())
    frame = (
        qa.open(tmp_path / "index", embedder=WordEmbedder(), reader=CapitalReader())
        .to_frame()
        .set_index("id")
    )
    assert list(frame.index) == ["a.md", "b.txt"]
    assert frame.loc["a.md", "text"] == PARAGRAPHS[0]
    assert frame.loc["a.md", "authors"] == "A; B"
    assert frame["published"].isna().tolist() == [False, True]
    assert frame["language"].dropna().tolist() == ["en"]


@pytest.mark.parametrize("missing", ["pandas", "langchain_core", "llama_index"])
def test_a_missing_extra_is_one_clear_line(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("qa.integrations.")]:
        monkeypatch.delitem(sys.modules, name)
    for name in [missing, *(name for name in sys.modules if name.startswith(f"{missing}."))]:
        monkeypatch.setitem(sys.modules, name, None)
    uses: dict[str, Callable[[], object]] = {
        "pandas": _reply().to_frame,
        "langchain_core": lambda: importlib.import_module("qa.integrations.langchain"),
        "llama_index": lambda: importlib.import_module("qa.integrations.llama_index"),
    }
    with pytest.raises(
        ImportError, match=r"expected .*, found none; do, .*: pip install '\.\[[a-z-]+\]'"
    ):
        uses[missing]()
