"""Who holds an office now: no deputy, no nominee, nobody who held it once."""

from __future__ import annotations

import datetime as dt

import pytest

from index.types import Article
from qa.answering.citing import cite
from qa.answering.offices import holders, of_other_office
from qa.types import Citation, Span


def cited(marked: str, day: str | None = None) -> Citation:
    """Cite what stands in brackets; the brackets are left out of the article."""
    text = marked.replace("[", "").replace("]", "")
    start, end = marked.index("["), marked.index("]") - 1
    published = None if day is None else dt.date.fromisoformat(day)
    return cite(Span(Article(marked, text, published=published), start, end))


@pytest.mark.parametrize(
    ("question", "marked", "other"),
    [
        ("Who is the mayor of Nes?", "Deputy Mayor [Ann Berg] spoke.", True),
        ("Who is the mayor of Nes?", "Mayor [Ann Berg] spoke.", False),
        ("Who is the mayor of Nes?", "[Ann Berg], the former mayor of Nes, spoke.", True),
        ("Who is the mayor of Nes?", "[Ann Berg] beat former mayor Kari Lund.", False),
        ("Who is the deputy mayor of Nes?", "Deputy Mayor [Ann Berg] spoke.", False),
        ("Who is the mayor of Nes?", "[Ann Berg], who could become mayor, spoke.", True),
        ("Who is the prime minister?", "Former finance minister [Ann Berg] won.", False),
        ("Who is the prime minister?", "Former Prime Minister [Ann Berg] won.", True),
        ("Who was the mayor of Nes?", "Former mayor [Ann Berg] spoke.", False),
        ("Who is the chief of staff?", "Former chief of staff [Ann Berg] spoke.", True),
        ("Who is the majority leader?", "Minority Leader [Ann Berg] spoke.", True),
        ("Who is the majority leader?", "Majority Leader [Ann Berg] spoke.", False),
        ("Who is the minority leader?", "Minority Leader [Ann Berg] spoke.", False),
        ("Who is the mayor of Nes?", "When [Ann Berg] was mayor, the mill burned.", True),
        ("Who is the mayor of Nes?", "[Ann Berg] was elected mayor on Monday.", False),
        ("Who is the mayor of Nes?", "The party nominated [Ann Berg] for mayor.", True),
        ("Who is the mayor of Nes?", "[Ann Berg]'s second bid failed.", True),
        ("Who is the mayor of Nes?", "The council fired its mayor, [Ann Berg].", True),
        ("Who is the CEO of Nes?", "It fired three, including the CEO, [Ann Berg].", True),
        ("Who is the CEO of Nes?", "CEO [Ann Berg] fired three of the staff.", False),
    ],
)
def test_a_deputy_or_former_holder_is_of_another_office(
    question: str, marked: str, other: bool
) -> None:
    assert of_other_office(cited(marked), question) is other


OLDER, NEWER = "2022-03-01", "2022-04-20"


@pytest.mark.parametrize(
    ("marked", "day", "held", "held_on", "kept"),
    [
        ("Then-mayor [Ann Berg] spoke.", OLDER, "Mayor [Berg] spoke.", NEWER, False),
        ("Then-mayor [Ann Berg] spoke.", OLDER, "Mayor [Berg] spoke.", "2022-09-01", True),
        ("Former mayor [Ann Berg] is back.", OLDER, "Mayor [Berg] spoke.", NEWER, True),
        ("Former mayor [Ann Berg] spoke.", NEWER, "Mayor [Berg] spoke.", OLDER, False),
        ("Deputy Mayor [Ann Berg] spoke.", NEWER, "Mayor [Berg] spoke.", OLDER, True),
        ("Then-mayor [Ann Berg] spoke.", OLDER, "Mayor [Kari Lund] spoke.", NEWER, True),
    ],
)
def test_who_was_a_holder_once_is_none_in_older_articles_either(
    marked: str, day: str, held: str, held_on: str, kept: bool
) -> None:
    told, plain = cited(marked, day), cited(held, held_on)
    expected = [plain] if kept else []
    assert holders("Who is the mayor?", [told, plain]) == expected
    assert holders("Who was the mayor?", [told, plain]) == [told, plain]


@pytest.mark.parametrize(
    ("marked", "kept"),
    [
        ("Prime Minister [Ann Berg] spoke on Monday, then left for Norway.", False),
        ("Norwegian Prime Minister [Ann Berg] spoke on Monday.", True),
        ("[Ann Berg], Norway's prime minister, spoke on Monday.", True),
        ("[Ann Berg] is the prime minister and head of the government of Norway.", True),
        ("Prime Minister [Ann Berg] spoke on Monday. Norway votes. All Norwegians may.", True),
        ("Norway votes again in a week, we hear. Its prime minister, [Ann Berg], spoke.", True),
        ("Norway votes again in a week, we hear. The prime minister, [Ann Berg], spoke.", False),
    ],
)
def test_the_article_is_about_what_the_office_is_of(marked: str, kept: bool) -> None:
    plain = cited(marked)
    assert holders("Who is the prime minister of Norway?", [plain]) == ([plain] if kept else [])
    assert holders("Who was the prime minister of Norway?", [plain]) == [plain]
