"""What multiplies a network's int8 matrices and does nothing else: what running it by onnxruntime cannot go below on this machine."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from index.models.runtime import open_session

_MOST = 512  # tokens


def matrix_products(network: Path) -> tuple[Callable[[int], object], int]:
    """(multiply a text of so many tokens by every int8 matrix of the network once, operations for a token).

    By onnxruntime as the network itself is run, in the thread that calls; the products of attention, which are of floats, are left out. A
    multiplication and an addition are two operations.
    """
    import onnx

    graph = onnx.load(network).graph
    constants = {one.name: one for one in graph.initializer}
    nodes = [node for node in graph.node if node.op_type == "MatMulInteger"]
    shapes = [tuple(constants[node.input[1]].dims) for node in nodes]
    kept = [
        constants[name]
        for name in dict.fromkeys(name for node in nodes for name in (node.input[1], node.input[3]))
    ]
    widths = {rows for rows, _ in shapes}
    whole = onnx.helper.make_model(
        onnx.helper.make_graph(
            [
                onnx.helper.make_node(
                    "MatMulInteger",
                    [f"of{rows}", node.input[1], "zero", node.input[3]],
                    [f"to{place}"],
                )
                for place, (node, (rows, _)) in enumerate(zip(nodes, shapes, strict=True))
            ],
            "products",
            [
                onnx.helper.make_tensor_value_info(
                    f"of{rows}", onnx.TensorProto.UINT8, ["tokens", rows]
                )
                for rows in widths
            ],
            [
                onnx.helper.make_tensor_value_info(
                    f"to{place}", onnx.TensorProto.INT32, ["tokens", columns]
                )
                for place, (_, columns) in enumerate(shapes)
            ],
            [*kept, onnx.numpy_helper.from_array(np.array(128, dtype=np.uint8), "zero")],
        ),
        opset_imports=[onnx.helper.make_opsetid("", 17)],
        ir_version=9,
    )
    with tempfile.TemporaryDirectory() as scratch:
        onnx.save(whole, f"{scratch}/products.onnx")
        run = open_session(Path(scratch) / "products.onnx").run
    rng = np.random.default_rng(0)
    most = {f"of{rows}": rng.integers(0, 256, (_MOST, rows), dtype=np.uint8) for rows in widths}

    def multiply(tokens: int) -> None:
        run(None, {name: values[:tokens] for name, values in most.items()})

    return multiply, sum(2 * rows * columns for rows, columns in shapes)
