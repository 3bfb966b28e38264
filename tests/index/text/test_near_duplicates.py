"""Copies of one story are found though a third of them was edited; stories of one event are not."""

from __future__ import annotations

import dataclasses
import random
from itertools import combinations

import hypothesis
import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from index.text.boilerplate import find_repeated_lines
from index.text.near_duplicates import find_near_duplicates, runs_of, shared
from index.text.near_duplicates import stories as stories_of
from index.types import Article

WORDS = (
    "harbour council ferry storm night mayor bridge price grain ship strike pilot vote market winter school road fire river engine doctor museum teacher "
    "village border truce minister border letter company budget train station police report island captain summer festival"
).split()
LINKS = "the a of in on and to with from by after before near under over for when as while".split()


def stories(texts: list[str], outlets: int = 1_000) -> list[int]:
    return stories_of(
        [Article(str(n), text, source=f"Outlet {n % outlets}") for n, text in enumerate(texts)]
    )


def article(seed: int, sentences: int = 25) -> list[str]:
    """Sentences of a made-up story: words at random, but the same for the same seed."""
    chance = random.Random(seed)
    made = []
    for _ in range(sentences):
        words = [chance.choice(WORDS if n % 2 else LINKS) for n in range(chance.randint(9, 18))]
        made.append(" ".join(words).capitalize() + f" {chance.randint(2, 9999)}.")
    return made


def edited(sentences: list[str], share: float, chance: random.Random) -> str:
    """A copy of which `share` was edited: sentences dropped, put elsewhere or written anew, and words replaced."""
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


def test_runs_by_hand() -> None:
    assert (
        len(runs_of("One two three four. One two three!")) == 4
    )  # one two three; two three four; three four one; four one two
    assert shared(runs_of("a b c d e"), runs_of("x a b c d")) == 2 / 3
    assert len(runs_of("One two.")) == 0


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
    assert (
        stories([" ".join(article(7))] * 12, outlets=12) == [0] * 12
    )  # of twelve outlets: a wire story


@hypothesis.settings(max_examples=20)
@given(st.data())
def test_what_an_earlier_comparison_left_changes_no_result(data: st.DataObject) -> None:
    """Stories, copies of them and a newsletter come and go; whatever was compared before, sketches and lines are those of a fresh comparison."""
    prompt = "Get the best of our paper in your inbox every day."
    texts = [
        " ".join(article(n % 3)[: 25 - n // 3] + (article(9, 4) if n % 2 else [])) + f"\n{prompt}\n"
        for n in range(12)
    ]
    everything = [
        Article(str(n), text, source="Globe" if n % 4 else None) for n, text in enumerate(texts)
    ]
    some = st.lists(st.sampled_from(range(12)), unique=True)
    old, new = ([everything[n] for n in data.draw(some)] for _ in range(2))
    places = [old.index(one) if one in old else -1 for one in new]
    before = find_near_duplicates(old)
    for kept, fresh in (
        (find_near_duplicates(new, before, places), find_near_duplicates(new)),
        (find_repeated_lines(new, find_repeated_lines(old), places), find_repeated_lines(new)),
    ):
        for field in dataclasses.fields(fresh):
            assert np.array_equal(getattr(kept, field.name), getattr(fresh, field.name)), field.name


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
    print(
        f"precision {len(pairs & made) / len(made):.3f} recall {len(pairs & made) / len(pairs):.3f} of {len(pairs)} pairs"
    )
    assert len(pairs & made) >= 0.99 * len(made)
    assert len(pairs & made) >= 0.95 * len(pairs)
