"""Articles as files: names that stay in their folder, and what is typed into the page."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from index.corpus.loading import load_articles
from index.types import Article, DatelineError
from qa.web.article_files import (
    free_path,
    is_renamed,
    pasted_article,
    safe_name,
    write_article,
)


@given(st.text(max_size=300))
def test_a_safe_name_stays_in_its_folder(name: str) -> None:
    safe = safe_name(name)
    assert safe == safe_name(safe) or safe
    assert not set(safe) & set('/\\<>:"|?*\x00\n\u202e')
    assert not safe.startswith(".")
    assert 0 < len(safe.encode()) <= 200
    assert (Path("folder") / safe).parent == Path("folder")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\a\\b.txt", "b.txt"),
        (".hidden.txt", "hidden.txt"),
        ("a\u202etxt.exe", "a-txt.exe"),
        ("a" * 300, "a" * 80),
        (f"{'a' * 300}.{'b' * 300}", f"{'a' * 80}.{'b' * 20}"),
        ("", "article.txt"),
    ],
)
def test_safe_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    for name in ("a.txt", "a-2.txt", "a-3.txt"):
        path = free_path(tmp_path / "new", "a.txt")
        assert path == tmp_path / "new" / name
        path.touch()
        assert is_renamed("a.txt", name)
    for name in ("a-x.txt", "ab.txt", "a.txt.md", "a-2.md"):
        assert not is_renamed("a.txt", name)


def test_what_is_typed_is_an_article_without_spaces_around_its_fields() -> None:
    article = pasted_article(
        " Fog fell.\n", " Fog ", " Globe ", " 2022-10-14 ", " https://example.org/fog "
    )
    assert article == Article(
        "", " Fog fell.\n", "Fog", "Globe", dt.date(2022, 10, 14), "https://example.org/fog"
    )
    assert pasted_article("Fog.", " ", "", "", " ") == Article("", "Fog.")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (("  ",), "expected the text of an article, found none"),
        (("x" * 2_000_001,), "at most 2,000,000 characters"),
        (("x", "", "", "14 October"), "YYYY-MM-DD"),
        (("x", "", "", "", "javascript:alert(1)"), "http:// or https://"),
        (("x", "", "", "", "https://a b"), "http:// or https://"),
    ],
)
def test_what_is_no_article_is_refused(fields: tuple[str, ...], said: str) -> None:
    with pytest.raises(DatelineError, match=said):
        pasted_article(*fields)


def test_a_written_article_is_loaded_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    known = Article(
        "",
        "---\ntitle: stolen\n---\nFog fell.",
        'The "fog": a title',
        "Globe",
        dt.date(2022, 10, 14),
        "https://example.org/fog",
        authors=("Ann Lee",),
    )
    write_article(tmp_path, known)
    write_article(tmp_path, Article("", "Rain fell on Oslo."))
    titled, bare = (item for item in load_articles([tmp_path]) if isinstance(item, Article))
    if titled.path == "rain-fell-on-oslo.txt":
        titled, bare = bare, titled
    assert titled.path == "the-fog-a-title.md"
    for name in ("title", "source", "published", "url", "authors"):
        assert getattr(titled, name) == getattr(known, name)
    assert "title: stolen" in titled.text
    assert (bare.path, bare.text.strip()) == ("rain-fell-on-oslo.txt", "Rain fell on Oslo.")
    write_article(tmp_path, Article("", "…"))
    assert (tmp_path / "article.txt").is_file()
