"""Plain text and Markdown."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from index.corpus.loaders.bounds import bounds, too_long
from index.corpus.loaders.charsets import decode
from index.corpus.loaders.column_names import COLUMNS, column_of
from index.corpus.loaders.exports import MAY_BE_EXPORT, articles_of_export, with_notes
from index.corpus.loaders.fields import Fields, day, names, string
from index.corpus.metadata import outlet_in, published_in, title_in
from index.types import Skipped

_LONGEST_CHARACTER = 4  # bytes, in any charset


def load_text(path: Path) -> Iterator[Fields | Skipped]:
    """Yield the text of .txt, with what it says of title, outlet and date.

    Of an export of a news database, each article.
    """
    data = path.read_bytes()
    most = bounds().article_characters
    if len(data) > _LONGEST_CHARACTER * most and not MAY_BE_EXPORT.search(data):
        raise ValueError(too_long(most, len(data) // _LONGEST_CHARACTER))
    found = decode(data)
    exported = articles_of_export(found.text.split("\n\n"))
    if not exported:
        exported = articles_of_export(found.text.split("\n"))
    if exported:
        yield from with_notes(exported, found.notes)
        return
    yield Fields(
        found.text,
        title=title_in(found.text),
        source=outlet_in(found.text),
        published=published_in(found.text),
        notes=found.notes,
    )


def load_markdown(path: Path) -> Iterator[Fields | Skipped]:
    """Yield the text of .md, with the fields of its YAML front matter.

    Its fields may have any of the names that columns of tables may have: "outlet", "byline".
    """
    import frontmatter
    import yaml

    try:
        whole = decode(path.read_bytes())
        meta, text = frontmatter.parse(whole.text)
    except yaml.YAMLError as error:
        problem = str(error).splitlines()[0]
        yield Skipped(
            "",
            f"expected YAML front matter between --- lines, found: {problem}; mend it or remove it",
        )
        return
    if not meta:  # what stands between two rules and is no front matter is text
        text = whole.text
    said = {field: _said(meta, field) for field in COLUMNS}
    yield Fields(
        text,
        title=string(said["title"]) or _heading(text),
        source=string(said["source"]) or outlet_in(text),
        published=_published(meta, text),
        url=string(said["url"]),
        authors=names(said["authors"]),
        language=string(said["language"]),
        notes=whole.notes,
    )


def _said(meta: Mapping[str, Any], field: str) -> Any:
    """Return what the front matter says of a field, None if nothing."""
    name = column_of({str(key): value for key, value in meta.items()}, field, {})
    return None if name is None else meta.get(name)


def _heading(text: str) -> str | None:
    """Return the heading at the top."""
    heading = re.match(r"\s*#\s+(.+)", text)
    if heading is not None:
        return heading.group(1).strip()
    return title_in(text)


def _published(meta: Mapping[str, Any], text: str) -> dt.date | None:
    """Return the day that the front matter gives, else the text.

    A field `published` that names no day means that the day is not known.
    """
    if "published" in meta:
        return day(meta["published"])
    return day(_said(meta, "published")) or published_in(text)
