"""Tables of uncertainty: what is drawn, how likely each target is, and how likely money lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from trainplan.analysis.goal_seek import TOTAL
from trainplan.analysis.monte_carlo import ALL, Uncertainty, probabilities_when_due
from trainplan.plan.address import Address, address_label, column_of, value_label
from trainplan.plan.plan import Plan
from trainplan.plan.ranges import LIMITS, SHAPES, Range
from trainplan.plan.schema import Objective
from trainplan.report.tables.columns import Column, build_table, label, terms_of
from trainplan.results.quote import EVERY, address_of, quote_numbers
from trainplan.results.registry import QUANTILES
from trainplan.results.sources import assumed_numbers
from trainplan.text.catalog import option_name, say
from trainplan.text.formats import NARROW, chance_number, chance_word, number, percent, with_plus
from trainplan.text.shown import Quoted, join_shown


def quote_when_due(draws: Uncertainty, run: str = "") -> pd.DataFrame:
    """The frame of `probabilities_when_due` with quoted numbers; `run` where the loop alone does not tell the draws."""
    return quote_numbers("probabilities", probabilities_when_due(draws), run or draws.loop, ["error"])


def probabilities(closed: Uncertainty | None, replayed: Uncertainty, language: str) -> pd.DataFrame:
    """A row an objective: how likely it is when due in either loop, the error of that, and the band of coverage.

    `closed` is None for a rule that decides all years at once; the band then is that of `replayed`, the open loop.
    """
    plan = replayed.plan
    when_due = {draws.loop: quote_when_due(draws) for draws in (closed, replayed) if draws}
    rows = when_due[(closed or replayed).loop].rename(columns={point: f"coverage_{point}" for point in QUANTILES})
    rows["due"] = [row.due for row in plan.tables.objectives]
    rows["chance"] = rows["probability_met"].map(chance_word)
    for loop, own in when_due.items():
        rows[f"probability_{loop}"] = own["probability_met"]
    columns = [
        Column("objective", label(plan, "objectives")),
        Column("due", "date"),
        Column("chance", terms_of("chance")),
        *(Column(f"probability_{loop}", chance_number) for loop in when_due),
        Column("probability_nearly", chance_number),
        Column("error", lambda error, language: join_shown(["± ", percent(error, language, 2)])),
        *(Column(f"coverage_{point}", "share") for point in QUANTILES),
    ]
    return build_table(rows, columns, language)


def probabilities_by_rule(by_rule: Sequence[Uncertainty], language: str) -> pd.DataFrame:
    """A row an objective: how likely it is when due, a column a loop and rule of allocation; none without draws."""
    if not by_rule:
        return pd.DataFrame()
    plan = by_rule[0].plan
    rows = {"objective": [row.id for row in plan.tables.objectives]}
    for draws in by_rule:
        chances = quote_when_due(draws, f"{draws.loop}/{draws.plan.allocation}")["probability_met"]
        rows[rule_of_draws(draws, language)] = [chance_number(chance, language) for chance in chances]
    columns = [Column("objective", label(plan, "objectives")), *map(Column, list(rows)[1:])]
    return build_table(pd.DataFrame(rows, dtype=object), columns, language)


def rule_of_draws(draws: Uncertainty, language: str) -> str:
    """What draws are called beside others: their loop and rule of allocation."""
    name = f"{option_name(draws.loop, language)}: {option_name(draws.plan.allocation, language)}"
    return name[0].upper() + name[1:]


def cost_bands(draws: Uncertainty, language: str) -> pd.DataFrame:
    """A row a year and, of several, one of all years: what the plan costs, and the band of nine in ten."""
    planned = draws.planned.funded_vnd.sum(axis=(1, 2))
    budget = pd.DataFrame(
        {"year": [*draws.plan.years, EVERY], "source": TOTAL, "funded_vnd": [*planned, planned.sum()]}
    )
    rows = quote_numbers("cost_bands", draws.cost_bands, draws.loop).assign(
        year=[*map(str, draws.plan.years), say("word.all_years", language)],
        funded_vnd=quote_numbers("budget", budget)["funded_vnd"].to_numpy(),
    )
    columns = [Column("year"), *(Column(key, "VND") for key in ("funded_vnd", *QUANTILES))]
    return build_table(rows if len(rows) > 2 else rows[:1], columns, language)


def enrollment_bands(draws: Uncertainty, language: str) -> pd.DataFrame:
    """A row a year and, of several, one of all years: the turns that the plan has, and the band of nine in ten."""
    found = draws.enrollment_bands[draws.enrollment_bands["program"] == ALL]
    planned = draws.planned.new_learners.sum(axis=(1, 2))
    turns = pd.DataFrame({"year": [*draws.plan.years, EVERY], "new_learners": [*planned, planned.sum()]})
    rows = quote_numbers("enrollment_bands", found, draws.loop).assign(
        year=[*map(str, draws.plan.years), say("word.all_years", language)],
        planned_turns=quote_numbers("classes", turns)["new_learners"].to_numpy(),
    )
    columns = [Column("year"), *(Column(key, "people") for key in ("planned_turns", *QUANTILES))]
    return build_table(rows if len(rows) > 2 else rows[:1], columns, language)


def sent_bands(draws: Uncertainty, language: str) -> pd.DataFrame:
    """A row an objective: the people whom the plan sends for it in all years, and the band of nine in ten."""
    planned = zip(draws.plan.tables.objectives, draws.planned.people_sent.sum(axis=(0, 2)), strict=True)
    rows = quote_numbers("sent_bands", draws.sent_bands[draws.sent_bands["year"] == ALL], draws.loop)
    rows["planned_people"] = pd.Series([_people_sent(row, people) for row, people in planned], rows.index, object)
    columns = [
        Column("objective", label(draws.plan, "objectives")),
        *(Column(key, "people") for key in ("planned_people", *QUANTILES)),
    ]
    return build_table(rows, columns, language)


def _people_sent(objective: Objective, people: float) -> Quoted:
    """The people sent for an objective in all years, for a count also those of its parts, with their address."""
    table, column = ("gap", "reached") if objective.kind == "count" else ("enrollment", "funded")
    return Quoted(people, address_of(table, column, objective=objective.id))


def assumed_without_range(plan: Plan, language: str) -> pd.DataFrame:
    """A row a column of numbers that are assumed, may have a range and have none, with how many they are."""
    covered = [Address.of(address) for one in plan.ranges for address in one.addresses(plan.open_years)]
    counts = Counter(
        str(own._replace(row="*"))
        for own in assumed_numbers(plan)
        if (own.table, own.column) in LIMITS and not any(one.covers(own) for one in covered)
    )
    rows = [{"address": address_label(plan, every, language), "count": count} for every, count in counts.items()]
    return build_table(rows, [Column("address"), Column("count", "people")], language)


def ranges(plan: Plan, language: str) -> pd.DataFrame:
    """A row a range: its name, the numbers that it draws, how far, and why."""
    rows = [
        {
            "range_name": getattr(one.name, language),
            "range_addresses": "; ".join(address_label(plan, address, language) for address in one.address),
            "range": _range_label(plan, one, language),
            "range_reason": getattr(one.reason, language),
        }
        for one in plan.ranges
    ]
    columns = [*map(Column, ("range_name", "range_addresses", "range", "range_reason"))]
    return build_table(rows, columns, language)


def _range_label(plan: Plan, one: Range, language: str) -> str:
    """How far a range goes, in words, and, where it is so, that it is drawn anew each year; its unit is said once."""
    texts = {part: range_value_label(plan, one, getattr(one, part), language) for part in SHAPES[one.distribution]}
    texts |= {"sd": texts["sd"].removeprefix("+")} if "sd" in texts else {}
    bare = {part: text.removesuffix(f"{NARROW}{say('unit.points', language)}") for part, text in texts.items()}
    with_unit = {part: texts[part] for part in ("high", "sd") if part in texts}
    how = [say(f"distribution.{one.distribution}", language, **bare | with_unit)]
    how += [say("word.drawn_each_year", language)] if one.each_year else []
    return "; ".join(how)


def range_value_label(plan: Plan, one: Range, value: float, language: str) -> str:
    """A number of a range in its own terms: a value, a factor as a percentage of the plan's, or a summand."""
    if one.form == "value":
        return value_label(plan, one.address[0], value, language)
    if one.form == "scale":
        return percent(value, language, 0)
    column = column_of(Address.of(one.address[0]))
    if column and column.unit in ("share", "coverage"):
        return f"{with_plus(number(value * 100, language, 1))}{NARROW}{say('unit.points', language)}"
    return with_plus(number(value, language, 2))


def money_over(replayed: Uncertainty, language: str) -> pd.DataFrame:
    """Open loop: a row a year, with how likely ceilings are passed and by how much (50 and 95 % of draws).

    Nothing without ceilings, or where none is ever passed.
    """
    if not replayed.plan.has_ceilings or not (replayed.over > 0).any():
        return pd.DataFrame()
    over = pd.DataFrame(replayed.over.T, columns=list(replayed.plan.years))
    chances = {
        "probability_over": (over > 0).mean(),
        "over_p50": over.quantile(0.5),
        "over_p95": over.quantile(0.95),
    }
    rows = pd.DataFrame(chances).rename_axis("year").reset_index()
    columns = [
        Column("year"),
        Column("probability_over", chance_number),
        *(Column(key, "VND") for key in ("over_p50", "over_p95")),
    ]
    return build_table(quote_numbers("cost_bands", rows, replayed.loop, list(chances)), columns, language)
