"""Ask about pairs of statements of two outlets, and print how many are compared rightly.

    python -m benchmarks.pairs [FILE ...] [--wrong]

A row of FILE is a question, two statements with their outlets and days, and what is wanted: "one"
answer that cites both, two answers "beside" each other, or "differ". Without FILE the 102 pairs of
benchmarks/pairs.jsonl are asked. Two people who knew no code of Dateline invented them; causes of
wrong ones were mended since. Each pair is an archive of its own.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import index
import qa
from qa.types import Reply

PAIRS = Path(__file__).parent / "pairs.jsonl"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", type=Path, nargs="*", default=[PAIRS])
    parser.add_argument("--wrong", action="store_true", help="print what is wrong too")
    arguments = parser.parse_args()
    wanted: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for file in arguments.files:
        for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            reply = reply_to(row)
            found = told(reply)
            wanted[row["want"]] += 1
            right[row["want"]] += found == row["want"]
            if arguments.wrong and found != row["want"]:
                said = [answer.text[:60] for answer in reply.answers]
                print(f"{row['key']}: expected {row['want']}, found {found}: {said}")
    for want, number in wanted.items():
        print(f"{want:<10}{right[want]:>4} of {number}")
    print(f"{'all':<10}{sum(right.values()):>4} of {sum(wanted.values())}")


def reply_to(row: Mapping[str, Any]) -> Reply:
    """Return the reply over an archive of the row's statements."""
    articles = [
        {
            "id": str(place),
            "text": one["text"],
            "title": f"Report {place}",
            "source": one["outlet"],
            "published": one["date"],
        }
        for place, one in enumerate(row["statements"])
    ]
    with tempfile.TemporaryDirectory() as folder:
        index.build(articles, Path(folder) / "index")
        with qa.open(Path(folder) / "index") as archive:
            return archive.ask(row["question"])


def told(reply: Reply) -> str:
    """Return how a reply has two statements: "one", "beside" or "differ"; "none" if silent."""
    if not reply.answers:
        return "none"
    if reply.disagreement:
        return "differ"
    cited = {citation.article.id for citation in reply.answers[0].citations}
    return "one" if len(cited) > 1 else "beside"


if __name__ == "__main__":
    main()
