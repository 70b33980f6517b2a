"""The columns of an office's form as data: which it has, in which order and under which headings (`forms/<form>.yaml`).

A file of the same name in the folder `forms` beside a plan's plan.yaml takes the place of the project's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from trainplan.plan.plan import Plan
from trainplan.plan.ranges import BothLanguages
from trainplan.plan.reading import Files
from trainplan.plan.records import problem_of
from trainplan.plan.schema import Id, Name, OtherName
from trainplan.text.problems import PlanError, Problem, nearest_name

FORMS = "forms"
NARROWEST = 3  # of a column, in letters


class ColumnLayout(BaseModel):
    """A column of a form. Unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Id
    code: str = ""  # what stands under the heading in brackets
    vi: Name
    en: OtherName = ""
    width: float = Field(12, ge=NARROWEST)  # letters
    on: bool = True
    blank: bool = False  # a further column of the office, which nothing fills
    sum: bool = False  # its numbers are added up

    def heading(self, language: str) -> str:
        """The heading in `vi` or `en`, in Vietnamese where it has no other."""
        return (self.en if language == "en" else "") or self.vi


class FormLayout(BaseModel):
    """A form: its title, and all columns in their order. Unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: BothLanguages
    columns: tuple[ColumnLayout, ...] = Field(min_length=1)

    @property
    def visible(self) -> tuple[ColumnLayout, ...]:
        """The columns that are on."""
        return tuple(column for column in self.columns if column.on)


def load_form(plan: Plan, form: str, known: Mapping[str, bool]) -> FormLayout:
    """The layout of `form`, the plan's own or else the project's; PlanError where its file is wrong.

    `known` are the ids of the columns that can be filled, and whether the form cannot be without them.
    """
    own = plan.path.parent / FORMS / f"{form}.yaml"
    path = own if own.is_file() else Path(__file__).parent / FORMS / f"{form}.yaml"
    files = Files(path.parent.parent)
    raw = files.yaml(path)
    if raw is None:
        raise PlanError(files.problems)
    name = files.name_of(path)
    try:
        layout = FormLayout.model_validate(raw)
    except ValidationError as error:
        raise PlanError([_problem(e, name, raw) for e in error.errors()]) from None
    problems = _column_problems(layout, name, known)
    if problems:
        raise PlanError(problems)
    return layout


def _column_problems(layout: FormLayout, file: str, known: Mapping[str, bool]) -> list[Problem]:
    ids = [column.id for column in layout.columns]
    shown = {column.id for column in layout.visible}
    return [
        *(Problem(file, "key_twice", id, column="columns") for id in dict.fromkeys(ids) if ids.count(id) > 1),
        *(
            Problem(file, "form_column_unknown", column.id, nearest=nearest_name(column.id, known), column="columns")
            for column in layout.columns
            if column.id not in known and not column.blank
        ),
        *(
            Problem(file, "form_column_needed", id, column="columns")
            for id, needed in known.items()
            if needed and id not in shown
        ),
    ]


def _problem(error: Any, file: str, raw: Any) -> Problem:
    """What is refused of a layout, in the column where it stands."""
    inside: Any = raw
    for step in error["loc"][:-1]:
        inside = inside[step]
    place = ".".join(str(step + 1 if isinstance(step, int) else step) for step in error["loc"][:-1])
    return problem_of({**error, "loc": error["loc"][-1:]}, file, inside, place)
