"""The measure of dates in text counts what is found, what is right and what is true."""

from __future__ import annotations

import pytest

from benchmarks.dates_in_text import Score, add, is_within


@pytest.mark.parametrize(
    ("value", "moment", "within"),
    [
        ("2022-Q3", "2022", True), ("2022-Q3", "2021", False), ("2022-Q3", "2022-08", False),
        ("2022-W32", "2022-08", True), ("2022-W31", "2022-08", True),
        ("2022-W30", "2022-08", False),
        ("2022-W35", "2022-08", False),  # it ends in September
        ("2022-WXX", "2022-08", True), ("2022-WXX", "2022-08-03", False), ("2022-FA", "2022", True),
        ("2022-08", "2022", False), ("2022-08-XX", "2022-08", True), ("P2M", "2022", False),
    ],
)  # fmt: skip
def test_a_week_quarter_or_season_may_lie_within_a_moment(
    value: str, moment: str, within: bool
) -> None:
    assert is_within(value, moment) == within


def test_a_score_counts_each_annotation_and_each_moment() -> None:
    text = "On Friday it rained. Last week it snowed, in 2019 too, and in May. It was 2001 again."
    values = {
        "Friday": "2022-10-14",
        "Last week": "2022-W40",  # 3 to 9 October
        "2019": "2018",
        "May": "2022-05",
        "again": "2020",
    }
    expressions = [
        {"start": text.index(words), "end": text.index(words) + len(words), "type": "DATE",
         "value": value}
        for words, value in values.items()
    ]  # fmt: skip
    score = Score()
    add(score, {"text": text, "published": "2022-10-14", "expressions": expressions})
    assert (score.articles, score.dates, score.found) == (1, 4, 2)
    assert (score.said, score.right, score.true) == (5, 2, 3)
    missed = [(miss.kind, miss.words, miss.said) for miss in score.misses]
    assert missed == [
        ("other", "2019", "2019"), ("not found", "again", "nothing"), ("nothing", "2001", "2001"),
    ]  # fmt: skip
