"""A malformed event of Gradio's is told one clear line, and none of its words is logged."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

import qa
from qa.answering.reader import OnnxReader
from tests.qa.web.programs import client_of

pytestmark = pytest.mark.filterwarnings("ignore")  # Gradio's own, of pandas
SECRET = "xylophone zebra quagmire"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def client(archive: qa.Archive) -> Iterator[TestClient]:
    with client_of(archive) as client:
        yield client


def told(client: TestClient, path: str, body: str) -> str:
    """Call an event; return the line that says why it failed."""
    answer = client.post(path, content=body.encode(), headers=JSON)
    found: Any = answer.json()
    if answer.status_code == 200:
        end = client.get(f"/gradio_api/call/ask/{found['event_id']}").text
        (data,) = re.findall(r"^event: error\ndata: (.*)$", end, re.MULTILINE)
        found = json.loads(data)
    line = found.get("error", found.get("detail")) if isinstance(found, dict) else found
    assert isinstance(line, str), (path, body[:60], found)
    return line


BAD = [
    {"data": []},
    {"data": [None]},
    {"data": [5]},
    {"data": [SECRET, [], "", "", "", "5"]},
    {"data": [SECRET, [], "", "", "", None]},
    {"data": [SECRET, {"a": SECRET}]},
    {"data": [SECRET, True, "", "", "", 16]},
    {"data": [SECRET, 5, "", "", "", 16]},
    {"data": [{"a": SECRET}]},
    {"data": [[SECRET]]},
    {"data": [SECRET, ["a"] * 10_000]},
    {"data": [SECRET, [], SECRET]},
    {"data": [SECRET, [], "", "", "", 1e300]},
    {"data": [f"\ud800 {SECRET}"]},
    {"data": SECRET},
    {"data": None},
    {},
    {"data": [SECRET] * 50},
]


@pytest.mark.parametrize("path", ["/gradio_api/call/ask", "/gradio_api/run/ask"])
def test_each_is_one_clear_line(
    client: TestClient, path: str, capfd: pytest.CaptureFixture[str]
) -> None:
    for body in BAD:
        line = told(client, path, json.dumps(body))
        assert line, body
        assert "\n" not in line
        assert len(line) < 300
        assert "Traceback" not in line
        assert "Dateline's own" not in line
        assert "/work" not in line
    assert not any(word in "".join(capfd.readouterr()) for word in SECRET.split())


class FailingReader(OnnxReader):
    """Fails with the question's words in its error."""

    def read(self, question: str, hits: Any) -> Any:
        raise RuntimeError(question)


def test_an_error_of_its_own_is_one_line_too(
    corpus_index: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    with client_of(qa.open(corpus_index, reader=FailingReader())) as client:
        body = {"data": [f"who is {SECRET}?", [], "", "", "", 16]}
        line = told(client, "/gradio_api/call/ask", json.dumps(body))
    assert line.startswith("expected an answer, found an error of Dateline's own")
    assert not any(word in "".join(capfd.readouterr()) for word in SECRET.split())
