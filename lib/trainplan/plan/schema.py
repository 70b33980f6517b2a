"""The input tables of a plan: each row a closed, documented record (method.md, section 1).

A table that a plan may have is a field of `Tables`; everything else (reading, addresses, checks, ranges, labels, the
register of sources, the reference) follows from these declarations. Money is VND, shares are 0…1, years are calendar
years.
"""

from __future__ import annotations

import itertools
import math
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal, NoReturn, get_args, get_type_hints

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    StringConstraints,
    ValidationError,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_before_validator_function

from trainplan.plan.choices import ALLOCATION_RULES, OBJECTIVE_KINDS, OneOf
from trainplan.text.letters import as_meant, deceptive_letters, has_hidden_letters
from trainplan.text.problems import refuse

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
NO_NUMBERS = {  # what a cell may hold in place of a number: why it is refused
    "infinite_or_unknown": re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE),
    "digits_lost": re.compile(r"[+-]?\d([.,]\d+)?E\+\d+"),  # as Excel writes it; people and Python write 1e9
    "decimal_comma": re.compile(r"[+-]?\d+,\d+(E-\d+)?( ?%)?"),
}
GROUPED = re.compile(r"[+-]?\d{1,3}([.,' \u00a0\u202f]\d{3})+([.,]\d+)?")
NOT_COMPUTED = re.compile(
    r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|UNKNOWN!|CONNECT!|GETTING_DATA)|##+|Err:\d+",
    re.IGNORECASE,
)
EXCEL_DATES = (  # how Excel and people write a month, or a day
    *("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%Y"),
    *("%d.%m.%Y", "%d-%b-%y", "%d-%b-%Y", "%d-%m-%y", "%d %B %Y", "%B-%y", "%b-%y", "%b-%Y", "%m-%y", "%m/%Y", "%Y-%m"),
)
EXCEL_DAY_0 = date(1899, 12, 30)
BASIS_KINDS = ("clause", "law", "statistic", "assumption")
DECIDED = ("clause", "law")  # of them: numbers that the decision, or the law, can be held to
Pacing = Literal["linear", "front", "back"]
ItemMeasure = Literal["class", "day", "session", "learner", "learner_day"]  # a day has two sessions
AS_OF = "as_of"  # a column of any table (vintages.py)
# No real plan is near these ends; within them nothing overflows, and the solver takes the numbers.
MOST_PEOPLE, MOST_VND, MOST_YEARS = 1e8, 1e15, 100
MOST_COST = 1e12  # VND for a learner or a class, in a year
MOST, LEAST = 1e18, 1e-9  # of any number, and of one other than 0
ID = r"^[^\s/.*;=+@-][^\s/.*;]*$"  # a spreadsheet takes what begins with = + - @ for a formula
MOST_LETTERS = {"id": 100, "name": 10_000, "text": 10_000}
MOST_ROWS = 50_000  # of a table: many times those of any province, and read within seconds
MOST_IDS = 300  # of what results have a row for in every year
INVENTED = "invented"  # a further column of any table: what stands in it marks a row that illustrates and is no fact
OR_TOTAL = " or total"  # of a reference: all of them together, too


COUNTED = ("people", "VND", "coverage")  # units in which thousands are written; coverage is of people, too


class Doubtful(str):
    """A cell as it is written in a file that does not say which number it is: it is refused by `code`."""

    def __new__(cls, written: str, code: str, **values: str) -> Doubtful:
        """The cell, with the named places of the sentence of `code`."""
        self = super().__new__(cls, written)
        self.code, self.values = code, values
        return self

    code: str
    values: dict[str, str]


def parse_number(value: object) -> float:
    """A plain finite number such as 1250 or 0.35; ValueError for anything else that a file may hold."""
    if isinstance(value, bool):
        refuse("number_expected")
    if isinstance(value, int | float):
        result = float(value) if abs(value) <= sys.float_info.max else math.inf
    else:
        text = str(value).strip()
        if GROUPED.fullmatch(text) and not NUMBER.fullmatch(text):
            refuse("thousands_separators")
        for code, pattern in NO_NUMBERS.items():
            if pattern.fullmatch(text):
                refuse(code)
        if not NUMBER.fullmatch(text):
            refuse("made_a_date" if excel_dates(text) else "number_expected")
        result = float(text)
    if not math.isfinite(result):
        refuse("finite_expected")
    return result


def parse_whole_number(value: object) -> int:
    """A whole number such as a year."""
    result = parse_number(value)
    if result != int(result):
        refuse("whole_expected")
    return int(result)


def parse_due_date(value: object) -> str:
    """A year, or a year and month such as 2012-06."""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    if not re.fullmatch(r"[0-9]{4}(-(0[1-9]|1[0-2]))?", text):
        # what Excel makes of a month is its first day
        months = [f"{day:%Y-%m}" for day in excel_dates(text) if day.day == 1]
        refuse_date("due_form", "due_by_excel", months)
    return text


def excel_dates(text: str) -> list[date]:
    """The days that a text may mean which Excel has made of a date: one, or two where day and month are not told."""
    if re.fullmatch(r"[3-5][0-9]{4}(\.0)?", text):
        return [EXCEL_DAY_0 + timedelta(days=int(text[:5]))]
    found = []
    for form in EXCEL_DATES:
        with suppress(ValueError):
            found.append(datetime.strptime(re.sub("(?i)thg *", "", text), form).date())
    return list(dict.fromkeys(found))


def refuse_date(code: str, by_excel: str, written: Sequence[str]) -> NoReturn:
    """Refuses a date by `by_excel` where it is known what is to be `written`, otherwise by `code`."""
    if written:
        refuse(by_excel, written=" / ".join(written))
    refuse(code)


def parse_date(value: object) -> date:
    """A day such as 2011-12-30."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    text = str(value).strip()
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        refuse_date("date_form", "date_by_excel", [day.isoformat() for day in excel_dates(text)])
    try:
        return date.fromisoformat(text)
    except ValueError:
        refuse("date_form")


def parse_moment(value: object) -> str:
    """A year, a month such as 2012-06, or a day such as 2012-06-30."""
    text = str(value).strip()
    return parse_date(text).isoformat() if text.count("-") == 2 else parse_due_date(value)


def parse_pacing(value: object) -> str | tuple[float, ...]:
    """`linear`, `front`, `back`, or one share a year, rising within 0…1, separated by semicolons or spaces."""
    if isinstance(value, str) and value.strip() in ("linear", "front", "back"):
        return value.strip()
    parts = value if isinstance(value, list | tuple) else re.split(r"[;\s|]+", str(value).strip().strip("[]"))
    try:
        shares = tuple(parse_number(str(part).strip().rstrip(",")) for part in parts)
    except PydanticCustomError as error:
        refuse(error.type if error.type == "decimal_comma" else "pacing_form")
    if any(not 0 <= s <= 1 for s in shares) or any(a > b for a, b in itertools.pairwise(shares)):
        refuse("pacing_falls")
    return shares


def parse_months(value: object) -> tuple[int, ...]:
    """Months of a year, 1 to 12, in their order, separated by semicolons or spaces."""
    parts = value if isinstance(value, list | tuple) else re.split(r"[;,\s]+", str(value).strip())
    try:
        months = tuple(parse_whole_number(part) for part in parts)
    except PydanticCustomError:
        refuse("months_form")
    if any(not 1 <= month <= 12 for month in months) or any(a >= b for a, b in itertools.pairwise(months)):
        refuse("months_form")
    return months


def parse_basis(value: object) -> str:
    """Where a number comes from: begins with clause:, law:, statistic: or assumption:."""
    text = unicodedata.normalize("NFC", str(value)).strip()
    if text.split(":")[0] not in BASIS_KINDS or not text.partition(":")[2].strip():
        refuse("basis_form")
    if len(text) > MOST_LETTERS["text"]:
        refuse("string_too_long", max_length=MOST_LETTERS["text"])
    return text


def refuse_grouped(value: object) -> object:
    """Refuses 3.850 where people or money are counted: thousands to who writes it, less than four to a program."""
    text = str(value).strip()
    if isinstance(value, str) and re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", text):
        refuse("read_in_two_ways", whole=text.replace(".", ""), decimal=f"{text}0")
    return value


def percent_as_share(value: object, unit: str) -> object:
    """The share that a text such as 4 % says, as a text; the value itself where it is none, or no share is held."""
    text = value.strip() if isinstance(value, str) else ""
    if unit not in ("share", "coverage") or not text.endswith("%") or isinstance(value, Doubtful):
        return value
    number = text.removesuffix("%").strip()
    return str(Decimal(number) / 100) if NUMBER.fullmatch(number) else value


@dataclass(frozen=True)
class Measure:
    """What a column of numbers holds, as an annotation that also checks it: its unit, and the bounds it lies within."""

    unit: str  # `unit_name.<unit>` in the catalogs
    low: float = -MOST
    high: float = MOST
    above: bool = False  # `low` itself is not allowed
    whole: bool = False

    def check(self, value: object) -> float:
        """The number, within the bounds; ValueError says what is allowed."""
        value = percent_as_share(value, self.unit)
        result = parse_number(refuse_grouped(value) if self.unit in COUNTED else value)
        if result < self.low or (self.above and result == self.low):
            refuse("above" if self.above else "at_least", low=f"{self.low:.16g}")
        if 0 < abs(result) < LEAST:
            refuse("too_near_zero", least=f"{LEAST:.16f}".rstrip("0"))
        if self.whole and result != int(result):
            refuse("whole_expected")
        if result > self.high:
            refuse("share_at_most" if self.high == 1 else "at_most", high=f"{self.high:.16g}")
        return result

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_before_validator_function(self.check, handler(source))


YEARS = Measure("year", 1900, 2200, whole=True)


def year_of(value: object) -> int:
    """A calendar year; ValueError where it is none, or far away."""
    return int(YEARS.check(value))


def refuse_deceptions(value: object) -> object:
    """Refuses letters that cannot be seen or are taken for others, where a text is compared with another."""
    if isinstance(value, str) and deceptive_letters(value.strip()):
        refuse("letters_deceive", written=as_meant(value.strip()))
    return value


def refuse_hidden(value: object) -> object:
    """Refuses letters that cannot be seen, in a text or the texts of a map, and what Excel writes for an error."""
    if isinstance(value, Doubtful):
        refuse(value.code, **value.values)
    if isinstance(value, str):
        if has_hidden_letters(value):
            refuse("letters_deceive", written=as_meant(value.strip()))
        if NOT_COMPUTED.fullmatch(value.strip()):
            refuse("not_computed")
    elif isinstance(value, dict):
        for text in value.values():
            refuse_hidden(text)
    return value


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_LETTERS["name"]),
    BeforeValidator(refuse_hidden),
    "name",
]
OtherName = Annotated[  # may be empty: another stands for it
    str, StringConstraints(strip_whitespace=True, max_length=MOST_LETTERS["name"]), "name"
]
Id = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=ID, max_length=MOST_LETTERS["id"]),
    BeforeValidator(refuse_deceptions),
    "id",
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MOST_LETTERS["text"]), "text"]
Number = Annotated[float, Measure("own")]
People = Annotated[float, Measure("people", 0, MOST_PEOPLE)]
SomePeople = Annotated[float, Measure("people", 1, MOST_PEOPLE)]
WholePeople = Annotated[float, Measure("people", 0, MOST_PEOPLE, whole=True)]
Money = Annotated[float, Measure("VND", 0, MOST_VND)]
Cost = Annotated[float, Measure("VND", 0, MOST_COST)]
Coverage = Annotated[float, Measure("coverage", 0, MOST_PEOPLE)]  # a share; people, where the objective is a count
Weight = Annotated[float, Measure("weight", 0, 1000)]
PriceLevel = Annotated[float, Measure("level", 0.001, 1e9)]
Positive = Annotated[float, Measure("own", 0, 1e9, above=True)]
Share = Annotated[float, Measure("share", 0, 1)]
PositiveShare = Annotated[float, Measure("share", 0.01, 1)]
Growth = Annotated[float, Measure("share", -0.9, 1)]
Year = Annotated[int, YEARS]
Duration = Annotated[int, Measure("years", 1, 20, whole=True)]
Priority = Annotated[int, Measure("rank", 1, 1000, whole=True)]
Due = Annotated[str, BeforeValidator(parse_due_date), "date"]
Day = Annotated[date, BeforeValidator(parse_date), "date"]
Moment = Annotated[str, BeforeValidator(parse_moment), "date"]
Addresses = Annotated[tuple[Name, ...], BeforeValidator(_as_tuple), Field(min_length=1)]  # one, or a list of them
Folders = Addresses
Days = Annotated[float, Measure("days", 0, 10_000, above=True)]
MonthsCell = Annotated[tuple[int, ...], BeforeValidator(parse_months), "months"]
PacingCell = Annotated[str | tuple[float, ...], BeforeValidator(parse_pacing), "pacing"]
InLanguages = str | dict[Literal["vi", "en"], str]
Basis = Annotated[str, BeforeValidator(parse_basis), "basis"]


def column(
    default: Any = ..., /, *, empty: str = "", drawable: bool = False, refers: str = "", needed: bool = False
) -> Any:
    """A field of a record: its default, what an empty cell means, whether it may be drawn, the table it refers to.

    A column that is `needed` must be there although its cells may be empty. The words are in the
    catalogs: `about.column.<table>.<column>`, `empty.<meaning>`.
    """
    return Field(default, json_schema_extra={"empty": empty, "drawable": drawable, "refers": refers, "needed": needed})


class Row(BaseModel):
    """A row of an input table. Further columns of the file are kept beside it and ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    _of_every_column = field_validator("*", mode="before")(refuse_hidden)


class NamedRow(Row):
    """A row that begins with its id and its names."""

    id: Id
    name_vi: Name
    name_en: OtherName = column("", empty="name_vi")
    short_vi: OtherName = column("", empty="whole_name")
    short_en: OtherName = column("", empty="whole_name")


class Group(NamedRow):
    """A kind of official that the decision names."""

    level: Text = ""
    form_code: Text = ""
    headcount: People = column(drawable=True)
    growth: Growth = column(drawable=True)
    leave_rate: Share = column(drawable=True)
    appointment_rate: Share | None = column(None, empty="no_appointments", drawable=True)
    part_of: Id | None = column(None, empty="not_a_part", refers="groups")
    basis: Basis
    basis_vi: Text = column("", empty="basis")


class Headcount(Row):
    """A year's planned or counted head-count of a group, in place of its growth."""

    group: Id = column(refers="groups")
    year: Year
    headcount: People = column(drawable=True)
    basis: Basis
    basis_vi: Text = column("", empty="basis")


class Turnover(Row):
    """A year in which a group leaves at another rate, such as an election."""

    group: Id = column(refers="groups")
    year: Year
    leave_rate: Share = column(drawable=True)
    basis: Basis
    basis_vi: Text = column("", empty="basis")


class Objective(Row):
    """One measurable commitment about one group."""

    id: Id
    group: Id = column(refers="groups")
    kind: Annotated[str, OneOf(OBJECTIVE_KINDS)]
    name_vi: Name
    name_en: OtherName = column("", empty="name_vi")
    short_vi: OtherName = column("", empty="whole_name")
    short_en: OtherName = column("", empty="whole_name")
    baseline: Coverage = column(drawable=True)
    target_low: Coverage
    target_high: Coverage | None = column(None, empty="target_low")
    due: Due
    entry_share: Share | None = column(None, empty="zero", drawable=True)
    lapse_rate: Share | None = column(None, empty="zero", drawable=True)
    pacing: PacingCell | None = column(None, empty="plan_pacing")
    priority: Priority
    weight: Weight
    part_of: Id | None = column(None, empty="not_a_part", refers="objectives")
    clause: Text
    basis: Basis
    basis_vi: Text = column("", empty="basis")

    @property
    def due_year(self) -> int:
        """The calendar year in which the target is due."""
        return int(self.due[:4])

    @property
    def is_decided(self) -> bool:
        """Whether the target is a number of the decision or the law, and not our own for a goal without one."""
        return self.basis.partition(":")[0] in DECIDED


class Program(Row):
    """A kind of course."""

    id: Id
    content: Text = ""
    form_code: Text = ""
    name_vi: Name
    name_en: OtherName = column("", empty="name_vi")
    short_vi: OtherName = column("", empty="whole_name")
    short_en: OtherName = column("", empty="whole_name")
    years: Duration
    completion_rate: PositiveShare = column(drawable=True)
    class_size: SomePeople | None = column(None, empty="no_classes", drawable=True)
    capacity: People | None = column(None, empty="no_limit", drawable=True)
    cost_per_learner_year: Cost = column(drawable=True)
    cost_per_class_year: Cost = column(drawable=True)
    price_index: Id
    place: Text = ""
    days: Days | None = column(None, empty="not_said")
    host: Text = ""
    opens: MonthsCell | None = column(None, empty="not_said")
    basis: Basis
    basis_vi: Text = column("", empty="basis")


class Route(Row):
    """Which program serves which objective, and for what share of its need."""

    objective: Id = column(refers="objectives")
    program: Id = column(refers="programs")
    share: Share


class Pipeline(Row):
    """People already studying at the baseline."""

    objective: Id = column(refers="objectives")
    program: Id = column(refers="programs")
    started: Year
    learners: People = column(drawable=True)
    unit: Id | None = column(None, empty="shared_by_units", refers="units")
    basis: Basis
    basis_vi: Text = column("", empty="basis")


class Source(NamedRow):
    """Who pays."""

    basis: Basis
    basis_vi: Text = column("", empty="basis")


class Funding(Row):
    """The share of a program's cost that a source pays."""

    program: Id = column(refers="programs")
    source: Id = column(refers="sources")
    share: Share
    basis: Basis
    basis_vi: Text = column("", empty="basis")


class Ceiling(Row):
    """What a source can pay in a year, VND of that year; `total` limits all of them together."""

    year: Year
    source: Id = column(refers="sources" + OR_TOTAL)
    ceiling_vnd: Money | None = column(None, empty="no_limit", drawable=True, needed=True)
    basis: Basis
    basis_vi: Text = column("", empty="basis")


class Price(Row):
    """The level of a kind of price in a year."""

    index: Id
    year: Year
    value: PriceLevel = column(drawable=True)
    basis: Basis
    basis_vi: Text = column("", empty="basis")


class Attribute(Row):
    """Whom a group holds: the share of its people of one kind, such as women."""

    group: Id = column(refers="groups")
    attribute: Id
    name_vi: Name
    name_en: OtherName = column("", empty="name_vi")
    short_vi: OtherName = column("", empty="whole_name")
    short_en: OtherName = column("", empty="whole_name")
    share: Share
    basis: Basis
    basis_vi: Text = column("", empty="basis")


class Unit(NamedRow):
    """A body that employs officials."""

    bloc: Text


class UnitHeadcount(Row):
    """How many of a group a unit employs at the baseline."""

    unit: Id = column(refers="units")
    group: Id = column(refers="groups")
    headcount: People
    basis: Basis
    basis_vi: Text = column("", empty="basis")


class UnitBaseline(Row):
    """The coverage of an objective in a unit at the baseline."""

    unit: Id = column(refers="units")
    objective: Id = column(refers="objectives")
    baseline: Share
    basis: Basis
    basis_vi: Text = column("", empty="basis")


class Request(Row):
    """How many people a unit asks to send in a year, for one objective to one program, as its survey form says."""

    year: Year
    unit: Id = column(refers="units")
    objective: Id = column(refers="objectives")
    program: Id = column(refers="programs")
    people: WholePeople
    file: Text = ""


class CostItem(NamedRow):
    """An item of what a class costs, for the estimate of one class: how much of it, its price, the norm's ceiling."""

    program: Id | None = column(None, empty="every_class", refers="programs")
    per: ItemMeasure
    quantity: Positive
    price_vnd: Cost
    ceiling_vnd: Money | None = column(None, empty="no_limit")
    norm: Text = ""
    basis: Basis
    basis_vi: Text = column("", empty="basis")


class History(NamedRow):
    """What the decision reports about the period before."""

    value: Number
    unit: Text
    clause: Text


class Actual(Row):
    """What really happened in a year: people of one objective and program, of one unit or of all of them."""

    year: Year
    objective: Id = column(refers="objectives")
    program: Id = column(refers="programs")
    unit: Id | None = column(None, empty="all_units", refers="units")
    enrolled: WholePeople
    completed: People | None = column(None, empty="as_modeled")
    spent_vnd: Money | None = column(None, empty="as_modeled")
    basis: Basis
    basis_vi: Text = column("", empty="basis")


class Observation(Row):
    """A later count of a stock, or of a year's courses."""

    year: Year
    objective: Id = column(refers="objectives")
    base: SomePeople
    reached: People
    basis: Basis
    basis_vi: Text = column("", empty="basis")


class Milestone(NamedRow):
    """Something that the decision orders and that is no course: when it is due, and when it was done."""

    due: Moment
    done: Moment | None = column(None, empty="not_done")
    unit: Id | None = column(None, empty="not_said", refers="units")
    clause: Text = ""
    basis: Basis
    basis_vi: Text = column("", empty="basis")


class Lesson(Row):
    """What was learned from a year, and what is proposed, in the words of the office."""

    id: Id
    year: Year
    objective: Id | None = column(None, empty="whole_plan", refers="objectives")
    lesson_vi: Text = ""
    lesson_en: Text = ""
    proposal_vi: Text = ""
    proposal_en: Text = ""

    def text_of(self, part: Literal["lesson", "proposal"], language: str) -> str:
        """The lesson or the proposal in `vi` or `en`, in the other where it is in one language alone."""
        texts = {one: str(getattr(self, f"{part}_{one}")) for one in ("vi", "en")}
        return texts[language] or texts["vi"] or texts["en"]


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
class Column:
    """What the schema says of a column: everything that reading, drawing, labels and the reference need to know."""

    name: str
    measure: Measure  # the unit (share, people, VND, year, text …) and the bounds
    required: bool  # the file must have it
    empty: str  # what an empty cell means: `empty.<meaning>` in the catalogs; nothing where it must be filled
    drawable: bool  # a range of uncertainty may be given to it
    refers: str  # the table whose `id` it holds; with ` or total`, that word too

    @property
    def unit(self) -> str:
        """`unit_name.<unit>` in the catalogs."""
        return self.measure.unit

    @property
    def drawn_within(self) -> tuple[float, float]:
        """The least and the most that a draw may be; of coverage, a share."""
        return float(self.measure.low), 1.0 if self.unit == "coverage" else float(self.measure.high)

    @property
    def is_unlimited(self) -> bool:
        """Whether an empty cell means that there is no limit."""
        return self.empty.endswith("no_limit")

    @property
    def only_read(self) -> bool:
        """Whether it holds words for people, which no result depends on: names, a basis, a quote."""
        return self.unit in ("name", "text", "basis")

    @property
    def may_be_blank(self) -> bool:
        """Whether an empty cell is an empty text."""
        return self.unit == "text" and self.required


def _column(name: str, info: FieldInfo) -> Column:
    """What the record's field says, in its annotation and in `column`."""
    plain = next(iter(get_args(info.annotation)), None)  # of `Share | None`; a plain `Share` stands in the metadata
    marks = [*info.metadata, *getattr(plain, "__metadata__", ())]
    unit = next((mark for mark in marks if isinstance(mark, str)), "choice")
    held = next((mark for mark in marks if isinstance(mark, Measure)), Measure(unit, -math.inf, math.inf))
    said: Any = info.json_schema_extra or {}
    required = info.is_required() or said.get("needed", False)
    empty = said.get("empty") or ("blank" if unit == "text" else "")
    return Column(name, held, required, empty, said.get("drawable", False), said.get("refers", ""))


@dataclass(frozen=True)
class Table:
    """A table of the plan: its record, and the keys that name a row in an address."""

    name: str
    record: type[Row]
    keys: tuple[str, ...]
    required: bool
    further_keys: tuple[str, ...]  # rows that one address names together differ in these
    most: int  # rows

    @cached_property
    def columns(self) -> dict[str, Column]:
        """The columns by name, in the order of the record."""
        return {name: _column(name, info) for name, info in self.record.model_fields.items()}

    @property
    def row_keys(self) -> tuple[str, ...]:
        """The columns that name a row alone."""
        return self.keys + self.further_keys

    @property
    def needed_columns(self) -> tuple[str, ...]:
        """The columns that a file must have."""
        return tuple(column.name for column in self.columns.values() if column.required)


def keyed_by(*keys: str, required: bool = False, further_keys: tuple[str, ...] = (), most: int = MOST_ROWS) -> Any:
    """A field of `Tables`, empty unless given, with what `Table` says beside the record."""
    return field(default=(), metadata={"keys": keys, "required": required, "further_keys": further_keys, "most": most})


@dataclass(frozen=True)
class Tables:
    """The checked rows of a plan by table, in the order of their files; a table that a plan does not have is empty."""

    groups: tuple[Group, ...] = keyed_by("id", required=True, most=MOST_IDS)
    headcounts: tuple[Headcount, ...] = keyed_by("group", "year")
    turnover: tuple[Turnover, ...] = keyed_by("group", "year")
    objectives: tuple[Objective, ...] = keyed_by("id", required=True, most=MOST_IDS)
    programs: tuple[Program, ...] = keyed_by("id", required=True, most=MOST_IDS)
    routes: tuple[Route, ...] = keyed_by("objective", "program", required=True)
    pipeline: tuple[Pipeline, ...] = keyed_by("objective", "program", "started", further_keys=("unit",))
    sources: tuple[Source, ...] = keyed_by("id", required=True, most=MOST_IDS)
    funding: tuple[Funding, ...] = keyed_by("program", "source", required=True)
    ceilings: tuple[Ceiling, ...] = keyed_by("year", "source")
    prices: tuple[Price, ...] = keyed_by("index", "year", required=True)
    units: tuple[Unit, ...] = keyed_by("id")
    unit_headcounts: tuple[UnitHeadcount, ...] = keyed_by("unit", "group")
    unit_baselines: tuple[UnitBaseline, ...] = keyed_by("unit", "objective")
    history: tuple[History, ...] = keyed_by("id")
    actuals: tuple[Actual, ...] = keyed_by("year", "objective", "program", further_keys=("unit",))
    observations: tuple[Observation, ...] = keyed_by("year", "objective")
    statements: tuple[Statement, ...] = keyed_by("id")
    attributes: tuple[Attribute, ...] = keyed_by("group", "attribute")
    requests: tuple[Request, ...] = keyed_by("year", "unit", "objective", "program")
    cost_items: tuple[CostItem, ...] = keyed_by("id")
    milestones: tuple[Milestone, ...] = keyed_by("id")
    lessons: tuple[Lesson, ...] = keyed_by("id")

    def __getitem__(self, name: str) -> tuple[Any, ...]:
        """The rows of a table by its name, for what walks over all of them."""
        return tuple(getattr(self, name))

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """(objective, program) of routes and pipeline, each once, in their order."""
        routes = [(row.objective, row.program) for row in self.routes]
        return tuple(dict.fromkeys([*routes, *((row.objective, row.program) for row in self.pipeline)]))


_ROWS = get_type_hints(Tables)
TABLES = {one.name: Table(one.name, get_args(_ROWS[one.name])[0], **one.metadata) for one in fields(Tables)}
NAMED = tuple(name for name, table in TABLES.items() if "name_vi" in table.columns)


class Choices(BaseModel):
    """The plan file: its name, period and choices. Unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    _of_every_key = field_validator("*", mode="before")(refuse_hidden)

    name: InLanguages
    first: Year
    last: Year
    data: Folders
    ambition: Literal["low", "mid", "high"]
    pacing: PacingCell
    allocation: Annotated[str, OneOf(ALLOCATION_RULES)]
    price_base_year: Year
    language: Literal["vi", "en"]
    as_of: Day | None = None
    decided_from: Year | None = None
    status: Literal["draft", "submitted", "approved"] | None = None
    owner: InLanguages | None = None
    contact: InLanguages | None = None
    decision: InLanguages | None = None
    uncertain: Any = None
    levers: Any = None


def first_open_year(stated: int | None, actual_years: Iterable[int], first: int) -> int:
    """The first calendar year whose enrollment a plan decides: as stated, else the one after what happened last."""
    return stated if stated is not None else max((year + 1 for year in actual_years), default=first)


CHANGEABLE_CHOICES = (
    *("ambition", "pacing", "allocation", "price_base_year", "language"),
    *("first", "last", "decided_from"),
)
NEUTRAL_CHOICES = (  # no result depends on their words
    *("name", "data", "language", "uncertain", "levers"),
    *("as_of", "status", "owner", "contact", "decision"),
)


def is_refused(table: str, cells: Mapping[str, Any], column: str) -> bool:
    """Whether the record of a table refuses what stands, or lacks, in a cell: that is told where the cell stands."""
    filled = {name: cell for name, cell in cells.items() if cell not in ("", None)}
    try:
        TABLES[table].record.model_validate(filled)
    except ValidationError as error:
        return any(e["loc"] == (column,) for e in error.errors())
    return False
