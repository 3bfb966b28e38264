"""Searching by keywords: terms, weights and filters, by numbers worked by hand."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from index.stores.keywords import KeywordIndex, question_terms, text_analyzer, write_keywords
from index.types import Article, DatelineError, Filters, Passage


def passage(
    text: str, title: str | None = None, description: str = "", **fields: object
) -> Passage:
    return Passage(Article(text, text, title, **fields), 0, len(text), description)  # type: ignore[arg-type]


def written(folder: Path, passages: Sequence[Passage]) -> KeywordIndex:
    write_keywords(passages, folder / "keywords")
    return KeywordIndex(folder / "keywords")


def test_questions_are_stemmed_and_lose_their_question_words() -> None:
    terms = question_terms("How many ministers did the Élysée meet in Geneva?", text_analyzer())
    assert terms == ["minist", "elyse", "meet", "geneva"]


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("storm Storm STORMS", ["storm"]),  # each term once
        ("who is “who”?", []),  # question words, whatever stands around them
        ("a\ud800b storm", ["b", "storm"]),  # half a character is none
        ("", []),
        (" ".join(f"word{number}" for number in range(90)), [f"word{n}" for n in range(64)]),
    ],
)
def test_a_question_has_distinct_terms_and_not_too_many(question: str, terms: list[str]) -> None:
    assert question_terms(question, text_analyzer()) == terms


def test_a_score_is_the_sum_of_bm25_over_text_title_and_description(tmp_path: Path) -> None:
    """By the formula of Robertson and Zaragoza: k1 = 1.2, b = 0.75, all fields one word long."""
    found = written(
        tmp_path,
        [passage("storm", "x", "x"), passage("x", "storm", "x"), passage("x", "x", "storm")],
    )
    idf = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    hits = found.matching("storm", 5)
    assert [row for row, _ in hits] == [0, 1, 2]  # the last two tie, and go by row
    assert [score for _, score in hits] == pytest.approx([idf, idf / 2, idf / 2], rel=1e-4)


def test_a_word_that_stands_twice_counts_more_and_a_long_text_less(tmp_path: Path) -> None:
    texts = ["storm calm", "storm storm", "storm " + "calm " * 20]
    hits = written(tmp_path, [passage(text, "t") for text in texts]).matching("storm", 5)
    assert [row for row, _ in hits] == [1, 0, 2]


def test_only_rows_that_pass_the_filters_are_found_and_a_filter_adds_no_score(
    tmp_path: Path,
) -> None:
    day = dt.date(2022, 10, 14)
    found = written(
        tmp_path,
        [
            passage("storm one", source="Example", published=day),
            passage("storm two", source="World Post", published=day + dt.timedelta(1)),
            passage("storm ten", source="EXAMPLE"),  # no day: it passes no filter on days
        ],
    )
    scores = dict(found.matching("storm", 5))
    assert dict(found.matching("storm", 5, Filters(sources=("example",)))) == {
        row: pytest.approx(scores[row]) for row in (0, 2)
    }
    assert [row for row, _ in found.matching("storm", 5, Filters(since=day))] == [0, 1]
    assert [row for row, _ in found.matching("storm", 5, Filters(until=day))] == [0]
    assert found.matching("storm", 5, Filters(sources=("nobody",))) == []


def test_what_is_added_later_scores_as_if_all_were_written_at_once(tmp_path: Path) -> None:
    passages = [passage(text) for text in ("storm one", "calm two", "storm storm ten", "sea")]
    whole = written(tmp_path, passages)
    write_keywords(passages[:2], tmp_path / "before")
    write_keywords(passages[2:], tmp_path / "after", first=2, after=tmp_path / "before")
    later = KeywordIndex(tmp_path / "after")
    assert later.rows == whole.rows == 4
    for text in ("storm", "calm sea", "two"):
        assert dict(later.matching(text, 5)) == pytest.approx(dict(whole.matching(text, 5)))
    assert KeywordIndex(tmp_path / "before").rows == 2  # it is as it was


def test_no_terms_or_no_rows_wanted_is_nothing_found(tmp_path: Path) -> None:
    found = written(tmp_path, [passage("storm")])
    assert found.matching("who what", 5) == []
    assert found.matching("storm", 0) == []


def test_a_folder_that_holds_no_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatelineError, match=r"expected a keyword index in .*, found damaged files"):
        KeywordIndex(tmp_path)
