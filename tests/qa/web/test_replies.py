"""The replies shown last: each at its address, for one generation."""

from __future__ import annotations

from dataclasses import replace

from qa.web.replies import Replies
from tests.qa.rendering.replies import flood, reply


def test_a_reply_is_kept_at_its_address_for_its_generation_until_others_came() -> None:
    shown = replace(reply("How many?", flood("286", "Globe")), index_generation="000003")
    replies = Replies()
    replies.keep("?q=0", shown)
    assert replies.at("?q=0", "000003") is shown
    assert replies.at("?q=0", "000004") is None
    assert replies.at("?q=1", "000003") is None
    for number in range(1, 64):
        replies.keep(f"?q={number}", shown)
    assert replies.at("?q=0", "000003") is shown
    newer = replace(shown, question="Why?")
    replies.keep("?q=0", newer)  # shown once more: others go first
    replies.keep("?q=64", shown)
    assert replies.at("?q=0", "000003") is newer
    assert replies.at("?q=1", "000003") is None
