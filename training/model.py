"""The reader's network: a BERT with span and relevance outputs, after its last layer and exits.

Starting weights are a Hugging Face folder of a BERT cross-encoder, or a reader's own int8 files.
Of a cross-encoder the classifier becomes the relevance output, and the span output starts at
random. int8 weights are taken back to floats, so that a shipped reader can be trained on.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from transformers import BertConfig, BertForSequenceClassification, BertModel
from transformers.utils import logging

from qa.answering.reader import LOWER, UPPER

LAYERS, WIDTH = 12, 384
EXIT_LAYER = 4  # the last of the lower part: its exit selects the passages that are read to the end
_HEADS = {"pool": "bert.pooler.dense", "span": "span", "rel": "rel"}  # of an exit; the last layer's

Outputs = tuple[Tensor, Tensor, Tensor]


class ReaderNetwork(nn.Module):
    """A network from token ids to start and end logits (batch, tokens) and relevance (batch,).

    `exits` are numbers of layers after which there are outputs too: a shallower reader within the
    deep one, trained with it (deep supervision, Lee et al. 2015) and by its last outputs
    (self-distillation, Zhang et al. 2019).
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
            hidden_dropout_prob=dropout,
            attention_probs_dropout_prob=0.0,  # it would cost as much as all other dropout
        )
        # Faster on a CPU than the fused kernel, whose gradient is slow for short texts.
        config._attn_implementation = "eager"
        self.bert = BertModel(config)
        self.bert.embeddings.register_forward_hook(_cast_to_autocast_type)
        self.span = nn.Linear(WIDTH, 2)
        self.rel = nn.Linear(WIDTH, 1)
        self.exits = nn.ModuleDict({str(depth): _exit_heads() for depth in exits})

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Outputs:
        """Return the last layer's outputs."""
        return self.outputs(input_ids, attention_mask, token_type_ids)[-1]

    def outputs(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> list[Outputs]:
        """Return the outputs of every exit, in the order of `exits`, then of the last layer."""
        output = self.bert(
            input_ids=input_ids,
            attention_mask=attention_mask,
            token_type_ids=token_type_ids,
            output_hidden_states=bool(self.exits),
        )
        found: list[Outputs] = []
        for depth, heads in self.exits.items():
            found.append(_exit_outputs(heads, output.hidden_states[int(depth)]))
        start, end = self.span(output.last_hidden_state).unbind(-1)
        return [*found, (start, end, self.rel(output.pooler_output).squeeze(-1))]

    def shallow(self, depth: int) -> ReaderNetwork:
        """Return the reader that ends at an exit, as a network by itself."""
        network = ReaderNetwork(depth)
        own = self.state_dict()
        state = {
            name: own[name]
            for name in network.state_dict()
            if name.startswith(("bert.embeddings.", "bert.encoder."))
        }
        for head, name in _HEADS.items():
            for part in ("weight", "bias"):
                state[f"{name}.{part}"] = own[f"exits.{depth}.{head}.{part}"]
        network.load_state_dict(state)
        return network


class Part(nn.Module):
    """Consecutive layers of a network, under the names that they have in the whole.

    It takes one text at a time, without padding and so without a mask. From the first layer on it
    takes token ids and kinds, else the states (1, tokens, 384) of the part below. It returns
    start and end logits (1, tokens) and relevance (1,). A part that does not end at the last
    layer returns those of its exit, then its states.
    """

    def __init__(self, network: ReaderNetwork, first: int, last: int) -> None:
        super().__init__()
        self.bert, self.exits = network.bert, network.exits
        self.span, self.rel = network.span, network.rel
        self.first, self.last = first, last

    @property
    def is_last(self) -> bool:
        return self.last == len(self.bert.encoder.layer)

    def forward(self, *given: Tensor) -> tuple[Tensor, ...]:
        """Run the part's layers."""
        if self.first:
            hidden = given[0]
        else:
            hidden = self.bert.embeddings(input_ids=given[0], token_type_ids=given[1])
        for layer in list(self.bert.encoder.layer)[self.first : self.last]:
            hidden = layer(hidden)
        if self.is_last:
            start, end = self.span(hidden).unbind(-1)
            return start, end, self.rel(self.bert.pooler(hidden)).squeeze(-1)  # type: ignore[misc]
        return (*_exit_outputs(self.exits[str(self.last)], hidden), hidden)


def load(
    path: Path, layers: int = LAYERS, exits: Sequence[int] = (), dropout: float = 0.0
) -> tuple[ReaderNetwork, bool]:
    """Return the network with the weights of `path`, and whether its span output was among them.

    `path` is a reader's folder or its model.int8.onnx, or the folder of a 12-layer BERT
    cross-encoder. An exit without weights begins with those of the last layer's outputs. Raises
    ValueError if other weights are missing.
    """
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    network = ReaderNetwork(layers, exits, dropout)
    state = _weights(path)
    for depth in exits:
        for head, name in _HEADS.items():
            for part in ("weight", "bias"):
                if f"{name}.{part}" in state:
                    state.setdefault(f"exits.{depth}.{head}.{part}", state[f"{name}.{part}"])
    own = set(network.state_dict())
    missing = own - set(state)
    if any("span." not in name for name in missing):
        raise ValueError(
            f"expected a 12-layer BERT with a classifier in {path}, found no {sorted(missing)[:3]}"
        )
    network.load_state_dict(
        {name: tensor for name, tensor in state.items() if name in own}, strict=False
    )
    return network, not missing


def floats(path: Path) -> dict[str, NDArray[np.float32]]:
    """Return the float weights of a dynamically quantised reader, or of a part of one.

    They are (q - zero point) * scale, per tensor or per column.
    """
    graph = onnx.load(path).graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    state = {name: array for name, array in arrays.items() if name.endswith((".weight", ".bias"))}

    def dequantised(name: str) -> NDArray[np.float32]:
        quantised, zero, scale = (
            arrays[f"{name}_{part}"].astype(np.float32)
            for part in ("quantized", "zero_point", "scale")
        )
        return np.asarray((quantised - zero) * scale, dtype=np.float32)

    for quantised in arrays:
        name = quantised.removesuffix("_quantized")
        if name == quantised or name.startswith("onnx::"):
            continue
        weight = dequantised(name)
        state[name.removesuffix("_Transposed")] = weight if "embeddings" in name else weight.T
    for node in graph.node:  # the other linear layers: the node's name says which
        if node.op_type == "MatMulInteger" and node.input[1].startswith("onnx::"):
            weight = dequantised(node.input[1].removesuffix("_quantized"))
            state[f"{_module_name(node.name, state)}.weight"] = weight.T
    return state


def export(network: ReaderNetwork, folder: Path) -> None:
    """Write the network as ONNX: model.onnx in floats and model.int8.onnx.

    If it has an exit after `EXIT_LAYER`, also the two parts that are shipped, LOWER and UPPER.
    """
    network.eval()
    layers = len(network.bert.encoder.layer)
    _write(Part(network, 0, layers), folder / "model.int8.onnx")
    if str(EXIT_LAYER) in network.exits:
        _write(Part(network, 0, EXIT_LAYER), folder / LOWER)
        _write(Part(network, EXIT_LAYER, layers), folder / UPPER)


def _exit_heads() -> nn.ModuleDict:
    return nn.ModuleDict(
        {
            "pool": nn.Linear(WIDTH, WIDTH),
            "span": nn.Linear(WIDTH, 2),
            "rel": nn.Linear(WIDTH, 1),
        }
    )


def _exit_outputs(heads: nn.Module, hidden: Tensor) -> Outputs:
    """Return start and end logits and relevance after a layer's states (batch, tokens, width)."""
    start, end = heads["span"](hidden).unbind(-1)  # type: ignore[index]
    pooled = torch.tanh(heads["pool"](hidden[:, 0]))  # type: ignore[index]
    return start, end, heads["rel"](pooled).squeeze(-1)  # type: ignore[index]


def _cast_to_autocast_type(_module: nn.Module, _given: object, hidden: Tensor) -> Tensor:
    """Return the states in the type of autocast, so that no layer casts them back and forth."""
    device = hidden.device.type
    if not torch.is_autocast_enabled(device):
        return hidden
    return hidden.to(torch.get_autocast_dtype(device))


def _weights(path: Path) -> dict[str, Tensor]:
    """Return the weights of a reader, or of a cross-encoder, under the network's names."""
    files = [path / name for name in (LOWER, UPPER) if (path / name).exists()]
    if path.suffix == ".onnx":
        files = [path]
    if files:
        return {name: torch.tensor(array) for file in files for name, array in floats(file).items()}
    state = BertForSequenceClassification.from_pretrained(path).state_dict()
    return {name.replace("classifier.", "rel."): tensor for name, tensor in state.items()}


def _module_name(node: str, state: dict[str, NDArray[np.float32]]) -> str:
    """Return the module of the network that a node of the graph multiplies for."""
    module = node.removesuffix("/MatMul_quant").strip("/").replace("/", ".")
    if module.startswith("layer."):  # as a part calls it
        module = f"bert.encoder.{module}"
    if f"exits.{EXIT_LAYER}.{module}.bias" in state:
        return f"exits.{EXIT_LAYER}.{module}"
    return module


def _write(part: Part, path: Path) -> None:
    """Write one ONNX file in floats, and `path`, quantised per channel.

    Quantised per tensor a reader loses much.
    """
    token = torch.ones(1, 8, dtype=torch.long)
    names = ["input_ids", "token_type_ids"]
    example: tuple[Tensor, ...] = (token, token.clone())
    if part.first:
        names, example = ["states"], (torch.ones(1, 8, WIDTH),)
    outputs = ["start_logits", "end_logits", "relevance"]
    if not part.is_last:
        outputs.append("states")
    axes = {name: {1: "tokens"} for name in names + outputs if name != "relevance"}
    plain = path.with_name(path.name.replace(".int8", ""))
    # The tracing exporter is deprecated, but the new one needs onnxscript and renames weights.
    with warnings.catch_warnings(action="ignore"):
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
