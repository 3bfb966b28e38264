"""Questions that users ask of corpus/, with the real encoder and the real reader, end to end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

import qa


def first(archive: qa.Archive, question: str) -> qa.Citation:
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


# Forty questions, judged by hand from the articles before the reader saw them. An answer counts
# if its text holds one of the given ones and is at most four words longer.
ANSWERED = (
    ("Who brokered the truce in September?", "US"),
    ("Who brokered the ceasefire in the war of 2020?", "Russia"),
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
    ("When did Nagorno-Karabakh break away from Azerbaijan?", "1991"),
    ("How long did the war of 2020 last?", "six weeks|44 days"),
    ("What did Zakharova call the statement of the French president?", "outrageous"),
    ("What did Peskov say of the accusation against Russia?", "absolutely baseless"),
    ("Who is the president of the European Council?", "Charles Michel"),
    ("When was the Russian helicopter shot down?", "November 9"),
    ("How many of the helicopter's crew were killed?", "Two"),
    ("Who is Azerbaijan's ambassador to Russia?", "Polad Bulbuloglu"),
    ("What did Hajiyev call the ambassador's comment?", "inappropriate"),
    ("Which other countries co-chair the Minsk Group with France?", "Russia and the United States"),
    ("How many French people are of Armenian origin?", "400,000 to 600,000"),
    ("Where was the Commonwealth of Independent States meeting?", "Kazakhstan"),
    ("How many people were killed in the war after 1991?", "30,000"),
    ("When did fighting break out in 2020?", "September 27"),
    ("What is the main city of Nagorno-Karabakh?", "Stepanakert"),
    ("Where did Lavrov, Mirzoyan and Bayramov meet?", "Astana"),
    ("How long can the European mission stay?", "two months"),
    ("What did Aliyev call Macron's statements?", "insulting"),
)
UNANSWERED = (
    "Who won the football World Cup?",
    "What is the price of oil?",
    "Who is the mayor of Stepanakert?",
    "How many tanks did Armenia lose?",
    "When is the next election in France?",
    "How many refugees fled to Iran?",
    "What did the pope say about the truce?",
    "When was Emmanuel Macron born?",
    "Who is the prime minister of Georgia?",
    "How much does the gas pipeline cost?",
)
# Where the reader fails, and how: a test that begins to pass must leave this list.
KNOWN_FAILURES = {
    "What is the main city of Nagorno-Karabakh?": (
        'says Azerbaijan: "a part of" is nearer than "Stepanakert, its main city"'
    ),
    "Where did Macron meet the leaders of Armenia and Azerbaijan?": (
        "says Kazakhstan, where Putin met others: four outlets name it, each a little likely"
    ),
}


def judged(questions: Iterable[tuple[str, ...]]) -> list[Any]:
    return [
        pytest.param(
            *one,
            marks=pytest.mark.xfail(strict=True, reason=KNOWN_FAILURES[one[0]])
            if one[0] in KNOWN_FAILURES
            else (),
        )
        for one in questions
    ]


@pytest.mark.parametrize(("question", "answers"), judged(ANSWERED))
def test_answers_that_the_articles_give(archive: qa.Archive, question: str, answers: str) -> None:
    text = first(archive, question).best_words
    assert any(
        answer in text and len(text.split()) <= len(answer.split()) + 4
        for answer in answers.split("|")
    ), text


@pytest.mark.parametrize("question", judged((question,) for question in UNANSWERED))
def test_what_the_articles_do_not_say_is_not_answered(archive: qa.Archive, question: str) -> None:
    reply = archive.ask(question)
    assert not reply.answered, reply.answers[0].text
    assert reply.reason is not None
    assert reply.reason.split(":")[0] in ("not-said", "nothing-near")
    assert len(reply.passages) == 16


def test_outlets_that_give_other_figures_are_shown_as_such(archive: qa.Archive) -> None:
    reply = archive.ask("How many people were killed in the border clashes in September?")
    assert reply.disagreement
    assert "286" in reply.answers[0].text
    assert any(
        "200" in answer.text and answer.citations[0].article.source == "after RFE/RL"
        for answer in reply.answers
    )


def test_as_of_2020_the_later_war_is_unknown(archive: qa.Archive) -> None:
    reply = archive.ask("who brokered the truce?", as_of="2020-12-01")
    assert {hit.article.published.year for hit in reply.passages if hit.article.published} == {2020}
    assert reply.answers[0].text == "Russia"
