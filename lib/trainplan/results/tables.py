"""The result tables of one scenario, as tidy data frames (method.md, section 10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trainplan.model.arrays import Array, Arrays, build_arrays, pairs_of
from trainplan.model.cost import cost_by_source
from trainplan.model.simulate import Run
from trainplan.optimize.best_plan import Optimum, solve_ahead
from trainplan.plan.plan import Plan
from trainplan.results.relaxed_runs import Lifted, side_by_side
from trainplan.results.verdicts import best_reachable, binding, latest_start, verdict


@dataclass(frozen=True)
class Results:
    """A plan and its result tables, by the stems of their files."""

    plan: Plan
    tables: dict[str, pd.DataFrame]
    required_vnd: float  # what all years cost if everything that there are places for is held

    def __getitem__(self, stem: str) -> pd.DataFrame:
        return self.tables[stem]


def compute(plan: Plan) -> Results:
    """All result tables of a plan."""
    numbers = build_arrays(plan)
    best = solve_ahead(numbers)
    lifted = side_by_side(numbers, best.enrollment if best else None)
    run, deliverable, needed = lifted.plan, lifted.money, lifted.capacity
    cost = _cost(plan, numbers, run)
    gap = _gap(plan, numbers, run)
    tables = {
        "workforce": _workforce(plan, run),
        "enrollment": _enrollment(plan, run),
        "classes": _classes(plan, run),
        "cost": cost,
        "budget": _budget(plan, numbers, run),
        "gap": gap,
        "verdicts": _verdicts(plan, numbers, lifted),
        "commitments": _commitments(plan, numbers, run),
        "lines": _lines(plan, needed, deliverable, run),
    }
    if best:
        tables |= {"optimum": optimum_table(best), "marginal_values": marginal_values(plan, best)}
    return Results(plan, tables, float(deliverable.funded_vnd.sum()))


def _long(keys: Mapping[str, Sequence[Any]], values: Mapping[str, Array]) -> pd.DataFrame:
    """A tidy frame: one row for every year and row of `keys`, the values (Y, rows, 1) beside them."""
    some = next(iter(values.values()))
    count = some.shape[1]
    frame = {name: list(ids) * (len(some) if name != "year" else 1) for name, ids in keys.items() if name != "year"}
    years = [year for year in keys["year"] for _ in range(count)]
    return pd.DataFrame({"year": years, **frame, **{name: value[..., 0].ravel() for name, value in values.items()}})


def _ids(plan: Plan, table: str) -> list[str]:
    return [row.id for row in plan.tables[table]]


def _workforce(plan: Plan, run: Run) -> pd.DataFrame:
    people = run.people
    values = {"headcount": people.headcount, "joiners": people.joiners, "leavers": people.leavers}
    return _long({"year": plan.years, "group": _ids(plan, "groups")}, values)


def _enrollment(plan: Plan, run: Run) -> pd.DataFrame:
    pairs = pairs_of(plan)
    keys = {"year": plan.years, "objective": [o for o, _ in pairs], "program": [p for _, p in pairs]}
    values = {
        "needed": run.needed,
        "deliverable": run.deliverable,
        "funded": run.funded,
        "completed": run.completed,
    }
    return _long(keys, values)


def _classes(plan: Plan, run: Run) -> pd.DataFrame:
    values = {
        "new_learners": run.new_learners,
        "learners": run.learners,
        "new_classes": run.new_classes,
        "classes": run.classes,
    }
    return _long({"year": plan.years, "program": _ids(plan, "programs")}, values)


def _paid(plan: Plan, numbers: Arrays, years: range, values: Mapping[str, Array]) -> pd.DataFrame:
    """Cost (Y, P, 1) by program and source, for the pairs that `funding` names."""
    programs, sources = _ids(plan, "programs"), _ids(plan, "sources")
    funding = plan.tables.funding
    p = np.array([programs.index(row.program) for row in funding], np.intp)
    s = np.array([sources.index(row.source) for row in funding], np.intp)
    share = numbers.source_share[p, s]
    keys = {"year": years, "program": [row.program for row in funding], "source": [row.source for row in funding]}
    return _long(keys, {name: value[:, p] * share for name, value in values.items()})


def _cost(plan: Plan, numbers: Arrays, run: Run) -> pd.DataFrame:
    values = {"deliverable_vnd": run.deliverable_vnd, "funded_vnd": run.funded_vnd}
    return _paid(plan, numbers, plan.years, values)


def _commitments(plan: Plan, numbers: Arrays, run: Run) -> pd.DataFrame:
    years = range(plan.last + 1, plan.last + 1 + len(run.commitments_vnd))
    frame = _paid(plan, numbers, years, {"vnd": run.commitments_vnd})
    return frame[frame["vnd"] > 0].reset_index(drop=True)


def _budget(plan: Plan, numbers: Arrays, run: Run) -> pd.DataFrame:
    """By source and in total; the total lacks at least what its sources lack."""
    deliverable = np.stack([cost_by_source(numbers, year) for year in run.deliverable_vnd])
    funded = np.stack([cost_by_source(numbers, year) for year in run.funded_vnd])
    ceiling = numbers.ceiling
    shortfall = np.maximum(0.0, deliverable - ceiling)
    shortfall[:, -1] = np.maximum(shortfall[:, -1], shortfall[:, :-1].sum(axis=1))
    keys = {"year": plan.years, "source": [*_ids(plan, "sources"), "total"]}
    values = {
        "ceiling_vnd": np.where(np.isinf(ceiling), np.nan, ceiling),
        "deliverable_vnd": deliverable,
        "funded_vnd": funded,
        "shortfall_vnd": shortfall,
    }
    return _long(keys, values)


def _gap(plan: Plan, numbers: Arrays, run: Run) -> pd.DataFrame:
    objectives = plan.tables.objectives
    target = np.broadcast_to(numbers.target, run.path.shape)
    gap = run.gap
    values = {
        "base": gap.base,
        "target_path": run.path,
        "target": target,
        "reached": gap.reached,
        "coverage": gap.coverage,
        "gap": gap.gap,
    }
    keys = {"year": plan.years, "objective": [r.id for r in objectives], "group": [r.group for r in objectives]}
    frame = _long(keys, values)
    is_due = (np.arange(plan.last - plan.first + 1)[:, None] >= numbers.due).ravel()
    met = gap.met[..., 0].ravel() > 0
    frame["met"] = [bool(m) if due else None for m, due in zip(met, is_due, strict=True)]
    return frame


def _verdicts(plan: Plan, numbers: Arrays, lifted: Lifted) -> pd.DataFrame:
    """One row an objective, as of its due year."""
    run, binds, best = lifted.plan, binding(lifted), best_reachable(lifted)
    rows = []
    for o, row in enumerate(plan.tables.objectives):
        due = numbers.due[o]
        met = bool(run.gap.met[due, o, 0])
        rows.append(
            {
                "objective": row.id,
                "target": numbers.target[o, 0],
                "due": row.due,
                "reached": run.gap.reached[due, o, 0],
                "coverage": run.gap.coverage[due, o, 0],
                "verdict": verdict(numbers, run, o),
                "binds": "" if met else binds[o],
                "best_reachable": np.nan if met else max(best[o], run.gap.coverage[due, o, 0]),
                "latest_start": pd.NA if met else plan.first + latest_start(numbers, o),
            }
        )
    return pd.DataFrame(rows).astype({"latest_start": "Int64"})


def _lines(plan: Plan, needed: Run, deliverable: Run, run: Run) -> pd.DataFrame:
    values = {
        "needed": needed.gap.coverage,
        "deliverable": deliverable.gap.coverage,
        "affordable": run.gap.coverage,
    }
    return _long({"year": plan.years, "objective": _ids(plan, "objectives")}, values)


def optimum_table(best: Optimum) -> pd.DataFrame:
    """One row: weighted_shortfall, bound (no plan within the ceilings has less) and gap, the distance between them."""
    reached, bound = best.weighted_shortfall, best.bound
    return pd.DataFrame([{"weighted_shortfall": reached, "bound": bound, "gap": reached - bound}])


def marginal_values(plan: Plan, best: Optimum) -> pd.DataFrame:
    """Year, source (and `total`), people_years_per_billion: what one more billion VND would save, at the margin.

    Nothing where a source has no ceiling, or where commitments made before the plan take more than the ceiling. Where
    the linear program is degenerate the value is one of several: a little more money saves at most it, a little less
    costs at least it.
    """
    sources = [*(row.id for row in plan.tables.sources), "total"]
    rows = [
        {"year": year, "source": source, "people_years_per_billion": float(best.shadow_price[y, s])}
        for y, year in enumerate(plan.years)
        for s, source in enumerate(sources)
    ]
    return pd.DataFrame(rows)
