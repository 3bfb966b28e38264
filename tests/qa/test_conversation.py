"""Conversations in Python and on the command line: a question leans on the ones before it."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace

import pytest

import qa
from index.types import Article
from qa.answering.citing import cite
from qa.answering.turns import Turn, Understood
from qa.cli import main
from qa.conversation import Conversation, answered
from qa.types import Answer, Reply, Span


def test_a_question_is_answered_as_it_is_understood(archive: qa.Archive) -> None:
    talk = archive.conversation()
    assert talk.ask("who brokered the September truce?").answers[0].text == "US"
    reply = talk.ask("and in 2020?")
    assert reply.question == "Who brokered the truce in 2020?"
    assert reply.answers[0].text == "Russia"
    assert talk.understood is not None
    assert talk.understood.asked == "and in 2020?"
    assert [turn.understood for turn in talk.turns] == [
        "who brokered the September truce?",
        "Who brokered the truce in 2020?",
    ]
    assert talk.turns[0].title


SILENT = Reply("", (), (), "000001", 1.0, reason="not-said: nothing")


def answer_of(text: str) -> Answer:
    article = Article("a", text)
    return Answer((cite(Span(article, 0, len(text), score=1.0, probability=0.5)),))


def typed(question: str) -> Understood:
    return Understood(question, question)


def test_what_names_nothing_is_asked_again_after_the_last_question() -> None:
    said = {"Who won the race? how long is it?": "40 km", "Who won the race? by how much?": "Ann"}
    asked: list[str] = []

    def ask(text: str) -> Reply:
        asked.append(text)
        answers = () if text not in said else (answer_of(said[text]),)
        return replace(SILENT, question=text, answers=answers)

    turns = [Turn("Who won the race?", "Who won the race?", "Ann")]
    understood, reply = answered(typed("how long is it?"), turns, ask)
    assert understood.text == reply.question == "Who won the race? how long is it?"
    assert asked == ["how long is it?", "Who won the race? how long is it?"]
    for question in ("by how much?", "what is it called?"):  # the last answer again, or none
        understood, reply = answered(typed(question), turns, ask)
        assert understood.text == reply.question == question
        assert not reply.answers
    assert not answered(typed("how long is it?"), [], ask)[1].answers


def test_thanks_are_no_question_and_no_turn(archive: qa.Archive) -> None:
    talk = archive.conversation()
    talk.ask("who brokered the September truce?")
    reply = talk.ask("thanks")
    assert (reply.question, reply.answered) == ("thanks", False)
    assert reply.reason is not None
    assert reply.reason.startswith("no-question")
    assert talk.ask("and in 2020?").question == "Who brokered the truce in 2020?"


def test_limits_hold_for_each_question(archive: qa.Archive) -> None:
    talk = archive.conversation(source="after Expatica", k=3)
    for question in ("who brokered the September truce?", "who called it unacceptable?"):
        reply = talk.ask(question)
        assert {hit.article.source for hit in reply.passages} == {"after Expatica"}
        assert len(reply.passages) <= 3


def test_a_refused_question_leaves_the_conversation_as_it_was(archive: qa.Archive) -> None:
    talk = Conversation(archive)
    talk.ask("who brokered the September truce?")
    with pytest.raises(qa.DatelineError):
        talk.ask(" ")
    assert len(talk.turns) == 1


def test_each_line_may_lean_on_the_ones_before_it_until_an_empty_one(
    corpus_index: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "who brokered the September truce?\nand in 2020?\n\nand in 2020?\n"
    understood = [
        "who brokered the September truce?",
        "Who brokered the truce in 2020?",
        "and in 2020?",
    ]
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    assert main(["ask", "-", "--json", "--index", str(corpus_index)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["question"] for line in printed] == understood
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    assert main(["ask", "-", "--index", str(corpus_index)]) == 0
    text = capsys.readouterr().out
    assert "and in 2020?\n  understood as: Who brokered the truce in 2020?\n" in text
    assert text.count("understood as:") == 1
