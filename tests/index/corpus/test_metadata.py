"""Title, outlet and date are found where a text says them; a guess is worse than none."""

from __future__ import annotations

import datetime as dt

import pytest

from benchmarks.dated_heads import HEADS
from index.corpus.metadata import outlet_in, published_in, title_in

STORY = (
    "The ministers of both countries met on Monday and signed a treaty, which ends a war of "
    "nine years and more.\n"
)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"Ministers sign treaty in Geneva\n\n{STORY}", "Ministers sign treaty in Geneva"),
        (
            f"Accessibility links\n\nBreaking News\n\nMinisters sign treaty in Geneva\n\n{STORY}",
            "Ministers sign treaty in Geneva",
        ),
        (
            f"Example news\n\nMinisters sign treaty in Geneva\n\n{STORY}",
            "Ministers sign treaty in Geneva",
        ),
        (
            f"{STORY}\nWhat comes next for them\n",
            None,
        ),  # a heading within the story is not its title
        (f"The ministers after their meeting (AFP)\n\n{STORY}", None),  # a caption
        ("", None),
    ],
)
def test_the_title_is_the_first_line_that_reads_like_one(text: str, title: str | None) -> None:
    assert title_in(text) == title


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (f"Ministers sign treaty\nPublished: 14 October 2022\n{STORY}", dt.date(2022, 10, 14)),
        (
            f"Ministers sign treaty\nBy Jane Doe | October 14, 2022 10:15 GMT\n{STORY}",
            dt.date(2022, 10, 14),
        ),
        (f"GENEVA, Oct. 14, 2022 (Example) — {STORY}", dt.date(2022, 10, 14)),
        (f"2022-10-14\n{STORY}", dt.date(2022, 10, 14)),
        (
            f"{STORY}\nThe war began on 24 February 2013.\n",
            None,
        ),  # a day in the story is not its date
        (f"Ministers sign treaty on October 14\n{STORY}", None),  # which year?
        (f"Published: 31 February 2022\n{STORY}", None),
    ],
)
def test_the_date_is_found_where_a_line_says_it(text: str, day: dt.date | None) -> None:
    assert published_in(text) == day


TITLE = "Ministers sign treaty"
DAY = dt.date(2022, 10, 14)


@pytest.mark.parametrize(
    "line",
    [
        "Published 14 October 2022", "PUBLISHED: 10:15 GMT, Friday 14 October 2022",
        "Published: Fri 14 Oct 2022 10.15 BST", "First published on Oct. 14, 2022",
        "Originally published Oct. 14th, 2022", "Posted on October 14, 2022 by Jane Doe",
        "Published October 14, 2022 at 9:00 a.m.", "Date: 2022-10-14",
        "Last updated 14 October 2022",
        "Updated 19:42, 14 October 2022", "Published: 14/10/2022", "Published: 2022/10/14",
        "Updated: 14.10.2022", "FOR IMMEDIATE RELEASE: October 14, 2022",
        "Published October 14, 2022 | Updated October 15, 2022",
        "By Jane Doe, Example News, 14 October 2022", "By JANE DOE | Oct. 14, 2022 10:15 GMT",
        "Friday, October 14, 2022", "14 October 2022 10:15 GMT",
        "October 14, 2022 | World | 3 min read",
        "10:15, 14 October 2022", "OCTOBER 14, 2022",
    ],
)  # fmt: skip
def test_a_line_above_the_story_states_the_day_of_publication(line: str) -> None:
    assert published_in(f"{TITLE}\n\n{line}\n\n{STORY}") == DAY
    assert published_in(f"{TITLE}\n{line}\n{STORY}{STORY}") == DAY


@pytest.mark.parametrize("head", range(len(HEADS)))
def test_lines_of_news_sites_and_agencies_state_the_day(head: int) -> None:
    lines = "\n".join(HEADS[head](DAY))
    assert published_in(f"{TITLE}\n\n{lines}\n\n{STORY}{STORY}") == DAY
    assert published_in(f"# {TITLE}\n\n*{lines}*\n\n{STORY}{STORY}") == DAY


@pytest.mark.parametrize(
    "line",
    [
        "Deadline for comments: October 14, 2022", "Born: October 14, 2022",
        "Deadline for comments:\nOctober 14, 2022", "Died 14 October 2022", "03/04/2026",
        "Published: 03/04/2022", "Updated 04.03.2022", "Release date: October 14, 2022",
        "Date legalized: October 14, 2022", "Date: October 14, 2022\nVenue: the town hall",
        "— Jane (@jane) October 14, 2022", "The treaty of October 14, 2022",
        "Photos this week: October 7-October 14, 2022", "(Age as of October 14, 2022)",
        "Day 21: October 14, 2022", "October 14, 2022: the treaty is signed", "Published in 2022",
        "Published October 14, 2022, the book sold 40 copies.", "October 14", "Oct. 14, 20225",
        "By Friday, October 14, 2022, the treaty will have been signed.",
        "On Friday, October 14, 2022 - the day of the treaty - it rained.",
        "October 14, 2022\nThe treaty is signed.\nOctober 15, 2022\nThe war ends.",
        "Date: October 14, 2022\nIt rained.\nDate: October 15, 2022\nIt snowed.",
        "Published October 14, 2022 by Example Press, 310 pages",
        "Geneva, October 14, 2022 - that is when it began.", "10/14/2022", "04/03/2022 05:00 AM",
        "Photo: Geneva — Oct. 14, 2022", "Another story / October 14, 2022",
        "Another story | October 14, 2022", "GENEVA (Example) — October 14, 2022",
        "Related\nAn older story\nPublished 14 October 2022", "Read more:\n14 October 2022",
    ],
)  # fmt: skip
def test_a_date_of_something_else_is_not_the_day_of_publication(line: str) -> None:
    assert published_in(f"{TITLE}\n\n{line}\n\n{STORY}") is None
    assert published_in(f"{TITLE}\n\n{STORY}\n{line}\n") is None


def test_a_label_outranks_a_byline_and_a_byline_a_bare_date() -> None:
    lines = ["Updated 4 May 2022", "3 May 2022", "By Jane Doe | 2 May 2022", "Published 1 May 2022"]
    heads = ["\n".join([TITLE, *lines[:count]]) for count in (4, 3, 2, 1)]
    days = [published_in(f"{head}\n{STORY}") for head in heads]
    assert days == [dt.date(2022, 5, day) for day in (1, 2, 3, 4)]
    assert published_in(f"{TITLE}\n{lines[1]}\n{STORY}") == dt.date(2022, 5, 3)


def test_a_bare_date_after_the_last_change_is_the_day_of_a_visit() -> None:
    assert published_in(f"{TITLE}\n\n5 May 2022\n\nUpdated 4 May 2022\n\n{STORY}") == dt.date(
        2022, 5, 4
    )


def test_a_label_below_the_story_counts_and_a_bare_date_there_does_not() -> None:
    assert published_in(f"{TITLE}\n\n{STORY}\nPublished: 14 October 2022\n") == DAY
    assert published_in(f"{TITLE}\n\n{STORY}\nDate: 14 October 2022\n") is None
    assert published_in(f"{TITLE}\n\n{STORY}\n14 October 2022\n") is None


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        (f"{STORY}\nSource: Example World and agencies", "Example World"),
        (f"Example news\n\nTitle of it\n\n{STORY}", "Example"),
        (
            (
                f"{STORY}\nExample TV’s website can also be accessed at the following "
                f"alternate addresses:\n"
            ),
            "Example TV",
        ),
        (
            f"{STORY}\nExample/EX journalists report the news in 27 languages in 23 countries.",
            "Example/EX",
        ),
        (f"{STORY}\n© 2022 Example Media. All rights reserved.", "Example Media"),
        (f"{STORY}\nWith reporting by Reuters, AFP, and AP", None),  # agencies, not the outlet
        (f"{STORY}\nSource said to be near the ministers: nothing is signed.", None),
    ],
)
def test_the_outlet_is_found_where_it_names_itself(text: str, outlet: str | None) -> None:
    assert outlet_in(text) == outlet
