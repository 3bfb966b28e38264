"""Questions to begin with, made from the articles by patterns, and kept only where the archive answers them.

"Nikol Pashinian, the prime minister of Armenia" makes "Who is the prime minister of Armenia?"; a count of people that
something happened to makes "How many ...?". The answer must be what the pattern saw. Limits: English; few patterns.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator

from index.types import Article, DatelineError, Store
from qa.types import Reply

MOST = 4
_ASKED, _ARTICLES = 16, 40  # at most so many questions are asked, of so many articles: the latest
_PERSON = r"[A-Z][\w’'-]+(?:\s[A-Z][\w’'-]+){1,2}"
_OFFICE = r"(?:(?:prime|foreign|defence|defense|finance|interior|health)\sminister|president|chairman|chairwoman|director|secretary-general|spokes(?:man|woman)|governor|mayor|king|queen|head|leader|ambassador)"
_BODY = r"(?:the\s)?[A-Z][\w’'-]+(?:\s(?:of\s(?:the\s)?)?[A-Z][\w’'-]+){0,3}"
_OFFICES = (
    re.compile(rf"(?P<who>{_PERSON}), the (?P<what>{_OFFICE} of {_BODY})"),
    re.compile(rf"\bthe (?P<what>{_OFFICE} of {_BODY}), (?P<who>{_PERSON})"),
    re.compile(rf"\b(?P<of>[A-Z][a-z]+)[’']s (?P<office>{_OFFICE}), (?P<who>{_PERSON})"),
)
_COUNT = re.compile(
    r"(?P<number>\b\d[\d,]*)\s(?P<what>(?:[a-z]+\s)?(?:people|soldiers|troops|civilians|homes|jobs|workers|students|prisoners|peacekeepers|villages|patients|passengers))"
    r"\s(?P<verb>were|was|died|have been|had been)(?P<rest>(?:\s(?!that|which|who|and|when|but|by)[\w’'-]+){0,6})"
)
_MADE = re.compile(
    r"\b(?P<what>(?i:the|a)\s(?:[a-z]+\s)?(?:truce|cease-?fire|deal|agreement|treaty|merger|talks))\s(?:that was\s)?(?P<verb>brokered|signed|announced|mediated)\sby\s(?P<who>(?:the\s)?[A-Z][\w’'-]+)"
)


def examples_of(store: Store, ask: Callable[[str], Reply]) -> list[str]:
    """At most MOST questions that `ask` answers as their article does, of different kinds where it can be."""
    articles = sorted(
        itertools.islice(store.articles(), 2_000),
        key=lambda article: str(article.published or ""),
        reverse=True,
    )
    kinds: dict[str, list[tuple[str, str]]] = {}
    for article in articles[:_ARTICLES]:
        for kind, question, answer in questions_in(article):
            if question not in (known for known, _ in kinds.setdefault(kind, [])):
                kinds[kind].append((question, answer))
    tried = [
        pair for row in itertools.zip_longest(*kinds.values()) for pair in row if pair is not None
    ]
    kept: list[str] = []
    for question, answer in tried[:_ASKED]:
        if len(kept) < MOST and _answered(question, answer, ask):
            kept.append(question)
    return kept


def questions_in(article: Article) -> Iterator[tuple[str, str, str]]:
    """(kind, question, answer) for each pattern that an article's text matches."""
    text = " ".join(article.text.split())
    for match in _MADE.finditer(text):
        what = re.sub(r"^(?:a|the)\s", "the ", match["what"], flags=re.IGNORECASE)
        yield "made", f"Who {match['verb']} {what}?", match["who"]
    for match in _COUNT.finditer(text):
        rest = re.sub(
            r"(?:\s(?:in|on|at|of|to|from|with|for|as|the|a|an|its|their))+$", "", match["rest"]
        )
        if match["verb"] == "died" or len(rest.split()) > 0:
            yield "count", f"How many {match['what']} {match['verb']}{rest}?", match["number"]
    for pattern in _OFFICES:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            what = (
                f"the {groups['what']}"
                if groups.get("what")
                else f"the {groups['office']} of {groups['of']}"
            )
            yield "office", f"Who is {what}?", match["who"]


def _answered(question: str, answer: str, ask: Callable[[str], Reply]) -> bool:
    try:
        reply = ask(question)
    except DatelineError:
        return False
    return any(
        answer.casefold() in one.text.casefold() or one.text.casefold() in answer.casefold()
        for one in reply.answers[:1]
    )
