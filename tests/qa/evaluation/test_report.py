"""The report of an evaluation: figures as text, and a page that stands alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

from qa.evaluation.figures import figures_of
from qa.evaluation.report import figures_as_text, write_report
from tests.qa.evaluation.outcomes import outcome

SCRIPT = "<script>alert(1)</script>"


def test_figures_are_shares_in_percent_with_their_intervals() -> None:
    outcomes = [outcome(str(number), ("x",), "x" if number < 3 else "y") for number in range(4)]
    lines = figures_as_text(figures_of(outcomes)).splitlines()
    assert lines[0] == "questions                  4"
    assert "answered                   100.0   100.0 to 100.0" in lines
    assert re.fullmatch(r"exact match                 75.0   \d+\.\d to 100\.0", lines[3])
    assert lines[-2].split() == [
        *("questions", "answered", "exact", "match", "f1"),
        *("best", "exact", "match", "best", "f1"),
    ]
    assert lines[-1].split() == ["who", "4", "100.0", "75.0", "75.0", "75.0", "75.0"]


def test_a_kind_without_a_figure_has_an_empty_place() -> None:
    outcomes = [outcome("a", ("x",), "x"), outcome("b", (), "y", answered=False)]
    figures = figures_of(outcomes)
    del figures["by_kind"]["who"]["f1"]
    figures["by_kind"]["when"] = {"questions": 9, "f1": 0.5}
    when = figures_as_text(figures).splitlines()[-1]
    assert when.split() == ["when", "9", "50.0"]
    head = figures_as_text(figures).splitlines()[-3]
    assert head.index(" f1") + len(" f1") == when.index("50.0") + len("50.0")


def test_a_report_stands_alone_and_renders_nothing_of_a_question(tmp_path: Path) -> None:
    outcomes = [
        outcome(str(number), ("x",), ("x", SCRIPT)[number % 2], number / 10, rank=number)
        for number in range(10)
    ]
    figures = figures_of(outcomes)
    write_report(tmp_path, "a & b", figures, outcomes)
    page = (tmp_path / "report.html").read_text()
    plots = {path.stem: path.read_text() for path in tmp_path.glob("*.svg")}
    assert set(plots) == {"recall", "agreement", "reliability", "risk"}
    for plot in plots.values():
        assert plot in page
        assert ElementTree.fromstring(plot).tag == "{http://www.w3.org/2000/svg}svg"
    assert page.count("<svg") == 4
    assert "<title>a &amp; b</title>" in page
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert not re.findall(r"""(?:src|href)=["']?[^"'#]""", page)  # plots point within themselves
    assert json.loads((tmp_path / "figures.json").read_text()) == figures


def test_wrong_answers_are_listed_surest_first(tmp_path: Path) -> None:
    outcomes = [
        outcome("right", ("x",), "x", 0.9),
        outcome("doubted", ("x",), "y", 0.2, answered=False, rank=3),
        outcome("sure", ("x",), "z", 0.8),
        outcome("silent", (), "z", 0.7, answered=False),  # as it should be
        outcome("invented", (), "z", 0.6),
    ]
    write_report(tmp_path, "q", figures_of(outcomes), outcomes)
    page = (tmp_path / "report.html").read_text()
    assert "surest first (3 of 3)" in page
    rows = re.findall(r"<tr><td>(.*?)<td>(.*?)<td>(.*?)<td>(.*?)<td>(\d*)", page)
    assert rows == [
        ("who is sure?", "z", "x", "80%", ""),
        ("who is invented?", "z", "none", "60%", ""),
        ("who is doubted?", "y (not said)", "x", "20%", "3"),
    ]
