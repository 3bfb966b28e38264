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
import json
import random
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

import index
from index.chunking import passage_spans
from index.sentences import sentence_around
from qa import Archive

# How many questions of each set, and why. Left out: policyqa and sleepqa (answers are whole clauses of
# other kinds of text), fairytaleqa (lower-cased stories), qanom and most of QA-SRL ("someone did something").
MIX = {
    "squad2_16articles": 6_078,  # all: the only adversarial questions
    "squad_train_800para": 4_000,
    "squadshifts_new_wiki": 7_938,
    "squadshifts_amazon_reviews": 9_885,
    "squadshifts_reddit": 9_803,
    "qed_nq": 8_314,  # questions asked without having seen the text
    "nq_oracle": 2_655,
    "qamr": 12_000,  # Wikinews sentences
    "qasrl_gs": 2_000,
    "tweetqa_verbatim": 4_000,
    "timeqa_human": 2_342,
    "quoref_contrast": 700,
}
SWAPPED, DENIED, NEIGHBOUR, MINED, TIMED, COMPOUND = 7_000, 3_500, 6_000, 6_000, 6_000, 500
CALIBRATION = ("squadshifts_new_wiki", "squadshifts_reddit", "qed_nq")  # a twelfth of their contexts is left to training/calibrate.py
_SENTENCE_ALONE = 0.15
_SIZES = (300, 600, 600, 600, 800)  # characters; Dateline's own size most often
_TOKENISED = {"qed_nq", "qamr", "qasrl_gs", "timeqa_human"}
_SHINGLE = 13  # words
_RANKED = 0.06  # of the examples: enough to keep the relevance output where it was


@dataclass(frozen=True, slots=True)
class Record:
    """A question of a set with its context; `answer` is (start, end) in the context, None where it does not say."""

    group: str
    question: str
    context: str
    answer: tuple[int, int] | None
    texts: tuple[str, ...]  # of every annotator


@dataclass(frozen=True, slots=True)
class Example:
    """`start`, `end`: characters of the passage, both -1 where it does not answer. `relevance`: the ranker's score, where asked."""

    group: str
    question: str
    passage: str
    start: int
    end: int
    relevance: float | None = None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder with train/ and test/")
    parser.add_argument("work", type=Path)
    parser.add_argument("--ranker", type=Path, required=True)
    parser.add_argument("--scale", type=float, default=1.0, help="of every group, for short runs")
    parser.add_argument("--without", nargs="*", default=[], help="groups to leave out, for ablations")
    parser.add_argument("--draws", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    held_out = {
        shingle for path in sorted((arguments.data / "test").glob("*.gz")) for text in _contexts(path) for shingle in shingles(text)
    }
    examples = [
        example for number in range(arguments.draws) for example in draw(arguments, held_out, random.Random(arguments.seed + number))
    ]
    with gzip.open(arguments.work / "examples.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(example)) + "\n" for example in examples)
    for group, count in Counter(example.group for example in examples).most_common():
        print(f"{count:6} {group}")
    print(f"{len(examples):6} in all, {sum(example.start >= 0 for example in examples)} with an answer")


def draw(arguments: argparse.Namespace, held_out: set[int], chance: random.Random) -> list[Example]:
    """The examples of one pass, in random order."""
    records: list[Record] = []
    for group, number in MIX.items():
        if group not in arguments.without:
            some = list(read(arguments.data / "train" / f"{group}.jsonl.gz", group, held_out))
            records += chance.sample(some, min(len(some), round(arguments.scale * number)))
    met: set[str] = set()
    records = [record for record in records if not (record.question.casefold() in met or met.add(record.question.casefold()))]  # type: ignore[func-returns-value]
    examples = [example for record in records if (example := positive_or_null(record, chance)) is not None]
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
        more = [example for _ in range(_TIMES) for context in contexts for example in compounds(context, chance)]
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
            spans = [(answer["start"], answer["start"] + len(answer["text"])) for answer in row["answers"]]
            if group in _TOKENISED:
                context, spans = written_out(context, spans)
                question, _ = written_out(question, [])
            answer = Counter(spans).most_common(1)[0][0] if spans else None  # the span most annotators chose
            yield Record(group, question, context, answer, tuple(context[a:b] for a, b in spans))


_SPACES = re.compile(r" (?=[,.;:!?%)\]]|n't\b|'s\b|'re\b|'ve\b|'ll\b|'d\b|'m\b|'(?= |$)|'')|(?<=[(\[$]) |(?<=``) ")


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


def positive_or_null(record: Record, chance: random.Random) -> Example | None:
    """The passage that holds the answer, sometimes its sentence alone; for no answer the passage nearest to the question."""
    pieces = passage_spans(record.context, chance.choice(_SIZES))
    if record.answer is None:
        words = set(re.findall(r"\w{4,}", record.question.casefold()))
        near = max(pieces, key=lambda piece: len(words & set(re.findall(r"\w{4,}", record.context[slice(*piece)].casefold()))))
        return Example("unanswerable", record.question, record.context[slice(*near)], -1, -1)
    start, end = record.answer
    if chance.random() < _SENTENCE_ALONE:
        pieces = [sentence_around(record.context, start, end)]
    for a, b in pieces:
        if a <= start and end <= b:
            return Example(record.group, record.question, record.context[a:b], start - a, end - a)
    return None


def neighbour(record: Record, chance: random.Random) -> Example | None:
    """A passage of the same context that holds none of the answers."""
    pieces = [record.context[a:b] for a, b in passage_spans(record.context)]
    others = [piece for piece in pieces if not _holds(piece, record.texts) and len(piece) > 150]
    return Example("neighbour", record.question, chance.choice(others), -1, -1) if others else None


_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w-]+(?: [A-Z][\w-]+)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")


def swapped(record: Record, chance: random.Random) -> Example | None:
    """The question with one of its names or numbers replaced by another of its passage, of the same kind, which it did not hold."""
    example = positive_or_null(record, chance)
    if example is None or record.group == "timeqa_human":
        return None
    for kind in chance.sample([_NAME, _NUMBER], 2):
        inside = [match for match in kind.finditer(example.question) if match.group() in example.passage]
        others = {text for text in kind.findall(example.passage) if text not in example.question and not _holds(text, record.texts)}
        others = {text for text in others if not any(text in answer or answer in text for answer in record.texts)}
        if inside and others:
            match = chance.choice(inside)
            other = [
                text
                for text in sorted(others)
                if kind is _NAME or (len(text) == len(match.group()) and (len(text) == 4) == (len(match.group()) == 4))
            ]
            if other:
                question = example.question[: match.start()] + chance.choice(other) + example.question[match.end() :]
                return Example("swapped", question, example.passage, -1, -1)
    return None


_OPPOSITES = (
    "first last, oldest youngest, largest smallest, biggest smallest, highest lowest, longest shortest, earliest latest, most least, "
    "more fewer, more less, before after, north south, northern southern, east west, eastern western, increase decrease, "
    "increased decreased, rise fall, rose fell, win lose, won lost, begin end, began ended, start stop, started stopped, "
    "open close, opened closed, accept reject, accepted rejected, support oppose, supported opposed, arrive leave, arrived left, "
    "allow forbid, allowed forbade, build destroy, built destroyed, male female, above below, inside outside, good bad, best worst, "
    "strong weak, high low, large small, old new, rich poor, public private, true false, major minor, maximum minimum, "
    "join leave, joined left, gain lose, gained lost, buy sell, bought sold, attack defend, attacked defended, love hate, like dislike"
)
OPPOSITES: dict[str, list[str]] = {}
for _one, _other in (pair.split() for pair in _OPPOSITES.split(", ")):
    OPPOSITES.setdefault(_one, []).append(_other)
    OPPOSITES.setdefault(_other, []).append(_one)
_VERB = re.compile(r"(?i)(?:who|what|which \w+|what \w+) (?:is|are|was|were|can|could|should|will)\b(?! not)")
_OPPOSITE = 0.6  # how often an opposite is taken where there is one, rather than a negation


def denied(record: Record, chance: random.Random) -> Example | None:
    """The question asked about the opposite: "the largest city" for the smallest, "who was not" for "who was"."""
    example = positive_or_null(record, chance)
    if example is None or re.search(r"\b(not|n't|never|no)\b", example.question):
        return None
    words = [match for match in re.finditer(r"\b[a-z]+\b", example.question) if match.group() in OPPOSITES]
    verb = _VERB.match(example.question)
    if words and (verb is None or chance.random() < _OPPOSITE):
        word = chance.choice(words)
        other = chance.choice(OPPOSITES[word.group()])
        return Example("denied", example.question[: word.start()] + other + example.question[word.end() :], example.passage, -1, -1)
    if verb is None or chance.random() < 0.5:  # else most of the group would be negations
        return None
    return Example("denied", f"{verb.group()} not{example.question[verb.end() :]}", example.passage, -1, -1)


_AGENT = (
    "led backed owned controlled funded sponsored mediated approved operated managed produced designed built run held occupied supported "
    "financed directed developed deployed assisted dominated trained supplied ruled administered endorsed imposed hosted drafted chaired "
    "commissioned"
).replace(" ", "|")
_TIMES = 3  # that each is asked in a draw
_BY = re.compile(rf"\b([Tt]he|[Aa]n?) ((?:[a-z]+ )?)(?!were\b)([a-z]{{4,}}) ({_AGENT}) by (?:the )?([A-Z]\w+(?: [A-Z]\w+)*)")


def compounds(context: str, chance: random.Random) -> Iterator[Example]:
    """ "A campaign led by Saudi Arabia" written as "a Saudi Arabia-led campaign" and asked as "Who led the campaign?", with the
    time of its sentence where there is one."""
    for match in _BY.finditer(context):
        article, adjective, noun, verb, agent = match.groups()
        compound = f"{'The' if article[0].isupper() else 'the' if article == 'the' else 'a'} {agent}-{verb} {adjective}{noun}"
        text = context[: match.start()] + compound + context[match.end() :]
        start, end = match.start() + compound.index(agent), match.start() + len(compound)
        first, last = sentence_around(text, start, end)
        question = f"Who {'ran' if verb == 'run' else verb} the {noun}?"
        told = {time.group() for time in TIME.finditer(text[first:last])}
        if len(told) == 1 and chance.random() < 0.7:
            question = with_time(question, told.pop(), chance)
        pieces = [(first, last)] if chance.random() < _SENTENCE_ALONE else passage_spans(text, chance.choice(_SIZES))
        for a, b in pieces:
            if a <= start and end <= b:
                yield Example("compound", question, text[a:b], start - a, start - a + len(agent))
                break


MONTHS = "January February March April May June July August September October November December".split()
TIME = re.compile(rf"\b(?:{'|'.join(MONTHS)})\b(?! \d)|(?<![\d,.$-])\b(?:1[5-9]\d\d|20[0-2]\d)\b(?![\d%-]|,\d)")


class Timed:
    """Questions whose answer hangs on the month or the year. `others` lends answers to sentences of another time."""

    def __init__(self, others: Sequence[Record]) -> None:
        texts = {record.context[slice(*record.answer)] for record in others if record.answer is not None}
        self.names = sorted(text for text in texts if re.fullmatch(r"[A-Z][\w.'-]+(?: [A-Z][\w.'-]+){0,3}", text) and not TIME.search(text))
        self.numbers = sorted(text for text in texts if re.fullmatch(r"\d{1,3}(?:,\d{3})*(?: [a-z]+)?", text))

    def __call__(self, record: Record, chance: random.Random) -> Example | None:
        if record.answer is None or record.group in ("timeqa_human", "tweetqa_verbatim", "quoref_contrast"):
            return None
        answer = record.context[slice(*record.answer)]
        if re.match(
            r"(?i)(when|(in|on|by|during|since|until) (what|which)|(what|which) (year|month|day|date|time|century))", record.question
        ):
            return None
        place = next(
            (piece for piece in passage_spans(record.context, 600) if piece[0] <= record.answer[0] and record.answer[1] <= piece[1]), None
        )
        if place is None or TIME.search(answer):
            return None
        passage, start, end = record.context[slice(*place)], record.answer[0] - place[0], record.answer[1] - place[0]
        first, last = sentence_around(passage, start, end)
        told = [match.group() for match in TIME.finditer(passage[first:last])]
        asked = [match.group() for match in TIME.finditer(record.question)]
        if asked:
            if len(asked) > 1 or asked[0] not in told:
                return None
            if chance.random() < 0.5:
                return Example("timed", record.question, passage, start, end)
            return Example("timed", record.question, passage.replace(asked[0], another(asked[0], passage, chance)), -1, -1)
        if not TIME.search(passage) and chance.random() < 0.05:  # a passage that says no time contradicts none
            time = chance.choice((chance.choice(MONTHS), str(chance.randrange(1990, 2024))))
            return Example("timed", with_time(record.question, time, chance), passage, start, end)
        if len(set(told)) != 1 or re.search(r"\bborn\b", passage[first:last]):
            return None
        time = told[0]
        if chance.random() < 0.5:  # no sentence of that time
            elsewhere = sorted({match.group() for match in TIME.finditer(passage)} - {time})
            other = chance.choice(elsewhere) if elsewhere and chance.random() < 0.5 else another(time, passage, chance)
            return Example("timed", with_time(record.question, other, chance), passage, -1, -1)
        question = with_time(record.question, time, chance)
        others = [
            text for text in (self.names if answer in self.names else self.numbers if answer in self.numbers else ()) if text != answer
        ]
        if not others or chance.random() < 0.3:
            return Example("timed", question, passage, start, end)
        sentence = passage[first:last]
        twin = sentence[: start - first] + chance.choice(others) + sentence[end - first :]
        twin = twin.replace(time, another(time, passage, chance)).strip()
        if chance.random() < 0.5:
            return Example("timed", question, f"{passage.rstrip()} {twin}", start, end)
        before = passage[:first] + twin + " "
        return Example("timed", question, before + passage[first:], start - first + len(before), end - first + len(before))


def another(time: str, passage: str, chance: random.Random) -> str:
    """A month for a month, a year near a year, that the passage does not name."""
    near = MONTHS if time in MONTHS else [str(int(time) + years) for years in (*range(-9, 0), *range(1, 10))]
    return chance.choice([other for other in near if other != time and other not in passage] or ["1499"])


def with_time(question: str, time: str, chance: random.Random) -> str:
    """ "Who won?" in May: "Who won in May?", "In May, who won?", or of a noun "the May ..."."""
    bare = question.rstrip(" ?")
    nouns = list(re.finditer(r"\bthe (?=[a-z]{5,})", bare))
    if nouns and chance.random() < 0.4:
        return f"{bare[: nouns[-1].end()]}{time} {bare[nouns[-1].end() :]}?"
    if chance.random() < 0.3:
        return f"In {time}, {bare[0].lower() if not bare[:2].isupper() else bare[0]}{bare[1:]}?"
    return f"{bare} in {time}?"


def mined(records: Sequence[Record], number: int, work: Path, chance: random.Random) -> list[Example]:
    """Passages of other contexts, or elsewhere in the same, that Dateline retrieves first though they do not hold the answer."""
    records = [
        record for record in records if record.group not in ("quoref_contrast", "qasrl_gs", "qamr", "tweetqa_verbatim", "timeqa_human")
    ]
    contexts = sorted({record.context for record in records})
    articles = work / "contexts.jsonl"
    articles.write_text("".join(json.dumps({"id": str(n), "text": text}) + "\n" for n, text in enumerate(contexts)))
    index.build(articles, work / "contexts", progress=lambda what, done, total: print(f"{what} {done} of {total}  ", end="\r"))
    archive = Archive.open(work / "contexts")
    examples: list[Example] = []
    for record in chance.sample(records, min(number, len(records))):
        hits = [hit.text for hit in archive.retrieve(record.question, k=8) if not _holds(hit.text, record.texts)]
        if hits:
            examples.append(Example("mined", record.question, chance.choice(hits[:3]), -1, -1))
    return examples


def ranked(examples: Sequence[Example], folder: Path) -> list[Example]:
    """The examples with the untouched cross-encoder's scores."""
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(256, strategy="only_second")
    tokenizer.no_padding()
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    names = {given.name for given in session.get_inputs()}
    scored = []
    for number, example in enumerate(examples, 1):
        encoded = tokenizer.encode(example.question, example.passage)
        columns = {"input_ids": encoded.ids, "attention_mask": encoded.attention_mask, "token_type_ids": encoded.type_ids}
        (score,) = session.run(None, {name: np.array([ids], dtype=np.int64) for name, ids in columns.items() if name in names})
        scored.append(replace(example, relevance=round(float(score.item()), 3)))
        if number % 100 == 0:
            print(f"ranked {number} of {len(examples)}  ", end="\r")
    return scored


def shingles(text: str) -> set[int]:
    """Hashes of every run of 13 words."""
    words = re.findall(r"\w+", text.casefold())
    return {hash(tuple(words[place : place + _SHINGLE])) for place in range(len(words) - _SHINGLE + 1)}


def _contexts(path: Path) -> set[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return {json.loads(line)["context"] for line in file}


def _holds(text: str, answers: Sequence[str]) -> bool:
    folded = text.casefold()
    return any(answer.casefold() in folded for answer in answers)


if __name__ == "__main__":
    main()
