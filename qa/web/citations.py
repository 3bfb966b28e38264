"""A citation as HTML: its sentence, who gives it, and what to do with it.

The best words of the sentence are marked. A button has data-* attributes: page.js says what it
does. No text is rendered as markup.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from qa.rendering.wording import in_language, plural, quotation, sentence_parts
from qa.types import Answer, Citation
from qa.web.addresses import printed_address
from qa.web.markup import NOTHING, bidi, given_html, web_link

# The number of each finding, by its article and place in it.
Numbers = dict[tuple[str, int, int], int]
_STANCES = {"denied": "the sentence denies it", "withdrawn": "it was taken back since"}


def numbers_of(found: Sequence[Citation]) -> Numbers:
    """Return the number that the evidence gives each finding."""
    return {(one.article.id, one.start, one.end): number for number, one in enumerate(found)}


def citation_html(citation: Citation, numbers: Numbers, answer: Answer | None = None) -> Markup:
    """Return a quotation, who gives it, and what one can do with it.

    With `answer` its other citations are counted, and shown on one click.
    """
    number = numbers[citation.article.id, citation.start, citation.end]
    others = further = NOTHING
    if answer is not None and len(answer.citations) > 1:
        others = Markup(
            ', <button type="button" class="plain" data-more aria-expanded="false">{}</button>'
        ).format(_others_in_words(answer))
        shown = NOTHING.join(citation_html(other, numbers) for other in answer.citations[1:])
        further = Markup('<div class="further" hidden>{}</div>').format(shown)
    return Markup(
        '<div class="citation"><blockquote dir="auto">{sentence}</blockquote>'
        '<p class="source">{source}{others}</p><p class="actions">'
        '<button type="button" class="plain" data-finding="{number}">show in the article</button>'
        '<button type="button" class="plain copy" '
        'data-quotation="{quotation}">copy quotation</button>'
        "{printed}{original}</p></div>{further}"
    ).format(
        sentence=sentence_html(citation),
        source=_source_html(citation),
        others=others,
        number=number,
        quotation=quotation(citation),
        printed=_printed_html(citation),
        original=web_link(citation.link, "open original"),
        further=further,
    )


def _printed_html(citation: Citation) -> Markup:
    """Return a link to the PDF's page of a citation; page.js shows it here."""
    address = printed_address(citation)
    if not address:
        return NOTHING
    return Markup(
        '<a href="{address}" data-printed="Page {page} of {name}" '
        'target="_blank">page {page} of the PDF</a>'
    ).format(address=address, page=citation.page, name=citation.article.path.rpartition("/")[2])


def sentence_html(citation: Citation) -> Markup:
    """Return the sentence of a citation, the best words marked in it."""
    return Markup("{}<mark>{}</mark>{}").format(*sentence_parts(citation))


def stance_in_words(citation: Citation) -> str:
    """Return that a sentence denies its value, or that it was taken back; else ""."""
    return _STANCES.get(citation.stance, "")


def _source_html(citation: Citation) -> Markup:
    """Return outlet, day, page, language and speaker, and whether the value is denied."""
    said = given_html(citation.article)
    if citation.page is not None:
        said += f", page {citation.page}"
    said += in_language(citation.article)
    if citation.attribution:
        speaker = bidi(citation.attribution)
        said += Markup(' · <span class="speaker">as <b>{}</b> is quoted</span>').format(speaker)
    stance = stance_in_words(citation)
    if stance:
        said += Markup(' · <span class="stance">{}</span>').format(stance)
    return said


def _others_in_words(answer: Answer) -> str:
    """Return how many others give an answer: "and two other outlets"."""
    if answer.outlets > 1:
        return f"and {plural(answer.outlets - 1, 'other outlet')}"
    return f"and {plural(len(answer.citations) - 1, 'other report')}"
