"""The addresses for programs: the contract's JSON, and one clear line for anything bad."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

import qa
from qa.answering.reader import OnnxReader
from qa.web.addresses import Limits
from qa.web.contract import Found, Outlet, Replied, WholeArticle
from qa.web.guard import Bounds
from qa.web.telemetry import LOGGER, JsonLines
from tests.qa.web.programs import client_of

QUESTION = "who brokered the September truce?"
DIFFER = "How many people were killed in the clashes on the border in September?"
SECRET_WORDS = "xylophone zebra quagmire"


@pytest.fixture(scope="module")
def client(archive: qa.Archive) -> Iterator[TestClient]:
    with client_of(archive) as client:
        yield client


def without_time(reply: dict[str, Any]) -> dict[str, Any]:
    return {**reply, "took_ms": 0}


@pytest.mark.parametrize(
    ("body", "arguments"),
    [
        ({"question": QUESTION}, {}),
        ({"question": DIFFER}, {}),
        ({"question": "How many tanks did Armenia lose?"}, {}),
        ({"question": "who won in 2031?"}, {}),
        ({"question": QUESTION, "source": "after RFE/RL", "k": 3},
         {"source": "after RFE/RL", "k": 3}),
        ({"question": QUESTION, "from": "2022-10-01", "to": "2022-10-31"},
         {"since": "2022-10-01", "until": "2022-10-31"}),
        ({"question": QUESTION, "since": "2022-10-01", "as_of": "2022-10-20"},
         {"since": "2022-10-01", "as_of": "2022-10-20"}),
    ],
)  # fmt: skip
def test_a_question_is_answered_with_exactly_the_json_of_ask(
    client: TestClient, archive: qa.Archive, body: dict[str, Any], arguments: dict[str, Any]
) -> None:
    answer = client.post("/api/ask", json=body)
    assert answer.status_code == 200
    expected = archive.ask(body["question"], **arguments).to_dict()
    assert without_time(answer.json()) == without_time(expected)
    assert list(answer.json()) == list(expected)
    typed = Replied.model_validate_json(answer.content)  # no key more, none less, each of its type
    assert without_time(typed.model_dump(by_alias=True)) == without_time(expected)
    for one in answer.json()["answers"]:
        for citation in one["citations"]:
            whole = client.get(f"/api/articles/{citation['article']['id']}").json()
            assert whole["text"][citation["start"] : citation["end"]] == citation["text"]


def test_passages_articles_and_outlets(client: TestClient, archive: qa.Archive) -> None:
    found = client.post("/api/retrieve", json={"question": "EU mission", "k": 3}).json()
    assert found == [hit.to_dict() for hit in archive.retrieve("EU mission", 3)]
    assert all(Found.model_validate(one) for one in found)
    for article in archive.store.articles():
        whole = client.get(f"/api/articles/{article.id}").json()
        assert WholeArticle.model_validate(whole).text == article.text
        assert whole["sha256"] == article.sha256
    outlets = client.get("/api/outlets").json()
    assert all(Outlet.model_validate(one) for one in outlets)
    assert sum(one["articles"] for one in outlets) == len(list(archive.store.articles()))
    assert outlets[0] == {
        "name": "after RFE/RL",
        "articles": 2,
        "first_day": "2020-11-13",
        "last_day": "2022-10-14",
    }


def test_what_the_server_does_not_show_has_no_address(archive: qa.Archive) -> None:
    limits = Limits.of(["after RFE/RL"], until="2020-12-31")
    with client_of(archive, limits=limits) as client:
        assert client.get("/api/outlets").json() == [
            {
                "name": "after RFE/RL",
                "articles": 1,
                "first_day": "2020-11-13",
                "last_day": "2020-11-13",
            }
        ]
        seen = {
            article.id: client.get(f"/api/articles/{article.id}").status_code
            for article in archive.store.articles()
        }
        assert sorted(seen.values()) == [200, 404, 404, 404, 404]
        outside = client.post("/api/ask", json={"question": QUESTION, "source": "after Expatica"})
        assert (outside.status_code, outside.json()["detail"][:40]) == (
            422,
            "expected an outlet among after RFE/RL, f",
        )


BAD = [
    ('{"k": 3}', "expected question, found none"),
    ('{"question": 5}', "expected question to be a valid string, found 5"),
    ('{"question": null}', "expected question to be a valid string, found None"),
    (f'{{"question": "{SECRET_WORDS}", "k": "5"}}', "expected k to be a valid integer, found '5'"),
    (f'{{"question": "{SECRET_WORDS}", "k": 101}}', "expected k to be less than or equal to 100"),
    (f'{{"question": "{SECRET_WORDS}", "k": 0}}', "expected k to be greater than or equal to 1"),
    (f'{{"question": "{SECRET_WORDS}", "k": true}}', "expected k to be a valid integer"),
    (f'{{"question": "{SECRET_WORDS}", "k": 1.5}}', "expected k to be a valid integer"),
    (f'{{"question": "{SECRET_WORDS}", "k": NaN}}', "expected k to be a"),
    (f'{{"question": "{SECRET_WORDS}", "to": "May"}}', "expected to as YYYY-MM-DD, found 'May'"),
    (f'{{"question": "{SECRET_WORDS}", "as_of": "2022-02-30"}}', "expected the day asked on as"),
    (f'{{"question": "{SECRET_WORDS}", "file": 1}}', "expected no argument beside those in /api"),
    (f'{{"question": "{SECRET_WORDS}", "source": [1]}}', "expected source to be a valid string"),
    (json.dumps({"question": "who?", "source": ["x"] * 201}), "expected source"),
    (json.dumps({"question": "who?", "source": "x" * 201}), "expected source"),
    ('{"question": "  "}', "expected a question, found none"),
    (json.dumps({"question": SECRET_WORDS * 50}), "expected question to have at most 1000 char"),
    ('{"question": "\\ud800 who"}', "expected question as text in Unicode"),
    ("[]", "expected an object of JSON, found []"),
    ("null", "expected an object of JSON, found None"),
    ("", "expected an object of JSON, found"),
    (SECRET_WORDS, "expected an object of JSON, found something else"),
    ("[" * 100_000, "There was an error parsing the body"),
    ('{"question": "who?", "k": ' + "9" * 5_000 + "}", "There was an error parsing the body"),
]


@pytest.mark.parametrize("path", ["/api/ask", "/api/retrieve"])
def test_a_malformed_call_is_one_line_and_none_of_its_words_is_logged(
    client: TestClient, path: str, capfd: pytest.CaptureFixture[str]
) -> None:
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Kept()
    handler.setFormatter(JsonLines())
    LOGGER.addHandler(handler)
    level = LOGGER.level
    LOGGER.setLevel(logging.INFO)
    try:
        for body, said in BAD:
            answer = client.post(
                path, content=body.encode(), headers={"Content-Type": "application/json"}
            )
            line = answer.json()["detail"]
            assert answer.status_code in (400, 422), body[:80]
            assert line.startswith(said), body[:80]
            assert len(line) < 250
            assert "\n" not in line
    finally:
        LOGGER.removeHandler(handler)
        LOGGER.setLevel(level)
    told = "".join([*lines, *capfd.readouterr()])
    assert not any(word in told for word in SECRET_WORDS.split())


class FailingReader(OnnxReader):
    def __init__(self) -> None:
        self.threshold = 0.5

    def read(self, question: str, hits: Any) -> Any:
        raise ValueError(f"could not read {question}")


def test_an_error_of_our_own_is_one_line_and_its_place_is_logged(
    archive: qa.Archive, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    failing = qa.Archive(archive.store, archive._live[1], FailingReader())
    with client_of(failing) as client, caplog.at_level(logging.ERROR, logger="dateline"):
        LOGGER.propagate = True
        answer = client.post("/api/ask", json={"question": f"{SECRET_WORDS}?"})
    assert answer.status_code == 500
    assert answer.json()["detail"].startswith(
        "expected an answer, found an error of Dateline's own"
    )
    (record,) = [one for one in caplog.records if one.name.startswith("dateline")]
    assert "test_rest.py" in JsonLines().format(record)
    assert "zebra" not in JsonLines().format(record) + "".join(capfd.readouterr())


def test_openapi_types_what_is_sent_and_answered_and_its_page_calls_nobody(
    client: TestClient,
) -> None:
    described = client.get("/api/openapi.json").json()
    assert described["openapi"].startswith("3.")
    for path, model in (("/api/ask", "Replied"), ("/api/articles/{id}", "WholeArticle")):
        (operation,) = described["paths"][path].values()
        assert model in json.dumps(operation["responses"]["200"])
        assert "Refused" in json.dumps(operation["responses"]["422"])
    fields = described["components"]["schemas"]["Asked"]["properties"]
    assert list(fields) == ["question", "source", "since", "until", "as_of", "k"]
    assert (fields["k"]["minimum"], fields["k"]["maximum"], fields["k"]["default"]) == (1, 100, 16)
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert "http" not in page.text.replace("http-equiv", "")
    for part in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert f"/api/static/{part}" in page.text
        assert client.get(f"/api/static/{part}").status_code == 200


def test_a_program_has_so_many_questions_a_minute(archive: qa.Archive) -> None:
    with client_of(archive, bounds=Bounds(events=2)) as client:
        bodies = ({"question": "  "}, {"question": "  "}, {"question": QUESTION})
        answers = [client.post("/api/ask", json=body).status_code for body in bodies]
        assert answers == [422, 422, 429]
        assert client.post("/v1/chat/completions", json={}).status_code == 429
        assert client.get("/api/outlets").status_code == 200
