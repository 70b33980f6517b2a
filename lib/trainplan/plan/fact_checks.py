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
    for row in read.tables.ceilings:
        said[row.source].add(row.year)
    decided = range(max(read.decided_from, read.choices.first), read.choices.last + 1)
    for source, years in said.items():
        missing = ", ".join(str(year) for year in decided if year not in years)
        if missing:
            yield read.problem("ceilings", "ceiling_years_missing", source, source, "year", years=missing)


def check_actuals(read: RowsRead) -> Iterator[Problem]:
    """What happened is told of pairs that the plan has, by units or not, and with money of the program or without."""
    of_pair: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    of_program: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in read.tables.actuals:
        of_pair[row.year, row.objective, row.program].append(row)
        of_program[row.year, row.program].append(row)
    for (year, objective, program), rows in of_pair.items():
        key = f"{year}/{objective}/{program}"
        if (objective, program) not in read.tables.pairs:
            yield read.problem("actuals", "actuals_of_no_pair", f"{objective}, {program}", key, "program")
        if is_partly_given(rows, "unit"):
            yield read.problem("actuals", "actuals_partly_by_unit", "", key, "unit")
    for (year, program), rows in of_program.items():
        if is_partly_given(rows, "spent_vnd"):
            yield read.problem("actuals", "actuals_partly_spent", "", f"{year}/*/{program}", "spent_vnd")


def is_partly_given(rows: Iterable[Any], column: str) -> bool:
    """Whether some of the rows have a value in the column and others have none."""
    return len({getattr(row, column) is None for row in rows}) > 1


def check_observations(read: RowsRead) -> Iterator[Problem]:
    """What is counted by sending people is known from what was sent."""
    counts = {row.id for row in read.tables.objectives if row.kind == "count"}
    for row in read.tables.observations:
        if row.objective in counts:
            key = record_key("observations", row)
            yield read.problem("observations", "count_observed", row.objective, key, "objective")
