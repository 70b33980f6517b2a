"""The page of a year, its coordinate `year`, and notebooks that need tables which not every plan has."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from making import SOUND, with_months
from test_missing_tables import empty_sections, page_of
from test_papermill import papermill
from test_run import PARAMETERS, notebook
from trainplan import parts
from trainplan.cli import main
from trainplan.cycle.year_plan import YearTables
from trainplan.plan.plan import load_plan
from trainplan.report.links import without_links
from trainplan.report.notebook import open_notebook
from trainplan.results.tables import compute
from trainplan.run.run import Request, run
from trainplan.text.catalog import LANGUAGES, say, term
from trainplan.text.problems import PlanError

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "notebooks" / "08_year_plan.ipynb"
PLANS = Path(__file__).parent / "plans"
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


# --- sentences


def tables_of(plan: Path | str, year: int, **overrides: object) -> YearTables:
    """The tables of a year of a plan."""
    return YearTables(compute(load_plan(plan, overrides=overrides)), year)


def addresses(sentences: list[str]) -> list[str]:
    """The addresses of the numbers in sentences, in their order."""
    return [address for said in sentences for _, _, address in getattr(said, "spans", ())]


def test_the_answer_of_the_province_is_that_of_its_tables() -> None:
    year = tables_of(PROVINCE, 2012)
    said = parts.year_answer(year).sentences("en")
    classes, budget = year.of_year("classes"), year.of_year("budget").set_index("source").loc["total"]
    blocs = year.of_year("unit_plan").groupby("bloc")["learners"].sum()
    assert (
        f"In 2012: {classes['new_learners'].sum():,.0f} enrollments, {classes['new_classes'].sum():.0f} new" in said[0]
    )
    assert f"{budget['funded_vnd'] / 1e9:.1f}\u202fbn VND" in said[0]
    for bloc, people in blocs.items():
        assert f"{term('bloc', bloc, 'en')} {people:,.0f}" in said[1]
    due = year["classes_of_year"].query("deadline == '2012-06'")["new_classes"].sum()
    assert f"{due:.0f} classes must end by 30 June 2012: " in said[2]
    assert f"{budget['lacking_vnd'] / 1e9:.1f}\u202fbn VND not found" in said[3] and len(said) == 4
    assert addresses(said)[0] == "classes 2012/* new_learners" and "budget 2012/total funded_vnd" in addresses(said)


def test_a_closed_year_is_an_estimate_by_unit_and_lacks_nothing() -> None:
    year = tables_of(PROVINCE, 2011)
    said = parts.year_answer(year).sentences("vi")
    assert said[0].startswith("Năm 2011 (đã qua): ") and said[1].startswith("Theo khối (ước tính): ") and len(said) == 2
    assert "ước tính" in parts.year_units(year).page_figure("vi").caption.what


def test_a_year_in_which_all_courses_continue_says_so() -> None:
    year = tables_of(PROVINCE, 2012, decided_from=2013)
    assert year.results["classes"].query("year == 2012")["new_learners"].sum() == 0
    said = parts.year_answer(year).sentences("en")[0]
    learners = year.of_year("classes")["learners"].sum()
    assert f"nobody new is sent; {learners:,.0f} continue, " in said


def test_a_year_without_a_course_says_so(tmp_path: Path) -> None:
    (plan := sound(tmp_path)).joinpath("pipeline.csv").unlink()
    year = tables_of(plan, 2021, **{"programs.*.capacity": {"value": 0}})
    assert parts.year_answer(year).sentences("vi") == [say("sentence.year_nothing", "vi", year=2021)]
    shown = (parts.year_estimate, parts.year_classes, parts.year_members, parts.year_calendar, parts.year_units)
    assert not any(piece.html("vi") for part in shown for piece in part(year).pieces)


def test_a_class_that_opens_too_late_for_its_deadline_is_named(tmp_path: Path) -> None:
    plan = with_months(sound(tmp_path))
    programs = (plan / "programs.csv").read_text("utf-8")
    with_classes = programs.replace("0.95,,,250000000,0", "0.95,1,,250000000,0").replace(",,1\n", "10,Sở,6;8\n")
    (plan / "programs.csv").write_text(with_classes, "utf-8")
    said = parts.year_deadlines(tables_of(plan, 2023)).sentences("en")
    assert "must end by 30 June 2023: Study abroad." in said[0]
    assert said[1] == "Study abroad: by the months in which it opens it ends in Aug 2023, after 30 June 2023."


def test_people_whom_no_unit_holds_are_counted_apart() -> None:
    year = tables_of(SOUND, 2022)
    rows = parts.year_units(year).page_figure("vi").html("vi")
    assert say("figure.year_units.all_units", "vi") in rows and say("figure.year_units.province", "vi") in rows
    whole = parts.year_units(tables_of(PROVINCE, 2012)).page_figure("vi").html("vi")
    assert say("figure.year_units.all_units", "vi") not in whole


@pytest.mark.parametrize("rule", ["all", "proportional"])
def test_the_money_of_a_year_is_said_by_the_rule(rule: str) -> None:
    year = tables_of(SOUND, 2022, allocation=rule)
    budget = year.of_year("budget").set_index("source")
    [said] = parts.year_money(year).sentences("en")
    assert said.startswith(
        "Planned without regard" if rule == "all" else f"{budget.loc['total', 'required_vnd'] / 1e9:.1f}"
    )


# --- figures and tables


def test_the_calendar_adds_up_by_host_and_marks_what_opens(tmp_path: Path) -> None:
    year = tables_of(with_months(sound(tmp_path)), 2022)
    html = parts.year_calendar(year).page_figure("vi").html("vi")
    running = year["calendar_of_year"].groupby("month")["running"].sum()
    assert all(f'data-q="calendar_of_year 2022/{month}/* running"' in html for month in running.index)
    opening = year["calendar_of_year"].query("opening > 0").groupby(["month", "program"]).ngroups
    assert html.count("▸") >= opening and "Trường Chính trị" in html
    quarters = parts.year_quarters(year).page_figure("vi").html("vi")
    assert 'data-q="calendar_of_year 2022/1;2;3/* opening"' in quarters


def test_classes_whose_month_nobody_said_are_counted_below_the_calendar(tmp_path: Path) -> None:
    year = tables_of(with_months(sound(tmp_path)), 2022)
    missing = year["classes_of_year"]["new_classes"].sum() - year["calendar_of_year"]["opening"].sum()
    reading = parts.year_calendar(year).page_figure("vi").caption.reading
    assert missing > 0 and say("figure.year_calendar.unplaced", "vi", count=int(missing)) in reading


def test_the_estimate_ends_in_the_money_of_the_budget_page() -> None:
    year = tables_of(PROVINCE, 2012)
    estimate = parts.year_estimate(year).frame("en").set_index("Item")
    budget = parts.budget(year.results).frame("en").set_index("Year").loc["2012"]
    names = {"Total": "Funded", "Ceiling": "Ceiling", "Not found": "Not found"}
    for row, column in names.items():
        assert estimate.loc[row, "Total"] == next(cell for head, cell in budget.items() if head.startswith(column))
    by_program = parts.year_estimate_by_program(year).frame("en").iloc[-1]
    assert [by_program[name] for name in estimate.columns] == estimate.loc["Total"].tolist()


def test_kinds_of_people_stand_beside_the_new_learners() -> None:
    year = tables_of(PROVINCE, 2012)
    found = parts.year_members(year).frame("en").set_index("Program")
    women = year["members_of_year"].query("attribute == 'women'").groupby("program")["learners"].sum()
    assert sorted(found["Women"]) == sorted(f"{people:,}" for people in women)


# --- the page


@pytest.mark.parametrize("name", ["one_year", "shrinking", "long_courses"])
def test_the_page_of_a_small_plan_has_no_empty_section(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page = page_of(NOTEBOOK, PLANS / name, "vi", monkeypatch)
    assert empty_sections(page) == [] and page.count('class="answer') == 1


def test_yearplan_writes_the_page_beside_the_tables_that_it_links(tmp_path: Path) -> None:
    plan, out = with_months(sound(tmp_path)), tmp_path / "out"
    assert main(["yearplan", str(plan), "--year", "2023", "--output", str(out)]) == 0
    for language in LANGUAGES:
        page = (out / f"year_2023.{language}.html").read_text("utf-8")
        assert "2023" in page and say("head.opens", language) in page
        linked = set(re.findall('href="([^"#]+)', page))
        assert linked and {"unit_plan.csv", "calendar_of_year.csv"} < linked
        assert all((out / href).is_file() for href in linked)


def test_the_page_of_a_run_is_that_of_the_command(tmp_path: Path) -> None:
    """The same numbers with the same addresses; the commands differ in the links."""
    out = tmp_path / "out"
    assert main(["yearplan", str(SOUND), "--year", "2021", "--output", str(out / "year")]) == 0
    assert main(["run", str(SOUND), "--notebook", "8", "--output", str(out)]) == 0
    for language in LANGUAGES:
        pages = (out / "year" / f"year_2021.{language}.html", *out.rglob(f"reports/08_year_plan.{language}.html"))
        one, other = (without_links(page.read_text("utf-8")) for page in pages)
        assert one == other


@pytest.mark.slow
def test_papermill_takes_another_year(tmp_path: Path) -> None:
    done = papermill(NOTEBOOK, tmp_path / "out.ipynb", ROOT, "-p", "year", "2013")
    assert done.returncode == 0 and "Năm 2013: " in (tmp_path / "out.ipynb").read_text("utf-8")
    assert papermill(NOTEBOOK, tmp_path / "out.ipynb", ROOT, "-p", "year", "1999").returncode != 0


def test_numbers_of_classes_have_the_addresses_of_their_rows() -> None:
    frame = parts.year_classes(tables_of(SOUND, 2022)).frame("en")
    quoted = {address for row in frame.itertuples(index=False) for address in addresses(list(row))}
    assert {"classes_of_year 2022/short new_classes", "classes_of_year 2022/short cost_vnd"} <= quoted
    assert {"classes_of_year 2022/* cost_vnd", "classes 2022/short new_learners"} <= quoted
