"""Lines above a story that state its day, in the layouts of news sites and agencies.

`HEADS` are functions from a day to lines. A later day beside it is that of a change. The names are
invented. `benchmarks.dated_files` puts them into files.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

Head = Callable[[dt.date], list[str]]


def _long(day: dt.date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _short(day: dt.date) -> str:
    return f"{day:%b}. {day.day}, {day.year}"


def _british(day: dt.date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _later(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=1)


HEADS: tuple[Head, ...] = (
    lambda day: [f"Published {_long(day)}"],
    lambda day: [f"Published on {day:%A}, {_british(day)} 10:15 GMT"],
    lambda day: [f"Date published: {day}"],
    lambda day: [f"By Jane Doe | {_long(day)}"],
    lambda day: ["By Jane Doe", f"{_long(day)} at 5:13 p.m. EDT"],
    lambda day: [f"{day:%a} {day.day} {day:%b} {day.year} 06.00 BST",
                 f"Last modified on {_later(day):%a %d %b %Y} 09.13 BST"],
    lambda day: [f"PUBLISHED: 06:05, {_british(day)} | UPDATED: 09:12, {_british(_later(day))}"],
    lambda day: [f"PUBLISHED {day:%a, %b %d %Y} 8:00 AM EDT UPDATED {_later(day):%a, %b %d %Y}"],
    lambda day: ["By Jane Doe, CNX", f"Updated 10:12 PM EDT, {day:%a} {_long(day)}"],
    lambda day: [f"{_long(day)}5:00 AM ET", "Heard on Morning Round"],
    lambda day: [f"{_short(day)}, 5:03 AM EDT / Updated {_short(_later(day))}, 7:10 AM EDT"],
    lambda day: [f"Published {_short(day)}", f"Updated {_short(_later(day))}, 10:22 a.m. ET"],
    lambda day: [f"{_long(day)} / 8:28 AM EDT / CNX News"],
    lambda day: [_british(day), "Jane Doe", "CNX News, Geneva"],
    lambda day: [f"Updated {_long(_later(day))} at 5:13 p.m. EDT|Published {_long(day)}"],
    lambda day: [f"{day:%m/%d/%Y} 05:00 AM EDT", f"Updated: {_later(day):%m/%d/%Y} 09:00 AM EDT"],
    lambda day: [f"Written by Jane Doe | New Delhi | Updated: {_long(day)} 10:15:22 am"],
    lambda day: [f"{_long(day)} 08:00 AM Eastern Daylight Time"],
    lambda day: ["FOR IMMEDIATE RELEASE", _long(day)],
    lambda day: [f"Posted by Jane Doe on {_long(day)}"],
    lambda day: [f"{day}T08:00:00Z"],
    lambda day: [f"LONDON, {_short(day)} (Example) - The story in short is this."],
    lambda day: [f"LONDON (EX) — {_short(day)} — The story in short is this."],
    lambda day: [f"NEW YORK, {_short(day)} /Examplewire/ -- The story in short is this."],
    lambda day: [f"First published on {_long(day)} / 6:00 AM", f"© {day.year} CNX"],
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Story:
    """An article with its day, and another day that has nothing to do with it.

    `number` tells which of the layouts of `HEADS` states the day.
    """

    title: str
    day: dt.date
    other: dt.date
    text: str
    number: int = 0

    @property
    def head(self) -> list[str]:
        return HEADS[self.number % len(HEADS)](self.day)

    @property
    def paragraphs(self) -> list[str]:
        return [line for line in self.text.split("\n") if line.strip()]
