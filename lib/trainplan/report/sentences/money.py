"""What is said of money: needed, found and lacking, over and left, who pays, what comes after; classes nearly empty."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from trainplan.analysis.goal_seek import TOTAL
from trainplan.model.gap import HALF_A_PERSON
from trainplan.plan.choices import ALLOCATION_RULES
from trainplan.report.tables.best_plan import source_name
from trainplan.report.tables.results import A_LITTLE
from trainplan.results.real_terms import period_before, real_change_of_money
from trainplan.results.tables import Results
from trainplan.text.catalog import say
from trainplan.text.formats import billions, number, percent
from trainplan.text.shown import join_shown

A_REMAINDER = 0.01  # of a ceiling: what classes that open whole leave of it


def money_answer(results: Results, language: str) -> list[str]:
    """The money in a few sentences: the balance, who pays, what is over and left, its worth, what comes after."""
    parts = (money_balance, money_by_source, money_over_and_left, money_in_real_terms, money_after)
    return [sentence for part in parts for sentence in part(results, language)]


def money_balance(results: Results, language: str) -> list[str]:
    """What is needed, what is found and what is not, over all years; and whose money has no limit."""
    total, lacking = results.money, results.lacking_by_year
    most = lacking.idxmax()
    amounts = {name: total[f"{name}_vnd"] for name in ("required", "funded", "lacking")} | {"over": results.over_vnd}
    balanced = bool((lacking.abs() <= A_LITTLE).all())
    kind = kind_of_balance(results, amounts, results.plan.has_ceilings, balanced)
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
    said = [say_balance(kind, amounts, language, tail)]
    if results.unlimited_years and kind not in ("unlimited", "none"):
        names = ", ".join(_name_unlimited(results, id, language) for id in results.unlimited_years)
        said.append(say("sentence.money_some_unlimited", language, names=names))
    return said


def _name_unlimited(results: Results, source: str, language: str) -> str:
    """A source without a limit, with the years where it is not all of the open ones."""
    name, years = results.plan.label("sources", source, language), results.unlimited_years[source]
    return name if len(years) == len(results.plan.open_years) else f"{name} ({', '.join(map(str, years))})"


def kind_of_balance(results: Results, amounts: Mapping[str, float], limited: bool, balanced: bool) -> str:
    """Which sentence says how money stands, whether it is `limited` at all and nothing lacks in any year, `balanced`.

    `amounts` are VND by name: required, funded, lacking, over (the ceilings).
    """
    if amounts["required"] < A_LITTLE and amounts["funded"] < A_LITTLE:
        return "none"
    if not limited:
        return "unlimited"
    if not ALLOCATION_RULES[results.plan.allocation].keeps_ceilings and amounts["over"] > A_LITTLE:
        return "unbound"
    if balanced:
        return "enough"
    return "catching_up" if amounts["lacking"] < -A_LITTLE else "lacking"


def say_balance(kind: str, amounts: Mapping[str, float], language: str, tail: str = "") -> str:
    """The sentence of that kind on these amounts."""
    shown = {name: billions(abs(vnd), language) for name, vnd in amounts.items()}
    return say(f"sentence.money_{kind}", language, **shown, tail=tail)


def over_ceilings(results: Results) -> bool:
    """Whether the plan's rule does not keep its ceilings, and more is spent than they allow."""
    plan = results.plan
    keeps = ALLOCATION_RULES[plan.allocation].keeps_ceilings
    return plan.has_ceilings and not keeps and results.over_vnd > A_LITTLE


def money_over_and_left(results: Results, language: str) -> list[str]:
    """The year in which most is spent over a ceiling, and the one in which most is left though money lacks."""
    if not ALLOCATION_RULES[results.plan.allocation].keeps_ceilings:
        return []
    rows, shown = results["budget"], results.quote_table("budget")
    rows = rows[rows["year"].isin(results.plan.open_years)]
    left = rows[(rows["lacking_vnd"] > A_LITTLE) & (rows["unspent_vnd"] > A_REMAINDER * rows["ceiling_vnd"])]
    over = rows[rows["over_vnd"] > A_LITTLE]
    said = []
    if len(over):
        row = shown.loc[over["over_vnd"].idxmax()]
        about = {"year": row["year"], "source": _of_source(results, row["source"], language)}
        said.append(say("sentence.money_over", language, **about, amount=billions(row["over_vnd"], language)))
    if len(left):
        said.append(_left(results, shown.loc[left["unspent_vnd"].idxmax()], language))
    return said


def _left(results: Results, row: pd.Series, language: str) -> str:
    """Why money of a row of the table budget is left though money lacks: other ceilings are reached, or the rule."""
    rows = results["budget"]
    rows = rows[(rows["year"] == row["year"]) & (rows["source"] != row["source"])]
    reached = rows[rows["unspent_vnd"] <= A_REMAINDER * rows["ceiling_vnd"]]["source"]
    names = ", ".join(source_name(results.plan, source, language) for source in reached)
    return say(
        f"sentence.money_left_by_{'ceilings' if names else 'rule'}",
        language,
        year=row["year"],
        source=_of_source(results, row["source"], language),
        amount=billions(row["unspent_vnd"], language),
        lacking=billions(row["lacking_vnd"], language),
        names=names,
    )


def _of_source(results: Results, source: str, language: str) -> str:
    """Whose ceiling it is, inside a sentence; nothing for that of the total."""
    if source == TOTAL:
        return ""
    return say("word.of_source", language, name=source_name(results.plan, source, language))


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


def money_in_real_terms(results: Results, language: str) -> list[str]:
    """What the plan's money is worth against the period before; nothing without a history."""
    plan = results.plan
    change = real_change_of_money(plan)
    if change is None:
        return []
    key = "sentence.real_less" if change < 0 else "sentence.real_more"
    base = plan.price_base_year
    return [say(key, language, share=percent(abs(change), language, 0), period=period_before(plan), base=base)]


def money_after(results: Results, language: str) -> list[str]:
    """What courses under way cost after the last year; nothing where they cost nothing."""
    vnd = results.quote("commitments", "vnd", results["commitments"]["vnd"].sum())
    return (
        [say("sentence.money_after", language, last=results.plan.last, amount=billions(vnd, language))] if vnd else []
    )


def enrollment_answer(results: Results, language: str) -> list[str]:
    """How many are sent in how many classes, the open year that leaves most undone, and classes nearly empty."""
    classes = results.over_years("classes")[["new_learners", "new_classes"]].sum()
    turns, opened = (number(classes[name], language) for name in ("new_learners", "new_classes"))
    yearly = results["enrollment"].groupby("year")[["needed", "funded"]].sum()
    most = yearly["funded"].idxmax()
    amount = {"year": most, "amount": number(yearly["funded"][most], language)}
    tail = say("tail.most_in", language, **amount) if len(yearly) > 1 and yearly["funded"][most] else ""
    said = [say("sentence.enrolled", language, turns=turns, classes=opened, tail=tail)]
    undone = (yearly["needed"] - yearly["funded"]).loc[[*results.plan.open_years[:-1]]]
    if len(undone) and undone.max() >= HALF_A_PERSON:
        year = undone.idxmax()
        people = {"undone": number(undone[year], language), "needed": number(yearly["needed"][year], language)}
        said.append(say("sentence.not_enrolled", language, year=year, **people))
    return [*said, *weak_classes(results, language)]


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
