"""The looks of a review (method.md, section 8): the plan as it was decided, as it is known now, and in between."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

from trainplan.plan.plan import Plan, PlanInput
from trainplan.plan.vintages import days_of_years
from trainplan.text.problems import PlanError, Problem


class Looks:
    """The looks of a plan in any scenario and with any changes; its files are read once for each day it is seen from.

    `as_of` is the day on which it is known how things stand; without it all rows tell.
    """

    def __init__(self, plan: str | Path, as_of: str | date | None = None) -> None:
        self.as_of = as_of
        self._from = cache(partial(PlanInput, plan))  # by the day from which it is seen

    def load(self, scenario: str, year: int, overrides: Mapping[str, Any] | None = None) -> tuple[Plan, Plan]:
        """The plan as it was decided and as it is known now, the years up to `year` closed; PlanError.

        It is one as well where the plan as decided has no objectives. As decided it is seen from the date of the plan
        file, or where that has none by its undated rows alone; now from `as_of`, or where none is given by all rows. A
        look without a date has none in its choices.
        """
        decided = self._from(None).change(scenario, overrides)
        if decided.choices.as_of is None:
            decided = without_date(self._from(date.min).change(scenario, overrides))
        decided.check_year(year, "--year")
        if not decided.tables.objectives:
            raise PlanError([Problem("objectives", "nothing_decided")])
        now = self._from(self.as_of or date.max).change(scenario, {**(overrides or {}), "decided_from": year + 1})
        return decided, now if self.as_of else without_date(now)

    def load_between(
        self, decided: Plan, now: Plan, scenario: str, overrides: Mapping[str, Any] | None = None
    ) -> dict[date, Plan]:
        """The looks between both, by their day: one for each day on which actuals closed a further year, not yet the
        last.

        A look closes the years up to the last one of which it sees an actual. One whose data do not hold together, so
        that nothing could have been planned on that day, is left out.
        """
        known = days_of_years(now.path, "actuals", now.choices.as_of or date.max)
        closed, year = decided.decided_from - 1, now.decided_from - 1
        looks = {}
        for day in sorted({one for one, _ in known if one > (decided.choices.as_of or date.min)}):
            last = max(of for one, of in known if one <= day)
            if closed < last < year:
                closed, changes = last, {**(overrides or {}), "decided_from": last + 1}
                with contextlib.suppress(PlanError):
                    looks[day] = self._from(day).change(scenario, changes)
        return looks


def without_date(plan: Plan) -> Plan:
    """The plan as it is seen from no date at all."""
    return replace(plan, seen_from=None, choices=plan.choices.model_copy(update={"as_of": None}))
