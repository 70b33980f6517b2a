"""Sensitivity: which ranges move the coverage of a target, one at a time and together (method.md, section 7).

`low` and `high` are the coverage when due with one range at its ends and everything else as the plan says. `share` is
the total-effect index of Sobol' by Jansen's estimator on a design of Saltelli: the part of the variance that would be
left if every other range were known. Where ranges act together the shares of a target add up to more than 1.
A range drawn anew each year is one row, all its years at the same end and known together: what can be found out about
is the range, and of its years each alone would say little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from trainplan.analysis.monte_carlo import SEED, decided_run, usual_loop
from trainplan.analysis.sampling import Ranges, sobol_points
from trainplan.model.arrays import Array
from trainplan.model.draws import CHUNK, Cells, parts_of, simulate_draws
from trainplan.optimize.best_plan import Optimum, solve_plan
from trainplan.plan.plan import Plan

POINTS = 1024  # of the design; each costs one run more than there are ranges
STILL = 1e-12  # a variance that is none


def sensitivity(
    plan: Plan,
    loop: str = "closed",
    seed: int = SEED,
    design: int = POINTS,
    solve: Callable[[Plan], Optimum] = solve_plan,
) -> pd.DataFrame:
    """objective, input, low, high, share, a row a target and range: how far the range moves the coverage when due.

    An input is called by its addresses, and `each_year` after them where it is drawn so. `loop` is `closed` or `open`
    (see `monte_carlo`); `design` points, each of which costs one run more than there are ranges; `solve` as for
    `uncertainty`.
    """
    planned = decided_run(plan, solve).funded if loop == "open" else None
    ranges = Ranges.of(plan)
    if any(ranges.cells):
        low, high = coverage_swings(plan, ranges, planned)
        share = total_effects(plan, ranges, planned, seed, design)
    else:  # the plan decides no year that a range speaks of
        low = high = coverage_when_due(plan, [{}], planned).repeat(len(plan.ranges), axis=1)
        share = np.zeros_like(low)
    inputs = [input_name(i, plan) for i in range(len(plan.ranges))]
    rows = [
        (objective.id, name, low[o, i], high[o, i], share[o, i])
        for o, objective in enumerate(plan.tables.objectives)
        for i, name in enumerate(inputs)
    ]
    return pd.DataFrame(rows, columns=["objective", "input", "low", "high", "share"])


def input_name(i: int, plan: Plan) -> str:
    """What a range is called in the table: its addresses, apart by spaces, and `each_year` where it is drawn so."""
    one = plan.ranges[i]
    return " ".join([*one.address, "each_year"] if one.each_year else one.address)


def coverage_swings(plan: Plan, ranges: Ranges, planned: Array | None) -> tuple[Array, Array]:
    """Coverage when due, (O, ranges) each, with one range at its least and at its most."""
    coverage = coverage_when_due(plan, parts_of(ends_alone(plan, ranges)), planned)
    return coverage[:, ::2], coverage[:, 1::2]


def ends_alone(plan: Plan, ranges: Ranges) -> Cells:
    """Two draws a range: it alone at its least, then at its most, everything else as the plan says."""
    values = [np.tile(one.ends, (len(ranges.of_range(place).inputs), 1)) for place, one in enumerate(plan.ranges)]
    return ranges.each_alone(values)


def turned_verdicts(plan: Plan, solve: Callable[[Plan], Optimum] = solve_plan) -> pd.DataFrame:
    """place, objective, end, met, a row wherever one range alone at an end turns whether an objective is met when due.

    `place` is that of the range among `plan.ranges`, `end` `low` or `high`, `met` what it is there. `solve` as for
    `uncertainty`. Under a rule that decides all years at once the plan is kept as decided.
    """
    ranges, planned = Ranges.of(plan), decided_run(plan, solve)
    turned = []
    if any(ranges.cells):
        kept = planned.funded if usual_loop(plan) == "open" else None
        runs = simulate_draws(plan, parts_of(ends_alone(plan, ranges)), kept)
        met = np.concatenate([run.met_when_due for run in runs], axis=-1)
        turned = np.argwhere((met != planned.met_when_due[:, :1]).T).tolist()
    ids = [row.id for row in plan.tables.objectives]
    rows = [(draw // 2, ids[o], ("low", "high")[draw % 2], bool(met[o, draw])) for draw, o in turned]
    return pd.DataFrame(rows, columns=["place", "objective", "end", "met"])


def total_effects(plan: Plan, ranges: Ranges, planned: Array | None, seed: int, design: int) -> Array:
    """(O, ranges) the part of the variance of each coverage that is left while one range alone is unknown."""
    base = np.concatenate(list(sobol_points(2 * ranges.dimensions, design, seed)), axis=1)
    first, second = base[: ranges.dimensions], base[ranges.dimensions :]
    count = len(plan.ranges)

    def parts() -> Iterator[dict[str, Array]]:
        for place in range(-1, count):
            shares = first.copy()
            own = [one.dimension for one in ranges.inputs if one.place == place]
            shares[own] = second[own]
            values = ranges.inputs_at(shares)
            for start in range(0, design, CHUNK):
                yield ranges.cell_values(values[:, start : start + CHUNK])

    coverage = coverage_when_due(plan, parts(), planned).reshape(len(plan.tables.objectives), count + 1, design)
    variance = coverage[:, 0].var(axis=-1)
    left = ((coverage[:, 1:] - coverage[:, :1]) ** 2).mean(axis=-1) / 2
    moves = variance > STILL
    return np.where(moves[:, None], left / np.where(moves, variance, 1.0)[:, None], 0.0)


def coverage_when_due(plan: Plan, parts: Iterator[Cells] | list[Cells], planned: Array | None) -> Array:
    """(O, D) coverage when due, of every draw."""
    runs = simulate_draws(plan, parts, planned)
    return np.concatenate([run.when_due(run.gap.coverage) for run in runs], axis=-1)
