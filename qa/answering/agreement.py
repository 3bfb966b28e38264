"""Spans to answers: one answer per distinct value, with every citation that gives it, and whether answers contradict.

Grouping is by value (qa/answering/values.py) and does not depend on order: equal values are one answer; a value joins
the fullest form that says the same at more length, where there is only one such form ("Macron" joins
"Emmanuel Macron", unless "Brigitte Macron" stands there too).

Origins: citations of one article, of near-copies of one story (index/text/near_duplicates.py), or whose sentences mostly
repeat each other's words come from one origin. A further independent origin makes an answer more
probable, each counting half of its own probability, since outlets draw on each other.

Disagreement: two values that cannot both be true of the moment asked about, each with real support. A
more and a less precise form of one value ("October" and "October 3", "six weeks" and "44 days") do not
disagree: both are shown, neither is wrong. Nor do the items of a list.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from qa.answering.retrieval import recency, same_words, shingles
from qa.answering.values import Value, compatible, same_measure, spelled, value_of
from qa.types import Answer, Hit, Question, Span

_COUNTS = re.compile(
    r"\bhow (?:many|much|old|long|often|far|big|large|tall|high)\b|\b(?:what|which) (?:number|percentage|percent|share|proportion|age)\b"
    r"|\b(?:death )?toll\b|\bcost\b|\bprice\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(  # "who condemned it" (all who did), "which countries", "what other measures", "which EU states"; not "which alliance stands", "what crisis"
    r"\b(?:which|what)(?: (?:two|three|four|five|other|of the|main|major|new|\d+|(?-i:[A-Z])\w*))? (?!(?:is|was|does|has|news|crisis|this|its|his|us|business"
    r"|process|series|species|address|class|congress|status|virus|campus|happens|makes|causes|caused)\b)(?-i:[a-z])\w+[^\Ws]s\b"
    r"|\b(?:who|what) (?:are|were)\b|^(?:name|list)\b|\bnames of\b"
    r"|\bwho(?: else)? (?:(?:has|have|had|also|publicly) )*(?:said|says|called|calls|criticis\w+|criticiz\w+|condemn\w+|denounc\w+|prais\w+|welcom\w+|accus\w+"
    r"|reject\w+|dismiss\w+|support\w*|back\w*|oppos\w+|describ\w+|demand\w*|warn\w*|comment\w*|react\w*|respond\w*)\b",
    re.IGNORECASE,
)
_MOST_ANSWERS = 8
_REVISED_WITHIN = dt.timedelta(days=90)
# Of the best answer's probability: less is the reader's doubt, no outlet's figure. A reader confuses names more than numbers.
_SUPPORT = {"number": 1 / 3, "date": 1 / 3, "name": 2 / 3}


def agree(
    question: str, spans: Sequence[Span], hits: Sequence[Hit], threshold: float
) -> tuple[tuple[Answer, ...], bool]:
    """(answers, most probable first; whether two of them contradict each other).

    A value is an answer where one of its spans has at least `threshold` probability; its other spans are cited from half of that on.
    `hits` are where the spans were found: the copies of a hit's passage that hold a span's sentence are cited with it.
    """
    counting = bool(_COUNTS.search(question))
    spans = sorted(
        (span for span in spans if span.probability >= threshold / 2),
        key=lambda span: (-span.probability, -span.score, span.article.id, span.start),
    )
    articles = list(
        dict.fromkeys([*(span.article.text for span in spans), *(hit.article.text for hit in hits)])
    )
    values = [value_of(span, counting, articles) for span in spans]
    form = fullest_forms(values)
    groups: dict[Value, list[Span]] = {}
    for span, value in zip(spans, values, strict=True):
        group = groups.setdefault(form[value], [])
        if not any(
            span.article.id == other.article.id and _overlap(span, other) for other in group
        ):
            group.append(span)
    answers = [
        Answer(
            tuple(_with_copies(group, hits)),
            len(firsts := independent(group)),
            pooled([span.probability for span in firsts]),
            value,
        )
        for value, group in groups.items()
        if group[0].probability >= threshold
    ]
    answers = sorted(answers, key=lambda answer: (-answer.probability, -answer.citations[0].score))[
        :_MOST_ANSWERS
    ]
    return tuple(answers), len(contradicting(answers, question)) > 1


def of_time_first(spans: Sequence[Span], asked: Question) -> list[Span]:
    """The spans with the odds lowered of those that are of another time than the question, where one is of its time. Best first.

    Where it names a moment and a span speaks of it, the odds are halved of those that speak of none, and halved again of those that speak
    of another: a question for "the September truce" asks for none of 2020. Where it asks for news, they are divided by up to e for the age of the article beside the newest one
    (benchmarks/retrieval.py's questions; 1.2 points of exact match).
    """
    told = [_of_its_time(span, asked) for span in spans]
    news = [
        recency(span.article.published, asked.asked_on)
        if asked.asked_on is not None and asked.asks_for_news
        else 0.0
        for span in spans
    ]
    newest = max(news, default=0.0)
    lowered = [
        _less_likely(
            span,
            (newest - recent)
            + (math.log(2 if span.about is None else 4) if any(told) and not of_time else 0.0),
        )
        for span, of_time, recent in zip(spans, told, news, strict=True)
    ]
    return sorted(lowered, key=lambda span: (-span.score, span.article.id, span.start))


def of_time_too(spans: Sequence[Span], timeless: Sequence[Span], asked: Question) -> list[Span]:
    """`spans`, and of those found by the question without its time the ones that are of its time: of one sentence the more probable.

    A reader is unsure of a time that it must find elsewhere in the sentence, or in the sentence's article; where that is told by rule, it need not.
    """
    best = {(span.article.id, *span.sentence_span): span for span in reversed(spans)}
    for span in timeless:
        place = span.article.id, *span.sentence_span
        if _of_its_time(span, asked) and (place not in best or span.score > best[place].score):
            best[place] = span
    return list(best.values())


def _of_its_time(span: Span, asked: Question) -> bool:
    """Whether the span is about a moment that the question names; a month of no year is of any."""
    about = span.about if asked.moments else None
    return about is not None and any(
        about.startswith(moment)
        or moment[4:7] == about
        or (moment.startswith("-") and moment in (about, about[4:7]))
        for moment in asked.moments
    )


def _less_likely(span: Span, by: float) -> Span:
    """The span with its log-odds lowered."""
    if not by:
        return span
    return replace(
        span,
        score=span.score - by,
        probability=span.probability / (span.probability + (1 - span.probability) * math.exp(by)),
    )


def fullest_forms(values: Sequence[Value]) -> dict[Value, Value]:
    """Each value to the one that stands for its group: its only fullest refinement, or itself. Independent of order.

    Names that differ in spelling alone are one: the last of them by the alphabet stands for all.
    """
    plain = {
        value: replace(value, words=spelled(value)) if value.kind == "name" else value
        for value in values
    }
    written = {plain[value]: value for value in sorted(plain, key=lambda value: value.words)}
    forms = {}
    for value in written:
        above = {other for other in written if other.refines(value)}
        fullest = [other for other in above if not any(third.refines(other) for third in above)]
        forms[value] = fullest[0] if len(fullest) == 1 else value
    return {value: written[forms[plain[value]]] for value in plain}


def pooled(probabilities: Sequence[float]) -> float:
    """The probability of an answer that independent origins give, the first the most probable: each further one closes half its share of the doubt."""
    first, *others = probabilities
    return 1 - (1 - first) * math.prod(1 - probability / 2 for probability in others)


def contradicting(answers: Sequence[Answer], question: str) -> list[Answer]:
    """The answers that cannot be true together with the best one, after it; or the best one alone.

    An answer counts that is nearly as probable as the best (a third for numbers and dates), is of its kind and unit, and whose sentence does not speak of
    another moment. A question for several things has no contradicting answers, nor has one
    whose best answer is no number, date or name.
    """
    if not answers:
        return []
    best = answers[0]
    if (
        best.value is None
        or best.value.kind == "words"
        or best.value.listed
        or _SEVERAL.search(question)
    ):
        return [best]
    return [best, *(answer for answer in answers[1:] if _contradicts(best, answer))]


def _contradicts(best: Answer, answer: Answer) -> bool:
    one, other = best.value, answer.value
    if (
        one is None
        or other is None
        or one.kind != other.kind
        or other.listed
        or compatible(one, other)
    ):
        return False
    if one.kind == "number" and not same_measure(one, other):
        return False
    if one.kind == "name":  # who did it in September and who in 2020: two truths, not two stories
        first, second = ({citation.as_of for citation in each.citations} for each in (best, answer))
        same_moment = bool(first & second)
    else:
        same_moment = one.kind == "date" or any(
            _of_one_moment(here, there) for here in best.citations for there in answer.citations
        )
    return same_moment and answer.probability >= _SUPPORT[one.kind] * best.probability


def _of_one_moment(one: Span, other: Span) -> bool:
    """Whether both may speak of one moment: neither names another, and neither was published before the other's."""
    return (
        _same_moment(one.as_of, other.as_of)
        and not _before(one, other.as_of)
        and not _before(other, one.as_of)
    )


def _before(span: Span, moment: str | None) -> bool:
    published = span.article.published
    return (
        published is not None
        and moment is not None
        and published.isoformat()[: len(moment)] < moment
    )


def _same_moment(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one.startswith(other) or other.startswith(one)


def superseded(answers: Sequence[Answer]) -> list[Span]:
    """The figures of an outlet that gave another one within three months, with that later one, oldest first; empty where none did."""
    figures = [
        (span.article.published, span, answer.value)
        for answer in answers
        if answer.value is not None and answer.value.kind == "number"
        for span in answer.citations
        if span.article.published is not None and span.article.source is not None
    ]
    changed = [
        pair
        for first, span, value in figures
        for then, later, other in figures
        if span.article.source == later.article.source
        and dt.timedelta(0) < then - first <= _REVISED_WITHIN
        and not compatible(value, other)
        and same_measure(value, other)
        and _same_moment(span.as_of, later.as_of)
        for pair in ((first, span), (then, later))
    ]
    return [
        span
        for _, span in sorted(
            dict.fromkeys(changed), key=lambda pair: (pair[0], pair[1].article.id, pair[1].start)
        )
    ]


def independent(spans: Sequence[Span]) -> list[Span]:
    """The first span of each origin: not of an article or story met before, and not in a sentence that repeats one met before."""
    kept: list[tuple[Span, frozenset[tuple[str, ...]]]] = []
    for span in spans:
        words = shingles(span.sentence)
        if not any(_one_story(span, other) or same_words(words, theirs) for other, theirs in kept):
            kept.append((span, words))
    return [span for span, _ in kept]


def _one_story(one: Span, other: Span) -> bool:
    return one.article.id == other.article.id or (
        one.article.story is not None and one.article.story == other.article.story
    )


def _with_copies(group: Sequence[Span], hits: Sequence[Hit]) -> Iterable[Span]:
    """The spans, and the same sentence's span in each near-copy of their passage."""
    cited = {(span.article.id, span.start) for span in group}
    copies = []
    for span in group:
        first, last = span.sentence_span
        for hit in hits:
            if hit.article.id == span.article.id and hit.start <= span.start < hit.end:
                for copy in hit.copies:
                    place = copy.article.text.find(
                        span.article.text[first:last], copy.start, copy.end
                    )
                    start = place + span.start - first
                    if place >= 0 and (copy.article.id, start) not in cited:
                        cited.add((copy.article.id, start))
                        copies.append(
                            Span(
                                copy.article,
                                start,
                                start + span.end - span.start,
                                span.score,
                                span.probability,
                            )
                        )
    return [*group, *copies]


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
