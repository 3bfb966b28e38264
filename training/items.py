"""Examples in tokens, and batches of them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from tokenizers import Encoding, Tokenizer
from torch import Tensor

from qa.answering.reader import MODEL
from training.examples import Example

LONGEST = 224  # tokens


@dataclass(frozen=True, slots=True)
class Item:
    """An example in tokens.

    `start` and `end` are 0, [CLS], if there is no answer. `passage` is the passage's first token.
    """

    ids: list[int]
    passage: int
    start: int
    end: int
    relevance: float | None


def tokenised(examples: Sequence[Example]) -> list[Item]:
    """Return the examples in tokens, without those whose answer the window cuts off."""
    tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    tokenizer.enable_truncation(LONGEST, strategy="only_second")
    tokenizer.no_padding()
    items = []
    for example in examples:
        encoded = tokenizer.encode(" ".join(example.question.split()[:64]), example.passage)
        inside = [n for n, part in enumerate(encoded.sequence_ids) if part == 1]
        answer = _answer_tokens(example, encoded, inside)
        if answer is not None:
            items.append(Item(encoded.ids, inside[0], *answer, example.relevance))
    return items


def _answer_tokens(
    example: Example, encoded: Encoding, inside: Sequence[int]
) -> tuple[int, int] | None:
    """Return the first and last token of the answer, both 0 for none; None if it is cut off."""
    if example.start < 0:
        return 0, 0
    covered = [
        n
        for n in inside
        if encoded.offsets[n][0] < example.end and example.start < encoded.offsets[n][1]
    ]
    if not covered or encoded.offsets[covered[-1]][1] < example.end:
        return None
    return covered[0], covered[-1]


def batched(items: Sequence[Item], tokens: int, chance: random.Random) -> list[list[int]]:
    """Return the places of items in batches of like length, in random order.

    A batch has at most `tokens` once padded.
    """
    order = list(range(len(items)))
    chance.shuffle(order)
    batches: list[list[int]] = []
    for place in range(0, len(order), 1_000):
        batch: list[int] = []
        some = order[place : place + 1_000]
        for number in sorted(some, key=lambda number: len(items[number].ids)):
            if batch and (len(batch) + 1) * len(items[number].ids) > tokens:
                batches.append(batch)
                batch = []
            batch.append(number)
        batches.append(batch)
    chance.shuffle(batches)
    return batches


def columns(batch: Sequence[Item], device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Return input_ids, attention_mask and token_type_ids of a batch, padded (batch, tokens)."""
    longest = max(len(item.ids) for item in batch)
    ids, mask, kinds = (torch.zeros(len(batch), longest, dtype=torch.long) for _ in range(3))
    for row, item in enumerate(batch):
        ids[row, : len(item.ids)] = torch.tensor(item.ids)
        mask[row, : len(item.ids)] = 1
        kinds[row, item.passage : len(item.ids)] = 1
    return ids.to(device), mask.to(device), kinds.to(device)
