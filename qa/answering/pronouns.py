"""Rules that replace the pronoun of a question by what it stands for.

The rules work on words. A pronoun stands for what earlier questions and answers spoke of. Limits:
English; a pronoun that a noun of its own question may explain is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qa.answering.phrases import (
    COUNT,
    WHEN,
    head,
    is_plural,
    long_stems,
    name_spans,
    noun_phrases,
    replaced,
    stem,
)
from qa.answering.turns import Turn, Way

_IDIOM = re.compile(  # "it" stands for nothing in these
    r"""
    \b(?:is|was)[ ]it[ ](?:that|true|possible|likely)\b  # "is it true that"
    | \bwhat[ ]time[ ](?:is|was)[ ]it\b  # "what time is it"
    | \bwhose[ ]it[ ]is\b  # "ask whose it is"
    | \bmake[ ]it\b  # "did they make it"
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OF_THEM = re.compile(r"\bof (?:them|these|those)\b(?! \w+s\b)", re.IGNORECASE)
_THING = re.compile(
    r"""
    \b(?P<of>its)\b  # "its capital"
    | \b(?P<itself>it)\b  # "who brokered it"
    | \b(?:this|that)\b
        (?=
            \s*[?,] | $  # "who did that?"
            | \s+(?:end|ended|begin|began|start|started)\b  # "when did that end"
            | \s+(?:happen|happened|last|lasted|take|took|mean)\b  # "how did this happen"
        )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PERSON = re.compile(r"\b(?:(?P<of>his)|(?P<her>her)|(?P<itself>he|she|him))\b", re.IGNORECASE)
_PEOPLE = re.compile(r"\b(?:(?P<of>their)|(?P<itself>they|them))\b", re.IGNORECASE)
_THERE = re.compile(r"\bthere\b(?=\s*\?|\s+(?:in|on|for|with|to)\b|$)", re.IGNORECASE)
_DEMONSTRATED = re.compile(
    r"\b(?:that|this|those|these) (?P<noun>[a-z]{3,})\b(?<!that is)", re.IGNORECASE
)
_ASKS_FOR_SOMEBODY = re.compile(
    r"""
    (?:
        who | whom  # "who is the spokeswoman"
        | which[ ](?:man|woman|person|minister|president|leader|official)  # "which man left"
    )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def with_pronoun_replaced(question: str, turns: Sequence[Turn]) -> list[Way]:
    """Replace the pronoun, a way for each thing that it may stand for."""
    if _IDIOM.search(question):
        return []
    last = turns[-1]
    if match := _OF_THEM.search(question):
        return _of_them(question, match, turns)
    if match := _PERSON.search(question):
        return _person(question, match, turns)
    if match := _PEOPLE.search(question):
        return _people(question, match, last)
    asked_where = re.match(r"\W*(?:in |at )?where\b", last.understood, re.IGNORECASE)
    if (match := _THERE.search(question)) and last.answer and asked_where:
        return [(replaced(question, match.span(), f"in {last.answer}"), last.answer)]
    if match := _THING.search(question):
        return _thing(question, match, turns)
    if match := _DEMONSTRATED.search(question):
        return _demonstrated(question, match, turns)
    return []


def _of_them(question: str, match: re.Match[str], turns: Sequence[Turn]) -> list[Way]:
    """Replace "of them" by what one of the last three questions counted."""
    for turn in reversed(turns[-3:]):
        counted = _counted(turn)
        if counted:
            return [(replaced(question, match.span(), f"of {one}"), one) for one in counted]
    return []


def _person(question: str, match: re.Match[str], turns: Sequence[Turn]) -> list[Way]:
    """Replace "he" or "she", but not after a name.

    "What did Macron say of his visit?" stays as it is.
    """
    if name_spans(question[: match.start()]):
        return []
    return [(_put(question, match, phrase), phrase) for phrase in _persons(turns)]


def _people(question: str, match: re.Match[str], last: Turn) -> list[Way]:
    """Replace "they", unless a name or a plural stands before it."""
    before = question[: match.start()]
    if name_spans(before) or re.search(r"\bthe \w+s\b", before):
        return []
    several = _listed(last) or _counted(last)
    return [(_put(question, match, phrase), phrase) for phrase in several]


def _thing(question: str, match: re.Match[str], turns: Sequence[Turn]) -> list[Way]:
    """Replace "it", unless a noun stands before it.

    "When did the war end and who won it?" stays as it is.
    """
    if re.search(r"\b(?:the|a|an) \w+", question[: match.start()]):
        return []
    ways = []
    for phrase in dict.fromkeys(_unsaid(phrase, question) for phrase in _things(turns)):
        completed = _put(question, match, phrase)
        ways.append((_in_time(completed, phrase, turns[-1]), phrase))
    return ways


def _demonstrated(question: str, match: re.Match[str], turns: Sequence[Turn]) -> list[Way]:
    """Replace "that war" by the first phrase with the same noun: "the war of 2020"."""
    noun = stem(match["noun"].casefold())
    for phrase in _things(turns):
        if stem(head(phrase)) == noun:
            return [(replaced(question, match.span(), phrase), phrase)]
    return []


def _put(question: str, match: re.Match[str], phrase: str) -> str:
    """Replace a pronoun by the phrase, with its "’s" if the pronoun is a possessive."""
    if _is_possessive(question, match):
        phrase += "’" if phrase.endswith("s") else "’s"
    return replaced(question, match.span(), phrase)


def _is_possessive(question: str, match: re.Match[str]) -> bool:
    """Whether a pronoun is a possessive; "her" is one before a noun."""
    groups = match.groupdict()
    if groups.get("of"):
        return True
    if not groups.get("her"):
        return False
    return re.match(r"\s+[a-z]+", question[match.end() :]) is not None


def _in_time(question: str, phrase: str, last: Turn) -> str:
    """Add the last question's time to a question about a phrase without one.

    The phrase comes from the sentence of the last answer. After a question about "in September",
    "the truce" is the one of September.
    """
    time = WHEN.search(last.understood)
    if time is None or WHEN.search(question) or phrase.casefold() in last.understood.casefold():
        return question
    said = time[0].strip()
    if not re.match(r"(?:in|on|during|since|before|after|by|until)\s", said):
        said = f"in {said.removeprefix('of ')}"
    return f"{question.rstrip(' ?.!')} {said}?"


def _unsaid(phrase: str, question: str) -> str:
    """Return the phrase without the words that the question itself says.

    The noun of the phrase always stays. The question is who brokered "the truce", not "the
    US-brokered truce".
    """
    own = long_stems(question)
    noun = head(phrase)
    return " ".join(
        word
        for word in phrase.split()
        if word.casefold() == noun or own.isdisjoint(_stems_of_parts(word))
    )


def _stems_of_parts(word: str) -> Iterator[str]:
    """Yield the stems of a word's parts: "us" and "brok" of "US-brokered"."""
    return map(stem, re.split(r"[-–]", word.casefold()))


def _things(turns: Sequence[Turn]) -> list[str]:
    """Return up to eight phrases that "it" may stand for.

    They are what the last question spoke of, then the sentence of its answer, then the question
    before.
    """
    last = turns[-1]
    found = _answer_phrases(last) + noun_phrases(last.understood)
    if last.sentence is not None:
        found += [re.sub(r"^(?:a|an)\s", "the ", phrase) for phrase in noun_phrases(last.sentence)]
    if len(turns) > 1:
        found += noun_phrases(turns[-2].understood)
    return list(dict.fromkeys(found))[:8]


def _answer_phrases(turn: Turn) -> list[str]:
    """Return the phrases or the name of an answer to "what" or "which"."""
    if turn.answer is None or not re.match(r"(?:what|which)\b", turn.understood, re.IGNORECASE):
        return []
    if WHEN.search(turn.answer):
        return []
    phrases = noun_phrases(turn.answer)
    if not phrases and name_spans(turn.answer):
        return [turn.answer]
    return phrases


def _persons(turns: Sequence[Turn]) -> list[str]:
    """Return up to four names that "he" or "she" may stand for, the latest first.

    They are the names of the last three questions, up to an answer to a question for a person.
    """
    found: list[str] = []
    for turn in reversed(turns[-3:]):
        if turn.answer and _ASKS_FOR_SOMEBODY.match(turn.understood) and name_spans(turn.answer):
            return [*found, turn.answer]
        found += [turn.understood[start:end] for start, end in name_spans(turn.understood)]
    return list(dict.fromkeys(re.sub(r"[’']s$", "", name) for name in found))[:4]


def _listed(turn: Turn) -> list[str]:
    """Return what a turn lists.

    This is the answer to a question for several things, or two names of the question.
    """
    asks_for_several = re.match(
        r"(?:which|what|who (?:are|were))\b", turn.understood, re.IGNORECASE
    )
    if turn.answer and asks_for_several and re.search(r"\band\b|,|s$", turn.answer):
        return [turn.answer]
    pair = re.search(r"\b([A-Z]\w+ and [A-Z]\w+)", turn.understood)
    return [pair[1]] if pair else []


def _counted(turn: Turn) -> list[str]:
    """Return what a question for a number counted, else its first plural.

    "How many people were killed in the clashes?" counted "the people killed in the clashes".
    """
    match = COUNT.search(turn.understood)
    if match is None:
        return [phrase for phrase in noun_phrases(turn.understood) if is_plural(head(phrase))][:1]
    noun, tail = match["noun"], turn.understood[match.end() :].rstrip(" ?.!")
    participle = re.match(
        r"\s(?:were|was|are|have been|had been)\s(\w+(?:ed|en|t|n|ld|st)\b.*)", tail, re.IGNORECASE
    )
    if participle:
        return [f"the {noun} {participle[1]}"]
    active = re.match(r"\s(\w+ed\b.*)", tail)
    if active:
        return [f"the {noun} that {active[1]}"]
    sent = re.match(r"\s(?:did|does|do|has|had|will)\s(.+)", tail, re.IGNORECASE)
    if sent:
        return [f"the {noun} that {sent[1]}"]
    return [f"the {noun}"]
