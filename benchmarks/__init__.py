"""Benchmarks: each module is a command that prints its figures."""

import index  # noqa: F401  # before onnxruntime: it switches off what libraries tell their makers
