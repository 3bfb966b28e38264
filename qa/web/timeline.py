"""The articles over time as a row of bars: one a day, a month or a year, each a button that limits questions to it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.text.dates import in_words
from qa.rendering.text import counted

_MOST_BARS = 72


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time: its first and last day, and how many articles were published in it."""

    name: str  # "2022", "2022-10" or "2022-10-14"
    first: dt.date
    last: dt.date
    articles: int


def bars_of(days: Iterable[dt.date], most: int = _MOST_BARS) -> list[Bar]:
    """The bars from the first day to the last, the empty ones too: days, months or years, the finest of which there are at most `most`.

    More years than that begin with the latest ones left.
    """
    counts = Counter(days)
    if not counts:
        return []
    first, last = min(counts), max(counts)
    names = _names(first, last, 10) if (last - first).days < most else periods([first, last], most)
    by_name = Counter(dict.fromkeys(names, 0))
    for day, number in counts.items():
        by_name[day.isoformat()[: len(names[0])]] += number
    return [Bar(name, *_bounds(name), by_name[name]) for name in names][-most:]


def periods(days: Sequence[dt.date], most: int) -> list[str]:
    """The months ("2022-10") from the first day to the last, or the years where there are more than `most` months."""
    if not days:
        return []
    first, last = min(days), max(days)
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    return _names(first, last, 7 if months <= most else 4)


def timeline_html(days: Iterable[dt.date]) -> str:
    """The bars as buttons in a row, the highest as high as the row; empty for days that make fewer than two."""
    bars = bars_of(days)
    if len(bars) < 2:
        return ""
    highest = max(bar.articles for bar in bars)
    shown = "".join(
        f'<button type="button" data-from="{bar.first}" data-to="{bar.last}" aria-pressed="false" '
        f'aria-label="{in_words(bar.name)}: {counted(bar.articles, "article")}" title="{in_words(bar.name)}: {counted(bar.articles, "article")}"'
        f'{"" if bar.articles else " disabled"}><i style="height:{max(4, round(100 * bar.articles / highest)) if bar.articles else 0}%"></i></button>'
        for bar in bars
    )
    return (
        f'<div class="timeline" role="group" aria-label="Articles over time">{shown}</div>'
        f'<p class="ends"><span>{in_words(bars[0].name)}</span><span>{in_words(bars[-1].name)}</span></p>'
    )


def _names(first: dt.date, last: dt.date, length: int) -> list[str]:
    if length == 4:
        return [f"{year:04}" for year in range(first.year, last.year + 1)]
    if length == 7:
        months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        return [f"{month // 12:04}-{month % 12 + 1:02}" for month in months]
    return [
        (first + dt.timedelta(days=number)).isoformat() for number in range((last - first).days + 1)
    ]


def _bounds(name: str) -> tuple[dt.date, dt.date]:
    if len(name) == 10:
        return dt.date.fromisoformat(name), dt.date.fromisoformat(name)
    year, month = int(name[:4]), int(name[5:7] or 1)
    if len(name) == 4:
        return dt.date(year, 1, 1), dt.date(year, 12, 31)
    after = (
        dt.date(year + month // 12, month % 12 + 1, 1)
        if (year, month) != (9999, 12)
        else dt.date.max
    )
    return dt.date(year, month, 1), after - dt.timedelta(
        days=1
    ) if after != dt.date.max else dt.date.max
