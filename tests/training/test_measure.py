"""The held-out sets: the same sample each time, a question's own articles, and silence."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from qa.evaluation.outcomes import Outcome
from training.measure import _at, given, sampled


def outcome(golds: tuple[str, ...], probability: float, f1: float) -> Outcome:
    return Outcome(
        "1",
        "who?",
        "who",
        golds,
        None,
        True,
        "x",
        probability,
        float(f1 == 1),
        f1,
        float(f1 == 1),
        f1,
    )


@pytest.mark.parametrize(
    ("one", "f1"),
    [
        (outcome(("x",), 0.6, 0.8), 0.8),
        (outcome(("x",), 0.4, 0.8), 0.0),  # silent where there is an answer
        (outcome((), 0.4, 0.0), 1.0),  # silent where there is none
        (outcome((), 0.6, 0.0), 0.0),
        (outcome(("x",), 0.5, 0.8), 0.8),  # at the cut it is said
    ],
)
def test_silence_is_right_only_where_there_is_no_answer(one: Outcome, f1: float) -> None:
    assert _at(one, 0.5, "f1") == f1


def test_a_sample_is_the_same_each_time_and_none_twice(tmp_path: Path) -> None:
    whole = tmp_path / "set.jsonl.gz"
    with gzip.open(whole, "wt") as file:
        file.writelines(f'{{"id": {number}}}\n' for number in range(50))
    assert sampled(whole, tmp_path, 0) == whole
    some = sampled(whole, tmp_path, 20).read_text().splitlines()
    assert len(set(some)) == 20
    assert some == sampled(whole, tmp_path, 20).read_text().splitlines()
    assert some != [
        f'{{"id": {number}}}' for number in range(20)
    ]  # drawn from the whole set, not its beginning


def test_a_question_is_given_passages_of_its_own_articles_only(tmp_path: Path) -> None:
    articles: list[dict[str, str | None]] = [
        {
            "id": "a",
            "text": "The lighthouse of Varna was repaired by Maria Olsen.",
            "title": "",
            "source": "S",
            "published": "2022-01-02",
        },
        {
            "id": "b",
            "text": "The lighthouse of Odesa was repaired by Ivan Petrov.",
            "title": "",
            "source": "S",
            "published": None,
        },
        {"id": "c", "text": "Apples are cheap.", "title": "", "source": "S", "published": None},
    ]
    with gzip.open(tmp_path / "articles.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(article) + "\n" for article in articles)
    questions = [
        {
            "id": "1",
            "question": "Who repaired the lighthouse?",
            "answers": ["Maria Olsen"],
            "google_articles": ["a", "c"],
        },
        {
            "id": "2",
            "question": "Who repaired the lighthouse?",
            "answers": ["Ivan Petrov"],
            "google_articles": ["b"],
        },
        {
            "id": "3",
            "question": "Who repaired the moon?",
            "answers": ["Nobody"],
            "google_articles": ["b"],
        },
    ]
    with (tmp_path / "questions.jsonl").open("w") as file:
        file.writelines(
            json.dumps(question | {"answer_in_google_articles": question["id"] != "3"}) + "\n"
            for question in questions
        )
    rows = {
        row["id"]: row
        for row in map(json.loads, given(tmp_path, tmp_path, 0).read_text().splitlines())
    }
    assert set(rows) == {"1", "2"}  # the third has no answer in them
    assert rows["1"]["context"] == articles[0]["text"]
    assert rows["2"]["context"] == articles[1]["text"]
