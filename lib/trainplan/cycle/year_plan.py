"""The tables of a year plan: learners and cost by unit, the classes of a year and their cost (method.md, section 9)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from trainplan.cycle.class_calendar import calendar_of_year, last_month
from trainplan.cycle.requests import requests_cost_of_year, requests_of_year
from trainplan.cycle.survey_effect import (
    baselines_surveyed,
    plan_as_surveyed,
    required_as_surveyed,
    surveyed_coverage,
)
from trainplan.cycle.unit_model import follow_units, group_of_pair, share_enrollment, unit_share
from trainplan.model.arrays import Array, divide, pairs_of
from trainplan.model.cost import yearly_cost
from trainplan.plan.plan import Plan
from trainplan.results.registry import RESULTS, Stem, check_columns
from trainplan.results.tables import Results, compute
from trainplan.text.shown import Quoted

NEW, CONTINUING = "new", "continuing"  # courses that begin in the year, and those begun before


def unit_plan(results: Results) -> pd.DataFrame:
    """New and continuing learners and their cost in every year, by unit, objective and program.

    The table `unit_plan` of the registry: a row for every year, unit and pair whose group the unit holds, zeros
    included. `learners` are whole people, `continuing` are not; `cost_vnd` is VND of the year. In closed years
    (`estimated`) it is known what all units did, not what each did.
    """
    plan, arrays = results.plan, results.arrays
    pairs, units = pairs_of(plan), plan.tables.units
    years = list(follow_units(plan, results.run)) if units else []
    held = unit_share(plan)[group_of_pair(arrays)].T > 0
    year, unit, pair = np.nonzero(np.broadcast_to(held, (len(years), *held.shape)))
    frame = {
        "year": plan.first + year,
        "unit": [units[u].id for u in unit],
        "bloc": [units[u].bloc for u in unit],
        "objective": [pairs[k][0] for k in pair],
        "program": [pairs[k][1] for k in pair],
        **{
            name: np.array([getattr(one, name) for one in years]).reshape(len(years), *held.T.shape)[year, pair, unit]
            for name in ("learners", "continuing", "cost_vnd")
        },
        "estimated": year < arrays.closed,
    }
    return check_columns("unit_plan", pd.DataFrame(frame))


def unit_need(results: Results, year: int) -> pd.DataFrame:
    """What units need in a calendar year, and what is funded of it, by unit, objective and program, in whole people.

    Columns unit, objective, program, needed, funded: a row for every unit and pair whose group the unit holds, zeros
    included. `needed` is the plan's own need of the year, shared among the units as its enrollment is.
    """
    plan, arrays, share = results.plan, results.arrays, unit_share(results.plan)
    t, pairs, units = year - plan.first, pairs_of(plan), plan.tables.units
    whole = results["enrollment"]
    needed = whole["needed"].to_numpy()[whole["year"] == year][:, None]
    own = next(itertools.islice(follow_units(plan, results.run), t, None))
    shared = share_enrollment(arrays, needed, share, own.lack, own.sent)
    unit, pair = np.nonzero(share[group_of_pair(arrays)].T > 0)
    return pd.DataFrame(
        {
            "unit": [units[u].id for u in unit],
            "objective": [pairs[k][0] for k in pair],
            "program": [pairs[k][1] for k in pair],
            "needed": shared[pair, unit],
            "funded": own.learners[pair, unit],
        }
    )


def classes_of_year(results: Results, year: int) -> pd.DataFrame:
    """The classes of a calendar year, a row for every program in which somebody studies or that costs something.

    The table `classes_of_year` of the registry. `opens` are the months in which a program opens; `ends`, a year and
    month, is the earliest in which the last of this year's new classes can end, empty where that is not known;
    `deadline` the month by which new classes must have ended, where a target that they serve is due then.
    """
    plan, run, t = results.plan, results.run, year - results.plan.first
    rows = [
        {
            "year": year,
            "program": program.id,
            "content": program.content,
            "level": levels_taught(results, p, t),
            "new_classes": run.new_classes[t, p, 0],
            "continuing_classes": run.classes[t, p, 0] - run.new_classes[t, p, 0],
            "learners": run.learners[t, p, 0],
            "class_size": math.nan if program.class_size is None else program.class_size,
            "days": math.nan if program.days is None else program.days,
            "opens": "; ".join(map(str, program.opens or ())),
            "ends": last_month(program, year) if run.new_learners[t, p, 0] > 0 else "",
            "place": program.place,
            "host": program.host,
            "cost_vnd": run.funded_vnd[t, p, 0],
            "deadline": month_due(results, p, t),
        }
        for p, program in enumerate(plan.tables.programs)
        if run.learners[t, p, 0] > 0 or run.funded_vnd[t, p, 0] > 0
    ]
    return check_columns("classes_of_year", pd.DataFrame(rows, columns=RESULTS["classes_of_year"].column_names))


def levels_taught(results: Results, p: int, t: int) -> str:
    """The levels of the groups that a program teaches in a year (indices), in the order of the groups."""
    arrays, run = results.arrays, results.run
    under_way = run.funded[t] + arrays.structure.cohorts.by_owner(run.years[t].continuing)
    taught = np.unique(group_of_pair(arrays)[(arrays.program == p) & (under_way[:, 0] > 0)])
    return "; ".join(dict.fromkeys(results.plan.tables.groups[g].level for g in taught))


def month_due(results: Results, p: int, t: int) -> str:
    """The earliest month in which a target is due that a program's new learners of a year (indices) work towards."""
    arrays, run = results.arrays, results.run
    serving = arrays.objective[(arrays.program == p) & (run.funded[t, :, 0] > 0)]
    objectives = [results.plan.tables.objectives[o] for o in serving]
    ends = results.plan.first + t + int(arrays.course_years[p]) - 1
    return min((o.due for o in objectives if o.due_year == ends and "-" in o.due), default="")


def cost_by_part(results: Results, year: int) -> Mapping[str, Array]:
    """(P,) VND of a calendar year by program, of courses that begin in it (`new`) and of those begun before.

    In a closed year both are scaled to what was spent; where the model says that nothing was, all of it is new.
    """
    arrays, run, t = results.arrays, results.run, year - results.plan.first
    new = yearly_cost(arrays, run.new_learners[t], run.new_classes[t], arrays.price[t])[:, 0]
    before, whole = run.committed_vnd[t, :, 0], run.funded_vnd[t, :, 0]
    continuing = whole * divide(before, new + before)
    return {NEW: whole - continuing, CONTINUING: continuing}


def estimate_of_year(results: Results, year: int) -> pd.DataFrame:
    """What the courses of a calendar year cost by program, part (`new`, `continuing`) and source, VND of the year.

    The table `estimate_of_year` of the registry: a row for every program that costs anything and every source that
    pays for it. The parts of a source are its share of the program's cost: an estimate, as no source pays by part.
    """
    table, cost = RESULTS["estimate_of_year"], cost_by_part(results, year)
    rows = [
        (year, program.id, part, row.source, float(cost[part][p] * row.share))
        for p, program in enumerate(results.plan.tables.programs)
        for part in cost
        for row in results.plan.tables.funding
        if row.program == program.id and results.run.funded_vnd[year - results.plan.first, p, 0] > 0
    ]
    return check_columns(table.stem, pd.DataFrame(rows, columns=table.column_names))


def members_of_year(results: Results, year: int) -> pd.DataFrame:
    """Whom the new learners of a calendar year hold, such as women: `attributes` share of them, in whole people.

    The table `members_of_year` of the registry: a row for every pair of objective and program that sends anybody and
    every attribute of its group; an estimate, which the units' own lists replace.
    """
    plan, t = results.plan, year - results.plan.first
    group_of = {row.id: row.group for row in plan.tables.objectives}
    rows = [
        (year, objective, program, row.attribute, math.floor(learners * row.share + 0.5))
        for (objective, program), learners in zip(pairs_of(plan), results.run.funded[t, :, 0], strict=True)
        for row in plan.tables.attributes
        if row.group == group_of[objective] and learners > 0
    ]
    table = RESULTS["members_of_year"]
    return check_columns(table.stem, pd.DataFrame(rows, columns=table.column_names))


def year_tables(results: Results, year: int, compute: Callable[[Plan], Results] = compute) -> dict[Stem, pd.DataFrame]:
    """Every table of a year plan by the stem of its file; `unit_plan` holds all years of the plan.

    Those of what units ask for, and of what a survey counted, are there where the plan has such rows; `compute` is
    what makes the results of the plan as surveyed.
    """
    made = (classes_of_year, calendar_of_year, estimate_of_year, members_of_year)
    tables = {"unit_plan": unit_plan(results), **{make.__name__: make(results, year) for make in made}}
    if results.plan.tables.requests:
        tables["requests_of_year"] = requests_of_year(results, year, unit_need(results, year))
        tables["requests_cost_of_year"] = requests_cost_of_year(results, year)
    if surveyed_coverage(results.plan):
        after = compute(plan_as_surveyed(results.plan, year))
        tables["baselines_surveyed"] = baselines_surveyed(results, after, year)
        tables["required_as_surveyed"] = required_as_surveyed(results, after)
    return tables


@dataclass(frozen=True)
class YearTables:
    """A calendar year of a plan with the tables of its year plan: `tables["unit_plan"]`."""

    results: Results
    year: int
    compute: Callable[[Plan], Results] = compute  # what makes results of the plan as surveyed

    @cached_property
    def frames(self) -> Mapping[Stem, pd.DataFrame]:
        """Every table by the stem of its file, as `year_tables` makes them."""
        return year_tables(self.results, self.year, self.compute)

    def __getitem__(self, stem: Stem) -> pd.DataFrame:
        return self.frames.get(stem, pd.DataFrame(columns=RESULTS[stem].column_names))

    @property
    def with_rows(self) -> dict[Stem, pd.DataFrame]:
        """The tables that have rows."""
        return {stem: frame for stem, frame in self.frames.items() if len(frame)}

    def of_year(self, stem: Stem) -> pd.DataFrame:
        """The rows of a table, of these or of the run's, that are of the year."""
        frame = self.frames[stem] if stem in self.frames else self.results[stem]
        return frame[frame["year"] == self.year]

    @property
    def is_closed(self) -> bool:
        """Whether what happened in the year is a fact, of which the shares of units are estimates."""
        return self.year < self.results.plan.decided_from

    def quote(self, stem: Stem, column: str, value: float, **keys: Any) -> Quoted:
        """A number of the year with its address; of a key that is not given all were added up."""
        return self.results.quote(stem, column, value, year=self.year, **keys)
