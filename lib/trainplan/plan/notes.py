"""What a plan may say and is yet worth a look: facts that are missing or not used, empty cells that decide much."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from trainplan.plan.address import record_key
from trainplan.plan.fact_checks import headcount_paths
from trainplan.plan.schema import NAMED
from trainplan.text.catalog import both

if TYPE_CHECKING:
    from trainplan.plan.plan import Plan

A_MILLION = 1e6


def plan_notes(plan: Plan) -> list[str]:
    """What is allowed in a plan and yet worth a planner's look, in both languages (method.md, sections 1 and 2)."""
    return [f"{place}: {text}" for note in NOTES for place, text in note(plan)]


def _shrinking(plan: Plan) -> Iterator[tuple[str, str]]:
    """Groups that become fewer by more than those who leave."""
    rates = {(row.group, row.year): row.leave_rate for row in plan.tables.turnover}
    paths = headcount_paths(plan.tables, plan.years)
    for group in plan.tables.groups:
        path = paths[group.id]
        left = [(y, path[y - 1] * (1 - rates.get((group.id, y), group.leave_rate))) for y in plan.years]
        if any(path[year] < people * (1 - 1e-9) for year, people in left):
            yield f"groups.{group.id}", both("warning.group_shrinks")


def _weightless(plan: Plan) -> Iterator[tuple[str, str]]:
    for row in plan.tables.objectives:
        if row.weight == 0:
            yield f"objectives.{row.id}", both("warning.weight_of_zero")


def _empty_rates(plan: Plan) -> Iterator[tuple[str, str]]:
    """Cells of attainments that count as 0 and decide much."""
    for column in ("entry_share", "lapse_rate"):
        rows = plan.tables.objectives
        empty = [row.id for row in rows if row.kind == "attainment" and getattr(row, column) is None]
        if empty:
            yield f"objectives.*.{column}", both(f"warning.{column}_empty", objectives=", ".join(empty))


def _ceilings(plan: Plan) -> Iterator[tuple[str, str]]:
    """Money without any limit, and ceilings that seem to be in million đồng."""
    limits = [row.ceiling_vnd for row in plan.tables.ceilings if row.ceiling_vnd is not None]
    most = max(limits, default=0.0)
    if not limits:
        yield "ceilings", both("warning.no_ceiling")
    if 0 < most < A_MILLION:
        yield "ceilings", both("warning.ceilings_in_millions", most=f"{most:g}", money=f"{most * A_MILLION:.0f}")


def _closed_without_actuals(plan: Plan) -> Iterator[tuple[str, str]]:
    known = {(row.year, row.objective, row.program) for row in plan.tables.actuals}
    for year in plan.closed_years:
        missing = ["/".join(pair) for pair in plan.tables.pairs if (year, *pair) not in known]
        if missing:
            yield f"actuals {year}", both("warning.closed_without_actuals", pairs=", ".join(missing))


def _facts_of_open_years(plan: Plan) -> Iterator[tuple[str, str]]:
    for name in ("actuals", "observations"):
        rows = dict.fromkeys(record_key(name, row) for row in plan.tables[name] if row.year in plan.open_years)
        if rows:
            yield name, both("warning.facts_of_open_years", rows=", ".join(rows), year=plan.decided_from)


def _years_without_use(plan: Plan) -> Iterator[tuple[str, str]]:
    """Rows of years that nothing is computed for; prices of the period before serve its comparison in real terms."""
    tail = max((row.years for row in plan.tables.programs), default=1) - 1
    used = range(plan.first, plan.last + tail + 1)
    for name in ("turnover", "prices"):
        rows = [row for row in plan.tables[name] if row.year not in used]
        if name == "prices":
            compared = plan.tables.history
            rows = [r for r in rows if r.year != plan.price_base_year and (r.year >= plan.first or not compared)]
        if rows:
            yield name, both("warning.year_without_use", rows=", ".join(record_key(name, row) for row in rows))


def _vietnamese_alone(plan: Plan) -> Iterator[tuple[str, str]]:
    """Rows without an English name in a plan that has others."""
    for table in NAMED if "en" in plan.languages else ():
        rows = plan.tables[table]
        missing = sum(not row.name_en for row in rows)
        if missing:
            yield f"{table}.*.name_en", both("warning.vietnamese_alone", missing=missing, rows=len(rows))


def _set_twice(plan: Plan) -> Iterator[tuple[str, str]]:
    for address in plan.changed_by.set_twice:
        yield address, both("warning.set_twice")


def _of_workbooks(plan: Plan) -> Iterator[tuple[str, str]]:
    """What is read of workbooks although it is hidden, and what is not read."""
    for place, code, values in plan.read_notes:
        yield place, both(f"warning.{code}", **values)


NOTES: tuple[Callable[[Plan], Iterable[tuple[str, str]]], ...] = (
    _shrinking,
    _weightless,
    _empty_rates,
    _ceilings,
    _closed_without_actuals,
    _facts_of_open_years,
    _years_without_use,
    _vietnamese_alone,
    _set_twice,
    _of_workbooks,
)
