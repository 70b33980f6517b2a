"""Addresses and values of a plan in the reader's words: «Chỉ tiêu · Cán bộ cấp xã…: mức xuất phát», 55 %."""

from __future__ import annotations

from typing import Any

from trainplan.plan.address import split_address
from trainplan.plan.plan import Plan
from trainplan.plan.schema import TABLES
from trainplan.text.choices import option_name
from trainplan.text.columns import old_name
from trainplan.text.formats import NOTHING, number, percent
from trainplan.text.words import old_say

SHARES = {"growth", "leave_rate", "appointment_rate", "entry_share", "lapse_rate", "completion_rate", "share"}
COVERAGES = {"baseline", "target_low", "target_high"}  # shares too, but not of a count
OF_KEY = {"group": "groups", "objective": "objectives", "program": "programs", "source": "sources", "unit": "units"}


def row_label(plan: Plan, table: str, row: str, language: str) -> str:
    """A row by the names of what its keys refer to; `*` is every row."""
    if row == "*":
        return {"vi": "tất cả", "en": "all"}[language]
    keys = TABLES[table].keys
    parts = row.split("/", len(keys) - 1)
    owner = {"id": table, **OF_KEY}
    words = [plan.label(owner.get(key, ""), part, language) for key, part in zip(keys, parts, strict=False)]
    return ", ".join(old_say(word, language) if word == "total" else old_name(word, language) for word in words)


def address_label(plan: Plan, address: str, language: str) -> str:
    """An address in words: table, row and column; a choice by its name."""
    parts = split_address(address)
    if parts is None:
        return old_name(address, language)
    table, row, column = parts
    return f"{old_name(table, language)} · {row_label(plan, table, row, language)}: {old_name(column, language)}"


def value_label(plan: Plan, address: str, value: Any, language: str) -> str:
    """What stands at an address as it is read there: a share as a percentage, a choice by its name."""
    if value is None or value == "":
        return NOTHING
    if not isinstance(value, int | float):
        return option_name(str(value), language)
    _, row, column = split_address(address) or ("", "", address)
    if column in SHARES or (column in COVERAGES and not _is_count(plan, row)):
        return percent(float(value), language, 2)
    if column in ("due", "price_base_year", "first", "last"):
        return f"{value:.0f}"
    return number(float(value), language, 4)


def _is_count(plan: Plan, row: str) -> bool:
    return any(r.id == row and r.kind == "count" for r in plan.tables.objectives)
