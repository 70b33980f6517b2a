"""What results depend on in a plan: its numbers and what they belong to, none of the words that only people read."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from trainplan.plan.ranges import Range
from trainplan.plan.schema import NEUTRAL_CHOICES, TABLES

if TYPE_CHECKING:
    from trainplan.plan.plan import Plan


def plan_content(plan: Plan) -> dict[str, Any]:
    """Choices, the rows of every table and ranges, as plain data; equal for plans that lead to equal results."""
    columns = {name: [c.name for c in table.columns.values() if not c.only_read] for name, table in TABLES.items()}
    return {
        "choices": plan.choices.model_dump(exclude=set(NEUTRAL_CHOICES)),
        "tables": {
            name: [[getattr(row, column) for column in columns[name]] for row in plan.tables[name]] for name in TABLES
        },
        "ranges": [one.model_dump(exclude=set(Range.ONLY_READ)) for one in plan.ranges],
    }


def content_hash(plan: Plan) -> str:
    """The SHA-256 of `plan_content`, in hexadecimal."""
    return hashlib.sha256(json.dumps(plan_content(plan), default=str).encode()).hexdigest()
