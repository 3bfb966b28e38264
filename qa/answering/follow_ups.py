"""A question that leans on the ones before it, completed from them: by rules on its words, and nothing made up.

"and in 2020?" puts another time into the last question, "and Turkey?" another name, "and how many Armenians?" another
count. "who brokered it?" gets what the last question or its answer spoke of in the place of "it"; where that may be
several things, `resolve` gives each, and `nearest` takes the one that the retrieved passages speak of beside the
question's own words. Every word of a completed question stands in the question, an earlier one, an answer, or its
sentence. Limits: English; a question whose pronoun finds nothing to stand for is asked as it is.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.types import Hit, Reply

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_TIME = rf"(?:(?:early|late|mid)[ -])?(?:(?:the )?(?:spring|summer|autumn|fall|winter)(?: of)? )?(?:{_MONTH}(?: \d{{1,2}}\b)?(?:,? (?:19|20)\d\d)?|\d{{1,2}} {_MONTH}(?: (?:19|20)\d\d)?|(?:the )?(?:19|20)\d\ds?|(?:last|this) (?:year|month|week)|yesterday|today|(?:last )?{_WEEKDAY})"
_WHEN = re.compile(rf"\b(?:(?:in|on|during|of|since|before|after|by|until)\s+)?{_TIME}(?![\w’'])")
_ONLY_TIME = re.compile(
    rf"(?:(?:in|on|during|of|since|before|after|by|until)\s+)?{_TIME}", re.IGNORECASE
)
_JOINS = re.compile(
    r"^(?:(?:and|but|or|so|also|then|ok|okay)\b[,\s]*)*(?P<about>(?:what|how)\s+about\b\s*)?",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^(?:(?:in|on|at|to|from|by|with|for|of)\s+)?(?:who|whom|whose|what|when|where|which|why|how)\b|^(?:is|are|was|were|did|does|do|has|have|had|will|would|can|could|name|list|tell)\b",
    re.IGNORECASE,
)
_BARE = re.compile(r"^(?P<word>who|when|where|why|how)\??$", re.IGNORECASE)
_COUNT = re.compile(
    r"\bhow many (?P<noun>(?:[a-z]+ ){0,2}?[a-z]+)(?= (?:were|was|are|is|did|do|does|has|have|had|will|would|can|of)\b| [a-z]+ed\b)",
    re.IGNORECASE,
)
_IDIOM = re.compile(
    r"\b(?:is|was) it (?:that|true|possible|likely)\b|\bwhat time (?:is|was) it\b|\bwhose it is\b|\bmake it\b",
    re.IGNORECASE,
)
_OF_THEM = re.compile(r"\bof (?:them|these|those)\b(?! \w+s\b)", re.IGNORECASE)
_THING = re.compile(
    r"\b(?P<of>its)\b|\b(?P<itself>it)\b|\b(?:this|that)\b(?=\s*[?,]|\s+(?:end|ended|begin|began|start|started|happen|happened|last|lasted|take|took|mean)\b|$)",
    re.IGNORECASE,
)
_PERSON = re.compile(r"\b(?:(?P<of>his)|(?P<her>her)|(?P<itself>he|she|him))\b", re.IGNORECASE)
_PEOPLE = re.compile(r"\b(?:(?P<of>their)|(?P<itself>they|them))\b", re.IGNORECASE)
_THERE = re.compile(r"\bthere\b(?=\s*\?|\s+(?:in|on|for|with|to)\b|$)", re.IGNORECASE)
_DEMONSTRATED = re.compile(
    r"\b(?:that|this|those|these) (?P<noun>[a-z]{3,})\b(?<!that is)", re.IGNORECASE
)
_ASKS_FOR_SOMEBODY = re.compile(
    r"(?:who|whom|which (?:man|woman|person|minister|president|leader|official))\b", re.IGNORECASE
)
_NAME = re.compile(
    r"(?<![\w.])[A-Z][\w’'-]*[\w](?:\s(?:(?:of|the|de|van|von|al)\s){0,2}[A-Z][\w’'-]*\w)*"
)
_NOT_NAMES = frozenset(
    "who whom whose what when where which why how and but the a an in on at is are was were did does do has have had i".split()
)
_STOPS = r"(?:is|are|was|were|did|does|do|has|have|had|will|would|can|could|be|been|begin|began|end|ended|start|started|happen|happened|take|took|last|lasted|cost|by|that|which|who|and|or|but|with|after|before|until|when|while|because|to|as|put|for|from|on|at)"
_NOUN_PHRASE = re.compile(
    rf"\b(?:the|a|an)\s(?!{_STOPS}\b)[\w’'-]+(?:\s(?!(?:{_STOPS}|in|the|a|an|of|\w+ed)\b)[\w’'-]+){{0,3}}(?:\s(?:of|in)\s(?:the\s)?(?!{_STOPS}\b)[\w’'-]+(?:\s(?:{_MONTH}|[A-Z][\w’'-]+|(?:19|20)\d\d))?){{0,2}}"
)  # fmt: skip
_TURNS, _LONGEST_TURN = 100, 20_000  # that a browser may keep; characters of one
_LONGEST = 600  # characters of a completed question: longer ones are asked as they are


@dataclass(frozen=True, slots=True)
class Turn:
    """A question that was asked, how it was understood, and the best answer with its sentence (None: there was none)."""

    asked: str
    understood: str
    answer: str | None = None
    sentence: str | None = None
    address: str = ""

    @classmethod
    def of(cls, understood: Understood, reply: Reply, address: str = "") -> Turn:
        best = reply.answers[0].citations[0] if reply.answers else None
        return cls(
            understood.asked,
            reply.question,
            best.text if best else None,
            best.sentence if best else None,
            address,
        )

    @classmethod
    def recalled(cls, kept: object) -> list[Turn]:
        """The turns that a browser kept, as `asdict` gave them; what is not such a turn is left out, as browsers are not to be trusted."""
        turns = []
        for one in kept[-_TURNS:] if isinstance(kept, list) else []:
            with contextlib.suppress(TypeError):
                turn = cls(**one)
                words = (
                    turn.asked,
                    turn.understood,
                    turn.answer or "",
                    turn.sentence or "",
                    turn.address,
                )
                if (
                    all(isinstance(text, str) for text in words)
                    and sum(map(len, words)) <= _LONGEST_TURN
                    and turn.address[:1] in ("", "?")
                ):
                    turns.append(turn)
        return turns


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as typed, and as it is asked; `stands_for` is the phrase that was put into it, if one was."""

    asked: str
    text: str
    stands_for: str = ""


def resolve(question: str, turns: Sequence[Turn]) -> list[Understood]:
    """The ways to understand a question after the earlier `turns`, oldest first; likeliest first by the rules alone.

    Never empty; one way, the question itself, where it leans on nothing before it.
    """
    asked = " ".join(question.split())
    if not turns or not asked:
        return [Understood(question, question)]
    found = [
        Understood(question, text[:1].upper() + text[1:], phrase)
        for text, phrase in _completed(asked, turns)
        if len(text) <= _LONGEST and text.casefold() != asked.casefold()
    ]
    return list(dict.fromkeys(found)) or [Understood(question, question)]


def nearest(ways: Sequence[Understood], hits: Sequence[Hit]) -> Understood:
    """The way whose phrase stands nearest, in the passages retrieved, to what the question itself says; the first among equals."""
    if not ways:
        raise ValueError("expected ways to understand a question, found none")
    places = [_distance(way, hit.text) for way in ways for hit in hits]
    best = [
        min(places[row * len(hits) : (row + 1) * len(hits)], default=_FAR)
        for row in range(len(ways))
    ]
    return ways[min(range(len(ways)), key=lambda row: (best[row], row))]


_FAR = 8  # words: farther apart, two words say nothing of each other


def _distance(way: Understood, text: str) -> int:
    """How many words lie between the phrase's noun and the nearest word of the question's own, at least 1; _FAR for none near."""
    own = {_stem(word) for word in re.findall(r"[^\W_]{4,}", way.asked.casefold())} - _WEAK
    noun = _stem(_head(way.stands_for))
    words = [_stem(word) for word in re.findall(r"[^\W_]+", text.casefold())]
    nouns = [place for place, word in enumerate(words) if word == noun]
    owns = [place for place, word in enumerate(words) if word in own]
    return (
        min((abs(one - other) for one in nouns for other in owns), default=_FAR)
        if noun not in own
        else _FAR
    )


_WEAK = frozenset(
    {
        "what",
        "when",
        "wher",
        "whic",
        "whos",
        "many",
        "much",
        "them",
        "they",
        "thei",
        "this",
        "that",
        "were",
        "does",
        "have",
    }
)


def _stem(word: str) -> str:
    """A word to its first letters: enough to join "truce" and "truces", "brokered" and "brokers"."""
    return word[: max(4, len(word) - 3)]


def _head(phrase: str) -> str:
    """The noun of a phrase: the last word before "of" or "in"."""
    return (re.split(r"\s(?:of|in|on|at)\s", phrase.casefold())[0].split() or [""])[-1]


def _completed(asked: str, turns: Sequence[Turn]) -> list[tuple[str, str]]:
    """(the completed question, the phrase put into it) for each way that a rule knows."""
    last = turns[-1].understood
    match = _JOINS.match(asked)
    rest = asked[match.end() :] if match is not None else asked
    joined = match is not None and match.end() > 0
    bare = rest.rstrip(" ?.!")
    if not bare:
        return []
    if _BARE.match(bare):
        return _other_wh(bare, last)
    if counted := _count_replaced(bare, last):
        return counted
    fragment = not _ASKS.match(rest) and (
        joined or re.match(r"(?:in|on|during|since|before|after|until)\s", rest, re.IGNORECASE)
    )
    if fragment:
        return _fragment(bare, last)
    return _pronouns(rest if joined else asked, turns)


def _fragment(bare: str, last: str) -> list[tuple[str, str]]:
    """Another time, or another name, put into the last question."""
    stem = last.rstrip(" ?.!")
    if _ONLY_TIME.fullmatch(bare):
        phrase = (
            bare
            if re.match(
                r"(?:in|on|during|of|since|before|after|by|until|last|this)\s|(?:yesterday|today)\b",
                bare,
                re.IGNORECASE,
            )
            else f"on {bare}"
            if re.fullmatch(_WEEKDAY, bare, re.IGNORECASE)
            else f"in {bare}"
        )
        without = _without_time(stem)
        return [(f"{without} {phrase}?", phrase)]
    preposition = re.match(r"(in|on|at|for|from|with|by|to)\s+(.+)", bare, re.IGNORECASE)
    name = preposition[2] if preposition else bare
    if preposition:
        found = list(
            re.finditer(
                rf"\b{preposition[1].lower()}\s+(?!{_TIME})(?:the\s)?[A-Z][\w’'-]*(?:\s[A-Z][\w’'-]*)*",
                stem,
            )
        )
        replaced = (
            f"{stem[: found[-1].start()]}{bare}{stem[found[-1].end() :]}"
            if found
            else f"{stem} {bare}"
        )
        return [(f"{replaced}?", name)]
    names = _names(stem)
    if not names:
        return []
    start, end = names[-1]
    return [(f"{stem[:start]}{name}{stem[end:]}?", name)]


def _without_time(question: str) -> str:
    text = _WHEN.sub("", question)
    return " ".join(re.sub(r"\bthe\s+(?=(?:in|on|of)\b)", "", text).split())


def _count_replaced(bare: str, last: str) -> list[tuple[str, str]]:
    """ "how many Armenians" after "How many people died in the clashes?": the same question of another noun."""
    match, counted = (
        re.fullmatch(r"how many ((?:\w+ ){0,2}\w+)", bare, re.IGNORECASE),
        _COUNT.search(last),
    )
    if (
        match is None
        or counted is None
        or re.search(r"\b(?:of|them|they|were|are|is|was|did)\b", match[1], re.IGNORECASE)
    ):
        return []
    start, end = counted.span("noun")
    return [(f"{last[:start]}{match[1]}{last[end:].rstrip(' ?.!')}?", match[1])]


def _other_wh(word: str, last: str) -> list[tuple[str, str]]:
    """ "when?" after "Who brokered the truce?": "When was the truce brokered?"; else the wh-word with what the question spoke of."""
    stem = last.rstrip(" ?.!")
    passive = re.match(
        r"(?:who|what|which \w+) (?P<verb>\w+ed) (?P<what>(?:the|a|an|its|their|[A-Z]).+)",
        stem,
        re.IGNORECASE,
    )
    bare = word.rstrip("?")
    if passive is not None:
        what = passive["what"]
        were = "were" if re.search(r"[^s]s$", _head(what)) else "was"
        return [(f"{bare.capitalize()} {were} {what} {passive['verb']}?", what)]
    asked = re.match(
        r"(?:when|where|why|how) (?P<rest>(?:is|was|are|were|did|does|do|has|have|had|will)\b.+)",
        stem,
        re.IGNORECASE,
    )
    if asked is not None and bare.casefold() != "who":
        return [(f"{bare.capitalize()} {asked['rest']}?", asked["rest"])]
    return [(f"{bare.capitalize()}: {topic}?", topic) for topic in _phrases(stem)[:1]]


def _pronouns(question: str, turns: Sequence[Turn]) -> list[tuple[str, str]]:
    """The question with its pronoun replaced, a way for each thing that it may stand for."""
    if _IDIOM.search(question):
        return []
    last = turns[-1]
    if match := _OF_THEM.search(question):
        several = next((found for turn in reversed(turns[-3:]) if (found := _counted(turn))), [])
        return [(_replaced(question, match.span(), f"of {phrase}"), phrase) for phrase in several]
    if match := _PERSON.search(question):
        if _names(question[: match.start()]):
            return []  # "What did Macron say of his visit?"
        return [(_put(question, match, phrase), phrase) for phrase in _people(turns)]
    if match := _PEOPLE.search(question):
        if _names(question[: match.start()]) or re.search(
            r"\bthe \w+s\b", question[: match.start()]
        ):
            return []
        several = _listed(last) or _counted(last)
        return [(_put(question, match, phrase), phrase) for phrase in several]
    if (
        (match := _THERE.search(question))
        and last.answer
        and re.match(r"\W*(?:in |at )?where\b", last.understood, re.IGNORECASE)
    ):
        return [(_replaced(question, match.span(), f"in {last.answer}"), last.answer)]
    if match := _THING.search(question):
        if re.search(r"\b(?:the|a|an) \w+", question[: match.start()]):
            return []  # "When did the war end and who won it?"
        phrases = dict.fromkeys(_unsaid(phrase, question) for phrase in _things(turns))
        return [
            (_in_time(_put(question, match, phrase), phrase, last), phrase) for phrase in phrases
        ]
    if match := _DEMONSTRATED.search(question):
        named = [
            phrase
            for phrase in _things(turns)
            if _stem(_head(phrase)) == _stem(match["noun"].casefold())
        ]
        return [(_replaced(question, match.span(), phrase), phrase) for phrase in named[:1]]
    return []


def _put(question: str, match: re.Match[str], phrase: str) -> str:
    """The phrase in the place of a pronoun, with an 's where that is a possessive; "her" is one before a noun."""
    groups = match.groupdict()
    possessive = groups.get("of") or (
        groups.get("her") and re.match(r"\s+[a-z]+", question[match.end() :]) is not None
    )
    return _replaced(
        question,
        match.span(),
        f"{phrase}{'’' if phrase.endswith('s') else '’s'}" if possessive else phrase,
    )


def _replaced(question: str, place: tuple[int, int], phrase: str) -> str:
    return f"{question[: place[0]]}{phrase}{question[place[1] :]}"


def _in_time(question: str, phrase: str, last: Turn) -> str:
    """The time of the last question kept, where a phrase of its answer's sentence lacks one: "the truce" of which September."""
    time = _WHEN.search(last.understood)
    if time is None or _WHEN.search(question) or phrase.casefold() in last.understood.casefold():
        return question
    said = time[0].strip()
    said = (
        said
        if re.match(r"(?:in|on|during|since|before|after|by|until)\s", said)
        else f"in {said.removeprefix('of ')}"
    )
    return f"{question.rstrip(' ?.!')} {said}?"


def _unsaid(phrase: str, question: str) -> str:
    """A phrase without what its noun is called that the question says itself: who brokered "the truce", not "the US-brokered truce"."""
    own = {_stem(word) for word in re.findall(r"[^\W_]{4,}", question.casefold())}
    head = _head(phrase)
    kept = [
        word
        for word in phrase.split()
        if word.casefold() == head
        or not own & {_stem(part) for part in re.split(r"[-–]", word.casefold())}
    ]
    return " ".join(kept)


def _things(turns: Sequence[Turn]) -> list[str]:
    """What "it" may stand for: what the last question spoke of, what its answer's sentence does, what the question before did."""
    last = turns[-1]
    found = _phrases(last.understood)
    if (
        last.answer is not None
        and re.match(r"(?:what|which)\b", last.understood, re.IGNORECASE)
        and not _WHEN.search(last.answer)
    ):
        found = [*(_phrases(last.answer) or [last.answer] * bool(_names(last.answer))), *found]
    if last.sentence is not None:
        found += [re.sub(r"^(?:a|an)\s", "the ", phrase) for phrase in _phrases(last.sentence)]
    if len(turns) > 1:
        found += _phrases(turns[-2].understood)
    return list(dict.fromkeys(found))[:8]


def _people(turns: Sequence[Turn]) -> list[str]:
    """Whom "he" or "she" may stand for: the answer to a question for a person, else a name of a question, the latest first."""
    found: list[str] = []
    for turn in reversed(turns[-3:]):
        if turn.answer and _ASKS_FOR_SOMEBODY.match(turn.understood) and _names(turn.answer):
            return [*found, turn.answer]
        found += [turn.understood[start:end] for start, end in _names(turn.understood)]
    return list(dict.fromkeys(re.sub(r"[’']s$", "", name) for name in found))[:4]


def _listed(turn: Turn) -> list[str]:
    """The answer of a question for several things, or two names of the question."""
    if (
        turn.answer
        and re.match(r"(?:which|what|who (?:are|were))\b", turn.understood, re.IGNORECASE)
        and re.search(r"\band\b|,|s$", turn.answer)
    ):
        return [turn.answer]
    pair = re.search(r"\b([A-Z]\w+ and [A-Z]\w+)", turn.understood)
    return [pair[1]] if pair else []


def _counted(turn: Turn) -> list[str]:
    """What a question for a number counted: "How many people were killed in the clashes?" counted "the people killed in the clashes"."""
    match = _COUNT.search(turn.understood)
    if match is None:
        return [
            phrase for phrase in _phrases(turn.understood) if re.search(r"[^s]s$", _head(phrase))
        ][:1]
    tail = turn.understood[match.end() :].rstrip(" ?.!")
    participle = re.match(
        r"\s(?:were|was|are|have been|had been)\s(\w+(?:ed|en|t|n|ld|st)\b.*)", tail, re.IGNORECASE
    )
    if participle:
        return [f"the {match['noun']} {participle[1]}"]
    active = re.match(r"\s(\w+ed\b.*)", tail)
    sent = re.match(r"\s(?:did|does|do|has|had|will)\s(.+)", tail, re.IGNORECASE)
    return [
        f"the {match['noun']} that {active[1]}"
        if active
        else f"the {match['noun']}{f' that {sent[1]}' if sent else ''}"
    ]


def _phrases(text: str) -> list[str]:
    """The noun phrases of a text that begin with an article, in order: "the September truce", "the clashes on the border"."""
    text = re.sub(
        r"^(?:the|a|an)\b", lambda match: match[0].lower(), text.strip(), flags=re.IGNORECASE
    )
    return [match[0] for match in _NOUN_PHRASE.finditer(text)]


def _names(text: str) -> list[tuple[int, int]]:
    """(start, end) of each name: capitalised words that are neither a question's own nor a time."""
    times = [match.span() for match in _WHEN.finditer(text)]
    found = []
    for match in _NAME.finditer(text):
        start, end = match.span()
        while start < end and text[start:end].split()[0].casefold() in _NOT_NAMES:
            words = text[start:end].split(None, 1)
            start = end if len(words) < 2 else end - len(words[1])
        if start < end and not any(a < end and start < b for a, b in times):
            found.append((start, end))
    return found
