"""The page of a PDF around a citation, as a picture with the quotation marked.

It is drawn when somebody asks for it, two at a time, and the latest few are kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter
from fastapi.params import Depends
from starlette.exceptions import HTTPException
from starlette.responses import Response

from index.corpus.loaders.page_image import PageImage, page_image
from index.types import Article, DatelineError
from qa.web.addresses import PRINTED
from qa.web.calls import Calls
from qa.web.corpus_files import find_file
from qa.web.holdings import is_within
from qa.web.session import Session

_KEPT = 16  # pictures
_AT_ONCE = 2
_LONGEST = 5_000  # characters of a quotation

Key = tuple[str, str, int, int]  # an article's id, the hash of its text, and a stretch of it


class Printed:
    """Draws pages of the PDFs in `corpora`, the folders that the index was built from."""

    def __init__(self, session: Session, corpora: Sequence[Path]) -> None:
        self._session, self._corpora = session, tuple(corpora)
        self._calls = Calls(_AT_ONCE)
        self._kept: OrderedDict[Key, PageImage] = OrderedDict()

    def router(self, *dependencies: Depends) -> APIRouter:
        """Return the route; `dependencies` decide who may see it."""
        router = APIRouter(dependencies=list(dependencies), include_in_schema=False)
        router.add_api_route(f"/{PRINTED}", self.page, methods=["GET"])
        return router

    async def page(self, article: str, start: int, end: int) -> Response:
        """Return the page as PNG, and in Mark-Top how far down the quotation is."""
        image = await self._calls.run(self.image, article, start, end)
        headers = {} if image.top is None else {"Mark-Top": str(image.top)}
        return Response(image.data, media_type="image/png", headers=headers)

    def image(self, id: str, start: int, end: int) -> PageImage:
        """Return the page that a stretch of an article begins on.

        Raises HTTPException for no such article, DatelineError for what cannot be drawn.
        """
        article = self._session.store().article(id)
        if article is None or not is_within(article, self._session.limits):
            raise HTTPException(404, "expected the id of an article that is here, found no such id")
        if not 0 <= start < end <= min(len(article.text), start + _LONGEST):
            raise DatelineError(
                f"expected a stretch of at most {_LONGEST:,} characters of the article, "
                f"found {start} to {end}"
            )
        key = (id, article.sha256, start, end)
        image = self._kept.get(key)
        if image is None:
            image = self._drawn(article, start, end)
        self._kept[key] = image
        self._kept.move_to_end(key)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return image

    def _drawn(self, article: Article, start: int, end: int) -> PageImage:
        file = find_file(article, self._corpora)
        number = sum(first <= start for first in article.pages)
        if not number or file is None or file.suffix.lower() != ".pdf":
            raise DatelineError(
                f"expected the PDF {article.path[:80]} in the folder of articles, found none; "
                "serve the page with the folder that the index was built from"
            )
        last = min((first for first in article.pages if first > start), default=end)
        text = article.text
        before = text[article.pages[number - 1] : start]
        return page_image(file, number, text[start : min(end, last)], before)
