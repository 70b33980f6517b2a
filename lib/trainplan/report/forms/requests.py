"""What units ask for beside what they need: by program, and by unit."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from trainplan.cycle.requests import sum_requests
from trainplan.cycle.year_plan import YearTables
from trainplan.report.forms.bar_table import BarColumns, BarRow, bar_table
from trainplan.report.page_figure import Caption, PageFigure
from trainplan.results.quote import quote_numbers
from trainplan.text.catalog import say, term
from trainplan.text.formats import number, with_plus

FARTHEST = 3  # rows that are read aloud


def requests_by_program(year: YearTables, language: str) -> PageFigure | None:
    """A row a program of which anybody is requested or needed, the farthest from the need first."""
    return _requests_by("program", year, language)


def requests_by_unit(year: YearTables, language: str) -> PageFigure | None:
    """A row a unit that answered, the farthest from its need first."""
    return _requests_by("unit", year, language)


def _requests_by(key: Literal["program", "unit"], year: YearTables, language: str) -> PageFigure | None:
    sums = sum_requests(year["requests_of_year"], key)
    sums = sums[(sums[["requested", "needed"]] > 0).any(axis=1)]
    if not len(sums):
        return None
    quoted = quote_numbers("requests_of_year", sums)
    rows = [_row(row, year.results.plan.label(f"{key}s", row[key], language), language) for _, row in quoted.iterrows()]
    first = sums.iloc[0]
    about = {"name": rows[0].name, "requested": rows[0].numbers[0], "needed": rows[0].numbers[1]}
    finding = say(f"figure.requests.{'finding' if first['difference'] else 'as_need'}", language, **about)
    far = "; ".join(f"{row.name} {row.numbers[0]} / {row.numbers[1]}" for row in rows[:FARTHEST])
    answered = year["requests_of_year"]["unit"].nunique()
    caption = Caption(
        finding,
        f"{finding} {say('figure.year_columns.most', language, years=far)}",
        say("figure.requests.what", language, year=year.year, count=answered),
        (say("figure.requests.reading", language),),
        ("requests_of_year",),
    )
    heads = {
        name: say(f"head.{name}", language) for name in (key, "requested", "needed", "funded", "difference", "mark")
    }
    numbers, beside = (heads["requested"], heads["needed"]), (heads["difference"], heads["mark"], heads["funded"])
    columns = BarColumns(heads[key], numbers, say("figure.requests.bar", language), beside, texts=(1,))
    return bar_table(f"requests_by_{key}", caption, columns, rows, language)


def _row(row: pd.Series, name: str, language: str) -> BarRow:
    shown = {one: number(row[one], language) for one in ("requested", "needed", "funded", "difference")}
    return BarRow(
        name,
        (shown["requested"], shown["needed"]),
        (float(row["requested"]),),
        frame=float(row["needed"]),
        beside=(with_plus(shown["difference"]), term("request", row["mark"], language), shown["funded"]),
    )
