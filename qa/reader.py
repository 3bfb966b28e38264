"""Question and passages to answer spans: a BERT with span outputs and a relevance output, in int8 ONNX.

The model says where an answer would start and end, how that compares with there being none (the
null score, at [CLS]), and how relevant the text is. It reads twice: the passages, for candidates in
context; then each candidate's sentence by itself, which tells apart two sentences of one passage
that both look like answers (a US-brokered truce, a Russian-brokered one). A span's score is the sum
over both readings of relevance + margin / 2; its probability is a logistic curve over the score,
fitted by training/calibrate.py and kept in reader.json. Limits: English, lower-cased; a passage
past the window is cut.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embedding import session_options
from index.sentences import sentences
from index.types import DatelineError
from qa.types import Hit, Span

MODEL = Path(__file__).parent / "reader_model"
_LONGEST_ANSWER = 30  # tokens
_SPANS_A_PASSAGE = 3
_SENTENCES_READ = 10  # candidates that are read a second time

Output = tuple[float, list[tuple[int, int, float]]]  # relevance; spans as (first character, past the last, margin)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that may be the answer, one a sentence, and what the two readings say of it."""

    span: Span
    passage_relevance: float
    passage_margin: float
    sentence_relevance: float
    sentence_margin: float  # of the best span in the sentence that overlaps this one; 0 where there is none

    @property
    def score(self) -> float:
        return self.passage_relevance + self.passage_margin / 2 + self.sentence_relevance + self.sentence_margin / 2


def best_spans(
    start: NDArray[np.float32],
    end: NDArray[np.float32],
    sentence: NDArray[np.int64],
    longest: int = _LONGEST_ANSWER,
    n: int = _SPANS_A_PASSAGE,
) -> list[tuple[int, int, float]]:
    """(first, last, start[first] + end[last]) of the `n` best spans of tokens that do not overlap, best first.

    `start`, `end`, `sentence`: shape (tokens,). `sentence` numbers the sentence of each token, -1 where
    none may be answered from; a span lies within one sentence, first <= last, and has at most `longest` tokens.
    """
    tokens = np.flatnonzero(sentence >= 0)
    if not len(tokens):
        return []
    reach = tokens[None, :] - tokens[:, None]
    together = sentence[tokens][None, :] == sentence[tokens][:, None]
    scores = np.where((reach >= 0) & (reach < longest) & together, start[tokens][:, None] + end[tokens][None, :], -np.inf)
    chosen: list[tuple[int, int, float]] = []
    while len(chosen) < n:
        row, column = np.unravel_index(int(np.argmax(scores)), scores.shape)
        if not np.isfinite(scores[row, column]):
            break
        chosen.append((int(tokens[row]), int(tokens[column]), float(scores[row, column])))
        scores[: column + 1, row:] = -np.inf  # every span that begins by its end and ends after its begin
    return chosen


class OnnxReader:
    """A `Reader` over a folder with model.int8.onnx, tokenizer.json and reader.json."""

    def __init__(self, folder: Path = MODEL) -> None:
        """Raises DatelineError where a file is missing or damaged."""
        import onnxruntime
        from tokenizers import Tokenizer

        try:
            settings = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._session = onnxruntime.InferenceSession(
                str(folder / "model.int8.onnx"), session_options(), providers=["CPUExecutionProvider"]
            )
            self._slope, self._bias = float(settings["slope"]), float(settings["bias"])
            self.threshold = float(settings["threshold"])
            self._tokenizer.enable_truncation(int(settings["max_tokens"]), strategy="only_second")
        except Exception as error:  # each library has its own way to say that a file is damaged
            raise DatelineError(
                f"expected the reader model in {folder}, found it missing or damaged ({type(error).__name__}); install Dateline again"
            ) from None
        self._tokenizer.no_padding()

    def read(self, question: str, hits: Sequence[Hit]) -> list[Span]:
        candidates = self.candidates(question, hits)
        spans = [replace(candidate.span, score=candidate.score, probability=self.probability(candidate.score)) for candidate in candidates]
        return sorted(spans, key=lambda span: (-span.score, span.article.id, span.start))

    def probability(self, score: float) -> float:
        """The calibrated probability that a span of this score is right."""
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, self._slope * score + self._bias))))

    def candidates(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
        """The best span of each of the most promising sentences of the hits, with both readings' outputs."""
        best: dict[tuple[str, int, int], tuple[float, Span, float, float]] = {}  # by sentence
        for hit, (relevance, spans) in zip(hits, self.outputs(question, [hit.text for hit in hits]), strict=True):
            for start, end, margin in spans:
                span = Span(hit.article, hit.start + start, hit.start + end)
                place = (hit.article.id, *span.sentence_span)
                if place not in best or margin > best[place][3]:
                    best[place] = (relevance + margin / 2, span, relevance, margin)
        chosen = sorted(best.items(), key=lambda item: -item[1][0])[:_SENTENCES_READ]
        again = self.outputs(question, [span.sentence for _, (_, span, _, _) in chosen])
        candidates = []
        for ((_, first, _), (_, span, relevance, margin)), (sentence_relevance, spans) in zip(chosen, again, strict=True):
            overlapping = [other for start, end, other in spans if first + start < span.end and span.start < first + end]
            candidates.append(Candidate(span, relevance, margin, sentence_relevance, max(overlapping, default=0.0)))
        return candidates

    def outputs(self, question: str, passages: Sequence[str]) -> list[Output]:
        """For each passage its relevance, and its spans as (first character, past the last, margin over the null score).

        One passage a run: dynamic int8 takes its scale from the whole batch, so in a batch a passage's
        outputs would depend on its company, and batches are no faster on a CPU (measured on 2 cores).
        """
        question = " ".join(question.split()[:64])  # leaves the window to the passage
        return [self._output(question, passage) for passage in passages]

    def _output(self, question: str, passage: str) -> Output:
        encoded = self._tokenizer.encode(question, passage)
        columns = {
            name: np.array([getattr(encoded, attribute)], dtype=np.int64)
            for name, attribute in (("input_ids", "ids"), ("attention_mask", "attention_mask"), ("token_type_ids", "type_ids"))
        }
        (start,), (end,), (relevance,) = self._session.run(["start_logits", "end_logits", "relevance"], columns)
        bounds = [last for _, last in sentences(passage)]
        sentence = [
            bisect_right(bounds, first) if part == 1 else -1 for part, (first, _) in zip(encoded.sequence_ids, encoded.offsets, strict=True)
        ]
        null = float(start[0] + end[0])
        spans = best_spans(start, end, np.array(sentence, dtype=np.int64))
        return float(relevance), [(encoded.offsets[a][0], encoded.offsets[b][1], score - null) for a, b, score in spans]
