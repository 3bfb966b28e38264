"""Copies of one story are found though a third of them was edited; stories of one event are not."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Collection
from itertools import combinations

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from index.text import near_duplicates
from index.text.near_duplicates import Sketches, find_near_duplicates, overlap, shingles_of
from index.types import Article

WORDS = (
    "harbour council ferry storm night mayor bridge price grain ship strike pilot vote market "
    "winter school road fire river engine doctor museum teacher village border truce minister "
    "border letter company budget train station police report island captain summer festival"
).split()
LINKS = "the a of in on and to with from by after before near under over for when as while".split()


def stories(texts: list[str], outlets: int = 1_000) -> list[int]:
    """Return for each text the first text of its story; text n is of outlet n % outlets."""
    articles = [
        Article(str(n), text, source=f"Outlet {n % outlets}") for n, text in enumerate(texts)
    ]
    first: list[int] = find_near_duplicates(articles).first.tolist()
    return first


def article(seed: int, sentences: int = 25) -> list[str]:
    """Return the sentences of a made-up story: random words, the same for the same seed."""
    chance = random.Random(seed)
    made = []
    for _ in range(sentences):
        words = [chance.choice(WORDS if n % 2 else LINKS) for n in range(chance.randint(9, 18))]
        made.append(" ".join(words).capitalize() + f" {chance.randint(2, 9999)}.")
    return made


def edited(sentences: list[str], share: float, chance: random.Random) -> str:
    """Return a copy of which `share` was edited: sentences dropped, words replaced."""
    kept = []
    for sentence in sentences:
        what = chance.random()
        if what < share / 3:
            continue
        if what < share:
            words = sentence.split()
            for place in range(len(words)):
                if chance.random() < 0.5:
                    words[place] = chance.choice(WORDS)
            sentence = " ".join(words)
        kept.append(sentence)
    return "By our own reporter. " + " ".join(kept)


def test_shingles_by_hand() -> None:
    # one two three; two three four; three four one; four one two
    assert len(shingles_of("One two three four. One two three!")) == 4
    assert len(shingles_of("One two.")) == 0
    found = shingles_of("One two three four. One two three!")
    assert found.dtype == np.uint32
    assert found.tolist() == sorted(set(found.tolist()))
    assert np.array_equal(found, shingles_of("one  TWO\nthree: four, one two three"))
    assert np.array_equal(
        shingles_of("One two three.\nShare this article\n"), shingles_of("One two three.")
    )  # boilerplate is no part of the story


def test_overlap_by_hand() -> None:
    assert overlap(shingles_of("a b c d e"), shingles_of("x a b c d")) == 2 / 3
    assert overlap(shingles_of("a b c d e"), shingles_of("a b c d e f g h")) == 1  # of the smaller
    assert overlap(shingles_of(""), shingles_of("a b c d e")) == 0


def test_a_copy_of_a_copy_is_one_story_and_order_tells_the_first() -> None:
    one, other = article(1), article(2)
    texts = [
        " ".join(other),
        " ".join(one),
        " ".join(one[:20]),
        " ".join([*one[3:], "Told anew by the harbour council."]),
        " ".join(other),
    ]
    assert stories(texts) == [0, 1, 1, 1, 0]
    assert stories([]) == []
    assert stories(["Too short to say."] * 3) == [0, 1, 2]


def test_boilerplate_that_many_articles_share_makes_no_copies() -> None:
    terms = " ".join(article(99, 12))
    texts = [" ".join(article(n, 8)) + " " + terms for n in range(30)]
    assert stories(texts, outlets=5) == list(range(30))
    wire = [" ".join(article(7))] * 12
    assert stories(wire, outlets=12) == [0] * 12  # one article of each of twelve outlets


def test_what_an_outlet_prints_in_more_than_four_articles_makes_no_copies() -> None:
    series = " ".join(article(99, 12))
    texts = [" ".join(article(n, 8)) + " " + series for n in range(5)]
    assert stories(texts[:4], outlets=1) == [0] * 4
    assert stories(texts, outlets=1) == [0, 1, 2, 3, 4]


def assert_equal(found: Sketches, expected: Sketches) -> None:
    for field in dataclasses.fields(expected):
        one, other = getattr(found, field.name), getattr(expected, field.name)
        assert np.array_equal(one, other), field.name
        assert one.dtype == other.dtype, field.name


@hypothesis.settings(max_examples=20)
@given(st.data())
def test_an_earlier_result_changes_no_result(data: st.DataObject) -> None:
    """Stories, copies and a series come and go; the sketches are those of a fresh comparison."""
    texts = [
        " ".join(article(n % 3)[: 25 - n // 3] + (article(9, 4) if n % 2 else []))
        for n in range(14)
    ]
    everything = [
        Article(str(n), text, source="Globe" if n % 4 else None) for n, text in enumerate(texts)
    ]
    some = st.lists(st.sampled_from(range(14)), unique=True)
    old, new = ([everything[n] for n in data.draw(some)] for _ in range(2))
    places = [old.index(one) if one in old else -1 for one in new]
    assert_equal(
        find_near_duplicates(new, find_near_duplicates(old), places), find_near_duplicates(new)
    )


@hypothesis.settings(max_examples=20)
@given(st.data())
def test_counting_in_parts_changes_no_result(data: st.DataObject) -> None:
    """Of a large corpus the shingles are counted a part at a time."""
    series = " ".join(article(99, 12))
    texts = [" ".join(article(n % 4, 8)) + " " + series * (n % 2) for n in range(12)]
    everything = [Article(str(n), text, source="Globe"[n % 3 :]) for n, text in enumerate(texts)]
    some = st.lists(st.sampled_from(range(12)), unique=True)
    old, new = ([everything[n] for n in data.draw(some)] for _ in range(2))
    places = [old.index(one) if one in old else -1 for one in new]
    before = find_near_duplicates(old)
    at_once = find_near_duplicates(new, before, places)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(near_duplicates, "_AT_ONCE", data.draw(st.integers(1, 400)))
        assert_equal(find_near_duplicates(old), before)
        assert_equal(find_near_duplicates(new, before, places), at_once)


def compared(
    old: list[str], new: list[str], globe: Collection[str] = ()
) -> tuple[list[int], list[int]]:
    """Return the first texts of `old`, and of `new` by what comparing `old` left.

    The texts in `globe` are of one outlet, each other of its own.
    """

    def articles(texts: list[str]) -> list[Article]:
        return [Article(text, text, source="Globe" if text in globe else text) for text in texts]

    before = find_near_duplicates(articles(old))
    places = [old.index(text) if text in old else -1 for text in new]
    after = find_near_duplicates(articles(new), before, places)
    return before.first.tolist(), after.first.tolist()


def test_a_story_falls_apart_when_the_copy_that_joined_it_goes() -> None:
    sentences = article(1, 40)
    begin, bridge, end = (" ".join(sentences[n : n + 16]) for n in (0, 8, 16))
    assert compared([begin, bridge, end], [begin, end]) == ([0, 0, 0], [0, 1])
    assert compared([begin, end], [begin, bridge, end]) == ([0, 1], [0, 0, 0])


def test_a_story_is_named_by_its_next_article_when_its_first_goes() -> None:
    one, other = " ".join(article(1)), " ".join(article(2))
    texts = [one, other, f"{one} Rain fell.", f"{one} Snow fell."]
    assert compared(texts, texts[1:]) == ([0, 1, 0, 0], [0, 1, 1])
    assert compared(texts[1:], texts) == ([0, 1, 1], [0, 1, 0, 0])
    assert compared(texts, texts[::-1]) == ([0, 1, 0, 0], [0, 0, 2, 0])


def test_copies_are_found_when_what_hid_them_goes() -> None:
    """A fifth article of a series makes its words boilerplate; without it they are a story's."""
    series = " ".join(article(99, 12))
    texts = [" ".join(article(n, 8)) + " " + series for n in range(5)]
    assert compared(texts, texts[:4], texts) == ([0, 1, 2, 3, 4], [0, 0, 0, 0])
    assert compared(texts[:4], texts, texts) == ([0, 0, 0, 0], [0, 1, 2, 3, 4])


def test_a_story_falls_apart_when_the_copy_that_joined_it_turns_out_to_be_a_series() -> None:
    one, other = " ".join(article(98, 12)), " ".join(article(99, 12))
    own = [" ".join(article(n, 8)) for n in range(6)]
    joined = [f"{own[0]} {one}", f"{one} {other}", f"{own[1]} {other}"]
    more = [f"{text} {one} {other}" for text in own[2:]]
    globe = [joined[1], *more]
    found = ([0, 0, 0], [0, 1, 2, 3, 4, 5, 6])
    assert compared(joined, [*joined, *more], globe) == found


def test_what_is_known_of_an_article_is_not_read_again() -> None:
    known = Article("a", " ".join(article(1)), source="Globe")
    before = find_near_duplicates([known])
    other = dataclasses.replace(known, text="another text")  # which nobody looks at
    assert_equal(find_near_duplicates([other], before, [0]), before)


def test_precision_and_recall_on_constructed_copies() -> None:
    chance = random.Random(0)
    texts, truth = [], []
    for story in range(120):
        original = article(story)
        texts.append(" ".join(original))
        truth.append(story)
        for _ in range(chance.choice((0, 0, 1, 2))):
            texts.append(edited(original, chance.uniform(0.1, 0.4), chance))
            truth.append(story)
    order = list(range(len(texts)))
    chance.shuffle(order)
    texts, truth = [texts[n] for n in order], [truth[n] for n in order]
    found = stories(texts)
    pairs = {(a, b) for a, b in combinations(range(len(texts)), 2) if truth[a] == truth[b]}
    made = {(a, b) for a, b in combinations(range(len(texts)), 2) if found[a] == found[b]}
    assert len(pairs & made) >= 0.99 * len(made)
    assert len(pairs & made) >= 0.95 * len(pairs)
