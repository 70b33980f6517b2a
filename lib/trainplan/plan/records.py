"""Raw cells to checked records; what a record refuses becomes a problem with its file, line, column and value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from pydantic import ValidationError, create_model

from trainplan.plan.address import row_key
from trainplan.plan.reading import RawTable
from trainplan.plan.schema import CHANGEABLE_CHOICES, TABLES, Choices, Row, Table
from trainplan.text.catalog import texts
from trainplan.text.problems import ENOUGH, Problem, nearest_name


def read_records(name: str, raw: RawTable | None, problems: list[Problem]) -> tuple[list[Any], list[Any]]:
    """The records of a raw table, and those of which some cells are refused; why they are goes to `problems`.

    A record of the second kind lacks the attributes that are refused.
    """
    table = TABLES[name]
    records: list[Any] = []
    partial: list[Any] = []
    noted = {(problem.where, problem.line, problem.column) for problem in problems}  # of cells, as they were read
    for cells, line in zip(raw.rows, raw.lines, strict=True) if raw else ():
        filled = {
            c: cells[c]
            for c, column in table.columns.items()
            if c in cells and (cells[c] not in ("", None) or column.may_be_blank)
        }
        try:
            records.append(table.record.model_validate(filled))
        except ValidationError as error:
            assert raw is not None
            if len(partial) == ENOUGH:
                break
            partial.append(_readable_part(table, filled, frozenset(str(e["loc"][0]) for e in error.errors())))
            key = row_key(cells, table.keys)
            absent = [c for c in table.needed_columns if c in raw.columns and c not in filled]
            if len(absent) >= max(2, len(table.needed_columns) / 2):
                columns = {"columns": ", ".join(absent)}
                problems.append(Problem(raw.file, "row_unfinished", row=key, values=columns, line=line))
                continue
            found = [problem_of(e, raw.file, cells, key) for e in error.errors()]
            problems += [
                replace(problem, line=line, value="" if problem.value is None else problem.value)
                for problem in found
                if problem.column in raw.columns and (raw.file, line, problem.column) not in noted
            ]
    return records, partial


def _readable_part(table: Table, cells: Mapping[str, Any], refused: frozenset[str]) -> Any:
    """A record of the cells that are not refused."""
    record = _without(table.record, refused).model_validate({c: v for c, v in cells.items() if c not in refused})
    for name in refused:
        del record.__dict__[name]
    return record


@cache
def _without(record: type[Row], refused: frozenset[str]) -> type[Row]:
    """The record with nothing asked of the refused columns."""
    free: dict[str, Any] = dict.fromkeys(refused, (Any, None))
    return create_model(record.__name__, __base__=record, **free)


def read_choices(raw: dict[str, Any], file: str, problems: list[Problem]) -> Choices | None:
    """The choices of a plan file; None where some are refused, and why goes to `problems`."""
    try:
        return Choices.model_validate({**dict.fromkeys(CHANGEABLE_CHOICES), **raw})  # so that it says what is allowed
    except ValidationError as error:
        unused = [key for key in Choices.model_fields if key not in raw]
        problems += [problem_of(e, file, raw, keys=unused) for e in error.errors()]
        return None


def problem_of(
    error: Any, file: str, cells: object, row: str = "", column: str = "", keys: Iterable[str] = (), otherwise: str = ""
) -> Problem:
    """A validation error of a record made from `cells`, as a problem in `row` and `column`, the error's own if empty.

    `keys` are those that an unknown one may be a misspelling of; `otherwise` is the code where the kind of error has
    none. The value is None where it is missing.
    """
    kind, key = error["type"], str(error["loc"][0]) if error["loc"] else ""
    column = column or key
    value = cells.get(key) if isinstance(cells, Mapping) and kind != "missing" else None
    near = ""
    if kind == "extra_forbidden":
        near = nearest_name(column, keys)
    elif kind == "literal_error":
        near = nearest_name(str(value), _allowed_words(error))
    code, values = code_of(error, otherwise)
    if kind in ("extra_forbidden", "invalid_key") and key.isdecimal():  # low: 0,9 within {…}
        code = "decimal_comma"
    return Problem(file, code, value, row, column, near, values)


def code_of(error: Any, otherwise: str = "") -> tuple[str, dict[str, Any]]:
    """(code, values) of a problem for a validation error, whose kind is a code; `otherwise` where it is none."""
    if f"problem.{error['type']}" in texts("en"):
        values = error.get("ctx", {})
        return error["type"], {
            **values,
            "expected": str(values["expected"]).replace(" or ", ", "),
        } if "expected" in values else values
    return (otherwise, {}) if otherwise else ("other", {"message": error["msg"]})


def _allowed_words(error: Any) -> list[str]:
    """The words that a choice would have taken, from its validation error."""
    return [word for word in error["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ") if word]
