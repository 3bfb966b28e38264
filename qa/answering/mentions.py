"""Find the phrases of a conversation that a follow-up may speak of.

They are names, noun phrases and short answers out of earlier questions, answers, their sentences
and their articles' titles, by spaCy's parse. Limits: English; the last turns and the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.answering.parsing import parse
from qa.answering.turns import Turn

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

SOURCES = ("question", "answer", "sentence", "title")
_TURNS = 5  # the last ones that are looked at, beside the first
_LONGEST, _LONGEST_ANSWER = 9, 10  # words of a phrase, and of an answer that is one
_MOST = 28  # phrases
_AFTER = frozenset("of in on for at from against between about with".split())
_FUNCTION_WORDS = frozenset(
    """a an the of in on at to from by with for about as and or but so is are was were be been being
    am do does did has have had will would can could should may might must shall he she it they him
    her them his hers its their theirs this that these those there here i you we me us my your our
    who whom whose what which when where why how not n't s t than then also too any some""".split()
)
_NO_ANSWER = re.compile(r"\W*(?:I don'?t know|no answer|yes|no)\W*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase where it stands in a conversation.

    `back` counts turns from the question, 1 for the last. `place` is its rank in its text.
    """

    text: str
    words: frozenset[str]
    source: str
    back: int
    place: int
    role: str = ""
    label: str = ""
    is_name: bool = False
    is_plural: bool = False
    is_whole: bool = False  # all of its text


def content_words(text: str) -> list[str]:
    """Return the words of a text in lower case, without function words."""
    words = re.findall(r"[^\W_]+", re.sub(r"[’']s\b", "", text.casefold()))
    return [word for word in words if word not in _FUNCTION_WORDS]


def mentions_of(turns: Sequence[Turn]) -> list[Mention]:
    """Return the phrases of a conversation, the latest turn's first."""
    found: list[Mention] = []
    count = len(turns)
    seen = set(range(max(0, count - _TURNS), count)) | {0}
    titles: dict[str, int] = {}
    for place in sorted(seen, reverse=True):
        turn, back = turns[place], count - place
        found += _of_text(turn.understood, "question", back)
        if turn.answer and not _NO_ANSWER.fullmatch(turn.answer):
            found += _of_answer(turn.answer, back)
        if turn.sentence and turn.sentence != turn.answer:
            found += _of_text(turn.sentence, "sentence", back)
        if turn.title:
            titles.setdefault(turn.title, back)
    told = [one for title, back in titles.items() for one in _of_title(title, back)]
    return told + found


def _of_answer(answer: str, back: int) -> Iterator[Mention]:
    yield from _of_text(answer, "answer", back)
    text = answer.strip(" .,;:")
    if 0 < len(text.split()) <= _LONGEST_ANSWER:
        yield Mention(text, frozenset(content_words(text)), "answer", back, 0, is_whole=True)


def _of_title(title: str, back: int) -> Iterator[Mention]:
    for rank, part in enumerate(re.split(r"\s[·|]\s", title)):
        plain = re.sub(r"\s*\([^)]*\)", "", part).strip()
        (doc,) = parse([plain])
        if len(doc) <= _LONGEST and not any(token.pos_ in ("VERB", "AUX") for token in doc):
            words, is_name = frozenset(content_words(plain)), any(map(str.isupper, plain))
            yield Mention(plain, words, "title", back, rank, is_name=is_name, is_whole=True)
        yield from _of_text(plain, "title", back)


def _of_text(text: str, source: str, back: int) -> Iterator[Mention]:
    (doc,) = parse([text])
    spans = [*dict.fromkeys(_spans(doc))]
    for place, (start, end) in enumerate(spans):
        span = _trimmed(doc[start:end])
        if span is not None and len(span) <= _LONGEST:
            words = frozenset(content_words(span.text))
            if words:
                yield _mention(span, words, source, back, place)


def _mention(span: Span, words: frozenset[str], source: str, back: int, place: int) -> Mention:
    head = span.root
    return Mention(
        _definite(span),
        words,
        source,
        back,
        place,
        head.dep_,
        head.ent_type_,
        is_name=any(token.pos_ == "PROPN" for token in span),
        is_plural=head.tag_ in ("NNS", "NNPS") or any(t.dep_ == "conj" for t in span),
        is_whole=len(span) >= len(span.doc) - 1,
    )


def _spans(doc: Doc) -> Iterator[tuple[int, int]]:
    """Yield the bounds of names, and of noun phrases with and without complements."""
    for chunk in doc.noun_chunks:
        if chunk.root.pos_ == "PRON" or chunk[0].tag_ in ("WDT", "WP", "WP$", "WRB"):
            continue
        yield chunk.start, chunk.end
        for end in _ends(chunk):
            yield chunk.start, end
    for ent in doc.ents:
        yield ent.start, ent.end


def _ends(chunk: Span) -> Iterator[int]:
    """Yield where a noun phrase ends with its "of ..." or what is joined to it."""
    root: Token = chunk.root
    for child in root.rights:
        belongs = child.dep_ == "prep" and child.lower_ in _AFTER
        if belongs or child.dep_ == "conj":
            yield child.right_edge.i + 1


def _trimmed(span: Span) -> Span | None:
    """Return a phrase without the marks and the possessive at its ends."""
    start, end = span.start, span.end
    doc = span.doc
    while start < end and (doc[start].is_punct or doc[start].tag_ in ("PRP$", "CC", "IN")):
        start += 1
    while start < end and (doc[end - 1].is_punct or doc[end - 1].tag_ in ("POS", "CC", "IN")):
        end -= 1
    return doc[start:end] if start < end else None


def _definite(span: Span) -> str:
    """Return a phrase as one that is known: "the truce" for "a truce"."""
    text = str(span.text)
    if span[0].tag_ == "DT":
        rest = text[len(span[0].text) :].lstrip()
        return f"the {rest}" if rest else text
    return text


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase with all its mentions, the nearest first."""

    text: str
    words: frozenset[str]
    mentions: tuple[Mention, ...]
    is_name: bool


def phrases_of(mentions: Sequence[Mention]) -> list[Phrase]:
    """Return the phrases of mentions, each once, the nearest first."""
    groups: dict[frozenset[str], list[Mention]] = {}
    for mention in mentions:
        if mention.words:
            groups.setdefault(mention.words, []).append(mention)
    return [
        Phrase(
            min((one.text for one in group), key=_plainness),
            words,
            tuple(group),
            is_name=any(one.is_name for one in group),
        )
        for words, group in groups.items()
    ][:_MOST]


def _plainness(text: str) -> tuple[bool, int]:
    return text.islower(), len(text)
