"""The figures of worked outcomes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qa.evaluation.figures import figures_of
from tests.qa.evaluation.outcomes import outcome

OUTCOMES = (
    outcome("a", ("x",), "x", 0.9, rank=1, ndcg=1.0),
    outcome("b", ("x",), "y", 0.8, rank=6, ndcg=0.5, rank_read=2),
    outcome("c", ("x",), "x", 0.2, answered=False, rank=0),
    outcome("d", ("x",), "z", 0.7, rank=0, held=False),  # no article holds it, so no search can
    outcome("e", (), "z", 0.1, answered=False),
    outcome("f", (), "z", 0.6),
)


def test_rankings_leave_out_what_no_article_holds() -> None:
    figures = figures_of(OUTCOMES)
    assert (figures["questions"], figures["answerable"]) == (6, 4)
    recall = [figures[f"recall@{cutoff}"] for cutoff in (1, 5, 10, 20)]
    assert recall == pytest.approx([1 / 3, 1 / 3, 2 / 3, 2 / 3], abs=1e-4)
    assert figures["mrr"] == pytest.approx((1 + 1 / 6 + 0) / 3, abs=1e-4)
    as_read = figures["recall@1_as_read"], figures["recall@5_as_read"]
    assert as_read == pytest.approx((0, 1 / 3), abs=1e-4)
    assert figures["ndcg@10"] == 0.75


def test_a_refusal_is_wrong_only_if_there_is_an_answer() -> None:
    figures = figures_of(OUTCOMES)
    measured = figures["answered"], figures["exact_match"], figures["best_exact_match"]
    assert measured == (0.75, 0.25, 0.5)
    assert figures["refused"] == 0.5
    assert figures["f1_of_all"] == pytest.approx((1 + 1) / 6, abs=1e-4)
    low, high = figures["intervals"]["answered"]
    assert 0 <= low < 0.75 < high <= 1


def test_sentences_are_judged_where_sentences_are_asked_for() -> None:
    ranks = (1, 3, 0, None)
    asked = [outcome(f"s{n}", ("x",), "x", sentence_rank=rank) for n, rank in enumerate(ranks)]
    figures = figures_of(asked)
    assert (figures["sentence@1"], figures["sentence@3"]) == pytest.approx((1 / 3, 2 / 3), abs=1e-4)
    assert "sentence@1" not in figures_of(OUTCOMES)


def test_kinds_have_figures_of_their_own() -> None:
    other = replace(outcome("g", ("x",), "x", rank=1), kind="when")
    kinds = figures_of([*OUTCOMES, other])["by_kind"]
    assert list(kinds) == ["who", "when"]
    assert (kinds["who"]["questions"], kinds["who"]["exact_match"]) == (6, 0.25)
    assert kinds["when"] == {
        "questions": 1,
        "recall@1": 1.0,
        "recall@20": 1.0,
        "answered": 1.0,
        "exact_match": 1.0,
        "f1": 1.0,
        "best_exact_match": 1.0,
        "best_f1": 1.0,
    }


def test_nothing_is_said_of_what_nobody_judged() -> None:
    figures = figures_of([outcome("a", None, ndcg=0.5)])
    assert set(figures) == {"questions", "answerable", "ndcg@10", "intervals", "by_kind"}
