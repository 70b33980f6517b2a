"""The result tables of one scenario, as tidy data frames (method.md, section 10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from trainplan.model.arrays import Array, Arrays, build_arrays, pairs_of
from trainplan.model.cost import cost_by_source
from trainplan.model.need import completion_rate
from trainplan.model.simulate import Run
from trainplan.optimize.best_plan import Optimum, solve_ahead
from trainplan.plan.plan import Plan
from trainplan.results.registry import Stem, check_tables
from trainplan.results.relaxed_runs import RelaxedRuns, simulate_relaxed
from trainplan.results.verdicts import best_reachable, binding_limits, latest_start, verdict


@dataclass(frozen=True)
class Results:
    """A plan, what was computed of it, and the result tables, by the stems of their files.

    Arrays are (Y, rows, 1) with rows in the plan's order (see `Run`): whoever needs numbers takes them from `run` or
    from `relaxed`, whoever shows rows from a table.
    """

    plan: Plan
    arrays: Arrays
    relaxed: RelaxedRuns
    best: Optimum | None  # under the rule `optimal`
    tables: Mapping[Stem, pd.DataFrame]

    def __getitem__(self, stem: Stem) -> pd.DataFrame:
        return self.tables[stem]

    @property
    def run(self) -> Run:
        """The simulation of the plan with its own limits."""
        return self.relaxed.as_planned

    @cached_property
    def required_vnd(self) -> float:
        """VND that all years cost if everything that there are places for is held."""
        return float(self.relaxed.money.funded_vnd.sum())

    @cached_property
    def completion_rate(self) -> Array:
        """(O,) share of an objective's learners who complete their course, over its programs."""
        return completion_rate(self.arrays)[:, 0]


def compute(plan: Plan) -> Results:
    """Simulates a plan under its own rule and returns its results: every table that `registry` has for a run."""
    arrays = build_arrays(plan)
    best = solve_ahead(arrays)
    relaxed = simulate_relaxed(arrays, best.enrollment if best else None)
    run = relaxed.as_planned
    tables: dict[Stem, pd.DataFrame] = {
        "workforce": workforce_table(plan, run),
        "enrollment": enrollment_table(plan, run),
        "classes": classes_table(plan, run),
        "cost": cost_table(plan, arrays, run),
        "budget": budget_table(plan, arrays, run),
        "gap": gap_table(plan, arrays, run),
        "verdicts": verdicts_table(plan, arrays, relaxed),
        "commitments": commitments_table(plan, arrays, run),
        "lines": coverage_by_limit(plan, relaxed),
    }
    if best:
        tables |= {"optimum": optimum_table(best), "marginal_values": shadow_prices_table(plan, best)}
    return Results(plan, arrays, relaxed, best, check_tables(tables))


def _long(keys: Mapping[str, Sequence[Any]], values: Mapping[str, Array]) -> pd.DataFrame:
    """A tidy frame: one row for every year and row of `keys`, the values (Y, rows, 1) beside them."""
    some = next(iter(values.values()))
    count = some.shape[1]
    frame = {name: list(ids) * (len(some) if name != "year" else 1) for name, ids in keys.items() if name != "year"}
    years = [year for year in keys["year"] for _ in range(count)]
    return pd.DataFrame({"year": years, **frame, **{name: value[..., 0].ravel() for name, value in values.items()}})


def _ids(plan: Plan, table: str) -> list[str]:
    return [row.id for row in plan.tables[table]]


def workforce_table(plan: Plan, run: Run) -> pd.DataFrame:
    """Head-count, joiners and leavers of every group and year."""
    people = run.people
    values = {"headcount": people.headcount, "joiners": people.joiners, "leavers": people.leavers}
    return _long({"year": plan.years, "group": _ids(plan, "groups")}, values)


def enrollment_table(plan: Plan, run: Run) -> pd.DataFrame:
    """People of every pair of objective and program: needed, deliverable, funded, completed."""
    pairs = pairs_of(plan)
    keys = {"year": plan.years, "objective": [o for o, _ in pairs], "program": [p for _, p in pairs]}
    values = {
        "needed": run.needed,
        "deliverable": run.deliverable,
        "funded": run.funded,
        "completed": run.completed,
    }
    return _long(keys, values)


def classes_table(plan: Plan, run: Run) -> pd.DataFrame:
    """Learners and classes of every program, new and in all."""
    values = {
        "new_learners": run.new_learners,
        "learners": run.learners,
        "new_classes": run.new_classes,
        "classes": run.classes,
    }
    return _long({"year": plan.years, "program": _ids(plan, "programs")}, values)


def _by_program_and_source(plan: Plan, arrays: Arrays, years: range, values: Mapping[str, Array]) -> pd.DataFrame:
    """Cost (Y, P, 1) by program and source, for the pairs that `funding` names."""
    programs, sources = _ids(plan, "programs"), _ids(plan, "sources")
    funding = plan.tables.funding
    p = np.array([programs.index(row.program) for row in funding], np.intp)
    s = np.array([sources.index(row.source) for row in funding], np.intp)
    share = arrays.source_share[p, s]
    keys = {"year": years, "program": [row.program for row in funding], "source": [row.source for row in funding]}
    return _long(keys, {name: value[:, p] * share for name, value in values.items()})


def cost_table(plan: Plan, arrays: Arrays, run: Run) -> pd.DataFrame:
    """What every program costs every source that pays for it, VND."""
    values = {"deliverable_vnd": run.deliverable_vnd, "funded_vnd": run.funded_vnd}
    return _by_program_and_source(plan, arrays, plan.years, values)


def commitments_table(plan: Plan, arrays: Arrays, run: Run) -> pd.DataFrame:
    """What courses under way cost in the years after the last, VND; only rows with money."""
    years = range(plan.last + 1, plan.last + 1 + len(run.commitments_vnd))
    frame = _by_program_and_source(plan, arrays, years, {"vnd": run.commitments_vnd})
    return frame[frame["vnd"] > 0].reset_index(drop=True)


def budget_table(plan: Plan, arrays: Arrays, run: Run) -> pd.DataFrame:
    """Ceiling and cost by source and in total, VND; the total lacks at least what its sources lack."""
    deliverable = np.stack([cost_by_source(arrays, year) for year in run.deliverable_vnd])
    funded = np.stack([cost_by_source(arrays, year) for year in run.funded_vnd])
    ceiling = arrays.ceiling
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


def gap_table(plan: Plan, arrays: Arrays, run: Run) -> pd.DataFrame:
    """Every objective and year beside its path; `met` is nothing before the due year."""
    objectives = plan.tables.objectives
    target = np.broadcast_to(arrays.target, run.path.shape)
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
    is_due = (np.arange(plan.last - plan.first + 1)[:, None] >= arrays.due).ravel()
    met = gap.met[..., 0].ravel() > 0
    frame["met"] = [bool(m) if due else None for m, due in zip(met, is_due, strict=True)]
    return frame


def verdicts_table(plan: Plan, arrays: Arrays, relaxed: RelaxedRuns) -> pd.DataFrame:
    """One row an objective, as of its due year."""
    run, binds, best = relaxed.as_planned, binding_limits(relaxed), best_reachable(relaxed)
    rows = []
    for o, row in enumerate(plan.tables.objectives):
        due = arrays.due[o]
        met = bool(run.gap.met[due, o, 0])
        rows.append(
            {
                "objective": row.id,
                "target": arrays.target[o, 0],
                "due": row.due,
                "reached": run.gap.reached[due, o, 0],
                "coverage": run.gap.coverage[due, o, 0],
                "verdict": verdict(arrays, run, o),
                "binds": "" if met else binds[o],
                "best_reachable": np.nan if met else max(best[o], run.gap.coverage[due, o, 0]),
                "latest_start": pd.NA if met else plan.first + latest_start(arrays, o),
            }
        )
    return pd.DataFrame(rows).astype({"latest_start": "Int64"})


def coverage_by_limit(plan: Plan, relaxed: RelaxedRuns) -> pd.DataFrame:
    """Coverage without limits (needed), with those of capacity (deliverable), and with those of money (affordable)."""
    values = {
        "needed": relaxed.capacity.gap.coverage,
        "deliverable": relaxed.money.gap.coverage,
        "affordable": relaxed.as_planned.gap.coverage,
    }
    return _long({"year": plan.years, "objective": _ids(plan, "objectives")}, values)


def optimum_table(best: Optimum) -> pd.DataFrame:
    """One row: weighted_shortfall, bound (no plan within the ceilings has less) and gap, the distance between them."""
    reached, bound = best.weighted_shortfall, best.bound
    return pd.DataFrame([{"weighted_shortfall": reached, "bound": bound, "gap": reached - bound}])


def shadow_prices_table(plan: Plan, best: Optimum) -> pd.DataFrame:
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
