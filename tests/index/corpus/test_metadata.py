"""Title, outlet and date are found where a text says them; a guess is worse than none."""

from __future__ import annotations

import datetime as dt

import pytest

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
