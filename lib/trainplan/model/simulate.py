"""The model in its order: plan → workforce → need → capacity → funding → completion → cost → gap, year by year."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from trainplan.model.arrays import Array, Arrays, Mask
from trainplan.model.capacity import needed_and_deliverable
from trainplan.model.completion import (
    cohorts_at_baseline,
    completions,
    stock,
    stock_at_baseline,
    stock_flow,
    survive,
)
from trainplan.model.cost import classes, classes_at_baseline, cost
from trainplan.model.funding import funded
from trainplan.model.gap import Gap, gaps
from trainplan.model.need import completion_rate, course_need, individual_need, stock_need, target_path, with_parts
from trainplan.model.workforce import Workforce, workforce


def simulate(plan: Arrays, planned: Array | None = None) -> Run:
    """Every year of a plan, over all draws at once.

    `planned`, (Y, K, D or 1), replays an enrollment that was decided beforehand in place of the rule of allocation.
    """
    people, path, passing = workforce(plan), target_path(plan), completion_rate(plan)
    flow, courses = stock_flow(plan, people, path), course_need(plan, people, path, passing)
    holders, sent = stock_at_baseline(plan), np.zeros((len(plan.structure.counts), plan.draws))
    later = cohorts_at_baseline(plan)
    held = classes_at_baseline(plan, later)
    years = []
    for year in range(plan.years):
        later = survive(plan, people, later, year)
        need = individual_need(plan, stock_need(plan, flow, passing, holders, later, year), courses[year])
        needed, deliverable = needed_and_deliverable(plan, people, path, need, sent, year)
        committed = cost(plan, *under_way(plan, later, held), plan.price[year])
        enrolled = funded(plan, deliverable, committed, year) if planned is None else planned[year]

        completed = completions(plan, enrolled, later)
        holders = stock(flow, holders, plan.structure.by_stock(completed), year)
        sent = sent + with_parts(plan, plan.structure.by_count(enrolled))
        years.append(Year(needed, deliverable, enrolled, completed, later, held, committed, holders, sent))
        later = plan.structure.cohorts.a_year_on(enrolled, later)
        held = plan.structure.classes.a_year_on(classes(plan, plan.of_program(enrolled)), held)
    return Run(plan, people, path, tuple(years), later, held)


class Year(NamedTuple):
    """What a year of a simulation comes to."""

    needed: Array  # (K, D)
    deliverable: Array  # (K, D)
    funded: Array  # (K, D)
    completed: Array  # (K, D)
    later: Array  # (W, D) learners of the cohorts in a later course year
    held: Array  # (V, D) their classes
    committed_vnd: Array  # (P, D) what they cost
    holders: Array  # (S, D)
    sent: Array  # (C, D) since the plan began


@dataclass(frozen=True)
class Run:
    """What a simulation says: (Y, rows, D) arrays by pair K, program P or objective O; money in VND of its year.

    The years' decisions are kept; what follows from them is worked out when it is asked for.
    """

    plan: Arrays
    people: Workforce
    path: Array  # (Y, O, D)
    years: tuple[Year, ...]
    later: Array  # (W, D) and …
    held: Array  # (V, D) … as they stand after the last year

    def _yearly(self, name: str) -> Array:
        """A year axis in front; a year that does not depend on the draw is widened to those that do."""
        of_years = [getattr(year, name) for year in self.years]
        return np.stack(of_years if len({one.shape for one in of_years}) == 1 else np.broadcast_arrays(*of_years))

    @cached_property
    def needed(self) -> Array:
        """(Y, K, D)"""
        return self._yearly("needed")

    @cached_property
    def deliverable(self) -> Array:
        """(Y, K, D)"""
        return self._yearly("deliverable")

    @cached_property
    def funded(self) -> Array:
        """(Y, K, D)"""
        return self._yearly("funded")

    @cached_property
    def completed(self) -> Array:
        """(Y, K, D)"""
        return self._yearly("completed")

    @cached_property
    def new_learners(self) -> Array:
        """(Y, P, D)"""
        return self.plan.of_program(self.funded)

    @cached_property
    def new_classes(self) -> Array:
        """(Y, P, D)"""
        return classes(self.plan, self.new_learners)

    @cached_property
    def learners(self) -> Array:
        """(Y, P, D) all who are under way."""
        return self.new_learners + self.plan.structure.learners(self._yearly("later"))

    @cached_property
    def classes(self) -> Array:
        """(Y, P, D) all that are held."""
        return self.new_classes + self.plan.structure.classes.by_owner(self._yearly("held"))

    @cached_property
    def committed_vnd(self) -> Array:
        """(Y, P, D) what cohorts of earlier years cost."""
        return self._yearly("committed_vnd")

    @cached_property
    def deliverable_vnd(self) -> Array:
        """(Y, P, D) what cohorts under way and everything deliverable cost."""
        places = self.plan.of_program(self.deliverable)
        return self.committed_vnd + self._cost(places, classes(self.plan, places))

    @cached_property
    def funded_vnd(self) -> Array:
        """(Y, P, D)"""
        return self.committed_vnd + self._cost(self.new_learners, self.new_classes)

    def _cost(self, people: Array, groups: Array) -> Array:
        return cost(self.plan, people, groups, self.plan.price[: self.plan.years])

    @cached_property
    def commitments_vnd(self) -> Array:
        """(tail, P, D) what cohorts that run past `last` cost in each later year."""
        plan, later, held, years = self.plan, self.later, self.held, []
        nobody, none = np.zeros((len(plan.objective), 1)), np.zeros((len(plan.course_years), 1))
        for year in range(plan.years, plan.years + plan.tail):
            later = survive(plan, self.people, later, year)
            years.append(cost(plan, *under_way(plan, later, held), plan.price[year]))
            later = plan.structure.cohorts.a_year_on(nobody, later)
            held = plan.structure.classes.a_year_on(none, held)
        return np.stack(years) if years else np.zeros((0, len(plan.course_years), plan.draws))

    @cached_property
    def reached(self) -> Array:
        """(Y, O, D) who count for an objective: holders, this year's completions, or all who were sent."""
        structure = self.plan.structure
        people = self.plan.of_objective(self.completed)
        people[:, structure.stocks] = self._yearly("holders")
        people[:, structure.counts] = self._yearly("sent")
        return people

    @cached_property
    def gap(self) -> Gap:
        return gaps(self.plan, self.people, self.reached)

    def when_due(self, yearly: Array) -> Array:
        """(O, D) of (Y, O, D): every objective in its due year."""
        return yearly[self.plan.due, np.arange(len(self.plan.due))]

    @property
    def met_when_due(self) -> Mask:
        """(O, D)"""
        return self.when_due(self.gap.met) > 0


def under_way(plan: Arrays, later: Array, held: Array) -> tuple[Array, Array]:
    """Learners and classes of every program, (P, D) each, in a later than their first year."""
    return plan.structure.learners(later), plan.structure.classes.by_owner(held)
