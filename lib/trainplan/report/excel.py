"""Every result table of a scenario in one workbook: formatted, heads frozen, a cover that says what it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from trainplan.report.sentences import assumed_share, headline
from trainplan.report.tables import changes
from trainplan.results.registry import RESULTS, Column, Stem
from trainplan.results.tables import Results
from trainplan.sheets.workbook import Cell, SheetColumn, Workbook
from trainplan.storage.files import write_bytes
from trainplan.storage.provenance import package_versions
from trainplan.text.catalog import say
from trainplan.text.formats import calendar_day

COVER_WIDTHS = (34, 32, 32, 32)  # letters


def write_excel(results: Results, path: Path, language: str, title: str, today: date) -> Path:
    """Writes the workbook, whole or not at all; OutputError where the file is open elsewhere or the disk is full."""
    workbook = Workbook(title)
    _add_cover(workbook, results, language, title, today)
    for stem in results.tables:
        workbook.add_table(RESULTS[stem].title(language), sheet_columns(results, stem, language))
    return write_bytes(path, workbook.content())


def _add_cover(workbook: Workbook, results: Results, language: str, title: str, today: date) -> None:
    """What the file is: plan, years, date, answer, changes and versions."""
    plan = results.plan
    cover = workbook.add_page(say("excel.cover", language), COVER_WIDTHS)
    cover.add_title(title)
    cover.add_line(say("excel.plan", language), plan.title(language))
    cover.add_line(say("excel.years", language), f"{plan.first}–{plan.last}")
    cover.add_line(say("excel.date", language), calendar_day(today, language))
    for sentence in [*headline(results, language), *assumed_share(plan, language)]:
        cover.add_line("", sentence)
    cover.add_line("", say("excel.note", language))
    changed = changes(plan, language)
    cover.add_table(say("excel.changes", language), [SheetColumn(head, list(changed[head])) for head in changed])
    used = [SheetColumn("", list(package_versions())), SheetColumn(" ", list(package_versions().values()))]
    cover.add_table(say("excel.versions", language), used)


def sheet_columns(results: Results, stem: Stem, language: str) -> list[SheetColumn]:
    """The columns of a result table as its sheet shows them, the name of what an id stands for beside the id."""
    table, columns = RESULTS[stem], []
    for column in table.columns:
        heading, values = table.heading(column.name, language), results[stem][column.name].tolist()
        if column.ids_of:
            columns.append(SheetColumn(say("excel.id", language, heading=heading), values))
            columns.append(SheetColumn(heading, [_row_name(results, column, id, language) for id in values]))
        else:
            cells = [_cell(column, value, language) for value in values]
            columns.append(SheetColumn(heading, cells, column.number_format))
    return columns


def _row_name(results: Results, column: Column, id: str, language: str) -> str:
    return say("word.total", language) if id == "total" else results.plan.label(column.ids_of, id, language)


def _cell(column: Column, value: Any, language: str) -> Cell:
    """A value as a sheet takes it: codes in words, yes or no for a boolean, nothing for what is missing."""
    if pd.isna(value):
        return None
    if isinstance(value, bool):
        return say("excel.yes" if value else "excel.no", language)
    return column.cell_text(value, language) if isinstance(value, str) else float(value)
