"""Code that builds an index and publishes it as generations on disk.

Articles become passages, vectors and keywords.

import index
index.build("corpus", "var/index")
"""

from typing import TYPE_CHECKING, Any

from index.silence import silence_libraries

silence_libraries()  # before any other import: index/silence.py says why

from index.types import (  # noqa: E402
    Article,
    DatelineError,
    Embedder,
    Filters,
    Match,
    Note,
    Passage,
    Skipped,
    Store,
    Summary,
)

if TYPE_CHECKING:
    from index.pipeline import build

__all__ = [
    "Article",
    "DatelineError",
    "Embedder",
    "Filters",
    "Match",
    "Note",
    "Passage",
    "Skipped",
    "Store",
    "Summary",
    "build",
]


def __getattr__(name: str) -> Any:
    """Import `index.build` when it is first used, so that asking does not pay for it."""
    if name == "build":
        from index.pipeline import build

        return build
    raise AttributeError(f"module 'index' has no attribute {name!r}")
