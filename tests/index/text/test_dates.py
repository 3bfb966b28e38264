"""Expressions of time resolve against the day of publication, at the precision they have."""

from __future__ import annotations

import datetime as dt

import hypothesis
import hypothesis.strategies as st
import pytest
from hypothesis import given

from index.text.dates import (
    capitalise_dates,
    describe,
    description_mentions,
    in_words,
    moment_at,
    moment_of,
    moments_in,
    remove_time,
    time_spans,
    yearless_months,
)
from index.types import Article

FRIDAY = dt.date(2022, 10, 14)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("in September", "2022-09"), ("last month", "2022-09"), ("Last month", "2022-09"),
        ("On Monday", "2022-10-10"), ("Yesterday", "2022-10-13"), ("last Friday", "2022-10-07"),
        ("this month", "2022-10"), ("next month", "2022-11"), ("in December", "2021-12"),
        ("on October 3", "2022-10-03"), ("3 October", "2022-10-03"), ("14 October", "2022-10-14"),
        ("on October 14", "2022-10-14"), ("Sept. 27", "2022-09-27"),
        ("on Friday", "2022-10-14"), ("on Wednesday", "2022-10-12"), ("yesterday", "2022-10-13"),
        ("last year", "2021"), ("in November 2020", "2020-11"),
        ("September 27, 2020", "2020-09-27"), ("in autumn 2020", "2020"), ("In May", "2022-05"),
        ("3 days ago", "2022-10-11"),
        ("said Wednesday", "2022-10-12"), ("Friday", "2022-10-14"), ("tomorrow", "2022-10-15"),
        ("tonight", "2022-10-14"), ("last night", "2022-10-13"), ("this morning", "2022-10-14"),
        ("last week", "2022-10"), ("last week's truce", "2022-10"), ("a week ago", "2022-10"),
        ("this weekend", "2022-10"), ("two weeks ago", None), ("six weeks ago", None),
        ("a month ago", "2022-09"), ("three months ago", "2022-07"), ("a year ago", "2021"),
        ("two years ago", "2020"), ("Monday, Oct. 3", "2022-10-03"),
        ("on Monday, October 3", "2022-10-03"), ("Monday, 3 October", "2022-10-03"),
        ("Oct 2020", "2020-10"), ("Sept. 2020", "2020-09"), ("3 Oct", "2022-10-03"),
        ("2022-10-03", "2022-10-03"), ("2022-02-31", None), ("August 32", "2022-08"),
        ("next September", "2023-09"), ("next December", "2022-12"), ("next October", "2023-10"),
    ],
)  # fmt: skip
def test_a_moment_is_resolved(text: str, moment: str) -> None:
    assert [found for _, found in moments_in(f"They met {text} again", FRIDAY)][:1] == (
        [moment] if moment else []
    )


def test_expressions_are_found_where_they_stand_and_in_order() -> None:
    text = "Yesterday it rained; in May 2020, and on October 3, it snowed. In 2019 it was dry."
    places = [text.index(words) for words in ("Yesterday", "May 2020", "on October 3", "2019")]
    places[2] += len("on ")  # of a day of a month, its name
    assert moments_in(text, FRIDAY) == list(
        zip(places, ["2022-10-13", "2020-05", "2022-10-03", "2019"], strict=True)
    )


def test_the_places_of_expressions_of_time() -> None:
    text = "May I ask who won on October 3, 2020, and last month?"
    assert [text[start:end] for start, end in time_spans(text)] == ["October 3, 2020", "last month"]


def test_a_year_needs_no_day_of_publication() -> None:
    text = "In 2019, in May 2020, on October 3, 2021, on 2022-10-14, last month and on Friday."
    assert [found for _, found in moments_in(text, None)] == [
        "2019", "2020-05", "2021-10-03", "2022-10-14",
    ]  # fmt: skip


def test_months_and_weekdays_without_a_year_may_be_left_out() -> None:
    text = "on Friday, in September, on October 3, last month, yesterday, May 2020, Friday"
    found = [moment for _, moment in moments_in(text, FRIDAY, named=False)]
    assert found == ["2022-10-14", "2022-09", "2022-10-13", "2020-05"]  # "on Friday" counts days


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("The vote will be held on November 8.", "2022-11-08"),
        ("The vote is due in December.", "2022-12"), ("It was held on November 8.", "2021-11-08"),
        ("He will stand trial over the attack of March 3.", "2022-03-03"),
        ("They will see. It ended on November 8.", "2021-11-08"),
        ("Talks will begin on October 14.", "2022-10-14"),
        ("A vote is to be held on April 14.", "2023-04-14"),
        ("It shut on January 15.", "2022-01-15"), ("By January 15 it was shut.", "2023-01-15"),
        ("By January 16 it was shut.", "2022-01-16"),  # 94 days ahead, and "by" tells nothing
        ("She bought it by November 8.", "2022-11-08"), ("The November 8 vote", "2022-11-08"),
        ("In November the rules change.", "2022-11"),
        ("The fee is payable Dec. 7.", "2022-12-07"),
        ("The offer was extended to Nov. 16.", "2022-11-16"),
        ("She said it will shut on Monday.", "2022-10-17"),
        ("She said Monday it will shut.", "2022-10-10"),
        ("The road opens on Monday.", "2022-10-17"), ("The road opened on Monday.", "2022-10-10"),
        ("On Monday, the club plans to move.", "2022-10-17"),
        ("It shut. On Monday she will sing.", "2022-10-17"),
        ("She will sing. On Monday it shut.", "2022-10-10"),
        ("It is expected to be shown Friday.", "2022-10-14"),
        ("It had been due to end Thursday.", "2022-10-13"),
        ("They'll meet Thursday.", "2022-10-20"),
        ("He was arrested in Oslo on November 8.", "2021-11-08"),
        ("On November 8 the court ruled.", "2021-11-08"),
        ("They agreed to end it in November.", "2022-11"),  # "to end" leaves it open
        ("It will be paid on a fixed day in January.", "2023-01"),
        ("this Monday", "2022-10-17"), ("last October", "2021-10"), ("last September", "2022-09"),
        ("this September", "2022-09"), ("The race on Sunday, Oct. 16, drew 40.", "2022-10-16"),
        ("It ended on Saturday, October 16.", "2021-10-16"),  # the weekday tells the year
        ("It ended on Monday, February 29.", "2016-02-29"),
        ("The fair begins on Monday.", "2022-10-17"), ("School starts Thursday.", "2022-10-20"),
        ("The new rule takes effect in May.", "2023-05"), ("The vote is Tuesday.", "2022-10-18"),
        ("The club is holding a sale on Sunday.", "2022-10-16"),
        ("A vote could come Tuesday.", "2022-10-18"), ("She may sing Tuesday.", "2022-10-18"),
        ("He could not be reached Tuesday.", "2022-10-11"),
        ("Neither could be reached Tuesday.", "2022-10-11"),
        ("She didn't sing on November 8.", "2021-11-08"),
        ("It wasn’t open on November 8.", "2021-11-08"),
        ("Until Tuesday she had no house.", "2022-10-11"), ("by Tuesday", "2022-10-18"),
        ("The road will be shut until 9 p.m. Tuesday.", "2022-10-18"),
        ("It was put out by Tuesday.", "2022-10-11"),
        ("Nobody is working there since Monday.", "2022-10-10"),
        ("the Tuesday vote", "2022-10-11"),
        ("next Friday", "2022-10-21"), ("They meet next Monday.", "2022-10-17"),
        ("next Sunday", "2022-10-23"),  # that of the next week, which begins on a Monday
    ],
)  # fmt: skip
def test_a_day_without_a_year_is_the_nearest_that_fits_the_tense(text: str, moment: str) -> None:
    assert [found for _, found in moments_in(text, FRIDAY)] == [moment]


@pytest.mark.parametrize(
    ("text", "moments"),
    [
        ("a year earlier", ["2021"]), ("the year-earlier loss", ["2021"]),
        ("In 2010 it won, a year earlier it lost.", ["2010", "2009"]),
        ("In 2010 it won. A year earlier it lost.", ["2010", "2021"]),  # of its own sentence
        ("It won in 2022. The following year it lost.", ["2022"]),  # after the article
        ("the following day", []), ("that year", []),
        ("It won in 2010; that year it moved.", ["2010", "2010"]),
        ("In January 2010 it won. The following month it lost.", ["2010-01", "2010-02"]),
        ("In 2010 it won. The following month it lost.", ["2010"]),  # which month?
        ("On October 3 it won. The following day it lost.", ["2022-10-03", "2022-10-04"]),
        ("In 2010 it won. The next year it lost.", ["2010", "2011"]),  # not the year to come
        ("They will pay it over the next year.", ["2023"]), ("The next year it lost.", []),
        ("It shut on October 3. It was full the previous day.", ["2022-10-03", "2022-10-02"]),
        ("It opened in 2010, the same year as the pool.", ["2010"]),
        ("It opened in 2010. Later the same year it shut.", ["2010", "2010"]),
        ("It sold 40 in 2010, 9 more than the year before.", ["2010", "2009"]),
        ("the year before last", []), ("a ruling a day earlier", ["2022-10-13"]),
        ("He left in 2010, at the end of the year.", ["2010", "2010"]),
        ("It shuts by the end of the month.", ["2022-10"]), ("a day earlier than planned", []),
        ("the day before yesterday", ["2022-10-12"]), ("the day after tomorrow", ["2022-10-16"]),
        ("a year ago today", ["2021-10-14"]), ("50 years ago this month", ["1972-10"]),
        ("fifteen years ago", ["2007"]), ("twenty years ago", ["2002"]),
        ("sixty-five years ago", ["1957"]), ("twenty one years ago", ["2001"]),
        ("two years from now", ["2024"]), ("2022/10/03", ["2022-10-03"]),
        ("earlier in the year", ["2022"]), ("in May last year", ["2021-05"]),
        ("on 3 May last year", ["2021-05-03"]), ("in May next year", ["2023-05"]),
        ("In May 3,200 people fled", ["2022-05"]), ("In May 20 people fled", ["2022-05"]),
        ("In May 20, 2021 they fled", ["2021-05-20"]), ("on May 20 people fled", ["2022-05-20"]),
        ("between April and May", ["2022-04", "2022-05"]), ("a price of 2082.1", []),
        ("the 4th of July", ["2022-07-04"]), ("Friday 14 October 2022", ["2022-10-14"]),
        ("in nineteen ninety-six", ["1996"]), ("in May nineteen sixty", ["1960-05"]),
        ("by the year two thousand", ["2000"]), ("USA TODAY", []), ("in today's world", []),
        ("today's Senate vote", ["2022-10-14"]), ("today’s ruling", ["2022-10-14"]),
        ("by year's end", ["2022"]), ("In 2010 it sank; by year’s end it shut.", ["2010", "2010"]),
        ("by year-end", ["2022-12-31"]), ("up 5% since year end", ["2021-12-31"]),
        ("the year-end bonus", []),
        ("the March for Life", []), ("the March vote", ["2022-03"]),
    ],
)  # fmt: skip
def test_expressions_count_from_what_they_follow(text: str, moments: list[str]) -> None:
    assert [found for _, found in moments_in(text, FRIDAY)] == moments


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("It was cold on Christmas Day.", "2021-12-25"),
        ("It will shut on Christmas Eve.", "2022-12-24"),
        ("Election Day", "2022-11-08"), ("He won on Election Day.", "2021-11-02"),
        ("Election Day 2024", "2024-11-05"), ("Thanksgiving Day, 2019", "2019-11-28"),
        ("It shut on Memorial Day.", "2022-05-30"), ("before Labor Day", "2023-09-04"),
        ("They sang on Labor Day.", "2022-09-05"), ("Presidents Day 2022", "2022-02-21"),
        ("Presidents’ Day 2022", "2022-02-21"), ("on New Year’s Eve 2019", "2019-12-31"),
        ("the primary Election Day", None), ("a Labor Day weekend", None), ("Labor Day Inn", None),
        ("Christmas", None), ("happy Thanksgiving", None),
    ],
)  # fmt: skip
def test_a_holiday_of_one_day_is_that_day(text: str, moment: str | None) -> None:
    assert [found for _, found in moments_in(text, FRIDAY)] == ([moment] if moment else [])


def test_a_holiday_without_a_year_needs_a_day_of_publication() -> None:
    text = "Christmas Day, Election Day 2020"
    assert [found for _, found in moments_in(text, None)] == ["2020-11-03"]
    assert moments_in("Christmas Day", FRIDAY, named=False) == []


def test_a_span_is_resolved_by_the_verb_of_its_sentence() -> None:
    assert moment_of("February 14", FRIDAY) == "2022-02-14"
    assert moment_of("February 14", FRIDAY, "It will end on ", ".") == "2023-02-14"
    assert moment_of("Monday", FRIDAY, "On ", " they will sing.") == "2022-10-17"
    assert moment_of("Monday", FRIDAY, "On ", " they sang.") == "2022-10-10"
    assert moment_of("two days in October", FRIDAY, "It will end on ", ".") is None


def test_september_last_year_needs_the_day_of_the_question_alone() -> None:
    text = "Who won in September last year?"
    assert moments_in(text, FRIDAY, named=False) == [(text.index("September"), "2021-09")]
    assert yearless_months(text) == ()


EXPRESSIONS = [
    "Friday", "last week", "next week", "two weeks ago", "tomorrow", "next month", "999 years ago",
    "999 months ago", "last year", "next year", "yesterday", "will meet on Sunday", "February 29",
    "Monday, February 29", "in December next year", "January last year", "a year earlier",
    "the following day", "the following year", "2022-02-31", "this weekend", "in May",
    "on December 31", "on January 1 they will", "999 years earlier", "next December", "9999",
    "next Friday", "Labor Day", "they will Christmas Day", "by year-end", "year's end",
]  # fmt: skip


@pytest.mark.parametrize("text", EXPRESSIONS)
@pytest.mark.parametrize("day", [dt.date.min, dt.date.max, dt.date(1, 1, 7), dt.date(9999, 12, 25)])
def test_at_either_end_of_the_calendar_nothing_fails(text: str, day: dt.date) -> None:
    article = Article("a", f"It was on {day.isoformat()}, {text}. {text}", published=day)
    moments = [moment for _, moment in moments_in(article.text, day)]
    assert all(in_words(moment) in describe(article, 0, len(article.text)) for moment in moments)
    assert all(description_mentions(describe(article, 0, 99), moment[:4]) for moment in moments)


def test_the_ends_of_the_calendar() -> None:
    assert moments_in("tomorrow, next week, next year", dt.date.max) == []
    assert moments_in("yesterday, last week, last year", dt.date.min) == []
    assert moments_in("yesterday", dt.date.max) == [(0, "9999-12-30")]
    assert moments_in("this week", dt.date.max) == []  # its Sunday is of the year 10000


PIECES = st.one_of(
    st.sampled_from(EXPRESSIONS),
    st.sampled_from(["on", "In", "will", ". It was", "’s", "the", "May", "by", "\n"]),
    st.text(max_size=8),
)


@hypothesis.settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=12), st.one_of(st.none(), st.dates()))
def test_any_text_of_any_day_has_moments_of_the_calendar(
    pieces: list[str], day: dt.date | None
) -> None:
    text = " ".join(pieces)
    found = moments_in(text, day)
    assert found == sorted(found)
    for offset, moment in found:
        assert 0 <= offset < len(text)
        dt.date.fromisoformat((moment + "-01-01")[:10])
    describe(Article("a", text, published=day), 0, len(text))
    assert moment_at(text, 0, day) in {
        None,
        *(moment for _, moment in found),
        *yearless_months(text),
    }
    moment_of(text, day)
    remove_time(capitalise_dates(text))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("what happened in september 2020?", "what happened in September 2020?"),
        ("who may march in may 2020?", "who may march in May 2020?"),
        ("the march of march 3", "the march of March 3"),
        ("on MONDAY or friday", "on Monday or Friday"),
        ("who brokered the september truce?", "who brokered the September truce?"),
    ],
)  # fmt: skip
def test_a_question_may_write_its_months_small(text: str, written: str) -> None:
    assert capitalise_dates(text) == written


@pytest.mark.parametrize("text", ["in September", "last month", "on Friday", "October 3"])
def test_without_a_day_of_publication_nothing_is_guessed(text: str) -> None:
    assert moments_in(text, None) == []


@pytest.mark.parametrize(
    "text",
    [
        "May I ask",
        "Augustus marched",
        "30,2022 people",
        "a second later",
        "May said no",
        "every Friday",
        "Black Friday deals",
        "the Sunday Times",
        "Good Friday",
        "weekly",
        "marching",
    ],
)
def test_what_is_no_time_is_left_alone(text: str) -> None:
    assert moments_in(text, FRIDAY) == []


def test_months_without_a_year() -> None:
    assert yearless_months("the September truce") == ("-09",)
    assert yearless_months("between Oct. 3 and March") == ("-10", "-03")
    assert yearless_months("in May, May said") == ("-05",)
    assert yearless_months("September 2022, 2020, Friday") == ()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("on October 3", "2022-10-03"), ("early September", "2022-09"), ("2020", "2020"),
        ("in autumn 2020", "2020"), ("two days in October", None),
        ("Monday, October 3", "2022-10-03"), ("Friday, Oct. 14", "2022-10-14"), ("Anna", None),
        ("2020 and 2021", None),
    ],
)  # fmt: skip
def test_a_text_that_is_nothing_but_a_time(text: str, moment: str | None) -> None:
    assert moment_of(text, FRIDAY) == moment


def test_a_span_speaks_of_the_moment_named_before_it_else_after() -> None:
    sentence = "In September 286 died, in 2020 6,500."
    assert moment_at(sentence, sentence.index("286"), FRIDAY) == "2022-09"
    assert moment_at(sentence, sentence.index("6,500"), FRIDAY) == "2020"
    assert moment_at(sentence, sentence.index("2020"), FRIDAY) == "2020"  # it is that moment
    assert moment_at("286 died in September.", 0, FRIDAY) == "2022-09"
    assert moment_at("286 died in September, 40 in 2020.", 0, FRIDAY) == "2022-09"
    assert moment_at("286 died.", 0, FRIDAY) is None


def test_the_day_on_which_somebody_said_it_is_not_its_day() -> None:
    sentence = "The army said on Wednesday that 31 had been shot down on Tuesday night."
    assert moment_at(sentence, sentence.index("31"), FRIDAY) == "2022-10-11"
    assert moment_at("The army said on Wednesday that 31 died.", 32, FRIDAY) == "2022-10-12"
    sentence = "The army said that on Tuesday 31 had died."
    assert moment_at(sentence, sentence.index("31"), FRIDAY) == "2022-10-11"


@pytest.mark.parametrize(
    ("sentence", "moment"),
    [
        ("About 40 boats sank in the storms that followed.", "1987"),
        ("The ensuing strike cost 40 jobs.", "1987"),
        ("Subsequently 40 firms left.", "1987"),
        ("At the time it had 40 members.", "1987"),
        ("At the time of the census it had 40 members.", None),
        ("It has 40 members.", None),
        ("The strike that followed in 1990 cost 40 jobs.", "1990"),
    ],
)
def test_what_followed_is_of_the_moment_of_the_sentence_before(
    sentence: str, moment: str | None
) -> None:
    position = sentence.index("40")
    earlier = "The yard opened in May 1980 and shut in 1987."
    assert moment_at(sentence, position, FRIDAY, earlier) == moment
    assert moment_at(sentence, position, FRIDAY) in (None, "1990")  # nothing before it


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2022-10-14", True), ("2022-10-04", False), ("2022-10", True), ("2022", True),
        ("-10", True), ("2022-09-30", False), ("-09", True), ("2021", False), ("-11", False),
        ("2020", False),
    ],
)  # fmt: skip
def test_a_description_speaks_of_a_moment_at_its_precision_or_a_finer_one(
    moment: str, said: bool
) -> None:
    assert (
        description_mentions("The November 2020 Example · 14 October 2022 · September 2022", moment)
        == said
    )


def test_a_description_without_dates_speaks_of_none() -> None:
    assert not any(
        description_mentions(description, moment)
        for description in ("", "The May Post")
        for moment in ("-05", "2022")
    )


def test_the_description_says_outlet_day_and_moments_once_in_words() -> None:
    article = Article(
        "a",
        "Clashes last month. A war in September 2022. Talks on Friday.",
        title="T",
        source="Example",
        published=FRIDAY,
    )
    assert describe(article, 0, len(article.text)) == "Example · 14 October 2022 · September 2022"
    assert in_words("2022") == "2022"


@pytest.mark.parametrize(
    ("text", "published", "moment"),
    [
        ("last week", "2022-08-08", "2022-08"),  # Monday the 1st to Sunday the 7th
        ("last week", "2022-08-01", "2022-07"),  # Monday the 25th to Sunday the 31st
        ("this week", "2022-08-07", "2022-08"),
        ("next week", "2022-07-31", "2022-08"),
        ("next week", "2022-07-24", "2022-07"),
        ("two weeks ago", "2022-08-15", "2022-08"),
        ("this week", "2022-11-01", None),  # it began in October
        ("Last Night", "2022-08-01", "2022-07-31"),
        ("Tonight", "2022-08-01", "2022-08-01"),
        ("This Morning", "2022-08-01", "2022-08-01"),
    ],
)
def test_weeks_begin_on_monday_and_words_may_be_capitals(
    text: str, published: str, moment: str | None
) -> None:
    assert [
        found for _, found in moments_in(f"It rained {text}.", dt.date.fromisoformat(published))
    ] == ([moment] if moment else [])


@pytest.mark.parametrize(
    ("question", "timeless"),
    [
        ("who brokered the September truce?", "who brokered the truce?"),
        ("How many troops died in the 2020 war?", "How many troops died in the war?"),
        ("Who spoke on October 14, 2022?", "Who spoke?"),
        ("In 2021, who led the choir?", "who led the choir?"),
        ("Who resigned last month?", "Who resigned?"),
        ("What was shut in early 2020?", "What was shut?"),
        (
            "What was shut since early 2020, and until June 13?",
            "What was shut since early 2020, and until June 13?",
        ),
        ("Who led the talks in May 2021's heat?", "Who led the talks in heat?"),
        ("May I ask who may win?", "May I ask who may win?"),
        ("Who won?", "Who won?"),
    ],
)
def test_a_question_without_its_time(question: str, timeless: str) -> None:
    assert remove_time(question) == timeless


def test_a_month_of_no_known_year_is_one_of_any_year() -> None:
    sentence = (
        "In September a choir from Riga won, its first prize since the 2020 contest; "
        "by May, Oslo had won."
    )
    riga, oslo = sentence.index("Riga"), sentence.index("Oslo")
    assert moment_at(sentence, riga, None) == "-09"  # not 2020, which it was before
    assert moment_at(sentence, oslo, None) == "2020"  # "by May" might be the verb
    assert moment_at(sentence, riga, FRIDAY) == "2022-09"
    assert moment_at("A choir won.", 2, None) is None
