"""Questions with known answers, asked and measured: `dateline evaluate`.

With an index, every question goes through `Archive.ask`, as a user's does. Without one, the reader
alone answers from the context that each question brings. Outcomes are kept question by question in
the report's folder. So an interrupted evaluation continues, and every figure can be traced to its
answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from index.text.chunking import passage_spans
from index.types import Article, DatelineError, Passage
from qa.answering.kinds import asks_for, nearest_sentences
from qa.answering.reader import OnnxReader
from qa.archive import Archive, reply_from
from qa.evaluation.figures import figures_of
from qa.evaluation.metrics import CUTOFFS, exact_match, f1, ndcg, question_kind, rank_of_answer
from qa.evaluation.outcomes import Outcome, OutcomeLog
from qa.evaluation.questions import LabelledQuestion, read_questions
from qa.evaluation.report import write_report
from qa.types import Hit, Question, Reader, Reply

Progress = Callable[[int, int], None]


def evaluate(
    questions: Path,
    folder: Path | None,
    *,
    report: Path | None = None,
    reader: Reader | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Return figures over questions asked of the index in `folder`.

    If `folder` is None, the questions' own contexts are read. Shares are from 0 to 1, `intervals`
    holds 95% bootstrap bounds. `exact_match` and `f1` count a refusal to answer an answerable
    question as 0. `best_f1` takes the best answer whatever its probability, `best_span_f1` the best
    single span. With `report`, report.html, figures.json and outcomes.jsonl are written there.
    Outcomes kept there by the same index and reader are used again. `progress` is called with the
    questions done and their number. Raises DatelineError for a bad file.
    """
    labelled = list(read_questions(questions))
    if not labelled:
        raise DatelineError(f"expected questions in {questions}, found none")
    measure, made_by = _measure(questions, folder, reader)
    outcomes = []
    with OutcomeLog(report, made_by) as log:
        for number, question in enumerate(labelled, 1):
            outcome = log.get(question)
            if outcome is None:
                outcome = measure(question)
                log.add(outcome)
            outcomes.append(outcome)
            if progress is not None:
                progress(number, len(labelled))
    figures = figures_of(outcomes)
    if report is not None:
        title = questions.name
        if folder is None:
            title += ", read in their own contexts"
        write_report(report, title, figures, outcomes)
    return figures


def _measure(
    questions: Path, folder: Path | None, reader: Reader | None
) -> tuple[Callable[[LabelledQuestion], Outcome], dict[str, Any]]:
    """Return what measures one question, and what its outcomes are made by."""
    if folder is not None:
        archive = Archive.open(folder, reader=reader)
        made_by = _made_by(archive.reader, archive.store.manifest["created"])
        return lambda question: measure_asking(archive, question), made_by
    reading = OnnxReader() if reader is None else reader
    return lambda question: measure_reading(reading, question, questions), _made_by(reading, None)


def _made_by(reader: Reader, index: str | None) -> dict[str, Any]:
    return {"index": index, "reader": getattr(reader, "fingerprint", "")}


def measure_asking(archive: Archive, question: LabelledQuestion) -> Outcome:
    """Ask an archive a question and measure its reply and its retrieval.

    `rank_read` looks through the passages of the reply, then through the retrieved ones that
    were not read.
    """
    reply = archive.ask(question.question, as_of=question.asked)
    retrieved = archive.retrieve(question.question, k=max(CUTOFFS), as_of=question.asked)
    read = {_place(hit) for hit in reply.passages}
    unread = [hit for hit in retrieved if _place(hit) not in read]
    rank = rank_read = gain = None
    if question.answers:
        rank = rank_of_answer((hit.text for hit in retrieved), question.answers)
        order = [*reply.passages, *unread]
        rank_read = rank_of_answer((hit.text for hit in order), question.answers)
    if question.articles:
        found = list(dict.fromkeys(_known_as(hit.article, question) for hit in retrieved))
        gain = ndcg(found, question.articles)
    return _outcome(question, reply, rank=rank, ndcg=gain, rank_read=rank_read)


def measure_reading(reader: Reader, question: LabelledQuestion, file: Path) -> Outcome:
    """Answer a question from its own context, without an index, and measure the reply.

    Raises DatelineError, naming the `file`, for a question without a context.
    """
    if question.context is None:
        raise DatelineError(
            f'expected a "context" beside each question of {file}, '
            f"found one without: {question.question[:80]!r}; "
            "add the contexts, or evaluate with an index"
        )
    article = Article(question.id, question.context)
    hits = [Hit(Passage(article, start, end), 1.0) for start, end in passage_spans(article.text)]
    return _outcome(question, reply_from(Question(question.question), hits, reader))


def _place(hit: Hit) -> tuple[str, int, int]:
    return hit.article.id, hit.start, hit.end


def _known_as(article: Article, question: LabelledQuestion) -> str:
    """Return the id by which a question names an article, or its record's."""
    if article.id in (question.articles or ()):
        return article.id
    return article.record_id


def _outcome(
    question: LabelledQuestion,
    reply: Reply,
    *,
    rank: int | None = None,
    ndcg: float | None = None,
    rank_read: int | None = None,
) -> Outcome:
    """Return the outcome of a reply.

    The best answer stands for the reply; if it has none, the best span that was read.
    """
    golds = question.answers or ()
    span, probability = "", 0.0
    if reply.candidates:
        span, probability = reply.candidates[0].text, reply.candidates[0].probability
    best = span
    if reply.answered:
        best, probability = reply.answers[0].citations[0].best_words, reply.answers[0].probability
    return Outcome(
        id=question.id,
        question=question.question,
        kind=question_kind(question.question),
        golds=question.answers,
        held=question.held,
        answered=reply.answered,
        best=best,
        probability=probability,
        exact_match=exact_match(best, golds),
        f1=f1(best, golds),
        span_exact_match=exact_match(span, golds),
        span_f1=f1(span, golds),
        rank=rank,
        ndcg=ndcg,
        rank_read=rank_read,
        sentence_rank=_sentence_rank(question.question, reply, golds),
    )


def _sentence_rank(question: str, reply: Reply, golds: Sequence[str]) -> int | None:
    """Return the place of the first sentence with a gold answer, of the three best.

    None for a question that asks for no sentence or has no known answer.
    """
    if not golds or asks_for(question) != "sentence":
        return None
    sentences = [one.sentence for one in nearest_sentences(reply.candidates)]
    return rank_of_answer(sentences, golds)
