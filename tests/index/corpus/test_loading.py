"""Folders of files become articles with their fields.

Each broken file is named with a reason and stops nothing.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import unicodedata
from pathlib import Path
from typing import Literal

import pytest

from index.corpus.files import on_disk
from index.corpus.loading import load_articles
from index.types import Article, DatelineError, Skipped
from qa.web.corpus_files import find_file
from tests.conftest import Write


def loaded(*corpora: Path) -> tuple[dict[str, Article], dict[str, str]]:
    items = list(load_articles(corpora))
    return {item.id: item for item in items if isinstance(item, Article)}, {
        item.path: item.reason for item in items if isinstance(item, Skipped)
    }


def test_a_text_file_keeps_its_text_to_the_letter(write: Write) -> None:
    text = (
        "Ministers sign treaty\n\nPublished: 14 October 2022\n\n  The  “talks” — "
        "ended.\u00a0\n\nSource: Example World and agencies\n"
    )
    articles, skipped = loaded(write({"sub/b.txt": text}))
    assert not skipped
    article = articles["sub/b.txt"]
    assert (article.text, article.path) == (text, "sub/b.txt")
    assert (article.title, article.source, article.published) == (
        "Ministers sign treaty",
        "Example World",
        dt.date(2022, 10, 14),
    )


def test_markdown_front_matter_gives_the_fields(write: Write) -> None:
    front = (
        "---\ntitle: 'Talks: a start'\nsource: Example\npublished: 2022-10-14\nurl: "
        "https://example.org/a\nauthors: [A. Writer]\n---\nThe talks ended.\n"
    )
    articles, _ = loaded(
        write(
            {
                "a.md": front,
                "b.md": "# Heading of it\n\nNo front matter.",
                "c.md": "---\ndate: 2020-01-02 10:00:00\nauthor: B\n---\nText.",
                "d.md": "---\nOutlet: D\nheadline: H\nbyline: W\nlink: https://d.org\n---\nText.",
            }
        )
    )
    a, b, c, d = (articles[f"{name}.md"] for name in "abcd")
    assert (a.title, a.source, a.published, a.url, a.authors) == (
        "Talks: a start",
        "Example",
        dt.date(2022, 10, 14),
        "https://example.org/a",
        ("A. Writer",),
    )
    assert a.text.strip() == "The talks ended."
    assert (b.title, b.published, b.source) == ("Heading of it", None, None)
    assert (c.published, c.authors) == (dt.date(2020, 1, 2), ("B",))
    assert (d.source, d.title, d.authors, d.url) == ("D", "H", ("W",), "https://d.org")


@pytest.mark.parametrize("name", ["news.jsonl", "news.jsonl.gz"])
def test_json_lines_give_an_article_a_line(tmp_path: Path, name: str) -> None:
    whole = {
        "id": "x1",
        "text": "First.",
        "title": "T",
        "source": "S",
        "published": "2022-10-14T08:00:00Z",
        "url": "https://example.org",
        "authors": ["A"],
    }
    lines = [
        json.dumps(whole),
        "",
        "{broken",
        "[]",
        '{"text": 5}',
        json.dumps({"text": "No id."}),
        json.dumps({"id": "x1", "text": "Same id."}),
        json.dumps({"id": "x2", "text": "  "}),
    ]
    data = "\n".join(lines).encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    articles, skipped = loaded(tmp_path)
    assert articles[f"{name}:x1"].published == dt.date(2022, 10, 14)
    assert articles[f"{name}:6"].text == "No id."
    assert [article.text for article in articles.values()] == [
        "First.",
        "No id.",
        "Same id.",
    ]
    assert list(articles)[2] == f"{name}:x1 (2)"  # under another id, not lost
    assert set(skipped) == {f"{name}:3", f"{name}:4", f"{name}:5", name}
    assert "JSON object" in skipped[f"{name}:3"]


def test_bad_files_are_named_with_a_reason_and_the_rest_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("The talks ended.")
    (tmp_path / "binary.txt").write_bytes(b"\x7fELF\x00\x00\x01")
    (tmp_path / "empty.txt").write_text(" \n")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    (tmp_path / "front.md").write_text("---\ntitle: [unclosed\n---\nText.")
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(b'{"text": "a"}\n' * 1000)[:40])
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "nowhere.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / ".hidden.txt").write_text("Not an article.")
    articles, skipped = loaded(tmp_path)
    assert list(articles) == ["good.txt"]
    assert set(skipped) == {
        "binary.txt",
        "empty.txt",
        "photo.jpg",
        "front.md",
        "cut.jsonl.gz",
        "dangling.txt",
        "pipe.txt",
    }
    assert all("\n" not in reason and reason for reason in skipped.values())
    assert "binary" in skipped["binary.txt"]
    assert ".txt .md .jsonl" in skipped["photo.jpg"]


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("A secret.")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "link.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "corpus" / "deep").symlink_to("/etc")
    (tmp_path / "corpus" / "back").symlink_to(tmp_path / "corpus")
    (tmp_path / "corpus" / "self.txt").symlink_to(tmp_path / "corpus" / "self.txt")
    out = "a link that leads out of the folder is not followed"
    assert loaded(tmp_path / "corpus") == (
        {},
        {
            "link.txt": out,
            "deep": out,
            "back": "a link to a folder is not followed",
            "self.txt": "expected a regular file; it is a pipe, a device or a broken link",
        },
    )


def test_the_bounds_are_those_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("Rain fell. " * 200_000)
    (tmp_path / "b.txt").write_text("Rain fell.")
    articles, skipped = loaded(tmp_path)
    assert list(articles) == ["b.txt"]
    assert (
        "at most 2,000,000 characters, found 2,200,000; split it, or set "
        "DATELINE_ARTICLE_CHARACTERS"
    ) in skipped["a.txt"]
    monkeypatch.setenv("DATELINE_ARTICLE_CHARACTERS", "3000000")
    assert set(loaded(tmp_path)[0]) == {"a.txt", "b.txt"}
    monkeypatch.setenv("DATELINE_FILE_MB", "1")
    assert "expected at most 1 MB, found 2 MB" in loaded(tmp_path)[1]["a.txt"]
    monkeypatch.delenv("DATELINE_FILE_MB")
    for bad in ("0", "-1", "many", "1.5", "²"):
        monkeypatch.setenv("DATELINE_READ_SECONDS", bad)
        with pytest.raises(DatelineError, match=r"a number from 1 in \$DATELINE_READ_SECONDS"):
            loaded(tmp_path)


def test_a_bomb_of_references_and_endless_fields_are_bounded(tmp_path: Path) -> None:
    lists = "\n".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]" for n in range(12)
    )
    (tmp_path / "bomb.md").write_text(
        f"---\n{lists}\nauthors: [*a11, Ann Lee]\ntitle: {'t' * 5000}\n---\nRain fell."
    )
    article = loaded(tmp_path)[0]["bomb.md"]
    assert article.authors == ("Ann Lee",)
    assert article.title == "t" * 1000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = "Le président “Macron” a déclaré à l’Élysée que la guerre était finie — enfin. " * 3
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    assert loaded(tmp_path)[0]["a.txt"].text == text


def test_what_no_index_can_hold_is_replaced_not_lost(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"id": "a", "text": "x\\u0000y\\ud800z\\u001b[31m", "title": "t\\u0007\\nu"}'
    )
    article = loaded(tmp_path)[0]["a.jsonl:a"]
    assert article.text == "x\ufffdy\ufffdz\ufffd[31m"
    assert article.title == "t\ufffd u"


def test_the_same_path_in_two_folders_gives_two_articles(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(f"In {folder}.")
    articles, _ = loaded(tmp_path / "one", tmp_path / "two")
    assert {id: article.text for id, article in articles.items()} == {
        "a.txt": "In one.",
        "two/a.txt": "In two.",
    }


def test_a_missing_folder_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(DatelineError, match="found nothing there"):
        loaded(tmp_path / "nowhere")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_are_in_one_form_and_the_text_in_its_own(
    tmp_path: Path, form: Literal["NFC", "NFD"]
) -> None:
    """A Mac writes "é" in a file name as two characters; an outlet so written is no other one."""

    def written(text: str) -> str:
        return unicodedata.normalize(form, text)

    corpus = tmp_path / "in"
    (corpus / written("Café")).mkdir(parents=True)
    front = written("---\ntitle: Les élus\nsource: L’Écho\nauthors: [René]\n---\n")
    text = written("Le président a parlé à l’Élysée.")
    (corpus / written("Café") / written("été.md")).write_text(front + text, encoding="utf-8")
    articles, skipped = loaded(corpus)
    assert not skipped
    (article,) = articles.values()
    assert (article.id, article.path) == ("Café/été.md", "Café/été.md")
    assert (article.title, article.source, article.authors) == ("Les élus", "L’Écho", ("René",))
    assert article.text == text
    place = on_disk(corpus, article.path)
    assert place.read_text(encoding="utf-8") == front + text
    assert find_file(article, [corpus]) == place
    assert not on_disk(corpus, "Café/autre.md").exists()
