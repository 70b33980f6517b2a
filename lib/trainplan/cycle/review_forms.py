"""The forms of a review as one workbook: what was done and paid in its year; of some years, the targets as well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

import pandas as pd

from trainplan.cycle.annexes import book_name, fill_forms, write_forms
from trainplan.cycle.review_lines import EVERY_YEAR, OF_TARGETS, TOGETHER, WORDED
from trainplan.cycle.review_year import ReviewYear, YearsTogether
from trainplan.plan.plan import Plan, all_or_problems
from trainplan.results.registry import Stem
from trainplan.results.tables import Results
from trainplan.sheets.office_form import OfficeForm
from trainplan.text.catalog import say

MID_TERM = 3  # years of the plan after which the decision asks for a review


def is_of_term(plan: Plan, year: int) -> bool:
    """Whether a review of a calendar year is that of the middle of the plan or of its end."""
    return year in (plan.first + MID_TERM - 1, plan.last)


def review_forms(
    decided: Results, now: Results, year: int, tables: Mapping[Stem, pd.DataFrame], language: str
) -> dict[str, OfficeForm]:
    """The forms of a review of a calendar year that have anything in them, by their id.

    `tables` are its `review_money` and `review_coverage`. PlanError tells of all forms of the plan that are wrong.
    """
    facts = ReviewYear(decided, now, year, tables, language)
    steps = [partial(fill_forms, facts, EVERY_YEAR)]
    if is_of_term(now.plan, year):
        steps += [
            partial(fill_forms, facts, OF_TARGETS),
            partial(fill_forms, YearsTogether(now, year, language), TOGETHER),
        ]
    steps.append(partial(fill_forms, facts, WORDED))
    return {form: filled for forms in all_or_problems(*steps) for form, filled in forms.items()}


def write_review_forms(
    decided: Results,
    now: Results,
    year: int,
    tables: Mapping[Stem, pd.DataFrame],
    folder: Path,
    languages: Iterable[str],
) -> list[Path]:
    """Writes the forms of a review, a workbook for each language; returns the files.

    PlanError, and nothing written, where a form of the plan is wrong.
    """
    books = {}
    for language in languages:
        title = say("annex.review_book", language, year=year, plan=now.plan.title(language))
        path = folder / book_name(now.plan, "review", year, language)
        books[path] = title, review_forms(decided, now, year, tables, language)
    return write_forms(books)
