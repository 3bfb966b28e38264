"""Guesses at the charset of bytes that declare none and are not UTF-8.

Windows-1252 is the guess unless the bytes speak against it. They do in two ways. If most letters
are outside ASCII, the text is in another script. The charset is then the one that makes its most
frequent letters those of a language. If letters stand for what Windows-1252 calls signs, or signs
stand inside words ("RenŽ C™tŽ"), another charset of Western or Central Europe may fit better.
Limits: what fits Windows-1252 as well is read as it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from index.text.vocabulary import english_words

_TAG = re.compile(rb"<(?:script|style)\b.*?</(?:script|style)>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_SAMPLE = 2**16  # bytes that are looked at
_OTHER_SCRIPT = 0.4  # of the letters: from this share on, those outside ASCII are the text's own
# Charsets of Latin script, the likelier first: it is taken if no other fits better.
_LATIN = ("cp1252", "iso8859-15", "mac-roman", "cp1250", "iso8859-2")
_RARE = frozenset("¦ˆ˜¨´¸¯ƒ†‡‰¬ﬁﬂ˝ˇ˘˙˛ı")  # signs that news has no use for
_CLEARLY = 2.0  # better than Windows-1252
_FEW = 2  # characters outside ASCII that may be faults, and prove nothing but what is frequent
_LETTER_WITHIN = re.compile(r"(?P<before>[A-Za-z]+)[^\W\d_a-zA-Z](?P<after>[a-z]+)")
_LONG_WORD = 5  # letters
_FREQUENT_SIGNS = frozenset("’‘“”–—…•€£°§½\xa0éèàçñöüäêëïôóíáúâîûæøåßãõšžÉÖÜÄÅØ«»¿¡©®™¼¾")

# Charsets of other scripts: the most frequent letters, and their share in running text.
_CYRILLIC = ("оеаинтсрвл", 0.6)
_FREQUENT: dict[str, tuple[str, float]] = {
    "cp1251": _CYRILLIC,
    "koi8-r": _CYRILLIC,
    "mac-cyrillic": _CYRILLIC,
    "cp866": _CYRILLIC,
    "iso8859-5": _CYRILLIC,
    "cp1253": ("αοιετσνηυρκπ", 0.7),
    "cp1255": ("יוהלאמרתבש", 0.65),
    "cp1256": ("اليمنوترةبعد", 0.7),
    "cp874": ("านรอกเงมยลวดท่้", 0.6),
    "cp932": ("のにはをたがでてとしるいなっかれ", 0.35),
    "euc_jp": ("のにはをたがでてとしるいなっかれ", 0.35),
    "gb18030": ("的一是不了在人有我他这中大来上国个到说们年为会，。", 0.2),
    "big5hkscs": ("的一是不了在人有我他這中大來上國個到說們年為會，。", 0.2),
    "cp949": ("이다의는을가에고하지로한기사시인", 0.25),
}
_SURE = 0.5  # of the expected share: from here on the script is certain


def guess(data: bytes) -> str | None:
    """Return the codec of text that is not UTF-8; None if none makes sense of it."""
    sample = data[:_SAMPLE]
    if sample.lstrip().startswith(b"<"):  # names of elements are no words
        sample = _TAG.sub(b" ", sample)
    high = sum(byte >= 0x80 for byte in sample)
    ascii_letters = sum(65 <= byte & 0xDF <= 90 for byte in sample if byte < 0x80)
    if high > _OTHER_SCRIPT * (high + ascii_letters):
        other = _other_script(sample)
        if other is not None:
            return other
    texts = {codec: sample.decode(codec, "replace") for codec in _LATIN}
    scores = {codec: _fit(text) for codec, text in texts.items()}
    best = max(_LATIN, key=scores.__getitem__)  # of equals the first
    if scores[best] < scores["cp1252"] + _CLEARLY:
        best = "cp1252"
    if scores[best] < 0 or (high <= _FEW and not _is_frequent(texts[best])):
        return None
    if high == 1 and (best not in ("cp1252", "iso8859-15") or _is_stray(texts[best])):
        return None
    return best


def _is_stray(text: str) -> bool:
    """Tell whether the word around a character is whole without it.

    So it does in "counécil". The word is long, since "naïve" without its letter is one too.
    """
    found = _LETTER_WITHIN.search(text)
    if found is None:
        return False
    word = (found["before"] + found["after"]).casefold()
    return len(word) >= _LONG_WORD and word in english_words()


def _other_script(sample: bytes) -> str | None:
    """Return the charset under which the frequent letters are those of a language."""
    scores = {codec: _likeness(sample, codec) for codec in _FREQUENT}
    best = max(scores, key=scores.__getitem__)
    if scores[best] < _SURE:
        return None
    return best


def _likeness(sample: bytes, codec: str) -> float:
    """Return the share of frequent letters, divided by the share in running text."""
    letters, expected = _FREQUENT[codec]
    text = sample.decode(codec, "replace")
    counts = Counter(character for character in text[:-2] if character > "\x7f")
    total = counts.total()
    if total == 0 or counts["\ufffd"] > total / 50:
        return 0.0
    likeness = sum(counts[letter] for letter in letters) / total / expected
    return likeness + _fit(text) / total / 10  # which of the Cyrillic ones: by their capitals


def _is_frequent(text: str) -> bool:
    """Tell whether all characters outside ASCII are frequent in Western Europe."""
    return _FREQUENT_SIGNS.issuperset(character for character in text if character > "\x7f")


def _fit(text: str) -> float:
    """Score how the characters outside ASCII fit their neighbours; below 0: badly."""
    score = 0.0
    padded = f" {text} "
    for place, character in enumerate(padded):
        if character > "\x7f":
            score += _fits(padded[place - 1], character, padded[place + 1])
    return score


def _fits(before: str, character: str, after: str) -> float:
    """Return 1 for a character that fits between its neighbours, else -1."""
    kind = unicodedata.category(character)
    if character in "\ufffd¤" or kind in ("Cc", "Cn", "Co"):  # ¤ is the € of ISO-8859-15
        return -3
    if character in _RARE:
        return -0.5
    if kind in ("Lu", "Ll"):
        return _letter_fits(before, kind, after)
    inside_word = before.isalpha() and after.isalpha()
    if character in "’-–—\xad\xa0·":
        return 1
    if kind in ("Pi", "Ps") or character in "¿¡":  # “ ‘ « ‚ „
        return _signed(not before.isalnum() and not after.isspace())
    if kind == "Pf":  # ” »
        return _signed(not before.isspace() and not after.isalnum())
    if kind == "Sc":
        return _signed(before.isdigit() or not after.isalpha())
    if kind == "No":  # "2½", "km²"
        return _signed(not after.isalpha()) - before.isalpha()
    return _signed(not inside_word)


def _letter_fits(before: str, kind: str, after: str) -> float:
    """Return how well a letter fits: no capital inside a word, no digit beside it."""
    if before.isdigit() or after.isdigit():
        return -1
    if kind == "Lu":
        return _capital_fits(before, after)
    if after.isupper():
        return -1
    if before.isalpha() or after.isalpha():
        return 1
    return 0.25  # a word of one letter: "à"


def _capital_fits(before: str, after: str) -> float:
    """Return how well a capital fits: it begins a word, or is in one of capitals."""
    if before.islower() or (before.isalpha() and after.islower()):
        return -1
    if not before.isalpha() and not after.isalpha():
        return -1  # no word but "À"
    if not before.isalpha() and after.isupper():
        return 0
    return 1


def _signed(fits: bool) -> float:
    if fits:
        return 1.0
    return -1.0
