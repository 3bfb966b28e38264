"""The English pronouns by class, and which phrases each agrees with."""

from __future__ import annotations

from dataclasses import dataclass

from qa.answering.mentions import Phrase

CLASSES = {
    name: frozenset(words.split())
    for name, words in (
        ("he", "he him his himself"),
        ("she", "she her hers herself"),
        ("it", "it its itself"),
        ("they", "they them their theirs themselves"),
        ("this", "this that these those"),
        ("there", "there"),
    )
}
KINDS = (*CLASSES, "these")  # the last is of "these clashes", with their noun


@dataclass(frozen=True, slots=True)
class Site:
    """A place of a question that may be replaced, of a kind in `KINDS`.

    `words` are those of its noun phrase. `head` is its noun, or the pronoun.
    """

    start: int
    end: int
    kind: str
    role: str = ""
    is_possessive: bool = False
    words: frozenset[str] = frozenset()
    head: str = ""


_NUMBERS = frozenset("CARDINAL MONEY PERCENT ORDINAL QUANTITY DATE TIME".split())
_PLACES = frozenset(("GPE", "LOC", "FAC"))


def agrees(site: Site, phrase: Phrase) -> bool:
    """Whether a pronoun may stand for a phrase, if a rule is better than the trees.

    "He" is not "the truce". "It" is no person and no number. "That war" is a war.
    """
    labels = {one.label for one in phrase.mentions}
    if site.kind in ("he", "she"):
        return "PERSON" in labels or not phrase.text.startswith("the ")
    if site.kind == "it":
        return labels.isdisjoint(_NUMBERS | {"PERSON"}) and " and " not in phrase.text
    if site.kind == "there":
        return not labels.isdisjoint(_PLACES)
    return site.kind != "these" or site.head in phrase.words


def is_named_last(phrase: Phrase) -> bool:
    """Whether the last question speaks of "the truce", a thing without a name."""
    last = [one for one in phrase.mentions if one.source == "question" and one.back == 1]
    return phrase.text.startswith("the ") and any(not one.label for one in last)


def is_last_answer(phrase: Phrase) -> bool:
    """Whether a phrase is the whole last answer."""
    return any(one.source == "answer" and one.back == 1 and one.is_whole for one in phrase.mentions)
