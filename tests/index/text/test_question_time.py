"""A question's time is a window of days, or what is newest, in the question's own words."""

from __future__ import annotations

import datetime as dt

import hypothesis
import hypothesis.strategies as st
import pytest
from hypothesis import given

from index.text.question_time import QuestionTime, question_time

FRIDAY = dt.date(2022, 10, 14)

EXPLICIT = [
    ("Who died in 2019?", "in 2019", "2019-01-01", "2019-12-31"),
    ("Who won in October 2022?", "in October 2022", "2022-10-01", "2022-10-31"),
    ("Who won in Feb. 2020?", "in Feb. 2020", "2020-02-01", "2020-02-29"),
    ("Who spoke on 3 May 2021?", "on 3 May 2021", "2021-05-03", "2021-05-03"),
    ("Who spoke on 2021-05-03?", "on 2021-05-03", "2021-05-03", "2021-05-03"),
    ("Who won last year?", "last year", "2021-01-01", "2021-12-31"),
    ("Who will win next year?", "next year", "2023-01-01", "2023-12-31"),
    ("Who resigned last month?", "last month", "2022-09-01", "2022-09-30"),
    ("What was decided this week?", "this week", "2022-10-10", "2022-10-16"),
    ("Who will visit Norvik next week?", "next week", "2022-10-17", "2022-10-23"),
    ("Who sang last weekend?", "last weekend", "2022-10-08", "2022-10-09"),
    ("What shut two weeks ago?", "two weeks ago", "2022-09-26", "2022-10-02"),
    ("What shut three days ago?", "three days ago", "2022-10-11", "2022-10-11"),
    ("Who resigned yesterday?", "yesterday", "2022-10-13", "2022-10-13"),
    ("What did the board decide today?", "today", "2022-10-14", "2022-10-14"),
    ("Who sings tomorrow?", "tomorrow", "2022-10-15", "2022-10-15"),
    ("Who resigned on Monday?", "on Monday", "2022-10-10", "2022-10-10"),
    ("Who will sing on Monday?", "on Monday", "2022-10-17", "2022-10-17"),
    ("What happened on April 14?", "on April 14", "2022-04-14", "2022-04-14"),
    ("What will happen on April 14?", "on April 14", "2023-04-14", "2023-04-14"),
    ("who resigned in september?", "in september", "2022-09-01", "2022-09-30"),
    ("Who may march in may?", "in may", "2023-05-01", "2023-05-31"),
    ("Who won in September last year?", "in September last year", "2021-09-01", "2021-09-30"),
    ("How many have died since March?", "since March", "2022-03-01", "2022-10-14"),
    ("What has changed since last week?", "since last week", "2022-10-03", "2022-10-14"),
    ("What happened from 2019 onwards?", "from 2019 onwards", "2019-01-01", "2022-10-14"),
    ("Who led it from 2019 on?", "from 2019 on", "2019-01-01", "2022-10-14"),
    ("Who fell in 2019 on the border?", "in 2019", "2019-01-01", "2019-12-31"),
    ("Who will lead it starting in 2026?", "starting in 2026", "2026-01-01", None),
    ("Who is first according to the 2020 report?", "2020", "2020-01-01", "2020-12-31"),
    ("Who is singer of the year this week?", "this week", "2022-10-10", "2022-10-16"),
    ("Who led it after 2010?", "after 2010", "2011-01-01", None),
    ("Who led it before 2010?", "before 2010", None, "2009-12-31"),
    ("What was sold prior to May 3?", "prior to May 3", None, "2022-05-02"),
    ("What was built by 2021?", "by 2021", None, "2021-12-31"),
    ("How many had it as of May 2021?", "as of May 2021", None, "2021-05-31"),
    ("What did it cost until last May?", "until last May", None, "2022-05-31"),
    ("How many fled between May and July 2022?", "between May and July 2022", "2022-05-01",
     "2022-07-31"),
    ("How many fled between May and July?", "between May and July", "2022-05-01", "2022-07-31"),
    ("Who sang between December and February 2022?", "between December and February 2022",
     "2021-12-01", "2022-02-28"),
    ("Who led it from 2019 to 2021?", "from 2019 to 2021", "2019-01-01", "2021-12-31"),
    ("Who led it in 2019–2021?", "in 2019–2021", "2019-01-01", "2021-12-31"),
    ("Who led it between 2021 and 2019?", "between 2021 and 2019", "2019-01-01", "2021-12-31"),
    ("What shut from June 3 through July 4?", "from June 3 through July 4", "2022-06-03",
     "2022-07-04"),
    ("Who won in 2019 and 2021?", "in 2019 and 2021", "2019-01-01", "2021-12-31"),
    ("Who won in 2010, and who in 2012?", "in 2010, in 2012", "2010-01-01", "2012-12-31"),
    ("Who left before 2010, and who in 2012?", "before 2010, in 2012", None, "2012-12-31"),
    ("Who died in the last two weeks?", "in the last two weeks", "2022-09-30", "2022-10-14"),
    ("Who died in the past year?", "in the past year", "2021-10-14", "2022-10-14"),
    ("What shut over the past few months?", "over the past few months", "2022-05-14",
     "2022-10-14"),
    ("What shut in the past 48 hours?", "in the past 48 hours", "2022-10-12", "2022-10-14"),
    ("What will open in the next 3 years?", "in the next 3 years", "2022-10-14", "2025-10-14"),
    ("Who ruled in the 1990s?", "in the 1990s", "1990-01-01", "1999-12-31"),
    ("Who ruled in the '80s?", "in the '80s", "1980-01-01", "1989-12-31"),
    ("How many died so far this year?", "so far this year", "2022-01-01", "2022-10-14"),
    ("What shut earlier this month?", "earlier this month", "2022-10-01", "2022-10-14"),
    ("What will open later this year?", "later this year", "2022-10-14", "2022-12-31"),
    ("What shut in early 2020?", "in early 2020", "2020-01-01", "2020-12-31"),
    ("What shut at the end of 2020?", "at the end of 2020", "2020-01-01", "2020-12-31"),
    ("Who won the 2020 cup?", "2020", "2020-01-01", "2020-12-31"),
    ("Who is the latest winner in 2019?", "in 2019", "2019-01-01", "2019-12-31"),
]  # fmt: skip
RECENT = [
    ("What is the latest toll?", "latest"),
    ("Who has been the most successful in recent years?", "recent"),
    ("What is the most recent figure?", "most recent"),
    ("Who owns the ferry now?", "now"),
    ("Who is currently mayor of Norvik?", "currently"),
    ("Who is the current mayor?", "current"),
    ("What did he just announce?", "just"),
    ("Is the bridge still closed?", "still"),
    ("How many have been sold to date?", "to date"),
    ("What are today's prices?", "today's"),
    ("Who is the chief of staff?", "Who is the"),
    ("Who's the king?", "Who's the"),
    ("Who is Norvik's mayor?", "Who is Norvik's"),
    ("Who leads the party?", "Who leads"),
    ("And who holds the record?", "And who holds"),
    ("How many moons does Jupiter have?", "How many moons does"),
    ("How many people have died in storm Rut?", "How many people have"),
    ("How old is the queen?", "How old is"),
    ("A ferry sank. How old is its captain?", "How old is"),
    ("What is the population of Norvik?", "What is the population"),
    ("What's the toll?", "What's the toll"),
    ("What is the name of Norvik's new mayor?", "What is the name of Norvik's new mayor"),
    ("Which country has the most titles?", "Which country has the most"),
    ("Which president is the oldest?", "Which president is the oldest"),
]
NONE = [
    "Who wrote the treaty?",
    "Who was the president?",
    "How many people did the police arrest?",
    "How many people were hurt who are well?",
    "When will the cable car open?",
    "What is the name of the dog?",
    "Who is accused of theft?",
    "Where is Norvik?",
    "Which town's top court ruled?",
    "What is the ship that has the largest sail called?",
    "Which costs are higher than a year ago?",
    "What rose compared with May 2021?",
    "What is the main reason for the new coach?",
    "Which paper has dropped the column of a former president?",
    "May I ask who may win?",
    "What happened that year?",
    "Who paid 2,019 crowns?",
    "",
]


@pytest.mark.parametrize(("question", "words", "first", "last"), EXPLICIT)
def test_a_question_names_a_window(
    question: str, words: str, first: str | None, last: str | None
) -> None:
    days = [None if day is None else dt.date.fromisoformat(day) for day in (first, last)]
    assert question_time(question, FRIDAY) == QuestionTime("explicit", words, *days)


@pytest.mark.parametrize(("question", "words"), RECENT)
def test_a_question_asks_for_what_is_newest(question: str, words: str) -> None:
    assert question_time(question, FRIDAY) == QuestionTime("recent", words)


@pytest.mark.parametrize("word", ["recently", "recent", "lately"])
def test_what_is_recent_is_of_the_last_months(word: str) -> None:
    first = dt.date(2022, 6, 16)
    found = question_time(f"Who won the {word} cup?", FRIDAY)
    assert found == QuestionTime("recent", word, first, FRIDAY)


@pytest.mark.parametrize("question", NONE)
def test_a_question_asks_of_no_time(question: str) -> None:
    assert question_time(question, FRIDAY) == QuestionTime()


PIECES = (
    "Who won in since before after by until between from and to on the last past next this few "
    "two 999 weeks days years month year week weekend Friday May December February 29 31 2019 "
    "1990s 9999-12-31 yesterday tomorrow earlier later so far onwards now latest is ? – '90s"
).split()


@hypothesis.settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12), st.dates())
def test_any_question_of_any_day_has_an_orderly_window(words: list[str], day: dt.date) -> None:
    question = " ".join(words)
    found = question_time(question, day)
    assert found.kind in ("explicit", "recent", None)
    assert all(part in question for part in found.words.split(", "))
    assert (found.kind == "explicit") or (found.first, found.last) == (None, None)
    if found.first is not None and found.last is not None:
        assert found.first <= found.last


@pytest.mark.parametrize("day", [dt.date.min, dt.date.max])
def test_at_either_end_of_the_calendar_a_window_is_open(day: dt.date) -> None:
    assert question_time("Who won in the last two years?", dt.date.min).first is None
    assert question_time("Who wins in the next two years?", dt.date.max).last is None
    assert question_time("Who won last week?", dt.date.min) == QuestionTime()
