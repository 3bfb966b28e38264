"""Which library reads PDFs best: `python -m benchmarks.pdfs FOLDER`.

Chromium typesets ten articles of a folder in six layouts. They are one column, two columns, narrow
lines with hyphens, soft hyphens, heads and numbers on every page, and ligatures with footnotes.
Each PDF is read by pypdf, pypdfium2 and pdfplumber (those that are installed), and its lines are
joined by Dateline. Printed is the share of the article's sentences that are in the text to the
letter, and the time for a page.

`--real FOLDER` reads each PDF of a folder beside the HTML of its name (a.pdf, a.html) instead. A
sentence of the HTML counts if its letters are in the text of any library. `--questions` needs no
folder: it asks the questions of benchmarks/stories of their articles as text, and as PDFs in turn
of the six layouts.
"""

from __future__ import annotations

import argparse
import html
import importlib.util
import json
import re
import time
from collections.abc import Callable, Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import index
import qa
from benchmarks.invented import STORIES, is_right
from index.corpus.loaders.pdf import joined, read_pages
from index.corpus.loading import load_articles
from index.types import Article

Read = Callable[[Path], list[str]]  # the text of each page of a file
_HEAD = "<p style='font-size:8px;width:100%;text-align:center'>The Example Courier</p>"
_FOOT = "<p style='font-size:8px;width:100%;text-align:center' class='pageNumber'></p>"
_SHORTEST = 45  # characters of a sentence of a real page
_LAYOUTS = {
    "one column": "font-family:'DejaVu Serif'",
    "two columns": "columns:2;text-align:justify;hyphens:auto",
    "narrow lines": "width:48mm;hyphens:auto;text-align:justify",
    "soft hyphens": "width:70mm;hyphens:manual",
    "heads and numbers": "font-family:'DejaVu Sans'",
    "ligatures": "font-family:'DejaVu Serif';font-variant-ligatures:common-ligatures",
}


def main() -> None:
    """Print a line for each layout and library, or for each real PDF, or the questions."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--articles", type=int, default=10)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--questions", action="store_true")
    options = parser.parse_args()
    readers = {name: read for name, read in _READERS.items() if importlib.util.find_spec(name)}
    if options.questions:
        _print_questions()
    if options.real is not None:
        _print_real(options.real, readers)
    if options.folder is not None:
        _print_layouts(options.folder, options.articles, readers)


def _print_layouts(folder: Path, most: int, readers: Mapping[str, Read]) -> None:
    loaded = (item for item in load_articles([folder]) if isinstance(item, Article))
    long_enough = (article for article in loaded if 2_000 < len(article.text) < 8_000)
    texts = [_single_spaced(one.text) for one in islice(long_enough, most)]
    with TemporaryDirectory() as made:
        _typeset(texts, Path(made), _LAYOUTS)
        for layout in _LAYOUTS:
            for name, read in readers.items():
                found, seconds, pages = _measured(texts, Path(made), layout, read)
                print(
                    f"{layout:<20}{name:<12}{found:8.1%} of the sentences"
                    f"{1000 * seconds / pages:8.1f} ms a page"
                )


def _print_real(folder: Path, readers: Mapping[str, Read]) -> None:
    """Print how many sentences of each page of HTML are in the PDF beside it."""
    for path in sorted(folder.rglob("*.pdf")):
        page = path.with_suffix(".html")
        if not page.exists():
            continue
        texts = {name: _plain(joined(read(path))[0]) for name, read in readers.items()}
        letters = [_letters(text) for text in texts.values()]
        there = [one for one in _sentences(page) if any(_letters(one) in all for all in letters)]
        shares = (
            f"{name} {sum(one in text for one in there) / max(1, len(there)):.1%}"
            for name, text in texts.items()
        )
        print(f"{path.name:<24}{len(there):>6} sentences  {'  '.join(shares)}", flush=True)


def _print_questions() -> None:
    """Print how many questions are answered rightly from texts, and from PDFs of them."""
    rows = [json.loads(line) for line in (STORIES / "questions.jsonl").open(encoding="utf-8")]
    loaded = load_articles([STORIES / "articles"])
    articles = [article for article in loaded if isinstance(article, Article)]
    layouts = list(_LAYOUTS)
    with TemporaryDirectory() as made:
        texts, pdfs = Path(made) / "texts", Path(made) / "pdfs"
        texts.mkdir()
        pdfs.mkdir()
        for number, article in enumerate(articles):
            words = f"{article.title}\n\nPublished {article.published}\n\n{article.text}"
            (texts / f"{number}.txt").write_text(words, encoding="utf-8")
            layout = layouts[number % len(layouts)]
            one = _as_html(_single_spaced(article.text), layout, _LAYOUTS[layout])
            head = (
                f"<h1>{html.escape(article.title or '')}</h1><p>Published {article.published}</p>"
            )
            print_to(pdfs / f"{number}.pdf", one.replace("<p>", f"{head}<p>", 1), layout)
        right = {folder.name: _answered(folder, Path(made), rows) for folder in (texts, pdfs)}
    for name, questions in right.items():
        print(f"{name:<8}{len(questions):>4} of {len(rows)} right")
    lost = [row["question"] for row in rows if row["id"] in right["texts"] - right["pdfs"]]
    won = right["pdfs"] - right["texts"]
    print(f"right from the texts alone: {lost}; from the PDFs alone: {len(won)}")


def _answered(folder: Path, made: Path, rows: list[dict[str, Any]]) -> set[str]:
    """Return the ids of the questions that a folder answers rightly."""
    place = made / f"index of {folder.name}"
    index.build(folder, place)
    with qa.open(place) as archive:
        return {
            row["id"]
            for row in rows
            if is_right(archive.ask(row["question"]), row["kind"], row["answers"])
        }


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


def _typeset(texts: list[str], folder: Path, layouts: Mapping[str, str]) -> None:
    for layout, style in layouts.items():
        for number, text in enumerate(texts):
            print_to(folder / f"{layout}{number}.pdf", _as_html(text, layout, style), layout)


@cache
def _browser() -> Any:
    from playwright.sync_api import sync_playwright

    playwright = sync_playwright().start()
    return playwright.chromium.launch(executable_path="/usr/bin/chromium").new_page()


def print_to(path: Path, content: str, layout: str) -> None:
    """Print a page of HTML to a PDF in one of the layouts."""
    page = _browser()
    page.set_content(content)
    page.pdf(
        path=path,
        format="A5",
        margin={"top": "20mm", "bottom": "20mm", "left": "15mm", "right": "15mm"},
        display_header_footer=layout == "heads and numbers",
        header_template=_HEAD,
        footer_template=_FOOT,
    )


def _sentences(page: Path) -> list[str]:
    """Return the sentences of the paragraphs and items of a page."""
    import lxml.html

    tree = lxml.html.fromstring(page.read_bytes())
    found: dict[str, None] = {}
    for part in tree.xpath("//p | //li[not(.//p)]"):
        for one in re.split(r"(?<=[.!?])\s+(?=[A-Z])", _plain(part.text_content())):
            if len(one) > _SHORTEST and one[-1] in ".!?":
                found[one] = None
    return list(found)


def _plain(text: str) -> str:
    """Return a text single-spaced, with straight quotation marks."""
    return _single_spaced(text).translate(str.maketrans("“”‘’", "\"\"''"))


def _letters(text: str) -> str:
    return re.sub(r"\W", "", text)


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
