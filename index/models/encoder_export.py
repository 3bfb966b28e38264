"""A SentenceTransformer to int8 ONNX, as `index.models.encoder.compiled_encoder` has it done once.

    python -m index.models.encoder_export NAME SOURCE FOLDER

Writes encoder.onnx, tokenizer.json and encoder.json. Status 1 and one line on standard error where SOURCE is no such model.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from index.models.checksums import write_checksums
from index.types import DatelineError


def main() -> int:
    name, source, folder = sys.argv[1:]
    logging.disable(
        logging.WARNING
    )  # the libraries' remarks on exporting are not the user's business
    try:
        with warnings.catch_warnings(action="ignore"):
            compile_encoder(name, source, Path(folder))
    except DatelineError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def compile_encoder(name: str, source: str, target: Path) -> None:
    """Raises DatelineError where there is no SentenceTransformer at `source`, which is called `name`."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from sentence_transformers import SentenceTransformer

    try:
        model = SentenceTransformer(source, device="cpu", local_files_only=True).eval()
    except (OSError, ValueError) as error:
        raise DatelineError(
            f"expected a sentence-transformers model at {name!r}, found none on this machine ({str(error).splitlines()[0]}); "
            "give a local path, or download it first"
        ) from None
    sample = model.tokenizer(["who brokered the truce in September?"], return_tensors="pt")

    class Encoder(torch.nn.Module):
        """Tokens to unit sentence vectors: every module of the SentenceTransformer, then length 1."""

        def __init__(self, inputs: Sequence[str]) -> None:
            super().__init__()
            self.inputs, self.modules_in_order = inputs, model

        def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
            features: dict[str, Any] = dict(zip(self.inputs, tensors, strict=True))
            for module in self.modules_in_order:
                features = module(features)
            return torch.nn.functional.normalize(features["sentence_embedding"], dim=1)

    inputs = [key for key in ("input_ids", "attention_mask", "token_type_ids") if key in sample]
    bare = [key for key in inputs if key != "attention_mask"]
    with (
        torch.no_grad(),
        contextlib.suppress(Exception),
    ):  # of a model that cannot do without its mask
        whole, same = (Encoder(names)(*(sample[key] for key in names)) for names in (inputs, bare))
        if torch.allclose(
            whole, same, atol=1e-5
        ):  # texts go one by one, nothing is padded, and a mask takes a tenth of the time
            inputs = bare

    with torch.no_grad(), tempfile.TemporaryDirectory() as scratch:
        torch.onnx.export(
            Encoder(inputs).eval(),
            tuple(sample[key] for key in inputs),
            f"{scratch}/encoder.onnx",
            input_names=inputs,
            output_names=["vector"],
            dynamic_axes={key: {0: "batch", 1: "length"} for key in inputs},
            opset_version=17,
            dynamo=False,  # the newer exporter wants onnxscript and fixes the batch size of some models
            verbose=False,
        )
        quantize_dynamic(
            f"{scratch}/encoder.onnx",
            target / "encoder.onnx",
            per_channel=True,
            weight_type=QuantType.QInt8,
        )
    model.tokenizer.backend_tokenizer.save(str(target / "tokenizer.json"))
    settings = {
        "name": name,
        "dimensions": int(model.get_embedding_dimension() or 0),
        "max_tokens": int(model.max_seq_length or 256),
        "query_prompt": (model.prompts or {}).get("query", ""),
        "sha256": hashlib.sha256((target / "encoder.onnx").read_bytes()).hexdigest(),
    }
    (target / "encoder.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
    write_checksums(
        target, ["tokenizer.json", "encoder.json"]
    )  # encoder.onnx is checked against the index that it made


if __name__ == "__main__":
    sys.exit(main())
