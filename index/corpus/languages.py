"""Which language an article is in: its ISO 639-1 code.

It is None if the text does not show it. English is known by its small words. Only a text with too
few of them is given to py3langid (97 languages, offline). So a corpus of English never loads its
model of 4 MB. Limits: one language for an article, that of its beginning; a text of fewer than 12
words stays unknown.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

_FEWEST_WORDS = 12
_READ = 4_000  # characters
_ENGLISH_SHARE = 0.2  # of the words
_SURE = 0.8  # probability
_ENGLISH = frozenset(
    "the of and to that was with for on by said is are were has have had from his her its this "
    "which who at be not it as".split()
)
# Thai, Lao, Burmese, Japanese and Chinese have no spaces between words.
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff]")


def language_of(text: str) -> str | None:
    """Return the language of the text's beginning."""
    beginning = text[:_READ]
    words = re.findall(r"[^\W\d_]+", beginning.casefold())
    if len(words) < _FEWEST_WORDS:
        spaceless = len(_SPACELESS.findall(beginning))  # two of these characters count as a word
        if len(words) + spaceless / 2 < _FEWEST_WORDS:
            return None
    if sum(word in _ENGLISH for word in words) >= _ENGLISH_SHARE * len(words):
        return "en"
    language, probability = _identifier().classify(beginning)
    if probability < _SURE:
        return None
    return str(language)


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
