"""Ids live in their file: no file takes the ids of another, and no article is lost for its id."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.corpus.cleaning import make_article
from index.corpus.files import composed, on_disk
from index.corpus.loaders.fields import Fields
from index.corpus.loading import Ids
from index.types import Article
from tests.conftest import Write
from tests.index.corpus.test_loaders import loaded


def rows(*ids: object) -> str:
    return "".join(json.dumps({"id": id, "text": f"Rain fell on {id}."}) + "\n" for id in ids)


def test_three_exports_with_the_same_ids_keep_all_their_rows(write: Write) -> None:
    files = {f"{name}.jsonl": rows(1, 2, 3, 4, 5) for name in ("a", "b", "c")}
    articles, skipped, _ = loaded(write(files))
    assert not skipped
    assert set(articles) == {f"{file}:{number}" for file in files for number in range(1, 6)}
    assert {article.record_id for article in articles.values()} == set("12345")


def test_a_hostile_file_pushes_no_article_out(write: Write) -> None:
    """Its name comes first, and its rows have the ids of the others."""
    others = {"b.txt": "Rain fell.", "c.jsonl": rows("x", 7)}
    calm = set(loaded(write(others))[0])
    hostile = rows("b.txt", "c.jsonl:x", "c.jsonl:7", "articles/b.txt", "x", 7)
    articles, skipped, _ = loaded(write({**others, "a.jsonl": hostile}))
    assert not skipped
    assert calm == {id for id in articles if not id.startswith("a.jsonl")}
    assert len(articles) == 3 + 6


def test_rows_with_one_id_are_numbered(write: Write) -> None:
    articles, skipped, _ = loaded(write({"a.jsonl": rows("x", "x", "x (2)", "x")}))
    assert not skipped
    assert list(articles) == ["a.jsonl:x", "a.jsonl:x (2)", "a.jsonl:x (2) (2)", "a.jsonl:x (3)"]


def test_files_of_one_name_in_many_folders_are_all_kept(tmp_path: Path) -> None:
    folders = [tmp_path / place / "news" for place in "abcd"]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "a.txt").write_text(f"Rain fell in {folder.parent.name}.")
    articles, skipped, _ = loaded(*folders)
    assert not skipped
    assert list(articles) == ["a.txt", "news/a.txt", "news/a.txt (2)", "news/a.txt (3)"]


def test_long_ids_stay_two(write: Write) -> None:
    articles, _, _ = loaded(write({"a.jsonl": rows("x" * 5_000 + "1", "x" * 5_000 + "2")}))
    assert len(articles) == 2
    assert all(len(id) == 1_000 and "(2)" not in id for id in articles)


@pytest.mark.skipif(os.name == "nt", reason="names are not bytes there")
def test_names_that_are_not_utf8_stay_two_and_are_found_again(tmp_path: Path) -> None:
    names = [b"caf\xe9.txt", b"caf\xe8.txt", b"caf\xff.txt", b"a\x01.txt", b"a\x1b.txt"]
    try:
        for name in names:
            (tmp_path / os.fsdecode(name)).write_text("It rained.")
    except OSError:
        pytest.skip("this file system takes no such names")
    articles, skipped, _ = loaded(tmp_path)
    assert not skipped
    assert set(articles) == {f"caf\\x{code}.txt" for code in ("e9", "e8", "ff")} | {
        "a\\x01.txt",
        "a\\x1b.txt",
    }
    assert all(on_disk(tmp_path, article.path).is_file() for article in articles.values())


@given(st.sets(st.binary(min_size=1, max_size=8), max_size=8))
def test_two_names_are_never_shown_as_one_unless_one_spells_the_other(names: set[bytes]) -> None:
    plain = {name for name in names if b"\\" not in name and name.isascii()}
    odd = {name for name in names if b"\\" not in name and not name.isascii()}
    shown = {composed(os.fsdecode(name)) for name in plain}
    assert len(shown) == len(plain)
    assert all("\x1b" not in composed(os.fsdecode(name)) for name in plain | odd)


@given(st.lists(st.sampled_from(["x", "x (2)", "y", "c/x"]), max_size=12))
def test_every_article_gets_an_id_of_its_own(ids: list[str]) -> None:
    items = [Article(id, "Rain fell.") for id in ids]
    given = Ids()
    found = [
        item
        for corpus in (Path("c"), Path("d/c"))
        for item in given.distinct(items, corpus)
        if isinstance(item, Article)
    ]
    assert len({article.id for article in found}) == 2 * len(ids)


def test_an_id_begins_with_the_path() -> None:
    article = make_article(Fields("Rain fell.", id="x\u0301", part=":6"), "b.zip/a.csv")
    assert article.id == "b.zip/a.csv:x\u0301"
    assert article.record_id == "x\u0301"
