"""Questions that users ask of corpus/, with the real encoder and the real reader, end to end."""

from __future__ import annotations

import pytest

import qa


def first(archive: qa.Archive, question: str) -> qa.Span:
    reply = archive.ask(question)
    assert reply.answered, reply.reason
    return reply.answers[0].citations[0]


def test_who_brokered_the_september_truce(archive: qa.Archive) -> None:
    citation = first(archive, "who brokered the September truce?")
    assert citation.text.removeprefix("the ") == "US"
    assert citation.article.source == "after Expatica"
    assert "truce brokered by the US" in citation.sentence
    assert citation.as_of == "2022-09"


def test_who_brokered_the_end_of_the_war_of_2020(archive: qa.Archive) -> None:
    reply = archive.ask("Who brokered the ceasefire that ended the 2020 war?")
    assert reply.answers[0].text == "Russia"
    assert reply.answers[0].origins >= 2
    assert len({citation.article.id for citation in reply.answers[0].citations}) >= 2


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many peacekeepers did Russia send?", "2,000"),
        ("Who is the spokeswoman of Russia's foreign ministry?", "Maria Zakharova"),
        ("How many soldiers did Macron say Russia has at the border?", "5,000"),
        ("When did the foreign ministers meet in Geneva?", "October 3"),
        ("How many troops were killed in the war of 2020?", "6,500"),
        ("Where did Macron meet the leaders of Armenia and Azerbaijan?", "Prague"),
        ("Who advises the Kremlin on foreign policy?", "Yuri Ushakov"),
        ("Who is the prime minister of Armenia?", "Nikol Pashinian"),
        ("How many villages and settlements did Azerbaijan take back?", "300"),
        ("What is Nagorno-Karabakh also called?", "Upper Karabakh"),
    ],
)
def test_answers_that_the_articles_give(archive: qa.Archive, question: str, answer: str) -> None:
    assert answer in first(archive, question).text


@pytest.mark.parametrize(
    "question",
    ["Who won the football World Cup?", "What is the price of oil?", "Who is the mayor of Stepanakert?", "How many tanks did Armenia lose?", "When is the next election in France?"],
)  # fmt: skip
def test_what_the_articles_do_not_say_is_not_answered(archive: qa.Archive, question: str) -> None:
    reply = archive.ask(question)
    assert not reply.answered, reply.answers[0].text
    assert reply.reason is not None
    assert "do not say" in reply.reason
    assert len(reply.passages) == 16


def test_outlets_that_give_other_figures_are_shown_as_such(archive: qa.Archive) -> None:
    reply = archive.ask("How many people were killed in the border clashes in September?")
    assert reply.disagreement
    assert "286" in reply.answers[0].text
    assert any("200" in answer.text and answer.citations[0].article.source == "after RFE/RL" for answer in reply.answers)


def test_as_of_2020_the_later_war_is_unknown(archive: qa.Archive) -> None:
    reply = archive.ask("who brokered the truce?", as_of="2020-12-01")
    assert {hit.article.published.year for hit in reply.passages if hit.article.published} == {2020}
    assert reply.answers[0].text == "Russia"
