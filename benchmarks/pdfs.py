"""Which library reads PDFs best: `python -m benchmarks.pdfs FOLDER`.

Chromium typesets ten articles of a folder in six layouts. They are one column, two columns, narrow
lines with hyphens, soft hyphens, heads and numbers on every page, and ligatures with footnotes.
Each PDF is read by pypdf, pypdfium2 and pdfplumber (those that are installed), and its lines are
joined by Dateline. Printed is the share of the article's sentences that are in the text to the
letter, and the time for a page.
"""

from __future__ import annotations

import argparse
import html
import importlib.util
import re
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from index.corpus.loaders.pdf import joined, read_pages
from index.corpus.loading import load_articles
from index.types import Article

Read = Callable[[Path], list[str]]  # the text of each page of a file
_HEAD = "<p style='font-size:8px;width:100%;text-align:center'>The Example Courier</p>"
_FOOT = "<p style='font-size:8px;width:100%;text-align:center' class='pageNumber'></p>"
_LAYOUTS = {
    "one column": "font-family:'DejaVu Serif'",
    "two columns": "columns:2;text-align:justify;hyphens:auto",
    "narrow lines": "width:48mm;hyphens:auto;text-align:justify",
    "soft hyphens": "width:70mm;hyphens:manual",
    "heads and numbers": "font-family:'DejaVu Sans'",
    "ligatures": "font-family:'DejaVu Serif';font-variant-ligatures:common-ligatures",
}


def main() -> None:
    """Print a line for each layout and library."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=10)
    options = parser.parse_args()
    loaded = (item for item in load_articles([options.folder]) if isinstance(item, Article))
    long_enough = (article for article in loaded if 2_000 < len(article.text) < 8_000)
    texts = [_single_spaced(one.text) for one in islice(long_enough, options.articles)]
    readers = {name: read for name, read in _READERS.items() if importlib.util.find_spec(name)}
    with TemporaryDirectory() as folder:
        _typeset(texts, Path(folder))
        for layout in _LAYOUTS:
            for name, read in readers.items():
                found, seconds, pages = _measured(texts, Path(folder), layout, read)
                print(
                    f"{layout:<20}{name:<12}{found:8.1%} of the sentences"
                    f"{1000 * seconds / pages:8.1f} ms a page"
                )


def _measured(texts: list[str], folder: Path, layout: str, read: Read) -> tuple[float, float, int]:
    """Return the share of sentences that are found, the seconds and the pages."""
    found = total = pages = 0
    began = time.perf_counter()
    for number, text in enumerate(texts):
        read_pages = read(folder / f"{layout}{number}.pdf")
        pages += len(read_pages)
        whole = _single_spaced(joined(read_pages)[0])
        sentences = [one for one in re.split(r"(?<=[.!?])\s+", text) if len(one) > 20]
        total += len(sentences)
        found += sum(sentence in whole for sentence in sentences)
    return found / total, time.perf_counter() - began, pages


def _typeset(texts: list[str], folder: Path) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        page = browser.new_page()
        for layout, style in _LAYOUTS.items():
            for number, text in enumerate(texts):
                page.set_content(_as_html(text, layout, style))
                page.pdf(
                    path=folder / f"{layout}{number}.pdf",
                    format="A5",
                    margin={"top": "20mm", "bottom": "20mm", "left": "15mm", "right": "15mm"},
                    display_header_footer=layout == "heads and numbers",
                    header_template=_HEAD,
                    footer_template=_FOOT,
                )
        browser.close()


def _as_html(text: str, layout: str, style: str) -> str:
    body = html.escape(text)
    if layout == "soft hyphens":
        body = re.sub(r"([a-z]{3})(?=[a-z]{3})", "\\1\u00ad", body)
    paragraphs = re.findall(r".{300,900}?[.!?](?:\s|$)|.+$", body)
    inside = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<html lang='en'><body style=\"font-size:10pt;{style}\">{inside}</body></html>"


def _single_spaced(text: str) -> str:
    return " ".join(re.sub("[\u200b\u00ad]", "", text).split())


def _by_pypdf(path: Path) -> list[str]:
    from pypdf import PdfReader

    return [page.extract_text() for page in PdfReader(path).pages]


def _by_pypdfium2(path: Path) -> list[str]:
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        return [page or "" for page in read_pages(document)]


def _by_pdfplumber(path: Path) -> list[str]:
    import pdfplumber

    with pdfplumber.open(path) as document:
        return [page.extract_text() for page in document.pages]


_READERS: dict[str, Read] = {
    "pypdf": _by_pypdf,
    "pypdfium2": _by_pypdfium2,
    "pdfplumber": _by_pdfplumber,
}


if __name__ == "__main__":
    main()
