"""The guard before the page, as an outsider meets it: plain requests to a small app behind it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from qa.web.guard import Bounds, Guard

Ask = Callable[..., httpx.Response]


async def anything(request: Request) -> Response:
    if request.url.path == "/gradio_api/queue/data":
        await asyncio.sleep(0.2)
    answer = PlainTextResponse(f"{len(await request.body())} bytes")
    answer.set_cookie("a", "1", samesite="none", secure=True, httponly=True)
    answer.set_cookie("b", "2", httponly=True)
    return answer


def guarded(
    bounds: Bounds = Bounds(),
    hosts: frozenset[str] | None = None,
    uploads: Path | None = Path("uploads"),
) -> Guard:
    app = Starlette(routes=[Route("/{path:path}", anything, methods=["GET", "POST"])])
    return Guard(app, bounds, hosts, uploads)


def ask(
    guard: Guard,
    method: str,
    path: str,
    client: str = "10.0.0.1",
    base: str = "http://news.example:7860",
    **options: Any,
) -> httpx.Response:
    async def talk() -> httpx.Response:
        transport = httpx.ASGITransport(app=guard, client=(client, 1))
        async with httpx.AsyncClient(transport=transport, base_url=base) as session:
            return await session.request(method, path, **options)

    return asyncio.run(talk())


def test_what_the_page_needs_is_there_with_headers_that_keep_a_browser_to_it() -> None:
    guard = guarded()
    for path in (
        "/",
        "/config",
        "/assets/a/b.js",
        "/gradio_api/queue/data?session_hash=x",
        "/gradio_api/heartbeat/abc",
        "/healthz",
    ):
        answer = ask(guard, "GET", path)
        assert answer.status_code == 200, path
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "http" not in policy  # nothing comes from elsewhere
        assert (answer.headers["X-Content-Type-Options"], answer.headers["X-Frame-Options"]) == (
            "nosniff",
            "DENY",
        )
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert ("no-store" in answer.headers.get("Cache-Control", "")) == ("assets" not in path)


@pytest.mark.parametrize(
    "path",
    [
        # CVE-2023-51449, CVE-2024-47164 and their kin: files by a path of the caller's.
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file%3D/etc/passwd",
        "/file=/etc/passwd",
        "/file=C:/windows/win.ini",
        "/gradio_api/file=//etc/passwd",
        "/gradio_api/file//etc/passwd",
        "/gradio_api/file=http://10.0.0.1/",  # and by an address: server-side requests
        "/gradio_api/proxy=http://10.0.0.1/",  # CVE-2024-2206
        "/proxy=https://10.0.0.1/",
        "/gradio_api/component_server",  # CVE-2024-1561: any method of any component
        "/gradio_api/component_server/",
        "/gradio_api/custom_component/../../../../etc/passwd",
        "/custom_component/x/client/component/..%2f..%2f..%2fapp.py",
        "/static/../../../../etc/passwd",
        "/static/..%2f..%2f..%2fetc%2fpasswd",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%5c..%5capp.py",
        "/assets/....//....//etc/passwd",
        "//etc/passwd",
        "/gradio_api/stream/x/y/z/playlist.m3u8",
        "/gradio_api/deep_link",
        "/gradio_api/run-history/records",
        "/gradio_api/vibe-code/",
        "/gradio_api/process_recording",
        "/gradio_api/dev/reload",
        "/monitoring/summary",
        "/docs",
        "/redoc",
        "/openapi.json",
        "/api",
        "/api/docs/oauth2-redirect",
        "/api/articles/",
        "/api/articles/../../etc/passwd",
        "/api/static/../../x",
        "/v1/embeddings",
    ],
)  # fmt: skip
def test_what_the_page_does_not_need_is_closed(path: str) -> None:
    for method in ("GET", "POST"):
        refused = ask(guarded(), method, path)
        assert refused.status_code == 404
        assert all(
            name in refused.headers
            for name in ("Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options")
        )


def test_another_site_can_neither_change_nor_read() -> None:
    guard = guarded()
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "http://news.example"},  # the same machine, another port
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        for path in ("/gradio_api/queue/join", "/gradio_api/upload", "/login"):
            assert ask(guard, "POST", path, headers=headers).status_code == 403
        assert ask(guard, "GET", "/logout", headers=headers).status_code == 403
        for method in ("PUT", "PATCH", "DELETE"):
            assert ask(guard, method, "/gradio_api/queue/join", headers=headers).status_code == 403
        assert ask(guard, "GET", "/config", headers=headers).status_code == (
            403 if "Origin" in headers else 200
        )  # a link to it is no attack
    own = {"Origin": "http://news.example:7860", "Sec-Fetch-Site": "same-origin"}
    assert ask(guard, "POST", "/gradio_api/queue/join", headers=own).status_code == 200
    assert (
        ask(guard, "POST", "/gradio_api/queue/join").status_code == 200
    )  # a program sends neither
    cookies = ask(guard, "POST", "/login").headers.get_list("Set-Cookie")
    assert [cookie.lower().count("samesite=lax") for cookie in cookies] == [1, 1]
    assert not any("none" in cookie.lower() for cookie in cookies)


def test_a_page_for_this_machine_alone_answers_to_no_other_name() -> None:
    guard = guarded(hosts=frozenset(("127.0.0.1", "localhost")))
    for base, status in (
        ("http://127.0.0.1:7860", 200),
        ("http://localhost:9", 200),
        ("http://evil.example:7860", 421),
        ("http://127.0.0.1.evil.example", 421),
    ):
        assert ask(guard, "GET", "/config", base=base).status_code == status


def test_each_client_has_so_many_questions_a_minute() -> None:
    guard = guarded(Bounds(events=3))
    paths = (
        "/gradio_api/queue/join",
        "/gradio_api/call/ask",
        "/gradio_api/run/predict",
        "/mcp",
    )
    assert [ask(guard, "POST", path).status_code for path in paths] == [200, 200, 200, 429]
    assert ask(guard, "POST", "/gradio_api/api/ask").status_code == 429
    late = ask(guard, "POST", paths[0])
    assert late.json()["detail"] == (
        "expected at most 3 questions and clicks a minute, found more; wait a moment and ask again"
    )
    assert late.headers["Retry-After"] == "60"
    assert ask(guard, "GET", "/").status_code == 200
    assert ask(guard, "POST", paths[0], client="10.0.0.2").status_code == 200
    network = [f"2001:db8:0:1::{number:x}" for number in range(4)]  # all of one customer
    assert [ask(guard, "POST", paths[0], client=one).status_code for one in network] == [
        200,
        200,
        200,
        429,
    ]


def test_so_many_tries_at_a_password() -> None:
    guard = guarded(Bounds(logins=2))
    assert [ask(guard, "POST", path).status_code for path in ("/login", "/login/", "/login")] == [
        200,
        200,
        429,
    ]
    everybody = [
        ask(guard, "POST", "/login", client=f"10.0.1.{number}").status_code for number in range(70)
    ]
    assert everybody == [200] * 58 + [429] * 12  # 60 of all together


def test_the_tries_are_of_five_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    guard, began, later = (
        guarded(Bounds(logins=2)),
        300.0 * 6_000_000,
        10.0,
    )  # five minutes of the clock, not from the first try
    monkeypatch.setattr(time, "time", lambda: began + later)
    assert [ask(guard, "POST", "/login").status_code for _ in range(3)] == [200, 200, 429]
    later = 10 + 61
    assert ask(guard, "POST", "/login").status_code == 429
    later = 10 + 601
    assert ask(guard, "POST", "/login").status_code == 200


def test_a_request_has_a_size_and_an_hour_has_its_uploads() -> None:
    guard = guarded(Bounds(body=2**20, upload=2 * 2**20, uploads=4))
    text = b'"' + b"x" * (2**20 - 2) + b'"'
    assert ask(guard, "POST", "/gradio_api/queue/join", content=text).status_code == 200
    assert (
        ask(guard, "POST", "/gradio_api/queue/join", content=b"x" * (2**20 + 1)).status_code == 413
    )
    assert ask(guard, "POST", "/gradio_api/upload", content=b"x" * (2**21 + 1)).status_code == 413
    assert [
        ask(guard, "POST", "/gradio_api/upload", content=b"x" * 2**20).status_code for _ in range(3)
    ] == [200, 200, 429]

    async def endless() -> Any:
        yield b"x"

    assert ask(guard, "POST", "/gradio_api/queue/join", content=endless()).status_code == 411


def test_so_many_requests_wait_at_once() -> None:
    guard = guarded(Bounds(at_once=2))

    async def talk() -> list[int]:
        transport = httpx.ASGITransport(app=guard, client=("10.0.0.1", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://a") as session:
            answers = await asyncio.gather(
                *(session.get("/gradio_api/queue/data") for _ in range(4))
            )
            later = await session.get("/gradio_api/queue/data")
            return [answer.status_code for answer in (*answers, later)]

    assert asyncio.run(talk()) == [200, 200, 429, 429, 200]


FILE = {"path": "a.txt", "meta": {"_type": "gradio.FileData"}}


@pytest.mark.parametrize("path", ["queue/join", "call/ask", "call/v2/ask", "run/ask", "api/ask"])
def test_an_event_names_no_file_but_those_uploaded_here(path: str, tmp_path: Path) -> None:
    """Gradio would download an address, and mounted it takes any file of the machine."""
    uploads = tmp_path / "uploads"
    (uploads / "1a").mkdir(parents=True)
    (uploads / "1a" / "a.txt").write_text("uploaded")
    (tmp_path / "secret.txt").write_text("secret")
    (uploads / "link.txt").symlink_to(tmp_path / "secret.txt")
    (uploads / "loop").symlink_to(uploads / "loop")

    def status(file: object, data: Any = None, folder: Path | None = uploads) -> int:
        body = {"data": [data or [{**FILE, "path": file}]], "fn_index": 3}
        answer = ask(guarded(uploads=folder), "POST", f"/gradio_api/{path}", json=body)
        assert str(tmp_path) not in answer.text
        assert "secret" not in answer.text
        return answer.status_code

    uploaded = str(uploads / "1a" / "a.txt")
    assert status(uploaded) == 200
    assert status(uploaded, folder=None) == 400  # read-only: it takes none
    for elsewhere in (
        "http://10.0.0.1/a.txt",
        "https://news.example/a",
        "HTTP://news.example/a",
        "//news.example/a",
        "file:///etc/passwd",
        "data:text/plain,x",
        "/etc/passwd",
        "a.txt",
        "",
        "\x00",
        str(tmp_path / "secret.txt"),
        str(uploads),
        str(uploads / "link.txt"),
        str(uploads / "loop"),
        str(uploads / ".." / "secret.txt"),
        str(uploads / "nowhere.txt"),
        5,
        ["x"],
    ):
        assert status(elsewhere) == 400, elsewhere
    hidden = {"a": [{"b": {"c": {**FILE, "path": "http://10.0.0.1/"}}}]}
    assert status(None, data=hidden) == 400
    assert status(None, data={"question": "http://10.0.0.1/", "path": None}) == 200  # no file


@pytest.mark.parametrize("body", [b"who?", b"[" * 50_000, b'{"a": ', b"\xff"])
def test_the_body_of_an_event_is_json(body: bytes) -> None:
    refused = ask(guarded(), "POST", "/gradio_api/queue/join", content=body)
    assert (refused.status_code, refused.json()["detail"]) == (
        400,
        "expected JSON, found something else",
    )


def test_without_uploads_there_is_no_address_for_them() -> None:
    for path in ("/gradio_api/upload", "/gradio_api/upload/", "/gradio_api/upload_progress"):
        assert ask(guarded(uploads=None), "POST", path).status_code == 404
        assert ask(guarded(), "POST", path).status_code == 200


@pytest.mark.parametrize("pauses", [(0.0, 30.0), (0.1, 0.1, 0.1, 0.1, 0.1, 0.1)])
def test_a_body_comes_within_its_time_however_often_a_byte_of_it_comes(
    pauses: tuple[float, ...],
) -> None:
    guard = guarded(Bounds(body_takes=0.35))

    async def slow() -> Any:
        for pause in pauses:
            await asyncio.sleep(pause)
            yield b"1"

    headers = {"Content-Length": str(len(pauses))}
    answer = ask(guard, "POST", "/gradio_api/queue/join", content=slow(), headers=headers)
    assert answer.status_code == 408
    assert answer.json()["detail"].startswith("expected the whole request within")


def test_an_error_behind_the_guard_is_one_line_and_uvicorn_has_nothing_to_print(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def failing(*_: Any) -> None:
        raise ValueError("who brokered the truce?")

    with caplog.at_level(logging.ERROR, logger="dateline.guard"):
        answer = ask(Guard(failing), "POST", "/gradio_api/call/fails")
    assert answer.status_code == 500
    assert answer.json()["detail"].startswith("expected an answer, found an error of Dateline's")
    assert "brokered" not in answer.text
    assert [record.getMessage() for record in caplog.records] == ["error"]
