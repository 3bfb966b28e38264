"""Measure how follow-ups are completed, beside how people completed them.

    python -m benchmarks.follow_ups FILE ... [--articles PATH ...] [--all]

FILE holds rows of CANARD or CAsT, or benchmarks/news_follow_ups.jsonl. Of the first two, a quarter
of the articles is held out from training, and measured here; --all takes every row. News
follow-ups name an article: --articles gives folders of .txt or .jsonl.gz files to take its title
and the answers' sentences from. The earlier questions of CANARD and CAsT are as typed. Those of
the news are as they should have been understood.

Done is a share of the follow-ups that need completing: F1 of content words with the person's
question is 0.9 or more. Worse than typed is a share of all: that F1 is below the typed question's.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.measuring import arguments
from index.text.sentences import sentence_around
from qa.answering.follow_ups import resolve
from training.rewritings import Rewriting, read, scores

Articles = dict[str, tuple[str, str]]  # the title and the text of each id


def main() -> None:
    """Run the command line."""
    parser = arguments(__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--articles", type=Path, nargs="*", default=[])
    parser.add_argument("--all", action="store_true", help="the follow-ups trained on too")
    options = parser.parse_args()
    articles = dict(_articles(options.articles))
    for titles in (True, False):
        rows = [_with_sentences(row, articles, titles) for row in read(options.files, titles)]
        if not options.all and not articles:
            rows = [row for row in rows if row.is_held_out]
        texts = [resolve(row.question, row.turns)[0].text for row in rows]
        print(f"{'with' if titles else 'without'} titles: {scores(rows, texts)}", flush=True)


def _articles(paths: Sequence[Path]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each article's id with its title and text."""
    for path in paths:
        for file in sorted(path.rglob("*.txt")):
            yield file.stem, ("", file.read_text(encoding="utf-8", errors="replace"))
        for file in sorted(path.rglob("articles.jsonl.gz")):
            with gzip.open(file, "rt", encoding="utf-8") as lines:
                for row in map(json.loads, lines):
                    yield row["id"], (row["title"] or "", row["text"])


def _with_sentences(row: Rewriting, articles: Articles, titles: bool) -> Rewriting:
    """Return a follow-up whose turns have their article's title and the answers' sentences."""
    if row.article not in articles:
        return row
    title, text = articles[row.article]
    turns = (
        replace(turn, title=title if titles else "", sentence=_sentence(turn.answer, text))
        for turn in row.turns
    )
    return replace(row, turns=tuple(turns))


def _sentence(answer: str | None, text: str) -> str | None:
    """Return the first sentence of a text that an answer stands in, or None."""
    if answer is None or answer not in text:
        return None
    place = text.index(answer)
    start, end = sentence_around(text, place, place + len(answer))
    return text[start:end].strip()


if __name__ == "__main__":
    main()
