"""The switches that keep libraries silent: set by whatever is imported first, before all else."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from index.silence import SWITCHES
from tests.conftest import ROOT

PROGRAM = """
import importlib, json, os, sys, threading
early = {}
def heard(event, values):
    if event == "os.putenv":
        alone = threading.active_count() == 1 and "numpy" not in sys.modules
        early[os.fsdecode(values[0])] = alone
sys.addaudithook(heard)
importlib.import_module(sys.argv[1])
print(json.dumps([early, dict(os.environ)]))
"""


def imported(package: str, **environment: str) -> tuple[dict[str, bool], dict[str, str]]:
    """Each variable that importing `package` sets, with whether it was early; the environment."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, package],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    early, after = json.loads(done.stdout)
    return early, after


@pytest.mark.parametrize("package", ["index", "qa", "training", "benchmarks"])
def test_a_package_sets_the_switches_before_it_imports_what_they_are_for(package: str) -> None:
    """numpy stands for native code: it starts threads, and most of the libraries import it."""
    early, after = imported(package)
    assert early.items() >= dict.fromkeys(SWITCHES, True).items()
    assert after.items() >= SWITCHES.items()


def test_what_the_user_set_stays_and_an_empty_value_is_none() -> None:
    early, after = imported("index", ORT_DISABLE_TELEMETRY="0", RAY_USAGE_STATS_ENABLED="")
    assert (after["ORT_DISABLE_TELEMETRY"], after["RAY_USAGE_STATS_ENABLED"]) == ("0", "0")
    assert "ORT_DISABLE_TELEMETRY" not in early
