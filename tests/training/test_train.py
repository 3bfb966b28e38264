"""Examples in tokens and batches, the network to int8 ONNX and back, and killed trainings."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch

from qa.answering.reader import LOWER, UPPER
from qa.answering.reader_export import WHOLE
from training.examples import Example
from training.items import Item, batched, tokenised
from training.losses import divergence, loss_of, spans_of
from training.model import EXIT_LAYER, ReaderNetwork, export, floats, load
from training.train import back_towards, held_back, main, watch

TEXT = "In spring Maria Olsen repaired the lighthouse."


def test_spans_of_characters_become_spans_of_tokens() -> None:
    example = Example("set", "Who repaired it?", TEXT, TEXT.index("Maria"), TEXT.index(" repaired"))
    null = Example("set", "Who sank it?", TEXT, -1, -1, 2.5)
    # the answer is past the window
    cut = Example("set", "Who?", "word " * 400 + "Maria.", 2000, 2005)
    one, two = tokenised([example, cut, null])
    # [CLS] who repaired it ? [SEP] in spring maria olsen ...
    assert (one.passage, one.start, one.relevance) == (6, 8, None)
    assert one.end >= one.start + 1
    assert (two.start, two.end, two.relevance) == (0, 0, 2.5)


def test_batches_hold_every_item_once_within_their_tokens() -> None:
    chance = random.Random(1)
    items = [Item([0] * chance.randint(5, 60), 3, 0, 0, None) for _ in range(2_500)]
    batches = batched(items, 240, random.Random(2))
    assert sorted(number for batch in batches for number in batch) == list(range(2_500))
    assert all(
        len(batch) * max(len(items[number].ids) for number in batch) <= 240 for batch in batches
    )
    assert batches == batched(items, 240, random.Random(2))
    padding = sum(len(batch) * max(len(items[n].ids) for n in batch) for batch in batches) / sum(
        len(item.ids) for item in items
    )
    assert padding < 1.1  # texts of like length share a batch


def test_what_is_watched_is_not_trained_on() -> None:
    examples = [
        Example("set", question, TEXT, 10, 21) for question in ("a?", "b?", "c?", "a?", "d?", "b?")
    ]
    watched, rest = held_back(examples, 2)
    assert [example.question for example in watched] == ["a?", "b?"]
    assert [example.question for example in rest] == ["c?", "d?"]


@pytest.mark.slow
def test_dropout_is_of_training_alone() -> None:
    torch.manual_seed(0)
    network = ReaderNetwork(layers=1, dropout=0.5).train()
    items = tokenised([Example("set", f"Who repaired it {n}?", TEXT, 10, 21) for n in range(40)])

    def relevances() -> list[float]:
        with torch.no_grad():
            return [
                float(value) for value in spans_of(network, items[:8], torch.device("cpu"))[-1][2]
            ]

    assert relevances() != relevances()
    assert watch(network, items, torch.device("cpu")) == watch(network, items, torch.device("cpu"))
    assert network.training
    network.eval()
    assert relevances() == relevances()


@pytest.mark.slow
def test_no_span_can_be_in_the_question_or_the_padding() -> None:
    torch.manual_seed(0)
    network = ReaderNetwork(layers=1).eval()
    one, two = tokenised(
        [
            Example("set", "Who repaired it?", TEXT, 10, 21),
            Example("set", "Who?", TEXT[:20], -1, -1),
        ]
    )
    with torch.no_grad():
        ((start, end, relevance),) = spans_of(network, [one, two], torch.device("cpu"))
    for row, item in enumerate((one, two)):
        allowed = [0, *range(item.passage, len(item.ids) - 1)]
        assert [place for place in range(start.shape[1]) if start[row, place] > -1e3] == allowed
        assert [place for place in range(end.shape[1]) if end[row, place] > -1e3] == allowed
    assert relevance.shape == (2,)


def test_divergence_by_hand() -> None:
    even, sure = torch.tensor([[0.0, 0.0]]), torch.tensor([[2 * np.log(3), 0.0]])
    assert divergence(even, even).item() == pytest.approx(0, abs=1e-6)
    # at temperature 2 the teacher says 3/4 and 1/4: 4 x (3/4 log(3/2) + 1/4 log(1/2))
    assert divergence(even, sure).item() == pytest.approx(
        4 * (0.75 * np.log(1.5) + 0.25 * np.log(0.5)), abs=1e-5
    )


@pytest.mark.slow
def test_an_exit_moves_towards_the_last_layer_and_is_a_reader_by_itself() -> None:
    torch.manual_seed(0)
    network = ReaderNetwork(layers=2, exits=(1,))
    items = tokenised([Example("set", "Who repaired it?", TEXT, 10, 21)])
    for name, parameter in network.named_parameters():
        parameter.requires_grad = name.startswith("exits.")
    optimiser, device = torch.optim.Adam(network.exits.parameters(), 3e-5), torch.device("cpu")
    with torch.no_grad():
        before, last = spans_of(network, items, device)
    for _ in range(5):
        loss_of(network, items, device).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        optimiser.zero_grad()
    with torch.no_grad():
        after, same = spans_of(network, items, device)
        (alone,) = spans_of(network.shallow(1), items, device)
    assert all(torch.equal(one, other) for one, other in zip(last, same, strict=True))
    assert abs(after[2] - last[2]).item() < abs(before[2] - last[2]).item()
    assert divergence(after[0], last[0]) < divergence(before[0], last[0])
    assert all(
        torch.allclose(one, other, atol=1e-5) for one, other in zip(after, alone, strict=True)
    )


@pytest.mark.slow
def test_part_of_the_way_back_to_the_start() -> None:
    torch.manual_seed(0)
    start, network = ReaderNetwork(layers=1), ReaderNetwork(layers=1, exits=(1,))
    trained = {name: parameter.clone() for name, parameter in network.named_parameters()}
    back_towards(network, start, 0.25)
    begun = start.state_dict()
    for name, parameter in network.named_parameters():
        expected = trained[name]  # an exit has no start
        if name in begun:
            expected = 0.75 * trained[name] + 0.25 * begun[name]
        assert torch.allclose(parameter, expected, atol=1e-6), name


def open_precisely(path: Path) -> Any:
    """Open a model so that int8 products do not overflow on a processor without VNNI.

    onnxruntime adds them in 16 bits there, unless it is told to take the slower way.
    """
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.x64quantprecision", "1")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def uneven(network: ReaderNetwork) -> ReaderNetwork:
    """Move every weight a little: the exporter writes equal tensors only once.

    Those of fresh layer norms are equal.
    """
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.01 * torch.randn_like(parameter))
    return network


@pytest.mark.slow
def test_weights_survive_int8_and_back(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = ReaderNetwork(layers=1).eval()
    uneven(network)
    export(network, tmp_path)
    restored, has_spans = load(tmp_path / "model.int8.onnx", layers=1)
    assert has_spans
    state = network.state_dict()
    for name, array in floats(tmp_path / "model.int8.onnx").items():
        if name in state:
            error = np.abs(array - state[name].numpy()).max()
            half_a_step = 0.01 * max(1e-3, float(state[name].abs().max()))  # of 127
            assert error <= half_a_step, name
    ids = torch.tensor([[101, 2040, 102, 3968, 102]])
    kinds = torch.tensor([[0, 0, 0, 1, 1]])
    with torch.no_grad():
        for one, other in zip(
            network(ids, torch.ones_like(ids), kinds),
            restored.eval()(ids, torch.ones_like(ids), kinds),
            strict=True,
        ):
            assert torch.allclose(one, other, atol=0.05)


@pytest.mark.slow
def test_the_two_parts_say_what_the_whole_says_and_are_trained_on(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = uneven(ReaderNetwork(layers=6, exits=(EXIT_LAYER,))).eval()
    export(network, tmp_path)
    ids, kinds = np.array([[101, 2040, 102, 3968, 5000, 102]]), np.array([[0, 0, 0, 1, 1, 1]])
    given = {"input_ids": ids, "token_type_ids": kinds}
    whole = open_precisely(tmp_path / WHOLE).run(None, given)
    start, end, relevance, states = open_precisely(tmp_path / LOWER).run(None, given)
    for one, other in zip(
        whole, open_precisely(tmp_path / UPPER).run(None, {"states": states}), strict=True
    ):
        assert np.allclose(one, other, atol=1e-4)
    with torch.no_grad():  # without a mask as with one of ones
        tensors = torch.tensor(ids), torch.ones(1, 6, dtype=torch.long), torch.tensor(kinds)
        early, last = network.outputs(*tensors)
    for one, other in zip([start, end, relevance], early, strict=True):
        assert np.allclose(one, other, atol=0.05)
    for one, other in zip(whole, last, strict=True):
        assert np.allclose(one, other, atol=0.05)
    restored, has_spans = load(tmp_path, layers=6, exits=(EXIT_LAYER,))
    assert has_spans
    for name, tensor in restored.state_dict().items():
        assert torch.allclose(
            tensor, network.state_dict()[name], atol=0.01 * max(1e-3, float(tensor.abs().max()))
        ), name


@pytest.mark.slow
def test_a_killed_training_goes_on_to_the_same_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.manual_seed(0)
    export(uneven(ReaderNetwork(layers=1)), tmp_path)
    examples = [
        Example("set", f"Who repaired it {n}?", TEXT, 10, 21, float(n % 7)) for n in range(420)
    ]
    for name in ("whole", "killed"):
        (tmp_path / name).mkdir()
        with gzip.open(tmp_path / name / "examples.jsonl.gz", "wt") as file:
            file.writelines(json.dumps(asdict(example)) + "\n" for example in examples)

    def options(name: str, *more: str) -> list[str]:
        start = ["--start", str(tmp_path / "model.int8.onnx"), "--layers", "1"]
        steps = ["--batch-tokens", "200", "--save-every", "2", "--resume"]
        return [str(tmp_path / name), *start, *steps, *more]

    def run(name: str, *more: str) -> str:
        monkeypatch.setattr(sys, "argv", ["train", *options(name, *more)])
        main()
        return capsys.readouterr().out

    run("whole")
    command = [sys.executable, "-m", "training.train", *options("killed")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while not (tmp_path / "killed" / "checkpoint.pt").exists():
        assert process.poll() is None
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "killed" / "model.int8.onnx").exists()
    assert "from step 0" not in run("killed")
    one, other = (floats(tmp_path / name / "model.int8.onnx") for name in ("whole", "killed"))
    assert all(np.allclose(one[name], other[name], atol=1e-5) for name in one)
    (tmp_path / "whole" / "model.int8.onnx").unlink()  # the last checkpoint holds what was exported
    run("whole", "--export-only")
    again_exported = floats(tmp_path / "whole" / "model.int8.onnx")
    assert all(np.array_equal(one[name], again_exported[name]) for name in one)


def test_an_export_without_a_checkpoint_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["train", str(tmp_path), "--start", "none", "--export-only"])
    with pytest.raises(SystemExit):
        main()
    assert "checkpoint.pt" in capsys.readouterr().err
