"""The columns of an office's form as data: which it has, in which order and under which headings (`forms/<form>.yaml`).

A file of the same name in the folder `forms` beside a plan's plan.yaml takes the place of the project's own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from ruamel.yaml import YAML

from trainplan.plan.given_files import files_in, is_given
from trainplan.plan.plan import Plan
from trainplan.plan.plan_files import FORMS
from trainplan.plan.ranges import BothLanguages
from trainplan.plan.reading import Files
from trainplan.plan.records import problem_of
from trainplan.plan.schema import Id, OtherName, Text, refuse_hidden
from trainplan.text.catalog import say
from trainplan.text.problems import PlanError, Problem, nearest_name

PACKAGED = Path(__file__).parent / FORMS
NARROWEST = 3  # of a column, in letters
FEW = 3  # summands that the number of a column names one by one
SHAPES = {  # what stands under a key, as messages show it
    "columns": "[{id: …, vi: …, en: …}, …]",
    **dict.fromkeys(("sum", "ratio", "of", "sources", "contents"), "[…, …]"),
    **dict.fromkeys(("on", "blank"), "true, false"),
    **dict.fromkeys(("groups", "names"), "{id: {vi: …, en: …}}"),
}
CLOSED = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class ColumnLayout(BaseModel):
    """A column of a form. Unknown keys are refused."""

    model_config = CLOSED
    _of_every_key = field_validator("*", mode="before")(refuse_hidden)

    id: Id
    code: Text = ""  # what stands under the heading in brackets; its place where none is given
    vi: OtherName = ""  # may be missing where what it holds has names of its own, as sources have
    en: OtherName = ""
    width: float = Field(12, ge=NARROWEST)  # letters
    on: bool = True
    blank: bool = False  # a further column of the office, which nothing fills
    holds: Text = ""  # the quantity of the form that fills it, where that is not called as the column is
    of: tuple[Id, ...] = ()  # those parts of the quantity, such as sources, that it adds up; none: a column for each
    sum: tuple[Id, ...] = ()  # the columns that it adds up, in place of a quantity
    ratio: tuple[Id, Id] | None = None  # the columns whose numbers it divides, the first by the second
    group: Text = ""  # of `FormLayout.groups`: that heading stands over neighbors of one group

    @property
    def quantity(self) -> str:
        """The name of what fills it; nothing for a column that is blank, a sum or a ratio."""
        return "" if self.blank or self.sum or self.ratio else self.holds or self.id

    def heading(self, language: str) -> str:
        """The heading in `vi` or `en`, in Vietnamese where it has no other."""
        return (self.en if language == "en" else "") or self.vi


class FormLayout(BaseModel):
    """A form: what stands over it, and all columns in their order. Unknown keys are refused."""

    model_config = CLOSED

    number: BothLanguages | None = None
    annex: BothLanguages | None = None
    title: BothLanguages
    unit: BothLanguages | None = None  # in which its numbers are
    groups: dict[Id, BothLanguages] = {}
    names: dict[Id, BothLanguages] = {}  # of kinds of content, and of codes of forms
    sources: tuple[Id, ...] = ()  # whose money the form is about; none: of all
    contents: tuple[Id, ...] = ()  # kinds of content, or codes of forms, that the form sets apart
    columns: tuple[ColumnLayout, ...] = Field(min_length=1)

    @property
    def visible(self) -> tuple[ColumnLayout, ...]:
        """The columns that are on."""
        return tuple(column for column in self.columns if column.on)


def load_form(
    plan: Plan,
    form: str,
    known: Mapping[str, bool],
    words: Collection[str] = (),
    parts: Mapping[str, Collection[str]] | None = None,
) -> FormLayout:
    """The layout of `form`, the plan's own or else the project's.

    `known` are the quantities that columns can be filled with, and whether the form cannot be without them; those that
    are `words` cannot be added up; `parts` are what `of` can name of a quantity, and what `sources` and `contents` can.
    PlanError lists all that is wrong with the plan's file, and files beside it that are no form.
    """
    files = Files(plan.path.parent.parent)
    folder = plan.path.parent / FORMS
    names = sorted(path.stem for path in PACKAGED.glob("*.yaml"))
    for path in files_in(folder):
        if path.suffix != ".yaml" or path.stem not in names:
            forms = {"forms": ", ".join(f"{name}.yaml" for name in names)}
            near = nearest_name(path.stem, names)
            files.problems.append(Problem(files.name_of(path), "form_unknown", nearest=near, values=forms))
    own = folder / f"{form}.yaml"
    offered = Offered(known, words, parts or {}, is_given(own))
    layout = _read(files, own if is_given(own) else PACKAGED / own.name, offered)
    if layout is None or files.problems:
        raise PlanError(files.problems)
    return layout


def signature_block(language: str) -> list[tuple[str, str]]:
    """What stands under a form of an office: place and day, who has drawn it up and who answers for it."""

    def text(key: str) -> str:
        return say(f"survey.frame.{key}", language)

    return [("", text("place")), (text("drawn_up"), text("head")), (text("signed"), text("stamped"))]


def number_columns(
    columns: Sequence[ColumnLayout], added: Sequence[Sequence[int]], ratios: Sequence[tuple[int, int] | None]
) -> list[str]:
    """What stands under the headings of columns: (1), (3)=(4)+(6), (7)=(8)+…+(12), (5)=(4)/(3).

    `added` are the places, from 0, of the columns that each of them adds up, `ratios` of those that it divides.
    """
    codes = [f"({column.code or place})" for place, column in enumerate(columns, 1)]
    numbers = []
    for code, parts, ratio in zip(codes, added, ratios, strict=True):
        named = [codes[part] for part in parts]
        if len(parts) > FEW and parts[-1] - parts[0] == len(parts) - 1:
            named[1:-1] = ["…"]
        reckoned = "/".join(codes[part] for part in ratio) if ratio else "+".join(named)
        numbers.append(f"{code}={reckoned}" if reckoned else code)
    return numbers


class Offered(NamedTuple):
    """What the columns of a form can hold; see `load_form`."""

    known: Mapping[str, bool]
    words: Collection[str]
    parts: Mapping[str, Collection[str]]
    checked: bool  # whether parts that the plan does not have are a mistake, as in its own file


def _read(files: Files, path: Path, offered: Offered) -> FormLayout | None:
    """The layout of a file; what is wrong with it goes to `files`."""
    if files.yaml(path) is None:
        return None
    file, content = files.name_of(path), YAML(pure=True).load(files.text(path))  # with the lines of its keys
    try:
        layout = FormLayout.model_validate(content)
    except ValidationError as error:
        found = error.errors()
        whole = {one["loc"][:n] for one in found for n in range(len(one["loc"]))}  # said of a part of them
        files.problems += [_problem(one, file, content) for one in found if one["loc"] not in whole]
        return None
    shown = {column.quantity for column in layout.visible}
    for column, cells in zip(layout.columns, content["columns"], strict=True):
        for code, key, value, near in _wrong_parts(column, layout, offered):
            known = offered.parts.get(column.quantity, ()) if key == "of" else offered.known
            values = {"known": ", ".join(known)}
            problem = Problem(file, code, value, column.id, key, near, values, _line(cells, key))
            files.problems.append(problem)
    for key in ("sources", "contents"):
        values = {"known": ", ".join(offered.parts.get(key, ()))}
        for value, near in _strange(getattr(layout, key), key, offered):
            files.problems.append(Problem(file, "form_no_part", value, "", key, near, values, _line(content, key)))
    needed = [quantity for quantity, is_needed in offered.known.items() if is_needed and quantity not in shown]
    files.problems += [Problem(file, "form_column_needed", quantity, column="columns") for quantity in needed]
    return layout


def _wrong_parts(column: ColumnLayout, layout: FormLayout, offered: Offered) -> Iterator[tuple[str, str, str, str]]:
    """What a column says that the form cannot do: the code, the key that says so, its value, and what is nearest."""
    ids = [one.id for one in layout.columns]
    if ids.count(column.id) > 1:
        yield "form_column_twice", "id", column.id, ""
    if sum([column.blank, bool(column.sum), bool(column.ratio), bool(column.holds)]) > 1:
        yield "form_column_parts", "id", column.id, ""
    elif column.quantity and column.quantity not in offered.known:
        near = nearest_name(column.quantity, offered.known)
        yield "form_column_unknown", "holds" if column.holds else "id", column.quantity, near
    if not column.vi and (not column.quantity or column.of):
        yield "missing", "vi", "", ""
    if column.group and column.group not in layout.groups:
        yield "form_no_group", "group", column.group, nearest_name(column.group, layout.groups)
    if column.on:
        yield from _wrong_operands(column, layout, offered)
    for value, near in _strange(column.of, column.quantity, offered):
        yield "form_no_part", "of", value, near


def _wrong_operands(column: ColumnLayout, layout: FormLayout, offered: Offered) -> Iterator[tuple[str, str, str, str]]:
    """What a column cannot add up or divide, as `_wrong_parts` says it."""
    ids = [one.id for one in layout.columns]
    numbers = [one for one in layout.visible if one.quantity not in offered.words]
    free = {one.id for one in numbers if not one.sum and not one.ratio}
    for part in column.sum:
        if part not in free:
            yield "form_sum", "sum", part, nearest_name(part, free - {part})
    parted = {one.id for one in numbers if one.quantity in offered.parts and not one.of}
    before = {one.id for one in numbers if not one.ratio or ids.index(one.id) < ids.index(column.id)} - parted
    for part in column.ratio or ():
        if part not in before or part == column.id:
            yield "form_ratio", "ratio", part, nearest_name(part, before - {part})


def _strange(named: Collection[str], quantity: str, offered: Offered) -> Iterator[tuple[str, str]]:
    """Names of parts that a quantity does not have, and what is nearest to each."""
    known = offered.parts.get(quantity, ())
    for name in named:
        if offered.checked and name not in known:
            yield name, nearest_name(name, known)


def _problem(error: Any, file: str, content: Any) -> Problem:
    """What is refused of a layout, at its line."""
    inside: Any = content
    for step in error["loc"][:-1]:
        inside = inside[step]
    last = error["loc"][-1]
    fields = ColumnLayout if error["loc"][0] == "columns" else FormLayout
    keys = fields.model_fields if isinstance(inside, Mapping) and len(error["loc"]) in (1, 3) else ("vi", "en")
    place = ".".join(str(step + 1 if isinstance(step, int) else step) for step in error["loc"])
    shape = {"shape": SHAPES.get(str(last), "{vi: …, en: …}")}
    found = problem_of({**error, "loc": (str(last),)}, file, inside, otherwise="form_shape")
    near = nearest_name(str(last), keys) if error["type"] == "extra_forbidden" else found.nearest
    values = shape if found.code == "form_shape" else found.values
    return Problem(file, found.code, found.value, "", place, near, values, _line(inside, last))


def _line(inside: Any, key: object) -> int:
    """The line of a key of a map, or of an item of a list; of one that is not there, that of the whole."""
    marks = getattr(inside, "lc", None)
    if marks is None:
        return 0
    own = (marks.data or {}).get(key)
    return int(own[0] if own else marks.line) + 1
