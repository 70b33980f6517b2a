"""The rules of funding beside the best plan: the same ceilings, spent in different ways (method.md, section 6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from trainplan.model.arrays import build_arrays
from trainplan.model.simulate import Run
from trainplan.optimize.best_plan import Optimum, run_plan, solve_plan, weighted_shortfall
from trainplan.plan.choices import compared_rules
from trainplan.plan.plan import Plan
from trainplan.results.tables import Results, compute
from trainplan.results.verdicts import count_met


@dataclass(frozen=True)
class RuleComparison:
    """A plan under every rule that keeps its ceilings, and the best plan with its bound and shadow prices."""

    plan: Plan
    best: Optimum
    runs: dict[str, Run]

    def plan_under(self, rule: str) -> Plan:
        """The plan under another rule of allocation."""
        return under_rule(self.plan, rule)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row a rule: rule, met, objectives, goals_met, goals, weighted_shortfall, funded_vnd, commitments_vnd."""
        rows = [
            {
                "rule": rule,
                **count_met(self.plan, run.met_when_due[:, 0]),
                "weighted_shortfall": weighted_shortfall(run.arrays, run),
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


def compare_rules(plan: Plan, solve: Callable[[Plan], Optimum] = solve_plan) -> RuleComparison:
    """Every rule that keeps the ceilings on a plan, whatever its own is; the best plan, by `solve`, among them."""
    arrays = build_arrays(plan)
    best = solve(under_rule(plan, "optimal"))
    others = (rule for rule in compared_rules() if rule != "optimal")
    runs = {rule: run_plan(replace(arrays, allocation=rule)) for rule in others}
    return RuleComparison(plan, best, {**runs, "optimal": best.run})


def under_rule(plan: Plan, rule: str) -> Plan:
    """The plan under another rule of allocation."""
    return replace(plan, choices=plan.choices.model_copy(update={"allocation": rule}))


def best_plan(plan: Plan, solve: Callable[[Plan], Optimum] = solve_plan) -> Results:
    """The results of a plan when all years are planned at once, whatever its own rule; `best` holds the bound."""
    return compute(under_rule(plan, "optimal"), solve)


def rule_beside(compared: RuleComparison) -> str:
    """The rule that the best plan is held against: the plan's own or, where that is no other, the nearest."""
    own = compared.plan.allocation
    return own if own != "optimal" and own in set(compared.table["rule"]) else nearest_rule(compared)


def nearest_rule(compared: RuleComparison) -> str:
    """The rule that comes closest to the best plan."""
    table = compared.table[compared.table["rule"] != "optimal"]
    return str(table["rule"].iloc[int(np.argmin(table["weighted_shortfall"]))])
