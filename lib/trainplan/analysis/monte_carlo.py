"""Uncertainty: how likely each target is, and the bands of coverage and cost, from draws of the plan's ranges (7).

Closed loop: in every draw each year is planned again by the plan's rule, knowing what has happened. Open loop: the
enrollment that the plan decides without knowing is replayed, and what money lacks is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from trainplan.analysis.sampling import REPLICATES, Ranges, points, sizes
from trainplan.model.arrays import Array, build_arrays
from trainplan.model.cost import cost_by_source
from trainplan.model.draws import CHUNK, simulate_draws
from trainplan.model.simulate import Run
from trainplan.optimize.best_plan import run_plan
from trainplan.plan.choices import compared_rules, is_yearly
from trainplan.plan.plan import Plan
from trainplan.text.problems import PlanError, Problem

DRAWS, DRAWS_BY_RULE, SEED = 2**15, 2**13, 2415
REMEMBERED = 2**17  # draws that bands and drivers rest on at most; probabilities rest on all
LEAST = 2 * REPLICATES  # draws
LEVELS = (0.05, 0.5, 0.95)
T_99 = 2.947  # two-sided 99 % point of Student's t with REPLICATES − 1 degrees of freedom
LOOPS = ("closed", "open")


@dataclass(frozen=True)
class Uncertainty:
    """What the draws of a plan say. Arrays hold the first draws, (…, D) of at most REMEMBERED."""

    plan: Plan
    draws: int
    seed: int
    loop: str
    probabilities: pd.DataFrame  # year, objective, probability_met, p05, p50, p95
    errors: pd.DataFrame  # year, objective, error: of probability_met, 99 % of the time smaller
    cost_bands: pd.DataFrame  # year, p05, p50, p95: VND
    inputs: Array  # (ranges, D) what every range came to
    coverage: Array  # (Y, O, D)
    met: Array  # (O, D) 1 where the target is met when due
    cost: Array  # (Y, D) VND
    shortfall: Array  # (Y, D) VND beyond the ceilings


def uncertainty(
    plan: Plan,
    draws: int = DRAWS,
    seed: int = SEED,
    loop: str = "",
    chunk: int = CHUNK,
    progress: Callable[[int], None] = lambda _: None,
) -> Uncertainty:
    """Draws the plan's ranges; PlanError where it has none. `progress` hears how many draws are done.

    Without a `loop` it is closed, but for a rule that decides all years at once, which can only be replayed.
    """
    if not plan.ranges:
        raise PlanError([Problem("plan.yaml", "no_ranges", column="uncertain")])
    if draws < LEAST:
        raise PlanError([Problem("--draws", "at_least", draws, values={"low": LEAST})])
    loop = loop or ("closed" if is_yearly(plan.allocation) else "open")
    kept = min(draws, REMEMBERED)
    numbers = build_arrays(plan)
    planned = enrollment(plan) if loop == "open" else None
    years, objectives = numbers.years, len(numbers.group)
    inputs, coverage = np.empty((len(plan.ranges), kept)), np.empty((years, objectives, kept))
    met, cost, shortfall = np.empty((objectives, kept)), np.empty((years, kept)), np.empty((years, kept))
    hits = np.zeros((REPLICATES, years, objectives))
    done = 0
    for replicate, values, run in sampled(plan, draws, seed, planned, chunk):
        count = values.shape[1]
        hits[replicate] += np.broadcast_to(run.gap.met, (years, objectives, count)).sum(axis=-1)
        part, some = slice(done, min(done + count, kept)), slice(0, max(0, min(count, kept - done)))
        if done < kept:
            inputs[:, part] = values[:, some]
            coverage[..., part] = run.gap.coverage[..., some]
            met[:, part] = run.met_when_due[:, some]
            cost[:, part] = run.funded_vnd.sum(axis=1)[:, some]
            shortfall[:, part] = lacking(run)[:, some]
        done += count
        progress(done)
    keys = {"year": np.repeat(plan.years, objectives), "objective": [r.id for r in plan.tables.objectives] * years}
    probability = hits.sum(axis=0) / draws
    probabilities = pd.DataFrame({**keys, "probability_met": probability.ravel(), **bands(coverage)})
    errors = pd.DataFrame({**keys, "error": error_of(hits, draws).ravel()})
    cost_bands = pd.DataFrame({"year": list(plan.years), **bands(cost)})
    return Uncertainty(
        plan, draws, seed, loop, probabilities, errors, cost_bands, inputs, coverage, met, cost, shortfall
    )


def sampled(plan: Plan, draws: int, seed: int, planned: Array | None, chunk: int) -> Iterator[tuple[int, Array, Run]]:
    """(replicate, what the ranges came to, (ranges, D), and the run), a part of the draws at a time."""
    parts: list[tuple[int, Array]] = []

    ranges = Ranges.of(plan)

    def cells() -> Iterator[dict[str, Array]]:
        for replicate, size in enumerate(sizes(draws)):
            for shares in points(len(plan.ranges), size, seed, replicate, chunk):
                values = ranges.values(shares)
                parts.append((replicate, values))
                yield ranges.drawn(values)

    for run in simulate_draws(plan, cells(), planned):
        yield *parts.pop(), run


def under_rules(plan: Plan, draws: int = DRAWS_BY_RULE, seed: int = SEED) -> list[Uncertainty]:
    """The same draws under every rule that keeps the ceilings; no draws for a plan without ranges.

    Closed loop for the rules that plan year by year, then open loop for all.
    """
    if not plan.ranges:
        return []
    plans = [replace(plan, choices=plan.choices.model_copy(update={"allocation": rule})) for rule in compared_rules()]
    closed = [uncertainty(one, draws, seed, "closed") for one in plans if is_yearly(one.allocation)]
    return [*closed, *(uncertainty(one, draws, seed, "open") for one in plans)]


def enrollment(plan: Plan) -> Array:
    """(Y, K, 1): what the plan decides without knowing what the draws bring."""
    return run_plan(build_arrays(plan)).funded


def lacking(run: Run) -> Array:
    """(Y, D) VND that the run costs beyond its ceilings: in total, or at least what the sources lack together."""
    ceiling = run.arrays.ceiling
    if not np.isfinite(ceiling).any():
        return np.zeros((1, 1))
    short = [
        np.maximum(0.0, cost_by_source(run.arrays, cost) - limit)
        for cost, limit in zip(run.funded_vnd, ceiling, strict=True)
    ]
    return np.stack([np.maximum(year[-1], year[:-1].sum(axis=0)) for year in short])


def bands(values: Array) -> dict[str, Any]:
    """The 5, 50 and 95 % points over the draws, (…, D), as columns p05, p50, p95."""
    ordered = np.sort(values, axis=-1)
    found = {}
    for level in LEVELS:
        place = level * (values.shape[-1] - 1)
        below = int(place)
        above = min(below + 1, values.shape[-1] - 1)
        low, high = ordered[..., below], ordered[..., above]
        found[f"p{round(level * 100):02d}"] = (low + (high - low) * (place - below)).ravel()
    return found


def error_of(hits: Array, draws: int) -> Array:
    """The error of a probability: a 99 % interval's half-width from the replicates, and at least three draws."""
    rate = hits / np.array(sizes(draws))[:, None, None].clip(1)
    return np.maximum(T_99 * rate.std(axis=0, ddof=1) / np.sqrt(len(hits)), 3 / draws)
