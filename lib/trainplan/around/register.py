"""The register: where every number comes from, so that an assumption never passes for a fact (MODEL.md, 1)."""

from __future__ import annotations

import pandas as pd

from trainplan.inputs.changes import row_key
from trainplan.inputs.plan import Plan
from trainplan.inputs.schema import TABLES

ASSUMED = "; assumed:"


def register(plan: Plan) -> pd.DataFrame:
    """A row for every row with a `basis`: table, row, value (its numbers), basis, kind (clause, law, …).

    What stands after `; assumed:` in a basis gets a line of its own, as an assumption.
    """
    found = []
    for name, table in TABLES.items():
        if "basis" not in table.columns:
            continue
        for row in plan.rows[name]:
            cells = row.model_dump()
            numbers = {
                column: value
                for column, value in cells.items()
                if column not in table.keys and isinstance(value, int | float) and not isinstance(value, bool)
            }
            stated, _, assumed = row.basis.partition(ASSUMED)
            for basis in (stated, f"assumption: {assumed}")[: 2 if assumed else 1]:
                found.append(
                    {
                        "table": name,
                        "row": row_key(cells, table.keys),
                        "value": "; ".join(f"{column} {value:.10g}" for column, value in numbers.items()),
                        "basis": basis.partition(":")[2].strip(),
                        "kind": basis.partition(":")[0],
                    }
                )
    return pd.DataFrame(found, columns=["table", "row", "value", "basis", "kind"])
