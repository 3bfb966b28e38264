"""Measure who is said to say it, on articles whose attributions are marked (PolNeAR).

    python -m benchmarks.attribution DATA/attribution/polnear_three_quarters.jsonl.gz
        [--articles 150] [--part look | kept]

Each marked content whose source stands in one sentence with it is asked for the speaker of its
middle words. Prints how many of the speakers that are named are right (they overlap the marked
source), and how many of the sources are found. `look` are two thirds of the articles by a hash of
their ids, which rules may be judged by; `kept` is the rest. Prints no sentence.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import zlib
from pathlib import Path
from typing import Any

from index.text.sentences import sentence_around
from qa.answering.speakers import speaker_of


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--articles", type=int, default=150)
    parser.add_argument("--part", choices=("look", "kept"), default="kept")
    arguments = parser.parse_args()
    with gzip.open(arguments.file, "rt", encoding="utf-8") as file:
        articles = [json.loads(line) for line in file]
    kept = arguments.part == "kept"
    some = [one for one in articles if (zlib.crc32(one["id"].encode()) % 3 == 0) == kept]
    random.Random(0).shuffle(some)
    named = right = sources = 0
    for article in some[: arguments.articles]:
        for start, end, marked in _asked(article):
            first, last = sentence_around(article["text"], start, end)
            speaker = speaker_of(article["text"], (first, last), start, end)
            sources += 1
            if speaker is not None:
                named += 1
                right += any(speaker[0] < stop and begin < speaker[1] for begin, stop in marked)
    print(
        f"{min(arguments.articles, len(some))} articles, {sources} contents with their source in "
        f"the sentence: {100 * right / max(1, named):.1f}% of {named} named are right, "
        f"{100 * right / max(1, sources):.1f}% are found"
    )


def _asked(article: dict[str, Any]) -> list[tuple[int, int, list[list[int]]]]:
    """Return (start, end, source) of the middle words of each content beside its source."""
    text, asked = article["text"], []
    for marked in article["attributions"]:
        if not marked["source"] or not marked["content"]:
            continue
        start, end = max(marked["content"], key=lambda place: place[1] - place[0])
        words = text[start:end].split()
        if len(words) < 3:
            continue
        middle = text.find(words[len(words) // 2], start + (end - start) // 3, end)
        if middle < 0:
            continue
        stop = middle + len(words[len(words) // 2])
        first, last = sentence_around(text, middle, stop)
        if all(first <= begin and finish <= last for begin, finish in marked["source"]):
            asked.append((middle, stop, marked["source"]))
    return asked


if __name__ == "__main__":
    main()
