"""Building on Ray: loading as one Ray Data stage; chunking, describing and encoding as others, with actors that keep the model.

`RayEngine` stands in for two steps of index/pipeline.py; what needs the whole corpus at once (which articles are one story, the order,
the drafts) stays in the process that builds. What was encoded is kept in a file, ray.sqlite beside the encoders, until the index
is published: a build that was cut off goes on from there. Each article has one row in it, by its content: work that Ray does twice,
as when a worker was killed, is stored once, and a build whose articles are not all there is refused. An article that cannot be
encoded is reported. Passages are those of a local build to the bit; vectors differ as int8 does between batches (cosine over 0.98).

Limits: one file is loaded by one worker; the corpus folder must be at the same path on every node; texts pass through the building
process, which holds all articles.
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
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.corpus.file_cache import Reading
from index.corpus.loaders.bounds import Bounds, bounds
from index.corpus.loaders.sandbox import Sandbox
from index.corpus.loading import _distinct, _files, _load_file
from index.models.encoder import CompiledEncoder
from index.silence import SWITCHES
from index.types import Article, DatelineError, Embedder, Note, Passage, Skipped, Vectors

_FILES_AT_ONCE, _ARTICLES_AT_ONCE = 16, 32
_PATIENCE = 10.0  # seconds for a cluster to answer
_AHEAD = 2  # batches that wait for each worker: what is read ahead is bounded
Progress = Callable[[str, int, int], None]


class RayEngine:
    """Ray as the builder's engine; a context manager that ends the Ray it started."""

    def __init__(self, address: str | None = None, workers: int | None = None) -> None:
        """`address` of a Ray cluster, or "auto"; None starts one on this machine. `workers`: default, one a CPU of the cluster.

        Raises DatelineError: no package, nobody at the address, a machine on which Ray does not start.
        """
        if importlib.util.find_spec("ray") is None:
            raise DatelineError(
                "expected the package ray for --engine ray, found none; install it with: pip install 'dateline[ray]'"
            )
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        import ray
        import ray.data

        self._started = not ray.is_initialized()
        try:
            if self._started and (
                found := re.fullmatch(r"(?:ray://)?([^/:]+):(\d+)", address or "")
            ):
                socket.create_connection(
                    (found[1], int(found[2])), timeout=_PATIENCE
                ).close()  # Ray itself tries for minutes
            if self._started:
                ray.init(
                    address=address,
                    num_cpus=workers if address is None else None,
                    include_dashboard=False,
                    log_to_driver=False,
                    logging_level=logging.ERROR,
                    runtime_env=None if address is None else {"env_vars": _switches()},
                )
        except Exception as error:  # Ray raises a bare one where it does not come up in time
            reason = " ".join(str(error).split())[:200]
            if address is None:
                raise DatelineError(
                    f"expected Ray to start on this machine, found that it does not ({reason}); try again when less runs beside"
                ) from None
            raise DatelineError(
                f"expected a Ray cluster at {address}, found none that answers ({reason}); try again when it is up, or leave --address out"
            ) from None
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.execution_options.preserve_order = True
        self._ray: Any = ray
        self._workers = (
            workers
            if workers is not None
            else max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        )
        self.failed: list[Skipped] = []
        self.lost: set[str] = set()  # the ids of those

    def __enter__(self) -> RayEngine:
        return self

    def __exit__(self, *_: object) -> None:
        if self._started:
            self._ray.shutdown()

    def load(
        self, corpora: Sequence[Path], mapping: Mapping[str, str]
    ) -> Iterator[Article | Skipped | Note]:
        """What index.corpus.loading.load_articles gives, in its order, each file read by a worker."""
        seen: set[str] = set()
        limits = bounds()
        for corpus in corpora:
            if not corpus.exists():
                raise DatelineError(
                    f"expected a folder of articles at {corpus}, found nothing there; name one that exists"
                )
            files = [
                {"file": str(file.absolute()), "path": path, "problem": problem or ""}
                for file, path, problem in _files(corpus)
            ]
            data = self._data(files, _FILES_AT_ONCE).map_batches(
                _load,
                fn_kwargs={"mapping": dict(mapping), "limits": limits},
                batch_size=_FILES_AT_ONCE,
            )
            for row in self._done(data) if files else ():
                yield from _distinct(pickle.loads(row["items"]), corpus, seen)

    def encoded(
        self,
        articles: Sequence[Article],
        embedder: Embedder,
        beside: Path,
        known: Callable[[Article], tuple[list[Passage], Vectors] | None],
        progress: Progress,
    ) -> Iterator[tuple[list[Passage], Vectors, int]]:
        """(passages, vectors, how many of the vectors were there) of each article in order, but of those in `failed`.

        `known` gives the passages and vectors of an article that need not be made; `beside` is the folder for the checkpoint.
        """
        beside.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(sqlite3.connect(beside / "ray.sqlite")) as kept:
            kept.execute(
                "CREATE TABLE IF NOT EXISTS made (key TEXT PRIMARY KEY, passages BLOB, vectors BLOB)"
            )
            keys = [_key(article, embedder) for article in articles]
            there = {key for (key,) in kept.execute("SELECT key FROM made")}
            old = [known(article) for article in articles]
            missing = [
                number
                for number, key in enumerate(keys)
                if old[number] is None and key not in there
            ]
            self._make(
                [articles[number] for number in missing],
                [keys[number] for number in missing],
                embedder,
                kept,
                progress,
            )
            for article, key, ready in zip(articles, keys, old, strict=True):
                if ready is not None:
                    yield *ready, len(ready[0])
                elif article.id not in self.lost:
                    yield *self._made(article, key, kept, embedder.dimensions), 0
        (beside / "ray.sqlite").unlink(missing_ok=True)

    def _make(
        self,
        articles: Sequence[Article],
        keys: Sequence[str],
        embedder: Embedder,
        kept: sqlite3.Connection,
        progress: Progress,
    ) -> None:
        by_key = dict(zip(keys, articles, strict=True))
        rows = [{"key": key, "article": pickle.dumps(article)} for key, article in by_key.items()]
        pool = self._ray.data.ActorPoolStrategy(
            size=self._workers, max_tasks_in_flight_per_actor=_AHEAD
        )
        given = (_packed(embedder, self._ray),)
        data = self._data(rows, _ARTICLES_AT_ONCE).map(_chunk) if rows else None
        if data is not None:
            data = data.map_batches(
                _Encode,
                fn_constructor_args=given,
                batch_size=_ARTICLES_AT_ONCE,
                compute=pool,
                num_cpus=0.5,
            )
        for done, row in enumerate(self._done(data) if data is not None else (), 1):
            article = by_key[row["key"]]
            if row["error"]:
                self.lost.add(article.id)
                self.failed.append(Skipped(article.path, f"it cannot be encoded: {row['error']}"))
            else:
                kept.execute(
                    "INSERT OR REPLACE INTO made VALUES (?, ?, ?)",
                    (row["key"], row["passages"], row["vectors"]),
                )
                kept.commit()
            progress("encoding articles on Ray", done, len(rows))

    def _made(
        self, article: Article, key: str, kept: sqlite3.Connection, dimensions: int
    ) -> tuple[list[Passage], Vectors]:
        found = kept.execute("SELECT passages, vectors FROM made WHERE key = ?", (key,)).fetchone()
        if found is None:
            raise DatelineError(
                f"expected every article from Ray, found {article.path!r} missing; build again, it goes on where it was"
            )
        passages = [
            Passage(article, start, end, description)
            for start, end, description in json.loads(found[0])
        ]
        return passages, np.frombuffer(found[1], dtype=np.float32).reshape(-1, dimensions)

    def _data(self, rows: list[dict[str, Any]], at_once: int) -> Any:
        """The rows as Ray's data, in blocks of at most `at_once`, enough of them for all workers."""
        blocks = max(1, min(len(rows), max(self._workers * _AHEAD, -(-len(rows) // at_once))))
        return self._ray.data.from_items(rows, override_num_blocks=blocks)

    def _done(self, data: Any) -> Iterator[dict[str, Any]]:
        try:
            yield from data.iter_rows()
        except self._ray.exceptions.RayError as error:
            reason = " ".join(str(error).split())[:200]
            raise DatelineError(
                f"expected Ray to end its work, found it failing: {reason}; build again, it goes on where it was"
            ) from None


def _switches() -> dict[str, str]:
    """Give a cluster's workers the switches that workers on this machine inherit."""
    return {name: os.environ[name] for name in SWITCHES if name in os.environ}


def _load(batch: dict[str, Any], mapping: dict[str, str], limits: Bounds) -> dict[str, Any]:
    """Files to what is in them; risky ones are read in a process of their own, as a local build does."""
    items = []
    with Sandbox(limits) as apart:
        for file, path, problem in zip(batch["file"], batch["path"], batch["problem"], strict=True):
            found = (
                [Skipped(path, problem)]
                if problem
                else list(_load_file(Path(file), path, mapping, apart, limits, Reading()))
            )
            items.append(pickle.dumps(found))
    return {"items": items}


def _chunk(row: dict[str, Any]) -> dict[str, Any]:
    """An article to its described passages and what is encoded of them."""
    from index.pipeline import encoded_text, passages_of

    article = pickle.loads(row["article"])
    try:
        passages = passages_of(article)
    except Exception as error:
        return {
            "key": row["key"],
            "passages": b"",
            "texts": [],
            "error": f"{type(error).__name__}: {error}",
        }
    told = [(passage.start, passage.end, passage.description) for passage in passages]
    return {
        "key": row["key"],
        "passages": json.dumps(told).encode(),
        "texts": [encoded_text(passage) for passage in passages],
        "error": "",
    }


class _Encode:
    """A worker that keeps the model. A text that fails fails its article alone."""

    def __init__(self, packed: Any) -> None:
        self._embedder = _unpacked(packed)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        vectors, errors = [], []
        for texts, error in zip(batch["texts"], batch["error"], strict=True):
            try:
                rows = (
                    self._embedder.encode(list(texts))
                    if not error
                    else np.empty((0, self._embedder.dimensions), dtype=np.float32)
                )
            except Exception as raised:
                rows, error = (
                    np.empty((0, self._embedder.dimensions), dtype=np.float32),
                    f"{type(raised).__name__}: {raised}",
                )
            vectors.append(np.asarray(rows, dtype=np.float32).tobytes())
            errors.append(error)
        return {
            "key": batch["key"],
            "passages": batch["passages"],
            "vectors": vectors,
            "error": errors,
        }


def _packed(embedder: Embedder, ray: Any) -> Any:
    """The encoder as Ray carries it to workers on any machine: the files of a compiled one, the object of another."""
    if isinstance(embedder, CompiledEncoder):
        return ray.put(
            {file.name: file.read_bytes() for file in embedder.folder.iterdir() if file.is_file()}
        )
    return ray.put(embedder)


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


def _key(article: Article, embedder: Embedder) -> str:
    """Of what is made of an article: its passages and vectors are the same where this is."""
    from index.pipeline import SETTINGS

    parts = (
        article.fingerprint,
        article.boilerplate,
        embedder.fingerprint,
        sorted(SETTINGS.items()),
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()
