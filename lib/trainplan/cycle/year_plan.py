"""The tables of a year plan: learners and cost by unit, and the classes of a year (method.md, section 9)."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from trainplan.cycle.unit_model import follow_units, group_of_pair, unit_share
from trainplan.model.arrays import pairs_of
from trainplan.plan.schema import Program
from trainplan.results.registry import RESULTS, check_columns
from trainplan.results.tables import Results

DAYS_A_MONTH = 22  # of a class that meets on every working day
MONTHS = 12


def unit_plan(results: Results) -> pd.DataFrame:
    """New and continuing learners and their cost in every year, by unit, objective and program.

    The table `unit_plan` of the registry: a row for every year, unit and pair whose group the unit holds, zeros
    included. `learners` are whole people, `continuing` are not; `cost_vnd` is VND of the year. In closed years
    (`estimated`) it is known what all units did, not what each did.
    """
    return check_columns("unit_plan", _by_unit(results, "learners", "continuing", "cost_vnd"))


def unit_needs(results: Results) -> pd.DataFrame:
    """The people who would have to begin so that the path is kept, as `unit_plan` has those who do, in `needed`."""
    return _by_unit(results, "needed")


def _by_unit(results: Results, *names: str) -> pd.DataFrame:
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
            for name in names
        },
        "estimated": year < arrays.closed,
    }
    return pd.DataFrame(frame)


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


def last_month(program: Program, year: int) -> str:
    """The earliest year and month in which the last class that a program opens in a year ends; empty where unknown.

    A course of several years ends with the last of them.
    """
    if program.years > 1:
        return f"{year + program.years - 1}-{MONTHS}"
    if not program.opens or not program.days:
        return ""
    years, month = divmod(program.opens[-1] - 2 + math.ceil(program.days / DAYS_A_MONTH), MONTHS)
    return f"{year + years}-{month + 1:02}"


def month_due(results: Results, p: int, t: int) -> str:
    """The earliest month in which a target is due that a program's new learners of a year (indices) work towards."""
    arrays, run = results.arrays, results.run
    serving = arrays.objective[(arrays.program == p) & (run.funded[t, :, 0] > 0)]
    objectives = [results.plan.tables.objectives[o] for o in serving]
    ends = results.plan.first + t + int(arrays.course_years[p]) - 1
    return min((o.due for o in objectives if o.due_year == ends and "-" in o.due), default="")
