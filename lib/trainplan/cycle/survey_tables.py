"""What came back of a survey of needs, as tables: those of the plan with later rows, who has answered, what is doubtful."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from trainplan.cycle.survey_files import NotRead, RawSheet, read_sheets, returned_files
from trainplan.cycle.survey_layout import COLUMNS, NEEDS, STAFF, VERSION, form_of_unit
from trainplan.cycle.survey_reading import Answer, Doubt, read_answer
from trainplan.cycle.survey_sheets import words_of
from trainplan.cycle.year_plan import unit_need
from trainplan.plan.plan import Plan
from trainplan.plan.plan_files import cell_text
from trainplan.plan.reading import RawTable
from trainplan.plan.schema import AS_OF, TABLES
from trainplan.results.registry import RESULTS, Stem, check_columns
from trainplan.results.tables import Results
from trainplan.sheets.workbook import SheetColumn, Workbook
from trainplan.text.catalog import say, term
from trainplan.text.problems import PlanError, Problem

YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
KNOWN_WITHIN = 12  # rows of the hidden sheet that says which form it is
ATTRIBUTES = tuple(id for id, holds in COLUMNS[STAFF].items() if holds.within == "present")
COUNTED = tuple(id for id, holds in COLUMNS[NEEDS].items() if holds.kind == "people")


@dataclass(frozen=True)
class Survey:
    """What came back: the answers of units, what is doubtful, the files that are blank by their unit, files read."""

    year: int
    answers: tuple[Answer, ...]
    doubts: tuple[Doubt, ...]
    blank: Mapping[str, str]
    files: int

    @property
    def answered(self) -> frozenset[str]:
        """The units that filled something in, whether it can be taken or not."""
        return frozenset(answer.unit for answer in self.answers)


@dataclass(frozen=True)
class _Returned:
    """A file, with the unit and the year whose form it is; without the unit where `doubt` says why."""

    file: str
    sheets: Sequence[RawSheet | NotRead]
    unit: str = ""
    year: int = 0
    doubt: Doubt | None = None


def collect_survey(plan: Plan, folder: Path, but: Path, done: Callable[[int], object] = lambda _: None) -> Survey:
    """Reads every file below a folder, without those below `but`; `done` is told how many are read.

    The survey is of the year that most forms have; forms of others are doubtful, as are two forms of a unit that differ
    in anything. PlanError where there is no folder, or no form in it.
    """
    if not folder.is_dir():
        raise PlanError([Problem("DIR", "no_survey_folder", str(folder))])
    returned = []
    for path in returned_files(folder, but):
        file = path.relative_to(folder).as_posix()
        returned.append(_identify(plan, file, read_sheets(path)))
        done(len(returned))
    years = Counter(one.year for one in returned if one.unit)
    if not years:
        reasons = [Problem(one.file, "no_form", values={"reason": one.doubt.code}) for one in returned if one.doubt]
        raise PlanError(reasons or [Problem("DIR", "no_survey_file", str(folder))])
    year = max(years, key=lambda year: (years[year], year))
    return _survey_of(plan, year, [_of_year(one, year) for one in returned])
