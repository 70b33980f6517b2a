"""What changes if coverage that a survey counted takes the place of an assumption (method.md, section 9)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from trainplan.plan.plan import Plan
from trainplan.plan.schema import Objective, Observation, Tables
from trainplan.results.registry import RESULTS, check_columns
from trainplan.results.tables import Results

COUNTED, ASSUMED = "statistic:", "assumption:"  # how a basis begins: a baseline that is counted is a survey's
BASELINE, OBSERVATION = "baseline", "observation"  # how a plan takes what was counted
WHEN = ("before", "after")  # it takes it


class Surveyed(NamedTuple):
    """The coverage of an objective over the units that a survey counted."""

    units: int
    people: float  # of the objective's group in these units
    surveyed: float  # the coverage that was counted


def surveyed_coverage(plan: Plan) -> dict[str, Surveyed]:
    """Coverage by objective, weighted by people, of the rows of `unit_baselines` that were counted."""
    tables = plan.tables
    held = {(row.unit, row.group): row.headcount for row in tables.unit_headcounts}
    group_of = {row.id: row.group for row in tables.objectives}
    found: dict[str, list[tuple[float, float]]] = {}
    for row in tables.unit_baselines:
        people = held.get((row.unit, group_of[row.objective]), 0.0)
        if row.basis.startswith(COUNTED) and people > 0:
            found.setdefault(row.objective, []).append((people, people * row.baseline))
    return {
        objective: Surveyed(len(rows), total := math.fsum(p for p, _ in rows), math.fsum(r for _, r in rows) / total)
        for objective, rows in found.items()
    }


def taken_as(plan: Plan, objective: Objective, year: int) -> str:
    """How a plan can take the coverage that the survey for a calendar year counted, at the end of the year before.

    As the `baseline` in the plan's first year, where that was assumed; as an `observation` of a closed year that has
    none; of stocks alone. Empty where it cannot: then it is told beside the plan's own, and changes nothing.
    """
    if objective.kind != "attainment":
        return ""
    if year == plan.first:
        return BASELINE if objective.basis.startswith(ASSUMED) else ""
    seen = {(row.year, row.objective) for row in plan.tables.observations}
    return OBSERVATION if year - 1 in plan.closed_years and (year - 1, objective.id) not in seen else ""


def plan_as_surveyed(plan: Plan, year: int) -> Plan:
    """The plan with what the survey for a calendar year counted, wherever it can take it."""
    surveyed, tables = surveyed_coverage(plan), plan.tables
    way = {row.id: taken_as(plan, row, year) for row in tables.objectives if row.id in surveyed}
    objectives = tuple(
        row.model_copy(update={"baseline": surveyed[row.id].surveyed}) if way.get(row.id) == BASELINE else row
        for row in tables.objectives
    )
    counted = tuple(
        Observation(
            year=year - 1, objective=id, base=of.people, reached=of.people * of.surveyed, basis=f"{COUNTED} survey"
        )
        for id, of in surveyed.items()
        if way[id] == OBSERVATION
    )
    changed: Tables = replace(tables, objectives=objectives, observations=tables.observations + counted)
    return replace(plan, tables=changed)


def baselines_surveyed(before: Results, after: Results, year: int) -> pd.DataFrame:
    """Every objective that the survey for a calendar year counted: its coverage beside the plan's own, and the results.

    The table `baselines_surveyed` of the registry. `after` are the results of `plan_as_surveyed`.
    """
    plan, surveyed = before.plan, surveyed_coverage(before.plan)
    coverage = before["gap"].set_index(["year", "objective"])["coverage"]
    results = [run["verdicts"].set_index("objective") for run in (before, after)]
    rows = [
        {
            "year": year,
            "objective": row.id,
            **surveyed[row.id]._asdict(),
            "planned": row.baseline if year == plan.first else coverage[year - 1, row.id],
            "taken_as": taken_as(plan, row, year),
            **{f"verdict_{when}": run.loc[row.id, "verdict"] for when, run in zip(WHEN, results, strict=True)},
            **{f"gap_{when}": run.loc[row.id, "gap"] for when, run in zip(WHEN, results, strict=True)},
        }
        for row in plan.tables.objectives
        if row.id in surveyed
    ]
    table = RESULTS["baselines_surveyed"]
    return check_columns(table.stem, pd.DataFrame(rows, columns=table.column_names))


def required_as_surveyed(before: Results, after: Results) -> pd.DataFrame:
    """VND that is required of every source in every year, before and after the plan takes what the survey counted.

    The table `required_as_surveyed` of the registry, with the sources and years of the table budget.
    """
    frame = before["budget"][["year", "source"]]
    money = {f"{when}_vnd": run["budget"]["required_vnd"] for when, run in zip(WHEN, (before, after), strict=True)}
    return check_columns("required_as_surveyed", frame.assign(**money))
