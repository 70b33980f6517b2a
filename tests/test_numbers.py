"""Numbers as Vietnamese and English readers write them."""

from __future__ import annotations

import math
from datetime import date

import pytest

from trainplan.text.formats import bare_billions, billions, calendar_day, number, percent, sort_key, vnd

NARROW = "\u202f"


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (number(63_900_219_000, "vi"), "63.900.219.000"),
        (number(63_900_219_000, "en"), "63,900,219,000"),
        (number(12.5, "vi", 1), "12,5"),
        (number(-0.2, "vi"), "0"),
        (number(math.nan, "vi"), "–"),
        (number(None, "en"), "–"),
        (percent(0.125, "vi"), f"12,5{NARROW}%"),
        (percent(0.125, "en"), "12.5%"),
        (percent(1.0, "vi"), f"100{NARROW}%"),
        (percent(math.nan, "en"), "–"),
        (billions(15e9, "vi"), f"15,0{NARROW}tỷ đồng"),
        (billions(15.06e9, "en"), f"15.1{NARROW}bn VND"),
        (bare_billions(1_234.5e9, "vi"), "1.234,5"),
        (calendar_day(date(2026, 1, 2), "vi"), "02/01/2026"),
        (calendar_day(date(2026, 1, 2), "en"), "2026-01-02"),
        (vnd(63_900_219_000, "vi"), f"63.900.219.000{NARROW}đồng"),
    ],
)
def test_numbers_read_as_written_by_hand(shown: str, expected: str) -> None:
    assert shown == expected


def test_vietnamese_sorts_by_its_own_alphabet() -> None:
    words = ["Đà Nẵng", "Da", "Ăn", "An", "Ấm", "Em", "Dũng", "Ân"]
    assert sorted(words, key=sort_key) == ["An", "Ăn", "Ấm", "Ân", "Da", "Dũng", "Đà Nẵng", "Em"]
