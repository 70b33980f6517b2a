"""The annexes of a year plan: what adds up, what a spreadsheet program makes of them, and an office's own columns."""

from __future__ import annotations

import math
import shutil
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from office import convert, needs_office
from trainplan.cli import main
from trainplan.cycle.annex_lines import ANNEXES, roman_numeral, times_of
from trainplan.cycle.annexes import annex_forms, write_annexes
from trainplan.cycle.form_layout import PACKAGED
from trainplan.cycle.year_amounts import SHOWN, round_table
from trainplan.cycle.year_plan import cost_by_part
from trainplan.plan.plan import load_plan
from trainplan.report.stored import compute
from trainplan.results.tables import Results
from trainplan.sheets.office_form import Amount, OfficeForm
from trainplan.text.catalog import say
from trainplan.text.problems import PlanError

SOUND = Path(__file__).parent / "broken" / "sound"
PROVINCE = "an_giang_2011_2015"
CLOSED, OPEN = 2011, 2012
ALL = tuple(ANNEXES)


@cache
def province(scenario: str = "base") -> Results:
    return compute(load_plan(PROVINCE, scenario))


@cache
def forms_of(year: int) -> dict[str, OfficeForm]:
    return annex_forms(province(), year, "vi")


def own_plan(folder: Path, **files: str) -> Path:
    """The sound plan with further files of data, and forms of its own (`forms_b04`)."""
    plan = Path(shutil.copytree(SOUND, folder / "plan"))
    for name, text in files.items():
        kind, _, form = name.partition("forms_")
        path = plan / "forms" / f"{form}.yaml" if form else plan / f"{kind}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return plan


def at(form: OfficeForm, head: str) -> int:
    return next(c for c, column in enumerate(form.columns) if column.head == head)


def row_of(form: OfficeForm, label: str) -> int:
    return next(r for r, row in enumerate(form.rows) if label in row.cells)


def total(form: OfficeForm, c: int) -> object:
    return form.cell(row_of(form, say("annex.total", "vi")), c)


def amounts(form: OfficeForm, row: int) -> dict[str, Amount]:
    """The money of a row by the heading of its column, those of sources and of all of them."""
    found = {column.head: form.cell(row, c) for c, column in enumerate(form.columns)}
    return {head.replace("Dự toán", "Tổng kinh phí"): cell for head, cell in found.items() if isinstance(cell, Amount)}


# --- what adds up


@pytest.mark.parametrize("year", [CLOSED, OPEN, 2014])
def test_money_is_the_same_on_every_form(year: int) -> None:
    forms, results = forms_of(year), province()
    by_content = amounts(forms["b05a"], row_of(forms["b05a"], say("annex.total", "vi")))
    by_content.pop("Mức chi bình quân một người", None)
    by_unit = amounts(forms["b06"], row_of(forms["b06"], say("annex.total", "vi")))
    assert by_unit == by_content and len(by_unit) == 6
    classes = total(forms["b04"], at(forms["b04"], "Dự toán"))
    assert classes == by_content["Tổng kinh phí"]
    funded = results["budget"].query("year == @year").set_index("source")["funded_vnd"]
    for source in results.plan.tables.sources:
        shown = by_content[results.plan.short_label("sources", source.id, "vi")]
        assert shown.exact == pytest.approx(funded[source.id], abs=1)
        assert shown.shown == pytest.approx(funded[source.id] / 1e6, abs=0.1)
    assert by_content["Tổng kinh phí"].exact == pytest.approx(funded["total"], abs=0.5)
    assert by_content["Tổng kinh phí"].shown == round(funded["total"] / SHOWN) / 10


@pytest.mark.parametrize("year", [CLOSED, OPEN, 2014])
def test_people_are_the_same_on_every_form(year: int) -> None:
    forms = forms_of(year)
    funded = province()["enrollment"].query("year == @year")["funded"].sum()
    groups, units = forms["b03"], forms["b06"]
    assert total(groups, at(groups, "Tổng số lượt")) == total(units, at(units, "Tổng lượt giao")) == funded
    for c, column in enumerate(groups.columns):
        if column.group == "Lượt người theo nội dung":
            assert (total(groups, c) or 0) == (total(units, at(units, column.head)) or 0)
    for name, heads in {"b04": ["Mới"], "b05a": ["Mới"]}.items():
        assert total(forms[name], at(forms[name], heads[0])) == funded


def test_of_which_is_within_its_group() -> None:
    form = forms_of(OPEN)["b03"]
    whole = at(form, "Tổng số lượt")
    kinds = [c for c, column in enumerate(form.columns) if column.group == "Trong đó"]
    assert kinds
    for r in range(len(form.rows)):
        for c in kinds:
            assert (form.cell(r, c) or 0) <= form.cell(r, whole)
    blocs = [r for r, row in enumerate(form.rows) if str(row.cells[1]).startswith("Trong đó")]
    assert sum(form.cell(r, whole) for r in blocs) == total(form, whole)


def test_classes_take_everybody_and_months_every_class() -> None:
    form, calendar = forms_of(OPEN)["b04"], forms_of(OPEN)["b04_calendar"]
    new, size, learners = (at(form, head) for head in ("Mở mới", "Mỗi lớp", "Mới"))
    rows = [r for r in range(len(form.rows)) if form.cell(r, size) is not None]
    assert rows
    for r in rows:
        assert form.cell(r, new) >= math.ceil(form.cell(r, learners) / form.cell(r, size))
    opening = row_of(calendar, say("annex.opening", "vi"))
    months = [c for c, column in enumerate(calendar.columns) if column.group]
    assert len(months) == 12 and sum(calendar.cell(opening, c) or 0 for c in months) == total(form, new)


@pytest.mark.parametrize("year", [CLOSED, OPEN])
def test_what_is_shown_adds_up_and_lies_near_what_is_exact(year: int) -> None:
    for form in forms_of(year).values():
        for r, row in enumerate(form.rows):
            for c, column in enumerate(form.columns):
                cell = form.cell(r, c)
                if isinstance(cell, Amount) and not row.less:
                    assert cell.exact == round(cell.exact)
                    parts = len(row.adds) + len(column.adds) + 1
                    assert abs(cell.shown * 1e6 - cell.exact) < SHOWN * max(2, parts)


def test_continuing_courses_stand_apart(tmp_path: Path) -> None:
    results, year = province(), 2014
    form, parts = forms_of(year)["b05a"], cost_by_part(province(), year)
    for part, vnd in parts.items():
        section = form.cell(row_of(form, say(f"part.{part}", "vi")), at(form, "Tổng kinh phí"))
        assert isinstance(section, Amount) and section.exact == pytest.approx(
            vnd.sum(), abs=len(results.plan.tables.programs)
        )


def test_what_is_left_of_a_ceiling_is_its_difference() -> None:
    form = forms_of(OPEN)["b05a"]
    c = at(form, "Tổng kinh phí")
    limit, left = (form.cell(row_of(form, say(f"annex.{key}", "vi")), c) for key in ("limits", "left"))
    assert isinstance(limit, Amount) and isinstance(left, Amount) and isinstance(total(form, c), Amount)
    assert limit.exact == 15_000_000_000 and left.exact == limit.exact - total(form, c).exact
    assert left.shown == pytest.approx(limit.shown - total(form, c).shown)
    assert form.cell(row_of(form, say("annex.limits", "vi")), at(form, "Ngân sách tỉnh")) is None


def test_the_state_pays_for_its_part_alone() -> None:
    form, estimate = forms_of(OPEN)["b05c"], forms_of(OPEN)["b05a"]
    value = at(form, "Dự toán năm kế hoạch")
    money = [cell.exact for r in range(len(form.rows)) if isinstance(cell := form.cell(r, value), Amount)]
    state = [total(estimate, at(estimate, head)) for head in ("Ngân sách tỉnh", "Ngân sách trung ương")]
    assert sum(money) == sum(one.exact for one in state if isinstance(one, Amount))
    abroad = forms_of(OPEN)["b10"]
    assert total(abroad, at(abroad, "Chỉ tiêu phân bổ")) == form.cell(
        row_of(form, say("annex.abroad", "vi")) + 1, value
    )


def test_items_of_a_class_add_up_within_their_norms() -> None:
    form, plan = forms_of(OPEN)["b05b"], province().plan
    amount, price, ceiling = (at(form, head) for head in ("Thành tiền", "Đơn giá", "Mức tối đa"))
    sections = [r for r, row in enumerate(form.rows) if row.adds]
    taught = {row.id for row in plan.tables.programs if row.class_size}
    assert 0 < len(sections) <= len(taught)
    for r in sections:
        program = next(p for p in plan.tables.programs if p.name_vi == form.rows[r].cells[1])
        items = [item for item in plan.tables.cost_items if item.program in (None, program.id)]
        each = [item.quantity * (times_of(item, program) or 0) * item.price_vnd for item in items]
        assert form.cell(r, amount) == pytest.approx(sum(each), abs=len(each))
        said = program.cost_per_class_year + (program.class_size or 0) * program.cost_per_learner_year
        assert form.cell(r + len(items) + 2, amount) == said
    for r in range(len(form.rows)):
        assert form.cell(r, ceiling) is None or form.cell(r, price) <= form.cell(r, ceiling)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_rounded_table_adds_up(data: st.DataObject) -> None:
    shape = data.draw(st.tuples(st.integers(1, 12), st.integers(1, 6)))
    tenths = data.draw(arrays(float, shape, elements=st.integers(0, 500).map(lambda n: n / 10)))
    rounded = round_table(tenths)
    assert rounded.sum() == math.floor(round(tenths.sum(), 6) + 0.5)
    assert (np.abs(rounded - tenths) < 1).all() and (rounded == np.round(rounded)).all()
    assert (np.abs(rounded.sum(axis=0) - tenths.sum(axis=0)) < 1).all()
    assert (rounded[tenths == np.round(tenths)] == tenths[tenths == np.round(tenths)]).all()
    order = data.draw(st.permutations(range(shape[0])))
    assert (round_table(tenths[order], rounded.sum(axis=0)).sum(axis=0) == rounded.sum(axis=0)).all()


# --- the workbook


@needs_office
@pytest.mark.parametrize(("plan", "year"), [(PROVINCE, OPEN), (SOUND, 2022)])
def test_a_spreadsheet_program_finds_the_same_numbers(plan: str | Path, year: int, tmp_path: Path) -> None:
    made = write_annexes(compute(load_plan(plan)), year, tmp_path, ["vi"])[0]
    (tmp_path / "again").mkdir()
    again = convert(made, "xlsx", tmp_path / "again")
    formulas, cached, found = (
        openpyxl.load_workbook(path, data_only=d) for path, d in ((made, False), (made, True), (again, True))
    )
    counted = 0
    for sheet in formulas:
        for cells in sheet.iter_rows():
            for cell in cells:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    counted += 1
                    was, now = (book[sheet.title][cell.coordinate].value for book in (cached, found))
                    assert now == pytest.approx(was, abs=1e-6), f"{sheet.title} {cell.coordinate} {cell.value}"
    assert counted > 50


def test_equal_results_give_equal_bytes_and_no_day_of_today(tmp_path: Path) -> None:
    made = [write_annexes(province(), OPEN, tmp_path / name, ["en"])[0].read_bytes() for name in ("a", "b")]
    assert made[0] == made[1]
    with zipfile.ZipFile(tmp_path / "a" / f"{PROVINCE}_base_year_{OPEN}.en.xlsx") as book:
        assert b"2011-12-30" in book.read("docProps/core.xml")


def test_a_sheet_is_a_page_with_its_heads_on_every_one(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_annexes(province(), OPEN, tmp_path, ["vi"])[0])
    assert book.sheetnames[:2] == ["Biểu số 03", "Biểu số 04"] and len(book.sheetnames) == len(ALL)
    for sheet in book:
        form = next(one for one in forms_of(OPEN).values() if one.name == sheet.title)
        assert sheet.page_setup.orientation == "landscape" and str(sheet.page_setup.paperSize) == "9"
        assert sheet.page_setup.fitToHeight == 0 and sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == f"${form.frame.first_row - 1}:${form.first_row}"
        last = openpyxl.utils.get_column_letter(len(form.columns))
        assert sheet.print_area.endswith(f"${last}${form.first_row + len(form.rows) + len(form.notes) + 4}")
        numbers = [cell.value for cell in sheet[form.first_row]][: len(form.columns)]
        assert numbers == [column.number for column in form.columns] and numbers[0] == "(1)"
        assert {cell.font.name for cell in sheet[form.first_row + 1][: len(form.columns)]} == {"Times New Roman"}


def test_text_stays_text_in_both_languages(tmp_path: Path) -> None:
    plan = own_plan(tmp_path)
    text = (plan / "units.csv").read_text("utf-8").replace("Huyện Bắc,North", "=1+1,+2").replace("Huyện Nam", "3.850")
    (plan / "units.csv").write_text(text, "utf-8")
    for language, names in {"vi": {"=1+1", "3.850"}, "en": {"+2", "South"}}.items():
        path = write_annexes(compute(load_plan(plan)), 2022, tmp_path / "out", [language])[0]
        sheet = openpyxl.load_workbook(path)[{"vi": "Biểu số 06", "en": "Form 06"}[language]]
        found = {cell.value: cell.data_type for cells in sheet.iter_rows() for cell in cells if cell.value in names}
        assert found == dict.fromkeys(names, "s")


# --- which forms there are


def test_a_form_is_there_as_its_tables_are(tmp_path: Path) -> None:
    results = compute(load_plan(SOUND))
    assert set(annex_forms(results, 2022, "vi")) == {"b03", "b04", "b05a", "b05c", "b06", "b10"}
    plan = own_plan(tmp_path)
    for name in ("units", "unit_headcounts", "ceilings"):
        (plan / f"{name}.csv").unlink()
    forms = annex_forms(compute(load_plan(plan)), 2022, "en")
    assert set(forms) == {"b03", "b04", "b05a", "b05c", "b10"}
    assert say("annex.limits", "en") not in [cell for row in forms["b05a"].rows for cell in row.cells]
    assert not [column for column in forms["b03"].columns if column.group == "Of which"]


def test_what_no_unit_holds_has_a_line_of_its_own(tmp_path: Path) -> None:
    plan = own_plan(tmp_path)
    held = (plan / "unit_headcounts.csv").read_text("utf-8").splitlines(keepends=True)
    (plan / "unit_headcounts.csv").write_text("".join(row for row in held if "officials" not in row), "utf-8")
    forms = annex_forms(compute(load_plan(plan)), 2022, "vi")
    form, whole = forms["b06"], forms["b05a"]
    rest = form.cell(row_of(form, say("annex.nobody", "vi")), at(form, "Tổng kinh phí"))
    assert isinstance(rest, Amount) and rest.exact > 0
    assert total(form, at(form, "Tổng kinh phí")) == total(whole, at(whole, "Tổng kinh phí"))


def test_units_of_a_closed_year_are_estimates() -> None:
    def estimated(year: int) -> bool:
        form = forms_of(year)["b06"]
        c = at(form, "Lý luận chính trị")
        return any(form.columns[c].number in note for note in form.notes)

    assert estimated(CLOSED) and not estimated(OPEN)
    assert any("(8), (9)" in note for note in forms_of(OPEN)["b05a"].notes)


def test_the_command_writes_annexes_in_the_languages_of_the_plan(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["yearplan", str(SOUND), "--year", "2022", "--scenario", "costs_up", "--output", str(out)]) == 0
    assert {path.name for path in out.glob("*.xlsx")} == {
        f"sound_costs_up_year_2022.{one}.xlsx" for one in ("vi", "en")
    }
    sheet = openpyxl.load_workbook(out / "sound_costs_up_year_2022.en.xlsx").worksheets[0]
    assert any("2022 – " in str(cell.value) for cells in sheet.iter_rows(max_row=6) for cell in cells)


# --- forms of an office's own


OWN = """\
number: {vi: Mẫu 4}
title: {vi: Lớp của tỉnh}
groups: {lop: {vi: Lớp}}
columns:
  - {id: order, vi: Số, code: "0"}
  - {id: money, vi: Tiền, holds: cost}
  - {id: program, vi: Tên lớp, width: 40}
  - {id: all, vi: Cộng lớp, sum: [new_classes, continuing_classes], group: lop}
  - {id: new_classes, vi: Mới, group: lop}
  - {id: continuing_classes, vi: Cũ, group: lop}
  - {id: level, vi: Cấp, on: false}
  - {id: remark, vi: Ghi thêm, blank: true}
"""


def test_an_office_has_its_own_columns(tmp_path: Path) -> None:
    plan = own_plan(tmp_path, forms_b04=OWN)
    form = annex_forms(compute(load_plan(plan)), 2022, "en")["b04"]
    assert [column.head for column in form.columns] == ["Số", "Tiền", "Tên lớp", "Cộng lớp", "Mới", "Cũ", "Ghi thêm"]
    assert [column.number for column in form.columns] == ["(0)", "(2)", "(3)", "(4)=(5)+(6)", "(5)", "(6)", "(7)"]
    assert form.name == "Mẫu 4" and form.frame.title == "LỚP CỦA TỈNH"
    usual = annex_forms(compute(load_plan(SOUND)), 2022, "en")["b04"]
    last = len(form.rows) - 1
    assert form.cell(last, 1) == usual.cell(last, at(usual, "Estimate"))
    assert form.cell(last, 3) == form.cell(last, 4) + form.cell(last, 5)
    assert all(form.cell(r, 6) is None for r in range(len(form.rows)))


def test_an_office_chooses_parts_of_a_quantity(tmp_path: Path) -> None:
    text = (PACKAGED / "b05a.yaml").read_text("utf-8")
    one = "  - {id: sources, holds: cost_of_source, of: [province, learner], vi: Tất cả, width: 12}\n"
    own = "".join(one if "{id: sources" in line else line for line in text.splitlines(keepends=True))
    names = "names: {degree: {vi: Bằng cấp}}\n"
    form = annex_forms(compute(load_plan(own_plan(tmp_path, forms_b05a=names + own))), 2022, "vi")["b05a"]
    usual = annex_forms(compute(load_plan(SOUND)), 2022, "vi")["b05a"]
    assert total(form, at(form, "Tất cả")) == total(usual, at(usual, "Tổng kinh phí"))
    assert any("Bằng cấp" in row.cells for row in form.rows)


MISTAKES = {  # what stands there, what a slip makes of it: line and words of the message
    ("holds: cost", "holds: cst"): "line 6 | 'cst' | cost",
    ("id: program,", "id: progam,"): "line 7 | 'progam' | 'program'",
    ("[new_classes, con", "[new_clases, con"): "line 8 | 'new_clases' | 'new_classes'",
    ("[new_classes, con", "[program, con"): "line 8 | 'program' | words",
    ("[new_classes, con", "[level, con"): "line 8 | 'level'",
    ("group: lop}\n  - {id: new", "group: lp}\n  - {id: new"): "line 8 | 'lp' | 'lop'",
    ("width: 40", "wdith: 40"): "line 7 | wdith | 'width'",
    ("width: 40", "width: wide"): "line 7 | 'wide'",
    ("blank: true", "blank: true, holds: cost"): "line 12 | blank",
    ("id: money", "id: order"): "line 6 | 'order'",
    ("vi: Tiền", "of: [province]"): "line 6",
    ("vi: Mẫu 4", "vi: ["): "YAML",
    ("number:", "sources: [province]\nnumber:"): "line 1 | 'province'",
    ("title:", "titel:"): "line 2 | titel | 'title'",
    ("[new_classes, continuing_classes]", "new_classes"): "line 8 | sum | […, …]",
}


@pytest.mark.parametrize(("old", "new"), MISTAKES)
def test_a_wrong_form_is_told_and_nothing_is_written(
    old: str, new: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert OWN.count(old) == 1
    plan = own_plan(tmp_path, forms_b04=OWN.replace(old, new))
    assert main(["yearplan", str(plan), "--year", "2022", "--output", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "b04.yaml" in said and not (tmp_path / "out").exists()
    for word in MISTAKES[old, new].split(" | "):
        assert word in said, f"{word!r} not in:\n{said}"


def test_every_wrong_form_is_told_at_once(tmp_path: Path) -> None:
    text = (PACKAGED / "b05c.yaml").read_text("utf-8")
    plan = own_plan(
        tmp_path,
        forms_b04=OWN.replace("holds: cost", "holds: cst"),
        forms_b05c=text.replace("contents:", "sources: [provinc]\ncontents:"),
        forms_b4="",
    )
    with pytest.raises(PlanError) as caught:
        annex_forms(compute(load_plan(plan)), 2022, "vi")
    said = [(problem.where.rpartition("/")[2], problem.code, problem.nearest) for problem in caught.value.problems]
    assert ("b04.yaml", "form_column_unknown", "cost") in said
    assert ("b05c.yaml", "form_no_part", "province") in said
    assert ("b4.yaml", "form_unknown", "b04") in said
    assert said.count(("b4.yaml", "form_unknown", "b04")) == 1


def test_numerals() -> None:
    assert [roman_numeral(n) for n in (1, 4, 9, 14, 19, 24, 39)] == ["I", "IV", "IX", "XIV", "XIX", "XXIV", "XXXIX"]
