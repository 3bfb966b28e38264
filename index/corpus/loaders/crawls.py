"""Web archives: what a crawler was given, as .warc or .warc.gz. warcio reads them.

Limits: a page or PDF larger than `Bounds` allow for a page is skipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from email.message import Message
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from index.corpus.loaders.bounds import bounds
from index.corpus.loaders.fields import Fields
from index.corpus.loaders.pages import HTML, page
from index.corpus.loaders.pdf import load_pdf
from index.types import Skipped

_PDF = "application/pdf"


def load_warc(path: Path) -> Iterator[Fields | Skipped]:
    """Yield the pages and PDFs that a crawler was given (.warc, .warc.gz).

    Pictures, scripts and refusals are passed over.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    seen: set[str] = set()
    with path.open("rb") as file:
        try:
            for record in ArchiveIterator(file):
                kind = _answered_kind(record)
                if kind is None or kind not in (_PDF, *HTML):
                    continue
                url = record.rec_headers.get_header("WARC-Target-URI") or ""
                part = f":{url}"
                if url in seen:
                    part += f" {record.rec_headers.get_header('WARC-Record-ID')}"
                seen.add(url)
                yield from _load_answer(record, kind, url, part)
        except ArchiveLoadFailed as error:
            raise ValueError(f"expected records of a web archive, found: {error}") from None


def _answered_kind(record: Any) -> str | None:
    """Return the media type of an answer; None for what is no answer, or a refusal."""
    headers = record.http_headers
    if record.rec_type != "response" or headers is None or headers.get_statuscode() != "200":
        return None
    kind: str = headers.get_header("Content-Type") or ""
    return kind.partition(";")[0].strip().lower()


def _charset(record: Any) -> str | None:
    """Return the charset that the server declared."""
    declared = Message()
    declared["Content-Type"] = record.http_headers.get_header("Content-Type")
    return declared.get_content_charset()


def _load_answer(record: Any, kind: str, url: str, part: str) -> Iterator[Fields | Skipped]:
    """Yield the article of one answer in a web archive, or why there is none."""
    most = bounds().page_mb
    data = record.content_stream().read((most << 20) + 1)
    if len(data) > most << 20:
        yield Skipped(part, f"expected at most {most} MB, found more; or set DATELINE_PAGE_MB")
        return
    items: Sequence[Fields | Skipped]
    try:
        if kind == _PDF:
            items = _load_pdf_bytes(data)
        else:
            items = [page(data, url, _charset(record))]
    except ValueError as error:
        items = [Skipped("", str(error))]
    for item in items:
        if isinstance(item, Skipped):
            yield Skipped(part, item.reason)
        else:
            yield replace(item, url=item.url or url, part=part)


def _load_pdf_bytes(data: bytes) -> list[Fields | Skipped]:
    with NamedTemporaryFile(suffix=".pdf") as copy:
        copy.write(data)
        copy.flush()
        return list(load_pdf(Path(copy.name)))
