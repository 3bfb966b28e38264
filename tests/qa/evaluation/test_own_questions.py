"""The project's own questions over real articles: how a reply is judged and counted."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

import qa
from benchmarks.own import (
    QUESTIONS,
    articles_of,
    can_be_asked,
    check_places,
    is_right,
    measure,
    read_rows,
)
from index.types import Article
from qa.types import Answer, Citation, Conflict, Reply, Stance

TEXT = "Officials in Orla counted 12 boats. Harbour police in Orla counted 15 boats on Monday."
SIDES = [
    {"article": "aa", "start": 0, "end": 35, "value": "12"},
    {"article": "bb", "start": 36, "end": 86, "value": "15"},
]


def reply(*values: str, differ: tuple[int, ...] = (), stance: Stance = "said") -> Reply:
    """Return a reply with values cited from one article of a table."""
    article = Article(
        id="table.jsonl:aa", title="", text=TEXT, source="Orla Post", published=dt.date(2031, 5, 2)
    )
    answers = tuple(
        Answer((Citation(article, start, start + len(value), stance=stance),))
        for value in values
        for start in [TEXT.index(value)]
    )
    conflict = Conflict(differ, 2) if differ else None
    return Reply("", answers, (), "000001", 1.0, conflict)


@pytest.mark.parametrize(
    ("found", "right"),
    [
        (reply("12", "15", differ=(0, 1)), True),
        (reply("12", "15"), False),  # both are shown, but no difference is said
        (reply("12", "15", "Monday", differ=(0, 2)), False),  # another difference
        (reply("12"), False),
    ],
)
def test_a_difference_is_right_only_with_both_values_in_it(found: Reply, right: bool) -> None:
    assert is_right(found, {"group": "differ", "sides": SIDES}) is right


def test_a_wrong_time_asks_for_silence_or_a_denial() -> None:
    row = {"group": "wrong", "answers": []}
    assert is_right(reply(), row)
    assert is_right(reply("12", stance="denied"), row)
    assert not is_right(reply("12"), row)


def test_only_the_first_answer_counts_for_a_right_time() -> None:
    row = {"group": "recent", "answers": ["15 boats"]}
    assert is_right(reply("15 boats", "12"), row)
    assert not is_right(reply("12", "15 boats"), row)
    assert not is_right(reply(), row)


def test_a_quotation_is_right_only_from_the_sentences_that_answer() -> None:
    assert is_right(reply("Officials in Orla"), {"group": "open", "sides": SIDES})
    assert not is_right(reply("Harbour police"), {"group": "open", "sides": SIDES})
    assert not is_right(reply(), {"group": "open", "sides": SIDES})


@dataclass
class Told:
    """An archive that gives one reply, and remembers the days it was asked on."""

    days: list[str] = field(default_factory=list)
    store: Any = field(
        default_factory=lambda: SimpleNamespace(
            fingerprints=lambda: {"table.jsonl:aa": "", "bb": ""}
        )
    )

    def ask(self, question: str, *, as_of: str) -> Reply:
        self.days.append(as_of)
        return reply("12", "15", differ=(0, 1))


def test_each_group_is_counted_and_what_the_index_lacks_is_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows: list[dict[str, Any]] = [
        {"id": "1", "group": "differ", "question": "?", "asked": "2031-05-03", "sides": SIDES},
        {
            "id": "2",
            "group": "wrong",
            "question": "How?",
            "asked": "2031-05-04",
            "articles": ["aa"],
        },
        {"id": "3", "group": "wrong", "question": "?", "asked": "2031-05-05", "articles": ["cc"]},
    ]
    archive = Told()
    told = measure(cast(qa.Archive, archive), rows, wrong=True).splitlines()
    assert [line.split() for line in told[:2]] == [
        ["differ", "1", "of", "1"],
        ["wrong", "0", "of", "1"],
    ]
    assert told[2].startswith("1 left out")
    assert archive.days == ["2031-05-03", "2031-05-04"]
    assert capsys.readouterr().out.splitlines() == [
        "1 differs: 12 / 15",
        "2 How? found ['12', '15']",
    ]


def test_a_difference_needs_both_articles_and_any_other_question_one() -> None:
    assert can_be_asked({"group": "differ", "sides": SIDES}, {"aa", "bb", "cc"})
    assert not can_be_asked({"group": "differ", "sides": SIDES}, {"aa"})
    assert can_be_asked({"group": "open", "sides": SIDES}, {"bb"})
    assert not can_be_asked({"group": "open", "sides": SIDES}, {"cc"})


def test_a_place_without_its_value_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "articles.jsonl.gz"
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.write(json.dumps({"id": "aa", "text": TEXT}) + "\n")
    check_places([{"sides": SIDES[:1]}], [file])
    with pytest.raises(ValueError, match="expected '15' in article aa"):
        check_places([{"sides": [{**SIDES[1], "article": "aa", "start": 0, "end": 35}]}], [file])


@pytest.mark.parametrize("kind", sorted(file.stem for file in QUESTIONS.glob("*.jsonl")))
def test_the_questions_are_whole_and_hold_no_sentence_of_an_article(kind: str) -> None:
    rows = read_rows(QUESTIONS / f"{kind}.jsonl")
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert articles_of(row)
        assert row["asked"] is None or dt.date.fromisoformat(row["asked"])
        values = [side.get("value", "") for side in row.get("sides", ())]
        assert all(len(value) < 40 for value in [*values, *row.get("answers", ())])
        assert all(side["start"] < side["end"] for side in row.get("sides", ()))
        if row["group"] == "differ":
            assert len({side["article"] for side in row["sides"]}) == 2
