"""Learning follow-ups: labels and scores worked by hand, and trees that are those of sklearn."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor

from qa.answering.turns import Turn
from training import follow_ups
from training.follow_ups import gain_of, trees_of
from training.rewritings import Rewriting, f1, read, scores, words_of

TURN = Turn("Who won?", "Who won?", "Ann Berg", "Ann Berg won.")
ROW = Rewriting("Berg", (TURN,), "Where did she live?", "Where did Ann Berg live?")


def test_f1_counts_each_word_as_often_as_it_stands() -> None:
    assert words_of("The Where of Berg’s Berg") == {"where": 1, "berg": 2}
    assert f1(words_of("where berg berg"), words_of("berg live")) == 2 * 1 / 5
    assert f1(words_of(""), words_of("he")) == 1
    assert f1(words_of(""), words_of("live")) == 0


def test_scores_by_hand() -> None:
    alone = Rewriting("Berg", (TURN,), "Who lost?", "Who lost?")
    rows = [ROW, ROW, ROW, alone, alone]
    completed = (
        "Where did Ann Berg live?",
        "Where did Berg live?",  # better, not done: F1 is 2 * 3 / 7
        "Where did Olsen Prize House live?",  # worse: F1 is 2 * 2 / 9, as typed 2 * 2 / 6
        "Who lost?",
        "Who lost Berg?",
    )
    found = scores(rows, completed)
    assert (found.number, found.need) == (5, 3)
    assert (found.done, found.equal, found.kept) == (1 / 3, 1 / 3, 1 / 2)
    assert (found.worse, found.better) == (2 / 5, 2 / 5)
    assert found.f1 == pytest.approx((1 + 6 / 7 + 4 / 9 + 1 + 4 / 5) / 5)


def test_replacing_gains_more_than_adding() -> None:
    replacing = gain_of(ROW, "Where did Ann Berg live?")
    adding = gain_of(ROW, "Where did she live of Ann Berg?")
    assert replacing > adding > 0
    assert gain_of(ROW, ROW.question) == 0
    assert gain_of(ROW, "Where did Oslo live?") < 0


def test_topics_of_one_article_are_held_out_together(tmp_path: Path) -> None:
    rows = [
        {
            "dataset": "canard_dev",
            "topic": f"C_{section}_{number}",
            "about": f"Article {number} · {section}",
            "history": [{"question": "who?", "answer": "Ann"}] * (section != "First"),
            "question": "when  did she?",
            "rewritten": "when did Ann?",
        }
        for number in range(40)
        for section in ("First", "Youth", "Age")
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    found = read([file])
    assert len(found) == 80  # without those that follow nothing
    held = {row.article for row in found if row.is_held_out}
    assert 3 <= len(held) <= 20
    assert held.isdisjoint(row.article for row in found if not row.is_held_out)
    assert found[0].question == "when did she?"
    assert found[0].turns[0].title == "Article 0 · Youth"
    assert read([file], titles=False)[0].turns[0].title == ""


def test_the_trees_give_what_sklearn_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"max_iter": 12, "max_leaf_nodes": 7, "min_samples_leaf": 5}
    monkeypatch.setattr(follow_ups, "_SETTINGS", settings)
    drawn = np.random.default_rng(3)
    features = drawn.normal(size=(300, 4)).astype(np.float32)
    gains = features[:, 0] * (features[:, 1] > 0) + 0.1 * features[:, 2]
    model = HistGradientBoostingRegressor(**settings, max_bins=64, random_state=0)
    expected = model.fit(features, gains).predict(features)
    assert trees_of(features, gains).predict(features) == pytest.approx(expected, abs=1e-5)
