"""From the fields that a file gives to an article that an index can hold.

An article gets its identity here (id and path), its language, and a text without what neither
UTF-8 nor a terminal can hold. Names are in NFC; the text keeps its form, to the letter. Long
titles, outlets and lists of authors are cut.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from index.corpus.languages import language_of
from index.corpus.loaders.fields import Fields
from index.types import Article

_LONGEST_FIELD = 1_000  # characters of a title, an outlet, ...: a title goes with every passage
_MOST_AUTHORS = 100
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def make_article(fields: Fields, path: str) -> Article:
    """Return the article of a file's fields.

    `path` is that of the file, with that of the member of an archive after it.
    """
    text = _clean(fields.text)
    language = _language_code(fields.language)
    if language is None:
        language = language_of(text)
    return Article(
        id=_id(fields, path),
        text=text,
        title=_on_one_line(fields.title),
        source=_on_one_line(fields.source),
        published=fields.published,
        url=_url(fields.url),
        path=_composed(_clean(path)),
        authors=tuple(filter(None, map(_on_one_line, fields.authors[:_MOST_AUTHORS]))),
        pages=fields.pages,
        language=language,
    )


def _id(fields: Fields, path: str) -> str:
    """Return an article's id, which begins with its path.

    So no file has the ids of another. What is cut off a long one is told apart by its hash.
    """
    whole = path + fields.part
    if fields.id is not None:
        whole = f"{path}:{fields.id}"
    id = _composed(_clean(whole))
    if len(id) <= _LONGEST_FIELD:
        return id
    known = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{id[: _LONGEST_FIELD - 17]}-{known}"


def printable(path: str) -> str:
    """Return a path fit to be shown on one line, whatever its name holds."""
    return "".join(character if character.isprintable() else "\ufffd" for character in path)


def _clean(text: str) -> str:
    """Replace what UTF-8 or a terminal cannot hold; the length stays."""
    return _UNPRINTABLE.sub("\ufffd", text)


def _composed(name: str) -> str:
    """Return a name in NFC, so that two ways to write "é" are one outlet."""
    return unicodedata.normalize("NFC", name)


def _on_one_line(value: str | None) -> str | None:
    if value is None:
        return None
    line = " ".join(_composed(_clean(value[: 2 * _LONGEST_FIELD])).split())
    return line[:_LONGEST_FIELD] or None


def _url(url: str | None) -> str | None:
    if url is None or len(url) > _LONGEST_FIELD:  # a part of an address leads nowhere
        return None
    return _on_one_line(url)


def _language_code(language: str | None) -> str | None:
    """Return "en" for "en-GB" or "EN"; None for what is no code, such as "English"."""
    if language is None:
        return None
    found = re.match(r"[a-z]{2,3}(?![^_-])", language.strip().lower())
    if found is None:
        return None
    return found.group()
