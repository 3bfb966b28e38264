"""Coverage: the outlets of a topic, those that had it first before others, and its days."""

from __future__ import annotations

import datetime as dt

import pytest

import qa
from index.types import Article
from qa.web.coverage import coverage_html, on_topic
from qa.web.session import Session
from tests.qa.web.parsed import ATTACKS, Parsed


def story(source: str | None, day: int | None, title: str = "Rain") -> Article:
    published = None if day is None else dt.date(2022, 10, day)
    return Article(f"{source} {day} {title}", "Rain.", title, source, published)


STORIES = [story("Post", 9), story("Globe", 3), story("Post", 4, "Snow"), story(None, None)]


def test_outlets_stand_in_the_order_in_which_they_had_it() -> None:
    page = Parsed(coverage_html(STORIES))
    assert page.text.startswith("4 articles from 3 outlets")
    assert "First: Globe, 3 October 2022" in page.text
    assert page.text.endswith(
        "Globe (1)Rain 3 October 2022Post (2)Snow 4 October 2022Rain 9 October 2022"
        "no outlet named (1)Rain "
    )
    assert page.attributes("href")[0] == "?article=Globe+3+Rain"


def test_a_bar_shows_its_own_days_and_is_pressed() -> None:
    html = coverage_html(STORIES, "2022-10-04", "2022-10-04")
    page = Parsed(html)
    assert page.text.startswith("1 article from 1 outlet")
    assert "Post (1)Snow" in page.text
    assert "Globe" not in page.text
    pressed = [tag for _, tag in page.tags if tag.get("aria-pressed") == "true"]
    assert [tag["data-from"] for tag in pressed] == ["2022-10-04"]
    assert len([tag for _, tag in page.tags if "data-from" in tag]) == 7  # all days are still there


def test_nobody_was_first_if_two_were_on_the_first_day_or_no_day_is_known() -> None:
    assert "First" not in coverage_html([story("Post", 3), story("Globe", 3)])
    assert "First" not in coverage_html([story("Post", None), story("Globe", 3)])
    assert Parsed(coverage_html([])).text == "0 articles from 0 outlets"


def test_of_many_articles_of_an_outlet_twelve_are_listed() -> None:
    page = Parsed(coverage_html([story("Post", day) for day in range(1, 31)]))
    assert "Post (30)" in page.text
    assert "and 18 more articles" in page.text
    assert len(page.attributes("href")) == 12


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_an_article_is_markup(attack: str) -> None:
    page = Parsed(coverage_html([story(attack, 3, attack), story("Post", 4)]))
    assert page.is_ours()
    assert attack in page.text


def test_articles_on_a_topic_are_near_it(archive: qa.Archive) -> None:
    session = Session.over(archive)
    found = on_topic(session, "peacekeepers")
    assert 0 < len(found) <= 5
    assert len({article.id for article in found}) == len(found)
    assert "peacekeepers" in found[0].text
