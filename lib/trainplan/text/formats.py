"""Numbers and days as people read them: 63.900.219.000, 12,5%, 15,0 tỷ đồng, 30/6/2012 in Vietnamese.

All numbers that people read are rounded here, and in one way: half away from zero, on the digits shown. One below zero
has a minus as wide as a plus, −5; files that programs read keep their hyphen.
"""

from __future__ import annotations

import math
import re
from calendar import monthrange
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import format_decimal

from trainplan.text.catalog import say
from trainplan.text.shown import join_shown, keep_address

NARROW = "\u202f"  # a narrow space that does not break, before units
LOCALES = {"vi": "vi_VN", "en": "en_US"}
NOTHING = "–"
MINUS = "−"
CHANCES = {"almost_certain": 0.95, "likely": 0.75, "open": 0.25, "unlikely": 0.05, "almost_excluded": 0.0}  # at least
MORE_DIGITS = 2  # at most, before a number is said to be under a level


def round_half_away(value: float, digits: int = 0, shift: int = 0) -> Decimal:
    """`value` times ten to the power of `shift`, half away from zero to `digits` decimals.

    The fifteen digits count that a spreadsheet holds too, so that 2.675, which a computer holds as 2.67499…, is 2.68.
    """
    exact = Decimal(f"{value:.15g}").scaleb(shift)
    return exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP) + 0  # no minus before a zero


@lru_cache(maxsize=50_000)  # a page says the same few numbers again and again, and the desk at every move
def _format_number(value: Decimal, pattern: str, language: str) -> str:
    return str(format_decimal(value, format=pattern, locale=LOCALES[language])).replace("-", MINUS)


def _write(value: Decimal, language: str, digits: int) -> str:
    return _format_number(value, "#,##0" + ("." + "#" * digits if digits else ""), language)


@keep_address
def number(value: float | None, language: str, digits: int = 0) -> str:
    """A number with at most `digits` decimals; a dash where there is none."""
    if value is None or math.isnan(value):
        return NOTHING
    return "∞" if math.isinf(value) else _write(round_half_away(value, digits), language, digits)


def with_plus(shown: str) -> str:
    """A difference as it is written, with a plus where it is above zero; neither sign where it is shown as zero."""
    return shown if shown.startswith(MINUS) or not re.search("[1-9]", shown) else join_shown(["+", shown])


def out_of(part: float, whole: float, language: str) -> str:
    """How many of how many: 7/13."""
    return join_shown([number(part, language), number(whole, language)], "/")


@keep_address
def percent(share: float | None, language: str, digits: int = 1, missed: float | None = None) -> str:
    """A share 0…1 as a percentage: 12,5% in Vietnamese, 12.5% in English.

    `missed` is a level that the share has not reached and must not seem to reach: it takes up to two more decimals, and
    is then under that level in words.
    """
    if share is None or math.isnan(share):
        return NOTHING
    if missed is None or share >= missed:
        return _write(round_half_away(share, digits, 2), language, digits) + "%"
    level = min(round_half_away(missed, digits, 2), Decimal(f"{missed:.15g}").scaleb(2))
    for more in range(digits, digits + MORE_DIGITS + 1):
        shown = round_half_away(share, more, 2)
        if shown < level:
            return _write(shown, language, more) + "%"
    return say("word.under", language, level=percent(missed, language, digits))


def chance_word(probability: float) -> str:
    """The word, of the family `chance`, for a probability 0…1; it stands beside the number, never alone."""
    return next(word for word, least in CHANCES.items() if probability >= least)


@keep_address
def chance_number(probability: float, language: str) -> str:
    """A probability as a whole percentage, with more digits where rounding would reach the next word; <1%, >99%."""
    if probability < 0.01 or probability > 0.99:
        return "<" + percent(0.01, language) if probability < 0.01 else ">" + percent(0.99, language)
    next_word = min((least for least in CHANCES.values() if least > probability), default=None)
    return percent(probability, language, 0, next_word)


@keep_address
def billions(value: float | None, language: str, digits: int = 1) -> str:
    """VND with the unit of their size: 15,0 tỷ đồng; below one tỷ 480 triệu đồng, below one triệu 500.000 đồng."""
    if value is None or math.isnan(value):
        return NOTHING
    if abs(value) >= 1e9:
        return f"{bare_billions(value, language, digits)}{NARROW}{say('unit.bn', language)}"
    if abs(value) >= 1e6:
        return f"{_write(round_half_away(value, 0, -6), language, 0)}{NARROW}{say('unit.million', language)}"
    return vnd(value, language)


@keep_address
def bare_billions(value: float | None, language: str, digits: int = 1) -> str:
    """VND as billions without the unit, with all `digits`, for columns and axes that name it.

    Money that these digits would show as nothing has as many more as it takes.
    """
    if value is None or math.isnan(value):
        return NOTHING
    shown = next((some for more in range(digits, 10) if (some := round_half_away(value, more, -9))), Decimal(0))
    places = max(digits, -int(shown.as_tuple().exponent)) if shown else 0
    return _format_number(shown, "#,##0" + ("." + "0" * places if places else ""), language)


@keep_address
def bare_millions(value: float | None, language: str) -> str:
    """VND as whole millions without the unit, for columns that name it."""
    return NOTHING if value is None or math.isnan(value) else _write(round_half_away(value, 0, -6), language, 0)


def money_unit(largest: float) -> str:
    """The unit, `bn` or `million`, of a table or figure whose greatest amount is `largest` VND: as in sentences."""
    return "bn" if largest >= 1e9 else "million"


def bare_money(value: float | None, language: str, unit: str) -> str:
    """VND in that unit, without it: billions with one decimal, or whole millions."""
    return bare_billions(value, language) if unit == "bn" else bare_millions(value, language)


@keep_address
def vnd(value: float | None, language: str) -> str:
    """VND to the đồng: 63.900.219.000 đồng."""
    return f"{number(value, language)}{NARROW}{say('unit.VND', language)}"


def from_to(low: str, high: str, language: str) -> str:
    """A band by its ends as they are written; of two that read the same the one."""
    return low if low == high else say("word.from_to", language, low=low, high=high)


def year_span(first: int, last: int) -> str:
    """Years from the first to the last: 2026–2030; of one year that year."""
    return str(first) if first == last else f"{first}–{last}"


def calendar_day(value: date, language: str) -> str:
    """A day of the calendar: 30/6/2012 in Vietnamese, 30 June 2012 in English.

    A Vietnamese office writes days below ten and the first two months with a zero: 02/01/2026.
    """
    if language == "vi":
        return f"{value.day:02d}/{value.month:0{2 if value.month < 3 else 1}d}/{value.year}"
    return f"{value.day} {Locale.parse(LOCALES[language]).months['format']['wide'][value.month]} {value.year}"


def month_name(month: int, language: str, width: str = "abbreviated") -> str:
    """A month, 1 to 12, where there is little room: T3 or Mar; inside a sentence (`wide`) tháng 3 or March."""
    name = month if language == "vi" else Locale.parse(LOCALES[language]).months["format"][width][month]
    return say(f"format.month_{width}", language, month=name)


def month_and_year(text: str, language: str) -> str:
    """A month of a year, `2012-10`: 10/2012 in Vietnamese, Oct 2012 in English; nothing of an empty text."""
    year, _, month = text.partition("-")
    if not month:
        return text
    shown = f"{int(month)}/" if language == "vi" else f"{month_name(int(month), language)} "
    return f"{shown}{year}"


def due_day(due: str, language: str) -> str:
    """A due date, `2015`, `2012-06` or a day, as it is read: 2015, or the last day of the month, 30/6/2012."""
    return calendar_day(last_day(due), language) if "-" in due else due


def last_day(moment: str) -> date:
    """The last day of a year, `2015`, a month, `2012-06`, or a day, `2012-06-30`."""
    year, month, day = (int(part) for part in f"{moment}-0-0".split("-")[:3])
    return date(year, month or 12, day or monthrange(year, month or 12)[1])
