"""The reader on held-out sets, in one table beside the published cards of other small readers.

    python -m training.measure DATA [--sample 500] [--reader MODEL] [--work var/measures]

DATA is the folder with qa/ and realtimeqa/. None of these sets is trained on or tuned to:

    SQuAD 1.1 dev, 32 articles    best span, whatever its probability
    SQuAD 2.0 dev, 19 articles    best span or silence, by the threshold that is best on 16 training articles
    NewsQA dev, half              best span of the whole story, read in passages
    RealTime QA 2022              best span of the 16 passages that BM25 finds in the articles that Google gave,
                                  for the 476 questions whose answer stands in them

`--sample 0` takes every question. Each set's report (`dateline evaluate --report`) is kept in --work, so
that an interrupted run goes on.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import random
from collections.abc import Iterator, Sequence
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

# Exact match / F1 on the whole dev sets, as the models' own cards on Hugging Face say.
CARDS = (
    ("deepset/minilm-uncased-squad2, 33M", "", "76.1 / 79.5"),
    ("deepset/tinyroberta-squad2, 82M", "", "78.7 / 81.9"),
    ("distilbert-base-cased-distilled-squad, 65M", "   - / 87.1", ""),
)
_PASSAGES = 16
_RIGHT = 0.6


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--sample", type=int, default=500, help="questions of each set; 0 for all")
    parser.add_argument("--reader", help="another extractive model, by name or path")
    parser.add_argument("--work", type=Path, default=Path("var/measures"))
    arguments = parser.parse_args()
    reader = OnnxReader.named(arguments.reader) if arguments.reader else OnnxReader()
    work = arguments.work / reader.fingerprint
    work.mkdir(parents=True, exist_ok=True)
    qa, news = arguments.data / "qa", arguments.data / "realtimeqa" / "2022"
    files = {
        "squad1": sampled(qa / "test" / "squad1_dev_32articles.jsonl.gz", work, arguments.sample),
        "squad2 train": sampled(
            qa / "train" / "squad2_16articles.jsonl.gz", work, arguments.sample
        ),
        "squad2": sampled(qa / "test" / "squad2_dev_19articles.jsonl.gz", work, arguments.sample),
        "newsqa": sampled(qa / "test" / "newsqa_dev_half.jsonl.gz", work, arguments.sample),
        "realtimeqa": given(news, work, arguments.sample),
    }
    outcomes: dict[str, list[Outcome]] = {}
    for name, file in files.items():
        evaluate(
            file,
            None,
            report=work / name,
            reader=reader,
            progress=lambda done, total: print(f"{done} of {total}  ", end="\r"),
        )
        rows = (work / name / "outcomes.jsonl").read_text(encoding="utf-8").splitlines()[1:]
        outcomes[name] = [Outcome(**json.loads(row)) for row in rows]

    cut = max(
        np.arange(0, 1, 0.02),
        key=lambda cut: np.mean([_at(one, cut, "f1") for one in outcomes["squad2 train"]]),
    )
    print(
        f"\n{'exact match / F1':<46}{'SQuAD 1.1':>14}{'SQuAD 2.0':>14}{'NewsQA':>14}{'RealTime QA':>14}"
    )
    own = [_pair(outcomes[name]) for name in ("squad1", "newsqa", "realtimeqa")]
    silent = f"{100 * np.mean([_at(one, cut, 'exact_match') for one in outcomes['squad2']]):.1f} / {100 * np.mean([_at(one, cut, 'f1') for one in outcomes['squad2']]):.1f}"
    print(f"{'this reader':<46}{own[0]:>14}{silent:>14}{own[1]:>14}{own[2]:>14}")
    for name, squad1, squad2 in CARDS:
        print(f"{name:<46}{squad1:>14}{squad2:>14}")
    print(f"\nquestions: {', '.join(f'{name} {len(some)}' for name, some in outcomes.items())}")
    for name in ("squad1", "newsqa", "realtimeqa"):
        low, high = interval([one.f1 for one in outcomes[name]])
        print(f"{name}: F1 95% interval {100 * low:.1f} to {100 * high:.1f}")
    adversarial = outcomes["squad2"]
    can = [one for one in adversarial if one.golds]
    print(
        f"squad2: answerable alone {_pair(can)}; at probability {cut:.2f} refused {np.mean([one.probability < cut for one in adversarial if not one.golds]):.3f}"
    )
    for name in ("squad2", "realtimeqa"):
        said, right = (
            [one.probability for one in outcomes[name]],
            [one.f1 >= _RIGHT for one in outcomes[name]],
        )
        print(
            f"{name}: expected calibration error {calibration_error(said, right):.3f}, "
            f"area under risk and coverage {area_under_risk_coverage(said, [float(good) for good in right]):.3f}"
        )


def sampled(path: Path, work: Path, number: int) -> Path:
    """A file of `number` questions of the set, always the same ones; the set itself for 0."""
    if not number:
        return path
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = file.readlines()
    some = work / f"{path.name.split('.')[0]}-{number}.jsonl"
    some.write_text(
        "".join(random.Random(0).sample(lines, min(number, len(lines)))), encoding="utf-8"
    )
    return some


def given(folder: Path, work: Path, number: int) -> Path:
    """A file of the answerable questions, the context of each the passages that BM25 finds in its own articles."""
    with (folder / "questions.jsonl").open(encoding="utf-8") as file:
        rows = [row for row in map(json.loads, file) if row["answer_in_google_articles"]]
    rows = random.Random(0).sample(rows, min(number or len(rows), len(rows)))
    target = work / f"realtimeqa-{number}.jsonl"
    if not target.exists():
        wanted = {id for row in rows for id in row["google_articles"]}
        passages = [
            passage
            for article in articles_of(folder / "articles.jsonl.gz")
            if article.id in wanted
            for passage in _passages(article)
        ]
        if not (work / "keywords").exists():
            write_keywords(passages, work / "keywords")
        keywords = KeywordIndex(work / "keywords")
        lines = []
        for row in rows:
            own = set(row["google_articles"])
            found = [
                passages[n]
                for n, _ in keywords.matching(row["question"], 5_000)
                if passages[n].article.id in own
            ][:_PASSAGES]
            context = "\n\n".join(dict.fromkeys(passage.text for passage in found))
            lines.append(
                json.dumps(
                    {
                        "id": row["id"],
                        "question": row["question"],
                        "answers": row["answers"],
                        "context": context,
                    }
                )
                + "\n"
            )
        target.write_text("".join(lines), encoding="utf-8")
    return target


def articles_of(path: Path) -> Iterator[Article]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            published = dt.date.fromisoformat(row["published"]) if row["published"] else None
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
    return f"{100 * np.mean([one.exact_match for one in outcomes]):.1f} / {100 * np.mean([one.f1 for one in outcomes]):.1f}"


def _at(one: Outcome, cut: float, measure: str) -> Any:
    """A question's measure where spans less probable than `cut` are not said: silence is right where there is no answer."""
    said = one.probability >= cut
    if not one.golds:
        return float(not said)
    return getattr(one, measure) if said else 0.0


if __name__ == "__main__":
    main()
