"""The onnxruntime sessions of models, and the threads that all of them share.

A session runs in the thread that calls it and starts none of its own. The process keeps one thread
per core. Texts go to them side by side, which is faster than two threads on one text. All questions
share these threads, so many people who ask at once wait for each other and do not crowd the cores.

Limits: processors only, no accelerator. What runs in the shared threads must not wait for them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from index.threads import start_threads

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_ERRORS = 3  # onnxruntime's level of messages: errors, and no warnings


def open_session(path: Path) -> Any:
    """Open a model as an onnxruntime session that runs in the thread that calls it.

    Raises what onnxruntime raises if the file is missing or no model.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS
    return onnxruntime.InferenceSession(
        str(path),
        options,
        providers=["CPUExecutionProvider"],
        # On a processor this fused step is slower than its two parts by themselves.
        disabled_optimizers=["SkipLayerNormFusion"],
    )


def on_all_cores(run: Callable[[_Item], _Result], items: Sequence[_Item]) -> list[_Result]:
    """Run each item in the shared threads and return the results in order.

    The first error of an item is raised. `run` must not call `on_all_cores` itself.
    """
    return list(_threads().map(run, items))


def start_in_pool(run: Callable[[], _Result]) -> Callable[[], _Result]:
    """Start `run` in a shared thread; return a function that waits for its result.

    That function raises what `run` raised. `run` sees the caller's context variables, so its time
    counts for the caller's stage. It must not call `on_all_cores`.
    """
    return _threads().submit(copy_context().run, run).result


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    if hasattr(os, "register_at_fork"):  # a fork has none of these threads, and would wait for them
        os.register_at_fork(after_in_child=_threads.cache_clear)
    return start_threads(_cores(), "model")


def _cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
