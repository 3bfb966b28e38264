"""Which language an article is in: ISO 639-1 code, or None where its text does not show it.

English is known by its small words; only what has too few of them is put to py3langid (97 languages, offline, a
model of 4 MB), so that a corpus of English never loads it. Limits: one language an article, the one of its
beginning; a text of fewer than 12 words stays unknown.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

_FEWEST_WORDS, _READ = 12, 4_000  # words; characters
_ENGLISH_SHARE, _SURE = 0.2, 0.8  # of the words; probability
_ENGLISH = frozenset(
    "the of and to that was with for on by said is are were has have had from his her its this which who at be not it as".split()
)


def language_of(text: str) -> str | None:
    """The language of the text's beginning."""
    words = re.findall(r"[^\W\d_]+", text[:_READ].casefold())
    spaceless = re.findall(
        r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff]", text[:_READ]
    )  # Thai to Chinese: no spaces between words
    if len(words) + len(spaceless) / 2 < _FEWEST_WORDS:
        return None
    if sum(word in _ENGLISH for word in words) >= _ENGLISH_SHARE * len(words):
        return "en"
    language, probability = _identifier().classify(text[:_READ])
    return str(language) if probability >= _SURE else None


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
