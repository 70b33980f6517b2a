"""The results of a scenario in one workbook that can be handed on: a cover, summaries, every table, the register."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from trainplan.plan.find import folder_name
from trainplan.plan.plan import Plan
from trainplan.plan.scenarios import text_in
from trainplan.report.by_year import TOTAL, YearlyRow, columns_of, number, yearly_rows
from trainplan.report.drawing import AXIS, INK, SOURCES
from trainplan.report.furniture import say_undated
from trainplan.report.sentences import assumed_share, headline
from trainplan.report.tables.inputs import basis_by_row, changes
from trainplan.results.registry import RESULTS, Column, Stem
from trainplan.results.tables import Results
from trainplan.results.verdicts import missed_level
from trainplan.sheets.charts import Series, StackedChart
from trainplan.sheets.formats import NUMBER_FORMATS
from trainplan.sheets.workbook import Cell, SheetColumn, Sum, TableSheet, Workbook
from trainplan.storage.files import write_bytes
from trainplan.storage.provenance import package_versions
from trainplan.text.catalog import LANGUAGES, say, term
from trainplan.text.formats import calendar_day, due_day, percent, year_span

COVER_WIDTHS = (24, 36, 36, 36)  # letters
MONEY = ("required_vnd", "ceiling_vnd", "funded_vnd", "lacking_vnd", "over_vnd", "unspent_vnd")
PEOPLE = ("new_learners", "new_classes")
TARGETS = ("objective", "due", "asked", "reached", "coverage", "gap", "verdict", "binds", "latest_start")
SOURCE_COLORS = [color for color, _ in SOURCES]
PATTERNS = (
    "",
    "wide_upward_diagonal",
    "percent_50",
    "wide_downward_diagonal",
    "dark_vertical",
)
MONEY_SCALES = {1e10: ("bn", "#,##0,,,"), 1e8: ("bn", "#,##0.0,,,"), 0: ("million", "#,##0,,")}  # by VND at the least


Drawn = tuple[TableSheet, StackedChart]  # the table that a chart draws, and the chart


def workbook_name(plan: Plan, name: str, language: str) -> str:
    """What the file of a scenario's results is called, where the scenario goes by this name."""
    return f"{folder_name(plan.key)}_{folder_name(name)}.{language}.xlsx"


def write_workbooks(results: Results, folder: Path, languages: Iterable[str] = LANGUAGES) -> list[Path]:
    """Writes the workbook of a scenario into a folder, one for each language; returns the files."""
    plan = results.plan
    return [
        write_excel(results, folder / workbook_name(plan, plan.results_name, language), language)
        for language in languages
    ]


def write_excel(results: Results, path: Path, language: str, title: str = "") -> Path:
    """Writes the workbook, whole or not at all; OutputError where the file is open elsewhere or the disk is full.

    `title` is what the scenario is called on the cover, where that is not its own title. Equal results give equal
    bytes: the file knows the date of its data and no clock.
    """
    title = title or results.plan.dated_title(language)
    workbook = Workbook(f"{results.plan.title(language)}: {title}")
    _add_cover(workbook, results, language, title)
    _add_years(workbook, results, language)
    charts = [*_add_sources(workbook, results, language), *_add_people(workbook, results, language)]
    workbook.add_charts(say("excel.charts", language), charts)
    workbook.add_table(say("excel.targets", language), target_columns(results, language))
    for stem, frame in results.tables.items():
        if len(frame):
            workbook.add_table(RESULTS[stem].title(language), sheet_columns(results, stem, language))
    register = basis_by_row(results.plan, language)
    workbook.add_table(say("excel.register", language), [SheetColumn(head, list(register[head])) for head in register])
    return write_bytes(path, workbook.content())


# --- the cover


def _add_cover(workbook: Workbook, results: Results, language: str, title: str) -> None:
    """What the file is: plan, scenario, years, status, date of the data, answer, changes and versions."""
    plan = results.plan
    cover = workbook.add_page(say("excel.cover", language), COVER_WIDTHS)
    cover.add_title(plan.title(language))
    for label, text in _facts(plan, language, title):
        cover.add_line(label, text)
    sentences = [*headline(results, language), *assumed_share(plan, language)]
    for before, sentence in pairwise(["", *sentences]):
        cover.add_line("" if before else say("head.result", language), sentence)
    cover.add_line(say("excel.reading", language), say("excel.note", language))
    changed = changes(plan, language)
    if len(changed):
        cover.add_table(say("excel.changes", language), [SheetColumn(head, list(changed[head])) for head in changed])
    used = [SheetColumn("", list(package_versions())), SheetColumn(" ", list(package_versions().values()))]
    cover.add_table(say("excel.versions", language), used)


def _facts(plan: Plan, language: str, title: str) -> list[tuple[str, str]]:
    """Labels and texts that say whose plan it is and from when."""
    choices = plan.choices
    owner = text_in(choices.owner, language) if choices.owner else say("excel.no_owner", language)
    as_of = calendar_day(choices.as_of, language) if choices.as_of else say_undated(plan, language)
    return [
        (say("head.scenario", language), title),
        (say("excel.years", language), year_span(plan.first, plan.last)),
        (say("excel.status", language), term("status", choices.status or "draft", language)),
        (say("excel.owner", language), owner),
        (say("excel.as_of", language), as_of),
    ]


# --- summaries


def _add_years(workbook: Workbook, results: Results, language: str) -> None:
    """Money by year, of all sources together, with the totals of all years."""
    budget, rows = RESULTS["budget"], results["budget"].query("source == 'total'")
    years: list[Cell] = [*map(float, rows["year"]), say("word.total", language)]
    columns = [SheetColumn(budget.heading("year", language), years, budget.column("year").number_format)]
    for name in _amounts(results.plan):
        column, cells = budget.column(name), [number(value) for value in rows[name]]
        whole = number(results.money[name]) if column.over_years == "sum" else None
        total = None if whole is None else Sum(whole, above=len(cells))
        columns.append(SheetColumn(budget.heading(name, language), [*cells, total], column.number_format))
    workbook.add_table(say("excel.by_year", language), _filled(columns), totals=[len(rows)], labels=1)


def _add_sources(workbook: Workbook, results: Results, language: str) -> list[Drawn]:
    """Money by source and year; returns the chart of what each pays.

    Where there are ceilings, with a line of what is required of all.
    """
    ids, limited = [row.id for row in results.plan.tables.sources], results.plan.has_ceilings
    rows = yearly_rows(results, "budget", ids, _amounts(results.plan))
    largest = results["budget"]["required_vnd"].max()
    unit, axis_format = next(scale for least, scale in MONEY_SCALES.items() if largest >= least)
    required = next(r for r, row in enumerate(rows) if row.column == "required_vnd" and row.is_sum)
    chart = StackedChart(
        say("excel.chart_money", language),
        say(f"unit.{unit}", language),
        axis_format,
        _bars(rows, "funded_vnd" if limited else "required_vnd", language),
        Series(required, INK, name=say("head.required", language)) if limited else None,
    )
    return [(_add_rows(workbook, results, "budget", rows, say("excel.by_source", language), language), chart)]


def _amounts(plan: Plan) -> tuple[str, ...]:
    """The amounts of money that are set out by year; without ceilings all is paid, and what is required is all."""
    return MONEY if plan.has_ceilings else ("required_vnd",)


def _add_people(workbook: Workbook, results: Results, language: str) -> list[Drawn]:
    """People who begin a course and classes that open by program and year; returns the chart of the people."""
    begun = results.over_years("classes").set_index("program")["new_learners"]
    ids = [row.id for row in results.plan.tables.programs if begun[row.id] > 0]
    rows = yearly_rows(results, "classes", ids, PEOPLE)
    if not rows:
        return []
    title, unit = say("excel.chart_people", language), say("unit.people", language)
    chart = StackedChart(title, unit, NUMBER_FORMATS["people"], _bars(rows, "new_learners", language))
    return [(_add_rows(workbook, results, "classes", rows, say("excel.people", language), language), chart)]


def _add_rows(
    workbook: Workbook, results: Results, stem: Stem, rows: Sequence[YearlyRow], name: str, language: str
) -> TableSheet:
    """A sheet of rows by year, the sums among them told apart."""
    totals = [r for r, row in enumerate(rows) if row.is_sum]
    return workbook.add_table(name, columns_of(rows, results, stem, language), totals, labels=2)


def _bars(rows: Sequence[YearlyRow], column: str, language: str) -> list[Series]:
    """What is drawn of a column: the largest rows that are no sum of others, and above them the rest in one grey."""
    amounts = {r: row.amount for r, row in enumerate(rows) if row.column == column and row.id != TOTAL and row.amount}
    large = sorted(sorted(amounts, key=lambda r: -amounts[r])[: len(SOURCE_COLORS)])
    rest = [r for r in amounts if r not in large]
    others = say("excel.others", language)
    return [
        *(Series(r, color, pattern) for r, color, pattern in zip(large, SOURCE_COLORS, PATTERNS, strict=False)),
        *(Series(r, AXIS, name=others, in_legend=r == rest[0]) for r in rest),
    ]


def target_columns(results: Results, language: str) -> list[SheetColumn]:
    """The objectives as of their due years: what is asked and reached, the verdict, and what it misses."""
    table, rows = RESULTS["verdicts"], results["verdicts"]
    counts = {row.id for row in results.plan.tables.objectives if row.kind == "count"}
    columns = []
    for name in TARGETS:
        column = table.column(name)
        cells = [_cell(results, column, value, language) for value in rows[name]]
        formats = [column.number_format] * len(rows)
        if name == "due":
            cells = [due_day(due, language) for due in rows[name]]
        elif name == "asked":
            formats = [NUMBER_FORMATS["people" if id in counts else "share"] for id in rows["objective"]]
        elif name == "coverage":
            formats = [share_format(row[name], missed_level(row)) for row in rows.to_dict("records")]
        columns.append(SheetColumn(table.heading(name, language), cells, formats))
    return _filled(columns)


def share_format(share: float, missed: float | None) -> str:
    """The format that shows a share with the decimals that pages show, so that what is missed never looks reached."""
    decimals = percent(share, "en", missed=missed).partition(".")[2].rstrip("%")
    return NUMBER_FORMATS["share"] if len(decimals) < 2 else f"0.{'0' * len(decimals)}%"


# --- result tables


def sheet_columns(results: Results, stem: Stem, language: str) -> list[SheetColumn]:
    """The columns of a result table as its sheet shows them: names and numbers, the ids that names stand for last."""
    table, columns, ids = RESULTS[stem], [], []
    for column in table.columns:
        heading, values = table.heading(column.name, language), results[stem][column.name].tolist()
        cells = [_cell(results, column, value, language) for value in values]
        columns.append(SheetColumn(heading, cells, column.number_format))
        if column.ids_of:
            ids.append(SheetColumn(say("excel.id", language, heading=heading), values))
    return [*_filled(columns), *ids]


def _filled(columns: Sequence[SheetColumn]) -> list[SheetColumn]:
    """Those of the columns that have anything in them, as ceilings have not where there are none."""
    return [column for column in columns if any(cell not in (None, "") for cell in column.cells)]


def _cell(results: Results, column: Column, value: Any, language: str) -> Cell:
    """A value as a sheet takes it: ids by name, codes in words, yes or no, nothing for what is missing."""
    if pd.isna(value):
        return None
    if column.ids_of:
        return say("word.total", language) if value == TOTAL else results.plan.label(column.ids_of, value, language)
    if isinstance(value, bool):
        return say("excel.yes" if value else "excel.no", language)
    return column.cell_text(value, language) if isinstance(value, str) else float(value)
