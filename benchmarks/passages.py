"""How long a passage should be, and which encoder should find it: recall over part of the news.

    python -m benchmarks.passages DATA/realtimeqa/2022 [--articles 1500] [--questions 200]
        [--lengths 300 450 600 900 1200] [--encoder NAME=FOLDER ...] [--static]

The questions are a sample of those with an answer. The articles are those that Google gave for
them, and others up to `--articles`. Passages are whole sentences of at most so many characters.
Every index is made in memory, with Dateline's own chunking, description, BM25, encoder and fusion.

A longer passage holds an answer more easily. So the table gives the first 9,600 characters too,
beside the first 1, 5 and 20 passages. The reader reads as much of 16 passages of 600.

`--encoder` adds sentence-transformers models, with passages of the default length. `--static` adds
a model distilled from the default one by model2vec (needs: pip install 'model2vec[distill]').
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from benchmarks.measuring import arguments
from index.models.encoder import DEFAULT_ENCODER, compiled_encoder
from index.passages import encoded_text
from index.stores.fusion import fused
from index.stores.keywords import KeywordIndex, write_keywords
from index.text.chunking import PASSAGE_CHARACTERS, passage_spans
from index.text.dates import describe
from index.types import Article, Passage, Vectors
from qa.answering.understanding import understand
from qa.evaluation.metrics import holds
from qa.evaluation.questions import LabelledQuestion, read_questions
from training.encoder import original_weights
from training.measure import articles_of

_CHARACTERS = 9_600
_CUTOFFS = (1, 5, 20)


class Encoder(Protocol):
    """The part of an `Embedder` that is needed here."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of passages."""
        ...

    def encode_question(self, question: str) -> Vectors:
        """Return the unit vector of a question."""
        ...


class StaticEncoder:
    """A static model of model2vec: the weighted mean of word vectors."""

    def __init__(self, source: str) -> None:
        from model2vec.distill import distill  # type: ignore[import-not-found, unused-ignore]

        self._model: Any = distill(model_name=source, pca_dims=256)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of passages."""
        vectors = np.asarray(self._model.encode(list(texts)), dtype=np.float32)
        unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        return unit

    def encode_question(self, question: str) -> Vectors:
        """Return the unit vector of a question."""
        vector: Vectors = self.encode([question])[0]
        return vector


@dataclass(frozen=True, slots=True)
class Sample:
    """Questions, and the articles to find their answers in."""

    questions: Sequence[LabelledQuestion]
    articles: Sequence[Article]


def main() -> None:
    """Measure each length and each encoder, and print a table."""
    parser = arguments(__doc__)
    parser.add_argument("news", type=Path)
    parser.add_argument("--articles", type=int, default=1_500)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--lengths", type=int, nargs="*", default=[300, 450, 600, 900, 1200])
    parser.add_argument("--encoder", action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--static", action="store_true")
    parser.add_argument("--work", type=Path, default=Path("var/benchmarks"))
    options = parser.parse_args()
    sample = sampled(options.news, options.questions, options.articles)
    print(f"{len(sample.questions)} questions, {len(sample.articles)} articles")
    print(
        f"{'':<34}{'passages':>10}{'seconds':>9}{'@1':>7}{'@5':>7}{'@20':>7}"
        f"{'9,600 characters':>18}{'vectors @20':>13}"
    )
    compiled = options.work / "encoders"
    default = compiled_encoder(DEFAULT_ENCODER, compiled)
    for length in options.lengths:
        print_row(f"{length} characters", sample, length, default)
    for item in options.encoder:
        name, _, source = item.partition("=")
        print_row(name, sample, PASSAGE_CHARACTERS, compiled_encoder(source, compiled))
    if options.static:
        static = StaticEncoder(str(original_weights()))
        print_row("static", sample, PASSAGE_CHARACTERS, static)


def sampled(news: Path, questions: int, articles: int) -> Sample:
    """Return a sample of the questions with an answer, their articles, and other articles."""
    known = [one for one in read_questions(news / "questions.jsonl") if one.answers and one.held]
    asked = random.Random(0).sample(known, min(questions, len(known)))
    everything = list(articles_of(news / "articles.jsonl.gz"))
    helpful = set[str]()
    for question in asked:
        helpful.update(question.articles)
    others = [article for article in everything if article.record_id not in helpful]
    wanted = max(0, min(len(others), articles - len(helpful)))
    more = random.Random(0).sample(others, wanted)
    return Sample(asked, [article for article in everything if article.record_id in helpful] + more)


def print_row(name: str, sample: Sample, length: int, encoder: Encoder) -> None:
    """Index the articles in memory, search for every question, and print the recall."""
    passages = [
        Passage(article, start, end, describe(article, start, end))
        for article in sample.articles
        for start, end in passage_spans(article.text, length)
    ]
    began = time.perf_counter()
    vectors = encoder.encode([encoded_text(passage) for passage in passages])
    seconds = time.perf_counter() - began
    together, by_vectors = [], []
    with tempfile.TemporaryDirectory() as scratch:
        write_keywords(passages, Path(scratch) / "keywords")
        keywords = KeywordIndex(Path(scratch) / "keywords")
        for question in sample.questions:
            scores = vectors @ encoder.encode_question(question.question)
            nearest = [(row, float(scores[row])) for row in np.argsort(-scores)[:100].tolist()]
            asked = understand(question.question, as_of=question.asked)
            words = keywords.matching(f"{asked.text} {asked.extra_terms}", 100)
            together.append([passages[row].text for row, _ in fused(nearest, words)])
            by_vectors.append([passages[row].text for row, _ in nearest[:20]])
    cells = ""
    for cutoff in _CUTOFFS:
        cells += f"{recall(sample, [texts[:cutoff] for texts in together]):>7.1f}"
    characters = recall(sample, [within(texts, _CHARACTERS) for texts in together])
    print(
        f"{name:<34}{len(passages):>10}{seconds:>9.0f}{cells}"
        f"{characters:>18.1f}{recall(sample, by_vectors):>13.1f}",
        flush=True,
    )


def recall(sample: Sample, found: Sequence[Sequence[str]]) -> float:
    """Return the percentage of questions with a gold answer in one of their texts."""
    right = 0
    for texts, question in zip(found, sample.questions, strict=True):
        right += any(holds(text, question.answers or ()) for text in texts)
    return 100 * right / len(sample.questions)


def within(texts: Sequence[str], characters: int) -> list[str]:
    """Return the first texts that together have at most so many characters."""
    lengths = np.cumsum([len(text) for text in texts])
    return list(texts[: int(np.searchsorted(lengths, characters, side="right"))])


if __name__ == "__main__":
    main()
