"""Replies, passages and build summaries as text, for a terminal or a pipe."""

from __future__ import annotations

from collections.abc import Sequence

from index.text.sentences import sentence_around
from index.types import Summary
from qa.rendering.wording import (
    counted,
    dateline,
    differing,
    evidence_in_words,
    in_language,
    one_line,
    revised,
    sentence_parts,
    silence,
    stance,
    what_to_try,
)
from qa.types import Answer, Citation, Hit, Reply

_SKIPPED_SHOWN = 20  # files of a build


def reply_as_text(reply: Reply, bold: bool = False) -> str:
    """Return the answers with their citations, or why there is none.

    Without an answer the nearest sentences follow, and what to try. `bold` is for a terminal: the
    best words are bold, and each citation is a link to its article.
    """
    if not reply.answered:
        return "\n".join(_silence_lines(reply, bold))
    lines = []
    if reply.disagreement:
        lines += [f"The articles differ: {differing(reply)}", ""]
    changed = revised(reply)
    if changed:
        lines += [f"Revised: {changed}", ""]
    for place, answer in enumerate(reply.answers):
        outlets = 0
        if reply.conflict is not None and place in reply.conflict.answers:
            outlets = reply.conflict.outlets
        lines += _answer_lines(answer, outlets, bold)
    if reply.silent_outlets:
        lines += ["", f"On the story too, without this: {', '.join(reply.silent_outlets)}"]
    return "\n".join(lines)


def _silence_lines(reply: Reply, bold: bool) -> list[str]:
    """Return why there is no answer, the nearest sentences, and what to try."""
    lines = [f"{silence(reply)}."]
    if reply.nearest:
        lines += ["", "The nearest sentences:"]
    for citation in reply.nearest:
        lines += _citation_lines(citation, bold)
    trial = what_to_try(reply)
    if trial:
        lines += ["", f"Try: {trial}."]
    return lines


def _answer_lines(answer: Answer, differing: int, bold: bool) -> list[str]:
    evidence = f"({evidence_in_words(answer, differing)}, {answer.probability:.0%})"
    if answer.kind == "value":
        lines = [f"{_bold(answer.text, bold)}  {evidence}"]
        for citation in answer.citations:
            lines += _citation_lines(citation, bold)
        return lines
    lines = []
    for citation in answer.citations:
        sentence, source = _citation_lines(citation, bold)
        lines += [f"{sentence.lstrip()}  {evidence}", source]
    return lines


def _citation_lines(citation: Citation, bold: bool) -> list[str]:
    """Return the sentence of a citation, and who published it when and where."""
    before, quoted, after = sentence_parts(citation)
    sentence = one_line(before + _bold(quoted, bold) + after)
    named = _linked(dateline(citation.article), citation.link, bold)
    place = f"[{citation.file}:{citation.start}-{citation.end}]"
    language = in_language(citation.article)
    return [
        f"  “{sentence}”",
        f"  {named} {place}{_speaker(citation)}{stance(citation)}{language}",
    ]


def _speaker(citation: Citation) -> str:
    if not citation.attribution:
        return ""
    return f", as {citation.attribution} is quoted"


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
        lines.append(f"   {one_line(hit.text)}")
    return "\n".join(lines)


def _passage_place(hit: Hit) -> Citation:
    """Return a passage as a citation, for its page, file and link.

    Its sentence is the run of sentences around the passage.
    """
    around = sentence_around(hit.article.text, hit.start, hit.end)
    return Citation(hit.article, hit.start, hit.end, sentence_span=around)


def summary_as_text(summary: Summary) -> str:
    """Return what a build did, its notes, and the first files that it left out.

    What did not happen is not counted.
    """
    counts = {
        "added": summary.added,
        "changed": summary.changed,
        "removed": summary.removed,
        "unchanged": summary.unchanged,
        "skipped": len(summary.skipped),
    }
    done = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    if summary.vectors_reused:
        done += f"; {counted(summary.vectors_reused, 'vector')} reused"
    lines = [
        f"generation {summary.generation}: {counted(summary.articles, 'article')}, "
        f"{counted(summary.passages, 'passage')} in {summary.seconds:.1f} s ({done})"
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


def _bold(text: str, bold: bool) -> str:
    return f"\x1b[1m{text}\x1b[0m" if bold else text


def _linked(text: str, link: str | None, bold: bool) -> str:
    """Return text as a terminal's own link (OSC 8).

    The link is an article's: escapes in it were replaced when the article was loaded.
    """
    if link is None or not bold:
        return text
    return f"\x1b]8;;{link}\x1b\\{text}\x1b]8;;\x1b\\"
