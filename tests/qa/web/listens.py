"""A server of a small application, in a process of its own: python listens.py FOLDER [PROXY]."""

from __future__ import annotations

import asyncio
import ipaddress
import sys
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from qa.web.listening import Network, Patient, bound, listen
from qa.web.uploads import temporary_uploads

ENDING = asyncio.Event()


async def client(request: Request) -> Response:
    """Answer with the address that the client has for the application."""
    return PlainTextResponse(request.client.host if request.client else "")


async def stream(request: Request) -> Response:
    """Answer without an end, as the page's own streams do."""

    async def lines() -> object:
        yield b"began\n"
        await ENDING.wait()

    return StreamingResponse(lines())  # type: ignore[arg-type]


async def slow(request: Request) -> Response:
    """Answer after a while."""
    await asyncio.sleep(1)
    return PlainTextResponse("whole")


def main(folder: Path, trusted: frozenset[Network]) -> None:
    """Serve until a signal comes; the port is in the file `port`, the uploads' folder beside."""
    Patient.head_takes, Patient.most = 1.0, 20
    routes = [Route("/client", client), Route("/stream", stream), Route("/slow", slow)]
    with bound("127.0.0.1", int((folder / "free").read_text())) as sockets:
        with temporary_uploads() as uploads:
            (uploads / "a.txt").write_text("uploaded")
            (folder / "uploads").write_text(str(uploads))
            (folder / "port").write_text(str(sockets[0].getsockname()[1]))
            listen(Starlette(routes=routes), sockets, trusted, ENDING.set)
        print("ended")


if __name__ == "__main__":
    main(Path(sys.argv[1]), frozenset(map(ipaddress.ip_network, sys.argv[2:])))
