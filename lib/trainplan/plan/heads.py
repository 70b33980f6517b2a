"""The head of a table, of a sheet or a CSV file: where it stands, which columns it names, and how many."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from trainplan.plan.schema import AS_OF, Table
from trainplan.text.letters import as_meant
from trainplan.text.problems import Problem

HEAD_WITHIN = 20  # rows, the first of which are a title or a remark
MOST_COLUMNS = 200


@lru_cache(maxsize=4096)
def as_column(name: str) -> str:
    """A name as columns and tables are spelt: small letters of the keyboard, joined by underscores."""
    return re.sub("[ -]+", "_", as_meant(name.strip()).casefold())


@lru_cache(maxsize=4096)  # the desk reads the same heads at every move
def column_named(value: object, table: Table) -> str:
    """The column that a head cell names: alone, in one of its lines, or in square brackets."""
    lines = [line.strip() for line in str(value).splitlines() if line.strip()]
    words = [*reversed(re.findall(r"\[\s*([^\[\]]+?)\s*\]", str(value))), *lines]
    known = {*table.columns, AS_OF}
    exact = next((word for word in words if word in known), "")
    return exact or next((word for word in words if as_column(word) in known), " ".join(lines))


def count_named(cells: Iterable[object], table: Table) -> int:
    """How many columns of the table a row names."""
    return len({as_column(column_named(cell, table)) for cell in cells} & {*table.columns, AS_OF})


def head_row(rows: Mapping[int, Iterable[object]], table: Table) -> int:
    """The number of the row that names most columns of the table, the first of several; 0 where none names any."""
    named = {number: count_named(cells, table) for number, cells in rows.items()}
    best = max(named, key=lambda number: named[number], default=0)
    return best if named.get(best) else 0


def too_large(file: str, head: Iterable[object], numbers: Sequence[int], table: Table) -> Problem | None:
    """What is wrong where more columns have a name, or more rows stand below the head, than a table may have.

    `numbers` are those of the rows from the head on that are not blank, in their order.
    """
    if sum(map(bool, head)) > MOST_COLUMNS:
        return Problem(file, "too_many_columns", values={"most": MOST_COLUMNS}, line=numbers[0])
    if len(numbers) > table.most + 1:
        return Problem(file, "too_many_rows", values={"most": table.most}, line=numbers[table.most + 1])
    return None
