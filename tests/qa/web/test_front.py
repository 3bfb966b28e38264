"""What a visitor finds first: what the archive holds, and its latest headlines."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from index.types import Article
from qa.web.front import front_html, holdings, store_timeline_html
from tests.qa.web.parsed import ATTACKS, Parsed


class Articles:
    """A store of nothing but articles."""

    def __init__(self, *articles: Article) -> None:
        self._articles = articles

    def articles(self) -> tuple[Article, ...]:
        return self._articles


def store(*articles: Article) -> Any:
    return Articles(*articles)


def rain(day: int | None = None, source: str | None = None) -> Article:
    published = None if day is None else dt.date(2022, 10, day)
    return Article(f"{day} {source}", "Rain fell.", f"Rain {day}", source, published)


@pytest.mark.parametrize(
    ("articles", "told"),
    [
        ([], "0 articles"),
        ([rain()], "1 article"),
        ([rain(14, "Globe")], "1 article from 1 outlet, 14 October 2022"),
        (
            [rain(14, "Globe"), rain(2, "Globe"), rain(9, "Times"), rain()],
            "4 articles from 2 outlets, 2 October 2022 to 14 October 2022",
        ),
    ],
)
def test_what_the_archive_holds_in_a_line(articles: list[Article], told: str) -> None:
    assert holdings(store(*articles)) == told


def test_the_six_latest_headlines_open_their_articles() -> None:
    page = Parsed(front_html(store(rain(), *(rain(day, "Globe") for day in range(1, 9)))))
    assert [str(link) for link in page.attributes("href")] == [
        f"?article={day}+Globe" for day in (8, 7, 6, 5, 4, 3)
    ]
    assert "Latest in the archiveRain 8Globe · 8 October 2022Rain 7" in page.text
    assert "If the articles give no clear answer, Dateline says so." in page.text


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_a_headline_is_markup(attack: str) -> None:
    page = Parsed(front_html(store(Article(attack, attack, attack, attack, language=attack))))
    assert page.is_ours()
    assert attack in page.text


def test_undated_articles_have_no_place_in_time() -> None:
    assert store_timeline_html(store(rain(), rain(1))) == ""
    assert store_timeline_html(store(rain(), rain(1), rain(3))).count("<button") == 3
