"""Tables of what units ask for, what it costs, and what a survey counted."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd

from trainplan.cycle.survey_effect import WHEN
from trainplan.cycle.year_plan import YearTables
from trainplan.report.tables.columns import Column, build_table, label, result_columns
from trainplan.results.quote import quote_numbers
from trainplan.text.catalog import say
from trainplan.text.formats import percent

COSTS = ("requested_vnd", "committed_vnd", "required_vnd", "funded_vnd")


def requests_cost(year: YearTables, language: str) -> pd.DataFrame:
    """A row a source and one of all: what the year costs if every request is met, the part of courses begun before,
    what is required, what is funded and the ceiling, if any source has one, in millions."""
    budget = year.results.quote_table("budget")
    ceiling = budget[budget["year"] == year.year].set_index("source")["ceiling_vnd"]
    rows = [{**row, "ceiling_vnd": ceiling[row["source"] or "total"]} for row in _costs("source", year)]
    return _cost_table("source", rows, (*COSTS, *(["ceiling_vnd"] if ceiling.notna().any() else [])), year, language)


def requests_cost_by_program(year: YearTables, language: str) -> pd.DataFrame:
    """A row a program and one of all, as `requests_cost` has them, without ceilings."""
    return _cost_table("program", _costs("program", year), COSTS, year, language)


def _costs(key: Literal["program", "source"], year: YearTables) -> list[dict[str, Any]]:
    """The sums of a program or source, in the order of its table, and those of all under no id."""
    rows = year["requests_cost_of_year"]
    ids = [row.id for row in year.results.plan.tables[f"{key}s"] if row.id in set(rows[key])]
    return [
        {key: id}
        | {
            name: year.quote("requests_cost_of_year", name, own[name].sum(), **({key: id} if id else {}))
            for name in COSTS
        }
        for id in [*ids, *([""] if len(ids) > 1 else [])]
        for own in [rows[rows[key] == id] if id else rows]
    ]


def _cost_table(
    key: str, rows: list[dict[str, Any]], amounts: tuple[str, ...], year: YearTables, language: str
) -> pd.DataFrame:
    name = label(year.results.plan, f"{key}s")
    total = say("word.total", language)
    columns = [Column(key, lambda id, language: name(id, language) or total)]
    return build_table(rows, [*columns, *(Column(one, "million VND") for one in amounts)], language)


def requests_register(year: YearTables, language: str) -> pd.DataFrame:
    """A row a unit that answered and a pair of objective and program of which anybody is requested or needed."""
    rows = quote_numbers("requests_of_year", year["requests_of_year"])
    rows = rows[(rows[["requested", "needed"]].astype(float) > 0).any(axis=1)]
    names = ("unit", "objective", "program", "requested", "needed", "funded", "difference")
    columns = [
        *result_columns(year.results.plan, "requests_of_year", *names),
        Column("deviation", lambda share, language: percent(share, language, 0)),
        *result_columns(year.results.plan, "requests_of_year", "mark", "file"),
    ]
    return build_table(rows, columns, language)


def surveyed_baselines(year: YearTables, language: str) -> pd.DataFrame:
    """A row an objective that a survey counted: its coverage beside the plan's, and the results where any is taken."""
    rows, plan = quote_numbers("baselines_surveyed", year["baselines_surveyed"]), year.results.plan
    names, taken = ["objective", "people", "planned", "surveyed"], rows["taken_as"] != ""
    if taken.any():
        names += [
            *([] if taken.all() else ["taken_as"]),
            *(f"{name}_{when}" for name in ("verdict", "gap") for when in WHEN),
        ]
    shown = result_columns(plan, "baselines_surveyed", *names)
    return build_table(rows, [shown[0], Column("units", "people"), *shown[1:]], language)
