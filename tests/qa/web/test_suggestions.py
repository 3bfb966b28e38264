"""Questions to ask next: each is asked before it is shown, and says something new."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import qa
from index.types import Article, DatelineError
from qa.answering.turns import Turn, Understood
from qa.types import Conflict, Reply, TimeWindow
from qa.web.addresses import NO_LIMITS, Limits
from qa.web.session import Session
from qa.web.suggestions import (
    Suggestion,
    examples,
    months_of,
    names_of,
    next_questions,
    suggestions_html,
    with_follow_up,
)
from tests.qa.rendering.replies import answer, citation, flood, reply
from tests.qa.web.parsed import ATTACKS, Parsed


class Asked:
    """Replies to some questions, by their words and the outlet they are limited to."""

    def __init__(self, replies: Mapping[str, Reply]) -> None:
        self._replies = replies
        self.questions: list[str] = []

    def __call__(self, question: str, limits: Limits) -> Reply:
        key = " @ ".join((question, *limits.filters.sources))
        self.questions.append(key)
        if "broken" in key:
            raise DatelineError("expected an outlet")
        return self._replies.get(key, reply(question, reason="not-said: no"))


def said(sentence: str, speaker: str = "", source: str = "Globe") -> Reply:
    article = Article(sentence, sentence, source=source, path="a.txt")
    return reply("?", answer(citation(article, sentence[:4], speaker=speaker)))


def article(text: str, day: int) -> Article:
    return Article(str(day), text, published=dt.date(2022, 10, day), path=f"{day}.txt")


def labels(suggestions: list[Suggestion]) -> list[str]:
    return [one.label for one in suggestions]


def test_examples_are_kept_only_if_answered_and_a_disagreement_comes_first() -> None:
    articles = [
        article(
            "On Friday Ann Lee met Bo Berg and Karen Dahl. Lee spoke, and Dahl sang. A Berg rose.",
            3,
        ),
        article("A day later Ann Lee told Bo Berg, but Berg left, and Lee went.", 9),
    ]
    disputed = reply("?", flood("286", "Globe"), flood("200", "Post"), conflict=Conflict((0, 1), 2))
    asked = Asked(
        {
            "How many people were killed in October 2022?": said("Some were killed."),
            "How many people were killed in September 2022?": disputed,
            "What did Ann Lee say?": said("Lee said so.", "Lee"),
            "What did Bo Berg say?": said("Lee said so.", "Lee"),  # somebody else is quoted
            "Who is Bo Berg?": said("Lee spoke of him."),
            "Who is Karen Dahl?": said("Here is Karen Dahl."),
        }
    )
    assert labels(examples(articles, NO_LIMITS, asked)) == [
        "How many people were killed in September 2022?",
        "What did Ann Lee say?",
        "Who is Karen Dahl?",
    ]
    assert labels(examples([], NO_LIMITS, asked)) == []


def test_an_example_has_a_follow_up_if_it_is_completed_and_somebody_else_answers() -> None:
    speakers = {"Ann Lee": said("Lee said so.", "Lee"), "Bo Berg": said("Berg said no.", "Berg")}
    questions = {f"What did {name} say?": found for name, found in speakers.items()}
    replies = {one: replace(found, question=one) for one, found in questions.items()}
    chosen = [
        Suggestion("Who is Karen Dahl?", NO_LIMITS, "Who is Karen Dahl?"),
        *(Suggestion(question, NO_LIMITS, question) for question in replies),
    ]

    def complete(typed: str, turns: Sequence[Turn], limits: Limits) -> Understood:
        assert turns[-1].understood in questions
        return Understood(typed, typed.replace("and", "What did").replace("?", " say?"))

    found = with_follow_up(chosen, Asked(replies), complete)
    assert [one.then is not None for one in found] == [False, True, False]
    assert found[1].then == Suggestion(
        "What did Bo Berg say?", NO_LIMITS, "and Bo Berg?", "and Bo Berg?"
    )
    front = Parsed(suggestions_html(found, "", "Ask, for example"))
    assert "What did Ann Lee say? then “and Bo Berg?”" in front.text
    after = Parsed(suggestions_html([found[1].then], "?q=1", "Go on"))
    assert after.attributes("data-typed") == ["and Bo Berg?"]
    assert after.attributes("href") == ["?q=What+did+Bo+Berg+say%3F"]

    def unsure(typed: str, turns: Sequence[Turn], limits: Limits) -> Understood:
        return Understood(typed, typed)

    assert with_follow_up(chosen, Asked(replies), unsure) == chosen
    both = "Lee and Berg said so."  # the follow-up is answered by the sentence that was shown
    same = {one: said(both, one.split()[3]) for one in replies}
    same = {one: replace(found, question=one) for one, found in same.items()}
    assert with_follow_up(chosen, Asked(same), complete) == chosen


def test_names_are_those_of_most_articles_and_months_the_latest_three() -> None:
    articles = [
        article("The mayor, Ann Lee, met Bo Berg. Later, Lee told Berg so.", 3),
        article(
            "A talk with Bo Berg, and Berg again. With Karen Dahl too: Dahl’s word. It is in the "
            "White House, which the House left, and at Union Station.",
            9,
        ),
    ]
    assert names_of(articles)[0] == "Bo Berg"
    assert set(names_of(articles)) == {"Bo Berg", "Ann Lee", "Karen Dahl"}
    assert months_of(articles) == ["October 2022", "September 2022", "August 2022"]
    january = [replace(articles[0], published=dt.date(2023, 1, 5))]
    assert months_of(january) == ["January 2023", "December 2022", "November 2022"]
    assert months_of([replace(articles[0], published=None)]) == []


def test_what_follows_is_another_outlet_a_speaker_or_a_name_if_it_is_answered() -> None:
    shown = said("Rain fell on Bo Berg and on Karen Dahl, Ann Lee said.", "Ann Lee")
    shown = replace(shown, question="Where?", silent_outlets=("Post", "broken", "Times"))
    asked = Asked(
        {
            "Where? @ Post": said("Snow fell.", source="Post"),
            "What did Ann Lee say?": said("Rain fell on Bo Berg and on Karen Dahl, Ann Lee said."),
            "Who is Bo Berg?": said("He is a baker."),
            "Who is Ann Lee?": said("She is a mayor."),
        }
    )
    found = next_questions(shown, NO_LIMITS, asked)
    assert labels(found) == ["What Post says of it", "Who is Bo Berg?", "Who is Ann Lee?"]
    assert found[0].limits == Limits.of(["Post"])
    assert next_questions(reply("Why?", reason="not-said: no"), NO_LIMITS, asked) == []
    month = TimeWindow(
        "in May, counted from 1 June 2022", dt.date(2022, 5, 1), dt.date(2022, 5, 31)
    )
    monthly = replace(shown, question="Who won in May?", time=month, silent_outlets=())
    asked = Asked({"Who won in June 2022?": said("He did.")})
    (other,) = next_questions(monthly, NO_LIMITS, asked)
    assert (other.question, other.label) == ("Who won in June 2022?", "And in June 2022?")
    assert "Who won in April 2022?" in asked.questions  # which is not answered
    timed = replace(shown, time=TimeWindow("in May"), silent_outlets=())
    asked = Asked({"What happened in May?": said("A storm came.")})
    assert labels(next_questions(timed, NO_LIMITS, asked)) == ["What happened in May?"]


def test_people_of_the_article_are_asked_about_by_turns_with_the_other_kinds() -> None:
    told = "A Norvik official saw rain. Ann Lee met Bo Berg. Later, Lee told Berg and Lee so."
    quoted = citation(article(told, 3), "rain", speaker="Norvik official")
    shown = reply("Where?", answer(quoted))
    month = TimeWindow("in May", dt.date(2022, 5, 1), dt.date(2022, 5, 31))
    shown = replace(shown, question="Where in May?", time=month, silent_outlets=("Post", "Times"))
    asked = Asked(
        {
            "Where in May? @ Times": said("Snow fell.", source="Times"),
            "What did Ann Lee say?": said("Lee said no.", "Lee"),
            "What did Bo Berg say?": said("Somebody else said no.", "Somebody"),
        }
    )
    assert labels(next_questions(shown, NO_LIMITS, asked)) == [
        "What did Ann Lee say?",
        "What Times says of it",
    ]
    assert asked.questions == [
        "Where in May? @ Post",
        "What did Ann Lee say?",
        "Where in April 2022?",
        "Who is Ann Lee?",
        "Where in May? @ Times",
        "What did Bo Berg say?",
    ]
    asked = Asked({})
    next_questions(replace(shown, question="Why did Lee go?"), NO_LIMITS, asked)
    assert "What did Ann Lee say?" not in asked.questions  # whom the question is about


def test_nobody_is_asked_about_who_is_a_place_or_the_start_of_a_sentence() -> None:
    shown = said("In Prague on Friday, Emmanuel Macron left the White House for New York.")
    asked = Asked({})
    next_questions(replace(shown, question="Where?"), NO_LIMITS, asked)
    assert asked.questions == ["Who is Emmanuel Macron?"]
    told = "In Prague on Friday, Emmanuel Macron spoke. Police in Prague said so, and Macron left."
    assert names_of([article(told, 3)]) == ["Emmanuel Macron"]


def test_no_more_than_six_are_tried_and_three_shown() -> None:
    names = [f"{first} Lee" for first in ("Ann", "Bo", "Cy", "Di", "Ed", "Flo", "Gus", "Hal")]
    shown = said(f"rain on {', '.join(names)}.")
    silent = Asked({})
    assert next_questions(shown, NO_LIMITS, silent) == []
    assert len(silent.questions) == 6
    asked = Asked({f"Who is {name}?": said(f"{name} bakes.") for name in names})
    assert len(next_questions(shown, NO_LIMITS, asked)) == 3
    assert len(asked.questions) == 3


def test_suggestions_are_links_and_text() -> None:
    for attack in ATTACKS:
        one = Suggestion(attack, Limits.of([attack]), attack)
        page = Parsed(suggestions_html([one], f"?q={attack}", "Go on"))
        assert page.is_ours()
        assert attack in page.text
        assert str(page.attributes("href")[0]).startswith("?q=")
        assert page.attributes("data-for") == [f"?q={attack}"]
    assert suggestions_html([], "", "Go on") == ""


def test_the_sample_articles_have_four_examples_of_which_one_is_disputed(
    archive: qa.Archive,
) -> None:
    session = Session.over(archive)
    found = with_follow_up(
        examples(archive.store.articles(), NO_LIMITS, session.try_out),
        session.try_out,
        session.understood,
    )
    ((question, follow_up),) = ((one.question, one.then) for one in found if one.then is not None)
    asked = archive.conversation()
    asked.ask(question)
    then = asked.ask(follow_up.typed)
    assert then.answered
    assert then.question == follow_up.question
    replies = [archive.ask(one.question) for one in found]
    assert len(found) == 4
    assert all(one.answered for one in replies)
    assert replies[0].disagreement
