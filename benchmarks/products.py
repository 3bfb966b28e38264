"""The int8 matrix products of a network, and nothing else.

They are a lower bound: onnxruntime cannot run the network faster than these on this machine. The
products of attention, which are of floats, are left out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.models.runtime import open_session

_MOST = 512  # tokens


def matrix_products(network: Path) -> tuple[Callable[[int], object], int]:
    """Return a function that multiplies once, and the operations for one token.

    The function multiplies a text of so many tokens by every int8 matrix of the network. It does so
    in the calling thread, as onnxruntime runs the network itself. A multiplication and an addition
    are two operations.
    """
    import onnx

    graph = onnx.load(network).graph
    constants = {constant.name: constant for constant in graph.initializer}
    nodes = [node for node in graph.node if node.op_type == "MatMulInteger"]
    shapes = [tuple(constants[node.input[1]].dims) for node in nodes]
    widths = {rows for rows, _ in shapes}
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "products.onnx"
        onnx.save(_products_model(nodes, shapes, constants), file)
        run = open_session(file).run
    rng = np.random.default_rng(0)
    most = {f"of{rows}": rng.integers(0, 256, (_MOST, rows), dtype=np.uint8) for rows in widths}

    def multiply(tokens: int) -> None:
        run(None, {name: values[:tokens] for name, values in most.items()})

    return multiply, sum(2 * rows * columns for rows, columns in shapes)


def _products_model(
    nodes: Sequence[Any], shapes: Sequence[tuple[int, int]], constants: dict[str, Any]
) -> Any:
    """Return a model with the MatMulInteger nodes alone, each with an output of its own."""
    from onnx import TensorProto, helper, numpy_helper

    products, outputs, kept = [], [], {}
    for place, (node, (rows, columns)) in enumerate(zip(nodes, shapes, strict=True)):
        matrix, zero_point = node.input[1], node.input[3]
        kept[matrix], kept[zero_point] = constants[matrix], constants[zero_point]
        given = [f"of{rows}", matrix, "zero", zero_point]
        products.append(helper.make_node("MatMulInteger", given, [f"to{place}"]))
        outputs.append(
            helper.make_tensor_value_info(f"to{place}", TensorProto.INT32, ["tokens", columns])
        )
    widths = {rows for rows, _ in shapes}
    inputs = [
        helper.make_tensor_value_info(f"of{rows}", TensorProto.UINT8, ["tokens", rows])
        for rows in widths
    ]
    zero = numpy_helper.from_array(np.array(128, dtype=np.uint8), "zero")
    return helper.make_model(
        helper.make_graph(products, "products", inputs, outputs, [*kept.values(), zero]),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=9,
    )
