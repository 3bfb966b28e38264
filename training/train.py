"""Fine-tune the reader on WORK/examples.jsonl.gz; goes on where it was after an interruption.

    python -m training.train WORK --start FOLDER_OR_ONNX [--resume | --export-only] [--exits 3 6]

One pass, AdamW, a rate that rises over the first steps and falls linearly to nothing. The loss is
the cross-entropy of start and end over [CLS] (no answer here) and the passage's tokens (Devlin et
al. 2019), and 0.1 x the smooth L1 distance of the relevance output to the untouched cross-encoder's score,
which keeps it a ranker. Each exit (training/model.py) adds 0.3 x its own: half of its span loss is the
Kullback-Leibler divergence from the last layer's distributions at temperature 2 (Hinton et al. 2015), and
the last layer's relevance is the one to reach. Batches hold a fixed number of tokens and texts of like length. What is exported
is the moving average of the weights. Each checkpoint holds it: --export-only exports it while a training goes on.
--keep takes it part of the way back to a reader that the training began with,
which keeps what that one did well elsewhere (Wortsman et al. 2022, "Robust fine-tuning"). float32 on processors without bf16 arithmetic, where autocast
is 20 times slower.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from qa.answering.reader import MODEL
from training.examples import Example
from training.model import LAYERS, Outputs, ReaderNetwork, export, load

LONGEST = 224  # tokens
_WARM_UP, _LONGEST_WARM_UP = 0.05, 250  # of the steps; steps
_AVERAGE = 0.998
_TEMPERATURE = 2.0
_RELEVANCE, _EXIT = 0.1, 0.3  # of the loss
_HELD_BACK = 300  # examples, to watch


@dataclass(frozen=True, slots=True)
class Item:
    """An example in tokens; `start`, `end` are 0, [CLS], where there is no answer. `passage` is the first token of the passage."""

    ids: list[int]
    passage: int
    start: int
    end: int
    relevance: float | None


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("work", type=Path)
    parser.add_argument(
        "--start",
        type=Path,
        required=True,
        help="starting weights: a cross-encoder's folder, a reader's or its model.int8.onnx",
    )
    parser.add_argument("--resume", action="store_true", help="go on from WORK/checkpoint.pt")
    parser.add_argument(
        "--export-only",
        action="store_true",
        help="export the averaged weights of WORK/checkpoint.pt",
    )
    parser.add_argument("--rate", type=float, default=6e-5)
    parser.add_argument("--batch-tokens", type=int, default=3_072)
    parser.add_argument(
        "--save-every", type=int, default=100, help="steps from checkpoint to checkpoint"
    )
    parser.add_argument("--layers", type=int, default=LAYERS)
    parser.add_argument(
        "--exits", type=int, nargs="*", default=[], help="layers after which there are outputs too"
    )
    parser.add_argument(
        "--share", type=float, default=1.0, help="of the batches, for a sitting of limited time"
    )
    parser.add_argument(
        "--keep",
        type=float,
        default=0.0,
        help="share of the starting weights in what is exported, where they are a reader's",
    )
    parser.add_argument("--dropout", type=float, default=0.0, help="for more than one pass")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    checkpoint = arguments.work / "checkpoint.pt"
    if arguments.export_only and not checkpoint.exists():
        parser.error(f"expected {checkpoint}, found none: train first")
    torch.manual_seed(arguments.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    fast_bf16 = device.type == "cuda" or torch.cpu._is_avx512_bf16_supported()

    with gzip.open(arguments.work / "examples.jsonl.gz", "rt", encoding="utf-8") as file:
        examples = [Example(**json.loads(line)) for line in file]
    watching, rest = held_back(examples)
    watched, items = tokenised(watching), tokenised([] if arguments.export_only else rest)
    batches = batched(items, arguments.batch_tokens, random.Random(arguments.seed))
    batches = batches[: max(1, round(arguments.share * len(batches)))]
    network, has_spans = load(arguments.start, arguments.layers, arguments.exits, arguments.dropout)
    network.to(device).train()
    heads = [*network.span.parameters(), *network.exits.parameters()]
    body = [
        parameter
        for name, parameter in network.named_parameters()
        if not name.startswith(("span.", "exits."))
    ]
    optimiser = torch.optim.AdamW(
        [
            {"params": body, "lr": arguments.rate},
            {"params": heads, "lr": arguments.rate * (1 if has_spans else 10)},
        ],
        weight_decay=0.01,
        fused=True,
    )
    warm_up = max(1, min(_LONGEST_WARM_UP, int(_WARM_UP * len(batches))))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: min((step + 1) / warm_up, (len(batches) - step) / (len(batches) - warm_up)),
    )
    average = [parameter.detach().clone() for parameter in network.parameters()]
    first = 0
    if (arguments.resume or arguments.export_only) and checkpoint.exists():
        kept = torch.load(checkpoint, map_location=device)
        network.load_state_dict(kept["network"])
        optimiser.load_state_dict(kept["optimiser"])
        schedule.load_state_dict(kept["schedule"])
        average, first = kept["average"], kept["step"]
    print(
        f"{len(items)} examples in {len(batches)} steps, from step {first}, on {device}", flush=True
    )

    began, losses = time.monotonic(), 0.0
    for step in range(first, len(batches)):
        with torch.autocast(device.type, torch.bfloat16, enabled=fast_bf16):
            loss = loss_of(network, [items[number] for number in batches[step]], device)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        keep = min(_AVERAGE, (step + 1) / (step + 10))
        torch._foreach_lerp_(
            average, [parameter.detach() for parameter in network.parameters()], 1 - keep
        )
        losses = loss.item() if step == first else 0.98 * losses + 0.02 * loss.item()
        if (step + 1) % 20 == 0:
            left = (time.monotonic() - began) / (step + 1 - first) * (len(batches) - step - 1) / 60
            print(
                f"step {step + 1} of {len(batches)}: loss {losses:.3f}, {left:.0f} minutes left",
                flush=True,
            )
        if (step + 1) % arguments.save_every == 0 or step + 1 == len(batches):
            state = {
                "network": network.state_dict(),
                "optimiser": optimiser.state_dict(),
                "schedule": schedule.state_dict(),
            }
            torch.save(
                state | {"average": average, "step": step + 1}, checkpoint.with_suffix(".new")
            )
            os.replace(checkpoint.with_suffix(".new"), checkpoint)
        if (step + 1) % (3 * arguments.save_every) == 0:
            print(f"   held back: {watch(network, watched, device)}", flush=True)

    for parameter, mean in zip(network.parameters(), average, strict=True):
        parameter.data.copy_(mean)
    print(f"averaged weights, held back: {watch(network, watched, device)}")
    if arguments.keep:
        back_towards(network, load(arguments.start, arguments.layers)[0].to(device), arguments.keep)
        print(
            f"with {arguments.keep:.0%} of the starting weights, held back: {watch(network, watched, device)}"
        )
    export(network.cpu(), arguments.work)
    for depth in arguments.exits:
        (arguments.work / f"layers{depth}").mkdir(exist_ok=True)
        export(network.shallow(depth), arguments.work / f"layers{depth}")
    print(f"wrote {arguments.work / 'model.int8.onnx'}")


@torch.no_grad()
def back_towards(network: ReaderNetwork, start: ReaderNetwork, share: float) -> None:
    """Move the weights by `share` of the way back to those that the training began with."""
    begun = start.state_dict()
    for name, parameter in network.named_parameters():
        if name in begun:
            parameter.lerp_(begun[name], share)


def held_back(
    examples: Sequence[Example], number: int = _HELD_BACK
) -> tuple[Sequence[Example], list[Example]]:
    """The first `number` of the examples, to watch, and those others that do not ask the same: another draw asks it again."""
    asked = {example.question for example in examples[:number]}
    return examples[:number], [
        example for example in examples[number:] if example.question not in asked
    ]


def tokenised(examples: Sequence[Example]) -> list[Item]:
    """The examples whose answer lies inside the window, in tokens."""
    tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    tokenizer.enable_truncation(LONGEST, strategy="only_second")
    tokenizer.no_padding()
    items = []
    for example in examples:
        encoded = tokenizer.encode(" ".join(example.question.split()[:64]), example.passage)
        inside = [n for n, part in enumerate(encoded.sequence_ids) if part == 1]
        start = end = 0
        if example.start >= 0:
            covered = [
                n
                for n in inside
                if encoded.offsets[n][0] < example.end and example.start < encoded.offsets[n][1]
            ]
            if not covered or encoded.offsets[covered[-1]][1] < example.end:
                continue
            start, end = covered[0], covered[-1]
        items.append(Item(encoded.ids, inside[0], start, end, example.relevance))
    return items


def batched(items: Sequence[Item], tokens: int, chance: random.Random) -> list[list[int]]:
    """Numbers of items in batches of at most `tokens` once padded, alike in length, in random order."""
    order = list(range(len(items)))
    chance.shuffle(order)
    batches: list[list[int]] = []
    for place in range(0, len(order), 1_000):
        batch: list[int] = []
        for number in sorted(
            order[place : place + 1_000], key=lambda number: len(items[number].ids)
        ):
            if batch and (len(batch) + 1) * len(items[number].ids) > tokens:
                batches.append(batch)
                batch = []
            batch.append(number)
        batches.append(batch)
    chance.shuffle(batches)
    return batches


def columns(batch: Sequence[Item], device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """input_ids, attention_mask and token_type_ids of a batch, padded: shape (batch, tokens)."""
    longest = max(len(item.ids) for item in batch)
    ids, mask, kinds = (torch.zeros(len(batch), longest, dtype=torch.long) for _ in range(3))
    for row, item in enumerate(batch):
        ids[row, : len(item.ids)] = torch.tensor(item.ids)
        mask[row, : len(item.ids)] = 1
        kinds[row, item.passage : len(item.ids)] = 1
    return ids.to(device), mask.to(device), kinds.to(device)


def spans_of(network: ReaderNetwork, batch: Sequence[Item], device: torch.device) -> list[Outputs]:
    """Of every exit and of the last layer: start and end logits over [CLS] and the passage's tokens, the rest at minus infinity; relevance."""
    ids, mask, kinds = columns(batch, device)
    allowed = kinds.bool()
    for row, item in enumerate(batch):
        allowed[row, len(item.ids) - 1] = False  # the last [SEP]
    allowed[:, 0] = True
    return [
        (
            start.float().masked_fill(~allowed, -1e4),
            end.float().masked_fill(~allowed, -1e4),
            relevance.float(),
        )
        for start, end, relevance in network.outputs(ids, mask, kinds)
    ]


def loss_of(network: ReaderNetwork, batch: Sequence[Item], device: torch.device) -> Tensor:
    *shallower, (start, end, relevance) = spans_of(network, batch, device)
    starts, ends = (
        torch.tensor([getattr(item, name) for item in batch], device=device)
        for name in ("start", "end")
    )
    loss = (functional.cross_entropy(start, starts) + functional.cross_entropy(end, ends)) / 2
    ranked = [(row, item.relevance) for row, item in enumerate(batch) if item.relevance is not None]
    if ranked:
        rows, scores = zip(*ranked, strict=True)
        loss = loss + _RELEVANCE * functional.smooth_l1_loss(
            relevance[list(rows)], torch.tensor(scores, device=device)
        )
    for early_start, early_end, early_relevance in shallower:
        own = (
            functional.cross_entropy(early_start, starts)
            + functional.cross_entropy(early_end, ends)
        ) / 2
        taught = (divergence(early_start, start.detach()) + divergence(early_end, end.detach())) / 2
        loss = loss + _EXIT * (
            (own + taught) / 2
            + _RELEVANCE * functional.smooth_l1_loss(early_relevance, relevance.detach())
        )
    return loss


def divergence(logits: Tensor, taught: Tensor) -> Tensor:
    """The mean Kullback-Leibler divergence from the teacher's distributions to the student's, both softened, in the scale of a loss."""
    soft, target = (
        functional.log_softmax(logits / _TEMPERATURE, dim=1),
        functional.log_softmax(taught / _TEMPERATURE, dim=1),
    )
    return functional.kl_div(soft, target, reduction="batchmean", log_target=True) * _TEMPERATURE**2


@torch.no_grad()
def watch(network: ReaderNetwork, items: Sequence[Item], device: torch.device) -> str:
    """Exact spans among examples with an answer, and [CLS] among those without."""
    network.eval()
    right: dict[bool, list[bool]] = {True: [], False: []}
    for place in range(0, len(items), 16):
        start, end, _ = spans_of(network, items[place : place + 16], device)[-1]
        for item, first, last in zip(
            items[place : place + 16], start.argmax(1).tolist(), end.argmax(1).tolist(), strict=True
        ):
            right[item.start > 0].append((first, last) == (item.start, item.end))
    network.train()
    return ", ".join(
        f"{sum(some) / max(1, len(some)):.3f} of {len(some)} {name}"
        for name, some in (("answered", right[True]), ("null", right[False]))
    )


if __name__ == "__main__":
    main()
