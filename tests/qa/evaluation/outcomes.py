"""Outcomes made by hand."""

from __future__ import annotations

from qa.evaluation.outcomes import Outcome


def outcome(
    id: str,
    golds: tuple[str, ...] | None,
    best: str = "",
    probability: float = 0.5,
    answered: bool = True,
    *,
    held: bool | None = None,
    rank: int | None = None,
    ndcg: float | None = None,
    rank_read: int | None = None,
    sentence_rank: int | None = None,
) -> Outcome:
    """Return an outcome whose best answer is right, wholly, if it is one of the golds."""
    good = float(best in (golds or ()))
    return Outcome(
        id=id,
        question=f"who is {id}?",
        kind="who",
        golds=golds,
        held=held,
        answered=answered,
        best=best,
        probability=probability,
        exact_match=good,
        f1=good,
        span_exact_match=good,
        span_f1=good,
        rank=rank,
        ndcg=ndcg,
        rank_read=rank_read,
        sentence_rank=sentence_rank,
    )
