"""Any extractive question-answering model of Hugging Face, compiled once for onnxruntime: a reader by name (qa/reader.py)."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

from index.types import DatelineError


def compile_reader(name: str, source: str, path: Path) -> None:
    """Write an extractive model of transformers as int8 ONNX to `path`, with tokenizer.json and reader.json beside. Needs torch; raises DatelineError where there is none of that name."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(source, use_fast=True, local_files_only=True)
        model = AutoModelForQuestionAnswering.from_pretrained(source, attn_implementation="eager", local_files_only=True).eval()
    except (OSError, ValueError, KeyError) as error:
        raise DatelineError(
            f"expected an extractive question-answering model at {name!r}, found none on this machine ({str(error).splitlines()[0]}); "
            "give a local path, or download it first"
        ) from None
    sample = tokenizer("who brokered the truce?", "the US did", return_tensors="pt")
    inputs = [key for key in ("input_ids", "attention_mask", "token_type_ids") if key in sample]

    class Spans(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *tensors: torch.Tensor) -> Any:
            output = self.model(**dict(zip(inputs, tensors, strict=True)))
            return output.start_logits, output.end_logits

    plain = path.with_name("model.onnx")
    with torch.no_grad(), warnings.catch_warnings(action="ignore"):  # the tracing exporter is deprecated; the newer wants onnxscript
        torch.onnx.export(
            Spans().eval(),
            tuple(sample[key] for key in inputs),
            str(plain),
            input_names=inputs,
            output_names=["start_logits", "end_logits"],
            dynamic_axes={key: {0: "batch", 1: "length"} for key in (*inputs, "start_logits", "end_logits")},
            opset_version=17,
            dynamo=False,
            verbose=False,
        )
    quantize_dynamic(plain, path, per_channel=True, weight_type=QuantType.QInt8)
    tokenizer.backend_tokenizer.save(str(path.with_name("tokenizer.json")))
    longest = min(384, tokenizer.model_max_length, model.config.max_position_embeddings)
    weights = {"margin": 0.5, "bias": 0.0}
    path.with_name("reader.json").write_text(json.dumps({"max_tokens": longest, "weights": weights, "threshold": 0.5}, indent=1) + "\n")
