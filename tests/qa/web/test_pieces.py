"""The pieces of the page that choose: bars of the timeline, rows of the table, examples, Markdown, insight."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given
from qa.web.examples import MOST, examples_of, questions_in

import qa
from index.types import Article, DatelineError, Filters
from qa.answering.turns import Turn
from qa.rendering.markdown import plain, reply_as_markdown
from qa.types import Answer, Hit, Reply, Span
from qa.web.article_table import Row, View, chosen, table_html
from qa.web.insight import COLOURS, OF_OTHERS, by_outlet, by_time, on_topic
from qa.web.session import Limits, Session
from qa.web.timeline import bars_of, timeline_html
from tests.conftest import ROOT

days = st.lists(st.dates(dt.date(1800, 1, 1), dt.date(2100, 12, 31)), min_size=1, max_size=30)


@given(days)
def test_every_day_lies_in_one_bar_and_the_bars_follow_each_other(published: list[dt.date]) -> None:
    bars = bars_of(published, most=400)
    assert sum(bar.articles for bar in bars) == len(published)
    for bar in bars:
        assert bar.articles == sum(bar.first <= day <= bar.last for day in published)
    assert all(
        one.last + dt.timedelta(days=1) == other.first for one, other in itertools.pairwise(bars)
    )


def test_the_bars_are_as_fine_as_there_is_room_for() -> None:
    week = [dt.date(2022, 10, 8), dt.date(2022, 10, 14)]
    assert [bar.name for bar in bars_of(week)] == [f"2022-10-{day:02}" for day in range(8, 15)]
    assert [bar.name for bar in bars_of([dt.date(2021, 11, 30), dt.date(2022, 2, 1)], most=10)] == [
        "2021-11",
        "2021-12",
        "2022-01",
        "2022-02",
    ]
    years = bars_of([dt.date(1999, 5, 5), dt.date(2022, 2, 1)], most=10)
    assert [bar.name for bar in years] == [str(year) for year in range(2013, 2023)]  # the latest
    assert bars_of([dt.date(2020, 2, 3), dt.date(2020, 12, 1)], most=20)[0].last == dt.date(
        2020, 2, 29
    )
    assert bars_of([]) == []
    assert timeline_html([dt.date(2020, 2, 3)]) == ""


def test_a_bar_is_a_button_that_says_what_it_is() -> None:
    html = timeline_html([dt.date(2022, 9, 1), dt.date(2022, 11, 1), dt.date(2022, 11, 2)])
    assert 'data-from="2022-11-01" data-to="2022-11-01"' in html
    assert 'aria-label="1 November 2022: 1 article"' in html
    assert html.count("disabled") == html.count("0 articles") // 2


def rows() -> list[Row]:
    def row(number: int, title: str, source: str, published: str, words: int) -> Row:
        return Row(str(number), title, source, published, f"{number}.txt", "", words)

    return [
        row(1, "Beta", "Globe", "2022-01-02", 30),
        row(2, "alpha", "Times", "", 10),
        row(3, "", "globe", "2021-01-02", 20),
    ]


@pytest.mark.parametrize(
    ("view", "ids"),
    [
        (View(), "132"),  # newest first, undated last
        (View(down=False), "312"),  # undated last either way
        (View(order="title", down=False), "213"),  # without regard to case, untitled last
        (View(order="words"), "132"),
        (View(search="GLOBE 2022"), "1"),
        (View(search="globe"), "13"),
        (View(search="nothing"), ""),
        (View(order="no such column"), "132"),
    ],
)
def test_rows_are_searched_and_sorted(view: View, ids: str) -> None:
    assert "".join(row.id for row in chosen(rows(), view)) == ids


def test_a_long_table_comes_in_pages_and_a_page_beyond_is_the_last() -> None:
    many = [
        Row(str(number), f"Title {number}", "", "", f"{number:03}.txt", "", 1)
        for number in range(120)
    ]
    assert "page 1 of 3" in table_html(many, View(), True)
    last = table_html(many, View(page=99), False)
    assert "page 3 of 3" in last
    assert last.count("<tr><td>") == 20
    assert "data-remove" not in last
    assert table_html(many, View(), True).count("data-remove") == 50


def test_questions_are_made_from_what_an_article_says() -> None:
    article = Article(
        "a",
        "Nikol Pashinian, the prime minister of Armenia, was there. A truce brokered by Russia held. 286 soldiers were killed in the clashes. "
        "Russia's president, Vladimir Putin, spoke.",
    )
    assert sorted(questions_in(article)) == [
        ("count", "How many soldiers were killed in the clashes?", "286"),
        ("made", "Who brokered the truce?", "Russia"),
        ("office", "Who is the president of Russia?", "Vladimir Putin"),
        ("office", "Who is the prime minister of Armenia?", "Nikol Pashinian"),
    ]


def test_only_questions_that_are_answered_so_are_shown() -> None:
    article = Article(
        "a",
        "A truce brokered by Russia held. Nikol Pashinian, the prime minister of Armenia, was there.",
        published=dt.date(2022, 1, 1),
    )

    class Store:
        def articles(self) -> list[Article]:
            return [article]

    def reply(question: str, span: tuple[int, int]) -> Reply:
        return Reply(
            question, (Answer((Span(article, *span),), probability=0.9),), (), "000001", 1.0
        )

    def ask(question: str) -> Reply:
        if "truce" in question:
            return reply(question, (2, 7))  # "truce": not what the article's pattern says
        return reply(question, (33, 48))

    store: Any = Store()
    assert examples_of(store, ask) == ["Who is the prime minister of Armenia?"]

    def refuse(question: str) -> Reply:
        raise DatelineError("no")

    assert examples_of(store, refuse) == []


def test_the_real_archive_has_examples(archive: qa.Archive) -> None:
    examples = Session.over(archive).examples()
    assert 2 <= len(examples) <= MOST
    assert all(archive.ask(question).answered for question in examples)


@given(st.text(max_size=60))
def test_nothing_of_a_text_is_markup_in_markdown(text: str) -> None:
    written = plain(text)
    assert "\n" not in written
    bare = written.replace("\\\\", "")
    assert all(
        bare[place - 1] == "\\"
        for place, character in enumerate(bare)
        if character in "`*_[]<>#!$|~"
    )


def test_a_reply_as_markdown() -> None:
    article = Article(
        "a",
        "Fire *broke* out. The US brokered it, he said.",
        "A [title]",
        "Globe",
        dt.date(2022, 10, 14),
        "https://example.org/a>b",
        "a.txt",
    )
    citation = Span(article, 22, 24, probability=0.93)
    written = reply_as_markdown(Reply("Who?", (Answer((citation,), 1, 0.93),), (), "000007", 1.0))
    assert written.startswith(
        "# Who?\n\n## US (93%)\n\n> The **US** brokered it, he said\\.\n>\n> Globe · 14 October 2022 · A \\[title\\], characters 22 to 24 of a\\.txt"
    )
    assert "<https://example.org/a%3Eb#:~:text=The%20US%20brokered%20it%2C%20he%20said.>" in written
    assert "generation 000007" in written


def test_coverage_counts_articles_by_month_and_outlet(archive: qa.Archive) -> None:
    frame = by_time(archive.store.articles())
    assert frame["articles"].sum() == 5
    assert frame[frame["when"] == "2020-11"].to_numpy().tolist() == [["2020-11", "after RFE/RL", 1]]
    many = by_time(
        Article(str(number), "x", source=f"Outlet {number}", published=dt.date(1990 + number, 1, 1))
        for number in range(60)
    )
    assert set(many["when"].str.len()) == {4}
    assert "other outlets" in set(many["outlet"])
    session = Session.over(archive)
    assert {article.source for article in on_topic(session, "peacekeepers sent by Russia")} >= {
        "after RFE/RL",
        "after Expatica",
    }
    assert by_outlet(session, []).empty
    asked = Turn("x", "x", address="?q=peacekeepers&to=2020-12-31")
    assert by_outlet(session, [Turn("y", "y", address="?q=y"), asked]).to_numpy().tolist() == [
        ["after RFE/RL", len(archive.retrieve("peacekeepers", 16, until="2020-12-31"))]
    ]


def test_a_gap_in_time_is_shown_as_one() -> None:
    days = [dt.date(2021, 11, 30), dt.date(2022, 2, 1), dt.date(2022, 2, 2)]
    frame = by_time(Article(str(day), "x", source="Globe", published=day) for day in days)
    assert frame.to_numpy().tolist() == [
        ["2021-11", "Globe", 1],
        ["2021-12", "Globe", 0],
        ["2022-01", "Globe", 0],
        ["2022-02", "Globe", 2],
    ]
    assert by_time([Article("a", "x")]).empty


def test_the_colours_of_the_plots_are_seen_on_paper_light_and_dark() -> None:
    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    papers = re.findall(r"--paper: (#\w{6})", (ROOT / "qa" / "web" / "page.css").read_text())
    assert len(papers) == 2
    for colour, paper in itertools.product((*COLOURS, OF_OTHERS), papers):
        bright, dim = sorted((light(colour), light(paper)), reverse=True)
        assert (bright + 0.05) / (dim + 0.05) >= 3, (colour, paper)  # WCAG 2.2, 1.4.11
    assert len({*COLOURS, OF_OTHERS}) == len(COLOURS) + 1


def test_limits_narrow_and_never_widen() -> None:
    server = Limits.of(["Globe", "Times"], "2020-01-01", "2022-12-31", "2022-06-01")
    asked = Limits.of(["globe"], "2019-01-01", "2021-05-05", "2023-01-01")
    assert asked.within(server) == Limits(
        Filters(("globe",), dt.date(2020, 1, 1), dt.date(2021, 5, 5)), "2022-06-01"
    )
    assert Limits().within(server) == server
    assert server.within(Limits()) == server
    with pytest.raises(DatelineError, match="expected an outlet among Globe, Times, found Herald"):
        Limits.of(["Herald"]).within(server)


def test_a_room_follows_and_tells_of_days(archive: qa.Archive) -> None:
    session = Session.over(archive, Limits.of(until="2020-12-31"))
    hits: list[Hit] = session.retrieve("peacekeepers", 5, Limits())
    assert {str(hit.article.published) for hit in hits} == {"2020-11-13"}
    with pytest.raises(DatelineError, match="YYYY-MM-DD"):
        Limits.of(since="yesterday")
