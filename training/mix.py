"""Make training examples of question sets: a question, one passage, and a span or none.

    python -m training.mix DATA/qa WORK --ranker FOLDER [--draws 2] [--without GROUP ...]

Writes WORK/examples.jsonl.gz, one draw after another. Each draw takes the questions anew, with
passages of other sizes and negatives of its own. Positive examples are the passage that holds the
answer, cut by Dateline's own splitter, or sometimes that sentence alone. Negative ones are, by
group name:

    unanswerable   questions without an answer, as their set says (SQuAD 2.0, TimeQA)
    swapped        a name or a number of the question replaced by another of its context
                   (after Zhu et al. 2019, "Learning to Ask Unanswerable Questions", by rule)
    denied         a word of the question replaced by its opposite, or its verb negated: after
                   swapped ones the commonest unanswerable questions (Rajpurkar et al. 2018)
    neighbour      the passage beside the one that answers
    mined          what Dateline's own retrieval returns from other contexts, without the answer

Half of the group `timed` are negative. A question is given the month or year of the sentence that
answers it. That sentence answers it, even beside its twin of another time with another answer. No
sentence of another time answers it, but a passage that says no time may. `compound` is positive:
"a campaign led by Saudi Arabia" is written as newspapers do, "a Saudi Arabia-led campaign", and
asked for as "Who led the campaign?".

The ranker is the untouched cross-encoder (model.onnx, tokenizer.json). Its score of a share of the
examples is kept beside them for distillation. Contexts that share 13 words in a row with a
held-out set are dropped (the overlap test of Brown et al. 2020), as are questions met twice.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

import index
from qa import Archive
from training.examples import (
    Example,
    Record,
    denied,
    holds,
    neighbour,
    positive_or_null,
    swapped,
)
from training.question_sets import MIX, held_out_shingles, read
from training.timed import Timed, compounds

SWAPPED, DENIED, NEIGHBOUR, MINED, TIMED, COMPOUND = 7_000, 3_500, 6_000, 6_000, 6_000, 500
# Their contexts are single sentences, tweets, lower-cased or very long: no articles to retrieve.
_NOT_RETRIEVED = {
    "quoref_contrast",
    "qasrl_gs",
    "qamr",
    "tweetqa_verbatim",
    "timeqa_human",
    "squad11_train_recovered_lower",
    "squad11_train_sentences",
    "squad20_train_unanswerable_lower",
    "hotpotqa_sample",
}
_ARCHIVE = 15_000  # contexts that negatives are retrieved from: more would take long to encode
_RANKED = 0.06  # of the examples: enough to keep the relevance output where it was

Maker = Callable[[Record, random.Random], Example | None]


def main() -> None:
    """Run the command line."""
    arguments = _arguments()
    arguments.work.mkdir(parents=True, exist_ok=True)
    held_out = held_out_shingles(arguments.data / "test")
    examples: list[Example] = []
    for number in range(arguments.draws):
        examples += draw(arguments, held_out, random.Random(arguments.seed + number))
    with gzip.open(arguments.work / "examples.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(example)) + "\n" for example in examples)
    for group, count in Counter(example.group for example in examples).most_common():
        print(f"{count:6} {group}")
    answered = sum(example.start >= 0 for example in examples)
    print(f"{len(examples):6} in all, {answered} with an answer")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("data", type=Path, help="the folder with train/ and test/")
    add("work", type=Path)
    add("--ranker", type=Path, required=True)
    add("--scale", type=float, default=1.0, help="of every group, for short runs")
    add("--without", nargs="*", default=[], help="groups to leave out, for ablations")
    add("--draws", type=int, default=1)
    add("--seed", type=int, default=0)
    return parser.parse_args()


def draw(arguments: argparse.Namespace, held_out: set[int], chance: random.Random) -> list[Example]:
    """Return the examples of one draw, in random order."""
    scale, without = arguments.scale, arguments.without
    records = _records(arguments.data / "train", scale, without, held_out, chance)
    examples = _made(positive_or_null, records, chance)
    answered = [record for record in records if record.answer is not None]
    makers: tuple[tuple[str, int, Maker], ...] = (
        ("swapped", SWAPPED, swapped),
        ("denied", DENIED, denied),
        ("neighbour", NEIGHBOUR, neighbour),
        ("timed", TIMED, Timed(answered)),
    )
    for group, number, make in makers:
        if group not in without:
            chance.shuffle(answered)
            examples += _made(make, answered, chance)[: round(scale * number)]
    if "compound" not in without:
        examples += _compounds(answered, round(scale * COMPOUND), chance)
    if "mined" not in without:
        examples += mined(answered, round(scale * MINED), arguments.work, chance)
    chance.shuffle(examples)
    part = round(_RANKED * len(examples))
    examples = ranked(examples[:part], arguments.ranker) + examples[part:]
    chance.shuffle(examples)
    return examples


def _records(
    folder: Path, scale: float, without: Collection[str], held_out: set[int], chance: random.Random
) -> list[Record]:
    """Return questions of every set, as many as MIX says; of one met twice the first."""
    records: list[Record] = []
    for group, number in MIX.items():
        if group not in without:
            found = list(read(folder / f"{group}.jsonl.gz", group, held_out))
            records += chance.sample(found, min(len(found), round(scale * number)))
    first = {record.question.casefold(): record for record in reversed(records)}
    return list(reversed(first.values()))


def _made(make: Maker, records: Iterable[Record], chance: random.Random) -> list[Example]:
    """Return the examples that can be made of the records."""
    made = (make(record, chance) for record in records)
    return [example for example in made if example is not None]


def _compounds(answered: Sequence[Record], number: int, chance: random.Random) -> list[Example]:
    """Return questions for compounds in any of the contexts, each made three times."""
    contexts = sorted({record.context for record in answered if record.group != "qasrl_gs"})
    found: list[Example] = []
    for context in contexts * 3:
        found += compounds(context, chance)
    return chance.sample(found, min(len(found), number))


def mined(
    records: Sequence[Record], number: int, work: Path, chance: random.Random
) -> list[Example]:
    """Return passages that Dateline retrieves first though they do not hold the answer.

    They are of other contexts, or from elsewhere in the same.
    """
    records = [record for record in records if record.group not in _NOT_RETRIEVED]
    contexts = archived({record.context for record in records}, _ARCHIVE)
    records = [record for record in records if record.context in contexts]
    articles = work / "contexts.jsonl"
    articles.write_text(
        "".join(json.dumps({"id": name, "text": text}) + "\n" for text, name in contexts.items())
    )
    index.build(articles, work / "contexts", progress=_print_progress)
    archive = Archive.open(work / "contexts")
    examples: list[Example] = []
    for record in chance.sample(records, min(number, len(records))):
        hits = archive.retrieve(record.question, k=8)
        passages = [hit.text for hit in hits if not holds(hit.text, record.texts)]
        if passages:
            passage = chance.choice(passages[:3])
            examples.append(Example("mined", record.question, passage, -1, -1))
    return examples


def archived(contexts: Iterable[str], number: int) -> dict[str, str]:
    """Choose `number` contexts by their hashes, which become their ids.

    Another draw finds nearly all of them indexed.
    """
    names = {hashlib.sha256(text.encode()).hexdigest()[:16]: text for text in contexts}
    return {names[name]: name for name in sorted(names)[:number]}


def ranked(examples: Sequence[Example], folder: Path) -> list[Example]:
    """Return the examples with the untouched cross-encoder's scores."""
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(256, strategy="only_second")
    tokenizer.no_padding()
    session = onnxruntime.InferenceSession(
        str(folder / "model.onnx"), providers=["CPUExecutionProvider"]
    )
    names = [given.name for given in session.get_inputs()]
    scored = []
    for number, example in enumerate(examples, 1):
        encoded = tokenizer.encode(example.question, example.passage)
        columns = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        given = {name: np.array([columns[name]], dtype=np.int64) for name in names}
        (score,) = session.run(None, given)
        scored.append(replace(example, relevance=round(float(score.item()), 3)))
        if number % 100 == 0:
            print(f"ranked {number} of {len(examples)}  ", end="\r")
    return scored


def _print_progress(what: str, done: int, total: int) -> None:
    print(f"{what} {done} of {total}  ", end="\r")


if __name__ == "__main__":
    main()
