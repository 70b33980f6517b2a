"""A file that came back to sheets of raw cells: workbooks of any office program, and sheets saved as CSV.

Nothing is worked out and nothing is guessed: a formula that no program has calculated, an error and a text in an old
encoding are told as what they are.
"""

from __future__ import annotations

import csv
import io
import os
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import python_calamine as calamine

from trainplan.plan.csv_text import DELIMITERS, STATED
from trainplan.plan.given_files import is_folder, read_given, real_path
from trainplan.plan.workbook import NotCalculated
from trainplan.text.problems import PlanError, Problem, problem_of_file

BOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
SHEETS_OF_TEXT = (".csv",)
MOST_ROWS, MOST_COLUMNS = 20_000, 500  # of a sheet that is read: beyond it somebody has typed by mistake
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # in a workbook with a password
LARGEST = 50_000_000  # bytes of a sheet, unpacked
CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
PLACE = re.compile(rb"\br=[\"']([A-Z]+)(\d+)[\"']")
ERROR = re.compile(rb"\bt=[\"']e[\"']")
TEXT = re.compile(rb"\bt=[\"']str[\"']")
FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?f>)", re.DOTALL)
VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]*)</")
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Place = tuple[int, int]  # row and column, from 0
Cells = dict[Place, object]  # nothing for a blank cell


@dataclass(frozen=True)
class NotRead:
    """Why a file, or a sheet of it, is not read: `survey_doubt.<code>`."""

    file: str
    code: str
    sheet: str = ""


@dataclass(frozen=True)
class RawSheet:
    """A sheet: its cells that are not blank, texts without blanks around them, and of merged ones the first and last.

    `file` is what messages call its file. A sheet of text has no name.
    """

    file: str
    name: str
    cells: Cells
    merged: tuple[tuple[Place, Place], ...] = ()


Sheets = list[RawSheet | NotRead]  # of a file


def returned_files(folder: Path, but: Path) -> list[Path]:
    """The files below a folder in their order, without those below `but` and those that programs hide.

    PlanError where there is no folder, or no file in it.
    """
    if not is_folder(folder):
        raise PlanError([Problem("DIR", "no_survey_folder", str(folder))])
    kept_out, root = real_path(but), real_path(folder)
    if kept_out in (root, *root.parents):
        raise PlanError([Problem("--output", "output_around_input", str(but))])
    inside = [Path(place, name) for place, _, names in os.walk(folder, onerror=_refuse) for name in names]
    found = [path for path in inside if kept_out not in real_path(path.parent).joinpath(path.name).parents]
    names = {path: path.relative_to(folder).parts for path in found}
    kept = [path for path, parts in names.items() if not any(part.startswith(("~$", ".")) for part in parts)]
    files = sorted(path for path in kept if path.name.casefold() not in ("thumbs.db", "desktop.ini"))
    if not files:
        raise PlanError([Problem("DIR", "no_survey_file", str(folder))])
    return files


def _refuse(error: OSError) -> None:
    raise PlanError([problem_of_file(str(error.filename), error)])


def read_sheets(path: Path, file: str) -> Sheets:
    """Every sheet of a file, or why it is not read; a single `NotRead` without a sheet for a file that is not."""
    kind = path.suffix.casefold()
    if kind not in (*BOOKS, *SHEETS_OF_TEXT):
        return [NotRead(file, "no_workbook")]
    try:
        data = read_given(path)
        return [_sheet_of_text(file, data)] if kind in SHEETS_OF_TEXT else _sheets_of_book(file, data)
    except OSError:
        return [NotRead(file, "not_opened")]
    except UnicodeDecodeError:
        return [NotRead(file, "old_encoding")]
    except calamine.PasswordError:
        return [NotRead(file, "locked")]
    except (
        calamine.CalamineError,
        zipfile.BadZipFile,
        zlib.error,
        ElementTree.ParseError,
        csv.Error,
        LookupError,
        ValueError,
    ):
        return [NotRead(file, "locked" if ENCRYPTED in data else "damaged")]


def _sheet_of_text(file: str, data: bytes) -> RawSheet:
    """A sheet saved as CSV, its cells divided as makes most of them."""
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = unicodedata.normalize("NFC", data.decode("utf-16" if wide else "utf-8-sig"))
    stated = STATED.match(text)
    rest = text[stated.end() :] if stated else text
    divided = [list(csv.reader(io.StringIO(rest, newline=""), delimiter=mark)) for mark in DELIMITERS]
    rows = max(divided, key=lambda rows: sum(map(len, rows)))
    cells = {(r, c): cell.strip() for r, row in enumerate(rows, bool(stated)) for c, cell in enumerate(row)}
    return RawSheet(file, "", {place: cell for place, cell in cells.items() if cell})


def _sheets_of_book(file: str, data: bytes) -> Sheets:
    traces = dict(_traces(data)) if zipfile.is_zipfile(io.BytesIO(data)) else {}
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets = [sheet.name for sheet in book.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
    return [_sheet(file, book, name, traces.get(name, {})) for name in sheets]


def _sheet(file: str, book: calamine.CalamineWorkbook, name: str, traces: Cells | None) -> RawSheet | NotRead:
    """A sheet with what it has instead of values; `traces` is None where it is too large."""
    if traces is None:
        return NotRead(file, "too_large", name)
    sheet = book.get_sheet_by_name(name)
    rows = sheet.to_python(skip_empty_area=False)
    cells = {(r, c): _clean(value) for r, row in enumerate(rows) for c, value in enumerate(row)}
    cells = {place: value for place, value in cells.items() if value != ""} | traces
    return RawSheet(file, unicodedata.normalize("NFC", name), cells, tuple(sheet.merged_cell_ranges or ()))


def _clean(value: object) -> object:
    return unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value


def _traces(data: bytes) -> Iterator[tuple[str, Cells | None]]:
    """By sheet the cells that hold an error, or a formula that nobody has calculated; None for one too large.

    The reader of cells tells neither from a blank one.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            return
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        targets = {one.get("Id"): str(one.get("Target")) for one in relations}
        for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).findall(".//{*}sheet"):
            target = targets.get(sheet.get(RELATION), "")
            file = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if file.endswith(".xml") and file in archive.namelist():
                large = archive.getinfo(file).file_size > LARGEST
                yield str(sheet.get("name")), None if large else _traces_of_sheet(archive.read(file))


def _traces_of_sheet(xml: bytes) -> Cells | None:
    if any(int(row) > MOST_ROWS or _column(letters) >= MOST_COLUMNS for letters, row in PLACE.findall(xml)):
        return None
    found: Cells = {}
    for cell in CELL.finditer(xml):
        place = PLACE.search(cell[1])
        value = VALUE.search(cell[2] or b"")
        if place is None or not cell[2]:
            continue
        at = int(place[2]) - 1, _column(place[1])
        if ERROR.search(cell[1]) and value:
            found[at] = value[1].decode()
        elif not (value and (value[1] or TEXT.search(cell[1]))) and (formula := FORMULA.search(cell[2])):
            found[at] = NotCalculated((formula[1] or b"").decode())
    return found


def _column(letters: bytes) -> int:
    """The number from 0 of a column as Excel calls it."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
