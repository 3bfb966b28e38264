"""Addresses of a citation.

Each is the article's own page, opened where the sentence stands.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

_WHOLE_UP_TO, _ENDS = 12, 6  # words: a longer sentence is named by its first and last words


def is_web_address(url: str) -> bool:
    """Return whether an address is one of http or https. Only these become links."""
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:  # "http://[" is no address at all
        return False


def link_to_page(url: str, page: int) -> str:
    """Return the address that opens a PDF at a page, counted from 1."""
    return f"{url.split('#')[0]}#page={page}"


def link_to_sentence(url: str, sentence: str) -> str:
    """Return the address that scrolls to a sentence: a text fragment (WICG, 2023)."""
    words = sentence.split()
    ends = [words] if len(words) <= _WHOLE_UP_TO else [words[:_ENDS], words[-_ENDS:]]
    fragment = ",".join(quote(" ".join(part), safe="").replace("-", "%2D") for part in ends)
    return f"{url.split('#')[0]}#:~:text={fragment}"
