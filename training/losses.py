"""The loss of the reader's training; the docstring of training/train.py says what it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from training.items import Item, columns
from training.model import Outputs

_TEMPERATURE = 2.0
_RELEVANCE, _EXIT = 0.1, 0.3  # of the loss
_NOT_ALLOWED = -1e4  # the logit of a token that is no part of an answer


class Spans(Protocol):
    """A network that says where answers are: `ReaderNetwork` or `Teacher`."""

    def outputs(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor, /
    ) -> list[Outputs]:
        """Return the outputs of every exit, then of the last layer."""
        ...


def spans_of(network: Spans, batch: Sequence[Item], device: torch.device) -> list[Outputs]:
    """Return the outputs of every exit and of the last layer: start, end, relevance.

    Start and end logits (batch, tokens) are those of [CLS] and the passage's tokens, the rest is
    masked.
    """
    ids, mask, kinds = columns(batch, device)
    allowed = kinds.bool()
    for row, item in enumerate(batch):
        allowed[row, len(item.ids) - 1] = False  # the last [SEP]
    allowed[:, 0] = True
    return [
        (
            start.float().masked_fill(~allowed, _NOT_ALLOWED),
            end.float().masked_fill(~allowed, _NOT_ALLOWED),
            relevance.float(),
        )
        for start, end, relevance in network.outputs(ids, mask, kinds)
    ]


def loss_of(network: Spans, batch: Sequence[Item], device: torch.device) -> Tensor:
    """Return the loss of a batch."""
    return _loss(spans_of(network, batch, device), batch, device)


def relevance_loss(network: Spans, batch: Sequence[Item], device: torch.device) -> Tensor:
    """Return the distance of the relevance to the cross-encoder's score, of those that have one.

    Zero if none has.
    """
    *_, (_, _, relevance) = spans_of(network, batch, device)
    return _ranking_loss(relevance, batch)


def taught_loss(
    network: Spans, teacher: Spans, batch: Sequence[Item], device: torch.device
) -> Tensor:
    """Return the loss of a batch and the distance to a teacher's spans and relevance."""
    outputs = spans_of(network, batch, device)
    start, end, relevance = outputs[-1]
    with torch.no_grad():
        *_, (taught_start, taught_end, taught_relevance) = spans_of(teacher, batch, device)
    taught = (divergence(start, taught_start) + divergence(end, taught_end)) / 2
    distance = functional.smooth_l1_loss(relevance, taught_relevance)
    return _loss(outputs, batch, device) + taught + _RELEVANCE * distance


def _loss(outputs: Sequence[Outputs], batch: Sequence[Item], device: torch.device) -> Tensor:
    *exits, (start, end, relevance) = outputs
    starts = torch.tensor([item.start for item in batch], device=device)
    ends = torch.tensor([item.end for item in batch], device=device)
    loss = _span_loss(start, end, starts, ends) + _RELEVANCE * _ranking_loss(relevance, batch)
    for exit_start, exit_end, exit_relevance in exits:
        own = _span_loss(exit_start, exit_end, starts, ends)
        taught = (divergence(exit_start, start.detach()) + divergence(exit_end, end.detach())) / 2
        distance = functional.smooth_l1_loss(exit_relevance, relevance.detach())
        loss = loss + _EXIT * ((own + taught) / 2 + _RELEVANCE * distance)
    return loss


def _ranking_loss(relevance: Tensor, batch: Sequence[Item]) -> Tensor:
    ranked = [(row, item.relevance) for row, item in enumerate(batch) if item.relevance is not None]
    if not ranked:
        return relevance.sum() * 0
    rows, given = zip(*ranked, strict=True)
    scores = torch.tensor(given, device=relevance.device)
    return functional.smooth_l1_loss(relevance[list(rows)], scores)


def _span_loss(start: Tensor, end: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
    return (functional.cross_entropy(start, starts) + functional.cross_entropy(end, ends)) / 2


def divergence(logits: Tensor, taught: Tensor) -> Tensor:
    """Return the mean Kullback-Leibler divergence from the teacher's distributions.

    Both are softened by the temperature; its square takes the result back to a loss's scale.
    """
    soft = functional.log_softmax(logits / _TEMPERATURE, dim=1)
    target = functional.log_softmax(taught / _TEMPERATURE, dim=1)
    return functional.kl_div(soft, target, reduction="batchmean", log_target=True) * _TEMPERATURE**2
