"""The pipeline of teacher and reader, with tiny networks; weights in pieces; tokens of both."""

from __future__ import annotations

import gzip
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import MPNetConfig

from training.examples import Example
from training.items import tokenised
from training.losses import relevance_loss, spans_of, taught_loss
from training.model import ReaderNetwork, export, floats
from training.pieces import join, split
from training.pipeline import main
from training.teacher import Teacher

TEXT = "In spring Maria Olsen repaired the lighthouse."
TINY = MPNetConfig(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
CPU = torch.device("cpu")


def test_pieces_join_to_the_same_weights_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    weights = {"a": torch.randn(300, 50), "b": torch.ones(3)}
    pieces = split(weights, tmp_path, megabytes=0.01)
    assert len(pieces) == 4  # 30,006 bytes of bf16 and a header
    assert all(piece.stat().st_size <= 10_000 for piece in pieces)
    for name, tensor in join(tmp_path).items():
        assert tensor.dtype == torch.float32
        assert torch.equal(tensor, weights[name].to(torch.bfloat16).float())
    pieces[2].unlink()
    with pytest.raises(ValueError, match="4 whole pieces"):
        join(tmp_path)


def test_the_teacher_takes_mpnets_tokens_for_berts_and_refuses_other_weights() -> None:
    teacher = Teacher(TINY)
    bert = torch.tensor([101, 7592, 2088, 102, 0, 100])  # [CLS] hello world [SEP] [PAD] [UNK]
    assert teacher.table[bert].tolist() == [0, 7596, 2092, 2, 1, 3]
    weights = teacher.body.state_dict()
    teacher.load_body(weights)
    del weights["encoder.relative_attention_bias.weight"]
    with pytest.raises(ValueError, match="relative_attention_bias"):
        teacher.load_body(weights)


def test_what_is_learned_from_whom() -> None:
    torch.manual_seed(0)
    teacher, other = Teacher(TINY).eval(), Teacher(TINY).eval()
    (scored,) = tokenised([Example("set", "Who repaired it?", TEXT, 10, 21, 2.5)])
    (bare,) = tokenised([Example("set", "Who repaired it?", TEXT, 10, 21)])
    assert relevance_loss(teacher, [bare], CPU).item() == 0
    ((_, _, relevance),) = spans_of(teacher, [scored], CPU)
    expected = abs(relevance.item() - 2.5) - 0.5  # of the smooth L1 distance beyond one
    assert relevance_loss(teacher, [scored], CPU).item() == pytest.approx(expected, abs=1e-5)
    alone = taught_loss(teacher, teacher, [bare], CPU).item()
    assert taught_loss(teacher, other, [bare], CPU).item() > alone


@pytest.mark.slow
def test_one_command_cut_off_after_each_step_ends_as_one_that_is_not(tmp_path: Path) -> None:
    torch.manual_seed(0)
    split(Teacher(TINY).body.state_dict(), tmp_path / "start")
    student = ReaderNetwork(layers=1)
    with torch.no_grad():
        for parameter in student.parameters():  # the exporter writes equal tensors once
            parameter.add_(0.01 * torch.randn_like(parameter))
    export(student, tmp_path)
    examples = [
        Example("set", f"Who repaired it {number}?", TEXT, 10, 21, float(number % 5))
        for number in range(60)
    ]
    for name in ("whole", "cut"):
        (tmp_path / name).mkdir()
        with gzip.open(tmp_path / name / "examples.jsonl.gz", "wt") as file:
            file.writelines(json.dumps(asdict(example)) + "\n" for example in examples)

    def run(name: str, *more: str) -> bool:
        torch.manual_seed(1)  # the teacher's own outputs begin at random
        start, model = tmp_path / "start", tmp_path / "model.int8.onnx"
        given = [str(tmp_path / name), "--start", str(start), "--student", str(model)]
        given += ["--layers", "1", "--exits", "--watched", "4", "--passes", "1"]
        return main([*given, "--batch-tokens", "400", "--megabytes", "0.5", *more], TINY)

    assert run("whole")
    for _ in range(5):  # three steps of each stage, a call for each until the student's first
        assert not run("cut", "--minutes", "0")
    assert (tmp_path / "cut" / "spans.pt").exists()
    assert (tmp_path / "cut" / "student.checkpoint.pt").exists()
    assert run("cut")
    one = floats(tmp_path / "whole" / "reader" / "model.int8.onnx")
    begun = floats(tmp_path / "model.int8.onnx")
    assert any(not np.allclose(one[name], begun[name], atol=1e-4) for name in one)
    teacher = join(tmp_path / "whole" / "teacher")
    for name, tensor in join(tmp_path / "cut" / "teacher").items():
        assert torch.allclose(tensor, teacher[name], atol=1e-3), name
    assert all(piece.stat().st_size <= 500_000 for piece in (tmp_path / "cut/teacher").iterdir())
