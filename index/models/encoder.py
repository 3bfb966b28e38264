"""The encoder, which turns text into unit vectors.

It is a SentenceTransformer compiled to int8 ONNX. The default one is shipped compiled
(index/encoder_model), and is copied into the index. Another one is compiled once, in a process of
its own, which needs torch and sentence-transformers. Encoding needs neither, so asking starts fast.
The compiled encoder lies in the index folder beside the generations that it made. So an index moves
whole, and its questions meet the encoder of its passages, whichever Dateline compiled it.

int8 moves the vectors a little. Trade-off: benchmarks/NOTES.md.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import weakref
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from index.child_process import module_command, module_environment
from index.models.checksums import SUMS, verify_checksums
from index.models.runtime import on_all_cores, open_session
from index.types import DatelineError, Vectors

DEFAULT_ENCODER = "sentence-transformers/all-MiniLM-L6-v2"
DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SHIPPED = Path(__file__).parents[1] / "encoder_model"  # DEFAULT_ENCODER; training/encoder.py
FILES = ("encoder.onnx", "tokenizer.json", "encoder.json", SUMS)
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
    damaged one is made anew. Raises DatelineError if there is no such model, or the shipped one is
    damaged.
    """
    target = folder / _folder_name(name)
    if not _is_whole(target):
        if name == DEFAULT_ENCODER:
            _fill(target, _copy_shipped)
        else:
            say("compiling the encoder, once")
            _fill(target, lambda aside: _run_export(name, aside))
    return CompiledEncoder(target)


def compiled_fingerprint(name: str, folder: Path) -> str | None:
    """Return the fingerprint of a compiled encoder without opening it.

    Returns None if `folder` does not have it whole.
    """
    compiled = folder / _folder_name(name)
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


def _copy_shipped(target: Path) -> None:
    """Copy the shipped encoder. Raises DatelineError if it is damaged."""
    mend = "install Dateline again"
    verify_checksums(SHIPPED, _SUMMED, mend)
    for name in FILES:
        shutil.copyfile(SHIPPED / name, target / name)
    settings = json.loads((target / "encoder.json").read_text(encoding="utf-8"))
    with (target / "encoder.onnx").open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != settings["sha256"]:
        raise DatelineError(
            f"expected encoder.onnx with sha256 {settings['sha256'][:12]}… in {SHIPPED}, "
            f"found {found[:12]}…; {mend}"
        )


def _folder_name(name: str) -> str:
    """Return the name of a compiled encoder's folder.

    It depends on the encoder's name, its weights and how it is compiled.
    """
    text = f"{name}\n{_version_of(name)}\n{_RECIPE}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _version_of(name: str) -> str:
    """Tell two versions of a local model apart by its files' names, sizes and times."""
    if name == DEFAULT_ENCODER:
        return DEFAULT_WEIGHTS_SHA256
    if not Path(name).is_dir():
        return repr([])
    files = [(file.name, file.stat()) for file in sorted(Path(name).rglob("*.safetensors"))]
    return repr([(name, stat.st_size, stat.st_mtime_ns) for name, stat in files])


def _fill(target: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill the folder `target`, which appears whole or not at all."""
    aside = target.with_name(f".{target.name}")
    shutil.rmtree(aside, ignore_errors=True)  # what an interrupted build left
    aside.mkdir(parents=True)
    try:
        write(aside)
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)  # a damaged one
        else:
            target.unlink(missing_ok=True)
        aside.replace(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _run_export(name: str, target: Path) -> None:
    """Run encoder_export.py in a process of its own.

    torch would stay in memory here. It also adds environment variables, which other threads may be
    reading. -P keeps files of the current folder off its path.
    """
    done = subprocess.run(
        module_command("index.models.encoder_export", name, name, str(target)),
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
        # No circle of references: who closes an index has its encoder's memory back at once.
        encode = partial(CompiledEncoder._encode_question, weakref.proxy(self))
        self._question = lru_cache(maxsize=_QUESTIONS_KEPT)(encode)

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
