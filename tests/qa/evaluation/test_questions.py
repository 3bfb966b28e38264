"""Questions are read from each of the three formats; a bad file is one clear line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from index.types import DatelineError
from qa.evaluation.questions import read_questions

LINES = (
    {
        "id": "1",
        "question": "Who?",
        "answers": ["Ann", {"text": "Bo", "start": 3}],
        "asked": "2022-06-16",
        "google_articles": ["x"],
        "answer_in_google_articles": False,
    },
    {"question": "When?", "answers": [], "context": "Ann came."},
    {"id": "1", "question": "Where?", "answers": []},
)
SQUAD = {
    "data": [
        {
            "title": "t",
            "paragraphs": [
                {
                    "context": "Ann came.",
                    "qas": [
                        {
                            "id": "1",
                            "question": "Who?",
                            "answers": [{"text": "Ann", "answer_start": 0}],
                        },
                        {"id": "1", "question": "When?", "answers": [], "is_impossible": True},
                    ],
                }
            ],
        }
    ]
}


def test_lines_are_read_with_all_that_is_known(tmp_path: Path) -> None:
    text = "\n\n".join(map(json.dumps, LINES))
    (tmp_path / "q.jsonl").write_text(text)
    first, second, third = read_questions(tmp_path / "q.jsonl")
    assert (first.id, first.question, first.answers) == ("1", "Who?", ("Ann", "Bo"))
    assert (first.asked, first.articles, first.held) == ("2022-06-16", ("x",), False)
    assert (second.answers, second.context, second.held) == ((), "Ann came.", None)
    assert [question.id for question in (first, second, third)] == ["1", "q-1", "1-2"]
    (tmp_path / "q.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    assert list(read_questions(tmp_path / "q.jsonl.gz")) == [first, second, third]


def test_squad_is_read_with_its_contexts(tmp_path: Path) -> None:
    (tmp_path / "squad.json").write_text(json.dumps(SQUAD))
    first, second = read_questions(tmp_path / "squad.json")
    assert (first.id, first.question, first.answers) == ("1", "Who?", ("Ann",))
    assert (second.question, second.answers) == ("When?", ())
    assert second.id not in ("", "1")  # outcomes are kept by id
    assert first.context == second.context == "Ann came."


def test_a_beir_folder_is_read_without_the_queries_that_nobody_judged(tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    queries = [{"_id": id, "text": f"about {id}"} for id in ("q1", "q2", "q3")]
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
    (tmp_path / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\ta\t1\nq1\tb\t0\nq1\tc\t2\nq3\ta\t0\n"
    )
    (question,) = read_questions(tmp_path)
    assert (question.id, question.question, question.articles) == ("q1", "about q1", ("a", "c"))
    assert question.answers is None
    (tmp_path / "queries.jsonl").write_text("[]")
    with pytest.raises(DatelineError, match="or a BEIR folder at"):
        list(read_questions(tmp_path))


@pytest.mark.parametrize(
    "line",
    [
        *("{broken", '{"question": "x"}', "[]", '{"question": "x", "answers": "y"}', "Infinity"),
        *("[" * 200_000, '{"question": "x", "answers": ' + "[" * 200_000),
        *('{"question": Infinity, "answers": []}', '{"question": "x", "answers": Infinity}'),
        '{"question": "x", "answers": [], "asked": Infinity}',
        '{"question": "x", "answers": [], "google_articles": Infinity}',
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    good = json.dumps(LINES[0])
    (tmp_path / "q.jsonl").write_text(f"{good}\n{line}")
    with pytest.raises(DatelineError, match="in line 2 of"):
        list(read_questions(tmp_path / "q.jsonl"))
    (tmp_path / "q.jsonl.gz").write_bytes(gzip.compress(line.encode()))
    with pytest.raises(DatelineError, match="in line 1 of"):
        list(read_questions(tmp_path / "q.jsonl.gz"))


def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(DatelineError, match=r"expected questions in .*, found it unreadable"):
        list(read_questions(tmp_path / "none.jsonl"))
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(json.dumps(LINES[0]).encode())[:-9])
    with pytest.raises(DatelineError, match="found it unreadable"):
        list(read_questions(tmp_path / "cut.jsonl.gz"))
    for text in ('{"data": [{"rows": []}]}', "[" * 200_000, "Infinity", '{"data": Infinity}'):
        (tmp_path / "other.json").write_text(text)
        with pytest.raises(DatelineError, match=r"expected SQuAD's JSON"):
            list(read_questions(tmp_path / "other.json"))
