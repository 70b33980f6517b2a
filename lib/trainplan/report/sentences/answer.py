"""The answer in sentences: the headline, and for every target what stands in its way."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from trainplan.model.gap import HALF_A_PERSON
from trainplan.plan.address import address_label
from trainplan.plan.plan import Plan
from trainplan.plan.schema import BASIS_KINDS
from trainplan.report.furniture import say_undated
from trainplan.report.sentences.money import money_balance, money_over_and_left
from trainplan.report.tables.inputs import has_parts
from trainplan.results.sources import basis_kinds
from trainplan.results.tables import Results
from trainplan.results.verdicts import LIMITS, count_met, missed_level
from trainplan.text.catalog import say, term
from trainplan.text.formats import NOTHING, calendar_day, due_day, number, percent
from trainplan.text.shown import Quoted, join_shown, keep_address

NAMED = 3  # targets that a sentence names; the others it counts


def headline(results: Results, language: str) -> list[str]:
    """The answer in a few sentences: targets met, which to secure first, the money, and from when the plan looks."""
    parts = (targets_met, secure_first, money_balance, money_over_and_left)
    sentences = [sentence for part in parts for sentence in part(results, language)]
    return [*sentences, *seen_from(results.plan, language)]


def gaps_answer(results: Results, language: str) -> list[str]:
    """The targets in a few sentences: how many are met, which to secure first, and what holds the others back."""
    parts = (targets_met, secure_first, largest_causes)
    return [sentence for part in parts for sentence in part(results, language)]


def basis_answer(plan: Plan, language: str) -> list[str]:
    """What the plan's numbers rest on, and where a scenario differs from the plan itself."""
    return [*numbers_by_basis(plan, language), *differs_from_base(plan, language)]


def baseline_answer(results: Results, language: str) -> list[str]:
    """Which target is farthest at the start, and how many people leave and join in a year."""
    return [*farthest_at_the_start(results, language), *yearly_changes(results, language)]


def targets_met(results: Results, language: str) -> list[str]:
    """How many targets with a number in the decision are met when due, and apart from them the goals without one."""
    plan, rows = results.plan, results["verdicts"]
    met, near = (count_met(plan, rows["verdict"] == word) for word in ("met", "nearly"))
    shown = {name: results.quote("totals", name, count) for name, count in met.items()}
    when = when_due(plan, language)
    if not any(row.is_decided for row in plan.tables.objectives):
        which = _how_many(met["met"], met["objectives"])
        return [say(f"sentence.met_goals_alone_{which}", language, **_counts(shown, which), when=when)]
    missed = met["objectives"] - met["met"] - near["met"]
    tails = {name: _tail(f"met_{name}", count, language) for name, count in (("near", near["met"]), ("missed", missed))}
    stated = any(row.basis.startswith("clause:") for row in plan.tables.objectives)
    which = _how_many(met["met"], met["objectives"])
    nearest = results.quote_table("verdicts").loc[rows["gap"][list(plan.is_target)].idxmin()]
    said = say(
        f"sentence.met_{which}",
        language,
        **_counts(shown, which),
        when=when,
        whose=say("word.whose_decision" if stated else "word.whose_plan", language),
        best=plan.label("objectives", nearest["objective"], language),
        gap=number(nearest["gap"], language),
        **tails,
    )
    goals = {"met": shown["goals_met"], "goals": shown["goals"]}
    return [said, say("sentence.met_goals", language, **goals)] if met["goals"] else [said]


def _how_many(met: int, of: int) -> str:
    """Which sentence says how many are met: of several all, some or none; or the one that there is, or not."""
    which = "all" if met == of else "some" if met else "none"
    return f"one_{which}" if of == 1 else which


def _counts(shown: Mapping[str, Quoted], which: str) -> dict[str, Quoted]:
    """How many are met and of how many, for that sentence; its verb goes with `count`."""
    return {"count": shown["met" if which == "some" else "objectives"], "targets": shown["objectives"]}


def _tail(name: str, count: int, language: str) -> str:
    """An end of a sentence that falls away where there is nothing to count."""
    return say(f"tail.{name}", language, count=count) if count else ""


def when_due(plan: Plan, language: str) -> str:
    """When targets are judged, inside a sentence: when due, or in the plan's only year."""
    return say("word.in_the_year" if len(plan.years) == 1 else "word.when_due", language, year=plan.first)


def secure_first(results: Results, language: str) -> list[str]:
    """The missed target that is due first in an open year, of several the widest: what it lacks and why."""
    plan, rows = results.plan, results.quote_table("verdicts")
    due_years = [row.due_year for row in plan.tables.objectives]
    kept = zip(plan.is_target, due_years, rows["verdict"], strict=True)
    rows = rows.assign(due_year=due_years)[
        [is_target and year in plan.open_years and verdict == "missed" for is_target, year, verdict in kept]
    ]
    if not len(rows):
        return []
    row = rows.sort_values(["due_year", "gap"], ascending=[True, False]).iloc[0]
    gone = plan.first <= row["latest_start"] < plan.decided_from
    about = {
        "name": plan.label("objectives", row["objective"], language),
        "due": due_date(row["due"], language),
        "gap": number(row["gap"], language),
        "cause": causes(row, language)[0],
        "late": say("tail.start_gone", language, start=row["latest_start"]) if gone else "",
    }
    return [say("sentence.secure_first", language, **about)]


def causes(row: Mapping[str, Any], language: str) -> list[str]:
    """The largest part of a gap with its people, then every negative part; nothing for what is met.

    `row` is one of the table verdicts.
    """
    return [_part(row, limit, language) for limit in ([row["binds"]] if row["binds"] else []) + negative_limits(row)]


def _part(row: Mapping[str, Any], limit: str, language: str) -> str:
    people = number(row[f"missing_{limit}"], language)
    return say("word.cause", language, limit=term("limit", limit, language), people=people)


def negative_limits(row: Mapping[str, Any]) -> list[str]:
    """The limits whose part of a gap is negative: lifting them for all takes something from this objective."""
    return [limit for limit in LIMITS if row[f"missing_{limit}"] <= -HALF_A_PERSON]


def negative_parts(row: Mapping[str, Any], language: str) -> list[str]:
    """A sentence a part of a gap that is negative: what lifting that limit takes from the target."""
    return [
        say(
            f"sentence.part_negative_{'money' if limit == 'money' else 'other'}",
            language,
            limit=term("limit", limit, language),
            people=number(-row[f"missing_{limit}"], language),
        )
        for limit in negative_limits(row)
    ]


def seen_from(plan: Plan, language: str) -> list[str]:
    """From when the plan looks, which years are closed, and how money is shared out where it is limited."""
    as_of = plan.choices.as_of
    day = calendar_day(as_of, language) if as_of else ""
    seen = say("word.seen_from", language, day=day) if day else say_undated(plan, language)
    closed = ", ".join(map(str, plan.closed_years))
    gone = say("tail.closed_years", language, years=closed) if closed else ""
    shared = say("tail.shared_by", language, rule=term("rule", plan.allocation, language)) if plan.has_ceilings else ""
    return [say("sentence.seen_from", language, seen=seen, closed=gone, rule=shared)]


def numbers_by_basis(plan: Plan, language: str) -> list[str]:
    """How many numbers are the decision's, the law's, from statistics and assumed, of the kinds that there are."""
    counts = Counter(basis_kinds(plan))
    parts = [say(f"word.from_{kind}", language, count=counts[kind]) for kind in BASIS_KINDS if counts[kind]]
    return [say("sentence.numbers_by_basis", language, parts=", ".join(parts))]


def differs_from_base(plan: Plan, language: str) -> list[str]:
    """In how many places a scenario differs from the plan itself, and the first of them; nothing of the plan itself."""
    stated = list(dict.fromkeys(change.stated for change in plan.applied))
    if not stated:
        return []
    names = "; ".join(address_label(plan, address, language) for address in stated[:NAMED])
    more = _tail("more_places", max(0, len(stated) - NAMED), language)
    return [say("sentence.differs_from_base", language, count=len(stated), names=names, more=more)]


def assumed_share(plan: Plan, language: str) -> list[str]:
    """What share of the numbers is assumed."""
    kinds = basis_kinds(plan)
    assumed, all = kinds.count("assumption"), len(kinds)
    counts = {"assumed": number(assumed, language), "all": number(all, language)}
    return [say("sentence.assumed_share", language, share=percent(assumed / all, language, 0), **counts)]


def largest_causes(results: Results, language: str) -> list[str]:
    """What holds back the missed targets, by how many; and those that are out of reach with money and places too."""
    plan, rows = results.plan, results.quote_table("verdicts")
    rows = rows[list(plan.is_target)].query("binds != ''")
    if not len(rows):
        return []
    held = ", ".join(
        say("word.cause_of", language, limit=term("limit", limit, language), count=count)
        for limit, count in rows["binds"].value_counts().items()
    )
    said = [say("sentence.largest_causes", language, causes=held)]
    beyond = rows[results.out_of_reach[rows.index]]
    if len(beyond):
        levels = dict(zip(rows.index, rows["best_reachable"], strict=True))
        named = [
            join_shown(
                [
                    plan.label("objectives", row["objective"], language),
                    " (",
                    _level(results, o, levels[o], language),
                    ")",
                ]
            )
            for o, row in beyond.head(NAMED).iterrows()
        ]
        more = _tail("more_targets", len(beyond) - len(named), language)
        said.append(say("sentence.out_of_reach", language, names=join_shown([join_shown(named, "; "), more])))
    return said


def explain_verdicts(results: Results, language: str) -> list[str]:
    """A sentence for every objective: what it reaches when due, what binds with its people, and the best to be had.

    After it what a negative part means, and whether a target of everybody cannot be met by definition.
    """
    keys = ["year", "objective"]
    yearly = results["gap"][[*keys, "base"]].set_index(keys).join(results.quote_table("lines").set_index(keys))
    rows = zip(results.plan.tables.objectives, results.quote_table("verdicts").iterrows(), strict=True)
    return [
        join_shown(_explain(results, o, {**row, **yearly.loc[(objective.due_year, objective.id)]}, language), " ")
        for o, (objective, (_, row)) in enumerate(rows)
    ]


def _explain(results: Results, o: int, row: dict[str, Any], language: str) -> list[str]:
    """The sentences of objective `o`; `row` holds its columns of the tables verdicts, gap and lines when it is due."""
    objective, years = results.plan.tables.objectives[o], int(results.arrays.length[o])
    obstacle = _obstacle(row, objective.kind == "count", years)
    people = row["target"] if objective.kind == "count" else 1.0
    reached = row["reached"].told_as(row["reached"] / people) if objective.kind == "count" else row["coverage"]

    def level(coverage: float) -> str:
        return _level(results, o, coverage, language)

    start, late = row["latest_start"], str(objective.due_year)
    if obstacle == "time" and start + 1 < objective.due_year:
        late = f"{start + 1}–{late}"
    said = say(
        f"sentence.verdict_{obstacle}",
        language,
        name=results.plan.label("objectives", objective.id, language),
        due=due_date(objective.due, language) + (say("tail.year_end", language) if "-" in objective.due else ""),
        target=level(row["asked"].told_as(row["asked"] / people)),
        aim=level(row["target"].told_as(row["target"] / people)),
        reached=level(reached),
        gap=number(row["gap"], language),
        cause=_part(row, row["binds"], language) if row["binds"] else "",
        best=level(row["best_reachable"]),
        with_money=level(row["deliverable"]),
        where=_short_of_places(results, objective.id, language),
        late=late,
        years=years,
        start=start,
    )
    return [said, *negative_parts(row, language), *never_whole(results, o, language)]


def never_whole(results: Results, o: int, language: str) -> list[str]:
    """A note on an objective that asks for everybody, and cannot be met as not everybody completes."""
    failing = percent(1 - results.completion_rate[o], language)
    return [say("sentence.never_whole", language, failing=failing)] if results.never_whole[o] else []


def _obstacle(row: dict[str, Any], counted: bool, years: int) -> str:
    """`met`, the limit that binds, `time_short` for courses of a year, or `pace` where an early start would do."""
    if row["verdict"] == "met":
        return "met" if row["aim_met"] else "met_below_aim"
    asked = row["asked"] * (1.0 if counted else row["base"])
    if row["binds"] in ("completion", "time") and asked - row["best_reachable"] * row["base"] < HALF_A_PERSON:
        return "pace"
    return "time_short" if row["binds"] == "time" and years == 1 else str(row["binds"])


def _level(results: Results, o: int, coverage: float, language: str) -> str:
    """A coverage of objective `o` as `level_reached` writes it."""
    counted = results.plan.tables.objectives[o].kind == "count"
    people = results.arrays.target[o, 0] if counted else None
    return level_reached(coverage, people, language, missed_level(results["verdicts"].iloc[o]))


@keep_address
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


def farthest_at_the_start(results: Results, language: str) -> list[str]:
    """The target by share that is farthest from what is asked at the baseline, and how many people that is."""
    plan, levels = results.plan, results["verdicts"]["asked"]
    groups = {row.id: row for row in plan.tables.groups}
    rows = zip(plan.tables.objectives, levels, strict=True)
    below = [(row.baseline / asked, row, asked) for row, asked in rows if row.kind != "count" and row.baseline < asked]
    if not below:
        return []
    _, row, asked = min(below, key=lambda one: one[0])
    group = groups[row.group]
    people = group.headcount * ((group.appointment_rate or 0.0) if row.kind == "appointment" else 1.0)
    said = {
        "name": plan.label("objectives", row.id, language),
        "now": percent(row.baseline, language, missed=asked),
        "asked": percent(asked, language),
        "people": number((asked - row.baseline) * people, language),
    }
    return [say("sentence.farthest_at_the_start", language, **said)]


def yearly_changes(results: Results, language: str) -> list[str]:
    """How many people leave and join in a year, on average, of all; groups within groups are not counted again."""
    plan = results.plan
    outermost = {row.id: row.headcount for row in plan.tables.groups if not row.part_of}
    rows = results["workforce"][results["workforce"]["group"].isin(list(outermost))]
    yearly = rows[["leavers", "joiners"]].sum() / len(plan.years)
    said = {name: number(float(people), language) for name, people in yearly.items()}
    return [say("sentence.yearly_changes", language, people=number(sum(outermost.values()), language), **said)]


def groups_overlap(plan: Plan, language: str) -> list[str]:
    """That groups do not add up where some lie within another; else nothing."""
    return [say("sentence.groups_overlap", language)] if has_parts(plan) else []


def about_best_reachable(results: Results, language: str) -> list[str]:
    """What the best coverage in the table of verdicts takes for granted; nothing where nothing is missing."""
    return [say("sentence.about_best_reachable", language)] if (results["verdicts"]["binds"] != "").any() else []


def needs_fade(plan: Plan, language: str) -> list[str]:
    """That the need for long courses falls in the last years; nothing of a plan without such courses, or of a year."""
    long = any(row.years > 1 for row in plan.tables.programs) and len(plan.years) > 1
    return [say("sentence.simplified_last_years", language)] if long else []


def simplifications(plan: Plan, language: str) -> list[str]:
    """What the model simplifies or leaves out, of what the plan has."""
    rows = plan.tables.objectives
    long = any(row.years > 1 for row in plan.tables.programs)
    simplified = {
        "leavers": True,
        "two_targets": len(rows) > 1,
        "long_courses": long and any(row.kind == "annual" for row in rows),
        "due_date": any("-" in row.due for row in rows),
        "last_years": bool(needs_fade(plan, language)),
        "completion": True,
    }
    return [say(f"sentence.simplified_{name}", language) for name, holds in simplified.items() if holds]
