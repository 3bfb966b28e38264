"""A citation as HTML: its sentence, who gives it, and what to do with it.

The best words of the sentence are marked. A button has data-* attributes: page.js says what it
does. No text is rendered as markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from qa.rendering.wording import in_language, plural, quotation, sentence_parts
from qa.types import Answer, Citation
from qa.web.addresses import printed_address
from qa.web.markup import bidi, given_html, web_link

# The number of each finding, by its article and place in it.
Numbers = dict[tuple[str, int, int], int]
_STANCES = {"denied": "the sentence denies it", "withdrawn": "it was taken back since"}


def numbers_of(found: Sequence[Citation]) -> Numbers:
    """Return the number that the evidence gives each finding."""
    return {(one.article.id, one.start, one.end): number for number, one in enumerate(found)}


def citation_html(citation: Citation, numbers: Numbers, answer: Answer | None = None) -> str:
    """Return a quotation, who gives it, and what one can do with it.

    With `answer` its other citations are counted, and shown on one click.
    """
    number = numbers[citation.article.id, citation.start, citation.end]
    others, further = "", ""
    if answer is not None and len(answer.citations) > 1:
        others = (
            ', <button type="button" class="plain" data-more aria-expanded="false">'
            f"{_others_in_words(answer)}</button>"
        )
        shown = "".join(citation_html(other, numbers) for other in answer.citations[1:])
        further = f'<div class="further" hidden>{shown}</div>'
    return (
        f'<div class="citation"><blockquote dir="auto">{sentence_html(citation)}</blockquote>'
        f'<p class="source">{_source_html(citation)}{others}</p><p class="actions">'
        f'<button type="button" class="plain" data-finding="{number}">show in the article</button>'
        '<button type="button" class="plain copy" '
        f'data-quotation="{escape(quotation(citation))}">copy quotation</button>'
        f"{_printed_html(citation)}{web_link(citation.link, 'open original')}</p></div>{further}"
    )


def _printed_html(citation: Citation) -> str:
    """Return a link to the PDF's page of a citation; page.js shows it here."""
    address = printed_address(citation)
    if not address:
        return ""
    name = citation.article.path.rpartition("/")[2]
    return (
        f'<a href="{escape(address)}" data-printed="Page {citation.page} of {escape(name)}" '
        f'target="_blank">page {citation.page} of the PDF</a>'
    )


def sentence_html(citation: Citation) -> str:
    """Return the sentence of a citation, the best words marked in it."""
    before, marked, after = sentence_parts(citation)
    return f"{escape(before)}<mark>{escape(marked)}</mark>{escape(after)}"


def stance_in_words(citation: Citation) -> str:
    """Return that a sentence denies its value, or that it was taken back; else ""."""
    return _STANCES.get(citation.stance, "")


def _source_html(citation: Citation) -> str:
    """Return outlet, day, page, language and speaker, and whether the value is denied."""
    said = given_html(citation.article)
    if citation.page is not None:
        said += f", page {citation.page}"
    said += escape(in_language(citation.article))
    if citation.attribution:
        said += f' · <span class="speaker">as <b>{bidi(citation.attribution)}</b> is quoted</span>'
    stance = stance_in_words(citation)
    if stance:
        said += f' · <span class="stance">{stance}</span>'
    return said


def _others_in_words(answer: Answer) -> str:
    """Return how many others give an answer: "and two other outlets"."""
    if answer.outlets > 1:
        return f"and {plural(answer.outlets - 1, 'other outlet')}"
    return f"and {plural(len(answer.citations) - 1, 'other report')}"
