"""Numbers in text, by worked examples: scales, ranges, clock times, units and qualifiers."""

from __future__ import annotations

import pytest

from qa.answering.bounds import last_place, rounding
from qa.answering.numbers import bounds_in, number_in, qualifier_start, singular
from qa.answering.units import conversions

PLURALS = """soldiers soldier, houses house, women woman, children child, countries country,
    buses bus, classes class, families family, people person, feet foot, wives wife, knives knife,
    heroes hero, churches church, boxes box, bushes bush, losses loss, teeth tooth, mice mouse,
    geese goose, wolves wolf, crises crisis, criteria criterion, policemen policeman,
    movies movie, shoes shoe, species species, aircraft aircraft"""


@pytest.mark.parametrize(
    ("text", "numbers", "unit"),
    [
        ("2,000", [2000], ""),
        ("two", [2], ""),
        ("about 2,000 Russian peacekeepers", [2000], "russian peacekeeper"),
        ("2.5 million", [2_500_000], ""),
        ("three hundred", [300], ""),
        ("200 Armenian soldiers and 80 personnel", [200, 80], "armenian soldier and personnel"),
        ("Putin", [], ""),
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
        ("a third", [33.3333], "percent"),
        ("two and a half hours", [2.5], "hour"),
        ("three quarters of voters", [75], "percent voter"),
        ("eight out of 10 firms", [80], "percent firm"),
        ("a quarter of a mile", [], ""),
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


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("at least 40", 40, 50),
        ("at least 3", 3, 5),
        ("no fewer than 40 homes", 40, 50),
        ("40 or more", 40, 50),
        ("200+ people", 200, 250),
        ("more than 5,000", 5000, 6250),
        ("well over $5 million", 5e6, 6.25e6),
        ("fewer than 40", 0, 40),
        ("up to 40", 0, 40),
        ("nearly 12,000", 11_400, 12_000),
        ("nearly a hundred", 95, 100),
        ("about 200", 180, 220),
        ("some 2.5 million people", 2.25e6, 2.75e6),
        ("just over 200", 200, 210),
        ("8 to 10", 8, 10),
        ("between 8 and 10", 8, 10),
        ("$3-4bn", 3e9, 4e9),
        ("about 9 p.m.", 1245, 1275),
    ],
)
def test_a_qualifier_gives_bounds(text: str, least: float, most: float) -> None:
    assert bounds_in(text) == pytest.approx((least, most))


@pytest.mark.parametrize("text", ["40", "only 40", "3-1", "nobody", "200 men and 80 women", "it"])
def test_what_has_no_qualifier_has_no_bounds(text: str) -> None:
    assert bounds_in(text) is None


def test_an_open_bound_leaves_its_number_out() -> None:
    over, under = bounds_in("more than 40"), bounds_in("fewer than 40")
    assert over is not None
    assert under is not None
    assert over[0] > 40 > under[1]


@pytest.mark.parametrize(
    ("number", "place", "margin"),
    [(12_000, 1000, 500), (1.2e6, 1e5, 5e4), (8.2, 0.1, 0.05), (200, 100, 10), (40, 1, 0)],
)
def test_a_round_number_may_be_rounded(number: float, place: float, margin: float) -> None:
    whole = float(number).is_integer()
    assert last_place(float(number), whole) == pytest.approx(place)
    assert rounding(float(number), finer=True, whole=whole) == pytest.approx(margin)
    assert rounding(float(number), finer=False, whole=whole) == 0


@pytest.mark.parametrize("pair", PLURALS.split(","))
def test_a_plural_has_its_singular(pair: str) -> None:
    plural, one = pair.split()
    assert (singular(plural), singular(one)) == (one, one)


def test_units_are_converted() -> None:
    ((factor, offset),) = conversions("celsius", "fahrenheit")
    assert (factor, offset) == pytest.approx((1.8, 32))
    assert conversions("week", "day") == ((7.0, 0.0),)
    assert len(conversions("ton", "tonne")) == 3  # metric, short and long
