"""Question and passages to answer spans: a BERT with span outputs and a relevance output, in int8 ONNX.

The model says where an answer would start and end, how that compares with there being none (the
null score, at [CLS]), and how relevant the text is. Where two sentences of one passage are nearly as good, each is read by itself, which tells
a US-brokered truce from a Russian-brokered one. Margin and relevance are weighed into the log-odds that the span is right, whose probability has a
ceiling: of the surest some are wrong whatever the network says. Weights and ceiling are fitted by training/calibrate.py and kept in reader.json. The network comes in two parts: its lower layers glance at every
passage, and only those that may hold the best answer are read to the end (Xin et al. 2020, "DeeBERT", by passage). A passage past the model's window is read in windows that overlap. Limits:
English, lower-cased (our own model; `named` takes any extractive one of Hugging Face).
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import tempfile
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.models.checksums import SUMS, verify_checksums, write_checksums
from index.models.runtime import on_all_cores, open_session
from index.profiling import stage
from index.text.sentences import sentences
from index.types import DatelineError
from qa.answering.reader_export import compile_reader
from qa.types import Hit, Span

MODEL = Path(__file__).parents[1] / "reader_model"
LOWER, UPPER, WHOLE = "lower.int8.onnx", "upper.int8.onnx", "model.int8.onnx"
PARTS = (LOWER, UPPER, "tokenizer.json", "reader.json")  # of our own; `named` makes a WHOLE
_LONGEST_ANSWER = 30  # tokens
_LONGEST_QUESTION = 64  # tokens; leaves the window to the passage
_STRIDE = 64  # tokens that two windows of one passage share
_SPANS_A_PASSAGE = 3
_FINISHED, _WITHIN = (
    3,
    3.6,
)  # passages that are read to the end in any case, and others within so much of the best at a glance
_MOST_CANDIDATES = 10
_BEFORE = (
    200  # characters of its article that stand before a passage and are read with it: who "he" is
)
_RIVAL = 2.0  # of the margin: two sentences of one passage so near to each other are read by themselves, too

Output = tuple[
    float, list[tuple[int, int, float]]
]  # relevance; spans as (first character, past the last, margin)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that may be the answer, one a sentence; how relevant its passage is, and the span's margin over the null score."""

    span: Span
    relevance: float
    margin: float
    place: int  # of its passage among the hits

    def score(self, weights: Mapping[str, float]) -> float:
        """The log-odds that the span is right, short of the ceiling: the weighed sum of the two, and the bias."""
        return weights["bias"] + sum(
            weight * float(getattr(self, name))
            for name, weight in weights.items()
            if name != "bias"
        )


@dataclass(frozen=True, slots=True)
class Glance:
    """A passage in windows of tokens, answered from its character `first` on, with the states that the lower layers leave of each, (1, tokens, width), and how much it looks like answering."""

    passage: str
    first: int
    windows: tuple[Any, ...]
    states: tuple[NDArray[np.float32], ...]
    promise: float  # the exit's relevance + half its margin over the null score


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
    scores = np.where(
        (reach >= 0) & (reach < longest) & together,
        start[tokens][:, None] + end[tokens][None, :],
        -np.inf,
    )
    chosen: list[tuple[int, int, float]] = []
    while len(chosen) < n:
        row, column = np.unravel_index(int(np.argmax(scores)), scores.shape)
        if not np.isfinite(scores[row, column]):
            break
        chosen.append((int(tokens[row]), int(tokens[column]), float(scores[row, column])))
        scores[
            : column + 1, row:
        ] = -np.inf  # every span that begins by its end and ends after its begin
    return chosen


def clean(text: str, start: int, end: int) -> tuple[int, int]:
    """The span as a reader would cut it: whole words and whole numbers ("6,500%", not "6"), no comma or half a quotation at its edges, a name without its article ("US").

    Empty where nothing but punctuation is left.
    """
    while 0 < start < end and _joined(text, start):
        start -= 1
    while start < end < len(text) and _joined(text, end):
        end += 1
    while start < end:
        first, last, inside = text[start], text[end - 1], text[start:end]
        if (
            first in _CLOSERS
            or first in _EDGES
            or first.isspace()
            or (first in _PAIRS and _unpaired(first, inside))
        ):
            start += 1
        elif (
            last in _PAIRS
            or last in _EDGES
            or last.isspace()
            or (last in _CLOSERS and _unpaired(last, inside))
            or (last == "." and not _abbreviation(inside))
        ):
            end -= 1
        else:
            break
    if start < end:
        if (
            text.startswith("the ", start, end)
            and text[start + 4 : start + 5].isupper()
            and " the " not in text[start + 4 : end]
        ):
            start += 4
        if start > 0 and text[start].isdigit() and text[start - 1] in "$£€¥":
            start -= 1
        if end < len(text) and text[end - 1].isdigit() and text[end] in "%°":
            end += 1
        if (
            text[start].isdigit()
            and _BELOW_ZERO.match(text, start)
            and start > 0
            and text[start - 1] in "-−"
            and not text[: start - 1][-1:].strip()
        ):
            start -= 1
    return start, end


_BELOW_ZERO = re.compile(r"\d+(?:\.\d+)?\s?(?:°|[CF]\b|%|degrees\b|per\s?cent\b)")
_EDGES = ",;:!?-–—…|•*"
_PAIRS = {"(": ")", "[": "]", "“": "”", "‘": "’", '"': '"'}
_CLOSERS = {closer: opener for opener, closer in _PAIRS.items()}


def _joined(text: str, place: int) -> bool:
    """Whether the characters before and at `place` belong to one word or one number."""
    before, after = text[place - 1], text[place]
    if before.isalnum() and (
        after.isalnum()
        or (after in ",." and before.isdigit() and text[place + 1 : place + 2].isdigit())
    ):
        return not _ideographic(before) and not _ideographic(after)
    return before in ",." and after.isdigit() and place > 1 and text[place - 2].isdigit()


def _ideographic(character: str) -> bool:
    return (
        "\u2e80" <= character <= "\u9fff"
        or "\uac00" <= character <= "\ud7af"
        or "\u0e00" <= character <= "\u0fff"
    )


def _unpaired(mark: str, inside: str) -> bool:
    opener = mark if mark in _PAIRS else _CLOSERS[mark]
    closer = _PAIRS[opener]
    return (
        inside.count(opener) % 2 == 1
        if opener == closer
        else inside.count(opener) != inside.count(closer)
    )


def _abbreviation(inside: str) -> bool:
    """Whether the last word keeps its full stop: "U.S.", "Washington, D.C.", "Martin Luther King Jr.", "Apple Inc."."""
    word = inside.split()[-1]
    return "." in word[:-1] or word.casefold() in (
        "jr.",
        "sr.",
        "inc.",
        "corp.",
        "ltd.",
        "co.",
        "st.",
        "a.m.",
        "p.m.",
        "dr.",
        "no.",
    )


class OnnxReader:
    """A `Reader` over a folder with a network in ONNX, whole or in two parts, tokenizer.json and reader.json."""

    def __init__(self, folder: Path = MODEL, model: Path | None = None) -> None:
        """`model`: a whole network's file, another than the folder's own for comparisons. Raises DatelineError where a file is missing or damaged."""
        from tokenizers import Tokenizer

        verify_checksums(folder, "install Dateline again")
        try:
            whole = model or (folder / WHOLE if (folder / WHOLE).exists() else None)
            self._files = [whole] if whole is not None else [folder / LOWER, folder / UPPER]
            settings = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            *lower, self._upper = map(open_session, self._files)
            self._lower = lower[0] if lower else None
            self.weights = {
                str(name): float(weight) for name, weight in settings["weights"].items()
            }
            self.ceiling = float(settings.get("ceiling", 1.0))
            self.threshold = float(settings["threshold"])
            self._tokenizer.no_padding()
            self._tokenizer.enable_truncation(
                int(settings["max_tokens"]), stride=_STRIDE, strategy="only_second"
            )
        except Exception as error:  # each library has its own way to say that a file is damaged
            raise DatelineError(
                f"expected the reader model in {folder}, found it missing or damaged ({type(error).__name__}); install Dateline again"
            ) from None
        self._settings = folder / "reader.json"
        self._inputs = [entry.name for entry in self._upper.get_inputs()]
        self._outputs = [entry.name for entry in self._upper.get_outputs()]

    @property
    def network(self) -> str:
        """A fingerprint of the network: what it says of a text is of one such."""
        return hashlib.sha256(b"".join(file.read_bytes() for file in self._files)).hexdigest()[:16]

    @property
    def fingerprint(self) -> str:
        """Of the network and of the weights of its readings: figures of one fingerprint are of one reader."""
        return hashlib.sha256(self.network.encode() + self._settings.read_bytes()).hexdigest()[:16]

    @classmethod
    def named(cls, name: str) -> OnnxReader:
        """Any extractive question-answering model of Hugging Face: a name that is on this machine, or a local path.

        Compiled once to int8 ONNX in $DATELINE_CACHE (~/.cache/dateline). It has no relevance output and no
        fitted curve: it answers where the span's margin over its null score is above 0, as for SQuAD 2.0.
        Raises DatelineError where there is no such model.
        """
        source = Path(name).resolve() if Path(name).is_dir() else None
        key = hashlib.sha256(str(source or name).encode())
        for file in sorted(source.iterdir()) if source is not None else []:
            key.update(f"{file.name} {file.stat().st_size} {file.stat().st_mtime_ns}".encode())
        folder = (
            Path(os.environ.get("DATELINE_CACHE") or Path.home() / ".cache" / "dateline")
            / "readers"
            / key.hexdigest()[:16]
        )
        if not (folder / "reader.json").exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
                compile_reader(name, str(source or name), Path(scratch) / WHOLE)
                parts = (WHOLE, *PARTS[2:])
                write_checksums(Path(scratch), parts)
                folder.mkdir(exist_ok=True)
                for part in (SUMS, *parts):  # reader.json last: it says that the rest is there
                    os.replace(Path(scratch) / part, folder / part)
        return cls(folder)

    def read(self, question: str, hits: Sequence[Hit]) -> list[Span]:
        spans = []
        for candidate in self.candidates(question, hits):
            doubt = math.exp(-max(-60.0, min(60.0, candidate.score(self.weights))))
            odds = self.ceiling / (1 - self.ceiling + doubt)
            spans.append(
                replace(
                    candidate.span, score=math.log(odds), probability=self.ceiling / (1 + doubt)
                )
            )
        return sorted(spans, key=lambda span: (-span.score, span.article.id, span.start))

    def candidates(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
        """The best span of each of the ten most promising sentences of the hits, best first."""
        best: dict[tuple[str, int, int], Candidate] = {}  # by sentence
        begins = [before(hit.article.text, hit.start, hit.article.boilerplate) for hit in hits]
        with stage("reading passages"):
            texts = [
                hit.article.text[begin : hit.end] for begin, hit in zip(begins, hits, strict=True)
            ]
            likely = self.likely(
                question,
                texts,
                [hit.start - begin for begin, hit in zip(begins, hits, strict=True)],
            )
        for place, (relevance, spans) in likely.items():
            for start, end, margin in spans:
                span = Span(hits[place].article, begins[place] + start, begins[place] + end)
                sentence = (span.article.id, *span.sentence_span)
                if sentence not in best or margin > best[sentence].margin:
                    best[sentence] = Candidate(span, relevance, margin, place)
        with stage("reading sentences"):
            found = self._told_apart(question, self._ordered(best.values()))
        return self._ordered(found)[:_MOST_CANDIDATES]

    def _ordered(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        return sorted(candidates, key=lambda candidate: -candidate.score(self.weights))

    def _told_apart(self, question: str, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates, best first; of those in one passage that are nearly as good, the margins go to their sentences in the order that each has when read by itself.

        Read together, of a US-brokered truce and a Russian-brokered one the nearer to the question's words is hard to tell; one by one it is not.
        """
        rivals: dict[int, list[int]] = {}  # numbers of candidates, by passage
        for number, candidate in enumerate(candidates):
            if len(rivals) < _FINISHED or candidate.place in rivals:
                group = rivals.setdefault(candidate.place, [])
                if not group or candidate.margin >= candidates[group[0]].margin - _RIVAL:
                    group.append(number)
        found = list(candidates)
        for group in rivals.values():
            if len(group) > 1:
                read = self.outputs(
                    question, [candidates[number].span.sentence for number in group]
                )
                alone = [
                    relevance + max((margin for *_, margin in spans), default=-math.inf) / 2
                    for relevance, spans in read
                ]
                order = sorted(range(len(group)), key=lambda place: -alone[place])
                for place, number in zip(order, group, strict=True):
                    found[group[place]] = replace(
                        candidates[group[place]], margin=candidates[number].margin
                    )
        return found

    def outputs(self, question: str, passages: Sequence[str]) -> list[Output]:
        """For each passage its relevance, and its spans as (first character, past the last, margin over the null score).

        Spans are clean and do not overlap, best first. One window a run: dynamic int8 takes its scale from
        the whole batch, so in a batch a passage's outputs would depend on its company, and batches are no
        faster on a CPU (measured on 2 cores).
        """
        question = self._cut(question)
        return on_all_cores(
            lambda passage: self._finished(self._glance(question, passage)), passages
        )

    def likely(
        self, question: str, passages: Sequence[str], firsts: Sequence[int]
    ) -> dict[int, Output]:
        """Of the passages that may hold the best answer, by their places: what `outputs` says of them, of spans from the character in `firsts` on.

        All are glanced at. The three of most promise are read to the end, and all within 3.6 of the first: of 300 questions of training sets two thirds of
        the passages, with the best span of each question and 98% of those that would be cited.
        """
        question = self._cut(question)
        glances = on_all_cores(
            lambda place: self._glance(question, passages[place], firsts[place]),
            range(len(passages)),
        )
        order = sorted(range(len(glances)), key=lambda place: -glances[place].promise)
        chosen = sorted(
            place
            for rank, place in enumerate(order)
            if rank < _FINISHED or glances[place].promise >= glances[order[0]].promise - _WITHIN
        )
        return dict(
            zip(
                chosen,
                on_all_cores(lambda place: self._finished(glances[place]), chosen),
                strict=True,
            )
        )

    @cached_property
    def _untruncated(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str(self._tokenizer.to_str())
        tokenizer.no_truncation()
        return tokenizer

    def _cut(self, question: str) -> str:
        """The question without what lies past its 64th token."""
        if len(question) <= _LONGEST_QUESTION:
            return question
        tokens = self._untruncated.encode(question, add_special_tokens=False)
        return (
            question
            if len(tokens.ids) <= _LONGEST_QUESTION
            else question[: tokens.offsets[_LONGEST_QUESTION - 1][1]]
        )

    def _glance(self, question: str, passage: str, first: int = 0) -> Glance:
        encoded = self._tokenizer.encode(question, passage)
        windows: tuple[Any, ...] = (encoded, *encoded.overflowing)
        if self._lower is None:
            return Glance(passage, first, windows, (), -math.inf)
        states, promise = [], -math.inf
        for window in windows:
            start, end, relevance, left = self._lower.run(
                None, _columns(window, ("input_ids", "token_type_ids"))
            )
            inside = np.array(
                [
                    part == 1 and start >= first
                    for part, (start, _) in zip(window.sequence_ids, window.offsets, strict=True)
                ],
                dtype=bool,
            )
            margin = (
                (start[0, inside].max() + end[0, inside].max() - start[0, 0] - end[0, 0])
                if inside.any()
                else -math.inf
            )
            promise = max(promise, float(relevance[0] + margin / 2))
            states.append(left)
        return Glance(passage, first, windows, tuple(states), promise)

    def _finished(self, glance: Glance) -> Output:
        passage = glance.passage
        bounds = [last for _, last in sentences(passage)]
        relevance, found = -math.inf, []
        for place, window in enumerate(glance.windows):
            given = (
                {"states": glance.states[place]}
                if self._lower is not None
                else _columns(window, self._inputs)
            )
            values = dict(zip(self._outputs, self._upper.run(None, given), strict=True))
            (start,), (end,) = values["start_logits"], values["end_logits"]
            sentence = [
                bisect_right(bounds, first) if part == 1 and glance.first <= first < last else -1
                for part, (first, last) in zip(window.sequence_ids, window.offsets, strict=True)
            ]
            relevance = max(
                relevance, float(values["relevance"][0]) if "relevance" in values else 0.0
            )
            null = float(start[0] + end[0])
            for a, b, score in best_spans(start, end, np.array(sentence, dtype=np.int64)):
                first, last = clean(passage, window.offsets[a][0], window.offsets[b][1])
                if first < last:
                    found.append((first, last, score - null))
        spans: list[tuple[int, int, float]] = []
        for span in sorted(found, key=lambda span: -span[2]):
            if len(spans) < _SPANS_A_PASSAGE and not any(
                span[0] < other[1] and other[0] < span[1] for other in spans
            ):
                spans.append(span)
        return relevance, spans


def before(text: str, start: int, boilerplate: Iterable[tuple[int, int]] = ()) -> int:
    """Where the text begins that is read with a passage that starts at `start`: up to 200 characters earlier, at a word, after what is no part of the story."""
    earliest = max([0, start - _BEFORE, *(end for _, end in boilerplate if end <= start)])
    if 0 < earliest < start and not text[earliest - 1].isspace():
        blank = re.search(r"\s", text[earliest:start])
        earliest = earliest + blank.end() if blank is not None else start
    return earliest


def _columns(window: Any, names: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    """What a network takes of a window of tokens, each (1, tokens)."""
    columns = {
        "input_ids": window.ids,
        "attention_mask": window.attention_mask,
        "token_type_ids": window.type_ids,
    }
    return {name: np.array([columns[name]], dtype=np.int64) for name in names}
