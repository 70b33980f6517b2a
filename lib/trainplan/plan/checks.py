"""What the rows of a plan must be together: keys, references, shares, cycles, years, prices, facts (method.md, 1–5)."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from trainplan.plan.address import key_text, record_key
from trainplan.plan.choices import compared_rules, is_yearly
from trainplan.plan.schema import MOST_PEOPLE, MOST_YEARS, TABLES, Choices, Row, Tables, first_open_year
from trainplan.text.problems import ENOUGH, Problem, nearest_name

SHARE_TOLERANCE = 1e-6
MOST_PAID_AT_ONCE = 3_500  # `check_size`: a plan of so many is solved, in all its variants, within 8 s
MOST_TIMES = 100_000  # between two levels of one kind of price
MOST_WHOLES = 20  # of a row, one within another
HALF_A_PERSON = 0.5  # as head-counts that grow are no whole numbers


@dataclass(frozen=True)
class RowsRead:
    """What could be read of a plan: records, the choices, the file of each table, and what is broken already."""

    tables: Tables
    partial: Mapping[str, Sequence[Any]]  # rows by table that lack the attributes that are refused
    chosen: Choices | None
    files: dict[str, str]
    ids: dict[str, list[str]]  # every id of a table, of rows that could not be read too; no key where one is unknown
    broken: frozenset[str] = frozenset()  # `table.column` with a cell that is refused, and `plan` without choices

    @property
    def choices(self) -> Choices:
        """The choices; a check that needs them says so in `CHECKS`."""
        assert self.chosen is not None
        return self.chosen

    @property
    def decided_from(self) -> int:
        """The first calendar year whose enrollment the plan decides."""
        return first_open_year(self.choices.decided_from, [r.year for r in self.rows("actuals")], self.choices.first)

    def rows(self, table: str, *columns: str) -> list[Any]:
        """The rows of which these columns could be read, whatever may be wrong with others."""
        some = (row for row in self.partial.get(table, ()) if all(hasattr(row, column) for column in columns))
        return [*self.tables[table], *some]

    def problem(
        self,
        table: str,
        code: str,
        value: Any,
        row: Row | str = "",
        column: str = "",
        known: Iterable[str] = (),
        /,
        **values: object,
    ) -> Problem:
        """A problem in the file of a table, or of the `plan`, with the values of its sentence.

        `row` is a record or what an address calls it; `known` is what a misspelt value may mean.
        """
        key = row if isinstance(row, str) else record_key(table, row)
        return Problem(self.files[table], code, value, key, column, nearest_name(str(value), known), values)


def check_together(read: RowsRead) -> list[Problem]:
    """Every problem between rows, of each check no more than enough.

    A check that needs a broken column is left out: it could say what is not so.
    """
    able = [check for check, needs in CHECKS.items() if not read.broken & set(needs)]
    return [problem for check in able for problem in islice(check(read), ENOUGH)]


def check_keys(read: RowsRead) -> Iterator[Problem]:
    """A row's keys name it alone, and no source takes the name of all of them."""
    for name, table in TABLES.items():
        names = Counter(tuple(getattr(r, key) for key in table.row_keys) for r in read.rows(name, *table.row_keys))
        for values, times in names.items():
            if times > 1:
                key = "/".join("" if value is None else key_text(value) for value in values)
                yield read.problem(name, "row_repeated", key, key, "/".join(table.row_keys), times=times)
    for source in read.rows("sources", "id"):
        if source.id == "total":
            yield read.problem("sources", "total_is_reserved", "total", "", "id")


def check_size(read: RowsRead) -> Iterator[Problem]:
    """A rule that decides all years at once has no more payments to decide on than it takes in time.

    Payments are counted as years times routes, each route once for every source that pays its program: about the
    coefficients of money in the linear program.
    """
    choices = read.choices
    if is_yearly(choices.allocation):
        return
    payers = Counter(row.program for row in read.rows("funding", "program"))
    routes = read.rows("routes", "program")
    size = (choices.last - choices.first + 1) * sum(max(1, payers[row.program]) for row in routes)
    if size > MOST_PAID_AT_ONCE:
        others = ", ".join(name for name in compared_rules() if is_yearly(name))
        values = {"size": size, "most": MOST_PAID_AT_ONCE, "rules": others}
        yield Problem(
            read.files["plan"], "plan_too_large_for_rule", choices.allocation, column="allocation", values=values
        )


def check_references(read: RowsRead) -> Iterator[Problem]:
    """Every id that a row refers to is there."""
    for name, table in TABLES.items():
        for column, known in ((c, read.ids[c.refers]) for c in table.columns.values() if c.refers in read.ids):
            there = {*known, None}
            for r in read.rows(name, column.name):
                value = getattr(r, column.name)
                if value not in there:
                    yield read.problem(name, "no_row_in_table", value, r, column.name, known, table=column.refers)


def check_period(read: RowsRead) -> Iterator[Problem]:
    """Due dates, ceilings, head-counts and what happened lie within the plan's years."""
    first, last = read.choices.first, read.choices.last
    if last < first:
        yield read.problem("plan", "last_before_first", last, "", "last")
        return
    if last - first >= MOST_YEARS:
        yield read.problem("plan", "period_too_long", last, "", "last", most=MOST_YEARS)
        return
    for r in read.rows("objectives", "due"):
        if not first <= r.due_year <= last:
            yield read.problem("objectives", "due_outside", r.due, r, "due", first=first, last=last)
    for name in ("ceilings", "headcounts", "actuals", "observations", "requests"):
        for r in read.rows(name, "year"):
            if not first <= r.year <= last:
                yield read.problem(name, "year_outside", r.year, r, "year", first=first, last=last)


def check_cycles(read: RowsRead) -> Iterator[Problem]:
    """No row is part of itself, over however many others, nor of a whole that lies deep within others."""
    for name in ("groups", "objectives"):
        parent = {r.id: r.part_of for r in read.rows(name, "id", "part_of")}
        depth: dict[str | None, int] = {}
        for first in parent:
            path: dict[str, int] = {}  # from a part to its wholes
            at = first
            while at in parent and at not in depth and at not in path:
                path[at] = len(path)
                at = parent[at]
            if at in path:
                circle = [*path][path[at] :]
                start = min(circle, key=[*parent].index)
                turned = circle[circle.index(start) :] + circle[: circle.index(start)]
                shown = " → ".join([*turned, start])
                yield read.problem(name, "part_of_circle", parent[start], start, "part_of", circle=shown)
            for above, one in enumerate(reversed(path), depth.get(at, 0)):
                depth[one] = above + 1
                if above == MOST_WHOLES and at not in path:
                    yield read.problem(name, "part_of_too_deep", parent[one], one, "part_of", most=MOST_WHOLES)


def check_targets(read: RowsRead) -> Iterator[Problem]:
    """Coverage is a share, but of a count, which starts from 0; the ends of a target are in order."""
    coverages = [column.name for column in TABLES["objectives"].columns.values() if column.unit == "coverage"]
    for r in read.rows("objectives", "kind"):
        held = {column: getattr(r, column, None) or 0.0 for column in coverages}
        for column in (c for c in coverages if r.kind != "count" and held[c] > 1):
            yield read.problem("objectives", "share_of_kind", f"{held[column]:g}", r, column, kind=r.kind)
        if r.kind == "count" and held["baseline"] != 0:
            yield read.problem("objectives", "count_with_baseline", r.baseline, r, "baseline")
    for r in read.rows("objectives", "target_low", "target_high"):
        if r.target_high is not None and r.target_high < r.target_low:
            yield read.problem("objectives", "target_high_below_low", f"{r.target_high:g}", r, "target_high")


def check_appointments(read: RowsRead) -> Iterator[Problem]:
    """It is known how many are appointed where an objective asks for their courses."""
    groups = {group.id: group for group in reversed(read.rows("groups", "id", "appointment_rate"))}
    for r in read.rows("objectives", "kind", "group"):
        group = groups.get(r.group)
        if r.kind == "appointment" and group is not None and group.appointment_rate is None:
            about = {"objective": record_key("objectives", r)}
            yield read.problem("groups", "appointment_rate_missing", "", group.id, "appointment_rate", **about)


def check_counts(read: RowsRead) -> Iterator[Problem]:
    """A part of a count is a count of the same group, and is due no later than its whole."""
    by_id = {r.id: r for r in read.rows("objectives", "id")}
    for r in read.rows("objectives", "part_of"):
        whole = by_id.get(r.part_of) if r.part_of else None
        if whole is None:
            continue
        if {getattr(o, "kind", "count") for o in (r, whole)} != {"count"} or differ_in(r, whole, "group"):
            yield read.problem("objectives", "part_of_not_counts", r.part_of, r, "part_of")
        if differ_in(r, whole, "due") and r.due_year > whole.due_year:
            yield read.problem("objectives", "part_due_later", r.due, r, "due", whole=whole.id, due=whole.due)


def differ_in(row: Any, other: Any, column: str) -> bool:
    """Whether two rows are known to differ in a column."""
    return hasattr(row, column) and hasattr(other, column) and getattr(row, column) != getattr(other, column)


def check_routes(read: RowsRead) -> Iterator[Problem]:
    """Every objective has routes, whose shares add up to 1."""
    routes_of: dict[str, list[Any]] = defaultdict(list)
    for r in read.rows("routes"):
        routes_of[r.objective].append(r)
    for objective in read.rows("objectives", "id"):
        if objective.id not in routes_of:
            yield read.problem("routes", "objective_without_route", objective.id)
    for objective_id, routes in routes_of.items():
        total = sum(getattr(r, "share", math.nan) for r in routes)
        if abs(total - 1) > SHARE_TOLERANCE:
            shares = "; ".join(f"{getattr(r, 'program', '?')} {r.share:g}" for r in routes)
            about = {"objective": objective_id, "total": f"{total:.6g}"}
            yield read.problem("routes", "route_shares", shares, objective_id, "share", **about)


def check_lengths(read: RowsRead) -> Iterator[Problem]:
    """Routes to one objective take equally many years; what is due every year is taught within the year."""
    years = {p.id: p.years for p in read.rows("programs", "id", "years")}
    lengths_of: dict[str, dict[str, int]] = defaultdict(dict)
    for r in read.rows("routes", "objective", "program"):
        if r.program in years:
            lengths_of[r.objective][r.program] = years[r.program]
    for objective_id, lengths in lengths_of.items():
        if len(set(lengths.values())) > 1:
            listed = ", ".join(f"{p} {y}" for p, y in lengths.items())
            yield read.problem("routes", "route_years_differ", listed, objective_id, "program")
    kinds = {o.id: o.kind for o in read.rows("objectives", "id", "kind")}
    for name in ("routes", "pipeline"):
        for r in read.rows(name, "objective", "program"):
            kind, length = kinds.get(r.objective), years.get(r.program, 1)
            if kind in ("annual", "appointment") and length > 1:
                about = {"kind": kind, "program": r.program, "years": length}
                yield read.problem(name, "course_too_long", r.program, r, "program", **about)


def check_pipeline(read: RowsRead) -> Iterator[Problem]:
    """Cohorts under way began before the plan and end in it."""
    years = {p.id: p.years for p in read.rows("programs", "id", "years")}
    first = read.choices.first
    for r in read.rows("pipeline", "program", "started"):
        if r.program in years and not r.started < first <= r.started + years[r.program] - 1:
            about = {"first": first, "program": r.program, "years": years[r.program]}
            yield read.problem("pipeline", "pipeline_outside", r.started, r, "started", **about)


def check_learners(read: RowsRead) -> Iterator[Problem]:
    """Nobody of a group that is nobody at the baseline is studying then."""
    empty = {group.id for group in read.rows("groups", "id", "headcount") if group.headcount == 0}
    of_nobody = {o.id: o.group for o in read.rows("objectives", "id", "group") if o.group in empty}
    for r in read.rows("pipeline", "objective", "learners"):
        if r.objective in of_nobody and r.learners > 0:
            about = {"group": of_nobody[r.objective]}
            yield read.problem("pipeline", "learners_of_nobody", f"{r.learners:g}", r, "learners", **about)


def check_units_holding(read: RowsRead) -> Iterator[Problem]:
    """A unit whose people are studying, or that asks for people, has somebody of their group."""
    held = {(r.unit, r.group) for r in read.rows("unit_headcounts", "unit", "group", "headcount") if r.headcount > 0}
    group_of = {o.id: o.group for o in read.rows("objectives", "id", "group")}
    for name, people in (("pipeline", "learners"), ("requests", "people")):
        for r in read.rows(name, "objective", people, "unit"):
            group = group_of.get(r.objective)
            known = r.unit in read.ids.get("units", []) and group in read.ids.get("groups", [])
            if known and getattr(r, people) > 0 and (r.unit, group) not in held:
                yield read.problem(name, "unit_without_group", r.unit, r, "unit", group=group)


def check_funding(read: RowsRead) -> Iterator[Problem]:
    """Sources pay for all of a program."""
    total: dict[str, float] = {p.id: 0.0 for p in read.rows("programs", "id")}
    for r in read.rows("funding"):
        total[r.program] = total.get(r.program, 0.0) + getattr(r, "share", math.nan)
    for program, share in total.items():
        if abs(share - 1) > SHARE_TOLERANCE:
            yield read.problem("funding", "funding_shares", program, program, "share", total=f"{share:.6g}")


def check_classes(read: RowsRead) -> Iterator[Problem]:
    """Only a program with classes has costs of them."""
    for p in read.rows("programs", "class_size", "cost_per_class_year"):
        if p.class_size is None and p.cost_per_class_year > 0:
            cost, column = f"{p.cost_per_class_year:g}", "cost_per_class_year"
            yield read.problem("programs", "class_cost_without_class_size", cost, p, column)


def check_ceilings(read: RowsRead) -> Iterator[Problem]:
    """A ceiling is that of a source, or of all of them."""
    known = ["total", *read.ids.get("sources", [])]
    for r in read.rows("ceilings", "source"):
        if "sources" in read.ids and r.source not in known:
            yield read.problem("ceilings", "no_source_or_total", r.source, r, "source", known)


def check_prices(read: RowsRead) -> Iterator[Problem]:
    """Every index that a program follows has a level in the base year and in each year of the plan."""
    known: dict[str, set[int]] = defaultdict(set)
    for r in read.rows("prices"):
        known[r.index].add(r.year)
    programs = read.rows("programs", "price_index")
    for p in programs:
        if p.price_index not in known:
            yield read.problem("programs", "no_price_index", p.price_index, p, "price_index", known)
    needed = {read.choices.price_base_year, *range(read.choices.first, read.choices.last + 1)}
    for index in sorted({p.price_index for p in programs} & set(known)):
        missing = ", ".join(map(str, sorted(needed - known[index])))
        if missing:
            yield read.problem("prices", "price_missing", index, index, "year", years=missing)


def check_price_levels(read: RowsRead) -> Iterator[Problem]:
    """The levels of an index are levels of one thing."""
    levels_of: dict[str, list[float]] = defaultdict(list)
    for row in read.rows("prices", "index", "value"):
        levels_of[row.index].append(row.value)
    for index, levels in levels_of.items():
        low, high = min(levels), max(levels)
        if high > MOST_TIMES * low:
            about = {"low": f"{low:g}", "high": f"{high:g}", "times": MOST_TIMES}
            yield read.problem("prices", "prices_far_apart", index, index, "value", **about)


def check_pacings(read: RowsRead) -> Iterator[Problem]:
    """A pacing that lists shares has one for each year."""
    span = max(0, read.choices.last - read.choices.first + 1)
    pacings: list[tuple[str, Any, Any]] = [("plan", "", read.choices.pacing)]
    pacings += [("objectives", r, r.pacing) for r in read.rows("objectives", "pacing")]
    for name, row, pacing in pacings:
        if isinstance(pacing, tuple) and len(pacing) != span:
            shares = "; ".join(f"{v:g}" for v in pacing)
            yield read.problem(name, "pacing_length", shares, row, "pacing", years=span)


def headcount_paths(tables: Tables, years: Iterable[int]) -> dict[str, dict[int, float]]:
    """The head-count of every group in each of the years, and in the year before them (method.md, section 2)."""
    counted = {(row.group, row.year): row.headcount for row in tables.headcounts}
    years = list(years)
    paths: dict[str, dict[int, float]] = {}
    for group in tables.groups if years else ():
        path = paths[group.id] = {years[0] - 1: group.headcount}
        for year in years:
            path[year] = counted.get((group.id, year), path[year - 1] * (1 + group.growth))
    return paths


def check_sub_groups(read: RowsRead) -> Iterator[Problem]:
    """No group is larger than the one it lies within, in any year."""
    paths = headcount_paths(read.tables, range(read.choices.first, read.choices.last + 1))
    for group in read.tables.groups:
        if max(paths.get(group.id, {}).values(), default=0) > MOST_PEOPLE:
            yield read.problem(
                "groups", "grows_too_large", f"{group.growth:g}", group, "growth", most=f"{MOST_PEOPLE:.0f}"
            )
        whole = paths.get(group.part_of or "", {})
        passed = [year for year, people in whole.items() if paths[group.id][year] > people + HALF_A_PERSON]
        if passed:
            year = passed[0]
            about = {"year": year, "people": f"{paths[group.id][year]:g}", "of_whole": f"{whole[year]:g}"}
            yield read.problem("groups", "larger_than_its_whole", group.part_of, group.id, "part_of", **about)


def check_decided_from(read: RowsRead) -> Iterator[Problem]:
    """The first year that the plan decides is one of its own, or the one after them."""
    first, last, stated = read.choices.first, read.choices.last, read.choices.decided_from
    if stated is not None and not first <= stated <= last + 1:
        yield read.problem("plan", "year_outside", stated, "", "decided_from", first=first, last=last + 1)


def check_ceiling_years(read: RowsRead) -> Iterator[Problem]:
    """Whoever has a ceiling in one year has one, or none in so many words, in every year that the plan decides."""
    said: dict[str, set[int]] = defaultdict(set)
    for row in read.rows("ceilings"):
        said[row.source].add(row.year)
    decided = range(max(read.decided_from, read.choices.first), read.choices.last + 1)
    for source, years in said.items():
        missing = ", ".join(str(year) for year in decided if year not in years)
        if missing:
            yield read.problem("ceilings", "ceiling_years_missing", source, source, "year", years=missing)


def check_actuals(read: RowsRead) -> Iterator[Problem]:
    """What happened is said of a pair by units or not, and with numbers of all units, or of the program, or none."""
    of_pair: dict[str, list[Any]] = defaultdict(list)
    of_program: dict[str, list[Any]] = defaultdict(list)
    for row in read.rows("actuals"):
        of_pair[record_key("actuals", row)].append(row)
        of_program[f"{row.year}/*/{row.program}"].append(row)
    together = (
        ("unit", of_pair, "actuals_partly_by_unit"),
        ("completed", of_pair, "actuals_partly_completed"),
        ("spent_vnd", of_program, "actuals_partly_spent"),
    )
    for column, rows_of, code in together:
        for key, rows in rows_of.items():
            if len({getattr(row, column) is None for row in rows if hasattr(row, column)}) > 1:  # some are given
                yield read.problem("actuals", code, "", key, column)


def check_pairs(read: RowsRead) -> Iterator[Problem]:
    """What happened, and what is asked for, is said of pairs that the plan has."""
    pairs = {(row.objective, row.program) for name in ("routes", "pipeline") for row in read.rows(name)}
    for table in ("actuals", "requests"):
        named = {record_key(table, row): row for row in read.rows(table, "objective", "program")}
        for key, row in named.items():
            if (row.objective, row.program) not in pairs:
                yield read.problem(table, "of_no_pair", f"{row.objective}, {row.program}", key, "program")


def check_cost_items(read: RowsRead) -> Iterator[Problem]:
    """No price passes the ceiling of its norm."""
    for row in read.rows("cost_items", "price_vnd", "ceiling_vnd"):
        if row.ceiling_vnd is not None and row.price_vnd > row.ceiling_vnd:
            about = {"ceiling": f"{row.ceiling_vnd:g}"}
            yield read.problem("cost_items", "above_its_norm", f"{row.price_vnd:g}", row, "price_vnd", **about)


def check_observations(read: RowsRead) -> Iterator[Problem]:
    """Nobody is reached beyond those among whom it was counted; what counts people sent is known from what was sent."""
    counts = {row.id for row in read.rows("objectives", "id", "kind") if row.kind == "count"}
    for row in read.rows("observations", "objective"):
        if row.objective in counts:
            yield read.problem("observations", "count_observed", row.objective, row, "objective")
    for row in read.rows("observations", "base", "reached"):
        if row.reached > row.base:
            about = {"base": f"{row.base:g}"}
            yield read.problem("observations", "more_than_its_base", f"{row.reached:g}", row, "reached", **about)


CHECKS: dict[
    Callable[[RowsRead], Iterator[Problem]], tuple[str, ...]
] = {  # in this order, with the columns of which each needs every cell
    check_keys: (),
    check_references: (),
    check_cycles: (),
    check_counts: (),
    check_targets: (),
    check_appointments: (),
    check_period: ("plan",),
    check_size: ("plan",),
    check_routes: ("routes.objective",),
    check_lengths: (),
    check_pipeline: ("plan",),
    check_learners: (),
    check_units_holding: tuple(f"unit_headcounts.{column}" for column in ("unit", "group", "headcount")),
    check_funding: ("funding.program",),
    check_classes: (),
    check_ceilings: (),
    check_ceiling_years: ("plan", "ceilings.year", "ceilings.source", "actuals.year"),
    check_prices: ("plan", "prices.index", "prices.year"),
    check_price_levels: (),
    check_pacings: ("plan",),
    check_sub_groups: ("plan", *(f"headcounts.{column}" for column in ("group", "year", "headcount"))),
    check_decided_from: ("plan",),
    check_actuals: tuple(f"actuals.{key}" for key in TABLES["actuals"].row_keys),
    check_pairs: tuple(f"{name}.{column}" for name in ("routes", "pipeline") for column in ("objective", "program")),
    check_cost_items: (),
    check_observations: (),
}
