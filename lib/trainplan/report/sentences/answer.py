"""The answer in sentences: the headline, and for every target what stands in its way."""

from __future__ import annotations

import math
from typing import Any

from trainplan.model.gap import HALF_A_PERSON
from trainplan.plan.plan import Plan
from trainplan.results.real_terms import period_before, real_change_of_money
from trainplan.results.tables import Results
from trainplan.results.verdicts import count_met, missed_level
from trainplan.text.catalog import say, term
from trainplan.text.formats import NOTHING, billions, due_day, number, percent

SIMPLIFICATIONS = ("leavers", "two_targets", "due_date", "last_years", "completion")


def headline(results: Results, language: str) -> list[str]:
    """The answer in a few sentences: targets met when due, money funded of what is asked for, what holds back."""
    binds = results["verdicts"]["binds"]
    held = binds[binds != ""].value_counts()
    limits = ", ".join(f"{term('limit', limit, language)} ({count})" for limit, count in held.items())
    sentences = [*targets_met(results, language), *money_requirement(results, language)]
    if limits:
        sentences.append(say("sentence.held_back", language, limits=limits))
    commitments = results["commitments"]["vnd"].sum()
    if commitments > 0:
        amount = billions(commitments, language)
        sentences.append(say("sentence.committed_after", language, last=results.plan.last, committed=amount))
    return sentences


def targets_met(results: Results, language: str) -> list[str]:
    """How many targets are met when due: those with a number in the decision, then the goals without one."""
    plan, verdicts = results.plan, results["verdicts"]["verdict"]
    met, nearly = (count_met(plan, verdicts == word) for word in ("met", "nearly"))
    about = {"title": plan.scenario_title(language), "met": met["met"], "targets": met["objectives"]}
    sentences = [say("sentence.targets_met", language, **about, nearly=nearly["met"])]
    if met["goals"]:
        sentences.append(say("sentence.goals_met", language, met=met["goals_met"], goals=met["goals"]))
    return sentences


def money_requirement(results: Results, language: str) -> list[str]:
    """What all courses would cost that there are places for, what is funded, and by which rule."""
    funded = results["budget"].query("source == 'total'")["funded_vnd"].sum()
    amounts = {"requirement": billions(results.requirement_vnd, language), "funded": billions(funded, language)}
    rule = term("rule", results.plan.allocation, language)
    return [say("sentence.money_requirement", language, **amounts, rule=rule)]


def explain_verdicts(results: Results, language: str) -> list[str]:
    """A sentence for every objective: what it reaches when due, what binds, and the best that can be had."""
    keys = ["year", "objective"]
    yearly = results["gap"].set_index(keys).join(results["lines"].set_index(keys))
    rows = zip(
        results.plan.tables.objectives,
        results["verdicts"].to_dict("records"),
        results.arrays.length,
        results.completion_rate,
        strict=True,
    )
    return [
        _explain(results, objective, row | dict(yearly.loc[(objective.due_year, objective.id)]), years, rate, language)
        for objective, row, years, rate in rows
    ]


def _explain(
    results: Results, objective: Any, row: dict[str, Any], years: int, completion: float, language: str
) -> str:
    """The sentence of an objective.

    `row` holds its columns of the tables verdicts, gap and lines in its due year; `years` is the length of its courses,
    `completion` the share of learners that completes.
    """
    counted, start = objective.kind == "count", row["latest_start"]
    obstacle = _obstacle(row, counted, years)

    def level(coverage: float) -> str:
        return level_reached(coverage, row["target"] if counted else None, language, missed_level(row))

    late = objective.due_year
    if obstacle == "time" and start + 1 < late:
        late = f"{start + 1}–{late}"
    return say(
        f"sentence.verdict_{obstacle}",
        language,
        name=results.plan.label("objectives", objective.id, language),
        due=due_date(objective.due, language),
        target=level(row["asked"] / row["target"] if counted else row["asked"]),
        reached=level(row["coverage"]),
        best=level(row["best_reachable"]),
        with_money=level(row["deliverable"]),
        where=_short_of_places(results, objective.id, language),
        failing=percent(1 - completion, language),
        late=late,
        years=years,
        start=start,
    )


def _obstacle(row: dict[str, Any], counted: bool, years: int) -> str:
    """`met`, the limit that binds, `time_short` for courses of a year, or `pace` where an early start would do."""
    obstacle = row["binds"] or "met"
    asked = row["asked"] * (1.0 if counted else row["base"])
    if obstacle in ("completion", "time") and asked - row["best_reachable"] * row["base"] < HALF_A_PERSON:
        return "pace"
    return "time_short" if obstacle == "time" and years == 1 else obstacle


def level_reached(coverage: float, people: float | None, language: str, missed: float | None = None) -> str:
    """A coverage as a percentage, of a count of `people` as people; `missed` is a level not to be rounded up to."""
    if math.isnan(coverage):
        return NOTHING
    if people is not None:
        return f"{number(coverage * people, language)} {say('unit.people', language)}"
    return percent(coverage, language, missed=missed)


def due_date(due: str, language: str) -> str:
    """A due date, `2015` or `2012-06`, as it is said: năm 2015, 30/6/2012."""
    return due_day(due, language) if "-" in due else say("date.year", language, year=due)


def _short_of_places(results: Results, objective: str, language: str) -> str:
    """In brackets, the programs that had fewer places than this objective needed in some year; else nothing."""
    rows = results["enrollment"]
    rows = rows[(rows["objective"] == objective) & (rows["deliverable"] < rows["needed"])]
    names = [results.plan.label("programs", p, language) for p in dict.fromkeys(rows["program"])]
    return f" ({', '.join(names)})" if names else ""


def real_money(plan: Plan, language: str) -> list[str]:
    """What the plan's money is worth against the period before; nothing without a history."""
    change = real_change_of_money(plan)
    if change is None:
        return []
    key = "sentence.real_less" if change < 0 else "sentence.real_more"
    return [say(key, language, share=percent(abs(change), language, 0), period=period_before(plan))]


def simplifications(language: str) -> list[str]:
    """What the model simplifies or leaves out, whatever the plan."""
    return [say(f"sentence.simplified_{name}", language) for name in SIMPLIFICATIONS]
