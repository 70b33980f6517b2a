"""What facts and limits of single years must be together: head-counts, ceilings, actuals, counts (method.md, 1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from trainplan.plan.address import record_key
from trainplan.plan.schema import Tables
from trainplan.text.problems import Problem

if TYPE_CHECKING:
    from trainplan.plan.checks import RowsRead

HALF_A_PERSON = 0.5  # as head-counts that grow are no whole numbers


def headcount_paths(tables: Tables, years: Iterable[int]) -> dict[str, dict[int, float]]:
    """The head-count of every group in each of the years, and in the year before them (method.md, section 2)."""
    counted = {(row.group, row.year): row.headcount for row in tables.headcounts}
    years = list(years)
    paths: dict[str, dict[int, float]] = {}
    for group in tables.groups if years else ():
        path = paths[group.id] = {years[0] - 1: group.headcount}
        for year in years:
            path[year] = counted.get((group.id, year), path[year - 1] * (1 + group.growth))
    return paths


def check_sub_groups(read: RowsRead) -> Iterator[Problem]:
    """No group is larger than the one it lies within, in any year."""
    paths = headcount_paths(read.tables, range(read.choices.first, read.choices.last + 1))
    for group in read.tables.groups:
        whole = paths.get(group.part_of or "", {})
        passed = [year for year, people in whole.items() if paths[group.id][year] > people + HALF_A_PERSON]
        if passed:
            year = passed[0]
            about = {"year": year, "people": f"{paths[group.id][year]:g}", "of_whole": f"{whole[year]:g}"}
            yield read.problem("groups", "larger_than_its_whole", group.part_of, group.id, "part_of", **about)


def check_decided_from(read: RowsRead) -> Iterator[Problem]:
    """The first year that the plan decides is one of its own, or the one after them."""
    first, last, stated = read.choices.first, read.choices.last, read.choices.decided_from
    if stated is not None and not first <= stated <= last + 1:
        yield read.problem("plan", "year_outside", stated, "", "decided_from", first=first, last=last + 1)


def check_ceiling_years(read: RowsRead) -> Iterator[Problem]:
    """Whoever has a ceiling in one year has one, or none in so many words, in every year that the plan decides."""
    said: dict[str, set[int]] = defaultdict(set)
    for row in read.rows("ceilings"):
        said[row.source].add(row.year)
    decided = range(max(read.decided_from, read.choices.first), read.choices.last + 1)
    for source, years in said.items():
        missing = ", ".join(str(year) for year in decided if year not in years)
        if missing:
            yield read.problem("ceilings", "ceiling_years_missing", source, source, "year", years=missing)


def check_actuals(read: RowsRead) -> Iterator[Problem]:
    """What happened is said of a pair by units or not, and with numbers of all units, or of the program, or none."""
    of_pair: dict[str, list[Any]] = defaultdict(list)
    of_program: dict[str, list[Any]] = defaultdict(list)
    for row in read.rows("actuals"):
        of_pair[record_key("actuals", row)].append(row)
        of_program[f"{row.year}/*/{row.program}"].append(row)
    together = (("unit", of_pair), ("completed", of_pair), ("spent_vnd", of_program))
    codes = {
        "unit": "actuals_partly_by_unit",
        "completed": "actuals_partly_completed",
        "spent_vnd": "actuals_partly_spent",
    }
    for column, rows_of in together:
        for key, rows in rows_of.items():
            if is_partly_given(rows, column):
                yield read.problem("actuals", codes[column], "", key, column)


def check_pairs(read: RowsRead) -> Iterator[Problem]:
    """What happened is said of pairs that the plan has."""
    pairs = {(row.objective, row.program) for name in ("routes", "pipeline") for row in read.rows(name)}
    named = {record_key("actuals", row): row for row in read.rows("actuals", "objective", "program")}
    for key, row in named.items():
        if (row.objective, row.program) not in pairs:
            yield read.problem("actuals", "actuals_of_no_pair", f"{row.objective}, {row.program}", key, "program")


def is_partly_given(rows: Iterable[Any], column: str) -> bool:
    """Whether some of the rows have a value in the column and others have none."""
    return len({getattr(row, column) is None for row in rows if hasattr(row, column)}) > 1


def check_observations(read: RowsRead) -> Iterator[Problem]:
    """Nobody is reached beyond those among whom it was counted; what counts people sent is known from what was sent."""
    counts = {row.id for row in read.rows("objectives", "id", "kind") if row.kind == "count"}
    for row in read.rows("observations", "objective"):
        if row.objective in counts:
            key = record_key("observations", row)
            yield read.problem("observations", "count_observed", row.objective, key, "objective")
    for row in read.rows("observations", "base", "reached"):
        if row.reached > row.base:
            key, base = record_key("observations", row), f"{row.base:g}"
            yield read.problem("observations", "more_than_its_base", f"{row.reached:g}", key, "reached", base=base)
