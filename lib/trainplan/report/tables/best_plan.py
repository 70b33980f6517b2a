"""Tables of the best plan beside other rules of allocation, and of what it takes to meet what is missed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from trainplan.analysis.goal_seek import TOTAL
from trainplan.analysis.relaxations import Relaxation
from trainplan.analysis.rule_comparison import RuleComparison
from trainplan.plan.address import Address
from trainplan.plan.plan import Plan
from trainplan.report.tables.columns import Column, build_table, label, terms_of
from trainplan.report.tables.columns import billions as billions_cell
from trainplan.text.catalog import say
from trainplan.text.formats import billions, number


def rules(compared: RuleComparison, language: str) -> pd.DataFrame:
    """A row a rule of allocation: targets met, person-years behind the path, money funded and committed after."""
    rows = compared.table.rename(columns={"weighted_shortfall": "behind_path"})
    rows["met_of"] = [f"{met} / {count}" for met, count in zip(rows["met"], rows["objectives"], strict=True)]
    columns = [
        Column("rule", terms_of("rule")),
        Column("met_of"),
        Column("behind_path", "people"),
        *(Column(key, billions_cell(1), "bn") for key in ("funded_vnd", "commitments_vnd")),
    ]
    return build_table(rows, columns, language)


def relaxations(plan: Plan, found: Sequence[Relaxation], language: str) -> pd.DataFrame:
    """A row a way to meet an objective that is missed, in the order of `found`: objective, changes, billions more."""
    rows = [
        {"objective": way.objective, "way": _changes(plan, way, language), "costs_more": way.cost_vnd} for way in found
    ]
    columns = [Column("objective", label(plan, "objectives")), Column("way"), Column("costs_more", "VND", "bn")]
    return build_table(rows, columns, language)


def source_name(plan: Plan, source: str, language: str) -> str:
    """A source of money by its name; all of them together as the total."""
    return say("word.total", language).lower() if source == TOTAL else plan.label("sources", source, language)


def _changes(plan: Plan, way: Relaxation, language: str) -> str:
    """The changes of a way in words, money last."""
    said: list[str] = []
    for address, change in way.changes.items():
        _, row, column = Address.of(address)
        if column == "capacity":
            name = plan.label("programs", row, language)
            said.append(f"+{number(change['add'], language)} {say('word.places_in', language, name=name)}")
        elif column == "due":
            said.append(say("word.due_in", language, year=str(change["value"])))
    return "; ".join([*said, *_money(plan, way, language)])


def _money(plan: Plan, way: Relaxation, language: str) -> list[str]:
    """The money of a way: the same sum in every year is said once."""
    money = [(address, change["add"]) for address, change in way.changes.items() if address.startswith("ceilings.")]
    if not money:
        return []
    address, vnd = money[0]
    if len(money) > 1:
        when = say("word.every_year", language)
    else:
        year, _, source = Address.of(address).row.partition("/")
        when = say("word.in_year", language, year=year, name=source_name(plan, source, language))
    return [f"+{billions(vnd, language, 3)} {when}"]
