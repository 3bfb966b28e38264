"""The bodies of requests: they come in time, and name no file that is elsewhere.

Gradio takes an object with a "path" for a file, in any field of any event. It would download one
whose path is an address, for whoever asks, before an event of ours is called. Mounted, as here, it
would take any file of this machine too.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.types import Message, Receive


@dataclass(frozen=True, slots=True)
class Refusal:
    """The reason why a request goes no further.

    It has the status of HTTP, and a line for whoever sent it.
    """

    status: int
    reason: str


class Refused(Exception):
    """A request that goes no further, though its head was well."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


def in_time(receive: Receive, seconds: float) -> Receive:
    """Return what receives a body; it raises Refused unless all of it comes in time."""
    ends: float | None = None
    whole = False

    async def received() -> Message:
        nonlocal ends, whole
        if whole:  # what comes now is that the client goes, at any time
            return await receive()
        now = asyncio.get_running_loop().time()
        if ends is None:
            ends = now + seconds
        try:
            async with asyncio.timeout(max(0.0, ends - now)):
                message = await receive()
        except TimeoutError:
            raise Refused(
                Refusal(408, f"expected the whole request within {seconds:.0f} s, found a part")
            ) from None
        whole = not message.get("more_body", False)
        return message

    return received


async def with_own_files(receive: Receive, uploads: Path | None) -> Receive:
    """Read a body of JSON, and return what receives it again.

    Raises Refused if it names a file that does not lie in the folder of uploads.
    """
    messages = [await receive()]
    while messages[-1].get("more_body", False):
        messages.append(await receive())
    _check_files(b"".join(message.get("body", b"") for message in messages), uploads)
    left = iter(messages)

    async def received() -> Message:
        for message in left:
            return message
        return await receive()

    return received


def _check_files(body: bytes, uploads: Path | None) -> None:
    try:
        files = list(_paths(json.loads(body or b"null")))
    except (ValueError, RecursionError):
        raise Refused(Refusal(400, "expected JSON, found something else")) from None
    if not all(_lies_in(path, uploads) for path in files):
        raise Refused(
            Refusal(400, "expected a file that was uploaded here, found another; upload it")
        )


def _lies_in(path: object, uploads: Path | None) -> bool:
    if not isinstance(path, str) or uploads is None:
        return False
    try:
        place = Path(path).resolve()
    except (OSError, RuntimeError, ValueError):  # a circle of links
        return False
    return place.is_relative_to(uploads.resolve()) and place.is_file()


def _paths(value: Any) -> Iterator[Any]:
    """Yield the path of each object in a value that Gradio takes for a file."""
    if isinstance(value, dict):
        if "path" in value and value["path"] is not None:
            yield value["path"]
        for part in value.values():
            yield from _paths(part)
    elif isinstance(value, list):
        for part in value:
            yield from _paths(part)
