"""Who holds an office now, of all that sentences say of who held it.

"Who is the mayor?" asks for today's holder: not for a deputy, a nominee, a former mayor, or one who
was dismissed. What a sentence says beside a name tells which. Limits: English; offices and words
are lists; a holder who came back after years is known by newer sentences alone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from index.text.sentences import sentence_before
from qa.answering.parsing import verb_that_affects
from qa.answering.subjects import is_named, names_of, times_named, words_of
from qa.types import Citation

_WHO_IS = re.compile(r"^\W*who(?:['’]s|\s+(?:is|are|leads|heads|runs))\b", re.IGNORECASE)
_OFFICE = r"""(?P<office>minister|president|chief|secretary|governor|mayor|leader
    |chair(?:wo)?(?:man)?|ceo|director|head|general|king|queen|pope|premier|chancellor|speaker|coach
    |manager|owner|champion|captain|ambassador|commissioner|editor)\b"""
_PAST = "former(?:ly)?|ex|then|late|outgoing|onetime|previous|retired|ousted"
_OTHER = rf"""\b(?P<other>{_PAST}|could|might|would|candidate|nominee|contender|hopeful|incoming
    |deputy|vice|assistant|associate|shadow|minority|majority)[\s-]+(?:[\w.'’-]+\s+){{0,3}}?
    {_OFFICE}"""
_BEFORE = re.compile(  # former White House chief of staff [Ann Lee]
    _OTHER + r",?\s(?:of\s)?(?:[\w’']+\s){0,2}$", re.IGNORECASE | re.VERBOSE
)
_AFTER = re.compile(  # [Ann Lee], who was the deputy mayor
    r"(?:,|\s+(?:is|was)|\s+will(?:\s\w+){0,3}\sbe)\s+(?:[\w’'-]+\s+){0,4}?" + _OTHER,
    re.IGNORECASE | re.VERBOSE,
)
_WAS = re.compile(  # when [Ann Lee] was vice president
    rf"""\s+(?:was|had\sbeen)\s+(?:(?:the|its|our|their)\s+)?
    (?:(?!\w+ed\b|chosen\b|made\b|sworn\b)[\w’'-]+\s+){{0,2}}?{_OFFICE}""",
    re.IGNORECASE | re.VERBOSE,
)
_SOUGHT = re.compile(  # nominated [Ann Lee] for governor
    rf"\s+(?:for|as\s(?:the\s|its\s)?(?:candidate|nominee)\sfor)\s+(?:[\w’'-]+\s+){{0,2}}?{_OFFICE}"
    r"|[’']s?\s(?:[\w-]+\s+){0,3}?(?:bid|run|race|campaign)\b",
    re.IGNORECASE | re.VERBOSE,
)
_WAS_TOLD = re.compile(_PAST, re.IGNORECASE)
_THEN = re.compile(r"\bthen[\s-]", re.IGNORECASE)
_ENDING = frozenset("fire oust dismiss sack remove replace depose".split())
_HOLDS = re.compile(  # Ann Berg, who is the chief executive of Norvik Steel
    r"(?:,?\swho)?(?:,|\s(?:is|was|became|remains|as))\s(?:the|its)\s[^,.;]{1,60}"
)
_ITS = re.compile(r"\b(?:its|their)\b", re.IGNORECASE)
_BESIDE = 30  # characters before and after a name
_ENDED_BEFORE = dt.timedelta(days=90)


def holders(question: str, citations: Sequence[Citation]) -> list[Citation]:
    """Return the citations that may name today's holder of the office asked for.

    All are returned if the question does not begin "who is". Whoever is called a former holder, or
    was dismissed, is left out of older articles too. Whoever was "then" one is left out of articles
    of the three months after as well.
    """
    if not _WHO_IS.search(question):
        return list(citations)
    kept, left = [], []
    for citation in citations:
        if not _is_about(citation, question):
            continue
        if not of_other_office(citation, question):
            kept.append(citation)
        elif is_past_holder(citation, question):
            left.append(citation)
    return [one for one in kept if not any(_is_same_holder(one, other) for other in left)]


def _is_about(citation: Citation, question: str) -> bool:
    """Whether its article is about what the office is of.

    It names that twice, or beside the span, or in the sentence before "its director". Whoever
    visits Norway is not its prime minister.
    """
    text, begins = citation.article.text, citation.sentence_span[0]
    holds = _HOLDS.match(text, citation.end)
    end = citation.end + _BESIDE if holds is None else holds.end()
    beside = text[max(0, citation.start - _BESIDE) : end]
    if _ITS.search(text, begins, citation.start):
        beside = f"{sentence_before(text, begins)} {beside}"
    article = words_of(citation.article)
    return all(
        is_named(name, beside) or times_named(name, article) > 1 for name in names_of(question)
    )


def of_other_office(citation: Citation, question: str) -> bool:
    """Whether a sentence gives the holder of another office than the one asked for.

    A deputy mayor is not the mayor, and who was president is not who "is" it.
    """
    if not _WHO_IS.search(question):
        return False
    return any(found is not None for found in _beside(citation, question)) or _is_ended(citation)


def is_past_holder(citation: Citation, question: str) -> bool:
    """Whether a sentence says that its holder of the office asked for is so no more."""
    before, after, was, _ = _beside(citation, question)
    told = [found["other"] for found in (before, after) if found is not None]
    return was is not None or any(map(_WAS_TOLD.fullmatch, told)) or _is_ended(citation)


def _beside(citation: Citation, question: str) -> list[re.Match[str] | None]:
    """Return what stands beside a name, each None if it does not.

    It is another office before or after it, that it was one, and that it seeks one.
    """
    sentence, (first, _) = citation.sentence, citation.sentence_span
    before, after = sentence[: citation.start - first], sentence[citation.end - first :]
    found = [_BEFORE.search(before), _AFTER.match(after), _WAS.match(after), _SOUGHT.match(after)]
    asked = re.findall(r"[\w’'-]+", question)
    return [one if one is not None and _is_office_of(one, asked) else None for one in found]


def _is_office_of(found: re.Match[str], asked: Sequence[str]) -> bool:
    """Whether a phrase such as "former prime minister" is of the office asked for."""
    words = [word.casefold() for word in asked]
    office = (found["office"] or "").casefold()
    other = (found.groupdict().get("other") or "").casefold()
    if not office:  # her bid, for whatever it is
        return True
    if other in words or office not in words:
        return False
    kind = asked[words.index(office) - 1]  # prime minister, attorney general
    if other in ("minority", "majority") and kind.casefold() in ("minority", "majority"):
        return True
    return not kind.islower() or kind == "the" or kind in found[0].casefold()


def _is_ended(citation: Citation) -> bool:
    """Whether the sentence says that whoever it names was dismissed."""
    first = citation.sentence_span[0]
    inside = citation.start - first, citation.end - first
    return verb_that_affects(citation.sentence, *inside) in _ENDING


def _is_same_holder(one: Citation, past: Citation) -> bool:
    """Whether a citation names one who was a past holder by then, by the last word.

    "Then-chief" tells of an older time, so it counts for newer articles too. "Former" does not,
    since a former chief may come back.
    """
    if one.text.split()[-1].casefold() != past.text.split()[-1].casefold():
        return False
    told, ended = one.article.published, past.article.published
    if told is None or ended is None:
        return True
    first = past.sentence_span[0]
    then = _THEN.search(past.sentence[: past.start - first]) is not None
    return told < ended or (then and told - ended <= _ENDED_BEFORE)
