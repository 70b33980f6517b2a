"""How what the decision orders beside courses stands on a day."""

from __future__ import annotations

from datetime import date

from trainplan.plan.schema import Milestone
from trainplan.text.formats import last_day


def milestone_state(row: Milestone, day: date) -> str:
    """How a milestone stands on a day: `done`, `done_late`, `late`, or `open` where it is not due yet."""
    due = last_day(row.due)
    if row.done:
        return "done_late" if first_day(row.done) > due else "done"
    return "late" if due < day else "open"


def first_day(moment: str) -> date:
    """The first day of a year, a month (2012-06) or a day."""
    return date(*(int(part) for part in f"{moment}-01-01".split("-")[:3]))
