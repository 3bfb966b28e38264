"""Which questions want a value, which want sentences, and the sentences they get."""

from __future__ import annotations

import pytest

from index.types import Article
from qa.answering.citing import cite, with_claim
from qa.answering.kinds import (
    asks_for,
    is_asked,
    is_credit,
    is_heading,
    nearest_sentences,
    quotations,
    repeats_question,
    standing_alone,
    well_formed,
)
from qa.types import Citation, Span

VALUES = """who won? | Who brokered the September truce? | How many people were killed?
    | When did the cable car open? | Which country won the cup?
    | What year did it open? | What was the death toll in Tarn?
    | How much did the mill cost? | What is the name of the pilot?
    | How old is Ann Berg? | From whom did he take a loan? | Where was it signed?
    | The estimated cost to rebuild the harbour will be:
    | Nobody won the lottery on Tuesday. The prize grew to what sum?"""
SENTENCES = """What happened in Nes? | How did the mayor react? | Why did the clashes break out?
    | Tell me about the ferry | What is Frontex? | What did Olsen say about the harbour?
    | Who is Ann Berg? | olsen | harbour death toll | Did the mayor resign?
    | Will the station at Nes be closed? | What does the law require?
    | what do people think of the mayor | What was Olsen's reaction to the report?
    | what drove the mill into debt | Why do they call it the buck moon?"""


@pytest.mark.parametrize("question", [one.strip() for one in VALUES.split("|")])
def test_questions_for_a_value(question: str) -> None:
    assert asks_for(question) == "value"


@pytest.mark.parametrize("question", [one.strip() for one in SENTENCES.split("|")])
def test_questions_for_sentences(question: str) -> None:
    assert asks_for(question) == "sentence"


def cited(text: str, quoted: str, outlet: str, probability: float = 0.5) -> Citation:
    start = text.index(quoted)
    article = Article(outlet, text, source=outlet)
    span = Span(article, start, start + len(quoted), score=probability, probability=probability)
    return with_claim(cite(span))


def test_a_value_has_the_bounds_of_its_phrase() -> None:
    found = well_formed(cited("The light was mended by Maria Olsen in May.", "Olsen", "a"))
    assert found is not None
    assert found.text == "Maria Olsen"
    assert well_formed(cited("The mayor reacted angrily to it.", "angrily", "a")) is None


def test_a_value_is_not_cut_within_a_word() -> None:
    found = well_formed(cited("The appeal closed with £1.84m raised.", "£1.84m", "a"))
    assert found is not None
    assert found.text == "£1.84m"


@pytest.mark.parametrize(
    ("question", "repeats"),
    [
        ("Who did Ann Berg beat?", True),
        ("Who won the fight between Ann Berg and Kari Lund?", False),
        ("Who won, Ann Berg or Kari Lund?", False),
        ("Who won Ann Berg vs Kari Lund?", False),
        ("Who is Berg's mother?", True),
        ("What is the name of Berg's mother?", True),
        ("What is Berg's first name?", False),
    ],
)
def test_what_a_question_offers_may_answer_it(question: str, repeats: bool) -> None:
    won = cited("Ann Berg won the fight on Monday.", "Ann Berg", "a")
    assert repeats_question(won, question) is repeats


def test_quotations_are_of_different_outlets_and_do_not_repeat_each_other() -> None:
    same = "The bridge fell because its cables had rusted for years, the engineer said."
    citations = [
        cited(same, "its cables had rusted", "Globe", 0.9),
        cited(f"News. {same}", "its cables had rusted", "Herald", 0.8),
        cited("Nobody had looked at the cables since 1990.", "since 1990", "Press", 0.7),
        cited("The bridge was old.", "old", "Globe", 0.6),
        cited("Too little was said of it.", "little", "Post", 0.01),
    ]
    answers = quotations("Why did the bridge fall?", citations, 0.05)
    assert [answer.text for answer in answers] == [
        same,
        "Nobody had looked at the cables since 1990.",
    ]
    assert [answer.kind for answer in answers] == ["sentence", "sentence"]
    (first,) = answers[0].citations
    assert first.best_words == "its cables had rusted"
    assert first.article.text[first.start : first.end] == first.text == answers[0].text


def test_of_what_somebody_said_only_that_person_is_quoted() -> None:
    citations = [
        cited("The minister said that the harbour would stay open.", "stay open", "Globe", 0.9),
        cited("Olsen said that the harbour was lost.", "lost", "Herald", 0.5),
    ]
    answers = quotations("What did Olsen say about the harbour?", citations, 0.05)
    assert [answer.text for answer in answers] == ["Olsen said that the harbour was lost."]


def test_of_what_somebody_said_nothing_is_quoted_that_nobody_said() -> None:
    question = "What did Olsen say about the harbour?"
    seen = cited(
        'A hand fell on a portrait of Olsen as "Save The King" blared all over the harbour.',
        "a portrait",
        "Globe",
        0.9,
    )
    told = cited("They said at the harbour that all was lost.", "all was lost", "Herald", 0.5)
    quoted = cited("“The harbour of this town is lost to us.”", "lost to us", "Post", 0.4)
    assert quotations(question, [seen], 0.05) == []
    for sentence in ("The mayor came and said Olsen would be heard.", "Olsen blamed the storm."):
        assert quotations(question, [cited(sentence, "Olsen", "Globe")], 0.05)
    answers = quotations(question, [seen, told, quoted], 0.05)
    assert [answer.text for answer in answers] == [told.sentence, quoted.sentence]


@pytest.mark.parametrize(
    ("question", "stance"),
    [
        ("What did Olsen say about the mayor?", "said"),
        ("Why was the harbour lost?", "said"),
        ("Did the mayor know the harbour?", "denied"),
    ],
)
def test_a_sentence_denies_only_what_may_be_denied(question: str, stance: str) -> None:
    told = cited("Olsen said the mayor did not know the harbour.", "did not know", "Globe")
    assert told.stance == "denied"
    (answer,) = quotations(question, [told], 0.05)
    assert answer.citations[0].stance == stance


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("Ann Berg/AFP/Getty Images A woman cries at the site at Nes.", True),
        ("Ann Berg / AP A woman cries at the site at Nes.", True),
        ("Ann Berg cries at the site at Nes, AP said.", False),
        ("Ann Berg/Kari Lund won the match at Nes.", False),
    ],
)
def test_the_credit_of_a_picture_is_known(text: str, credit: bool) -> None:
    assert is_credit(cited(text, "Ann Berg", "a")) is credit


def test_a_sentence_that_leans_on_the_one_before_is_quoted_with_it() -> None:
    text = "Rain fell. The ferry ran aground at Nes. It had lost its rudder. Nobody was hurt."
    found = standing_alone(cited(text, "lost its rudder", "Globe"))
    assert found.text == "The ferry ran aground at Nes. It had lost its rudder."
    assert found.best_words == "lost its rudder"


def test_the_nearest_sentences_are_three_of_different_outlets_first() -> None:
    texts = {
        "Post": "Rain fell in Voss. Snow fell in Hol.",
        "Mail": "Hail fell in Gol. Sun shone.",
        "Wire": "Fog lay on Rauma.",
    }
    found = []
    for score, (outlet, word) in enumerate(
        [("Post", "Voss"), ("Post", "Hol"), ("Post", "Voss"), ("Mail", "Gol"), ("Wire", "Rauma")]
    ):
        article = Article(outlet, texts[outlet], source=outlet)
        start = texts[outlet].index(word)
        found.append(cite(Span(article, start, start + len(word), -float(score), 0.01)))
    nearest = nearest_sentences(found)
    assert [one.sentence for one in nearest] == [
        "Rain fell in Voss.",
        "Hail fell in Gol.",
        "Fog lay on Rauma.",
    ]
    assert [one.best_words for one in nearest] == ["Voss", "Gol", "Rauma"]
    assert [one.sentence for one in nearest_sentences(found[:2])] == [
        "Rain fell in Voss.",
        "Snow fell in Hol.",
    ]


def test_a_heading_is_not_quoted_nor_is_a_question_an_answer() -> None:
    text = "Mayor shuts the harbour\n\nThe mayor shut the harbour on Friday. Was it ice?"
    heading = cited(text, "shuts the harbour", "Post", 0.9)
    sentence = cited(text, "shut the harbour on Friday", "Mail", 0.6)
    asked = cited(text, "ice", "Wire", 0.8)
    assert [is_heading(one) for one in (heading, sentence, asked)] == [True, False, False]
    assert [is_asked(one) for one in (heading, sentence, asked)] == [False, False, True]
    (quoted,) = quotations("What happened at the harbour?", [heading, sentence], 0.1)
    assert quoted.text == "The mayor shut the harbour on Friday."


@pytest.mark.parametrize(
    ("text", "heading"),
    [("He said: “It fell.”", False), ("It fell (on Friday).", False), ("“It fell”", True)],
)
def test_a_sentence_may_end_in_a_quotation(text: str, heading: bool) -> None:
    assert is_heading(cited(text, "fell", "Post")) is heading


def test_a_short_answer_is_quoted_with_the_sentence_after_it() -> None:
    text = "Will it close?\n\nVik: No. Nes stays open. Hol closes.\n\nNo.\n\nThat is all."
    quoted = standing_alone(cited(text, "No", "Post"))
    assert (quoted.text, quoted.best_words) == ("Vik: No. Nes stays open.", "No")
    alone = standing_alone(cited("It closed.\n\nNo comment.\n\nHol is open.", "No comment", "Post"))
    assert alone.text == "No comment."
