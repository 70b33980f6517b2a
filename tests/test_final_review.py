"""A review after the last year: the illustration with a fifth year, which nothing is left to plan after."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from browser import OVERLAPS, opened
from office import convert, needs_office
from test_accessible import findings
from test_missing_tables import empty_sections
from test_review_workbook import last, row_of
from trainplan import parts
from trainplan.cli import main
from trainplan.cycle.review import Review, load_review
from trainplan.cycle.review_forms import review_forms
from trainplan.plan.find import PROJECT
from trainplan.report.stored import compute
from trainplan.sheets.office_form import Amount
from trainplan.text.catalog import LANGUAGES, say

ILLUSTRATION, INVENTED = "an_giang_illustration", "an_giang_illustration_invented"
LAST = 2015


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The illustration, with a fifth year like its fourth and more people sent."""
    folder = tmp_path_factory.mktemp("final")
    shutil.copytree(PROJECT / "data", folder / "data")
    for name in ("actuals", "observations"):
        file = folder / "data" / INVENTED / f"{name}.csv"
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
        more = table[table["year"] == "2014"].assign(year=str(LAST), as_of="2016-01-31")
        if name == "actuals":
            more["enrolled"] = (more["enrolled"].astype(int) * 6 // 5).astype(str)
        pd.concat([table, more]).to_csv(file, index=False)
    return Path(shutil.copytree(PROJECT / "params" / ILLUSTRATION, folder / "params" / ILLUSTRATION))


@pytest.fixture(scope="module")
def review(plan: Path) -> Review:
    return load_review(plan, "base", LAST, compute=compute)


@pytest.fixture(scope="module")
def written(plan: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the command has written the review."""
    folder = tmp_path_factory.mktemp("written")
    assert main(["review", str(plan), "--year", str(LAST), "--output", str(folder)]) == 0
    return folder


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_that_no_year_is_left(written: Path, review: Review, language: str) -> None:
    page = (written / f"review_{LAST}.{language}.html").read_text("utf-8")
    assert say("review.final", language, year=LAST) in page
    assert say("sentence.review_no_year_left", language, year=LAST) in page
    assert empty_sections(page) == []
    assert review.verdicts["is_gone"].any() and parts.review_too_late(review).sentences(language) == []


def test_five_years_stand_beside_what_was_decided(review: Review) -> None:
    assert set(review["review_money"]["year"]) == set(review["review_coverage"]["year"]) == set(range(2011, LAST + 1))
    assert (review.decided.plan.decided_from, len(review.now.plan.open_years)) == (2012, 0)
    spent, cost = review["review_money"]["spent_vnd"].sum(), review.now["cost"]["funded_vnd"].sum()
    assert spent == pytest.approx(cost) and 0 < spent < review["review_money"]["planned_vnd"].sum()
    assert not review.later_facts and review.counted_objectives


def test_the_forms_are_those_of_five_years(review: Review) -> None:
    forms, sent = review_forms(review, "vi"), review.now["enrollment"]["funded"].sum()
    assert last(forms["b03_together"])["(4)"] == last(forms["b05a_together"])["(4)"] == sent
    assert isinstance(paid := last(forms["b05a_together"])["(7)"], Amount)
    assert paid.exact == pytest.approx(review["review_money"]["spent_vnd"].sum(), abs=10)
    gap = review.now["gap"].set_index(["objective", "year"])
    for row in review.now.plan.tables.objectives:
        cells = row_of(forms["b09"], row.name_vi)
        reached = "reached" if row.kind == "count" else "coverage"
        for k, year in enumerate(range(2011, LAST + 1)):
            assert getattr(cells[f"({15 + k})"], "exact", cells[f"({15 + k})"]) == gap.loc[(row.id, year), reached]
        assert cells["(22)"] != say("annex.not_due", "vi")


@needs_office
def test_a_spreadsheet_program_opens_the_workbook(written: Path, tmp_path: Path) -> None:
    for made in written.glob("*.xlsx"):
        book = openpyxl.load_workbook(convert(made, "xlsx", tmp_path), data_only=True)
        assert len(book.sheetnames) == 9
        wrong = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "e"]
        assert wrong == []


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_can_be_read_by_all(written: Path, language: str) -> None:
    for width in (1280, 390):
        with opened(written / f"review_{LAST}.{language}.html", width) as (page, seen):
            assert findings(page) == [] and page.evaluate(OVERLAPS) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert not seen.complaints
