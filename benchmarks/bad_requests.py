"""Hostile requests of HTTP, made by the thousand, which the server must survive.

benchmarks/faults/serving.py sends them. Each depends on its number and a seed alone.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

SECRET = b"xylophone-zebra-quagmire"
_WORD = SECRET.decode()
_PATHS = (
    *("/", "/api/ask", "/api/retrieve", "/api/outlets", "/v1/chat/completions", "/mcp", "/login"),
    *("/gradio_api/queue/join", "/gradio_api/call/ask", "/gradio_api/run/ask", "/config", "*"),
    *("/gradio_api/upload", "/gradio_api/heartbeat/a", "/gradio_api/queue/data?session_hash=a"),
    *("/gradio_api/reset", "/gradio_api/cancel", "/healthz", "/gradio_api/file=/etc/passwd"),
    *("/api/articles/..%2f..%2fetc%2fpasswd", "//etc/passwd", "/%00", "/api/printed?id=a&page=-1"),
)
_METHODS = ("GET", "POST", "PUT", "DELETE", "TRACE", "CONNECT", "PROPFIND", "HEAD", "OPTIONS")
_TYPES = (b"application/json", b"text/plain", b"multipart/form-data; boundary=b")
_LENGTHS = (b"-1", b"1e9", b"99999999999999", b"0x10", b" 5", b"5, 5", b"\xb2")
_VALUES: list[Any] = [
    *(None, 5, True, "x", [], {}, [[_WORD]], {"path": "/etc/passwd"}, {"url": _WORD}, 10**30),
    *("\ud800", {"__type__": "update"}, -1.5, "9" * 1000, {"a": {"path": "https://x.example/"}}),
]
_FILE = b"--b\r\nContent-Disposition: form-data; name=files; filename=../../x\r\n\r\n" + SECRET
_TLS = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
_WEBSOCKET = (b"Upgrade: websocket", b"Connection: Upgrade", b"Sec-WebSocket-Version: 13")
_WEBSOCKET_KEY = b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
_CLOSE = b"Connection: close"


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent in parts, so many seconds apart. `ends`: nothing more comes after it."""

    name: str
    parts: list[bytes]
    pause: float = 0.0
    ends: bool = False


def request(number: int, seed: int = 1) -> Request:
    """Return the hostile request of a number."""
    rng = random.Random(f"{seed} {number}")
    makers = (_body, _body, _head_of, _length, _other)
    return makers[number % len(makers)](rng)


def _head(rng: random.Random, *more: bytes, method: str = "", path: str = "") -> bytes:
    method, path = method or rng.choice(_METHODS), path or rng.choice(_PATHS)
    lines = [f"{method} {path} HTTP/1.1".encode(), b"Host: 127.0.0.1", *more]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _fields(rng: random.Random, *names: str) -> dict[str, Any]:
    return {name: rng.choice(_VALUES) for name in names}


def _json(rng: random.Random) -> bytes:
    """Return a body that is hardly what any address takes."""
    data = [rng.choice(_VALUES) for _ in range(rng.randrange(9))]
    event = _fields(rng, "fn_index", "session_hash", "event_data", "trigger_id", "event_id")
    one = rng.choice(["k", "source", "since", "until", "as_of", "stream"])
    objects: list[Any] = [
        {**event, "data": data},
        {**event, "data": data, "fn_index": rng.randrange(-2, 60), "session_hash": _WORD},
        {"data": data},
        {**_fields(rng, "k", "source", "messages", "model", "stream"), "question": _WORD},
        {"question": f"who is {_WORD}?", one: rng.choice(_VALUES)},
        {"model": "dateline", "messages": [_fields(rng, "role", "content"), *data]},
        {"jsonrpc": "2.0", "id": rng.choice(_VALUES), "method": _WORD, "params": data},
    ]
    texts = [
        b"[" * 200_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"question": "' + SECRET,
        b'{"k": ' + b"9" * 100_000 + b"}",
        b"\xff\xfe" + SECRET,
        SECRET * 100_000,
        b'{"question": NaN}',
        b"question=" + SECRET,
    ]
    return rng.choice([*(json.dumps(one).encode() for one in objects), *texts])


def _body(rng: random.Random) -> Request:
    body = _json(rng)
    kind = b"Content-Type: " + rng.choice(_TYPES)
    length = b"Content-Length: %d" % len(body)
    return Request("a body", [_head(rng, kind, length, _CLOSE, method="POST"), body])


def _head_of(rng: random.Random) -> Request:
    """Return a request whose head is odd."""
    question = "/?q=%ED%A0%80&from=x&to=" + "1" * rng.randrange(5000)
    many = [b"X-%d: %s" % (number, SECRET) for number in range(1500)]
    known = (b"Cookie: a=" + SECRET + b"; \xff=\xff", b"Authorization: Bearer " + SECRET)
    heads = {
        "a method": _head(rng, _CLOSE),
        "large headers": _head(rng, b"X-A: " + SECRET * 10_000, _CLOSE),
        "many headers": _head(rng, *many, _CLOSE),
        "a long path": _head(rng, _CLOSE, method="GET", path="/?q=" + "a" * 60_000),
        "a question by its address": _head(rng, _CLOSE, method="GET", path=question),
        "another host": b"GET / HTTP/1.1\r\nHost: " + SECRET + b"\r\n" + _CLOSE + b"\r\n\r\n",
        "no host": b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        "another site": _head(rng, b"Origin: https://" + SECRET, _CLOSE),
        "a websocket": _head(rng, *_WEBSOCKET, _WEBSOCKET_KEY, method="GET"),
        "a cookie": _head(rng, *known, _CLOSE),
        "ten requests at once": _head(rng, method="GET") * 10,
    }
    name, head = rng.choice(list(heads.items()))
    return Request(name, [head], ends=name in ("a websocket", "ten requests at once"))


def _length(rng: random.Random) -> Request:
    """Return a request whose body has not the length that it says."""
    body = _json(rng)
    kind = b"Content-Type: application/json"
    told = b"Content-Length: %d" % len(body)
    odd = b"Content-Length: " + rng.choice(_LENGTHS)
    in_chunks = _head(rng, kind, b"Transfer-Encoding: chunked", _CLOSE, method="POST")
    posted = _head(rng, kind, told, _CLOSE, method="POST")
    requests = [
        Request("a length that is none", [_head(rng, kind, odd, _CLOSE, method="POST"), body]),
        Request("two lengths", [_head(rng, kind, told, odd, _CLOSE, method="POST"), body]),
        Request("chunks", [in_chunks, b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)]),
        Request("chunks without end", [in_chunks, b"ffffffffffff\r\n", body]),
        Request("chunks that are none", [in_chunks, b"zz\r\n" + body]),
        Request("a body that is cut", [posted, body[: len(body) // 2]], ends=True),
        Request("a body without end", [posted, body[: len(body) // 2]]),
        Request("a slow body", [posted, *(body[n : n + 1] for n in range(40))], 1.0),
    ]
    return rng.choice(requests)


def _other(rng: random.Random) -> Request:
    """Return what is hardly a request at all."""
    upload = _head(
        *(rng, b"Content-Type: " + _TYPES[2], b"Content-Length: 300", _CLOSE),
        method="POST",
        path="/gradio_api/upload",
    )
    requests = [
        Request("no HTTP", [rng.randbytes(500)]),
        Request("TLS", [_TLS + rng.randbytes(200)]),
        Request("HTTP/2", [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]),
        Request("an upload", [upload, _FILE]),
        Request("a slow head", [b"GET / HTTP/1.1\r\n", *[b"X: y\r\n"] * 30], 0.5),
        Request("a head without end", [b"POST /api/ask HTTP/1.1\r\nHost: 127.0.0.1\r\n"]),
        Request("nothing", [b""]),
        Request("the end at once", [b""], ends=True),
    ]
    return rng.choice(requests)
