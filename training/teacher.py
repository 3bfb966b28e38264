"""The teacher: an MPNet of base size with the reader's outputs, over the reader's own tokens.

MPNet's vocabulary is BERT's, four further on, with special tokens of its own. So teacher and
reader see the same tokens of a text, and the reader can learn the teacher's logits as they are.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from transformers import MPNetConfig, MPNetModel

from training.model import Outputs

# BERT's [PAD], [UNK], [CLS], [SEP] and what MPNet has for them.
_SPECIAL = {0: 1, 100: 3, 101: 0, 102: 2}
_FURTHER = 4
_VOCABULARY = 30_522


class Teacher(nn.Module):
    """A network from BERT's token ids to start and end logits, and relevance (batch,)."""

    table: Tensor

    def __init__(self, config: MPNetConfig | None = None) -> None:
        """Make a network with random weights; `config` is base size unless it is given."""
        super().__init__()
        if config is None:
            config = MPNetConfig(attention_probs_dropout_prob=0.0)
        self.body = MPNetModel(config, add_pooling_layer=False)
        self.span = nn.Linear(config.hidden_size, 2)
        self.pool = nn.Linear(config.hidden_size, config.hidden_size)
        self.rel = nn.Linear(config.hidden_size, 1)
        self.exits = nn.ModuleDict()
        table = torch.arange(_VOCABULARY) + _FURTHER
        for bert, own in _SPECIAL.items():
            table[bert] = own
        self.register_buffer("table", table, persistent=False)

    def load_body(self, weights: Mapping[str, Tensor]) -> None:
        """Take the weights of a published MPNet. Raises ValueError if some are missing."""
        own = self.body.state_dict()
        missing = [name for name in own if name not in weights and "position_ids" not in name]
        if missing:
            raise ValueError(f"expected the weights of an MPNet, found none of {missing[0]}")
        self.body.load_state_dict({name: weights[name] for name in own if name in weights}, False)

    def outputs(self, input_ids: Tensor, attention_mask: Tensor, _kinds: Tensor) -> list[Outputs]:
        """Return the outputs of the last layer, as `ReaderNetwork.outputs` returns its own."""
        hidden = self.body(self.table[input_ids], attention_mask).last_hidden_state
        start, end = self.span(hidden).unbind(-1)
        pooled = torch.tanh(self.pool(hidden[:, 0]))
        return [(start, end, self.rel(pooled).squeeze(-1))]
