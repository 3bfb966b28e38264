"""Near-copies are set aside without losing them; the order of the store is kept."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given

from index.types import Article, Match, Passage
from qa.retrieval import collapse, same_words, shingles

STORY = "At least 286 people were killed in border clashes before a truce ended the worst fighting in two years"


def match(id: str, text: str, score: float) -> Match:
    return Match(Passage(Article(id, text), 0, len(text)), score)


def test_a_copy_joins_the_first_hit_and_a_like_story_does_not() -> None:
    other = "More than 200 people died on the border last month, the worst violence between the two neighbours"
    hits = collapse([match("a", STORY, 1.0), match("b", other, 0.9), match("c", STORY.replace("two", "2") + ", AFP said", 0.8)])
    assert [(hit.article.id, hit.score, [copy.article.id for copy in hit.copies]) for hit in hits] == [("a", 1.0, ["c"]), ("b", 0.9, [])]


def test_a_copy_that_was_cut_short_is_a_copy_and_a_shared_phrase_is_not() -> None:
    cut = STORY[: STORY.index(" before")]
    assert [len(hit.copies) for hit in collapse([match("a", STORY, 1.0), match("b", cut, 0.9)])] == [1]
    phrase = "At least 286 people were killed, and the price of bread rose in every town of the province"
    assert len(collapse([match("a", STORY, 1.0), match("b", phrase, 0.9)])) == 2


def test_shingles_by_hand() -> None:
    assert shingles("One two, three FOUR five") == {("one", "two", "three", "four"), ("two", "three", "four", "five")}
    assert shingles("One two") == {("one", "two")}
    assert shingles("") == {()}


@given(st.lists(st.sampled_from([STORY, STORY[:60], "Rain fell in the hills today", "Snow fell in the hills today", ""]), max_size=8))
def test_no_passage_is_lost_or_doubled(texts: list[str]) -> None:
    matches = [match(str(number), text, 1 / (number + 1)) for number, text in enumerate(texts)]
    hits = collapse(matches)
    kept = [passage.article.id for hit in hits for passage in (hit.passage, *hit.copies)]
    assert sorted(kept) == sorted(str(number) for number in range(len(texts)))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@given(st.text(max_size=80), st.text(max_size=80))
def test_being_a_copy_is_mutual(one: str, other: str) -> None:
    assert same_words(shingles(one), shingles(other)) == same_words(shingles(other), shingles(one))
    assert same_words(shingles(one), shingles(one))
