"""Uncertainty: how likely each target is, and bands of coverage, cost and people, from draws of ranges (method.md, 7).

Closed loop: in every draw each year is planned again by the plan's rule, knowing what has happened. Open loop: the
enrollment that the plan decides without knowing is replayed, and what passes the ceilings is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, tee
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

from trainplan.analysis.rule_comparison import under_rule
from trainplan.analysis.sampling import REPLICATES, Ranges, drawn_inputs, replicate_sizes, sobol_points
from trainplan.model.arrays import Array, build_arrays
from trainplan.model.cost import cost_by_source
from trainplan.model.draws import CHUNK, parts_of, simulate_draws
from trainplan.model.simulate import Run, simulate
from trainplan.optimize.best_plan import Optimum, solve_plan
from trainplan.plan.choices import compared_rules, is_yearly
from trainplan.plan.plan import Plan
from trainplan.plan.ranges import Range
from trainplan.text.problems import PlanError, Problem

DRAWS, DRAWS_BY_RULE, SEED = 2**15, 2**13, 2415
REMEMBERED = 2**17  # draws that bands and drivers rest on at most; probabilities rest on all
PEOPLE = 2**15  # … and bands of people, of which there are many
LEAST = 2 * REPLICATES  # draws
LEVELS = (0.05, 0.5, 0.95)
T_99 = 2.947  # two-sided 99 % point of Student's t with REPLICATES − 1 degrees of freedom
LOOPS = ("closed", "open")
ALONE = 64  # draws of each range by itself
SPAN = 8  # chunks that one process draws in one go
ALL = "all"  # years, or programs, in a table of bands


@dataclass(frozen=True)
class Uncertainty:
    """What the draws of a plan say. Tables are as in `registry.RESULTS`; arrays hold the first draws, (…, D) of at most
    REMEMBERED, and money in them is VND. Bands of people rest on the first PEOPLE draws."""

    plan: Plan
    draws: int
    seed: int
    loop: str
    planned: Run  # what happens where every number is as the plan says
    probabilities: pd.DataFrame  # year, objective, probability_met, probability_nearly, p05, p50, p95 of coverage
    errors: pd.DataFrame  # year, objective, error: of probability_met, 99 % of the time smaller
    cost_bands: pd.DataFrame  # year (ALL: all of them), p05, p50, p95: VND
    enrollment_bands: pd.DataFrame  # year, program (ALL as in years), p05, p50, p95: turns
    sent_bands: pd.DataFrame  # year, objective, p05, p50, p95: people
    inputs: Array  # (inputs, D) what each of `sampling.drawn_inputs` came to
    coverage: Array  # (Y, O, D)
    met: Array  # (O, D) 1 where the target is met when due
    cost: Array  # (Y, D) VND
    over: Array  # (Y, D) VND beyond the ceilings

    @property
    def planned_cost(self) -> float:
        """VND that all years cost where every number is as the plan says."""
        return float(self.planned.funded_vnd.sum())

    @cached_property
    def cost_driver(self) -> Range:
        """The range that explains best why draws cost something else than the plan.

        Drawn alone, it brings the cost of all years nearest to the middle of all draws.
        """
        ranges = Ranges.of(self.plan)
        points = np.concatenate(list(sobol_points(ranges.dimensions, ALONE, self.seed)), axis=1)
        values = [ranges.of_range(place).inputs_at(points) for place in range(len(self.plan.ranges))]
        kept = self.planned.funded if self.loop == "open" else None
        runs = simulate_draws(self.plan, parts_of(ranges.each_alone(values)), kept)
        cost = np.concatenate([run.funded_vnd.sum(axis=(0, 1)) for run in runs])
        middle = np.median(cost.reshape(len(values), ALONE), axis=1)
        return self.plan.ranges[int(np.abs(middle - total_cost(self)[1]).argmin())]


def uncertainty(
    plan: Plan,
    draws: int = DRAWS,
    seed: int = SEED,
    loop: str = "",
    chunk: int = CHUNK,
    progress: Callable[[int], None] = lambda _: None,
    solve: Callable[[Plan], Optimum] = solve_plan,
    each: Executor = map,
) -> Uncertainty:
    """Draws the plan's ranges and simulates every draw; PlanError where it has none, or `draws` are fewer than LEAST.

    `loop` is `closed` or `open`; without one it is closed, but for a rule that decides all years at once, which can
    only be replayed: asked for a closed one, PlanError. `chunk` draws are simulated at once, `progress` hears how many
    are done; `solve` gives the best plan that is replayed under a rule that decides all years at once. `each` does
    what `map` does, and may do it elsewhere: the result is the same to the bit.
    """
    if not plan.ranges:
        raise PlanError([Problem("plan.yaml", "no_ranges", column="uncertain")])
    if draws < LEAST:
        raise PlanError([Problem("--draws", "at_least", draws, values={"low": LEAST})])
    loop = loop or usual_loop(plan)
    if loop == "closed" and not is_yearly(plan.allocation):
        raise PlanError([Problem("--loop", "loop_of_rule", loop, values={"rule": plan.allocation})])
    planned = decided_run(plan, solve)
    sample = Sample.empty(planned, inputs=len(drawn_inputs(plan)), kept=min(draws, REMEMBERED))
    drawing = Drawing(plan, seed, planned.funded if loop == "open" else None, chunk)
    for drawn in chain.from_iterable(each(drawing, spans_of(draws, chunk * SPAN))):
        sample.add(drawn)
        progress(sample.done)
    ids = [row.id for row in plan.tables.objectives]
    programs = [row.id for row in plan.tables.programs]
    keys = {"year": np.repeat(plan.years, len(ids)), "objective": ids * len(plan.years)}
    chances = {"probability_met": sample.hits, "probability_nearly": sample.near}
    chances = {name: share_of_draws(hits, draws).ravel() for name, hits in chances.items()}
    return Uncertainty(
        plan=plan,
        draws=draws,
        seed=seed,
        loop=loop,
        planned=planned,
        probabilities=pd.DataFrame({**keys, **chances, **quantiles(sample.coverage)}),
        errors=pd.DataFrame({**keys, "error": probability_error(sample.hits, draws).ravel()}),
        cost_bands=band_table(plan, sample.cost),
        enrollment_bands=band_table(plan, sample.enrolled, "program", [*programs, ALL]),
        sent_bands=band_table(plan, sample.sent, "objective", ids),
        inputs=sample.inputs,
        coverage=sample.coverage,
        met=sample.met,
        cost=sample.cost,
        over=sample.over,
    )


@dataclass
class Sample:
    """What is kept of the runs: hits of all draws, the rest of the first ones (see `Uncertainty` for the shapes)."""

    hits: Array  # (REPLICATES, Y, O) draws in which it is met: less than half a person is missing from its target
    near: Array  # (REPLICATES, Y, O) draws in which it is met or nearly
    inputs: Array
    coverage: Array
    met: Array
    cost: Array
    over: Array
    enrolled: Array  # (Y, P + 1, D) people sent to a program, and in all
    sent: Array  # (Y, O, D) people sent for an objective
    done: int = 0

    @classmethod
    def empty(cls, planned: Run, inputs: int, kept: int) -> Sample:
        """Room for `kept` draws of a plan that is run as `planned`."""
        years, programs, _ = planned.new_learners.shape
        objectives = planned.gap.met.shape[1]
        shape = years, objectives
        return cls(
            hits=np.zeros((REPLICATES, *shape)),
            near=np.zeros((REPLICATES, *shape)),
            inputs=np.empty((inputs, kept)),
            coverage=np.empty((*shape, kept)),
            met=np.empty((objectives, kept)),
            cost=np.empty((years, kept)),
            over=np.empty((years, kept)),
            enrolled=np.empty((years, programs + 1, min(kept, PEOPLE)), np.int32),  # whole, and half the room
            sent=np.empty((*shape, min(kept, PEOPLE)), np.int32),
        )

    def add(self, drawn: Drawn) -> None:
        """Adds draws, which are to come in their order."""
        self.hits[drawn.replicate] += drawn.hits
        self.near[drawn.replicate] += drawn.near
        for name in KEPT:
            room, found = getattr(self, name)[..., self.done :], getattr(drawn, name)
            some = min(room.shape[-1], found.shape[-1])
            room[..., :some] = found[..., :some]
        self.done += drawn.count


KEPT = ("inputs", "coverage", "met", "cost", "over", "enrolled", "sent")


Draw = Callable[[Plan, int, int, str], Uncertainty]  # `uncertainty`, or what gives the same


class Span(NamedTuple):
    """Draws that follow one another in a replicate: `first` is the place of the first one in it, `before` in all."""

    replicate: int
    first: int
    size: int
    before: int


def spans_of(draws: int, longest: int) -> list[Span]:
    """All draws, in their order, in spans of at most `longest`, none of which has draws of two replicates."""
    spans, before = [], 0
    for replicate, size in enumerate(replicate_sizes(draws)):
        for first in range(0, size, longest):
            spans.append(Span(replicate, first, min(longest, size - first), before + first))
        before += size
    return spans


@dataclass(frozen=True)
class Drawn:
    """What is kept of the run of some draws: hits of all, (Y, O), and the rest of those that are among the first.

    Shapes are as in `Sample`; arrays of draws that are not kept have none.
    """

    replicate: int
    count: int
    hits: Array
    near: Array
    inputs: Array
    coverage: Array
    met: Array
    cost: Array
    over: Array
    enrolled: Array
    sent: Array

    @classmethod
    def of(cls, replicate: int, before: int, inputs: Array, run: Run) -> Drawn:
        """The run of draws that come after `before` others; `inputs`, (inputs, draws), are what was drawn."""
        count, shape = inputs.shape[1], run.gap.coverage.shape[:2]
        met, near = (
            np.broadcast_to(held, (*shape, count)).sum(axis=-1, dtype=float) for held in (run.gap.met, run.gap.nearly)
        )
        kept = slice(min(count, max(0, REMEMBERED - before)))
        people = slice(min(count, max(0, PEOPLE - before)))
        learners = over_draws(run.new_learners, count)[..., people].astype(np.int32)  # whole, and half to be sent
        return cls(
            replicate=replicate,
            count=count,
            hits=met,
            near=near,
            inputs=inputs[:, kept],
            coverage=over_draws(run.gap.coverage, count)[..., kept],
            met=over_draws(run.met_when_due, count)[:, kept],
            cost=over_draws(run.funded_vnd.sum(axis=1), count)[:, kept],
            over=over_draws(over_ceilings(run), count)[:, kept],
            enrolled=np.concatenate([learners, learners.sum(axis=1, keepdims=True, dtype=np.int32)], axis=1),
            sent=over_draws(run.people_sent, count)[..., people].astype(np.int32),
        )


def over_draws(values: Any, draws: int) -> Any:
    """Values, (…, D) or (…, 1) where all draws have the same, as (…, `draws`)."""
    return np.broadcast_to(values, (*values.shape[:-1], draws))


@dataclass(frozen=True)
class Drawing:
    """Draws a plan, span by span. `planned` is the enrollment of the open loop, None in the closed one.

    The draws are the same for every scenario and loop.
    """

    plan: Plan
    seed: int
    planned: Array | None
    chunk: int

    def __call__(self, span: Span) -> Iterator[Drawn]:
        """The draws of a span in their order, at most `chunk` at a time."""
        ranges = Ranges.of(self.plan)
        points = sobol_points(ranges.dimensions, span.size, self.seed, span.replicate, self.chunk, span.first)
        sample, again = tee(ranges.inputs_at(shares) for shares in points)
        runs = simulate_draws(self.plan, (ranges.cell_values(inputs) for inputs in sample), self.planned)
        before = span.before
        for inputs, run in zip(again, runs, strict=True):
            yield Drawn.of(span.replicate, before, inputs, run)
            before += inputs.shape[1]


class Executor(Protocol):
    """`map`, or what does the same in other processes or on other machines."""

    def __call__(self, function: Drawing, spans: Iterable[Span], /) -> Iterator[Iterable[Drawn]]:
        """What the function gives for each span, in their order."""


def uncertainty_by_loop(
    plan: Plan, draws: int = DRAWS, seed: int = SEED, draw: Draw = uncertainty
) -> tuple[Uncertainty | None, Uncertainty | None]:
    """The same draws, by `draw`, in the closed and in the open loop; no draws for a plan without ranges.

    There is no closed loop for a rule that decides all years at once.
    """
    if not plan.ranges:
        return None, None
    replanned = draw(plan, draws, seed, "closed") if is_yearly(plan.allocation) else None
    return replanned, draw(plan, draws, seed, "open")


def uncertainty_by_rule(
    plan: Plan, draws: int | None = None, seed: int = SEED, draw: Draw = uncertainty
) -> list[Uncertainty]:
    """Draws, by `draw`, under every rule that keeps the ceilings; none for a plan without ranges.

    Closed loop for the rules that plan year by year, then open loop for all. Without a number of draws the plan's own
    rule has those of `uncertainty_by_loop`, so that its probabilities are told once, and the others have fewer.
    """
    if not plan.ranges:
        return []
    plans = [under_rule(plan, rule) for rule in compared_rules()]
    counts = {rule: draws or (DRAWS if rule == plan.allocation else DRAWS_BY_RULE) for rule in compared_rules()}
    closed = [draw(one, counts[one.allocation], seed, "closed") for one in plans if is_yearly(one.allocation)]
    return [*closed, *(draw(one, counts[one.allocation], seed, "open") for one in plans)]


def usual_loop(plan: Plan) -> str:
    """The loop in which a plan is drawn where none is asked for: closed, unless its rule decides all years at once."""
    return "closed" if is_yearly(plan.allocation) else "open"


def decided_run(plan: Plan, solve: Callable[[Plan], Optimum] = solve_plan) -> Run:
    """The run of a plan, one draw: what it decides without knowing what the draws bring."""
    return simulate(build_arrays(plan)) if is_yearly(plan.allocation) else solve(plan).run


def over_ceilings(run: Run) -> Array:
    """(Y, D) VND by which a run passes the ceiling of the total, or those of its sources together if that is more:
    money left with one source does not pay for another; (1, 1) of a plan without ceilings."""
    ceiling = run.arrays.ceiling
    if not np.isfinite(ceiling).any():
        return np.zeros((1, 1))
    over = np.maximum(0.0, cost_by_source(run.arrays, run.funded_vnd) - ceiling)
    return np.maximum(over[:, -1], over[:, :-1].sum(axis=1))


def probabilities_when_due(draws: Uncertainty) -> pd.DataFrame:
    """A row an objective, in its due year: objective, probability_met, probability_nearly, p05, p50, p95, error."""
    due = {row.id: row.due_year for row in draws.plan.tables.objectives}
    frame = draws.probabilities.merge(draws.errors, on=["year", "objective"])
    frame = frame[frame["year"] == frame["objective"].map(due)].set_index("objective")
    return frame.loc[list(due)].reset_index()


def total_cost(draws: Uncertainty) -> tuple[float, float, float]:
    """The 5, 50 and 95 % points of what all years cost, in VND."""
    low, middle, high = draws.cost_bands.set_index("year").loc[ALL]
    return float(low), float(middle), float(high)


def band_table(plan: Plan, values: Array, key: str = "", ids: Sequence[str] = ()) -> pd.DataFrame:
    """The 5, 50 and 95 % points of `values`, (Y, D) or (Y, ids, D), a row a year and id, then of all years together."""
    years = [*plan.years, ALL]
    yearly, whole = quantiles(values), quantiles(values.sum(axis=0))
    rows = {"year": np.repeat(np.array(years, object), len(ids) or 1), **({key: [*ids] * len(years)} if key else {})}
    return pd.DataFrame({**rows, **{point: np.append(yearly[point], whole[point]) for point in yearly}})


def quantiles(values: Array) -> dict[str, Any]:
    """The 5, 50 and 95 % points over the draws, (…, D), as columns p05, p50, p95."""
    places = [level * (values.shape[-1] - 1) for level in LEVELS]
    below = np.array([int(place) for place in places])
    above = np.minimum(below + 1, values.shape[-1] - 1)
    rows = values.reshape(-1, values.shape[-1])
    found = np.empty((len(LEVELS), len(rows)))
    for row, drawn in enumerate(rows):  # one by one: a sorted copy of all of them would be as large as the sample
        ordered = np.sort(drawn)
        low, high = ordered[below], ordered[above]
        found[:, row] = low + (high - low) * (places - below)
    return {f"p{round(level * 100):02d}": points for level, points in zip(LEVELS, found, strict=True)}


def share_of_draws(hits: Array, draws: int) -> Array:
    """(Y, O) the probability that an objective is met, or nearly; `hits`, (REPLICATES, Y, O), counts the draws."""
    return np.asarray(hits.sum(axis=0) / draws)


def probability_error(hits: Array, draws: int) -> Array:
    """(Y, O) the error of a probability: a 99 % interval's half-width from the replicates, and at least three draws."""
    rate = hits / np.array(replicate_sizes(draws))[:, None, None].clip(1)
    return np.maximum(T_99 * rate.std(axis=0, ddof=1) / np.sqrt(len(hits)), 3 / draws)
