"""The forms of a review: a worked example by hand, what adds up, a spreadsheet program, an office's own columns."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, assume, given, settings

from dated_plans import Drawn, dated_plans
from office import convert, needs_office
from strategies import write_plan
from trainplan.cli import main
from trainplan.cycle.form_layout import PACKAGED
from trainplan.cycle.review import Review, load_review
from trainplan.cycle.review_forms import review_forms, write_review_forms
from trainplan.cycle.review_lines import EVERY_YEAR, OF_TARGETS, TOGETHER, WORDED
from trainplan.report.stored import compute
from trainplan.sheets.office_form import Amount, OfficeForm, Share
from trainplan.text.catalog import say

WORKED = Path(__file__).parent / "plans" / "worked_example"
PROVINCE = "an_giang_2011_2015"
ACTUALS = "as_of,year,objective,program,enrolled,completed,spent_vnd,basis\n"
REPORTED = "2012-02-01,2011,qualified,course,100,80,260000000,statistic: report\n"
SENT_ALONE = "2013-02-01,2012,qualified,course,50,,,statistic: report\n"
COUNTED = "as_of,year,objective,base,reached,basis\n2012-02-01,2011,qualified,1000,490,statistic: count\n"
LESSONS = (
    "id,year,objective,lesson_vi,lesson_en,proposal_vi\n"
    "a,2011,,Mở lớp sớm,Open early,Thêm lớp\n"
    "b,2013,qualified,Sau,,\n"
)
MILESTONES = (
    "id,name_vi,name_en,due,done,clause,basis\n"
    "a,Rà soát,Review,2011-06,2011-07-08,III.1,clause: III.1\n"
    "b,Mô tả,Posts,2011,2012,III.2,clause: III.2\n"
    "c,Sơ kết,Look back,2013,,III.1,clause: III.1\n"
)


def review(plan: str | Path, year: int) -> Review:
    return load_review(plan, "base", year, compute=compute)


def worked(folder: Path, **files: str) -> Path:
    """The worked example with what was reported, and files of its own (`forms_b11` is a form)."""
    plan = Path(shutil.copytree(WORKED, folder / "plan"))
    known = {"actuals": ACTUALS + REPORTED + SENT_ALONE, "observations": COUNTED, **files}
    for name, text in known.items():
        kind, _, form = name.partition("forms_")
        path = plan / "forms" / f"{form}.yaml" if form else plan / f"{kind}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return plan


@cache
def province(year: int = 2013) -> Review:
    return review(PROVINCE, year)


def row_of(form: OfficeForm, label: str) -> dict[str, object]:
    """The cells of the first row with a label, by the id that the heading has in both languages: heading and number."""
    r = next(r for r, row in enumerate(form.rows) if label in row.cells)
    return {column.number.partition("=")[0]: form.cell(r, c) for c, column in enumerate(form.columns)}


def heads(form: OfficeForm) -> dict[str, str]:
    return {column.number.partition("=")[0]: column.head for column in form.columns}


def last(form: OfficeForm) -> dict[str, object]:
    return row_of(form, say("annex.total", "vi"))


# --- by hand


def test_people_by_hand(tmp_path: Path) -> None:
    form = review_forms(review(worked(tmp_path), 2011), "en")["b08a"]
    # 139 were planned; of 100 sent, whose course takes a year, 80 passed, and nobody studies on
    for label in ("course", "Total"):
        row = row_of(form, label)
        assert [row[f"({c})"] for c in (3, 4, 6, 7, 8)] == [139, 100, 80, 20, 0]
        assert row["(5)"] == pytest.approx(100 / 139)
    assert row_of(form, "course")["(11)"] == ""


def test_people_of_whom_nobody_says_who_completed_are_simulated(tmp_path: Path) -> None:
    plan = worked(tmp_path)
    row = row_of(review_forms(review(plan, 2012), "en")["b08a"], "course")
    assert [row[f"({c})"] for c in (4, 6, 7)] == [50, 45, 5] and row["(11)"] == "simulated"
    row = row_of(review_forms(review(plan, 2013), "en")["b08a"], "course")
    assert row["(4)"] == 0 and row["(11)"] == "no report"


def test_money_by_hand(tmp_path: Path) -> None:
    plan = worked(tmp_path)
    form = review_forms(review(plan, 2011), "en")["b11"]
    row = row_of(form, "course")
    assert row["(3)"] == row["(5)"] == Amount(298.0, 298e6) and row["(8)"] == Amount(260.0, 260e6)
    assert (row["(6)"], row["(7)"]) == (139, 100)
    each = {head: number for number, head in heads(form).items() if number in ("(13)", "(14)", "(15)")}
    assert [row[each[head]] for head in ("Planned", "Actual", "Of the estimate")] == pytest.approx(
        [298 / 139, 2.6, 2.6 / (298 / 139)]
    )
    assert row["(16)"] == ""
    money = row_of(review_forms(review(plan, 2011), "en")["b08a_money"], "Total")
    assert money["(5)"] == pytest.approx(260 / 298)
    # 50 learners in two classes, at the costs in the plan, as nobody says what was spent
    row = row_of(review_forms(review(plan, 2012), "en")["b11"], "course")
    assert row["(8)"] == Amount(110.0, 110e6) and row["(16)"] == "estimated"


def test_targets_by_hand(tmp_path: Path) -> None:
    form = review_forms(review(worked(tmp_path), 2013), "en")["b09"]
    row, names = row_of(form, "qualified"), heads(form)
    years = {head: [n for n, one in names.items() if one == head] for head in map(str, range(2011, 2016))}
    path, actual = ([row[years[y][side]] for y in years] for side in (0, 1))
    assert all(isinstance(level, Share) for level in (*path, *actual[:3]))  # shown as per cents
    assert path == pytest.approx([0.52, 0.64, 0.76, 0.88, 1.0])
    assert actual[0] == pytest.approx(0.49) and actual[3:] == [None, None]
    # nobody leaves a count of 490 but by turnover; 45 of 50 completed in 2012 and nobody in 2013
    assert row[next(n for n, one in names.items() if one == "Less the path")] == pytest.approx(actual[2] - 0.76)
    said = set(map(str, row.values()))
    assert {"not due yet", "counted: 2011; otherwise simulated", say("head.review_coverage.enrollment", "en")} <= said


LEVELS = {"low": "0.40,0.45,0.6,2011", "high": "0.40,0.45,0.49,2011", "not_yet": "0.40,0.6,0.7,2011"}


def test_a_target_that_is_due_is_judged_at_both_its_levels(tmp_path: Path) -> None:
    head, row = (WORKED / "objectives.csv").read_text("utf-8").splitlines()
    rows = [row.replace("qualified", id).replace("0.40,1,1,2015", ends) for id, ends in LEVELS.items()]
    routes = "objective,program,share\n" + "".join(f"{id},course,1\n" for id in LEVELS)
    counts = "".join(f"2012-02-01,2011,{id},1000,490,statistic: count\n" for id in LEVELS)
    facts = {"actuals": ACTUALS + REPORTED.replace("qualified", "low"), "routes": routes}
    plan = worked(
        tmp_path,
        **facts,
        objectives="\n".join([head, *rows]) + "\n",
        observations=COUNTED.splitlines()[0] + "\n" + counts,
    )
    form = review_forms(review(plan, 2013), "en")["b09"]
    verdicts = [row_of(form, id).values() for id in LEVELS]
    for cells, said in zip(verdicts, ("met", "met at its highest level", "missed"), strict=True):
        assert said in cells


def test_lessons_and_milestones(tmp_path: Path) -> None:
    plan = worked(tmp_path, lessons=LESSONS, milestones=MILESTONES)
    forms = review_forms(review(plan, 2011), "vi")
    lessons, said = forms["lessons"], forms["milestones"]
    assert lessons.rows[0].cells == ["1", "2011", "", "Mở lớp sớm", "Thêm lớp"]
    assert all(row.cells[1:] == [None] * 4 for row in lessons.rows[1:]) and len(lessons.rows) > 5
    assert [row.cells[1:2] + row.cells[4:7] for row in said.rows] == [
        ["Rà soát", "30/6/2011", "08/7/2011", "xong sau hạn"],
        ["Mô tả", "2011", "2012", "xong sau hạn"],
        ["Sơ kết", "2013", "", "chưa đến hạn"],
    ]
    assert review_forms(review(plan, 2014), "vi")["milestones"].rows[2].cells[6] == "quá hạn, chưa xong"


# --- which forms, and what adds up


def test_the_third_and_the_last_year_have_the_forms_of_the_whole_plan(tmp_path: Path) -> None:
    plan, every = worked(tmp_path, milestones=MILESTONES), set(EVERY_YEAR) | set(WORDED)
    whole = {*every, *OF_TARGETS, *TOGETHER}
    found = {year: set(review_forms(review(plan, year), "vi")) for year in range(2011, 2016)}
    assert found[2011] == found[2012] == every
    assert found[2013] == found[2015] == whole - {"b08b"}  # nobody was sent
    assert found[2014] == every - {"b08b"}


@pytest.mark.parametrize("year", [2011, 2013])
def test_money_is_that_of_the_review(year: int) -> None:
    found = province(year)
    forms, money = review_forms(found, "vi"), found["review_money"].query("year == @year")
    settled, by_source = last(forms["b11"]), last(forms["b08a_money"])
    for number, column in {"(3)": "planned_vnd", "(8)": "spent_vnd"}.items():
        assert isinstance(amount := settled[number], Amount)
        assert amount.exact == pytest.approx(money[column].sum(), abs=1)
        assert amount.shown == pytest.approx(money[column].sum() / 1e6, abs=0.1)
    assert (by_source["(3)"], by_source["(4)"]) == (settled["(3)"], settled["(8)"])


@pytest.mark.parametrize("year", [2011, 2013])
def test_people_are_those_of_the_results(year: int) -> None:
    found = province(year)
    total = last(review_forms(found, "vi")["b08a"])
    for number, look in {"(3)": found.decided, "(4)": found.now}.items():
        assert total[number] == look["enrollment"].query("year == @year")["funded"].sum()
    completed = found.now["enrollment"].query("year == @year")["completed"].sum()
    assert total["(6)"] == pytest.approx(completed, abs=0.5)


def test_years_together_are_the_sums_of_the_years() -> None:
    found = province()
    forms, closed = review_forms(found, "vi"), "year <= 2013"
    people, money = last(forms["b03_together"]), last(forms["b05a_together"])
    assert people["(4)"] == money["(4)"] == found.now["enrollment"].query(closed)["funded"].sum()
    assert isinstance(paid := money["(7)"], Amount)
    spent = found["review_money"].query(closed)["spent_vnd"].sum()
    assert paid.exact == pytest.approx(spent, abs=10) and paid.shown == pytest.approx(spent / 1e6, abs=0.5)
    limits = row_of(forms["b05a_together"], say("annex.limits", "vi"))["(7)"]
    assert limits == Amount(45_000.0, 45e9)


@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(dated_plans())
def test_forms_of_a_random_plan_add_up_to_its_tables(drawn: Drawn) -> None:
    choices, tables, year, as_of = drawn
    assume(tables["objectives"])
    with tempfile.TemporaryDirectory() as folder:
        found = load_review(write_plan(Path(folder) / "random", choices, tables), "base", year, as_of)
        forms = review_forms(found, "vi")
    money = found["review_money"].query("year == @year")
    if (money[["planned_vnd", "spent_vnd"]].to_numpy() >= 1).any():
        settled = last(forms["b11"])
        for number, column in {"(3)": "planned_vnd", "(8)": "spent_vnd"}.items():
            exact = cell.exact if isinstance(cell := settled[number], Amount) else 0.0
            assert exact == pytest.approx(money[column].sum(), abs=1)
    planned, done = ((look["enrollment"]["year"], look["enrollment"]["funded"]) for look in (found.decided, found.now))
    before, after = (funded[years == year].sum() for years, funded in (planned, done))
    if before or after:
        total = last(forms["b08a"])
        assert (total["(3)"], total["(4)"]) == (before, after)
    whole = done[1][done[0] <= year].sum()
    if found.stage != "other" and whole:
        assert last(forms["b03_together"])["(4)"] == whole


# --- the workbook


@needs_office
def test_a_spreadsheet_program_finds_the_same_numbers(tmp_path: Path) -> None:
    found = province()
    made = write_review_forms(found, tmp_path, ["vi"])[0]
    (tmp_path / "again").mkdir()
    again = convert(made, "xlsx", tmp_path / "again")
    formulas, cached, counted = (
        openpyxl.load_workbook(path, data_only=d) for path, d in ((made, False), (made, True), (again, True))
    )
    kinds = {"=SUM(": 0, "=IF(": 0}
    for sheet in formulas:
        for cells in sheet.iter_rows():
            for cell in cells:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    kinds[cell.value.partition("(")[0] + "("] += 1
                    was, now = (book[sheet.title][cell.coordinate].value for book in (cached, counted))
                    assert now == pytest.approx(was, abs=1e-6), f"{sheet.title} {cell.coordinate} {cell.value}"
    assert all(count > 50 for count in kinds.values())


def test_the_command_writes_the_forms_in_the_languages_of_the_plan(tmp_path: Path) -> None:
    plan, out = worked(tmp_path), tmp_path / "out"
    assert main(["review", str(plan), "--year", "2011", "--output", str(out)]) == 0
    assert {path.name for path in out.glob("*.xlsx")} == {f"plan_base_review_2011.{one}.xlsx" for one in ("vi", "en")}
    book = out / "plan_base_review_2011.en.xlsx"
    again = write_review_forms(review(plan, 2011), tmp_path / "again", ["en"])[0]
    assert again.read_bytes() == book.read_bytes()
    assert openpyxl.load_workbook(book).sheetnames == ["Form 08a", "Form 08a (money)", "Form 08b", "Form 11", "Lessons"]


def test_invented_numbers_are_told_on_every_form(tmp_path: Path) -> None:
    invented = (ACTUALS + REPORTED).replace("basis\n", "basis,invented\n").replace("report\n", "report,yes\n")
    forms = review_forms(review(worked(tmp_path, actuals=invented), 2011), "vi")
    assert all(say("page.invented", "vi") in form.notes for form in forms.values())
    assert say("page.invented", "vi") not in review_forms(province(), "vi")["b11"].notes


# --- forms of an office's own


def test_an_office_has_its_own_columns(tmp_path: Path) -> None:
    text = (PACKAGED / "b08a.yaml").read_text("utf-8")
    own = text.replace("{id: done, vi: Tỷ lệ,", "{id: done, vi: Đạt,").replace(
        "[actual, planned]", "[completed, actual]"
    )
    form = review_forms(review(worked(tmp_path, forms_b08a=own), 2011), "vi")["b08a"]
    row = row_of(form, "course")
    assert heads(form)["(5)"] == "Đạt" and row["(5)"] == pytest.approx(0.8)
    assert form.columns[4].number == "(5)=(6)/(4)"


MISTAKES = {
    ("[actual, planned]", "[actual, plan]"): "'plan' | 'planned'",
    ("[actual, planned]", "[group, planned]"): "'group'",
    ("[actual, planned]", "[done, planned]"): "'done'",
    ("[actual, planned]", "[actual]"): "ratio",
    ("[actual, planned]", "[actual, planned], sum: [actual]"): "done",
}


@pytest.mark.parametrize(("old", "new"), MISTAKES)
def test_a_wrong_form_is_told_and_nothing_is_written(
    old: str, new: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (PACKAGED / "b08a.yaml").read_text("utf-8")
    assert text.count(old) == 1
    plan = worked(tmp_path, forms_b08a=text.replace(old, new))
    assert main(["review", str(plan), "--year", "2011", "--output", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "b08a.yaml" in said and not (tmp_path / "out").exists()
    for word in MISTAKES[old, new].split(" | "):
        assert word in said, f"{word!r} not in:\n{said}"
