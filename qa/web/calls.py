"""A queue of calls, of which so many are worked on at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import anyio

Result = TypeVar("Result")


class Calls:
    """A queue: so many calls are worked on at once, beside the loop that serves them."""

    def __init__(self, at_once: int) -> None:
        self._limiter = anyio.CapacityLimiter(at_once)

    async def run(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """Call a function when its turn comes, in a thread, and return its result."""
        return await anyio.to_thread.run_sync(partial(function, *arguments), limiter=self._limiter)
