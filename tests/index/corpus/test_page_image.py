"""A page of a PDF as a picture: the quotation is marked, and nothing else is."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from index.corpus.loaders.page_image import PageImage, find_quotation, page_image
from index.types import DatelineError
from tests.index.corpus import samples

LINE = 14 / 842  # of the height of a page, between two lines of `samples.pdf`
FIRST = (842 - 760) / 842  # how far down its first line stands
PAGE = """The ferry left at noon.
The crew was saved by the light-
house keeper of Utvaer, who saw the
1 Reported by the coast guard.
fire from his window.
The ferry left at noon."""


@pytest.mark.parametrize(
    ("quotation", "before", "stretches"),
    [
        ("def", "", [(3, 6)]),
        ("abc", "abc", [(6, 9)]),  # the second of two
        ("abc", "abcabcabc", [(6, 9)]),  # more before it than the page has: the last
        ("xyz", "", []),
        ("", "", []),
    ],
)
def test_a_quotation_is_found_among_letters(
    quotation: str, before: str, stretches: list[tuple[int, int]]
) -> None:
    assert find_quotation("abcdefabc", quotation, before) == stretches


def test_a_quotation_with_a_note_within_is_found_in_pieces() -> None:
    page = "thekeeperofutvaerwhosaw" + "9noted" + "thefirefromhiswindow"
    pieces = find_quotation(page, "thekeeperofutvaerwhosawthefirefromhiswindow")
    assert [page[start:end] for start, end in pieces] == [
        "thekeeperofutvaerwhosaw",
        "thefirefromhiswindow",
    ]


def test_the_lines_of_the_quotation_are_marked_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(samples.pdf("Nothing.", PAGE))
    quotation = "The crew was saved by the lighthouse keeper of Utvaer, who saw the"
    image = page_image(tmp_path / "a.pdf", 2, quotation)
    assert marked_lines(image) == [1, 2]
    assert image.top == pytest.approx(FIRST + 0.25 * LINE, abs=LINE)
    second = page_image(
        tmp_path / "a.pdf", 2, "The ferry left at noon.", PAGE[: PAGE.rindex("The ferry")]
    )
    assert marked_lines(second) == [5]
    assert marked_lines(page_image(tmp_path / "a.pdf", 1, quotation)) == []


def test_what_cannot_be_drawn_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(samples.pdf(PAGE))
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.4\nnothing")
    with pytest.raises(
        DatelineError, match=r"page 2 of a\.pdf, found: .*no such page, of 1 in the file"
    ):
        page_image(tmp_path / "a.pdf", 2, "The ferry")
    with pytest.raises(DatelineError, match=r"page 1 of b\.pdf, found: PdfiumError"):
        page_image(tmp_path / "b.pdf", 1, "The ferry")


def marked_lines(image: PageImage) -> list[int]:
    """Return the lines of a page that have yellow in them, counted from 0."""
    pixels = np.asarray(Image.open(BytesIO(image.data)), dtype=int)
    yellow = pixels[..., 0] - pixels[..., 2] > 60
    lines = []
    for line in range(8):
        base = (FIRST + line * LINE) * len(pixels)
        middle = int(base - 0.25 * LINE * len(pixels))  # within the letters
        if yellow[middle].any():
            lines.append(line)
    if not lines:
        assert not yellow.any()
    return lines
