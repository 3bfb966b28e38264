"""Passwords: hashed, compared alike for all names, refused by one line if the file is bad."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import pytest

from index.types import DatelineError
from qa.web.passwords import Passwords, line_of


def right(users: Passwords, name: str, password: str) -> bool:
    return asyncio.run(users.verify(name, password))


def test_a_line_holds_no_password_and_lets_its_user_in(tmp_path: Path) -> None:
    line = line_of("reader", "se:cret ü")
    assert line.startswith("reader:$argon2id$")
    assert "se:cret" not in line
    assert line != line_of("reader", "se:cret ü")  # salted
    (tmp_path / "users").write_text(f"{line}\n\nolder:as it is\n", encoding="utf-8")
    users = Passwords.of(tmp_path / "users")
    assert users.unhashed == ("older",)
    assert right(users, "reader", "se:cret ü")
    assert right(users, "older", "as it is")
    for name, password in (
        ("reader", "secret"),
        ("reader", ""),
        ("nobody", "se:cret ü"),
        ("", ""),
        ("reader", line),
        ("older", "x" * 10**6),
    ):
        assert not right(users, name, password)


def test_what_stands_in_place_of_nobodys_hash_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "users").write_text(line_of("reader", "secret"))
    assert not right(Passwords.of(tmp_path / "users"), "nobody", "nobody's")


def test_the_longest_password_is_compared_whole_and_a_longer_one_is_not_hashed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "users").write_text(line_of("reader", "x" * 1000))
    users = Passwords.of(tmp_path / "users")
    assert right(users, "reader", "x" * 1000)
    assert not right(users, "reader", "x" * 1001)
    hashed = []
    monkeypatch.setattr(
        "qa.web.passwords._hasher",
        type("Spy", (), {"verify": lambda self, known, password: hashed.append(len(password))})(),
    )
    right(users, "reader", "x" * 10**7)
    assert hashed == [1000]


def test_spaces_around_a_line_or_a_name_and_a_colon_in_a_password(tmp_path: Path) -> None:
    (tmp_path / "users").write_text("   reader:se:cret  \n")
    assert right(Passwords.of(tmp_path / "users"), "reader", "se:cret")
    assert line_of(" reader ", "secret").startswith("reader:")


def test_a_password_is_hashed_beside_the_loop_that_serves_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "users").write_text(line_of("reader", "secret"))
    users = Passwords.of(tmp_path / "users")
    threads = []
    monkeypatch.setattr(
        users, "_verify", lambda name, password: threads.append(threading.get_ident())
    )
    right(users, "reader", "secret")
    assert len(threads) == 1
    assert threads != [threading.get_ident()]


def test_a_name_that_nobody_has_takes_as_long_as_a_wrong_password(tmp_path: Path) -> None:
    """Otherwise the names of users could be found out by the time that a refusal takes."""
    (tmp_path / "users").write_text(line_of("reader", "secret"))
    users = Passwords.of(tmp_path / "users")

    def seconds(name: str) -> float:  # of a core, however busy the machine is
        times = []
        for _ in range(5):
            began = time.process_time()
            right(users, name, "wrong")
            times.append(time.process_time() - began)
        return min(times)

    right(users, "nobody", "x")  # makes what nobody's password is compared with
    assert seconds("nobody") > 0.5 * seconds("reader")


@pytest.mark.parametrize(
    "content", ["", "reader", "reader:", ":secret", "reader:$argon2id$v=19$broken"]
)
def test_a_file_that_is_none_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "users").write_text(content)
    with pytest.raises(DatelineError, match="expected a"):
        Passwords.of(tmp_path / "users")
    with pytest.raises(DatelineError, match="expected a file"):
        Passwords.of(tmp_path / "nowhere")
    (tmp_path / "users").write_bytes(b"reader:\xff")
    with pytest.raises(DatelineError, match="expected a file"):
        Passwords.of(tmp_path / "users")


@pytest.mark.parametrize(
    ("name", "password"), [("", "x"), ("a:b", "x"), ("a\nb", "x"), ("a", ""), ("a", "x" * 1001)]
)
def test_what_no_line_can_hold_is_refused(name: str, password: str) -> None:
    with pytest.raises(DatelineError, match="expected"):
        line_of(name, password)


def test_passwords_are_compared_two_at_once_and_the_others_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes 64 MB: forty at once took 2.7 GB."""
    (tmp_path / "users").write_text(line_of("reader", "secret"))
    users = Passwords.of(tmp_path / "users")
    at_once: list[int] = []
    running = 0
    counting = threading.Lock()

    def verify(name: str, password: str) -> bool:
        nonlocal running
        with counting:
            running += 1
            at_once.append(running)
        time.sleep(0.02)
        with counting:
            running -= 1
        return password == "secret"

    monkeypatch.setattr(users, "_verify", verify)

    async def log_in() -> list[bool]:
        tries = (users.verify("reader", "secret" if n % 2 else "wrong") for n in range(20))
        return await asyncio.gather(*tries)

    assert asyncio.run(log_in()) == [False, True] * 10
    assert max(at_once) == 2
