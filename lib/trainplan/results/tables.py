"""The result tables of one scenario, as tidy data frames (method.md, section 10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from trainplan.model.arrays import Array, Arrays, build_arrays, pairs_of
from trainplan.model.cost import cost_by_source, lacking_money
from trainplan.model.need import completion_rate
from trainplan.model.simulate import Run
from trainplan.optimize.best_plan import Optimum, solve_plan
from trainplan.plan.choices import is_yearly
from trainplan.plan.plan import Plan
from trainplan.results.registry import RESULTS, Stem, check_columns
from trainplan.results.relaxed_runs import RelaxedRuns, simulate_relaxed
from trainplan.results.verdicts import best_reachable, binding_limits, latest_start, verdict


@dataclass(frozen=True)
class Results:
    """A plan, what was computed of it, and its result tables.

    Arrays are (Y, rows, 1) with rows in the plan's order (see `Run`): whoever needs numbers takes them from `run` or
    from `relaxed`, whoever shows rows from a table.
    """

    plan: Plan
    arrays: Arrays
    relaxed: RelaxedRuns
    best: Optimum | None  # under the rule `optimal`

    @property
    def run(self) -> Run:
        """The simulation of the plan with its own limits."""
        return self.relaxed.as_planned

    def __getitem__(self, stem: Stem) -> pd.DataFrame:
        return self.tables[stem]

    @cached_property
    def tables(self) -> Mapping[Stem, pd.DataFrame]:
        """Every table that the registry has for a run under the plan's rule, by the stem of its file."""
        stems = [stem for stem in RESULTS if stem in MAKERS and RESULTS[stem].rule in ("", self.plan.allocation)]
        return {stem: check_columns(stem, MAKERS[stem](self)) for stem in stems}

    @cached_property
    def requirement_vnd(self) -> float:
        """The requirement: VND that all years cost if everything deliverable is held, without a ceiling."""
        return float(self.relaxed.without_ceilings.funded_vnd.sum())

    @cached_property
    def completion_rate(self) -> Array:
        """(O,) share of an objective's learners who complete their course, over its programs."""
        return completion_rate(self.arrays)[:, 0]


RunTable = Callable[[Results], pd.DataFrame]
MAKERS: dict[Stem, RunTable] = {}  # of the tables of a run, by their stems


def run_table(stem: Stem) -> Callable[[RunTable], RunTable]:
    """Register the decorated function as what makes a table of `registry.RESULTS` from the results of a run."""

    def register(make: RunTable) -> RunTable:
        MAKERS[stem] = make
        return make

    return register


def compute(plan: Plan, solve: Callable[[Plan], Optimum] = solve_plan) -> Results:
    """Simulates a plan under its own rule, with its limits and without, for its results.

    `solve` gives the best plan where the rule decides all years at once.
    """
    arrays = build_arrays(plan)
    best = None if is_yearly(plan.allocation) else solve(plan)
    return Results(plan, arrays, simulate_relaxed(arrays, best.enrollment if best else None), best)


def _tidy(keys: Mapping[str, Sequence[Any]], values: Mapping[str, Array]) -> pd.DataFrame:
    """A tidy frame: one row for every year and row of `keys`, the values (Y, rows, 1) beside them."""
    some = next(iter(values.values()))
    count = some.shape[1]
    frame = {name: list(ids) * (len(some) if name != "year" else 1) for name, ids in keys.items() if name != "year"}
    years = [year for year in keys["year"] for _ in range(count)]
    return pd.DataFrame({"year": years, **frame, **{name: value[..., 0].ravel() for name, value in values.items()}})


def _columns_of(owner: object, *names: str) -> dict[str, Array]:
    """Columns that are called as the arrays that they show."""
    return {name: getattr(owner, name) for name in names}


def _ids(plan: Plan, table: str) -> list[str]:
    return [row.id for row in plan.tables[table]]


@run_table("workforce")
def workforce_table(results: Results) -> pd.DataFrame:
    """Head-count, joiners and leavers of every group and year."""
    plan = results.plan
    values = _columns_of(results.run.people, "headcount", "joiners", "leavers")
    return _tidy({"year": plan.years, "group": _ids(plan, "groups")}, values)


@run_table("enrollment")
def enrollment_table(results: Results) -> pd.DataFrame:
    """People of every pair of objective and program: needed, deliverable, funded, completed."""
    pairs = pairs_of(results.plan)
    keys = {"year": results.plan.years, "objective": [o for o, _ in pairs], "program": [p for _, p in pairs]}
    return _tidy(keys, _columns_of(results.run, "needed", "deliverable", "funded", "completed"))


@run_table("classes")
def classes_table(results: Results) -> pd.DataFrame:
    """Learners and classes of every program, new and in all."""
    keys = {"year": results.plan.years, "program": _ids(results.plan, "programs")}
    return _tidy(keys, _columns_of(results.run, "new_learners", "learners", "new_classes", "classes"))


def _by_program_and_source(results: Results, years: range, values: Mapping[str, Array]) -> pd.DataFrame:
    """Cost (Y, P, 1) by program and source, for the pairs that `funding` names."""
    programs, sources = _ids(results.plan, "programs"), _ids(results.plan, "sources")
    funding = results.plan.tables.funding
    p = np.array([programs.index(row.program) for row in funding], np.intp)
    s = np.array([sources.index(row.source) for row in funding], np.intp)
    share = results.arrays.source_share[p, s]
    keys = {"year": years, "program": [row.program for row in funding], "source": [row.source for row in funding]}
    return _tidy(keys, {name: value[:, p] * share for name, value in values.items()})


@run_table("cost")
def cost_table(results: Results) -> pd.DataFrame:
    """What every program costs every source that pays for it, VND."""
    return _by_program_and_source(
        results, results.plan.years, _columns_of(results.run, "deliverable_vnd", "funded_vnd")
    )


@run_table("commitments")
def commitments_table(results: Results) -> pd.DataFrame:
    """What courses under way cost in the years after the last, VND; only rows with money."""
    last, cost = results.plan.last, results.run.commitments_vnd
    frame = _by_program_and_source(results, range(last + 1, last + 1 + len(cost)), {"vnd": cost})
    return frame[frame["vnd"] > 0].reset_index(drop=True)


@run_table("budget")
def budget_table(results: Results) -> pd.DataFrame:
    """Ceiling and cost by source and in total, VND; the total lacks at least what its sources lack."""
    plan, arrays, run = results.plan, results.arrays, results.run
    deliverable = np.stack([cost_by_source(arrays, year) for year in run.deliverable_vnd])
    funded = np.stack([cost_by_source(arrays, year) for year in run.funded_vnd])
    ceiling = arrays.ceiling
    keys = {"year": plan.years, "source": [*_ids(plan, "sources"), "total"]}
    values = {
        "ceiling_vnd": np.where(np.isinf(ceiling), np.nan, ceiling),
        "deliverable_vnd": deliverable,
        "funded_vnd": funded,
        "shortfall_vnd": lacking_money(deliverable, ceiling),
    }
    return _tidy(keys, values)


@run_table("gap")
def gap_table(results: Results) -> pd.DataFrame:
    """Every objective and year beside its path; `met` is nothing before the due year."""
    plan, arrays, run = results.plan, results.arrays, results.run
    objectives, gap = plan.tables.objectives, run.gap
    target = np.broadcast_to(arrays.target, run.path.shape)
    values = {
        "base": gap.base,
        "target_path": run.path,
        "target": target,
        **_columns_of(gap, "reached", "coverage", "gap"),
    }
    keys = {"year": plan.years, "objective": [r.id for r in objectives], "group": [r.group for r in objectives]}
    frame = _tidy(keys, values)
    is_due = (np.arange(arrays.years)[:, None] >= arrays.due).ravel()
    met = gap.met[..., 0].ravel() > 0
    frame["met"] = [bool(m) if due else None for m, due in zip(met, is_due, strict=True)]
    return frame


@run_table("verdicts")
def verdicts_table(results: Results) -> pd.DataFrame:
    """One row an objective, as of its due year."""
    plan, arrays, run = results.plan, results.arrays, results.run
    binds, best = binding_limits(results.relaxed), best_reachable(results.relaxed)
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


@run_table("lines")
def coverage_by_limit(results: Results) -> pd.DataFrame:
    """Coverage without limits (needed), with those of capacity (deliverable), and with those of money (affordable)."""
    relaxed = results.relaxed
    values = {
        "needed": relaxed.without_capacity.gap.coverage,
        "deliverable": relaxed.without_ceilings.gap.coverage,
        "affordable": relaxed.as_planned.gap.coverage,
    }
    return _tidy({"year": results.plan.years, "objective": _ids(results.plan, "objectives")}, values)


@run_table("optimum")
def optimum_table(results: Results) -> pd.DataFrame:
    """One row: weighted_shortfall, bound (no plan within the ceilings has less) and gap, the distance between them."""
    assert results.best
    reached, bound = results.best.weighted_shortfall, results.best.bound
    return pd.DataFrame([{"weighted_shortfall": reached, "bound": bound, "gap": reached - bound}])


@run_table("marginal_values")
def shadow_prices_table(results: Results) -> pd.DataFrame:
    """Year, source (and `total`), people_years_per_billion: what one more billion VND would save, at the margin.

    The shadow price, the dual of the linear program (`Optimum.shadow_price`); `analysis.marginal_values` solves again
    with a whole billion more, for values.csv. Nothing where a source has no ceiling, or where cohorts begun before
    the plan take more than the ceiling. Where the linear program is degenerate the value is one of several: a little
    more money saves at most it, a little less costs at least it.
    """
    assert results.best
    keys = {"year": results.plan.years, "source": [*_ids(results.plan, "sources"), "total"]}
    return _tidy(keys, {"people_years_per_billion": results.best.shadow_price[..., None]})
