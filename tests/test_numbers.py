"""Numbers as Vietnamese and English readers write them."""

from __future__ import annotations

import math
from datetime import date

import pytest

from trainplan.text.formats import (
    bare_billions,
    billions,
    calendar_day,
    due_day,
    number,
    percent,
    round_half_away,
    vnd,
    with_plus,
)

NARROW = "\u202f"


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (number(63_900_219_000, "vi"), "63.900.219.000"),
        (number(63_900_219_000, "en"), "63,900,219,000"),
        (number(12.5, "vi", 1), "12,5"),
        (number(-0.2, "vi"), "0"),
        (number(-1234.5, "vi", 1), "−1.234,5"),
        (percent(-0.05, "en"), "−5%"),
        (with_plus(number(3, "en")), "+3"),
        (with_plus(number(-3, "en")), "−3"),
        (with_plus(number(0.04, "vi", 1)), "0"),
        (number(math.nan, "vi"), "–"),
        (number(None, "en"), "–"),
        (percent(0.125, "vi"), "12,5%"),
        (percent(0.125, "en"), "12.5%"),
        (percent(1.0, "vi"), "100%"),
        (percent(math.nan, "en"), "–"),
        (billions(15e9, "vi"), f"15,0{NARROW}tỷ đồng"),
        (billions(15.06e9, "en"), f"15.1{NARROW}bn VND"),
        (billions(999.6e6, "vi"), f"1.000{NARROW}triệu đồng"),
        (billions(4.2e7, "en"), f"42{NARROW}million VND"),
        (billions(0, "vi"), f"0{NARROW}đồng"),
        (bare_billions(1_234.5e9, "vi"), "1.234,5"),
        (bare_billions(4e7, "vi"), "0,04"),
        (bare_billions(1e-7, "vi"), "0"),
        (calendar_day(date(2026, 1, 2), "vi"), "02/01/2026"),
        (calendar_day(date(2026, 1, 2), "en"), "2 January 2026"),
        (calendar_day(date(2012, 6, 30), "vi"), "30/6/2012"),
        (due_day("2012-06", "vi"), "30/6/2012"),
        (due_day("2012-06", "en"), "30 June 2012"),
        (due_day("2015", "vi"), "2015"),
        (vnd(63_900_219_000, "vi"), f"63.900.219.000{NARROW}đồng"),
    ],
)
def test_numbers_read_as_written_by_hand(shown: str, expected: str) -> None:
    assert shown == expected


@pytest.mark.parametrize(
    ("value", "digits", "shift", "expected"),
    [
        *((0.5, 0, 0, "1"), (2.5, 0, 0, "3"), (-2.5, 0, 0, "-3"), (2.675, 2, 0, "2.68"), (0.285, 0, 2, "29")),
        *((-0.4, 0, 0, "0"), (1.25e9, 1, -9, "1.3"), (28.499999999999996, 0, 0, "29"), (28.49, 0, 0, "28")),
    ],
)
def test_a_half_goes_away_from_zero(value: float, digits: int, shift: int, expected: str) -> None:
    assert str(round_half_away(value, digits, shift)) == expected


@pytest.mark.parametrize(
    ("share", "missed", "shown"),
    [
        (0.9494, 0.95, "94,9%"),
        (0.9496, 0.95, "94,96%"),
        (0.9999, 1.0, "99,99%"),
        (0.99999, 1.0, "99,999%"),
        (0.999999, 1.0, "dưới 100%"),
        (0.9499999, 0.95, "dưới 95%"),
        (0.66664, 2 / 3, "66,66%"),
        (0.95, 0.95, "95%"),
        (0.9496, None, "95%"),
    ],
)
def test_a_share_never_seems_to_reach_what_it_misses(share: float, missed: float | None, shown: str) -> None:
    assert percent(share, "vi", missed=missed) == shown
