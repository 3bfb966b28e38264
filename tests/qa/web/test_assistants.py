"""Tools for assistants, by the official client: over standard input and output, and over HTTP."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
import yaml
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.memory import create_connected_server_and_client_session
from mcp.types import CallToolResult

import qa
from qa.commands.parser import dateline_parser
from qa.web.addresses import NO_LIMITS, Limits
from qa.web.assistants import LENGTH, Answers, Assistant
from qa.web.session import Session
from tests.conftest import ROOT
from tests.qa.web.programs import client_of, logins_of

QUESTION = "who brokered the September truce?"


async def talk(
    archive: qa.Archive,
    *calls: tuple[str, dict[str, Any]],
    limits: Limits = NO_LIMITS,
) -> list[CallToolResult]:
    """Return what each call of a tool gives."""
    server = Assistant(Session.over(archive, limits)).server()
    async with create_connected_server_and_client_session(server._mcp_server) as session:
        return [await session.call_tool(name, arguments) for name, arguments in calls]


async def test_an_answer_is_short_and_quotes_its_articles(archive: qa.Archive) -> None:
    questions = (
        QUESTION,
        "How many soldiers were killed in the clashes on the border in September?",
        "why did Armenia ask for help?",
        "What did Macron say about Russia?",
    )
    for question in questions:
        (result,) = await talk(archive, ("ask", {"question": question}))
        told: dict[str, Any] = result.structuredContent or {}
        reply = archive.ask(question)
        assert told["answered"] == reply.answered
        assert told["quotations"] or not reply.answered
        for quotation in told["quotations"]:
            article = archive.article(quotation["article"])
            assert article is not None
            assert article.text[quotation["start"] : quotation["end"]] == quotation["quote"]
            assert quotation["says"] in quotation["quote"]
            assert (quotation["outlet"], quotation["title"]) == (article.source, article.title)
        (content,) = result.content
        assert len(content.text) <= 2 * LENGTH  # type: ignore[union-attr]
        sentences = {
            (one.article.id, one.sentence_span)
            for answer in reply.answers
            for one in answer.citations
        }
        assert len(told["quotations"]) + told["left_out"] == len(sentences)
    first, *_ = await talk(archive, ("ask", {"question": QUESTION}))
    assert (first.structuredContent or {})["quotations"][0]["says"] == "US"


async def test_silence_has_a_reason_and_no_quotation(archive: qa.Archive) -> None:
    (silent,) = await talk(archive, ("ask", {"question": "How many tanks did Armenia lose?"}))
    told: dict[str, Any] = silent.structuredContent or {}
    assert (told["answered"], told["quotations"], silent.isError) == (False, [], False)
    assert told["reason"].startswith("No clear answer found")


async def test_passages_articles_and_outlets(archive: qa.Archive) -> None:
    id = archive.ask(QUESTION).answers[0].citations[0].article.id
    found, part, rest, past, outlets = await talk(
        archive,
        ("retrieve", {"question": "EU mission", "k": 3, "source": ["after RFE/RL"]}),
        ("article", {"id": id}),
        ("article", {"id": id, "start": 1200, "length": 20_000}),
        ("article", {"id": id, "start": 10**9}),
        ("outlets", {}),
    )
    article = archive.article(id)
    assert article is not None
    passages = (found.structuredContent or {})["passages"]
    hits = archive.retrieve("EU mission", 3, source="after RFE/RL")
    assert [one["text"] for one in passages] == [hit.text for hit in hits]
    assert (part.structuredContent or {})["text"] == article.text[:LENGTH]
    assert (part.structuredContent or {})["length"] == len(article.text)
    assert (rest.structuredContent or {})["text"] == article.text[1200:]
    assert (past.structuredContent or {})["text"] == ""
    assert (outlets.structuredContent or {})["all"] == 4


async def test_the_limits_of_the_server_hold(archive: qa.Archive) -> None:
    limits = Limits.of(["after RFE/RL"], until="2020-12-31")
    other = archive.ask(QUESTION).answers[0].citations[0].article.id
    outlets, hidden, outside = await talk(
        archive,
        ("outlets", {}),
        ("article", {"id": other}),
        ("ask", {"question": QUESTION, "source": ["after Expatica"]}),
        limits=limits,
    )
    assert (outlets.structuredContent or {})["all"] == 1
    assert hidden.isError
    assert outside.isError
    assert "expected an outlet among after RFE/RL" in str(outside.content)


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("ask", {}, "expected question, found none"),
        ("ask", {"question": 5}, "expected question to be a valid string, found 5"),
        ("ask", {"question": " "}, "expected a question, found none; ask, for example: who won?"),
        ("ask", {"question": "x" * 1001}, "expected a question of at most 1000 characters"),
        ("ask", {"question": "who?", "since": "May"}, "expected the first day as YYYY-MM-DD"),
        ("ask", {"question": "who?", "source": ["x"] * 201}, "expected at most 200 outlets"),
        ("retrieve", {"question": "who?", "k": 21}, "expected k to be less than or equal to 20"),
        ("article", {"id": "nowhere"}, "expected the id of an article that is here"),
        ("article", {"id": "x", "length": 0}, "expected length to be greater than or equal to 1"),
        ("remove", {}, "Unknown tool: remove"),
    ],
)
async def test_a_bad_call_is_one_line(
    archive: qa.Archive, tool: str, arguments: dict[str, Any], said: str
) -> None:
    (result,) = await talk(archive, (tool, arguments))
    assert result.isError
    (content,) = result.content
    assert content.text.startswith(said)  # type: ignore[union-attr]
    assert "\n" not in content.text  # type: ignore[union-attr]


async def test_over_standard_input_and_output(corpus_index: Path, tmp_path: Path) -> None:
    """The command as a client starts it; nothing else is written to its output."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "qa", "mcp", "--index", str(corpus_index)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
    )
    with (tmp_path / "errors").open("w+") as errors:
        async with (
            stdio_client(server, errlog=errors) as (read, write),
            ClientSession(read, write) as session,
        ):
            begun = await session.initialize()
            assert "quoted and cited" in (begun.instructions or "")
            listed = (await session.list_tools()).tools
            result = await session.call_tool("ask", {"question": QUESTION})
            bad = await session.call_tool("ask", {"question": "xylophone", "k": 5, "since": "May"})
        errors.seek(0)
        told = errors.read()
    assert [tool.name for tool in listed] == ["ask", "retrieve", "article", "outlets"]
    for tool in listed:
        assert tool.annotations is not None
        assert (tool.annotations.readOnlyHint, tool.annotations.destructiveHint) == (True, False)
        assert tool.outputSchema
        assert tool.description
    assert (result.structuredContent or {})["quotations"][0]["says"] == "US"
    assert bad.isError
    assert "Traceback" not in told
    assert "xylophone" not in told


def over_http(app: Any, token: str, steps: Callable[[ClientSession], Awaitable[None]]) -> None:
    """Run steps of a client against the address /mcp of an application."""

    async def run() -> None:
        transport = httpx.ASGITransport(app=app, client=("10.0.0.1", 1))
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, headers=headers) as http,
            streamable_http_client("http://127.0.0.1/mcp", http_client=http) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            await steps(session)

    anyio.run(run)


def test_over_http_with_a_token(archive: qa.Archive, tmp_path: Path) -> None:
    logins, token = logins_of(tmp_path)
    client = client_of(archive, logins, mcp=True)

    async def steps(session: ClientSession) -> None:
        listed = (await session.list_tools()).tools
        assert [tool.name for tool in listed] == ["ask", "retrieve", "article", "outlets"]
        result = await session.call_tool("ask", {"question": QUESTION})
        assert (result.structuredContent or {})["quotations"][0]["says"] == "US"

    over_http(client.app, token, steps)
    for headers in ({}, {"Authorization": "Bearer x"}):
        refused = client.post("/mcp", json={"jsonrpc": "2.0", "id": 1}, headers=headers)
        assert refused.status_code == 401
        assert "dateline token NAME" in refused.text


def test_what_the_docs_tell_a_client_to_start_is_a_command_and_the_skill_names_the_tools() -> None:
    text = (ROOT / "docs" / "mcp.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    server = json.loads(shown)["mcpServers"]["dateline"]
    assert server["command"] == "dateline"
    assert dateline_parser().parse_args(server["args"]).run
    skill = (ROOT / "examples" / "skill" / "SKILL.md").read_text(encoding="utf-8")
    facts = yaml.safe_load(skill.split("---")[1])
    assert facts["name"] == "dateline"
    assert len(facts["description"]) < 1_024
    for name in ("ask", "retrieve", "article", "outlets"):
        assert f"`{name}`" in skill
        assert f"`{name}`" in text
    for field in ("answered", "differ", "reason", "quotations", "left_out", "probability"):
        assert field in Answers.model_fields
