"""Pieces of HTML that several views share.

HTML is `Markup`, made by filling a literal: `Markup("<b>{}</b>").format(text)`. What is filled in
is escaped, unless it is Markup itself. `make lint` refuses Markup that is made of anything else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from markupsafe import Markup

from index.types import Article
from qa.links import is_web_address
from qa.rendering.wording import headline, in_language, published_in_words

NO_OUTLET = "no outlet named"
NOTHING = Markup("")
_SITE = re.compile(r"\s+(?:[|·–—-]|::)\s+([^|·–—]{2,40})$")  # "... | CNN"
_DOMAIN = re.compile(r"^www\.|(?<=\w{3})(?:\.[a-z]{2,4}){1,2}$")  # cnn.com, theweek.co.uk
_PLACEHOLDERS = frozenset(  # titles that programs give
    ("about:blank", "blank", "document", "word document", "microsoft word", "untitled", "home")
)
_BY = re.compile(r"^by\s+", re.IGNORECASE)


def bidi(text: str) -> Markup:
    """Return text isolated: marks of writing direction end with it."""
    return Markup("<bdi>{}</bdi>").format(text)


def join_parts(*parts: str) -> Markup:
    """Join the parts that are not empty by a middle dot."""
    return Markup(" · ").join(part for part in parts if part)


def title_of(article: Article) -> str:
    """Return the headline of an article without the name of its outlet at the end."""
    if (article.title or "").strip().casefold() in _PLACEHOLDERS:
        article = replace(article, title=None)
    title = headline(article)
    site = _SITE.search(title)
    if site is None or article.source is None:
        return title
    named, known = _letters(site[1]), _letters(_DOMAIN.sub("", article.source))
    return title[: site.start()] if named and (named in known or known in named) else title


def authors_of(article: Article) -> Sequence[str]:
    """Return the authors of an article, each once, without "By".

    A name that holds another with more around it, as "Ann Dahl Bo Lie", is several together.
    """
    names = (_BY.sub("", name).strip() for name in article.authors)
    once = list({name.casefold(): name for name in names if name}.values())
    return [name for name in once if not any(_is_within(other, name) for other in once)]


def outlet_html(article: Article) -> Markup:
    """Return the outlet of an article in bold; empty if unknown."""
    return Markup("<b>{}</b>").format(bidi(article.source)) if article.source else NOTHING


def given_html(article: Article) -> Markup:
    """Return who gives a sentence, and when: "CNN, 8 September 2022"."""
    day: str = published_in_words(article)
    if day:
        day = Markup('<span class="day">, {}</span>').format(day)
    return Markup("{}{}").format(outlet_html(article) or NO_OUTLET, day)


def dateline_html(article: Article, titled: bool = True) -> Markup:
    """Return outlet, day, title and language of an article, as far as known.

    The title is there only if `titled`.
    """
    title = Markup("<cite>{}</cite>").format(bidi(title_of(article))) if titled else ""
    language = in_language(article).removeprefix(", ")
    return join_parts(outlet_html(article), published_in_words(article), title, language)


def web_link(url: str | None, label: str, css_class: str = "") -> Markup:
    """Return a link that opens in a new tab.

    It is empty unless the address is http or https.
    """
    if url is None or not is_web_address(url):
        return NOTHING
    return Markup(
        '<a class="{css_class}" href="{url}" target="_blank" rel="noopener noreferrer">{label}</a>'
    ).format(css_class=css_class, url=url, label=label)


def _is_within(name: str, names: str) -> bool:
    """Return whether a full name stands in a field with another of two words or more."""
    one, several = name.casefold().split(), names.casefold().replace(",", " ").split()
    if len(one) < 2 or len(several) < len(one) + 2:
        return False
    return f" {' '.join(one)} " in f" {' '.join(several)} "


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))
