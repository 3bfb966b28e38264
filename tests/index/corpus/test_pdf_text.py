"""The text of a PDF is that of the article: words whole, heads and numbers of pages out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.corpus.loaders.footnotes import BREAK, move_footnotes
from index.corpus.loaders.line_breaks import join_lines, without_glyphs, words_in
from index.corpus.loaders.pdf import joined
from index.text.vocabulary import english_words

WIDE = "The council of the town met on Monday evening to discuss at length the matter of "
LIST = ["what to bring", "blankets", "bread"]


@pytest.mark.parametrize(
    ("last", "line", "whole"),
    [
        *(("nego-", "tiations", "negotiations"), ("dock-", "ers", "dockers")),
        *(("Saint-", "Malo", "Saint-Malo"), ("Rosendahl-", "Lunde", "Rosendahl-Lunde")),
        *(("well-", "known", "well-known"), ("price-", "determining", "price-determining")),
        *(("a 15-", "year-old", "a 15-year-old"), ("2.5-", "3 percent", "2.5-3 percent")),
        *(("mother-in-", "law", "mother-in-law"), ("gov\u00aderning\u00ad", "s", "governings")),
        *(("2020–", "2021", "2020–2021"), ("bridge—", "which", "bridge—which")),
        *(("the car-", "pet", "the carpet"), ("invest\u2010", "ments", "investments")),
        *(("two-", "and three-year", "two- and three-year"), ("bridge -", "it", "bridge - it")),
    ],
)
def test_words_that_a_line_breaks_are_whole_as_they_were_written(
    last: str, line: str, whole: str
) -> None:
    text, _ = joined([f"{WIDE}{last}\n{line} and more of it."])
    assert text == f"{WIDE}{whole} and more of it."


def test_the_text_itself_tells_how_a_word_is_written() -> None:
    """Neither word is in the vocabulary; the compound stands whole elsewhere in the text."""
    broken = f"{WIDE}the plum-\nbrast affair."
    assert "plumbrast affair" in joined([broken])[0]
    assert "plum-brast affair" in joined([f"{broken}\nThe plum-brast affair went on."])[0]
    assert {"plumbrast", "brast"} & english_words() == set()


def test_a_space_behind_a_hyphen_goes_if_the_word_is_known_whole() -> None:
    """PDFium writes one if it takes two lines of narrow columns for one."""
    said = (
        "Saint-Malo is far. From Saint- Malo the negoti- ations went on two- and three-day tours."
    )
    mended = "From Saint-Malo the negotiations went on two- and three-day tours."
    assert joined([said])[0] == f"Saint-Malo is far. {mended}"
    assert joined(["The pier- it is old - and Plum- brast."])[0] == (
        "The pier- it is old - and Plum- brast."
    )


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["T", "he mayor spoke."], "The mayor spoke."),
        (["T", "HE MAYOR spoke."], "THE MAYOR spoke."),
        (["A", "fter the rain it cleared."], "After the rain it cleared."),
        (["A", "storm came."], "A storm came."),
        (["I", "t rained."], "It rained."),
        (["Q", "he mayor spoke."], "Q\n\nhe mayor spoke."),
        (["7", "boats sank."], "7\n\nboats sank."),
    ],
)
def test_a_large_first_letter_is_of_its_word(lines: list[str], text: str) -> None:
    assert joined(["\n".join([*lines, WIDE])])[0].startswith(text)


def test_parts_of_broken_words_are_no_words() -> None:
    assert words_in(["The dock-", "ers met the well-known vic\u00ad", "ar at noon"]) == {
        *("the", "met", "well-known", "at", "noon"),
    }


def test_ligatures_are_letters_again_and_soft_hyphens_are_gone() -> None:
    text = "The o\ufb03ce of the \ufb01re chief was \ufb02ooded; in\u00advest\u00adments of"
    assert joined([text])[0] == "The office of the fire chief was flooded; investments of"


@given(st.text(st.characters(exclude_characters="\u00adﬀﬁﬂﬃﬄﬅﬆ")))
def test_nothing_else_is_changed_by_mending_glyphs(text: str) -> None:
    assert without_glyphs(text) == text


@given(st.from_regex(r"[a-zé]{2,9}-[a-zé]{2,9}", fullmatch=True))
def test_a_broken_word_is_whole_with_its_hyphen_or_without(word: str) -> None:
    left, right = word.split("-")
    assert join_lines(f"{left}-", right, english_words()) in (left, f"{left}-", None)
    assert join_lines(f"{left}-", right, {word}) in (f"{left}-", None)
    assert join_lines(f"{left}-", right, {left + right}) in (left, None)


def test_heads_of_left_and_right_pages_and_their_numbers_are_left_out() -> None:
    body = [
        f"On page {number} the council met in the {place} hall and voted on the budget."
        for number, place in enumerate("first second third fourth fifth sixth".split(), 1)
    ]
    pages = [
        f"{'The Norvik Courier' if number % 2 else 'Politics'}\n9 March 2023\n{text}\n{number + 8}"
        for number, text in enumerate(body)
    ]
    text, starts = joined(pages)
    assert text.split("\n\n") == body
    assert [text[start : start + 9] for start in starts] == [f"On page {n}" for n in range(1, 7)]


def test_two_pages_lose_numbers_that_follow_each_other_and_nothing_else() -> None:
    assert joined(["Rain fell.\n7", "Snow lay.\n8"])[0] == "Rain fell.\n\nSnow lay."
    assert joined(["Rain fell.\n7", "Snow lay.\n9"])[0] == "Rain fell. 7\n\nSnow lay. 9"
    assert joined(["Rain fell.\n7"])[0].split() == ["Rain", "fell.", "7"]


FIRST = [
    "The council met on Monday evening to discuss the bridge over the harbour,1 and",
    "it was decided.",
    "On Tuesday the mayor told the newspaper that the repairs which the engineers",
]
NOTES = ["1 See the report of the county on the bridges of the harbour, 2019, which is", "long."]
SECOND = ["had planned would take three weeks at the very least, and perhaps a month."]


def test_a_footnote_stands_on_its_page_and_in_no_sentence() -> None:
    text, starts = joined(["\n".join(FIRST + NOTES), "\n".join(SECOND)])
    assert text.split("\n\n") == [
        " ".join(FIRST[:2]),
        " ".join(NOTES),
        f"{FIRST[2]} {SECOND[0]}",
    ]
    assert text[starts[1] :] == SECOND[0]


@pytest.mark.parametrize(
    "last",
    [
        "12 ships lay in the port on that day, the harbour office told the newspaper",
        "2 See the report of the county on the bridges of the harbour, 2019, which is",
    ],
)
def test_a_line_that_begins_with_a_number_is_no_footnote_without_its_mark(last: str) -> None:
    text, _ = joined(["\n".join([*FIRST, last]), SECOND[0]])
    assert f"{FIRST[2]} {last} {SECOND[0]}" in text


@given(st.lists(st.sampled_from([*FIRST, *NOTES, *SECOND, "* A note on it.", "A word* is"])))
def test_no_line_is_lost_by_moving_footnotes(page: list[str]) -> None:
    moved = move_footnotes(page, lambda line: len(line) < 60)
    assert sorted(line for line in moved if line != BREAK) == sorted(page)


def test_a_short_line_within_a_paragraph_ends_no_sentence_but_lines_of_a_list_stay() -> None:
    goes_on = "passengers of the ferry, and volunteers of the harbour fried eggs in the kitchen."
    lines = [WIDE, goes_on[:-1], "a dormitory for 231", *[goes_on] * 9, "They slept.", *LIST]
    text, _ = joined(["\n".join(lines)])
    told = " ".join(
        [*(WIDE.strip(), goes_on[:-1], "a dormitory for 231"), *[goes_on] * 9, "They slept."]
    )
    assert text.split("\n\n") == [told, *LIST]
