"""The year plan: classes by month and quarter, and whom the units send."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from trainplan.cycle.class_calendar import MONTHS
from trainplan.cycle.year_plan import YearTables
from trainplan.model.gap import HALF_A_PERSON
from trainplan.report.drawing import SOURCES
from trainplan.report.forms.bar_table import BarColumns, BarRow, bar_table
from trainplan.report.forms.matrix import ALIKE_FOLDED, MatrixCell, MatrixHead, MatrixRow, matrix
from trainplan.report.page_figure import Caption, HtmlFigure
from trainplan.report.tables.results import A_LITTLE
from trainplan.results.quote import SEVERAL
from trainplan.results.registry import column_heading
from trainplan.text.catalog import say, term
from trainplan.text.formats import NOTHING, bare_millions, month_name, number
from trainplan.text.shown import join_shown

OPENS = "▸"  # marks months in which a class opens
LARGEST = 3  # values that are read aloud
QUARTERS = {quarter: [*range(3 * quarter - 2, 3 * quarter + 1)] for quarter in range(1, 5)}


def year_calendar(year: YearTables, language: str) -> HtmlFigure | None:
    """How many classes run in each month, by host and program; the frame is the month of a deadline.

    None where no program says in which months its classes open.
    """
    frame, plan = year["calendar_of_year"], year.results.plan
    if not len(frame):
        return None
    deadlines = _deadlines(year)
    programs = [row for row in plan.tables.programs if row.id in set(frame["program"])]
    hosts: dict[str, list[str]] = {}
    for row in programs:
        hosts.setdefault(row.host or term("place", row.place, language), []).append(row.id)
    rows = [MatrixRow(say("figure.year_calendar.all", language), _months(year, [], {}, language), strong=True)]
    for host, own in hosts.items():
        if len(hosts) > 1 and host:
            rows.append(MatrixRow(host, _months(year, own, {}, language), strong=True))
        if len(programs) <= ALIKE_FOLDED:
            names = [plan.short_label("programs", id, language) for id in own]
            rows += [
                MatrixRow(name, _months(year, [id], deadlines, language)) for id, name in zip(own, names, strict=True)
            ]
    head = MatrixHead(
        say("head.program", language), tuple(month_name(month, language) for month in range(1, MONTHS + 1))
    )
    framed = any(cell.framed for row in rows for cell in row.cells)
    return matrix("year_calendar", _calendar_caption(year, framed, language), head, rows, language)


def _deadlines(year: YearTables) -> dict[str, int]:
    """The month by which the new classes of a program must have ended, where that is one of the year."""
    rows = year["classes_of_year"].set_index("program")["deadline"]
    return {str(id): int(due[5:]) for id, due in rows.items() if due[:4] == str(year.year)}


def _months(
    year: YearTables, programs: Sequence[str], deadlines: dict[str, int], language: str
) -> tuple[MatrixCell, ...]:
    """What runs in every month of some programs, or of all, with a mark where a class opens."""
    frame, at = year["calendar_of_year"], {"program": SEVERAL.join(programs)} if programs else {}
    own = frame[frame["program"].isin(programs)] if programs else frame
    sums = own.groupby("month")[["opening", "running"]].sum()
    due = deadlines.get(programs[0]) if programs else None
    cells = []
    for month in range(1, MONTHS + 1):
        text = ""
        if month in sums.index:
            running = year.quote("calendar_of_year", "running", sums["running"][month], month=month, **at)
            mark = OPENS if sums["opening"][month] > 0 else ""
            text = join_shown([mark, number(running, language)])
        cells.append(MatrixCell(text, framed=month == due))
    return tuple(cells)


def _calendar_caption(year: YearTables, framed: bool, language: str) -> Caption:
    """The month in which most classes run, and classes whose months nobody has said."""
    running = year["calendar_of_year"].groupby("month")["running"].sum()
    most = [
        (month_name(int(str(month)), language, "wide"), int(classes))
        for month, classes in running.nlargest(LARGEST).items()
    ]
    finding = say("figure.year_calendar.finding", language, month=most[0][0], count=most[0][1])
    named = "; ".join(f"{month} {classes}" for month, classes in most)
    unplaced = int(year["classes_of_year"]["new_classes"].sum() - year["calendar_of_year"]["opening"].sum())
    marks = ["opens", *(["deadline"] if framed else [])]
    reading = [say(f"figure.year_calendar.{mark}", language) for mark in marks]
    reading += [say("figure.year_calendar.unplaced", language, count=unplaced)] if unplaced else []
    return Caption(
        finding,
        f"{finding} {say('figure.year_columns.most', language, years=named)}",
        say("figure.year_calendar.what", language, year=year.year),
        tuple(reading),
        ("calendar_of_year",),
    )


def year_quarters(year: YearTables, language: str) -> HtmlFigure | None:
    """Classes that open in each quarter, and the most that run in a month of it; None where none opens."""
    frame = year["calendar_of_year"]
    by_month = frame.groupby("month")[["opening", "running"]].sum().reindex(range(1, MONTHS + 1), fill_value=0.0)
    if not by_month["opening"].any():
        return None
    opening = {quarter: float(by_month["opening"][months].sum()) for quarter, months in QUARTERS.items()}
    rows = []
    for quarter, months in QUARTERS.items():
        there = [str(month) for month in months if month in set(frame["month"])]
        opens, runs = 0.0, 0.0
        if there:
            busiest = by_month["running"][months].idxmax()
            opens = year.quote("calendar_of_year", "opening", opening[quarter], month=SEVERAL.join(there))
            runs = year.quote("calendar_of_year", "running", by_month["running"][busiest], month=busiest)
        shown = (number(opens, language), number(runs, language))
        rows.append(BarRow(_quarter(quarter, language), shown, (opening[quarter],)))
    most = max(opening, key=opening.__getitem__)
    words = {"quarter": _quarter(most, language), "count": int(opening[most]), "classes": int(sum(opening.values()))}
    finding = say("figure.year_quarters.finding", language, **words)
    named = "; ".join(f"{_quarter(q, language)} {opening[q]:.0f}" for q in sorted(QUARTERS, key=lambda q: -opening[q]))
    alt = f"{finding} {say('figure.year_columns.most', language, years=named)}"
    heads = BarColumns(
        say("head.quarter", language),
        (say("head.opening", language), say("head.most_at_once", language)),
        say("head.opening", language),
    )
    what = say("figure.year_quarters.what", language, year=year.year)
    return bar_table("year_quarters", Caption(finding, alt, what, (), ("calendar_of_year",)), heads, rows, language)


def _quarter(quarter: int, language: str) -> str:
    return say(f"date.quarter_{quarter}", language)


def year_units(year: YearTables, language: str) -> HtmlFigure | None:
    """Whom every unit sends in the year, who is under way there and what that costs; all of them and the blocs first.

    None for a plan without units, or where no unit sends anybody and nobody is under way.
    """
    sums, plan = _by_unit(year), year.results.plan
    if not sums[["learners", "continuing"]].to_numpy().any():
        return None
    blocs = list(dict.fromkeys(sums["bloc"]))
    looks = blocs if 1 < len(blocs) <= len(SOURCES) else [""]
    rows = _totals(year, sums, blocs, language)
    for bloc in blocs:
        largest_first = sums[sums["bloc"] == bloc].sort_values("learners", ascending=False, kind="stable")
        for unit, own in largest_first.iterrows():
            parts = tuple(float(own["learners"]) if look in ("", bloc) else 0.0 for look in looks)
            rows.append(_row(year, plan.label("units", str(unit), language), own, language, parts, unit=unit))
    columns = BarColumns(
        say("head.unit", language),
        (say("head.new_learners", language), say("head.continuing", language)),
        say("head.new_learners", language),
        (column_heading("money", language, "million"),),
        looks=tuple(term("bloc", bloc, language) for bloc in looks if bloc),
    )
    return bar_table("year_units", _units_caption(year, sums, language), columns, rows, language)


def _by_unit(year: YearTables) -> pd.DataFrame:
    """What each unit comes to in the year, in the order of the units, with its bloc."""
    grouped = year.of_year("unit_plan").groupby("unit", sort=False)
    return grouped[["learners", "continuing", "cost_vnd"]].sum().assign(bloc=grouped["bloc"].first())


def _totals(year: YearTables, sums: pd.DataFrame, blocs: Sequence[str], language: str) -> list[BarRow]:
    """The province, apart from all units where no unit holds some groups, and the blocs where there are several."""
    turns, money = year.of_year("classes")["new_learners"].sum(), year.of_year("cost")["funded_vnd"].sum()
    whole = abs(turns - sums["learners"].sum()) < HALF_A_PERSON and abs(money - sums["cost_vnd"].sum()) < A_LITTLE
    numbers = sums[["learners", "continuing", "cost_vnd"]]
    name = say(f"figure.year_units.{'province' if whole else 'all_units'}", language)
    rows = [_row(year, name, numbers.sum(), language)]
    if not whole:
        turns, money = year.quote("classes", "new_learners", turns), year.quote("cost", "funded_vnd", money)
        shown = (number(turns, language), NOTHING)
        name = say("figure.year_units.province", language)
        rows.insert(0, BarRow(name, shown, beside=(bare_millions(money, language),)))
    for bloc in blocs if len(blocs) > 1 else ():
        own = numbers[sums["bloc"] == bloc]
        units = SEVERAL.join(map(str, own.index))
        rows.append(_row(year, term("bloc", bloc, language), own.sum(), language, unit=units))
    return rows


def _row(
    year: YearTables, name: str, sums: pd.Series, language: str, parts: tuple[float, ...] = (), **at: object
) -> BarRow:
    """A unit, or several, by their sums."""
    new, under_way, money = (
        year.quote("unit_plan", column, float(sums[column]), **at) for column in ("learners", "continuing", "cost_vnd")
    )
    return BarRow(
        name, (number(new, language), number(under_way, language)), parts, beside=(bare_millions(money, language),)
    )


def _units_caption(year: YearTables, sums: pd.DataFrame, language: str) -> Caption:
    """Which unit sends most, and of a closed year that it is an estimate."""
    most = sums["learners"].astype(float).nlargest(LARGEST)
    named = [
        (year.results.plan.label("units", str(id), language), number(people, language)) for id, people in most.items()
    ]
    turns = number(float(sums["learners"].sum()), language)
    finding = say("figure.year_units.finding", language, unit=named[0][0], people=named[0][1], turns=turns)
    alt = f"{finding} {say('figure.year_columns.most', language, years='; '.join(map(' '.join, named)))}"
    what = say(f"figure.year_units.{'what_estimated' if year.is_closed else 'what'}", language, year=year.year)
    return Caption(finding, alt, what, (say("figure.year_units.shared", language),), ("unit_plan",))
