"""Training: question sets to the reader, and its figures."""

import index  # noqa: F401  # before onnxruntime: it switches off what libraries tell their makers
