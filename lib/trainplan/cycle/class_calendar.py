"""When classes of a year open and until when they run (method.md, section 9)."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from trainplan.model.arrays import Array
from trainplan.model.capacity import largest_remainder
from trainplan.plan.schema import Program
from trainplan.results.registry import RESULTS, check_columns
from trainplan.results.tables import Results

DAYS_A_MONTH = 22  # of a class that meets on every working day
MONTHS = 12


def months_taken(program: Program, opens: int) -> int:
    """How many months a class that opens in a month, 1 to 12, runs: one where its days are not said.

    A course of several years runs until the end of the last of them.
    """
    if program.years > 1:
        return program.years * MONTHS - opens + 1
    return math.ceil((program.days or 1) / DAYS_A_MONTH)


def last_month(program: Program, year: int) -> str:
    """The earliest year and month in which the last class that a program opens in a year ends; empty where unknown."""
    if program.years > 1:
        return f"{year + program.years - 1}-{MONTHS}"
    if not program.opens or not program.days:
        return ""
    years, month = divmod(program.opens[-1] - 2 + months_taken(program, program.opens[-1]), MONTHS)
    return f"{year + years}-{month + 1:02}"


def classes_by_month(program: Program, classes: float) -> Array:
    """(12,) new classes of a year that open in each month: as many in each of `opens`, one more in the first."""
    opening = np.zeros(MONTHS)
    if program.opens:
        months = np.array(program.opens) - 1
        opening[months] = largest_remainder(np.ones((len(months), 1)), np.array([classes]))[:, 0]
    return opening


def running_by_month(program: Program, opening: Array) -> Array:
    """(24,) how many classes run in each month of the year in which they open and of the next."""
    running = np.zeros(2 * MONTHS)
    for month in np.flatnonzero(opening):
        running[month : month + months_taken(program, int(month) + 1)] += opening[month]
    return running


def calendar_of_year(results: Results, year: int) -> pd.DataFrame:
    """Classes that open, and that run, in each month of a calendar year.

    The table `calendar_of_year` of the registry: a row for every month in which a class of the program runs. Programs
    whose months are not said are left out. Of the year before there stand those that end in this one.
    """
    plan, run, t = results.plan, results.run, year - results.plan.first
    rows = []
    for p, program in enumerate(plan.tables.programs):
        if not program.opens:
            continue
        opening = classes_by_month(program, run.new_classes[t, p, 0])
        running = running_by_month(program, opening)[:MONTHS]
        running += run.classes[t, p, 0] - run.new_classes[t, p, 0]
        if t > 0 and program.years == 1:
            before = classes_by_month(program, run.new_classes[t - 1, p, 0])
            running += running_by_month(program, before)[MONTHS:]
        rows += [(year, m + 1, program.id, opening[m], running[m]) for m in range(MONTHS) if running[m] > 0]
    table = RESULTS["calendar_of_year"]
    frame = pd.DataFrame(rows, columns=table.column_names).sort_values("month", kind="stable", ignore_index=True)
    return check_columns(table.stem, frame)
