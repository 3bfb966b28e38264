"""Loading and encoding on Ray.

One stage of Ray Data loads. Others chunk, describe and encode. What needs the whole corpus at once
(which articles are one story, the order, the writing) stays in the process that builds. What was
encoded is kept in ray.sqlite in the scratch folder, until the index is published. A build that was
cut off continues from there. Each article has one row in it, by its content. So work that Ray does
twice, as when a worker was killed, is stored once, and a build that misses an article is refused.
Passages are those of a local build to the bit; vectors differ as int8 does between batches.

Limits: one file is loaded by one worker. The corpus folder must be at the same path on every node.
Texts pass through the building process, which holds all articles.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import logging
import os
import pickle
import re
import socket
import sqlite3
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.corpus.files import CorpusFile, corpus_files
from index.corpus.loaders.bounds import Bounds, bounds
from index.corpus.loaders.sandbox import Sandbox
from index.corpus.loading import Ids, load_file
from index.models.encoder import CompiledEncoder
from index.passages import SETTINGS, encoded_text, passages_of, unchanged_passages
from index.silence import SWITCHES
from index.types import (
    Article,
    DatelineError,
    Embedder,
    Encoded,
    Note,
    Passage,
    Progress,
    Skipped,
    Store,
    Unencoded,
    described,
)

_FILES_AT_ONCE, _ARTICLES_AT_ONCE = 16, 32
_PATIENCE = 10.0  # seconds for a cluster to answer
_TRIALS = 3  # starts of a Ray on this machine; one waits 30 seconds
_AHEAD = 2  # batches that wait for each worker: what is read ahead is bounded


class RayEngine:
    """The `Engine` of a Ray cluster; a context manager that ends the Ray it started."""

    def __init__(self, address: str | None = None, workers: int | None = None) -> None:
        """Join the cluster at `address` ("auto": this machine's); None starts one here.

        `workers` encode at the same time; by default one for each CPU of the cluster. Raises
        DatelineError: no package, nobody at the address, an address of Ray Client, through which
        Ray Data does not run, a machine on which Ray does not start.
        """
        if address is not None and address.startswith("ray://"):
            raise DatelineError(
                "expected HOST:6379 of a Ray cluster, or auto on one of its machines, found "
                f"{address[:200]}, which is for Ray Client, and Ray Data does not run through it; "
                "run the build on the cluster, as a job with --address auto (docs/scaling.md)"
            )
        if importlib.util.find_spec("ray") is None:
            raise DatelineError(
                "expected the package ray to build on Ray, found none; "
                "install it, in a clone of Dateline: pip install '.[ray]'"
            )
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        import ray
        import ray.data

        self._ray: Any = ray
        self._started = not ray.is_initialized()
        if self._started:
            self._start(address, workers)
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.execution_options.preserve_order = True
        if workers is None:
            workers = max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        self._workers = workers

    def _start(self, address: str | None, workers: int | None) -> None:
        """Join the cluster, or start one; repeat a start that times out on a busy machine."""
        cpus, environment = workers, None
        if address is not None:  # a cluster has its own processors and environment
            cpus, environment = None, {"env_vars": _switches()}
        for trial in range(1, _TRIALS + 1):
            try:
                _knock(address or "")
                self._ray.init(
                    address=address,
                    num_cpus=cpus,
                    include_dashboard=False,
                    log_to_driver=False,
                    logging_level=logging.ERROR,
                    runtime_env=environment,
                )
                return
            except Exception as error:  # Ray raises a bare one if it does not come up in time
                reason = _reason(error)
                self._ray.shutdown()  # ends what did start
            if address is not None:
                raise DatelineError(
                    f"expected a Ray cluster at {address}, found none that answers ({reason}); "
                    "try again when it is up, or build on this machine; "
                    "a cluster with tokens wants RAY_AUTH_MODE=token and RAY_AUTH_TOKEN"
                )
            if trial == _TRIALS:
                raise DatelineError(
                    "expected Ray to start on this machine, found that it does not "
                    f"({reason}); try again when less runs beside"
                )

    def __enter__(self) -> RayEngine:
        return self

    def __exit__(self, *_: object) -> None:
        if self._started:
            self._ray.shutdown()

    def load(
        self, corpora: Sequence[Path], columns: Mapping[str, str]
    ) -> Iterator[Article | Skipped | Note]:
        """Yield what a local build loads, in its order; each file is read by a worker.

        Raises DatelineError for a missing folder.
        """
        ids = Ids()
        options = {"columns": dict(columns), "limits": bounds()}
        for corpus in corpora:
            files = [
                {
                    "location": str(file.location.absolute()),
                    "path": file.path,
                    "problem": file.problem or "",
                }
                for file in corpus_files(corpus)
            ]
            if not files:
                continue
            data = self._data(files, _FILES_AT_ONCE)
            data = data.map_batches(_load, fn_kwargs=options, batch_size=_FILES_AT_ONCE)
            for row in self._done(data):
                yield from ids.distinct(pickle.loads(row["items"]), corpus)

    def encode(
        self,
        articles: Collection[Article],
        embedder: Embedder,
        reusable: Store | None,
        scratch: Path,
        progress: Progress,
    ) -> Iterator[Encoded | Unencoded]:
        """Yield the passages and vectors of each article, in order.

        Those of unchanged articles are taken from `reusable`. `scratch` is the folder of the
        checkpoint. Raises DatelineError if Ray fails, or an article is missing in the end.
        """
        scratch.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(_Checkpoint(scratch / "ray.sqlite", embedder)) as checkpoint:
            ready = _ready(articles, reusable)
            missing = [article for article in articles if article.id not in ready]
            failed = self._encode_missing(missing, embedder, checkpoint, progress)
            for article in articles:
                if article.id in ready:
                    yield ready[article.id]
                elif article.id in failed:
                    yield Unencoded(article, failed[article.id])
                else:
                    yield checkpoint.encoded(article)
            checkpoint.remove()

    def _encode_missing(
        self,
        articles: Sequence[Article],
        embedder: Embedder,
        checkpoint: _Checkpoint,
        progress: Progress,
    ) -> dict[str, str]:
        """Have Ray encode what the checkpoint lacks; return why articles failed, by id."""
        known = checkpoint.keys()
        by_key = {checkpoint.key(article): article for article in articles}
        rows = [
            {"key": key, "article": pickle.dumps(article)}
            for key, article in by_key.items()
            if key not in known
        ]
        failed: dict[str, str] = {}
        if not rows:
            return failed
        for done, row in enumerate(self._encoded_rows(rows, embedder), 1):
            if row["error"]:
                failed[by_key[row["key"]].id] = row["error"]
            else:
                checkpoint.add(row["key"], row["passages"], row["vectors"])
            progress("encoding articles on Ray", done, len(rows))
        return failed

    def _encoded_rows(
        self, rows: list[dict[str, Any]], embedder: Embedder
    ) -> Iterator[dict[str, Any]]:
        pool = self._ray.data.ActorPoolStrategy(
            size=self._workers, max_tasks_in_flight_per_actor=_AHEAD
        )
        data = self._data(rows, _ARTICLES_AT_ONCE).map(_chunk)
        data = data.map_batches(
            _Encode,
            fn_constructor_args=(_packed(embedder, self._ray),),
            batch_size=_ARTICLES_AT_ONCE,
            compute=pool,
            num_cpus=0.5,
        )
        return self._done(data)

    def _data(self, rows: list[dict[str, Any]], at_once: int) -> Any:
        """Return the rows as Ray's data, in blocks of at most `at_once`.

        There are enough blocks for all workers.
        """
        blocks = max(self._workers * _AHEAD, -(-len(rows) // at_once))
        return self._ray.data.from_items(rows, override_num_blocks=max(1, min(len(rows), blocks)))

    def _done(self, data: Any) -> Iterator[dict[str, Any]]:
        try:
            yield from data.iter_rows()
        except self._ray.exceptions.RayError as error:
            raise DatelineError(
                f"expected Ray to end its work, found it failing: {_reason(error)}; "
                "build again, it goes on where it was"
            ) from None


def _switches() -> dict[str, str]:
    """Return the switches of index/silence.py, which workers on this machine inherit."""
    return {name: os.environ[name] for name in SWITCHES if name in os.environ}


def _knock(address: str) -> None:
    """Raise OSError if nobody answers at the address; Ray itself tries for minutes."""
    found = re.fullmatch(r"([^/:]+):(\d+)", address)  # such as "10.0.0.7:6379"
    if found is not None:
        socket.create_connection((found[1], int(found[2])), timeout=_PATIENCE).close()


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _ready(articles: Collection[Article], reusable: Store | None) -> dict[str, Encoded]:
    """Return the passages and vectors of the articles that are as they were, by id."""
    ready: dict[str, Encoded] = {}
    if reusable is None:
        return ready
    fingerprints = reusable.fingerprints()
    for article in articles:
        if fingerprints.get(article.id) != article.fingerprint:
            continue
        stored, vectors = reusable.indexed(article.id)
        passages = unchanged_passages(article, stored, article.fingerprint)
        if passages is not None:
            ready[article.id] = Encoded(passages, vectors, reused=len(passages))
    return ready


class _Checkpoint:
    """The passages and vectors encoded so far.

    They lie in an SQLite file, by content.
    """

    def __init__(self, path: Path, embedder: Embedder) -> None:
        self._path, self._embedder = path, embedder
        self._database = sqlite3.connect(path)
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS made (key TEXT PRIMARY KEY, passages BLOB, vectors BLOB)"
        )

    def key(self, article: Article) -> str:
        """Return a key that is equal if the passages and vectors of an article are."""
        parts = (
            article.fingerprint,
            article.boilerplate,
            self._embedder.fingerprint,
            sorted(SETTINGS.items()),
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def keys(self) -> set[str]:
        """Return the keys of what is there."""
        return {key for (key,) in self._database.execute("SELECT key FROM made")}

    def add(self, key: str, passages: bytes, vectors: bytes) -> None:
        """Keep the passages and vectors of an article."""
        values = (key, passages, vectors)
        self._database.execute("INSERT OR REPLACE INTO made VALUES (?, ?, ?)", values)
        self._database.commit()

    def encoded(self, article: Article) -> Encoded:
        """Return the passages and vectors of an article.

        Raises DatelineError if it has none.
        """
        found = self._database.execute(
            "SELECT passages, vectors FROM made WHERE key = ?", (self.key(article),)
        ).fetchone()
        if found is None:
            raise DatelineError(
                f"expected every article from Ray, found {article.path!r} missing; "
                "build again, it goes on where it was"
            )
        passages = [Passage(article, *told) for told in json.loads(found[0])]
        vectors = np.frombuffer(found[1], dtype=np.float32)
        return Encoded(passages, vectors.reshape(-1, self._embedder.dimensions))

    def close(self) -> None:
        """Close the file, which stays."""
        self._database.close()

    def remove(self) -> None:
        """Remove the file: all of it was handed on."""
        self._database.close()
        self._path.unlink(missing_ok=True)


def _load(batch: dict[str, Any], columns: dict[str, str], limits: Bounds) -> dict[str, Any]:
    """Load files.

    Risky files are read in another process, as a local build does.
    """
    items = []
    with Sandbox(limits) as sandbox:
        for location, path, problem in zip(
            batch["location"], batch["path"], batch["problem"], strict=True
        ):
            file = CorpusFile(Path(location), path, problem or None)
            found = list(load_file(file, columns, sandbox, limits))
            items.append(pickle.dumps(found))
    return {"items": items}


def _chunk(row: dict[str, Any]) -> dict[str, Any]:
    """Return the described passages of an article, and what is encoded from them."""
    article = pickle.loads(row["article"])
    try:
        passages = passages_of(article)
    except Exception as error:  # one bad article fails by itself
        return {"key": row["key"], "passages": b"", "texts": [], "error": described(error)}
    told = [(passage.start, passage.end, passage.description) for passage in passages]
    return {
        "key": row["key"],
        "passages": json.dumps(told).encode(),
        "texts": [encoded_text(passage) for passage in passages],
        "error": "",
    }


class _Encode:
    """A worker that keeps the model. A text that fails, fails its article alone."""

    def __init__(self, packed: Any) -> None:
        self._embedder = _unpacked(packed)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        vectors, errors = [], []
        for texts, error in zip(batch["texts"], batch["error"], strict=True):
            rows = np.empty((0, self._embedder.dimensions), dtype=np.float32)
            if not error:
                try:
                    rows = self._embedder.encode(list(texts))
                except Exception as raised:
                    error = described(raised)
            vectors.append(np.asarray(rows, dtype=np.float32).tobytes())
            errors.append(error)
        return {
            "key": batch["key"],
            "passages": batch["passages"],
            "vectors": vectors,
            "error": errors,
        }


def _packed(embedder: Embedder, ray: Any) -> Any:
    """Return the encoder as Ray carries it to workers on any machine.

    That is the files of a compiled one, the object of another.
    """
    if not isinstance(embedder, CompiledEncoder):
        return ray.put(embedder)
    files = [file for file in embedder.folder.iterdir() if file.is_file()]
    return ray.put({file.name: file.read_bytes() for file in files})


def _unpacked(packed: Any) -> Embedder:
    import ray

    found = ray.get(packed)
    if not isinstance(found, dict):
        embedder: Embedder = found
        return embedder
    folder = Path(tempfile.mkdtemp(prefix="dateline-encoder-"))
    for name, data in found.items():
        (folder / name).write_bytes(data)
    return CompiledEncoder(folder)
