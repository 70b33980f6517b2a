"""What the rows of a plan must be together: keys, references, shares, cycles, years, prices (method.md, 1–5)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from trainplan.plan.address import record_key
from trainplan.plan.schema import TABLES, Choices, Tables
from trainplan.text.catalog import both
from trainplan.text.problems import Problem, nearest_name

SHARE_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Read:
    """What could be read of a plan: records, the choices, the file of each table, and what is broken already."""

    tables: Tables
    chosen: Choices | None
    files: dict[str, str]
    ids: dict[str, list[str]]  # every id of a table, of rows that could not be read too; no key for a lost table
    broken: frozenset[str] = frozenset()  # tables with unread rows, and "plan" without choices

    @property
    def choices(self) -> Choices:
        assert self.chosen is not None, "a check that needs the choices says so in CHECKS"
        return self.chosen


def check_together(read: Read) -> list[Problem]:
    """Every problem between rows. A check that needs a broken table is left out: it would repeat what is known."""
    return [problem for check, needs in CHECKS.items() if not read.broken & set(needs) for problem in check(read)]


def keys(read: Read) -> Iterator[Problem]:
    for name, table in TABLES.items():
        if table.repeats:
            continue
        names = Counter(record_key(name, r) for r in read.tables[name])
        for key, times in names.items():
            if times > 1:
                yield Problem(
                    read.files[name],
                    "row_repeated",
                    key,
                    key,
                    "/".join(table.keys),
                    values={"times": times},
                )
    for source in read.tables.sources:
        if source.id == "total":
            yield Problem(read.files["sources"], "total_is_reserved", "total", column="id")


def references(read: Read) -> Iterator[Problem]:
    for name, table in TABLES.items():
        for column in table.columns.values():
            if column.refers not in read.ids:
                continue
            known = read.ids[column.refers]
            for r in read.tables[name]:
                value = getattr(r, column.name)
                if value is not None and value not in known:
                    yield Problem(
                        read.files[name],
                        "no_row_in_table",
                        value,
                        record_key(name, r),
                        column.name,
                        nearest_name(value, known),
                        {"table": column.refers},
                    )


def period(read: Read) -> Iterator[Problem]:
    if read.choices.last < read.choices.first:
        yield Problem(read.files["plan"], "last_before_first", read.choices.last, column="last")
        return
    for r in read.tables.objectives:
        if not read.choices.first <= r.due_year <= read.choices.last:
            yield Problem(
                read.files["objectives"],
                "due_outside",
                r.due,
                r.id,
                "due",
                values={"first": read.choices.first, "last": read.choices.last},
            )
    for name in ("actuals", "observations"):
        for r in read.tables[name]:
            if not read.choices.first <= r.year <= read.choices.last:
                yield Problem(
                    read.files[name],
                    "year_outside",
                    r.year,
                    record_key(name, r),
                    "year",
                    values={"first": read.choices.first, "last": read.choices.last},
                )


def cycles(read: Read) -> Iterator[Problem]:
    for name in ("groups", "objectives"):
        parent = {r.id: r.part_of for r in read.tables[name]}
        told: set[str] = set()
        for start in parent:
            seen = [start]
            while (above := parent.get(seen[-1])) is not None and above not in seen:
                seen.append(above)
            if above == start and start not in told:
                told.update(seen)
                yield Problem(
                    read.files[name],
                    "part_of_circle",
                    parent[start],
                    start,
                    "part_of",
                    values={"circle": " → ".join([*seen, start])},
                )


def targets(read: Read) -> Iterator[Problem]:
    for r in read.tables.objectives:
        high = r.target_low if r.target_high is None else r.target_high
        if r.kind != "count":
            for column, value in (("baseline", r.baseline), ("target_low", r.target_low), ("target_high", high)):
                if value > 1:
                    yield Problem(
                        read.files["objectives"],
                        "share_of_kind",
                        f"{value:g}",
                        r.id,
                        column,
                        values={"kind": r.kind},
                    )
        elif r.baseline != 0:
            yield Problem(read.files["objectives"], "count_with_baseline", r.baseline, r.id, "baseline")
        if high < r.target_low:
            yield Problem(read.files["objectives"], "target_high_below_low", f"{high:g}", r.id, "target_high")
        if r.kind == "appointment":
            group = next((g for g in read.tables.groups if g.id == r.group), None)
            if group is not None and group.appointment_rate is None:
                yield Problem(
                    read.files["groups"],
                    "appointment_rate_missing",
                    "",
                    group.id,
                    "appointment_rate",
                    values={"objective": r.id},
                )


def counts(read: Read) -> Iterator[Problem]:
    by_id = {r.id: r for r in read.tables.objectives}
    for r in read.tables.objectives:
        whole = by_id.get(r.part_of) if r.part_of else None
        if whole is not None and (r.kind != "count" or whole.kind != "count" or r.group != whole.group):
            yield Problem(read.files["objectives"], "part_of_not_counts", r.part_of, r.id, "part_of")


def routes(read: Read) -> Iterator[Problem]:
    years = {p.id: p.years for p in read.tables.programs}
    kinds = {o.id: o.kind for o in read.tables.objectives}
    of: dict[str, list[Any]] = defaultdict(list)
    for r in read.tables.routes:
        of[r.objective].append(r)
    for objective in read.tables.objectives:
        if objective.id not in of:
            yield Problem(read.files["routes"], "objective_without_route", objective.id)
    for objective_id, served in of.items():
        total = sum(r.share for r in served)
        if abs(total - 1) > SHARE_TOLERANCE:
            yield Problem(
                read.files["routes"],
                "route_shares",
                "; ".join(f"{r.program} {r.share:g}" for r in served),
                objective_id,
                "share",
                values={"objective": objective_id, "total": f"{total:.6g}"},
            )
        lengths = {r.program: years[r.program] for r in served if r.program in years}
        if len(set(lengths.values())) > 1:
            listed = ", ".join(f"{p} {y}" for p, y in lengths.items())
            yield Problem(
                read.files["routes"],
                "route_years_differ",
                listed,
                objective_id,
                "program",
            )
    for name in ("routes", "pipeline"):
        for r in read.tables[name]:
            if kinds.get(r.objective) in ("annual", "appointment") and years.get(r.program, 1) > 1:
                yield Problem(
                    read.files[name],
                    "course_too_long",
                    r.program,
                    record_key(name, r),
                    "program",
                    values={"kind": kinds[r.objective], "program": r.program, "years": years[r.program]},
                )


def pipeline(read: Read) -> Iterator[Problem]:
    years = {p.id: p.years for p in read.tables.programs}
    for r in read.tables.pipeline:
        if r.program in years and not r.started < read.choices.first <= r.started + years[r.program] - 1:
            yield Problem(
                read.files["pipeline"],
                "pipeline_outside",
                r.started,
                record_key("pipeline", r),
                "started",
                values={"first": read.choices.first, "program": r.program, "years": years[r.program]},
            )


def funding(read: Read) -> Iterator[Problem]:
    total: dict[str, float] = {p.id: 0.0 for p in read.tables.programs}
    for r in read.tables.funding:
        total[r.program] = total.get(r.program, 0.0) + r.share
    for program, share in total.items():
        if abs(share - 1) > SHARE_TOLERANCE:
            yield Problem(
                read.files["funding"],
                "funding_shares",
                program,
                program,
                "share",
                values={"total": f"{share:.6g}"},
            )
    for p in read.tables.programs:
        if p.class_size is None and p.cost_per_class_year > 0:
            yield Problem(
                read.files["programs"],
                "class_cost_without_class_size",
                f"{p.cost_per_class_year:g}",
                p.id,
                "cost_per_class_year",
            )


def ceilings(read: Read) -> Iterator[Problem]:
    known = ["total", *read.ids.get("sources", [])]
    for r in read.tables.ceilings:
        if "sources" in read.ids and r.source not in known:
            yield Problem(
                read.files["ceilings"],
                "no_source_or_total",
                r.source,
                record_key("ceilings", r),
                "source",
                nearest_name(r.source, known),
            )


def prices(read: Read) -> Iterator[Problem]:
    known: dict[str, set[int]] = defaultdict(set)
    for r in read.tables.prices:
        known[r.index].add(r.year)
    for p in read.tables.programs:
        if p.price_index not in known:
            yield Problem(
                read.files["programs"],
                "no_price_index",
                p.price_index,
                p.id,
                "price_index",
                nearest_name(p.price_index, known),
            )
    for index in sorted({p.price_index for p in read.tables.programs} & set(known)):
        missing = sorted(
            {read.choices.price_base_year, *range(read.choices.first, read.choices.last + 1)} - known[index]
        )
        if missing:
            years = {"years": ", ".join(map(str, missing))}
            yield Problem(read.files["prices"], "price_missing", index, index, "year", values=years)


def pacings(read: Read) -> Iterator[Problem]:
    span = max(0, read.choices.last - read.choices.first + 1)
    given: list[tuple[str, str, Any]] = [("plan", "", read.choices.pacing)]
    given += [("objectives", r.id, r.pacing) for r in read.tables.objectives]
    for name, row, value in given:
        if isinstance(value, tuple) and len(value) != span:
            yield Problem(
                read.files[name],
                "pacing_length",
                "; ".join(f"{v:g}" for v in value),
                row,
                "pacing",
                values={"years": span},
            )


def units(read: Read) -> Iterator[Problem]:
    if not read.tables.unit_headcounts:
        return
    total: dict[str, float] = defaultdict(float)
    for r in read.tables.unit_headcounts:
        total[r.group] += r.headcount
    for group in read.tables.groups:
        if group.id in total and total[group.id] > group.headcount + 0.5:
            yield Problem(
                read.files["unit_headcounts"],
                "units_exceed_group",
                group.id,
                column="headcount",
                values={"units": f"{total[group.id]:g}", "group": f"{group.headcount:g}"},
            )


CHECKS: dict[Callable[[Read], Iterator[Problem]], tuple[str, ...]] = {
    keys: (),
    references: (),
    cycles: (),
    counts: (),
    targets: (),
    period: ("plan",),
    routes: ("objectives", "programs", "routes"),
    pipeline: ("plan",),
    funding: ("programs", "funding"),
    ceilings: (),
    prices: ("plan", "prices"),
    pacings: ("plan",),
    units: ("groups", "unit_headcounts"),
}


def warnings(tables: Tables) -> list[str]:
    """What is allowed and yet worth a planner's look (method.md, section 2)."""
    shrinking = [g for g in tables.groups if g.growth < 0 and -g.growth > g.leave_rate]
    found = [f"groups.{g.id}: {both('warning.group_shrinks')}" for g in shrinking]
    unweighted = [o for o in tables.objectives if o.weight == 0]
    return found + [f"objectives.{o.id}: {both('warning.weight_of_zero')}" for o in unweighted]
