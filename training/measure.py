"""Measure the reader on held-out sets, in one table beside the cards of other small readers.

    python -m training.measure DATA [--sample 500] [--reader MODEL] [--work var/measures]

DATA is the folder with qa/ and realtimeqa/. No reader is trained on or tuned to these sets:

    SQuAD 1.1 dev, 32 articles    best span, at any probability
    SQuAD 2.0 dev, 19 articles    best span or silence, by the threshold that is best on 16
                                  training articles
    NewsQA dev, half              best span of the whole story, read in passages
    RealTime QA 2022              best span of the 16 passages that BM25 finds in the articles
                                  that Google gave, if the answer stands in them

`--sample 0` takes every question. Each set's report (`dateline evaluate --report`) is kept in
--work, so that an interrupted run goes on.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.stores.keywords import KeywordIndex, write_keywords
from index.text.chunking import passage_spans
from index.types import Article, Passage
from qa.answering.reader import OnnxReader
from qa.evaluation.metrics import area_under_risk_coverage, calibration_error, interval
from qa.evaluation.outcomes import Outcome
from qa.evaluation.run import evaluate

# Exact match / F1 on the whole dev sets, from the models' own cards on Hugging Face.
CARDS = (
    ("deepset/minilm-uncased-squad2, 33M", "", "76.1 / 79.5"),
    ("deepset/tinyroberta-squad2, 82M", "", "78.7 / 81.9"),
    ("distilbert-base-cased-distilled-squad, 65M", "   - / 87.1", ""),
)
_PASSAGES = 16
_KEYWORD_MATCHES = 5_000  # of all articles, among which a question's own are looked for
_RIGHT = 0.6  # F1


def main() -> None:
    """Run the command line."""
    arguments = _arguments()
    reader = OnnxReader()
    if arguments.reader:
        reader = OnnxReader.named(arguments.reader)
    work = arguments.work / reader.fingerprint
    work.mkdir(parents=True, exist_ok=True)
    files = _files(arguments.data, work, arguments.sample)
    outcomes = {name: _outcomes(file, work / name, reader) for name, file in files.items()}
    cut = _best_cut(outcomes["squad2 train"])
    _print_table(outcomes, cut)
    print(f"\nquestions: {', '.join(f'{name} {len(some)}' for name, some in outcomes.items())}")
    for name in ("squad1", "newsqa", "realtimeqa"):
        low, high = interval([one.f1 for one in outcomes[name]])
        print(f"{name}: F1 95% interval {100 * low:.1f} to {100 * high:.1f}")
    answerable = [one for one in outcomes["squad2"] if one.golds]
    refused = np.mean([one.probability < cut for one in outcomes["squad2"] if not one.golds])
    print(
        f"squad2: answerable alone {_pair(answerable)}; "
        f"at probability {cut:.2f} refused {refused:.3f}"
    )
    for name in ("squad2", "realtimeqa"):
        said = [one.probability for one in outcomes[name]]
        right = [one.f1 >= _RIGHT for one in outcomes[name]]
        area = area_under_risk_coverage(said, [float(good) for good in right])
        print(
            f"{name}: expected calibration error {calibration_error(said, right):.3f}, "
            f"area under risk and coverage {area:.3f}"
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("data", type=Path)
    add("--sample", type=int, default=500, help="questions of each set; 0 for all")
    add("--reader", help="another extractive model, by name or path")
    add("--work", type=Path, default=Path("var/measures"))
    return parser.parse_args()


def _files(data: Path, work: Path, number: int) -> dict[str, Path]:
    """Return a file of questions for each set."""
    paths = {
        "squad1": "test/squad1_dev_32articles",
        "squad2 train": "train/squad2_16articles",
        "squad2": "test/squad2_dev_19articles",
        "newsqa": "test/newsqa_dev_half",
    }
    files = {
        name: sampled(data / "qa" / f"{path}.jsonl.gz", work, number)
        for name, path in paths.items()
    }
    files["realtimeqa"] = given(data / "realtimeqa" / "2022", work, number)
    return files


def _outcomes(file: Path, report: Path, reader: OnnxReader) -> list[Outcome]:
    """Return what the reader says to each question of a file."""
    evaluate(file, None, report=report, reader=reader, progress=_print_progress)
    rows = (report / "outcomes.jsonl").read_text(encoding="utf-8").splitlines()[1:]
    return [Outcome(**json.loads(row)) for row in rows]


def _best_cut(outcomes: Sequence[Outcome]) -> float:
    """Return the probability below which silence gives the highest F1."""
    cuts = np.arange(0, 1, 0.02)
    return float(max(cuts, key=lambda cut: np.mean([_at(one, cut, "f1") for one in outcomes])))


def _print_table(outcomes: Mapping[str, Sequence[Outcome]], cut: float) -> None:
    """Print exact match and F1 on each set, and those of the cards."""
    titles = ("SQuAD 1.1", "SQuAD 2.0", "NewsQA", "RealTime QA")
    print(f"\n{'exact match / F1':<46}" + "".join(f"{title:>14}" for title in titles))
    exact = 100 * np.mean([_at(one, cut, "exact_match") for one in outcomes["squad2"]])
    overlap = 100 * np.mean([_at(one, cut, "f1") for one in outcomes["squad2"]])
    cells = [_pair(outcomes[name]) for name in ("squad1", "newsqa", "realtimeqa")]
    cells.insert(1, f"{exact:.1f} / {overlap:.1f}")
    print(f"{'this reader':<46}" + "".join(f"{cell:>14}" for cell in cells))
    for name, squad1, squad2 in CARDS:
        print(f"{name:<46}{squad1:>14}{squad2:>14}")


def sampled(path: Path, work: Path, number: int) -> Path:
    """Return a file of `number` questions of the set, always the same ones.

    For 0 it is the set itself.
    """
    if not number:
        return path
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = file.readlines()
    some = work / f"{path.name.split('.')[0]}-{number}.jsonl"
    drawn = random.Random(0).sample(lines, min(number, len(lines)))
    some.write_text("".join(drawn), encoding="utf-8")
    return some


def given(folder: Path, work: Path, number: int) -> Path:
    """Return a file of the answerable questions, each with a context.

    The context is the passages that BM25 finds in the question's own articles.
    """
    with (folder / "questions.jsonl").open(encoding="utf-8") as file:
        rows = [row for row in map(json.loads, file) if row["answer_in_google_articles"]]
    size = len(rows) if number == 0 else min(number, len(rows))
    rows = random.Random(0).sample(rows, size)
    target = work / f"realtimeqa-{number}.jsonl"
    if target.exists():
        return target
    wanted = {id for row in rows for id in row["google_articles"]}
    passages: list[Passage] = []
    for article in articles_of(folder / "articles.jsonl.gz"):
        if article.id in wanted:
            passages += _passages(article)
    if not (work / "keywords").exists():
        write_keywords(passages, work / "keywords")
    keywords = KeywordIndex(work / "keywords")
    lines = [json.dumps(_with_context(row, passages, keywords)) + "\n" for row in rows]
    target.write_text("".join(lines), encoding="utf-8")
    return target


def _with_context(
    row: Mapping[str, Any], passages: Sequence[Passage], keywords: KeywordIndex
) -> dict[str, Any]:
    """Return a question with the passages that BM25 finds in its own articles."""
    matches = keywords.matching(row["question"], _KEYWORD_MATCHES)
    own = [passages[n] for n, _ in matches if passages[n].article.id in row["google_articles"]]
    context = "\n\n".join(dict.fromkeys(passage.text for passage in own[:_PASSAGES]))
    return {**{key: row[key] for key in ("id", "question", "answers")}, "context": context}


def articles_of(path: Path) -> Iterator[Article]:
    """Yield the articles of a file of RealTime QA."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            published = None
            if row["published"]:
                published = dt.date.fromisoformat(row["published"])
            yield Article(
                row["id"],
                row["text"],
                title=row["title"],
                source=row["source"],
                published=published,
            )


def _passages(article: Article) -> list[Passage]:
    return [Passage(article, start, end) for start, end in passage_spans(article.text)]


def _pair(outcomes: Sequence[Outcome]) -> str:
    """Return exact match and F1, in percent."""
    exact = 100 * np.mean([one.exact_match for one in outcomes])
    overlap = 100 * np.mean([one.f1 for one in outcomes])
    return f"{exact:.1f} / {overlap:.1f}"


def _at(one: Outcome, cut: float, measure: str) -> float:
    """Return a question's measure if spans less probable than `cut` are not said.

    Silence is right if there is no answer.
    """
    is_said = one.probability >= cut
    if not one.golds:
        return float(not is_said)
    if not is_said:
        return 0.0
    return float(getattr(one, measure))


def _print_progress(done: int, total: int) -> None:
    print(f"{done} of {total}  ", end="\r")


if __name__ == "__main__":
    main()
