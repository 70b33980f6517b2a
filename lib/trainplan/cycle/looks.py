"""The two looks of a review (method.md, section 8): the plan as it was decided, and as it is known now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from trainplan.plan.plan import Plan, load_plan
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


def without_date(plan: Plan) -> Plan:
    """The plan as it is seen from no date at all."""
    return replace(plan, seen_from=None, choices=plan.choices.model_copy(update={"as_of": None}))
