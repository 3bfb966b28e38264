"""Question sets to training examples: a question, one passage of the size that Dateline reads, and a span or none.

    python -m training.mix DATA/qa WORK --ranker FOLDER [--draws 2] [--scale 1.0] [--without GROUP ...]

Writes WORK/examples.jsonl.gz, one draw after another; each takes the questions anew, with passages of other sizes and negatives of its
own. Positive examples are the passage that holds the answer, cut by
Dateline's own splitter; some are that sentence alone. Negative ones
are, by group name:

    unanswerable   questions that their set says have no answer (SQuAD 2.0, TimeQA)
    swapped        a name or a number of the question replaced by another of its context
                   (after Zhu et al. 2019, "Learning to Ask Unanswerable Questions", by rule)
    denied         a word of the question replaced by its opposite, or its verb negated (by rule; the commonest
                   kinds of unanswerable questions that Rajpurkar et al. 2018 name, beside swapped ones)
    neighbour      the passage beside the one that answers
    mined          what Dateline's own retrieval returns from other contexts, without the answer

Of the group `timed` half are negative, half positive: a question given the month or year of the sentence that
answers it is answered by that sentence, even beside its twin of another time with another answer, and by no
sentence of another time; a passage that says no time may answer any. `compound` is positive: "a campaign led by Saudi Arabia" written
as newspapers do, "a Saudi Arabia-led campaign", and asked as "Who led the campaign?".

The ranker is the untouched cross-encoder (model.onnx, tokenizer.json), whose score of a share
of the examples is kept beside them for distillation. Contexts that share 13 words in a row with a held-out set are
dropped (the overlap test of Brown et al. 2020), as are questions met twice.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

import index
from qa import Archive
from training.examples import Example, Record, denied, holds, neighbour, positive_or_null, swapped
from training.timed import Timed, compounds

# How many questions of each set, and why. Of a question met twice the first is kept, so whole paragraphs come before
# lower-cased ones, and both before sentences. Left out:
#
#     policyqa, sleepqa     answers are whole clauses of other kinds of text
#     fincausal2025_en      answers are whole clauses: they would lengthen the short spans that news questions ask for
#     fairytaleqa_verbatim  lower-cased stories
#     multispanqa_valid     the answer is a list, and one span of it would be taken at random
#     qanom, most of QA-SRL "someone did something"
MIX = {
    "squad2_16articles": 6_078,  # all: adversarial questions, answerable ones beside them
    "squad_train_800para": 4_000,
    "squad11_train_44articles": 11_347,  # all: short spans, as readers are measured on
    "squad11_train_recovered": 23_793,  # all: as many again, 99.5% of them right
    "squad11_train_recovered_lower": 3_831,  # all: the reader lower-cases too
    "squad11_train_sentences": 4_874,  # all: the sentence alone, as a passage sometimes is
    "squad20_train_unanswerable": 7_217,  # all: people wrote them to mislead, which teaches silence best
    "squad20_train_unanswerable_lower": 1_671,
    "squadshifts_new_wiki": 7_938,
    "squadshifts_amazon_reviews": 9_885,
    "squadshifts_reddit": 9_803,
    "qed_nq": 8_314,  # questions asked without having seen the text
    "nq_oracle": 2_655,
    "afriqa_en": 5_455,  # all: asked without having seen the text, in many people's English
    "nq_mrqa_sample": 179,  # all, though its answers are longer: few, and asked without having seen the text
    "hotpotqa_sample": 1_320,  # all: long questions that name things in a roundabout way
    "narrativeqa_summaries": 462,  # all: plots, told in other words than the question's
    "onestopqa_news": 96,  # all: news
    "qamr": 12_000,  # Wikinews sentences
    "qasrl_gs": 2_000,
    "tweetqa_verbatim": 4_000,
    "timeqa_human": 2_342,
    "quoref_contrast": 700,
}
SWAPPED, DENIED, NEIGHBOUR, MINED, TIMED, COMPOUND = 7_000, 3_500, 6_000, 6_000, 6_000, 500
CALIBRATION = (
    "squadshifts_new_wiki",
    "squadshifts_reddit",
    "qed_nq",
)  # a twelfth of their contexts is left to training/calibrate.py
_TOKENISED = {"qed_nq", "qamr", "qasrl_gs", "timeqa_human"}
# Their contexts are single sentences, tweets, lower-cased copies or very long: none is retrieved as an article is.
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
_SHINGLE = 13  # words
_RANKED = 0.06  # of the examples: enough to keep the relevance output where it was


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="the folder with train/ and test/")
    parser.add_argument("work", type=Path)
    parser.add_argument("--ranker", type=Path, required=True)
    parser.add_argument("--scale", type=float, default=1.0, help="of every group, for short runs")
    parser.add_argument(
        "--without", nargs="*", default=[], help="groups to leave out, for ablations"
    )
    parser.add_argument("--draws", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    held_out = {
        shingle
        for path in sorted((arguments.data / "test").glob("*.gz"))
        for text in _contexts(path)
        for shingle in shingles(text)
    }
    examples = [
        example
        for number in range(arguments.draws)
        for example in draw(arguments, held_out, random.Random(arguments.seed + number))
    ]
    with gzip.open(arguments.work / "examples.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(example)) + "\n" for example in examples)
    for group, count in Counter(example.group for example in examples).most_common():
        print(f"{count:6} {group}")
    print(
        f"{len(examples):6} in all, {sum(example.start >= 0 for example in examples)} with an answer"
    )


def draw(arguments: argparse.Namespace, held_out: set[int], chance: random.Random) -> list[Example]:
    """The examples of one pass, in random order."""
    records: list[Record] = []
    for group, number in MIX.items():
        if group not in arguments.without:
            some = list(read(arguments.data / "train" / f"{group}.jsonl.gz", group, held_out))
            records += chance.sample(some, min(len(some), round(arguments.scale * number)))
    records = list({record.question.casefold(): record for record in reversed(records)}.values())
    records.reverse()
    examples = [
        example for record in records if (example := positive_or_null(record, chance)) is not None
    ]
    answered = [record for record in records if record.answer is not None]
    for name, number, made in (
        ("swapped", SWAPPED, swapped),
        ("denied", DENIED, denied),
        ("neighbour", NEIGHBOUR, neighbour),
        ("timed", TIMED, Timed(answered)),
    ):
        if name not in arguments.without:
            chance.shuffle(answered)
            more = [example for record in answered if (example := made(record, chance)) is not None]
            examples += more[: round(arguments.scale * number)]
    if "compound" not in arguments.without:
        contexts = sorted({record.context for record in answered if record.group != "qasrl_gs"})
        more = [
            example
            for _ in range(3)
            for context in contexts
            for example in compounds(context, chance)
        ]
        examples += chance.sample(more, min(len(more), round(arguments.scale * COMPOUND)))
    if "mined" not in arguments.without:
        examples += mined(answered, round(arguments.scale * MINED), arguments.work, chance)
    chance.shuffle(examples)
    part = round(_RANKED * len(examples))
    examples = ranked(examples[:part], arguments.ranker) + examples[part:]
    chance.shuffle(examples)
    return examples


def read(path: Path, group: str, held_out: set[int]) -> Iterator[Record]:
    """The questions of a set whose context does not overlap a held-out one, tokenised text written out again."""
    leaked: dict[str, bool] = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            context, question = row["context"], " ".join(row["question"].split())
            if context not in leaked:
                kept = group in CALIBRATION and zlib.crc32(context.encode()) % 12 == 0
                leaked[context] = kept or not held_out.isdisjoint(shingles(context))
            if leaked[context] or not question:
                continue
            spans = [
                (answer["start"], answer["start"] + len(answer["text"]))
                for answer in row["answers"]
            ]
            if group in _TOKENISED:
                context, spans = written_out(context, spans)
                question, _ = written_out(question, [])
            answer = (
                Counter(spans).most_common(1)[0][0] if spans else None
            )  # the span most annotators chose
            yield Record(group, question, context, answer, tuple(context[a:b] for a, b in spans))


_SPACES = re.compile(
    r" (?=[,.;:!?%)\]]|n't\b|'s\b|'re\b|'ve\b|'ll\b|'d\b|'m\b|'(?= |$)|'')|(?<=[(\[$]) |(?<=``) "
)


def written_out(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """Undo Penn Treebank tokens ("Ca n't", "`` so '' , he said"): the text, and the spans moved to it."""
    drop = {match.start() for match in _SPACES.finditer(text)}
    moved, kept = [0], []
    for position, character in enumerate(text):
        if position not in drop:
            kept.append(character)
        moved.append(len(kept))
    joined = "".join(kept)
    spans = [(moved[a], moved[b]) for a, b in spans]
    quotes = [match.start() for match in re.finditer("``|''", joined)]
    spans = [(a - sum(q < a for q in quotes), b - sum(q < b for q in quotes)) for a, b in spans]
    return re.sub("``|''", '"', joined), spans


def mined(
    records: Sequence[Record], number: int, work: Path, chance: random.Random
) -> list[Example]:
    """Passages of other contexts, or elsewhere in the same, that Dateline retrieves first though they do not hold the answer."""
    records = [record for record in records if record.group not in _NOT_RETRIEVED]
    contexts = archived({record.context for record in records}, _ARCHIVE)
    records = [record for record in records if record.context in contexts]
    articles = work / "contexts.jsonl"
    articles.write_text(
        "".join(json.dumps({"id": name, "text": text}) + "\n" for text, name in contexts.items())
    )
    index.build(
        articles,
        work / "contexts",
        progress=lambda what, done, total: print(f"{what} {done} of {total}  ", end="\r"),
    )
    archive = Archive.open(work / "contexts")
    examples: list[Example] = []
    for record in chance.sample(records, min(number, len(records))):
        hits = [
            hit.text
            for hit in archive.retrieve(record.question, k=8)
            if not holds(hit.text, record.texts)
        ]
        if hits:
            examples.append(Example("mined", record.question, chance.choice(hits[:3]), -1, -1))
    return examples


def archived(contexts: Iterable[str], number: int) -> dict[str, str]:
    """Choose `number` contexts by their hashes, which become their ids: another draw finds nearly all of them indexed."""
    names = {hashlib.sha256(text.encode()).hexdigest()[:16]: text for text in contexts}
    return {names[name]: name for name in sorted(names)[:number]}


def ranked(examples: Sequence[Example], folder: Path) -> list[Example]:
    """The examples with the untouched cross-encoder's scores."""
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(256, strategy="only_second")
    tokenizer.no_padding()
    session = onnxruntime.InferenceSession(
        str(folder / "model.onnx"), providers=["CPUExecutionProvider"]
    )
    names = {given.name for given in session.get_inputs()}
    scored = []
    for number, example in enumerate(examples, 1):
        encoded = tokenizer.encode(example.question, example.passage)
        columns = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        (score,) = session.run(
            None,
            {
                name: np.array([ids], dtype=np.int64)
                for name, ids in columns.items()
                if name in names
            },
        )
        scored.append(replace(example, relevance=round(float(score.item()), 3)))
        if number % 100 == 0:
            print(f"ranked {number} of {len(examples)}  ", end="\r")
    return scored


def shingles(text: str) -> set[int]:
    """Hashes of every run of 13 words."""
    words = re.findall(r"\w+", text.casefold())
    return {
        hash(tuple(words[place : place + _SHINGLE])) for place in range(len(words) - _SHINGLE + 1)
    }


def _contexts(path: Path) -> set[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return {json.loads(line)["context"] for line in file}


if __name__ == "__main__":
    main()
