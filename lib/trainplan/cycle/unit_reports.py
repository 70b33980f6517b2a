"""Reports of a year that units sent, as rows of `actuals` and `observations`: what is complete, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from trainplan.cycle.survey_layout import ALL_UNITS, DONE, REACHED, groups_of_unit
from trainplan.cycle.survey_reading import Answer, Doubt, Key, SheetReader
from trainplan.plan.plan import Plan
from trainplan.plan.plan_files import cell_text
from trainplan.plan.reading import RawTable

NUMBERS = {"completed": "completed", "spent": "spent_vnd"}  # columns that a row of `actuals` may be without
ENDS = ("completed", "failed", "studying")  # what becomes of whoever studies in a year
LEAST_VND = 1_000  # of a learner: below it somebody has written millions

Cells = dict[str, object]


class Missing(NamedTuple):
    """A number of all units together that is not known: `number` of a pair, or of an objective, and who lacks it."""

    objective: str
    program: str
    number: str
    units: tuple[str, ...]


class Reported(NamedTuple):
    """What reports give: rows of `actuals` and `observations` without a basis, and what is missing."""

    actuals: list[Cells]
    observations: list[Cells]
    missing: list[Missing]


def check_report(reader: SheetReader, answer: Answer) -> None:
    """Withholds the numbers of a row that cannot all be: of learners, of their money, of who has reached a standard."""
    sheet = reader.table.sheet.id
    for row, key in reader.table.keys.items():
        said = {column: answer.people.get((sheet, key, column)) for column in reader.columns}
        absent = reader.columns.keys() - reader.table.places.keys()
        lost = absent | {column for column in reader.columns if (sheet, key, column) in answer.unsaid}
        found = _wrong_counts(said) if sheet == REACHED else _wrong_learners(said, lost)
        for code, column, withheld, values in found:
            answer.doubts.append(reader.doubt(row, column, code, cell_text(said[column]), 0, **values))
            answer.withhold(*((sheet, key, one) for one in withheld if said.get(one) is not None))


Wrong = tuple[str, str, Iterable[str], dict[str, int]]  # the code, the column, what is not taken, values of the text


def _wrong_counts(said: Mapping[str, int | None]) -> Iterator[Wrong]:
    base, reached = said.get("base"), said.get("reached")
    if base is not None and reached is not None and reached > base:
        yield "within", "reached", ("base", "reached"), {"most": base}


def _wrong_learners(said: Mapping[str, int | None], lost: set[str]) -> Iterator[Wrong]:
    """What cannot be of a pair: nobody is said to be sent, or more or fewer end than learn, or money is not theirs."""
    sent, spent = said["enrolled"], said.get("spent")
    if {"enrolled", "continuing"} & lost:
        return
    if sent is None:
        if any(said.get(column) is not None for column in ("continuing", *ENDS, "spent")):
            yield "sent_missing", "enrolled", (), {}
        return
    learners = sent + (said.get("continuing") or 0)
    ends = {column: people for column in ENDS if (people := said.get(column)) is not None}
    ended = sum(ends.values())
    whole = len(ends) == len(ENDS) and said.get("continuing") is not None
    if ended > learners or (whole and ended < learners):
        yield "learners_differ", next(iter(ends)), ("enrolled", *ends), {"learners": learners, "ends": ended}
    elif spent and not learners:
        yield "money_without_learners", "spent", ("spent",), {}
    elif spent and spent < LEAST_VND * learners:
        yield "money_in_millions", "spent", ("spent",), {}


def check_whole(plan: Plan, answers: Sequence[Answer]) -> list[Doubt]:
    """What the form of all units says beside the units themselves, where both cannot be; neither is then taken."""
    whole = next((answer for answer in answers if answer.unit == ALL_UNITS), None)
    doubts: list[Doubt] = []
    units = _units_by_objective(plan)
    for key, number in dict(whole.people if whole else {}).items():
        said = [answer.people[key] for answer in answers if answer is not whole and key in answer.people]
        complete = said and len(said) == len(units[key[1].partition("/")[0]])
        if whole and (sum(said) > number or (complete and sum(said) < number)):
            doubts.append(Doubt(*_place(whole, key), str(number), "units_differ", {"units": sum(said)}))
            for answer in answers:
                answer.withhold(key)
    return doubts


def _place(answer: Answer, key: Key) -> tuple[str, str, str, str]:
    file, sheet, cell = answer.places[key]
    return file, answer.unit, sheet, cell


def _units_by_objective(plan: Plan) -> dict[str, list[str]]:
    """The units whose forms ask about the group of each objective."""
    held = {unit.id: set(groups_of_unit(plan, unit.id)) for unit in plan.tables.units}
    return {row.id: [unit for unit, groups in held.items() if row.group in groups] for row in plan.tables.objectives}


def reported_rows(plan: Plan, year: int, answers: Sequence[Answer], own: RawTable | None) -> Reported:
    """What the reports of a year give; `own` are the rows of `actuals` that the plan has already.

    A number is taken when every unit that holds the group says it, or the form of all units does. Where the plan's own
    rows of the year and the pair have no unit, the units are added up: either all rows have one or none.
    """
    collected = _Collected(plan, answers)
    rows = {pair: collected.of_pair(*pair) for pair in plan.tables.pairs}
    unpaid = {
        program for (_, program), said in rows.items() if any("spent" not in of_unit for of_unit in said.values())
    }
    unpaid |= {program for (_, program), said in rows.items() if not said}
    together = {
        (str(row.get("objective")), str(row.get("program")))
        for row in (own.rows if own else [])
        if cell_text(row.get("year")) == str(year) and not row.get("unit")
    }
    actuals: list[Cells] = []
    for (objective, program), said in rows.items():
        if program in unpaid:
            said = {unit: {name: n for name, n in of.items() if name != "spent"} for unit, of in said.items()}
        if said and (objective, program) in together:
            said = {ALL_UNITS: _add_up(said.values())}
        for unit, of_unit in said.items():
            key = {"year": year, "objective": objective, "program": program, "unit": unit}
            numbers = {"enrolled": of_unit["enrolled"], **{NUMBERS[n]: of_unit[n] for n in NUMBERS if n in of_unit}}
            actuals.append({**key, **numbers, "file": collected.file_of(unit)})
    observed = [{"year": year, **row} for row in collected.observations()]
    return Reported(actuals, observed, collected.missing)


def _add_up(said: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for of_unit in said:
        for name, number in of_unit.items():
            total[name] = total.get(name, 0) + number
    return total


class _Collected:
    """Answers of all units, by what they are about; `missing` grows as it is asked."""

    def __init__(self, plan: Plan, answers: Sequence[Answer]) -> None:
        self.plan, self.missing = plan, list[Missing]()
        self.answers = {answer.unit: answer for answer in answers}
        self.units = _units_by_objective(plan)
        self.years = {row.id: row.years for row in plan.tables.programs}

    def file_of(self, unit: str) -> str:
        """The file of a unit; of all units together none where they are added up."""
        return self.answers[unit].file if unit in self.answers else ""

    def of_pair(self, objective: str, program: str) -> dict[str, dict[str, int]]:
        """The numbers of a pair by unit, each where all units say it; nothing where who was sent is not known."""
        said = {unit: self._numbers_of(unit, f"{objective}/{program}") for unit in (*self.units[objective], ALL_UNITS)}
        whole, pair = said.pop(ALL_UNITS), (objective, program)
        if not self._lacking(pair, "enrolled", said, whole):
            if not said or any("enrolled" not in of_unit for of_unit in said.values()):
                said = {ALL_UNITS: whole}
            dropped = {name for name in NUMBERS if self._lacking(pair, name, said, said.get(ALL_UNITS, {}))}
            return {u: {name: n for name, n in of.items() if name not in dropped} for u, of in said.items()}
        return {}

    def _lacking(
        self, pair: tuple[str, str], number: str, said: Mapping[str, Mapping[str, int]], whole: Mapping[str, int]
    ) -> bool:
        """Whether a number is not known of all units, of which it is then said who lacks it."""
        lacking = tuple(unit for unit, of_unit in said.items() if number not in of_unit)
        if number in whole or (said and not lacking):
            return False
        self.missing.append(Missing(*pair, NUMBERS.get(number, number), lacking))
        return True

    def _numbers_of(self, unit: str, pair: str) -> dict[str, int]:
        """The numbers that a unit says of a pair; where nobody learns, nobody completes and nothing is spent."""
        if unit not in self.answers:
            return {}
        answer = self.answers[unit]
        said = {column: answer.people.get((DONE, pair, column)) for column in ("enrolled", "continuing", *NUMBERS)}
        short = self.years[pair.partition("/")[2]] == 1
        if said["enrolled"] == 0 and (said["continuing"] == 0 or (short and said["continuing"] is None)):
            unsure = {column for sheet, key, column in answer.unsaid if (sheet, key) == (DONE, pair)}
            said |= {column: 0 for column in NUMBERS if said[column] is None and column not in unsure}
        return {column: number for column in ("enrolled", *NUMBERS) if (number := said[column]) is not None}

    def observations(self) -> Iterator[Cells]:
        """Who has reached what, of whom, added up over all units with the group."""
        for row in self.plan.tables.objectives:
            if row.kind == "count":
                continue
            said = {unit: self._counts_of(unit, row.id) for unit in (*self.units[row.id], ALL_UNITS)}
            whole = said.pop(ALL_UNITS)
            if not self._lacking((row.id, ""), "reached", said, whole):
                counted = (
                    said if said and all("reached" in of_unit for of_unit in said.values()) else {ALL_UNITS: whole}
                )
                total = _add_up(counted.values())
                if total["base"]:
                    yield {"objective": row.id, "base": total["base"], "reached": total["reached"]}

    def _counts_of(self, unit: str, objective: str) -> dict[str, int]:
        people = self.answers[unit].people if unit in self.answers else {}
        numbers = {column: people.get((REACHED, objective, column)) for column in ("base", "reached")}
        return (
            {column: number for column, number in numbers.items() if number is not None}
            if None not in numbers.values()
            else {}
        )
