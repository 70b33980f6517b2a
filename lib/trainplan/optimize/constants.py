"""What enrollment cannot change: constants of the equations, from a run in which nobody is sent (method.md, 2–5)."""

from __future__ import annotations

import numpy as np

from trainplan.model.arrays import Array, Arrays, Index, Mask, ceil, floor
from trainplan.model.simulate import simulate

MILLION = 1e6  # VND: keeps the coefficients of people and money within a few powers of ten
SLACK = 1 - 1e-4  # ceil(v) is the largest whole number up to v + SLACK; well above what a solver takes for equal


class Facts:
    """Constants of the equations, without draws: what holds whatever is enrolled."""

    def __init__(self, plan: Arrays) -> None:
        idle = simulate(plan, np.zeros((plan.years, len(plan.objective), 1)))
        years, people = plan.years, idle.people
        group = plan.group
        self.kind, self.weight = plan.kind, plan.weight[:, 0]
        self.yearly = np.isin(plan.kind, ("annual", "appointment"))
        self.length = plan.course_years[plan.program]  # (K,)
        self.class_size = plan.class_size[:, 0]
        self.headcount = people.headcount[:, group, 0]  # (Y, O)
        stay = 1 - people.leave_rate[:, group, 0]  # (Y+tail, O)
        self.keep = stay[:years] * (1 - plan.lapse_rate[:, 0])
        self.rate = plan.completion_rate[plan.program, 0]
        self.left = survival(stay[:, plan.objective])[:, :years]  # (τ, Y, K)
        self.committed = idle.funded_vnd[..., 0]  # (Y, P) of the pipeline
        self.completed = of_objective(plan, idle.completed[..., 0])  # (Y, O) of the pipeline
        asked = idle.path[..., 0] * np.where(plan.kind == "count", 1.0, idle.gap.base[..., 0])
        self.path_people = np.where(self.headcount > 0, asked, 0.0)  # (Y, O)
        brought = people.joiners[:, group, 0] * plan.entry_share[:, 0]
        before = np.concatenate([(plan.baseline * plan.headcount[group]).T, idle.gap.reached[:-1, :, 0]])
        self.given = brought + self.completed  # (Y, O) what joins the stock without enrollment
        self.given[0] += self.keep[0] * before[0]
        self.over = np.maximum(1.0, self.keep * before + brought + self.completed - self.headcount)
        self.studying = studying(plan, stay)  # (Y, O) of the pipeline, who end later
        unqualified = self.headcount - (self.keep * before + brought + self.completed) - self.studying
        self.may_start = unqualified > 1e-9  # (Y, O); more pipeline than people leaves nobody
        self.price = plan.price[..., 0]
        self.learner_cost, self.class_cost = self._costs(plan)
        self.limit = count_limit(plan)
        self.most = self._most(plan, idle.needed[..., 0])

    def _costs(self, plan: Arrays) -> tuple[Array, Array]:
        """Million VND of each year τ for a learner (τ, Y, K) and a class (τ, Y, P) that starts in a year."""
        year = np.arange(plan.years)
        now = np.arange(plan.years + plan.tail)[:, None]
        under_way = [
            ((now >= year) & (now < year + n)).astype(float) for n in range(1, int(plan.course_years.max()) + 1)
        ]
        held = np.stack(under_way)[plan.course_years - 1].transpose(1, 2, 0)  # (τ, Y, P)
        price = self.price[:, None] / MILLION
        learner = held[..., plan.program] * self.left * (price * plan.learner_cost[:, 0])[..., plan.program]
        return learner, held * price * plan.class_cost[:, 0]

    def _most(self, plan: Arrays, needed: Array) -> Array:
        """(Y, K) people a pair may ever be sent in a year: a whole number, 0 where sending is of no use."""
        kind = plan.kind[plan.objective]
        end = np.arange(plan.years)[:, None] + self.length - 1
        reaches = (end < plan.years) & (_at_end(self.left, end) > 0)
        stock = np.where(reaches & self.may_start[:, plan.objective], floor(self.headcount + 1)[:, plan.objective], 0.0)
        sent = np.where(self.headcount > 0, self.limit, 0.0)[:, plan.objective]
        most = np.where(kind == "attainment", stock, np.where(kind == "count", sent, needed))
        return np.where(plan.route_share[:, 0] > 0, most, 0.0)  # places are rows, so that they have a marginal value


def survival(stay: Array) -> Array:
    """(τ, Y, K): who of those starting in a year is still there in τ, from yearly shares (τ, K) who stay."""
    years = len(stay)
    left = np.zeros((years, years, stay.shape[1]))
    for now in range(years):
        left[now, :now] = left[now - 1, :now] * stay[now]
        left[now, now] = 1.0
    return left


def studying(plan: Arrays, stay: Array) -> Array:
    """(Y, O): people of the pipeline who are under way and end after the year."""
    ends = plan.start + plan.course_years[plan.program][:, None] - 1  # (K, A)
    left = np.cumprod(stay, axis=0)
    later = [of_objective(plan, (plan.pipeline[..., 0] * (ends > year)).sum(axis=1)) for year in range(plan.years)]
    return np.stack(later) * left[: plan.years]


def count_limit(plan: Arrays) -> Array:
    """(Y, O): people a count may send by itself up to a year: before it is due, places are kept for its parts."""
    target = plan.target[:, 0]
    kept = np.zeros_like(target)
    parts = np.flatnonzero(plan.above >= 0)
    np.add.at(kept, plan.above[parts], target[parts])
    due = np.arange(plan.years)[:, None] >= plan.due
    return ceil(np.maximum(0.0, np.where(due, target, target - kept)))


def of_objective(plan: Arrays, by_pair: Array | Mask) -> Array:
    """Sums (…, K) over the programs of an objective: (…, O)."""
    return plan.of_objective(np.asarray(by_pair, float)[..., None])[..., 0]


def of_program(plan: Arrays, by_pair: Array | Mask) -> Array:
    """Sums (…, K) over the objectives of a program: (…, P)."""
    return plan.of_program(np.asarray(by_pair, float)[..., None])[..., 0]


def _at_end(left: Array, end: Index) -> Array:
    """(Y, K) the share still there in the last year of a course."""
    years, pairs = np.indices(end.shape)
    return left[np.minimum(end, len(left) - 1), years, pairs]
