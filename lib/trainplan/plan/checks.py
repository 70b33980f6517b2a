"""What the rows of a plan must be together: keys, references, shares, cycles, years, prices (method.md, 1–5)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from trainplan.plan.address import key_text, record_key
from trainplan.plan.fact_checks import (
    check_actuals,
    check_ceiling_years,
    check_decided_from,
    check_observations,
    check_sub_groups,
)
from trainplan.plan.schema import TABLES, Choices, Tables, first_open_year
from trainplan.text.problems import Problem, nearest_name

SHARE_TOLERANCE = 1e-6


@dataclass(frozen=True)
class RowsRead:
    """What could be read of a plan: records, the choices, the file of each table, and what is broken already."""

    tables: Tables
    chosen: Choices | None
    files: dict[str, str]
    ids: dict[str, list[str]]  # every id of a table, of rows that could not be read too; no key for a lost table
    broken: frozenset[str] = frozenset()  # tables with unread rows, and "plan" without choices

    @property
    def choices(self) -> Choices:
        """The choices; a check that needs them says so in `CHECKS`."""
        assert self.chosen is not None
        return self.chosen

    @property
    def decided_from(self) -> int:
        """The first calendar year whose enrollment the plan decides."""
        return first_open_year(self.choices.decided_from, [r.year for r in self.tables.actuals], self.choices.first)

    def problem(
        self, table: str, code: str, value: Any, row: str = "", column: str = "", nearest: str = "", /, **values: object
    ) -> Problem:
        """A problem in the file of a table, or of the `plan`, with the values of its sentence."""
        return Problem(self.files[table], code, value, row, column, nearest, values)


def check_together(read: RowsRead) -> list[Problem]:
    """Every problem between rows. A check that needs a broken table is left out: it would repeat what is known."""
    return [problem for check, needs in CHECKS.items() if not read.broken & set(needs) for problem in check(read)]


def check_keys(read: RowsRead) -> Iterator[Problem]:
    """A row's keys name it alone, and no source takes the name of all of them."""
    for name, table in TABLES.items():
        names = Counter(tuple(getattr(r, key) for key in table.row_keys) for r in read.tables[name])
        for values, times in names.items():
            if times > 1:
                key = "/".join("" if value is None else key_text(value) for value in values)
                yield read.problem(name, "row_repeated", key, key, "/".join(table.row_keys), times=times)
    for source in read.tables.sources:
        if source.id == "total":
            yield read.problem("sources", "total_is_reserved", "total", "", "id")


def check_references(read: RowsRead) -> Iterator[Problem]:
    """Every id that a row refers to is there."""
    for name, table in TABLES.items():
        for column, known in ((c, read.ids[c.refers]) for c in table.columns.values() if c.refers in read.ids):
            for r in read.tables[name]:
                value = getattr(r, column.name)
                if value is not None and value not in known:
                    row, near = record_key(name, r), nearest_name(value, known)
                    yield read.problem(name, "no_row_in_table", value, row, column.name, near, table=column.refers)


def check_period(read: RowsRead) -> Iterator[Problem]:
    """Due dates, ceilings, head-counts and what happened lie within the plan's years."""
    first, last = read.choices.first, read.choices.last
    if last < first:
        yield read.problem("plan", "last_before_first", last, "", "last")
        return
    for r in read.tables.objectives:
        if not first <= r.due_year <= last:
            yield read.problem("objectives", "due_outside", r.due, r.id, "due", first=first, last=last)
    for name in ("ceilings", "headcounts", "actuals", "observations"):
        for r in read.tables[name]:
            if not first <= r.year <= last:
                row = record_key(name, r)
                yield read.problem(name, "year_outside", r.year, row, "year", first=first, last=last)


def check_cycles(read: RowsRead) -> Iterator[Problem]:
    """No row is part of itself, over however many others."""
    for name in ("groups", "objectives"):
        parent = {r.id: r.part_of for r in read.tables[name]}
        known: set[str] = set()
        for start in parent:
            seen = [start]
            while (above := parent.get(seen[-1])) is not None and above not in seen:
                seen.append(above)
            if above == start and start not in known:
                known.update(seen)
                circle = " → ".join([*seen, start])
                yield read.problem(name, "part_of_circle", parent[start], start, "part_of", circle=circle)


def check_targets(read: RowsRead) -> Iterator[Problem]:
    """Coverage is a share, but of a count, which starts from 0; the ends of a target are in order."""
    coverages = [column.name for column in TABLES["objectives"].columns.values() if column.unit == "coverage"]
    groups = {group.id: group for group in reversed(read.tables.groups)}
    for r in read.tables.objectives:
        high = r.target_low if r.target_high is None else r.target_high
        if r.kind != "count":
            for column in coverages:
                value = getattr(r, column)
                value = r.target_low if value is None else value  # as an empty target_high is read
                if value > 1:
                    yield read.problem("objectives", "share_of_kind", f"{value:g}", r.id, column, kind=r.kind)
        elif r.baseline != 0:
            yield read.problem("objectives", "count_with_baseline", r.baseline, r.id, "baseline")
        if high < r.target_low:
            yield read.problem("objectives", "target_high_below_low", f"{high:g}", r.id, "target_high")
        group = groups.get(r.group)
        if r.kind == "appointment" and group is not None and group.appointment_rate is None:
            column = "appointment_rate"
            yield read.problem("groups", "appointment_rate_missing", "", group.id, column, objective=r.id)


def check_counts(read: RowsRead) -> Iterator[Problem]:
    """A part of a count is a count of the same group."""
    by_id = {r.id: r for r in read.tables.objectives}
    for r in read.tables.objectives:
        larger = by_id.get(r.part_of) if r.part_of else None
        if larger is not None and (r.kind != "count" or larger.kind != "count" or r.group != larger.group):
            yield read.problem("objectives", "part_of_not_counts", r.part_of, r.id, "part_of")


def check_routes(read: RowsRead) -> Iterator[Problem]:
    """Every objective has routes, whose shares add up to 1 and whose programs take equally many years."""
    years = {p.id: p.years for p in read.tables.programs}
    routes_of: dict[str, list[Any]] = defaultdict(list)
    for r in read.tables.routes:
        routes_of[r.objective].append(r)
    for objective in read.tables.objectives:
        if objective.id not in routes_of:
            yield read.problem("routes", "objective_without_route", objective.id)
    for objective_id, routes in routes_of.items():
        total = sum(r.share for r in routes)
        if abs(total - 1) > SHARE_TOLERANCE:
            shares, total_text = "; ".join(f"{r.program} {r.share:g}" for r in routes), f"{total:.6g}"
            yield read.problem(
                "routes", "route_shares", shares, objective_id, "share", objective=objective_id, total=total_text
            )
        lengths = {r.program: years[r.program] for r in routes if r.program in years}
        if len(set(lengths.values())) > 1:
            listed = ", ".join(f"{p} {y}" for p, y in lengths.items())
            yield read.problem("routes", "route_years_differ", listed, objective_id, "program")
    yield from _too_long(read, years)


def _too_long(read: RowsRead, years: dict[str, int]) -> Iterator[Problem]:
    """What is due every year is taught within the year."""
    kinds = {o.id: o.kind for o in read.tables.objectives}
    for name in ("routes", "pipeline"):
        for r in read.tables[name]:
            kind, length = kinds.get(r.objective), years.get(r.program, 1)
            if kind in ("annual", "appointment") and length > 1:
                about = {"kind": kind, "program": r.program, "years": length}
                yield read.problem(name, "course_too_long", r.program, record_key(name, r), "program", **about)


def check_pipeline(read: RowsRead) -> Iterator[Problem]:
    """Cohorts under way began before the plan and end in it."""
    years = {p.id: p.years for p in read.tables.programs}
    first = read.choices.first
    for r in read.tables.pipeline:
        if r.program in years and not r.started < first <= r.started + years[r.program] - 1:
            about = {"first": first, "program": r.program, "years": years[r.program]}
            yield read.problem("pipeline", "pipeline_outside", r.started, record_key("pipeline", r), "started", **about)


def check_funding(read: RowsRead) -> Iterator[Problem]:
    """Sources pay for all of a program, and only a program with classes has costs of them."""
    total: dict[str, float] = {p.id: 0.0 for p in read.tables.programs}
    for r in read.tables.funding:
        total[r.program] = total.get(r.program, 0.0) + r.share
    for program, share in total.items():
        if abs(share - 1) > SHARE_TOLERANCE:
            yield read.problem("funding", "funding_shares", program, program, "share", total=f"{share:.6g}")
    for p in read.tables.programs:
        if p.class_size is None and p.cost_per_class_year > 0:
            cost, column = f"{p.cost_per_class_year:g}", "cost_per_class_year"
            yield read.problem("programs", "class_cost_without_class_size", cost, p.id, column)


def check_ceilings(read: RowsRead) -> Iterator[Problem]:
    """A ceiling is that of a source, or of all of them."""
    known = ["total", *read.ids.get("sources", [])]
    for r in read.tables.ceilings:
        if "sources" in read.ids and r.source not in known:
            row, near = record_key("ceilings", r), nearest_name(r.source, known)
            yield read.problem("ceilings", "no_source_or_total", r.source, row, "source", near)


def check_prices(read: RowsRead) -> Iterator[Problem]:
    """Every index that a program follows has a level in the base year and in each year of the plan."""
    known: dict[str, set[int]] = defaultdict(set)
    for r in read.tables.prices:
        known[r.index].add(r.year)
    for p in read.tables.programs:
        if p.price_index not in known:
            near = nearest_name(p.price_index, known)
            yield read.problem("programs", "no_price_index", p.price_index, p.id, "price_index", near)
    needed = {read.choices.price_base_year, *range(read.choices.first, read.choices.last + 1)}
    for index in sorted({p.price_index for p in read.tables.programs} & set(known)):
        missing = ", ".join(map(str, sorted(needed - known[index])))
        if missing:
            yield read.problem("prices", "price_missing", index, index, "year", years=missing)


def check_pacings(read: RowsRead) -> Iterator[Problem]:
    """A pacing that lists shares has one for each year."""
    span = max(0, read.choices.last - read.choices.first + 1)
    pacings: list[tuple[str, str, Any]] = [("plan", "", read.choices.pacing)]
    pacings += [("objectives", r.id, r.pacing) for r in read.tables.objectives]
    for name, row, pacing in pacings:
        if isinstance(pacing, tuple) and len(pacing) != span:
            shares = "; ".join(f"{v:g}" for v in pacing)
            yield read.problem(name, "pacing_length", shares, row, "pacing", years=span)


def check_units(read: RowsRead) -> Iterator[Problem]:
    """Units together employ no more people of a group than there are."""
    total: dict[str, float] = defaultdict(float)
    for r in read.tables.unit_headcounts:
        total[r.group] += r.headcount
    for group in read.tables.groups:
        if total.get(group.id, 0.0) > group.headcount + 0.5:
            people = {"units": f"{total[group.id]:g}", "group": f"{group.headcount:g}"}
            yield read.problem("unit_headcounts", "units_exceed_group", group.id, "", "headcount", **people)


CHECKS: dict[
    Callable[[RowsRead], Iterator[Problem]], tuple[str, ...]
] = {  # in this order, with the tables that each needs
    check_keys: (),
    check_references: (),
    check_cycles: (),
    check_counts: (),
    check_targets: (),
    check_period: ("plan",),
    check_routes: ("objectives", "programs", "routes"),
    check_pipeline: ("plan",),
    check_funding: ("programs", "funding"),
    check_ceilings: (),
    check_ceiling_years: ("plan", "ceilings", "actuals"),
    check_prices: ("plan", "prices"),
    check_pacings: ("plan",),
    check_units: ("groups", "unit_headcounts"),
    check_sub_groups: ("plan", "groups", "headcounts"),
    check_decided_from: ("plan",),
    check_actuals: ("actuals", "routes", "pipeline"),
    check_observations: ("objectives",),
}
