"""The result tables: for each its keys, its columns with their units, and how a column adds up over the years.

Whatever a result table needs elsewhere follows from `RESULTS`: the order of the columns in CSV files, headings and
number formats of pages and workbooks, and the reference (docs/reference.md). To add a table: its record here, its
title and the meanings of its columns in the catalogs (`table_title.<stem>`, `about.result.<stem>`,
`about.result.<stem>.<column>`), and the function that makes it (of a run: `@run_table` in `results/tables.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from trainplan.sheets.formats import number_format
from trainplan.text.catalog import say, term, texts
from trainplan.text.problems import PlanError, Problem

Stem = str  # of a table's file
Unit = Literal[
    "year", "date", "id", "address", "code", "text", "boolean", "people", "classes", "share", "coverage", "VND",
    "people_years", "people_years_per_billion", "number", "mixed", "days", "month",
]  # fmt: skip
NUMERIC = (
    "people",
    "classes",
    "share",
    "coverage",
    "VND",
    "people_years",
    "people_years_per_billion",
    "number",
    "days",
)
ROUNDING = 1e-9  # of the largest number of a column: what is no further below zero is nothing
OverYears = Literal["sum", "last", "none"]
Command = Literal["tables", "compare", "goal", "uncertainty", "yearplan", "survey", "review", "batch"]


@dataclass(frozen=True)
class Column:
    """A column of a result table. Numbers of it are at least 0 unless `signed`, and all there unless `gaps`.

    `over_years` says how rows of one key in several years become one number: their sum, that of the last year, or
    none that means anything; `adds_up`, whether the rows of one year have a sum that means something, as those of
    ceilings, one within another, have not. `ids_of` names the input table whose ids the column holds, `words` the
    family of the catalog that has a text for each of its codes. `shown` is a format of a spreadsheet other than that
    of the unit.
    """

    name: str
    unit: Unit
    over_years: OverYears = "none"
    ids_of: str = ""
    words: str = ""
    shown: str = ""
    adds_up: bool = False
    signed: bool = False
    gaps: bool = False

    @property
    def is_number(self) -> bool:
        """Whether the column holds amounts; years and months are names of their rows."""
        return self.unit in NUMERIC

    @property
    def number_format(self) -> str:
        """The format of a spreadsheet for the column's numbers; `General` for what has no unit."""
        return self.shown or number_format(self.unit)

    def cell_text(self, code: str, language: str) -> str:
        """A code of the column as people read it; the code itself where the column holds no codes."""
        return term(self.words, code, language) if self.words and code else code


@dataclass(frozen=True)
class ResultTable:
    """A result table: the columns that tell its rows apart, all its columns in order, the command that writes it.

    `further` is what adds a column of its own each, called by its name, after `columns`: every `scenario`, or every
    `change`; `rule` is set where only that rule of allocation has the table; `file` where its file is called otherwise
    than the table.
    """

    stem: Stem
    keys: tuple[str, ...]
    columns: tuple[Column, ...]
    command: Command = "tables"
    further: Literal["", "scenario", "change"] = ""
    rule: str = ""
    file: str = ""

    @property
    def file_name(self) -> str:
        """The name of its file."""
        return f"{self.file or self.stem}.csv"

    @property
    def column_names(self) -> list[str]:
        """The names of the columns that every such table begins with, in order."""
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        """The column of a name; KeyError where the table has none."""
        return {column.name: column for column in self.columns}[name]

    def title(self, language: str) -> str:
        """What the table is called, short enough for the tab of a workbook."""
        return say(f"table_title.{self.stem}", language)

    def heading(self, column: str, language: str) -> str:
        """The heading of a column: the table's own, else that of every column of the name; amounts say their unit."""
        amount = column.removesuffix("_vnd")
        if amount != column and f"head.{column}" not in texts(language) and f"head.{amount}" in texts(language):
            return column_heading(column, language, unit="VND")
        return own_text("head", self.stem, column, language)

    def meaning(self, language: str) -> str:
        """What a row of the table says, in a sentence."""
        return say(f"about.result.{self.stem}", language)

    def column_meaning(self, column: str, language: str) -> str:
        """What a column means, and what an empty cell of it means."""
        return own_text("about.result", self.stem, column, language, shared="about.result.column")

    def over_years(self, frame: pd.DataFrame) -> pd.DataFrame:
        """All years of a table as one: a row for every key but `year`, with the columns that mean something over years.

        A sum of nothing is nothing, such as that of ceilings that there are not. KeyError for a table without years.
        """
        keys = [key for key in self.keys if key != "year"]
        sums = [column.name for column in self.columns if column.over_years == "sum"]
        last = [column.name for column in self.columns if column.over_years == "last"]
        added = frame.groupby(keys, sort=False)[sums].sum(min_count=1)
        if last:
            added = added.join(frame[frame["year"] == frame["year"].max()].set_index(keys)[last])
        found = added.reset_index()
        return found[[name for name in self.column_names if name in found]]


def column_heading(column: str, language: str, unit: str = "") -> str:
    """What stands above a column, with `unit.<unit>` in brackets: `head.<column>` (amounts leave out `_vnd`).

    A column without such a text, as that of a year, is its own heading.
    """
    head = term("head", column.removesuffix("_vnd"), language)
    return f"{head} ({say(f'unit.{unit}', language)})" if unit else head


def own_text(family: str, stem: str, column: str, language: str, shared: str = "") -> str:
    """The text `family.stem.column`, else `shared.column` (of the same family where none is named); else KeyError."""
    own = f"{family}.{stem}.{column}"
    return say(own if own in texts(language) else f"{shared or family}.{column}", language)


YEAR = Column("year", "year")
GROUP = Column("group", "id", ids_of="groups")
OBJECTIVE = Column("objective", "id", ids_of="objectives")
PROGRAM = Column("program", "id", ids_of="programs")
SOURCE = Column("source", "id", ids_of="sources")
UNIT = Column("unit", "id", ids_of="units")
SCENARIO = Column("scenario", "id")
QUANTILES = ("p05", "p50", "p95")


def _people(*names: str, **settings: Any) -> tuple[Column, ...]:
    return tuple(Column(name, "people", **settings) for name in names)


def _money(*names: str, over_years: OverYears = "sum", adds_up: bool = True, **settings: Any) -> tuple[Column, ...]:
    return tuple(Column(name, "VND", over_years, adds_up=adds_up, **settings) for name in names)


def _shares(*names: str, **settings: Any) -> tuple[Column, ...]:
    return tuple(Column(name, "share", **settings) for name in names)


RUN_TABLES = [  # the tables of one scenario
    ResultTable(
        "workforce",
        ("year", "group"),
        (YEAR, GROUP, *_people("headcount", over_years="last"), *_people("joiners", "leavers", over_years="sum")),
    ),
    ResultTable(
        "enrollment",
        ("year", "objective", "program"),
        (
            *(YEAR, OBJECTIVE, PROGRAM),
            *_people("needed", "deliverable", adds_up=True),
            *_people("funded", "completed", over_years="sum", adds_up=True),
        ),
    ),
    ResultTable(
        "classes",
        ("year", "program"),
        (
            *(YEAR, PROGRAM),
            *_people("new_learners", over_years="sum", shown="#,##0", adds_up=True),
            *_people("learners", adds_up=True),
            Column("new_classes", "classes", "sum", adds_up=True),
            Column("classes", "classes", adds_up=True),
        ),
    ),
    ResultTable(
        "cost",
        ("year", "program", "source"),
        (YEAR, PROGRAM, SOURCE, *_money("required_vnd", "funded_vnd")),
    ),
    ResultTable(
        "budget",
        ("year", "source"),
        (
            *(YEAR, SOURCE, *_money("ceiling_vnd", adds_up=False, gaps=True)),
            *_money("required_vnd", "funded_vnd"),
            *_money("lacking_vnd", signed=True),
            *_money("over_vnd", "unspent_vnd", adds_up=False, gaps=True),
        ),
    ),
    ResultTable(
        "gap",
        ("year", "objective"),
        (
            *(YEAR, OBJECTIVE, GROUP),
            *_people("base", over_years="last"),
            Column("target_path", "coverage", "last", shown="0.0%"),
            *(Column(name, "coverage", "last") for name in ("target", "asked")),
            *_people("reached", over_years="last"),
            *_shares("coverage", over_years="last", gaps=True),
            *_people("gap", over_years="last"),
            Column("met", "boolean", "last"),
        ),
    ),
    ResultTable(
        "verdicts",
        ("objective",),
        (
            OBJECTIVE,
            *(Column(name, "coverage") for name in ("asked", "target")),
            Column("due", "date"),
            *_people("reached"),
            *_shares("coverage", gaps=True),
            Column("verdict", "code", words="verdict"),
            Column("aim_met", "boolean"),
            *_people("gap"),
            *_people(
                *(f"missing_{limit}" for limit in ("money", "capacity", "completion", "past", "time")),
                signed=True,
                gaps=True,
            ),
            Column("binds", "code", words="limit"),
            *_shares("best_reachable", gaps=True),
            Column("latest_start", "year"),
        ),
    ),
    ResultTable("commitments", ("year", "program", "source"), (YEAR, PROGRAM, SOURCE, *_money("vnd"))),
    ResultTable(
        "lines",
        ("year", "objective"),
        (YEAR, OBJECTIVE, *_shares("needed", "deliverable", "affordable", over_years="last")),
    ),
    ResultTable(
        "optimum",
        (),
        tuple(Column(name, "people_years") for name in ("weighted_shortfall", "bound", "gap")),
        rule="optimal",
    ),
    ResultTable(
        "marginal_values",
        ("year", "source"),
        (YEAR, SOURCE, Column("people_years_per_billion", "people_years_per_billion")),
        rule="optimal",
    ),
]


COMPARE_TABLES = [  # the tables of several scenarios of a plan
    ResultTable("inputs", ("address",), (Column("address", "address"),), "compare", further="scenario"),
    ResultTable(
        "results",
        ("scenario", "objective"),
        (
            *(SCENARIO, OBJECTIVE, Column("due", "date")),
            *_shares("coverage", gaps=True),
            *_people("gap"),
            Column("verdict", "code", words="verdict"),
        ),
        "compare",
    ),
    ResultTable(
        "totals",
        ("scenario",),
        (
            *(SCENARIO, *(Column(name, "number") for name in ("met", "objectives", "goals_met", "goals"))),
            *_money("required_vnd", "funded_vnd", adds_up=False),
            *_money("lacking_vnd", adds_up=False, signed=True),
            *_money("over_vnd", adds_up=False, gaps=True),
            *_money("commitments_vnd", adds_up=False),
        ),
        "compare",
    ),
    ResultTable(
        "differences",
        ("scenario", "result", "change"),
        (
            *(SCENARIO, Column("result", "id"), Column("change", "address")),
            *(Column("part", "mixed"), Column("error", "mixed")),
        ),
        "compare",
    ),
]


GOAL_TABLES = [  # what it takes to meet the targets
    ResultTable(
        "goal",
        ("objective",),
        (
            *(SOURCE, Column("rule", "code", words="rule")),
            *_money("yearly_vnd", adds_up=False, gaps=True),
            *_money("step_vnd", adds_up=False),
            OBJECTIVE,
            Column("reachable", "boolean"),
            *_shares("furthest"),
            *(Column(name, "boolean") for name in ("met", "lost_with_less")),
        ),
        "goal",
    ),
    ResultTable(
        "relaxations",
        ("objective", "rank", "address"),
        (
            *(OBJECTIVE, Column("rank", "number"), Column("kind", "code"), Column("address", "address")),
            *(Column("change", "code"), Column("value", "mixed")),
            *_money("cost_vnd", adds_up=False, signed=True, gaps=True),
        ),
        "goal",
    ),
    ResultTable(
        "values",
        ("kind", "id", "year"),
        (Column("kind", "code"), Column("id", "id"), YEAR, Column("people_years", "people_years")),
        "goal",
    ),
]


UNCERTAINTY_TABLES = [  # what the draws of a plan's ranges say
    ResultTable(
        "probabilities",
        ("year", "objective"),
        (YEAR, OBJECTIVE, *_shares("probability_met", "probability_nearly", *QUANTILES, over_years="last")),
        "uncertainty",
    ),
    ResultTable("cost_bands", ("year",), (YEAR, *_money(*QUANTILES, over_years="none", adds_up=False)), "uncertainty"),
    ResultTable("enrollment_bands", ("year", "program"), (YEAR, PROGRAM, *_people(*QUANTILES)), "uncertainty"),
    ResultTable("sent_bands", ("year", "objective"), (YEAR, OBJECTIVE, *_people(*QUANTILES)), "uncertainty"),
    ResultTable(
        "sensitivity",
        ("objective", "input"),
        (OBJECTIVE, Column("input", "address"), *_shares("low", "high", "share")),
        "uncertainty",
    ),
    ResultTable(
        "conditions",
        ("objective",),
        (OBJECTIVE, *_shares("missed"), Column("rule", "text"), *_shares("right", "found", gaps=True)),
        "uncertainty",
    ),
]


YEAR_PLAN_TABLES = [  # whom units send, and the classes of a year
    ResultTable(
        "unit_plan",
        ("year", "unit", "objective", "program"),
        (
            *(YEAR, UNIT, Column("bloc", "text"), OBJECTIVE, PROGRAM),
            *_people("learners", over_years="sum", adds_up=True),
            *_people("continuing", adds_up=True),
            *_money("cost_vnd"),
            Column("estimated", "boolean"),
        ),
        "yearplan",
    ),
    ResultTable(
        "classes_of_year",
        ("year", "program"),
        (
            *(YEAR, PROGRAM, Column("content", "text"), Column("level", "text")),
            *(Column(name, "classes", adds_up=True) for name in ("new_classes", "continuing_classes")),
            *_people("learners", adds_up=True),
            *_people("class_size", gaps=True),
            *(Column("days", "days", gaps=True), Column("opens", "text"), Column("ends", "date")),
            *(Column("place", "text"), Column("host", "text")),
            *_money("cost_vnd", over_years="none"),
            Column("deadline", "date"),
        ),
        "yearplan",
    ),
    ResultTable(
        "calendar_of_year",
        ("year", "month", "program"),
        (
            *(YEAR, Column("month", "month"), PROGRAM),
            *(Column(name, "classes", adds_up=True) for name in ("opening", "running")),
        ),
        "yearplan",
    ),
    ResultTable(
        "estimate_of_year",
        ("year", "program", "part", "source"),
        (YEAR, PROGRAM, Column("part", "code", words="part"), SOURCE, *_money("cost_vnd", over_years="none")),
        "yearplan",
    ),
    ResultTable(
        "members_of_year",
        ("year", "objective", "program", "attribute"),
        (YEAR, OBJECTIVE, PROGRAM, Column("attribute", "id"), *_people("learners", adds_up=True)),
        "yearplan",
    ),
    ResultTable(
        "requests_of_year",
        ("year", "unit", "objective", "program"),
        (
            *(YEAR, UNIT, OBJECTIVE, PROGRAM),
            *_people("requested", "needed", "funded", adds_up=True),
            *_people("difference", adds_up=True, signed=True),
            Column("deviation", "number", shown="0.0%", signed=True, gaps=True),
            *(Column("mark", "code", words="request"), Column("file", "text")),
        ),
        "yearplan",
    ),
    ResultTable(
        "requests_cost_of_year",
        ("year", "program", "source"),
        (
            *(YEAR, PROGRAM, SOURCE),
            *_money("requested_vnd", "committed_vnd", "required_vnd", "funded_vnd", over_years="none"),
        ),
        "yearplan",
    ),
    ResultTable(
        "baselines_surveyed",
        ("year", "objective"),
        (
            *(YEAR, OBJECTIVE, Column("units", "number"), *_people("people"), *_shares("planned", "surveyed")),
            Column("taken_as", "code", words="taken_as"),
            *(Column(f"verdict_{when}", "code", words="verdict") for when in ("before", "after")),
            *_people("gap_before", "gap_after"),
        ),
        "yearplan",
    ),
    ResultTable(
        "required_as_surveyed",
        ("year", "source"),
        (YEAR, SOURCE, *_money("before_vnd", "after_vnd")),
        "yearplan",
    ),
]


SURVEY_TABLES = [  # what units answered to a survey of needs
    ResultTable(
        "summary",
        ("year", "unit", "objective"),
        (
            *(YEAR, UNIT, OBJECTIVE),
            *_people("present", "reached", "studying", "leaving", "joining", adds_up=True, gaps=True),
            *_people("requested", "model_need", adds_up=True, gaps=True),
            *_people("difference", adds_up=True, signed=True, gaps=True),
            *_people("proposed", adds_up=True, gaps=True),
            *_people(
                *(f"proposed_{kind}" for kind in ("women", "young", "planned", "minority")), adds_up=True, gaps=True
            ),
            Column("file", "text"),
        ),
        "survey",
    ),
    ResultTable(
        "doubtful",
        ("file", "sheet", "cell", "expected"),
        (
            *(Column("file", "text"), UNIT),
            *(Column(name, "text") for name in ("sheet", "cell", "found", "expected")),
        ),
        "survey",
    ),
    ResultTable(
        "not_answered",
        ("unit",),
        (UNIT, *(Column(name, "text") for name in ("name", "bloc", "route", "file"))),
        "survey",
    ),
    ResultTable(
        "not_complete",
        ("objective", "program", "number"),
        (
            *(YEAR, OBJECTIVE, PROGRAM, Column("number", "text"), Column("units", "number")),
            *(Column(name, "text") for name in ("lacking", "names", "missing_vi", "missing_en")),
        ),
        "survey",
    ),
]


REVIEW_TABLES = [  # plan against what happened
    ResultTable(
        "review_coverage",
        ("year", "objective"),
        (
            *(YEAR, OBJECTIVE, *_people("missing_decided", "missing_now")),
            *_people("headcount", "enrollment", "completion", "count", "other", signed=True),
        ),
        "review",
    ),
    ResultTable(
        "review_money",
        ("year", "program", "source"),
        (
            *(YEAR, PROGRAM, SOURCE, *_money("planned_vnd", "spent_vnd")),
            *_money("volume_vnd", "price_vnd", signed=True),
            Column("estimated", "boolean"),
        ),
        "review",
    ),
    ResultTable(
        "forecast_record",
        ("look", "year", "what"),
        (
            *(Column("look", "text"), YEAR, Column("lead", "number"), Column("what", "id")),
            *(Column(name, "mixed") for name in ("forecast", "p05", "p95", "outcome", "error")),
            Column("inside", "boolean", "sum"),
        ),
        "review",
    ),
    ResultTable(
        "forecast_scores",
        ("lead", "measure"),
        (
            *(Column("lead", "text"), Column("measure", "code")),
            Column("outcomes", "number"),
            *(Column("mean_error", "number", signed=True, gaps=True), Column("inside", "number", gaps=True)),
        ),
        "review",
    ),
]


BATCH_TABLES = [  # many runs at a time
    ResultTable(
        "headlines",
        ("run",),
        (
            *(Column(name, "id") for name in ("run", "plan")),
            SCENARIO,
            Column("status", "code"),
            Column("reason", "text"),
            *(Column(name, "number", gaps=True) for name in ("targets", "met", "nearly", "missed")),
            *_money("required_vnd", "funded_vnd", over_years="none", adds_up=False, gaps=True),
            *_money("lacking_vnd", over_years="none", adds_up=False, signed=True, gaps=True),
            *_money("over_vnd", "commitments_vnd", over_years="none", adds_up=False, gaps=True),
            Column("ceilings", "boolean"),
            *_shares("assumed_share", gaps=True),
            Column("as_of", "date"),
            Column("invented", "boolean"),
        ),
        "batch",
        further="change",
        file="summary",
    ),
]


RESULTS: Mapping[Stem, ResultTable] = {
    table.stem: table
    for table in [
        *(*RUN_TABLES, *COMPARE_TABLES, *GOAL_TABLES, *UNCERTAINTY_TABLES),
        *(*YEAR_PLAN_TABLES, *SURVEY_TABLES, *REVIEW_TABLES, *BATCH_TABLES),
    ]
}


def check_columns(stem: Stem, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame itself; ValueError where its columns are not those that the registry has for the table.

    ValueError, too, where a number is missing or below zero though its column is not declared so, rounding apart;
    PlanError where one is infinite, as the plan's numbers lead beyond what can be computed with.
    """
    table = RESULTS[stem]
    expected, found = table.column_names, list(frame.columns)
    if table.further and not found:
        return frame  # scenarios that do not differ
    if found[: len(expected)] != expected or (len(found) > len(expected) and not table.further):
        raise ValueError(f"{stem} has the columns {found}; the registry has {expected}")
    numbers = {
        column: pd.to_numeric(frame[column.name]).to_numpy(float, na_value=np.nan)
        for column in table.columns
        if column.is_number
    }
    infinite = [column.name for column, values in numbers.items() if np.isinf(values).any()]
    if infinite:
        raise PlanError(Problem(f"{stem}.csv", "result_infinite", column=name) for name in infinite)
    for column, values in numbers.items():
        if not column.gaps and np.isnan(values).any():
            raise ValueError(f"{stem}.{column.name} lacks a number")
        if not column.signed and (values < -ROUNDING * np.nanmax(np.abs(values), initial=1.0)).any():
            raise ValueError(f"{stem}.{column.name} has a number below zero")
    return frame
