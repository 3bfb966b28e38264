"""What a parse tells of a span, with the real model over invented sentences."""

from __future__ import annotations

import pytest

from qa.answering.claims import claim_of, speaks
from qa.answering.measures import are_people
from qa.answering.parsing import names_in, numbers_in, predicate_of
from qa.types import Claim


def claim(marked: str) -> tuple[str, Claim]:
    """Return the sentence without its brackets, and the claim of what they hold."""
    start, end = marked.index("["), marked.index("]") - 1
    sentence = marked.replace("[", "").replace("]", "")
    return sentence, claim_of(sentence, start, end)


@pytest.mark.parametrize(
    ("marked", "phrase"),
    [
        ("[Should Ruud] win the title, he will lead the table.", "Ruud"),
        ("Azerbaijan reacted [angrily] to the remarks.", None),
        ("The boat was [repaired] by Maria Olsen.", None),
        ("It held [before a brokered cease-fire] ended.", "a brokered cease-fire"),
        ("The lighthouse was repaired by Maria [Olsen].", "Maria Olsen"),
        ("The race was won in [3 hours 20 minutes].", "3 hours 20 minutes"),
        ("[The mayor's] house burned down.", "The mayor"),
        ("It was run by a [dredging company] of Nes.", "dredging company"),
        ("Charged after a game: [Beyond Meat] executive bit a man.", "Beyond Meat"),
        ("“You’ve got [at least two] new minerals in there,’” Berg said in a letter.", "two"),
    ],
)
def test_the_bounds_of_a_value_are_those_of_its_phrase(marked: str, phrase: str | None) -> None:
    sentence, found = claim(marked)
    assert (found.phrase and sentence[slice(*found.phrase)]) == phrase


@pytest.mark.parametrize(
    ("marked", "noun"),
    [
        ("In all, [200] Armenian soldiers were killed.", "soldier"),
        ("The death toll rose to [16], the mayor said.", "toll"),
        ("The price of the farm was [90 million crowns].", "price"),
        ("Police put the number at [2,500].", "number"),
        ("The Coast Party won [34] of the 120 seats.", "seat"),
        ("She won by a little, on a turnout of [58.9 percent], on Sunday.", "turnout"),
    ],
)
def test_what_a_number_counts(marked: str, noun: str) -> None:
    assert claim(marked)[1].noun == noun


def test_the_names_that_limit_what_is_counted() -> None:
    assert claim("In all, [200] Armenian soldiers were killed.")[1].limits == {"armenian"}
    assert not claim("In all, [286] people were killed.")[1].limits


@pytest.mark.parametrize(
    ("marked", "denied"),
    [
        ("Leif Aune denied that he had taken a loan from [Roald Giske].", True),
        ("The party has no majority and did not win the council, which has [45] seats.", False),
        ("Rumours say that [Tobias Lund] was arrested.", True),
        ("[Mari Sand] did not call for his resignation.", True),
        ("The two towns failed to agree on [cod quotas].", True),
        ("[Mari Sand] called for his resignation.", False),
        ("It's not just people with cancelled [Nordair] flights who are stranded.", False),
        ("Leif Aune said that he had taken a loan from [Roald Giske].", False),
    ],
)
def test_a_denial_is_seen(marked: str, denied: bool) -> None:
    assert claim(marked)[1].denied is denied


@pytest.mark.parametrize(
    ("marked", "unreal"),
    [
        ("Should [Ruud] win the title, he will lead the table.", True),
        ("Had the loan been taken, Aune would have had to resign in [2019].", True),
        ("The mayor might sell [the harbour].", True),
        ("The mayor sold [the harbour].", False),
        ("The mayor will sell [the harbour].", False),
        ("The owner said it would close [58] branches.", False),
        ("The owner said it would have closed [58] branches.", True),
        ("The owner said it might close [58] branches.", True),
        ("A poll shows she would win [50%] of the votes.", True),
    ],
)
def test_what_is_merely_possible_is_seen(marked: str, unreal: bool) -> None:
    assert claim(marked)[1].unreal is unreal


def test_the_words_and_names_of_a_question() -> None:
    assert {"kill", "clash"} <= predicate_of("How many people were killed in the border clashes?")
    assert names_in("How many people marched through Rauma on Sunday in May?") == {"rauma"}


def test_numbers_stand_with_their_unit() -> None:
    sentence = "The price was 90 million crowns, but 65 million according to the buyer."
    assert [sentence[start:end] for start, end in numbers_in(sentence)][-1] == "65 million"


def test_a_speaker_is_the_subject_of_a_verb_of_saying() -> None:
    sentence = "Police said the boat sank, according to the harbour master."
    assert speaks(sentence, (0, 6))
    assert speaks(sentence, (sentence.index("the harbour"), len(sentence) - 1))
    assert not speaks(sentence, (sentence.index("the boat"), sentence.index("the boat") + 8))


def test_a_span_past_what_is_parsed_has_no_claim() -> None:
    sentence = "Rain fell on the town and " * 40 + "Olsen left."
    start = sentence.index("Olsen")
    assert claim_of(sentence, start, start + 5) == Claim()


def test_who_live_in_a_country_are_people_and_the_country_is_not() -> None:
    assert [are_people(noun) for noun in ("americans", "resident", "turkey", "home")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("marked", "role"),
    [
        ("The alarm was raised by [Iris Holm].", "subject"),
        ("The alarm was raised by a night guard, [Iris Holm], who heard glass break.", "subject"),
        ("The mayor, [Ann Berg], was beaten by a teacher.", "object"),
    ],
)
def test_who_acts_in_a_passive_is_its_subject(marked: str, role: str) -> None:
    assert claim(marked)[1].role == role


def test_a_verb_that_is_joined_to_another_counts_unless_it_has_words_of_its_own() -> None:
    assert {"injure", "kill"} <= claim("[Twelve] people were injured or killed.")[1].predicate
    assert "injure" not in claim("It killed [three] people and injured 17.")[1].predicate
