"""A slow second reckoning of the model, to hold the program against.

It follows the text of the model sentence by sentence, with loops and the standard library alone, and shares no code
with the program. Speed is no aim here: whoever reads it with the model beside it should be able to check it by eye.

    plan = Plan(choices, tables)        choices: the plan file as a dict; tables: name -> list of rows (dicts)
    result = tables_of(plan)            name of a result table -> list of rows (dicts), columns as in section 10
    result = replay(plan, enrollment)   the same for an enrollment that is given: {(year, objective, program): people}

A cell is a number, a text or empty ("" or None). In the results an empty cell is "", and true and false are the texts
"true" and "false", as in the files. The split by unit is in `reference_units.py`; uncertainty and the optimal rule's
search are in neither.
"""

from __future__ import annotations

import csv
import itertools
import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Pair = tuple[str, str]  # objective, program
Cell = tuple[int, str, str]  # year, objective, program

TINY = 1e-9
A_TENTH_OF_A_XU = 1e-3  # VND: sums of money that differ by less are equal

KEYS = {
    "groups": ["id"],
    "headcounts": ["group", "year"],
    "turnover": ["group", "year"],
    "objectives": ["id"],
    "programs": ["id"],
    "routes": ["objective", "program"],
    "pipeline": ["objective", "program", "started", "unit"],
    "sources": ["id"],
    "funding": ["program", "source"],
    "ceilings": ["year", "source"],
    "prices": ["index", "year"],
    "units": ["id"],
    "unit_headcounts": ["unit", "group"],
    "unit_baselines": ["unit", "objective"],
    "history": ["id"],
    "actuals": ["year", "objective", "program", "unit"],
    "observations": ["year", "objective"],
    "requests": ["year", "unit", "objective", "program"],
    "statements": ["id"],
    "attributes": ["group", "attribute"],
}


# ---------------------------------------------------------------------------------------------- cells and tables


def is_empty(value: Any) -> bool:
    """Whether a cell has nothing in it."""
    return value is None or (isinstance(value, str) and not value.strip())


def text(row: Row, column: str) -> str:
    """The cell as a text without blanks around it, "" where it is empty or missing."""
    value = row.get(column)
    return "" if is_empty(value) else str(value).strip()


def number(row: Row, column: str) -> float | None:
    """The cell as a number, None where it is empty or missing."""
    value = text(row, column)
    return float(value) if value else None


def number_or(row: Row, column: str, otherwise: float) -> float:
    """The cell as a number, or what stands for an empty one."""
    value = number(row, column)
    return otherwise if value is None else value


def filled(row: Row, column: str) -> float:
    """The cell as a number, where it must not be empty."""
    return float(text(row, column))


def whole(row: Row, column: str) -> int:
    """The cell as a whole number, where it must not be empty."""
    return int(filled(row, column))


def read_tables(folder: str | Path) -> dict[str, list[Row]]:
    """Every CSV file of a folder as a list of rows, by its name without the ending."""
    tables = {}
    for path in sorted(Path(folder).glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            tables[path.stem] = list(csv.DictReader(file))
    return tables


def visible_rows(table: str, rows: list[Row], as_of: str) -> list[Row]:
    """The rows that a plan sees which looks from the date `as_of` ("" for no date: it sees all).

    Of several rows with one key the one with the latest date counts, of one date the last; it stands in the place of
    the first of them that is seen.
    """
    seen: dict[tuple[str, ...], Row] = {}
    for row in rows:
        date = text(row, "as_of")
        if as_of and date > as_of:
            continue
        key = tuple(text(row, column) for column in KEYS[table])
        if key not in seen or date >= text(seen[key], "as_of"):
            seen[key] = row  # a key that is there already keeps its place
    return list(seen.values())


# ---------------------------------------------------------------------------------------------- whole numbers


def ceil(value: float) -> int:
    """The least whole number that is not below the value, noise apart."""
    return math.ceil(value - TINY)


def floor(value: float) -> int:
    """The greatest whole number that is not above the value, noise apart."""
    return math.floor(value + TINY)


def share_out(total: int, weights: list[float]) -> list[int]:
    """`total` in whole numbers by weight: each its whole part, the rest by largest remainder, ties in order."""
    weight = sum(weights)
    if weight <= 0:
        return [0 for _ in weights]
    exact = [total * part / weight for part in weights]
    given = [floor(part) for part in exact]
    remainders = [part - whole for part, whole in zip(exact, given, strict=True)]
    for _ in range(total - sum(given)):
        largest = max(remainders)
        place = next(index for index, value in enumerate(remainders) if value > largest - TINY)
        given[place] += 1
        remainders[place] = -1.0
    return given


# ---------------------------------------------------------------------------------------------- the plan


@dataclass
class Objective:
    """One commitment, its numbers read from the table."""

    id: str
    group: str
    kind: str
    baseline: float
    target: float  # T, the aim
    asked: float  # A, what the decision asks
    due: int
    entry: float
    lapse: float
    pacing: str | list[float]
    priority: float
    weight: float
    whole: str  # the count that it is a part of, or ""
    routes: list[tuple[str, float]] = field(default_factory=list)  # program, share
    depth: int = 0  # 0 for what is part of nothing, 1 for a part of such a count, and so on


class Plan:
    """The visible tables of a plan and what follows from them before anybody is sent to study."""

    def __init__(self, choices: Row, tables: dict[str, list[Row]]) -> None:
        self.choices = choices
        self.first, self.last = int(choices["first"]), int(choices["last"])
        self.years = list(range(self.first, self.last + 1))
        as_of = text(choices, "as_of")
        self.tables = {name: visible_rows(name, tables.get(name) or [], as_of) for name in KEYS}
        self.groups = {text(row, "id"): row for row in self.tables["groups"]}
        self.programs = {text(row, "id"): row for row in self.tables["programs"]}
        self.sources = [text(row, "id") for row in self.tables["sources"]]
        self.objectives = {text(row, "id"): self._objective(row) for row in self.tables["objectives"]}
        for row in self.tables["routes"]:
            self.objectives[text(row, "objective")].routes.append((text(row, "program"), number_or(row, "share", 1.0)))
        for objective in self.objectives.values():
            objective.depth = self._depth(objective)
        self.pairs = self._pairs()
        self.decided_from = self._decided_from()
        self.actuals = self._actuals()
        self.observations = {(text(row, "objective"), whole(row, "year")): row for row in self.tables["observations"]}
        self.headcount: dict[tuple[str, int], float] = {}
        self.leave: dict[tuple[str, int], float] = {}
        self.joiners: dict[tuple[str, int], float] = {}
        for group in self.groups:
            self._workforce(group)

    # -- section 3: what an objective promises

    def _objective(self, row: Row) -> Objective:
        low = number_or(row, "target_low", 0.0)
        high = number_or(row, "target_high", low)
        target = {"low": low, "mid": (low + high) / 2, "high": high}[self.choices.get("ambition") or "low"]
        kind = text(row, "kind")
        if kind == "count":
            low, target = max(1, ceil(low)), max(1, ceil(target))
        own = row.get("pacing")
        return Objective(
            id=text(row, "id"),
            group=text(row, "group"),
            kind=kind,
            baseline=0.0 if kind == "count" else number_or(row, "baseline", 0.0),
            target=target,
            asked=low,
            due=int(text(row, "due")[:4]),
            entry=number_or(row, "entry_share", 0.0),
            lapse=number_or(row, "lapse_rate", 0.0),
            pacing=_pacing(self.choices.get("pacing") or "linear" if is_empty(own) else own),
            priority=number_or(row, "priority", 1.0),
            weight=number_or(row, "weight", 1.0),
            whole=text(row, "part_of"),
        )

    def _depth(self, objective: Objective) -> int:
        return 0 if not objective.whole else 1 + self._depth(self.objectives[objective.whole])

    def parts(self, objective: Objective) -> list[Objective]:
        """The direct parts of a count."""
        return [other for other in self.objectives.values() if other.whole == objective.id]

    def phi(self, objective: Objective, year: int) -> float:
        """How much of the way from the baseline to the target the path has gone by the year."""
        if year >= objective.due or objective.pacing == "front":
            return 1.0
        if objective.pacing == "back":
            return 0.0
        if objective.pacing == "linear":
            return (year - self.first + 1) / (objective.due - self.first + 1)
        return float(objective.pacing[year - self.first])

    def base(self, objective: Objective, year: int) -> float:
        """The people that a share of the objective is a share of; for a count its target."""
        if objective.kind == "count":
            return objective.target
        people = self.headcount[objective.group, year]
        if objective.kind == "appointment":
            return people * number_or(self.groups[objective.group], "appointment_rate", 0.0)
        return people

    # -- tables by key

    def _pairs(self) -> list[Pair]:
        """The pairs of `routes`, then those that only `pipeline` has."""
        rows = self.tables["routes"] + self.tables["pipeline"]
        return list(dict.fromkeys((text(row, "objective"), text(row, "program")) for row in rows))

    def _decided_from(self) -> int:
        if not is_empty(self.choices.get("decided_from")):
            return int(self.choices["decided_from"])
        years = [whole(row, "year") for row in self.tables["actuals"]]
        return max(years) + 1 if years else self.first

    def _actuals(self) -> dict[Cell, Row]:
        """What happened in the closed years, a pair's units added up; None where no row has a number."""
        facts: dict[Cell, Row] = {}
        for row in self.tables["actuals"]:
            cell = (whole(row, "year"), text(row, "objective"), text(row, "program"))
            if cell[0] >= self.decided_from:
                continue
            fact = facts.setdefault(cell, {"enrolled": 0, "completed": None, "spent_vnd": None})
            fact["enrolled"] += int(number_or(row, "enrolled", 0))
            for column in ("completed", "spent_vnd"):
                value = number(row, column)
                if value is not None:
                    fact[column] = (fact[column] or 0.0) + value
        return facts

    def spent(self, program: str, year: int) -> float | None:
        """What was spent on a program in a closed year, None where nobody has said."""
        sums = [fact["spent_vnd"] for (when, _, what), fact in self.actuals.items() if (when, what) == (year, program)]
        known = [value for value in sums if value is not None]
        return sum(known) if known else None

    def years_of(self, program: str) -> int:
        """How many calendar years the program lasts."""
        return int(number_or(self.programs[program], "years", 1))

    def capacity(self, program: str) -> float:
        """The new learners that a program can take in a year."""
        places = number(self.programs[program], "capacity")
        return math.inf if places is None else floor(places)

    def shares(self, program: str) -> dict[str, float]:
        """What part of the program's cost each source pays, in the order of `funding`."""
        rows = [row for row in self.tables["funding"] if text(row, "program") == program]
        return {text(row, "source"): number_or(row, "share", 0.0) for row in rows}

    def ceiling(self, source: str, year: int) -> float | None:
        """What a source, or `total`, can pay in a year; None without a limit."""
        for row in self.tables["ceilings"]:
            if text(row, "source") == source and whole(row, "year") == year:
                return number(row, "ceiling_vnd")
        return None

    def price(self, program: str, year: int) -> float:
        """How much dearer the program is in the year than in the base year of prices."""
        index = text(self.programs[program], "price_index")
        if not index:
            return 1.0
        values = {
            whole(row, "year"): filled(row, "value")
            for row in self.tables["prices"]
            if text(row, "index") == index and text(row, "value")
        }
        latest = max(when for when in values if when <= year)
        return values[latest] / values[int(self.choices["price_base_year"])]

    # -- section 2: the workforce

    def _workforce(self, group: str) -> None:
        row = self.groups[group]
        counted = {
            whole(line, "year"): filled(line, "headcount")
            for line in self.tables["headcounts"]
            if text(line, "group") == group and text(line, "headcount")
        }
        before = self.headcount[group, self.first - 1] = number_or(row, "headcount", 0.0)
        for year in self.years:
            now = counted[year] if year in counted else before * (1 + number_or(row, "growth", 0.0))
            leavers = self.nominal_leave(group, year) * before
            joiners = now - before + leavers
            if joiners >= 0:
                rate = self.nominal_leave(group, year) if before > 0 else 0.0
            else:
                joiners, rate = 0.0, 1 - now / before
            self.headcount[group, year], self.joiners[group, year], self.leave[group, year] = now, joiners, rate
            before = now

    def nominal_leave(self, group: str, year: int) -> float:
        """The rate that `turnover` gives for the year, else the group's own."""
        for row in self.tables["turnover"]:
            if text(row, "group") == group and whole(row, "year") == year:
                return number_or(row, "leave_rate", number_or(self.groups[group], "leave_rate", 0.0))
        return number_or(self.groups[group], "leave_rate", 0.0)

    def survive(self, group: str, start: int, end: int) -> float:
        """The part of those in post in `start` who still are in `end`."""
        still = 1.0
        for year in range(start + 1, end + 1):
            still *= 1 - (self.leave[group, year] if year <= self.last else self.nominal_leave(group, year))
        return still


def _pacing(value: Any) -> str | list[float]:
    """A name, or a list of numbers (a cell may hold it as a text)."""
    if isinstance(value, str):
        return json.loads(value) if value.strip().startswith("[") else value.strip()
    return [float(part) for part in value]


# ---------------------------------------------------------------------------------------------- one simulation


@dataclass
class Cohort:
    """People who began one course for one objective together."""

    objective: str
    program: str
    start: int
    end: int
    people: float
    counted: int  # the year at whose end or start they were so many: `start`, or the baseline for a pipeline


@dataclass
class Run:
    """A plan under some limits, and all that happens in it."""

    plan: Plan
    money: bool = True  # whether ceilings hold
    places: bool = True  # whether capacities hold
    all_pass: bool = False  # whether everybody passes who completes in an open year
    past_open: bool = False  # whether closed years are planned like open ones
    at_once: bool = False  # whether all is asked for from the first year on
    given: dict[Cell, int] | None = None  # an enrollment of the open years that is not to be decided here
    cohorts: list[Cohort] = field(default_factory=list)
    needed: dict[Cell, int] = field(default_factory=dict)
    deliverable: dict[Cell, int] = field(default_factory=dict)
    enrolled: dict[Cell, int] = field(default_factory=dict)
    completed: dict[Cell, float] = field(default_factory=dict)
    reached: dict[tuple[str, int], float] = field(default_factory=dict)

    def closed(self, year: int) -> bool:
        """Whether what happened in the year is a fact here."""
        return year < self.plan.decided_from and not self.past_open

    def rate(self, program: str, year: int) -> float:
        """The part of those who reach the end of the course in the year who pass."""
        if self.all_pass and not self.closed(year):
            return 1.0
        return number_or(self.plan.programs[program], "completion_rate", 1.0)

    def path(self, objective: Objective, year: int) -> float:
        """The coverage, or for a count the number, that is to be reached by the year."""
        phi = 1.0 if self.at_once else self.plan.phi(objective, year)
        if objective.kind != "count" and objective.target < objective.baseline:
            return objective.target
        return objective.baseline + (objective.target - objective.baseline) * phi


def simulate(plan: Plan, **limits: Any) -> Run:
    """What happens in all the years of the plan."""
    run = Run(plan, **limits)
    for row in plan.tables["pipeline"]:
        program, start = text(row, "program"), whole(row, "started")
        end = start + plan.years_of(program) - 1
        people = number_or(row, "learners", 0.0)
        run.cohorts.append(Cohort(text(row, "objective"), program, start, end, people, plan.first - 1))
    for objective in plan.objectives.values():
        before = plan.first - 1
        holders = objective.baseline * plan.headcount[objective.group, before]
        run.reached[objective.id, before] = holders if objective.kind == "attainment" else 0.0
    for year in plan.years:
        needs_and_places(run, year)
        enroll(run, year)
        settle(run, year)
    return run


# -- section 4: needs and places


def needs_and_places(run: Run, year: int) -> None:
    """What every pair needs in the year, and what the places allow; parts of a count first, deepest first."""
    plan = run.plan
    left = {program: plan.capacity(program) if run.places else math.inf for program in plan.programs}
    for pair in plan.pairs:
        run.needed[year, *pair] = run.deliverable[year, *pair] = 0
    for depth in sorted({objective.depth for objective in plan.objectives.values()}, reverse=True):
        level = [objective for objective in plan.objectives.values() if objective.depth == depth]
        for objective in level:
            split = share_out(need(run, objective, year), [share for _, share in objective.routes])
            for (program, _), people in zip(objective.routes, split, strict=True):
                run.needed[year, objective.id, program] = people
        for program in plan.programs:
            cells = [(year, objective.id, program) for objective in level if (objective.id, program) in plan.pairs]
            wanted = [run.needed[cell] for cell in cells]
            if sum(wanted) > left[program]:
                wanted = share_out(int(left[program]), [float(people) for people in wanted])
            run.deliverable.update(zip(cells, wanted, strict=True))
            left[program] -= sum(wanted)


def need(run: Run, objective: Objective, year: int) -> int:
    """The people whom an objective needs to send in the year, over all its routes."""
    plan = run.plan
    if not objective.routes or plan.headcount[objective.group, year] <= 0:
        return 0
    if objective.kind == "count":
        return count_need(run, objective, year)
    if objective.kind == "attainment":
        return attainment_need(run, objective, year)
    people = plan.base(objective, year)
    rate = route_rate(run, objective, year)
    return min(ceil(run.path(objective, year) * people / rate), ceil(people))


def route_rate(run: Run, objective: Objective, end: int) -> float:
    """The completion rate of an objective's routes, weighted by their shares."""
    weight = sum(share for _, share in objective.routes)
    return sum(share * run.rate(program, end) for program, share in objective.routes) / weight


def attainment_need(run: Run, objective: Objective, year: int) -> int:
    """People to send so that the path is reached when they complete, at most those who are left to send."""
    plan = run.plan
    end = year + plan.years_of(objective.routes[0][0]) - 1
    if end > plan.last:
        return 0
    passing = route_rate(run, objective, end) * plan.survive(objective.group, year, end)
    if passing <= 0:
        return 0
    short = run.path(objective, end) * plan.headcount[objective.group, end] - foreseen(run, objective, year, end)
    return min(ceil(max(0.0, short) / passing), ceil(idle(run, objective, year)))


def foreseen(run: Run, objective: Objective, year: int, end: int) -> float:
    """The stock at `end` with what is under way and nothing new from `year` on, by the equations alone."""
    stock = run.reached[objective.id, year - 1]
    for later in range(year, end + 1):
        stock = next_stock(run, objective, later, stock, modelled_completions(run, objective, later))
    return stock


def idle(run: Run, objective: Objective, year: int) -> float:
    """People of the group who neither hold the qualification at the year's end nor study for it beyond."""
    plan = run.plan
    studying = sum(
        learners(plan, cohort, year) for cohort in run.cohorts if cohort.objective == objective.id and cohort.end > year
    )
    return max(0.0, plan.headcount[objective.group, year] - foreseen(run, objective, year, year) - studying)


def count_need(run: Run, objective: Objective, year: int) -> int:
    """People to send by the path, less what the parts are given, with places kept for the parts until the due year."""
    sent = run.reached[objective.id, year - 1]
    parts = run.plan.parts(objective)
    wanted = run.path(objective, year) - sent - sum(places_given(run, part, year) for part in parts)
    if year < objective.due:
        kept = sum(max(0.0, part.target - run.reached[part.id, year - 1]) for part in parts)
        wanted = min(wanted, objective.target - sent - kept)
    return ceil(max(0.0, wanted))


def places_given(run: Run, objective: Objective, year: int) -> int:
    """The places that a count is given in a year, those of its parts included."""
    own = sum(run.deliverable[year, objective.id, program] for program, _ in objective.routes)
    return own + sum(places_given(run, part, year) for part in run.plan.parts(objective))


# -- who is sent


def enroll(run: Run, year: int) -> None:
    """Send people: the facts of a closed year, a given enrollment, or what the rule and the money allow."""
    plan = run.plan
    cells = [(year, objective, program) for objective, program in plan.pairs]
    if run.closed(year):
        sent = {cell: plan.actuals.get(cell, {"enrolled": 0})["enrolled"] for cell in cells}
    elif run.given is not None:
        sent = {cell: run.given.get(cell, 0) for cell in cells}
        for cell in cells:
            run.needed[cell] = max(run.needed[cell], sent[cell])
            run.deliverable[cell] = max(run.deliverable[cell], sent[cell])
    else:
        sent = funded(run, year, cells)
    run.enrolled.update(sent)
    for (_, objective, program), people in sent.items():
        end = year + plan.years_of(program) - 1
        run.cohorts.append(Cohort(objective, program, year, end, people, year))


def funded(run: Run, year: int, cells: list[Cell]) -> dict[Cell, int]:
    """The new enrollment that the money of an open year pays for, by the plan's rule."""
    rule = run.plan.choices.get("allocation") or "all"
    if rule == "all" or not run.money:
        return {cell: run.deliverable[cell] for cell in cells}
    return {"proportional": proportional, "priority": priority}[rule](run, year, cells)


def money_left(run: Run, year: int) -> dict[str, float]:
    """What each ceiling of the year leaves when the courses under way are paid (sources without a limit: infinity)."""
    plan = run.plan
    left = {}
    for source in [*plan.sources, "total"]:
        ceiling = plan.ceiling(source, year)
        paid = sum(modelled_cost(run, program, year) * pays(plan, program, source) for program in plan.programs)
        left[source] = math.inf if ceiling is None else ceiling - paid
    return left


def pays(plan: Plan, program: str, source: str) -> float:
    """The share of a program's cost that counts against the ceiling of a source, or of `total`."""
    shares = plan.shares(program)
    return sum(shares.values()) if source == "total" else shares.get(source, 0.0)


def entry_cost(plan: Plan, program: str, year: int, people: int) -> float:
    """What so many new learners of a program cost in their first year."""
    row = plan.programs[program]
    classes = class_number(plan, program, people) * number_or(row, "cost_per_class_year", 0.0)
    return (people * number_or(row, "cost_per_learner_year", 0.0) + classes) * plan.price(program, year)


def proportional(run: Run, year: int, cells: list[Cell]) -> dict[Cell, int]:
    """Every program cut by the factor of its scarcest source: as many people as that part of its cost pays for."""
    plan = run.plan
    left = money_left(run, year)
    wanted = {program: sum(run.deliverable[cell] for cell in cells if cell[2] == program) for program in plan.programs}
    cost = {program: entry_cost(plan, program, year, people) for program, people in wanted.items()}
    factor = {}
    for source, money in left.items():
        asked = sum(cost[program] * pays(plan, program, source) for program in plan.programs)
        enough = asked <= 0 or asked <= money + A_TENTH_OF_A_XU
        factor[source] = 1.0 if enough else max(0.0, money) / asked
    sent: dict[Cell, int] = {}
    for program in plan.programs:
        part = min(factor[source] for source in left if source == "total" or pays(plan, program, source) > 0)
        people = wanted[program]
        while people > 0 and entry_cost(plan, program, year, people) > part * cost[program] + A_TENTH_OF_A_XU:
            people -= 1
        own = [cell for cell in cells if cell[2] == program]
        sent.update(zip(own, share_out(people, [float(run.deliverable[cell]) for cell in own]), strict=True))
    return sent


def priority(run: Run, year: int, cells: list[Cell]) -> dict[Cell, int]:
    """Objectives by priority, ties and routes in table order, each as many people as the money still pays for."""
    plan = run.plan
    left = money_left(run, year)
    taken = dict.fromkeys(plan.programs, 0)
    sent = dict.fromkeys(cells, 0)
    for objective in sorted(plan.objectives.values(), key=lambda one: one.priority):
        for program, _ in objective.routes:
            before = entry_cost(plan, program, year, taken[program])
            people = run.deliverable[year, objective.id, program]
            while people > 0:
                more = entry_cost(plan, program, year, taken[program] + people) - before
                if all(more * pays(plan, program, s) <= max(0.0, left[s]) + A_TENTH_OF_A_XU for s in left):
                    break
                people -= 1
            more = entry_cost(plan, program, year, taken[program] + people) - before
            for source in left:
                left[source] -= more * pays(plan, program, source)
            taken[program] += people
            sent[year, objective.id, program] = people
    return sent


# -- what comes of it


def learners(plan: Plan, cohort: Cohort, year: int) -> float:
    """Those of a cohort who have not left their post by the year."""
    return cohort.people * plan.survive(plan.objectives[cohort.objective].group, cohort.counted, year)


def pair_completions(run: Run, pair: Pair, year: int) -> float:
    """Those of a pair who complete in the year, by the equations alone."""
    ending = [one for one in run.cohorts if (one.objective, one.program) == pair and one.end == year]
    return sum(learners(run.plan, cohort, year) for cohort in ending) * run.rate(pair[1], year)


def modelled_completions(run: Run, objective: Objective, year: int) -> float:
    """Those of an objective who complete in the year, by the equations alone."""
    return sum(pair_completions(run, pair, year) for pair in run.plan.pairs if pair[0] == objective.id)


def next_stock(run: Run, objective: Objective, year: int, stock: float, completions: float) -> float:
    """The holders of a qualification a year later."""
    plan, key = run.plan, (objective.group, year)
    kept = stock * (1 - plan.leave[key]) * (1 - objective.lapse)
    return min(plan.headcount[key], kept + plan.joiners[key] * objective.entry + completions)


def settle(run: Run, year: int) -> None:
    """The year's completions, then what each objective has reached; facts of a closed year go first."""
    plan = run.plan
    for pair in plan.pairs:
        cell = (year, *pair)
        fact = plan.actuals.get(cell, {}).get("completed") if run.closed(year) else None
        run.completed[cell] = pair_completions(run, pair, year) if fact is None else fact
    for objective in sorted(plan.objectives.values(), key=lambda one: -one.depth):
        run.reached[objective.id, year] = reached(run, objective, year)


def reached(run: Run, objective: Objective, year: int) -> float:
    """Holders (attainment), those who completed in the year (annual, appointment), or all sent so far (count)."""
    plan = run.plan
    own = [(year, *pair) for pair in plan.pairs if pair[0] == objective.id]
    if objective.kind == "count":
        parts = sum(run.reached[one.id, year] - run.reached[one.id, year - 1] for one in plan.parts(objective))
        return run.reached[objective.id, year - 1] + sum(run.enrolled[cell] for cell in own) + parts
    observed = plan.observations.get((objective.id, year)) if run.closed(year) else None
    if observed is not None and text(observed, "reached"):
        counted = plan.base(objective, year) * filled(observed, "reached") / filled(observed, "base")
        return min(plan.headcount[objective.group, year], counted) if objective.kind == "attainment" else counted
    completions = sum(run.completed[cell] for cell in own)
    if objective.kind == "attainment":
        return next_stock(run, objective, year, run.reached[objective.id, year - 1], completions)
    return completions


# -- section 5: classes and cost


def class_number(plan: Plan, program: str, people: float) -> int:
    """The classes that one intake of a program fills; none for a program without a class size."""
    size = number(plan.programs[program], "class_size")
    return 0 if size is None else ceil(people / size)


def under_way(run: Run, program: str, year: int) -> list[Cohort]:
    """The cohorts of a program that study in the year."""
    return [one for one in run.cohorts if one.program == program and one.start <= year <= one.end]


def learner_number(run: Run, program: str, year: int) -> float:
    """Everybody who studies in a program in the year."""
    return sum(learners(run.plan, cohort, year) for cohort in under_way(run, program, year))


def class_total(run: Run, program: str, year: int) -> int:
    """The classes of all intakes of a program that study in the year."""
    intakes: dict[int, float] = {}
    for cohort in under_way(run, program, year):
        intakes[cohort.start] = intakes.get(cohort.start, 0.0) + cohort.people
    return sum(class_number(run.plan, program, people) for people in intakes.values())


def modelled_cost(run: Run, program: str, year: int) -> float:
    """What those under way in a program cost in the year, by its rates and prices."""
    row = run.plan.programs[program]
    for_learners = learner_number(run, program, year) * number_or(row, "cost_per_learner_year", 0.0)
    for_classes = class_total(run, program, year) * number_or(row, "cost_per_class_year", 0.0)
    return (for_learners + for_classes) * run.plan.price(program, year)


def cost(run: Run, program: str, year: int) -> float:
    """What a program costs in the year: what was spent, where a closed year says so."""
    spent = run.plan.spent(program, year) if run.closed(year) else None
    return modelled_cost(run, program, year) if spent is None else spent


# ---------------------------------------------------------------------------------------------- gaps and verdicts


def coverage(run: Run, objective: Objective, year: int) -> float:
    """What is reached as a share of the base; 1 where there is nobody to reach."""
    base, got = run.plan.base(objective, year), run.reached[objective.id, year]
    if base <= 0:
        return 1.0
    return min(1.0, got / base) if objective.kind in ("annual", "appointment") else got / base


def missing(run: Run, objective: Objective, year: int, wanted: float) -> float:
    """The people missing from a share of the base; for a count, from a number."""
    base = 1.0 if objective.kind == "count" else run.plan.base(objective, year)
    return max(0.0, wanted * base - run.reached[objective.id, year])


def gap(run: Run, objective: Objective, year: int) -> float:
    """The people missing from what the decision asks."""
    return missing(run, objective, year, objective.asked)


def is_there(run: Run, objective: Objective, year: int, wanted: float) -> bool:
    """Whether less than half a person is missing; a count must be full."""
    if objective.kind == "count":
        return run.reached[objective.id, year] >= wanted
    return missing(run, objective, year, wanted) < 0.5


def verdict(run: Run, objective: Objective) -> str:
    """met, nearly or missed, in the due year."""
    year = objective.due
    if is_there(run, objective, year, objective.asked):
        return "met"
    people = objective.asked * (1.0 if objective.kind == "count" else run.plan.base(objective, year))
    return "nearly" if gap(run, objective, year) < max(1.5, 0.01 * people) else "missed"


def standing(run: Run, objective: Objective, year: int) -> str:
    """on_track or behind, in a year before the due one."""
    path = run.path(objective, year)
    if objective.kind == "count":
        path /= objective.target
    return "on_track" if coverage(run, objective, year) >= path - TINY else "behind"


def weighted_shortfall(run: Run) -> float:
    """The measure of the optimal rule: weight times people short of the path, over objectives and years."""
    plan = run.plan
    return sum(
        objective.weight * missing(run, objective, year, run.path(objective, year))
        for objective in plan.objectives.values()
        for year in plan.years
    )


LIMITS = ["money", "capacity", "completion", "past", "time"]


def with_limits_lifted(plan: Plan) -> list[Run]:
    """The plan with unlimited money, then places too, then everybody passing, then the past open as well."""
    free = {"money": False, "places": False, "all_pass": True, "past_open": True}
    return [simulate(plan, **dict(list(free.items())[:count])) for count in range(1, len(free) + 1)]


def gap_parts(run: Run, lifted: list[Run], objective: Objective) -> list[float]:
    """What each limit takes of the gap in the due year; what is still missing in the end is for want of time."""
    gaps = [gap(one, objective, objective.due) for one in [run, *lifted]]
    return [before - after for before, after in itertools.pairwise(gaps)] + [gaps[-1]]


def binding(parts: list[float]) -> str:
    """The limit with the largest part, ties in the order in which they are lifted."""
    return next(name for name, part in zip(LIMITS, parts, strict=True) if part > max(parts) - TINY)


# ---------------------------------------------------------------------------------------------- result tables


def tables_of(plan: Plan) -> dict[str, list[Row]]:
    """All result tables of a plan under the rule all, proportional or priority."""
    run = simulate(plan)
    lifted = with_limits_lifted(plan)
    at_once = simulate(plan, money=False, places=False, at_once=True)
    return {
        **tables_of_run(run),
        "cost": cost_table(run, lifted[0]),
        "budget": budget_table(run, lifted[0]),
        "verdicts": [verdict_row(run, lifted, at_once, objective) for objective in plan.objectives.values()],
        "lines": lines_table(run, lifted[0], lifted[1]),
    }


def replay(plan: Plan, enrollment: dict[Cell, int], required: dict[Cell, int] | None = None) -> dict[str, list[Row]]:
    """The tables that follow from a given enrollment of the open years, and from that of its requirement.

    Without `required` the enrollment is its own requirement. There are no lines, and verdicts end with the gap: what
    holds a plan back depends on how it was decided.
    """
    run = simulate(plan, given=enrollment)
    requirement = run if required is None else simulate(plan, given=required)
    return {
        **tables_of_run(run),
        "cost": cost_table(run, requirement),
        "budget": budget_table(run, requirement),
        "verdicts": [verdict_start(run, objective) for objective in plan.objectives.values()],
    }


def tables_of_run(run: Run) -> dict[str, list[Row]]:
    """The tables that need no other run beside this one."""
    return {
        "workforce": workforce_table(run.plan),
        "enrollment": enrollment_table(run),
        "classes": classes_table(run),
        "gap": gap_table(run),
        "commitments": commitments_table(run),
    }


def workforce_table(plan: Plan) -> list[Row]:
    """A row for each year and group."""
    return [
        {
            "year": year,
            "group": group,
            "headcount": plan.headcount[group, year],
            "joiners": plan.joiners[group, year],
            "leavers": plan.leave[group, year] * plan.headcount[group, year - 1],
        }
        for year in plan.years
        for group in plan.groups
    ]


def enrollment_table(run: Run) -> list[Row]:
    """A row for each year and pair."""
    rows = []
    for year in run.plan.years:
        for objective, program in run.plan.pairs:
            cell = (year, objective, program)
            row = {"year": year, "objective": objective, "program": program, "needed": run.needed[cell]}
            row |= {"deliverable": run.deliverable[cell], "funded": run.enrolled[cell]}
            rows.append(row | {"completed": run.completed[cell]})
    return rows


def classes_table(run: Run) -> list[Row]:
    """A row for each year and program."""
    rows = []
    for year in run.plan.years:
        for program in run.plan.programs:
            new = sum(people for cell, people in run.enrolled.items() if (cell[0], cell[2]) == (year, program))
            row = {
                "year": year,
                "program": program,
                "new_learners": new,
                "learners": learner_number(run, program, year),
            }
            row["new_classes"] = class_number(run.plan, program, new)
            rows.append(row | {"classes": class_total(run, program, year)})
    return rows


def cost_table(run: Run, requirement: Run) -> list[Row]:
    """A row for each year and pair of `funding`."""
    return [
        {
            "year": year,
            "program": text(row, "program"),
            "source": text(row, "source"),
            "required_vnd": cost(requirement, text(row, "program"), year) * number_or(row, "share", 0.0),
            "funded_vnd": cost(run, text(row, "program"), year) * number_or(row, "share", 0.0),
        }
        for year in run.plan.years
        for row in run.plan.tables["funding"]
    ]


def budget_table(run: Run, requirement: Run) -> list[Row]:
    """A row for each year and source, and a row `total` after the sources of each year."""
    plan, rows = run.plan, []
    for year in plan.years:
        for source in [*plan.sources, "total"]:
            ceiling = plan.ceiling(source, year)
            needed = sum(cost(requirement, program, year) * pays(plan, program, source) for program in plan.programs)
            paid = sum(cost(run, program, year) * pays(plan, program, source) for program in plan.programs)
            row = {"year": year, "source": source, "ceiling_vnd": "" if ceiling is None else ceiling}
            row |= {"required_vnd": needed, "funded_vnd": paid, "lacking_vnd": needed - paid}
            row["over_vnd"] = "" if ceiling is None else max(0.0, paid - ceiling)
            rows.append(row | {"unspent_vnd": "" if ceiling is None else max(0.0, ceiling - paid)})
    return rows


def gap_table(run: Run) -> list[Row]:
    """A row for each year and objective."""
    rows = []
    for year in run.plan.years:
        for objective in run.plan.objectives.values():
            row = {"year": year, "objective": objective.id, "group": objective.group}
            row |= {"base": run.plan.base(objective, year), "target_path": run.path(objective, year)}
            row |= {"target": objective.target, "asked": objective.asked, "reached": run.reached[objective.id, year]}
            row |= {"coverage": coverage(run, objective, year), "gap": gap(run, objective, year), "met": ""}
            if year >= objective.due:
                row["met"] = true_or_false(is_there(run, objective, year, objective.asked))
            rows.append(row)
    return rows


def true_or_false(value: bool) -> str:
    """The text that stands for it in a result table."""
    return "true" if value else "false"


def verdict_start(run: Run, objective: Objective) -> Row:
    """How an objective stands in its due year."""
    year = objective.due
    row: Row = {"objective": objective.id, "asked": objective.asked, "target": objective.target, "due": year}
    row |= {
        "reached": run.reached[objective.id, year],
        "coverage": coverage(run, objective, year),
        "verdict": verdict(run, objective),
    }
    row |= {"aim_met": true_or_false(is_there(run, objective, year, objective.target))}
    row["gap"] = gap(run, objective, year)
    return row


def verdict_row(run: Run, lifted: list[Run], at_once: Run, objective: Objective) -> Row:
    """How an objective stands in its due year, and what holds it back where it is not met."""
    row, year = verdict_start(run, objective), objective.due
    parts = gap_parts(run, lifted, objective)
    behind: Row = {f"missing_{name}": part for name, part in zip(LIMITS, parts, strict=True)}
    behind["binds"] = binding(parts)
    behind["best_reachable"] = max(coverage(at_once, objective, year), row["coverage"])
    behind["latest_start"] = latest_start(run.plan, objective)
    return row | (dict.fromkeys(behind, "") if row["verdict"] == "met" else behind)


def latest_start(plan: Plan, objective: Objective) -> int | str:
    """The last year in which a start would still have counted by the due year; empty without a route."""
    if objective.kind == "count":
        return objective.due
    return objective.due - plan.years_of(objective.routes[0][0]) + 1 if objective.routes else ""


def commitments_table(run: Run) -> list[Row]:
    """What the courses that run past the last year cost after it, by source; only rows with money."""
    plan, rows = run.plan, []
    for year in range(plan.last + 1, max([plan.last, *(cohort.end for cohort in run.cohorts)]) + 1):
        for row in plan.tables["funding"]:
            program, source = text(row, "program"), text(row, "source")
            money = modelled_cost(run, program, year) * number_or(row, "share", 0.0)
            if money > 0:
                rows.append({"year": year, "program": program, "source": source, "vnd": money})
    return rows


def lines_table(run: Run, requirement: Run, unlimited: Run) -> list[Row]:
    """Three coverages a year and objective: without any limit, with the places there are, with the money there is."""
    return [
        {
            "year": year,
            "objective": objective.id,
            "needed": coverage(unlimited, objective, year),
            "deliverable": coverage(requirement, objective, year),
            "affordable": coverage(run, objective, year),
        }
        for year in run.plan.years
        for objective in run.plan.objectives.values()
    ]
