"""The model in its order: plan → workforce → need → capacity → funding → completion → cost → gap, year by year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainplan.model.arrays import Array, Arrays
from trainplan.model.capacity import needed_and_deliverable
from trainplan.model.completion import (
    cohorts_at_baseline,
    completions,
    enroll,
    stock,
    stock_at_baseline,
    survive,
)
from trainplan.model.cost import classes, classes_at_baseline, classes_under_way, cost, learners
from trainplan.model.funding import funded
from trainplan.model.gap import Gap, gaps
from trainplan.model.need import individual_need, target_path, with_parts
from trainplan.model.workforce import Workforce, workforce


@dataclass(frozen=True)
class Run:
    """What a simulation says: (Y, rows, D) arrays by pair K, program P or objective O; money in VND of its year."""

    people: Workforce
    path: Array  # (Y, O, D)
    needed: Array  # (Y, K, D)
    deliverable: Array  # (Y, K, D)
    funded: Array  # (Y, K, D)
    completed: Array  # (Y, K, D)
    new_learners: Array  # (Y, P, D)
    new_classes: Array  # (Y, P, D)
    learners: Array  # (Y, P, D)
    classes: Array  # (Y, P, D)
    committed_vnd: Array  # (Y, P, D) what cohorts of earlier years cost
    deliverable_vnd: Array  # (Y, P, D)
    funded_vnd: Array  # (Y, P, D)
    commitments_vnd: Array  # (tail, P, D) after `last`
    gap: Gap


def simulate(plan: Arrays, planned: Array | None = None) -> Run:
    """Every year of a plan, over all draws at once.

    `planned`, (Y, K, D or 1), replays an enrollment that was decided beforehand in place of the rule of allocation.
    """
    people, path = workforce(plan), target_path(plan)
    cohorts, opened = cohorts_at_baseline(plan), classes_at_baseline(plan)
    holders, sent = stock_at_baseline(plan), np.zeros_like(plan.target)
    years = []
    for year in range(plan.years):
        cohorts = survive(plan, people, cohorts, year)
        need = individual_need(plan, people, path, holders, cohorts, year)
        needed, deliverable = needed_and_deliverable(plan, people, path, need, sent, year)
        committed = cost(plan, learners(plan, cohorts, year), classes_under_way(plan, opened, year), year)
        enrolled = funded(plan, deliverable, committed, year) if planned is None else planned[year]

        new, places = plan.of_program(enrolled), plan.of_program(deliverable)
        cohorts, opened = enroll(plan, cohorts, enrolled, year), open_classes(plan, opened, new, year)
        completed = completions(plan, cohorts, year)
        holders = stock(plan, people, holders, plan.of_objective(completed), year)
        sent = sent + with_parts(plan, plan.of_objective(enrolled))
        years.append(
            {
                "needed": needed,
                "deliverable": deliverable,
                "funded": enrolled,
                "completed": completed,
                "new_learners": new,
                "new_classes": classes(plan, new),
                "learners": learners(plan, cohorts, year),
                "classes": classes_under_way(plan, opened, year),
                "committed_vnd": committed,
                "deliverable_vnd": committed + cost(plan, places, classes(plan, places), year),
                "funded_vnd": committed + cost(plan, new, classes(plan, new), year),
                "reached": reached(plan, holders, plan.of_objective(completed), sent),
            }
        )
    record = {name: _stack([year[name] for year in years]) for name in years[0]}
    result = gaps(plan, people, record.pop("reached"))
    tail = commitments(plan, people, cohorts, opened)
    return Run(people=people, path=path, commitments_vnd=tail, gap=result, **record)


def open_classes(plan: Arrays, opened: Array, new_learners: Array, year: int) -> Array:
    """Classes by program and start, (P, A, D), with those that this year's new learners fill."""
    return np.where((plan.start == year)[:, None], classes(plan, new_learners)[:, None], opened)


def reached(plan: Arrays, holders: Array, completed: Array, sent: Array) -> Array:
    """People who count for an objective, (O, D): holders, this year's completions, or all who were sent."""
    kind = plan.kind[:, None]
    return np.where(kind == "attainment", holders, np.where(kind == "count", sent, completed))


def commitments(plan: Arrays, people: Workforce, cohorts: Array, opened: Array) -> Array:
    """What cohorts that run past `last` cost in each later year, (tail, P, D)."""
    later = []
    for year in range(plan.years, plan.years + plan.tail):
        cohorts = survive(plan, people, cohorts, year)
        later.append(cost(plan, learners(plan, cohorts, year), classes_under_way(plan, opened, year), year))
    return _stack(later) if later else np.zeros((0, len(plan.course_years), 1))


def _stack(years: list[Array]) -> Array:
    """A year axis in front; years that do not depend on the draw yet are widened to those that do."""
    return np.stack(np.broadcast_arrays(*years))
