"""Near-copies are set aside without losing them; the order of the store is kept."""

from __future__ import annotations

import datetime as dt

import hypothesis.strategies as st
from hypothesis import given

from index.types import Article, Match, Passage
from qa.retrieval import collapse, prefer, same_words, shingles

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


def test_of_one_story_half_the_words_make_a_copy() -> None:
    edited = STORY.replace("border clashes", "fighting near the frontier")
    for story, copies in (("a", 1), (None, 0)):
        one, other = (Match(Passage(Article(id, text, story=story), 0, len(text)), 1.0) for id, text in (("a", STORY), ("b", edited)))
        assert len(collapse([one, other])[0].copies) == copies


def dated(id: str, text: str, day: str | None, score: float) -> Match:
    published = dt.date.fromisoformat(day) if day else None
    return Match(Passage(Article(id, text, published=published), 0, len(text)), score)


def test_a_passage_of_another_time_comes_after_and_none_is_lost() -> None:
    war = dated("war", "The war of 2020 ended with a truce.", "2022-10-14", 1.0)
    autumn = dated("autumn", "The truce of last month holds.", "2022-10-14", 0.9)
    undated = dated("undated", "A truce.", None, 0.8)
    matches = [war, autumn, undated]
    assert [(one.passage.article.id, round(one.score, 3)) for one in prefer(matches, ["2022-09"])] == [
        ("autumn", 0.9),
        ("war", 0.85),
        ("undated", 0.68),
    ]
    assert [one.passage.article.id for one in prefer(matches, ["-09"])] == ["autumn", "war", "undated"]  # of whatever year
    assert [one.passage.article.id for one in prefer(matches, ["2020"])] == ["war", "autumn", "undated"]
    assert prefer(matches) == matches


def test_the_latest_is_preferred_where_it_is_asked_for() -> None:
    matches = [
        dated("old", "Prices rose.", "2021-01-01", 1.0),
        dated("undated", "Prices rose.", None, 0.99),
        dated("new", "Prices rose.", "2022-01-01", 0.95),
    ]
    assert [(one.passage.article.id, round(one.score, 3)) for one in prefer(matches, latest=True)] == [
        ("new", 0.95),
        ("old", 0.925),
        ("undated", 0.842),
    ]


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
