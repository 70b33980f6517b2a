"""The tables of a plan from what its `data` names: folders of CSV files and workbooks (method.md, section 1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from ruamel.yaml.error import YAMLError

from trainplan.plan.address import places_by_key
from trainplan.plan.given_files import files_in, is_folder, is_given, real_path
from trainplan.plan.heads import as_column
from trainplan.plan.reading import Files, RawTable
from trainplan.plan.schema import TABLES, Table, percent_as_share
from trainplan.plan.workbook import SheetsRead, place_of, read_book
from trainplan.plan.yaml_text import parse_yaml
from trainplan.text.problems import SHOWN, Problem, nearest_name

WORKBOOK = ".xlsx"
OTHER_WORKBOOKS = (".xls", ".xlsm", ".xlsb", ".ods", ".numbers", ".et")  # which are not read
ELSEWHERE = re.compile(r"[\w+.-]{2,}:|[/\\]{2}")  # an address, or a folder of another machine: no request is made
LOCK = "~$"  # how the file begins that Excel keeps beside an open workbook


def stated_places(data: object) -> list[str]:
    """The folders and workbooks that `data` of a plan file names, from the plan's folder."""
    return [str(place) for place in (data if isinstance(data, list | tuple) and data else [data])]


def data_folders(path: Path, data: Sequence[str]) -> list[Path]:
    """The folders among what `data` names; the plan's own where there are only workbooks."""
    return [path.parent / place for place in data if not _is_workbook(path.parent / place)] or [path.parent]


def last_with(name: str, folders: Sequence[Path]) -> Path:
    """The file of this name in the last of the folders that has one; in the last where none has."""
    return next((folder / name for folder in reversed(folders) if is_given(folder / name)), folders[-1] / name)


def read_data(files: Files, path: Path, choices: Mapping[str, Any]) -> dict[str, RawTable]:
    """The raw tables of a plan: of several places that have one, the last counts; what is wrong goes to `files`."""
    stated = stated_places(choices.get("data", ""))
    wrong = [problem for place in stated for problem in _wrong_place(path, place, files.name_of(path))]
    if wrong:
        files.problems[:] = wrong
        files.unread.update(TABLES)
        return {}
    places = [path.parent / place for place in stated]
    books = {place: _read_book(files, place, choices) for place in places if _is_workbook(place)}
    found = {}
    for name, table in TABLES.items():
        place = next((p for p in reversed(places) if _has(p, books.get(p), name)), places[-1])
        own = books.get(place)
        raw = _from_book(files, place, own, table) if own else files.table(place / f"{name}.csv", table)
        if raw is not None:
            found[name] = _with_shares(raw, table)
    _tell_of_workbooks(files, [place for place in places if place not in books], books)
    return found


def locate_problems(problems: Iterable[Problem], tables: Mapping[str, RawTable], lost: Set[str]) -> list[Problem]:
    """The problems with the line that the row stands in, and in a sheet the cell as Excel calls it.

    Those of changes to a table that is lost are left out.
    """
    of_file = {raw.file: (raw, TABLES[name]) for name, raw in tables.items()}
    own = [p for p in problems if p.code != "no_table_in_plan" or p.values["table"] not in lost]
    own = [p for p in own if "." not in p.row or p.row.partition(".")[0] not in lost]
    shown = [
        _locate(problem, *of_file[problem.where]) if problem.where in of_file else problem for problem in own[:SHOWN]
    ]
    return shown + own[SHOWN:]


def _locate(problem: Problem, raw: RawTable, table: Table) -> Problem:
    """A problem with the line of its row: of one that stands twice the last, of a part of a key the first with it."""
    if not problem.row and not problem.line:
        return problem
    line = problem.line
    if not line:
        found = [places_by_key(raw, keys) for keys in (table.keys, table.row_keys)]
        own = sorted(place for by_key in found for place in by_key.get(problem.row, ()))
        if not own:
            parts = (place[0] for key, place in found[0].items() if key.startswith(f"{problem.row}/"))
            return replace(problem, line=next((raw.lines[place] for place in parts), 0))
        line = raw.lines[own[-1 if problem.code == "row_repeated" else 0]]
    named = [problem.column, problem.column.split("/")[0], str(problem.value) if line == raw.head_line else ""]
    letter = next((raw.letters[name] for name in named if name in raw.letters), "")
    value = _as_written(problem.value, raw.written.get((line, problem.column), ""))
    return replace(problem, value=value, line=line, cell=f"{letter}{line}" if letter else "")


def _as_written(value: object, written: str) -> object:
    """What stands in the file in place of a value that is its number; a scenario's own value stays."""
    with suppress(ValueError):
        if written and float(str(value)) == float(written.replace(",", ".")):
            return written
    return value


def _is_workbook(place: Path) -> bool:
    return place.suffix.casefold() == WORKBOOK and not is_folder(place)


def _wrong_place(path: Path, stated: str, plan_file: str) -> Iterable[Problem]:
    """Why a place that `data` names cannot be read, if so."""
    place = path.parent / stated
    if ELSEWHERE.match(stated):
        yield Problem(plan_file, "data_elsewhere", stated, column="data")
        return
    if is_folder(place):
        return
    if place.name.startswith(LOCK):
        yield Problem(plan_file, "workbook_lock", stated, column="data", values={"file": place.name.removeprefix(LOCK)})
    elif place.suffix.casefold() in OTHER_WORKBOOKS or (is_given(place) and not _is_workbook(place)):
        yield Problem(plan_file, "workbook_kind", stated, column="data")
    elif not is_given(place):
        beside = files_in(place.parent)
        near = nearest_name(place.name, [file.name for file in beside if file.name[:2] != LOCK])
        code = "workbook_missing" if _is_workbook(place) else "no_data_folder"
        yield Problem(plan_file, code, stated, column="data", nearest=near)


def _read_book(files: Files, place: Path, choices: Mapping[str, Any]) -> SheetsRead:
    """A workbook, with its problems and notes told; without anything where the file is not to be read."""
    content, name = files.content(place), files.name_of(place)
    book = SheetsRead(lost=set(TABLES)) if content is None else read_book(content, name)
    files.problems += book.problems
    files.unread |= book.lost
    files.notes += book.notes
    kept = book.files.get("plan.yaml")
    if kept is not None and not _same_choices(kept, choices):
        files.notes.append((place_of(name, "files"), "files_differ", {}))
    return book


def _same_choices(text: str, choices: Mapping[str, Any]) -> bool:
    """Whether a plan file says the same, wherever its data stand."""
    try:
        kept = parse_yaml(text)
    except YAMLError:
        return False
    return isinstance(kept, dict) and {**kept, "data": ""} == {**choices, "data": ""}


def _has(place: Path, book: SheetsRead | None, name: str) -> bool:
    return is_given(place / f"{name}.csv") if book is None else name in book.tables or name in book.lost


def _from_book(files: Files, place: Path, book: SheetsRead, table: Table) -> RawTable | None:
    """A table of a workbook, free to be changed; where the plan cannot be without it, that is told."""
    raw = book.tables.get(table.name)
    if raw is not None:
        return raw.copy()
    if table.required and table.name not in book.lost:
        files.problems.append(Problem(files.name_of(place), "sheet_missing", values={"table": table.name}))
    return None


def _with_shares(raw: RawTable, table: Table) -> RawTable:
    """The table with percentages written as shares, as changes of a scenario compute with its cells."""
    shares = [column for column in table.columns.values() if column.unit in ("share", "coverage")]
    for cells in raw.rows:
        cells.update({c.name: percent_as_share(cells[c.name], c.unit) for c in shares if "%" in cells.get(c.name, "")})
    return raw


def _tell_of_workbooks(files: Files, folders: Iterable[Path], books: Iterable[Path]) -> None:
    """Workbooks in data folders are not read: a note, and a problem where one is taken for a table."""
    named = {real_path(book) for book in books}
    without = [problem for problem in files.problems if problem.code == "table_missing"]
    missing = bool(without)
    for folder in folders:
        for file in files_in(folder):
            is_book = file.suffix.casefold() in (WORKBOOK, *OTHER_WORKBOOKS) and real_path(file) not in named
            if not is_book or file.name.startswith((LOCK, ".")):
                continue
            if missing or nearest_name(as_column(file.stem), TABLES):
                files.problems.append(Problem(files.name_of(file), "workbook_not_read"))
                if len(without) == sum(table.required for table in TABLES.values()):  # they are all in the workbook
                    files.problems[:] = [problem for problem in files.problems if problem not in without]
            elif not is_given(file.with_suffix(".csv")):  # with one it is a copy of that table for people
                files.notes.append((files.name_of(file), "workbook_not_read", {}))
