"""The result tables of one scenario, as tidy data frames (method.md, section 10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from trainplan.model.arrays import Array, Arrays, Mask, build_arrays, divide, pairs_of
from trainplan.model.cost import cost_by_source, yearly_cost
from trainplan.model.gap import HALF_A_PERSON
from trainplan.model.kinds import in_people
from trainplan.model.need import completion_rate
from trainplan.model.simulate import Run
from trainplan.optimize.best_plan import Optimum, solve_plan
from trainplan.plan.choices import is_yearly
from trainplan.plan.plan import Plan
from trainplan.results.quote import address_of, quote_numbers
from trainplan.results.registry import RESULTS, Stem, check_columns
from trainplan.results.relaxed_runs import RelaxedRuns, simulate_relaxed
from trainplan.results.verdicts import LIMITS, best_reachable, binding_limit, gap_parts, latest_start, verdict
from trainplan.text.shown import Quoted


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

    @property
    def requirement(self) -> Run:
        """The simulation of the plan with unlimited money."""
        return self.relaxed.without_ceilings

    def __getitem__(self, stem: Stem) -> pd.DataFrame:
        return self.tables[stem]

    @cached_property
    def tables(self) -> Mapping[Stem, pd.DataFrame]:
        """Every table that the registry has for a run under the plan's rule, by the stem of its file."""
        stems = [stem for stem in RESULTS if stem in MAKERS and RESULTS[stem].rule in ("", self.plan.allocation)]
        return {stem: check_columns(stem, MAKERS[stem](self)) for stem in stems}

    @cached_property
    def verdict_rows(self) -> list[dict[str, Any]]:
        """The rows of the table verdicts by their columns, in the order of the objectives."""
        return [{str(name): cell for name, cell in row.items()} for row in self["verdicts"].to_dict("records")]

    def over_years(self, stem: Stem) -> pd.DataFrame:
        """A table with all years as one (see `ResultTable.over_years`), with quoted numbers."""
        if stem not in self._quoted_sums:
            self._quoted_sums[stem] = quote_numbers(stem, RESULTS[stem].over_years(self[stem]))
        return self._quoted_sums[stem].copy(deep=False)

    def quote_table(self, stem: Stem) -> pd.DataFrame:
        """A table with quoted numbers, for whoever shows them."""
        if stem not in self._quoted_tables:
            self._quoted_tables[stem] = quote_numbers(stem, self[stem])
        return self._quoted_tables[stem].copy(deep=False)  # several sentences of a page ask for the same

    @cached_property
    def _quoted_sums(self) -> dict[Stem, pd.DataFrame]:
        return {}

    @cached_property
    def _quoted_tables(self) -> dict[Stem, pd.DataFrame]:
        return {}

    def quote(self, stem: Stem, column: str, value: float, **keys: Any) -> Quoted:
        """A number of a table with its address; of a key that is not given all were added up."""
        own = {"scenario": self.plan.scenario} if "scenario" in RESULTS[stem].keys else {}
        return Quoted(value, address_of(stem, column, **own, **keys))

    @cached_property
    def money(self) -> Mapping[str, float]:
        """The total of all sources and years, VND, by the columns of the table budget."""
        return dict(self.over_years("budget").set_index("source").loc["total"])

    @property
    def requirement_vnd(self) -> float:
        """The requirement: VND that all years of the plan cost without a ceiling."""
        return self.money["required_vnd"]

    @property
    def funded_vnd(self) -> float:
        """VND that all years of the plan cost."""
        return self.money["funded_vnd"]

    @property
    def lacking_vnd(self) -> float:
        """VND that the plan lacks: its requirement less what is funded, all years; below 0 where it costs more."""
        return self.money["lacking_vnd"]

    @property
    def lacking_by_year(self) -> pd.Series:
        """VND that each calendar year lacks."""
        rows = self["budget"]
        is_total = (rows["source"] == "total").to_numpy()  # a query takes ten times as long, at every move on the desk
        return pd.Series(rows["lacking_vnd"].to_numpy()[is_total], rows["year"].to_numpy()[is_total])

    @property
    def over_vnd(self) -> float:
        """VND over the ceilings, all years: over those of the total or, where it has none, over those of sources."""
        sources = self.over_years("budget").set_index("source")["over_vnd"]
        total = sources.pop("total")
        over = sources.astype(float).sum(min_count=1) if np.isnan(total) else total
        return self.quote("totals", "over_vnd", over)

    @cached_property
    def unlimited_years(self) -> Mapping[str, tuple[int, ...]]:
        """The open calendar years in which no ceiling limits a source, neither its own nor that of the total.

        By source, of those that pay for a program; a source that is limited in every open year is not there.
        """
        limits = self.arrays.ceiling[..., 0]
        free: Mask = np.minimum(limits[:, :-1], limits[:, -1:]) == np.inf
        free &= self.arrays.source_share[..., 0].any(axis=0)
        years = {
            id: tuple(year for year in self.plan.open_years if free[year - self.plan.first, s])
            for s, id in enumerate(_ids(self.plan, "sources"))
        }
        return {id: some for id, some in years.items() if some}

    @cached_property
    def completion_rate(self) -> Array:
        """(O,) share of an objective's learners who complete their course, over its programs."""
        return completion_rate(self.arrays)[:, 0]

    @cached_property
    def out_of_reach(self) -> Mask:
        """(O,) whether what is asked is missed when due even with money, places and all effort from the first year."""
        base, counts = self.run.when_due(self.run.gap.base)[:, 0], in_people(self.arrays.kind)
        asked = np.where(counts, 1.0, base) * self.arrays.asked[:, 0]
        best: Array = self["verdicts"]["best_reachable"].to_numpy() * base
        return asked - best >= HALF_A_PERSON

    @property
    def never_whole(self) -> Mask:
        """(O,) whether an objective asks for everybody and is out of reach, as not everybody completes a course."""
        everybody = ~in_people(self.arrays.kind) & (self.arrays.asked[:, 0] == 1)
        return self.out_of_reach & everybody & (self.completion_rate < 1)

    @cached_property
    def weak_classes(self) -> pd.DataFrame:
        """Classes that open in an open year and are less than half full: year, program, learners, classes,
        cost_a_head_vnd (VND of that year)."""
        arrays, run = self.arrays, self.run
        learners, classes = run.new_learners, run.new_classes
        cost = yearly_cost(arrays, learners, classes, arrays.price[: arrays.years])
        keys = {"year": self.plan.years, "program": _ids(self.plan, "programs")}
        values = {"learners": learners, "classes": classes, "cost_a_head_vnd": divide(cost, learners, 0.0)}
        size = np.where(np.isfinite(arrays.class_size), arrays.class_size, 0.0)
        weak = (classes > 0) & (learners < classes * size / 2)
        rows = _tidy(keys, values)[weak[..., 0].ravel()]
        return rows[rows["year"] >= self.plan.decided_from].reset_index(drop=True)


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
    return Results(plan, arrays, simulate_relaxed(arrays, best), best)


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
    """People of every pair of objective and program: needed, deliverable, funded, completed.

    A rule that decides all years at once may send people before their need: what is sent is needed then.
    """
    pairs, run = pairs_of(results.plan), results.run
    needed, deliverable = run.needed, run.deliverable
    if results.best:
        sent = np.where(np.arange(len(run.funded))[:, None, None] < results.arrays.closed, 0.0, run.funded)
        deliverable = np.maximum(deliverable, sent)
        needed = np.maximum(needed, deliverable)
    keys = {"year": results.plan.years, "objective": [o for o, _ in pairs], "program": [p for _, p in pairs]}
    values = {"needed": needed, "deliverable": deliverable, **_columns_of(run, "funded", "completed")}
    return _tidy(keys, values)


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
    values = {"required_vnd": results.requirement.funded_vnd, "funded_vnd": results.run.funded_vnd}
    return _by_program_and_source(results, results.plan.years, values)


@run_table("commitments")
def commitments_table(results: Results) -> pd.DataFrame:
    """What courses under way cost in the years after the last, VND; only rows with money."""
    last, cost = results.plan.last, results.run.commitments_vnd
    frame = _by_program_and_source(results, range(last + 1, last + 1 + len(cost)), {"vnd": cost})
    return frame[frame["vnd"] > 0].reset_index(drop=True)


@run_table("budget")
def budget_table(results: Results) -> pd.DataFrame:
    """Ceiling, requirement and cost by source and in total, VND: what is lacking, over the ceiling and unspent."""
    plan, arrays = results.plan, results.arrays
    required, funded = (cost_by_source(arrays, run.funded_vnd) for run in (results.requirement, results.run))
    ceiling = np.where(np.isinf(arrays.ceiling), np.nan, arrays.ceiling)
    keys = {"year": plan.years, "source": [*_ids(plan, "sources"), "total"]}
    values = {
        "ceiling_vnd": ceiling,
        "required_vnd": required,
        "funded_vnd": funded,
        "lacking_vnd": required - funded,
        "over_vnd": np.maximum(0.0, funded - ceiling),
        "unspent_vnd": np.maximum(0.0, ceiling - funded),
    }
    return _tidy(keys, values)


@run_table("gap")
def gap_table(results: Results) -> pd.DataFrame:
    """Every objective and year beside its path; `met` is nothing before the due year."""
    plan, arrays, run = results.plan, results.arrays, results.run
    objectives, gap = plan.tables.objectives, run.gap
    values = {
        "base": gap.base,
        "target_path": run.path,
        "target": np.broadcast_to(arrays.target, run.path.shape),
        "asked": np.broadcast_to(arrays.asked, run.path.shape),
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
    objectives = plan.tables.objectives
    when_due = {name: run.when_due(getattr(run.gap, name))[:, 0] for name in ("reached", "coverage", "aim_met", "gap")}
    missed, parts = ~run.met_when_due[:, 0], gap_parts(results.relaxed)
    values = {
        "objective": [row.id for row in objectives],
        "asked": arrays.asked[:, 0],
        "target": arrays.target[:, 0],
        "due": [row.due for row in objectives],
        **{name: when_due[name] for name in ("reached", "coverage")},
        "verdict": [verdict(run, o) for o in range(len(objectives))],
        "aim_met": when_due["aim_met"] > 0,
        "gap": when_due["gap"],
        **{f"missing_{limit}": np.where(missed, parts[:, k], np.nan) for k, limit in enumerate(LIMITS)},
        "binds": [binding_limit(parts[o]) if missed[o] else "" for o in range(len(objectives))],
        "best_reachable": np.where(missed, best_reachable(results.relaxed), np.nan),
        "latest_start": pd.array(
            [plan.first + latest_start(arrays, o) if missed[o] else pd.NA for o in range(len(objectives))], "Int64"
        ),
    }
    return pd.DataFrame(values)


@run_table("lines")
def coverage_by_limit(results: Results) -> pd.DataFrame:
    """Coverage without limits (needed), with unlimited money (deliverable), and with every limit (affordable)."""
    relaxed = results.relaxed
    values = {
        "needed": relaxed.without_capacity.gap.coverage,
        "deliverable": results.requirement.gap.coverage,
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
