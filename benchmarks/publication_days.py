"""Whether articles get the day that states them: `python -m benchmarks.publication_days FILE ...`.

A file has a real article in each line of JSON, perhaps packed: `title`, `text`, `published`. They
are written in 30 shapes of all loaders, eight in each, and read again. Three of four articles have
a full date or "Published" in their text. Of 16 shapes the file's fields state the day; of 7 only
lines above the story, in 25 layouts of news sites (`benchmarks.dated_heads`); 7 state none. Most
have days that are not the article's: of a change, of printing, of another story, of a deadline, of
a birth.

A day counts as right, as unknown, or as wrong. A shape that states the day should give it, the
others none. Each that is wrong or not found is printed with the start of its article, to be judged
by reading. `--show` prints all. Limits: the shapes are ours, and the day that counts is that of
the file.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.dated_files import SHAPES, Write
from benchmarks.dated_heads import Story
from index.corpus.loading import load_articles
from index.types import Article

EACH = 8  # articles of a shape
_FULL_DATE = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.? \d{1,2}, (?:19|20)\d\d|\b\d{1,2}/\d{1,2}/\d{4}|"
    r"Published|Updated|Posted"
)
_TRAPS = 0.75  # of the articles
_LENGTHS = range(600, 9_000)  # characters
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_TABLES = (".tsv", ".csv", ".jsonl", ".xlsx")


def main() -> None:
    """Print a line for each shape, each wrong day, and the share that is right or unknown."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--seed", type=int, default=27)
    parser.add_argument("--show", action="store_true", help="print what is right or unknown too")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    stories = _chosen(options.files, EACH * len(SHAPES), chance)
    total: Counter[str] = Counter()
    with TemporaryDirectory() as made:
        for number, (shape, (suffix, states, write)) in enumerate(SHAPES.items()):
            own = stories[number :: len(SHAPES)]
            counts: Counter[str] = Counter()
            for story, found in _read(Path(made) / str(number), suffix, write, own):
                verdict = _verdict(story, found, states)
                counts[verdict] += 1
                if options.show or verdict not in ("right", "unknown"):
                    above = " / ".join(story.head)
                    print(
                        f"  {verdict}: {found}, stated {story.day}: {above}: {story.text[:120]!r}"
                    )
            counts["not read"] = len(own) - counts.total()
            told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
            print(f"{shape:<28}{'states its day' if states else 'states none':<16}{told}")
            total += counts
    count = total.total()
    for name in total:
        print(f"{name}: {total[name]} of {count}")
    known = count - total["wrong"] - total["not read"]
    print(f"right or unknown: {known} of {count}, {known / count:.1%}")


def _verdict(story: Story, found: dt.date | None, states: bool) -> str:
    if found is None:
        return "not found though stated" if states else "unknown"
    return "right" if found == story.day else "wrong"


def _chosen(files: Iterable[Path], count: int, chance: random.Random) -> list[Story]:
    """Return articles of several files, most of them with dates in their text."""
    rows: list[dict[str, Any]] = []
    for path in files:
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
            rows += [json.loads(line) for line in lines]
    rows = [row for row in rows if row.get("published") and len(row["text"]) in _LENGTHS]
    chance.shuffle(rows)
    with_dates = [row for row in rows if _FULL_DATE.search(row["text"])]
    without = [row for row in rows if not _FULL_DATE.search(row["text"])]
    traps = round(_TRAPS * count)
    chosen = with_dates[:traps] + without[: count - traps]
    chance.shuffle(chosen)
    shapes = len(SHAPES)  # a shape's stories are so many apart, and have layouts one after another
    return [
        _story(row, number % shapes * EACH + number // shapes, chance)
        for number, row in enumerate(chosen)
    ]


def _story(row: dict[str, Any], number: int, chance: random.Random) -> Story:
    day = dt.date.fromisoformat(row["published"][:10])
    other = day + dt.timedelta(days=chance.randrange(20, 400))
    title = " ".join(_CONTROL.sub("", row["title"] or "Untitled").split())
    return Story(title, day, other, _CONTROL.sub("", row["text"]), number)


def _read(
    folder: Path, suffix: str, write: Write, stories: Sequence[Story]
) -> list[tuple[Story, dt.date | None]]:
    """Return the stories with the days that are read from their files."""
    folder.mkdir()
    if suffix in _TABLES:
        (folder / f"all{suffix}").write_bytes(write(stories))
        by_title = {story.title: story for story in stories}
        articles = _articles(folder)
        return [(by_title[one.title], one.published) for one in articles if one.title in by_title]
    for number, story in enumerate(stories):
        (folder / f"{number}{suffix}").write_bytes(write([story]))
    return [(stories[int(one.path.split(".")[0])], one.published) for one in _articles(folder)]


def _articles(folder: Path) -> list[Article]:
    return [item for item in load_articles([folder]) if isinstance(item, Article)]


if __name__ == "__main__":
    main()
