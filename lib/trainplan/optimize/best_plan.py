"""`optimal`: the enrollment with the least weighted shortfall that the money allows (method.md, section 6)."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from trainplan.model.arrays import Array, Arrays, build_arrays
from trainplan.model.simulate import Run, simulate
from trainplan.optimize.constants import MILLION, Constants
from trainplan.optimize.formulation import build_formulation
from trainplan.optimize.lp import Solver, Unsolved
from trainplan.optimize.rounding import round_enrollment
from trainplan.optimize.search import TOLERANCE, search_whole_people
from trainplan.plan.checks import too_large_at_once
from trainplan.plan.choices import ALLOCATION_RULES, compared_rules, is_yearly, rule
from trainplan.plan.plan import Plan
from trainplan.text.problems import PlanError, Problem

KEPT = 64  # best plans that a process remembers: more than a goal seek tries


@dataclass(frozen=True)
class Optimum:
    """The best plan: a decided enrollment, how good it is, and what limits are worth. People-years are weighted.

    The shadow price is the dual of the linear program, for a small step; `analysis.marginal_values` solves the program
    again with a whole billion more.
    """

    run: Run
    weighted_shortfall: float
    bound: float  # no plan within the ceilings has less
    shadow_price: Array  # (Y, S+1) of a ceiling: people-years that a billion VND more would save, at the margin

    @property
    def enrollment(self) -> Array:
        """(Y, K, 1), to be replayed."""
        return self.run.funded


def run_plan(arrays: Arrays) -> Run:
    """The simulation of a plan under its own rule, whatever that is; all draws together."""
    if ALLOCATION_RULES[arrays.allocation].yearly:
        return simulate(arrays)
    if arrays.draws == 1:
        return _solve(arrays).run
    enrollment = [_solve(arrays.draw(d)).enrollment for d in range(arrays.draws)]
    return simulate(arrays, np.concatenate(enrollment, axis=-1))


def solve_plan(plan: Plan) -> Optimum:
    """What a plan's rule decides, which has to be one that decides all years at once; PlanError of too large a plan."""
    tables = plan.tables
    problem = too_large_at_once("plan.yaml", plan.allocation, len(plan.years), tables.routes, tables.funding)
    if problem:
        raise PlanError([problem])
    return _solve(build_arrays(plan))


def _solve(arrays: Arrays) -> Optimum:
    return _solve_once(_Content(arrays))


class _Content:
    """Arrays as a key: equal where they hold the same."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        self.digest = blake2b(pickle.dumps([getattr(arrays, field.name) for field in fields(arrays)])).digest()

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Content) and self.digest == other.digest


@lru_cache(maxsize=KEPT)
def _solve_once(content: _Content) -> Optimum:
    solved: Optimum = ALLOCATION_RULES[content.arrays.allocation].decide(content.arrays)
    return solved


def weighted_shortfall(arrays: Arrays, run: Run) -> float:
    """Σ weight · (people short of the path) over objectives and years; one run."""
    short = np.maximum(0.0, run.people_on_path - run.gap.reached)
    return float((arrays.weight * short).sum())


@rule("optimal", yearly=False)
def solve_best_plan(arrays: Arrays) -> Optimum:
    """The best whole-people plan that is found, never worse than `priority` or `proportional`; one run, no draws.

    The bound is that of the linear program, or of the search where there is one. Plans of the two rules stand among
    the candidates: their cohorts may pass a later ceiling, which this rule's own never do.
    """
    constants = Constants(arrays)
    if not constants.max_enrollment.any():
        return _nothing_to_decide(arrays)
    formulation = build_formulation(arrays, constants)
    try:
        linear = Solver(formulation).solve_linear()
    except Unsolved as error:
        raise PlanError(
            [Problem("plan.yaml", "plan_unsolved", column="allocation", values={"reason": error})]
        ) from None
    found, bound = search_whole_people(formulation)
    wanted = [formulation.enrollment(solution) for solution in found or [linear.solution]]
    runs = [simulate(arrays, round_enrollment(arrays, constants, np.round(some))[..., None]) for some in wanted]
    runs += [simulate(replace(arrays, allocation=name)) for name in reversed(compared_rules()) if is_yearly(name)]
    best = min(runs, key=lambda run: _rank(arrays, run))
    limited = (formulation.ceiling_rows >= 0) & (formulation.overdrawn <= 0)
    reached = weighted_shortfall(arrays, best)
    return Optimum(
        run=best,
        weighted_shortfall=reached,
        bound=min(max(bound, linear.value), reached),
        shadow_price=np.where(limited, linear.dual[formulation.ceiling_rows], 0.0) * 1e9 / MILLION,
    )


def _nothing_to_decide(arrays: Arrays) -> Optimum:
    run = simulate(arrays, np.zeros((arrays.years, len(arrays.objective), 1)))
    short = weighted_shortfall(arrays, run)
    return Optimum(run, short, short, np.zeros(arrays.ceiling.shape[:2]))


def _rank(arrays: Arrays, run: Run) -> tuple[float, float]:
    """Shortfall first, to the tolerance, then cost to the end of every course."""
    return (
        round(weighted_shortfall(arrays, run) / TOLERANCE),
        float(run.funded_vnd.sum() + run.commitments_vnd.sum()),
    )
