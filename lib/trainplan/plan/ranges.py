"""Ranges of a plan's numbers: what is not known for sure, how far it may lie from what the plan says, and why.

`uncertain` in plan.yaml is a list of closed records (method.md, section 7). A range is checked on the plan as it is
written: new values must be allowed, while of a range that scales or adds the middle must, as later numbers and
scenarios change what it starts from. A draw that leaves what a column allows is put back to the nearest value that it
does allow. `{year}` in an address stands for every year that the plan decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from trainplan.plan.address import YEAR, Address, as_unseen, find_cells
from trainplan.plan.reading import RawTable
from trainplan.plan.records import problem_of
from trainplan.plan.schema import TABLES, Addresses, Name, Number, is_refused, parse_number
from trainplan.plan.vintages import open_years
from trainplan.text.problems import Problem, nearest_name

TINY = 1e-6  # how far a draw stays from a bound that is not allowed itself
LIMITS: dict[tuple[str, str], tuple[float, float]] = {  # (table, column) that may be drawn: the least and the most
    (table.name, column.name): column.drawn_within(TINY)
    for table in TABLES.values()
    for column in table.columns.values()
    if column.drawable
}
SHAPES = {"triangular": ("low", "mode", "high"), "uniform": ("low", "high"), "normal": ("mean", "sd")}


class BothLanguages(BaseModel):
    """Text in Vietnamese and English; where it is in Vietnamese alone, that serves for both."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vi: Name
    en: Name

    @model_validator(mode="before")
    @classmethod
    def _vietnamese_for_both(cls, texts: Any) -> Any:
        return {"en": texts["vi"], **texts} if isinstance(texts, dict) and "vi" in texts else texts


class Range(BaseModel):
    """How far numbers of the plan may lie from what it says. Unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    ONLY_READ: ClassVar = ("name", "reason")  # the fields that no result depends on

    address: Addresses = Field(
        description="table.row.column, or a list of them; `*` is every row. One draw moves them all together: numbers "
        "that vary apart have ranges of their own. `{year}` stands for every year that the plan decides"
    )
    each_year: Literal[True, False] = Field(
        False, description="drawn anew for every year; every address then has `{year}`"
    )
    form: Literal["value", "scale", "add"] = Field(description="a new value, a factor or a summand, as in a change")
    distribution: Literal["triangular", "uniform", "normal"]
    low: Number | None = Field(None, description="the least (triangular, uniform)")
    mode: Number | None = Field(None, description="the most likely (triangular)")
    high: Number | None = Field(None, description="the most (triangular, uniform)")
    mean: Number | None = Field(None, description="(normal); what the columns do not allow is cut off")
    sd: Number | None = Field(None, description="standard deviation (normal)")
    name: BothLanguages = Field(description="a few words for figures")
    reason: BothLanguages = Field(description="where the range comes from")

    def addresses(self, years: Iterable[int]) -> list[str]:
        """Every address, in order, with `{year}` as each of `years` in turn."""
        return [one for address in self.address for one in addresses_in(address, years)]

    @property
    def shape(self) -> tuple[float, ...]:
        """The numbers of the distribution, as `SHAPES` names them."""
        return tuple(float(getattr(self, part)) for part in SHAPES[self.distribution])

    @property
    def middle(self) -> float:
        """The most likely; of a uniform distribution, which has none, the mean."""
        return sum(self.shape) / 2 if self.distribution == "uniform" else self.shape[-2]

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the most; of a normal distribution, which has none, the 5 and 95 % points."""
        if self.distribution != "normal":
            return self.shape[0], self.shape[-1]
        mean, sd = self.shape
        return mean - 1.6448536269514722 * sd, mean + 1.6448536269514722 * sd


def addresses_in(address: str, years: Iterable[int]) -> list[str]:
    """The address in each of `years`; one without `{year}` as it stands."""
    return [address.replace(YEAR, str(year)) for year in years] if YEAR in address else [address]


def read_ranges(
    tables: dict[str, RawTable], choices: dict[str, Any], file: str, problems: list[Problem]
) -> tuple[Range, ...]:
    """The ranges of a plan file, its `uncertain`; what is wrong with them is noted, each at its place in the list."""
    raw, years = choices.get("uncertain"), range(0)
    if raw is None:
        return ()
    with suppress(KeyError, TypeError, ValueError):  # said of what is no number there
        years = open_years(tables, choices)
    if not isinstance(raw, list):
        problems.append(Problem(file, "ranges_form", raw, column="uncertain"))
        return ()
    ranges = []
    for i, item in enumerate(raw, start=1):
        where = f"uncertain {i}"
        try:
            found = Range.model_validate(item if isinstance(item, dict) else {})
        except ValidationError as error:
            problems += [_problem(e, item, where, file) for e in error.errors()]
            continue
        wrong = [*_shape_problems(found, where, file), *_place_problems(found, where, tables, years, file)]
        problems += wrong
        ranges += [] if wrong else [found]
    return tuple(ranges)


def draw_limits(table: str, column: str, cells: dict[str, Any]) -> tuple[float, float]:
    """The least and the most that a cell may hold; a count's baseline stays 0."""
    if (table, column) == ("objectives", "baseline") and cells.get("kind") == "count":
        return 0.0, 0.0
    return LIMITS[table, column]


def apply_draw(form: str, value: Any, by: Any) -> Any:
    """`value` with a draw `by` of a range: replaced by it, scaled or added to, by the range's form."""
    return by if form == "value" else value * by if form == "scale" else value + by


def _problem(error: Any, item: object, where: str, file: str) -> Problem:
    column = ".".join(str(part) for part in error["loc"] if not isinstance(part, int))
    if not isinstance(item, dict):
        return Problem(file, "missing", None, where, column)
    problem = problem_of(error, file, item, where, column, Range.model_fields, "text_expected")
    if error["type"] == "string_too_short" or problem.code == "text_expected":
        return replace(problem, code="text_expected", values={"form": "{vi: …, en: …}"})
    return problem


def _shape_problems(found: Range, where: str, file: str) -> list[Problem]:
    needed = SHAPES[found.distribution]
    problems = []
    for part in ("low", "mode", "high", "mean", "sd"):
        value = getattr(found, part)
        if (value is None) == (part in needed):
            has = {"distribution": found.distribution, "parts": ", ".join(needed)}
            problems.append(Problem(file, "range_parts", value, where, part, values=has))
    if not problems and found.distribution != "normal" and list(found.shape) != sorted(found.shape):
        shown = ", ".join(f"{v:g}" for v in found.shape)
        problems.append(Problem(file, "range_order", shown, where, needed[0], values={"order": " ≤ ".join(needed)}))
    if not problems and found.distribution == "normal" and found.shape[1] < 0:
        problems.append(Problem(file, "at_least", found.sd, where, "sd", values={"low": 0}))
    return problems


def _place_problems(
    found: Range, where: str, tables: dict[str, RawTable], years: Iterable[int], file: str
) -> list[Problem]:
    problems: list[Problem] = []
    for address in found.address:
        if found.each_year and YEAR not in address:
            problems.append(Problem(file, "range_each_year", address, where, "address", values={"place": YEAR}))
            continue
        table, _, column = Address.of(address)
        named, lost = _find_in_years(address, tables, years, file)
        problems += [replace(problem, row=where, column="address") for problem in lost]
        if not table or (table in tables and named and (table, column) not in LIMITS):
            known = [c for t, c in LIMITS if t == table] or sorted({f"{t}.*.{c}" for t, c in LIMITS})
            near = nearest_name(column, known)
            columns = {"columns": ", ".join(known)}
            problems.append(Problem(file, "range_place", address, where, "address", near, columns))
            continue
        by_unit = [place for place, rows in Counter(place for place, *_ in named).items() if rows > 1]
        problems += [Problem(file, "range_of_rows_by_unit", place, where, "address") for place in by_unit]
        for place, cells, _ in named:
            wrong = _end_problems(found, place, table, column, cells, where, file)
            if wrong and not is_refused(table, cells, column):
                problems += [as_unseen(tables, place, problem) for problem in wrong]
    return problems


def _find_in_years(
    address: str, tables: dict[str, RawTable], years: Iterable[int], file: str
) -> tuple[list[tuple[str, dict[str, Any], str]], list[Problem]]:
    """The cells of an address in each of `years`, as `find_cells` gives them, and the problems, none of them twice."""
    cells: list[tuple[str, dict[str, Any], str]] = []
    lost: list[Problem] = []
    for one in addresses_in(address, years):
        cells += find_cells(tables, {}, one, file, lost)
        if any(problem.code != "no_row" for problem in lost):  # so it is in every year
            break
    return cells, lost


def _end_problems(
    found: Range, place: str, table: str, column: str, cells: dict[str, Any], where: str, file: str
) -> list[Problem]:
    """The ends of new values, the middle of what scales or adds, must be what the column allows in every row."""
    text = cells.get(column, "")
    if found.form != "value" and (text is None or str(text).strip() == ""):
        return [Problem(file, "change_of_empty_cell", place, where, "address", values={"form": found.form})]
    try:
        value = 0.0 if found.form == "value" else parse_number(text)
        ends = found.ends if found.form == "value" and found.distribution != "normal" else (found.middle,)
    except (ValueError, TypeError):  # said already, of the cell or of the distribution
        return []
    low, high = draw_limits(table, column, cells)
    problems = []
    for end in dict.fromkeys(ends):
        reached = apply_draw(found.form, value, end)
        if not low <= reached <= high:
            leads = {"reached": f"{reached:.6g}", "low": f"{low:.6g}", "high": f"{high:.6g}"}
            problems.append(Problem(file, "range_leads_beyond", place, where, "address", values=leads))
    return problems
