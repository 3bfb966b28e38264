"""Make a base-size teacher and the reader it teaches, in one command that can be cut off.

    python -m training.pipeline WORK --start PIECES --student READER [--passes 3] [--minutes 9]

WORK holds examples.jsonl.gz of training.mix. PIECES are the weights of all-mpnet-base-v2 from
training.pieces, READER is the folder of the shipped reader. The stages are

    relevance   one pass over the examples with a score of the untouched cross-encoder
    spans       --passes passes over all examples, with the loss of training.train
    student     as many passes of the reader, which also learns the teacher's spans and relevance
    export      the reader as int8 ONNX in WORK/reader, the teacher in bf16 pieces in WORK/teacher

Each stage keeps the moving average of its weights. With --minutes the command stops in time, and
says how to go on. The same command goes on where it was. A second run after the end does nothing.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import torch
from torch import Tensor
from transformers import MPNetConfig

from training.items import Item, batched, tokenised
from training.losses import loss_of, relevance_loss, taught_loss
from training.model import EXIT_LAYER, LAYERS, ReaderNetwork, export, load
from training.pieces import join, split
from training.teacher import Teacher
from training.train import Loss, Training, held_back, read_examples, train

_HEAD = 10  # times the rate, for outputs that begin at random


def main(given: Sequence[str] | None = None, config: MPNetConfig | None = None) -> bool:
    """Run the command line; return whether all is done. `config` is of another teacher."""
    arguments = _arguments().parse_args(given)
    until = time.monotonic() + 60 * arguments.minutes
    pipeline = Pipeline(arguments, until)
    if not pipeline.run(Teacher(config)):
        print("stopped in time; the same command goes on")
        return False
    print(f"wrote {arguments.work / 'reader'} and {arguments.work / 'teacher'}")
    return True


class Pipeline:
    """The stages over one set of examples, each skipped if its weights are there."""

    def __init__(self, arguments: argparse.Namespace, until: float) -> None:
        self.arguments, self.work, self.until = arguments, arguments.work, until
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        watching, rest = held_back(read_examples(self.work), arguments.watched)
        self.watched, self.items = tokenised(watching), tokenised(rest)

    def run(self, teacher: Teacher) -> bool:
        """Run the stages that are left; return whether none is."""
        teacher.to(self.device)
        if not (self.work / "relevance.pt").exists():
            teacher.load_body(join(self.arguments.start))
        ranked = [item for item in self.items if item.relevance is not None]
        rate, passes = self.arguments.rate, self.arguments.passes
        if not self._stage("relevance", teacher, ranked, 1, rate, _HEAD * rate, relevance_loss):
            return False
        if not self._stage("spans", teacher, self.items, passes, rate, _HEAD * rate, loss_of):
            return False
        student, _ = load(
            self.arguments.student, self.arguments.layers, self.arguments.exits, dropout=0.1
        )
        student.to(self.device)
        loss = partial(_taught, teacher=teacher.eval())
        rate = self.arguments.student_rate
        if not self._stage("student", student, self.items, passes, rate, rate, loss):
            return False
        for folder in ("reader", "teacher"):
            (self.work / folder).mkdir(exist_ok=True)
        export(student.cpu(), self.work / "reader")
        split(teacher.cpu().state_dict(), self.work / "teacher", self.arguments.megabytes)
        return True

    def _stage(
        self,
        name: str,
        network: ReaderNetwork | Teacher,
        items: Sequence[Item],
        passes: int,
        rate: float,
        head_rate: float,
        loss: Loss,
    ) -> bool:
        """Train, or go on; leave the averaged weights in the network and in WORK/NAME.pt.

        Returns whether the stage is done.
        """
        finished, checkpoint = self.work / f"{name}.pt", self.work / f"{name}.checkpoint.pt"
        if finished.exists():
            network.load_state_dict(torch.load(finished, map_location=self.device))
            return True
        chances = [random.Random(number) for number in range(passes)]
        batches = [
            batch
            for chance in chances
            for batch in batched(items, self.arguments.batch_tokens, chance)
        ]
        network.train()
        training = Training.begin(network, rate, head_rate, len(batches), self.device, loss)
        if checkpoint.exists():
            training.restore(checkpoint)
        print(f"{name}: {len(items)} examples, {len(batches)} steps from {training.next_step}")
        every = self.arguments.save_every
        if not train(training, items, batches, self.watched, checkpoint, every, self.until):
            return False
        training.use_average()
        unfinished = finished.with_suffix(".new")
        torch.save(network.state_dict(), unfinished)
        unfinished.replace(finished)
        checkpoint.unlink(missing_ok=True)
        return True


def _taught(
    network: ReaderNetwork, batch: Sequence[Item], device: torch.device, *, teacher: Teacher
) -> Tensor:
    return taught_loss(network, teacher, batch, device)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("work", type=Path)
    add("--start", type=Path, required=True, help="the teacher's starting weights, in pieces")
    add("--student", type=Path, required=True, help="the reader's folder, or its model.int8.onnx")
    add("--passes", type=int, default=3)
    add("--minutes", type=float, default=float("inf"), help="after which to stop, resumably")
    add("--rate", type=float, default=3e-5, help="of the teacher")
    add("--student-rate", type=float, default=8e-5)
    add("--batch-tokens", type=int, default=8_192)
    add("--save-every", type=int, default=500, help="steps from checkpoint to checkpoint")
    add("--layers", type=int, default=LAYERS, help="of the student")
    add("--exits", type=int, nargs="*", default=[EXIT_LAYER], help="of the student")
    add("--watched", type=int, default=300, help="examples held back, to watch")
    add("--megabytes", type=float, default=58, help="of a piece of the teacher, at most")
    return parser


if __name__ == "__main__":
    main()
