"""Follow-ups: each rule by a case worked by hand; what must never happen by properties."""

from __future__ import annotations

import json
import re
from dataclasses import asdict

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

import qa
from index.types import Article, Passage
from qa.answering.follow_ups import completed, nearest, resolve, told_after
from qa.answering.turns import Turn, Understood
from qa.types import Hit

CLASHES = "How many people were killed in the border clashes in September?"
SENTENCE = (
    "The clashes on the border in September cost at least 286 lives, until a truce brokered by the "
    "US put an end to the heaviest fighting."
)


def turn(question: str, answer: str | None = None, sentence: str | None = None) -> Turn:
    return Turn(question, question, answer, sentence)


# (the question before, its answer, the question now, how it is understood by the rules alone)
WORKED = (
    # another time
    (
        "Who brokered the September truce?",
        "the US",
        "and in 2020?",
        "Who brokered the truce in 2020?",
    ),
    (
        "Who brokered the truce in September?",
        "the US",
        "in 2020?",
        "Who brokered the truce in 2020?",
    ),
    (
        "Who brokered the truce in September?",
        "the US",
        "and on Monday?",
        "Who brokered the truce on Monday?",
    ),
    (
        "Who brokered the truce in September?",
        "the US",
        "and last Friday?",
        "Who brokered the truce last Friday?",
    ),
    (
        "Who brokered the truce in September?",
        "the US",
        "and yesterday?",
        "Who brokered the truce yesterday?",
    ),
    ("What did he say on Monday?", None, "and Tuesday?", "What did he say on Tuesday?"),
    (
        "How many people died in the clashes of 2020?",
        "2,000",
        "And in October 2022?",
        "How many people died in the clashes in October 2022?",
    ),
    ("Who led Armenia in 2020?", None, "what about 2022?", "Who led Armenia in 2022?"),
    # another state of the same people
    (
        "How many people were killed in the fire at Nes?",
        "12",
        "and injured?",
        "How many people were injured in the fire at Nes?",
    ),
    (
        "How many people died in the fire at Nes?",
        "12",
        "What about the wounded?",
        "How many people were wounded in the fire at Nes?",
    ),
    # another name or place
    (
        "How many peacekeepers did Russia send?",
        "2,000",
        "and Turkey?",
        "How many peacekeepers did Turkey send?",
    ),
    (
        "Who is the prime minister of Azerbaijan?",
        None,
        "what about Armenia?",
        "Who is the prime minister of Armenia?",
    ),
    ("Who met Aliyev in Astana?", "Macron", "in Prague?", "Who met Aliyev in Prague?"),
    # another count
    (
        "How many soldiers were killed last month?",
        "280",
        "how many Armenians?",
        "How many Armenians were killed last month?",
    ),
    (
        CLASHES,
        "286",
        "how many of them were Armenian?",
        "How many of the people killed in the border clashes in September were Armenian?",
    ),
    # another wh-word
    (
        "Who brokered the September truce?",
        "the US",
        "when?",
        "When was the September truce brokered?",
    ),
    ("Who signed the papers?", "Macron", "And where?", "Where were the papers signed?"),
    ("When did Macron call Pashinian?", "late", "Why?", "Why did Macron call Pashinian?"),
    # it, its, that war
    (
        "When did the September truce begin?",
        None,
        "who brokered it?",
        "Who brokered the September truce?",
    ),
    (
        "Which country sent the peacekeepers?",
        "Russia",
        "What is its capital?",
        "What is Russia’s capital?",
    ),
    # he, she, his, they, there
    (
        "Who called the remarks unacceptable?",
        "Vladimir Putin",
        "where did he say so?",
        "Where did Vladimir Putin say so?",
    ),
    (
        "Who is the spokeswoman?",
        "Maria Zakharova",
        "What did she say?",
        "What did Maria Zakharova say?",
    ),
    (
        "Who is the Russian foreign minister?",
        "Sergei Lavrov",
        "where did he go?",
        "Where did Sergei Lavrov go?",
    ),
    ("What did Macron say in Prague?", "nothing", "Whom did he accuse?", "Whom did Macron accuse?"),
    (
        "Which ministers met in October?",
        "Lavrov, Mirzoyan and Bayramov",
        "Where did they meet?",
        "Where did Lavrov, Mirzoyan and Bayramov meet?",
    ),
    ("Where did the leaders meet?", "Prague", "Who met there?", "Who met in Prague?"),
)

# (the question before, its answer, the question now, what is offered): none is sure
UNSURE = (
    (
        "How many troops were killed in the war of 2020?",
        "6,500",
        "How long did it last?",
        "How long did the war of 2020 last?",
    ),
    (
        "Who is the prime minister?",
        "Nikol Pashinian",
        "Who is his adviser?",
        "Who is Nikol Pashinian’s adviser?",
    ),
)

# Questions that stand alone, whatever was asked before.
ALONE = (
    "Who is the president of Russia?",
    "And who is the prime minister of Armenia?",
    "What did Macron say about his visit?",
    "When did the war end and who won it?",
    "EU mission",
    "Is it true that Russia left?",
    "Did Armenia and Azerbaijan sign their treaty?",
)


@pytest.mark.parametrize(("before", "answer", "asked", "understood"), WORKED)
def test_worked_cases(before: str, answer: str | None, asked: str, understood: str) -> None:
    ways = resolve(asked, [turn("Who invaded the moon?"), turn(before, answer)])
    assert (ways[0].asked, ways[0].text) == (asked, understood)


@pytest.mark.parametrize(("before", "answer", "asked", "offered"), UNSURE)
def test_what_is_not_sure_is_asked_as_typed_and_offered(
    before: str, answer: str, asked: str, offered: str
) -> None:
    (way,) = resolve(asked, [turn("Who invaded the moon?"), turn(before, answer)])
    assert way.text == asked
    assert offered in way.others
    assert len(way.others) <= 2


@pytest.mark.parametrize("asked", ALONE)
def test_a_question_that_stands_alone_is_asked_as_it_is(asked: str) -> None:
    ways = resolve(asked, [turn(CLASHES, "286", SENTENCE)])
    assert [(way.asked, way.text) for way in ways] == [(asked, asked)]


@pytest.mark.parametrize("asked", [case[2] for case in WORKED])
def test_nothing_stands_for_anything_before_the_first_question(asked: str) -> None:
    assert resolve(asked, []) == [Understood(asked, asked)]


def test_the_follow_up_of_a_follow_up_leans_on_how_that_was_understood() -> None:
    first = turn("Who brokered the September truce?", "the US")
    second = Turn("and in 2020?", resolve("and in 2020?", [first])[0].text, "Russia")
    assert resolve("when?", [first, second])[0].text == "When was the truce in 2020 brokered?"


def test_of_them_reaches_back_past_a_question_that_counted_nothing() -> None:
    between = Turn("who brokered it?", "Who brokered the truce?", "the US", "The US brokered it.")
    asked = "how many of them were Armenian?"
    ways = resolve(asked, [turn(CLASHES, "286"), between])
    assert [way.text for way in ways] == [
        "How many of the people killed in the border clashes in September were Armenian?"
    ]
    nearer = turn("How many peacekeepers did Russia send?", "2,000")
    ways = resolve(asked, [turn(CLASHES, "286"), nearer])
    assert ways[0].text == "How many of the peacekeepers that Russia send were Armenian?"


def test_thanks_are_no_question_and_nothing_leans_on_them() -> None:
    before = [turn("Who brokered the September truce?", "the US"), turn("thanks")]
    assert resolve("Thank you!", before) == [Understood("Thank you!", "Thank you!")]
    assert resolve("and in 2020?", before)[0].text == "Who brokered the truce in 2020?"


def test_of_several_things_the_passages_say_which_is_meant() -> None:
    asked = "who brokered it?"
    ways = [
        Understood(asked, "Who brokered the clashes?", "the clashes"),
        Understood(asked, "Who brokered the truce?", "the truce"),
    ]
    told = [Hit(Passage(Article("a", SENTENCE), 0, len(SENTENCE)), 1.0)]
    assert nearest(ways, told) == ways[1]
    silent = [Hit(Passage(Article("b", "Rain fell on Oslo."), 0, 18), 1.0)]
    assert nearest(ways, silent) == ways[0]
    assert nearest(ways, []) == ways[0]
    with pytest.raises(ValueError, match="found none"):
        nearest([], told)


def test_the_passages_choose_a_thing_of_the_answer_s_sentence() -> None:
    hits = [Hit(Passage(Article("a", SENTENCE), 0, len(SENTENCE)), 1.0)]
    before = [turn(CLASHES, "286", SENTENCE)]
    understood = completed("who brokered it?", before, lambda question, k: hits)
    assert understood.text == "Who brokered the truce in September?"
    assert understood.others[0] == "Who brokered the clashes on the border in September?"


def test_what_was_not_chosen_is_offered() -> None:
    before = [turn("Who brokered the September truce?", "the US", SENTENCE)]
    ways = resolve("who brokered it?", before)
    chosen = completed("who brokered it?", before, lambda question, k: [])
    assert chosen.text == ways[0].text == "Who brokered the September truce?"
    assert chosen.others == tuple(way.text for way in ways[1:3])


words = st.lists(
    st.sampled_from(
        "who what when it its he she his they them their there that in 2020 2022 September and a "
        "war truce clashes of the Russia Macron Armenia brokered died killed how many people was "
        "were did about , ? ’ ) ( \\ [ * +".split()
    ),
    min_size=1,
    max_size=14,
).map(" ".join)


@settings(max_examples=40)
@given(words, words, st.one_of(st.none(), words), st.one_of(st.none(), words))
def test_every_word_was_said_and_nothing_fails(
    asked: str, before: str, answer: str | None, sentence: str | None
) -> None:
    ways = resolve(asked, [turn(before, answer, sentence)])
    assert ways
    known = set(
        re.findall(r"\w+", f"{asked} {before} {answer or ''} {sentence or ''}".casefold())
    ) | {
        "the",
        "was",
        "were",
        "of",
        "in",
        "that",
        "s",
    }
    for way in ways:
        assert way.asked == asked
        assert way.text == asked or set(re.findall(r"\w+", way.text.casefold())) <= known
        assert len(way.text) <= 600 or way.text == asked
    hits = [Hit(Passage(Article("a", before), 0, len(before)), 1.0)]
    assert nearest(ways, hits) in ways


@settings(max_examples=40)
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_taken(asked: str, before: str) -> None:
    assert all(way.asked == asked for way in resolve(asked, [turn(before, before, before)]))


def test_with_the_real_archive_a_conversation_is_answered(archive: qa.Archive) -> None:
    turns: list[Turn] = []
    given_answers = []
    for asked in (
        "who brokered the September truce?",
        "and in 2020?",
        "How many peacekeepers did Russia send?",
    ):
        ways = resolve(asked, turns)
        way = nearest(ways, archive.retrieve(asked, 10)) if len(ways) > 1 else ways[0]
        reply = archive.ask(way.text)
        turns.append(Turn.of(way, reply))
        given_answers.append(reply.answers[0].text)
    assert given_answers == ["US", "Russia", "2,000"]


def test_a_question_that_names_nothing_may_be_asked_after_the_last_one() -> None:
    before = [turn("What did NASA crash into the rock?", "a probe", "The mission hit the rock.")]
    asked = Understood("how much did it all cost?", "how much did it all cost?")
    after = told_after(asked, before)
    assert after is not None
    assert after.text == "What did NASA crash into the rock? how much did it all cost?"
    assert after.asked == asked.asked
    for question, told in (
        ("what did the mission cost?", True),
        ("what was the price in 2021?", True),
        ("who repaired the lighthouse?", False),  # of something else
    ):
        assert (told_after(Understood(question, question), before) is not None) is told
    assert told_after(asked, []) is None
    assert told_after(Understood("how much?", "How much did NASA pay?"), before) is None
    assert told_after(Understood("what did Norway pay?", "what did Norway pay?"), before) is None
    assert told_after(Understood("thanks", "thanks"), before) is None
    assert told_after(asked, [turn("x" * 600)]) is None


def test_turns_come_back_from_the_browser_and_what_is_none_is_left_out() -> None:
    turns = [
        Turn("who?", "Who brokered it?", "the US", "The US brokered it.", "?q=x"),
        Turn("when?", "When?"),
    ]
    kept = json.loads(json.dumps([asdict(turn) for turn in turns]))
    assert Turn.recalled(kept) == turns
    bad = [
        None,
        7,
        {"asked": "x"},
        {"asked": "x", "understood": ["y"]},
        {**kept[0], "address": "javascript:alert(1)"},
        {**kept[0], "more": 1},
        {**kept[0], "answer": 0},
    ]
    assert Turn.recalled([*bad, kept[1], {**kept[0], "sentence": "x" * 30_000}]) == turns[1:]
    assert Turn.recalled(None) == Turn.recalled({}) == Turn.recalled("turns") == []


@pytest.mark.parametrize(
    "question",
    [
        "Which tennis star announced that they won't play at the Nes Open?",
        "What player announced his retirement on Tuesday?",
        "Where did Speaker Ann Berg travel as part of her tour?",
    ],
)
def test_a_pronoun_that_its_own_question_explains_is_left_alone(question: str) -> None:
    before = turn("Who sold the club?", "Arte Lund", "Arte Lund, its owner, sold the club.")
    assert resolve(question, [before])[0].text == question
