"""A slow second reckoning of a review: what happened up to a year beside the plan as it was decided.

Like `reference.py`, on which it stands, it follows the text of the model with loops and the standard library alone and
shares no code with the program.

    looks = Looks(choices, tables, year)            the review of a year with all that is known
    looks = Looks(choices, tables, year, as_of)     the same with what was known on a day
    money_rows(looks), coverage_rows(looks)         the rows of `review_money.csv` and `review_coverage.csv`

Where the text can be read in two ways:

- The due year of an objective is the one that it has now; an objective that one look does not know misses nobody there.
- *completion* stands for the column `completed` of `actuals` alone. A pair and year without one goes by the completion
  rate of `programs`, a later row of which is *other*.
- Whoever is sent, or is said to have completed where nobody was due to, counts wherever the subset knows the objective,
  also by a route or a program that only one look knows; such a program has its years and rate from that look.
- *count* adds the same number of people in every subset, after the stock was cut to the head-count.
- Classes are those of the now look, with its class size: the size of a class is volume.
- What is spent on a program that the decided look does not know is volume, the whole of it: it had no price to compare
  with. A source that only later rows have pay for a known program is price.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from reference import (
    Cell,
    Cohort,
    Objective,
    Pair,
    Plan,
    Row,
    Run,
    class_total,
    cost,
    gap,
    learner_number,
    learners,
    modelled_cost,
    next_stock,
    number_or,
    simulate,
    text,
    true_or_false,
)

BEFORE_EVERY_DATE = "0000-00-00"  # who looks from here sees undated rows only

CAUSES = ["headcount", "enrollment", "completion", "count", "other"]
OF_HEADCOUNT = ["headcounts", "turnover"]
FACTS = ["actuals", "observations"]  # they come in by enrollment, completion and count


class Looks:
    """The plan as decided, and as it looks now with exactly the years up to `year` closed.

    `decided_sent`, `now_sent`: the enrollment of a look's open years where a rule decides it that is not reckoned here.
    """

    def __init__(
        self,
        choices: Row,
        tables: dict[str, list[Row]],
        year: int,
        as_of: str = "",
        decided_sent: dict[Cell, int] | None = None,
        now_sent: dict[Cell, int] | None = None,
    ) -> None:
        self.year = year
        decided = Plan(choices | {"as_of": text(choices, "as_of") or BEFORE_EVERY_DATE}, tables)
        now = Plan(choices | {"as_of": as_of, "decided_from": year + 1}, tables)
        self.decided = simulate(decided, given=decided_sent)
        self.now = simulate(now, given=now_sent)


# ---------------------------------------------------------------------------------------------- money


def money_rows(looks: Looks) -> list[Row]:
    """A row for each year up to the review's, and each pair of program and source that one of the looks has."""
    plans = [looks.now.plan, looks.decided.plan]
    pairs = dict.fromkeys(
        (text(row, "program"), text(row, "source")) for plan in plans for row in plan.tables["funding"]
    )
    return [
        money_row(looks, year, program, source)
        for year in range(looks.now.plan.first, looks.year + 1)
        for program, source in pairs
    ]


def money_row(looks: Looks, year: int, program: str, source: str) -> Row:
    """What one source pays for one program in one year: planned, spent, and the difference by volume and price."""
    decided, now = looks.decided, looks.now
    planned = paid(decided, program, source, year)
    spent = paid(now, program, source, year)
    volume = at_planned_prices(looks, program, source, year) - planned
    return {
        "year": year,
        "program": program,
        "source": source,
        "planned_vnd": planned,
        "spent_vnd": spent,
        "volume_vnd": volume,
        "price_vnd": spent - planned - volume,
        "estimated": true_or_false(now.plan.spent(program, year) is None),
    }


def paid(run: Run, program: str, source: str, year: int) -> float:
    """What a source pays for a program in a year; nothing for a program that the look does not know."""
    if program not in run.plan.programs:
        return 0.0
    return cost(run, program, year) * run.plan.shares(program).get(source, 0.0)


def at_planned_prices(looks: Looks, program: str, source: str, year: int) -> float:
    """The learners and classes that there really were, at the prices and shares with which the plan was decided."""
    decided, now = looks.decided, looks.now
    if program not in decided.plan.programs:
        return paid(now, program, source, year)
    if program not in now.plan.programs:
        return 0.0
    row = decided.plan.programs[program]
    for_learners = learner_number(now, program, year) * number_or(row, "cost_per_learner_year", 0.0)
    for_classes = class_total(now, program, year) * number_or(row, "cost_per_class_year", 0.0)
    money = (for_learners + for_classes) * decided.plan.price(program, year) * scale(decided, program, year)
    return money * decided.plan.shares(program).get(source, 0.0)


def scale(decided: Run, program: str, year: int) -> float:
    """What makes planned prices give the sum that the decided look already knows to be spent; 1 without such a sum."""
    by_the_model = modelled_cost(decided, program, year)
    return cost(decided, program, year) / by_the_model if by_the_model > 0 else 1.0


# ---------------------------------------------------------------------------------------------- people


@dataclass
class Completion:
    """What `completed` of a pair and year says: a rate of those who reached the end, or where nobody did a number."""

    rate: float | None
    people: float


def coverage_rows(looks: Looks) -> list[Row]:
    """A row for each year up to the review's, and the due year, and each objective that one of the looks has."""
    decided, now = looks.decided.plan, looks.now.plan
    worlds = {
        chosen: world(looks, chosen)
        for size in range(len(CAUSES) + 1)
        for chosen in itertools.combinations(CAUSES, size)
    }
    rows = []
    for objective in {**now.objectives, **decided.objectives}:
        due = (now.objectives.get(objective) or decided.objectives[objective]).due
        for year in sorted({*range(now.first, looks.year + 1), due}):
            missing = {chosen: missing_people(run, objective, year) for chosen, run in worlds.items()}
            row: Row = {"year": year, "objective": objective}
            row["missing_decided"] = missing_people(looks.decided, objective, year)
            row["missing_now"] = missing_people(looks.now, objective, year)
            rows.append(row | shapley(missing))
    return rows


def missing_people(run: Run, objective: str, year: int) -> float:
    """The people missing from what the decision asks."""
    known = run.plan.objectives.get(objective)
    return gap(run, known, year) if known else 0.0


def shapley(value: dict[tuple[str, ...], float]) -> dict[str, float]:
    """What each cause adds on the average of all 120 orders in which the causes can come."""
    parts = dict.fromkeys(CAUSES, 0.0)
    orders = list(itertools.permutations(CAUSES))
    for order in orders:
        for place, cause in enumerate(order):
            before = tuple(one for one in CAUSES if one in order[:place])
            after = tuple(one for one in CAUSES if one in order[: place + 1])
            parts[cause] += (value[after] - value[before]) / len(orders)
    return parts


def world(looks: Looks, chosen: tuple[str, ...]) -> Run:
    """What would have happened with the chosen causes as they are now and the others as decided. Nothing is planned."""
    looked = {cause: looks.now if cause in chosen else looks.decided for cause in CAUSES}
    plan = mixed_plan(looks, looked["headcount"].plan, looked["other"].plan)
    completions = completions_of(looked["completion"])
    counts = counts_of(looked["count"])
    run = simulate_nothing(plan, looked["enrollment"].enrolled)
    for year in plan.years:
        for pair in known_pairs(run, completions):
            run.completed[year, *pair] = completed(run, pair, year, completions.get((year, *pair)))
        for objective in sorted(plan.objectives.values(), key=lambda one: -one.depth):
            run.reached[objective.id, year] = reached(run, objective, year, counts.get((objective.id, year), 0.0))
    return run


def mixed_plan(looks: Looks, of_headcount: Plan, other: Plan) -> Plan:
    """A plan with head-counts of one look and all else of another; without facts, so that no year is closed.

    A program that it does not know is that of the look that does.
    """
    tables = {name: other.tables[name] for name in other.tables if name not in FACTS}
    tables["programs"] = list({**looks.decided.plan.programs, **looks.now.plan.programs, **other.programs}.values())
    for name in OF_HEADCOUNT:
        tables[name] = [row for row in of_headcount.tables[name] if text(row, "group") in other.groups]
    return Plan(other.choices | {"as_of": "", "decided_from": other.first}, tables)


def simulate_nothing(plan: Plan, sent: dict[Cell, int]) -> Run:
    """A run at the baseline, with the cohorts of the pipeline and of those who are sent for what the plan knows."""
    run = Run(plan)
    for row in plan.tables["pipeline"]:
        program, start = text(row, "program"), int(text(row, "started"))
        end = start + plan.years_of(program) - 1
        people = number_or(row, "learners", 0.0)
        run.cohorts.append(Cohort(text(row, "objective"), program, start, end, people, plan.first - 1))
    for (year, objective, program), people in sent.items():
        if objective in plan.objectives:
            run.enrolled[year, objective, program] = people
            run.cohorts.append(Cohort(objective, program, year, year + plan.years_of(program) - 1, people, year))
    for objective in plan.objectives.values():
        holders = objective.baseline * plan.headcount[objective.group, plan.first - 1]
        run.reached[objective.id, plan.first - 1] = holders if objective.kind == "attainment" else 0.0
    return run


def known_pairs(run: Run, completions: dict[Cell, Completion]) -> list[Pair]:
    """The pairs for which somebody studies, or is said to have completed, and whose objective is known."""
    pairs = [(cohort.objective, cohort.program) for cohort in run.cohorts]
    pairs += [(objective, program) for _, objective, program in completions]
    return list(dict.fromkeys(pair for pair in pairs if pair[0] in run.plan.objectives))


def due_to_end(run: Run, pair: Pair, year: int) -> float:
    """Those of a pair who reach the end of their course in the year."""
    ending = [one for one in run.cohorts if (one.objective, one.program) == pair and one.end == year]
    return sum(learners(run.plan, cohort, year) for cohort in ending)


def completions_of(look: Run) -> dict[Cell, Completion]:
    """What the closed years of a look say about who completed, where they say it."""
    said = {}
    for (year, objective, program), fact in look.plan.actuals.items():
        if fact["completed"] is not None:
            people, ending = fact["completed"], due_to_end(look, (objective, program), year)
            said[year, objective, program] = Completion(people / ending if ending > 0 else None, people)
    return said


def completed(run: Run, pair: Pair, year: int, said: Completion | None) -> float:
    """Those of a pair who complete in the year: by what was said, else by the program's rate."""
    ending = due_to_end(run, pair, year)
    if said is None:
        return ending * number_or(run.plan.programs[pair[1]], "completion_rate", 1.0)
    return said.people if said.rate is None else said.rate * ending


def counts_of(look: Run) -> dict[tuple[str, int], float]:
    """The people whom each observation in a closed year of a look added to what was modelled there."""
    added = {}
    for (objective, year), row in look.plan.observations.items():
        if year < look.plan.decided_from and objective in look.plan.objectives and text(row, "reached"):
            known = look.plan.objectives[objective]
            if known.kind != "count":
                added[objective, year] = look.reached[objective, year] - modelled(look, known, year)
    return added


def modelled(run: Run, objective: Objective, year: int) -> float:
    """What an objective reaches in the year from where it stood before, without the year's observation."""
    completions = sum(people for cell, people in run.completed.items() if cell[:2] == (year, objective.id))
    if objective.kind == "attainment":
        return next_stock(run, objective, year, run.reached[objective.id, year - 1], completions)
    return completions


def reached(run: Run, objective: Objective, year: int, added: float) -> float:
    """What an objective reaches in the year; `added`: people whom a count adds, never below 0 or above everybody."""
    if objective.kind == "count":
        own = sum(people for cell, people in run.enrolled.items() if cell[:2] == (year, objective.id))
        parts = sum(run.reached[one.id, year] - run.reached[one.id, year - 1] for one in run.plan.parts(objective))
        return run.reached[objective.id, year - 1] + own + parts
    people = modelled(run, objective, year)
    if added == 0.0:
        return people
    return min(max(0.0, people + added), run.plan.headcount[objective.group, year])


def review(choices: Row, tables: dict[str, list[Row]], year: int, as_of: str = "", **sent: Any) -> dict[str, list[Row]]:
    """Both tables of a review."""
    looks = Looks(choices, tables, year, as_of, **sent)
    return {"review_money": money_rows(looks), "review_coverage": coverage_rows(looks)}
