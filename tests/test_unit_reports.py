"""Reports of units on a year: what all of them say enters the plan, and what is doubtful or incomplete does not."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from making import SOUND
from office import convert, needs_office, sheets_as_csv
from survey_office import FilledForm
from trainplan.cli import main
from trainplan.cycle.review import load_review
from trainplan.cycle.survey_files import read_sheets, returned_files
from trainplan.cycle.survey_forms import write_survey_forms
from trainplan.cycle.survey_layout import ALL_UNITS, DONE, REACHED
from trainplan.cycle.survey_tables import Survey, collect_survey
from trainplan.cycle.year_plan import unit_plan
from trainplan.plan.plan import Plan, load_plan
from trainplan.results.tables import compute
from trainplan.text.catalog import LANGUAGES, say

YEAR, KNOWN = 2021, "2022-01-20"
UNITS = {"north": "north", "south": "south", "all_units": ALL_UNITS}
COLLEGE, EVENING, SHORT = "degree/college", "degree/evening", "new/short"
LONG = {"enrolled": 40, "continuing": 20, "completed": 15, "failed": 5, "studying": 40, "spent": 400_000_000}
NOBODY = {"enrolled": 0, "continuing": 0}
FILLED = {  # of whom the units hold, and of whom they do not
    "north": {COLLEGE: LONG, EVENING: NOBODY, SHORT: {"enrolled": 0}},
    "south": {COLLEGE: {**LONG, "spent": 410_000_000}, EVENING: {**LONG, "continuing": 20}, SHORT: {"enrolled": 0}},
    "all_units": {
        "yearly/short": {
            "enrolled": 90,
            "completed": 88,
            "failed": 2,
            "studying": 0,
            "continuing": 0,
            "spent": 80_000_000,
        },
        "abroad_all/college": NOBODY,
        "abroad/abroad": {"enrolled": 0},
    },
}
COUNTS = {"north": {"base": 510, "reached": 330}, "south": {"base": 290, "reached": 170}}
DEGREE = {"base": 800, "reached": 500}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(SOUND)


@pytest.fixture(scope="module")
def forms(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The forms as they are handed out, by the names of their files."""
    paths = write_survey_forms(compute(plan), YEAR, tmp_path_factory.mktemp("forms"), kind="unit_report")
    return {path.stem: path.read_bytes() for path in paths}


@pytest.fixture
def filled(plan: Plan, forms: dict[str, bytes]) -> dict[str, FilledForm]:
    """The forms, filled in without a mistake."""
    reports = {n: FilledForm(plan, UNITS[n], YEAR, content, "unit_report") for n, content in forms.items()}
    for name, rows in FILLED.items():
        for key, numbers in rows.items():
            reports[name].set(DONE, key, **numbers)
    for name, numbers in COUNTS.items():
        reports[name].set(REACHED, "degree", **numbers)
        reports[name].set(REACHED, "new", base=10, reached=0)
    reports["all_units"].set(REACHED, "yearly", base=400, reached=88)
    return reports


def save(reports: dict[str, FilledForm], folder: Path) -> Path:
    for name, report in reports.items():
        report.save(folder / f"{name}.xlsx")
    return folder


def collect(plan: Plan, folder: Path) -> Survey:
    files = {path.name: read_sheets(path, path.name) for path in returned_files(folder, folder / "out")}
    return collect_survey(plan, files, "unit_report", YEAR)


def run_collect(folder: Path, output: Path, plan: Path = SOUND, known: str = KNOWN) -> int:
    where = ["--year", str(YEAR), "--report", "--as-of", known, "--output", str(output)]
    return main(["survey", "collect", str(plan), str(folder), *where])


def rows_of(folder: Path, table: str) -> list[dict[str, str]]:
    path = folder / f"{table}.csv"
    return list(csv.DictReader(path.open(encoding="utf-8-sig", newline=""))) if path.exists() else []


def actuals_of(folder: Path) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Sent, completed and spent by pair and unit."""
    return {
        (f"{row['objective']}/{row['program']}", row["unit"]): (
            row["enrolled"],
            row["completed"],
            row.get("spent_vnd", ""),
        )
        for row in rows_of(folder, "actuals")
    }


EXPECTED = {
    (COLLEGE, "north"): ("40", "15", "400000000"),
    (COLLEGE, "south"): ("40", "15", "410000000"),
    (EVENING, "north"): ("0", "0", "0"),
    (EVENING, "south"): ("40", "15", "400000000"),
    (SHORT, "north"): ("0", "0", "0"),
    (SHORT, "south"): ("0", "0", "0"),
    ("yearly/short", ""): ("90", "88", "80000000"),
    ("abroad_all/college", ""): ("0", "0", "0"),
    ("abroad/abroad", ""): ("0", "0", "0"),
}


def test_a_form_says_what_the_plan_expects_of_the_unit(plan: Plan, forms: dict[str, bytes]) -> None:
    whole = compute(plan)
    planned = (
        unit_plan(whole).query("year == @YEAR and unit == 'south'").set_index(["objective", "program"])["learners"]
    )
    own = FilledForm(plan, "south", YEAR, forms["south"], "unit_report")
    assert own.cell(DONE, COLLEGE, "assigned").value == planned["degree", "college"] > 0
    assert (
        own.cell(DONE, COLLEGE, "assigned").protection.locked and not own.cell(DONE, COLLEGE, "spent").protection.locked
    )
    together = FilledForm(plan, ALL_UNITS, YEAR, forms["all_units"], "unit_report")
    sent = whole["enrollment"].query("year == @YEAR").set_index(["objective", "program"])["funded"]
    for pair in plan.tables.pairs:
        assert together.cell(DONE, "/".join(pair), "assigned").value == sent[pair]


def test_the_form_of_all_units_says_who_fills_it_in(forms: dict[str, bytes]) -> None:
    for name, form in forms.items():
        guide = {cell.value for cell in openpyxl.load_workbook(BytesIO(form)).worksheets[0]["A"]}
        whole = {say("survey.guide.whole_label", "vi"), say("survey.guide.back_label", "vi")}
        assert len(guide & whole) == 1 and (say("survey.guide.whole_label", "vi") in guide) == (name == "all_units")


def test_what_is_filled_in_comes_back(filled: dict[str, FilledForm], tmp_path: Path) -> None:
    assert run_collect(save(filled, tmp_path / "back"), tmp_path / "out") == 0
    assert actuals_of(tmp_path / "out") == EXPECTED
    observed = {
        row["objective"]: (row["year"], row["base"], row["reached"])
        for row in rows_of(tmp_path / "out", "observations")
    }
    assert observed == {"degree": ("2021", "800", "500"), "new": ("2021", "20", "0"), "yearly": ("2021", "400", "88")}
    assert {row["as_of"] for row in rows_of(tmp_path / "out", "actuals")} == {KNOWN}
    assert {row["file"] for row in rows_of(tmp_path / "out", "actuals")} == {f"{name}.xlsx" for name in FILLED}
    assert not any(rows_of(tmp_path / "out", table) for table in ("doubtful", "not_answered", "not_complete"))


def test_the_folder_closes_the_year_and_gives_the_review(filled: dict[str, FilledForm], tmp_path: Path) -> None:
    own = Path(shutil.copytree(SOUND, tmp_path / SOUND.name))
    assert run_collect(save(filled, tmp_path / "back"), tmp_path / "out", own) == 0
    text = (own / "plan.yaml").read_text("utf-8").replace("data: .", "data: [., ../out]")
    (own / "plan.yaml").write_text(text, "utf-8")
    assert main(["check", str(own)]) == 0
    assert load_plan(own).closed_years == range(YEAR, YEAR + 1)
    review = load_review(own, "base", YEAR, KNOWN)
    money = review.tables["review_money"].groupby("program")["spent_vnd"].sum()
    assert money["college"] == pytest.approx(810_000_000)
    stock = review.now["gap"].query("objective == 'degree' and year == @YEAR")["coverage"].item()
    assert stock == pytest.approx(500 / 800, abs=1e-3)
    before = (tmp_path / "out" / "actuals.csv").read_bytes()
    assert run_collect(tmp_path / "back", tmp_path / "out", own) == 0  # now that the plan holds it already
    assert (tmp_path / "out" / "actuals.csv").read_bytes() == before


def test_a_pair_that_a_unit_has_not_reported_is_not_taken(
    plan: Plan, filled: dict[str, FilledForm], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del filled["south"]
    assert run_collect(save(filled, tmp_path / "back"), tmp_path / "out") == 0
    assert set(actuals_of(tmp_path / "out")) == {key for key in EXPECTED if not key[1]}
    assert actuals_of(tmp_path / "out")["yearly/short", ""] == ("90", "88", "")  # of a program that another pair has
    assert [row["objective"] for row in rows_of(tmp_path / "out", "observations")] == ["yearly"]
    missing = {
        (row["objective"], row["program"], row["number"]): row for row in rows_of(tmp_path / "out", "not_complete")
    }
    assert missing["degree", "college", "enrolled"]["lacking"] == missing["degree", "", "reached"]["lacking"] == "south"
    assert len(missing) == 5
    degree, college = (
        [plan.label(table, id, language) for language in LANGUAGES]
        for table, id in (("objectives", "degree"), ("programs", "college"))
    )
    told = {key: tuple(row[name] for name in ("names", "missing_vi", "missing_en")) for key, row in missing.items()}
    south = plan.label("units", "south", plan.choices.language)
    assert told["degree", "college", "enrolled"] == (
        *(south, f"{degree[0]} – {college[0]}: số người vào học", f"{degree[1]} – {college[1]}: people who began"),
    )
    assert told["degree", "", "reached"][1:] == (f"{degree[0]}: số người đạt", f"{degree[1]}: people up to standard")
    assert [row["unit"] for row in rows_of(tmp_path / "out", "not_answered")] == ["south"]
    said = capsys.readouterr().out
    assert "1/2 đơn vị" in said and "5 số chưa có đủ" in said
    pairs = sum(number == "enrolled" for _, _, number in missing)
    assert 0 < pairs < 5 and f"Trong đó {pairs} cặp chỉ tiêu – chương trình" in said


def test_a_number_that_one_unit_leaves_out_is_left_to_the_plan(
    filled: dict[str, FilledForm], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled["north"].set(DONE, COLLEGE, completed=None, spent=None)
    assert run_collect(save(filled, tmp_path / "back"), tmp_path / "out") == 0
    found = actuals_of(tmp_path / "out")
    assert found[COLLEGE, "north"] == found[COLLEGE, "south"] == ("40", "", "")
    assert found["abroad_all/college", ""] == ("0", "0", "") and found[EVENING, "south"] == EXPECTED[EVENING, "south"]
    missing = {(row["number"], row["lacking"]) for row in rows_of(tmp_path / "out", "not_complete")}
    assert missing == {("completed", "north"), ("spent_vnd", "north")}
    said = capsys.readouterr().out
    assert "2 số chưa có đủ" in said and "không cử ai" not in said


def test_the_form_of_all_units_stands_in_for_those_that_have_not_answered(
    filled: dict[str, FilledForm], tmp_path: Path
) -> None:
    del filled["south"]
    filled["all_units"].set(DONE, COLLEGE, **{**LONG, "enrolled": 85, "studying": 85})
    assert run_collect(save(filled, tmp_path / "back"), tmp_path / "out") == 0
    assert actuals_of(tmp_path / "out")[COLLEGE, ""][0] == "85"


def test_a_plan_whose_own_rows_have_no_unit_is_restated_by_one_row(
    filled: dict[str, FilledForm], tmp_path: Path
) -> None:
    own = Path(shutil.copytree(SOUND, tmp_path / SOUND.name))
    early = "year,objective,program,enrolled,completed,spent_vnd,basis\n2021,degree,college,70,,,statistic: early\n"
    (own / "actuals.csv").write_text(early, "utf-8")
    assert run_collect(save(filled, tmp_path / "back"), tmp_path / "out", own) == 0
    rows = [row for row in rows_of(tmp_path / "out", "actuals") if row["program"] == "college"]
    assert [(row["unit"], row["enrolled"], row["as_of"]) for row in rows if row["objective"] == "degree"] == [
        ("", "70", ""),
        ("", "80", KNOWN),
    ]


def test_a_plan_without_units_has_one_form(filled: dict[str, FilledForm], tmp_path: Path) -> None:
    own = Path(shutil.copytree(SOUND, tmp_path / SOUND.name))
    for path in own.glob("unit*.csv"):
        path.unlink()
    where = ["--year", str(YEAR), "--report", "--output", str(tmp_path / "forms")]
    assert main(["survey", "forms", str(own), *where]) == 0
    (path,) = (tmp_path / "forms").iterdir()
    report = FilledForm(load_plan(own), ALL_UNITS, YEAR, path.read_bytes(), "unit_report")
    report.set(DONE, COLLEGE, **LONG)
    report.save(tmp_path / "back" / path.name)
    assert run_collect(tmp_path / "back", tmp_path / "out", own) == 0
    assert actuals_of(tmp_path / "out") == {(COLLEGE, ""): ("40", "15", "")}  # money of the program is not whole


Damage = dict[Callable[[dict[str, FilledForm]], None], tuple[str, str, str, str, str]]


def more_ended(reports: dict[str, FilledForm]) -> None:
    reports["north"].set(DONE, COLLEGE, completed=16)


def fewer_ended(reports: dict[str, FilledForm]) -> None:
    reports["north"].set(DONE, COLLEGE, failed=4)


def more_completed_than_sent(reports: dict[str, FilledForm]) -> None:
    reports["south"].set(DONE, SHORT, enrolled=3, completed=4)


def money_without_learners(reports: dict[str, FilledForm]) -> None:
    reports["north"].set(DONE, EVENING, spent=5_000_000)


def money_in_millions(reports: dict[str, FilledForm]) -> None:
    reports["south"].set(DONE, COLLEGE, spent=410)


def part_of_a_person(reports: dict[str, FilledForm]) -> None:
    reports["south"].set(DONE, COLLEGE, enrolled=40.5)


def fewer_than_nobody(reports: dict[str, FilledForm]) -> None:
    reports["south"].set(DONE, EVENING, enrolled=-1)


def part_of_a_dong(reports: dict[str, FilledForm]) -> None:
    reports["south"].set(DONE, COLLEGE, spent="410,5 đồng")


def sent_left_out(reports: dict[str, FilledForm]) -> None:
    reports["north"].set(DONE, COLLEGE, enrolled=None)


def more_reached(reports: dict[str, FilledForm]) -> None:
    reports["north"].set(REACHED, "degree", reached=511)


def more_in_units(reports: dict[str, FilledForm]) -> None:
    reports["all_units"].set(DONE, COLLEGE, enrolled=79)


def row_of_another(reports: dict[str, FilledForm]) -> None:
    own = reports["north"]
    own.insert_rows(DONE, own.row(DONE, EVENING))
    own.sheet(DONE).cell(own.row(DONE, EVENING) - 1, 1).value = "degree/doctor"
    own.sheet(DONE).cell(own.row(DONE, EVENING) - 1, own.form.tables[DONE].places["enrolled"] + 1).value = 3


DAMAGE: Damage = {
    more_ended: ("north", DONE, COLLEGE, "completed", "learners_differ"),
    fewer_ended: ("north", DONE, COLLEGE, "completed", "learners_differ"),
    more_completed_than_sent: ("south", DONE, SHORT, "completed", "learners_differ"),
    money_without_learners: ("north", DONE, EVENING, "spent", "money_without_learners"),
    money_in_millions: ("south", DONE, COLLEGE, "spent", "money_in_millions"),
    part_of_a_person: ("south", DONE, COLLEGE, "enrolled", "people"),
    fewer_than_nobody: ("south", DONE, EVENING, "enrolled", "people"),
    part_of_a_dong: ("south", DONE, COLLEGE, "spent", "money"),
    sent_left_out: ("north", DONE, COLLEGE, "enrolled", "sent_missing"),
    more_reached: ("north", REACHED, "degree", "reached", "within"),
    more_in_units: ("all_units", DONE, COLLEGE, "enrolled", "units_differ"),
    row_of_another: ("north", DONE, "degree/doctor", "enrolled", "row_unknown"),
}


@pytest.mark.parametrize("do", DAMAGE, ids=lambda do: do.__name__)
def test_what_cannot_be_is_told_with_its_cell_and_nothing_else(
    do: Callable[[dict[str, FilledForm]], None], filled: dict[str, FilledForm], plan: Plan, tmp_path: Path
) -> None:
    do(filled)
    name, sheet, key, column, code = DAMAGE[do]
    cell = filled[name].cell(sheet, key, column).coordinate
    survey = collect(plan, save(filled, tmp_path))
    told = [(doubt.file, doubt.sheet, doubt.cell, doubt.code) for doubt in survey.doubts]
    assert told == [(f"{name}.xlsx", filled[name].sheet(sheet).title, cell, code)]
    answer = next(answer for answer in survey.answers if answer.unit == UNITS[name])
    assert code == "row_unknown" or (sheet, key, column) not in answer.people


@pytest.mark.parametrize("column", ["continuing", "enrolled", "completed", "spent"])
def test_a_column_that_is_deleted_is_told_once(
    column: str, filled: dict[str, FilledForm], plan: Plan, tmp_path: Path
) -> None:
    form = filled["north"]
    form.sheet(DONE).delete_cols(form.cell(DONE, COLLEGE, column).column)
    survey = collect(plan, save({"north": form}, tmp_path))
    assert [(doubt.file, doubt.code) for doubt in survey.doubts] == [("north.xlsx", "column_missing")]


def test_a_form_of_the_survey_is_no_report(filled: dict[str, FilledForm], plan: Plan, tmp_path: Path) -> None:
    write_survey_forms(compute(plan), YEAR, tmp_path / "survey")
    save({"south": filled["south"]}, tmp_path / "back")
    shutil.copy(tmp_path / "survey" / "north.xlsx", tmp_path / "back")
    assert [(doubt.file, doubt.code) for doubt in collect(plan, tmp_path / "back").doubts] == [
        ("north.xlsx", "no_unit_report")
    ]


@needs_office
def test_an_office_program_opens_the_forms_and_the_doubtful_cells(
    filled: dict[str, FilledForm], plan: Plan, tmp_path: Path
) -> None:
    money_in_millions(filled)
    (tmp_path / "back").mkdir()
    for path in save(filled, tmp_path / "saved").iterdir():
        convert(path, "xlsx", tmp_path / "back")
    assert run_collect(tmp_path / "back", tmp_path / "out") == 0
    assert actuals_of(tmp_path / "out")[COLLEGE, "south"] == ("40", "15", "")
    (sheet,) = sheets_as_csv(tmp_path / "out" / "doubtful.xlsx", tmp_path).values()
    cells = [cell for row in csv.reader(sheet.open(encoding="utf-8")) for cell in row]
    assert "south.xlsx" in cells and filled["south"].cell(DONE, COLLEGE, "spent").coordinate in cells
    assert openpyxl.load_workbook(tmp_path / "back" / "south.xlsx").sheetnames[1] == filled["south"].sheet(DONE).title
