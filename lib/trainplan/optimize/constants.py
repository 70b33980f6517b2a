"""Coefficients of the linear program that do not depend on its variables (method.md, 2–5)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from trainplan.model.arrays import Array, Arrays, Index, Mask, ceil, floor
from trainplan.model.kinds import kinds_with
from trainplan.model.simulate import Run, simulate

MILLION = 1e6  # VND: keeps the coefficients of people and money within a few powers of ten
SLACK = 1 - 1e-4  # ceil(v) is the largest whole number up to v + SLACK; well above what a solver takes for equal


class Constants:
    """Coefficients and limits that hold whatever is enrolled; of a plan with one draw, which they leave out."""

    def __init__(self, arrays: Arrays) -> None:
        idle = simulate(arrays, np.zeros((arrays.years, len(arrays.objective), 1)))
        years, people = arrays.years, idle.people
        group = arrays.group
        self.weight = arrays.weight[:, 0]
        self.reached = {way: kinds_with(arrays.kind, "reached", way) for way in ENROLLMENT_LIMITS}  # (O,) each
        self.stocks, self.yearly, self.counts = self.reached.values()
        self.course_years = arrays.course_years[arrays.program]  # (K,)
        self.class_size = arrays.class_size[:, 0]
        self.headcount = people.headcount[:, group, 0]  # (Y, O)
        stay = 1 - people.leave_rate[:, group, 0]  # (Y+tail, O)
        self.keep_rate = stay[:years] * (1 - arrays.lapse_rate[:, 0])
        self.completion_rate = arrays.completion_rate[arrays.program, 0]
        self.survival = survival(stay[:, arrays.objective])[:, :years]  # (τ, Y, K)
        self.committed_cost = idle.funded_vnd[..., 0]  # (Y, P) of cohorts begun before
        self.completed = of_objective(arrays, idle.completed[..., 0])  # (Y, O) of cohorts begun before
        self.people_on_path = idle.people_on_path[..., 0]  # (Y, O)
        self.already = np.where(self.stocks, 0.0, idle.reached[..., 0])  # (Y, O) without enrollment, stocks apart
        brought = people.joiners[:, group, 0] * arrays.entry_share[:, 0]
        before = np.concatenate([(arrays.baseline * arrays.headcount[group]).T, idle.gap.reached[:-1, :, 0]])
        self.inflow = brought + self.completed  # (Y, O) what joins the stock without enrollment
        kept = self.keep_rate * before
        self.inflow[0] += kept[0]
        fact = idle.reached[..., 0] - kept
        fact[0] += kept[0]
        self.inflow[: arrays.closed] = fact[: arrays.closed]  # an observation counts among what joins
        self.max_excess = np.maximum(1.0, kept + brought + self.completed - self.headcount)
        self.under_way = under_way(arrays, idle)  # (Y, O) of cohorts begun before, who end later
        unqualified = self.headcount - (kept + brought + self.completed) - self.under_way
        self.may_start = unqualified > 1e-9  # (Y, O); more pipeline than people leaves nobody
        self.price = arrays.price[..., 0]
        self.learner_cost, self.class_cost = self._costs(arrays)
        self.count_limit = count_limits(arrays, idle)
        self.max_enrollment = self._max_enrollment(arrays, idle.needed[..., 0])

    def _costs(self, arrays: Arrays) -> tuple[Array, Array]:
        """Million VND of each year τ for a learner (τ, Y, K) and a class (τ, Y, P) that starts in a year."""
        year = np.arange(arrays.years)
        now = np.arange(arrays.years + arrays.tail)[:, None]
        lengths = range(1, int(arrays.course_years.max()) + 1)
        under_way = [((now >= year) & (now < year + n)).astype(float) for n in lengths]
        held = np.stack(under_way)[arrays.course_years - 1].transpose(1, 2, 0)  # (τ, Y, P)
        price = self.price[:, None] / MILLION
        learner = held[..., arrays.program] * self.survival * (price * arrays.learner_cost[:, 0])[..., arrays.program]
        return learner, held * price * arrays.class_cost[:, 0]

    def _max_enrollment(self, arrays: Arrays, needed: Array) -> Array:
        """(Y, K) people a pair may ever be sent in a year: a whole number, 0 where sending is of no use."""
        limits = [limit(self, arrays, needed) for limit in ENROLLMENT_LIMITS.values()]
        pairs = [np.broadcast_to(mask[arrays.objective], needed.shape) for mask in self.reached.values()]
        most = np.select(pairs, limits)
        most[: arrays.closed] = 0.0
        return np.where(arrays.route_share[:, 0] > 0, most, 0.0)  # places are rows, so that they have a marginal value


def stock_enrollment_limit(constants: Constants, arrays: Arrays, needed: Array) -> Array:
    """(Y, K): the head-count where somebody may start and the course ends within the plan."""
    end = np.arange(arrays.years)[:, None] + constants.course_years - 1
    ends = (end < arrays.years) & (_at_end(constants.survival, end) > 0)
    people = floor(constants.headcount + 1)[:, arrays.objective]
    return np.where(ends & constants.may_start[:, arrays.objective], people, 0.0)


def yearly_enrollment_limit(constants: Constants, arrays: Arrays, needed: Array) -> Array:
    """(Y, K): the need of the year, which is known beforehand."""
    return needed


def count_enrollment_limit(constants: Constants, arrays: Arrays, needed: Array) -> Array:
    """(Y, K): what the count may send by itself, where its group has anybody."""
    return np.where(constants.headcount > 0, constants.count_limit, 0.0)[:, arrays.objective]


ENROLLMENT_LIMITS: dict[str, Callable[[Constants, Arrays, Array], Array]] = {  # by how a kind of objective is reached
    "stock": stock_enrollment_limit,
    "completions": yearly_enrollment_limit,
    "sent": count_enrollment_limit,
}


def survival(stay: Array) -> Array:
    """(τ, Y, K): who of those starting in a year is still there in τ, from yearly shares (τ, K) who stay."""
    years = len(stay)
    left = np.zeros((years, years, stay.shape[1]))
    for now in range(years):
        left[now, :now] = left[now - 1, :now] * stay[now]
        left[now, now] = 1.0
    return left


def under_way(arrays: Arrays, idle: Run) -> Array:
    """(Y, O): people of cohorts begun before the first open year who are under way and end after the year."""
    cohorts = arrays.structure.cohorts
    later = [(cohorts.remaining > 0)[:, None] * year.continuing for year in idle.years]
    return np.stack([of_objective(arrays, cohorts.by_owner(one)[:, 0]) for one in later])


def count_limits(arrays: Arrays, idle: Run) -> Array:
    """(Y, O): people a count may send by itself up to a year: before it is due, places are kept for its parts. What
    closed years have sent is taken off; `idle` sends nobody else."""
    target, sent = arrays.target[:, 0], idle.reached[-1, :, 0]
    kept = np.zeros_like(target)
    parts = np.flatnonzero(arrays.part_of >= 0)
    np.add.at(kept, arrays.part_of[parts], np.maximum(target, sent)[parts])
    own = of_objective(arrays, idle.funded[..., 0].sum(axis=0))
    due = np.arange(arrays.years)[:, None] >= arrays.due
    return ceil(np.maximum(0.0, np.where(due, target, target - kept) - own))


def of_objective(arrays: Arrays, by_pair: Array | Mask) -> Array:
    """Sums (…, K) over the programs of an objective: (…, O)."""
    return arrays.of_objective(np.asarray(by_pair, float)[..., None])[..., 0]


def of_program(arrays: Arrays, by_pair: Array | Mask) -> Array:
    """Sums (…, K) over the objectives of a program: (…, P)."""
    return arrays.of_program(np.asarray(by_pair, float)[..., None])[..., 0]


def _at_end(left: Array, end: Index) -> Array:
    """(Y, K) the share still there in the last year of a course."""
    years, pairs = np.indices(end.shape)
    return left[np.minimum(end, len(left) - 1), years, pairs]
