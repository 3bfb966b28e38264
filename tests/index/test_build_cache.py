"""What a build learned comes back as it was, or not at all."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from index.build_cache import CACHE, NOTHING, Compared, load_cache, save_cache
from index.text.boilerplate import find_repeated_lines
from index.text.near_duplicates import find_near_duplicates
from index.types import Article

ENTRIES = {"/a.txt\na.txt\n": {"stamp": [1, 2, 3, 4], "items": [["note", "a.txt", "columns"]]}}


@pytest.fixture
def articles() -> list[Article]:
    line = "Subscribe to the newsletter of this paper today."
    return [
        Article(str(n), f"Rain fell on Town{n} all day long.\n\n{line}", source="Courier")
        for n in range(4)
    ]


@pytest.fixture
def compared(articles: list[Article]) -> Compared:
    fingerprints = tuple(article.fingerprint for article in articles)
    sketches = find_near_duplicates(articles, None, None)
    return Compared(fingerprints, sketches, find_repeated_lines(articles, None, None))


def test_a_cache_comes_back_as_it_was(tmp_path: Path, compared: Compared) -> None:
    save_cache(tmp_path, ENTRIES, compared)
    entries, found = load_cache(tmp_path)
    assert entries == ENTRIES
    assert found.fingerprints == compared.fingerprints
    for table, other in ((compared.sketches, found.sketches), (compared.lines, found.lines)):
        assert table is not None
        assert type(other) is type(table)
        for field in dataclasses.fields(table):
            column, again = getattr(table, field.name), getattr(other, field.name)
            assert column.dtype == again.dtype
            assert np.array_equal(column, again), field.name
    assert [path.name for path in tmp_path.iterdir()] == [CACHE]


def test_a_cache_without_a_comparison_comes_back_without(tmp_path: Path) -> None:
    save_cache(tmp_path, ENTRIES, NOTHING)
    assert load_cache(tmp_path) == (ENTRIES, NOTHING)
    save_cache(tmp_path, {}, Compared(("x",)))
    assert load_cache(tmp_path) == ({}, Compared(("x",)))


def test_no_cache_is_an_empty_one(tmp_path: Path) -> None:
    assert load_cache(tmp_path) == ({}, NOTHING)
    assert load_cache(tmp_path / "nowhere") == ({}, NOTHING)


def test_a_damaged_cache_is_an_empty_one(tmp_path: Path, compared: Compared) -> None:
    """Cut off anywhere, or with a byte changed: empty, or as it was, and never an error.

    The last bytes list the parts: a changed one may say that they are encrypted.
    """
    save_cache(tmp_path, ENTRIES, compared)
    whole = (tmp_path / CACHE).read_bytes()
    for place in range(0, len(whole), len(whole) // 23):
        (tmp_path / CACHE).write_bytes(whole[:place])
        assert load_cache(tmp_path) == ({}, NOTHING)
    for place in (*range(0, len(whole), len(whole) // 23), *range(len(whole) - 200, len(whole))):
        changed = bytes([whole[place] ^ 0xFF])
        (tmp_path / CACHE).write_bytes(whole[:place] + changed + whole[place + 1 :])
        assert load_cache(tmp_path)[0] in ({}, ENTRIES)


def test_a_cache_made_by_other_code_is_an_empty_one(tmp_path: Path, compared: Compared) -> None:
    with patch("index.build_cache._code", return_value="other code"):
        save_cache(tmp_path, ENTRIES, compared)
        assert load_cache(tmp_path)[0] == ENTRIES
    assert load_cache(tmp_path) == ({}, NOTHING)


def test_nothing_in_a_cache_is_unpickled(tmp_path: Path) -> None:
    """An array of objects is a pickle: loading it would run what it says."""
    save_cache(tmp_path, ENTRIES, NOTHING)
    with np.load(tmp_path / CACHE) as file:
        arrays = {name: file[name] for name in file.files}
    with (tmp_path / CACHE).open("wb") as target:
        np.savez(target, allow_pickle=True, **arrays | {"files": np.array([print], dtype=object)})
    assert load_cache(tmp_path) == ({}, NOTHING)


def test_a_cache_that_cannot_be_written_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    save_cache(tmp_path / "file", ENTRIES, NOTHING)
    assert load_cache(tmp_path / "file") == ({}, NOTHING)


def test_the_row_of_an_article_is_found_by_its_fingerprint(
    articles: list[Article], compared: Compared
) -> None:
    changed = dataclasses.replace(articles[1], text="Sun shone.")
    assert compared.places([articles[3], changed, articles[0]]) == [3, -1, 0]
    assert json.loads(json.dumps(ENTRIES)) == ENTRIES
