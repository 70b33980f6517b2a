"""Where the tables of a survey form stand in a file that came back, whatever its sheets are called, whoever moved them.

A table is known by the codes under its headings, or else by their words; a row by its key, or else by its words.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from xlsxwriter.utility import xl_rowcol_to_cell

from trainplan.cycle.survey_files import RawSheet
from trainplan.cycle.survey_layout import COUNTED, SurveySheet
from trainplan.text.catalog import LANGUAGES

HEAD_WITHIN = 60  # rows from the top
HEAD_HEIGHT = 4  # rows that headings take, with their codes
FEWEST_HEADS = 3  # by which a table is known
CODE = re.compile(r"\(\s*(\d+[a-z]?)\s*\)(\s*=.*)?")
NAMING = ("group", "objective", "program")  # columns by whose words a row is known
Line = Mapping[int, object]  # the cells of a row by their column
Places = dict[str, tuple[int, ...]]  # columns from the left by id: several where a column stands again


@lru_cache(maxsize=4096)
def words_of(text: object) -> str:
    """A text by which it is compared: its letters and digits, small."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", str(text)).casefold() if letter.isalnum())


@dataclass(frozen=True)
class Table:
    """A table of the form where it stands: the first row under its headings, the columns of each id from the left."""

    raw: RawSheet
    sheet: SurveySheet
    first: int
    places: Places

    def value(self, row: int, column: str) -> object:
        """What stands in a column of a row; None for a blank cell, and where the column is not there."""
        return self.raw.cells.get((row, self.places[column][0])) if column in self.places else None

    def cell(self, row: int, column: str, copy: int = 0) -> str:
        """A cell as Excel calls it; of a column that stands several times that of a later `copy`."""
        return str(xl_rowcol_to_cell(row, self.places[column][copy]))

    def differs(self, column: str) -> int | None:
        """The first row in which a column says another thing where it stands again; None where it does not."""
        cells, (own, *others) = self.raw.cells, self.places[column]
        rows = (row for row in self.rows for c in others if cells.get((row, c)) != cells.get((row, own)))
        return next(rows, None)

    @cached_property
    def rows(self) -> list[int]:
        """The rows under the headings that are not blank."""
        return sorted({row for row, _ in self.raw.cells if row >= self.first})

    @cached_property
    def keys(self) -> dict[int, str]:
        """The key of every row that the form lists: in the column where most of them stand, or by the row's words."""
        keys = {row.key for row in self.sheet.rows}
        cells = self.raw.cells
        places = Counter(c for (row, c), value in cells.items() if row >= self.first and value in keys)
        at = max(places, key=lambda c: places[c], default=-1)
        words = [(self._words(row.given), row.key) for row in self.sheet.rows]
        said = Counter(text for text, _ in words)
        named = {text: key for text, key in words if said[text] == 1}
        found = {}
        for row in self.rows:
            own, text = cells.get((row, at)), self._words({id: self.value(row, id) for id in NAMING})
            key = own if own in keys else named.get(text)
            if key is not None:
                found[row] = str(key)
        return found

    def end_after(self, rows: Iterable[int]) -> int:
        """The first blank row after the last of `rows`; below it there are remarks and signatures."""
        last, filled = max(rows, default=self.first - 1), set(self.rows)
        return next(row for row in range(last + 1, last + 2 + len(filled)) if row not in filled)

    def is_merged(self, row: int, column: str) -> bool:
        """Whether a cell of a number stands for several that ask for a number each."""
        place, asked = (row, self.places[column][0]), {c for id in self.asking for c in self.places[id]}
        for (top, left), (bottom, right) in self.raw.merged:
            if top <= place[0] <= bottom and left <= place[1] <= right:
                return bottom > top or len(asked & set(range(left, right + 1))) > 1
        return False

    @cached_property
    def asking(self) -> list[str]:
        """The columns that are there and ask for numbers."""
        return [c.id for c in self.sheet.columns if c.holds.kind in COUNTED and c.id in self.places]

    def _words(self, given: Mapping[str, object]) -> tuple[str, ...]:
        return tuple(words_of(given.get(column) or "") for column in NAMING if column in self.places)


def find_table(raw: RawSheet, sheets: Iterable[SurveySheet]) -> Table | None:
    """The table that a sheet holds, None where it holds none: the one with most of its headings in one row."""
    lines: dict[int, dict[int, object]] = {}
    for (row, column), value in sorted(raw.cells.items(), key=lambda item: item[0]):
        if row < HEAD_WITHIN:
            lines.setdefault(row, {})[column] = value
    best, fit_of_best = None, 0
    for sheet in sheets:
        heads = Heads.of(sheet)
        for row, line in lines.items():
            for found in (heads.by_code(line), heads.by_words(line)):
                fit = 2 * len(found) - sum(bool(_code(value)) for value in line.values())
                if len(found) >= FEWEST_HEADS and fit > fit_of_best:
                    best, fit_of_best = Table(raw, sheet, row + 1, found), fit
    return best and _with_heads_nearby(best, lines)


def _with_heads_nearby(table: Table, lines: Mapping[int, Line]) -> Table:
    """The table with the columns whose headings stand in rows nearby: above their codes, or in parts."""
    places, first, heads = dict(table.places), table.first, Heads.of(table.sheet)
    for row in range(table.first - HEAD_HEIGHT, table.first + 1):
        line = lines.get(row, {})
        coded = heads.by_code(line)
        if row == table.first and len(coded) < FEWEST_HEADS:
            continue
        taken = {c for columns in places.values() for c in columns}
        more = {**heads.by_words(line), **coded}
        places |= {id: own for id, own in more.items() if id not in places and not taken & set(own)}
        first = max(first, row + 1)
    return Table(table.raw, table.sheet, first, places)


class Heads(NamedTuple):
    """The ids of a sheet's columns by their codes, and by the words of their headings."""

    codes: Mapping[str, str]
    words: Mapping[str, str]

    @classmethod
    def of(cls, sheet: SurveySheet) -> Heads:
        """Those of a sheet."""
        layouts = [column.layout for column in sheet.columns]
        return cls(
            {layout.code: layout.id for layout in layouts if layout.code},
            {words_of(layout.heading(language)): layout.id for layout in layouts for language in LANGUAGES},
        )

    def by_code(self, line: Line) -> Places:
        """The columns of a row that holds codes."""
        return _places((self.codes.get(_code(value)), c) for c, value in line.items())

    def by_words(self, line: Line) -> Places:
        """The columns of a row that holds headings."""
        return _places((self.words.get(words_of(value)), c) for c, value in line.items())


def _code(value: object) -> str:
    match = CODE.fullmatch(value.strip()) if isinstance(value, str) else None
    return match[1] if match else ""


def _places(found: Iterable[tuple[str | None, int]]) -> Places:
    places: Places = {}
    for id, column in found:
        if id:
            places[id] = (*places.get(id, ()), column)
    return places
