"""How a spreadsheet shows numbers, by the unit of their column."""

from __future__ import annotations

GENERAL = "General"  # of what has no unit
AS_TEXT = "@"  # what is typed stays as it is: no number, no date
NUMBER_FORMATS = {
    "year": "0",
    "people": "#,##0",
    "coverage": "#,##0.0##",  # a share, or people of a count: a path of theirs may be no whole number
    "classes": "#,##0",
    "share": "0.0%",
    "VND": "#,##0",
    "people_years": "#,##0.0",
    "people_years_per_billion": "#,##0.0",
    "number": "#,##0",
}


def number_format(unit: str) -> str:
    """The spreadsheet's format of a unit's numbers; `General` for a unit without one."""
    return NUMBER_FORMATS.get(unit, GENERAL)
