"""Models run side by side in shared threads: results in order, errors raised, none lost."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path

import numpy as np
import pytest

from index.models.runtime import _cores, on_all_cores, open_session, start_in_pool

WAIT = 10  # seconds, after which what waits for another thread has failed


def test_results_come_in_the_order_of_their_items() -> None:
    """The first item ends last."""

    def run(number: int) -> int:
        time.sleep(0.05 if number == 0 else 0)
        return number**2

    assert on_all_cores(run, range(20)) == [number**2 for number in range(20)]
    assert on_all_cores(run, []) == []


def test_items_run_side_by_side_on_every_core_and_on_no_more() -> None:
    cores, lock = _cores(), threading.Lock()
    together = threading.Barrier(cores)
    running, most = 0, 0

    def run(number: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.05)  # so that every thread there is has begun
        together.wait(WAIT)  # broken if items run one after the other
        with lock:
            running -= 1

    on_all_cores(run, range(3 * cores))
    assert most == cores


def test_many_callers_share_the_threads() -> None:
    def run(number: int) -> int:
        time.sleep(0.01)
        return threading.get_ident()

    with ThreadPoolExecutor(8) as callers:
        found = list(callers.map(lambda caller: on_all_cores(run, range(4)), range(8)))
    assert len({thread for threads in found for thread in threads}) <= _cores()
    assert start_in_pool(threading.get_ident)() != threading.get_ident()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_has_threads_of_its_own() -> None:
    """A fork has none of the threads of its parent: what is left to them never ends."""
    on_all_cores(time.sleep, [0.05] * _cores())  # so that every thread there is has begun
    process = os.fork()
    if not process:
        with suppress(BaseException):
            signal.alarm(WAIT)
            os._exit(on_all_cores(str, [2, 3]) != ["2", "3"])
        os._exit(2)
    assert os.waitpid(process, 0) == (process, 0)


def test_an_error_of_an_item_is_raised_and_the_threads_go_on() -> None:
    def run(number: int) -> float:
        return 1 / number

    with pytest.raises(ZeroDivisionError):
        on_all_cores(run, [1, 0, 2])
    assert on_all_cores(run, [1, 2]) == [1, 0.5]


def test_what_is_started_runs_beside_its_caller() -> None:
    """A program that runs it at once, or only when its result is asked for, waits in vain."""
    begun, go_on = threading.Event(), threading.Event()

    def run() -> str:
        begun.set()
        assert go_on.wait(WAIT)
        return "done"

    result = start_in_pool(run)
    assert begun.wait(WAIT)
    go_on.set()
    assert result() == "done"
    assert result() == "done"  # however often it is asked for


def test_an_error_of_what_is_started_is_raised_where_its_result_is_asked_for() -> None:
    def run() -> None:
        raise ValueError("no such word")

    result = start_in_pool(run)
    with pytest.raises(ValueError, match="no such word"):
        result()


def test_what_is_started_sees_its_callers_context() -> None:
    stage = ContextVar("stage", default="none")
    stage.set("asking")
    assert start_in_pool(stage.get)() == "asking"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Make a model that doubles the numbers it is given."""
    import onnx

    numbers, doubled = (
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["n"])
        for name in ("numbers", "doubled")
    )
    add = onnx.helper.make_node("Add", ["numbers", "numbers"], ["doubled"])
    graph = onnx.helper.make_graph([add], "double", [numbers], [doubled])
    opset = onnx.helper.make_opsetid("", 17)
    onnx.save(onnx.helper.make_model(graph, opset_imports=[opset], ir_version=8), tmp_path / "m")
    return tmp_path / "m"


def test_a_session_runs_its_model_and_starts_no_threads(model: Path) -> None:
    session = open_session(model)
    (doubled,) = session.run(None, {"numbers": np.array([1, 2.5], np.float32)})
    assert doubled.tolist() == [2, 5]
    options = session.get_session_options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (1, 1)
    assert session.get_providers() == ["CPUExecutionProvider"]


def test_a_file_that_is_no_model_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(b"no model")
    with pytest.raises(Exception, match="INVALID_PROTOBUF"):
        open_session(tmp_path / "m")
