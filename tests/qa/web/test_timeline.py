"""The bars of the timeline: every day lies in one of them, and each is a button."""

from __future__ import annotations

import datetime as dt
import itertools

import hypothesis.strategies as st
from hypothesis import given

from qa.web.timeline import bars_of, timeline_html

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
    months = bars_of([dt.date(2021, 11, 30), dt.date(2022, 2, 1)], most=10)
    assert [bar.name for bar in months] == ["2021-11", "2021-12", "2022-01", "2022-02"]
    years = bars_of([dt.date(1999, 5, 5), dt.date(2022, 2, 1)], most=10)
    assert [bar.name for bar in years] == [str(year) for year in range(2013, 2023)]  # the latest
    leap = bars_of([dt.date(2020, 2, 3), dt.date(2020, 12, 1)], most=20)
    assert leap[0].last == dt.date(2020, 2, 29)
    end = bars_of([dt.date(9999, 9, 3), dt.date(9999, 12, 1)], most=20)
    assert end[-1].last == dt.date.max
    assert bars_of([]) == []
    assert timeline_html([dt.date(2020, 2, 3)]) == ""


def test_a_bar_is_a_button_that_says_what_it_is() -> None:
    html = timeline_html([dt.date(2022, 9, 1), dt.date(2022, 11, 1), dt.date(2022, 11, 2)])
    assert 'data-from="2022-11-01" data-to="2022-11-01"' in html
    assert 'aria-label="1 November 2022: 1 article"' in html
    assert html.count("disabled") == html.count("0 articles") // 2
    assert '<p class="ends"><span>1 September 2022</span><span>2 November 2022</span></p>' in html


def test_the_highest_bar_fills_the_row_and_one_article_can_be_seen() -> None:
    html = timeline_html([dt.date(2022, 9, 1)] * 100 + [dt.date(2022, 9, 3)])
    assert [part.partition("%")[0] for part in html.split("height:")[1:]] == ["100", "0", "4"]
