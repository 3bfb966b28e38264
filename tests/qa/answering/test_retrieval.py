"""Near-copies are set aside without losing them; the order of the store is kept."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

import index
from index.stores.places import open_index
from index.text.dates import describe
from index.types import Article, Match, Passage
from qa.answering.retrieval import (
    collapse_copies,
    freshness,
    merged,
    order_by_answers,
    rerank,
    retrieve,
    same_words,
    shingles,
)
from qa.answering.understanding import understand
from qa.types import Citation, Hit, Question
from tests.fakes import WordEmbedder

STORY = (
    "At least 286 people were killed in border clashes before a truce ended the worst fighting in "
    "two years"
)


def test_the_time_asked_about_is_searched_too(tmp_path: Path) -> None:
    newer = [
        {
            "id": f"n{place}",
            "text": "The lift at Nes, of March 2018 or 2019, fell. " + f"x{place}y " * 12,
            "date": "2022-05-02",
        }
        for place in range(60)
    ]
    story = {"id": "old", "text": "It fell by night, and nobody was there.", "date": "2019-03-04"}
    lines = "".join(json.dumps(row) + "\n" for row in [*newer, story])
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "news.jsonl").write_text(lines)
    embedder = WordEmbedder()
    index.build(tmp_path / "corpus", tmp_path / "index", embedder=embedder)
    store = open_index(tmp_path / "index")

    def found(question: str) -> list[str]:
        hits = retrieve(store, embedder, understand(question, as_of="2022-06-01"), 3)
        return [hit.article.id.rpartition(":")[2] for hit in hits]

    assert "old" not in found("Who was hurt as the lift at Nes fell?")
    assert "old" in found("Who was hurt as the lift at Nes fell in March 2019?")
    assert (
        len(found("Who was hurt as the lift at Nes fell in March 2018?")) == 3
    )  # nothing is of it


def test_the_time_asked_about_is_searched_within_the_filters(tmp_path: Path) -> None:
    rows = [
        {"id": f"d{day}", "text": f"Fire {day}.", "date": f"2019-03-{day}"} for day in range(10, 30)
    ]
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "news.json").write_text(json.dumps(rows))
    embedder = WordEmbedder()
    index.build(tmp_path / "corpus", tmp_path / "index", embedder=embedder)
    store = open_index(tmp_path / "index")
    asked = understand("Fire in March 2019?", since="2019-03-12", until="2019-03-20")
    days = [hit.article.published for hit in retrieve(store, embedder, asked, 20)]
    assert days
    assert all(day is not None and 12 <= day.day <= 20 for day in days)


def test_two_searches_are_put_on_one_scale() -> None:
    first, last = match("a", STORY, 0.8), match("b", "Rain fell.", 0.5)
    again, other = match("b", "Rain fell.", 1.0), match("c", "Snow fell.", 0.75)
    assert merged([first, last], [again, other]) == [first, last, match("c", "Snow fell.", 0.375)]
    # of two scales the higher: what is of the time is not lost
    twice = [match("a", STORY, 1.0), again, other]
    assert merged([first, last], twice)[1] == match("c", "Snow fell.", 0.75 * 0.8)
    # nothing in common: the second search's best is as good as the last of the first
    assert merged([first, last], [match("c", "Snow fell.", 1.0)])[2].score == 0.5
    assert merged([], [other]) == [other]


def match(id: str, text: str, score: float) -> Match:
    return Match(Passage(Article(id, text), 0, len(text)), score)


def test_a_copy_joins_the_first_hit_and_a_like_story_does_not() -> None:
    other = (
        "More than 200 people died on the border last month, the worst violence between the two "
        "neighbours"
    )
    hits = collapse_copies(
        [
            match("a", STORY, 1.0),
            match("b", other, 0.9),
            match("c", STORY.replace("two", "2") + ", AFP said", 0.8),
        ]
    )
    assert [
        (hit.article.id, hit.score, [copy.article.id for copy in hit.copies]) for hit in hits
    ] == [("a", 1.0, ["c"]), ("b", 0.9, [])]


def test_a_copy_that_was_cut_short_is_a_copy_and_a_shared_phrase_is_not() -> None:
    cut = STORY[: STORY.index(" before")]
    assert [
        len(hit.copies) for hit in collapse_copies([match("a", STORY, 1.0), match("b", cut, 0.9)])
    ] == [1]
    phrase = (
        "At least 286 people were killed, and the price of bread rose in every town of the province"
    )
    assert len(collapse_copies([match("a", STORY, 1.0), match("b", phrase, 0.9)])) == 2


def test_shingles_by_hand() -> None:
    assert shingles("One two, three FOUR five") == {
        ("one", "two", "three", "four"),
        ("two", "three", "four", "five"),
    }
    assert shingles("One two") == {("one", "two")}
    assert shingles("") == {()}


@pytest.mark.parametrize(("other", "hits"), [("a year", 2), ("a month", 1)])
def test_a_copy_with_another_rate_is_read(other: str, hits: int) -> None:
    told = "The old cable car above the town of Penlow loses 40,000 euros a month."
    edited = told.replace("a month", other).replace("old cable", "red cable")
    assert len(collapse_copies([match("a", told, 1.0), match("b", edited, 0.9)])) == hits


def test_of_one_story_half_the_words_make_a_copy() -> None:
    edited = STORY.replace("border clashes", "fighting near the frontier")
    for story, copies in (("a", 1), (None, 0)):
        one, other = (
            Match(Passage(Article(id, text, story=story), 0, len(text)), 1.0)
            for id, text in (("a", STORY), ("b", edited))
        )
        assert len(collapse_copies([one, other])[0].copies) == copies


def dated(id: str, text: str, day: str | None, score: float) -> Match:
    published = dt.date.fromisoformat(day) if day else None
    article = Article(id, text, published=published)
    return Match(Passage(article, 0, len(text), describe(article, 0, len(text))), score)


def test_a_passage_of_another_time_comes_after_and_none_is_lost() -> None:
    war = dated("war", "The war of 2020 ended with a truce.", "2022-10-14", 1.0)
    autumn = dated("autumn", "The truce of last month holds.", "2022-10-14", 0.9)
    undated = dated("undated", "A truce.", None, 0.8)
    matches = [war, autumn, undated]
    assert [
        (one.passage.article.id, round(one.score, 3))
        for one in rerank(matches, Question("?", moments=("2022-09",)))
    ] == [
        ("autumn", 0.9),
        ("war", 0.85),
        ("undated", 0.68),
    ]
    assert [one.passage.article.id for one in rerank(matches, Question("?", moments=("-09",)))] == [
        "autumn",
        "war",
        "undated",
    ]  # of whatever year
    assert [
        one.passage.article.id for one in rerank(matches, Question("?", moments=("2020",)))
    ] == ["war", "autumn", "undated"]
    assert [
        one.passage.article.id
        for one in rerank(matches, Question("?", moments=("2022-09", "2019")))
    ] == ["autumn", "war", "undated"]
    assert rerank(matches, Question("?")) == matches


def test_the_latest_is_preferred_where_it_is_asked_for() -> None:
    matches = [
        dated("old", "Prices rose.", "2021-01-01", 1.0),
        dated("undated", "Prices rose.", None, 0.99),
        dated("new", "Prices rose.", "2022-01-01", 0.95),
    ]
    assert [
        (one.passage.article.id, round(one.score, 3))
        for one in rerank(matches, Question("?", asks_for_latest=True))
    ] == [
        ("new", 0.95),
        ("old", 0.925),
        ("undated", 0.842),
    ]


def test_news_is_preferred_unless_the_question_names_another_time() -> None:
    asked_on = dt.date(2022, 10, 14)
    old = dated("old", "Prices rose.", "2021-01-01", 1.0)
    new = dated("new", "Prices rose.", "2022-09-30", 0.9)
    undated = dated("undated", "Prices rose.", None, 0.8)
    order = [
        (one.passage.article.id, round(one.score, 3))
        for one in rerank([old, new, undated], Question("?", asked_on=asked_on))
    ]
    assert order == [
        ("new", 0.765),
        ("old", 0.7),
        ("undated", 0.56),
    ]  # 0.9 x (0.7 + 0.3 / 2), two weeks old
    this_month = rerank([old, new, undated], Question("?", asked_on=asked_on, moments=("2022-10",)))
    assert [round(one.score, 3) for one in this_month] == [
        0.65,
        0.595,
        0.476,
    ]  # and none of them speaks of October
    of_2021 = rerank([old, new, undated], Question("?", asked_on=asked_on, moments=("2021",)))
    assert [(one.passage.article.id, round(one.score, 3)) for one in of_2021] == [
        ("old", 1.0),
        ("new", 0.765),
        ("undated", 0.68),
    ]
    far_later = rerank([old, new, undated], Question("?", asked_on=dt.date(2030, 1, 1)))
    assert [one.passage.article.id for one in far_later] == [
        "old",
        "new",
        "undated",
    ]  # all equally old: the order of the scores


def test_what_an_article_says_first_is_preferred() -> None:
    article = Article("a", "x" * 10_000)
    matches = [Match(Passage(article, start, start + 50), 0.9) for start in (6_000, 600, 0)]
    order = [(one.passage.start, round(one.score, 3)) for one in rerank(matches, Question("?"))]
    assert order == [
        (0, 0.9),
        (600, 0.825),
        (6_000, 0.764),
    ]  # 0.9 x (5/6 + 1/6 x 600 / (600 + 600))


def test_the_passage_with_the_likeliest_span_is_shown_first() -> None:
    one, other = Article("one", "x" * 300), Article("other", "x" * 300)
    hits = [
        Hit(Passage(one, 0, 100), 0.9),
        Hit(Passage(one, 100, 200), 0.8),
        Hit(Passage(other, 100, 200), 0.7),
        Hit(Passage(other, 0, 50), 0.6),
    ]
    spans = [
        Citation(other, 100, 110, probability=0.6),
        Citation(other, 140, 150, probability=0.2),
        Citation(one, 99, 110, probability=0.3),
    ]
    shown = [(hit.article.id, hit.start) for hit in order_by_answers(hits, spans)]
    assert shown == [
        ("other", 100),
        ("one", 0),
        ("one", 100),
        ("other", 0),
    ]  # a span is of the passage that it begins in


@given(st.integers(-400, 4_000), st.integers(0, 4_000))
def test_freshness_falls_with_age_between_its_bounds(age: int, more: int) -> None:
    asked_on = dt.date(2030, 1, 1)
    one, other = (
        freshness(asked_on - dt.timedelta(days=days), asked_on) for days in (age, age + more)
    )
    assert freshness(None, asked_on) == pytest.approx(0.7)
    assert 0.7 <= other <= one <= 1


@given(
    st.lists(
        st.sampled_from(
            [STORY, STORY[:60], "Rain fell in the hills today", "Snow fell in the hills today", ""]
        ),
        max_size=8,
    )
)
def test_no_passage_is_lost_or_doubled(texts: list[str]) -> None:
    matches = [match(str(number), text, 1 / (number + 1)) for number, text in enumerate(texts)]
    hits = collapse_copies(matches)
    kept = [passage.article.id for hit in hits for passage in (hit.passage, *hit.copies)]
    assert sorted(kept) == sorted(str(number) for number in range(len(texts)))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@given(st.text(max_size=80), st.text(max_size=80))
def test_being_a_copy_is_mutual(one: str, other: str) -> None:
    assert same_words(shingles(one), shingles(other)) == same_words(shingles(other), shingles(one))
    assert same_words(shingles(one), shingles(one))


def test_fewer_passages_are_the_first_of_more(tmp_path: Path) -> None:
    texts = [f"The truce of {name} held for {n} days." for n, name in enumerate("abcdefgh" * 6)]
    rows = [{"id": str(n), "text": text} for n, text in enumerate(texts)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    index.build(tmp_path / "a.jsonl", tmp_path / "index", embedder=WordEmbedder())
    store = open_index(tmp_path / "index")
    asked = Question("How long did the truce of a hold?")
    most = retrieve(store, WordEmbedder(), asked, 20)
    assert len(most) == 20
    for k in (1, 5, 16):
        assert retrieve(store, WordEmbedder(), asked, k) == most[:k]
