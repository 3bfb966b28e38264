"""Citations become answers by value, copies are one origin, figures of one thing contradict."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from index.types import Article, Passage
from qa.answering import agreement
from qa.answering.agreement import (
    group_by_fullest_form,
    independent,
    pool_probabilities,
)
from qa.answering.citing import cite
from qa.answering.conflicts import figures_over_time, find_conflict
from qa.answering.evidence import Pooling
from qa.answering.names import fold_spelling
from qa.answering.values import fold, refines
from qa.types import Answer, Citation, Hit, Span, Value
from tests.qa.answering.stories import STORIES, Story

DAY = dt.date(2022, 10, 14)


def span(text: str, quoted: str, probability: float = 0.8, id: str = "") -> Citation:
    article = Article(id or text, text, source=id or None, published=DAY)
    return cited(article, quoted, probability)


def cited(article: Article, quoted: str, probability: float) -> Citation:
    """Cite the first place of some words in an article."""
    start = article.text.index(quoted)
    end = start + len(quoted)
    return cite(Span(article, start, end, score=10 * probability, probability=probability))


def agree(
    question: str, citations: Sequence[Span], hits: Sequence[Hit], threshold: float
) -> tuple[tuple[Answer, ...], bool]:
    """Return the answers, and whether they contradict each other."""
    found = agreement.agree(question, [cite(one) for one in citations], hits, threshold)
    return found.answers, found.conflict is not None


def contradicting(answers: Sequence[Answer], question: str) -> list[Answer]:
    shown, conflict = find_conflict(question, answers, answers)
    assert conflict is not None
    return [shown[place] for place in conflict.answers]


def test_one_answer_a_value_with_every_citation_best_first() -> None:
    spans = [
        span("The US brokered it.", "US", 0.9, "x"),
        span("Russia brokered it.", "Russia", 0.7, "y"),
        span("Brokered by the US then.", "the US", 0.6, "z"),
    ]
    answers, disagreement = agree("Who brokered it?", spans, [], threshold=0.5)
    assert [(answer.text, len(answer.citations), answer.probability) for answer in answers] == [
        ("US", 2, pytest.approx(1 - 0.1 * 0.7)),
        ("Russia", 1, 0.7),
    ]
    assert disagreement
    spans[1] = span("Russia brokered it.", "Russia", 0.6, "y")
    assert not agree("Who brokered it?", spans, [], threshold=0.5)[
        1
    ]  # of names, half as sure is the reader's doubt


def test_what_is_below_the_threshold_is_no_answer() -> None:
    assert agree("Who?", [span("The US.", "US", 0.49)], [], threshold=0.5) == ((), False)
    assert len(agree("Who?", [span("The US.", "US", 0.5)], [], threshold=0.5)[0]) == 1


def test_a_wire_story_and_its_copies_are_one_origin() -> None:
    wire = "At least 286 people were killed in the clashes on the border before a truce took hold."
    copy = wire.replace("took hold.", "took hold, officials said.")
    other = "Officials in the capital put the number of the dead at 286 on Monday."
    assert len(independent([span(wire, "286", id="a"), span(copy, "286", id="b")])) == 1
    assert (
        len(
            independent(
                [span(wire, "286", id="a"), span(copy, "286", id="b"), span(other, "286", id="c")]
            )
        )
        == 2
    )


def test_a_copy_that_retrieval_set_aside_is_cited_with_its_own_offsets() -> None:
    first = span("Rain fell. At least 286 people were killed. Snow fell.", "286", id="a")
    twin = Article("b", "By our staff. Rain fell. At least 286 people were killed.", source="b")
    hits = [Hit(Passage(first.article, 0, 54), 1.0, (Passage(twin, 14, len(twin.text)),))]
    (answer,), _ = agree("How many were killed?", [first], hits, threshold=0.5)
    assert [(citation.article.id, citation.text) for citation in answer.citations] == [
        ("a", "286"),
        ("b", "286"),
    ]
    assert answer.origins == 1


def test_a_copy_that_begins_with_the_sentence_is_cited() -> None:
    first = span("Rain fell. At least 286 people were killed.", "286", id="a")
    twin = Article("b", "At least 286 people were killed. Snow fell.", source="b")
    hits = [Hit(Passage(first.article, 0, 43), 1.0, (Passage(twin, 0, len(twin.text)),))]
    (answer,), _ = agree("How many were killed?", [first], hits, threshold=0.5)
    assert [(citation.article.id, citation.start) for citation in answer.citations] == [
        ("a", 20),
        ("b", 9),
    ]


def test_a_copy_without_the_sentence_is_not_cited() -> None:
    first = span("Rain fell. At least 286 people were killed. Snow fell.", "286", id="a")
    other = Article("b", "Rain fell. Snow fell. The truce held.", source="b")
    hits = [Hit(Passage(first.article, 0, 54), 1.0, (Passage(other, 0, len(other.text)),))]
    (answer,), _ = agree("How many were killed?", [first], hits, threshold=0.5)
    assert [citation.article.id for citation in answer.citations] == ["a"]


def test_figures_of_one_moment_contradict_and_others_do_not() -> None:
    a = span("In September, 286 people died.", "286", 0.9, "a")
    b = span("Last month more than 200 people died.", "more than 200 people", 0.5, "b")
    war = span("In 1991 around 30,000 died.", "30,000", 0.8, "c")
    weeks = span("In September it lasted six weeks.", "six weeks", 0.8, "d")
    unlikely = span("In September, some 12 died of cold.", "12", 0.2, "e")
    question = "How many people died in September?"
    answers, disagreement = agree(question, [a, war, b, unlikely], [], threshold=0.1)
    assert disagreement
    assert [answer.text for answer in contradicting(answers, question)] == [
        "286",
        "more than 200 people",
    ]
    assert not agree("How many people died?", [a, war], [], threshold=0.1)[1]
    soldiers = span("In September 286 soldiers died.", "286 soldiers", 0.9, "f")
    assert not agree("How many people died?", [soldiers, weeks], [], threshold=0.1)[
        1
    ]  # of other units
    assert not agree("Which soldiers died?", [a, b], [], threshold=0.1)[1]  # a question for several
    article = Article(
        "g", "More than 2,000 people died.", source="g", published=dt.date(2020, 11, 13)
    )
    earlier = Span(article, 10, 15, score=7.0, probability=0.7)
    assert not agree("How many people died?", [a, earlier], [], threshold=0.1)[
        1
    ]  # printed before it: no word on September 2022
    undated = Span(Article("h", article.text, source="h"), 10, 15, score=7.0, probability=0.7)
    assert agree("How many people died?", [a, undated], [], threshold=0.1)[1]


@pytest.mark.parametrize(
    ("question", "differ"),
    [
        ("Who brokered it?", True),
        ("Who condemned it?", False),
        ("Who has publicly called it a lie?", False),
    ],
)
def test_who_says_so_may_be_several(question: str, differ: bool) -> None:
    spans = [
        span("Maria Olsen brokered it.", "Maria Olsen", 0.9, "a"),
        span("Peter Berg brokered it.", "Peter Berg", 0.8, "b"),
    ]
    assert agree(question, spans, [], threshold=0.3)[1] is differ


def test_an_answer_of_more_origins_is_more_probable_and_stays_a_probability() -> None:
    assert pool_probabilities([0.6]) == pytest.approx(0.6)
    assert pool_probabilities([0.6, 0.4]) == pytest.approx(1 - 0.4 * 0.8)
    assert pool_probabilities([0.6, 0.4, 0.4]) == pytest.approx(1 - 0.4 * 0.8 * 0.8)
    three = [
        span(f"{name} says that the US brokered it.", "US", 0.6, name)
        for name in ("Rome", "Oslo", "Bern")
    ]
    answers, _ = agree(
        "Who brokered it?",
        [span("It was brokered by Norway.", "Norway", 0.7, "x"), *three],
        [],
        0.5,
    )
    assert (answers[0].text, answers[1].origins) == (
        "Norway",
        1,
    )  # one sentence, three names: one story
    told = [
        span("The US did.", "US", 0.6, "a"),
        span("Brokered, they say, by the US.", "the US", 0.6, "b"),
        span("Behind it stood the U.S. alone.", "U.S.", 0.6, "c"),
    ]
    answers, _ = agree(
        "Who brokered it?", [span("It was brokered by Norway.", "Norway", 0.7, "x"), *told], [], 0.5
    )
    assert (answers[0].text, answers[0].origins) == ("US", 3)
    assert answers[0].probability == pytest.approx(pool_probabilities([0.6, 0.6, 0.6]))


def test_a_title_is_known_for_one_by_any_article_that_was_retrieved() -> None:
    spans = [
        span("Macron accused Moscow.", "Macron", 0.8, "a"),
        span("French President Macron accused Moscow.", "French President Macron", 0.7, "b"),
        span("Emmanuel Macron accused Moscow.", "Emmanuel Macron", 0.6, "c"),
    ]
    other = Article("d", "The president slept.")
    hits = [Hit(Passage(other, 0, len(other.text)), 0.5)]
    assert (
        len(agree("Who accused Moscow?", spans, [], threshold=0.5)[0]) == 3
    )  # "President" might be a name
    (answer,), _ = agree("Who accused Moscow?", spans, hits, threshold=0.5)
    assert len(answer.citations) == 3


def test_spellings_of_one_name_are_one_answer_and_other_names_are_not() -> None:
    spellings = ("Emmanuel Macron", "Emanuel Macron", "Macron")
    (answer,), differ = agree(
        "Who spoke?",
        [span(f"{name} spoke at {hour}.", name, 0.8, name) for hour, name in enumerate(spellings)],
        [],
        threshold=0.5,
    )
    assert (len(answer.citations), differ) == (3, False)
    assert (
        len({fold_spelling(words) for words in (("nikol", "pashinyan"), ("nikol", "pashinian"))})
        == 1
    )
    assert (
        len({fold_spelling((word,)) for word in ("zelensky", "zelenskyy", "zelenskij", "żelenski")})
        == 1
    )
    assert (
        len({fold_spelling((word,)) for word in ("martin", "martina", "marten", "lee", "le")}) == 5
    )


def test_two_spans_of_one_article_are_one_origin() -> None:
    article = Article("a", "The US brokered it. In the end it was the US.", published=DAY)
    spans = [Span(article, 4, 6, probability=0.8), Span(article, 42, 44, probability=0.8)]
    (answer,), _ = agree("Who?", spans, [], 0.5)
    assert (len(answer.citations), answer.origins, answer.probability) == (2, 1, 0.8)


def test_articles_of_one_story_are_one_origin() -> None:
    texts = {
        "a": "The US brokered it, officials said.",
        "b": "It was after all the US that brokered it.",
    }
    spans = [
        Span(Article(id, text, story="a"), text.index("US"), text.index("US") + 2, probability=0.8)
        for id, text in texts.items()
    ]
    (answer,), _ = agree("Who?", spans, [], 0.5)
    assert (len(answer.citations), answer.origins) == (2, 1)


def test_a_doubtful_span_is_cited_beside_a_sure_one_but_is_no_answer() -> None:
    sure, doubtful = (
        span("The US brokered it.", "US", 0.8, "a"),
        span("Norway and the U.S. were there.", "U.S.", 0.3, "b"),
    )
    (answer,), _ = agree(
        "Who brokered it?",
        [sure, doubtful, span("Norway came.", "Norway", 0.4, "c")],
        [],
        threshold=0.5,
    )
    assert [citation.article.id for citation in answer.citations] == ["a", "b"]
    assert (
        len(
            agree("Who?", [sure, span("The U.S. was there.", "U.S.", 0.2, "d")], [], 0.5)[0][
                0
            ].citations
        )
        == 1
    )


def test_an_outlet_that_corrects_itself_is_shown_in_order() -> None:
    def dated(day: int, quoted: str, source: str) -> Span:
        text = f"The fire in the mill killed {quoted} people on Monday, {source} day {day}."
        article = Article(f"{source}{day}", text, source=source, published=dt.date(2022, 8, day))
        return Span(
            article,
            text.index(quoted),
            text.index(quoted) + len(quoted),
            probability=0.8 - day / 100,
        )

    answers, disagreement = agree(
        "How many died?",
        [dated(3, "15", "Globe"), dated(2, "12", "Globe"), dated(2, "13", "Herald")],
        [],
        0.1,
    )
    assert disagreement
    assert [
        (figure.citation.article.source, figure.citation.text)
        for figure in figures_over_time(answers)
    ] == [
        ("Globe", "12"),
        ("Globe", "15"),
    ]
    assert (
        figures_over_time(
            agree("How many died?", [dated(2, "12", "Globe"), dated(2, "13", "Herald")], [], 0.1)[0]
        )
        == []
    )
    assert (
        figures_over_time(
            agree("How many died?", [dated(2, "12", "Globe"), dated(2, "15", "Globe")], [], 0.1)[0]
        )
        == []
    )  # of one day: which is later?


# ---- sixty questions over many outlets, judged before the rules ran on them


def spans_of(one: Story) -> tuple[list[Span], list[str]]:
    spans, letters = [], []
    for number, line in enumerate(one.lines):
        outlet, letter, marked = (part.strip() for part in line.split("|"))
        source, day = outlet.split()
        text = marked.replace("[", "").replace("]", "")
        start = marked.index("[")
        article = Article(
            f"{source}-{number}", text, source=source, published=dt.date.fromisoformat(day)
        )
        spans.append(
            Span(
                article,
                start,
                marked.index("]") - 1,
                score=5.0 - number,
                probability=0.8 - number / 20,
            )
        )
        letters.append(letter)
    return spans, letters


def grouped(
    one: Story, order: list[int] | None = None
) -> tuple[set[frozenset[int]], bool, dict[str, int]]:
    """Return groups of line numbers, whether they disagree, and the origins of each group."""
    spans, letters = spans_of(one)
    answers, disagreement = agree(
        one.question, [spans[n] for n in order or range(len(spans))], [], threshold=0.1
    )
    groups = {
        frozenset(int(span.article.id.split("-")[1]) for span in answer.citations)
        for answer in answers
    }
    origins = {
        letters[int(answer.citations[0].article.id.split("-")[1])]: answer.origins
        for answer in answers
    }
    return groups, disagreement, origins


def test_values_are_grouped_as_people_would() -> None:
    right = found = wanted = 0
    for one in STORIES:
        _, letters = spans_of(one)
        pairs = {(a, b) for a in range(len(letters)) for b in range(a) if letters[a] == letters[b]}
        groups, _, _ = grouped(one)
        made = {(a, b) for group in groups for a in group for b in group if b < a}
        right, found, wanted = right + len(pairs & made), found + len(made), wanted + len(pairs)
        if made != pairs:
            print(one.question, "made", sorted(made - pairs), "missed", sorted(pairs - made))
    f1 = 2 * right / (found + wanted)
    print(f"pairwise precision {right / found:.3f} recall {right / wanted:.3f} F1 {f1:.3f}")
    assert f1 >= 0.95


def flagged_stories() -> tuple[float, float]:
    """Return precision and recall of the disagreements that are said, over the stories."""
    flagged = [(one, grouped(one)[1]) for one in STORIES]
    for one, flag in flagged:
        if flag != one.differ:
            print(one.question, "flagged" if flag else "missed")
    both = sum(flag and one.differ for one, flag in flagged)
    precision, recall = (
        both / sum(flag for _, flag in flagged),
        both / sum(one.differ for one in STORIES),
    )
    print(f"precision {precision:.3f} recall {recall:.3f}")
    return precision, recall


def test_what_is_said_to_differ_differs() -> None:
    precision, _ = flagged_stories()
    assert precision >= 0.9


@pytest.mark.xfail(strict=True, reason="0.76 since grammar decides: four stories are in doubt")
def test_disagreement_is_flagged_where_people_would() -> None:
    _, recall = flagged_stories()
    assert recall >= 0.9


def test_origins_are_counted_as_people_would() -> None:
    for one in STORIES:
        groups, _, origins = grouped(one)
        _, letters = spans_of(one)
        expected = {
            frozenset(n for n, letter in enumerate(letters) if letter == wanted)
            for wanted in set(letters)
        }
        if groups == expected:  # where the groups are right at all
            assert origins == one.origins, one.question


@given(st.sampled_from(STORIES), st.randoms(use_true_random=False))
def test_grouping_does_not_depend_on_order_and_cites_only_slices(one: Story, chance: Any) -> None:
    order = list(range(len(one.lines)))
    chance.shuffle(order)
    assert grouped(one, order) == grouped(one)


VALUES = st.one_of(
    st.builds(
        lambda n, u: Value("number", tuple(sorted(u)), (float(n),)),
        st.integers(1, 2),
        st.frozensets(st.sampled_from("abc")),
    ),
    st.sampled_from(
        [Value("date", moment=m) for m in ("2022", "2022-10", "2022-10-03", "2022-10-04", "2021")]
    ),
    st.builds(
        lambda w: Value("name", tuple(w)),
        st.lists(st.sampled_from(["x", "y", "olssen", "olsen"]), min_size=1, max_size=3),
    ),
)


@given(st.lists(VALUES, max_size=8), st.randoms(use_true_random=False))
def test_fullest_forms_are_a_grouping(values: list[Value], chance: Any) -> None:
    forms = group_by_fullest_form(values)
    mixed = values[:]
    chance.shuffle(mixed)
    assert group_by_fullest_form(mixed) == forms
    for value in values:
        form = forms[value]
        assert fold(form) == fold(value) or refines(fold(form), fold(value))
        assert forms[form] == form  # a group has one form
        above = [other for other in set(values) if refines(other, value)]
        assert (
            form != value
            or not above
            or len({other for other in above if not any(refines(o, other) for o in above)}) > 1
        )


def dated_figure(day: dt.date, quoted: str) -> Span:
    text = f"The fire in the mill killed {quoted} people."
    article = Article(f"globe-{day}", text, source="Globe", published=day)
    return cited(article, quoted, probability=0.8)


def figures(*given: tuple[dt.date, str]) -> list[tuple[dt.date, str]]:
    spans = [dated_figure(day, quoted) for day, quoted in given]
    answers, _ = agree("How many people died?", spans, [], 0.1)
    return [(one.date, one.citation.text) for one in figures_over_time(answers)]


def test_revised_figures_are_in_the_order_of_their_days_also_if_they_fall() -> None:
    first, second = dt.date(2022, 8, 2), dt.date(2022, 8, 3)
    assert figures((second, "12"), (first, "15")) == [(first, "15"), (second, "12")]


@pytest.mark.parametrize(("days", "shown"), [(1, 2), (90, 2), (91, 0), (400, 0)])
def test_a_figure_of_three_months_later_is_no_revision(days: int, shown: int) -> None:
    first = dt.date(2022, 1, 1)
    assert len(figures((first, "12"), (first + dt.timedelta(days=days), "15"))) == shown


def test_a_figure_over_time_names_its_answer_and_outlet() -> None:
    spans = [dated_figure(dt.date(2022, 8, day), figure) for day, figure in ((2, "12"), (3, "15"))]
    found = agreement.agree("How many people died?", [cite(one) for one in spans], [], 0.1)
    said = [figure.to_dict() for figure in found.over_time]
    assert [(one["date"], one["outlet"]) for one in said] == [
        ("2022-08-02", "Globe"),
        ("2022-08-03", "Globe"),
    ]
    assert [found.answers[one["answer"]].text for one in said] == ["12", "15"]


def test_three_articles_of_one_outlet_are_one_outlet_and_unnamed_ones_count_once() -> None:
    spans = [
        span(f"Report {n}: at dawn 286 trees fell{' again' * n}.", "286", 0.8, name)
        for n, name in enumerate(("Globe", "globe", "Herald"))
    ]
    (answer,), _ = agree("How many trees fell?", spans, [], 0.5)
    assert answer.outlets == 2
    nameless = [
        Span(Article(f"{n}", f"{n}: 286 fell.", path="a"), 3, 6, 8.0, 0.8) for n in range(3)
    ]
    (answer,), _ = agree("How many trees fell?", nameless, [], 0.5)
    assert answer.outlets == 1


def test_a_conflict_names_its_answers_by_place_and_counts_their_outlets() -> None:
    spans = [
        span("In all 286 soldiers fell in September.", "286 soldiers", 0.9, "Globe"),
        span("In September rain fell on 40 towns.", "40 towns", 0.7, "Post"),
        span("Some 200 soldiers fell in September.", "200 soldiers", 0.6, "Herald"),
    ]
    found = agreement.agree("How many soldiers fell in September?", spans, [], 0.1)
    assert found.conflict is not None
    assert found.conflict.to_dict() == {"answers": [0, 2], "outlets": 2}
    assert [found.answers[place].text for place in found.conflict.answers] == [
        "286 soldiers",
        "200 soldiers",
    ]


def test_what_another_time_says_makes_an_answer_less_sure() -> None:
    asked, pooling = "Who won?", Pooling(1.0, 0.0, 1.0, 0.0)
    ann, kari = span("Ann Berg won.", "Ann Berg", 0.5), span("Kari Lund won.", "Kari Lund", 0.5)
    again = span("In 2019 Ann Berg won.", "Ann Berg", 0.9)

    def chance(*aside: Citation) -> float:
        (answer,) = agreement.agree(asked, [ann], [], 0.1, pooling, aside=aside).answers
        assert answer.text == "Ann Berg"
        assert len(answer.citations) == 1
        return answer.probability

    assert chance() == pytest.approx(1 / 2)  # its share of the evidence is 1
    assert chance(kari) == pytest.approx(2 / 5)  # two thirds: the other counts half
    assert chance(again) == pytest.approx(1 / 2)  # the same value is none against it


@pytest.mark.parametrize(
    ("question", "beside", "kept"),
    [
        ("How far did it fly?", "early in the morning", False),
        ("How far did it fly?", "five miles", True),
        ("How far did it fly?", "dozens of miles", True),
        ("How fast did it fly?", "five miles", False),
        ("How long did it fly?", "five hours", True),
        ("How old is it?", "five hours", False),
        ("How old is it?", "five years old", True),
        ("How many flew?", "early in the morning", False),
        ("When did it fly?", "early in the morning", True),
        ("What is the name of the pilot?", "a member of the club", False),
        ("What is the name of the pilot?", "Ann Berg", True),
        ("What is the name of the plan?", "Flying Fish programme", True),
    ],
)
def test_what_is_of_another_kind_is_no_answer_and_counts_half_against_one(
    question: str, beside: str, kept: bool
) -> None:
    pooling = Pooling(1.0, 0.0, 1.0, 0.0)
    first = "Kari Lund" if "name" in question else "40"
    told = span(f"It flew at the speed of {first} there.", first, 0.5, id="a")
    other = span(f"It flew at dawn, {beside}.", beside, 0.5, id="b")
    found = agreement.agree(question, [told, other], [], 0.1, pooling).answers
    assert len(found) == (2 if kept else 1)
    if not kept:
        assert found[0].text == first
        assert found[0].probability == pytest.approx(2 / 5)


def test_the_credit_of_a_picture_is_no_answer() -> None:
    credit = span("Ann Berg/AFP A woman cries where Lund was shot.", "Ann Berg", 0.9)
    assert agreement.agree("Who shot Lund?", [credit], [], 0.1).answers == ()


def test_a_clean_value_is_shown_before_an_ordinal_of_the_same_number() -> None:
    first = span("Berg scored her 61st goal on Friday at Nes.", "61st", 0.6, id="a")
    other = span("Berg has scored 61 goals for Nes by now.", "61", 0.4, id="b")
    (found,) = agreement.agree("How many goals has Berg scored?", [first, other], [], 0.1).answers
    assert (found.text, found.kind, len(found.citations)) == ("61", "value", 2)


def test_what_is_merely_possible_says_nothing_against_an_answer() -> None:
    pooling = Pooling(1.0, 0.0, 1.0, 0.0)
    got = span("Berg got 48 percent of the votes.", "48 percent", 0.5, id="a")
    poll = span("A poll shows Berg would win 50 percent.", "50 percent", 0.5, id="b")
    (found,) = agreement.agree("What share did Berg get?", [got, poll], [], 0.1, pooling).answers
    assert found.text == "48 percent"
    assert found.probability == pytest.approx(1 / 2)


def test_who_held_an_office_before_makes_a_weak_holder_less_sure() -> None:
    asked, pooling = "Who is the mayor of Nes?", Pooling(1.0, 0.0, 1.0, 0.0)
    kari = span("Kari Lund, who lives in Nes, spoke.", "Kari Lund", 0.5, id="a")
    former = span("Former mayor Ann Berg spoke in Nes.", "Ann Berg", 0.5, id="b")
    (alone,) = agreement.agree(asked, [kari], [], 0.1, pooling).answers
    (beside,) = agreement.agree(asked, [kari, former], [], 0.1, pooling).answers
    assert (alone.text, beside.text) == ("Kari Lund", "Kari Lund")
    assert alone.probability == pytest.approx(1 / 2)
    assert beside.probability == pytest.approx(2 / 5)  # two thirds of the evidence


def test_who_somebody_is_may_be_told_in_an_article_that_names_them_once() -> None:
    told = "Ann Berg spoke first. In the words of those who know, she is a nurse from Hol."
    found = agreement.agree("Who is Ann Berg?", [span(told, "a nurse from Hol", 0.8)], [], 0.3)
    assert [answer.kind for answer in found.answers] == ["sentence"]
    asked = "Who is the nurse of Berg?"  # an office, of what the article names once
    assert agreement.agree(asked, [span(told, "a nurse from Hol", 0.8)], [], 0.3).answers == ()
