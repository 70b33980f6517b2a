"""The headline figures of a run: what many runs are compared by at a glance."""

from __future__ import annotations

from typing import Any

from trainplan.results.sources import basis_kinds
from trainplan.results.tables import Results
from trainplan.results.verdicts import count_met, count_nearly


def headline(results: Results) -> dict[str, Any]:
    """The figures of `results` by the columns of the table `headlines` from `targets` on; None where there is none."""
    plan, kinds = results.plan, basis_kinds(results.plan)
    counts = count_met(plan, results.run.met_when_due[:, 0])
    nearly = count_nearly(plan, results.run)["met"]
    over, day = float(results.over_vnd), plan.choices.as_of
    return {
        "targets": counts["objectives"],
        "met": counts["met"],
        "nearly": nearly,
        "missed": counts["objectives"] - counts["met"] - nearly,
        **{name: float(results.money[name]) for name in ("required_vnd", "funded_vnd", "lacking_vnd")},
        "over_vnd": over if over == over else None,
        "commitments_vnd": float(results["commitments"]["vnd"].sum()),
        "ceilings": plan.has_ceilings,
        "assumed_share": kinds.count("assumption") / len(kinds) if kinds else None,
        "as_of": str(day) if day else None,
        "invented": bool(plan.invented_tables),
    }
