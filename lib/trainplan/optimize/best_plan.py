"""`optimal`: the enrollment with the least weighted shortfall that the money allows (method.md, section 6)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from trainplan.model.arrays import Array, Arrays
from trainplan.model.simulate import Run, simulate
from trainplan.optimize.constants import MILLION, Facts
from trainplan.optimize.formulation import equations
from trainplan.optimize.lp import Solver
from trainplan.optimize.rounding import fitted
from trainplan.optimize.search import TOLERANCE, searched


@dataclass(frozen=True)
class Optimum:
    """A decided enrollment, how good it is, and what limits are worth. People-years are weighted."""

    run: Run
    weighted_shortfall: float
    bound: float  # no plan within the ceilings has less
    money: Array  # (Y, S+1) people-years that a billion VND more would save, at the margin

    @property
    def enrollment(self) -> Array:
        """(Y, K, 1), to be replayed."""
        return self.run.funded


def decided(plan: Arrays) -> Run:
    """The simulation of a plan under its own rule, whatever that is."""
    return optimum(plan).run if plan.allocation == "optimal" else simulate(plan)


def weighted_shortfall(plan: Arrays, run: Run) -> float:
    """Σ weight · (people short of the path) over objectives and years; one run."""
    counted = (plan.kind == "count")[:, None]
    asked = run.path * np.where(counted, 1.0, run.gap.base)
    short = np.where(run.people.headcount[:, plan.group] > 0, np.maximum(0.0, asked - run.gap.reached), 0.0)
    return float((plan.weight * short).sum())


def optimum(plan: Arrays) -> Optimum:
    """The best whole-people plan that is found, never worse than `priority` or `proportional`; one run, no draws.

    The bound is that of the linear program, or of the search where there is one. Plans of the two rules stand among
    the candidates: their cohorts may pass a later ceiling, which this rule's own never do.
    """
    facts = Facts(plan)
    if not facts.most.any():
        return _nothing_to_decide(plan)
    problem = equations(plan, facts)
    relaxed = Solver(problem).relaxed()
    found, bound = searched(problem)
    wanted = [problem.enrollment(solution) for solution in found or [relaxed.solution]]
    runs = [simulate(plan, fitted(plan, facts, np.round(some))[..., None]) for some in wanted]
    runs += [simulate(replace(plan, allocation=rule)) for rule in ("priority", "proportional")]
    best = min(runs, key=lambda run: _rank(plan, run))
    limited = (problem.ceiling >= 0) & (problem.overdrawn <= 0)
    reached = weighted_shortfall(plan, best)
    return Optimum(
        run=best,
        weighted_shortfall=reached,
        bound=min(max(bound, relaxed.value), reached),
        money=np.where(limited, relaxed.marginal[problem.ceiling], 0.0) * 1e9 / MILLION,
    )


def _nothing_to_decide(plan: Arrays) -> Optimum:
    run = simulate(plan, np.zeros((plan.years, len(plan.objective), 1)))
    short = weighted_shortfall(plan, run)
    return Optimum(run, short, short, np.zeros(plan.ceiling.shape[:2]))


def _rank(plan: Arrays, run: Run) -> tuple[float, float]:
    """Shortfall first, to the tolerance, then cost to the end of every course."""
    return (
        round(weighted_shortfall(plan, run) / TOLERANCE),
        float(run.funded_vnd.sum() + run.commitments_vnd.sum()),
    )
