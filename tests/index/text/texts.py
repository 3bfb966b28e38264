"""Texts at random, from any characters and from pieces that are hard to cut."""

from __future__ import annotations

import hypothesis.strategies as st

_PIECES = [
    "Mr. Smith left. ",
    "“Yes,” she said. ",
    "It cost $3.5m; ",
    "\n\n",
    "\n",
    " ",
    "no end ",
    "x" * 700,
    "é\u200b. ",
    "Share this article\n",
    "\u2028",
    "🙂 A b. ",
]
texts = st.one_of(
    st.text(max_size=400), st.lists(st.sampled_from(_PIECES), max_size=40).map("".join)
)
