"""Arguments have bounds, whoever asks: each bad one is one clear line, and costs nothing."""

from __future__ import annotations

import numpy as np
import pytest

from index.types import DatelineError
from qa.answering.arguments import check_outlets, check_passages, check_question
from qa.answering.understanding import understand


@pytest.mark.parametrize("k", [1, 100, np.int64(7)])
def test_so_many_passages_may_be_asked_for(k: int) -> None:
    assert check_passages(k) == k
    assert type(check_passages(k)) is int


@pytest.mark.parametrize("k", [0, -1, 101, 10**400, True, None, "5", 5.0, float("nan"), [5]])
def test_any_other_number_of_passages_is_refused(k: object) -> None:
    with pytest.raises(DatelineError, match="expected k from 1 to 100 passages, found") as error:
        check_passages(k)
    assert len(str(error.value)) < 200


def test_outlets_are_names_and_not_too_many() -> None:
    assert check_outlets(None) == check_outlets([]) == ()
    assert check_outlets("RFE/RL") == ("RFE/RL",)
    assert len(check_outlets(["x" * 200] * 200)) == 200
    for source, said in (
        (["x"] * 201, "at most 200 outlets, found 201"),
        (["x" * 201], "at most 200 characters, found 201"),
        ("x" * 10**6, "at most 200 characters, found 1000000"),
        ([None], "the name of an outlet, found None"),
        (["a", 5], "the name of an outlet, found 5"),
        (5, "the names of outlets, found 5"),
        ({"name": "x"}, "the names of outlets"),
    ):
        with pytest.raises(DatelineError, match=said) as error:
            check_outlets(source)  # type: ignore[arg-type]
        assert len(str(error.value)) < 200


def test_a_question_is_text_with_a_letter_and_not_too_long() -> None:
    assert check_question("who\x00won\ud800?\n") == "who won ?"
    assert len(check_question("x" * 1000)) == 1000
    for question in (None, 5, b"who?", ["who?"], "", " ", "?!", "\ud800", "x" * 1001):
        with pytest.raises(DatelineError, match="expected a question") as error:
            check_question(question)
        assert len(str(error.value)) < 200


@pytest.mark.parametrize("day", [5, "yesterday" * 10**5, "2022-02-30", ["2022-01-01"], "\ud800"])
def test_a_day_that_is_none_is_one_short_line(day: object) -> None:
    with pytest.raises(DatelineError, match="expected the first day as YYYY-MM-DD") as error:
        understand("who won?", since=day)  # type: ignore[arg-type]
    assert len(str(error.value)) < 200
    str(error.value).encode()
