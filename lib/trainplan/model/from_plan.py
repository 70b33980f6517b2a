"""The numbers of a plan's tables as arrays, each with the columns it is read from (method.md, section 1).

Draws replace single cells; whatever is not read from a drawn column need not be made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from trainplan.model.kinds import in_people
from trainplan.model.layout import Array, Index
from trainplan.model.rounding import ceil, floor
from trainplan.plan.address import Address, record_key
from trainplan.plan.plan import Plan

FACTS = ("enrolled", "completed", "spent", "observed")  # arrays of closed years; counted head-counts are not theirs …
FACT_TABLES = frozenset({"actuals", "observations"})  # … and the tables that nothing but they is read from
OTHER_TABLES = ("groups", "headcounts", "turnover", "objectives", "programs", "routes", "pipeline")
MODEL_TABLES = FACT_TABLES | {*OTHER_TABLES, "sources", "funding", "ceilings", "prices"}  # no other is read


class Columns:
    """Columns of a plan's tables as (rows, D) arrays, single cells replaced by draws."""

    def __init__(self, plan: Plan, drawn: Mapping[str, Array]) -> None:
        self.plan = plan
        self.cells: dict[tuple[str, str], dict[str, Array]] = {}
        for address, values in drawn.items():
            table, row, column = Address.of(address)
            self.cells.setdefault((table, column), {})[row] = values

    def __call__(self, table: str, column: str, empty: float = 0.0) -> Array:
        rows = self.plan.tables[table]
        cells = [getattr(row, column) for row in rows]
        values = np.array([empty if cell is None else cell for cell in cells], float).reshape(-1, 1)
        drawn = self.cells.get((table, column))
        if drawn:
            values = np.repeat(values, len(next(iter(drawn.values()))), axis=1)
            at = {record_key(table, row): i for i, row in enumerate(rows)}
            for row, draws in drawn.items():
                values[at[row]] = draws
        return values


def pairs_of(plan: Plan) -> list[tuple[str, str]]:
    """Pairs of objective and program: those of `routes` in order, then what only `pipeline` has."""
    routes = [(r.objective, r.program) for r in plan.tables.routes]
    return list(dict.fromkeys([*routes, *((r.objective, r.program) for r in plan.tables.pipeline)]))


def row_numbers(plan: Plan, table: str) -> dict[str, int]:
    """Where the rows of a table stand, by id."""
    return {row.id: i for i, row in enumerate(plan.tables[table])}


def cohort_starts(plan: Plan) -> Index:
    """(A,) year indices in which a cohort can start, from the pipeline's first on."""
    earliest = min((r.started for r in plan.tables.pipeline), default=plan.first)
    return np.arange(earliest - plan.first, plan.last - plan.first + 1)


def tail_years(plan: Plan) -> int:
    """Years after `last` in which a cohort may still be under way."""
    return max((row.years for row in plan.tables.programs), default=1) - 1


def _leave_rate(plan: Plan, column: Columns) -> Array:
    """(Y+tail, G, D): a year's row of `turnover`, else the group's own rate."""
    usual, election = column("groups", "leave_rate"), column("turnover", "leave_rate")
    draws = np.broadcast_shapes(usual.shape[1:], election.shape[1:])
    groups = row_numbers(plan, "groups")
    rate = np.broadcast_to(usual, (len(plan.years) + tail_years(plan), len(groups), *draws)).copy()
    for row, values in zip(plan.tables.turnover, election, strict=True):
        if 0 <= row.year - plan.first < len(rate):
            rate[row.year - plan.first, groups[row.group]] = values
    return rate


def _yearly_headcount(plan: Plan, column: Columns) -> Array:
    """(Y, G, D): the rows of `headcounts`."""
    values = column("headcounts", "headcount")
    groups = row_numbers(plan, "groups")
    counted = np.full((len(plan.years), len(groups), values.shape[1]), np.nan)
    for row, value in zip(plan.tables.headcounts, values, strict=True):
        counted[row.year - plan.first, groups[row.group]] = value
    return counted


def _target(plan: Plan, column: Columns) -> Array:
    """(O, D): T by `ambition` (section 3)."""
    low = column("objectives", "target_low")
    high = column("objectives", "target_high", np.nan)
    high = np.where(np.isnan(high), low, high)
    return _in_whole_people(plan, {"low": low, "mid": (low + high) / 2, "high": high}[plan.choices.ambition])


def _lower_end(plan: Plan, column: Columns) -> Array:
    """(O, D): A, the lower end whatever the ambition (section 3)."""
    return _in_whole_people(plan, column("objectives", "target_low"))


def _in_whole_people(plan: Plan, target: Array) -> Array:
    """Targets, (O, D), where those of counts are whole and at least 1."""
    people = in_people(np.array([row.kind for row in plan.tables.objectives]))[:, None]
    return np.where(people, np.maximum(1.0, ceil(target)), target)


def _pace(plan: Plan, column: Columns) -> Array:
    """(Y, O, 1): φ, the part of the way from baseline to target that a year's end asks for (section 3)."""
    pace = np.ones((len(plan.years), len(plan.tables.objectives), 1))
    for o, row in enumerate(plan.tables.objectives):
        chosen = row.pacing if row.pacing is not None else plan.choices.pacing
        before_due = row.due_year - plan.first
        if chosen == "linear":
            pace[:before_due, o, 0] = np.arange(1, before_due + 1) / (before_due + 1)
        elif chosen == "back":
            pace[:before_due, o, 0] = 0.0
        elif not isinstance(chosen, str):
            pace[:before_due, o, 0] = chosen[:before_due]
    return pace


def _price(plan: Plan, column: Columns) -> Array:
    """(Y+tail, P, D): a program's price level over that of `price_base_year`; the last value lasts (section 5)."""
    values = column("prices", "value")
    of_index: dict[str, dict[int, int]] = {}
    for i, row in enumerate(plan.tables.prices):
        of_index.setdefault(row.index, {})[row.year] = i
    known = [of_index[row.price_index] for row in plan.tables.programs]
    calendar = range(plan.first, plan.last + 1 + tail_years(plan))
    level = np.array([[of[max(y for y in of if y <= year)] for of in known] for year in calendar], np.intp)
    base = np.array([of[plan.price_base_year] for of in known], np.intp)
    return values[level] / values[base]


def _route_share(plan: Plan, column: Columns) -> Array:
    values = column("routes", "share")
    share = np.zeros((len(pairs_of(plan)), values.shape[1]))
    share[: len(values)] = values  # pairs begin with the routes, in their order
    return share


def _pipeline(plan: Plan, column: Columns) -> Array:
    pairs, start = pairs_of(plan), cohort_starts(plan)
    values = column("pipeline", "learners")
    learners = np.zeros((len(pairs), len(start), values.shape[1]))
    for row, value in zip(plan.tables.pipeline, values, strict=True):
        learners[pairs.index((row.objective, row.program)), row.started - plan.first - start[0]] += value
    return learners


def _source_share(plan: Plan, column: Columns) -> Array:
    values = column("funding", "share")
    programs, sources = row_numbers(plan, "programs"), row_numbers(plan, "sources")
    share = np.zeros((len(programs), len(sources), values.shape[1]))
    for row, value in zip(plan.tables.funding, values, strict=True):
        share[programs[row.program], sources[row.source]] = value
    return share


def _ceiling(plan: Plan, column: Columns) -> Array:
    values = column("ceilings", "ceiling_vnd", np.inf)
    sources = row_numbers(plan, "sources") | {"total": len(plan.tables.sources)}
    ceiling = np.full((len(plan.years), len(sources), values.shape[1]), np.inf)
    for row, value in zip(plan.tables.ceilings, values, strict=True):
        if row.year in plan.years:
            ceiling[row.year - plan.first, sources[row.source]] = value
    return ceiling


def _actual_people(name: str) -> Callable[[Plan, Columns], Array]:
    """What makes an array, (closed, K, 1), of a column of `actuals` by pair; rows of several units add up."""

    def add_people(plan: Plan, column: Columns) -> Array:
        """(closed, K, 1): the sums of the column."""
        pairs = {pair: k for k, pair in enumerate(pairs_of(plan))}
        return _add_facts(plan, name, len(pairs), lambda row: pairs[row.objective, row.program])

    return add_people


def _enrollment(plan: Plan, column: Columns) -> Array:
    """(closed, K, 1): nobody where there is no row."""
    return np.nan_to_num(_actual_people("enrolled")(plan, column))


def _spent(plan: Plan, column: Columns) -> Array:
    """(closed, P, 1): VND, over all objectives of a program."""
    programs = row_numbers(plan, "programs")
    return _add_facts(plan, "spent_vnd", len(programs), lambda row: programs[row.program])


def _add_facts(plan: Plan, name: str, owners: int, owner: Callable[[Any], int]) -> Array:
    """(closed, owners, 1): sums of a column of `actuals`; NaN where no row of an owner and year has a number."""
    facts = np.full((len(plan.closed_years), owners, 1), np.nan)
    for row in plan.tables.actuals:
        value = getattr(row, name)
        if row.year in plan.closed_years and value is not None:
            at = row.year - plan.first, owner(row)
            facts[at] = np.nan_to_num(facts[at]) + value
    return facts


def _observed_share(plan: Plan, column: Columns) -> Array:
    """(closed, O, 1): the share that an observation counted."""
    objectives = row_numbers(plan, "objectives")
    observed = np.full((len(plan.closed_years), len(objectives), 1), np.nan)
    for row in plan.tables.observations:
        if row.year in plan.closed_years:
            observed[row.year - plan.first, objectives[row.objective]] = row.reached / row.base
    return observed


class NumberSource(NamedTuple):
    """How an array is made, and the columns (table, column) that it is read from."""

    of: Callable[[Plan, Columns], Array]
    reads: frozenset[tuple[str, str]]


def _column(table: str, column: str, empty: float = 0.0) -> NumberSource:
    return NumberSource(lambda _, columns: columns(table, column, empty), frozenset({(table, column)}))


def _number(of: Callable[[Plan, Columns], Array], *reads: str) -> NumberSource:
    return NumberSource(of, frozenset((table, column) for table, _, column in (name.partition(".") for name in reads)))


NUMBERS: dict[str, NumberSource] = {
    "headcount": _column("groups", "headcount"),
    "growth": _column("groups", "growth"),
    "counted": _number(_yearly_headcount, "headcounts.headcount"),
    "leave_rate": _number(_leave_rate, "groups.leave_rate", "turnover.leave_rate"),
    "appointment_rate": _column("groups", "appointment_rate"),
    "baseline": _column("objectives", "baseline"),
    "target": _number(_target, "objectives.target_low", "objectives.target_high"),
    "asked": _number(_lower_end, "objectives.target_low"),
    "pace": _number(_pace),
    "entry_share": _column("objectives", "entry_share"),
    "lapse_rate": _column("objectives", "lapse_rate"),
    "completion_rate": _column("programs", "completion_rate"),
    "past_completion_rate": _column("programs", "completion_rate"),
    "class_size": _column("programs", "class_size", np.inf),
    "capacity": _number(lambda _, column: floor(column("programs", "capacity", np.inf)), "programs.capacity"),
    "learner_cost": _column("programs", "cost_per_learner_year"),
    "class_cost": _column("programs", "cost_per_class_year"),
    "price": _number(_price, "prices.value"),
    "route_share": _number(_route_share, "routes.share"),
    "pipeline": _number(_pipeline, "pipeline.learners"),
    "source_share": _number(_source_share, "funding.share"),
    "ceiling": _number(_ceiling, "ceilings.ceiling_vnd"),
    "enrolled": _number(_enrollment),
    "completed": _number(_actual_people("completed")),
    "spent": _number(_spent),
    "observed": _number(_observed_share),
}


def facts_of(plan: Plan) -> dict[str, Array]:
    """The arrays of closed years by name: (closed, K, 1), what was spent (closed, P, 1), observed (closed, O, 1)."""
    return {name: NUMBERS[name].of(plan, Columns(plan, {})) for name in FACTS}
