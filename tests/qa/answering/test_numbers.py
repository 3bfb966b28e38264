"""Numbers in text, by worked examples: scales, ranges, clock times, units and qualifiers."""

from __future__ import annotations

import pytest

from qa.answering.numbers import number_in, qualifier_start


@pytest.mark.parametrize(
    ("text", "numbers", "unit"),
    [
        ("2,000", [2000], ""),
        ("two", [2], ""),
        ("about 2,000 Russian peacekeepers", [2000], "russian peacekeeper"),
        ("2.5 million", [2_500_000], ""),
        ("three hundred", [300], ""),
        ("200 Armenian soldiers and 80 personnel", [200, 80], "armenian soldier and personnel"),
        ("Putin", [], "putin"),
        ("half a million workers", [500_000], "worker"),
        ("a dozen", [12], ""),
        ("$12 million", [12_000_000], "dollar"),
        ("54 per cent", [54], "percent"),
        ("54%", [54], "percent"),
        ("six-week", [6], "week"),
        ("six weeks", [6], "week"),
        ("two hundred and eighty-six people", [286], ""),
        ("at least 286 lives", [286], ""),
        ("a hundred countries", [100], "country"),
        ("€1.2bn", [1_200_000_000], "euro"),
        ("million", [1_000_000], ""),
        ("the government's 5 ministers", [5], "government minister"),
        ("1990s", [1990], ""),
        ("20k voters", [20_000], "voter"),
        ("$3m", [3_000_000], "dollar"),
        ("£2tn", [2e12], "pound"),
        ("10 crore rupees", [1e8], "rupee"),
        ("3 lakh", [300_000], ""),
        ("8:30 a.m.", [510], "clock"),
        ("9 pm", [1260], "clock"),
        ("five thousand", [5000], ""),
        ("10,00,00,000 rupees", [1e8], "rupee"),
        ("Rs 1,50,000", [150_000], "rupee"),
        ("1,234,567", [1_234_567], ""),
        ("three to four million", [3e6, 4e6], ""),
        ("between two and three million", [2e6, 3e6], ""),
        ("2 or 3 million", [2e6, 3e6], ""),
        ("$3-4bn", [3e9, 4e9], "dollar"),
        ("twenty to thirty", [20, 30], ""),
        ("-5C", [-5], "celsius"),
        ("5C", [5], "celsius"),
        ("−5 degrees", [-5], "degree"),
        ("minus 5 degrees", [-5], "degree"),
        ("B-52", [52], "b"),
        ("2020-21", [2020, 21], ""),
        ("10-15 million", [1e7, 1.5e7], ""),
        ("1.5 to 2 billion dollars", [1.5e9, 2e9], "dollar"),
        ("10 to 15 people", [10, 15], ""),
        ("thousands", [], ""),
        ("tens of thousands of people", [], ""),
        ("a third", [], ""),
        ("two and a half hours", [2.5], "hour"),
        ("three quarters of voters", [], ""),
        ("hundreds of millions", [], ""),
    ],
)
def test_numbers_and_their_units(text: str, numbers: list[float], unit: str) -> None:
    found, words = number_in(text)
    assert list(found) == pytest.approx(numbers)
    assert words == set(unit.split())


@pytest.mark.parametrize(
    ("text", "found", "said"),
    [
        ("They cost at least 286 lives.", "286", "at least 286"),
        ("Nearly 100 soldiers fell.", "100 soldiers", "Nearly 100 soldiers"),
        ("In all 286 fell.", "286", "286"),
        ("More than that. 286 fell.", "286", "286"),
        ("He knew about Macron.", "Macron", "Macron"),
    ],
)
def test_a_number_is_shown_with_how_exact_it_is(text: str, found: str, said: str) -> None:
    start = text.index(found)
    end = start + len(found)
    assert text[qualifier_start(text, start, end) : end] == said
