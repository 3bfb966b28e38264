"""Fuzzing of what comes after loading: articles, days, questions and filters of any kind.

hypothesis makes the articles and the question, and makes what fails smaller. What it found is kept
in findings.jsonl, and tried first. Each is built, asked, printed and checked; the real parser and
the real rules of dates and agreement take part, the encoder and the reader are stand-ins.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import hypothesis
import hypothesis.strategies as st

import index
import qa
from benchmarks.fakes import CapitalReader, WordEmbedder
from benchmarks.faults.world import Failures
from index.types import Article, DatelineError
from qa.rendering.markdown import reply_as_markdown
from qa.rendering.notebook import reply_as_html
from qa.rendering.text import reply_as_text
from qa.types import Reply
from qa.web.addresses import Limits, parse_question_address, question_address

FINDINGS = Path(__file__).with_name("findings.jsonl")

_WORDS = """Who What When where Why How many much did was is were the a of in on at by from to and
or not Mr. U.S. president truce killed denied said says told "Yes" 'no' half none ² ١٢ IV his it
they there this he she who's Correction: Read more: (Reuters) — … . , ; : ? ! ' " ( ) [ ] # * _
` < > & | \\ /""".split()
_NAMES = [
    "Geneva",
    "Vladimir Putin",
    "the envoy",
    "officials",
    "Mr. O'Neill",
    "U.S.",
    "Ōsaka",
    "NATO",
]
_VERBS = [
    "killed",
    "denied that",
    "said that",
    "brokered",
    "will leave",
    "no longer has",
    "was not",
]
_FIGURES = [
    "286 people",
    "more than 3,000",
    "two thirds",
    "$1.2bn",
    "-5%",
    "at least a dozen",
    "1e9",
]
_TIMES = (
    *(
        "on Friday",
        "last month",
        "in 2022",
        "on 29 February",
        "on 31 December 9999",
        "in the 1990s",
    ),
    *(
        "two weeks ago",
        "on 14/10/2022",
        "a year earlier",
        "since 0001-01-01",
        "next week",
        "in May",
    ),
)
_LEADS = [
    "Who",
    "When was",
    "How many",
    "Why did",
    "What did",
    "Where",
    "Is it true that",
    "and",
    "",
]
_CHARACTERS = st.text(st.characters(exclude_categories=()), max_size=6)
_FRAGMENTS = st.one_of(
    st.sampled_from([*_WORDS, "\n\n", "\t"]),
    *(st.sampled_from(words) for words in (_NAMES, _VERBS, _FIGURES, _TIMES)),
    _CHARACTERS,
    st.dates().map(str),
    st.integers().map(str),
)
_SENTENCES = st.builds(
    "{} {} {} {}.".format, *(st.sampled_from(words) for words in (_NAMES, _VERBS, _FIGURES, _TIMES))
)
_LINES = st.lists(_FRAGMENTS, min_size=1, max_size=8).map(" ".join)
_TEXTS = st.lists(_SENTENCES | _LINES, min_size=1, max_size=20).map(" ".join)
_QUESTIONS = st.builds(
    "{} {} {} {}?".format,
    st.sampled_from(_LEADS),
    st.sampled_from(_NAMES),
    st.sampled_from(_VERBS),
    st.sampled_from(_TIMES) | _LINES,
)
_DAYS = st.none() | st.sampled_from([dt.date.min, dt.date.max, dt.date(2024, 2, 29)]) | st.dates()
_OUTLETS = st.sampled_from([None, "Wire", "wire ", "The Post"]) | _LINES
_ARTICLES = st.fixed_dictionaries(
    {
        "text": _TEXTS,
        "title": st.none() | _LINES,
        "source": _OUTLETS,
        "published": _DAYS,
        "url": st.none() | _LINES,
    }
)
_CASES = st.fixed_dictionaries(
    {
        "articles": st.lists(_ARTICLES, min_size=1, max_size=4),
        "questions": st.lists(_QUESTIONS | _LINES, min_size=1, max_size=3),
        "source": _OUTLETS,
        "since": _DAYS,
        "until": _DAYS,
        "as_of": _DAYS,
    }
)
Case = dict[str, Any]


class _Reader(CapitalReader):
    most = 40  # about as many as the real one, which gives one for each sentence


def findings() -> list[Case]:
    """Return the cases that once failed."""
    lines = FINDINGS.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def try_case(case: Case, counts: Counter[str]) -> None:
    """Build the articles of a case and ask its questions. Raises what a user would not expect."""
    with tempfile.TemporaryDirectory(prefix="dateline-fuzz-") as root:
        folder = Path(root) / "index"
        try:
            articles = [_article(number, one) for number, one in enumerate(case["articles"])]
            summary = index.build(articles, folder, embedder=WordEmbedder())
        except DatelineError as error:
            _check_line(error)
            counts["refused to build"] += 1
            return
        counts["articles"] += summary.articles
        counts["articles skipped"] += len(summary.skipped)
        limits = {name: case[name] for name in ("source", "since", "until", "as_of")}
        with qa.open(folder, embedder=WordEmbedder(), reader=_Reader()) as archive:
            for conversation in (archive.conversation(), archive.conversation(**limits)):
                for question in case["questions"]:
                    counts[_asked(conversation.ask, question)] += 1


def _article(number: int, fields: Case) -> Article | dict[str, Any]:
    """Return an article as a program gives it; every other one as a dictionary."""
    if number % 2:
        return {"id": f"a{number}", **fields}
    day = fields["published"]
    published = dt.date.fromisoformat(day) if isinstance(day, str) else day
    return Article(f"a{number}", **{**fields, "published": published})


def _asked(ask: Callable[[str], Reply], question: str) -> str:
    """Ask, print the reply in every way, and check its citations; return how it ended."""
    try:
        reply = ask(question)
    except DatelineError as error:
        _check_line(error)
        return "one error"
    texts = [json.dumps(reply.to_dict()), reply_as_text(reply), reply_as_html(reply)]
    for text in [*texts, reply_as_markdown(reply)]:
        text.encode()
    address = question_address(reply.question, Limits())
    assert parse_question_address(address)[0] == reply.question, "another question at its address"
    for answer in reply.answers:
        for c in answer.citations:
            assert c.article.text[c.start : c.end] == c.text, "a citation is no slice"
    return "answered" if reply.answered else "silent"


def _check_line(error: DatelineError) -> None:
    line = str(error)
    assert line, "an error without words"
    assert "\n" not in line, "an error of several lines"
    line.encode()


def fuzz(
    root: Path, times: int = 1000, seed: int = 1, first: int = 0
) -> tuple[Counter[str], Failures]:
    """Try what failed once, then so many cases that hypothesis makes."""
    counts, failures = Counter[str](), Failures()

    def attempt(case: Case) -> None:
        counts["cases"] += 1
        try_case(case, counts)

    if first == 0:
        for case in findings():
            failures += _failure(partial(attempt, case))
    tried = hypothesis.settings(
        max_examples=times,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )(hypothesis.seed(seed * 1_000_003 + first)(hypothesis.given(_CASES)(attempt)))
    failures += _failure(tried)
    return counts, failures


def _failure(attempt: Callable[[], object]) -> Iterator[str]:
    """Yield what a try raised, with the case that hypothesis made of it."""
    try:
        attempt()
    except Exception as error:
        notes = " ".join(getattr(error, "__notes__", ()))
        yield f"{type(error).__name__}: {str(error)[:200]} {notes[:1500]}"
