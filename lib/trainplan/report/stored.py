"""What is computed for pages, commands and the desk, by way of the store in use (`storage.store`): computed once.

Each name does what the function of that name in `results` or `analysis` does. These know of no store: what of theirs
is shared by several (the best plan, a sample, the parts of a difference) they are given here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial, update_wrapper, wraps
from typing import Any, TypeVar

import pandas as pd

from trainplan.analysis import attribution, monte_carlo, rule_comparison
from trainplan.analysis import failure_conditions as failures
from trainplan.analysis import goal_seek as goals
from trainplan.analysis import marginal_values as values
from trainplan.analysis import relaxations as relaxing
from trainplan.analysis import sensitivity as drivers
from trainplan.optimize import best_plan as optimum
from trainplan.plan.plan import Plan
from trainplan.results import tables
from trainplan.storage.store import recall_result, through_store

Result = TypeVar("Result")


def _with(function: Callable[..., Result], **given: Any) -> Callable[..., Result]:
    """The function with arguments given once for all, under its own name."""
    return update_wrapper(partial(function, **given), function)


@wraps(attribution.attribute)
def attribute(one: Plan, other: Plan) -> pd.DataFrame:
    """As in `attribution`; its frame also has names and addresses as scenarios write them, no content of a plan."""
    words = [other.scenario, attribution.written_addresses(other), attribution.written_addresses(one)]
    return recall_result(attribution.attribute, one, other, by=[one, other, words])


@wraps(attribution.attribute_others)
def attribute_others(one: Plan, others: Sequence[Plan], *args: Any, **kwargs: Any) -> list[pd.DataFrame]:
    """As in `attribution`, all kept as one by the same words as in `attribute`."""
    words = [[plan.scenario, attribution.written_addresses(plan)] for plan in (one, *others)]
    return recall_result(attribution.attribute_others, one, others, *args, by=[one, *others, words], **kwargs)


@wraps(failures.failure_conditions)
def failure_conditions(draws: monte_carlo.Uncertainty) -> list[failures.FailureRule]:
    """As in `analysis.failure_conditions`; draws go by what they are drawn from, not by their millions of numbers."""
    drawn_from = [draws.plan, draws.draws, draws.seed, draws.loop]
    return recall_result(failures.failure_conditions, draws, by=drawn_from)


@wraps(goals.goal_seek)
def goal_seek(plan: Plan, *args: Any, **kwargs: Any) -> goals.Goal:
    """As in `analysis.goal_seek`; kept once for plans that differ in no more than a rule without ceilings."""
    found = recall_result(goals.goal_seek, goals.under_ceilings(plan), *args, **kwargs)
    return replace(found, plan=plan)


@wraps(relaxing.relaxations)
def relaxations(plan: Plan, *args: Any, **kwargs: Any) -> list[relaxing.Relaxation]:
    """As in `analysis.relaxations`; kept once for plans that differ in no more than a rule without ceilings."""
    return recall_result(relaxing.relaxations, goals.under_ceilings(plan), *args, **kwargs)


solve_plan = through_store(optimum.solve_plan)
compute = _with(tables.compute, solve=solve_plan)
best_plan = _with(rule_comparison.best_plan, solve=solve_plan)
compare_rules = _with(rule_comparison.compare_rules, solve=solve_plan)
attribute_each = _with(attribution.attribute_each, attribute_others=attribute_others)
attribute_all = _with(attribution.attribute_all, attribute_others=attribute_others)
marginal_values = through_store(values.marginal_values)
sensitivity = through_store(drivers.sensitivity, solve=solve_plan)
turned_verdicts = _with(drivers.turned_verdicts, solve=solve_plan)
uncertainty = through_store(monte_carlo.uncertainty, solve=solve_plan)
uncertainty_by_loop = _with(monte_carlo.uncertainty_by_loop, draw=uncertainty)
uncertainty_by_rule = _with(monte_carlo.uncertainty_by_rule, draw=uncertainty)


def usual_draws(plan: Plan) -> monte_carlo.Uncertainty | None:
    """The draws that a plan's answer rests on, of the loop that its rule allows; none for a plan without ranges."""
    return uncertainty(plan, loop=monte_carlo.usual_loop(plan)) if plan.ranges else None


def usual_drivers(plan: Plan) -> pd.DataFrame | None:
    """What moves these draws; none for a plan without ranges."""
    return sensitivity(plan, monte_carlo.usual_loop(plan)) if plan.ranges else None
