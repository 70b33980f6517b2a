"""The input tables of a plan: each row a closed, documented record (method.md, section 1).

A table that a plan may have is listed in `TABLES`; everything else (reading, addresses, checks, the register of
sources) follows from these declarations. Money is VND, shares are 0…1, years are calendar years.
"""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from trainplan.plan.choices import ALLOCATION_RULES, OBJECTIVE_KINDS, OneOf

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
BASIS_KINDS = ("clause", "law", "statistic", "assumption")
Pacing = Literal["linear", "front", "back"]


def number(value: object) -> float:
    """A plain finite number such as 1250 or 0.35; ValueError for anything else that a file may hold."""
    if isinstance(value, bool):
        raise ValueError("a number is expected, such as 1250 or 0.35.")
    if isinstance(value, int | float):
        result = float(value)
    else:
        text = str(value).strip()
        if re.fullmatch(r"[+-]?\d{1,3}([.,' \u00a0\u202f]\d{3})+([.,]\d+)?", text) and not NUMBER.fullmatch(text):
            raise ValueError("write the number without thousands separators, such as 1250000.")
        if re.fullmatch(r"[+-]?\d+,\d+", text):
            raise ValueError("write the decimal mark as a point, and no thousands separators, such as 0.35.")
        if text.lower().lstrip("+-") in ("nan", "inf", "infinity"):
            raise ValueError("a finite number is expected; leave the cell empty where nothing is known.")
        if not NUMBER.fullmatch(text):
            raise ValueError("a number is expected, such as 1250 or 0.35.")
        result = float(text)
    if not math.isfinite(result):
        raise ValueError("a finite number is expected.")
    return result


def whole(value: object) -> int:
    """A whole number such as a year."""
    result = number(value)
    if result != int(result):
        raise ValueError("a whole number is expected.")
    return int(result)


def due_date(value: object) -> str:
    """A year, or a year and month such as 2012-06."""
    text = str(int(value)) if isinstance(value, float) and value == int(value) else str(value).strip()
    if not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2]))?", text):
        raise ValueError("a year such as 2015, or a year and month such as 2012-06, is expected.")
    return text


def pacing(value: object) -> str | tuple[float, ...]:
    """`linear`, `front`, `back`, or one share a year, rising within 0…1, separated by semicolons or spaces."""
    if isinstance(value, str) and value.strip() in ("linear", "front", "back"):
        return value.strip()
    parts = value if isinstance(value, list | tuple) else re.split(r"[;\s|]+", str(value).strip().strip("[]"))
    try:
        shares = tuple(number(str(part).strip().rstrip(",")) for part in parts)
    except ValueError:
        raise ValueError("linear, front, back, or one share a year (0.2; 0.5; 1) is expected.") from None
    if any(not 0 <= s <= 1 for s in shares) or any(a > b for a, b in itertools.pairwise(shares)):
        raise ValueError("the shares of a pacing must rise within 0 and 1.")
    return shares


def basis(value: object) -> str:
    """Where a number comes from: begins with clause:, law:, statistic: or assumption:."""
    text = unicodedata.normalize("NFC", str(value)).strip()
    if text.split(":")[0] not in BASIS_KINDS or not text.partition(":")[2].strip():
        raise ValueError(
            "a basis begins with clause:, law:, statistic: or assumption:, and says where the number comes from."
        )
    return text


def not_grouped(value: object) -> object:
    """Refuses 3.850 where people or money are counted: thousands to who writes it, less than four to a program."""
    text = str(value).strip()
    if isinstance(value, str) and re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", text):
        whole_number = text.replace(".", "")
        raise ValueError(f"this can be read in two ways; write {whole_number} or {text}0.")
    return value


def bounded(low: float | None = None, high: float | None = None, above: bool = False, counts: bool = False) -> Any:
    """A validator for a number within bounds, saying what is allowed; `counts` where it counts people or money."""

    def check(value: object) -> float:
        result = number(not_grouped(value) if counts else value)
        if low is not None and (result < low or (above and result == low)):
            raise ValueError(f"a number {'above' if above else 'of at least'} {low:g} is expected.")
        if high is not None and result > high:
            raise ValueError(
                f"a number of at most {high:g} is expected" + (" (a share is 0 to 1)." if high == 1 else ".")
            )
        return result

    return BeforeValidator(check)


def expected(error: Any) -> list[str]:
    """The words that a validation error would have taken; none where it does not list them."""
    words = error.get("ctx", {}).get("expected", "").replace("'", "").replace(" or ", ", ")
    return [word for word in words.split(", ") if word]


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def allowed(error: Any, otherwise: str = "") -> str:
    """What is allowed, in words, from a validation error; `otherwise` where there are no words for its kind."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        return "a value is needed here."
    if kind == "extra_forbidden":
        return "this key is unknown."
    if kind == "literal_error":
        return f"allowed are {context['expected']}."
    if kind == "string_pattern_mismatch":
        return "an id has no spaces and none of / . * ;"
    if kind == "string_too_short":
        return "a name is needed here."
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = context.get("ge", context.get("le"))
        return f"a number of {'at least' if kind.startswith('greater') else 'at most'} {bound} is expected."
    return str(context.get("error", "") or otherwise or error["msg"])


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Id = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\s/.*;]+$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Number = Annotated[float, BeforeValidator(number)]
Amount = Annotated[float, bounded(0)]
Quantity = Annotated[float, bounded(0, counts=True)]
Size = Annotated[float, bounded(0, above=True, counts=True)]
Positive = Annotated[float, bounded(0, above=True)]
Share = Annotated[float, bounded(0, 1)]
PositiveShare = Annotated[float, bounded(0, 1, above=True)]
Growth = Annotated[float, bounded(-1, above=True)]
Year = Annotated[int, BeforeValidator(whole)]
Duration = Annotated[int, BeforeValidator(whole), Field(ge=1, le=20)]
Priority = Annotated[int, BeforeValidator(whole), Field(ge=1)]
Due = Annotated[str, BeforeValidator(due_date)]
Addresses = Annotated[tuple[Name, ...], BeforeValidator(_listed), Field(min_length=1)]  # one, or a list of them
PacingCell = Annotated[str | tuple[float, ...], BeforeValidator(pacing)]
Basis = Annotated[str, BeforeValidator(basis)]


class Row(BaseModel):
    """A row of an input table. Further columns of the file are kept beside it and ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Group(Row):
    """A kind of official that the decision names."""

    id: Id
    name_vi: Name
    name_en: Name
    level: Text
    headcount: Quantity = Field(description="people on 31 December of first-1")
    growth: Growth = Field(description="change of the head-count a year, a share above -1")
    leave_rate: Share = Field(description="share of last year's people who leave in a year")
    appointment_rate: Share | None = Field(None, description="appointees of a year as a share of its head-count")
    part_of: Id | None = Field(None, description="a group that this one lies within")
    basis: Basis


class Turnover(Row):
    """A year in which a group leaves at another rate, such as an election."""

    group: Id
    year: Year
    leave_rate: Share
    basis: Basis


class Objective(Row):
    """One measurable commitment about one group."""

    id: Id
    group: Id
    kind: Annotated[str, OneOf(OBJECTIVE_KINDS)]
    name_vi: Name
    name_en: Name
    baseline: Amount = Field(description="coverage on 31 December of first-1; 0 for a count")
    target_low: Amount
    target_high: Amount | None = None
    due: Due
    entry_share: Share | None = Field(None, description="share of joiners who bring the qualification")
    lapse_rate: Share | None = Field(None, description="share of holders who cease to meet the standard in a year")
    pacing: PacingCell | None = None
    priority: Priority
    weight: Amount
    part_of: Id | None = Field(None, description="the count that this count is an 'of which' of")
    clause: Text
    basis: Basis

    @property
    def due_year(self) -> int:
        return int(self.due[:4])


class Program(Row):
    """A kind of course."""

    id: Id
    content: Text
    name_vi: Name
    name_en: Name
    years: Duration = Field(description="whole calendar years, 1 for any shorter course")
    completion_rate: PositiveShare
    class_size: Size | None = None
    capacity: Quantity | None = Field(None, description="new learners a year over all objectives; empty: no limit")
    cost_per_learner_year: Quantity = Field(description="VND of price_base_year")
    cost_per_class_year: Quantity = Field(description="VND of price_base_year")
    price_index: Id
    place: Text
    basis: Basis


class Route(Row):
    """Which program serves which objective, and for what share of its need."""

    objective: Id
    program: Id
    share: Share


class Pipeline(Row):
    """People already studying at the baseline."""

    objective: Id
    program: Id
    started: Year
    learners: Quantity
    basis: Basis


class Source(Row):
    """Who pays."""

    id: Id
    name_vi: Name
    name_en: Name
    basis: Basis


class Funding(Row):
    """The share of a program's cost that a source pays."""

    program: Id
    source: Id
    share: Share
    basis: Basis


class Ceiling(Row):
    """What a source can pay in a year, VND of that year; `total` limits all of them together."""

    year: Year
    source: Id
    ceiling_vnd: Quantity
    basis: Basis


class Price(Row):
    """The level of a kind of price in a year."""

    index: Id
    year: Year
    value: Positive
    basis: Basis


class Unit(Row):
    """A body that employs officials."""

    id: Id
    name_vi: Name
    name_en: Name
    bloc: Text


class UnitHeadcount(Row):
    unit: Id
    group: Id
    headcount: Quantity
    basis: Basis


class UnitBaseline(Row):
    unit: Id
    objective: Id
    baseline: Share
    basis: Basis


class History(Row):
    """What the decision reports about the period before."""

    id: Id
    name_vi: Name
    name_en: Name
    value: Number
    unit: Text
    clause: Text


class Actual(Row):
    """What really happened in a year."""

    year: Year
    objective: Id
    program: Id
    enrolled: Quantity | None = None
    completed: Quantity | None = None
    spent_vnd: Quantity | None = None
    as_of: Text
    basis: Basis


class Observation(Row):
    """A later count of a stock."""

    year: Year
    objective: Id
    base: Quantity | None = None
    reached: Quantity
    as_of: Text
    basis: Basis


class Statement(Row):
    """A statement of the decision, and where in the plan it lives (`pointers`) or why it lives nowhere."""

    id: Id
    section: Text
    kind: Text
    quote_vi: Text = ""
    pointers: Text = ""
    why_not_vi: Text = ""
    why_not_en: Text = ""


@dataclass(frozen=True)
class Table:
    """A table of the plan: its record, the keys that name a row in an address, and what its keys refer to."""

    name: str
    record: type[Row]
    keys: tuple[str, ...]
    required: bool = False
    repeats: bool = False  # a later row restates an earlier one, so keys may come again
    refers: tuple[tuple[str, str], ...] = ()  # (column, table whose id it must be)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.record.model_fields)

    @property
    def needed(self) -> tuple[str, ...]:
        return tuple(n for n, field in self.record.model_fields.items() if field.is_required())


@dataclass(frozen=True)
class Tables:
    """The checked rows of a plan by table, in the order of their files; a table that a plan does not have is empty."""

    groups: tuple[Group, ...] = ()
    turnover: tuple[Turnover, ...] = ()
    objectives: tuple[Objective, ...] = ()
    programs: tuple[Program, ...] = ()
    routes: tuple[Route, ...] = ()
    pipeline: tuple[Pipeline, ...] = ()
    sources: tuple[Source, ...] = ()
    funding: tuple[Funding, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    prices: tuple[Price, ...] = ()
    units: tuple[Unit, ...] = ()
    unit_headcounts: tuple[UnitHeadcount, ...] = ()
    unit_baselines: tuple[UnitBaseline, ...] = ()
    history: tuple[History, ...] = ()
    actuals: tuple[Actual, ...] = ()
    observations: tuple[Observation, ...] = ()
    statements: tuple[Statement, ...] = ()

    def __getitem__(self, name: str) -> tuple[Any, ...]:
        """The rows of a table by its name, for what walks over all of them."""
        return tuple(getattr(self, name))


PAIR = (("objective", "objectives"), ("program", "programs"))
TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table("groups", Group, ("id",), True, refers=(("part_of", "groups"),)),
        Table("turnover", Turnover, ("group", "year"), refers=(("group", "groups"),)),
        Table("objectives", Objective, ("id",), True, refers=(("group", "groups"), ("part_of", "objectives"))),
        Table("programs", Program, ("id",), True),
        Table("routes", Route, ("objective", "program"), True, refers=PAIR),
        Table("pipeline", Pipeline, ("objective", "program", "started"), refers=PAIR),
        Table("sources", Source, ("id",), True),
        Table("funding", Funding, ("program", "source"), True, refers=(("program", "programs"), ("source", "sources"))),
        Table("ceilings", Ceiling, ("year", "source")),
        Table("prices", Price, ("index", "year"), True),
        Table("units", Unit, ("id",)),
        Table("unit_headcounts", UnitHeadcount, ("unit", "group"), refers=(("unit", "units"), ("group", "groups"))),
        Table(
            "unit_baselines",
            UnitBaseline,
            ("unit", "objective"),
            refers=(("unit", "units"), ("objective", "objectives")),
        ),
        Table("history", History, ("id",)),
        Table("actuals", Actual, ("year", "objective", "program"), repeats=True, refers=PAIR),
        Table("observations", Observation, ("year", "objective"), repeats=True, refers=(("objective", "objectives"),)),
        Table("statements", Statement, ("id",)),
    )
}


class Choices(BaseModel):
    """The plan file: its name, period and choices. Unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | dict[Literal["vi", "en"], str]
    first: Year
    last: Year
    data: Name
    ambition: Literal["low", "mid", "high"]
    pacing: PacingCell
    allocation: Annotated[str, OneOf(ALLOCATION_RULES)]
    price_base_year: Year
    language: Literal["vi", "en"]
    uncertain: Any = None
    levers: Any = None


CHANGEABLE_CHOICES = ("ambition", "pacing", "allocation", "price_base_year", "language", "first", "last")
