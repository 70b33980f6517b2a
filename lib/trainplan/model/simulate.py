"""The model in its order, year by year (method.md, sections 2 to 6).

Workforce → target path → stock → need → capacity → funding → completion → cost → gap; verdicts are in results.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from trainplan.model.arrays import Array, Arrays, Mask, fact_or_model
from trainplan.model.capacity import needed_and_deliverable
from trainplan.model.completion import (
    cohorts_at_baseline,
    completions,
    counted_stock,
    next_stock,
    stock_at_baseline,
    stock_flow,
    surviving_learners,
)
from trainplan.model.cost import classes_at_baseline, committed_cost, count_classes, yearly_cost
from trainplan.model.funding import fund_enrollment
from trainplan.model.gap import Gap, measure_gap
from trainplan.model.kinds import in_people
from trainplan.model.need import (
    completion_rate,
    include_parts,
    individual_need,
    population,
    stock_need,
    target_path,
    yearly_need,
)
from trainplan.model.workforce import Workforce, workforce


def simulate(arrays: Arrays, planned: Array | None = None) -> Run:
    """Every year of a plan, over all draws at once.

    `planned`, (Y, K, D or 1), replays an enrollment that was decided beforehand in place of the rule of allocation; in
    closed years facts go before both.
    """
    people, path, passing = workforce(arrays), target_path(arrays), completion_rate(arrays)
    flow, courses = stock_flow(arrays, people, path), yearly_need(arrays, people, path, passing)
    holders, sent = stock_at_baseline(arrays), np.zeros((len(arrays.structure.counts), arrays.draws))
    continuing = cohorts_at_baseline(arrays)
    open_classes = classes_at_baseline(arrays, continuing)
    years = []
    for year in range(arrays.years):
        continuing = surviving_learners(arrays, people, continuing, year)
        need = individual_need(arrays, stock_need(arrays, flow, passing, holders, continuing, year), courses[year])
        needed, deliverable = needed_and_deliverable(arrays, people, path, need, sent, year)
        committed = committed_cost(arrays, continuing, open_classes, year)
        enrolled = fund_enrollment(arrays, deliverable, committed, year) if planned is None else planned[year]
        if year < arrays.closed:
            enrolled = fact_or_model(arrays.enrolled[year], enrolled)

        completed = completions(arrays, enrolled, continuing, year)
        holders = next_stock(flow, holders, arrays.structure.by_stock(completed), year)
        holders = counted_stock(arrays, flow, holders, year)
        sent = sent + include_parts(arrays, arrays.structure.by_count(enrolled))
        years.append(Year(needed, deliverable, enrolled, completed, continuing, open_classes, committed, holders, sent))
        continuing = arrays.structure.cohorts.next_year(enrolled, continuing)
        new_classes = count_classes(arrays.of_program(enrolled), arrays.class_size)
        open_classes = arrays.structure.classes.next_year(new_classes, open_classes)
    return Run(arrays, people, path, tuple(years), continuing, open_classes)


class Year(NamedTuple):
    """What a year of a simulation comes to: people by pair, and what the next year starts from."""

    needed: Array  # (K, D)
    deliverable: Array  # (K, D)
    funded: Array  # (K, D)
    completed: Array  # (K, D)
    continuing: Array  # (W, D) learners of the cohorts in a later course year
    open_classes: Array  # (V, D) their classes
    committed_vnd: Array  # (P, D) what they cost in this year
    holders: Array  # (H, D)
    sent: Array  # (C, D) since the plan began


@dataclass(frozen=True)
class Run:
    """What a simulation says: (Y, rows, D) arrays by pair K, program P or objective O; money in VND of its year.

    The years' decisions are kept; what follows from them is worked out when it is asked for.
    """

    arrays: Arrays
    people: Workforce
    path: Array  # (Y, O, D)
    years: tuple[Year, ...]
    continuing: Array  # (W, D) and …
    open_classes: Array  # (V, D) … as they stand after the last year

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
        return self.arrays.of_program(self.funded)

    @cached_property
    def new_classes(self) -> Array:
        """(Y, P, D)"""
        return count_classes(self.new_learners, self.arrays.class_size)

    @cached_property
    def learners(self) -> Array:
        """(Y, P, D) all who are under way."""
        return self.new_learners + self.arrays.structure.learners(self._yearly("continuing"))

    @cached_property
    def classes(self) -> Array:
        """(Y, P, D) new classes and those of earlier years."""
        return self.new_classes + self.arrays.structure.classes.by_owner(self._yearly("open_classes"))

    @cached_property
    def committed_vnd(self) -> Array:
        """(Y, P, D) committed cost in the plan's years: of cohorts begun in earlier years, the pipeline's too.

        `commitments_vnd` is what follows after the plan.
        """
        return self._yearly("committed_vnd")

    @cached_property
    def funded_vnd(self) -> Array:
        """(Y, P, D): what was spent, as far as that is known of a closed year."""
        arrays = self.arrays
        new = yearly_cost(arrays, self.new_learners, self.new_classes, arrays.price[: arrays.years])
        return self._with_facts(arrays.spent, self.committed_vnd + new)

    def _with_facts(self, facts: Array, yearly: Array) -> Array:
        """(Y, …, D) with what is known of the closed years, (closed, …, D), in their place."""
        closed = self.arrays.closed
        if not closed:
            return yearly
        parts = fact_or_model(facts, yearly[:closed]), yearly[closed:]
        draws = max(part.shape[-1] for part in parts)  # what is known does not depend on them
        return np.concatenate([np.broadcast_to(part, (*part.shape[:-1], draws)) for part in parts])

    @cached_property
    def commitments_vnd(self) -> Array:
        """(tail, P, D) commitments after the plan: what cohorts that run past `last` cost in each later year.

        `committed_vnd` is the same in the plan's own years.
        """
        arrays, continuing, open_classes, years = self.arrays, self.continuing, self.open_classes, []
        nobody, none = np.zeros((len(arrays.objective), 1)), np.zeros((len(arrays.course_years), 1))
        for year in range(arrays.years, arrays.years + arrays.tail):
            continuing = surviving_learners(arrays, self.people, continuing, year)
            years.append(committed_cost(arrays, continuing, open_classes, year))
            continuing = arrays.structure.cohorts.next_year(nobody, continuing)
            open_classes = arrays.structure.classes.next_year(none, open_classes)
        return np.stack(years) if years else np.zeros((0, len(arrays.course_years), arrays.draws))

    @cached_property
    def reached(self) -> Array:
        """(Y, O, D) who count for an objective: holders, this year's completions, or all who were sent."""
        structure = self.arrays.structure
        people = self.arrays.of_objective(self.completed)
        if people.shape[-1] < self.arrays.draws:  # a replayed enrollment of which only money is drawn
            people = np.repeat(people, self.arrays.draws, axis=-1)
        if self.arrays.closed:
            size = population(self.arrays, self.people, np.arange(len(self.arrays.group)))
            people = self._with_facts(self.arrays.observed * size[: self.arrays.closed], people)
        people[:, structure.stocks] = self._yearly("holders")
        people[:, structure.counts] = self._yearly("sent")
        return people

    @cached_property
    def people_sent(self) -> Array:
        """(Y, O, D) people whom a year sends for an objective; for a count with those whom its parts send."""
        counts = self.arrays.structure.counts
        people = self.arrays.of_objective(self.funded) + np.zeros(self.arrays.draws)
        people[:, counts] = np.diff(self._yearly("sent"), axis=0, prepend=0)
        return people

    @cached_property
    def people_on_path(self) -> Array:
        """(Y, O, D) people whom the target path asks for, whether or not the group has anybody."""
        return self.path * np.where(in_people(self.arrays.kind)[:, None], 1.0, self.gap.base)

    @cached_property
    def gap(self) -> Gap:
        """Coverage and people missing, each (Y, O, D)."""
        return measure_gap(self.arrays, self.people, self.reached)

    def when_due(self, yearly: Array) -> Array:
        """(O, D) of (Y, O, D): every objective in its due year."""
        return yearly[self.arrays.due, np.arange(len(self.arrays.due))]

    @property
    def met_when_due(self) -> Mask:
        """(O, D)"""
        return self.when_due(self.gap.met) > 0
