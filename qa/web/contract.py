"""What programs send and get over HTTP, as types.

OpenAPI is made of these. A reply's keys are those of `Reply.to_dict`; a test compares the two.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from qa.answering.arguments import (
    LONGEST_OUTLET,
    LONGEST_QUESTION,
    MOST_OUTLETS,
    MOST_PASSAGES,
)
from qa.archive import PASSAGES_READ

OutletName = Annotated[str, Field(max_length=LONGEST_OUTLET)]
Outlets = Annotated[list[OutletName], Field(max_length=MOST_OUTLETS)]
_DAY = r"^(?:\d{4}-\d\d-\d\d)?$"


class _Strict(BaseModel):
    """A body or an answer with these fields and no others."""

    model_config = ConfigDict(extra="forbid", strict=True)


class _Limited(_Strict):
    question: str = Field(
        max_length=LONGEST_QUESTION, description="The question, in English.", examples=["who won?"]
    )
    source: Outlets | OutletName | None = Field(
        None, description="Only articles of these outlets; all if empty."
    )
    since: str | None = Field(
        None,
        pattern=_DAY,
        validation_alias=AliasChoices("since", "from"),
        description="Only articles published on this day or later, YYYY-MM-DD.",
    )
    until: str | None = Field(
        None,
        pattern=_DAY,
        validation_alias=AliasChoices("until", "to"),
        description="Only articles published on this day or earlier, YYYY-MM-DD.",
    )
    as_of: str | None = Field(
        None,
        pattern=_DAY,
        description="The day asked on: nothing later is used, "
        "and 'last month' is the month before it.",
    )


class Asked(_Limited):
    """A question to answer."""

    k: int = Field(PASSAGES_READ, ge=1, le=MOST_PASSAGES, description="How many passages to read.")


class Sought(_Limited):
    """A question to find passages for."""

    k: int = Field(5, ge=1, le=MOST_PASSAGES, description="How many passages to return.")


class ArticleFacts(_Strict):
    """What is said of an article beside its text."""

    id: str
    title: str | None
    source: str | None
    published: str | None
    url: str | None
    path: str
    sha256: str
    language: str | None


class WholeArticle(ArticleFacts):
    """An article with its text, to which every start and end refers."""

    authors: list[str]
    text: str


class Cited(_Strict):
    """A stretch of an article: characters `start` to `end` of its text."""

    text: str
    start: int
    end: int
    sentence: str
    attribution: str | None = Field(description="Who says so, in the article's words.")
    stance: Literal["said", "denied", "withdrawn"]
    score: float
    probability: float
    as_of: str | None = Field(description="The moment that the sentence speaks of.")
    link: str | None
    page: int | None
    article: ArticleFacts


class Answered(_Strict):
    """One value or statement, with every citation that gives it, best first."""

    kind: Literal["value", "sentence"]
    text: str
    probability: float
    outlets: int
    origins: int
    citations: list[Cited]


class TimeAsked(_Strict):
    """The time that a question names."""

    text: str
    since: str | None = Field(alias="from")
    until: str | None = Field(alias="to")


class Contradiction(_Strict):
    """The places of the answers that cannot be true together."""

    answers: list[int]
    outlets: int


class FigureOfDay(_Strict):
    """A figure as an outlet gave it on a day; `answer` is the place of its answer."""

    date: str
    answer: int
    outlet: str | None


class Found(_Strict):
    """A passage, with its place in its article."""

    text: str
    start: int
    end: int
    score: float
    article: ArticleFacts


class Replied(_Strict):
    """The answers to a question, or the reason for none, and the nearest passages."""

    question: str
    answered: bool
    disagreement: bool
    index_generation: str
    took_ms: float
    time: TimeAsked | None
    answers: list[Answered]
    conflict: Contradiction | None
    over_time: list[FigureOfDay]
    passages: list[Found]
    reason: str | None


class Outlet(_Strict):
    """An outlet, with its articles and their first and last day."""

    name: str
    articles: int
    first_day: str | None
    last_day: str | None


class Refused(BaseModel):
    """Why a call was refused, in one line: what was expected, what was found."""

    detail: str
