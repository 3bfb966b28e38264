"""How many expressions of time in news are found, and how many of those found are right.

    python -m benchmarks.dates_in_text DATA/dates/tempeval3_two_thirds.jsonl.gz [--sentences N]

Reads articles with TIMEX3 annotations. A calendar date is an annotated DATE whose value is a year,
a month or a day ("1998", "1998-03", "1998-03-06"). It is found if a moment of `moments_in` stands
where it stands and has its value. A moment is right if an annotation stands there and its value,
cut to the precision of a day, is the moment. It is true if it is right, or if the value is a week,
a quarter or a season that lies within it: Dateline's moments are years, months and days, so "last
week" is its month, and "a year ago" the year. One that stands at no annotation is not true.

A third of the articles, chosen by the hash of the id, is kept back: mend what the other part shows.
The commonest misses are shown by kind for the part that may be looked at, with the words of the
expression alone. `--sentences N` prints the text around N misses too.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.measuring import arguments
from index.text.dates import moments_in, time_spans

Place = tuple[int, int, str]  # start, end and moment
Tagger = Callable[[str, dt.date], list[Place]]
_CALENDAR = re.compile(r"\d{4}(?:-\d\d){0,2}")
_COARSE = re.compile(
    r"""
    (?P<year>\d{4}) -
    (?: W(?P<week>\d{1,2}) (?:-WE)?    # 1998-W30, 1998-W30-WE: a week, a weekend
      | WXX | XX (?:-XX)?              # 1998-WXX, 1998-XX: some week, some time of it
      | \d\d-XX                        # 1998-10-XX: some day of October
      | Q[\dX] | H\d                   # 1998-Q3, 1998-H1
      | SP | SU | FA | WI              # 1998-FA
    )
    """,
    re.VERBOSE,
)
_DAY = len("1998-03-06")
_AROUND = 90  # characters shown before and after a miss


@dataclass(slots=True)
class Score:
    """The counts of one part of the file."""

    articles: int = 0
    dates: int = 0
    found: int = 0
    said: int = 0
    right: int = 0
    true: int = 0
    misses: list[Miss] = field(default_factory=list)

    def line(self, name: str) -> str:
        """Return the counts as a row of a Markdown table."""
        found = _percent(self.found, self.dates)
        right, true = _percent(self.right, self.said), _percent(self.true, self.said)
        return f"| {name} | {self.articles} | {found} | {right} | {true} |"


@dataclass(frozen=True, slots=True)
class Miss:
    """An annotation that was not found, or a moment that is not right."""

    kind: str
    words: str
    wanted: str
    said: str
    around: str


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table, and what is missed most."""
    parser = arguments(__doc__)
    parser.add_argument("file", type=Path, help="tempeval3_two_thirds.jsonl.gz")
    parser.add_argument("--sentences", type=int, default=0, help="print so many misses in place")
    parser.add_argument("--most", type=int, default=25, help="kinds of misses to list")
    options = parser.parse_args(argv)
    seen, kept_back = Score(), Score()
    for row in read(options.file):
        score = kept_back if is_kept_back(row["id"]) else seen
        add(score, row)
    print_table(seen, kept_back)
    print("\nMissed most, of the part looked at:")
    for (kind, words), count in _commonest(seen.misses, options.most):
        print(f"{count:5} {kind:10} {words}")
    for miss in seen.misses[: options.sentences]:
        print(f"\n{miss.kind}: wanted {miss.wanted}, said {miss.said}\n  {miss.around}")


def print_table(seen: Score, kept_back: Score) -> None:
    """Print a row for each part of the file."""
    print("| part | articles | calendar dates found | said and right | said and true |")
    print("|---|---|---|---|---|")
    print(seen.line("looked at"))
    print(kept_back.line("kept back"))


def read(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the articles of a file of JSON lines."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def is_kept_back(name: str) -> bool:
    """Whether an article is in the third that is not looked at."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 3 == 0


def dateline(text: str, published: dt.date) -> list[Place]:
    """Return the moments that Dateline finds in a text."""
    moments = dict(moments_in(text, published))
    return [(start, end, moments[start]) for start, end in time_spans(text) if start in moments]


def add(score: Score, row: dict[str, Any], tagger: Tagger = dateline) -> None:
    """Count the dates of one article, and what a tagger says of it."""
    said = tagger(row["text"], dt.date.fromisoformat(row["published"]))
    score.articles += 1
    for expression in row["expressions"]:
        if expression["type"] != "DATE" or not _CALENDAR.fullmatch(expression["value"]):
            continue
        score.dates += 1
        here = [moment for start, end, moment in said if _overlaps(expression, start, end)]
        if expression["value"] in here:
            score.found += 1
        else:
            kind = "other" if here else "not found"
            score.misses.append(_miss(kind, expression, here, row))
    for start, end, moment in said:
        score.said += 1
        there = [each for each in row["expressions"] if _overlaps(each, start, end)]
        right = any(each["value"][:_DAY] == moment for each in there)
        score.right += right
        if right or any(is_within(each["value"], moment) for each in there):
            score.true += 1
        elif not any(_CALENDAR.fullmatch(each["value"]) for each in there):
            place = {"start": start, "end": end, "value": ", ".join(_values(there)) or "nothing"}
            kind = "not a date" if there else "nothing"
            score.misses.append(_miss(kind, place, [moment], row))


def is_within(value: str, moment: str) -> bool:
    """Whether a TIMEX3 value is a week, quarter or season that lies within a moment.

    "1998-Q3" and "1998-W30" lie within "1998". What a value leaves open ("1998-WXX") is not judged.
    """
    found = _COARSE.fullmatch(value)
    if found is None:
        return False
    year, month = int(found["year"]), moment[5:7]
    if len(moment) == _DAY or not moment.startswith(found["year"]):
        return False
    if not month or "X" in value:
        return True
    if found["week"] is None:
        return False
    days = (dt.date.fromisocalendar(year, int(found["week"]), day) for day in (1, 7))
    return all(day.isoformat().startswith(moment) for day in days)


def _values(expressions: Iterable[dict[str, Any]]) -> list[str]:
    return [f"{each['type']} {each['value']}" for each in expressions]


def _overlaps(expression: dict[str, Any], start: int, end: int) -> bool:
    return bool(expression["start"] < end and start < expression["end"])


def _miss(kind: str, place: dict[str, Any], said: Sequence[str], row: dict[str, Any]) -> Miss:
    start, end = place["start"], place["end"]
    around = row["text"][max(0, start - _AROUND) : end + _AROUND]
    around = f"[{row['published']}] {' '.join(around.split())}"
    words = " ".join(row["text"][start:end].split())
    return Miss(kind, words, place["value"], ", ".join(said) or "nothing", around)


def _commonest(misses: Iterable[Miss], most: int) -> list[tuple[tuple[str, str], int]]:
    kinds = Counter((miss.kind, re.sub(r"\d", "9", miss.words.lower())) for miss in misses)
    return kinds.most_common(most)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / max(1, whole):.1f}% of {whole}"


if __name__ == "__main__":
    main()
