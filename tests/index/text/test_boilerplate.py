"""Lines that are not the story are told by their words, or by standing under many stories."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from index.text.boilerplate import boilerplate_lines, find_repeated_lines, without_boilerplate
from index.text.chunking import passage_spans
from index.types import Article
from tests.index.text.texts import texts


@pytest.mark.parametrize(
    "line",
    [
        "Accessibility links", "SHARE THIS ARTICLE", "0:00 0:03:27 0:00", "please wait",
        "No media source currently available", "  • 16x9 Image", "SEE ALSO: Leaders meet in Prague",
        "READ MORE:\u00a0Leaders meet", "www.example.org", "https://example.org/a?b=c",
        "News \u00a0 / \u00a0 Russia \u00a0 / \u00a0 Editor's Choice",
        "With reporting by Reuters, AFP, and AP", "Source: Example World and agencies",
        "Advertisement", "© 2022 Example Media. All rights reserved.", "Skip to main content",
        "Loading…", "Related stories", "Watch live", "Click here to read", "Sign up for our letter",
        "Subscribe", "Newsletters", "Enlarge this image", "Image source, Example", "Privacy policy",
        "Terms of use", "###", "Example Daily’s website can be accessed at example.org",
    ],
)  # fmt: skip
def test_page_boilerplate_is_in_no_passage(line: str) -> None:
    text = f"The talks began.\n{line}\nThey ended on Friday."
    assert [text[start:end] for start, end in without_boilerplate(text)] == [
        "The talks began.\n",
        "They ended on Friday.",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Share prices fell by 3% on Monday.", "Print workers went on strike.",
        "Follow the money, he said, and you will see.", "Embedded reporters saw the battle.",
        "Watch towers line the border.", "Breaking news reached us at noon.", "He left at 10:30",
        "The source: a leaking pipe under the square. It was found on Monday.",
        "Related talks were held in Oslo.", "Loading the ships took a day.", "Adverts cost more.",
        "The image source was not known.", "Copyrights last 70 years.", "1 / 2 of them left.",
        "See also sprach Zarathustra, he said.", "Subscribers left.", "Searches went on.",
    ],
)  # fmt: skip
def test_a_line_of_the_story_is_not_boilerplate(line: str) -> None:
    assert boilerplate_lines(f"First.\n{line}\nLast.") == []


def test_a_caption_given_twice_is_kept_once() -> None:
    text = (
        "The president accuses his neighbour of\n"
        "The president accuses his neighbour of lying. (AFP)\n"
    )
    assert [text[start:end] for start, end in without_boilerplate(text)] == [
        "The president accuses his neighbour of lying. (AFP)\n"
    ]


def test_a_short_line_that_begins_the_next_one_stays() -> None:
    assert boilerplate_lines("Geneva\nGeneva is a city.\n") == []
    apart = "The president accuses his neighbour of\nRain.\nThe president accuses his neighbour of"
    assert boilerplate_lines(apart) == []


@given(texts, st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)).map(sorted), max_size=3))
def test_the_story_is_what_no_boilerplate_covers(text: str, more: list[list[int]]) -> None:
    """Its spans rise, do not touch what is left out, and leave out nothing else but white space."""
    spans = [(min(start, len(text)), min(end, len(text))) for start, end in more]
    out = {
        place for start, end in [*boilerplate_lines(text), *spans] for place in range(start, end)
    }
    story = without_boilerplate(text, spans)
    kept = [place for start, end in story for place in range(start, end)]
    assert kept == sorted(set(kept) - out)
    assert not "".join(text[n] for n in range(len(text)) if n not in {*out, *kept}).strip()
    assert all(text[start:end].strip() for start, end in story)


PROMPT, HEADING = "Get the best of our paper in your inbox every day.", "What we know"


def outlet(count: int, line: str = PROMPT) -> list[Article]:
    """Return stories of one outlet, each with its own first line, a heading and `line`."""
    texts = [f"{n} boats left the harbour at dawn.\n{HEADING}\n{line}\n" for n in range(count)]
    return [Article(str(n), text, source="Globe", story=str(n)) for n, text in enumerate(texts)]


def repeated(articles: list[Article]) -> list[list[str]]:
    found = find_repeated_lines(articles).boilerplate()
    return [
        [article.text[start:end] for start, end in spans]
        for article, spans in zip(articles, found, strict=True)
    ]


def test_what_an_outlet_prints_under_four_stories_is_boilerplate() -> None:
    articles = outlet(4)
    assert repeated(articles) == [[PROMPT + "\n"]] * 4  # and not the heading, which is short
    (spans, *_) = find_repeated_lines(articles).boilerplate()
    assert passage_spans(articles[0].text, boilerplate=spans) == [
        (0, len(f"0 boats left the harbour at dawn.\n{HEADING}"))
    ]
    assert repeated(articles[:3]) == [[]] * 3
    assert repeated([]) == []


def test_the_words_of_a_line_count_and_neither_their_case_nor_its_spaces() -> None:
    articles = outlet(4)
    other = replace(articles[0], text=articles[0].text.replace(PROMPT, f"  {PROMPT.upper()}"))
    assert repeated([other, *articles[1:]])[0] == [f"  {PROMPT.upper()}\n"]


def test_a_short_fact_under_many_stories_stays() -> None:
    assert repeated(outlet(5, "Incumbent: Ann Berg, Democrat")) == [[]] * 5
    assert repeated(outlet(5, "Incumbent of the seat is Ann Berg, Democrat")) != [[]] * 5


def test_a_paragraph_is_boilerplate_under_eight_stories_only() -> None:
    paragraph = " ".join(f"word{n}" for n in range(21))
    assert repeated(outlet(7, paragraph)) == [[]] * 7
    assert repeated(outlet(8, paragraph)) == [[paragraph + "\n"]] * 8
    shorter = " ".join(f"word{n}" for n in range(20))
    assert repeated(outlet(4, shorter)) == [[shorter + "\n"]] * 4


def test_lines_of_several_outlets_are_a_wire_services_own_words() -> None:
    articles = [replace(article, source=article.id) for article in outlet(5)]
    assert repeated(articles) == [[]] * 5


def test_the_copies_of_a_story_count_once() -> None:
    articles = outlet(5)
    assert repeated([replace(article, story="0") for article in articles]) == [[]] * 5
    three = [replace(article, story=str(min(n, 2))) for n, article in enumerate(articles)]
    assert repeated(three) == [[]] * 5
    unknown = [replace(article, story=None) for article in articles]  # each by itself
    assert repeated(unknown) == [[PROMPT + "\n"]] * 5


def test_a_line_given_twice_in_a_story_counts_once() -> None:
    twice = [replace(article, text=article.text + PROMPT + "\n") for article in outlet(3)]
    assert repeated(twice) == [[]] * 3
    assert repeated([*twice, outlet(4)[3]])[0] == [PROMPT + "\n"] * 2  # yet both are left out


def test_an_article_of_which_nothing_would_be_left_keeps_its_lines() -> None:
    articles = outlet(5)
    alone = replace(articles[0], text=PROMPT)
    assert repeated([alone, *articles[1:]]) == [[], *[[PROMPT + "\n"]] * 4]


@hypothesis.settings(max_examples=40)
@given(st.data())
def test_an_earlier_result_changes_no_result(data: st.DataObject) -> None:
    """Whatever was compared before, the lines are those of a fresh comparison."""
    everything = [replace(one, story=str(n - n % 2)) for n, one in enumerate(outlet(14))]
    for n in range(0, 14, 4):
        everything[n] = replace(everything[n], source=None)
    for n in range(0, 14, 5):
        everything[n] = replace(everything[n], text=PROMPT)  # nothing would be left
    some = st.lists(st.sampled_from(range(14)), unique=True)
    old, new = ([everything[n] for n in data.draw(some)] for _ in range(2))
    places = [old.index(one) if one in old else -1 for one in new]
    kept = find_repeated_lines(new, find_repeated_lines(old), places)
    fresh = find_repeated_lines(new)
    for field in dataclasses.fields(fresh):
        assert np.array_equal(getattr(kept, field.name), getattr(fresh, field.name)), field.name
        assert getattr(kept, field.name).dtype == getattr(fresh, field.name).dtype, field.name


def test_the_lines_of_a_known_article_are_not_read_again() -> None:
    articles = outlet(4)
    before = find_repeated_lines(articles)
    other = [replace(article, text="another text") for article in articles]  # nobody looks at it
    assert find_repeated_lines(other, before, range(4)).boilerplate() == before.boilerplate()
