"""Describe an edit by numbers, for the trees of `qa.answering.follow_ups`.

They tell of the question, of the place that is edited, of the phrase and of both together. Their
order is that of training: trees of another order are worthless.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qa.answering.mentions import SOURCES, Mention, Phrase
from qa.answering.pronouns import CLASSES, KINDS, Site

if TYPE_CHECKING:
    from spacy.tokens import Doc

_FAR = 9  # turns: where there is no mention
_LABELS = ("PERSON", "ORG", "GPE", "NORP", "DATE", "WORK_OF_ART", "EVENT", "CARDINAL")
_ROLES = ("nsubj", "nsubjpass", "dobj", "pobj", "poss", "attr", "ROOT", "conj", "appos", "compound")
_COUNTED = ("PROPN", "NOUN", "VERB")
_BEGINNINGS = (
    frozenset(("who", "whom", "whose")),
    frozenset(("when", "where", "why", "how")),
    frozenset(("what", "which")),
    frozenset("did does do is are was were has have had can".split()),
)
_PRONOUNS = [rf"\b(?:{'|'.join(CLASSES[kind])})\b" for kind in ("he", "she", "it", "they")]


def of_question(
    doc: Doc, own: frozenset[str], phrases: Sequence[Phrase], texts: Sequence[str]
) -> list[float]:
    """Return what a question says itself. `texts` are earlier ones, the last first."""
    names = frozenset[str]().union(*(phrase.words for phrase in phrases if phrase.is_name))
    parts = Counter(token.pos_ for token in doc)
    earlier = " ".join(texts)
    return [
        len(doc),
        len(own),
        len(own & names),
        *(parts[part] for part in _COUNTED),
        *(doc[0].lower_ in words for words in _BEGINNINGS),
        len(texts),
        len(phrases),
        any(token.tag_ in ("PRP", "PRP$") for token in doc),
        *(len(re.findall(pattern, earlier, re.IGNORECASE)) for pattern in _PRONOUNS),
    ]


def of_site(site: Site, texts: Sequence[str]) -> list[float]:
    """Return what a place is, and how the earlier questions use its pronoun."""
    pronouns = CLASSES.get(site.kind, frozenset())
    uses = [not pronouns.isdisjoint(re.findall(r"\w+", text.casefold())) for text in texts]
    return [
        sum(uses) / len(uses),
        uses[-1],
        *(site.kind == kind for kind in KINDS),
        *(site.role == role for role in _ROLES[:6]),
        site.is_possessive,
        site.start,
        len(site.words),
        [*uses, False].index(False),
    ]


def of_phrase(
    phrase: Phrase, own: frozenset[str], phrases: Sequence[Phrase], mentions: Sequence[Mention]
) -> list[float]:
    """Return where and how a phrase was mentioned, and in which parts and wholes."""
    of = phrase.mentions
    parts = [one for one in mentions if one.words < phrase.words]
    named = [one.back for one in parts if one.is_name]
    wholes = [one.is_name for one in phrases if phrase.words < one.words]
    whole = {(one.source, one.place) for one in of if one.is_whole}
    return [
        *(_nearest(of, source) for source in SOURCES),
        max(one.back for one in of),
        len(of),
        sum(one.source == "question" for one in of),
        len(parts),
        len(named),
        min(named, default=_FAR),
        len(wholes),
        any(wholes),
        *_form(phrase),
        *_roles(of),
        len(phrase.words & own) / len(phrase.words),
        phrase.text[:1].isdigit(),
        ("title", 0) in whole,
        any(source == "title" and place for source, place in whole),
        any(one.source == "answer" and one.is_whole and one.back == 1 for one in of),
    ]


def of_pair(site: Site, phrase: Phrase, own: frozenset[str]) -> list[float]:
    """Return what a place and a phrase have in common."""
    return [
        len(site.words & phrase.words),
        site.head in phrase.words,
        phrase.text.casefold().split()[-1] == site.head,
        len(phrase.words - own),
    ]


def _nearest(mentions: Sequence[Mention], source: str) -> int:
    return min((one.back for one in mentions if one.source == source), default=_FAR)


def _form(phrase: Phrase) -> list[float]:
    text = phrase.text
    return [
        len(phrase.words),
        len(text.split()),
        phrase.is_name,
        any(one.is_plural for one in phrase.mentions),
        any(one.is_whole for one in phrase.mentions),
        text.startswith("the "),
        " of " in text or " in " in text,
        " and " in text,
    ]


def _roles(mentions: Sequence[Mention]) -> list[float]:
    """Return the place, source, label and role of a phrase's mentions."""
    nearest = min(mentions, key=lambda one: (one.back, SOURCES.index(one.source)))
    labels = Counter(one.label for one in mentions)
    roles = {one.role for one in mentions}
    return [
        nearest.place,
        max(one.place for one in mentions if one.back == nearest.back),
        *(nearest.source == source for source in SOURCES),
        *(labels[label] / len(mentions) for label in _LABELS),
        *(role in roles for role in _ROLES),
    ]
