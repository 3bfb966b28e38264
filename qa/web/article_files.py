"""Articles as files of a corpus: names that stay in their folder, Markdown with front matter."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from index.types import Article


def safe_name(name: str) -> str:
    """A file name without folders, control or direction characters or a leading dot, at most 100 characters, its suffix kept."""
    name = re.split(r"[\\/]", name)[-1]
    name = "".join(
        character if character.isprintable() and character not in '<>:"|?*' else "-"
        for character in name
    ).strip(" .-")
    stem, dot, suffix = name.rpartition(".")
    name = f"{stem[:80]}{dot}{suffix[:20]}" if dot else name[:80]
    while len(name.encode()) > 200:
        name = name[1:]
    return name or "article.txt"


def free_path(folder: Path, name: str) -> Path:
    """A path in the folder (made where missing) that nothing has yet: "a.txt", "a-2.txt", ..."""
    folder.mkdir(parents=True, exist_ok=True)
    stem, dot, suffix = name.partition(".")
    number, path = 1, folder / name
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}{dot}{suffix}"
    return path


def was_named(name: str, removed: str) -> bool:
    stem, dot, suffix = name.partition(".")
    return (
        re.fullmatch(rf"{re.escape(stem)}(?:-\d+)?{re.escape(dot + suffix)}", removed) is not None
    )


def write_article(folder: Path, article: Article) -> None:
    """An article as Markdown with front matter, or as plain text where nothing is known of it but that."""
    meta = {
        "title": article.title,
        "source": article.source,
        "published": article.published,
        "url": article.url,
        "authors": list(article.authors) or None,
    }
    known = {name: value for name, value in meta.items() if value is not None}
    words = re.findall(r"\w+", (article.title or article.text[:200]).casefold())[:8]
    stem = "-".join(words)[:80] or "article"
    if known:
        head = yaml.safe_dump(known, allow_unicode=True, sort_keys=False)
        free_path(folder, safe_name(f"{stem}.md")).write_text(
            f"---\n{head}---\n{article.text.strip()}\n", encoding="utf-8", errors="replace"
        )
    else:
        free_path(folder, safe_name(f"{stem}.txt")).write_text(
            article.text, encoding="utf-8", errors="replace"
        )
