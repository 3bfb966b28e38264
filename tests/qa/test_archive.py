"""The invariants of a reply, over generated articles and questions; filters; bad questions."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest
from hypothesis import given

import index
import qa
from index.profiling import profiled
from index.text.dates import in_words
from index.types import Article, DatelineError, Filters, Passage
from qa.answering.citing import cite
from qa.answering.retrieval import select_for_reading
from qa.answering.understanding import understand
from qa.types import Hit, Span
from tests.conftest import Write
from tests.fakes import CapitalReader, WordEmbedder

words = st.sampled_from(
    [
        *"the truce Geneva of 286 ministers Paris was brokered by 2,000 . “No,” é 🙂".split(),
        "rain\n\n",
        "\u200b",
        "Share",
        "\n",
    ]
)
article_texts = st.lists(words, min_size=1, max_size=120).map(" ".join)
EMBEDDER = WordEmbedder()


def build(folder: Path, articles: list[dict[str, str]]) -> qa.Archive:
    index.build(articles, folder / "index", embedder=EMBEDDER)
    return qa.open(folder / "index", embedder=EMBEDDER, reader=CapitalReader())


@hypothesis.settings(max_examples=25)
@given(
    st.lists(article_texts, min_size=1, max_size=6),
    st.lists(words, min_size=1, max_size=8).map(" ".join),
)
def test_every_span_of_every_reply_is_the_slice_it_says(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], question: str
) -> None:
    articles = [
        {"id": str(number), "text": text}
        for number, text in enumerate(["The truce held. " + texts[0], *texts[1:]])
    ]
    archive = build(tmp_path_factory.mktemp("slices"), articles)
    reply = archive.ask("who? " + question)
    sources = {article["id"]: article["text"] for article in articles}
    told = json.loads(json.dumps(reply.to_dict()))
    for answer in told["answers"]:
        assert answer["citations"][0]["text"] == answer["text"]
        for citation in answer["citations"]:
            text = sources[citation["article"]["id"]]
            assert text[citation["start"] : citation["end"]] == citation["text"]
            assert citation["sentence"] in text
            assert citation["text"] in citation["sentence"]
    for passage in told["passages"]:
        assert (
            sources[passage["article"]["id"]][passage["start"] : passage["end"]] == passage["text"]
        )
    for answer_, citation_ in (
        (answer, citation) for answer in reply.answers for citation in answer.citations
    ):
        assert citation_.article.text[citation_.start : citation_.end] == citation_.text
        assert answer_.text == answer_.citations[0].text
    assert told["answered"] == bool(told["answers"]) == (told["reason"] is None)


@pytest.fixture
def small(tmp_path: Path) -> qa.Archive:
    day = "2022-{:02d}-01".format
    texts = [
        "the truce was brokered by Atlantis.",
        "the truce was brokered by Lemuria.",
        "the truce was brokered by Thule.",
        "the truce was brokered by Ys.",
    ]
    outlets = ["Example", "World Post", "Example", "World Post"]
    articles = [
        {"id": str(n), "text": text, "source": outlet, "published": day(n + 3)}
        for n, (text, outlet) in enumerate(zip(texts, outlets, strict=True))
    ]
    del articles[3]["published"]
    return build(tmp_path / "small", articles)


QUESTION = "who brokered the truce?"


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, {"Atlantis", "Lemuria", "Thule", "Ys"}),
        ({"source": "example"}, {"Atlantis", "Thule"}),
        ({"source": ["Example", "World Post"]}, {"Atlantis", "Lemuria", "Thule", "Ys"}),
        (
            {"since": "2022-04-01"},
            {"Lemuria", "Thule"},
        ),  # an article without a date passes no date filter
        ({"until": "2022-04-01"}, {"Atlantis", "Lemuria"}),
        ({"since": dt.date(2022, 4, 1), "until": "2022-04-01"}, {"Lemuria"}),
        ({"as_of": "2022-03-31"}, {"Atlantis"}),
        ({"as_of": "2022-04-30", "until": "2022-03-31"}, {"Atlantis"}),
        ({"source": "nobody"}, set()),
    ],
)
def test_filters(small: qa.Archive, filters: dict[str, Any], expected: set[str]) -> None:
    reply = small.ask(QUESTION, **filters)
    assert {answer.text for answer in reply.answers} == expected
    assert {
        hit.text.split()[-1].strip(".") for hit in small.retrieve(QUESTION, k=10, **filters)
    } == expected
    if not expected:
        assert reply.reason is not None
        assert reply.reason.startswith("filtered-out: no article passes the filters (from nobody")


def test_as_of_gives_relative_words_their_month() -> None:
    assert understand("who died last month?", as_of="2022-10-14").extra_terms == "September 2022"
    today = dt.date.today()
    before = (today.replace(day=1) - dt.timedelta(days=1)).isoformat()[:7]
    assert understand("who died last month?").moments == (
        before,
    )  # before today, where nothing else is said
    assert understand("who died last month?").extra_terms == in_words(before)
    assert understand("who died?").asked_on == today
    assert understand("who died?", as_of="2022-10-14").asked_on == dt.date(2022, 10, 14)
    assert understand("who died last month?").filters == Filters()  # which hides nothing
    assert understand("who brokered the September truce of May 3?").moments == (
        "-09",
        "-05",
    )  # of any year
    assert understand("who brokered the September truce?", as_of="2022-10-14").moments == (
        "2022-09",
    )


@pytest.mark.parametrize("question", ["", "   ", "\n", "?!", "\x00\x07", "\u200b"])
def test_an_empty_question_is_refused(small: qa.Archive, question: str) -> None:
    for ask in (small.ask, small.retrieve):
        with pytest.raises(DatelineError, match="expected a question, found none"):
            ask(question)


def test_a_question_too_long_is_refused_with_both_lengths(small: qa.Archive) -> None:
    with pytest.raises(DatelineError, match="at most 1000 characters, found 10000"):
        small.ask("a" * 10_000)


@pytest.mark.parametrize("k", [0, -1, 101])
def test_a_k_out_of_range_is_refused(small: qa.Archive, k: int) -> None:
    for ask in (small.ask, small.retrieve):
        with pytest.raises(DatelineError, match=f"expected k from 1 to 100 passages, found {k}"):
            ask(QUESTION, k=k)


def test_a_question_with_a_time_is_read_without_it_in_the_passages_of_that_time(
    tmp_path: Path,
) -> None:
    archive = build(
        tmp_path,
        [
            {"id": "then", "text": "In September the talks on the harbour ended in Geneva."},
            {
                "id": "dated",
                "text": "Ministers left Geneva last month, when their harbour talks ended.",
                "published": "2022-10-14",
            },
            {"id": "other", "text": "The talks on the harbour ended in Paris in May."},
        ],
    )
    read: list[tuple[str, set[str]]] = []

    class Recording(CapitalReader):
        def read(self, question: str, hits: Sequence[Hit]) -> list[Span]:
            read.append((question, {hit.article.record_id for hit in hits}))
            return super().read(question, hits)

    archive.reader = Recording()
    archive.ask("Where did the September talks on the harbour end?")
    assert read == [
        ("Where did the September talks on the harbour end?", {"then", "dated", "other"}),
        ("Where did the talks on the harbour end?", {"then", "dated"}),
    ]
    read.clear()
    archive.ask("Where did the talks on the harbour end?")
    archive.ask("Where did the talks of 1999 on the harbour end?")  # of which no passage speaks
    archive.ask(
        "Where did the talks on the harbour end this month?", as_of="2022-10-20"
    )  # it asks for news
    assert [question for question, _ in read] == [
        "Where did the talks on the harbour end?",
        "Where did the talks of 1999 on the harbour end?",
        "Where did the talks on the harbour end this month?",
    ]


@pytest.mark.parametrize(
    "when", ["tomorrow", "2022-13-01", "14/10/2022", "", "20221014", "2022-W40-1", "2022-10-1"]
)
def test_a_day_that_is_none_is_refused(small: qa.Archive, when: str) -> None:
    with pytest.raises(DatelineError, match="expected the first day as YYYY-MM-DD, found"):
        small.ask(QUESTION, since=when)


@hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_any_question_gets_a_reply_or_one_clear_line(small: qa.Archive, question: str) -> None:
    if any(character.isalnum() and character.isprintable() for character in question):
        assert small.ask(question).passages
    else:
        with pytest.raises(DatelineError, match="expected a question"):
            small.ask(question)


def test_k_is_how_many_passages_are_read(small: qa.Archive) -> None:
    assert len(small.ask(QUESTION, k=2).passages) == 2
    assert len(small.retrieve(QUESTION, 3)) == 3


def test_the_passages_of_a_reply_begin_with_what_answers(small: qa.Archive) -> None:
    class Last:
        threshold = 0.5

        def read(self, question: str, hits: Sequence[Hit]) -> list[Span]:
            return [Span(hits[-1].article, hits[-1].start, hits[-1].start + 30, probability=0.9)]

    retrieved = [hit.article.id for hit in small.retrieve(QUESTION, 4)]
    small.reader = Last()
    reply = small.ask(QUESTION)
    assert reply.answers[0].citations[0].article.id == retrieved[-1]
    assert [hit.article.id for hit in reply.passages] == [retrieved[-1], *retrieved[:-1]]


def test_hits_far_below_the_best_are_not_read_but_for_the_first_six() -> None:
    article = Article("a", "x" * 20)
    hits = [
        Hit(Passage(article, n, n + 1), score)
        for n, score in enumerate((0.8, 0.5, 0.45, 0.43, 0.1, 0.1, 0.45, 0.43, 0.41))
    ]
    assert [hit.start for hit in select_for_reading(hits)] == [
        0,
        1,
        2,
        3,
        4,
        5,
        6,
    ]  # 0.55 of 0.8 is 0.44
    assert [hit.start for hit in select_for_reading(hits[:4])] == [0, 1, 2, 3]
    assert list(select_for_reading([])) == []


def test_a_profile_tells_every_stage_and_only_while_it_is_asked_for(small: qa.Archive) -> None:
    with profiled() as stages:
        small.ask(QUESTION)
    assert {
        "understanding",
        "searching vectors",
        "searching keywords",
        "reading",
        "agreeing",
        "in all",
    } <= set(stages)
    assert all(0 <= stages[name] <= stages["in all"] for name in stages)
    parts = sum(stages[name] for name in ("understanding", "retrieving", "reading", "agreeing"))
    assert parts <= stages["in all"]
    before = dict(stages)
    small.ask(QUESTION)
    assert stages == before


def test_many_threads_ask_one_archive(small: qa.Archive) -> None:
    expected = small.ask(QUESTION).answers
    failures: list[object] = []

    def ask() -> None:
        failures.extend(
            reply for _ in range(20) if (reply := small.ask(QUESTION)).answers != expected
        )

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_the_default_archive_is_the_one_of_the_environment_and_follows_it(
    corpus_index: Path, tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    shutil.copytree(corpus_index, tmp_path / "index")
    monkeypatch.setenv("DATELINE_INDEX", str(tmp_path / "index"))
    monkeypatch.setattr(qa, "_default", None)
    assert "mission" in qa.retrieve("EU mission")[0].text
    index.build(write({"a.txt": "The lighthouse was repaired."}), tmp_path / "index")
    assert [hit.text for hit in qa.retrieve("EU mission")] == ["The lighthouse was repaired."]


def test_a_link_scrolls_to_the_sentence_and_only_on_the_web() -> None:
    text = "Rain fell. The truce was well-kept, they say. Snow."
    start = text.index("well-kept")
    article = index.Article("a", text, url="https://example.org/a?b=c#d")
    link = cite(qa.Span(article, start, start + 9)).link
    assert (
        link == "https://example.org/a?b=c#:~:text=The%20truce%20was%20well%2Dkept%2C%20they%20say."
    )
    assert (
        cite(qa.Span(index.Article("a", text, url="javascript:alert(1)"), start, start + 9)).link
        is None
    )
    assert cite(qa.Span(index.Article("a", text), start, start + 9)).link is None


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("date: 2026-05-04", "from 4 May 2026: 80"),
        ("source: Expatica", "from an article without a date: 80"),
    ],
)
def test_what_is_of_another_time_is_told_with_its_day(
    head: str, told: str, write: Write, tmp_path: Path
) -> None:
    class Counts:
        threshold = 0.5

        def read(self, question: str, hits: Sequence[Hit]) -> list[Span]:
            article = hits[0].article
            start = article.text.index("80")
            return [Span(article, start, start + 2, score=2.0, probability=0.9)]

    text = f"---\ntitle: Flood\n{head}\n---\n\nThe flood in Tarn killed 80 people.\n"
    corpus = write({"a.md": text})
    index.build(corpus, tmp_path / "index", embedder=WordEmbedder())
    archive = qa.open(tmp_path / "index", reader=Counts(), embedder=WordEmbedder())
    reply = archive.ask("How many people did the flood in Tarn kill in 2019?")
    assert reply.reason == f"other-time: nothing in 2019; {told}"
