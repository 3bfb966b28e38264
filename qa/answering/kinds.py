"""What kind of answer a question wants, and whether a span is one.

Who, when, where, which, how many and how much ask for a value: a name, a number, a date, a noun
phrase. Why, how, what happened, what somebody said, and words without a question ask for
sentences: quotations from several outlets. A span that is no well-formed value is shown within its
sentence too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.text.sentences import dateline_end, sentence_around, sentence_before_span
from qa.answering.claims import tells_speech
from qa.answering.parsing import names_in
from qa.answering.retrieval import same_words, shingles
from qa.types import Answer, AnswerKind, Citation

_MEASURE = "many|much|old|long|often|far|big|large|tall|high|fast|deep|heavy|wide|late|early|soon"
_NAMED = r"(?-i:[A-Z])[\w.’'-]+"
_ASKS_FOR_VALUE = re.compile(
    rf"""
      \b(?:who|whom|whose|when|where|which)\b            # who brokered it
    | \bhow\ (?:{_MEASURE})\b                            # how many died
    | \bwhat(?:['’]s)?\ (?!(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should
        |happen\w*|about|caused|led|prompted|sparked|triggered|made)\b)[\w’']+  # what year
    | \bwhat\ (?:is|are|was|were)\ (?:the|its|his|her|their)\ (?:(?!of\b)[\w’'-]+\ ){{0,3}}
        (?:name|number|title|price|cost|toll|age|population|capital|cause|percentage|share|total
        |date|score|size|value|nickname|word)\b          # what was the death toll
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ASKS_FOR_SENTENCE = re.compile(
    rf"""
      ^\W*(?:why|tell\ (?:me|us)|explain|describe)\b     # why did it fall
    | ^\W*how\ (?!(?:{_MEASURE})\b)(?!(?:is|are|was|were)\ \w+\ called)\w+   # how did he react
    | \bwhat\b.*\b(?:happen\w*|say|said|says|means?|requires?|wants?|demands?)\b  # what did X say
    | \bwhat\ (?:do|does|did)\b.*\b(?:think|believe|make\ of)\b          # what does X think of it
    | \bwhat\ (?:is|was|are|were)\b.*\b(?:reactions?|responses?|views?|verdict)\ (?:to|of|on)\b
    | ^\W*what\ (?:drove|prompted|led\ to|lay\ behind|is\ behind|was\ behind)\b  # what drove it
    | ^\W*who\ (?:is|are|was|were)\ {_NAMED}(?:\ {_NAMED})*\W*$           # who is Ann Lee
    | ^\W*what\ (?:is|are|was|were)\ (?:(?:the|an?)\ )?                    # what is Frontex
        {_NAMED}(?:[\ -][\w.’'-]+){{0,3}}\W*$
    | ^\W*(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should)\b   # did it open
    """,
    re.IGNORECASE | re.VERBOSE,
)
_YES_OR_NO = re.compile(
    r"^\W*(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should)\b", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_QUESTION_WORD = re.compile(
    r"\b(?:who|whom|whose|what|when|where|which|why|how|name|list)\b|\?\s*$", re.IGNORECASE
)
_LEANS = re.compile(r"^[\"“'‘(]?(?:It|He|She|They|This|That|These|Those|But|And|His|Her|Their)\b")
_WHAT_WAS_SAID = re.compile(
    r"\bwhat\b.*\b(?:say|said|says|tell|told|call|called|think|claim)\b", re.IGNORECASE
)
_QUOTE_MARK = re.compile(r"[\"“”]")
_LONG_QUOTE = 20  # characters: a title is shorter
_AGENCY = re.compile(
    r"\s?/\s?(?:AP|AFP|EPA|Getty|Reuters|Shutterstock|Bloomberg|Anadolu|NurPhoto|Sipa|Pool|Zuma"
    r"|USA\sTODAY|Xinhua|TASS|Imago|Redux|Corbis|PA\b)",
)
_CLOSING = "\"”’')]» "
_LINE_END = re.compile(r"[^\S\n]*(?:\n|\Z)")
_POSSIBLE = re.compile(
    r"\b(?:would|could|might|may|should|if|plan\w*|will|expected|(?:is|are)\ to"
    r"|(?:meant|supposed|intended|due|set|designed|scheduled)\ (?:to|for))\b",
    re.IGNORECASE,
)
QUOTATIONS = 5
_SHORTEST = 4  # words of a sentence that is understood by itself
_NEAREST = 3  # sentences that are shown without an answer


def asks_for(question: str) -> AnswerKind:
    """Return whether a question asks for a value or for sentences."""
    question = _SENTENCE_END.split(question.strip())[-1]  # what stands before tells the story
    if question.endswith((":", "…", "...", "_")):  # "the cost to rebuild it will be:"
        return "value"
    if _ASKS_FOR_SENTENCE.search(question):
        return "sentence"
    if _ASKS_FOR_VALUE.search(question) or _QUESTION_WORD.search(question):
        return "value"
    return "sentence"


def well_formed(citation: Citation) -> Citation | None:
    """Return the citation with the bounds of its phrase, or None if it is no value."""
    claim = citation.claim
    if claim is None:
        return citation
    if claim.phrase is None:
        return None
    first = citation.sentence_span[0]
    start, end = first + claim.phrase[0], first + claim.phrase[1]
    if (start, end) == (citation.start, citation.end):
        return citation
    qualified = min(citation.qualified_start, start)
    if citation.qualified_start == citation.start:
        qualified = start
    return replace(citation, start=start, end=end, qualified_start=qualified)


def quotations(question: str, citations: Sequence[Citation], least: float) -> list[Answer]:
    """Return sentences that answer an open question, best first: one for each outlet.

    `citations` are ordered by score; those of less than `least` probability are left out. Of a
    question about what somebody said, only what that person says is quoted, else what anybody says.
    A sentence denies something only if yes or no is asked for. Headings are no sentences.
    """
    kept = [one for one in citations if one.probability >= least and one.stance != "withdrawn"]
    kept = [one for one in kept if not is_heading(one)]
    if _WHAT_WAS_SAID.search(question):
        kept = _said_by(names_in(question), kept) or [one for one in kept if _is_said(one)]
    chosen: list[Citation] = []
    outlets: set[str] = set()
    for citation in kept:
        outlet = citation.article.source or citation.article.id
        words = shingles(citation.sentence)
        if outlet in outlets or any(same_words(words, shingles(one.sentence)) for one in chosen):
            continue
        outlets.add(outlet)
        if citation.stance == "denied" and not is_yes_or_no(question):
            citation = replace(citation, stance="said")
        chosen.append(standing_alone(citation))
    return [as_sentence(one) for one in chosen[:QUOTATIONS]]


def is_asked(citation: Citation) -> bool:
    """Whether a citation stands in a question, as an interviewer asks it."""
    return citation.sentence.rstrip(_CLOSING).endswith("?")


def is_credit(citation: Citation) -> bool:
    """Whether a citation stands in the credit of a picture: "Ann Berg/AFP"."""
    text = citation.article.text
    if _AGENCY.search(text, citation.start, citation.end):
        return True
    return _AGENCY.match(text, citation.end) is not None


def is_dateline(citation: Citation) -> bool:
    """Whether a citation stands in a dateline: "VOSS, 2 May (Wire) - "."""
    first = citation.sentence_span[0]
    return citation.end <= dateline_end(citation.article.text, first)


_OF_WHOM = re.compile(r"\b(?:who|whom|whose|the\sname\sof)\b", re.IGNORECASE)
_OFFERS = re.compile(r"\bor\b|\bbetween\b.+\band\b|\b(?:vs?|versus)\b", re.IGNORECASE)


def repeats_question(citation: Citation, question: str) -> bool:
    """Whether all words of a citation stand in the question already.

    Numbers never do, nor what the question offers: "the fight between Osei and Crewe".
    """
    asked = set(re.findall(r"[^\W_]+", question.casefold()))
    words = re.findall(r"[^\W_]+", citation.text.casefold())
    if _OFFERS.search(question) or any(word.isdecimal() for word in words):
        return False
    if _OF_WHOM.search(question) and words[-1:] and words[-1] in names_in(question):
        return True  # Tetsuya Yamagami does not answer "who is Yamagami's mother?"
    return asked.issuperset(words)


def is_yes_or_no(question: str) -> bool:
    """Whether a question is answered by yes or no: "did it open?"."""
    return _YES_OR_NO.search(question) is not None


def asks_about_plans(question: str) -> bool:
    """Whether a question asks about what will, might or should be."""
    return _POSSIBLE.search(question) is not None


def is_heading(citation: Citation) -> bool:
    """Whether a citation stands in a line without a full stop, as a headline."""
    if citation.sentence.rstrip(_CLOSING).endswith((".", "!", "?", "…", ":")):
        return False
    return _LINE_END.match(citation.article.text, citation.sentence_span[1]) is not None


def nearest_sentences(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """Return up to three sentences to show if there is no answer, best words marked.

    `citations` are ordered by score. Different outlets come first.
    """
    distinct: list[Citation] = []
    for citation in citations:
        if not any(citation.sentence == one.sentence for one in distinct):
            distinct.append(citation)
    outlets: set[str] = set()
    others: list[Citation] = []
    chosen: list[Citation] = []
    for citation in distinct:
        outlet = citation.article.source or citation.article.id
        (others if outlet in outlets else chosen).append(citation)
        outlets.add(outlet)
    return tuple(standing_alone(one) for one in [*chosen, *others][:_NEAREST])


def as_sentence(citation: Citation, probability: float | None = None) -> Answer:
    """Return the answer that quotes the sentence of a citation."""
    if probability is None:
        probability = citation.probability
    return Answer((standing_alone(citation),), 1, probability, None, 1, "sentence")


def standing_alone(citation: Citation) -> Citation:
    """Return the citation of the whole sentence, its best words marked.

    The sentence before belongs to it if it leans on that, and the one after a mere "No".
    """
    text = citation.article.text
    first, last = citation.sentence_span
    if _LEANS.match(citation.sentence):
        before = sentence_before_span(text, first)
        if before is not None and "\n" not in text[before[0] : first].strip():
            first = before[0]
    elif len(citation.sentence.split()) < _SHORTEST and not _LINE_END.match(text, last):
        last = sentence_around(text, last + 1, last + 2)[1]
    return replace(
        citation,
        start=first,
        end=last,
        sentence_span=(first, last),
        qualified_start=first,
        mark=citation.marked,
    )


def _is_said(citation: Citation) -> bool:
    """Whether a sentence quotes somebody, or has a verb of saying."""
    parts = _QUOTE_MARK.split(citation.sentence)
    if len(parts) % 2:  # marks in pairs: what is quoted is between them
        parts = parts[1::2]
    quoted = len(parts) > 0 and max(map(len, parts)) >= _LONG_QUOTE
    return quoted or tells_speech(citation.sentence)


def _said_by(names: frozenset[str], citations: Sequence[Citation]) -> list[Citation]:
    """Return the citations whose speaker has one of the names."""
    return [
        one
        for one in citations
        if one.attribution and any(name in one.attribution.casefold() for name in names)
    ]
