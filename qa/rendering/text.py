"""Replies, passages and build summaries as text, for a terminal or a pipe.

All that is said of a reply stands in the reply. Nothing here compares answers or reads sentences.
"""

from __future__ import annotations

from collections.abc import Sequence

from index.text.dates import in_words
from index.text.sentences import sentence_around
from index.types import Article, Summary
from qa.types import Answer, Citation, Hit, Reply

NO_CLEAR_ANSWER = "No clear answer found"
_SKIPPED_SHOWN = 20  # files of a build
_STANCES = {"denied": ", which denies it", "withdrawn": ", which takes it back"}
_OPENING = 80  # characters of an article that stand for its title


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


def silence(reply: Reply) -> str:
    """Return that there is no answer, and why, without a full stop.

    Only "not-said" has no reason of its own: the nearest sentences stand beside it.
    """
    if reply.reason_code == "no-question":
        return reason_in_words(reply)
    if reply.reason_code in (None, "not-said"):
        return NO_CLEAR_ANSWER
    return f"{NO_CLEAR_ANSWER}. {reason_in_words(reply)}"


def what_to_try(reply: Reply) -> str:
    """Return what may lead to an answer, without a full stop; "" if nothing is known."""
    time = "" if reply.time is None else f"the question without “{reply.time.text}”"
    trials = {
        "filtered-out": "the question without its limits",
        "too-new": "an earlier day, or newer articles",
        "other-time": time or "another time",
        "nothing-near": "another word that the articles use",
        "not-said": f"{time}, or another word" if time else "another word that the articles use",
    }
    return trials.get(reply.reason_code or "", "")


def evidence_in_words(answer: Answer, differing: int = 0) -> str:
    """Return what an answer rests on: "3 outlets say so".

    `differing` counts the outlets that contradict each other on it.
    """
    if differing:
        return f"{counted(differing, 'outlet')} differ"
    if answer.outlets > 1 and answer.origins > 1:
        return f"{counted(answer.outlets, 'outlet')} say so"
    if answer.outlets > 1:
        return f"one report, in {counted(answer.outlets, 'outlet')}"
    if answer.origins > 1:
        return counted(answer.origins, "report")
    return "one report"


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
    sentence = _one_line(before + _bold(quoted, bold) + after)
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


def _one_line(text: str) -> str:
    return " ".join(text.split())
