"""The whole input of a plan as one workbook, to be filled in with Excel or LibreOffice and read again."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Literal, get_args, get_origin

from trainplan.plan.address import key_text
from trainplan.plan.choices import OneOf
from trainplan.plan.description import (
    ColumnDescription,
    TableDescription,
    bounds_in_words,
    describe_input,
    plain_number,
)
from trainplan.plan.plan_files import PLAN, PlanFiles, with_data
from trainplan.plan.schema import AS_OF, BASIS_KINDS, OR_TOTAL, TABLES, Column, parse_number, refuse_grouped
from trainplan.sheets.form import (
    LONGEST_CELL,
    SPARE_ROWS,
    Check,
    Filled,
    FormBook,
    FormColumn,
    check_bounds,
    check_choice,
    suggest_words,
)
from trainplan.sheets.formats import AS_TEXT, GENERAL
from trainplan.text.catalog import LANGUAGES, both, say, term
from trainplan.text.formats import percent
from trainplan.text.letters import as_meant
from trainplan.text.problems import PlanError, Problem

GUIDE, FILES, CHOICES = "guide", "files", "choices"  # sheets that are no tables
GUIDE_WIDTHS = (20, 105)  # of its columns, in letters
LINES = ("heads", "numbers", "percent", "dates", "empty_cells", "ids", "rows")
OF_A_WHOLE_PLAN, OF_DATA = ("files", "check"), ("check_data",)  # whether plan.yaml is in the workbook, or beside it
FILE_COLUMNS = ("file", "text")
DATA = "data"  # of the plan.yaml in the workbook, wherever its tables are
NO_CELL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # letters that XML does not know
FORMATS = {  # of the cells of a column, by its unit; of all others the cells are text
    "share": "0.0##%",
    "coverage": GENERAL,  # a share, or people of a count
    "people": "#,##0",
    "VND": "#,##0",
    "year": "0",
    "years": "0",
    "rank": "0",
    "weight": GENERAL,
    "level": GENERAL,
    "own": GENERAL,
}
FRACTIONS = "#,##0.0##"  # of people that are no whole number
WHOLE = ("year", "years", "rank")
HEAD_UNITS = ("people", "VND", "share")  # said in the head, beside the name


def input_workbook(files: PlanFiles) -> bytes:
    """The workbook, as the bytes of its file: a guide, a sheet for each table, those that are empty too, and the files.

    Equal input gives equal bytes. PlanError where a text is none that a cell can hold.
    """
    lines = _lines(files)
    _check_texts(files, lines)
    book = FormBook(both("input_book.title"))
    described = {language: {table.name: table for table in describe_input(language)} for language in LANGUAGES}
    guides = [_guide_lines(described[language].values(), language, bool(lines)) for language in LANGUAGES]
    book.add_pages(GUIDE, GUIDE_WIDTHS, guides)
    for name, table in TABLES.items():
        book.add_form(name, _form_columns(name, files, described), table.required)
    if lines:
        book.add_lines(FILES, FILE_COLUMNS, [(path, line) for path, _, line in lines])
    for owner in dict.fromkeys(c.refers for t in TABLES.values() for c in t.columns.values() if OR_TOTAL in c.refers):
        name = owner.removesuffix(OR_TOTAL)
        ids = [key_text(cells.get("id", "")) for cells in files.tables[name].rows] if name in files.tables else []
        book.add_choices(CHOICES, "total", f"{name}!$A:$A", [*ids, *[""] * SPARE_ROWS])
    return book.content()


def _guide_lines(tables: Collection[TableDescription], language: str, whole: bool) -> tuple[str, dict[str, str]]:
    """(title, texts by their labels) of the guide in a language; `tables` are all of them, described in it.

    `whole`: the workbook holds plan.yaml too.
    """
    needed = ", ".join(table.name for table in tables if table.required)
    order = {say("input_book.order_label", language): say("input_book.order", language, tables=needed)}
    all_lines = (*LINES, *(OF_A_WHOLE_PLAN if whole else OF_DATA), "basis")
    lines = {say(f"input_book.{line}_label", language): say(f"input_book.{line}", language) for line in all_lines}
    kinds = {f"{kind}:": say(f"input_book.basis_{kind}", language) for kind in BASIS_KINDS}
    sheets = {}
    for table in tables:
        key = "input_book.sheet_needed" if table.required else "input_book.sheet_optional"
        sheets[table.name] = say(key, language, name=table.label, about=table.about.replace("`", ""))
    return say("input_book.title", language), {**order, **lines, **kinds, "": "", **sheets}


def _lines(files: PlanFiles) -> list[tuple[str, int, str]]:
    """(file, number, text) of every line of the files that are no tables; blanks alone are an empty line.

    `data` of plan.yaml says the same wherever the tables come from.
    """
    plan = {PLAN: with_data(files.texts[PLAN], DATA)} if PLAN in files.texts else {}  # not where it stands beside
    texts = {**files.texts, **plan, **files.beside}
    return [
        (path, n, line if line.strip() else "")
        for path, text in texts.items()
        for n, line in enumerate(text.removesuffix("\n").split("\n"), 1)
    ]


def _check_texts(files: PlanFiles, lines: Sequence[tuple[str, int, str]]) -> None:
    """PlanError where a text is longer than a cell may be, or has a letter that no sheet can hold."""
    cells = [
        (table.file, line, column, str(cells.get(column, "")))
        for table in files.tables.values()
        for cells, line in zip(table.rows, table.lines, strict=True)
        for column in table.columns
    ]
    problems = []
    for file, line, column, text in [*cells, *((path, n, "", text) for path, n, text in lines)]:
        if len(text.encode("utf-16-le")) > 2 * LONGEST_CELL:
            letters = {"letters": LONGEST_CELL}
            problems.append(Problem(file, "too_long_for_a_cell", column=column, line=line, values=letters))
        elif NO_CELL.search(text):
            written = {"written": as_meant(text.strip())}
            problems.append(Problem(file, "letters_deceive", text, column=column, line=line, values=written))
    if problems:
        raise PlanError(problems)


def _form_columns(
    name: str, files: PlanFiles, described: Mapping[str, Mapping[str, TableDescription]]
) -> list[FormColumn]:
    """The columns of the schema, filled as far as the plan has them, then those that only the plan has."""
    raw, known = files.tables.get(name), TABLES[name].columns
    cells = raw.rows if raw else []
    columns = []
    for c, column in enumerate(known.values()):
        about = [described[language][name].columns[c] for language in LANGUAGES]
        filled = [number_or_text(column, row.get(column.name)) for row in cells]
        shown = FORMATS.get(column.unit, AS_TEXT)
        formats = [_cell_format(column, cell, row.get("kind")) for cell, row in zip(filled, cells, strict=True)]
        check = _check(name, column)
        columns.append(
            FormColumn(_head(column.name, column.unit), _note(about, name, column), filled, shown, check, formats)
        )
    for further in [c for c in (raw.columns if raw else []) if c and c not in known]:
        about_it = "as_of" if further == AS_OF else "further"
        note = "\n\n".join(say(f"input_book.{about_it}", language) for language in LANGUAGES)
        filled = [str(row.get(further) or "") or None for row in cells]
        columns.append(FormColumn(_head(further) if further == AS_OF else further, note, filled, AS_TEXT))
    return columns


def number_or_text(column: Column, value: object) -> Filled:
    """A raw cell as a sheet holds it: a number where that loses nothing, otherwise the text as it stands, or nothing.

    A spreadsheet keeps 15 digits of a number. What `check` refuses, such as 3.850 people, stays text too.
    """
    text = key_text(value) if value is not None else ""
    if column.unit in FORMATS:
        with suppress(ValueError):
            exact = parse_number(refuse_grouped(text) if column.unit in ("people", "VND") else text)
            if float(f"{exact:.15g}") == exact:
                return exact
    return text or None


def _cell_format(column: Column, cell: Filled, kind: object) -> str:
    if column.unit == "coverage" and kind != "count":
        return FORMATS["share"]
    if column.unit in ("people", "coverage"):
        return FORMATS["people"] if isinstance(cell, str) or not (cell or 0) % 1 else FRACTIONS
    return FORMATS.get(column.unit, AS_TEXT)


def _head(column: str, unit: str = "") -> str:
    """The name in both languages, with the unit where the name does not say it, and the id by which it is read."""
    names = []
    for language in LANGUAGES:
        name = term("column", column, language)
        name = name if name != column else term("head", column, language)
        said = say(f"input_book.unit_{unit}", language) if unit in HEAD_UNITS else ""
        names.append(f"{name[:1].upper()}{name[1:]}" + (f" ({said})" if said not in name else ""))
    return "\n".join([*names, f"[{column}]"])


def _note(about: Sequence[ColumnDescription], table: str, column: Column) -> str:
    """What the column holds, what is allowed and what an empty cell means, in one language after the other."""
    return "\n\n".join(
        "\n".join(_note_lines(one, table, column, language)) for one, language in zip(about, LANGUAGES, strict=True)
    )


def _note_lines(about: ColumnDescription, table: str, column: Column, language: str) -> list[str]:
    choices = _choices(table, column)
    lines = [f"{about.about if choices else about.about[:1].upper() + about.about[1:]}."]
    if column.unit in FORMATS:
        said = f"input_book.unit_{column.unit}"
        lines.append(
            say("input_book.unit", language, unit=say(said, language) if column.unit in HEAD_UNITS else about.unit)
        )
    allowed = ", ".join(choices) or _bounds(column, language)
    if allowed:
        lines.append(say("input_book.allowed", language, allowed=allowed))
    if column.refers:
        owner = column.refers.removesuffix(OR_TOTAL)
        key = "input_book.refers_or_total" if column.refers.endswith(OR_TOTAL) else "input_book.refers"
        lines.append(say(key, language, table=f"{owner} ({term('table', owner, language)})"))
    needed = not column.empty
    lines.append(say("input_book.needed" if needed else "input_book.empty", language, empty=about.empty))
    return lines


def _choices(table: str, column: Column) -> list[str]:
    field = TABLES[table].record.model_fields[column.name]
    registered = [str(name) for mark in field.metadata if isinstance(mark, OneOf) for name in mark.registry]
    return registered or (list(get_args(field.annotation)) if get_origin(field.annotation) is Literal else [])


def _check(table: str, column: Column) -> Check | None:
    """What a sheet offers or warns of in the cells of a column; what `check` allows is never forbidden."""
    if column.unit == "pacing":
        return suggest_words(["linear", "front", "back"])
    choices = _choices(table, column)
    if choices:
        return check_choice(choices, both("input_book.one_of", allowed=", ".join(choices)))
    if column.refers:
        owner = column.refers.removesuffix(OR_TOTAL)
        ids = f"OFFSET({owner}!$A$1,1,0,MAX(1,COUNTA({owner}!$A:$A)-1),1)"
        if column.refers.endswith(OR_TOTAL):
            ids = f"OFFSET({CHOICES}!$A$1,0,0,COUNTA({owner}!$A:$A),1)"
        return check_choice(f"={ids}", both("input_book.no_such_id", table=owner))
    if column.unit not in FORMATS:
        return None
    low, high, above = column.measure.low, column.measure.high, column.measure.above
    says = " / ".join(say("input_book.allowed", language, allowed=_bounds(column, language)) for language in LANGUAGES)
    return check_bounds(low, high, above, column.unit in WHOLE or column.measure.whole, says)


def _bounds(column: Column, language: str) -> str:
    """The bounds as the cells show them: shares as percentages."""
    return bounds_in_words(column, language, percent if column.unit == "share" else plain_number)
