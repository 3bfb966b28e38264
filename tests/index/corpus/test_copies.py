"""A file that holds one article over and over."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from index.corpus import copies
from index.corpus.loading import load_articles
from index.types import Article, Skipped


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_MOST", 3)
    monkeypatch.setattr(copies, "_ENOUGH", 50)


def loaded(corpus: Path, rows: str) -> tuple[list[str], list[str]]:
    """Return the texts of a packed file's articles, and why others were left out."""
    (corpus / "rows.jsonl.gz").write_bytes(gzip.compress(rows.encode()))
    items = list(load_articles([corpus]))
    texts = [item.text for item in items if isinstance(item, Article)]
    return texts, [item.reason for item in items if isinstance(item, Skipped)]


def test_copies_beyond_some_are_left_out_and_the_others_kept(tmp_path: Path) -> None:
    rows = ['{"text": "[Removed]"}'] * 9 + ['{"text": "Rain fell."}', '{"text": "Snow fell."}']
    texts, reasons = loaded(tmp_path, "\n".join([*rows, *rows]))
    assert texts == ["[Removed]"] * 3 + ["Rain fell.", "Snow fell."] * 2
    assert reasons == ["3 copies of it stand before it in the file"] * 15


def test_a_file_of_copies_alone_is_not_read_to_its_end(tmp_path: Path) -> None:
    """Nor is it if its days tell which number is the month only at its end."""
    row = '{"text": "a", "date": "1/2/2020"}\n'
    texts, reasons = loaded(tmp_path, row * 5_000 + '{"text": "Rain fell."}')
    assert texts == ["a"] * 3
    assert len(reasons) == 51
    assert reasons[-1] == copies.ALL_COPIES


def test_many_different_articles_are_no_copies(tmp_path: Path) -> None:
    rows = [f'{{"text": "Rain fell on Town{number}."}}\n' for number in range(200)]
    assert len(loaded(tmp_path, "".join(rows))[0]) == 200


def test_a_file_with_other_articles_among_its_copies_is_read_to_its_end() -> None:
    counted = copies.Copies()
    for number in range(20):
        counted.without(Article(f"a{number}", f"Story {number}."))
    for number in range(60):
        counted.without(Article(f"c{number}", "The same."))
    assert not counted.are_all  # a quarter of it is none
    for number in range(200):
        counted.without(Article(f"d{number}", "The same."))
    assert counted.are_all
