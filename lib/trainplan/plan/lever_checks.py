"""Levers as a plan file lists them: read and checked, so that every lever can be moved to both of its ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from trainplan.plan.address import Address, as_unseen, changed_value, column_of, find_cells
from trainplan.plan.levers import Lever, choices_of, lever_change
from trainplan.plan.reading import RawTable
from trainplan.plan.records import code_of, problem_of
from trainplan.plan.schema import TABLES, is_refused, parse_number, parse_whole_number
from trainplan.plan.vintages import open_years
from trainplan.text.problems import Problem, nearest_name

LIKENESS = 1e-9  # relative; numbers in files are rounded

_sound: dict[frozenset[tuple[str, str]], tuple[Lever, ...]] = {}  # levers found sound, by the hashes of their files


def sound_levers(
    hashes: Mapping[str, str],
    tables: Mapping[str, RawTable],
    choices: dict[str, Any],
    file: str,
    problems: list[Problem],
) -> tuple[Lever, ...]:
    """As `read_levers`; files that were sound are not checked again, for the desk reads them at every move."""
    key, known = frozenset({**hashes, "as_of": str(choices.get("as_of"))}.items()), len(problems)
    if key not in _sound:
        levers = read_levers(tables, choices, file, problems)
        if len(problems) > known:
            return levers
        _sound.clear()
        _sound[key] = levers
    return _sound[key]


def read_levers(
    tables: Mapping[str, RawTable], choices: dict[str, Any], file: str, problems: list[Problem]
) -> tuple[Lever, ...]:
    """The levers of a plan as its files stand, before any change; what is wrong with them goes to `problems`."""
    raw = choices.get("levers")
    if raw is None:
        return ()
    if not isinstance(raw, list):
        problems.append(Problem(file, "levers_form", column="levers"))
        return ()
    levers = [lever for position, entry in enumerate(raw, 1) for lever in _record(entry, position, file, problems)]
    ids = [lever.id for lever in levers]
    for twice in sorted({i for i in ids if ids.count(i) > 1}):
        problems.append(Problem(file, "lever_id_twice", twice, row=twice, column="id"))
    sound = []
    for lever in levers:
        cells = (as_unseen(tables, str(one.value), one) for one in _wrong_cells(lever, tables, choices, file))
        wrong = [*_wrong_range(lever, file), *cells]
        problems += wrong
        sound += [] if wrong else [lever]
    return tuple(sound)


def _record(entry: object, position: int, file: str, problems: list[Problem]) -> Iterator[Lever]:
    row = str(entry["id"]) if isinstance(entry, dict) and entry.get("id") else f"levers {position}"
    try:
        yield Lever.model_validate(entry)
    except ValidationError as error:
        for e in error.errors():
            problem = problem_of(e, file, entry, row, keys=Lever.model_fields, otherwise="lever_entry")
            # few words are allowed, and the message lists them all
            problems.append(replace(problem, nearest="") if e["type"] == "literal_error" else problem)


def _wrong_range(lever: Lever, file: str) -> Iterator[Problem]:
    """A lever has options, or a range whose step leads from one end towards the other."""
    numbers = (lever.low, lever.high, lever.step)
    if lever.is_choice:
        if any(n is not None for n in numbers):
            yield Problem(file, "lever_options_or_range", row=lever.id)
    elif lever.options or lever.low is None or lever.high is None or lever.step is None:
        yield Problem(file, "lever_options_or_range", row=lever.id)
    elif lever.low >= lever.high:
        yield Problem(file, "lever_low_high", f"{lever.low:g} … {lever.high:g}", lever.id, "low")
    elif lever.step > lever.high - lever.low:
        yield Problem(file, "lever_step", f"{lever.step:g}", lever.id, "step")
    if "vi" not in lever.label:
        yield Problem(file, "lever_label", row=lever.id, column="label")


def _wrong_cells(lever: Lever, tables: Mapping[str, RawTable], choices: dict[str, Any], file: str) -> Iterator[Problem]:
    """Every address must be there, and hold what both ends of the range can change into something allowed."""
    try:
        years, base_year = open_years(tables, choices), parse_whole_number(choices["price_base_year"])
    except (KeyError, TypeError, ValueError):
        return  # said already
    found: list[Problem] = []
    aside = dict(tables)
    if "ceilings" in aside:  # looking for a ceiling that is not there must not make one
        aside["ceilings"] = replace(aside["ceilings"], rows=list(aside["ceilings"].rows), lines=[])
    cells = [
        (Address.of(place), row, column, power)
        for address, power in lever.addresses(years, base_year).items()
        for place, row, column in find_cells(aside, choices, address, file, found, may_add=True)
    ]
    yield from (replace(problem, row=lever.id) for problem in found)
    if lever.is_choice:
        yield from _wrong_options(lever, file)
    elif None not in (lever.low, lever.high) and any(_wrong_values(lever, cells, file)):
        sound = [cell for cell in cells if cell[0].is_choice or not is_refused(cell[0].table, *cell[1:3])]
        yield from _wrong_values(lever, sound, file)


def _wrong_values(lever: Lever, cells: list[Any], file: str) -> Iterator[Problem]:
    """What is wrong with what the cells hold, and with what the ends of the range make of them."""
    if lever.change == "value":
        yield from _wrong_start(lever, cells, file)
    for end in (lever.low, lever.high):
        yield from _wrong_end(lever, end, cells, file)


def _wrong_options(lever: Lever, file: str) -> Iterator[Problem]:
    words = choices_of(lever.address[0])
    if not words and len(lever.options) < 2:
        yield Problem(file, "lever_options", row=lever.id, column="options")
    for option in lever.options if words else ():
        if option not in words:
            near, expected = nearest_name(str(option), words), {"expected": ", ".join(words)}
            yield Problem(file, "literal_error", option, lever.id, "options", near, expected)


def _wrong_start(lever: Lever, cells: list[Any], file: str) -> Iterator[Problem]:
    """A lever that sets a value starts from the one that the plan has: one number, within the range."""
    held: dict[float | None, str] = {}
    for place, row, name, _ in cells:
        old, column = row.get(name, ""), column_of(place)
        empty = str(old).strip() in ("", "None")
        if empty and not (column and column.is_unlimited):
            yield Problem(file, "lever_empty_cell", str(place), lever.id, "address")
            return
        try:
            held.setdefault(None if empty else parse_number(old), str(place))
        except ValueError:
            yield Problem(file, "lever_not_a_number", old, lever.id, "address")
            return
    if len(held) > 1:
        yield Problem(file, "lever_cells_differ", "; ".join(held.values()), lever.id, "address")
    start = next(iter(held), None)
    if start is None or lever.low is None or lever.high is None:
        return
    slack = LIKENESS * max(1.0, abs(start))
    if not lever.low - slack <= start <= lever.high + slack:
        yield Problem(file, "lever_start", f"{start:g}", lever.id, "low")


def _wrong_end(lever: Lever, end: Any, cells: list[Any], file: str) -> Iterator[Problem]:
    """What the record of the table says of the value at an end of the range."""
    for place, row, column, power in cells:
        if place.is_choice:
            continue
        try:
            new = changed_value(row.get(column, ""), lever_change(lever, end, power))
            TABLES[place.table].record.model_validate({**{k: v for k, v in row.items() if v != ""}, column: new})
        except ValidationError as error:
            for e in error.errors():
                if e["loc"] == (column,):
                    side = "low" if end == lever.low else "high"
                    code, values = code_of(e, "lever_entry")
                    yield Problem(file, code, f"{place}: {new:g}", lever.id, side, values=values)
                    return
        except PydanticCustomError as error:
            yield Problem(file, error.type, str(place), lever.id, "address", values=error.context or {})
            return
        except (ValueError, TypeError) as error:
            yield Problem(file, "other", str(place), lever.id, "address", values={"message": error})
            return
