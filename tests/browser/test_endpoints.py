"""The page as other programs call it: gradio_client, and a real client of MCP."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError, AuthenticationError
from playwright.sync_api import expect

from tests.browser.conftest import QUESTION, Open, Served, serve, settled
from tests.conftest import ROOT
from tests.test_docs import blocks

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def client(served: Served) -> Client:
    return Client(served.address, verbose=False)


def test_ask_gives_the_reply_of_the_contract(client: Client) -> None:
    reply = json.loads(client.predict(QUESTION, api_name="/ask"))
    assert list(reply) == [
        "question",
        "answered",
        "disagreement",
        "index_generation",
        "took_ms",
        "time",
        "answers",
        "conflict",
        "over_time",
        "passages",
        "reason",
    ]
    assert reply["answers"][0]["text"] == "US"
    old = json.loads(
        client.predict(QUESTION, source=["after RFE/RL"], until="2020-12-31", api_name="/ask")
    )
    assert {hit["article"]["published"] for hit in old["passages"]} == {"2020-11-13"}


def test_retrieve_gives_passages(client: Client) -> None:
    hits = json.loads(
        client.predict("EU mission", k=3, source=["after RFE/RL"], api_name="/retrieve")
    )
    assert len(hits) == 3
    assert {hit["article"]["source"] for hit in hits} == {"after RFE/RL"}


@pytest.mark.parametrize(
    ("name", "body"),
    [("ask", {"question": QUESTION}), ("retrieve", {"question": "EU mission", "k": 2})],
)
def test_what_openapi_describes_can_be_called_as_it_says(
    served: Served, name: str, body: dict[str, Any]
) -> None:
    """By nothing but the description: the path and body of the call, and the path of its result."""
    with urllib.request.urlopen(f"{served.address}/gradio_api/openapi.json") as answer:
        described = json.load(answer)
    assert described["openapi"].startswith("3.")
    operations = {
        operation["operationId"]: (path, operation)
        for path, methods in described["paths"].items()
        for operation in methods.values()
    }
    path, call = operations[name]
    assert call["summary"].startswith(
        ("Answer a question from the news archive", "Find the passages of the news archive")
    )
    fields = call["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert {field: kind.get("type", "list") for field, kind in fields.items()} == {
        "question": "string",
        "k": "integer",
        "source": "list",
        "since": "string",
        "until": "string",
        "as_of": "string",
    }
    request = urllib.request.Request(
        served.address + path,
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request) as answer:
        event = json.load(answer)["event_id"]
    result, _ = operations[f"{name}_get"]
    with urllib.request.urlopen(served.address + result.replace("{event_id}", event)) as answer:
        (data,) = re.findall(r"^event: complete\ndata: (.*)$", answer.read().decode(), re.MULTILINE)
    found = json.loads(json.loads(data)[0])
    assert found["answers"][0]["text"] == "US" if name == "ask" else len(found) == 2


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_the_calls_in_the_docs_answer(served: Served) -> None:
    calls = [
        line
        for _, text in blocks(ROOT / "docs" / "http.md")
        for line in text.splitlines()
        if line.startswith("curl")
    ]
    answers = []
    for call in calls:
        command = call.replace("http://127.0.0.1:7860", served.address)
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
        answers.append(json.loads(done.stdout))
    reply, hits, outlets, again = answers
    assert reply["answers"][0]["text"] == "US"
    assert [hit["article"]["source"] for hit in hits] == ["after RFE/RL"] * 2
    assert outlets == again
    assert outlets[0]["name"] == "after RFE/RL"


def test_what_cannot_be_asked_is_told(client: Client) -> None:
    for arguments, said in (
        (("  ",), "expected a question"),
        (("who?", ["x"], "yesterday"), "expected the first day as YYYY-MM-DD"),
        (("who?", [], "", "", "", 0), "expected k from 1"),
    ):
        with pytest.raises(AppError, match=said):
            client.predict(*arguments, api_name="/ask")


def test_these_two_are_all_that_is_offered_with_their_types(client: Client) -> None:
    offered = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert sorted(offered) == ["/ask", "/retrieve"]
    types = {
        one["parameter_name"]: one["python_type"]["type"] for one in offered["/ask"]["parameters"]
    }
    assert (types["question"], types["k"], types["since"]) == ("str", "int", "str")
    assert "list" in types["source"].casefold()


def test_32_sessions_ask_at_once(served: Served) -> None:
    questions = [(QUESTION, "US"), ("Who is the prime minister of Armenia?", "Nikol Pashinian")]

    def session(number: int) -> bool:
        question, answer = questions[number % 2]
        reply = json.loads(Client(served.address, verbose=False).predict(question, api_name="/ask"))
        return bool(reply["answers"][0]["text"] == answer)

    with ThreadPoolExecutor(32) as pool:
        assert list(pool.map(session, range(32))) == [True] * 32


def test_no_file_of_the_machine_is_served(served: Served) -> None:
    for path in (
        ROOT / "app.py",
        served.corpus / "kremlin-shrugs-off-macron-critique.md",
        served.index / "CURRENT",
        Path("/etc/passwd"),
    ):
        with pytest.raises(urllib.error.HTTPError, match=r"403|404"):
            urllib.request.urlopen(f"{served.address}/gradio_api/file={path}")


def test_the_limits_of_the_server_hold_and_a_password_guards_every_door(
    copied: Callable[[], tuple[Path, Path]], opened: Open, tmp_path: Path
) -> None:
    (tmp_path / "users").write_text("reader:secret\n")
    app = serve(
        *copied(),
        "--auth",
        str(tmp_path / "users"),
        "--source",
        "after RFE/RL",
        "--to",
        "2020-12-31",
        "--read-only",
    )
    try:
        with pytest.raises(AuthenticationError):
            Client(app.address, verbose=False)
        client = Client(app.address, auth=("reader", "secret"), verbose=False)
        reply = json.loads(client.predict(QUESTION, api_name="/ask"))
        assert {hit["article"]["published"] for hit in reply["passages"]} == {"2020-11-13"}
        with pytest.raises(AppError, match="expected an outlet among after RFE/RL"):
            client.predict(QUESTION, source=["after Expatica"], api_name="/ask")
        assert sorted(
            client.view_api(return_format="dict", print_info=False)["named_endpoints"]
        ) == ["/ask", "/retrieve"]
        page = opened(app)
        page.locator("input").first.fill("reader")
        page.locator("input[type=password]").fill("secret")
        page.keyboard.press("Enter")
        settled(page)
        page.get_by_role("tab", name="Archive").click()
        expect(page.locator("table.articles tbody tr")).to_have_count(5)
        assert (
            page.locator("#adding, [data-remove]").count() == 0
        )  # read-only: nothing to add or remove with
        assert "file" not in {
            component["type"] for component in client.config["components"]
        }  # nor for those who need no page
    finally:
        app.stop()
