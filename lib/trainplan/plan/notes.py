"""What a plan may say and is yet worth a look: facts that are missing or not used, empty cells that decide much."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trainplan.plan.address import address_label, record_key, row_label
from trainplan.plan.checks import HALF_A_PERSON, headcount_paths
from trainplan.plan.schema import NAMED, TABLES
from trainplan.text.catalog import both, say, term

if TYPE_CHECKING:
    from trainplan.plan.plan import Plan

A_MILLION = 1e6
NAMED_KEYS = 6  # in a terminal
Found = tuple[str, str, dict[str, object]]  # a note before it is one


@dataclass(frozen=True)
class Keys:
    """Rows of a table that a note names, by their keys."""

    table: str
    keys: tuple[str, ...]

    def __str__(self) -> str:
        more = len(self.keys) - NAMED_KEYS
        return ", ".join(self.keys[:NAMED_KEYS]) + (f", … (+{more})" if more > 0 else "")


@dataclass(frozen=True)
class Note:
    """What a plan says at a place (an address, a row, a table with or without a year, a file), and yet worth a look."""

    place: str
    code: str  # of the sentence `warning.<code>`
    values: dict[str, object]

    def __str__(self) -> str:
        """The note in both languages, with addresses and ids as files have them."""
        return f"{self.place}: {both(f'warning.{self.code}', **self.values)}"

    def read(self, plan: Plan, language: str) -> str:
        """The note in a language, with the names of what it is about."""
        values = {
            name: "; ".join(row_label(plan, value.table, key, language) for key in value.keys)
            if isinstance(value, Keys)
            else value
            for name, value in self.values.items()
        }
        return f"{_place_label(plan, self.place, language)}: {say(f'warning.{self.code}', language, **values)}"


def _place_label(plan: Plan, place: str, language: str) -> str:
    table, *rest = place.split(".")
    if len(rest) == 2 and table in TABLES:
        return address_label(plan, place, language)
    if rest and table in TABLES:
        return f"{term('table', table, language)} · {row_label(plan, table, rest[0], language)}"
    name, *year = place.split(" ")
    return " ".join([term("table", name, language), *year]) if name in TABLES else place


def plan_notes(plan: Plan) -> list[Note]:
    """What is allowed in a plan and yet worth a planner's look (method.md, sections 1 and 2)."""
    twice: list[Found] = [(address, "set_twice", {}) for address in plan.changed_by.set_twice]
    found = [*(one for note in NOTES for one in note(plan)), *twice, *plan.read_notes]
    return [Note(*one) for one in found]


def _shrinking(plan: Plan) -> Iterator[Found]:
    """Groups that become fewer by more than those who leave."""
    rates = {(row.group, row.year): row.leave_rate for row in plan.tables.turnover}
    paths = headcount_paths(plan.tables, plan.years)
    for group in plan.tables.groups:
        path = paths[group.id]
        left = [(y, path[y - 1] * (1 - rates.get((group.id, y), group.leave_rate))) for y in plan.years]
        if any(path[year] < people * (1 - 1e-9) for year, people in left):
            yield f"groups.{group.id}", "group_shrinks", {}


def _weightless(plan: Plan) -> Iterator[Found]:
    for row in plan.tables.objectives:
        if row.weight == 0:
            yield f"objectives.{row.id}", "weight_of_zero", {}


def _empty_rates(plan: Plan) -> Iterator[Found]:
    """Cells of attainments that count as 0 and decide much."""
    for column in ("entry_share", "lapse_rate"):
        rows = plan.tables.objectives
        empty = [row.id for row in rows if row.kind == "attainment" and getattr(row, column) is None]
        if empty:
            yield f"objectives.*.{column}", f"{column}_empty", {"objectives": Keys("objectives", tuple(empty))}


def _ceilings(plan: Plan) -> Iterator[Found]:
    """Money without any limit, and ceilings that seem to be in million đồng."""
    limits = [row.ceiling_vnd for row in plan.tables.ceilings if row.ceiling_vnd is not None]
    most = max(limits, default=0.0)
    if not limits:
        yield "ceilings", "no_ceiling", {}
    if 0 < most < A_MILLION:
        yield "ceilings", "ceilings_in_millions", {"most": f"{most:g}", "money": f"{most * A_MILLION:.0f}"}


def _closed_without_actuals(plan: Plan) -> Iterator[Found]:
    known = {(row.year, row.objective, row.program) for row in plan.tables.actuals}
    for year in plan.closed_years:
        missing = tuple("/".join(pair) for pair in plan.tables.pairs if (year, *pair) not in known)
        if missing:
            yield f"actuals {year}", "closed_without_actuals", {"pairs": Keys("routes", missing)}


def _facts_of_open_years(plan: Plan) -> Iterator[Found]:
    for name in ("actuals", "observations"):
        rows = dict.fromkeys(record_key(name, row) for row in plan.tables[name] if row.year in plan.open_years)
        if rows:
            yield name, "facts_of_open_years", {"rows": Keys(name, tuple(rows)), "year": plan.decided_from}


def _more_than_were_sent(plan: Plan) -> Iterator[Found]:
    """Pairs of which more people are reported to have completed than can have reached the end by then."""
    years = {row.id: row.years for row in plan.tables.programs}
    for objective, program in plan.tables.pairs:
        rows = [row for row in plan.tables.actuals if (row.objective, row.program) == (objective, program)]
        begun = _intakes(plan, program, objective)
        for year in sorted({row.year for row in rows if row.completed}):
            possible = sum(people for start, people in begun if start <= year - years[program] + 1)
            if sum(row.completed or 0.0 for row in rows if row.year <= year) > possible:
                place = f"actuals.{year}/{objective}/{program}.completed"
                yield place, "more_than_were_sent", {"possible": f"{possible:g}"}


def _money_without_learners(plan: Plan) -> Iterator[Found]:
    """Programs on which money is reported to have been spent in a year in which nobody studied."""
    for program in plan.tables.programs:
        spent = {row.year for row in plan.tables.actuals if row.program == program.id and row.spent_vnd}
        begun = [start for start, people in _intakes(plan, program.id) if people > 0]
        for year in sorted(spent):
            if not any(year - program.years < start <= year for start in begun):
                yield f"actuals {year}", "money_without_learners", {"program": Keys("programs", (program.id,))}


def _intakes(plan: Plan, program: str, objective: str = "") -> list[tuple[int, float]]:
    """Years and people that began a program, for an objective where one is named: the pipeline's and those reported."""
    named = {row.id for row in plan.tables.objectives if objective in ("", row.id)}
    before = [(row.objective, row.program, row.started, row.learners) for row in plan.tables.pipeline]
    since = [(row.objective, row.program, row.year, row.enrolled) for row in plan.tables.actuals]
    return [(year, people) for o, p, year, people in [*before, *since] if p == program and o in named]


def _years_without_use(plan: Plan) -> Iterator[Found]:
    """Rows of years that nothing is computed for; prices of the period before serve its comparison in real terms."""
    tail = max((row.years for row in plan.tables.programs), default=1) - 1
    used = range(plan.first, plan.last + tail + 1)
    for name in ("turnover", "prices"):
        rows = [row for row in plan.tables[name] if row.year not in used]
        if name == "prices":
            compared = plan.tables.history
            rows = [r for r in rows if r.year != plan.price_base_year and (r.year >= plan.first or not compared)]
        if rows:
            keys = tuple(record_key(name, row) for row in rows)
            yield name, "year_without_use", {"rows": Keys(name, keys)}


def _units_exceed_groups(plan: Plan) -> Iterator[Found]:
    """Groups of which the units counted more people than the plan has; units share what a group has by their counts."""
    for group in plan.tables.groups:
        counted = sum(row.headcount for row in plan.tables.unit_headcounts if row.group == group.id)
        if counted > group.headcount + HALF_A_PERSON:
            about: dict[str, object] = {"units": f"{counted:g}", "group": f"{group.headcount:g}"}
            yield f"groups.{group.id}", "units_exceed_group", about


def _vietnamese_alone(plan: Plan) -> Iterator[Found]:
    """Rows without an English name in a plan that has others."""
    for table in NAMED if "en" in plan.languages else ():
        rows = plan.tables[table]
        missing = sum(not row.name_en for row in rows)
        if missing:
            yield f"{table}.*.name_en", "vietnamese_alone", {"missing": missing, "rows": len(rows)}


NOTES: tuple[Callable[[Plan], Iterable[Found]], ...] = (
    _shrinking,
    _weightless,
    _empty_rates,
    _ceilings,
    _closed_without_actuals,
    _facts_of_open_years,
    _more_than_were_sent,
    _money_without_learners,
    _years_without_use,
    _units_exceed_groups,
    _vietnamese_alone,
)
