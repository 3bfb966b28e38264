"""How often articles come through in other charsets: `python -m benchmarks.charsets FOLDER`.

The first 300 articles of a folder are written in several charsets, whole and cut to 1,500
characters, and read again. A text counts as right if it is equal to the original, or if what is
wrong is named as damaged. What a charset does not have stands as "?" in the original too. Articles
in Cyrillic and Japanese are made here, of sentences of our own.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

from index.corpus.loaders.charsets import decode
from index.corpus.loading import load_articles
from index.types import Article

_CUT = 1_500  # characters
_RUSSIAN = (
    "Мэр города сообщил в пятницу, что мост через реку закрыт на две недели.",
    "Ремонт обойдётся бюджету в 3 миллиона рублей, заявили в администрации.",
    "Жители недовольны: до соседнего района теперь нужно ехать почти час.",
    "«Мы сделаем всё возможное», — пообещал глава области Иван Щукин.",
    "Суд отложил заседание до марта, так как свидетели не явились.",
    "Школьники вернутся к занятиям после праздников, уточнили чиновники.",
)
_JAPANESE = (
    "市長は金曜日、川に架かる橋を二週間閉鎖すると発表した。",
    "修理には三百万円かかる見込みで、予算は来月の議会で決まる。",
    "住民は「隣の町まで一時間もかかる」と不満を述べている。",
    "警察によると、この事故でけがをした人はいなかった。",
    "学校は連休のあと再開される予定だと担当者は話した。",
    "大雨の影響で電車は午後まで止まり、駅は人であふれた。",
)
Write = Callable[[str, random.Random], tuple[str, bytes]]  # a text as it can be written, its bytes


def main() -> None:
    """Print a line for each charset, then the share of texts that are right."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=300)
    options = parser.parse_args()
    found = (item for item in load_articles([options.folder]) if isinstance(item, Article))
    texts = [article.text for article in islice(found, options.articles)]
    chance = random.Random(27)
    russian, japanese = (_made(sentences, 50, chance) for sentences in (_RUSSIAN, _JAPANESE))
    runs: list[tuple[str, Sequence[str], Write]] = [
        ("UTF-8", texts, _written("utf-8")),
        ("UTF-8, one bad byte", texts, _with_bad_byte),
        ("UTF-16 with BOM", texts, _written("utf-16")),
        ("UTF-16 without BOM", texts, _written("utf-16-le")),
        ("Windows-1252", texts, _written("cp1252")),
        ("ISO-8859-15", texts, _written("iso8859-15")),
        ("MacRoman", texts, _written("mac-roman")),
        ("Windows-1251", russian, _written("cp1251")),
        ("Shift-JIS", japanese, _written("cp932")),
    ]
    total: Counter[str] = Counter()
    print(f"{'charset':<28}{'texts':>7}{'equal':>7}{'damaged':>9}{'guessed':>9}{'silent':>8}")
    for name, originals, write in runs:
        for how, most in (("whole", None), ("cut", _CUT)):
            counts = Counter(_outcome(text[:most], write, chance) for text in originals)
            total += counts
            print(
                f"{name + ', ' + how:<28}{len(originals):>7}{counts['equal']:>7}"
                f"{counts['damaged']:>9}{counts['guessed']:>9}{counts['silent']:>8}"
            )
    right = total["equal"] + total["damaged"]
    print(
        f"equal, or named as damaged: {right:,} of {total.total():,} ({right / total.total():.2%})"
    )


def _outcome(text: str, write: Write, chance: random.Random) -> str:
    """Return how a text comes through: as it was, or how its reader tells that it did not."""
    original, data = write(text, chance)
    found = decode(data)
    if found.text == original:
        return "equal"
    if found.note is None:
        return "silent"
    return "damaged" if "damaged" in found.note else "guessed"


def _written(charset: str) -> Write:
    def write(text: str, _: random.Random) -> tuple[str, bytes]:
        data = re.sub(r"\r\n?", "\n", text).encode(charset, "replace")
        return data.decode(charset), data

    return write


def _with_bad_byte(text: str, chance: random.Random) -> tuple[str, bytes]:
    """Return a text, and its UTF-8 with a byte in it that is not UTF-8."""
    place = chance.randrange(len(text))
    before, after = text[:place].encode(), text[place:].encode()
    return text, before + bytes([chance.randrange(0x80, 0x100)]) + after


def _made(sentences: Sequence[str], number: int, chance: random.Random) -> list[str]:
    """Return texts of shuffled sentences, of about the length of an article."""

    def article() -> str:
        return "\n\n".join(" ".join(chance.sample(sentences, 4)) for _ in range(12))

    return [article() for _ in range(number)]


if __name__ == "__main__":
    main()
