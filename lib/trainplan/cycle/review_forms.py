"""The forms of a review as one workbook: what was done and paid in its year; of some years, the targets as well."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from trainplan.cycle.annexes import book_name, fill_forms, write_forms
from trainplan.cycle.review import Review
from trainplan.cycle.review_lines import EVERY_YEAR, OF_TARGETS, TOGETHER, WORDED
from trainplan.cycle.review_year import ReviewYear, YearsTogether
from trainplan.plan.plan import all_or_problems
from trainplan.sheets.office_form import OfficeForm
from trainplan.text.catalog import say


def review_forms(review: Review, language: str) -> dict[str, OfficeForm]:
    """The forms of a review that have anything in them, by their id; PlanError tells of all that are wrong."""
    of_year = ReviewYear(review, language)
    steps = [partial(fill_forms, of_year, EVERY_YEAR)]
    if review.stage != "other":
        together = YearsTogether(review.now, review.year, language)
        steps += [partial(fill_forms, of_year, OF_TARGETS), partial(fill_forms, together, TOGETHER)]
    steps.append(partial(fill_forms, of_year, WORDED))
    return {form: filled for forms in all_or_problems(*steps) for form, filled in forms.items()}


def write_review_forms(review: Review, folder: Path, languages: Iterable[str]) -> list[Path]:
    """Writes the forms of a review, a workbook for each language; returns the files.

    PlanError, and nothing written, where a form of the plan is wrong.
    """
    plan, year = review.now.plan, review.year
    books = {}
    for language in languages:
        title = say("annex.review_book", language, year=year, plan=plan.title(language))
        books[folder / book_name(plan, "review", year, language)] = title, review_forms(review, language)
    return write_forms(books)
