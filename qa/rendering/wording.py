"""The words that every view shares: outlets, days, evidence, silence, quotations.

All that is said of a reply stands in the reply. Nothing here compares answers or reads sentences.
"""

from __future__ import annotations

from index.text.dates import in_words
from index.types import Article
from qa.types import Answer, Citation, Reply

NO_CLEAR_ANSWER = "No clear answer found"
_STANCES = {"denied": ", which denies it", "withdrawn": ", which takes it back"}
_OPENING = 80  # characters of an article that stand for its title
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def silence(reply: Reply) -> str:
    """Return that there is no answer, and why, without a full stop.

    Only "not-said" has no reason of its own: the nearest sentences stand beside it.
    """
    if reply.reason_code == "no-question":
        return reason_in_words(reply)
    if reply.reason_code in (None, "not-said"):
        return NO_CLEAR_ANSWER
    return f"{NO_CLEAR_ANSWER}. {reason_in_words(reply)}"


def reason_in_words(reply: Reply) -> str:
    """Return why there is no answer, as a sentence without its code and its full stop."""
    if reply.reason is None:
        return ""
    words = reply.reason_text
    if not words:  # a reason without a code
        words = reply.reason
    return words[:1].upper() + words[1:]


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
    """Return what an answer rests on: "three outlets say so".

    `differing` counts the outlets that contradict each other on it.
    """
    if differing:
        return f"{plural(differing, 'outlet')} differ"
    if answer.outlets > 1 and answer.origins > 1:
        return f"{plural(answer.outlets, 'outlet')} say so"
    if answer.outlets > 1:
        return f"one report, in {plural(answer.outlets, 'outlet')}"
    return plural(max(answer.origins, 1), "report")


def stance(citation: Citation) -> str:
    """Return in words that a sentence denies its value or takes it back; else ""."""
    return _STANCES.get(citation.stance, "")


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


def dateline(article: Article) -> str:
    """Return the outlet, day and title of an article, or its path if none is known."""
    known = (article.source, published_in_words(article), article.title)
    return " · ".join(part for part in known if part) or article.path


def published_in_words(article: Article) -> str:
    """Return the day of an article, "14 October 2022"; empty if it is not known."""
    if article.published is None:
        return ""
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


def outlet(article: Article) -> str:
    """Return the outlet of an article, or its path if no outlet is known."""
    return article.source or article.path


def in_language(article: Article) -> str:
    """Return the words for an article's language: ", in de" for German.

    Returns "" for English or if the language is not known.
    """
    if article.language in (None, "en"):
        return ""
    return f", in {article.language}"


def on_page(citation: Citation) -> str:
    """Return the words for a citation's page: ", page 3" for the third.

    Returns "" for a citation without pages.
    """
    if citation.page is None:
        return ""
    return f", page {citation.page}"


def quotation(citation: Citation) -> str:
    """Return a citation to paste: its sentence, outlet, day, title, page and address."""
    sentence = f"“{one_line(citation.sentence)}”"
    source = dateline(citation.article) + on_page(citation)
    if citation.link is not None:
        source += f" {citation.link}"
    return f"{sentence} — {source}"


def sentence_parts(citation: Citation) -> tuple[str, str, str]:
    """Return the sentence of a citation in three parts.

    They are what stands before the span, the span, and the rest.
    """
    first, last = citation.sentence_span
    text = citation.article.text
    start, end = citation.marked
    return text[first:start], text[start:end], text[end:last]


def counted(number: int, noun: str) -> str:
    """Return a number with its noun in figures: "1 article", "4,886 articles"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def plural(number: int, noun: str) -> str:
    """Return a number with its noun in words: "one report", "three outlets"."""
    return f"{in_letters(number)} {noun}" if number == 1 else f"{in_letters(number)} {noun}s"


def in_letters(number: int) -> str:
    """Return a number as a word up to ten: "two", "2,000"."""
    return _NUMBERS[number] if 0 <= number < len(_NUMBERS) else f"{number:,}"


def one_line(text: str) -> str:
    """Return text with each run of white space as one space."""
    return " ".join(text.split())
