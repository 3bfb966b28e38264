"""Replies, hits and summaries as text for a terminal or a pipe."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

from index.text.dates import in_words
from index.types import Article, Summary
from qa.answering.agreement import contradicting, superseded
from qa.answering.values import qualified
from qa.types import Hit, Reply, Span

_SKIPPED_SHOWN = 20
_OPENING = 80  # characters of an article that stand for its title


def reply_as_text(reply: Reply, bold: bool = False) -> str:
    """The answers, each with its probability and citations; or why there is none, with the nearest passages.

    `bold`: for a terminal, with answers in bold and citations that open their article.
    """
    if not reply.answered:
        nearest = hits_as_text(reply.passages[:3], bold)
        return f"{reason_in_words(reply)}." + (f"\n\nNearest:\n{nearest}" if nearest else "")
    lines = [f"The articles differ: {differing(reply)}", ""] if reply.disagreement else []
    if changed := revised(reply):
        lines += [f"Revised: {changed}", ""]
    for answer in reply.answers:
        lines.append(
            f"{_bold(answer.text, bold)}  ({answer.probability:.0%}, {counted(answer.origins, 'origin')})"
        )
        for citation in answer.citations:
            speaker = f", as {citation.attribution} is quoted" if citation.attribution else ""
            lines += [
                f"  “{_one_line(_marked(citation, bold))}”",
                f"  {_linked(dateline(citation.article), citation.link, bold)} [{citation.file}:{citation.start}-{citation.end}]{speaker}{in_language(citation.article)}",
            ]
    if quiet := silent_outlets(reply):
        lines += ["", f"On the story too, without this: {', '.join(quiet)}"]
    return "\n".join(lines)


def reason_in_words(reply: Reply) -> str:
    """Why there is no answer, as a sentence without its code or full stop."""
    return _capital((reply.reason or "").partition(": ")[2] or reply.reason or "")


def differing(reply: Reply) -> str:
    """The values that contradict each other, with who gives them: "at least 286 (Expatica) · more than 200 (RFE/RL)"."""
    return " · ".join(
        f"{qualified(answer.citations[0])} ({', '.join(dict.fromkeys(outlet(citation.article) for citation in answer.citations))})"
        for answer in contradicting(reply.answers, reply.question)
    )


def revised(reply: Reply) -> str:
    """The figures of an outlet that gave another one later, oldest first: "12 (Globe, 2 August 2022) → 15 (Globe, 3 August 2022)"."""
    return " → ".join(
        f"{qualified(span)} ({outlet(span.article)}, {in_words(span.article.published.isoformat())})"
        for span in superseded(reply.answers)
        if span.article.published is not None
    )


def silent_outlets(reply: Reply) -> list[str]:
    """The outlets whose passages are near to the question, at least half as near as the best, and that no answer cites."""
    cited = {citation.article.source for answer in reply.answers for citation in answer.citations}
    near = [hit for hit in reply.passages if hit.score >= reply.passages[0].score / 2]
    return list(
        dict.fromkeys(
            hit.article.source
            for hit in near
            if hit.article.source is not None and hit.article.source not in cited
        )
    )


def hits_as_text(hits: Sequence[Hit], bold: bool = False) -> str:
    """Numbered passages with their score and where they stand; `bold` as for a reply."""
    lines = []
    for number, hit in enumerate(hits, 1):
        place = Span(hit.article, hit.start, hit.end)
        named = _linked(_bold(dateline(hit.article), bold), place.link, bold)
        lines.append(
            f"{number}. {named} [{place.file}:{hit.start}-{hit.end}]{in_language(hit.article)} {hit.score:.2f}"
        )
        lines.append(f"   {_one_line(hit.text)}")
    return "\n".join(lines)


def dateline(article: Article) -> str:
    """Outlet, day and title of an article, as far as they are known."""
    published = in_words(article.published.isoformat()) if article.published is not None else None
    return (
        " · ".join(part for part in (article.source, published, article.title) if part)
        or article.path
    )


def headline(article: Article) -> str:
    """The title of an article, or the words it opens with, where it has none; its file's name where it has no words."""
    if article.title:
        return article.title
    opening = " ".join(article.text[:400].split())
    return (
        f"{opening[:_OPENING].rpartition(' ')[0] or opening[:_OPENING]} …"
        if len(opening) > _OPENING
        else opening or article.path
    )


def in_language(article: Article) -> str:
    """ ", in de" for an article that is not in English; nothing where it is, or where it is not known."""
    return "" if article.language in (None, "en") else f", in {article.language}"


def quotation(citation: Span) -> str:
    """A citation as one would paste it: the sentence in quotation marks, outlet, day, title, page, and the address that opens at it."""
    page = f", page {citation.page}" if citation.page is not None else ""
    link = f" {citation.link}" if citation.link is not None else ""
    return f"“{_one_line(citation.sentence)}” — {dateline(citation.article)}{page}{link}"


def outlet(article: Article) -> str:
    return article.source or article.path


def summary_as_text(summary: Summary) -> str:
    """What a build did, a line for each of the first files that were left out."""
    head = (
        f"generation {summary.generation}: {counted(summary.articles, 'article')}, {counted(summary.passages, 'passage')} in {summary.seconds:.1f} s "
        f"({summary.added} added, {summary.changed} changed, {summary.removed} removed, {summary.unchanged} unchanged, {len(summary.skipped)} skipped; "
        f"{counted(summary.vectors_reused, 'vector')} reused)"
    )
    notes = (
        f"  {note.path}: {note.text}" if note.path else f"  {note.text}" for note in summary.notes
    )
    lines = [
        head,
        *notes,
        *(
            f"  skipped {skipped.path}: {skipped.reason}"
            for skipped in summary.skipped[:_SKIPPED_SHOWN]
        ),
    ]
    if len(summary.skipped) > _SKIPPED_SHOWN:
        lines.append(f"  and {len(summary.skipped) - _SKIPPED_SHOWN:,} more; --json names them all")
    return "\n".join(lines)


@contextlib.contextmanager
def build_progress(stream: TextIO) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on a terminal; silence elsewhere."""
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
        for (
            task
        ) in tasks.values():  # a count without an end, as of articles loaded, ends with the build
            bar.update(
                task,
                total=max(1, int(bar.tasks[task].completed)),
                completed=max(1, int(bar.tasks[task].completed)),
            )


def _marked(citation: Span, bold: bool) -> str:
    first, last = citation.sentence_span
    text = citation.article.text
    return text[first : citation.start] + _bold(citation.text, bold) + text[citation.end : last]


def _bold(text: str, bold: bool) -> str:
    return f"\x1b[1m{text}\x1b[0m" if bold else text


def _linked(text: str, link: str | None, bold: bool) -> str:
    """A terminal's own kind of link (OSC 8). The link is an article's: escapes in it were replaced when it was loaded."""
    return f"\x1b]8;;{link}\x1b\\{text}\x1b]8;;\x1b\\" if bold and link is not None else text


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 article", "4,886 articles"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
