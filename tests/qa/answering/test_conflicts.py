"""When outlets differ: worked pairs through the agreeing step, and corrections."""

from __future__ import annotations

import datetime as dt

import pytest

from index.types import Article
from qa.answering.agreement import Agreement, agree
from qa.answering.citing import cite
from qa.answering.corrections import takes_back
from qa.answering.evidence import Pooling
from qa.types import Citation, Span


def told(marked: str, outlet: str, day: int = 4, probability: float = 0.7) -> Span:
    """Return the span in brackets, in an article of an outlet and a day of May 2026."""
    start, end = marked.index("["), marked.index("]") - 1
    text = marked.replace("[", "").replace("]", "")
    article = Article(
        f"{outlet}{day}{text[:9]}", text, source=outlet, published=dt.date(2026, 5, day)
    )
    return Span(article, start, end, score=probability, probability=probability)


def asked(question: str, *spans: Span) -> Agreement:
    return agree(question, [cite(span) for span in spans], [], 0.1)


@pytest.mark.parametrize(
    ("question", "one", "other", "differ"),
    [
        ("How many people died in the fire at Nes?", "The fire at Nes killed [12] people.",
         "In the fire at Nes [16] people died.", True),
        ("How many people died in the fire at Nes?", "The fire at Nes killed [12] people.",
         "The fire at Nes injured [16] people.", False),
        ("How many people died in the fire at Nes?", "The fire at Nes killed [12] people.",
         "A fire in Hol killed [16] people.", False),
        ("How many soldiers died at Nes?", "In the clashes at Nes [286] soldiers died.",
         "In the clashes at Nes [200] Armenian soldiers died.", False),
        ("How many Armenian soldiers died at Nes?",
         "In the clashes at Nes [200] Armenian soldiers died.",
         "In the clashes at Nes [100] soldiers died on both sides.", False),
        ("How many homes did the Nes fire destroy?", "The Nes fire destroyed at least [40] homes.",
         "The Nes fire destroyed fewer than [40] homes.", True),
        ("How many people joined the Nes march?", "More than [5,000] people joined the Nes march.",
         "Police counted [5,240] people in the Nes march.", False),
        ("How many people were evacuated at Nes?", "At Nes [15,000] people were evacuated.",
         "More than [25,000] Norwegians were evacuated at Nes.", True),
        ("Who won the race at Nes?", "[Ann Berg] won the race at Nes.",
         "[Kari Lund] lost the race at Nes.", False),
        ("Who won the race at Nes?", "[Ann Berg] won the race at Nes.",
         "[Kari Lund] won the race at Nes.", True),
        ("How many people were injured in the blast at Nes?",
         "Three were killed and [14] injured in the blast at Nes.",
         "The blast at Nes killed three people and injured [17].", True),
        ("How many people were injured in the blast at Nes?",
         "The blast at Nes killed three people and injured [17].",
         "The blast at Nes injured [14] Norwegian soldiers.", False),
        ("How many people were hurt in the fire at Nes?",
         "[Nine] people were hurt in the fire at Nes, four of them children.",
         "[Four] children were hurt when the bus caught fire at Nes.", False),
        ("How many people were hurt in the fire at Nes?",
         "[Nine] children were hurt in the fire at Nes.",
         "[Four] children were hurt when the bus caught fire at Nes.", True),
        ("How many people were hurt in the fire at Nes?",
         "[Four] people were hurt in the fire at Nes.",
         "[Nine] children were hurt in the fire at Nes.", True),
        ("How many passengers were on the ferry at Nes?",
         "The ferry at Nes was carrying [214] passengers.",
         "A fire broke out at Nes among [231] passengers of the ferry.", True),
        ("How much did the bank pay for the mill at Nes?",
         "The bank bought the mill at Nes for [1.8 billion crowns].",
         "The mill at Nes was sold to the bank for [2.1 billion crowns].", True),
        ("How many people died in the fire at Nes?",
         "In the fire at Nes [12] people perished.",
         "At Nes firemen pulled [16] bodies out of the fire.", True),
        ("At what time was the shop at Nes robbed?",
         "Two men robbed the shop at Nes at [11:20 a.m.] on Monday.",
         "The shop at Nes closed at [9 p.m.] after it was robbed.", False),
        ("How many people were hit by the gas leak at Nes?",
         "The gas leak at Nes sent [18] people to hospital.",
         "The gas leak at Nes forced [310] people out of their homes.", False),
        ("How many people were killed in the fire at Nes?",
         "[Four] people were killed in the fire at Nes.",
         "[No one] was killed in the fire at Nes.", True),
        ("How old was the climber Ann Berg?", "The climber Ann Berg, who fell at Nes, was [34].",
         "Ann Berg, who was [43] when she fell at Nes, had climbed for years.", True),
        ("When did the poet Ann Berg die?", "The poet Ann Berg died on [3 February].",
         "Ann Berg died on [13 February] at the age of 88.", True),
        ("At what time was the shop at Nes robbed?",
         "Two men robbed the shop at Nes at [11:20 a.m.] on Monday.",
         "The shop at Nes was robbed at [11.20pm] by two men.", True),
        ("Who scored the goal for Nes?", "Ann Berg scored the goal for Nes. [Ann Berg] scored it.",
         "The goal for Nes was scored by [captain Kari Lund].", True),
        ("How many acres did the fire at Nes burn?", "The fire at Nes has grown to [4,261] acres.",
         "The park at Nes covers [248] acres.", False),
        ("How many children did Ann Berg of Nes have?",
         "Ann Berg of Nes was the mother of [six] children.",
         "Ann Berg of Nes bore [four] children in the first four years of marriage.", False),
        ("How many goals did Ann Berg score for Nes?", "Ann Berg scored [61] goals for Nes.",
         "Ann Berg scored [60+] goals for Nes.", False),
        ("How many goals did Ann Berg score for Nes?", "Ann Berg scored [61] goals for Nes.",
         "Ann Berg scored her [60th] goal for Nes.", False),
        ("Who replaces Ann Berg at Nes?", "[Kari Lund] is replacing Ann Berg at Nes.",
         "Berg's friend Eva Dahl will go, and be replaced by Tom Ask at Nes. [Tom Ask] is replacing"
         " Eva Dahl.", False),
        ("Who replaces Ann Berg at Nes?", "[Kari Lund] is replacing Ann Berg at Nes.",
         "Ann Berg will be replaced by [Tom Ask] at Nes.", True),
        ("How much does the lift at Nes lose?", "The lift at Nes loses [€40,000] a month.",
         "The lift at Nes loses [€40,000] a year.", True),
        ("Who raised the alarm at Nes?",
         "At Nes the alarm was raised by a night guard, [Iris Holm], who heard glass break.",
         "At Nes a cleaner, [Bruno Tang], raised the alarm.", True),
    ],
)  # fmt: skip
def test_two_outlets(question: str, one: str, other: str, differ: bool) -> None:
    found = asked(question, told(one, "Globe"), told(other, "Herald"))
    assert (found.conflict is not None) is differ


@pytest.mark.parametrize(
    ("question", "other", "day", "differ"),
    [
        ("Did the board at Nes approve the plan?",
         "The board at Nes did [not approve] the plan on Monday.", 4, True),
        ("Did the board at Nes approve the plan?",
         "The board at Nes [refused to approve] the plan.", 4, True),
        ("Did the board at Nes approve the plan?",
         "The board at Nes did [not approve] the plan on Monday.", 20, False),
        ("Did the board at Nes approve the plan?",
         "The board at Hol did [not approve] the plan on Monday.", 4, False),
        ("Did the board at Nes approve the plan?",
         "The board at Nes also [approved] the budget on Monday.", 4, False),
        ("Did the board at Nes approve the plan?",
         "The board at Nes might [not approve] the plan.", 4, False),
        ("Did the board at Nes approve the plan?",
         "The board at Nes did [not approve] the budget.", 4, False),
        ("What did the board at Nes approve?",
         "The board at Nes did [not approve] the plan on Monday.", 4, False),
    ],
)  # fmt: skip
def test_one_outlet_says_yes_and_another_no(
    question: str, other: str, day: int, differ: bool
) -> None:
    yes = told("After a long night the board at Nes [approved the plan].", "Globe")
    found = asked(question, yes, told(other, "Herald", day=day, probability=0.6))
    assert (found.conflict is not None) is differ
    if found.conflict is not None:
        assert [answer.kind for answer in found.answers] == ["sentence", "sentence"]
        assert (found.conflict.answers, found.conflict.outlets) == ((0, 1), 2)


@pytest.mark.parametrize(("probability", "differ"), [(0.3, True), (0.2, False)])
def test_other_words_differ_only_if_the_reader_is_sure_of_both(
    probability: float, differ: bool
) -> None:
    found = asked(
        "How many people were evacuated from the valley at Nes?",
        told("The fire service evacuated [4,100] people from the valley at Nes.", "Globe"),
        told(
            "The governor had [3,200] people moved out of the valley at Nes.",
            "Herald",
            4,
            probability,
        ),
    )
    assert (found.conflict is not None) is differ


@pytest.mark.parametrize(
    ("question", "marked", "answers"),
    [
        ("How many people were killed at Nes?", "[Twelve] people were injured at Nes.", False),
        ("How many people were arrested at Nes?", "The blast killed [three] at Nes.", False),
        ("How many people were killed at Nes?", "[Twelve] people were injured or killed at Nes.",
         True),
        ("How many people were hurt at Nes?", "The blast at Nes injured [12] people.", True),
        ("How many seats did the Greens lose at Nes?", "The Greens kept [12] seats at Nes.", True),
        ("How much did the bridge cost?", "The town lost [90 crowns] on the bridge.", True),
        ("How many people were hurt at Nes?",
         "The number of evacuated people at Nes has grown to [2,100].", False),
        ("How many people were on the bus to Nes?",
         "The crash injured all [12] people on the bus to Nes.", True),
        ("How many people lost their homes at Nes?", "[12] people were evacuated at Nes.", True),
        ("How many people died in the fire at Nes?", "The fire at Nes cost [12] lives.", True),
    ],
)  # fmt: skip
def test_the_injured_are_no_answer_to_how_many_were_killed(
    question: str, marked: str, answers: bool
) -> None:
    assert bool(asked(question, told(marked, "Globe")).answers) is answers


def test_a_newer_figure_of_the_same_outlet_leads_though_the_older_has_more_evidence() -> None:
    question = "How many people were evacuated at Nes?"
    older = told("Some [1,400] people have been evacuated at Nes.", "Globe", 4, 0.8)
    marked = "At Nes the number of evacuated people has grown to [2,100]."
    pooling = Pooling(0.1, 1.0, 3.0, 0.0)  # the share of all evidence counts

    def first(newer: Span) -> str:
        citations = [cite(older), cite(newer)]
        return agree(question, citations, [], 0.3, pooling).answers[0].text

    assert first(told(marked, "Globe", 5, 0.4)) == "2,100"
    assert first(told(marked, "Globe", 5, 0.2)) == "1,400"  # the reader is in doubt
    assert first(told(marked, "Herald", 5, 0.4)) == "1,400"
    assert first(told(marked, "Globe", 3, 0.4)) == "1,400"


def test_what_is_counted_beside_is_no_rival() -> None:
    found = asked(
        "How many soldiers were killed at Nes?",
        told("The war at Nes killed [6,500] soldiers.", "Globe"),
        told("After the war at Nes Moscow deployed [2,000] soldiers.", "Herald", 4, 0.03),
    )
    assert found.conflict is None


def test_a_later_figure_of_another_measure_revises_nothing() -> None:
    found = asked(
        "How many passengers were on the ferry to Nes?",
        told("The ferry to Nes was carrying [214] passengers.", "Globe", 4, 0.8),
        told("The number of people injured on the ferry to Nes rose to [26].", "Globe", 7, 0.6),
        told("The hall was a dormitory for [231] passengers of the ferry to Nes.", "Herald", 4),
    )
    assert found.answers[0].text == "214"
    assert not found.over_time
    assert found.conflict is not None
    assert [found.answers[place].text for place in found.conflict.answers] == ["214", "231"]


@pytest.mark.parametrize(
    ("question", "marked"),
    [
        ("On which day was Tobias Lund arrested?",
         "Rumours went round on [Wednesday] that the captain, Tobias Lund, had been arrested."),
        ("Who bought the mill at Nes?",
         "The owner dismissed a report that the [Harl Group] had bought the mill at Nes."),
        ("When did Hugo Fenner step down?",
         "The board said on [Friday] that Hugo Fenner had not stepped down."),
    ],
)  # fmt: skip
def test_an_event_that_is_denied_has_no_day_and_no_actor(question: str, marked: str) -> None:
    found = asked(question, told(marked, "Globe"))
    assert all(one.citations[0].stance == "denied" for one in found.answers)


def test_what_the_question_says_already_is_no_answer() -> None:
    text = "The bribes were paid by a [dredging company] of Nes."
    assert not asked("Which dredging company of Nes paid the bribes?", told(text, "Globe")).answers
    assert asked("Who paid the bribes?", told(text, "Globe")).answers
    assert asked("Was it a dredging company or a bank?", told(text, "Globe")).answers


def test_a_dateline_says_nothing_of_the_event() -> None:
    marked = "[VOSS], 2 May (Wire) - The ferry was taken to the yard at Nes."
    assert not asked("Where was the ferry taken?", told(marked, "Globe")).answers
    (best,) = asked(
        "Where was the ferry taken?",
        told("VOSS - The ferry was taken to the yard at [Nes].", "Globe"),
    ).answers
    assert best.citations[0].sentence == "The ferry was taken to the yard at Nes."


def test_one_outlet_that_goes_on_counting_does_not_differ() -> None:
    found = asked(
        "How many people died in the fire at Nes?",
        told("The fire at Nes killed [3] people.", "Globe", 4, 0.8),
        told("The fire at Nes killed [16] people.", "Globe", 6, 0.7),
    )
    assert found.conflict is None
    assert found.answers[0].text == "16"  # the newest leads
    assert [figure.citation.text for figure in found.over_time] == ["3", "16"]


def test_a_figure_of_another_day_is_no_difference() -> None:
    found = asked(
        "How many people died in the fire at Nes?",
        told("The fire at Nes killed [3] people.", "Globe", 4),
        told("The fire at Nes killed [16] people.", "Herald", 9),
    )
    assert found.conflict is None


def test_two_speakers_in_one_sentence_differ_and_each_is_named() -> None:
    found = asked(
        "How many people marched through Nes?",
        told("Organisers said [8,000] people had marched through Nes on Sunday, while police put "
             "the number at 2,500.", "Globe"),
    )  # fmt: skip
    assert found.conflict is not None
    shown = [found.answers[place].citations[0] for place in found.conflict.answers]
    assert [(one.text, one.attribution) for one in shown] == [
        ("8,000", "Organisers"),
        ("2,500", "police"),
    ]


def test_what_is_taken_back_comes_last_and_counts_for_nothing() -> None:
    text = "In an article we wrote that [14] patients had died in Nes. That was wrong: four died."
    found = asked(
        "How many patients died in Nes?",
        told("[Fourteen] patients died in Nes in April.", "Globe", 2, 0.8),
        told(text, "Globe", 4, 0.8),
        told(text.replace("[14]", "14").replace("four", "[four]"), "Globe", 4, 0.4),
    )
    assert [answer.text for answer in found.answers] == ["four", "Fourteen"]
    assert {one.stance for one in found.answers[1].citations} == {"withdrawn"}
    assert found.conflict is None


def test_what_is_denied_is_not_answered_by_another_name() -> None:
    found = asked(
        "Who called for his resignation?",
        told("[Mari Sand] did not call for his resignation.", "Globe", 4, 0.6),
        told("Minister [Leif Aune] denied the report on Sunday.", "Globe", 5, 0.7),
    )
    assert found.answers == ()


def test_who_was_arrested_is_nobody_if_that_was_taken_back() -> None:
    text = "Police said that [a man of 34] was arrested at Nes. They withdrew that statement."
    guard = told("A guard of the museum at Nes, [Iris Holm], raised the alarm.", "Herald")
    assert asked("Who was arrested at Nes?", guard).answers
    assert asked("Who was arrested at Nes?", told(text, "Globe"), guard).answers == ()


def test_what_is_taken_back_says_nothing_against_what_is_right() -> None:
    pooling = Pooling(1.0, 0.0, 1.0, 0.0)  # an answer's share of all evidence
    text = "An earlier version said that [87] children had the jab at Nes. The right figure is 78."
    right = told(text.replace("[87]", "87").replace("78", "[78]"), "Globe", 4, 0.4)
    spans = [cite(one) for one in (told(text, "Globe", 4, 0.8), right)]
    found = agree("How many children had the jab at Nes?", spans, [], 0.3, pooling)
    assert [answer.text for answer in found.answers] == ["78", "87"]
    assert found.answers[0].probability == pytest.approx(1 / 2)


def test_what_counts_something_else_makes_a_figure_less_sure() -> None:
    pooling = Pooling(1.0, 0.0, 1.0, 0.0)
    three = cite(told("After the blast at Nes [three] men ran.", "Globe", 4, 0.5))
    killed = cite(told("The blast at Nes killed [12] people.", "Herald", 4, 0.5))

    def chance(*citations: Citation) -> float:
        return (
            agree("How many were hurt at Nes?", citations, [], 0.1, pooling).answers[0].probability
        )

    assert chance(three) == pytest.approx(1 / 2)
    assert chance(three, killed) == pytest.approx(2 / 5)  # its share is two thirds


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("An earlier version said that it would open on 12 July.", True),
        ("The article incorrectly said that 14 had died.", True),
        ("We reported that 14 had died. That was wrong: four died.", True),
        ("Police said that a man was held. They withdrew that statement by night.", True),
        ("Police said that a man was held. He had withdrawn 500 crowns.", False),
        ("A man was held. Police withdrew the report of shots.", False),
        ("We wrote to the mayor and got no reply.", False),
        ("The earlier bridge said to be the oldest fell.", False),
    ],
)
def test_the_words_that_take_back(text: str, back: bool) -> None:
    first = text.index(".") + 1
    assert takes_back(text, (0, first)) is back


def test_a_denial_elsewhere_does_not_silence_what_is_said_of_the_event() -> None:
    question = "Who cancelled the race at Nes?"
    resumed = told("[Ann Berg] resumed her work at Nes on Friday.", "Globe")
    cancelled = told("[Ann Berg] cancelled the run at Nes.", "Herald", probability=0.6)
    denied = told("[Kari Lund] did not cancel the run at Nes.", "Post", probability=0.5)
    found = asked(question, resumed, cancelled, denied)
    assert found.answers[0].text == "Ann Berg"


def test_who_holds_an_office_now_is_told_by_the_newest_article() -> None:
    question = "Who is the mayor of Nes?"
    before = told("The mayor of Nes, [Ann Berg], resigned.", "Globe", day=1, probability=0.8)
    after = told("[Kari Lund] became mayor of Nes.", "Herald", day=20, probability=0.6)
    doubtful = told("[Leif Aune] wants to be mayor of Nes.", "Post", day=25, probability=0.2)
    citations = [cite(span) for span in (before, after, doubtful)]
    now = agree(question, citations, [], 0.1, recent=True)
    assert [answer.text for answer in now.answers][:2] == ["Kari Lund", "Ann Berg"]
    assert agree(question, citations, [], 0.1).answers[0].text == "Ann Berg"


def test_an_old_day_in_a_new_article_is_old() -> None:
    question = "Which team won the Nes cup?"
    old = told("[Voss] won the Nes cup in 2008.", "Globe", day=20, probability=0.8)
    new = told("[Hol] won the Nes cup on Sunday.", "Herald", day=4, probability=0.6)
    citations = [cite(old), cite(new)]
    assert agree(question, citations, [], 0.1, recent=True).answers[0].text == "Hol"


def test_yearly_figures_differ_though_days_lie_between_them() -> None:
    question = "How many people does the flu kill in Nes each year?"
    one = told("The flu kills [12,000] people in Nes each year.", "Globe", day=1)
    other = told("Flu killed 100. It kills [17,000] people a year in Nes.", "Herald", day=9)
    assert asked(question, one, other).conflict is not None


def test_whom_the_question_names_must_be_near_the_figure() -> None:
    question = "How old is Ann Berg?"
    one = told("Ann Berg is [17 years old].", "Globe")
    other = told(
        "Ann Berg flew around the world. It rained. The record was broken before. "
        "She is [19 years old].",
        "Herald",
    )
    assert asked(question, one, other).conflict is None


def test_two_numbers_at_once_are_no_newer_figure() -> None:
    question = "How many people died in the fire at Nes?"
    first = told("The fire at Nes killed [12] people.", "Globe", day=4)
    later = told("Fires at Nes killed [20 and 30] people.", "Globe", day=5, probability=0.6)
    assert asked(question, first, later).answers[0].text == "12"


def test_a_month_of_an_unknown_year_is_no_day_of_an_office() -> None:
    text = "Ann Berg became mayor of Nes in September."
    article = Article("a", text, source="Globe")
    undated = Span(article, 0, len("Ann Berg"), score=1.0, probability=0.8)
    dated = told("[Kari Lund] became mayor of Nes.", "Herald", probability=0.6)
    found = agree("Who is the mayor of Nes?", [cite(undated), cite(dated)], [], 0.1, recent=True)
    assert found.answers[0].text == "Kari Lund"


def test_who_is_told_a_day_later_does_not_lead() -> None:
    question = "Who is the mayor of Nes?"
    first = told("The mayor of Nes, [Ann Berg], spoke.", "Globe", day=4, probability=0.8)
    later = told("[Kari Lund] became mayor of Nes.", "Herald", day=5, probability=0.6)
    found = agree(question, [cite(first), cite(later)], [], 0.1, recent=True)
    assert found.answers[0].text == "Ann Berg"


def test_days_of_something_else_that_were_read_are_no_rival() -> None:
    question = "How many days was Ann Berg mayor?"
    one = told("Ann Berg was mayor of Nes for [45] days.", "Globe")
    other = told("Ann Berg was in Voss for [7] days.", "Herald", probability=0.05)
    assert asked(question, one, other).conflict is None
