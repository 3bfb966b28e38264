"""Dateline as a model of OpenAI's chat completions, for chat programs as they are.

The content of a reply is quoted text with its outlets. Its annotations are the citations:
`start_index` and `end_index` are the quotation's place in the content. Nothing is generated.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import urljoin

from fastapi import APIRouter
from fastapi.params import Depends
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from index.types import DatelineError
from qa.answering.turns import Turn
from qa.conversation import answered
from qa.rendering.wording import dateline, differing, headline, reason_in_words, stance
from qa.types import Answer, Citation, Reply
from qa.web.addresses import NO_LIMITS, article_address
from qa.web.calls import Calls
from qa.web.rest import REFUSALS
from qa.web.session import Session

MODEL = "dateline"
_ANSWERS, _CITATIONS = 3, 2  # shown of a reply, and of an answer
_MOST_MESSAGES = 200
_REMEMBERED = 6  # messages that a question may lean on
Text = Annotated[str, Field(max_length=100_000)]
_QUOTED = re.compile("“([^”]+)”")
_NO_USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


class Part(BaseModel):
    """A part of a message; only text is read."""

    type: str = Field(max_length=100)
    text: Text = ""


class Message(BaseModel):
    """A message of a conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | Annotated[list[Part], Field(max_length=100)] | None = None

    @property
    def text(self) -> str:
        """The text of the message."""
        if isinstance(self.content, str):
            return self.content
        return " ".join(part.text for part in self.content or [] if part.type == "text")


class Conversation(BaseModel):
    """A request for a completion. What a chat program sends beside this is left aside."""

    model: str = Field(MODEL, max_length=200)
    messages: list[Message] = Field(min_length=1, max_length=_MOST_MESSAGES)
    stream: bool = False


class Chat:
    """The addresses below /v1/, over a session."""

    def __init__(self, session: Session, calls: Calls) -> None:
        self._session, self._calls = session, calls

    def router(self, *dependencies: Depends) -> APIRouter:
        """Return the routes; `dependencies` decide who may call them."""
        router = APIRouter(prefix="/v1", dependencies=list(dependencies), responses=REFUSALS)
        router.add_api_route("/chat/completions", self.complete, methods=["POST"])
        router.add_api_route("/models", self.models, methods=["GET"])
        return router

    async def complete(self, conversation: Conversation, request: Request) -> Response:
        """Answer the last message of a user with quotations, as a chat completion."""
        reply = await self._calls.run(self._reply, conversation.messages)
        message = {"role": "assistant", **message_of(reply, str(request.base_url))}
        facts = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": MODEL}
        if conversation.stream:
            return StreamingResponse(_chunks(facts, message), media_type="text/event-stream")
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return JSONResponse(
            {**facts, "object": "chat.completion", "choices": [choice], "usage": _NO_USAGE}
        )

    async def models(self) -> dict[str, Any]:
        """List the one model that there is."""
        model = {"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}
        return {"object": "list", "data": [model]}

    def _reply(self, messages: Sequence[Message]) -> Reply:
        """Return the reply to the last question, completed from the turns before it."""
        places = [place for place, one in enumerate(messages) if one.role == "user"]
        if not places:
            raise DatelineError("expected a message of a user, found none")
        question = messages[places[-1]].text
        turns: list[Turn] = []
        for message in messages[: places[-1]][-_REMEMBERED:]:
            if message.role == "user" and message.text.strip():
                asked = message.text
                understood = self._session.understood(asked, turns, NO_LIMITS)
                turns.append(Turn(asked, understood.text))
            elif message.role == "assistant" and turns:
                turns[-1] = _with_answer(turns[-1], message.text)
        understood = self._session.understood(question, turns, NO_LIMITS)
        return answered(understood, turns, lambda text: self._session.ask(text, NO_LIMITS))[1]


def message_of(reply: Reply, page: str) -> dict[str, Any]:
    """Return the content and the annotations for a reply of the server at `page`."""
    if not reply.answered:
        return {"content": f"{reason_in_words(reply)}.", "annotations": []}
    content = ""
    if reply.disagreement:
        content = f"The articles differ: {differing(reply)}\n\n"
    annotations = []
    for answer in reply.answers[:_ANSWERS]:
        content += _heading(answer)
        for citation in answer.citations[:_CITATIONS]:
            begins = len(content) + 1
            content += f"“{citation.sentence}”\n— {dateline(citation.article)}{stance(citation)}\n"
            annotations.append(_annotation(citation, begins, page))
        content += "\n"
    return {"content": content.strip(), "annotations": annotations}


def _heading(answer: Answer) -> str:
    """Return the line above the quotations of a value; a sentence needs none."""
    return f"{answer.text}\n" if answer.kind == "value" else ""


def _annotation(citation: Citation, begins: int, page: str) -> dict[str, Any]:
    """Return a citation as OpenAI's annotation of a quotation that begins at `begins`.

    `dateline` is beside it: the place in the article, to check the quotation by.
    """
    article = citation.article
    address = citation.link or urljoin(page, article_address(article.id))
    first, last = citation.sentence_span
    return {
        "type": "url_citation",
        "url_citation": {
            "start_index": begins,
            "end_index": begins + len(citation.sentence),
            "title": headline(article),
            "url": address,
        },
        "dateline": {"article": article.id, "start": first, "end": last, "sha256": article.sha256},
    }


def _chunks(facts: dict[str, Any], message: dict[str, Any]) -> Iterator[str]:
    """Yield a completion as a stream of events: the whole message, then its end."""
    for delta, reason in ((message, None), ({}, "stop")):
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        chunk = {**facts, "object": "chat.completion.chunk", "choices": [choice]}
        yield f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"
    yield "data: [DONE]\n\n"


def _with_answer(turn: Turn, said: str) -> Turn:
    """Return a turn with its answer, as `message_of` wrote it."""
    quoted = _QUOTED.search(said)
    if quoted is None:
        return turn
    heading = said.partition("\n")[0]
    answer = quoted[1] if heading.startswith("“") else heading
    return Turn(turn.asked, turn.understood, answer[:1_000], quoted[1][:5_000])
