"""What goes with a passage into another tool: plain values under names that stay."""

from __future__ import annotations

import hashlib
from typing import Any

from qa.types import Hit, Span, article_to_dict


def metadata(hit: Hit) -> dict[str, Any]:
    """Return the fields of a passage's article, and its offsets, page and score.

    The article's fields are named as in `ask --json`, except for its id, which is `article_id`.
    """
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
    """Return an id of 32 digits for a hit's slice of text.

    Only the same slice of the same text has the same id.
    """
    place = f"{hit.article.id}\n{hit.article.sha256}\n{hit.start}:{hit.end}"
    return hashlib.sha256(place.encode()).hexdigest()[:32]
