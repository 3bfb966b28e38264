"""The citation of a span: sentence, speaker, moment, qualifier and claim.

Each of these is found once, here, and kept as a place in the article.
"""

from __future__ import annotations

from dataclasses import replace

from index.text.dates import moment_at
from index.text.sentences import sentence_around, sentence_before
from index.text.undated import day_told
from qa.answering.claims import claim_of
from qa.answering.corrections import takes_back
from qa.answering.numbers import qualifier_start
from qa.answering.speakers import speaker_of
from qa.types import Citation, Span


def cite(span: Span) -> Citation:
    """Return the span with what its article says of it."""
    text = span.article.text
    first, last = sentence_around(text, span.start, span.end)
    sentence, before = text[first:last], sentence_before(text, first)
    inside, told = span.start - first, None
    if span.article.published is None:
        told = day_told(text)
    return Citation(
        span.article,
        span.start,
        span.end,
        span.score,
        span.probability,
        sentence_span=(first, last),
        qualified_start=qualifier_start(text, span.start, span.end),
        moment=moment_at(sentence, inside, span.article.published, before, told),
        stance="withdrawn" if takes_back(text, (first, last)) else "said",
    )


def with_claim(citation: Citation) -> Citation:
    """Return the citation with what its sentence's grammar says of it."""
    if citation.claim is not None:
        return citation
    first, last = citation.sentence_span
    claim = claim_of(
        citation.article.text[first:last], citation.start - first, citation.end - first
    )
    stance = citation.stance
    if stance == "said" and claim.denied:
        stance = "denied"
    speaker = speaker_of(
        citation.article.text, citation.sentence_span, citation.start, citation.end
    )
    return replace(citation, claim=claim, stance=stance, speaker_span=speaker)
