"""A browser is known by a signed cookie that no process keeps, a program by its token."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import qa
from index.types import DatelineError
from qa.web.logins import SECRET, Logins, secret_of_environment
from qa.web.passwords import Passwords, line_of, token_and_line
from tests.qa.web.programs import client_of, logins_of, users_file

SIGN_IN = {"username": "reader", "password": "secret"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("users")


@pytest.fixture(scope="module")
def made(folder: Path) -> tuple[Logins, str]:
    return logins_of(folder)


@pytest.fixture
def client(archive: qa.Archive, made: tuple[Logins, str]) -> Iterator[TestClient]:
    with client_of(archive, made[0]) as client:
        yield client


def test_every_address_wants_a_token_or_a_cookie(
    client: TestClient, made: tuple[Logins, str], archive: qa.Archive
) -> None:
    (first, *_) = archive.store.articles()
    calls = [
        ("POST", "/api/ask", {"question": "who brokered the truce?"}),
        ("POST", "/api/retrieve", {"question": "the truce"}),
        ("GET", f"/api/articles/{first.id}", None),
        ("GET", "/api/outlets", None),
        ("GET", "/v1/models", None),
        ("POST", "/v1/chat/completions", {"messages": [{"role": "user", "content": "who?"}]}),
    ]
    for method, path, body in calls:
        for header in (None, "Bearer x", f"Basic {made[1]}", "Bearer "):
            headers = {} if header is None else {"Authorization": header}
            refused = client.request(method, path, json=body, headers=headers)
            assert refused.status_code == 401, path
            assert refused.headers["WWW-Authenticate"] == "Bearer"
            assert "dateline token NAME" in refused.text
        known = client.request(
            method, path, json=body, headers={"Authorization": f"Bearer {made[1]}"}
        )
        assert known.status_code == 200, path
    assert client.post("/api/ask", json={"k": "bad"}).status_code == 401  # says nothing else
    assert client.post("/login", data=SIGN_IN).json() == {"success": True}
    assert client.get("/api/outlets").status_code == 200  # by the page's cookie
    assert client.get("/config").status_code == 200


def test_a_session_survives_a_restart_and_holds_for_another_replica(
    archive: qa.Archive, folder: Path, made: tuple[Logins, str]
) -> None:
    with client_of(archive, made[0]) as first:
        assert first.post("/login", data=SIGN_IN).status_code == 200
        cookies = dict(first.cookies)
    restarted = Logins(Passwords.of(folder / "users"))
    with client_of(archive, restarted) as second:
        assert second.get("/config").status_code == 401
        second.cookies.update(cookies)
        assert second.get("/config").status_code == 200
        assert second.get("/gradio_api/user").json() == "reader"
        assert second.get("/logout", follow_redirects=False).status_code == 302
        second.cookies.update(cookies)
        assert second.get("/config").status_code == 401  # signed out: the kept cookie is no use


def test_a_changed_password_or_secret_ends_a_session(tmp_path: Path) -> None:
    logins, _ = logins_of(tmp_path, "s" * 32)
    cookie = logins.cookie("reader")
    assert logins.get(cookie) == "reader"
    same = Passwords.of(tmp_path / "users")
    assert Logins(same, "s" * 32).get(cookie) == "reader"
    assert Logins(same, "t" * 32).get(cookie) is None
    assert Logins(same).get(cookie) is None
    (tmp_path / "users").write_text(line_of("reader", "other"))
    assert Logins(Passwords.of(tmp_path / "users"), "s" * 32).get(cookie) is None
    (tmp_path / "users").write_text(line_of("editor", "secret"))
    assert Logins(Passwords.of(tmp_path / "users"), "s" * 32).get(cookie) is None


@pytest.mark.parametrize("cookie", [None, "", "x", "reader", "a.b.c", "." * 10_000, "\ud800"])
def test_a_forged_cookie_is_nobodys(made: tuple[Logins, str], cookie: str | None) -> None:
    assert made[0].get(cookie) is None
    assert made[0].get(f"{made[0].cookie('reader')}x") is None


def test_a_cookie_is_good_for_two_weeks(
    made: tuple[Logins, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie, now = made[0].cookie("reader"), time.time()
    monkeypatch.setattr(time, "time", lambda: now + 13 * 86_400)
    assert made[0].get(cookie) == "reader"
    monkeypatch.setattr(time, "time", lambda: now + 15 * 86_400)
    assert made[0].get(cookie) is None


def test_a_token_is_no_password_and_the_file_does_not_hold_it(tmp_path: Path) -> None:
    file, token = users_file(tmp_path)
    assert token not in file.read_text()
    users = Passwords.of(file)
    assert users.holder(token) == "reports"
    assert users.holder(f"{token}x") is None
    assert "reports" not in users.hashes  # nobody signs in with it
    again, line = token_and_line("reports")  # a second one, while the first is replaced
    file.write_text(f"{file.read_text()}{line}\n")
    both = Passwords.of(file)
    assert (both.holder(token), both.holder(again)) == ("reports", "reports")


def test_a_short_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SECRET, raising=False)
    assert secret_of_environment() is None
    monkeypatch.setenv(SECRET, "x" * 32)
    assert secret_of_environment() == "x" * 32
    monkeypatch.setenv(SECRET, "hunter2")
    with pytest.raises(DatelineError, match=f"at least 32 characters in {SECRET}, found 7") as told:
        secret_of_environment()
    assert "hunter2" not in str(told.value)
