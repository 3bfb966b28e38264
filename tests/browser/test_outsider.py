"""The real server as somebody meets it who has no business there: plain HTTP, no browser."""

from __future__ import annotations

import json
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from qa.web.passwords import line_of
from tests.browser.conftest import QUESTION, Served, free_port, serve

pytestmark = pytest.mark.slow

Copied = Callable[[], tuple[Path, Path]]


@pytest.fixture(scope="module")
def locked(
    copied: Copied, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Served, Path, int]]:
    """Serve an app with a password and 15 questions a minute; return its log and metrics port."""
    folder = tmp_path_factory.mktemp("locked")
    (folder / "users").write_text(line_of("reader", "secret"))
    port = free_port()
    app = serve(
        *copied(),
        "--auth",
        str(folder / "users"),
        "--metrics",
        str(port),
        "--per-minute",
        "15",
        log=folder / "log",
    )
    yield app, folder / "log", port
    app.stop()


def test_nothing_is_seen_without_the_password(locked: tuple[Served, Path, int]) -> None:
    app, _, _ = locked
    with httpx.Client(base_url=app.address) as outsider:
        for path in (
            "/config",
            "/gradio_api/info",
            "/gradio_api/openapi.json",
            "/gradio_api/queue/data?session_hash=x",
        ):
            assert outsider.get(path).status_code == 401, path
        for path in (
            "/gradio_api/queue/join",
            "/gradio_api/call/ask",
            "/gradio_api/run/ask",
            "/gradio_api/upload",
        ):
            assert (
                outsider.post(
                    path, json={"data": [QUESTION], "fn_index": 0, "session_hash": "x"}
                ).status_code
                == 401
            ), path
        front = outsider.get("/")
        assert "Expatica" not in front.text
        assert "Ask a folder of news" not in front.text
        assert '"auth_required":true' in front.text.replace(" ", "")
        assert (
            outsider.get(
                "/config", headers={"Cookie": "access-token-unsecure=x; access-token=x"}
            ).status_code
            == 401
        )
        for _ in range(240):
            if (health := outsider.get("/healthz")).status_code == 200:
                break
            assert (health.status_code, health.json()) == (503, {"status": "loading"})
            time.sleep(0.25)
        assert health.json() == {"status": "ok"}  # which says nothing else


def test_asking_past_the_limit_is_told_and_nothing_of_it_is_logged(
    locked: tuple[Served, Path, int],
) -> None:
    app, log, port = locked
    with httpx.Client(base_url=app.address) as reader:
        assert (
            reader.post("/login", data={"username": "reader", "password": "wrong"}).status_code
            == 400
        )
        entered = reader.post("/login", data={"username": "reader", "password": "secret"})
        assert entered.status_code == 200
        assert all(
            "samesite=lax" in cookie.lower() and "httponly" in cookie.lower()
            for cookie in entered.headers.get_list("Set-Cookie")
        )
        calls = [
            reader.post("/gradio_api/call/ask", json={"data": [QUESTION, [], "", "", "", 4]})
            for _ in range(20)
        ]
        assert 200 in [call.status_code for call in calls]
        assert calls[-1].status_code == 429
        assert (
            calls[-1]
            .json()["detail"]
            .startswith("expected at most 15 questions and clicks a minute")
        )
    for _ in range(300):
        if '"outcome": "answered"' in log.read_text():
            break
        time.sleep(0.2)
    told = log.read_text()
    (line, *_) = [json.loads(line) for line in told.splitlines() if '"outcome": "answered"' in line]
    assert (line["event"], line["generation"]) == ("question", "000001")
    assert line["took_ms"] > 0
    for word in ("brokered", "September", "secret", "argon2", "127.0.0.1"):
        assert word not in told
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        figures = answer.read().decode()
    assert 'dateline_questions_total{outcome="answered"}' in figures
    assert 'dateline_requests_refused_total{status="429"}' in figures
    assert "brokered" not in figures


def test_passwords_cannot_be_tried_for_long(locked: tuple[Served, Path, int]) -> None:
    app, _, _ = locked
    with httpx.Client(base_url=app.address) as outsider:
        tries = [
            outsider.post(
                "/login", data={"username": "reader", "password": str(number)}
            ).status_code
            for number in range(12)
        ]
        assert set(tries) == {400, 429}
        assert tries[-1] == 429
        assert (
            outsider.post("/login", data={"username": "reader", "password": "secret"}).status_code
            == 429
        )  # not even the right one


def test_no_event_reads_a_file_of_the_machine(copied: Copied) -> None:
    """Give each event paths that nobody uploaded (CVE-2023-51449, CVE-2024-47867 and others)."""
    index, corpus = copied()
    app = serve(index, corpus)
    before = {path: path.read_bytes() for path in corpus.rglob("*") if path.is_file()}
    try:
        with httpx.Client(base_url=app.address) as outsider:
            config = outsider.get("/config").json()
            paths = ("/etc/passwd", str(index / "CURRENT"), "http://127.0.0.1:9/a.txt")
            files = [
                {"path": path, "orig_name": "a.txt", "meta": {"_type": "gradio.FileData"}}
                for path in paths
            ]
            for event in config["dependencies"]:
                for file in files:
                    event_of: dict[str, Any] = {
                        "fn_index": event["id"],
                        "data": [[file] for _ in event["inputs"]],
                        "session_hash": "outsider",
                    }
                    refused = outsider.post("/gradio_api/queue/join", json=event_of)
                    assert refused.status_code == 400
                    assert file["path"] not in refused.text

            uploaded = outsider.post(
                "/gradio_api/upload",
                files={"files": ("../../../../a\u202etxt.html", b"<script>1</script>")},
            )
            (place,) = uploaded.json()
            assert "dateline-uploads-" in place
            assert Path(place).is_relative_to(Path(place[: place.index("dateline-uploads-")]))
            assert Path(place).parts.count("..") == 0
            for path in (
                f"/gradio_api/file={place}",
                f"/file={place}",
                f"/static/{place}",
                f"/assets/{place}",
                place,
            ):
                assert outsider.get(path).status_code == 404
            many = [("files", (f"{number}.txt", b"x")) for number in range(1001)]
            assert outsider.post("/gradio_api/upload", files=many).status_code == 400
            large = outsider.post(
                "/gradio_api/upload", files={"files": ("a.txt", b"x" * (64 * 2**20 + 1))}
            )
            assert large.status_code == 413
        port = int(app.address.rpartition(":")[2])
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(
                ("127.0.0.2", port), timeout=5
            )  # bound to 127.0.0.1, and to nothing else
    finally:
        app.stop()
    assert {path: path.read_bytes() for path in corpus.rglob("*") if path.is_file()} == before
