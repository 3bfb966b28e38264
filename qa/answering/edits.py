"""Propose edits of a follow-up: a phrase of the conversation for a pronoun.

`qa.answering.follow_ups` chooses among them by their features. Limits: English; "he", "she", "it",
"they", "there", "this" and "this war", of each the first; nothing is added beside a pronoun.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.answering import features
from qa.answering.mentions import Phrase, content_words, mentions_of, phrases_of
from qa.answering.parsing import parse
from qa.answering.pronouns import CLASSES, Site
from qa.answering.turns import Turn

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_CLASS_OF = {word: name for name, words in CLASSES.items() for word in words}
_OWNING = frozenset(("his", "its", "their"))


@dataclass(frozen=True, slots=True)
class Edit:
    """A phrase that may stand for a pronoun, and the features of both."""

    site: Site
    phrase: Phrase
    features: tuple[float, ...]

    def of(self, question: str) -> str:
        """Return the question with this edit made."""
        text = self.phrase.text
        if self.site.kind == "there":
            text = f"in {text}"
        elif self.site.is_possessive:
            text += "’" if text.endswith("s") else "’s"
        return question[: self.site.start] + text + question[self.site.end :]


def proposed(question: str, turns: Sequence[Turn]) -> list[Edit]:
    """Return the edits of a question after earlier turns, oldest first."""
    (doc,) = parse([question])
    sites = list(_sites(doc))
    if not sites or not turns:
        return []
    own = frozenset(content_words(question))
    mentions = mentions_of(turns)
    phrases = phrases_of(mentions)
    texts = [turn.understood for turn in reversed(turns)]
    asked = features.of_question(doc, own, phrases, texts)
    told = [features.of_phrase(phrase, own, phrases, mentions) for phrase in phrases]
    found = []
    for site in sites:
        here = [*features.of_site(site, texts), *asked]
        for phrase, known in zip(phrases, told, strict=True):
            if not phrase.words <= own - site.words and phrase.words != site.words:
                numbers = (*here, *known, *features.of_pair(site, phrase, own))
                found.append(Edit(site, phrase, tuple(map(float, numbers))))
    return found


def _is_bound(pronoun: Token) -> bool:
    """Whether a noun before a pronoun in its own question may be what it stands for.

    That is a subject, or a person: "Which player said that he would retire?"
    """
    before = pronoun.doc[: pronoun.i]
    return any(
        token.dep_ in ("nsubj", "nsubjpass") or token.ent_type_ == "PERSON"
        for token in before
        if token.pos_ in ("NOUN", "PROPN")
    )


def _sites(doc: Doc) -> Iterator[Site]:
    """Yield the phrases with "this" of a question, then its pronouns."""
    taken: set[int] = set()
    for chunk in doc.noun_chunks:
        points = chunk[0].lower_ in CLASSES["this"] and len(chunk) > 1
        if points and all(token.pos_ != "PROPN" for token in chunk):
            taken |= {token.i for token in chunk}
            words, root = frozenset(content_words(chunk.text)), chunk.root
            start, end = chunk.start_char, chunk.end_char
            yield Site(start, end, "these", root.dep_, words=words, head=root.lower_)
    pronouns: dict[str, Token] = {}
    for token in doc:
        if token.i in taken or token.lower_ not in _CLASS_OF or _is_bound(token):
            continue
        if _stands_for_something(token):
            pronouns.setdefault(_CLASS_OF[token.lower_], token)
    for kind, token in pronouns.items():
        owns = token.tag_ == "PRP$" or token.lower_ in _OWNING
        end = token.idx + len(token)
        yield Site(token.idx, end, kind, token.dep_, owns, head=token.lower_)


def _stands_for_something(token: Token) -> bool:
    """Whether a pronoun is none of "there is", "that he left" and "this war"."""
    if token.lower_ == "there":
        return bool(token.dep_ != "expl")
    if token.lower_ in CLASSES["this"]:
        return bool(token.tag_ == "DT" and token.dep_ != "det")
    return True
