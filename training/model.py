"""The reader's network: a BERT with span outputs and a relevance output, after its last layer and after some before it.

Starting weights are a Hugging Face folder of a BERT cross-encoder (its classifier becomes the
relevance output, the span output starts at random) or a reader's own int8 files, taken back to
floats: that is how a shipped reader is trained on.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from transformers import BertConfig, BertForSequenceClassification, BertModel
from transformers.utils import logging

from qa.answering.reader import LOWER, UPPER

LAYERS, WIDTH = 12, 384
GLANCE = 4  # layers of the lower part, whose exit tells which passages the others are to read

Outputs = tuple[Tensor, Tensor, Tensor]


class ReaderNetwork(nn.Module):
    """Token ids to start logits, end logits (batch, tokens) and relevance (batch,).

    `exits` are numbers of layers after which there are outputs too: a shallower reader within the deep one, trained
    with it (deep supervision: Lee et al. 2015; its own last outputs as teacher: Zhang et al. 2019).
    """

    def __init__(
        self, layers: int = LAYERS, exits: Sequence[int] = (), dropout: float = 0.0
    ) -> None:
        super().__init__()
        config = BertConfig(
            hidden_size=WIDTH,
            num_hidden_layers=layers,
            num_attention_heads=12,
            intermediate_size=4 * WIDTH,
            hidden_dropout_prob=dropout,  # an eighth of the time on a CPU
            attention_probs_dropout_prob=0.0,  # of the attention it would cost as much again as all the others
        )
        config._attn_implementation = "eager"  # on a CPU twice as fast as the fused kernel, whose gradient is slow for short texts
        self.bert = BertModel(config)
        self.bert.embeddings.register_forward_hook(_halved)
        self.span = nn.Linear(WIDTH, 2)
        self.rel = nn.Linear(WIDTH, 1)
        self.exits = nn.ModuleDict(
            {
                str(depth): nn.ModuleDict(
                    {
                        "pool": nn.Linear(WIDTH, WIDTH),
                        "span": nn.Linear(WIDTH, 2),
                        "rel": nn.Linear(WIDTH, 1),
                    }
                )
                for depth in exits
            }
        )

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Outputs:
        return self.outputs(input_ids, attention_mask, token_type_ids)[-1]

    def outputs(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> list[Outputs]:
        """Those of every exit, in the order of `exits`, and the last layer's."""
        output = self.bert(
            input_ids=input_ids,
            attention_mask=attention_mask,
            token_type_ids=token_type_ids,
            output_hidden_states=bool(self.exits),
        )
        found: list[Outputs] = []
        for depth, heads in self.exits.items():
            hidden = output.hidden_states[int(depth)]
            start, end = heads["span"](hidden).unbind(-1)  # type: ignore[index]
            pooled = torch.tanh(heads["pool"](hidden[:, 0]))  # type: ignore[index]
            found.append((start, end, heads["rel"](pooled).squeeze(-1)))  # type: ignore[index]
        start, end = self.span(output.last_hidden_state).unbind(-1)
        return [*found, (start, end, self.rel(output.pooler_output).squeeze(-1))]

    def shallow(self, depth: int) -> ReaderNetwork:
        """The reader that ends at an exit, by itself."""
        network = ReaderNetwork(depth)
        own = self.state_dict()
        state = {
            name: own[name]
            for name in network.state_dict()
            if name.startswith(("bert.embeddings.", "bert.encoder."))
        }
        for name, head in (("bert.pooler.dense", "pool"), ("span", "span"), ("rel", "rel")):
            state |= {
                f"{name}.{part}": own[f"exits.{depth}.{head}.{part}"] for part in ("weight", "bias")
            }
        network.load_state_dict(state)
        return network


class Part(nn.Module):
    """Some of a network's layers, in a row, under the names that they have in the whole: one text a run, without padding and so without a mask.

    From the first layer it takes token ids and kinds, else the states (1, tokens, 384) that the part below left. It gives start logits, end logits
    (1, tokens) and relevance (1,), those of its exit where it does not end at the last layer, and then the states too.
    """

    def __init__(self, network: ReaderNetwork, first: int, last: int) -> None:
        super().__init__()
        self.bert, self.span, self.rel, self.exits = (
            network.bert,
            network.span,
            network.rel,
            network.exits,
        )
        self.first, self.last = first, last

    def forward(self, *given: Tensor) -> tuple[Tensor, ...]:
        hidden = (
            given[0]
            if self.first
            else self.bert.embeddings(input_ids=given[0], token_type_ids=given[1])
        )
        layers = list(self.bert.encoder.layer)
        for layer in layers[self.first : self.last]:
            hidden = layer(hidden)
        if self.last == len(layers):
            start, end = self.span(hidden).unbind(-1)
            return start, end, self.rel(self.bert.pooler(hidden)).squeeze(-1)  # type: ignore[misc]
        heads = self.exits[str(self.last)]
        start, end = heads["span"](hidden).unbind(-1)  # type: ignore[index]
        return start, end, heads["rel"](torch.tanh(heads["pool"](hidden[:, 0]))).squeeze(-1), hidden  # type: ignore[index]


def _halved(_module: nn.Module, _given: object, hidden: Tensor) -> Tensor:
    """In bfloat16 all of the way where that is asked for, rather than to and fro at each layer."""
    device = hidden.device.type
    return (
        hidden.to(torch.get_autocast_dtype(device)) if torch.is_autocast_enabled(device) else hidden
    )


def load(
    path: Path, layers: int = LAYERS, exits: Sequence[int] = (), dropout: float = 0.0
) -> tuple[ReaderNetwork, bool]:
    """The network with the weights of `path`, and whether its span output was among them.

    `path` is a reader's folder or its model.int8.onnx, or the folder of a 12-layer BERT cross-encoder. An exit that has no
    weights there begins with those of the last layer's outputs.
    """
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    network = ReaderNetwork(layers, exits, dropout)
    files = (
        [path]
        if path.suffix == ".onnx"
        else [path / name for name in (LOWER, UPPER) if (path / name).exists()]
    )
    if files:
        state = {
            name: torch.tensor(array) for file in files for name, array in floats(file).items()
        }
    else:
        state = BertForSequenceClassification.from_pretrained(path).state_dict()
        state = {name.replace("classifier.", "rel."): tensor for name, tensor in state.items()}
    for depth in exits:
        for head, name in (("pool", "bert.pooler.dense"), ("span", "span"), ("rel", "rel")):
            for part in ("weight", "bias"):
                if f"{name}.{part}" in state:
                    state.setdefault(f"exits.{depth}.{head}.{part}", state[f"{name}.{part}"])
    missing = set(network.state_dict()) - set(state)
    if any("span." not in name for name in missing):
        raise ValueError(
            f"expected a 12-layer BERT with a classifier in {path}, found no {sorted(missing)[:3]}"
        )
    network.load_state_dict(
        {name: tensor for name, tensor in state.items() if name in network.state_dict()},
        strict=False,
    )
    return network, not missing


def floats(path: Path) -> dict[str, np.ndarray]:
    """The float weights behind a dynamically quantised reader, or a part of one: (q - zero point) * scale, per tensor or per column."""
    graph = onnx.load(path).graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    state = {name: array for name, array in arrays.items() if name.endswith((".weight", ".bias"))}

    def dequantised(name: str) -> np.ndarray:
        quantised, zero, scale = (
            arrays[f"{name}_{part}"].astype(np.float32)
            for part in ("quantized", "zero_point", "scale")
        )
        return np.asarray((quantised - zero) * scale, dtype=np.float32)

    for name in [
        name.removesuffix("_quantized")
        for name in arrays
        if name.endswith("_quantized") and not name.startswith("onnx::")
    ]:
        state[name.removesuffix("_Transposed")] = (
            dequantised(name) if "embeddings" in name else dequantised(name).T
        )
    for node in graph.node:  # the other linear layers: the node's name says which
        if node.op_type == "MatMulInteger" and node.input[1].startswith("onnx::"):
            module = node.name.removesuffix("/MatMul_quant").strip("/").replace("/", ".")
            if module.startswith("layer."):  # as a part calls it
                module = f"bert.encoder.{module}"
            if f"exits.{GLANCE}.{module}.bias" in state:
                module = f"exits.{GLANCE}.{module}"
            state[f"{module}.weight"] = dequantised(node.input[1].removesuffix("_quantized")).T
    return state


def export(network: ReaderNetwork, folder: Path) -> None:
    """Write the whole as model.onnx (float) and model.int8.onnx, and where it has the exit of GLANCE the two parts that are shipped, LOWER and UPPER."""
    network.eval()
    layers = len(network.bert.encoder.layer)
    _write(Part(network, 0, layers), folder / "model.int8.onnx")
    if str(GLANCE) in network.exits:
        _write(Part(network, 0, GLANCE), folder / LOWER)
        _write(Part(network, GLANCE, layers), folder / UPPER)


def _write(part: Part, path: Path) -> None:
    """One ONNX file in floats, and `path`, quantised per channel (per tensor loses 7 F1)."""
    names = ["states"] if part.first else ["input_ids", "token_type_ids"]
    example = (
        (torch.ones(1, 8, WIDTH),)
        if part.first
        else tuple(torch.ones(1, 8, dtype=torch.long) for _ in names)
    )
    outputs = ["start_logits", "end_logits", "relevance", "states"][
        : 3 if part.last == len(part.bert.encoder.layer) else 4
    ]
    axes = {name: {1: "tokens"} for name in names + outputs if name != "relevance"}
    plain = path.with_name(path.name.replace(".int8", ""))
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # the tracing exporter is deprecated; the new one needs onnxscript and renames every weight
        torch.onnx.export(
            part,
            example,
            str(plain),
            input_names=names,
            output_names=outputs,
            dynamic_axes=axes,
            dynamo=False,
        )
    quantize_dynamic(plain, path, weight_type=QuantType.QInt8, per_channel=True)
