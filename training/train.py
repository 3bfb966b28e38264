"""Fine-tune the reader on WORK/examples.jsonl.gz; --resume goes on after an interruption.

    python -m training.train WORK --start FOLDER_OR_ONNX [--resume | --export-only] [--exits 3 6]

One pass with AdamW; the rate rises over the first steps and falls linearly to nothing. Batches
hold a fixed number of tokens, in texts of like length. The loss is the sum of

    span        the cross-entropy of start and end over [CLS] (no answer here) and the passage's
                tokens (Devlin et al. 2019)
    relevance   0.1 x the smooth L1 distance of the relevance output to the untouched
                cross-encoder's score, which keeps it a ranker
    exits       0.3 x the same for each exit (training/model.py). Half of its span loss is the
                Kullback-Leibler divergence from the last layer's distributions at temperature 2
                (Hinton et al. 2015); its relevance is to reach the last layer's.

The moving average of the weights is exported. Each checkpoint holds it, so that --export-only can
export it during a training. --keep takes it part of the way back to the reader that the training
began with, which keeps what that one did well elsewhere (Wortsman et al. 2022, "Robust
fine-tuning"). Processors without bf16 arithmetic compute in float32, as autocast is slow there.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from training.examples import Example
from training.items import Item, batched, tokenised
from training.losses import loss_of, spans_of
from training.model import LAYERS, ReaderNetwork, export, load
from training.teacher import Teacher

Loss = Callable[[Any, Sequence[Item], torch.device], Tensor]

_WARM_UP, _LONGEST_WARM_UP = 0.05, 250  # of the steps; steps
_AVERAGE = 0.998
_HELD_BACK = 300  # examples, to watch
_REPORT_EVERY = 20  # steps


@dataclass(slots=True)
class Training:
    """The state of a training: what a checkpoint holds, and the step that comes next."""

    network: ReaderNetwork | Teacher
    optimiser: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LambdaLR
    average: list[Tensor]  # of the network's parameters
    device: torch.device
    next_step: int = 0
    loss: Loss = loss_of

    @classmethod
    def begin(
        cls,
        network: ReaderNetwork | Teacher,
        rate: float,
        head_rate: float,
        steps: int,
        device: torch.device,
        loss: Loss = loss_of,
    ) -> Training:
        """Return a training of so many steps; `head_rate` is that of span and exit outputs."""
        heads = [*network.span.parameters(), *network.exits.parameters()]
        body = [
            parameter
            for name, parameter in network.named_parameters()
            if not name.startswith(("span.", "exits."))
        ]
        optimiser = torch.optim.AdamW(
            [{"params": body, "lr": rate}, {"params": heads, "lr": head_rate}],
            weight_decay=0.01,
            fused=True,
        )
        warm_up = max(1, min(_LONGEST_WARM_UP, int(_WARM_UP * steps)))
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser,
            lambda step: min((step + 1) / warm_up, (steps - step) / max(1, steps - warm_up)),
        )
        average = [parameter.detach().clone() for parameter in network.parameters()]
        return cls(network, optimiser, schedule, average, device, loss=loss)

    def restore(self, checkpoint: Path) -> None:
        """Go on from a checkpoint."""
        kept = torch.load(checkpoint, map_location=self.device)
        self.network.load_state_dict(kept["network"])
        self.optimiser.load_state_dict(kept["optimiser"])
        self.schedule.load_state_dict(kept["schedule"])
        self.average, self.next_step = kept["average"], kept["step"]

    def save(self, checkpoint: Path) -> None:
        """Write a checkpoint, whole or not at all."""
        state = {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "average": self.average,
            "step": self.next_step,
        }
        torch.save(state, checkpoint.with_suffix(".new"))
        os.replace(checkpoint.with_suffix(".new"), checkpoint)

    def step(self, batch: Sequence[Item], fast_bf16: bool) -> float:
        """Learn from a batch and return its loss."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=fast_bf16):
            loss = self.loss(self.network, batch, self.device)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.schedule.step()
        self.optimiser.zero_grad()
        keep = min(_AVERAGE, (self.next_step + 1) / (self.next_step + 10))
        parameters = [parameter.detach() for parameter in self.network.parameters()]
        torch._foreach_lerp_(self.average, parameters, 1 - keep)
        self.next_step += 1
        return loss.item()

    def use_average(self) -> None:
        """Replace the network's weights by their moving average."""
        for parameter, mean in zip(self.network.parameters(), self.average, strict=True):
            parameter.data.copy_(mean)


def main() -> None:
    """Run the command line."""
    arguments = _arguments()
    checkpoint = arguments.work / "checkpoint.pt"
    torch.manual_seed(arguments.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    watching, rest = held_back(read_examples(arguments.work))
    if arguments.export_only:
        rest = []
    watched, items = tokenised(watching), tokenised(rest)
    batches = batched(items, arguments.batch_tokens, random.Random(arguments.seed))
    batches = batches[: max(1, round(arguments.share * len(batches)))]
    network, has_spans = load(arguments.start, arguments.layers, arguments.exits, arguments.dropout)
    network.to(device).train()
    head_rate = arguments.rate * (1 if has_spans else 10)
    training = Training.begin(network, arguments.rate, head_rate, len(batches), device)
    if (arguments.resume or arguments.export_only) and checkpoint.exists():
        training.restore(checkpoint)
    print(
        f"{len(items)} examples in {len(batches)} steps, from step {training.next_step}, "
        f"on {device}",
        flush=True,
    )
    train(training, items, batches, watched, checkpoint, arguments.save_every)
    training.use_average()
    print(f"averaged weights, held back: {watch(network, watched, device)}")
    if arguments.keep:
        back_towards(network, load(arguments.start, arguments.layers)[0].to(device), arguments.keep)
        print(
            f"with {arguments.keep:.0%} of the starting weights, held back: "
            f"{watch(network, watched, device)}"
        )
    export(network.cpu(), arguments.work)
    for depth in arguments.exits:
        (arguments.work / f"layers{depth}").mkdir(exist_ok=True)
        export(network.shallow(depth), arguments.work / f"layers{depth}")
    print(f"wrote {arguments.work / 'model.int8.onnx'}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("work", type=Path)
    add(
        "--start",
        type=Path,
        required=True,
        help="starting weights: a cross-encoder's folder, a reader's or its model.int8.onnx",
    )
    add("--resume", action="store_true", help="go on from WORK/checkpoint.pt")
    add(
        "--export-only",
        action="store_true",
        help="export the averaged weights of WORK/checkpoint.pt",
    )
    add("--rate", type=float, default=6e-5)
    add("--batch-tokens", type=int, default=3_072)
    add("--save-every", type=int, default=100, help="steps from checkpoint to checkpoint")
    add("--layers", type=int, default=LAYERS)
    add(
        "--exits",
        type=int,
        nargs="*",
        default=[],
        help="layers after which there are outputs too",
    )
    add("--share", type=float, default=1.0, help="of the batches, for a sitting of limited time")
    add(
        "--keep",
        type=float,
        default=0.0,
        help="share of the starting weights in what is exported, if they are a reader's",
    )
    add("--dropout", type=float, default=0.0, help="for more than one pass")
    add("--seed", type=int, default=0)
    arguments = parser.parse_args()
    checkpoint = arguments.work / "checkpoint.pt"
    if arguments.export_only and not checkpoint.exists():
        parser.error(f"expected {checkpoint}, found none: train first")
    return arguments


def read_examples(work: Path) -> list[Example]:
    with gzip.open(work / "examples.jsonl.gz", "rt", encoding="utf-8") as file:
        return [Example(**json.loads(line)) for line in file]


def train(
    training: Training,
    items: Sequence[Item],
    batches: Sequence[Sequence[int]],
    watched: Sequence[Item],
    checkpoint: Path,
    save_every: int,
    until: float = math.inf,
) -> bool:
    """Learn from the batches that are left, with a checkpoint every `save_every` steps.

    It stops at `until`, of time.monotonic(), with a checkpoint. Returns whether none is left.
    """
    fast_bf16 = training.device.type == "cuda" or torch.cpu._is_avx512_bf16_supported()
    began, first, mean_loss = time.monotonic(), training.next_step, 0.0
    for number in range(first, len(batches)):
        loss = training.step([items[place] for place in batches[number]], fast_bf16)
        if number == first:
            mean_loss = loss
        mean_loss = 0.98 * mean_loss + 0.02 * loss
        done = training.next_step
        is_last = done == len(batches)
        is_late = time.monotonic() >= until
        if done % _REPORT_EVERY == 0:
            left = (time.monotonic() - began) / (done - first) * (len(batches) - done) / 60
            print(
                f"step {done} of {len(batches)}: loss {mean_loss:.3f}, {left:.0f} minutes left",
                flush=True,
            )
        if done % save_every == 0 or is_last or is_late:
            training.save(checkpoint)
        if done % (3 * save_every) == 0:
            print(f"   held back: {watch(training.network, watched, training.device)}", flush=True)
        if is_late:
            return is_last
    return True


@torch.no_grad()
def back_towards(network: ReaderNetwork, start: ReaderNetwork, share: float) -> None:
    """Move the weights by `share` of the way back to those that the training began with."""
    begun = start.state_dict()
    for name, parameter in network.named_parameters():
        if name in begun:
            parameter.lerp_(begun[name], share)


def held_back(
    examples: Sequence[Example], number: int = _HELD_BACK
) -> tuple[Sequence[Example], Sequence[Example]]:
    """Return the first `number` examples, to watch, and the others that ask something else.

    Another draw asks the same questions again.
    """
    asked = {example.question for example in examples[:number]}
    rest = [example for example in examples[number:] if example.question not in asked]
    return examples[:number], rest


@torch.no_grad()
def watch(network: ReaderNetwork | Teacher, items: Sequence[Item], device: torch.device) -> str:
    """Return the shares of exact spans with an answer, and of [CLS] without, in words."""
    network.eval()
    answered: list[bool] = []
    null: list[bool] = []
    for place in range(0, len(items), 16):
        batch = items[place : place + 16]
        start, end, _ = spans_of(network, batch, device)[-1]
        firsts, lasts = start.argmax(1).tolist(), end.argmax(1).tolist()
        for item, first, last in zip(batch, firsts, lasts, strict=True):
            right = answered if item.start > 0 else null
            right.append((first, last) == (item.start, item.end))
    network.train()
    return f"{_share(answered)} answered, {_share(null)} null"


def _share(right: Sequence[bool]) -> str:
    return f"{sum(right) / max(1, len(right)):.3f} of {len(right)}"


if __name__ == "__main__":
    main()
