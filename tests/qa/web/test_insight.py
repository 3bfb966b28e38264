"""The figures behind the plots of the Insight tab, and their colours."""

from __future__ import annotations

import datetime as dt
import itertools
import re

import qa
from index.types import Article
from qa.answering.turns import Turn
from qa.web.insight import COLOURS, OF_OTHERS, by_outlet, by_time, on_topic
from qa.web.session import Session
from tests.conftest import ROOT


def test_coverage_counts_articles_by_month_and_outlet(archive: qa.Archive) -> None:
    frame = by_time(archive.store.articles())
    assert frame["articles"].sum() == 5
    assert frame[frame["when"] == "2020-11"].to_numpy().tolist() == [["2020-11", "after RFE/RL", 1]]


def test_many_years_and_outlets_are_shown_as_few() -> None:
    many = by_time(
        Article(str(number), "x", source=f"Outlet {number}", published=dt.date(1990 + number, 1, 1))
        for number in range(60)
    )
    assert set(many["when"].str.len()) == {4}
    assert len(set(many["outlet"])) == len(COLOURS) + 1
    assert "other outlets" in set(many["outlet"])
    assert many["articles"].sum() == 60


def test_a_topic_is_covered_by_the_articles_near_it(archive: qa.Archive) -> None:
    session = Session.over(archive)
    outlets = {article.source for article in on_topic(session, "peacekeepers sent by Russia")}
    assert outlets >= {"after RFE/RL", "after Expatica"}


def test_the_passages_of_the_last_question_are_counted_by_outlet(archive: qa.Archive) -> None:
    session = Session.over(archive)
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
