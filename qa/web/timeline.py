"""The articles over time as a row of bars.

Each bar is a button that limits questions to its time.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from index.text.dates import in_words
from qa.rendering.wording import counted
from qa.web.markup import NOTHING

_MOST_BARS = 72
_LEAST_HEIGHT = 4  # percent of the row, so that one article is seen beside many
_YEAR, _MONTH, _DAY = len("2022"), len("2022-10"), len("2022-10-14")


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time, with the number of articles published in it.

    It has a first and a last day.
    """

    name: str  # "2022", "2022-10" or "2022-10-14"
    first: dt.date
    last: dt.date
    articles: int


def bars_of(days: Iterable[dt.date], most: int = _MOST_BARS) -> list[Bar]:
    """Return the bars from the first day to the last, the empty ones too.

    They are days, months or years: the finest of which there are at most `most`. Of more years
    than that the latest are given.
    """
    counts = Counter(days)
    if not counts:
        return []
    first, last = min(counts), max(counts)
    if (last - first).days < most:
        names = _names(first, last, _DAY)
    else:
        names = periods([first, last], most)
    articles = Counter(dict.fromkeys(names, 0))
    for day, number in counts.items():
        articles[day.isoformat()[: len(names[0])]] += number
    return [Bar(name, *_first_and_last(name), articles[name]) for name in names][-most:]


def periods(days: Sequence[dt.date], most: int) -> list[str]:
    """Return the months ("2022-10") from the first day to the last.

    If there are more than `most` months, return the years instead.
    """
    if not days:
        return []
    first, last = min(days), max(days)
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    return _names(first, last, _MONTH if months <= most else _YEAR)


def timeline_html(days: Iterable[dt.date], pressed: str = "") -> Markup:
    """Return the bars as buttons in a row.

    The highest is as high as the row. `pressed` is the first day of the bar that is chosen. Below
    two bars the result is empty.
    """
    bars = bars_of(days)
    if len(bars) < 2:
        return NOTHING
    highest = max(bar.articles for bar in bars)
    return Markup(
        '<div class="timeline" role="group" aria-label="Articles over time">{buttons}</div>'
        '<p class="ends"><span>{first}</span><span>{last}</span></p>'
    ).format(
        buttons=NOTHING.join(_bar_html(bar, highest, pressed) for bar in bars),
        first=in_words(bars[0].name),
        last=in_words(bars[-1].name),
    )


def _bar_html(bar: Bar, highest: int, pressed: str) -> Markup:
    chosen = "true" if bar.first.isoformat() == pressed else "false"
    state, height = " disabled", 0
    if bar.articles:
        state, height = "", max(_LEAST_HEIGHT, round(100 * bar.articles / highest))
    return Markup(
        '<button type="button" data-from="{first}" data-to="{last}" '
        'aria-pressed="{chosen}" aria-label="{label}" title="{label}"{state}>'
        '<i style="height:{height}%"></i></button>'
    ).format(
        first=bar.first,
        last=bar.last,
        chosen=chosen,
        label=f"{in_words(bar.name)}: {counted(bar.articles, 'article')}",
        state=state,
        height=height,
    )


def _names(first: dt.date, last: dt.date, length: int) -> list[str]:
    """Return the names of all years, months or days from one day to another."""
    if length == _YEAR:
        return [f"{year:04}" for year in range(first.year, last.year + 1)]
    if length == _MONTH:
        months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        return [f"{month // 12:04}-{month % 12 + 1:02}" for month in months]
    days = (last - first).days + 1
    return [(first + dt.timedelta(days=number)).isoformat() for number in range(days)]


def _first_and_last(name: str) -> tuple[dt.date, dt.date]:
    """Return the first and last day of what is called so."""
    if len(name) == _DAY:
        day = dt.date.fromisoformat(name)
        return day, day
    year = int(name[:_YEAR])
    if len(name) == _YEAR:
        return dt.date(year, 1, 1), dt.date(year, 12, 31)
    month = int(name[-2:])
    _, length = calendar.monthrange(year, month)
    return dt.date(year, month, 1), dt.date(year, month, length)
