"""Questions to ask next: each is asked first, and shown only if it is answered.

On the first page they are examples, one of them with a follow-up. After an answer they go on from
it: another outlet, another month, somebody who is quoted, a name in the sentence.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, zip_longest

from markupsafe import Markup

from index.text.dates import in_words
from index.text.sentences import sentences
from index.types import Article, DatelineError
from qa.answering.parsing import parse
from qa.answering.turns import Turn, Understood
from qa.types import Reply, TimeWindow
from qa.web.addresses import Limits, question_address
from qa.web.chips import words_of
from qa.web.markup import NOTHING, bidi

EXAMPLES, NEXT = 4, 3  # questions shown
_TRIED_NEXT = 6  # questions asked to find the next ones
_NAMES = 4  # that examples ask about
_READ, _OPENING = 12, 2_000  # articles that names are looked for in, and characters of each
_ARTICLES = ("the ", "a ", "an ", "this ")
_WORDS_OF_A_NAME = (2, 3)

Try = Callable[[str, Limits], Reply]  # asks a question that nobody asked
Complete = Callable[[str, Sequence[Turn], Limits], Understood]  # completes one after turns


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question with its limits, and what the page calls it.

    `typed` is a follow-up that is completed to the question. `then` is what goes on from it.
    """

    question: str
    limits: Limits
    label: str
    typed: str = ""
    then: Suggestion | None = None


def examples(articles: Iterable[Article], limits: Limits, ask: Try) -> list[Suggestion]:
    """Return questions that the articles answer, a disagreement first if any."""
    latest = sorted(articles, key=lambda article: str(article.published or ""), reverse=True)
    latest = latest[:_READ]
    months, names = months_of(latest), names_of(latest)
    ways: list[tuple[int, list[str], Callable[[str, Reply], bool]]] = [
        (1, [f"How many people were killed in {month}?" for month in months], _is_disputed),
        (2, [f"What did {name} say?" for name in names], _is_said_by),
        (1, [f"Who is {name}?" for name in names], _is_about),
        (1, [f"What happened in {month}?" for month in months], _is_answer),
    ]
    chosen: list[str] = []
    for most, questions, fits in ways:
        replies = ((question, _tried(question, limits, ask)) for question in questions)
        fitting = (question for question, reply in replies if reply and fits(question, reply))
        chosen += islice(fitting, min(most, EXAMPLES - len(chosen)))
    return [Suggestion(question, limits, question) for question in chosen]


def next_questions(reply: Reply, limits: Limits, ask: Try) -> list[Suggestion]:
    """Return up to three questions that go on from an answer."""
    if not reply.answered:
        return []
    found = (
        one
        for one in islice(_going_on(reply, limits), _TRIED_NEXT)
        if _goes_on(one, _tried(one.question, one.limits, ask), reply)
    )
    return list(islice(found, NEXT))


def with_follow_up(chosen: Sequence[Suggestion], ask: Try, complete: Complete) -> list[Suggestion]:
    """Return the examples; one of them with a follow-up that is answered too."""
    names = [one.question[len("What did ") : -len(" say?")] for one in chosen if _is_of_speech(one)]
    tried = [(one, f"and {name}?") for one in chosen if _is_of_speech(one) for name in names]
    for one, typed in tried[:_TRIED_NEXT]:
        then = _follow_up(one, typed, ask, complete)
        if then is not None:
            return [replace(one, then=then) if other is one else other for other in chosen]
    return list(chosen)


def names_of(articles: Iterable[Article]) -> list[str]:
    """Return the people whom most of the articles name, in two or three words.

    A name is taken for that of somebody if an article goes on with the last word of it alone.
    """
    counts: Counter[str] = Counter()
    for article in articles:
        opening = article.text[:_OPENING]
        told = (opening[start:end] for start, end in sentences(opening))
        names = {name for one in told for name in _people_in(one)}
        counts.update(name for name in names if _goes_on_with(name, article.text))
    ranked = sorted(counts, key=lambda name: (-counts[name], name))
    return ranked[:_NAMES]


def months_of(articles: Iterable[Article]) -> list[str]:
    """Return the month of the latest article and the two before it: "October 2022"."""
    days = [article.published for article in articles if article.published is not None]
    if not days:
        return []
    last = max(days).year * 12 + max(days).month - 1
    names = (f"{month // 12:04}-{month % 12 + 1:02}" for month in range(last, last - 3, -1))
    return [in_words(name) for name in names]


def suggestions_html(suggestions: Sequence[Suggestion], address: str, title: str) -> Markup:
    """Return the questions as links; `address` is the answer that they go on from."""
    if not suggestions:
        return NOTHING
    links = NOTHING.join(map(_link_html, suggestions))
    level = "h3" if address else "h2"  # an answer has a heading of its own
    return Markup(
        '<div data-for="{address}"><{level}>{title}</{level}><p class="chips">{links}</p></div>'
    ).format(address=address, level=level, title=title, links=links)


def _link_html(one: Suggestion) -> Markup:
    """Return a question as a link; what goes on from an example is named beside it."""
    typed = then = NOTHING
    if one.typed:
        typed = Markup(' data-typed="{}"').format(one.typed)
    if one.then is not None:
        then = Markup(' <span class="then">then “{}”</span>').format(one.then.label)
    return Markup('<a class="chip" href="{address}" data-again{typed}>{label}{then}</a>').format(
        address=question_address(one.question, one.limits),
        typed=typed,
        label=bidi(one.label),
        then=then,
    )


def _is_of_speech(one: Suggestion) -> bool:
    return one.question.startswith("What did ") and one.question.endswith(" say?")


def _follow_up(one: Suggestion, typed: str, ask: Try, complete: Complete) -> Suggestion | None:
    """Return a follow-up to an example if it is completed and has another answer."""
    first = _tried(one.question, one.limits, ask)
    if first is None:
        return None
    turn = Turn.of(Understood(one.question, one.question), first)
    question = complete(typed, [turn], one.limits).text
    reply = _tried(question, one.limits, ask)
    if question in (typed, one.question) or reply is None or not _is_new(reply, first):
        return None
    return Suggestion(question, one.limits, typed, typed) if _is_said_by(question, reply) else None


def _people_in(sentence: str) -> list[str]:
    """Return the people whom a sentence names in two or three words, in order.

    They are found by the parse: "In Prague" and "the White House" are nobody.
    """
    (parsed,) = parse([sentence])
    names = (ent.text for ent in parsed.ents if ent.label_ == "PERSON")
    return [name for name in names if len(name.split()) in _WORDS_OF_A_NAME]


def _goes_on_with(name: str, text: str) -> bool:
    """Return whether a text has the last word of a name by itself.

    "Lee said" is such a place, "the House voted" is none.
    """
    surname = re.escape(name.split()[-1])
    alone = rf"(?:(?<![\w’'-])[a-z]+|[.,;:!?”\"])\s{surname}(?:[’']s)?\s[a-z]"
    return any(not found[0].startswith(_ARTICLES) for found in re.finditer(alone, text))


def _going_on(reply: Reply, limits: Limits) -> Iterator[Suggestion]:
    """Yield questions that may go on from an answer, one of each kind in turn."""
    kinds = [
        _of_outlets(reply, limits),
        _of_speakers(reply, limits),
        _of_times(reply, limits),
        _of_names(reply, limits),
    ]
    return (one for one in chain.from_iterable(zip_longest(*kinds)) if one is not None)


def _of_outlets(reply: Reply, limits: Limits) -> Iterator[Suggestion]:
    """Yield the question asked of each outlet that has the story without the answer."""
    for outlet in reply.silent_outlets[:2]:
        alone = replace(limits, filters=replace(limits.filters, sources=(outlet,)))
        yield Suggestion(reply.question, alone, f"What {outlet} says of it")


def _of_speakers(reply: Reply, limits: Limits) -> Iterator[Suggestion]:
    """Yield what those said who are quoted, or whom the first article names most."""
    citations = [one for answer in reply.answers for one in answer.citations]
    quoted = [one.attribution or "" for one in citations]
    speakers = [name for name in quoted if _is_name(name)]
    known = reply.question
    for speaker in (*speakers, *names_of([citations[0].article])):
        if speaker.split()[-1] not in known:
            known = f"{known} {speaker}"
            question = f"What did {speaker} say?"
            yield Suggestion(question, limits, question)


def _is_name(words: str) -> bool:
    """Return whether each word is a name's: "an official of Georgia" is nobody's."""
    return bool(words) and all(word[:1].isupper() for word in words.split())


def _of_times(reply: Reply, limits: Limits) -> Iterator[Suggestion]:
    """Yield the question of the months beside its own, and what happened then."""
    if reply.time is None:
        return
    for day in _days_beside(reply.time):
        question = reply.question.replace(words_of(reply.time), f"in {day}")
        yield Suggestion(question, limits, f"And in {day}?")
    if reply.time.text.startswith(("in ", "on ", "during ")):
        question = f"What happened {words_of(reply.time)}?"
        yield Suggestion(question, limits, question)


def _of_names(reply: Reply, limits: Limits) -> Iterator[Suggestion]:
    """Yield who somebody in the sentence is."""
    best = reply.answers[0].citations[0]
    for name in dict.fromkeys(_people_in(best.sentence)):
        if name not in reply.question and name != best.text:
            question = f"Who is {name}?"
            yield Suggestion(question, limits, question)


def _days_beside(time: TimeWindow) -> list[str]:
    """Return the month before and after that of a question; none if it is of no month."""
    if time.first is None or time.last is None or not words_of(time).startswith("in "):
        return []
    before, after = time.first - dt.timedelta(days=1), time.last + dt.timedelta(days=1)
    if time.first.day != 1 or after.day != 1 or (time.last - time.first).days > 31:
        return []
    return [in_words(f"{day:%Y-%m}") for day in (before, after)]


def _tried(question: str, limits: Limits, ask: Try) -> Reply | None:
    """Return the reply to a question if it has an answer."""
    try:
        reply = ask(question, limits)
    except DatelineError:
        return None
    return reply if reply.answered else None


def _is_new(reply: Reply | None, before: Reply) -> bool:
    """Return whether a reply says something in a sentence that was not shown."""
    if reply is None:
        return False
    shown = {one.sentence for answer in before.answers for one in answer.citations}
    return reply.answers[0].citations[0].sentence not in shown


def _goes_on(one: Suggestion, found: Reply | None, before: Reply) -> bool:
    """Return whether a reply says something new, and of whom it was asked."""
    if found is None or not _is_new(found, before):
        return False
    if one.question == before.question or not _is_of_speech(one):
        return True
    surname = one.question.removesuffix(" say?").split()[-1]
    return surname in found.answers[0].citations[0].sentence


def _is_answer(question: str, reply: Reply) -> bool:
    return reply.answered


def _is_disputed(question: str, reply: Reply) -> bool:
    return reply.disagreement


def _is_said_by(question: str, reply: Reply) -> bool:
    """Return whether who is asked about is quoted."""
    speaker = reply.answers[0].citations[0].attribution
    return speaker is not None and speaker.split()[-1] in question


def _is_about(question: str, reply: Reply) -> bool:
    """Return whether the sentence names who is asked about."""
    name = question.removeprefix("Who is ").removesuffix("?")
    return name in reply.answers[0].citations[0].sentence
