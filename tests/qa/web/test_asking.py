"""What asking does to the page, event by event, without a browser."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import gradio as gr
import pytest

import qa
from index.types import Article, DatelineError
from qa.answering.turns import Turn, Understood
from qa.types import Reply
from qa.web.addresses import Limits, question_address
from qa.web.asking import TURNS_KEPT, Asking, Kept, clicked_days, dropped, pending
from qa.web.session import Session
from tests.qa.rendering.replies import flood, reply
from tests.qa.web.parsed import Parsed

SAME = gr.skip()
BOXES: tuple[list[str], str, str, str] = ([], "", "", "")
RAIN = Article("a b.txt", "Rain fell.", "Rain & fog")


class Store:
    """A store of one article."""

    def article(self, id: str) -> Article | None:
        return RAIN if id == RAIN.id else None

    def articles(self) -> list[Article]:
        return [RAIN]


class FakeSession(Session):
    """A session whose archive says 286, or fails; it keeps what it was asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[tuple[str, Limits]] = []
        self._error = error

    def store(self) -> Any:
        return Store()

    def understood(self, question: str, turns: Any, limits: Limits) -> Understood:
        return Understood(question, f"{question} in Oslo" if turns else question)

    def ask(self, question: str, limits: Limits, k: int = 16) -> Reply:
        if self._error is not None:
            raise self._error
        self.asked.append((question, limits))
        return reply(question, flood("286", "Globe", 14, 0.9))


def event(**data: str) -> Any:
    return gr.EventData(None, data)


def answered(asking: Asking, question: str, kept: Kept, *boxes: Any) -> list[Any]:
    return list(asking.answer(question, kept, *(boxes or BOXES)))


def test_a_question_is_read_then_answered_and_kept_by_the_browser() -> None:
    session = FakeSession()
    reading, done = answered(Asking(session), "How many?", [], ["Globe"], "2022-10-01", " ", "")
    assert 'class="turn reading"' in reading[0]
    assert reading[1:] == ([], SAME, SAME, SAME, SAME, "<p>Reading.</p>")
    assert session.asked == [("How many?", Limits.of(["Globe"], "2022-10-01"))]
    assert "286" in Parsed(done[0]).findings.values()
    assert done[1] == [
        {
            "asked": "How many?",
            "understood": "How many?",
            "answer": "286",
            "sentence": "At least 286  people died in the flood, the ministry said.",
            "address": "?q=How+many%3F&source=Globe&from=2022-10-01",
            "cited": "“At least 286 people died in the flood, the ministry said.” — "
            "Globe · 14 October 2022",
            "title": "",
        }
    ]
    assert done[2:6] == (SAME,) * 4
    assert done[6] == "<p>Answer: 286. From Globe. One report.</p>"


def test_a_follow_up_stands_above_what_was_asked_before() -> None:
    first = Turn("Who?", "Who?", "US", "The US did.", "?q=Who%3F")
    _, done = answered(Asking(FakeSession()), "and when?", [asdict(first)])
    page = Parsed(done[0])
    assert "Understood as and when? in Oslo" in page.text
    assert "Earlier in this conversationWho? US" in page.text
    assert [turn["asked"] for turn in done[1]] == ["Who?", "and when?"]


def test_a_conversation_keeps_the_latest_turns_each_address_once() -> None:
    kept = [asdict(Turn(str(n), str(n), address=f"?q={n}")) for n in range(TURNS_KEPT)]
    _, done = next_two = answered(Asking(FakeSession()), "?q", kept)
    assert len(next_two) == 2
    assert len(done[1]) == TURNS_KEPT
    assert done[1][0]["asked"] == "1"
    asking = Asking(FakeSession())
    again = list(asking.answer("3", kept, *BOXES, literally=True))[-1]
    assert [turn["asked"] for turn in again[1]].count("3") == 1
    assert again[1][-1]["asked"] == "3"


class Silent(FakeSession):
    """A session whose archive finds nothing, and that completes no question."""

    def understood(self, question: str, turns: Any, limits: Limits) -> Understood:
        return Understood(question, question)

    def ask(self, question: str, limits: Limits, k: int = 16) -> Reply:
        return replace(super().ask(question, limits), answers=(), reason="not-said: nothing")


@pytest.mark.parametrize(
    ("literally", "asked"),
    [(True, ["by how much?"]), (False, ["by how much?", "Who won? by how much?"])],
)
def test_only_what_is_not_asked_literally_leans_on_the_last_question(
    literally: bool, asked: list[str]
) -> None:
    session, kept = Silent(), [asdict(Turn("Who won?", "Who won?", "Ann", address="?q=Who"))]
    list(Asking(session).answer("by how much?", kept, *BOXES, literally=literally))
    assert [question for question, _ in session.asked] == asked


def test_enter_once_more_leaves_the_answer() -> None:
    kept = [asdict(Turn("Who?", "Who?"))]
    session = FakeSession()
    assert answered(Asking(session), " ", kept) == [(SAME,) * 7]
    assert session.asked == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (DatelineError("expected a question, found <none>"), "Expected a question, found <none>."),
        (ValueError("secret"), "Expected an answer, found an error of Dateline's own"),
    ],
)
def test_an_error_is_a_notice_that_keeps_the_conversation(error: Exception, said: str) -> None:
    kept = [asdict(Turn("Who?", "Who?", address="?q=Who%3F"))]
    _, done = answered(Asking(FakeSession(error)), "Why?", kept)
    page = Parsed(done[0])
    assert page.is_ours()
    assert f"Why?{said}" in page.text
    assert "secret" not in page.text
    assert "Earlier in this conversation" in page.text
    assert done[1] == kept
    assert "role" in dict(page.tags[0][1])


def test_a_day_that_is_none_is_a_notice_in_the_page_s_words() -> None:
    _, done = answered(Asking(FakeSession()), "Why?", [], [], "yesterday", "", "")
    assert "Expected the first day as YYYY-MM-DD, found 'yesterday'." in Parsed(done[0]).text


def test_an_address_is_asked_literally_and_fills_the_boxes() -> None:
    session = FakeSession()
    query = "?q=How+many%3F&source=Globe&from=2022-10-01&as_of=2022-10-20"
    reading, done = Asking(session).opened(query, [])
    assert reading[2:6] == done[2:6] == (["Globe"], "2022-10-01", "", "2022-10-20")
    assert session.asked[0][0] == "How many?"
    assert "Understood as" not in done[0]


def test_an_address_opens_an_article_or_the_latest_ones() -> None:
    asking = Asking(FakeSession())
    (article,) = asking.opened("?article=a+b.txt", [])
    assert Parsed(article[0]).text == "Rain & fogRain fell."
    assert article[6] == "<p>Article: Rain &amp; fog.</p>"
    (missing,) = asking.opened("?article=nothing", [])
    assert "found none by this address" in Parsed(missing[0]).text
    kept = [asdict(Turn("Who?", "Who?", address="?q=Who%3F"))]
    (front,) = asking.opened("", [*kept, {"asked": 1}])
    assert front[1] == kept  # as the browser kept it, and no more
    assert "Earlier in this conversationWho?" in Parsed(front[0]).text
    assert "Latest in the archive" in front[0]
    assert front[6] == ""
    (bad,) = asking.opened("?q=x&from=yesterday", [])
    assert "Expected the first day as YYYY-MM-DD" in Parsed(bad[0]).text


def test_limits_that_are_chosen_are_chips_until_a_question_has_them() -> None:
    boxes = (["Globe", "Post"], "2022-10-01", "", "")
    chips = Parsed(pending([], *boxes))
    assert chips.text == "Next question: Globe ×Post ×from 1 October 2022 ×"
    assert chips.attributes("data-drop") == ["0", "1", "2"]
    assert pending([], [], "", " ", "") == ""
    address = question_address("Who?", Limits.of(*boxes))
    assert pending([asdict(Turn("Who?", "Who?", address=address))], *boxes) == ""
    assert pending([asdict(Turn("Who?", "Who?", address="?q=Who%3F"))], *boxes) != ""
    late = Parsed(pending([], [], "2022-10-02", "2022-10-01", ""))
    assert late.attributes("role") == ["alert"]
    assert "found 2 October 2022 after 1 October 2022." in late.text


def test_a_chip_that_is_clicked_takes_its_limit_away() -> None:
    boxes = (["Globe", "Post"], "2022-10-01", "2022-10-31", "2022-11-02")
    assert dropped(*boxes, event(drop="1")) == (["Globe"], *boxes[1:])
    assert dropped(*boxes, event(drop="2")) == (boxes[0], "", *boxes[2:])
    assert dropped(*boxes, event(drop="4")) == (*boxes[:3], "")
    for nothing in ("5", "-1", "x"):
        assert dropped(*boxes, event(drop=nothing)) == boxes


def test_what_is_clicked_is_asked_literally_or_followed() -> None:
    session = FakeSession()
    asking = Asking(session)
    kept = [asdict(Turn("Who?", "Who?", address="?q=Who%3F"))]
    list(asking.followed(kept, *BOXES, event(literally="it?")))
    list(asking.followed(kept, *BOXES, event(address="?q=When%3F")))
    assert [question for question, _ in session.asked] == ["it?", "When?"]
    assert "Latest in the archive" in asking.afresh()[0]
    assert asking.afresh()[1] == []


def test_a_follow_up_that_is_offered_is_completed_as_if_it_was_typed() -> None:
    kept = [asdict(Turn("Who?", "Who?"))]
    click = event(typed="and Putin?", address="?q=What+did+Putin+say%3F", again="")
    *_, done = Asking(FakeSession()).followed(kept, *BOXES, click)
    assert "Understood as and Putin? in Oslo" in Parsed(done[0]).text
    assert done[1][-1]["asked"] == "and Putin?"


def test_a_bar_is_chosen_or_not_and_a_range_is_dragged_or_goes_on_from_it() -> None:
    october = {"from": "2022-10-01", "to": "2022-10-31"}
    assert clicked_days("", "", event(**october)) == ("2022-10-01", "2022-10-31")
    assert clicked_days("2022-10-01", "2022-10-31", event(**october)) == ("", "")
    dragged = event(**october, dragged="true")
    assert clicked_days("2022-10-01", "2022-10-31", dragged) == ("2022-10-01", "2022-10-31")
    ranged = event(**october, range="true")
    assert clicked_days("2022-08-01", "2022-08-31", ranged) == ("2022-08-01", "2022-10-31")
    assert clicked_days("2022-12-01", "2022-12-31", ranged) == ("2022-10-01", "2022-12-31")
    assert clicked_days("", "", ranged) == ("2022-10-01", "2022-10-31")


def watched(archive: qa.Archive) -> tuple[Session, list[str]]:
    """Return a session, and the questions that it will try out."""
    session = Session.over(archive)
    tried: list[str] = []
    real = session.try_out

    def try_out(question: str, limits: Limits) -> Reply:
        tried.append(question)
        return real(question, limits)

    session.try_out = try_out  # type: ignore[method-assign]
    return session, tried


def test_examples_are_asked_when_the_index_is_published_and_not_by_who_opens_the_page(
    archive: qa.Archive,
) -> None:
    session, asked = watched(archive)
    asking = Asking(session)
    assert session._published is not None
    session.ending.set()
    session._published()
    assert asked == []  # a server that ends is not held up
    session.ending.clear()
    asking = Asking(session)
    session._published()
    before = len(asked)
    assert before > 0
    page = Parsed(asking.suggested(""))
    assert len(page.attributes("href")) == 4
    assert len(asked) == before  # the page asks nothing
    assert "then “and" in page.text


def test_what_to_ask_next_is_found_from_the_reply_that_is_shown(archive: qa.Archive) -> None:
    session, tried = watched(archive)
    asking = Asking(session)
    question = "What did Emmanuel Macron say?"
    *_, done = asking.answer(question, [], *BOXES)
    address = done[1][-1]["address"]
    shown = asking.suggested(address)
    assert Parsed(shown).attributes("data-for") == [address]
    assert tried[0].startswith("What did")  # about an outlet: the same words with a limit
    others = len(tried)
    assert asking.suggested(f"{address}&to=2022-10-31") != ""
    assert tried[others] == question  # with another limit nothing was shown
    fresh = Asking(session)  # another process behind the same load balancer
    tried.clear()
    assert fresh.suggested(address) == shown
    assert len(tried) == others + 1
