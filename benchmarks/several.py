"""How often two indexes asked as one answer what one index of both answers.

    python -m benchmarks.several QUESTIONS.jsonl [MORE.jsonl ...] --index DIR
        [--before 2022-01-01] [--most 200] [--work var/benchmarks/several]

DIR is an index of real articles. Those published before that day are built into one index of
--work, the others into a second. Vectors are taken from DIR, all else is built anew, so boilerplate
and near-copies are what each index knows by itself. Each question is asked of DIR and of the two,
as of its own day. Printed is the share with the same first answer, first passage and first five
passages, and each question whose first answer differs.
"""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import index
import qa
from benchmarks.measuring import arguments
from index.encoded_file import EncodedFile
from index.models.encoder import compiled_encoder
from index.passages import encoded_text
from index.stores.local.generations import open_index
from index.stores.manifest import ENCODERS
from index.types import Article, Embedder, Store
from qa.evaluation.questions import LabelledQuestion, read_questions
from qa.types import Reply


def main() -> None:
    """Build the two indexes if they are missing, ask the questions, and print the shares."""
    parser = arguments(__doc__)
    parser.add_argument("questions", type=Path, nargs="+")
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--before", type=dt.date.fromisoformat, default=dt.date(2022, 1, 1))
    parser.add_argument("--most", type=int, default=200, metavar="QUESTIONS")
    parser.add_argument("--work", type=Path, default=Path("var/benchmarks/several"))
    options = parser.parse_args()
    whole = open_index(options.index)
    name = whole.manifest["encoder"]["name"]
    embedder = compiled_encoder(name, options.work / ENCODERS)
    parts = [options.work / "earlier", options.work / "later"]
    for later, part in enumerate(parts):
        if not (part / "CURRENT").exists():
            build(whole, embedder, part, options.before, bool(later))
    archives = [qa.open(where, embedder=embedder) for where in (options.index, parts)]
    same: Counter[str] = Counter()
    questions = chosen(options.questions, options.most)
    for question in questions:
        replies = [archive.ask(question.question, as_of=question.asked) for archive in archives]
        same.update(what for what, alike in alike_in(*replies).items() if alike)
        if not alike_in(*replies)["first answer"]:
            print(f"{question.question!r}: {', '.join(map(repr, map(first, replies)))}", flush=True)
    counts = [archive.store.manifest["counts"]["articles"] for archive in archives]
    print(f"{len(questions)} questions over {counts[0]} articles, {counts[1]} in two indexes")
    for what, count in same.items():
        print(f"the same {what}: {100 * count / len(questions):.1f}%")


def build(whole: Store, embedder: Embedder, folder: Path, day: dt.date, later: bool) -> None:
    """Build the articles before a day, or the others, with the vectors of an index."""
    shutil.rmtree(folder, ignore_errors=True)
    with EncodedFile(embedder, folder / ENCODERS) as made:
        for article in some_of(whole, day, later):
            passages, vectors = whole.indexed(article.id)
            made.add([encoded_text(passage) for passage in passages], vectors)
    summary = index.build(some_of(whole, day, later), folder, embedder=embedder)
    print(
        f"{summary.articles} articles, {summary.passages} passages in {folder}, "
        f"{summary.passages - summary.vectors_reused} of them encoded",
        flush=True,
    )


def some_of(whole: Store, day: dt.date, later: bool) -> Iterator[Article]:
    """Yield the articles published before a day, or the others. Those without a day are early."""
    for article in whole.articles():
        if (article.published is not None and article.published >= day) == later:
            yield article


def chosen(files: Sequence[Path], most: int) -> list[LabelledQuestion]:
    """Return questions of all files in turn."""
    turns = itertools.zip_longest(*(read_questions(file) for file in files))
    every = (question for turn in turns for question in turn if question is not None)
    return list(itertools.islice(every, most))


def alike_in(one: Reply, other: Reply) -> dict[str, bool]:
    """Return in what two replies are alike."""
    ours, theirs = (
        [(hit.article.title, hit.text) for hit in reply.passages] for reply in (one, other)
    )
    return {
        "first answer": first(one) == first(other),
        "first passage": ours[:1] == theirs[:1],
        "first five passages": ours[:5] == theirs[:5],
    }


def first(reply: Reply) -> str | None:
    """Return the text of the first answer, None if there is none."""
    return reply.answers[0].text if reply.answers else None


if __name__ == "__main__":
    main()
