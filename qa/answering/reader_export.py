"""The compiling of question-answering models of Hugging Face for onnxruntime.

Any extractive model will do. It is compiled once.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.models.checksums import SUMS, write_checksums
from index.types import DatelineError

if TYPE_CHECKING:
    import torch

WHOLE = "model.int8.onnx"
_PARTS = (WHOLE, "tokenizer.json", "reader.json")  # in this order: the last says that all is there
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_OUTPUTS = ("start_logits", "end_logits")
_LONGEST_WINDOW = 384  # tokens


def compiled_reader(name: str) -> Path:
    """Return the folder of a compiled model, compiling it first if it is not there.

    It lies in $DATELINE_CACHE (~/.cache/dateline). `name` is a name or a local path. Raises
    DatelineError if there is no such model on this machine.
    """
    source = Path(name)
    if source.is_dir():
        source = source.resolve()
    folder = _cache() / "readers" / _key(source)
    if (folder / "reader.json").exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        export_reader(name, str(source), Path(scratch))
        write_checksums(Path(scratch), _PARTS)
        folder.mkdir(exist_ok=True)
        for part in (SUMS, *_PARTS):
            os.replace(Path(scratch) / part, folder / part)
    return folder


def export_reader(name: str, source: str, folder: Path) -> None:
    """Write a model of transformers to `folder` as int8 ONNX.

    It also writes tokenizer.json and reader.json. Needs torch. Raises DatelineError if there is no
    model of that name.
    """
    try:
        import torch
        from onnxruntime.quantization import QuantType, quantize_dynamic
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer
    except ImportError:
        raise DatelineError(
            f"expected torch, transformers and onnx to compile the reader {name!r}, found none; "
            "do: pip install torch transformers onnx"
        ) from None
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, use_fast=True, local_files_only=True)
        model = AutoModelForQuestionAnswering.from_pretrained(
            source, attn_implementation="eager", local_files_only=True
        )
    except (OSError, ValueError, KeyError) as error:
        reason = str(error).splitlines()[0]
        raise DatelineError(
            f"expected an extractive question-answering model at {name!r}, "
            f"found none on this machine ({reason}); give a local path, or download it first"
        ) from None
    sample = tokenizer("who brokered the truce?", "the US did", return_tensors="pt")
    inputs = [key for key in _INPUTS if key in sample]
    plain = folder / "model.onnx"
    # the tracing exporter is deprecated, but the newer one needs onnxscript
    with torch.no_grad(), warnings.catch_warnings(action="ignore"):
        torch.onnx.export(
            _spans_only(model.eval(), inputs),
            tuple(sample[key] for key in inputs),
            str(plain),
            input_names=inputs,
            output_names=list(_OUTPUTS),
            dynamic_axes={key: {0: "batch", 1: "length"} for key in (*inputs, *_OUTPUTS)},
            opset_version=17,
            dynamo=False,
            verbose=False,
        )
    quantize_dynamic(plain, folder / WHOLE, per_channel=True, weight_type=QuantType.QInt8)
    tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    positions = model.config.max_position_embeddings
    settings = {
        "max_tokens": min(_LONGEST_WINDOW, tokenizer.model_max_length, positions),
        "weights": {"margin": 0.5, "bias": 0.0},
        "threshold": 0.5,
    }
    (folder / "reader.json").write_text(json.dumps(settings, indent=1) + "\n")


def _spans_only(model: Any, inputs: Sequence[str]) -> torch.nn.Module:
    """Return a module from token columns to start and end logits."""
    import torch

    class Spans(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *tensors: torch.Tensor) -> Any:
            output = self.model(**dict(zip(inputs, tensors, strict=True)))
            return output.start_logits, output.end_logits

    return Spans().eval()


def _cache() -> Path:
    named = os.environ.get("DATELINE_CACHE")
    return Path(named) if named else Path.home() / ".cache" / "dateline"


def _key(source: Path) -> str:
    """Return a name that changes if the files of a local model do."""
    key = hashlib.sha256(str(source).encode())
    if source.is_dir():
        for file in sorted(source.iterdir()):
            found = file.stat()
            key.update(f"{file.name} {found.st_size} {found.st_mtime_ns}".encode())
    return key.hexdigest()[:16]
