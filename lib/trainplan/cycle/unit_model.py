"""Each unit followed by the equations of its groups: whom it sends, who completes, what that costs (method.md, 9).

The functions of the model serve units where it has draws: axes have its letters, and the last axis of what is by unit
is U, the units in the order of their table. Units that hold a group add up to it, in people, learners and money.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from trainplan.model.arrays import Array, Arrays, Index, ceil, divide, fact_or_model, pairs_of
from trainplan.model.capacity import largest_remainder
from trainplan.model.completion import StockFlow, cohorts_at_baseline, next_stock, stock_flow, surviving_learners
from trainplan.model.from_plan import row_numbers
from trainplan.model.layout import by_depth
from trainplan.model.need import idle_people, include_parts
from trainplan.model.simulate import Run
from trainplan.plan.plan import Plan


class UnitYear(NamedTuple):
    """A year of all units."""

    learners: Array  # (K, U) new ones, whole people
    continuing: Array  # (K, U) those of the pair's earlier intakes, less who has left
    cost_vnd: Array  # (K, U)
    lack: Array  # (H, U) by which this year's enrollment was shared, and …
    sent: Array  # (C, U) … whom a unit has sent for counts before it


def follow_units(plan: Plan, run: Run) -> Iterator[UnitYear]:
    """The years of a plan by unit; `run` is its simulation, whose enrollment, stocks and cost are shared."""
    arrays, share = run.arrays, unit_share(plan)
    flow = unit_flow(arrays, run, share)
    holders = unit_stocks_at_baseline(plan, arrays, share)
    pipeline = unit_pipeline(plan, arrays, share, holders)
    continuing = seats = cohorts_at_baseline(replace(arrays, pipeline=pipeline))
    all_seats = cohorts_at_baseline(arrays)
    sent = np.zeros((len(arrays.structure.counts), share.shape[1]))
    for year, whole in enumerate(run.years):
        continuing = surviving_learners(arrays, run.people, continuing, year)
        lack = stock_lack(arrays, flow, holders, continuing, year)
        enrolled = share_enrollment(arrays, whole.funded, share, lack, sent)
        completed = share_completions(arrays, whole.completed, share, enrolled, continuing)
        holders = next_stock(flow, holders, arrays.structure.by_stock(completed), year)
        holders = scale_stocks(holders, flow.headcount[year], whole.holders)
        cost = unit_cost(run, share, UnitCohorts(enrolled, continuing, seats, all_seats), year)
        yield UnitYear(enrolled, arrays.structure.cohorts.by_owner(continuing), cost, lack, sent)
        sent = sent + include_parts(arrays, arrays.structure.by_count(enrolled))
        continuing = arrays.structure.cohorts.next_year(enrolled, continuing)
        seats = arrays.structure.cohorts.next_year(enrolled, seats)
        all_seats = arrays.structure.cohorts.next_year(whole.funded, all_seats)


def unit_share(plan: Plan) -> Array:
    """(G, U): a unit's share of a group's people, by `unit_headcounts`; 0 for a unit that does not hold the group."""
    groups, units = row_numbers(plan, "groups"), row_numbers(plan, "units")
    people = np.zeros((len(groups), len(units)))
    for row in plan.tables.unit_headcounts:
        people[groups[row.group], units[row.unit]] = row.headcount
    return divide(people, people.sum(axis=1, keepdims=True))


def group_of_pair(arrays: Arrays) -> Index:
    """(K,) the group that a pair of objective and program sends."""
    return arrays.group[arrays.objective]


def unit_flow(arrays: Arrays, run: Run, share: Array) -> StockFlow:
    """The flow of every unit's stocks: its share of people and joiners, the group's rates."""
    of_group = stock_flow(arrays, run.people, run.path)
    own = share[arrays.group[arrays.structure.stocks]]
    people = ("headcount", "joining_holders", "target_stock")
    return of_group._replace(**{name: getattr(of_group, name) * own for name in people})


def unit_stocks_at_baseline(plan: Plan, arrays: Arrays, share: Array) -> Array:
    """(H, U) holders at the baseline: the unit's own coverage, or the group's, scaled to the group's stock."""
    stocks, units = arrays.structure.stocks, row_numbers(plan, "units")
    coverage = np.repeat(arrays.baseline, len(units), axis=1)
    objectives = row_numbers(plan, "objectives")
    for row in plan.tables.unit_baselines:
        coverage[objectives[row.objective], units[row.unit]] = row.baseline
    group = arrays.group[stocks]
    people = arrays.headcount[group] * share[group]
    return scale_stocks(coverage[stocks] * people, people, arrays.baseline[stocks] * arrays.headcount[group])


def scale_stocks(stocks: Array, people: Array, of_group: Array) -> Array:
    """Units' stocks, (H, U), multiplied by one factor, so that they add up to those of the group, (H, 1).

    Whoever would pass its `people`, (H, U), is set to them and the rest is multiplied again; where the rest holds
    nothing that could be multiplied, its people decide.
    """
    return np.array([_scale(*row) for row in zip(stocks, people, of_group[:, 0], strict=True)]).reshape(stocks.shape)


def _scale(stock: Array, people: Array, of_group: float) -> Array:
    full = people <= 0
    while not full.all():
        weight = np.where(full, 0.0, stock)
        weight = weight if weight.any() else np.where(full, 0.0, people)
        weight = np.ldexp(weight, -np.frexp(weight.max())[1])  # exact, and no product is too small for a number
        scaled = max(0.0, of_group - people[full].sum()) * weight / weight.sum()
        passing = scaled > people
        if not passing.any():
            return np.where(full, people, scaled)
        full |= passing
    return people


def unit_pipeline(plan: Plan, arrays: Arrays, share: Array, holders: Array) -> Array:
    """(K, A, U) learners at the baseline, as their rows say or else by what each unit lacked: no whole people."""
    units, pairs = row_numbers(plan, "units"), pairs_of(plan)
    named, unnamed = np.zeros((*arrays.pipeline.shape[:2], len(units))), np.zeros(arrays.pipeline.shape[:2])
    for row in plan.tables.pipeline:
        at = pairs.index((row.objective, row.program)), row.started - plan.first - int(arrays.start[0])
        if row.unit:
            named[*at, units[row.unit]] += row.learners
        else:
            unnamed[at] += row.learners
    lack = baseline_lack(arrays, share, holders, arrays.of_objective(named.sum(axis=1)))
    lacking = lack.sum(axis=1, keepdims=True)
    part = np.where(lacking > 0, divide(lack, lacking), share[arrays.group])[arrays.objective]
    return named + unnamed[..., None] * part[:, None]


def baseline_lack(arrays: Arrays, share: Array, holders: Array, named: Array) -> Array:
    """(O, U) what each unit lacks at the baseline, less its learners in rows that name it, (O, U)."""
    people = (arrays.headcount * share)[arrays.group]
    people[arrays.structure.stocks] -= holders
    return np.maximum(0.0, people - named)


def stock_lack(arrays: Arrays, flow: StockFlow, holders: Array, continuing: Array, year: int) -> Array:
    """(H, U) idle people of every unit: neither holders at the end of the year nor under way after it."""
    structure = arrays.structure
    ending = structure.ahead[0].continuing
    passes = continuing[ending] * arrays.completion_rate[arrays.program[structure.cohorts.owner[ending]]]
    holding = next_stock(flow, holders, structure.ahead[0].to_rows(passes), year)
    return idle_people(arrays, flow, holding, continuing, year)


def share_enrollment(arrays: Arrays, funded: Array, share: Array, lack: Array, sent: Array) -> Array:
    """(K, U) whole people whom every unit sends this year, of the `funded`, (K, 1); parts of a count come first.

    `lack` is that of stocks, (H, U), `sent` whom a unit has sent for counts before this year, (C, U).
    """
    structure = arrays.structure
    stock, count = ({int(o): i for i, o in enumerate(rows)} for rows in (structure.stocks, structure.counts))
    enrolled = np.zeros((len(funded), share.shape[1]))
    for o in np.concatenate(by_depth(arrays.part_of)):
        people = share[arrays.group[o]]
        given = np.zeros(len(people))
        for k in np.flatnonzero(arrays.objective == o):
            places = float(funded[k, 0])
            if o in stock:
                own = lack[stock[o]]
                enrolled[k] = share_by_lack(places, own, np.maximum(0.0, ceil(own) - given), people)
                given += enrolled[k]
            elif o in count:
                has = (sent + include_parts(arrays, structure.by_count(enrolled)))[count[o]]
                enrolled[k] = share_whole(places, np.maximum(0.0, (has.sum() + places) * people - has))
            else:
                enrolled[k] = share_whole(places, people)
    return enrolled


def share_whole(people: float, weight: Array) -> Array:
    """(U,) whole people by weight and largest remainder, ties to the first; nobody where there is no weight."""
    some = np.flatnonzero(weight > 0)
    shared = np.zeros(len(weight))
    if len(some):
        shared[some] = largest_remainder(weight[some, None], np.array([people]))[:, 0]
    return shared


def share_by_lack(people: float, lack: Array, cap: Array, by_people: Array) -> Array:
    """(U,) whole people by lack, none beyond its cap while others are below theirs; what is left then by people."""
    shared = np.zeros(len(lack))
    while people > shared.sum() and (below := shared < cap).any():
        more = share_whole(people - shared.sum(), np.where(below, lack, 0.0))
        shared = np.minimum(cap, shared + more)
    return shared + share_whole(people - shared.sum(), by_people)


def share_completions(arrays: Arrays, completed: Array, share: Array, enrolled: Array, continuing: Array) -> Array:
    """(K, U) of those who complete a pair, (K, 1): by learners who reached the end, or by people where none was due."""
    ending = arrays.structure.cohorts.stack(enrolled, continuing)[arrays.structure.cohorts.last]
    due = ending.sum(axis=1, keepdims=True)
    return completed * np.where(due > 0, divide(ending, due), share[group_of_pair(arrays)])


class UnitCohorts(NamedTuple):
    """The learners of a year by unit, and the intakes among whom a class is split whoever has left since."""

    enrolled: Array  # (K, U)
    continuing: Array  # (W, U) learners
    seats: Array  # (W, U) as they were enrolled
    all_seats: Array  # (W, 1) those of all units, and of groups that no unit holds


def unit_cost(run: Run, share: Array, cohorts: UnitCohorts, year: int) -> Array:
    """(K, U) VND of the year for all learners; a class is split per head of its intake, over all objectives.

    In a closed year it is scaled to what was spent, as far as that is known; where nobody costs anything that is split
    by learners, and where nobody studies by people.
    """
    arrays, structure, program = run.arrays, run.arrays.structure, run.arrays.program
    new = divide(run.new_classes[year], run.new_learners[year])[program]
    later = divide(run.years[year].open_classes, structure.class_of(cohorts.all_seats))[structure.seat]
    learners = cohorts.enrolled + structure.cohorts.by_owner(cohorts.continuing)
    classes = cohorts.enrolled * new + structure.cohorts.by_owner(cohorts.seats * later)
    price = arrays.price[year][program]
    cost = (learners * arrays.learner_cost[program] + classes * arrays.class_cost[program]) * price
    if year >= arrays.closed:
        return cost
    held = share[group_of_pair(arrays)]
    people = run.people.headcount[year][group_of_pair(arrays)] * held
    part = np.zeros_like(cost)
    for weight in (held, people, learners, cost):  # the last one that says anything
        whole = arrays.of_program(weight.sum(axis=1, keepdims=True))[program]
        part = np.where(whole > 0, divide(weight, whole), part)
    return fact_or_model(arrays.spent[year][program] * part, cost)
