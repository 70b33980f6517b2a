"""A slow second reckoning of the year plan by unit, on top of the second reckoning of the model.

It follows the text of the model on the year plan by unit sentence by sentence, with loops and the standard library
alone, and shares no code with the program.

    run = simulate(Plan(choices, tables))     of the other reckoning: who is sent, completes and is reached
    rows = unit_plan(run)                     a row for each year, unit and pair: columns as in section 10

On the command line it prints the table of a plan folder: `python tests/reference_units.py params/PLAN`.

Where the text can be read in two ways, this is the reading:

- A unit's share of a group is its head-count over the sum of all units' there, in every year; so units add up to the
  group even where the table does not. A group that no unit holds has no rows.
- The least of people and stock is taken for each unit before stocks are multiplied. Where there is nothing to
  multiply and the group has holders, people decide.
- The lack at the baseline is people less holders (of a count: people), less learners of rows that name a unit, over
  all programs of the objective. The other rows are shared by it, without caps.
- Q̂ and idle of a unit use its own numbers of the year before, multiplied; the year's are not multiplied yet.
- A cap is `ceil(idle)` before anybody is sent in the year. Each round shares whole people by largest remainder among
  the units below their caps, by the same weights as the first; a program that only the pipeline has comes after the
  routes. People above all caps go by people, whatever the cap a unit has reached.
- A count's lack is a real number: its share of all sent up to with this route, less what it has, at least 0. A
  pipeline was sent before and is neither. What is sent is shared by that, by largest remainder.
- Closed years are shared like others; units in `actuals` decide nothing there.
- Spent money scales all costs of the program and year by one factor. Where the model has no cost to scale, those in
  the courses share it by head, and where there is nobody, all its pairs' units by people (by their parts of groups
  of which nobody is left).
- A row of `pipeline` that names a unit which does not hold the group is a mistake of the plan, and fails here.
- Rows go by year, then unit, then pair.
"""

from __future__ import annotations

import csv
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from reference import (
    Cohort,
    Objective,
    Plan,
    Row,
    Run,
    ceil,
    class_number,
    number_or,
    read_tables,
    share_out,
    simulate,
    text,
    true_or_false,
    whole,
)

ByUnit = dict[str, float]


@dataclass
class Course:
    """A cohort and how many of its people are of each unit."""

    cohort: Cohort
    people: ByUnit


@dataclass
class Split:
    """The units of a plan as the years go by."""

    run: Run
    share: dict[str, ByUnit]  # group -> unit -> its part of the group, only units that hold it
    stock: dict[str, ByUnit] = field(
        default_factory=dict
    )  # attainment -> unit -> holders at the end of the year before
    sent: dict[str, ByUnit] = field(default_factory=dict)  # count -> unit -> all sent so far, by its parts too
    courses: list[Course] = field(default_factory=list)

    def of(self, objective: Objective) -> ByUnit:
        """The units that hold the objective's group, with the part of it that each holds."""
        return self.share[objective.group]

    def people(self, objective: Objective, year: int) -> ByUnit:
        """The units' people in the objective's group at the end of a year."""
        everybody = self.run.plan.headcount[objective.group, year]
        return {unit: everybody * part for unit, part in self.of(objective).items()}

    def learners(self, course: Course, unit: str, year: int) -> float:
        """Those of a unit in a course who have not left their post by the year."""
        group = self.run.plan.objectives[course.cohort.objective].group
        return course.people[unit] * self.run.plan.survive(group, course.cohort.counted, year)


def unit_plan(run: Run) -> list[Row]:
    """The year plan by unit: a row for each year, unit and pair whose group the unit holds, zeros included."""
    split = Split(run, shares_of_groups(run.plan))
    begin(split)
    rows: list[Row] = []
    for year in run.plan.years:
        send(split, year)
        rows += rows_of(split, year)
        end_year(split, year)
    return rows


def shares_of_groups(plan: Plan) -> dict[str, ByUnit]:
    """Of each group the units that hold it, with their parts of the sum of its head-counts by unit."""
    counted = {(text(row, "unit"), text(row, "group")): row for row in plan.tables["unit_headcounts"]}
    shares: dict[str, ByUnit] = {}
    for group in plan.groups:
        people = {}
        for row in plan.tables["units"]:
            unit = text(row, "id")
            headcount = number_or(counted.get((unit, group), {}), "headcount", 0.0)
            if headcount > 0:
                people[unit] = headcount
        total = sum(people.values())
        shares[group] = {unit: headcount / total for unit, headcount in people.items()}
    return shares


# ---------------------------------------------------------------------------------------------- the baseline


def begin(split: Split) -> None:
    """Stocks of 31 December before the first year, and who of which unit is studying then."""
    run, before = split.run, split.run.plan.first - 1
    own = {(text(row, "unit"), text(row, "objective")): row for row in run.plan.tables["unit_baselines"]}
    for objective in run.plan.objectives.values():
        people = split.people(objective, before)
        if objective.kind == "attainment":
            covered = {
                unit: number_or(own.get((unit, objective.id), {}), "baseline", objective.baseline) for unit in people
            }
            stock = {unit: people[unit] * covered[unit] for unit in people}
            split.stock[objective.id] = multiplied(stock, people, run.reached[objective.id, before])
        split.sent[objective.id] = dict.fromkeys(people, 0.0)
        share_pipeline(split, objective)


def multiplied(stock: ByUnit, people: ByUnit, total: float) -> ByUnit:
    """The stocks times one factor so that they add up to the total; whoever passes its people is set to them."""
    full: ByUnit = {}
    while len(full) < len(stock):
        rest = {unit: holders for unit, holders in stock.items() if unit not in full}
        left = max(0.0, total - sum(full.values()))
        if sum(rest.values()) <= 0:
            rest = {unit: people[unit] for unit in rest}
        weight = sum(rest.values())
        rest = {unit: holders * left / weight if weight > 0 else 0.0 for unit, holders in rest.items()}
        over = [unit for unit, holders in rest.items() if holders > people[unit]]
        if not over:
            return {unit: full[unit] if unit in full else rest[unit] for unit in stock}
        for unit in over:
            full[unit] = people[unit]
    return {unit: full[unit] for unit in stock}


def share_pipeline(split: Split, objective: Objective) -> None:
    """The units of those who study for an objective at the baseline: as the row says, else by lack."""
    run, before = split.run, split.run.plan.first - 1
    rows = [row for row in run.plan.tables["pipeline"] if text(row, "objective") == objective.id]
    lack = split.people(objective, before)
    if objective.kind == "attainment":
        lack = {unit: people - split.stock[objective.id][unit] for unit, people in lack.items()}
    for row in rows:
        if text(row, "unit"):
            lack[text(row, "unit")] -= number_or(row, "learners", 0.0)
    lack = {unit: max(0.0, people) for unit, people in lack.items()}
    if sum(lack.values()) <= 0:
        lack = split.of(objective)
    for row in rows:
        learners = number_or(row, "learners", 0.0)
        program, start = text(row, "program"), whole(row, "started")
        end = start + run.plan.years_of(program) - 1
        if text(row, "unit"):
            people = {unit: learners if unit == text(row, "unit") else 0.0 for unit in lack}
        else:
            people = {unit: learners * part / sum(lack.values()) for unit, part in lack.items()}
        cohort = Cohort(objective.id, program, start, end, learners, before)
        split.courses.append(Course(cohort, people))


# ---------------------------------------------------------------------------------------------- whom each unit sends


def send(split: Split, year: int) -> None:
    """Share the year's enrollment of every pair among the units; parts of a count before their whole."""
    plan = split.run.plan
    for objective in sorted(plan.objectives.values(), key=lambda one: -one.depth):
        if not split.of(objective):
            continue
        lack = idle(split, objective, year) if objective.kind == "attainment" else split.of(objective)
        caps = {unit: ceil(people) for unit, people in lack.items()}
        for name, program in plan.pairs:
            if name != objective.id:
                continue
            new = split.run.enrolled[year, name, program]
            if objective.kind == "attainment":
                given = within_caps(new, lack, caps, split.of(objective))
                caps = {unit: max(0, caps[unit] - people) for unit, people in given.items()}
            elif objective.kind == "count":
                given = by_weight(new, lack_of_count(split, objective, new), split.of(objective))
                add_to_wholes(split, objective, given)
            else:
                given = by_weight(new, split.people(objective, year), split.of(objective))
            end = year + plan.years_of(program) - 1
            split.courses.append(Course(Cohort(name, program, year, end, new, year), dict(given)))


def by_weight(total: int, weights: ByUnit, people: ByUnit) -> dict[str, int]:
    """Whole people by weight; where all weights are 0, by people."""
    if sum(weights.values()) <= 0:
        weights = people
    return dict(zip(weights, share_out(total, list(weights.values())), strict=True))


def within_caps(total: int, lack: ByUnit, caps: dict[str, int], people: ByUnit) -> dict[str, int]:
    """Whole people by lack, nobody above a cap while another unit is below its own; the rest by people."""
    given = dict.fromkeys(lack, 0)
    left = total
    while left > 0:
        below = {unit: lack[unit] for unit in lack if given[unit] < caps[unit]}
        if not below:
            break
        for unit, more in by_weight(left, below, people).items():
            given[unit] += min(more, caps[unit] - given[unit])
        left = total - sum(given.values())
    for unit, more in by_weight(left, people, people).items():
        given[unit] += more
    return given


def idle(split: Split, objective: Objective, year: int) -> ByUnit:
    """Of each unit the people who neither hold the qualification at the year's end nor study for it beyond."""
    people, held = split.people(objective, year), equations(split, objective, year, facts=False)
    lack = {}
    for unit in people:
        studying = sum(
            split.learners(course, unit, year)
            for course in split.courses
            if course.cohort.objective == objective.id and course.cohort.end > year
        )
        lack[unit] = max(0.0, people[unit] - held[unit] - studying)
    return lack


def lack_of_count(split: Split, objective: Objective, new: int) -> ByUnit:
    """Of each unit its part of all who are sent for a count up to with `new` more, less what it has."""
    sent = split.sent[objective.id]
    total = sum(sent.values()) + new
    return {unit: max(0.0, total * part - sent[unit]) for unit, part in split.of(objective).items()}


def add_to_wholes(split: Split, objective: Objective, given: dict[str, int]) -> None:
    """Count the people sent for an objective, for what it is a part of, and so on upwards."""
    for unit, people in given.items():
        split.sent[objective.id][unit] += people
    if objective.whole:
        add_to_wholes(split, split.run.plan.objectives[objective.whole], given)


# ---------------------------------------------------------------------------------------------- the end of a year


def end_year(split: Split, year: int) -> None:
    """Every unit's stocks at the year's end, multiplied so that they add up to the group's."""
    for objective in split.run.plan.objectives.values():
        if objective.kind == "attainment":
            stock = equations(split, objective, year, facts=True)
            total = split.run.reached[objective.id, year]
            split.stock[objective.id] = multiplied(stock, split.people(objective, year), total)


def equations(split: Split, objective: Objective, year: int, facts: bool) -> ByUnit:
    """The units' holders by the group's equations; with `facts`, whoever is said to have completed has."""
    plan, key = split.run.plan, (objective.group, year)
    people, stock = split.people(objective, year), {}
    passes = completions(split, objective, year, facts)
    for unit, part in split.of(objective).items():
        kept = split.stock[objective.id][unit] * (1 - plan.leave[key]) * (1 - objective.lapse)
        joined = plan.joiners[key] * part * objective.entry
        stock[unit] = min(people[unit], kept + joined + passes[unit])
    return stock


def completions(split: Split, objective: Objective, year: int, facts: bool) -> ByUnit:
    """Of each unit those who complete for an objective in the year, over all its programs."""
    passes = dict.fromkeys(split.of(objective), 0.0)
    for name, program in split.run.plan.pairs:
        if name != objective.id:
            continue
        ending = [one for one in split.courses if one.cohort.program == program and one.cohort.end == year]
        ending = [one for one in ending if one.cohort.objective == name]
        at_the_end = {unit: sum(split.learners(one, unit, year) for one in ending) for unit in passes}
        said = split.run.plan.actuals.get((year, name, program), {}).get("completed") if facts else None
        due = sum(at_the_end.values())
        for unit, part in split.of(objective).items():
            if said is None:
                passes[unit] += at_the_end[unit] * split.run.rate(program, year)
            else:
                passes[unit] += said * (at_the_end[unit] / due if due > 0 else part)
    return passes


# ---------------------------------------------------------------------------------------------- rows and cost


def rows_of(split: Split, year: int) -> list[Row]:
    """The year's rows: who is new, who goes on, and what all of them cost."""
    run, plan = split.run, split.run.plan
    bloc = {text(row, "id"): text(row, "bloc") for row in plan.tables["units"]}
    costs: dict[tuple[str, str, str], float] = {}
    for program in plan.programs:
        costs |= costs_of(split, program, year)
    rows = []
    for unit in bloc:
        for name, program in plan.pairs:
            if unit not in split.of(plan.objectives[name]):
                continue
            there = pair_courses(split, name, program, year)
            new = sum(one.people[unit] for one in there if one.cohort.start == year)
            continuing = sum(split.learners(one, unit, year) for one in there if one.cohort.start < year)
            row = {"year": year, "unit": unit, "bloc": bloc[unit], "objective": name, "program": program}
            row |= {"learners": int(new), "continuing": continuing, "cost_vnd": costs[unit, name, program]}
            rows.append(row | {"estimated": true_or_false(run.closed(year))})
    return rows


def pair_courses(split: Split, objective: str, program: str, year: int) -> list[Course]:
    """The courses of a pair that are under way in the year."""
    own = [one for one in split.courses if (one.cohort.objective, one.cohort.program) == (objective, program)]
    return [one for one in own if one.cohort.start <= year <= one.cohort.end]


def costs_of(split: Split, program: str, year: int) -> dict[tuple[str, str, str], float]:
    """What a program's learners cost in the year, by unit, objective and program; scaled to what was spent."""
    run, plan = split.run, split.run.plan
    costs, heads, people, parts = {}, {}, {}, {}
    for name in [objective for objective, what in plan.pairs if what == program]:
        for unit, part in split.of(plan.objectives[name]).items():
            there = pair_courses(split, name, program, year)
            key = (unit, name, program)
            costs[key] = sum(cost_in_course(split, course, unit, year) for course in there)
            heads[key] = sum(split.learners(course, unit, year) for course in there)
            people[key] = part * plan.headcount[plan.objectives[name].group, year]
            parts[key] = part
    spent = plan.spent(program, year) if run.closed(year) else None
    if spent is None:
        return costs
    weights = next((one for one in (costs, heads, people, parts) if sum(one.values()) > 0), costs)
    total = sum(weights.values())
    return {key: spent * weight / total if total > 0 else 0.0 for key, weight in weights.items()}


def cost_in_course(split: Split, course: Course, unit: str, year: int) -> float:
    """What a unit's learners in one course cost in the year, with their heads' part of the intake's classes."""
    plan, cohort = split.run.plan, course.cohort
    row = plan.programs[cohort.program]
    same = [one for one in split.run.cohorts if (one.program, one.start) == (cohort.program, cohort.start)]
    intake = sum(one.people for one in same)
    classes = class_number(plan, cohort.program, intake) * course.people[unit] / intake if intake > 0 else 0.0
    for_learners = split.learners(course, unit, year) * number_or(row, "cost_per_learner_year", 0.0)
    return (for_learners + classes * number_or(row, "cost_per_class_year", 0.0)) * plan.price(cohort.program, year)


# ---------------------------------------------------------------------------------------------- files


def read_plan(folder: str | Path) -> Plan:
    """The plan of a folder with a `plan.yaml`: its choices on the first level, and the tables of its data folder."""
    file = Path(folder) / "plan.yaml"
    lines = re.findall(r"^([a-z_]+):[ \t]*([^#\n{]*)", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    choices: Row = {name: value.strip().strip("\"'") for name, value in lines}
    if ";" in choices.get("pacing", ""):
        choices["pacing"] = [float(part) for part in choices["pacing"].split(";")]
    return Plan(choices, read_tables(file.parent / choices["data"]))


def main() -> None:
    """Print the year plan by unit of a plan folder as CSV."""
    rows = unit_plan(simulate(read_plan(sys.argv[1])))
    writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


if __name__ == "__main__":
    main()
