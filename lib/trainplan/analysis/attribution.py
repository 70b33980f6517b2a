"""Why two scenarios differ: the difference of every result shared among the changes, by Shapley's value (method.md, 7).

A change's part is what it adds on average over all orders in which the changes can be made: the parts add up to the
difference exactly and no order is preferred. Every set of changes is one draw of the changed numbers, so that all of
them are simulated at once; changes of what is no number (a choice, a date) make a plan of their own. Up to EXACT
changes every set is run; beyond, orders are drawn at random, each with its reverse, and the error is stated. Of a
large plan, or of very many changes, fewer orders are drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import comb
from typing import Any

import numpy as np
import pandas as pd

from trainplan.model.arrays import Array, build_arrays
from trainplan.model.draws import parts_of, simulate_draws
from trainplan.model.from_plan import MODEL_TABLES, NUMBERS
from trainplan.model.simulate import Run
from trainplan.optimize.best_plan import run_plan
from trainplan.plan.address import Address, record_key
from trainplan.plan.choices import is_yearly
from trainplan.plan.plan import Plan
from trainplan.plan.schema import CHANGEABLE_CHOICES, NEUTRAL_CHOICES, TABLES, Tables

EXACT = 12  # changes up to which every set of them is run
ORDERS, SEED = 256, 2415  # orders that are drawn beyond, half of them the reverse of the other half
FEWEST = 4  # orders that say something about their error
MOST_RUNS, MOST_PLANS, MOST_BITS = 2e7, 1e5, 1.1e7  # runs and plans, each times years and pairs; changes times sets
SOLVED = 2  # changes up to which a rule is compared that decides all years at once
COST, MET = "cost_vnd", "targets_met"
DRAWABLE = frozenset().union(*(number.reads for number in NUMBERS.values()))
COLUMNS = ["scenario", "result", "change", "part", "error"]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ChangedCell:
    """A place where two plans differ: `table`, `row` number and `column`, or a choice, in `column` alone."""

    address: str
    table: str
    row: int
    column: str
    old: Any
    new: Any

    @property
    def drawable(self) -> bool:
        """Whether the change is one of a number that the model takes as draws."""
        numbers = None not in (self.old, self.new) or self.table == "actuals"  # which the model takes without a number
        return (self.table, self.column) in DRAWABLE and numbers

    @property
    def makes_plan(self) -> bool:
        """Whether it is another one that the model reads, so that it makes a plan of its own."""
        return not self.drawable and self.table in {"", *MODEL_TABLES}


def attribute(one: Plan, other: Plan) -> pd.DataFrame:
    """What each change adds to the difference of `other` from `one`: the parts of a result add up to its difference.

    Columns: scenario (the other's), result (an objective: its coverage when due; `cost_vnd`: VND of all years;
    `targets_met`: a count), change (as the scenario writes its address), part and error (0 where every set was run),
    both in the unit of the result.

    Empty where the plans do not differ, or cannot be compared: other years or rows, or too many changes for a rule that
    decides all years at once, which takes a solution for every set, or for the size of the plan.
    """
    groups = changes_by_address(one, other)
    cells, count = list(groups.values()), len(groups)
    orders = orders_within(one, cells)
    if not groups or not is_comparable(one, other, count) or 0 < orders < FEWEST:
        return pd.DataFrame(columns=COLUMNS)
    results = [*(row.id for row in one.tables.objectives), COST, MET]
    outcome = partial(outcomes_of_sets, one, cells)
    parts, errors = shares_by_drawn_orders(outcome, count, orders) if orders else shares_by_every_set(outcome, count)
    rows = [
        (other.scenario, result, change, parts[r, c], errors[r, c])
        for r, result in enumerate(results)
        for c, change in enumerate(groups)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def attribute_others(
    one: Plan, others: Sequence[Plan], progress: Progress = lambda done, of: None
) -> list[pd.DataFrame]:
    """`attribute` of every other plan from the first, in their order.

    `progress` hears how many of the others were looked at, and of how many.
    """
    frames = []
    for done, other in enumerate(others, start=1):
        frames.append(attribute(one, other))
        progress(done, len(others))
    return frames


AttributeOthers = Callable[[Plan, Sequence[Plan], Progress], list[pd.DataFrame]]  # or what gives the same


def attribute_each(
    one: Plan,
    others: Sequence[Plan],
    progress: Progress = lambda done, of: None,
    attribute_others: AttributeOthers = attribute_others,
) -> list[tuple[Plan, pd.DataFrame]]:
    """The others that can be compared with the first and differ from it, each with its frame of `attribute`.

    `progress` hears how many of the others were looked at, and of how many.
    """
    frames = attribute_others(one, others, progress)
    return [(other, frame) for other, frame in zip(others, frames, strict=True) if len(frame)]


def attribute_all(
    one: Plan,
    others: Sequence[Plan],
    progress: Progress = lambda done, of: None,
    attribute_others: AttributeOthers = attribute_others,
) -> pd.DataFrame:
    """`attribute` of every other plan from the first, one below the other; the first itself adds no rows."""
    frames = [frame for _, frame in attribute_each(one, others, progress, attribute_others)]
    return pd.concat([attribute(one, one), *frames], ignore_index=True)


def not_shared_out(one: Plan, others: Iterable[Plan], shared: Collection[str]) -> list[Plan]:
    """The others that differ from the first and are not among those whose difference was `shared` out, by scenario."""
    return [other for other in others if other.scenario not in shared and changes_by_address(one, other)]


def is_comparable(one: Plan, other: Plan, changes: int) -> bool:
    """Whether the plans have the same years and rows, and rules that can be run for every set of changes."""
    same_rows = all(len(one.tables[name]) == len(other.tables[name]) for name in TABLES)
    yearly = is_yearly(one.allocation) and is_yearly(other.allocation)
    return same_rows and one.years == other.years and (yearly or changes <= SOLVED)


def changes_by_address(one: Plan, other: Plan) -> dict[str, list[ChangedCell]]:
    """The cells that differ, by the address under which a scenario changes them."""
    written = [*written_addresses(other), *written_addresses(one)]
    groups: dict[str, list[ChangedCell]] = {}
    for cell in differing_cells(one, other):
        place = Address.of(cell.address)
        name = next((address for address in written if Address.of(address).covers(place)), cell.address)
        groups.setdefault(name, []).append(cell)
    return groups


def written_addresses(plan: Plan) -> list[str]:
    """The addresses under which a plan's scenario changes it, as they are written there."""
    return list(dict.fromkeys(change.stated for change in plan.changed_by.applied))


def differing_cells(one: Plan, other: Plan) -> Iterable[ChangedCell]:
    """Choices and cells that the two plans hold differently."""
    for choice in CHANGEABLE_CHOICES:
        old, new = getattr(one.choices, choice), getattr(other.choices, choice)
        if old != new and choice not in NEUTRAL_CHOICES:
            yield ChangedCell(choice, "", 0, choice, old, new)
    for name, table in TABLES.items():
        for i, (mine, theirs) in enumerate(zip(one.tables[name], other.tables[name], strict=False)):
            if mine is theirs or mine == theirs:
                continue
            key = record_key(name, mine)
            for column in table.columns:
                old, new = getattr(mine, column), getattr(theirs, column)
                if old != new:
                    yield ChangedCell(f"{name}.{key}.{column}", name, i, column, old, new)


def orders_within(plan: Plan, groups: Sequence[list[ChangedCell]]) -> int:
    """How many orders of the changes are drawn; 0 where every set is run instead."""
    size, count = len(plan.years) * max(1, len(plan.tables.routes)), len(groups)
    solid = sum(any(cell.makes_plan for cell in group) for group in groups)
    if count <= EXACT and 2**count * size <= MOST_RUNS and 2**solid * size <= MOST_PLANS:
        return 0
    most = min(MOST_RUNS / size / (count + 1), MOST_BITS / count / (count + 1))
    if 2**solid * size > MOST_PLANS:
        most = min(most, MOST_PLANS / size / (solid + 1))
    return min(ORDERS, max(1, int(most / 2) * 2))


def outcomes_of_sets(plan: Plan, groups: Sequence[list[ChangedCell]], sets: Array) -> Array:
    """(results, sets) of the plan with sets of changes made; `sets` is (sets, groups), 1 for a change that is made."""
    fixed = [[cell for cell in group if cell.makes_plan] for group in groups]
    drawn = [[cell for cell in group if cell.drawable] for group in groups]
    own = np.array([bool(group) for group in fixed])
    found = np.empty((len(plan.tables.objectives) + 2, len(sets)))
    for made in np.unique(sets[:, own], axis=0):
        here = np.flatnonzero((sets[:, own] == made).all(axis=1))
        groups_made = np.flatnonzero(own)[made > 0]
        variant = with_cells(plan, [cell for i in groups_made for cell in fixed[i]])
        cells = {
            cell.address: np.where(sets[here, i] > 0, *np.array([cell.new, cell.old], float))
            for i, group in enumerate(drawn)
            for cell in group
        }
        runs = runs_with_cells(variant, cells)
        found[:, here] = np.concatenate([attributed_results(plan, run) for run in runs], axis=-1)
    return found


def runs_with_cells(plan: Plan, cells: dict[str, Array]) -> Iterator[Run]:
    """The runs of a plan with drawn numbers; one by one under a rule that decides all years at once."""
    if is_yearly(plan.allocation):
        return simulate_draws(plan, parts_of(cells) if cells else [{}])
    return (run_plan(build_arrays(plan, part)) for part in (parts_of(cells, 1) if cells else [{}]))


def with_cells(plan: Plan, cells: Iterable[ChangedCell]) -> Plan:
    """The plan with cells and choices as they are after their change."""
    choices, rows = plan.choices, {name: list(plan.tables[name]) for name in TABLES}
    for cell in cells:
        if cell.table:
            rows[cell.table][cell.row] = rows[cell.table][cell.row].model_copy(update={cell.column: cell.new})
        else:
            choices = choices.model_copy(update={cell.column: cell.new})
    return replace(plan, choices=choices, tables=Tables(**{name: tuple(records) for name, records in rows.items()}))


def attributed_results(plan: Plan, run: Run) -> Array:
    """(results, D): coverage of every objective when due, the cost of all years, and how many targets are met."""
    coverage, met = run.when_due(run.gap.coverage), run.when_due(run.gap.met)[np.array(plan.is_target)].sum(axis=0)
    cost = run.funded_vnd.sum(axis=(0, 1))
    draws = max(coverage.shape[-1], len(cost))
    return np.vstack([np.broadcast_to(row, (len(row), draws)) for row in (coverage, cost[None], met[None])])


def shares_by_every_set(outcome: Any, count: int) -> tuple[Array, Array]:
    """Shapley's value of `count` changes in every result, from all sets of them, and no error: (results, count) each.

    `outcome` gives (results, sets) for sets of changes, (sets, count) of 0 and 1.
    """
    numbers = np.arange(2**count)
    sets = (numbers[:, None] >> np.arange(count)) & 1
    values, size = outcome(sets), sets.sum(axis=1)
    parts = np.empty((len(values), count))
    for change in range(count):
        without = numbers[sets[:, change] == 0]
        weight = np.array([1 / (count * comb(count - 1, s)) for s in size[without]])
        parts[:, change] = (values[:, without | 1 << change] - values[:, without]) @ weight
    return parts, np.zeros_like(parts)


def shares_by_drawn_orders(outcome: Any, count: int, orders: int = ORDERS, seed: int = SEED) -> tuple[Array, Array]:
    """The mean over orders drawn at random and their reverses; the error is two standard errors of the pairs' means."""
    rng = np.random.default_rng(seed)
    half = [rng.permutation(count) for _ in range(orders // 2)]
    made = [order for one in half for order in (one, one[::-1])]
    sets = np.zeros((len(made), count + 1, count), int)
    for one, order in zip(sets, made, strict=True):
        for step, change in enumerate(order, start=1):
            one[step:, change] = 1
    unique, place = np.unique(sets.reshape(-1, count), axis=0, return_inverse=True)
    values = outcome(unique)[:, place.ravel()].reshape(-1, len(made), count + 1)
    parts = np.empty((len(values), len(made), count))
    for i, order in enumerate(made):
        parts[:, i, order] = np.diff(values[:, i], axis=-1)
    pairs = parts.reshape(len(values), -1, 2, count).mean(axis=2)
    return pairs.mean(axis=1), 2 * pairs.std(axis=1, ddof=1) / np.sqrt(pairs.shape[1])
