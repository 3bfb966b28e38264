"""Ask 120 questions over 300 real articles as a newsroom would, and print what is right.

    python -m benchmarks.newsroom ARTICLES [ARTICLES ...] [--wrong]

ARTICLES are the files of RealTime QA's articles. Somebody who knew no code of Dateline chose 300
of them, read 120 and wrote the questions. Only ids and places stand here. Causes of wrong answers
were mended since, so it is no longer blind for these. What is right is told in
benchmarks/invented.py; "wrongtime" asks about a time of which nothing is said.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import index
import qa
from benchmarks.invented import ask
from benchmarks.own import read_rows

QUESTIONS = Path(__file__).parent / "newsroom_questions"
Row = Mapping[str, Any]


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("articles", type=Path, nargs="+")
    parser.add_argument("--wrong", action="store_true", help="print what is wrong, and answers")
    arguments = parser.parse_args()
    chosen = set(json.loads((QUESTIONS / "articles.json").read_text(encoding="utf-8")))
    articles = {row["id"]: row for row in _read(arguments.articles) if row["id"] in chosen}
    if len(articles) < len(chosen):
        parser.error(f"expected {len(chosen)} articles, found {len(articles)}; give both years")
    rows = [
        {**row, "answers": answers_of(row, articles)}
        for row in read_rows(QUESTIONS / "questions.jsonl")
    ]
    with tempfile.TemporaryDirectory() as folder:
        index.build(list(articles.values()), Path(folder) / "index")
        with qa.open(Path(folder) / "index") as archive:
            ask(archive, rows, wrong=arguments.wrong)


def answers_of(row: Row, articles: Mapping[str, Row]) -> Sequence[str]:
    """Return the texts at the places of a question's answers."""
    return [
        articles[place["article"]]["text"][place["start"] : place["end"]] for place in row["places"]
    ]


def _read(files: Iterable[Path]) -> Iterable[Row]:
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


if __name__ == "__main__":
    main()
