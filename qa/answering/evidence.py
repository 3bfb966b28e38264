"""The evidence for an answer, summed over all that give it, and its probability.

A value that six passages give is a better answer than one that a single passage gives a little more
surely. So the evidence of a value is a softmax's sum over its citations, as in reading by
marginal likelihood (Clark and Gardner 2018). An outlet that repeats itself counts half each time.
The numbers of `Pooling` are fitted by training/calibrate.py and kept in reader.json.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_REPEATED = 0.5  # weight of an outlet's next citation beside its last


@dataclass(frozen=True, slots=True)
class Pooling:
    """How scores become evidence, and evidence a probability.

    `temperature` flattens the scores before they are summed. The log-odds that an answer is right
    are `evidence` times its evidence, plus `share` times the logarithm of its share of all
    evidence, plus `bias`. They are read under `ceiling`, a probability.
    """

    temperature: float
    evidence: float
    share: float
    bias: float
    ceiling: float = 1.0

    def probability(self, evidence: float, log_share: float) -> float:
        """Return the probability of an answer from its evidence and its share of all."""
        log_odds = self.bias + self.evidence * evidence + self.share * log_share
        return self.ceiling / (1 + math.exp(-max(-60.0, min(60.0, log_odds))))


def evidence(scores: Sequence[float], outlets: Sequence[str], temperature: float) -> float:
    """Return the evidence of one value, in the units of the scores.

    `scores` are those of the citations that give it, `outlets` who published each. Independent of
    their order.
    """
    seen: Counter[str] = Counter()
    weighted = []
    for score, outlet in sorted(zip(scores, outlets, strict=True), reverse=True):
        weighted.append(score / temperature + seen[outlet] * math.log(_REPEATED))
        seen[outlet] += 1
    return temperature * _log_sum(weighted)


def probabilities(evidences: Sequence[float], pooling: Pooling) -> list[float]:
    """Return the probability of each answer from the evidence of all of them."""
    if not evidences:
        return []
    total = _log_sum([each / pooling.temperature for each in evidences])
    return [pooling.probability(each, each / pooling.temperature - total) for each in evidences]


def _log_sum(logarithms: Sequence[float]) -> float:
    """Return the logarithm of a sum, from the logarithms of what is summed."""
    highest = max(logarithms)
    return highest + math.log(sum(math.exp(each - highest) for each in logarithms))
