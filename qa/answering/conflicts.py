"""When outlets differ, and when one figure only changed from day to day.

Two outlets differ if their newest values cannot both be true. Both must speak of one subject, one
measure and one moment. What is measured is read off the grammar of the two sentences (claims.py):
killed is not injured, and 200 Armenian soldiers are not all soldiers. Whatever is in doubt is no
difference: it is shown beside the answer.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from index.text.days import last_day
from index.text.sentences import sentence_before
from qa.answering.citing import cite, with_claim
from qa.answering.claims import affirms
from qa.answering.kinds import asks_about_plans, is_heading, is_yes_or_no
from qa.answering.measures import (
    COUNTS,
    MEASURES,
    PEOPLE,
    bare_alike,
    counts_alike,
    in_other_words,
    may_count_alike,
    measures,
    measures_of,
    same_count,
)
from qa.answering.parsing import (
    LIGHT_VERBS,
    lemmas_in,
    names_in,
    nouns_of,
    numbers_in,
    predicate_of,
    roles_in,
    verbs_of,
)
from qa.answering.subjects import is_named, names_of, of_its_subject
from qa.answering.units import CLOCK, measure_of
from qa.answering.values import relation, value_of
from qa.types import Answer, Citation, Claim, Conflict, DatedFigure, Span, Value

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
# Of the best citation's probability: less is the reader's doubt. Readers confuse names the most.
_SUPPORT = {"number": 0.3, "date": 0.3, "name": 2 / 3}
_LEAST = 0.02  # probability
_SURE, _SURE_OF_DATES = 0.25, 0.5  # probability: the reader takes both for answers
_RATE = re.compile(
    r"\b(?:an?|each|every|per)\s(?:year|month|week|day)\b|\b(?:annual|year|month|week|dai)ly\b"
    r"|\bannual\b",
    re.IGNORECASE,
)
_STRETCH = re.compile(  # four children in the first four years, 12 dead in the past 24 hours
    r"\bin\s(?:the|his|her|its|their)\s(?:first|last|past|previous)\s(?:\w+\s)?"
    r"(?:hour|day|week|month|year|decade)s?\b",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"\d(?:st|nd|rd|th)\b")
_LONG_AGO = dt.timedelta(days=31)
_SAME_DAYS = dt.timedelta(days=1)
_REVISED_WITHIN = dt.timedelta(days=90)
_MOST_RIVALS = 6


def find_conflict(
    question: str,
    said: Sequence[Answer],
    others: Sequence[Answer],
    unread: Sequence[Answer] = (),
) -> tuple[list[Answer], Conflict | None]:
    """Return the answers with the best one's rivals, and which of them differ.

    `said` are the answers that are sure enough to be shown. `others` are all that were read, since
    a rival may be one that the reader alone would not have shown. `unread` are figures that it
    passed over (second_look.py). A question for several things has no conflict, nor has a best
    answer that is no number, date or name.
    """
    best = said[0]
    if _SEVERAL.search(question) or best.value is None:
        return list(said), None
    if best.value.kind == "words" or best.value.listed:
        return list(said), None
    kind = best.value.kind
    figures = [one for one in others if one.value is not None and one.value.kind == kind]
    rivals = [
        other
        for other in [*[one for one in figures if one is not best][:_MOST_RIVALS], *unread]
        if _differ(best, other, [*figures, *unread], question)
    ]
    rivals = _one_of_each_outlet(rivals)
    if not rivals and best.value.kind == "number":
        rivals = _in_one_sentence(best, question)
    if not rivals:
        return list(said), None
    shown = [*said, *(rival for rival in rivals if rival not in said)]
    places = (0, *sorted(shown.index(rival) for rival in rivals))
    outlets = {_outlet(citation) for place in places for citation in shown[place].citations}
    return shown, Conflict(places, len(outlets))


def yes_beside_no(question: str, quoted: Sequence[Answer]) -> Conflict | None:
    """Return the conflict of a quotation that says it was so with one that says no.

    `quoted` are of different outlets. The two are of the same days, and have the question's names
    and nouns. Only a question for yes or no has one.
    """
    verbs = verbs_of(question)
    if not quoted or not verbs or not is_yes_or_no(question):
        return None
    first, *others = [
        (answer.citations[0], affirms(answer.citations[0].sentence, verbs)) for answer in quoted
    ]
    for place, other in enumerate(others, 1):
        told = first[1], other[1]
        if None in told or told[0] is told[1]:
            continue
        if all(_tells_all(one, question) for one in (first[0], other[0])) and _same_time(
            first[0], other[0]
        ):
            return Conflict((0, place), 2)
    return None


def _tells_all(citation: Citation, question: str) -> bool:
    """Whether a sentence, with the one before it, has a question's names and nouns."""
    told = _told_in(citation)
    named = all(is_named(name, told) for name in names_of(question))
    return named and nouns_of(question) <= lemmas_in(told)


def newest_first(answers: Sequence[Answer]) -> list[Answer]:
    """Return the answers with the newest figure first, if the best was revised since."""
    revised = figures_over_time(answers)
    if not any(figure.answer == 0 for figure in revised):
        return list(answers)
    newest = answers[revised[-1].answer]
    return [newest, *(answer for answer in answers if answer is not newest)]


def revisions(said: Sequence[Answer], read: Sequence[Answer], threshold: float) -> list[Answer]:
    """Return newer figures of the best answer's outlets that are not said.

    The reader alone takes each for an answer, though all evidence is for the older figure.
    """
    return [
        answer
        for answer in read
        if answer not in said
        and answer.citations[0].probability >= threshold
        and any(figure.answer == 1 for figure in figures_over_time([said[0], answer])[-1:])
    ]


def figures_over_time(answers: Sequence[Answer]) -> list[DatedFigure]:
    """Return the figures that an outlet revised within three months, oldest first.

    Such an outlet gave another figure within that time. Both figures are returned.
    """
    figures = [
        DatedFigure(citation.article.published, place, citation)
        for place, answer in enumerate(answers)
        if answer.value is not None and answer.value.kind == "number" and not _several(answer.value)
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


def _several(value: Value) -> bool:
    """Whether a value has several numbers: "$300 billion and $500 billion"."""
    return value.listed or len(value.numbers) > 1


def _differ(best: Answer, other: Answer, figures: Sequence[Answer], question: str) -> bool:
    """Whether an outlet's newest value contradicts the best answer of another outlet."""
    one, two = best.value, other.value
    if one is None or two is None or two.listed or relation(one, two) != "different":
        return False
    least = _SUPPORT[one.kind] * best.probability
    if one.kind == "number" and measures_of(predicate_of(question)):
        least = _LEAST  # what is counted says more than the reader's doubt
    return any(
        _same_matter(here, there, (one, two), question)
        for here, there in itertools.product(best.citations[:4], other.citations[:4])
        if _outlet(here) != _outlet(there)
        and _contradict(here, there)
        and (there.probability >= _SURE or not is_heading(there))
        and (there.probability >= least or _count_what_is_asked(here, there, question))
        and _is_newest(here, figures)
        and _is_newest(there, figures)
    )


def _contradict(one: Citation, other: Citation) -> bool:
    """Whether two figures contradict each other as their own sentences have them.

    "60+" does not contradict 61, though 60 does. "His 60th" was so at some time before.
    """
    here, there = value_of(one, counting=True), value_of(other, counting=True)
    if "number" not in (here.kind, there.kind):
        return True
    if _ORDINAL.search(one.text) or _ORDINAL.search(other.text):
        return False
    return relation(here, there) == "different"


def _count_what_is_asked(one: Citation, other: Citation, question: str) -> bool:
    """Whether two citations count one thing by one noun of the question: the turnout."""
    here, there = with_claim(one).claim, with_claim(other).claim
    if here is None or there is None or here.noun != there.noun:
        return False
    counted = here.noun in predicate_of(question) - PEOPLE
    return counted and measure_of((here.noun,)) is None  # "days" say nothing of what took them


def _one_of_each_outlet(rivals: Sequence[Answer]) -> list[Answer]:
    """Return the rivals, best first, without a second one of the same outlets."""
    heard: set[str] = set()
    kept = []
    for rival in rivals:
        outlets = {_outlet(citation) for citation in rival.citations}
        if not outlets <= heard:
            kept.append(rival)
        heard |= outlets
    return kept


def _in_one_sentence(best: Answer, question: str) -> list[Answer]:
    """Return the figures that another speaker gives in the best answer's own sentence."""
    cited = with_claim(best.citations[0])
    if cited.claim is None or cited.attribution is None or best.value is None:
        return []
    rivals = []
    first = cited.sentence_span[0]
    for start, end in numbers_in(cited.sentence):
        span = Span(cited.article, first + start, first + end, cited.score, cited.probability)
        if span.start < cited.end and cited.start < span.end:
            continue
        other = with_claim(cite(span))
        value = value_of(other, counting=True)
        if other.attribution in (None, cited.attribution) or other.claim is None:
            continue
        if relation(best.value, value) != "different":
            continue
        told = other.claim.noun in COUNTS  # "police put the number at 2,500"
        if told or same_count(cited.claim, other.claim, (best.value, value), question):
            rivals.append(Answer((other,), 1, best.probability, value))
    return rivals[:1]


def _same_matter(
    one: Citation, other: Citation, values: tuple[Value, Value], question: str
) -> bool:
    """Whether two citations speak of one subject, one measure and one moment."""
    if values[0].kind != "date" and not _same_time(one, other):
        return False
    one, other = with_claim(one), with_claim(other)
    here, there = one.claim, other.claim
    if here is None or there is None or "denied" in (one.stance, other.stance):
        return False
    if "withdrawn" in (one.stance, other.stance):
        return False
    if (here.unreal or there.unreal) and not asks_about_plans(question):
        return False
    if not (_speaks_of(one, question) and _speaks_of(other, question)):
        return False
    chance = min(one.probability, other.probability)
    if values[0].kind == "number":
        return _count_alike(here, there, values, question, both_answer=chance >= _SURE)
    if values[0].kind == "date" and chance >= _SURE_OF_DATES:
        return len(values[0].moment) == len(values[1].moment)
    asked = names_in(question)
    if bool(asked & here.predicate) is not bool(asked & there.predicate):
        return False  # who replaces Ann is not who replaces Kari
    shared = (here.predicate & there.predicate) - LIGHT_VERBS
    return bool(shared) and here.role == there.role and here.verb == there.verb


def _count_alike(
    one: Claim, other: Claim, values: tuple[Value, Value], question: str, *, both_answer: bool
) -> bool:
    """Whether two claims count the same.

    `both_answer`: the reader takes both for answers.
    """
    if all(measure_of(value.words) == CLOCK for value in values):
        return one.verb == other.verb
    if not both_answer:
        return same_count(one, other, values, question)
    alike = may_count_alike(one, other, values) or bare_alike(one, other)
    return alike and not in_other_words(one, other, question)


def _same_time(one: Citation, other: Citation) -> bool:
    """Whether two citations speak of one moment, as far as is known.

    A figure of another day is a newer one. Of what happened in a named month or on a named day,
    both may write later. So they may of what happens every year.
    """
    here, there = one.as_of, other.as_of
    if here is not None and there is not None and not _within(here, there):
        return False
    if (_STRETCH.search(one.sentence) is None) is not (_STRETCH.search(other.sentence) is None):
        return False
    if (here is None) is not (there is None) and any(map(_is_of_long_ago, (one, other))):
        return False
    days = one.article.published, other.article.published
    if days[0] is None or days[1] is None or abs(days[0] - days[1]) <= _SAME_DAYS:
        return True
    if here is not None and there is not None and len(here) >= len("2022-09"):
        return True
    return all(_RATE.search(citation.sentence) for citation in (one, other))


def _is_of_long_ago(citation: Citation) -> bool:
    """Whether a sentence names a moment long before its article."""
    published = citation.article.published
    told = last_day(citation.as_of) if citation.as_of else None
    return told is not None and published is not None and published - told > _LONG_AGO


def _within(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _is_newest(citation: Citation, answers: Sequence[Answer]) -> bool:
    """Whether its outlet gave no other value of the same measure on a later day."""
    day = citation.article.published
    if day is None:
        return True
    return not any(
        later.article.published is not None and later.article.published > day
        for later in _of_outlet(_outlet(citation), answers)
        if not _says(citation, later, answers) and _measures_alike(citation, later)
    )


def _measures_alike(one: Citation, other: Citation) -> bool:
    """Whether two citations may count the same, as far as their measures tell."""
    here, there = with_claim(one).claim, with_claim(other).claim
    if here is None or there is None:
        return True
    if measures(here) or measures(there):
        return measures(here) == measures(there)
    return here.noun == there.noun or {here.noun, there.noun} <= PEOPLE


def _of_outlet(outlet: str, answers: Sequence[Answer]) -> Iterator[Citation]:
    for answer in answers:
        yield from (one for one in answer.citations if _outlet(one) == outlet)


def _says(one: Citation, other: Citation, answers: Sequence[Answer]) -> bool:
    """Whether two citations are of one answer."""
    return any(one in answer.citations and other in answer.citations for answer in answers)


def _outlet(citation: Citation) -> str:
    """Return the outlet; an article without one is its own."""
    return (citation.article.source or citation.article.id).casefold()


def _speaks_of(citation: Citation, question: str) -> bool:
    """Whether its article has the question's names, and it tells of that event."""
    if not of_its_subject(question, [citation]):
        return False
    names, article = names_of(question), citation.article
    told = f"{article.title or ''} {article.source or ''} {_told_in(citation)}"
    if names and not any(is_named(name, told) for name in names):
        return False
    text = f"{citation.article.title or ''} {citation.article.text}".casefold()
    measured = frozenset().union(*MEASURES)
    events = predicate_of(question) - measured - PEOPLE - COUNTS - LIGHT_VERBS - roles_in(question)
    if citation.probability >= _SURE and any(event in text for event in events):
        return True
    return not events or bool(events & lemmas_in(_told_in(citation)))


def _told_in(citation: Citation) -> str:
    """Return the sentence of a citation and the one before it."""
    text, (first, last) = citation.article.text, citation.sentence_span
    return f"{sentence_before(text, first)} {text[first:last]}"


@lru_cache(maxsize=64)
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold()))


def _revises(earlier: DatedFigure, later: DatedFigure, answers: Sequence[Answer]) -> bool:
    """Whether an outlet gave another figure of the same measure and moment soon after."""
    one, other = answers[earlier.answer].value, answers[later.answer].value
    if one is None or other is None:
        return False
    first, second = with_claim(earlier.citation), with_claim(later.citation)
    if first.claim is None or second.claim is None:
        return False
    return (
        first.article.source == second.article.source
        and dt.timedelta(0) < later.date - earlier.date <= _REVISED_WITHIN
        and relation(one, other) == "different"
        and counts_alike(first.claim, second.claim, (one, other))
        and (first.as_of is None or second.as_of is None or _within(first.as_of, second.as_of))
    )
