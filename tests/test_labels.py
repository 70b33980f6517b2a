"""What rows are called, in one language or two, in full or short in figures, and the codes that they are grouped by."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from making import SOUND
from trainplan.cli import main
from trainplan.desk.desk import Desk
from trainplan.desk.session import Session
from trainplan.plan.levers import plan_levers
from trainplan.plan.plan import load_plan
from trainplan.plan.schema import NAMED
from trainplan.report.parts import find_part
from trainplan.report.tables import TABLES
from trainplan.results.tables import compute
from trainplan.run.run import Request, run
from trainplan.text.catalog import LANGUAGES, term, texts

Cells = dict[str, str]
CODES = {"groups": ("level",), "programs": ("content", "place"), "statements": ("kind",)}


def change_rows(plan: Path, table: str, change: Callable[[Cells], Cells]) -> None:
    """Rewrites the rows of a table of a plan."""
    file = plan / f"{table}.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        rows = [change(row) for row in csv.DictReader(opened)]
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def without(*columns: str) -> Callable[[Cells], Cells]:
    """The cells of a row but those of some columns."""
    return lambda row: {column: cell for column, cell in row.items() if column not in columns}


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A copy of the sound plan."""
    return Path(shutil.copytree(SOUND, tmp_path / "plan"))


@pytest.fixture
def vietnamese(plan: Path) -> Path:
    """A plan without a word of English."""
    for table in NAMED:
        if (plan / f"{table}.csv").exists():
            change_rows(plan, table, without("name_en"))
    text = (plan / "plan.yaml").read_text("utf-8")
    (plan / "plan.yaml").write_text(text.replace("{vi: Kế hoạch mẫu, en: A sound plan}", "Kế hoạch mẫu"), "utf-8")
    return plan


# --- languages


def test_a_plan_without_english_names_is_shown_in_vietnamese(
    vietnamese: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = load_plan(vietnamese)
    assert plan.languages == ("vi",)
    assert plan.label("groups", "leaders", "en") == plan.label("groups", "leaders", "vi") == "Lãnh đạo"
    assert not [note for note in plan.warnings if "name_en" in note]
    assert main(["check", str(vietnamese)]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "Kế hoạch mẫu (2021–2024)"


@pytest.mark.parametrize("said", ["name: {vi: a, en: b}", "language: en", "a row"])
def test_a_word_of_english_makes_a_plan_english_too(vietnamese: Path, said: str) -> None:
    text = (vietnamese / "plan.yaml").read_text("utf-8")
    if said == "a row":
        change_rows(vietnamese, "groups", lambda row: {**row, "name_en": "Leaders" if row["id"] == "leaders" else ""})
    key = said.split(":")[0]
    lines = [said if line.startswith(f"{key}:") else line for line in text.splitlines()]
    (vietnamese / "plan.yaml").write_text("\n".join(lines), "utf-8")
    assert load_plan(vietnamese).languages == LANGUAGES


def test_the_check_counts_rows_that_are_in_vietnamese_alone(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change_rows(plan, "groups", lambda row: {**row, "name_en": row["name_en"] if row["id"] == "leaders" else ""})
    assert main(["check", str(plan)]) == 0
    said = capsys.readouterr()
    assert "groups.*.name_en" in said.out + said.err and "2 of 3 rows" in said.out + said.err
    assert load_plan(plan).label("groups", "officials", "en") == "Cán bộ công chức"


def test_a_run_makes_pages_in_the_languages_of_the_plan(vietnamese: Path, tmp_path: Path) -> None:
    parameters = 'plan: str = ""\nscenario: str = "base"\nlanguage: str = "vi"\noutput_dir: str = ""'
    first = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    book = nbformat.v4.new_notebook(cells=[first, nbformat.v4.new_code_cell("print(language)")])
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    (tmp_path / "library").mkdir()
    nbformat.write(book, tmp_path / "library" / "00_one.ipynb")
    request = Request(str(vietnamese), output=tmp_path / "out", library=tmp_path / "library")
    folder = tmp_path / "out" / "plan"
    assert run(request) == 0
    assert [path.name for path in folder.rglob("reports/*.html")] == ["00_one.vi.html"]
    assert not (folder / "index.en.html").exists()
    assert "index.en.html" not in (folder / "index.html").read_text("utf-8")
    assert run(Request(**{**vars(request), "language": "en"})) == 0
    assert (folder / "base" / "reports" / "00_one.en.html").exists()
    assert "Có bằng" in (folder / "index.en.html").read_text("utf-8")
    assert "index.en.html" in (folder / "index.html").read_text("utf-8")


def test_the_desk_has_no_button_for_a_language_without_names(vietnamese: Path, tmp_path: Path) -> None:
    controls = Desk(Session(vietnamese), "vi", tmp_path).controls
    assert (controls.language.layout.display, controls.fields["name_en"].layout.display) == ("none", "none")
    assert "none" not in {controls.fields[name].layout.display for name in ("name_vi", "why")}
    assert Desk(Session(SOUND), "vi", tmp_path).controls.language.layout.display != "none"


def test_commands_answer_in_the_languages_of_the_plan(
    vietnamese: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = []
    for path in (vietnamese, SOUND):
        assert main(["goal", str(path), "--output", str(tmp_path / "goal")]) == 0
        lines.append(len(capsys.readouterr().out.splitlines()))
    assert lines[0] < lines[1]


def test_levers_and_ranges_may_be_in_vietnamese_alone(plan: Path) -> None:
    with (plan / "plan.yaml").open("a", encoding="utf-8") as file:
        file.write(
            "\nlevers:\n  - {id: cap, address: programs.college.capacity, label: {vi: Chỗ học}, group: courses, "
            "unit: people, low: 0, high: 300, step: 10}\n"
            "uncertain:\n  - {address: groups.officials.leave_rate, form: value, distribution: uniform, low: 0.02, "
            "high: 0.09, name: {vi: Tỷ lệ giảm}, reason: {vi: thử}}\n"
        )
    read = load_plan(plan)
    assert [lever.lever.label_in(language) for lever in plan_levers(read) for language in LANGUAGES] == ["Chỗ học"] * 2
    assert (read.ranges[0].name.en, read.ranges[0].reason.en) == ("Tỷ lệ giảm", "thử")


# --- short names


def test_a_short_name_stands_in_figures_and_nowhere_else(plan: Path) -> None:
    change_rows(plan, "objectives", lambda row: {**row, "short_vi": f"Ngắn {row['id']}", "short_en": ""})
    results = compute(load_plan(plan))
    vietnamese, english = (find_part("people_missing")(results).page_figure(to).body() for to in ("vi", "en"))
    assert ">Ngắn degree<" in vietnamese and ">Có bằng<" not in vietnamese and ">Hold a degree<" in english
    assert not TABLES["verdicts"](results, "vi").map(lambda cell: "Ngắn" in cell).to_numpy().any()
    assert not any("Ngắn" in sentence for sentence in find_part("gaps_answer")(results).sentences("vi"))


def test_short_names_of_the_province_are_shorter() -> None:
    plan = load_plan("an_giang_2011_2015")
    named = [row for table in NAMED for row in plan.tables[table]]
    pairs = [(row.short_vi, row.name_vi) for row in named] + [(row.short_en, row.name_en) for row in named]
    given = [(short, name) for short, name in pairs if short]
    assert given and all(len(short) < len(name) for short, name in given)
    for table in set(NAMED) - {"cost_items"}:  # an item is called alike in every program
        for language in LANGUAGES:
            drawn = [plan.short_label(table, row.id, language) for row in plan.tables[table] if hasattr(row, "id")]
            assert len(set(drawn)) == len(drawn)


# --- the basis in Vietnamese


def test_a_basis_is_in_vietnamese_where_it_is_given(plan: Path) -> None:
    change_rows(plan, "groups", lambda row: {**row, "basis_vi": "số tròn" if row["id"] == "leaders" else ""})
    read = load_plan(plan)
    assert [TABLES["groups"](read, language).iat[1, -1] for language in LANGUAGES] == [
        "giả định: số tròn",
        "assumption: round figure",
    ]
    assert TABLES["groups"](read, "vi").iat[0, -1] == "giả định: round figure"
    assert "số tròn" in set(TABLES["basis_register"](read, "vi").iloc[:, -1])


# --- what rows are grouped by


def test_groups_and_programs_need_no_codes_and_are_then_not_grouped(plan: Path) -> None:
    before = {name: find_part(name)(compute(load_plan(plan))) for name in ("courses_by_content", "courses_by_place")}
    assert all(part.pieces[0].html("en") for part in before.values())  # type: ignore[attr-defined]
    change_rows(plan, "groups", without("level"))
    change_rows(plan, "programs", lambda row: {**without("place")(row), "content": ""})
    results = compute(load_plan(plan))
    assert "Level" not in TABLES["groups"](results.plan, "en") and "Content" not in TABLES["classes"](results, "en")
    assert [find_part(name)(results).pieces[0].html("en") for name in before] == ["", ""]  # type: ignore[attr-defined]


def test_levels_and_contents_are_said_in_words_or_as_they_stand(plan: Path) -> None:
    change_rows(
        plan,
        "groups",
        lambda row: {**row, "level": {"leaders": "Tổ dân phố", "officials": ""}.get(row["id"], row["level"])},
    )
    change_rows(
        plan, "programs", lambda row: {**row, "content": "xyz" if row["id"] in ("college", "abroad") else "degree"}
    )
    results = compute(load_plan(plan))
    assert list(TABLES["groups"](results.plan, "en")["Level"]) == ["–", "Tổ dân phố", "Commune"]
    contents = list(TABLES["classes"](results, "en")["Content"])
    assert contents == sorted(contents, key=["xyz", "Professional degrees"].index) and len(set(contents)) == 2


@pytest.mark.parametrize("code", ["content", "place"])
def test_courses_are_added_up_by_what_they_teach_and_where(code: str, plan: Path) -> None:
    results = compute(load_plan(plan))
    frame = TABLES[f"courses_by_{code}"](results, "en")
    assert len(frame) == len({getattr(row, code) for row in results.plan.tables.programs}) + 1
    people = pd.to_numeric(frame["New learners"].map(str).str.replace(",", ""))
    assert people.iloc[:-1].sum() == people.iloc[-1] == results["classes"]["new_learners"].sum()
    assert frame["New learners"].iloc[0].spans[0][2] == ("classes */college;evening new_learners")


def test_the_codes_of_the_province_have_words() -> None:
    plan = load_plan("an_giang_2011_2015")
    used = {
        ("statement_kind" if c == "kind" else c, getattr(r, c))
        for t, cs in CODES.items()
        for c in cs
        for r in plan.tables[t]
    }
    assert all(term(family, code, language) != code for family, code in used for language in LANGUAGES)
    families = {family for family, _ in used}
    assert {tuple(key.split(".")) for key in texts("en") if key.split(".")[0] in families} == used


# --- the decision


def test_a_target_has_its_section_where_the_plan_says_it(plan: Path) -> None:
    assert list(TABLES["verdicts"](compute(load_plan(plan)), "en")["Section"])[:2] == ["II.1", "II.2"]
    change_rows(plan, "objectives", lambda row: {**row, "clause": ""})
    assert "Section" not in TABLES["verdicts"](compute(load_plan(plan)), "en")


def test_statements_have_their_kind_unless_all_are_alike(plan: Path) -> None:
    lines = "id,section,kind,quote_vi,pointers,why_not_vi,why_not_en\na1,II.1,target,Câu,,vì,why\n"
    (plan / "statements.csv").write_text(lines + "a2,II.2,task,Câu,,vì,why\n", "utf-8")
    assert list(TABLES["decision_statements"](load_plan(plan), "vi")["Loại"]) == ["Chỉ tiêu", "Nhiệm vụ"]
    (plan / "statements.csv").write_text(lines, "utf-8")
    assert "Loại" not in TABLES["decision_statements"](load_plan(plan), "vi")
