"""Carry weights in pieces: bf16 safetensors, cut into files under a size.

    python -m training.pieces WEIGHTS.safetensors FOLDER [--megabytes 58]

A machine that is lent takes and gives back files up to a size. `join` puts the pieces together
again and checks them by the SHA-256 in pieces.json.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load, load_file, save
from torch import Tensor

_MEGABYTE = 1_000_000
_INDEX = "pieces.json"


def split(weights: Mapping[str, Tensor], folder: Path, megabytes: float = 58) -> list[Path]:
    """Write weights in bf16 as pieces of at most so many megabytes; return their paths."""
    data = save({name: tensor.to(torch.bfloat16).contiguous() for name, tensor in weights.items()})
    size = int(megabytes * _MEGABYTE)
    folder.mkdir(parents=True, exist_ok=True)
    pieces = []
    for number, start in enumerate(range(0, len(data), size)):
        piece = folder / f"weights.{number:03}"
        piece.write_bytes(data[start : start + size])
        pieces.append(piece)
    index = {"pieces": len(pieces), "sha256": hashlib.sha256(data).hexdigest()}
    (folder / _INDEX).write_text(json.dumps(index) + "\n")
    return pieces


def join(folder: Path) -> dict[str, Tensor]:
    """Return the weights of a folder of pieces, in float32.

    Raises ValueError if a piece is missing or damaged.
    """
    index = json.loads((folder / _INDEX).read_text())
    names = [folder / f"weights.{number:03}" for number in range(index["pieces"])]
    data = b"".join(name.read_bytes() for name in names if name.exists())
    if hashlib.sha256(data).hexdigest() != index["sha256"]:
        raise ValueError(
            f"expected {index['pieces']} whole pieces in {folder}, found some missing or damaged; "
            "copy them again"
        )
    return {name: tensor.float() for name, tensor in load(data).items()}


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("weights", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--megabytes", type=float, default=58)
    arguments = parser.parse_args()
    for piece in split(load_file(arguments.weights), arguments.folder, arguments.megabytes):
        print(f"{piece}: {piece.stat().st_size / _MEGABYTE:.0f} MB")


if __name__ == "__main__":
    main()
