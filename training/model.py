"""The reader's network: a BERT with span outputs and a relevance output; from weights, to int8 ONNX.

Starting weights are a Hugging Face folder of a BERT cross-encoder (its classifier becomes the
relevance output, the span output starts at random) or a reader's own model.int8.onnx, taken back to
floats: that is how a shipped reader is trained on.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from transformers import BertConfig, BertForSequenceClassification, BertModel
from transformers.utils import logging

LAYERS, WIDTH = 12, 384


class ReaderNetwork(nn.Module):
    """Token ids to start logits, end logits (batch, tokens) and relevance (batch,)."""

    def __init__(self, layers: int = LAYERS) -> None:
        super().__init__()
        config = BertConfig(
            hidden_size=WIDTH,
            num_hidden_layers=layers,
            num_attention_heads=12,
            intermediate_size=4 * WIDTH,
            hidden_dropout_prob=0.0,  # one pass over the data: nothing to over-fit, and an eighth of the time on a CPU
            attention_probs_dropout_prob=0.0,
        )
        config._attn_implementation = "sdpa"
        self.bert = BertModel(config)
        self.span = nn.Linear(WIDTH, 2)
        self.rel = nn.Linear(WIDTH, 1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        output = self.bert(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
        start, end = self.span(output.last_hidden_state).unbind(-1)
        return start, end, self.rel(output.pooler_output).squeeze(-1)


def load(path: Path, layers: int = LAYERS) -> tuple[ReaderNetwork, bool]:
    """The network with the weights of `path`, and whether its span output was among them.

    `path` is a reader's model.int8.onnx or a folder of a 12-layer BERT cross-encoder. With fewer
    `layers` than it has, every second one is kept, beginning with the first (after Sanh et al. 2019, DistilBERT).
    """
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    network = ReaderNetwork(layers)
    if path.suffix == ".onnx":
        state = {name: torch.tensor(array) for name, array in floats(path).items()}
    else:
        state = BertForSequenceClassification.from_pretrained(path).state_dict()
        state = {name.replace("classifier.", "rel."): tensor for name, tensor in state.items()}
    if layers < LAYERS:
        step = LAYERS // layers
        state = {
            name.replace(f".layer.{n}.", f".layer.{n // step}."): tensor
            for name, tensor in state.items()
            for n in [int(name.split(".layer.")[1].split(".")[0]) if ".layer." in name else 0]
            if n % step == 0
        }
    missing = set(network.state_dict()) - set(state)
    if missing - {"span.weight", "span.bias"}:
        raise ValueError(f"expected a 12-layer BERT with a classifier in {path}, found no {sorted(missing)[:3]}")
    network.load_state_dict({name: tensor for name, tensor in state.items() if name in network.state_dict()}, strict=False)
    return network, not missing


def floats(path: Path) -> dict[str, np.ndarray]:
    """The float weights behind a dynamically quantised reader: (q - zero point) * scale, per tensor or per column."""
    graph = onnx.load(path).graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    state = {name: array for name, array in arrays.items() if name.endswith((".weight", ".bias"))}

    def dequantised(name: str) -> np.ndarray:
        quantised, zero, scale = (arrays[f"{name}_{part}"].astype(np.float32) for part in ("quantized", "zero_point", "scale"))
        return np.asarray((quantised - zero) * scale, dtype=np.float32)

    for name in [name.removesuffix("_quantized") for name in arrays if name.endswith("_quantized") and not name.startswith("onnx::")]:
        state[name.removesuffix("_Transposed")] = dequantised(name) if "embeddings" in name else dequantised(name).T
    for node in graph.node:  # the other linear layers: the node's name says which
        if node.op_type == "MatMulInteger" and node.input[1].startswith("onnx::"):
            module = node.name.removesuffix("/MatMul_quant").strip("/").replace("/", ".")
            state[f"{module}.weight"] = dequantised(node.input[1].removesuffix("_quantized")).T
    return state


def export(network: ReaderNetwork, folder: Path) -> None:
    """Write model.onnx (float) and model.int8.onnx, quantised per channel (per tensor loses 7 F1)."""
    network.eval()
    names = ["input_ids", "attention_mask", "token_type_ids"]
    example = tuple(torch.ones(1, 8, dtype=torch.long) for _ in names)
    outputs = ["start_logits", "end_logits", "relevance"]
    axes = {name: {0: "batch", 1: "tokens"} for name in names + outputs[:2]} | {"relevance": {0: "batch"}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracing exporter is deprecated; the new one needs onnxscript and renames every weight
        network.bert.config._attn_implementation = "eager"
        torch.onnx.export(
            network, example, str(folder / "model.onnx"), input_names=names, output_names=outputs, dynamic_axes=axes, dynamo=False
        )
        network.bert.config._attn_implementation = "sdpa"
    quantize_dynamic(folder / "model.onnx", folder / "model.int8.onnx", weight_type=QuantType.QInt8, per_channel=True)
