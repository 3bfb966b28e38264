"""Complete a question that leans on the ones before it.

"and in 2020?" puts another time into the last question by rule, "and Turkey?" another name, "and
how many Armenians?" another count. For all else `qa.answering.edits` proposes edits, as in "who
brokered it?", and trees that learned from people's rewritings (`training.follow_ups`) say how much
each would gain. If several gain alike, `nearest` takes the one that the retrieved passages speak
of near the question's own words. If none is sure, the question is asked as typed, and the likely
ones are offered.

No word is made up: each stands in the question, an earlier one, an answer, its sentence or title.
Limits: English; one pronoun of a question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from qa.answering.edits import Edit, proposed
from qa.answering.measures import COUNTS
from qa.answering.parsing import names_in, nouns_of
from qa.answering.phrases import (
    COUNT,
    ONLY_TIME,
    TIME,
    WEEKDAY,
    WHEN,
    head,
    is_plural,
    long_stems,
    name_spans,
    noun_phrases,
    replaced,
    stem,
    without_time,
)
from qa.answering.pronouns import agrees, is_last_answer, is_named_last
from qa.answering.trees import Trees
from qa.answering.turns import Turn, Understood
from qa.answering.understanding import is_courtesy
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
_IDIOM = re.compile(  # "it" stands for nothing in these
    r"""
    \b(?:is|was)[ ]it[ ](?:that|true|possible|likely)\b  # "is it true that"
    | \bwhat[ ]time[ ](?:is|was)[ ]it\b  # "what time is it"
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ASKS_FOR_A_NAME = re.compile(r"(?:who|whom|what|which)\b", re.IGNORECASE)
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
    (?:when|where|why|how(?:[ ](?!many)\w+)?)[ ]
    (?P<rest>(?:is|was|are|were|did|does|do|has|have|had|will)\b.+)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_STATES = (
    "killed|injured|wounded|hurt|dead|missing|arrested|detained|evacuated|rescued|displaced|found"
)
_STATE = re.compile(rf"(?:the\s)?({_STATES})", re.IGNORECASE)
_IS_IN_STATE = re.compile(
    rf"\b(?:were|was|are|been)\s(?P<state>{_STATES})\b|\b(?P<verb>died|dead)\b", re.IGNORECASE
)
_OF_THEM = re.compile(r"\bof (?:them|these|those)\b(?! \w+s\b)", re.IGNORECASE)
_COUNTED = (  # what follows "how many people", and what links it to "the people"
    (re.compile(r"\s(?:were|was|are|have been|had been)\s(\w+(?:ed|en|t|n|ld|st)\b.*)", re.I), ""),
    (re.compile(r"\s(\w+ed\b.*)", re.I), "that "),
    (re.compile(r"\s(?:did|does|do|has|had|will)\s(.+)", re.I), "that "),
)
_WEAK = frozenset(
    "what when wher whic whos many much them they thei this that were does have".split()
)
_SURE = 0.05  # gain of the best edit from which it is made
_PERHAPS = 0.02  # gain from which an edit is offered
_DOUBTS = {"it": 0.05, "they": 0.02, "this": 0.2, "there": 0.08}  # less gain of a pronoun
_ANSWERED = 0.1  # more gain of the last answer, if a name was asked for
_NAMED_LAST = 0.1  # more gain of a thing that the last question names
_ALIKE = (0.1, 0.3)  # less gain than the best, down to which passages decide; for "it"
_WAYS, _OFFERED = 8, 2
_PASSAGES = 10  # read to find out what a question leans on
_FRAGMENT_WORDS = 6
_FAR = 8  # words: farther apart, two words say nothing of each other
_LONGEST = 600  # characters of a completed question: longer ones are asked as they are

Way = tuple[str, str]  # a completed question, and the phrase that was put into it


def completed(
    question: str, turns: Sequence[Turn], retrieve: Callable[[str, int], Sequence[Hit]]
) -> Understood:
    """Return a question completed from the turns before it.

    If it may lean on several things alike, the passages that `retrieve` finds decide.
    """
    ways = resolve(question, turns)
    chosen = ways[0]
    if len(ways) > 1:
        query = f"{question} {turns[-1].understood}"[:_LONGEST]
        chosen = nearest(ways, retrieve(query, _PASSAGES))
    others = [way.text for way in ways if way != chosen]
    return replace(chosen, others=tuple(dict.fromkeys([*others, *chosen.others]))[:_OFFERED])


def resolve(question: str, turns: Sequence[Turn]) -> list[Understood]:
    """Return the ways to understand a question after earlier turns, likeliest first.

    `turns` are oldest first. Ways after the first are nearly as likely. Never empty: a question
    that leans on nothing before it, or on nothing sure, has one way, itself.
    """
    asked = " ".join(question.split())
    turns = [turn for turn in turns if not is_courtesy(turn.asked)]
    as_typed = Understood(question, question)
    if not turns or not asked or is_courtesy(asked):
        return [as_typed]
    found = [
        Understood(question, text[:1].upper() + text[1:], phrase)
        for text, phrase in _by_rule(asked, [turn.understood for turn in turns])
        if len(text) <= _LONGEST and text.casefold() != asked.casefold()
    ]
    return list(dict.fromkeys(found)) or _learned(question, _JOINS.sub("", asked, count=1), turns)


def _learned(question: str, asked: str, turns: Sequence[Turn]) -> list[Understood]:
    """Return the ways that the trees hold to be surely better than the question typed."""
    edits = [edit for edit in proposed(asked, turns) if agrees(edit.site, edit.phrase)]
    told = " / ".join(edit.phrase.text for edit in edits)
    edits = [edit for edit in edits if f"{edit.phrase.text} of " not in told]  # "the war of 2020"
    if not edits or _IDIOM.search(asked):
        return [Understood(question, question)]
    last = turns[-1].understood
    gains = _trees().predict(np.array([edit.features for edit in edits], np.float32))
    gains += [_more_in_news(edit, last) for edit in edits]
    order = np.argsort(-gains, kind="stable")
    best = gains[order[0]]
    least = _PERHAPS
    if best >= _SURE:
        least = best - _ALIKE[edits[order[0]].site.kind == "it"]
    ways = [_way(question, asked, edits[place], last) for place in order if gains[place] >= least]
    if best >= _SURE:
        return ways[:_WAYS]
    return [Understood(question, question, others=tuple(way.text for way in ways[:_OFFERED]))]


def _more_in_news(edit: Edit, last: str) -> float:
    """Return what an edit gains in talk of news, beyond what the trees learned.

    People's rewritings are of talk about one person or band: few of a thing without a name, and
    few whose answer is asked about next.
    """
    kind, phrase = edit.site.kind, edit.phrase
    gain = -_DOUBTS.get(kind, 0.0)
    asks_for_it = kind == "there" or (kind == "it" and _ASKS_FOR_A_NAME.match(last) is not None)
    if asks_for_it and is_last_answer(phrase):
        return gain + _ANSWERED
    return gain + _NAMED_LAST * (kind in ("it", "they") and is_named_last(phrase))


def _way(question: str, asked: str, edit: Edit, last: str) -> Understood:
    """Return the way of an edit, with the last question's time for a thing of then."""
    text, phrase, time = edit.of(asked), edit.phrase.text, WHEN.search(last)
    is_thing = edit.site.kind == "it" and phrase.startswith("the ")
    if time and is_thing and not WHEN.search(text) and phrase.casefold() not in last.casefold():
        text = f"{text.rstrip(' ?.!')} {_time_phrase(time[0].strip().removeprefix('of '))}?"
    return Understood(question, text[:1].upper() + text[1:], phrase)


@lru_cache(maxsize=1)
def _trees() -> Trees:
    return Trees.read(Path(__file__).with_suffix(".npz"))


def told_after(understood: Understood, turns: Sequence[Turn]) -> Understood | None:
    """Return a question with the last one before it, as its story.

    "How much did the mission cost?" is of the mission that was told of. Returns None if the
    question was completed, or speaks of something itself that the last turn does not tell of.
    """
    if not turns or understood.text != understood.asked or names_in(understood.asked):
        return None
    last = turns[-1]
    told = f"{last.understood} {last.sentence or ''} {last.title}".casefold()
    if any(noun not in told for noun in nouns_of(understood.asked) - COUNTS):
        return None
    text = f"{last.understood.rstrip(' ?.!')}? {understood.asked}"
    if is_courtesy(understood.asked) or len(text) > _LONGEST:
        return None
    return replace(understood, text=text)


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


def _by_rule(asked: str, earlier: Sequence[str]) -> list[Way]:
    """Return a way for a fragment: another time, name, count or question word."""
    last = earlier[-1]
    rest = _JOINS.sub("", asked, count=1)
    bare = rest.rstrip(" ?.!")
    if _BARE.match(bare):
        return _other_question_word(bare, last)
    counted = _other_count(bare, last) or _of_them(rest, earlier)
    is_fragment = rest != asked or _FRAGMENT_OF_TIME.match(rest) is not None
    is_short = len(bare.split()) <= _FRAGMENT_WORDS and not re.search("[.?!;]", bare)
    if counted or not bare or not is_fragment or not is_short or _ASKS.match(rest):
        return counted
    return _fragment(bare, last)


def _fragment(bare: str, last: str) -> list[Way]:
    """Put another time, place, name or state ("and injured?") into the last question."""
    question = last.rstrip(" ?.!")
    if ONLY_TIME.fullmatch(bare):
        phrase = _time_phrase(bare)
        return [(f"{without_time(question)} {phrase}?", phrase)]
    place = re.match(r"(in|on|at|for|from|with|by|to|of|about)\s+(.+)", bare, re.IGNORECASE)
    if place:
        return [(f"{_with_place(question, bare, place[1].lower())}?", place[2])]
    state = _STATE.fullmatch(bare)
    told = _IS_IN_STATE.search(question)
    if state is not None and told is not None and COUNT.search(question):
        word = state[1].lower() if told["state"] else f"were {state[1].lower()}"
        return [(f"{replaced(question, told.span(told.lastgroup or 0), word)}?", bare)]
    names = name_spans(question)
    if not names or (bare.islower() and " " in bare):
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


def _of_them(question: str, earlier: Sequence[str]) -> list[Way]:
    """Replace "of them" by what one of the last three questions counted.

    "How many people were killed in the clashes?" counted "the people killed in the clashes".
    """
    match = _OF_THEM.search(question)
    found = [(last, counted) for last in earlier[-3:] if (counted := COUNT.search(last))]
    if match is None or not found:
        return []
    last, counted = found[-1]
    noun, tail = counted["noun"], last[counted.end() :].rstrip(" ?.!")
    for said, links in _COUNTED:
        if told := said.match(tail):
            noun = f"{noun} {links}{told[1]}"
            break
    return [(replaced(question, match.span(), f"of the {noun}"), f"the {noun}")]


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
