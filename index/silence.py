"""Switches that stop libraries from reporting to their makers.

Libraries send events and device ids, and check for a newer version. `index` calls this first, so it
holds for the command, for `import qa` and `import index`, and for every child process, which
inherits it. It comes before any other import for two reasons. A library reads its switch once, when
it starts. And native code of another thread may be reading the environment. Adding a variable at
that moment can end the process, since getenv(3) is not safe beside setenv. So a program that starts
threads, or imports one of these libraries, before it imports `index` had better set these variables
itself.
"""

from __future__ import annotations

import os

SWITCHES = {
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime, in native code: a device id and events in ~/.cache
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "True",  # Gradio sets it to this too, later, when threads run
    "RAY_USAGE_STATS_ENABLED": "0",
}


def silence_libraries() -> None:
    """Set each switch that is unset or empty; what the user has set stays."""
    for name, value in SWITCHES.items():
        if not os.environ.get(name):  # onnxruntime takes an empty value for permission
            os.environ[name] = value
