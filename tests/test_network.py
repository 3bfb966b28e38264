"""No network at run time: each command runs where nobody can be reached, and all that try are seen.

The namespace (tests/without_network.py) sees native code and children, as hooks into Python cannot.
Of the environment only what a command needs is passed on: onnxruntime is silent by itself where a
variable of a CI service stands, and would look silent here too.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow

QUESTION = "who brokered the September truce?"
QUESTIONS = [
    {"question": "Who is the prime minister of Armenia?", "answers": ["Nikol Pashinian"]},
    {"question": "What is the price of oil?", "answers": []},
]
NEEDED = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR")
ALLOWED = (".cache/matplotlib/fontlist-*.json",)  # the fonts of this machine, for plots
DEVICE = ".cache/Microsoft/DeveloperTools/.onnxruntime/deviceid"
LOOK_UP = """
import ctypes
ctypes.CDLL(None).getaddrinfo(b"example.org", None, None, ctypes.byref(ctypes.c_void_p()))
"""
CONNECT = "import socket; socket.create_connection(({!r}, 80), 1)"


@dataclass(frozen=True)
class Watched:
    """What a command did: its status and output, whom it tried to reach, what it left in HOME."""

    status: int
    said: str
    reached: list[str]
    left: list[str]


Watch = Callable[..., Watched]


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Watch:
    """Run a command with an empty HOME in a network namespace of its own; tells what it did."""
    unshare = _unshare()

    def run(*command: str | Path, **more: str) -> Watched:
        folder = tmp_path_factory.mktemp("watched")
        (home := folder / "home").mkdir()
        environment = {name: os.environ[name] for name in NEEDED if name in os.environ}
        environment |= {"HOME": str(home), "PYTHONPATH": str(ROOT)} | more
        wrapper = [sys.executable, str(ROOT / "tests" / "without_network.py"), str(folder)]
        done = subprocess.run(
            [*unshare, *wrapper, *map(str, command)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        said = done.stdout + done.stderr
        assert (folder / "unrouted").is_file(), said  # else the wrapper itself failed
        left = [str(file.relative_to(home)) for file in home.rglob("*") if not file.is_dir()]
        return Watched(done.returncode, said, _reached(folder), sorted(left))

    return run


def _unshare() -> list[str]:
    """Return the command for new namespaces, as root inside. Skips if none are allowed."""
    said = ""
    for options in ([], ["--map-root-user"]):
        command = ["unshare", *options, "--net", "--mount"]
        try:
            tried = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
        except FileNotFoundError:
            said = "no command unshare (util-linux)"
            break
        if tried.returncode == 0:
            return command
        said = tried.stderr.strip()
    reason = f"expected to make a network namespace, found that this machine refuses: {said}"
    if os.environ.get("CI"):
        pytest.fail(f"{reason}; run as root with CAP_SYS_ADMIN, or allow user namespaces")
    pytest.skip(reason)


def _reached(folder: Path) -> list[str]:
    """Whom a command tried to reach: names, addresses that are not this machine's, the unrouted."""
    found = [f"name {name}" for name in sorted(set((folder / "names").read_text().split()))]
    if (addresses := folder / "addresses").exists():
        places = re.findall(r'inet_(?:addr|pton)\((?:AF_INET6, )?"([^"]+)"', addresses.read_text())
        found += [f"address {place}" for place in sorted(set(places)) if not _here(place)]
    if unrouted := int((folder / "unrouted").read_text()):
        found.append(f"{unrouted} without a route")
    return found


def _here(place: str) -> bool:
    address = ipaddress.ip_address(place)
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _unexpected(left: list[str]) -> list[str]:
    return [file for file in left if not any(fnmatch(file, pattern) for pattern in ALLOWED)]


@dataclass(frozen=True)
class Built:
    """The index of corpus/ with its encoder compiled anew, and what building it did."""

    index: Path
    done: Watched


@pytest.fixture(scope="module")
def built(watch: Watch, tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("silent") / "index"
    return Built(folder, watch(sys.executable, "-m", "qa", "build", "corpus", "--index", folder))


def test_building_reaches_nobody(built: Built) -> None:
    done = built.done
    assert (done.status, done.reached, _unexpected(done.left)) == (0, [], []), done.said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ask", QUESTION], "US"),
        (["retrieve", "EU mission"], "EU"),
        (["verify"], "is whole"),
        (["info"], "articles"),
    ],
    ids=["ask", "retrieve", "verify", "info"],
)
def test_a_command_reaches_nobody(words: list[str], said: str, built: Built, watch: Watch) -> None:
    done = watch(sys.executable, "-m", "qa", *words, "--index", built.index)
    assert (done.status, done.reached, _unexpected(done.left)) == (0, [], []), done.said
    assert said in done.said


def test_evaluating_reaches_nobody(built: Built, watch: Watch, tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text("\n".join(map(json.dumps, QUESTIONS)))
    done = watch(sys.executable, "-m", "qa", "evaluate", questions, "--index", built.index)
    assert (done.status, done.reached, _unexpected(done.left)) == (0, [], []), done.said
    assert "exact match" in done.said


def test_the_page_reaches_nobody(built: Built, watch: Watch) -> None:
    done = watch(sys.executable, ROOT / "tests" / "ask_the_page.py", built.index, QUESTION)
    assert (done.status, done.reached, _unexpected(done.left)) == (0, [], []), done.said
    assert "event: complete" in done.said


def test_a_reader_that_is_not_here_is_looked_for_nowhere_else(built: Built, watch: Watch) -> None:
    reader = ("--reader", "some/model")
    done = watch(sys.executable, "-m", "qa", "ask", QUESTION, *reader, "--index", built.index)
    assert (done.status, done.reached, _unexpected(done.left)) == (1, [], []), done.said
    assert "expected an extractive question-answering model" in done.said


def test_native_code_that_looks_up_a_name_is_seen(watch: Watch) -> None:
    assert "name example.org" in watch(sys.executable, "-c", LOOK_UP).reached


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_a_connection_to_an_address_is_seen_without_strace_too(address: str, watch: Watch) -> None:
    assert "1 without a route" in watch(sys.executable, "-c", CONNECT.format(address)).reached


def test_onnxruntime_is_seen_if_it_may_speak(built: Built, watch: Watch) -> None:
    """Its device id is there at once; its first look-up comes later than most commands end."""
    done = watch(
        *(sys.executable, "-m", "qa", "ask", QUESTION, "--index", built.index),
        ORT_DISABLE_TELEMETRY="0",
    )
    assert DEVICE in _unexpected(done.left)
