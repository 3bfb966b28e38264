"""What goes with a passage into another tool: plain values under stable names."""

from __future__ import annotations

import hashlib
from typing import Any

from qa.types import Hit, Span, article_to_dict


def metadata(hit: Hit) -> dict[str, Any]:
    """The article's fields as in `ask --json` (its id as `article_id`), the passage's offsets in its text, page and score."""
    article = article_to_dict(hit.article)
    place = Span(hit.article, hit.start, hit.end)
    return {
        "article_id": article.pop("id"),
        **article,
        "start": hit.start,
        "end": hit.end,
        "page": place.page,
        "score": round(hit.score, 4),
    }


def passage_id(hit: Hit) -> str:
    """The same for the same slice of the same text: another text, another id."""
    return hashlib.sha256(
        f"{hit.article.id}\n{hit.article.sha256}\n{hit.start}:{hit.end}".encode()
    ).hexdigest()[:32]
