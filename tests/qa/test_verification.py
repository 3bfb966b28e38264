"""Saved replies are checked against the articles as indexed now; an index is checked whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import index
import qa
from index.types import DatelineError
from qa.verification import verify_index, verify_replies
from tests.conftest import Write
from tests.fakes import CapitalReader, WordEmbedder

TEXT = "Rain fell in May. The lighthouse of Norvik was repaired by Maria Olsen."
Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def built(tmp_path: Path, write: Write) -> Path:
    corpus = write({"a.txt": TEXT, "b.txt": "The museum opens at nine."})
    index.build(corpus, tmp_path / "index", embedder=WordEmbedder())
    return tmp_path / "index"


@pytest.fixture
def saved(built: Path, tmp_path: Path) -> Path:
    """Return a file with the reply to a question, as `ask --json` prints it."""
    archive = qa.open(built, embedder=WordEmbedder(), reader=CapitalReader())
    reply = archive.ask("Who repaired the lighthouse of Norvik?").to_dict()
    reply["answers"] = [answer for answer in reply["answers"] if answer["text"] == "Maria Olsen"]
    (citation,) = reply["answers"][0]["citations"]
    assert citation["sentence"].startswith("The lighthouse")
    (tmp_path / "replies.jsonl").write_text(json.dumps(reply) + "\n")
    return tmp_path / "replies.jsonl"


def test_replies_hold_while_their_articles_stay(built: Path, saved: Path) -> None:
    assert verify_replies(saved, built) == ("1 of 1 citations in 1 replies hold", [])
    saved.write_text(saved.read_text() * 2 + "\n\n")
    assert verify_replies(saved, built) == ("2 of 2 citations in 2 replies hold", [])


@pytest.mark.parametrize(
    ("text", "became"),
    [
        (f"Snow fell first. {TEXT}", "its sentence now begins at character 35"),
        ("The lighthouse was never repaired by Maria Olsen.", "no longer has its sentence"),
        (TEXT.replace("Rain", "Snow"), "its sentence now begins at character 18"),
    ],
)
def test_an_edited_article_has_moved_or_lost_its_sentence(
    text: str, became: str, built: Path, saved: Path, write: Write
) -> None:
    index.build(write({"a.txt": text}), built, embedder=WordEmbedder())
    report, (problem,) = verify_replies(saved, built)
    assert report == "0 of 1 citations in 1 replies hold"
    assert problem.startswith(f"{saved}:1: 'Maria Olsen': ")
    assert problem.endswith(became)


def test_a_removed_article_is_gone(built: Path, saved: Path, write: Write) -> None:
    index.build(write({"b.txt": "The museum opens at nine."}), built, embedder=WordEmbedder())
    _, (problem,) = verify_replies(saved, built)
    assert problem == f"{saved}:1: 'Maria Olsen': gone: the article 'a.txt' is no longer indexed"


def _change_words(citation: dict[str, Any]) -> None:
    citation["text"] = "Atlantis"


def _change_place(citation: dict[str, Any]) -> None:
    citation["start"] -= 1


@pytest.mark.parametrize("change", [_change_words, _change_place])
def test_a_quotation_that_never_stood_there_is_told_apart_from_an_edit(
    change: Change, built: Path, saved: Path
) -> None:
    reply = json.loads(saved.read_text())
    change(reply["answers"][0]["citations"][0])
    saved.write_text(json.dumps(reply))
    _, (problem,) = verify_replies(saved, built)
    assert "never stood there: characters" in problem
    assert problem.endswith(
        repr(TEXT[reply["answers"][0]["citations"][0]["start"] : len(TEXT) - 1])
    )


INFINITE = (
    '{"answers": [{"citations": [{"text": "x", "start": Infinity, "end": 1, '
    '"article": {"id": "a.txt", "sha256": ""}}]}]}'
)


@pytest.mark.parametrize(
    "line",
    [
        *("{broken", "[]", '{"no": "reply"}', '{"answers": [{}]}', '{"answers": Infinity}'),
        *("[" * 200_000, '{"answers": ' + "[" * 200_000, "Infinity", "NaN", INFINITE),
    ],
)
def test_what_is_no_reply_is_named_by_its_line(line: str, built: Path, saved: Path) -> None:
    saved.write_text(f"{saved.read_text()}{line}\n")
    report, (problem,) = verify_replies(saved, built)
    assert problem.startswith(f"{saved}:2: expected a reply as ask --json prints it")
    counted = 2 if line == INFINITE else 1
    assert report == f"{counted - 1} of {counted} citations in 2 replies hold"


def test_a_file_that_cannot_be_read_is_one_clear_line(built: Path, tmp_path: Path) -> None:
    with pytest.raises(DatelineError, match="expected saved replies in"):
        verify_replies(tmp_path / "none.jsonl", built)
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(DatelineError, match="found it unreadable"):
        verify_replies(tmp_path / "bytes.jsonl", built)


def test_a_damaged_index_has_problems_and_no_index_is_refused(built: Path, tmp_path: Path) -> None:
    generation = built / (built / "CURRENT").read_text().strip()
    damaged = generation / "vectors.faiss"
    damaged.chmod(0o600)
    damaged.write_bytes(damaged.read_bytes()[:-4] + b"oops")
    report, problems = verify_index(built)
    assert report == f"generation 000001 is damaged: {len(problems)} problems"
    assert any("vectors.faiss" in problem for problem in problems)
    with pytest.raises(DatelineError, match="found none"):
        verify_index(tmp_path / "none")


def test_the_index_of_the_corpus_is_whole(corpus_index: Path) -> None:
    assert verify_index(corpus_index) == ("generation 000001 is whole", [])
