"""Read question sets: which are taken, how many questions of each, and none that overlap tests."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from training.examples import Record

Spans = list[tuple[int, int]]

# How many questions of each set, and why. Of a question met twice the first is kept, so whole
# paragraphs come before lower-cased ones, and both before sentences. Left out:
#
#     policyqa, sleepqa     answers are whole clauses of other kinds of text
#     fincausal2025_en      answers are whole clauses, which would lengthen short spans
#     fairytaleqa_verbatim  lower-cased stories
#     multispanqa_valid     the answer is a list, and one span of it would be taken at random
#     qanom, most of QA-SRL "someone did something"
MIX = {
    "squad2_16articles": 6_078,  # all: adversarial questions, answerable ones beside them
    "squad_train_800para": 4_000,
    "squad11_train_44articles": 11_347,  # all: short spans, as readers are measured on
    "squad11_train_recovered": 23_793,  # all: as many again, nearly all of them right
    "squad11_train_recovered_lower": 3_831,  # all: the reader lower-cases too
    "squad11_train_sentences": 4_874,  # all: the sentence alone, as a passage sometimes is
    "squad20_train_unanswerable": 7_217,  # all: written to mislead, which teaches silence best
    "squad20_train_unanswerable_lower": 1_671,
    "squadshifts_new_wiki": 7_938,
    "squadshifts_amazon_reviews": 9_885,
    "squadshifts_reddit": 9_803,
    "qed_nq": 8_314,  # questions asked without having seen the text
    "nq_oracle": 2_655,
    "afriqa_en": 5_455,  # all: asked without having seen the text, in many people's English
    "nq_mrqa_sample": 179,  # all: long answers, but few, and asked without having seen the text
    "hotpotqa_sample": 1_320,  # all: long questions that name things in a roundabout way
    "narrativeqa_summaries": 462,  # all: plots, told in other words than the question's
    "onestopqa_news": 96,  # all: news
    "qamr": 12_000,  # Wikinews sentences
    "qasrl_gs": 2_000,
    "tweetqa_verbatim": 4_000,
    "timeqa_human": 2_342,
    "quoref_contrast": 700,
}
CALIBRATION = ("squadshifts_new_wiki", "squadshifts_reddit", "qed_nq")
_LEFT_TO_CALIBRATION = 12  # one context in so many is left to training/calibrate.py
_TOKENISED = {"qed_nq", "qamr", "qasrl_gs", "timeqa_human"}
_SHINGLE = 13  # words
_NEEDLESS_SPACES = re.compile(
    r"""
    [ ](?=[,.;:!?%)\]])  # "he said ."
    | [ ](?=n't\b|'s\b|'re\b|'ve\b|'ll\b|'d\b|'m\b)  # "ca n't"
    | [ ](?='(?=[ ]|$)|'')  # "the kings ' men"
    | (?<=[(\[$])[ ]  # "$ 5"
    | (?<=``)[ ]  # "`` Stop"
    """,
    re.VERBOSE,
)


def read(path: Path, group: str, held_out: set[int]) -> Iterator[Record]:
    """Yield the questions of a set whose context does not overlap a held-out one.

    Tokenised text is written out again. The answer is the span that most annotators chose.
    """
    left_out: dict[str, bool] = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            context = row["context"]
            if context not in left_out:
                is_held_out = not held_out.isdisjoint(shingles(context))
                left_out[context] = is_held_out or is_for_calibration(context, group)
            if row["question"].strip() and not left_out[context]:
                yield _record(row, group)


def is_for_calibration(context: str, group: str) -> bool:
    """Whether training/calibrate.py asks about this context, by its hash."""
    return group in CALIBRATION and zlib.crc32(context.encode()) % _LEFT_TO_CALIBRATION == 0


def _record(row: dict[str, Any], group: str) -> Record:
    context, question = row["context"], " ".join(row["question"].split())
    spans = [(answer["start"], answer["start"] + len(answer["text"])) for answer in row["answers"]]
    if group in _TOKENISED:
        context, spans = written_out(context, spans)
        question, _ = written_out(question, [])
    answer = None
    if spans:
        answer = Counter(spans).most_common(1)[0][0]
    return Record(group, question, context, answer, tuple(context[a:b] for a, b in spans))


def written_out(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, Spans]:
    """Undo Penn Treebank tokens ("Ca n't", "`` so '' , he said") and move the spans with them."""
    dropped = {match.start() for match in _NEEDLESS_SPACES.finditer(text)}
    moved, kept = [0], []
    for position, character in enumerate(text):
        if position not in dropped:
            kept.append(character)
        moved.append(len(kept))
    joined = "".join(kept)
    quotes = [match.start() for match in re.finditer("``|''", joined)]

    def place(position: int) -> int:  # each mark of two characters becomes one
        return moved[position] - sum(quote < moved[position] for quote in quotes)

    return re.sub("``|''", '"', joined), [(place(start), place(end)) for start, end in spans]


def shingles(text: str) -> set[int]:
    """Return the hashes of every run of 13 words."""
    words = re.findall(r"\w+", text.casefold())
    starts = range(len(words) - _SHINGLE + 1)
    return {hash(tuple(words[start : start + _SHINGLE])) for start in starts}


def held_out_shingles(folder: Path) -> set[int]:
    """Return the shingles of every context of the sets in a folder."""
    found: set[int] = set()
    for path in sorted(folder.glob("*.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            contexts = {json.loads(line)["context"] for line in file}
        for context in contexts:
            found |= shingles(context)
    return found
