"""Words of English: those that the default encoder's tokenizer keeps whole.

Limit: 22,000 words, the frequent ones.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

_TOKENIZER = Path(__file__).parents[1] / "encoder_model" / "tokenizer.json"


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """Return the words, in lower case; none if the shipped encoder is not whole."""
    try:
        words = json.loads(_TOKENIZER.read_text(encoding="utf-8"))["model"]["vocab"]
    except (OSError, ValueError, KeyError):
        return frozenset()
    return frozenset(word for word in words if word.isalpha() and len(word) > 1)
