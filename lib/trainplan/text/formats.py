"""Numbers as people read them: 63.900.219.000, 12,5 %, tỷ đồng in Vietnamese; 63,900,219,000, 12.5% in English."""

from __future__ import annotations

import math
import unicodedata
from datetime import date
from functools import lru_cache

from babel.numbers import format_decimal

from trainplan.text.catalog import say
from trainplan.text.shown import keep_address

NARROW = "\u202f"  # a narrow space that does not break, before units
LOCALES = {"vi": "vi_VN", "en": "en_US"}
NOTHING = "–"
CHANCES = {"almost_certain": 0.95, "likely": 0.75, "open": 0.25, "unlikely": 0.05, "almost_excluded": 0.0}  # at least


@lru_cache(maxsize=50_000)  # a page says the same few numbers again and again, and the desk at every move
def _format_number(rounded: float, pattern: str, language: str) -> str:
    return str(format_decimal(rounded, format=pattern, locale=LOCALES[language]))


@keep_address
def number(value: float | None, language: str, digits: int = 0) -> str:
    """A number with at most `digits` decimals; a dash where there is none."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NOTHING
    pattern = "#,##0" + ("." + "#" * digits if digits else "")
    return _format_number(round(float(value), digits) + 0.0, pattern, language)


@keep_address
def percent(share: float | None, language: str, digits: int = 1) -> str:
    """A share 0…1 as a percentage: 12,5 % in Vietnamese, 12.5% in English."""
    if share is None or math.isnan(share):
        return NOTHING
    return number(share * 100, language, digits) + (f"{NARROW}%" if language == "vi" else "%")


def chance_word(probability: float) -> str:
    """The word, of the family `chance`, for a probability 0…1; it stands beside the number, never alone."""
    return next(word for word, least in CHANCES.items() if probability >= least)


@keep_address
def chance_number(probability: float, language: str) -> str:
    """A probability as a whole percentage, with more digits where rounding would reach the next word; <1%, >99%."""
    if probability < 0.01 or probability > 0.99:
        return "<" + percent(0.01, language) if probability < 0.01 else ">" + percent(0.99, language)
    near = [round(probability, digits) for digits in (2, 3, 4)]
    shown = next(
        (one for one in near if chance_word(one) == chance_word(probability)), math.floor(probability * 1e4) / 1e4
    )
    return percent(shown, language, 2)


@keep_address
def billions(vnd: float | None, language: str, digits: int = 1) -> str:
    """VND as billions with their unit: 15,0 tỷ đồng."""
    if vnd is None or math.isnan(vnd):
        return NOTHING
    return f"{bare_billions(vnd, language, digits)}{NARROW}{say('unit.bn', language)}"


@keep_address
def bare_billions(vnd: float | None, language: str, digits: int = 1) -> str:
    """VND as billions without the unit, with all `digits`, for columns and axes that name it."""
    if vnd is None or math.isnan(vnd):
        return NOTHING
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return _format_number(round(vnd / 1e9, digits) + 0.0, pattern, language)


@keep_address
def vnd(value: float | None, language: str) -> str:
    """VND to the đồng: 63.900.219.000 đồng."""
    return f"{number(value, language)}{NARROW}{say('unit.VND', language)}"


def calendar_day(value: date, language: str) -> str:
    """A day of the calendar: 02/01/2026 in Vietnamese, 2026-01-02 in English."""
    return say("date.day", language, year=f"{value:%Y}", month=f"{value:%m}", day=f"{value:%d}")


ALPHABET = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}


def sort_key(text: str) -> tuple[list[tuple[int, str]], list[int]]:
    """Orders Vietnamese by its own alphabet (Đ after D, Ă after A), tones last."""
    letters: list[tuple[int, str]] = []
    tones: list[int] = []
    for letter in unicodedata.normalize("NFC", text.lower()):
        parts = unicodedata.normalize("NFD", letter)
        tone = next((TONES[mark] for mark in parts if mark in TONES), 0)
        plain = unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in TONES))
        letters.append((ALPHABET.index(plain) if plain in ALPHABET else -1, plain))
        tones.append(tone)
    return letters, tones
