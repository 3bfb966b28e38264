"""What a figure measures, and whether it may answer a question."""

from __future__ import annotations

import pytest

from index.types import Article
from qa.answering.citing import cite, with_claim
from qa.answering.measures import counts_another
from qa.types import Span


@pytest.mark.parametrize(
    ("question", "marked", "another"),
    [
        ("How many people died at Nes?", "At Nes [40] people were injured.", True),
        ("How many people died at Nes?", "At Nes [520,000] homes were left in the dark.", True),
        ("How many people died at Nes?", "At Nes [40] bodies lay in the snow.", False),
        ("How many homes burned at Nes?", "At Nes [40] homes were left in the dark.", False),
        (
            "How many of them have been found at Nes?",
            "At Nes [four] people are unaccounted for.",
            True,
        ),
        ("How many of them have been found at Nes?", "At Nes [two] men were found.", False),
        ("How much do they earn?", "[Half a million] workers are paid more.", True),
        ("How much do they earn?", "Workers are paid [22 dollars] an hour.", False),
    ],
)
def test_a_figure_of_another_measure_is_no_answer(
    question: str, marked: str, another: bool
) -> None:
    start, end = marked.index("["), marked.index("]") - 1
    article = Article("a", marked.replace("[", "").replace("]", ""))
    claim = with_claim(cite(Span(article, start, end, score=1.0, probability=0.5))).claim
    assert claim is not None
    assert counts_another(claim, question) is another
