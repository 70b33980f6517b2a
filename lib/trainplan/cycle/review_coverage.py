"""People missing as decided and now: the difference shared among its causes (method.md, section 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from trainplan.analysis.attribution import shares_by_every_set
from trainplan.model.arrays import Array, Arrays, build_arrays, pairs_of
from trainplan.model.completion import (
    cohorts_at_baseline,
    next_stock,
    stock_at_baseline,
    stock_flow,
    surviving_learners,
)
from trainplan.model.from_plan import row_numbers
from trainplan.model.gap import measure_gap
from trainplan.model.need import include_parts, population, target_path
from trainplan.model.workforce import workforce
from trainplan.plan.address import record_key
from trainplan.plan.plan import Plan
from trainplan.plan.schema import TABLES, Route, Tables
from trainplan.results.registry import RESULTS, check_columns
from trainplan.results.tables import Results

CAUSES = ("headcount", "enrollment", "completion", "count", "other")  # what may differ between the looks
HEADCOUNT_TABLES, FACTS = ("headcounts", "turnover"), ("actuals", "observations")


@dataclass(frozen=True)
class ClosedYears:
    """What a look knows of closed years beyond its own equations, by pair or objective and year index."""

    enrolled: Mapping[tuple[str, str], Array]  # (Y,) people sent in every year, open ones too
    rates: Mapping[tuple[tuple[str, str], int], float]  # completed for each learner who reached the end
    numbers: Mapping[tuple[tuple[str, str], int], float]  # completed where nobody was due to
    counted: Mapping[tuple[str, int], float]  # people that an observation added to what was modeled


def facts_of(results: Results) -> ClosedYears:
    """The facts of a look."""
    arrays, run, pairs = results.arrays, results.run, pairs_of(results.plan)
    rates, numbers = {}, {}
    for t in range(arrays.closed):
        ending = arrays.structure.cohorts.stack(run.funded[t], run.years[t].continuing)[arrays.structure.cohorts.last]
        for k in np.flatnonzero(~np.isnan(arrays.completed[t, :, 0])):
            completed, due = float(arrays.completed[t, k, 0]), float(ending[k, 0])
            if due > 0:
                rates[pairs[k], t] = completed / due
            else:
                numbers[pairs[k], t] = completed
    return ClosedYears(
        {pair: run.funded[:, k, 0] for k, pair in enumerate(pairs)}, rates, numbers, _counts_added(results)
    )


def _counts_added(results: Results) -> dict[tuple[str, int], float]:
    """People that observations added, by objective and year index: what is reached less what the equations say."""
    arrays, run, structure = results.arrays, results.run, results.arrays.structure
    flow, before = stock_flow(arrays, run.people, run.path), stock_at_baseline(arrays)
    added = {}
    for t in range(arrays.closed):
        modeled = arrays.of_objective(run.completed[t])
        modeled[structure.stocks] = next_stock(flow, before, structure.by_stock(run.completed[t]), t)
        before = run.years[t].holders
        for o in np.flatnonzero(~np.isnan(arrays.observed[t, :, 0])):
            added[results.plan.tables.objectives[o].id, t] = float(run.reached[t, o, 0] - modeled[o, 0])
    return added


def replay_missing(plan: Plan, enrolled: ClosedYears, completion: ClosedYears, counted: ClosedYears) -> Array:
    """(Y, O) people missing from what the decision asks, where nothing is planned again.

    The plan's tables give the equations; what is sent, who of those due completes and what was counted come from looks.
    """
    arrays = build_arrays(plan)
    structure, pairs, people = arrays.structure, pairs_of(plan), workforce(arrays)
    flow = stock_flow(arrays, people, target_path(arrays))
    size = population(arrays, people, np.arange(len(arrays.group)))
    holders, continuing = stock_at_baseline(arrays), cohorts_at_baseline(arrays)
    sent = np.zeros((len(structure.counts), 1))
    added = np.zeros((arrays.years, len(arrays.group), 1))
    is_counted = np.zeros(added.shape, bool)
    for (objective, t), more in counted.counted.items():
        o = row_numbers(plan, "objectives").get(objective)
        if o is not None:
            added[t, o], is_counted[t, o] = more, True
    reached = np.zeros(added.shape)
    for t in range(arrays.years):
        continuing = surviving_learners(arrays, people, continuing, t)
        new = np.array([[enrolled.enrolled[pair][t] if pair in enrolled.enrolled else 0.0] for pair in pairs])
        ending = structure.cohorts.stack(new, continuing)[structure.cohorts.last]
        completed = _completions(arrays, completion, pairs, ending, t)
        reached[t] = arrays.of_objective(completed)
        reached[t][structure.stocks] = next_stock(flow, holders, structure.by_stock(completed), t)
        reached[t] = np.where(is_counted[t], np.clip(reached[t] + added[t], 0.0, size[t]), reached[t])
        holders = reached[t][structure.stocks]
        sent = sent + include_parts(arrays, structure.by_count(new))
        reached[t][structure.counts] = sent
        continuing = structure.cohorts.next_year(new, continuing)
    return measure_gap(arrays, people, reached).gap[:, :, 0]


def _completions(arrays: Arrays, facts: ClosedYears, pairs: Sequence[tuple[str, str]], ending: Array, t: int) -> Array:
    """(K, 1) who complete of those due: by the rate or number that a look knows, otherwise by the program's rate."""
    completed = ending * arrays.completion_rate[arrays.program]
    for k, pair in enumerate(pairs):
        if (pair, t) in facts.rates:
            completed[k] = ending[k] * facts.rates[pair, t]
        elif (pair, t) in facts.numbers:
            completed[k] = facts.numbers[pair, t]
    return completed


def mixed_plan(decided: Plan, now: Plan, headcount: bool, other: bool) -> Plan:
    """The plan with head-counts and turnover, and with other tables, of one look or the other; no year is closed.

    Whoever is sent by a course or route that one look alone knows must find it in the other as well: it stands behind.
    """
    base, further = (now, decided) if other else (decided, now)
    groups, objectives = ({row.id for row in base.tables[name]} for name in ("groups", "objectives"))
    rows = {name: base.tables[name] for name in TABLES if name not in FACTS}
    for name in HEADCOUNT_TABLES:
        rows[name] = tuple(row for row in (now if headcount else decided).tables[name] if row.group in groups)
    for name in ("programs", "prices"):
        known = {record_key(name, row) for row in rows[name]}
        rows[name] += tuple(row for row in further.tables[name] if record_key(name, row) not in known)
    rows["routes"] += tuple(
        Route(objective=objective, program=program, share=0)
        for objective, program in further.tables.pairs
        if objective in objectives and (objective, program) not in base.tables.pairs
    )
    return replace(base, tables=Tables(**rows), choices=base.choices.model_copy(update={"decided_from": base.first}))


def review_coverage(decided: Results, now: Results, year: int) -> pd.DataFrame:
    """People missing from each objective in each year up to `year` and in its due year, as decided and now.

    The table `review_coverage` of the registry. The difference is shared among `CAUSES` by Shapley's value: what each
    adds on average over all orders in which the looks can be exchanged.
    """
    looks, facts = (decided, now), (facts_of(decided), facts_of(now))
    objectives = {row.id: row for results in looks for row in results.plan.tables.objectives}

    def missing(plan: Plan, gap: Array) -> Array:
        """(objectives of both looks, Y): nobody of one that this plan does not know."""
        own = row_numbers(plan, "objectives")
        return np.array([gap[:, own[id]] if id in own else np.zeros(len(gap)) for id in objectives])

    def outcome(sets: Array) -> Array:
        """(objectives · Y, sets)"""
        found = []
        for headcount, enrollment, completion, count, other in sets.tolist():
            plan = mixed_plan(decided.plan, now.plan, headcount, other)
            found.append(
                missing(plan, replay_missing(plan, facts[enrollment], facts[completion], facts[count])).ravel()
            )
        return np.array(found).T

    before, after = (missing(results.plan, results.run.gap.gap[:, :, 0]) for results in looks)
    parts, _ = shares_by_every_set(outcome, len(CAUSES))
    cells = np.dstack([before, after, parts.reshape(*before.shape, len(CAUSES))])
    table = RESULTS["review_coverage"]
    rows = [
        (calendar, id, *cells[o, t])
        for t, calendar in enumerate(now.plan.years)
        for o, (id, row) in enumerate(objectives.items())
        if calendar <= year or calendar == row.due_year
    ]
    return check_columns(table.stem, pd.DataFrame(rows, columns=table.column_names))
