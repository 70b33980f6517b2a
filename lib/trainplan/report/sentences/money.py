"""What is said of money: needed, found and lacking, over and left, who pays, what comes after; classes nearly empty."""

from __future__ import annotations

import pandas as pd

from trainplan.plan.choices import ALLOCATION_RULES
from trainplan.results.tables import Results
from trainplan.text.catalog import say
from trainplan.text.formats import billions, number, percent
from trainplan.text.shown import join_shown

A_LITTLE = 5e5  # VND: less is no money on a page
A_REMAINDER = 0.01  # of a ceiling: what classes that open whole leave of it


def money_balance(results: Results, language: str) -> list[str]:
    """What is needed, what is found and what is not, over all years; and whose money has no limit."""
    total, lacking = results.money, results.lacking_by_year
    most = lacking.idxmax()
    amounts = {
        "required": billions(total["required_vnd"], language),
        "funded": billions(total["funded_vnd"], language),
        "lacking": billions(abs(total["lacking_vnd"]), language),
        "over": billions(results.over_vnd, language),
    }
    kind = _kind_of_balance(results)
    tail = ""
    if kind == "lacking" and (lacking.abs() > A_LITTLE).sum() > 1:
        tail = say(
            "tail.most_in",
            language,
            year=most,
            amount=billions(results.quote("budget", "lacking_vnd", lacking[most], year=most, source="total"), language),
        )
    elif kind == "enough" and (results["verdicts"]["verdict"] != "met").any():
        tail = say("tail.not_for_money", language)
    said = [say(f"sentence.money_{kind}", language, **amounts, tail=tail)]
    if results.unlimited_sources and kind != "unlimited":
        names = ", ".join(results.plan.label("sources", id, language) for id in results.unlimited_sources)
        said.append(say("sentence.money_some_unlimited", language, names=names))
    return said


def _kind_of_balance(results: Results) -> str:
    """Which sentence says how money stands."""
    total = results.money
    if total["required_vnd"] < A_LITTLE and total["funded_vnd"] < A_LITTLE:
        return "none"
    if results.unlimited_sources == results.paying_sources:
        return "unlimited"
    if not ALLOCATION_RULES[results.plan.allocation].keeps_ceilings and results.over_vnd > A_LITTLE:
        return "unbound"
    if (results.lacking_by_year.abs() <= A_LITTLE).all():
        return "enough"
    return "catching_up" if total["lacking_vnd"] < -A_LITTLE else "lacking"


def money_over_and_left(results: Results, language: str) -> list[str]:
    """The year in which most is spent over a ceiling, and the one in which most is left though money lacks."""
    if not ALLOCATION_RULES[results.plan.allocation].keeps_ceilings:
        return []
    rows = results["budget"]
    rows = rows[rows["year"].isin(results.plan.open_years)]
    left = rows[(rows["lacking_vnd"] > A_LITTLE) & (rows["unspent_vnd"] > A_REMAINDER * rows["ceiling_vnd"])]
    over = rows[rows["over_vnd"] > A_LITTLE]
    return [
        *(_in_the_year(results, over, "over_vnd", language) if len(over) else ()),
        *(_in_the_year(results, left, "unspent_vnd", language) if len(left) else ()),
    ]


def _in_the_year(results: Results, rows: pd.DataFrame, column: str, language: str) -> list[str]:
    """The sentence of a column about the row, of the total or of a source, with the most of it."""
    row = results.quoted("budget").loc[rows[column].idxmax()]
    name = "" if row["source"] == "total" else results.plan.label("sources", row["source"], language)
    amounts = {"amount": billions(row[column], language), "lacking": billions(row["lacking_vnd"], language)}
    of_whom = say("word.of_source", language, name=name) if name else ""
    return [say(f"sentence.money_{column.removesuffix('_vnd')}", language, year=row["year"], source=of_whom, **amounts)]


def money_by_source(results: Results, language: str) -> list[str]:
    """What each source pays over all years, and its share."""
    paid = results.over_years("budget").set_index("source")["funded_vnd"]
    total = paid.pop("total")
    parts = [
        say(
            "word.source_pays",
            language,
            name=results.plan.label("sources", str(id), language),
            amount=billions(vnd, language),
            share=percent(vnd / total, language, 0),
        )
        for id, vnd in paid.sort_values(ascending=False).items()
        if vnd > A_LITTLE
    ]
    return [say("sentence.money_by_source", language, parts=join_shown(parts, ", "))] if parts else []


def money_after(results: Results, language: str) -> list[str]:
    """What courses under way cost after the last year; nothing where they cost nothing."""
    vnd = results.quote("commitments", "vnd", results["commitments"]["vnd"].sum())
    return (
        [say("sentence.money_after", language, last=results.plan.last, amount=billions(vnd, language))] if vnd else []
    )


def weak_classes(results: Results, language: str) -> list[str]:
    """How many classes of the open years are less than half full, and which costs most a head; nothing without any."""
    weak = results.weak_classes
    if not len(weak):
        return []
    worst = weak.loc[weak["cost_a_head_vnd"].idxmax()]
    about = {
        "program": results.plan.label("programs", worst["program"], language),
        "amount": billions(worst["cost_a_head_vnd"], language),
        "learners": number(worst["learners"], language),
        "year": worst["year"],
    }
    return [say("sentence.weak_classes", language, count=int(weak["classes"].sum()), **about)]
