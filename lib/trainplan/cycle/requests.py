"""What units ask for in a year beside what they need and what is funded, and what all of it costs (method.md, 9)."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from trainplan.model.arrays import Array, divide
from trainplan.model.cost import count_classes, yearly_cost
from trainplan.results.registry import RESULTS, check_columns
from trainplan.results.tables import Results

FAR = 0.2  # of the need: a request further from it is marked, if that is a whole person


def mark_request(requested: Array, needed: Array) -> Array:
    """`more` or `less` where requests, of any shape, are far from the need, both in whole people; else `as_need`."""
    more = requested - needed
    far = (np.abs(more) >= 1) & (np.abs(more) > FAR * needed + 1e-9)
    return np.where(far, np.where(more > 0, "more", "less"), "as_need")


def requests_of_year(results: Results, year: int, need: pd.DataFrame) -> pd.DataFrame:
    """What every unit that answered asks for in a calendar year, beside its need and what is funded of it.

    The table `requests_of_year` of the registry, from `need` as `unit_need` has it: a row for every unit that has a row
    in `requests` for the year, and every pair whose group it holds. A pair of which such a unit says nothing is asked
    for by nobody. `deviation` is the difference over the need, nothing where there is none.
    """
    asked = [row for row in results.plan.tables.requests if row.year == year]
    said = {(row.unit, row.objective, row.program): (row.people, row.file) for row in asked}
    rows = need[need["unit"].isin({row.unit for row in asked})].reset_index(drop=True)
    keys = rows[["unit", "objective", "program"]].itertuples(index=False, name=None)
    given = [said.get(key, (0.0, "")) for key in keys]
    rows = rows.assign(requested=np.array([people for people, _ in given], float), file=[file for _, file in given])
    difference = rows["requested"] - rows["needed"]
    rows = rows.assign(
        year=year,
        difference=difference,
        deviation=divide(difference.to_numpy(), rows["needed"].to_numpy(), np.nan),
        mark=mark_request(rows["requested"].to_numpy(), rows["needed"].to_numpy()),
    )
    table = RESULTS["requests_of_year"]
    return check_columns(table.stem, rows[table.column_names])


def sum_requests(rows: pd.DataFrame, key: Literal["unit", "program"]) -> pd.DataFrame:
    """Rows of `requests_of_year` as one for every unit or program, the widest difference first; `mark` is their own."""
    people = ["requested", "needed", "funded", "difference"]
    sums = rows.groupby(["year", key], sort=False)[people].sum().reset_index()
    sums = sums.assign(mark=mark_request(sums["requested"].to_numpy(), sums["needed"].to_numpy()))
    return sums.sort_values("difference", key=abs, ascending=False, kind="stable", ignore_index=True)


def requests_cost_of_year(results: Results, year: int) -> pd.DataFrame:
    """What a calendar year costs if every request is met, beside what is required and funded, VND of the year.

    The table `requests_cost_of_year` of the registry: a row for every program and source with money. Learners of all
    units fill classes together; `requested_vnd` holds `committed_vnd`, what courses begun before cost.
    """
    arrays, run, t = results.arrays, results.run, year - results.plan.first
    asked = np.zeros((len(arrays.course_years), 1))
    places = {row.id: p for p, row in enumerate(results.plan.tables.programs)}
    for row in results.plan.tables.requests:
        if row.year == year:
            asked[places[row.program]] += row.people
    begun = run.committed_vnd[t, :, 0]
    whole = begun + yearly_cost(arrays, asked, count_classes(asked, arrays.class_size), arrays.price[t])[:, 0]
    cost = results["cost"]
    rows = cost[cost["year"] == year]
    program = [places[id] for id in rows["program"]]
    share = np.array([row.share for row in results.plan.tables.funding])
    rows = rows.assign(requested_vnd=whole[program] * share, committed_vnd=begun[program] * share)
    table = RESULTS["requests_cost_of_year"]
    amounts = rows[[column.name for column in table.columns if column.unit == "VND"]]
    return check_columns(table.stem, rows[(amounts > 0).any(axis=1)][table.column_names].reset_index(drop=True))
