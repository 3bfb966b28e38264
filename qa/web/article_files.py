"""Articles as files: safe names, and Markdown with front matter.

A name stays in its folder.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import yaml

from index.types import Article, DatelineError

LARGEST_PASTE = 2_000_000  # characters
_LONGEST_STEM, _LONGEST_SUFFIX = 80, 20  # characters
_LONGEST_NAME = 200  # bytes in UTF-8, below what file systems take
_WORDS_OF_A_NAME = 8
_FORBIDDEN = frozenset('<>:"|?*')


def safe_name(name: str) -> str:
    """Return a file name made safe.

    It has no folder, control character, direction mark or leading dot. It has at most 100
    characters and keeps its suffix.
    """
    name = re.split(r"[\\/]", name)[-1]
    name = "".join(map(_safe_character, name)).strip(" .-")
    name = _shortened(name)
    while len(name.encode()) > _LONGEST_NAME:
        name = name[1:]
    return name or "article.txt"


def free_path(folder: Path, name: str) -> Path:
    """Return a path in a folder that nothing has yet: "a.txt", "a-2.txt", ...

    Makes the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem, dot, suffix = name.partition(".")
    number, path = 1, folder / name
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}{dot}{suffix}"
    return path


def is_renamed(name: str, removed: str) -> bool:
    """Return whether `free_path` may have called the file `name` `removed`.

    For "a.txt" that is "a.txt", "a-2.txt" and so on.
    """
    stem, dot, suffix = name.partition(".")
    pattern = rf"{re.escape(stem)}(?:-\d+)?{re.escape(dot + suffix)}"
    return re.fullmatch(pattern, removed) is not None


def pasted_article(
    text: str, title: str = "", source: str = "", published: str = "", url: str = ""
) -> Article:
    """Return what was typed into the fields of the page as an article without an id.

    Raises DatelineError for no text or too much of it, a bad day, and an address that is not of
    the web.
    """
    if not text.strip():
        raise DatelineError("expected the text of an article, found none")
    if len(text) > LARGEST_PASTE:
        raise DatelineError(
            f"expected at most {LARGEST_PASTE:,} characters, found {len(text):,}; "
            "upload it as a file"
        )
    title, source, published, url = (field.strip() for field in (title, source, published, url))
    if url and not re.match(r"https?://[^\s]+$", url):
        raise DatelineError(
            f"expected an address that begins with http:// or https://, found {url[:80]!r}"
        )
    return Article("", text, title or None, source or None, typed_day(published), url or None)


def write_article(folder: Path, article: Article) -> None:
    """Write an article as Markdown with front matter.

    It is written as plain text if only its text is known.
    """
    meta = {
        "title": article.title,
        "source": article.source,
        "published": article.published,
        "url": article.url,
        "authors": list(article.authors) or None,
    }
    known = {name: value for name, value in meta.items() if value is not None}
    suffix, content = "txt", article.text
    if known:
        head = yaml.safe_dump(known, allow_unicode=True, sort_keys=False)
        suffix, content = "md", f"---\n{head}---\n{article.text.strip()}\n"
    path = free_path(folder, safe_name(f"{_stem(article)}.{suffix}"))
    path.write_text(content, encoding="utf-8", errors="replace")


def typed_day(text: str) -> dt.date | None:
    """Return the day that was typed, or None. Raises DatelineError for what is no day."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise DatelineError(f"expected a day as YYYY-MM-DD, found {text[:40]!r}") from None


def _shortened(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    if not dot:
        return name[:_LONGEST_STEM]
    return f"{stem[:_LONGEST_STEM]}{dot}{suffix[:_LONGEST_SUFFIX]}"


def _safe_character(character: str) -> str:
    return character if character.isprintable() and character not in _FORBIDDEN else "-"


def _stem(article: Article) -> str:
    """Return the first words of the title, or of the text, as a name.

    An example is "fog-fell-on-voss".
    """
    opening = article.title or article.text[:200]
    words = re.findall(r"\w+", opening.casefold())
    return "-".join(words[:_WORDS_OF_A_NAME])[:_LONGEST_STEM] or "article"
