"""The grouping of citations into answers, and what their grammar says of them.

There is one answer per distinct value. Grouping is by value (values.py) and does not depend on
order. Equal values are one answer. A value joins the fullest form that says the same at more
length, if there is only one: "Macron" joins "Emmanuel Macron", unless "Brigitte Macron" stands
there too. The answer with the most evidence comes first (evidence.py). Which answers differ is
decided in conflicts.py.

Origins: citations of one article, of near-copies of one story, or in sentences of mostly the same
words come from one origin.

Stance: a value that its sentence denies, or that a correction takes back, is no evidence.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from qa.answering.citing import cite, with_claim
from qa.answering.claims import denies_event
from qa.answering.conflicts import (
    figures_over_time,
    find_conflict,
    newest_first,
    revisions,
    yes_beside_no,
)
from qa.answering.dates import latest_holder_first
from qa.answering.evidence import Pooling, evidence, probabilities
from qa.answering.kinds import (
    asks_about_plans,
    asks_for,
    is_asked,
    is_credit,
    is_dateline,
    quotations,
    repeats_question,
    standing_alone,
    well_formed,
)
from qa.answering.measures import counts_another, is_of_kind
from qa.answering.offices import holders
from qa.answering.parsing import asking, predicate_of, verbs_of
from qa.answering.retrieval import Shingles, same_words, shingles
from qa.answering.second_look import unread_rivals
from qa.answering.subjects import is_named, names_of, of_its_subject, words_of
from qa.answering.values import fold, refines, value_of
from qa.types import Answer, Citation, Conflict, DatedFigure, Hit, Span, Value

_COUNTS = re.compile(
    r"""
      \bhow\ (?:many|much|old|long|often|far|big|large|tall|high)\b         # how many died
    | \b(?:what|which)\ (?:number|percentage|percent|share|proportion|age)\b  # what share voted
    | \b(?:death\ )?toll\b | \bcost\b | \bprice\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MOST_ANSWERS = 8
_QUOTED = 0.25  # of the threshold: sentences are quoted that are less sure than a value
_ONE_STORY = dt.timedelta(days=14)
_PARSED = 8  # candidate sentences of a question
_OTHER_TIME = 0.5  # weight of what is of another time than the question's, against an answer
_AS_SURE = 0.5  # of the first citation's probability: one that is a clean value stands before it
_CITED = 0.5  # of the threshold: less probable citations are evidence but are not shown


@dataclass(frozen=True, slots=True)
class Agreement:
    """The answers, most probable first, and what is said of them together."""

    answers: tuple[Answer, ...]
    conflict: Conflict | None
    over_time: tuple[DatedFigure, ...]
    silent_outlets: tuple[str, ...]


def agree(
    question: str,
    citations: Sequence[Citation],
    hits: Sequence[Hit],
    threshold: float,
    pooling: Pooling | None = None,
    *,
    recent: bool = False,
    aside: Sequence[Citation] = (),
) -> Agreement:
    """Group citations into answers, and say which of them contradict each other.

    A value is an answer if its probability is at least `threshold`. `pooling` says how evidence
    becomes a probability; without it the citations' own probabilities are joined. `hits` are the
    passages that were found: the copies of one that hold a citation's sentence are cited with it.
    What only asks, as an interviewer does, is left out. `recent`: the question asks for what is so
    now, so the newest answer leads. `aside` are citations of another time than the question's. They
    are no answers, but they make the others less sure. So do those of another office or measure.
    """
    found = [one for one in citations if not (is_asked(one) or is_dateline(one) or is_credit(one))]
    if asks_for(question) == "sentence":
        about = of_its_subject(question, _with_claims(found, question))
        quoted = quotations(question, about, _QUOTED * threshold)
        conflict = yes_beside_no(question, quoted)
        return Agreement(tuple(quoted), conflict, (), tuple(silent_outlets(quoted, hits)))
    claimed, left = _answering(found, question)
    found_values = group_by_value(question, claimed, hits)
    groups = {
        value: _with_withdrawals(group)
        for value, group in found_values.items()
        if is_of_kind(question, value, group[0])
    }
    against = _of_other_values(question, claimed, [*aside, *left], hits)
    against += [group for value, group in found_values.items() if value not in groups]
    answers = _weighed(question, groups, hits, threshold, pooling, against)
    said = [answer for answer in answers if answer.probability >= threshold][:_MOST_ANSWERS]
    if said and _is_denied(question, said[0], groups):
        said = []
    if not said:
        return Agreement((), None, (), ())
    said = newest_first([*said, *revisions(said, answers, threshold)])
    if recent:
        said = latest_holder_first(said)
    rivals = unread_rivals(question, said, hits, answers)
    said, conflict = find_conflict(question, said, answers, rivals)
    shown = [_as_shown(answer) for answer in [*said, *_unsaid(groups, hits, threshold)]]
    return Agreement(
        tuple(shown),
        conflict,
        tuple(figures_over_time(shown)),
        tuple(silent_outlets(shown, hits)),
    )


def _with_claims(citations: Sequence[Citation], question: str) -> list[Citation]:
    """Return the citations, the first with their claims."""
    weighed = [_weighed_claim(one, question) for one in citations[:_PARSED]]
    return [*weighed, *citations[_PARSED:]]


def _answering(found: Sequence[Citation], question: str) -> tuple[list[Citation], list[Citation]]:
    """Return the citations that may answer, and those of another office or measure."""
    held = holders(question, found)
    claimed = [well_formed(one) or one for one in _with_claims(held, question)]
    claimed = [one for one in claimed if not repeats_question(one, question)]
    another = [one for one in claimed if _counts_another(one, question)]
    left = [one for one in found if one not in held]
    return [one for one in claimed if one not in another], [*left, *another]


def _counts_another(citation: Citation, question: str) -> bool:
    """Whether a citation counts the injured, and the question asks for the killed."""
    return citation.claim is not None and counts_another(citation.claim, question)


def _weighed_claim(citation: Citation, question: str) -> Citation:
    """Return the citation with its claim, denied if its sentence denies the event."""
    claimed = with_claim(citation)
    if claimed.stance == "said" and denies_event(claimed.sentence, verbs_of(question)):
        return replace(claimed, stance="denied")
    return claimed


def _of_other_values(
    question: str, claimed: Sequence[Citation], aside: Sequence[Citation], hits: Sequence[Hit]
) -> list[list[Citation]]:
    """Return the groups of citations set aside whose value none of the claimed has."""
    groups = group_by_value(question, [*claimed, *aside], hits).values()
    return [group for group in groups if all(one in aside for one in group)]


def group_by_value(
    question: str, citations: Sequence[Citation], hits: Sequence[Hit]
) -> dict[Value, list[Citation]]:
    """Group citations by value, those of the highest score first.

    The groups do not depend on the order of the citations.
    """
    kept = sorted(citations, key=lambda one: (-one.score, one.article.id, one.start))
    groups: dict[Value, list[Citation]] = {}
    for citation, value in zip(kept, _values(question, kept, hits), strict=True):
        group = groups.setdefault(value, [])
        if not any(_overlap(citation, other) for other in group):
            group.append(citation)
    return groups


def group_numbers(question: str, spans: Sequence[Span], hits: Sequence[Hit]) -> tuple[int, ...]:
    """Return a number for each span: spans of one value have the same."""
    values = _values(question, spans, hits)
    numbers = {value: number for number, value in enumerate(dict.fromkeys(values))}
    return tuple(numbers[value] for value in values)


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


def silent_outlets(answers: Sequence[Answer], hits: Sequence[Hit]) -> list[str]:
    """Return the outlets on the best answer's story that no answer cites.

    Their passages score at least half of the first hit's, and are of the same fortnight. Their
    article has most names of the sentence that answers. If that has none, its title counts.
    """
    if not answers:
        return []
    cited = {citation.article.source for answer in answers for citation in answer.citations}
    best = answers[0].citations[0]
    near = [hit.article.source for hit in hits if _is_on_story(hit, best, hits[0].score)]
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


def _values(question: str, spans: Sequence[Span], hits: Sequence[Hit]) -> list[Value]:
    """Return the value of each span, in its fullest form."""
    texts = [span.article.text for span in spans] + [hit.article.text for hit in hits]
    articles = list(dict.fromkeys(texts))
    counting = _COUNTS.search(asking(question)) is not None
    values = [value_of(span, counting, articles) for span in spans]
    form = group_by_fullest_form(values)
    return [form[value] for value in values]


def _weighed(
    question: str,
    groups: dict[Value, list[Citation]],
    hits: Sequence[Hit],
    threshold: float,
    pooling: Pooling | None,
    against: Sequence[Sequence[Citation]] = (),
) -> list[Answer]:
    """Return an answer for each value that is said, the most probable first.

    `against` are groups of other values that are no answers, but evidence against each.
    """
    said = {value: _supporting(group, question) for value, group in groups.items()}
    said = {value: group for value, group in said.items() if of_its_subject(question, group)}
    if pooling is None:
        chances = [
            pool_probabilities([one.probability for one in independent(group)])
            for group in said.values()
        ]
    else:
        unsaid = [group for value, group in groups.items() if value not in said]
        unsaid = [group for group in unsaid if any(map(_may_be_so, group))]
        strengths = [_evidence(group, pooling.temperature) for group in [*said.values(), *unsaid]]
        less = pooling.temperature * math.log(_OTHER_TIME)
        strengths += [_evidence(group, pooling.temperature) + less for group in against]
        chances = probabilities(strengths, pooling)[: len(said)]
    answers = []
    for (value, group), chance in zip(said.items(), chances, strict=True):
        shown = [one for one in groups[value] if one.probability >= _CITED * threshold]
        shown = shown or group[:1]
        shown.sort(key=lambda one: one.stance != "said")
        answers.append(_answer(value, shown, chance, hits))
    return sorted(answers, key=lambda one: (-one.probability, -one.citations[0].score))


def _may_be_so(citation: Citation) -> bool:
    """Whether a citation is neither withdrawn nor merely possible.

    Of a share that "would be needed" nothing is said.
    """
    possible = citation.claim is not None and citation.claim.unreal
    return citation.stance != "withdrawn" and not possible


def _is_denied(question: str, best: Answer, groups: dict[Value, list[Citation]]) -> bool:
    """Whether what is asked about is denied, and the best answer is of something else.

    So it is if it was taken back. Of a figure or a day the right one may follow in other words.
    """
    corrected = best.value is not None and best.value.kind in ("number", "date")
    untrue = ("denied",) if corrected else ("denied", "withdrawn")
    asked = predicate_of(question)
    claims = [one.claim for one in best.citations]
    if any(claim is None or claim.predicate & asked for claim in claims):
        return False
    return any(
        one.claim is not None and one.stance in untrue and one.claim.predicate & asked
        for group in groups.values()
        for one in group
    )


def _as_shown(answer: Answer) -> Answer:
    """Return the answer with its speakers; its sentence if it is no clean value."""
    cited = tuple(map(with_claim, answer.citations))
    whole = [one for one in cited if well_formed(one) is not None]
    if whole and whole[0].probability >= _AS_SURE * cited[0].probability:
        cited = (whole[0], *(one for one in cited if one is not whole[0]))
    if well_formed(cited[0]) is not None:
        return replace(answer, citations=cited)
    return replace(answer, citations=tuple(map(standing_alone, cited)), kind="sentence")


def _with_withdrawals(group: Sequence[Citation]) -> list[Citation]:
    """Return the citations of a value; an outlet takes a value back everywhere."""
    taken = [one for one in group if one.stance == "withdrawn"]
    if not taken:
        return list(group)
    outlets = {one.article.source for one in taken}
    return [
        replace(one, stance="withdrawn") if one.article.source in outlets else one for one in group
    ]


def _unsaid(
    groups: dict[Value, list[Citation]], hits: Sequence[Hit], threshold: float
) -> list[Answer]:
    """Return the values that are only denied or withdrawn, to be shown last."""
    return [
        _answer(value, group[:1], group[0].probability, hits)
        for value, group in groups.items()
        if all(one.stance != "said" for one in group) and group[0].probability >= threshold
    ]


def _supporting(group: Sequence[Citation], question: str) -> list[Citation]:
    """Return the citations that say their value.

    They do not deny it, take it back, or call it merely possible.
    """
    said = [one for one in group if one.stance == "said"]
    if asks_about_plans(question):
        return said
    return [one for one in said if one.claim is None or not one.claim.unreal]


def _evidence(group: Sequence[Citation], temperature: float) -> float:
    scores = [one.score for one in group]
    outlets = [one.article.source or one.article.id for one in group]
    return evidence(scores, outlets, temperature)


def _answer(value: Value, group: Sequence[Citation], chance: float, hits: Sequence[Hit]) -> Answer:
    citations = [*group, *_copied(group, hits)]
    return Answer(
        tuple(citations), len(independent(group)), chance, value, count_outlets(citations)
    )


def _fullest(value: Value, values: Mapping[Value, Value]) -> Value:
    """Return the only fullest refinement of a folded value, or the value.

    `values` are the folded values, each with one that is spelled so.
    """

    def fuller(one: Value, other: Value) -> bool:
        return refines(one, other) or refines(values[one], values[other])

    above = [other for other in values if fuller(other, value)]
    fullest = [other for other in above if not any(fuller(third, other) for third in above)]
    if len(fullest) == 1:
        return fullest[0]
    return value


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
                    copies.append(replace(cite(span), stance=citation.stance))
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


def _is_on_story(hit: Hit, best: Citation, highest: float) -> bool:
    """Whether a hit tells of what a citation tells of, as far as names and days say."""
    told, here = best.article.published, hit.article.published
    if told is not None and here is not None and abs(told - here) > _ONE_STORY:
        return False
    names = names_of(best.sentence) or names_of(best.article.title or "")
    named = [name for name in names if is_named(name, words_of(hit.article))]
    return hit.score >= highest / 2 and bool(names) and len(named) > len(names) / 2


def _overlap(one: Citation, other: Citation) -> bool:
    if one.article.id != other.article.id:
        return False
    return one.start < other.end and other.start < one.end
