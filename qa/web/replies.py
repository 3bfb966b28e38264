"""Keep the replies shown last, so that nothing is asked again to go on from them.

They stay in memory, by their addresses. A reply of another generation is none: articles of it may
be gone. Another process behind a load balancer has none of them, and asks.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from qa.types import Reply

_KEPT = 64  # replies


class Replies:
    """The replies that were shown last, by address."""

    def __init__(self) -> None:
        self._replies: OrderedDict[str, Reply] = OrderedDict()
        self._changing = threading.Lock()

    def keep(self, address: str, reply: Reply) -> None:
        """Keep a reply, and let the oldest go."""
        with self._changing:
            self._replies[address] = reply
            self._replies.move_to_end(address)
            if len(self._replies) > _KEPT:
                self._replies.popitem(last=False)

    def at(self, address: str, generation: str) -> Reply | None:
        """Return the reply shown at an address if it is of a generation."""
        with self._changing:
            reply = self._replies.get(address)
        return reply if reply is not None and reply.index_generation == generation else None
