"""Compile a SentenceTransformer to int8 ONNX.

    python -m index.models.encoder_export NAME SOURCE FOLDER

Writes encoder.onnx, tokenizer.json, encoder.json and SHA256SUMS. If SOURCE is no such model it
ends with status 1 and one line on standard error. `index.models.encoder` runs it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sys
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.models.checksums import write_checksums
from index.types import DatelineError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import Tensor, nn

_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_SAMPLE = "who brokered the truce in September?"
_SAME = 1e-5  # vectors that differ by no more than this are one vector


def main() -> int:
    name, source, folder = sys.argv[1:]
    logging.disable(logging.WARNING)  # what the libraries say of exporting helps no user
    try:
        with warnings.catch_warnings(action="ignore"):
            compile_encoder(name, source, Path(folder))
    except DatelineError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def compile_encoder(name: str, source: str, target: Path) -> None:
    """Compile the model at `source` into the folder `target`.

    The user calls the model `name`. Raises DatelineError if there is no SentenceTransformer at
    `source`.
    """
    model = _load(name, source)
    sample = model.tokenizer([_SAMPLE], return_tensors="pt")
    inputs = [key for key in _INPUTS if key in sample]
    if _needs_no_mask(model, sample, inputs):
        inputs = [key for key in inputs if key != "attention_mask"]
    _export(model, sample, inputs, target / "encoder.onnx")
    model.tokenizer.backend_tokenizer.save(str(target / "tokenizer.json"))
    settings = {
        "name": name,
        "dimensions": int(model.get_embedding_dimension() or 0),
        "max_tokens": int(model.max_seq_length or 256),
        "query_prompt": (model.prompts or {}).get("query", ""),
        "sha256": hashlib.sha256((target / "encoder.onnx").read_bytes()).hexdigest(),
    }
    (target / "encoder.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
    # encoder.onnx is checked against the index that it made.
    write_checksums(target, ["tokenizer.json", "encoder.json"])


def _load(name: str, source: str) -> SentenceTransformer:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError:
        raise DatelineError(
            f"expected sentence-transformers to compile the encoder {name!r}, found none; "
            "do: pip install sentence-transformers onnx"
        ) from None
    try:
        return SentenceTransformer(source, device="cpu", local_files_only=True).eval()
    except (OSError, ValueError) as error:
        raise DatelineError(
            f"expected a sentence-transformers model at {name!r}, "
            f"found none on this machine ({str(error).splitlines()[0]}); "
            "give a local path, or download it first"
        ) from None


def _as_module(model: SentenceTransformer, inputs: Sequence[str]) -> nn.Module:
    """Return a module that turns input tensors into unit sentence vectors.

    It takes the tensors of `inputs`, in order.
    """
    import torch

    class Encoder(torch.nn.Module):
        """Every module of the SentenceTransformer, then length 1."""

        def __init__(self) -> None:
            super().__init__()
            self.modules_in_order = model

        def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
            features: dict[str, Any] = dict(zip(inputs, tensors, strict=True))
            for module in self.modules_in_order:
                features = module(features)
            return torch.nn.functional.normalize(features["sentence_embedding"], dim=1)

    return Encoder().eval()


def _needs_no_mask(
    model: SentenceTransformer, sample: Mapping[str, Tensor], inputs: Sequence[str]
) -> bool:
    """Whether vectors are the same without the attention mask.

    Texts go one by one and nothing is padded, so most models need none and run faster.
    """
    import torch

    rest = [key for key in inputs if key != "attention_mask"]
    try:
        with torch.no_grad():
            masked = _as_module(model, inputs)(*(sample[key] for key in inputs))
            bare = _as_module(model, rest)(*(sample[key] for key in rest))
            return torch.allclose(masked, bare, atol=_SAME)
    except Exception:  # a model's own code may fail in any way without its mask
        return False


def _export(
    model: SentenceTransformer, sample: Mapping[str, Tensor], inputs: Sequence[str], target: Path
) -> None:
    """Write the network in int8: one text or several, of any length."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with torch.no_grad(), tempfile.TemporaryDirectory() as scratch:
        whole = f"{scratch}/encoder.onnx"
        torch.onnx.export(
            _as_module(model, inputs),
            tuple(sample[key] for key in inputs),
            whole,
            input_names=inputs,
            output_names=["vector"],
            dynamic_axes={key: {0: "batch", 1: "length"} for key in inputs},
            opset_version=17,
            dynamo=False,  # the newer exporter needs onnxscript and fixes some models' batch size
            verbose=False,
        )
        quantize_dynamic(whole, target, per_channel=True, weight_type=QuantType.QInt8)


if __name__ == "__main__":
    sys.exit(main())
