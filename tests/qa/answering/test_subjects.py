"""The names that a question is about, and whether an article names them."""

from __future__ import annotations

import pytest

from index.types import Article, Passage
from qa.answering.agreement import agree
from qa.answering.citing import cite
from qa.answering.subjects import (
    is_named,
    names_of,
    of_its_subject,
    times_named,
    unnamed,
    words_of,
)
from qa.types import Citation, Hit, Span


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Who is the president of Georgia?", (("Georgia",),)),
        ("Who is the skipper of the Mary Pell?", (("Mary", "Pell"),)),
        ("How many people died in September?", ()),
        ("Who chaired the club from Feb 2001 to Sept. 2003?", ()),
        ("Who won on Election Day 2020?", ()),
        ("Who died in Oslo on Christmas Day?", (("Oslo",),)),
        ("What did Warner Bros. announce?", (("Warner", "Bros"),)),
        ("What did NATO announce?", ()),  # an article may write it in full
        ("Which team won?", ()),
    ],
)
def test_names_are_found_without_months_and_abbreviations(
    question: str, names: tuple[tuple[str, ...], ...]
) -> None:
    assert names_of(question) == names


def _article(text: str, title: str = "") -> Article:
    return Article("a", text, title=title or None)


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        (("Georgia",), "Georgian voters went to the polls.", True),  # its adjective
        (("Britain",), "The UK has a new king.", True),  # another name of it
        (("Sarina", "Wiegman"), "Wiegman trained the team.", True),
        (("Mary", "Pell"), "Mary Smith saw the boat.", False),  # one word of two
        (("Tanaru", "Indigenous", "Territory"), "The Tanaru are an indigenous people.", True),
        (("Georgia",), "Putin is the president of Russia.", False),
        (("Łódź",), "A fire in Lodz.", True),
        (("Tories",), "He rang every Tory lawmaker.", True),
    ],
)
def test_an_article_has_a_name_by_its_last_word_or_most_of_its_words(
    name: tuple[str, ...], text: str, named: bool
) -> None:
    assert is_named(name, words_of(_article(text))) is named


def test_a_title_names_too() -> None:
    assert is_named(("Georgia",), words_of(_article("Voters chose a president.", "Georgia votes")))


QUESTION = "Who is the president of Georgia?"
RUSSIA = "The president of Russia is Ivan Petrov."
GEORGIA = "The president of Georgia is Nino Beridze."


def _told(text: str, words: str) -> Citation:
    start = text.index(words)
    article = Article(words, text, source=words)
    return cite(Span(article, start, start + len(words), score=1.0, probability=0.6))


def _hit(text: str) -> Hit:
    return Hit(Passage(Article("a", text), 0, len(text)), 1.0)


def test_only_citations_of_articles_with_all_names_are_of_the_subject() -> None:
    other, kept = _told(RUSSIA, "Ivan Petrov"), _told(GEORGIA, "Nino Beridze")
    assert of_its_subject(QUESTION, [other, kept]) == [kept]


def test_an_answer_that_no_article_on_the_subject_gives_is_not_said() -> None:
    other, kept = _told(RUSSIA, "Ivan Petrov"), _told(GEORGIA, "Nino Beridze")
    assert agree(QUESTION, [other], [], 0.1).answers == ()
    assert [one.text for one in agree(QUESTION, [other, kept], [], 0.1).answers] == ["Nino Beridze"]


def test_a_sentence_on_another_subject_is_not_quoted() -> None:
    question = "What did Ivan Petrov say about Georgia?"
    assert (
        agree(question, [_told("Ivan Petrov said it rained.", "it rained")], [], 0.1).answers == ()
    )


def test_a_name_that_no_article_has_is_told() -> None:
    assert unnamed(QUESTION, [_hit(RUSSIA)]) == ["Georgia"]
    assert unnamed(QUESTION, [_hit(RUSSIA), _hit(GEORGIA)]) == []


@pytest.mark.parametrize(
    ("name", "text", "times"),
    [
        (("Norway",), "Norway votes. All Norwegians may. Norway counts.", 3),
        (("Norway",), "Sweden votes.", 0),
        (("United", "Kingdom"), "Britain votes. The British may. So may Britons.", 3),
        (("Mary", "Pell"), "The Mary Pell sank; the Pell was old. Mary wept.", 2),
    ],
)
def test_a_name_is_counted_by_its_last_word_and_a_country_by_each(
    name: tuple[str, ...], text: str, times: int
) -> None:
    assert times_named(name, text) == times
