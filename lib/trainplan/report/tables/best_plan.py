"""Tables of the best plan beside other rules of allocation, and of what it takes to meet what is missed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from trainplan.analysis.goal_seek import TOTAL
from trainplan.analysis.relaxations import NOT_TRIED, Relaxation, relaxations_table
from trainplan.analysis.rule_comparison import RuleComparison
from trainplan.model.gap import HALF_A_PERSON
from trainplan.plan.address import Address
from trainplan.plan.plan import Plan
from trainplan.report.tables.columns import Column, build_table, label, terms_of, text_cells
from trainplan.results.quote import address_of, quote_numbers
from trainplan.text.catalog import say
from trainplan.text.formats import billions, due_day, number, out_of
from trainplan.text.shown import Quoted, join_shown


def quote_rules(compared: RuleComparison) -> pd.DataFrame:
    """The table of a comparison of rules with quoted numbers: totals of the plan, each run called by its rule."""
    table = compared.table.assign(scenario=compared.plan.scenario)
    return pd.concat(
        [quote_numbers("totals", table[table["rule"] == rule], rule, ["weighted_shortfall"]) for rule in table["rule"]]
    )


def rules(compared: RuleComparison, language: str) -> pd.DataFrame:
    """A row a rule of allocation: targets met, person-years behind the path, money funded, commitments after.

    Nothing without ceilings.
    """
    if not compared.plan.has_ceilings:
        return pd.DataFrame()
    rows = quote_rules(compared).rename(columns={"weighted_shortfall": "behind_path"})
    counts = zip(rows["met"], rows["objectives"], strict=True)
    met = [out_of(*pair, language) for pair in counts]
    rows["met_of"] = text_cells(rows, met)
    columns = [
        Column("rule", terms_of("rule")),
        Column("met_of"),
        Column("behind_path", "people"),
        *(Column(key, "VND") for key in ("funded_vnd", "commitments_vnd")),
    ]
    return build_table(rows, columns, language)


def relaxations(plan: Plan, found: Sequence[Relaxation], language: str) -> pd.DataFrame:
    """A row a way to meet an objective that is missed, the cheapest first: objective, changes, costs more.

    Last come objectives for which not every way was tried.
    """
    table = quote_numbers("relaxations", relaxations_table(list(found)))
    rows = [
        {"objective": id, "way": _changes(plan, way, language), "costs_more": way["cost_vnd"].iloc[0]}
        for (id, _), way in table.groupby(["objective", "rank"], sort=False)
    ]
    rows.sort(key=lambda row: (math.isnan(row["costs_more"]), row["costs_more"]))
    columns = [Column("objective", label(plan, "objectives")), Column("way"), Column("costs_more", "VND")]
    return build_table(rows, columns, language)


def value_of_places(plan: Plan, values: pd.DataFrame, language: str) -> pd.DataFrame:
    """A row a program in which ten more places a year would save people-years, the most first: program, saved."""
    places = values[(values["kind"] == "places") & (values["people_years"] >= HALF_A_PERSON)]
    rows = [
        {
            "program": row.id,
            "saved_by_places": Quoted(row.people_years, address_of("values", "people_years", kind="places", id=row.id)),
        }
        for row in places.sort_values("people_years", ascending=False, kind="stable").itertuples()
    ]
    return build_table(
        rows, [Column("program", label(plan, "programs")), Column("saved_by_places", "people")], language
    )


def source_name(plan: Plan, source: str, language: str) -> str:
    """A source of money by its name; all of them together by the ceiling on the total."""
    return say("word.total_ceiling", language) if source == TOTAL else plan.label("sources", source, language)


def _changes(plan: Plan, way: pd.DataFrame, language: str) -> str:
    """The changes of a way, rows of its table, in words, money last; or that others were not tried."""
    if way["kind"].iloc[0] == NOT_TRIED:
        return say("word.ways_not_tried", language)
    said: list[str] = []
    for change in way.itertuples():
        _, row, column = Address.of(change.address)
        if column == "capacity":
            places = say("word.places_in", language, name=plan.label("programs", row, language))
            said.append(join_shown(["+", number(_amount(change), language), " ", places]))
        elif column == "due":
            due = change.value if isinstance(change.value, str) else f"{change.value:.0f}"
            said.append(say("word.due_in", language, year=due_day(due, language)))
    return join_shown([*said, *_money(plan, way, language)], "; ")


def _money(plan: Plan, way: pd.DataFrame, language: str) -> list[str]:
    """The money of a way: the same sum in every year is said once."""
    money = [change for change in way.itertuples() if change.address.startswith("ceilings.")]
    if not money:
        return []
    if len(money) > 1:
        when = say("word.every_year", language)
    else:
        year, _, source = Address.of(money[0].address).row.partition("/")
        when = say("word.in_year", language, year=year, name=source_name(plan, source, language))
    return [join_shown(["+", billions(_amount(money[0]), language, 3), " ", when])]


def _amount(change: Any) -> Quoted:
    """By how much a change of a way adds, with its address."""
    keys = {"objective": change.objective, "rank": change.rank, "address": change.address}
    return Quoted(change.value, address_of("relaxations", "value", **keys))
