"""Complete a question that leans on the ones before it, by rules on its words.

"and in 2020?" puts another time into the last question, "and Turkey?" another name, "and how many
Armenians?" another count. In "who brokered it?" the pronoun is replaced by what the last question
or its answer spoke of. If it may stand for several things, `resolve` returns each of them.
`nearest` then takes the one that the retrieved passages name nearest to the question's own words.

No word is made up: each stands in the question, an earlier one, an answer, or its sentence.
Limits: English; a question whose pronoun stands for nothing found is asked as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.answering.phrases import (
    COUNT,
    ONLY_TIME,
    TIME,
    WEEKDAY,
    head,
    is_plural,
    long_stems,
    name_spans,
    noun_phrases,
    replaced,
    stem,
    without_time,
)
from qa.answering.pronouns import with_pronoun_replaced
from qa.answering.turns import Turn, Understood, Way
from qa.types import Hit

_JOINS = re.compile(
    r"""
    ^(?:(?:and|but|or|so|also|then|ok|okay)\b[,\s]*)*  # "and then, in 2020?"
    (?P<about>(?:what|how)\s+about\b\s*)?  # "what about Armenia?"
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ASKS = re.compile(
    r"""
    ^(?:(?:in|on|at|to|from|by|with|for|of)\s+)?  # "to whom did he speak"
        (?:who|whom|whose|what|when|where|which|why|how)\b
    | ^(?:is|are|was|were|did|does|do|has|have|had|will|would|can|could)\b  # "did it end"
    | ^(?:name|list|tell)\b  # "name the leaders"
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BARE = re.compile(r"^(?:who|when|where|why|how)\??$", re.IGNORECASE)
_FRAGMENT_OF_TIME = re.compile(r"(?:in|on|during|since|before|after|until)\s", re.IGNORECASE)
_TIME_BEGINS = re.compile(
    r"""
    (?:in|on|during|of|since|before|after|by|until)\s  # "since 2020"
    | (?:last|this)\s  # "last year"
    | (?:yesterday|today)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PASSIVE = re.compile(  # "Who brokered the truce"
    r"""
    (?:who|what|which[ ]\w+)[ ](?P<verb>\w+ed)[ ]
    (?P<what>(?:the|a|an|its|their|[A-Z]).+)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ASKED_OF_IT = re.compile(  # "Why did Macron call"
    r"""
    (?:when|where|why|how)[ ]
    (?P<rest>(?:is|was|are|were|did|does|do|has|have|had|will)\b.+)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_WEAK = frozenset(
    "what when wher whic whos many much them they thei this that were does have".split()
)
_FAR = 8  # words: farther apart, two words say nothing of each other
_LONGEST = 600  # characters of a completed question: longer ones are asked as they are


def resolve(question: str, turns: Sequence[Turn]) -> list[Understood]:
    """Return the ways to understand a question after earlier turns, likeliest first.

    `turns` are oldest first. The order is that of the rules alone. Never empty: a question that
    leans on nothing before it has one way, itself.
    """
    asked = " ".join(question.split())
    if not turns or not asked:
        return [Understood(question, question)]
    found = [
        Understood(question, text[:1].upper() + text[1:], phrase)
        for text, phrase in _completed(asked, turns)
        if len(text) <= _LONGEST and text.casefold() != asked.casefold()
    ]
    if not found:
        return [Understood(question, question)]
    return list(dict.fromkeys(found))


def nearest(ways: Sequence[Understood], hits: Sequence[Hit]) -> Understood:
    """Return the way whose phrase is nearest to the question's words in the passages.

    Only the question's own words count. Returns the first among equals. Raises ValueError if there
    are no ways.
    """
    if not ways:
        raise ValueError("expected ways to understand a question, found none")
    return min(ways, key=lambda way: min([_distance(way, hit.text) for hit in hits], default=_FAR))


def _distance(way: Understood, text: str) -> int:
    """Return the distance in words from the phrase's noun to the question's words.

    It is the distance to the nearest word of the question, at least 1. It is `_FAR` if there is no
    such word, or if the question says the noun itself.
    """
    own = long_stems(way.asked) - _WEAK
    noun = stem(head(way.stands_for))
    if noun in own:
        return _FAR
    words = [stem(word) for word in re.findall(r"[^\W_]+", text.casefold())]
    nouns = [place for place, word in enumerate(words) if word == noun]
    owns = [place for place, word in enumerate(words) if word in own]
    return min((abs(one - other) for one in nouns for other in owns), default=_FAR)


def _completed(asked: str, turns: Sequence[Turn]) -> list[Way]:
    """Return a way for each completion that a rule knows."""
    last = turns[-1].understood
    rest = _JOINS.sub("", asked, count=1)
    joined = rest != asked
    bare = rest.rstrip(" ?.!")
    if not bare:
        return []
    if _BARE.match(bare):
        return _other_question_word(bare, last)
    counted = _other_count(bare, last)
    if counted:
        return counted
    is_fragment = joined or _FRAGMENT_OF_TIME.match(rest) is not None
    if is_fragment and not _ASKS.match(rest):
        return _fragment(bare, last)
    return with_pronoun_replaced(rest, turns)


def _fragment(bare: str, last: str) -> list[Way]:
    """Put another time, place or name into the last question."""
    question = last.rstrip(" ?.!")
    if ONLY_TIME.fullmatch(bare):
        phrase = _time_phrase(bare)
        return [(f"{without_time(question)} {phrase}?", phrase)]
    place = re.match(r"(in|on|at|for|from|with|by|to)\s+(.+)", bare, re.IGNORECASE)
    if place:
        return [(f"{_with_place(question, bare, place[1].lower())}?", place[2])]
    names = name_spans(question)
    if not names:
        return []
    return [(f"{replaced(question, names[-1], bare)}?", bare)]


def _time_phrase(time: str) -> str:
    """Return a time with its preposition: "in 2020", "on Monday"."""
    if _TIME_BEGINS.match(time):
        return time
    if re.fullmatch(WEEKDAY, time, re.IGNORECASE):
        return f"on {time}"
    return f"in {time}"


def _with_place(question: str, place: str, preposition: str) -> str:
    """Replace the last name after the same preposition: "in Prague" for "in Astana"."""
    same = re.compile(rf"\b{preposition}\s+(?!{TIME})(?:the\s)?[A-Z][\w’'-]*(?:\s[A-Z][\w’'-]*)*")
    found = list(same.finditer(question))
    if not found:
        return f"{question} {place}"
    return replaced(question, found[-1].span(), place)


def _other_count(bare: str, last: str) -> list[Way]:
    """Ask the last question for another count.

    "How many Armenians" takes the place of "how many people died".
    """
    asked = re.fullmatch(r"how many ((?:\w+ ){0,2}\w+)", bare, re.IGNORECASE)
    counted = COUNT.search(last)
    if asked is None or counted is None:
        return []
    noun = asked[1]
    if re.search(r"\b(?:of|them|they|were|are|is|was|did)\b", noun, re.IGNORECASE):
        return []
    start, end = counted.span("noun")
    return [(f"{last[:start]}{noun}{last[end:].rstrip(' ?.!')}?", noun)]


def _other_question_word(word: str, last: str) -> list[Way]:
    """Ask the last question with another question word.

    "when?" after "Who brokered the truce?" asks "When was the truce brokered?". If the last
    question has no such form, the word is put before what it spoke of: "When: the truce?".
    """
    question = last.rstrip(" ?.!")
    word = word.rstrip("?").capitalize()
    passive = _PASSIVE.match(question)
    if passive is not None:
        what = passive["what"]
        were = "were" if is_plural(head(what)) else "was"
        return [(f"{word} {were} {what} {passive['verb']}?", what)]
    asked = _ASKED_OF_IT.match(question)
    if asked is not None and word != "Who":
        return [(f"{word} {asked['rest']}?", asked["rest"])]
    return [(f"{word}: {topic}?", topic) for topic in noun_phrases(question)[:1]]
