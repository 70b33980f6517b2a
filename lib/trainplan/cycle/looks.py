"""The looks of a review (method.md, section 8): the plan as it was decided, as it is known now, and in between."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from trainplan.plan.plan import Plan, load_plan
from trainplan.plan.vintages import days_of_years
from trainplan.text.problems import PlanError, Problem


def load_looks(
    plan: str | Path,
    scenario: str,
    year: int,
    as_of: str | date | None = None,
    overrides: dict[str, Any] | None = None,
) -> tuple[Plan, Plan]:
    """The plan as it was decided and as it is known now, the years up to `year` closed; PlanError.

    It is one as well where the plan as decided has no objectives. As decided it is seen from the date of the plan file,
    or where that has none by its undated rows alone; now from `as_of`, or where none is given by all rows. A look
    without a date has none in its choices.
    """
    decided = load_plan(plan, scenario, overrides)
    if decided.choices.as_of is None:
        decided = without_date(load_plan(plan, scenario, overrides, date.min))
    decided.check_year(year, "--year")
    if not decided.tables.objectives:
        raise PlanError([Problem("objectives", "nothing_decided")])
    now = load_plan(plan, scenario, {**(overrides or {}), "decided_from": year + 1}, as_of or date.max)
    return decided, now if as_of else without_date(now)


def load_looks_between(
    decided: Plan, now: Plan, scenario: str, overrides: dict[str, Any] | None = None
) -> dict[date, Plan]:
    """The looks between both, by their day: one for each day on which actuals closed a further year, not yet the last.

    A look closes the years up to the last one of which it sees an actual. One whose data do not hold together, so that
    nothing could have been planned on that day, is left out.
    """
    known = days_of_years(now.path, "actuals", now.choices.as_of or date.max)
    closed, year = decided.decided_from - 1, now.decided_from - 1
    looks = {}
    for day in sorted({one for one, _ in known if one > (decided.choices.as_of or date.min)}):
        last = max(of for one, of in known if one <= day)
        if closed < last < year:
            closed = last
            with contextlib.suppress(PlanError):
                looks[day] = load_plan(now.path, scenario, {**(overrides or {}), "decided_from": last + 1}, day)
    return looks


def without_date(plan: Plan) -> Plan:
    """The plan as it is seen from no date at all."""
    return replace(plan, seen_from=None, choices=plan.choices.model_copy(update={"as_of": None}))
