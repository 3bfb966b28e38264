"""Public date taggers on the file of `benchmarks.dates_in_text`, beside Dateline.

    python -m venv TAGGERS
    TAGGERS/bin/pip install dateparser==1.5.0 timexy==0.1.3
    TAGGERS/bin/pip install recognizers-text-date-time==1.0.2a2 emoji==1.7.0
    TAGGERS/bin/python -m benchmarks.date_taggers FILE dateparser

They are installed apart, since Dateline does not need them. Each is told the day of publication if
it takes one, and that a day without a year is past. Of several values that a tagger gives the first
counts. A value counts at the precision that the tagger says it has: a year, a month or a day.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.dates_in_text import (
    Place,
    Score,
    Tagger,
    add,
    dateline,
    is_kept_back,
    print_table,
    read,
)
from benchmarks.measuring import arguments

_PRECISION = {"year": 4, "month": 7, "day": 10, "time": 10}
_MOMENT = re.compile(r"\d{4}(?:-\d\d){0,2}")


def main() -> None:
    """Print the table of one tagger."""
    parser = arguments(__doc__)
    parser.add_argument("file", type=Path, help="tempeval3_two_thirds.jsonl.gz")
    parser.add_argument("tagger", choices=sorted(TAGGERS))
    options = parser.parse_args()
    tagger = TAGGERS[options.tagger]()
    seen, kept_back = Score(), Score()
    for row in read(options.file):
        add(kept_back if is_kept_back(row["id"]) else seen, row, tagger)
    print_table(seen, kept_back)


def _dateparser() -> Tagger:
    search = import_module("dateparser.search").search_dates
    parser = import_module("dateparser.date").DateDataParser

    def found(text: str, published: dt.date) -> list[Place]:
        now = dt.datetime.combine(published, dt.time())
        settings = {"RELATIVE_BASE": now, "PREFER_DATES_FROM": "past"}
        parse = parser(languages=["en"], settings=settings).get_date_data
        places, end = [], 0
        for words, day in search(text, languages=["en"], settings=settings) or ():
            start = text.find(words, end)
            period = parse(words).period
            if start >= 0 and period in _PRECISION:
                end = start + len(words)
                places.append((start, end, f"{day:%Y-%m-%d}"[: _PRECISION[period]]))
        return places

    return found


def _recognizers() -> Tagger:
    recognize = import_module("recognizers_date_time").recognize_datetime

    def found(text: str, published: dt.date) -> list[Place]:
        now = dt.datetime.combine(published, dt.time())
        places = []
        for one in recognize(text, "en-us", reference=now):
            value = _first_value((one.resolution or {}).get("values") or [{}])
            if value is not None:
                places.append((one.start, one.end + 1, value))
        return places

    return found


def _first_value(values: list[dict[str, str]]) -> str | None:
    """Return a date, or the year or month that a range is."""
    timex, day = values[0].get("timex", ""), values[0].get("value", "")
    for text in (timex, day[:10]):
        if _MOMENT.fullmatch(text):
            return text
    start = values[0].get("start", "")
    if re.fullmatch(r"XXXX-\d\d", timex) and start:
        return start[:7]
    return None


def _timexy() -> Tagger:
    nlp = import_module("spacy").blank("en")
    import_module("timexy")
    nlp.add_pipe("timexy", config={"kb_id_type": "timex3", "label": "timexy", "overwrite": False})

    def found(text: str, _: dt.date) -> list[Place]:
        spans: list[Any] = [span for span in nlp(text).ents if span.label_ == "timexy"]
        values = [re.search(r'value="(\d{4}-\d\d-\d\d)T', span.kb_id_) for span in spans]
        return [
            (span.start_char, span.end_char, value[1])
            for span, value in zip(spans, values, strict=True)
            if value is not None
        ]

    return found


TAGGERS: dict[str, Callable[[], Tagger]] = {
    "dateline": lambda: dateline,
    "dateparser": _dateparser,
    "recognizers": _recognizers,
    "timexy": _timexy,
}


if __name__ == "__main__":
    main()
