"""The rules of funding beside the best plan: the same plan and the same ceilings, spent in different ways."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from trainplan.model.arrays import arrays
from trainplan.model.simulate import Run, simulate
from trainplan.optimize.best_plan import Optimum, optimum, weighted_shortfall
from trainplan.plan.plan import Plan

CEILING_RULES = ("proportional", "priority", "optimal")


@dataclass(frozen=True)
class RuleComparison:
    """A plan under every rule that keeps its ceilings, and the best plan with its bound and marginal values."""

    plan: Plan
    best: Optimum
    runs: dict[str, Run]

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row a rule: rule, met, objectives, weighted_shortfall, funded_vnd, commitments_vnd."""
        rows = [
            {
                "rule": rule,
                "met": int(run.met_when_due.sum()),
                "objectives": len(run.plan.due),
                "weighted_shortfall": weighted_shortfall(run.plan, run),
                "funded_vnd": float(run.funded_vnd.sum()),
                "commitments_vnd": float(run.commitments_vnd.sum()),
            }
            for rule, run in self.runs.items()
        ]
        return pd.DataFrame(rows)

    @cached_property
    def enrollment(self) -> pd.DataFrame:
        """People sent over the whole plan: a row a program, a column a rule."""
        programs = [row.id for row in self.plan.tables.programs]
        sent = {rule: run.new_learners[..., 0].sum(axis=0) for rule, run in self.runs.items()}
        return pd.DataFrame({"program": programs, **sent})


def compare_rules(plan: Plan) -> RuleComparison:
    """Every rule on a plan, whatever its own is."""
    numbers = arrays(plan)
    best = optimum(replace(numbers, allocation="optimal"))
    runs = {rule: simulate(replace(numbers, allocation=rule)) for rule in CEILING_RULES[:-1]}
    return RuleComparison(plan, best, {**runs, "optimal": best.run})


def nearest_rule(compared: RuleComparison) -> str:
    """The rule that comes closest to the best plan."""
    table = compared.table[compared.table["rule"] != "optimal"]
    return str(table["rule"].iloc[int(np.argmin(table["weighted_shortfall"]))])
