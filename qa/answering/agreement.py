"""The grouping of citations into answers, and the conflicts between them.

There is one answer per distinct value. Grouping is by value (values.py) and does not depend on
order. Equal values are one answer. A value joins the fullest form that says the same at more
length, if there is only one: "Macron" joins "Emmanuel Macron", unless "Brigitte Macron" stands
there too.

Origins: citations of one article, of near-copies of one story, or in sentences of mostly the same
words come from one origin. A further origin makes an answer more probable.

Conflict: two values that cannot both be true of the moment asked about, each with real support. A
more and a less precise form of one value do not conflict, nor do the items of a list.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa.answering.citing import cite
from qa.answering.retrieval import Shingles, same_words, shingles
from qa.answering.values import compatible, fold, refines, same_measure, value_of
from qa.types import Answer, Citation, Conflict, DatedFigure, Hit, Span, Value

_COUNTS = re.compile(
    r"""
      \bhow\ (?:many|much|old|long|often|far|big|large|tall|high)\b         # how many died
    | \b(?:what|which)\ (?:number|percentage|percent|share|proportion|age)\b  # what share voted
    | \b(?:death\ )?toll\b | \bcost\b | \bprice\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NO_PLURAL = """is|was|does|has|news|crisis|this|its|his|us|business|process|series|species|address|
    class|congress|status|virus|campus|happens|makes|causes|caused"""
_REACTIONS = r"""said|says|called|calls|criticis\w+|criticiz\w+|condemn\w+|denounc\w+|prais\w+|
    welcom\w+|accus\w+|reject\w+|dismiss\w+|support\w*|back\w*|oppos\w+|describ\w+|demand\w*|
    warn\w*|comment\w*|react\w*|respond\w*"""
_SEVERAL = re.compile(
    rf"""
      \b(?:which|what)                                        # which countries, what other measures
        (?:\ (?:two|three|four|five|other|of\ the|main|major|new|\d+|(?-i:[A-Z])\w*))?
        \ (?!(?:{_NO_PLURAL})\b)(?-i:[a-z])\w+[^\Ws]s\b
    | \b(?:who|what)\ (?:are|were)\b                          # who are the candidates
    | ^(?:name|list)\b | \bnames\ of\b
    | \bwho(?:\ else)?\                                       # who condemned it
        (?:(?:has|have|had|also|publicly)\ )*(?:{_REACTIONS})\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MOST_ANSWERS = 8
_REVISED_WITHIN = dt.timedelta(days=90)
# Of the best answer's probability: less is the reader's doubt. Readers confuse names the most.
_SUPPORT = {"number": 1 / 3, "date": 1 / 3, "name": 2 / 3}


@dataclass(frozen=True, slots=True)
class Agreement:
    """The answers, most probable first, and what is said of them together."""

    answers: tuple[Answer, ...]
    conflict: Conflict | None
    over_time: tuple[DatedFigure, ...]
    silent_outlets: tuple[str, ...]


def agree(
    question: str, citations: Sequence[Citation], hits: Sequence[Hit], threshold: float
) -> Agreement:
    """Group citations into answers, and say which of them contradict each other.

    A value is an answer if one of its citations has at least `threshold` probability; its others
    are kept from half of that on. `hits` are the passages that were found: the copies of one that
    hold a citation's sentence are cited with it.
    """
    groups = _grouped(question, citations, hits, threshold / 2)
    answers = [
        _answer(value, group, hits)
        for value, group in groups.items()
        if group[0].probability >= threshold
    ]
    answers.sort(key=lambda answer: (-answer.probability, -answer.citations[0].score))
    answers = answers[:_MOST_ANSWERS]
    return Agreement(
        tuple(answers),
        find_conflict(answers, question),
        tuple(figures_over_time(answers)),
        tuple(silent_outlets(answers, hits)),
    )


def group_by_fullest_form(values: Sequence[Value]) -> dict[Value, Value]:
    """Return for each value the one that stands for its group. Independent of order.

    It is the only fullest refinement of the value, or the value itself. Names that differ in
    spelling alone are one: the last of them by the alphabet stands for all.
    """
    folded = {value: fold(value) for value in values}
    spelled = {folded[value]: value for value in sorted(folded, key=lambda value: value.words)}
    fullest = {value: spelled[_fullest(value, spelled)] for value in spelled}
    return {value: fullest[folded[value]] for value in folded}


def pool_probabilities(probabilities: Sequence[float]) -> float:
    """Return the probability of an answer that independent origins give.

    `probabilities` are those of the origins, the surest first. Each further origin closes half its
    share of the doubt, since outlets draw on each other.
    """
    first, *others = probabilities
    return 1 - (1 - first) * math.prod(1 - probability / 2 for probability in others)


def find_conflict(answers: Sequence[Answer], question: str) -> Conflict | None:
    """Return the answers that cannot be true together with the best one, or None.

    An answer counts that is nearly as probable as the best, is of its kind and unit, and does not
    speak of another moment. A question for several things has no conflict, nor has a best answer
    that is no number, date or name.
    """
    if not answers or _SEVERAL.search(question):
        return None
    best = answers[0]
    if best.value is None or best.value.kind == "words" or best.value.listed:
        return None
    rivals = [place for place, answer in enumerate(answers) if place and _contradicts(best, answer)]
    if not rivals:
        return None
    places = (0, *rivals)
    citations = [citation for place in places for citation in answers[place].citations]
    return Conflict(places, count_outlets(citations))


def figures_over_time(answers: Sequence[Answer]) -> list[DatedFigure]:
    """Return the figures that an outlet revised within three months, oldest first.

    Such an outlet gave another figure within that time. Both figures are returned.
    """
    figures = [
        DatedFigure(citation.article.published, place, citation)
        for place, answer in enumerate(answers)
        if answer.value is not None and answer.value.kind == "number"
        for citation in answer.citations
        if citation.article.published is not None and citation.article.source is not None
    ]
    revised: set[DatedFigure] = set()
    for earlier, later in itertools.permutations(figures, 2):
        if _revises(earlier, later, answers):
            revised |= {earlier, later}
    return sorted(
        revised,
        key=lambda figure: (figure.date, figure.citation.article.id, figure.citation.start),
    )


def silent_outlets(answers: Sequence[Answer], hits: Sequence[Hit]) -> list[str]:
    """Return the outlets near the question that no answer cites.

    Their passages score at least half of the first hit's.
    """
    cited = {citation.article.source for answer in answers for citation in answer.citations}
    near = [hit.article.source for hit in hits if hit.score >= hits[0].score / 2]
    return list(dict.fromkeys(name for name in near if name is not None and name not in cited))


def independent(citations: Sequence[Citation]) -> list[Citation]:
    """Return the first citation of each origin.

    One of an article or story met before, or in a sentence that repeats one met before, is of
    the same origin.
    """
    kept: list[tuple[Citation, Shingles]] = []
    for citation in citations:
        words = shingles(citation.sentence)
        repeats = any(
            _one_story(citation, other) or same_words(words, theirs) for other, theirs in kept
        )
        if not repeats:
            kept.append((citation, words))
    return [citation for citation, _ in kept]


def count_outlets(citations: Iterable[Citation]) -> int:
    """Return how many outlets the citations are from; all without a name count as one."""
    names = {(citation.article.source or "").casefold() for citation in citations}
    return max(1, len(names - {""}))


def _grouped(
    question: str, citations: Sequence[Citation], hits: Sequence[Hit], least: float
) -> dict[Value, list[Citation]]:
    """Group citations of at least `least` probability by value, the surest first."""
    kept = sorted(
        (citation for citation in citations if citation.probability >= least),
        key=lambda one: (-one.probability, -one.score, one.article.id, one.start),
    )
    texts = [citation.article.text for citation in kept] + [hit.article.text for hit in hits]
    articles = list(dict.fromkeys(texts))
    counting = _COUNTS.search(question) is not None
    values = [value_of(citation, counting, articles) for citation in kept]
    form = group_by_fullest_form(values)
    groups: dict[Value, list[Citation]] = {}
    for citation, value in zip(kept, values, strict=True):
        group = groups.setdefault(form[value], [])
        if not any(_overlap(citation, other) for other in group):
            group.append(citation)
    return groups


def _answer(value: Value, group: Sequence[Citation], hits: Sequence[Hit]) -> Answer:
    origins = independent(group)
    citations = [*group, *_copied(group, hits)]
    return Answer(
        tuple(citations),
        len(origins),
        pool_probabilities([citation.probability for citation in origins]),
        value,
        count_outlets(citations),
    )


def _fullest(value: Value, values: Iterable[Value]) -> Value:
    above = [other for other in values if refines(other, value)]
    fullest = [other for other in above if not any(refines(third, other) for third in above)]
    if len(fullest) == 1:
        return fullest[0]
    return value


def _contradicts(best: Answer, answer: Answer) -> bool:
    one, other = best.value, answer.value
    if one is None or other is None or one.kind != other.kind or other.listed:
        return False
    if compatible(one, other):
        return False
    if one.kind == "number" and not same_measure(one, other):
        return False
    supported = answer.probability >= _SUPPORT[one.kind] * best.probability
    return supported and _of_one_moment(best, answer, one.kind)


def _of_one_moment(best: Answer, answer: Answer, kind: str) -> bool:
    """Whether two answers may speak of one moment, as far as their sentences say."""
    if kind == "date":
        return True
    if kind == "name":  # who did it in September and who in 2020: two truths
        first, second = ({citation.as_of for citation in each.citations} for each in (best, answer))
        return not first.isdisjoint(second)
    return any(
        _may_be_simultaneous(here, there) for here in best.citations for there in answer.citations
    )


def _may_be_simultaneous(one: Citation, other: Citation) -> bool:
    """Whether neither names another moment, nor was published before the other's."""
    if not _same_moment(one.as_of, other.as_of):
        return False
    return not _published_before(one, other.as_of) and not _published_before(other, one.as_of)


def _published_before(citation: Citation, moment: str | None) -> bool:
    published = citation.article.published
    if published is None or moment is None:
        return False
    return published.isoformat()[: len(moment)] < moment


def _same_moment(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return True
    return one.startswith(other) or other.startswith(one)


def _revises(earlier: DatedFigure, later: DatedFigure, answers: Sequence[Answer]) -> bool:
    """Whether an outlet gave another figure of the same measure and moment soon after."""
    one, other = answers[earlier.answer].value, answers[later.answer].value
    if one is None or other is None:
        return False
    first, second = earlier.citation, later.citation
    return (
        first.article.source == second.article.source
        and dt.timedelta(0) < later.date - earlier.date <= _REVISED_WITHIN
        and not compatible(one, other)
        and same_measure(one, other)
        and _same_moment(first.as_of, second.as_of)
    )


def _copied(group: Sequence[Citation], hits: Sequence[Hit]) -> list[Citation]:
    """Return the citations of the same sentences in near-copies of their passages."""
    cited = {(citation.article.id, citation.start) for citation in group}
    copies = []
    for citation in group:
        for hit in hits:
            if hit.article.id != citation.article.id or not hit.start <= citation.start < hit.end:
                continue
            for span in _same_sentence_in_copies(citation, hit):
                if (span.article.id, span.start) not in cited:
                    cited.add((span.article.id, span.start))
                    copies.append(cite(span))
    return copies


def _same_sentence_in_copies(citation: Citation, hit: Hit) -> list[Span]:
    inside = citation.start - citation.sentence_span[0]
    length = citation.end - citation.start
    spans = []
    for copy in hit.copies:
        place = copy.article.text.find(citation.sentence, copy.start, copy.end)
        if place >= 0:
            start = place + inside
            spans.append(
                Span(copy.article, start, start + length, citation.score, citation.probability)
            )
    return spans


def _one_story(one: Citation, other: Citation) -> bool:
    if one.article.id == other.article.id:
        return True
    return one.article.story is not None and one.article.story == other.article.story


def _overlap(one: Citation, other: Citation) -> bool:
    if one.article.id != other.article.id:
        return False
    return one.start < other.end and other.start < one.end
