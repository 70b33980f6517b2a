"""The page of a year, its coordinate `year`, and notebooks that need tables which not every plan has."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from making import SOUND
from test_run import PARAMETERS, notebook
from trainplan.plan.plan import load_plan
from trainplan.report.notebook import open_notebook
from trainplan.run.run import Request, run
from trainplan.text.problems import PlanError

ROOT = Path(__file__).resolve().parents[1]
PROVINCE = "an_giang_2011_2015"
REQUESTS = "year,unit,objective,program,people,file\n2022,north,degree,college,4,b01.xlsx\n"
ALL_CLOSED = "year,objective,program,enrolled,basis\n2024,degree,college,3,law: x\n"


def sound(folder: Path, **tables: str) -> Path:
    """The sound plan with further tables."""
    plan = Path(shutil.copytree(SOUND, folder / "small"))
    for table, text in tables.items():
        (plan / f"{table}.csv").write_text(text, "utf-8")
    return plan


def opened(plan: Path | str, **given: object) -> int:
    """The year of the page of a notebook for a plan."""
    coordinates = {"plan": str(plan), "scenario": "base", "overrides": {}, "language": "vi", "output_dir": None}
    return open_notebook({**coordinates, **given}).year


def test_the_year_is_the_one_given_else_the_first_open_one_else_the_last(tmp_path: Path) -> None:
    assert opened(PROVINCE) == opened(PROVINCE, year=None) == 2012
    assert opened(PROVINCE, year=2011) == 2011
    assert load_plan(closed := sound(tmp_path, actuals=ALL_CLOSED)).open_years == range(2025, 2025)
    assert opened(closed) == 2024


@pytest.mark.parametrize(("year", "said"), [(2020, "2021"), ("2022", "column year"), (2022.5, "column year")])
def test_a_wrong_year_is_said(year: object, said: str) -> None:
    with pytest.raises(PlanError, match=said):
        opened(SOUND, year=year)


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    """The sound plan with two notebooks, of which the second needs requests of units."""
    notebook(tmp_path / "library" / "00_one.ipynb", "print(1)")
    notebook(needing := tmp_path / "library" / "09_two.ipynb", "print(2)", parameters=PARAMETERS)
    book = json.loads(needing.read_text("utf-8"))
    book["metadata"]["trainplan"] = {"tables": ["units", "requests"]}
    needing.write_text(json.dumps(book), "utf-8")
    return Request(str(sound(tmp_path)), output=tmp_path / "out", library=tmp_path / "library", language="vi")


def reports(request: Request) -> set[str]:
    return {path.name for path in request.output.rglob("reports/*.html")}


def test_a_notebook_whose_tables_the_plan_lacks_is_left_out(request_: Request) -> None:
    assert run(request_) == 0 and reports(request_) == {"00_one.vi.html"}
    base = request_.output / "small" / "base"
    assert "09_two" not in (base / "manifest.json").read_text("utf-8")
    assert "09_two" not in (request_.output / "small" / "index.html").read_text("utf-8")
    (Path(request_.plan) / "requests.csv").write_text(REQUESTS, "utf-8")
    assert run(request_) == 0 and reports(request_) == {"00_one.vi.html", "09_two.vi.html"}


def test_one_that_was_asked_for_is_refused_with_the_tables_that_it_needs(request_: Request) -> None:
    with pytest.raises(PlanError) as told:
        run(replace(request_, notebooks=("9",)))
    assert "09_two" in str(told.value) and "requests" in str(told.value) and "units" not in str(told.value)
    assert not request_.output.exists()


def test_a_run_leaves_the_tables_of_the_first_open_year_that_have_rows(request_: Request) -> None:
    assert run(replace(request_, notebooks=("0",))) == 0
    tables = request_.output / "small" / "base" / "tables"
    assert set(pd.read_csv(tables / "classes_of_year.csv")["year"]) == {2021}
    assert (tables / "unit_plan.csv").is_file() and not (tables / "members_of_year.csv").exists()
    for table in Path(request_.plan).glob("unit*.csv"):
        table.unlink()
    assert run(replace(request_, notebooks=("0",))) == 0
    assert not (tables / "unit_plan.csv").exists() and (tables / "estimate_of_year.csv").is_file()
