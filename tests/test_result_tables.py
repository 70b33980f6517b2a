"""Every result table is registered, told apart by its keys, documented in both languages, and made by the commands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from making import copy_province, with_requests
from survey_office import FilledForm
from trainplan.cli import main
from trainplan.cycle.survey_layout import DONE, STAFF
from trainplan.plan.plan import load_plan
from trainplan.results.reference import COMMAND, reference_markdown, reference_path
from trainplan.results.registry import RESULTS, ResultTable, Stem, check_columns
from trainplan.results.tables import MAKERS, compute
from trainplan.sheets.formats import NUMBER_FORMATS
from trainplan.storage.tables import write_tables
from trainplan.text.catalog import LANGUAGES, texts

PROVINCE = "an_giang_2011_2015"
SMALL = Path(__file__).parent / "plans" / "counts"
TABLES = pytest.mark.parametrize("table", RESULTS.values(), ids=list(RESULTS))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every result table that the commands write."""
    folder = tmp_path_factory.mktemp("tables")
    best = compute(load_plan(SMALL, overrides={"allocation": "optimal"}))
    write_tables(best.tables, folder)
    assert main(["goal", str(SMALL), "--output", str(folder)]) == 0
    assert main(["compare", PROVINCE, "--scenario", "base", "--scenario", "real_terms", "--output", str(folder)]) == 0
    assert main(["uncertainty", PROVINCE, "--draws", "64", "--output", str(folder)]) == 0
    asked = with_requests(copy_province(folder / "asked"))
    assert main(["yearplan", str(asked), "--year", "2012", "--output", str(folder)]) == 0
    assert main(["review", PROVINCE, "--year", "2012", "--output", str(folder)]) == 0
    many = folder / "many.yaml"
    many.write_text(f"runs: [{{plan: '{SMALL.as_posix()}'}}]", "utf-8")
    assert main(["batch", str(many), "--output", str(folder / "many")]) == 0
    shutil.copy(folder / "many" / RESULTS["headlines"].file_name, folder / "headlines.csv")
    collected = collect_one_answer(tmp_path_factory.mktemp("survey"))
    for stem in (stem for stem, table in RESULTS.items() if table.command == "survey"):
        shutil.copy(collected / f"{stem}.csv", folder)
    return folder


def collect_one_answer(folder: Path) -> Path:
    """A folder with what is collected of one form, in which one cell is doubtful."""
    forms, back, output = folder / "forms", folder / "back", folder / "collected"
    assert main(["survey", "forms", PROVINCE, "--year", "2012", "--output", str(forms)]) == 0
    form = FilledForm(load_plan(PROVINCE), "home_affairs", 2012, (forms / "home_affairs.xlsx").read_bytes())
    form.set(STAFF, "province_district", present=80, women="khoảng 30")
    form.save(back / "home_affairs.xlsx")
    assert main(["survey", "collect", PROVINCE, str(back), "--as-of", "2011-09-01", "--output", str(output)]) == 0
    reports = ["--year", "2012", "--report", "--output"]
    assert main(["survey", "forms", PROVINCE, *reports, str(folder / "reports")]) == 0
    own = FilledForm(load_plan(PROVINCE), "", 2012, (folder / "reports" / "all_units.xlsx").read_bytes(), "unit_report")
    own.set(DONE, "cadres_theory/theory_intermediate", enrolled=150)
    own.save(folder / "reported" / "all_units.xlsx")
    where = [*reports, str(folder / "told"), "--as-of", "2013-01-20"]
    assert main(["survey", "collect", PROVINCE, str(folder / "reported"), *where]) == 0
    shutil.copy(folder / "told" / "not_complete.csv", output)
    return output


def test_a_table_of_a_run_has_a_record_and_a_function() -> None:
    assert {stem for stem, table in RESULTS.items() if table.command == "tables"} == set(MAKERS)


def test_the_commands_write_the_registered_tables_and_no_others(written: Path) -> None:
    assert {path.stem for path in written.glob("*.csv")} == set(RESULTS)


@TABLES
def test_keys_tell_rows_apart(table: ResultTable, written: Path) -> None:
    frame = pd.read_csv(written / f"{table.stem}.csv")
    assert len(frame) > 0, "a plan that fills the table is needed"
    assert set(table.keys) <= set(table.column_names)
    assert not frame.duplicated(list(table.keys) or None).any()
    assert len(frame) == 1 or table.keys


@TABLES
def test_columns_hold_what_their_unit_says(table: ResultTable, written: Path) -> None:
    frame = pd.read_csv(written / f"{table.stem}.csv")
    for column in table.columns:
        cells = frame[column.name].dropna()
        if column.unit in ("id", "address", "code", "text"):
            assert not len(cells) or not pd.api.types.is_bool_dtype(cells), column.name
        elif column.unit == "boolean":
            assert set(cells.astype(str)) <= {"True", "False"}, column.name
        elif column.unit in NUMBER_FORMATS:
            of_years = cells[cells != "all"]  # years, in a table of bands
            assert pd.api.types.is_numeric_dtype(pd.to_numeric(of_years)), column.name
        if column.unit == "share":
            assert (cells >= 0).all(), column.name
        if column.words:
            known = {key.partition(".")[2] for key in texts("en") if key.startswith(f"{column.words}.")}
            assert set(cells) <= known, column.name
        if column.ids_of:
            plans = [load_plan(SMALL), load_plan(PROVINCE)]
            ids = {row.id for plan in plans for row in plan.tables[column.ids_of]} | {"total", "all"}
            assert set(cells) <= ids, column.name


@TABLES
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_and_its_columns_are_documented(table: ResultTable, language: str) -> None:
    documented = reference_markdown(language)
    assert table.title(language) and len(table.title(language)) <= 31, "the tab of a workbook has 31 characters"
    assert table.meaning(language).endswith(".")
    for column in table.columns:
        assert table.heading(column.name, language)
        meaning = table.column_meaning(column.name, language)
        assert meaning.endswith(".") and meaning in documented


def test_years_become_one_as_the_columns_say() -> None:
    results = compute(load_plan(PROVINCE))
    people = results["workforce"]
    whole = RESULTS["workforce"].over_years(people)
    assert list(whole["group"]) == [row.id for row in results.plan.tables.groups]
    assert list(whole["headcount"]) == list(people[people["year"] == results.plan.last]["headcount"])
    assert whole["joiners"].sum() == pytest.approx(people["joiners"].sum())
    money = RESULTS["budget"].over_years(results["budget"]).set_index("source")
    own = results["budget"].set_index("source").loc["total"]
    assert money.loc["total"].tolist() == pytest.approx([own[name].sum() for name in money.columns], nan_ok=True)
    assert "needed" not in RESULTS["enrollment"].over_years(results["enrollment"])


def test_no_meaning_is_left_over() -> None:
    columns = {name for table in RESULTS.values() for name in table.column_names}
    for key in texts("en"):
        family, _, rest = key.partition(".result.")
        if family == "about":
            stem, _, column = rest.partition(".")
            names = columns if stem == "column" else set(RESULTS[stem].column_names)
            assert not column or column in names, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reference_is_what_the_declarations_say(language: str) -> None:
    assert reference_path(language).read_text("utf-8") == reference_markdown(language), f"renew it: {COMMAND}"


@pytest.mark.parametrize(
    ("stem", "columns"), [("lines", ["year", "objective"]), ("optimum", ["gap", "bound", "weighted_shortfall"])]
)
def test_a_table_with_other_columns_is_refused(stem: Stem, columns: list[str], tmp_path: Path) -> None:
    frame = pd.DataFrame([[0] * len(columns)], columns=columns)
    with pytest.raises(ValueError, match="registry"):
        check_columns(stem, frame)
    with pytest.raises(ValueError, match="registry"):
        write_tables({stem: frame}, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_every_scenario_may_add_a_column_to_the_inputs() -> None:
    frame = pd.DataFrame({"address": [], "base": [], "other": []})
    assert check_columns("inputs", frame) is frame
