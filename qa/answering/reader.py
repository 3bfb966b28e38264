"""The reader: question and passages to answer spans, with a BERT in int8 ONNX.

The network has span and relevance outputs. It scores each token as start and end of an answer, and
the relevance of the text. The null score, at [CLS], stands for no answer. Margin and relevance are
weighed into the log-odds that the span is right. Its probability has a ceiling, since of the surest
spans some are wrong. Weights and ceiling are fitted by training/calibrate.py and kept in
reader.json.

The network comes in two parts. Its lower layers see every passage; only those whose early exit
scores well are read to the end (Xin et al. 2020, "DeeBERT", by passage). A passage longer than the
window is read in windows that overlap. Limits: our own model is English and lower-cased;
`OnnxReader.named` takes any extractive model of Hugging Face.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.models.checksums import verify_checksums
from index.models.runtime import on_all_cores, open_session
from index.profiling import stage
from index.text.sentences import sentence_around, sentences
from index.types import DatelineError
from qa.answering.deadline import current_deadline
from qa.answering.evidence import Pooling
from qa.answering.reader_export import WHOLE, compiled_reader
from qa.answering.spans import SPANS_PER_PASSAGE, best_spans, clean
from qa.types import Hit, Span

MODEL = Path(__file__).parents[1] / "reader_model"
LOWER, UPPER = "lower.int8.onnx", "upper.int8.onnx"
PARTS = (LOWER, UPPER, "tokenizer.json", "reader.json")
_LONGEST_QUESTION = 64  # tokens; leaves the window to the passage
_STRIDE = 64  # tokens that two windows of one passage share
_ALWAYS_FINISHED, _EXIT_MARGIN = 3, 3.6  # passages read to the end; behind the best exit score
_CONTEXT = 200  # characters of the article that are read before a passage: who "he" is
_LARGEST_LOG_ODDS = 60.0

_Result = TypeVar("_Result")
Output = tuple[float, list[tuple[int, int, float]]]  # relevance; spans as (start, end, margin)


@dataclass(frozen=True, slots=True)
class Candidate:
    """The best span of a sentence, with what the network says of it.

    `relevance` is that of its passage, `margin` the span's over the null score, `place` that of
    its passage among the hits.
    """

    span: Span
    relevance: float
    margin: float
    place: int

    def score(self, weights: Mapping[str, float]) -> float:
        """Return the log-odds that the span is right, before the ceiling."""
        return (
            weights["bias"]
            + weights.get("relevance", 0.0) * self.relevance
            + weights.get("margin", 0.0) * self.margin
        )


@dataclass(frozen=True, slots=True)
class EarlyExit:
    """A passage after the lower layers.

    `first` is the first character that an answer may have. `states` are the hidden states of each
    window, (1, tokens, width). `score` is the exit's relevance and half its margin.
    """

    passage: str
    first: int
    windows: tuple[Any, ...]
    states: tuple[NDArray[np.float32], ...]
    score: float


class OnnxReader:
    """A `Reader` over a folder with a network in ONNX, tokenizer.json and reader.json."""

    def __init__(self, folder: Path = MODEL, model: Path | None = None) -> None:
        """Open the reader; `model` is the file of another whole network, for comparisons.

        Raises DatelineError if a file is missing or damaged.
        """
        from tokenizers import Tokenizer

        if not (folder / "reader.json").exists():
            raise DatelineError(
                f"expected the reader model in {folder}, found none; install Dateline again"
            )
        parts: tuple[str, ...] = PARTS
        if (folder / WHOLE).exists():
            parts = (WHOLE, *PARTS[2:])
        verify_checksums(folder, parts, "install Dateline again")
        self._files = _model_files(folder, model)
        self._settings = folder / "reader.json"
        try:
            settings = json.loads(self._settings.read_text(encoding="utf-8"))
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._sessions = [open_session(file) for file in self._files]
            self.weights = {name: float(weight) for name, weight in settings["weights"].items()}
            self.ceiling = float(settings.get("ceiling", 1.0))
            self.pooling = _pooling(settings)
            self.threshold = float(settings["threshold"])
            self._tokenizer.no_padding()
            self._tokenizer.enable_truncation(
                int(settings["max_tokens"]), stride=_STRIDE, strategy="only_second"
            )
        except Exception as error:  # each library has its own way to say that a file is damaged
            raise DatelineError(
                f"expected the reader model in {folder}, found it missing or damaged "
                f"({type(error).__name__}); install Dateline again"
            ) from None
        upper = self._sessions[-1]
        self._inputs = [entry.name for entry in upper.get_inputs()]
        self._outputs = [entry.name for entry in upper.get_outputs()]

    @property
    def network(self) -> str:
        """A fingerprint of the network."""
        data = b"".join(file.read_bytes() for file in self._files)
        return hashlib.sha256(data).hexdigest()[:16]

    @property
    def fingerprint(self) -> str:
        """A fingerprint of the network and its weights.

        Figures of one fingerprint belong to one reader.
        """
        data = self.network.encode() + self._settings.read_bytes()
        return hashlib.sha256(data).hexdigest()[:16]

    @classmethod
    def named(cls, name: str) -> OnnxReader:
        """Open any extractive model of Hugging Face on this machine.

        `name` is its name or local path. The model is compiled once to int8 ONNX in
        $DATELINE_CACHE (~/.cache/dateline). It has no relevance output and no fitted curve: it
        answers if the span's margin is above 0, as for SQuAD 2.0. Raises DatelineError if there is
        no such model.
        """
        return cls(compiled_reader(name))

    def read(self, question: str, hits: Sequence[Hit]) -> list[Span]:
        """Return the best spans of the hits with their probabilities, best first."""
        spans = [self._calibrated(candidate) for candidate in self.candidates(question, hits)]
        return sorted(spans, key=lambda span: (-span.score, span.article.id, span.start))

    def candidates(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
        """Return the best span of each sentence that holds one, best first."""
        starts = [
            context_start(hit.article.text, hit.start, hit.article.boilerplate) for hit in hits
        ]
        texts = [hit.article.text[start : hit.end] for start, hit in zip(starts, hits, strict=True)]
        firsts = [hit.start - start for start, hit in zip(starts, hits, strict=True)]
        with stage("reading passages"):
            outputs = self.read_promising(question, texts, firsts)
        best: dict[tuple[str, int, int], Candidate] = {}  # by sentence
        for place, (relevance, spans) in outputs.items():
            article = hits[place].article
            for start, end, margin in spans:
                span = Span(article, starts[place] + start, starts[place] + end)
                key = (article.id, *sentence_around(article.text, span.start, span.end))
                if key not in best or margin > best[key].margin:
                    best[key] = Candidate(span, relevance, margin, place)
        return sorted(best.values(), key=lambda candidate: -candidate.score(self.weights))

    def outputs(self, question: str, passages: Sequence[str]) -> list[Output]:
        """Read every passage to the end.

        Returns for each its relevance, and its spans as (first character, past the last, margin),
        clean, without overlap, best first. Each window is a run of its own. Dynamic int8 takes its
        scale from the whole batch, so in a batch the outputs of a passage depend on the others.
        """
        question = self._truncated(question)
        return on_all_cores(
            lambda passage: self._finish(self._early_exit(question, passage)), passages
        )

    def read_promising(
        self, question: str, passages: Sequence[str], firsts: Sequence[int]
    ) -> dict[int, Output]:
        """Read to the end only the passages that may hold the best answer.

        `firsts` are the characters from which answers may be taken. Returns what `outputs` says,
        by the place of the passage. Past the question's deadline only the first few are read.
        """
        question = self._truncated(question)
        exits = _until_deadline(
            lambda place: self._early_exit(question, passages[place], firsts[place]),
            range(len(passages)),
        )
        places = list(exits)
        chosen = [places[rank] for rank in promising_exits([exits[at].score for at in places])]
        chosen.sort(key=lambda place: -exits[place].score)
        finished = _until_deadline(lambda place: self._finish(exits[place]), chosen)
        return dict(sorted(finished.items()))

    def _calibrated(self, candidate: Candidate) -> Span:
        """Return the span with its probability: a logistic curve under a ceiling."""
        log_odds = candidate.score(self.weights)
        log_odds = max(-_LARGEST_LOG_ODDS, min(_LARGEST_LOG_ODDS, log_odds))
        doubt = math.exp(-log_odds)
        return replace(candidate.span, score=log_odds, probability=self.ceiling / (1 + doubt))

    @cached_property
    def _untruncated(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str(self._tokenizer.to_str())
        tokenizer.no_truncation()
        return tokenizer

    def _truncated(self, question: str) -> str:
        """Return the question up to its 64th token."""
        if len(question) <= _LONGEST_QUESTION:
            return question
        tokens = self._untruncated.encode(question, add_special_tokens=False)
        if len(tokens.ids) <= _LONGEST_QUESTION:
            return question
        return question[: tokens.offsets[_LONGEST_QUESTION - 1][1]]

    def _early_exit(self, question: str, passage: str, first: int = 0) -> EarlyExit:
        """Run the lower layers over each window of a passage."""
        encoded = self._tokenizer.encode(question, passage)
        windows: tuple[Any, ...] = (encoded, *encoded.overflowing)
        if len(self._sessions) == 1:  # a whole network has no exit
            return EarlyExit(passage, first, windows, (), -math.inf)
        lower = self._sessions[0]
        states, score = [], -math.inf
        for window in windows:
            given = _columns(window, ("input_ids", "token_type_ids"))
            start, end, relevance, hidden = lower.run(None, given)
            score = max(score, float(relevance[0] + _margin(window, first, start[0], end[0]) / 2))
            states.append(hidden)
        return EarlyExit(passage, first, windows, tuple(states), score)

    def _finish(self, exit: EarlyExit) -> Output:
        """Run the upper layers over each window of a passage."""
        bounds = [end for _, end in sentences(exit.passage)]
        relevance, found = -math.inf, []
        for place, window in enumerate(exit.windows):
            given: Mapping[str, NDArray[Any]]
            if exit.states:
                given = {"states": exit.states[place]}
            else:
                given = _columns(window, self._inputs)
            run = self._sessions[-1].run(None, given)
            values = dict(zip(self._outputs, run, strict=True))
            (start,), (end,) = values["start_logits"], values["end_logits"]
            relevance = max(relevance, float(values.get("relevance", [0.0])[0]))
            null = float(start[0] + end[0])
            tokens = _sentence_of_tokens(window, exit.first, bounds)
            for first, last, score in best_spans(start, end, tokens):
                place_in_text = window.offsets[first][0], window.offsets[last][1]
                begin, stop = clean(exit.passage, *place_in_text)
                if begin < stop:
                    found.append((begin, stop, score - null))
        return relevance, _without_overlap(found)


def _until_deadline(run: Callable[[int], _Result], places: Sequence[int]) -> dict[int, _Result]:
    """Run places in the shared threads; past the deadline only the first three."""
    deadline = current_deadline()

    def run_in_time(rank: int) -> _Result | None:
        late = rank >= _ALWAYS_FINISHED and deadline.passed()
        return None if late else run(places[rank])

    results = on_all_cores(run_in_time, range(len(places)))
    return {
        place: result for place, result in zip(places, results, strict=True) if result is not None
    }


def _pooling(settings: Mapping[str, Any]) -> Pooling | None:
    """Return how a reader's scores are pooled, or None if that was not fitted."""
    if "pooling" not in settings:
        return None
    return Pooling(**{name: float(number) for name, number in settings["pooling"].items()})


def promising_exits(scores: Sequence[float]) -> list[int]:
    """Return the places of the passages to be read to the end, rising.

    They are the three best, and all that are not far behind the best.
    """
    order = sorted(range(len(scores)), key=lambda place: -scores[place])
    return sorted(
        place
        for rank, place in enumerate(order)
        if rank < _ALWAYS_FINISHED or scores[place] >= scores[order[0]] - _EXIT_MARGIN
    )


def context_start(text: str, start: int, boilerplate: Iterable[tuple[int, int]] = ()) -> int:
    """Return where the text begins that is read with a passage that starts at `start`.

    It is up to 200 characters earlier, at the start of a word, after any boilerplate.
    """
    after = [end for _, end in boilerplate if end <= start]
    earliest = max([0, start - _CONTEXT, *after])
    if earliest in (0, start) or text[earliest - 1].isspace():
        return earliest
    blank = re.search(r"\s", text[earliest:start])
    return start if blank is None else earliest + blank.end()


def _model_files(folder: Path, model: Path | None) -> list[Path]:
    if model is not None:
        return [model]
    if (folder / WHOLE).exists():
        return [folder / WHOLE]
    return [folder / LOWER, folder / UPPER]


def _columns(window: Any, names: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    """Return what a network takes of a window of tokens, each (1, tokens)."""
    columns = {
        "input_ids": window.ids,
        "attention_mask": window.attention_mask,
        "token_type_ids": window.type_ids,
    }
    return {name: np.array([columns[name]], dtype=np.int64) for name in names}


def _margin(window: Any, first: int, start: NDArray[np.float32], end: NDArray[np.float32]) -> float:
    """Return the best logits inside the passage over the null score.

    The passage is taken from character `first` on.
    """
    inside = np.array(
        [
            part == 1 and offset[0] >= first
            for part, offset in zip(window.sequence_ids, window.offsets, strict=True)
        ],
        dtype=bool,
    )
    if not inside.any():
        return -math.inf
    return float(start[inside].max() + end[inside].max() - start[0] - end[0])


def _sentence_of_tokens(window: Any, first: int, bounds: Sequence[int]) -> NDArray[np.int64]:
    """Return the number of each token's sentence.

    It is -1 for tokens that are no part of an answer.
    """
    numbers = [
        bisect_right(bounds, start) if part == 1 and first <= start < end else -1
        for part, (start, end) in zip(window.sequence_ids, window.offsets, strict=True)
    ]
    return np.array(numbers, dtype=np.int64)


def _without_overlap(found: Sequence[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    """Return the best spans that do not overlap, best first."""
    spans: list[tuple[int, int, float]] = []
    for start, end, margin in sorted(found, key=lambda span: -span[2]):
        overlaps = any(start < other[1] and other[0] < end for other in spans)
        if not overlaps and len(spans) < SPANS_PER_PASSAGE:
            spans.append((start, end, margin))
    return spans
