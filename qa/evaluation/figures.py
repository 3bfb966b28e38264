"""The figures of an evaluation.

They are means over outcomes, their intervals, and those of each kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qa.evaluation.metrics import (
    KINDS,
    area_under_risk_coverage,
    calibration_error,
    interval,
    ranking_measures,
)
from qa.evaluation.outcomes import Outcome

RIGHT = 0.6  # the word F1 from which an answer counts as right if probabilities are judged
MAIN = (
    "recall@1",
    "recall@20",
    "answered",
    "exact_match",
    "f1",
    "best_exact_match",
    "best_f1",
    "refused",
)


def figures_of(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the figures of outcomes. Shares are from 0 to 1, rounded to four digits.

    "intervals" holds the 95% bootstrap interval of each mean, "by_kind" the main figures of each
    kind of question.
    """
    series = _series(outcomes)
    figures: dict[str, Any] = {
        "questions": len(outcomes),
        "answerable": sum(bool(outcome.golds) for outcome in outcomes),
        **_means(series),
    }
    judged = [outcome for outcome in outcomes if outcome.golds is not None]
    if judged:
        probabilities = [outcome.probability for outcome in judged]
        right = [outcome.f1 >= RIGHT for outcome in judged]
        scores = [outcome.f1 for outcome in judged]
        figures["calibration_error"] = round(calibration_error(probabilities, right), 4)
        area = area_under_risk_coverage(probabilities, scores)
        figures["area_under_risk_coverage"] = round(area, 4)
    figures["intervals"] = {name: _bounds(values) for name, values in series.items() if values}
    figures["by_kind"] = _figures_by_kind(outcomes)
    return figures


def _figures_by_kind(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    figures = {}
    for kind in KINDS:
        alike = [outcome for outcome in outcomes if outcome.kind == kind]
        if alike:
            means = _means(_series(alike))
            main = {name: mean for name, mean in means.items() if name in MAIN}
            figures[kind] = {"questions": len(alike), **main}
    return figures


def _bounds(values: Sequence[float]) -> list[float]:
    low, high = interval(values)
    return [round(low, 4), round(high, 4)]


def _means(series: dict[str, list[float]]) -> dict[str, float]:
    return {name: round(sum(values) / len(values), 4) for name, values in series.items() if values}


def _series(outcomes: Sequence[Outcome]) -> dict[str, list[float]]:
    """Return the values whose means are figures, by name, one value per question.

    A measure of answers is over the answerable questions, "refused" over the others. A question
    whose answer no article holds is left out of the rankings.
    """
    answerable = [outcome for outcome in outcomes if outcome.golds]
    unanswerable = [outcome for outcome in outcomes if outcome.golds == ()]
    series = _ranking_series(answerable)
    series["ndcg@10"] = [outcome.ndcg for outcome in outcomes if outcome.ndcg is not None]
    series["answered"] = [float(outcome.answered) for outcome in answerable]
    series["exact_match"] = [outcome.exact_match * outcome.answered for outcome in answerable]
    series["f1"] = [outcome.f1 * outcome.answered for outcome in answerable]
    series["best_exact_match"] = [outcome.exact_match for outcome in answerable]
    series["best_f1"] = [outcome.f1 for outcome in answerable]
    series["best_span_exact_match"] = [outcome.span_exact_match for outcome in answerable]
    series["best_span_f1"] = [outcome.span_f1 for outcome in answerable]
    quoted = [one.sentence_rank for one in answerable if one.sentence_rank is not None]
    series["sentence@1"] = [float(rank == 1) for rank in quoted]
    series["sentence@3"] = [float(rank > 0) for rank in quoted]
    series["refused"] = [float(not outcome.answered) for outcome in unanswerable]
    if answerable and unanswerable:  # as SQuAD 2.0 counts: silence is right without an answer
        series["exact_match_of_all"] = series["exact_match"] + series["refused"]
        series["f1_of_all"] = series["f1"] + series["refused"]
    return series


def _ranking_series(answerable: Sequence[Outcome]) -> dict[str, list[float]]:
    searched = [
        outcome for outcome in answerable if outcome.rank is not None and outcome.held is not False
    ]
    if not searched:
        return {}
    series = ranking_measures({outcome.id: outcome.rank or 0 for outcome in searched})
    as_read = ranking_measures({outcome.id: outcome.rank_read or 0 for outcome in searched})
    for name in ("recall@1", "recall@5"):
        series[f"{name}_as_read"] = as_read[name]
    return series
