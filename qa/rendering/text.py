"""Replies, passages and build summaries as text, for a terminal or a pipe.

All that is said of a reply stands in the reply. Nothing here compares answers or reads sentences.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

from index.text.dates import in_words
from index.text.sentences import sentence_around
from index.types import Article, Summary
from qa.types import Answer, Citation, Hit, Reply

_NEAREST_SHOWN = 3  # passages, if there is no answer
_SKIPPED_SHOWN = 20  # files of a build
_STANCES = {"denied": ", which denies it", "withdrawn": ", which takes it back"}
_OPENING = 80  # characters of an article that stand for its title


def reply_as_text(reply: Reply, bold: bool = False) -> str:
    """Return the answers with their citations, or why there is none.

    Without an answer the nearest passages follow. `bold` is for a terminal: answers are bold,
    and each citation is a link to its article.
    """
    if not reply.answered:
        nearest = hits_as_text(reply.passages[:_NEAREST_SHOWN], bold)
        lines = [f"{reason_in_words(reply)}."]
        if nearest:
            lines += ["", "Nearest:", nearest]
        return "\n".join(lines)
    lines = []
    if reply.disagreement:
        lines += [f"The articles differ: {differing(reply)}", ""]
    changed = revised(reply)
    if changed:
        lines += [f"Revised: {changed}", ""]
    for answer in reply.answers:
        lines += _answer_lines(answer, bold)
    if reply.silent_outlets:
        lines += ["", f"On the story too, without this: {', '.join(reply.silent_outlets)}"]
    return "\n".join(lines)


def _answer_lines(answer: Answer, bold: bool) -> list[str]:
    origins = counted(answer.origins, "origin")
    lines = []
    if answer.kind == "value":
        lines = [f"{_bold(answer.text, bold)}  ({answer.probability:.0%}, {origins})"]
    for citation in answer.citations:
        before, quoted, after = sentence_parts(citation)
        sentence = _one_line(before + _bold(quoted, bold) + after)
        named = _linked(dateline(citation.article), citation.link, bold)
        place = f"[{citation.file}:{citation.start}-{citation.end}]"
        language = in_language(citation.article)
        if answer.kind == "sentence":
            lines.append(f"“{sentence}”  ({answer.probability:.0%})")
        else:
            lines.append(f"  “{sentence}”")
        lines.append(f"  {named} {place}{_speaker(citation)}{stance(citation)}{language}")
    return lines


def _speaker(citation: Citation) -> str:
    if not citation.attribution:
        return ""
    return f", as {citation.attribution} is quoted"


def stance(citation: Citation) -> str:
    """Return in words that a sentence denies its value or takes it back; else ""."""
    return _STANCES.get(citation.stance, "")


def reason_in_words(reply: Reply) -> str:
    """Return why there is no answer, as a sentence without its code and its full stop."""
    if reply.reason is None:
        return ""
    words = reply.reason_text
    if not words:  # a reason without a code
        words = reply.reason
    return words[:1].upper() + words[1:]


def differing(reply: Reply) -> str:
    """Return the values that contradict each other, with the outlets that give them.

    For example "at least 286 (Expatica) · more than 200 (RFE/RL)". Empty without a conflict.
    """
    return " · ".join(
        f"{answer.citations[0].qualified} ({', '.join(_outlets(answer))})"
        for answer in reply.conflicting
    )


def _outlets(answer: Answer) -> list[str]:
    """Return the outlets that give an answer.

    Each stands there once, in the order of its citations.
    """
    return list(dict.fromkeys(outlet(citation.article) for citation in answer.citations))


def revised(reply: Reply) -> str:
    """Return one figure as it changed from day to day, oldest first.

    For example "12 (Globe, 2 August 2022) → 15 (Globe, 3 August 2022)". Empty if none changed.
    """
    return " → ".join(
        f"{figure.citation.qualified} "
        f"({outlet(figure.citation.article)}, {in_words(figure.date.isoformat())})"
        for figure in reply.over_time
    )


def hits_as_text(hits: Sequence[Hit], bold: bool = False) -> str:
    """Return passages, numbered, with their place and score. `bold` is as for a reply."""
    lines = []
    for number, hit in enumerate(hits, 1):
        place = _passage_place(hit)
        named = _linked(_bold(dateline(hit.article), bold), place.link, bold)
        language = in_language(hit.article)
        lines.append(
            f"{number}. {named} [{place.file}:{hit.start}-{hit.end}]{language} {hit.score:.2f}"
        )
        lines.append(f"   {_one_line(hit.text)}")
    return "\n".join(lines)


def _passage_place(hit: Hit) -> Citation:
    """Return a passage as a citation, for its page, file and link.

    Its sentence is the run of sentences around the passage.
    """
    around = sentence_around(hit.article.text, hit.start, hit.end)
    return Citation(hit.article, hit.start, hit.end, sentence_span=around)


def dateline(article: Article) -> str:
    """Return the outlet, day and title of an article, or its path if none is known."""
    known = (article.source, published_in_words(article), article.title)
    return " · ".join(part for part in known if part) or article.path


def published_in_words(article: Article) -> str | None:
    """Return the day of an article, "14 October 2022", or None if it is not known."""
    if article.published is None:
        return None
    return in_words(article.published.isoformat())


def headline(article: Article) -> str:
    """Return the title of an article, else its first words, else its path."""
    if article.title:
        return article.title
    opening = " ".join(article.text[:400].split())
    if len(opening) <= _OPENING:
        return opening or article.path
    cut = opening[:_OPENING]
    return f"{cut.rpartition(' ')[0] or cut} …"


def in_language(article: Article) -> str:
    """Return the words for an article's language: ", in de" for German.

    Returns "" for English or if the language is not known.
    """
    if article.language in (None, "en"):
        return ""
    return f", in {article.language}"


def quotation(citation: Citation) -> str:
    """Return a citation to paste: its sentence, outlet, day, title, page and address."""
    sentence = f"“{_one_line(citation.sentence)}”"
    source = dateline(citation.article) + on_page(citation)
    if citation.link is not None:
        source += f" {citation.link}"
    return f"{sentence} — {source}"


def on_page(citation: Citation) -> str:
    """Return the words for a citation's page: ", page 3" for the third.

    Returns "" for a citation without pages.
    """
    if citation.page is None:
        return ""
    return f", page {citation.page}"


def sentence_parts(citation: Citation) -> tuple[str, str, str]:
    """Return the sentence of a citation in three parts.

    They are what stands before the span, the span, and the rest.
    """
    first, last = citation.sentence_span
    text = citation.article.text
    start, end = citation.marked
    return text[first:start], text[start:end], text[end:last]


def outlet(article: Article) -> str:
    """Return the outlet of an article, or its path if no outlet is known."""
    return article.source or article.path


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: "1 article", "4,886 articles"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def summary_as_text(summary: Summary) -> str:
    """Return what a build did, its notes, and the first files that it left out."""
    lines = [
        f"generation {summary.generation}: {counted(summary.articles, 'article')}, "
        f"{counted(summary.passages, 'passage')} in {summary.seconds:.1f} s "
        f"({summary.added} added, {summary.changed} changed, {summary.removed} removed, "
        f"{summary.unchanged} unchanged, {len(summary.skipped)} skipped; "
        f"{counted(summary.vectors_reused, 'vector')} reused)"
    ]
    lines += [
        f"  {note.path}: {note.text}" if note.path else f"  {note.text}" for note in summary.notes
    ]
    shown = summary.skipped[:_SKIPPED_SHOWN]
    lines += [f"  skipped {skipped.path}: {skipped.reason}" for skipped in shown]
    if len(summary.skipped) > len(shown):
        more = len(summary.skipped) - len(shown)
        lines.append(f"  and {more:,} more; --json names them all")
    return "\n".join(lines)


@contextlib.contextmanager
def build_progress(stream: TextIO) -> Iterator[Callable[[str, int, int], None]]:
    """Show a progress bar on a terminal, and nothing elsewhere.

    Yields the function to call with what is done, how many, and of how many (0: not known).
    """
    if not stream.isatty():
        yield lambda what, done, total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(file=stream),
    ) as bar:
        tasks = {}

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=None)
            bar.update(tasks[what], completed=done, total=total or None)

        yield progress
        for task in tasks.values():  # a count whose end was not known is whole now
            done = max(1, int(bar.tasks[task].completed))
            bar.update(task, total=done, completed=done)


def _bold(text: str, bold: bool) -> str:
    return f"\x1b[1m{text}\x1b[0m" if bold else text


def _linked(text: str, link: str | None, bold: bool) -> str:
    """Return text as a terminal's own link (OSC 8).

    The link is an article's: escapes in it were replaced when the article was loaded.
    """
    if link is None or not bold:
        return text
    return f"\x1b]8;;{link}\x1b\\{text}\x1b]8;;\x1b\\"


def _one_line(text: str) -> str:
    return " ".join(text.split())
