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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree

import python_calamine as calamine

from trainplan.plan.book_parts import MOST_SPREAD, BookRefused, column_number, unpack_book
from trainplan.plan.csv_text import DELIMITERS, MOST, STATED, rows_of_a_sheet
from trainplan.plan.given_files import is_folder, read_given, real_path
from trainplan.plan.workbook import NotCalculated
from trainplan.text.problems import PlanError, Problem, problem_of_file

SHEETS_OF_TEXT = (".csv",)
BOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
MOST_ROWS, MOST_COLUMNS = 20_000, 500  # of a sheet that is read: beyond it somebody has typed by mistake
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # in a workbook with a password
PLACE = re.compile("([A-Z]+)([0-9]+)")
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"  # as LibreOffice calls what stands in a sheet …
VALUE_TYPE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value-type"  # … and says of a cell that is not blank
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
    except BookRefused as refused:
        return [NotRead(file, "file_too_large" if refused.code == "workbook_too_large" else "damaged")]
    except csv.Error as error:
        return [NotRead(file, "file_too_large" if str(error) in MOST else "damaged")]
    except (
        calamine.CalamineError,
        ElementTree.ParseError,
        LookupError,
        ValueError,
    ):
        return [NotRead(file, "locked" if ENCRYPTED in data else "damaged")]


def _sheet_of_text(file: str, data: bytes) -> RawSheet | NotRead:
    """A sheet saved as CSV, its cells divided as makes most of them."""
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = unicodedata.normalize("NFC", data.decode("utf-16" if wide else "utf-8-sig"))
    stated = STATED.match(text)
    rest = text[stated.end() :] if stated else text
    readers = (rows_of_a_sheet(csv.reader(io.StringIO(rest, newline=""), delimiter=mark)) for mark in DELIMITERS)
    rows = max((list(islice(reader, MOST_ROWS + 1)) for reader in readers), key=lambda rows: sum(map(len, rows)))
    if len(rows) > MOST_ROWS:
        return NotRead(file, "file_too_large")
    cells = {(r, c): cell.strip() for r, row in enumerate(rows, bool(stated)) for c, cell in enumerate(row)}
    return RawSheet(file, "", {place: cell for place, cell in cells.items() if cell})


def _sheets_of_book(file: str, data: bytes) -> Sheets:
    parts = unpack_book(data) if zipfile.is_zipfile(io.BytesIO(data)) else {}
    _check_repeats(parts.get("content.xml", b""))
    traces = dict(_traces(parts))
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets = [sheet.name for sheet in book.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
    return [_sheet(file, book, name, traces.get(name, {})) for name in sheets]


def _sheet(file: str, book: calamine.CalamineWorkbook, name: str, traces: Cells | None) -> RawSheet | NotRead:
    """A sheet with what it has instead of values; `traces` is None where it is too large."""
    if traces is None:
        return NotRead(file, "too_large", name)
    sheet = book.get_sheet_by_name(name)
    rows = sheet.to_python(skip_empty_area=False)
    cells = {(r, c): kept for r, row in enumerate(rows) for c, value in enumerate(row) if (kept := _clean(value)) != ""}
    return RawSheet(file, unicodedata.normalize("NFC", name), cells | traces, tuple(sheet.merged_cell_ranges or ()))


def _clean(value: object) -> object:
    return unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value


def _check_repeats(xml: bytes) -> None:
    """BookRefused where a sheet of LibreOffice has cells, repeated as often as they say, outside of what is read.

    The reader of cells would hold them all before it could be asked how many they are.
    """
    row = column = width = filled = held = 0
    for _, element in ElementTree.iterparse(io.BytesIO(xml)) if xml else ():
        kind = _tag(element)
        if kind in ("table-cell", "covered-table-cell"):
            repeated = int(element.get(f"{TABLE}number-columns-repeated", "1"))
            column += repeated
            if len(element) or VALUE_TYPE in element.attrib:
                width, filled = column, filled + repeated
            element.clear()
        elif kind == "table-row":
            repeated = int(element.get(f"{TABLE}number-rows-repeated", "1"))
            row, held = row + repeated, held + repeated * filled
            if held > MOST_SPREAD or (width and (row > MOST_ROWS or width > MOST_COLUMNS)):
                raise BookRefused("workbook_too_large")
            column = width = filled = 0
            element.clear()
        elif kind == "table":
            row = 0


def _traces(parts: Mapping[str, bytes]) -> Iterator[tuple[str, Cells | None]]:
    """By sheet the cells that hold an error, or a formula that nobody has calculated; None for one too large.

    The reader of cells tells neither from a blank one.
    """
    if "xl/workbook.xml" not in parts:
        return
    relations = ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    targets = {one.get("Id"): str(one.get("Target")) for one in relations}
    for sheet in ElementTree.fromstring(parts["xl/workbook.xml"]).findall(".//{*}sheet"):
        target = targets.get(sheet.get(RELATION), "")
        file = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if file in parts:
            yield str(sheet.get("name")), _traces_of_sheet(parts[file])


def _traces_of_sheet(xml: bytes) -> Cells | None:
    found: Cells = {}
    for _, element in ElementTree.iterparse(io.BytesIO(xml)):
        kind = _tag(element)
        if kind == "row":
            if len(element) and int(element.get("r", "1")) > MOST_ROWS:
                return None
            element.clear()
        elif kind == "c" and (place := PLACE.fullmatch(element.get("r", ""))):
            at = int(place[2]) - 1, column_number(place[1])
            if at[0] >= MOST_ROWS or at[1] >= MOST_COLUMNS:
                return None
            found.update({at: trace} if (trace := _trace(element)) is not None else {})
            element.clear()
    return found


def _trace(cell: ElementTree.Element) -> object:
    """The error that a cell holds, or its formula where nobody has calculated it; None of any other."""
    inside = {_tag(part): part.text or "" for part in cell}
    value, kind = inside.get("v"), cell.get("t")
    if kind == "e" and value is not None:
        return value
    calculated = value is not None and (value or kind == "str")
    return NotCalculated(inside["f"]) if "f" in inside and not calculated else None


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
