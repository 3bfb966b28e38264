"""Plain text and Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import charset_normalizer

from index.corpus.loaders.fields import Fields, day, names, string
from index.corpus.metadata import outlet_in, published_in, title_in
from index.types import Skipped


def load_text(path: Path) -> Iterator[Fields | Skipped]:
    """.txt: the text as it is; title, outlet and date where the text itself says them."""
    text = decode(path.read_bytes())
    yield Fields(text, title=title_in(text), source=outlet_in(text), published=published_in(text))


def load_markdown(path: Path) -> Iterator[Fields | Skipped]:
    """.md: YAML front matter (title, source, published or date, url, authors), then the text."""
    import frontmatter
    import yaml

    try:
        whole = decode(path.read_bytes())
        meta, text = frontmatter.parse(whole)
        text = (
            text if meta else whole
        )  # what stands between two rules and is no front matter is text
    except yaml.YAMLError as error:
        problem = str(error).splitlines()[0]
        yield Skipped(
            "",
            f"expected YAML front matter between --- lines, found: {problem}; mend it or remove it",
        )
        return
    heading = re.match(r"\s*#\s+(.+)", text)
    yield Fields(
        text,
        title=string(meta.get("title"))
        or (heading.group(1).strip() if heading else title_in(text)),
        source=string(meta.get("source")) or outlet_in(text),
        published=day(meta["published"])
        if "published" in meta
        else day(meta.get("date")) or published_in(text),
        url=string(meta.get("url")),
        authors=names(meta.get("authors", meta.get("author"))),
        language=string(meta.get("language")),
    )


def decode(data: bytes) -> str:
    """Text of a file in UTF-8, or in the encoding its bytes tell. Raises ValueError for what is not text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _lines(data.decode("utf-16"))
    if b"\x00" in data[:4096]:
        raise ValueError("expected text, found binary data")
    try:
        return _lines(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        guess = charset_normalizer.from_bytes(data[: 2**20]).best()
        if guess is None:
            raise ValueError("expected text in UTF-8, found bytes of no known encoding") from None
        return _lines(data.decode(guess.encoding, errors="replace"))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
