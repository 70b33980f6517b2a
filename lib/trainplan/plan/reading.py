"""Files to raw cells: CSV tables and YAML files as text, NFC-normalized, with what is wrong collected.

A byte order mark, CRLF line ends and further columns are welcome; any encoding but UTF-8 is not.
"""

from __future__ import annotations

import hashlib
import logging
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import YAMLError

from trainplan.plan.csv_text import read_csv
from trainplan.plan.heads import as_column
from trainplan.plan.schema import AS_OF, Table
from trainplan.text.catalog import say
from trainplan.text.problems import Problem, nearest_name, problem_of_file

LOG = logging.getLogger("trainplan")


@lru_cache(maxsize=64)
def parse_yaml(text: str) -> Any:
    """What YAML says; remembered by its text, as the desk reads the same files at every move. Not to be modified."""
    return YAML(typ="safe", pure=True).load(text)


@dataclass
class RawTable:
    """A table as its file holds it: one dictionary of cells a row, and the line each row came from.

    `written` has by (line, column) what stands in the file where the cell was made readable, as 0,04 to 0.04.
    """

    file: str  # of a workbook its sheet too, as messages name it
    columns: list[str]
    rows: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    letters: dict[str, str] = field(default_factory=dict)  # of a sheet: what Excel calls each column
    written: dict[tuple[int, str], str] = field(default_factory=dict)
    head_line: int = 1
    later: list[dict[str, Any]] = field(default_factory=list)  # rows that the plan does not see from its date

    def copy(self) -> RawTable:
        """The table with rows of its own, free to be changed and added to."""
        return replace(self, rows=[dict(cells) for cells in self.rows], lines=[*self.lines])


class Files:
    """Reads the files of a plan, and remembers the hash of each."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.hashes: dict[str, str] = {}
        self.paths: set[Path] = set()
        self.problems: list[Problem] = []
        self.unread: set[str] = set()  # tables of workbooks that are there and cannot be read
        self.notes: list[tuple[str, str, dict[str, object]]] = []  # place, `warning.<code>` and its values

    def copy(self) -> Files:
        """What was read so far, for whoever reads on apart from others."""
        files = Files(self.root)
        files.hashes, files.paths, files.problems = {**self.hashes}, {*self.paths}, [*self.problems]
        files.unread, files.notes = {*self.unread}, [*self.notes]
        return files

    def name_of(self, path: Path) -> str:
        """A file as messages name it: from the project's root where it lies within."""
        try:
            return path.resolve().relative_to(self.root).as_posix()
        except ValueError:
            return path.name

    def content(self, path: Path) -> bytes | None:
        """The bytes of a file; None, with a problem noted, where there are none to read."""
        name = self.name_of(path)
        try:
            data = path.read_bytes()
        except OSError as error:
            self.problems.append(problem_of_file(name, error))
            return None
        LOG.debug("read %s", path)
        self.paths.add(path)
        self.hashes[name] = hashlib.sha256(data).hexdigest()
        return data

    def text(self, path: Path) -> str | None:
        """The text of a UTF-8 file, NFC-normalized; None, with a problem noted, where there is none to read."""
        name, data = self.name_of(path), self.content(path)
        if data is None:
            return None
        try:
            return unicodedata.normalize("NFC", data.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            self.problems.append(Problem(name, "not_utf8", line=line))
            return None

    def yaml(self, path: Path) -> dict[str, Any] | None:
        """A YAML file whose top level is a map; keys given twice are a problem."""
        text = self.text(path)
        if text is None:
            return None
        name = self.name_of(path)
        try:
            content = parse_yaml(text)
        except (YAMLError, ValueError) as error:  # a ValueError is of a date that is none, such as 2011-13-01
            self.problems.append(problem_of_yaml(name, error))
            return None
        if not isinstance(content, dict):
            self.problems.append(Problem(name, "not_a_map"))
            return None
        return {str(key): value for key, value in content.items()}

    def table(self, path: Path, table: Table) -> RawTable | None:
        """The raw cells of a table; None where the file is missing or not to be read."""
        name = self.name_of(path)
        if not path.exists():
            if table.required:
                present = sorted(p.stem for p in path.parent.glob("*.csv")) if path.parent.is_dir() else []
                near = nearest_name(table.name, [stem for stem in present if stem != table.name])
                self.problems.append(Problem(name, "table_missing", nearest=near))
            return None
        text = self.text(path)
        if text is None:
            return None
        raw, problems = read_table(name, text, table)
        self.problems += problems
        if problems and not raw.columns:
            return None
        self.problems += header_problems(name, raw.columns, table, raw.head_line)
        return raw.copy()


def problem_of_yaml(file: str, error: Exception) -> Problem:
    """Why a text cannot be read as YAML: a key that is given twice, or the reason that the reader gives."""
    mark, what = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    line = mark.line + 1 if mark else 0
    if isinstance(error, DuplicateKeyError):
        words = str(what).split('"')
        return Problem(file, "key_twice", words[1] if len(words) > 1 else None, line=line)
    reason = error if isinstance(error, ValueError) else what or say("problem_frame.not_understood", "en")
    return Problem(file, "not_yaml", values={"reason": reason}, line=line)


@lru_cache(maxsize=64)
def read_table(file: str, text: str, table: Table) -> tuple[RawTable, list[Problem]]:
    """A table from the text of its CSV file, and what is wrong with the text; remembered, and not to be modified."""
    raw = RawTable(file, [])
    return raw, read_csv(raw, text, table)


def header_problems(file: str, header: list[str], table: Table, line: int = 1) -> Iterator[Problem]:
    """Columns that stand twice, are missing, or look like a misspelt one; `line` is that of the header."""
    for column in sorted({c for c in header if c and header.count(c) > 1}):
        yield Problem(file, "column_twice", column=column, line=line)
    known = [*table.columns, AS_OF]
    meant = {c: as_column(c) for c in header if c not in known}
    respelt = {c: column for c, column in meant.items() if column in known and column not in header}
    for c, column in respelt.items():
        yield Problem(file, "column_respelt", c, line=line, values={"column": column})
    unknown = [c for c in meant if c not in respelt]
    absent = [c for c in known if c not in header and c not in respelt.values()]
    for column in table.needed_columns:
        if column in absent:
            yield Problem(file, "column_missing", column=column, nearest=nearest_name(column, unknown), line=line)
    for column in unknown:
        near = nearest_name(column, absent)
        if near and near not in table.needed_columns and len(column) > 3:
            yield Problem(file, "column_misspelt", column=column, nearest=near, line=line)
