"""The page of what units ask for: its sentences are the tables', nothing stands without numbers, all can be read."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from browser import opened
from making import SOUND, copy_province, make_part, with_requests
from test_accessible import findings
from test_addresses import Numbers, check_numbers
from test_missing_tables import page_of
from test_whole_pages import LONG, measured
from trainplan import parts
from trainplan.cycle.year_plan import YearTables
from trainplan.plan.find import PROJECT
from trainplan.plan.plan import load_plan
from trainplan.report.html import PART
from trainplan.results.tables import compute
from trainplan.text.catalog import LANGUAGES, say
from trainplan.text.formats import billions, number

BOOK = PROJECT / "notebooks" / "09_requests.ipynb"
OWN = sorted({*PART.findall(BOOK.read_text("utf-8"))} - {"title"})


def tables_of_year(plan: Path, year: int | None = None) -> YearTables:
    loaded = load_plan(plan)
    return YearTables(compute(loaded), year or loaded.year_to_plan)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """The sound plan; of its two units the first has answered."""
    return with_requests(Path(shutil.copytree(SOUND, tmp_path / "plan")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_says_what_the_tables_do(sound: Path, language: str) -> None:
    year = tables_of_year(sound)
    asked, money = parts.requests_answer(year).sentences(language)
    rows, cost = year["requests_of_year"], year["requests_cost_of_year"]
    for name in ("requested", "needed"):
        assert number(rows[name].sum(), language) in asked
    assert f"{say('tail.requests_near', language)}." in asked, "123 of 126"
    whole = cost["requested_vnd"].sum()
    assert billions(whole, language) in money and billions(cost["funded_vnd"].sum(), language) in money
    assert say("tail.requests_within", language, ceiling=billions(1.5e9, language)) in money and whole < 1.5e9


def test_units_that_ask_far_more_and_far_less_are_counted(sound: Path) -> None:
    head = "year,unit,objective,program,people,file\n"
    (sound / "requests.csv").write_text(f"{head}2021,north,new,short,400,\n2021,south,degree,college,0,\n", "utf-8")
    year = tables_of_year(sound)
    asked, _ = parts.requests_answer(year).sentences("en")
    assert asked.startswith("All 2 units") and "; 1 ask for over 20% more than they need, 1 for over 20% less" in asked
    assert parts.units_not_answered(year).sentences("en") == []
    first = parts.requests_by_unit(year).page_figure("en").caption.finding
    assert first.startswith("Farthest from the need: North, 400 requested")
    (sound / "requests.csv").write_text(
        f"{head}2021,north,abroad_all,college,0,\n2021,north,new,short,9000,\n", "utf-8"
    )
    assert "above the ceiling of 1.5" in parts.requests_answer(tables_of_year(sound)).sentences("en")[1]


def test_who_did_not_answer_is_named_by_route(sound: Path) -> None:
    [said] = parts.units_not_answered(tables_of_year(sound)).sentences("en")
    assert said == "district awaits: South."


def test_the_pages_of_the_year_are_of_the_last_open_year_that_units_ask_for(sound: Path) -> None:
    head, row = (sound / "requests.csv").read_text("utf-8").splitlines()[:2]
    first, *cells = row.split(",")
    assert (head.split(",")[0], load_plan(sound).year_to_plan) == ("year", int(first))
    (sound / "requests.csv").write_text(f"{head}\n{','.join(['2022', *cells])}\n", "utf-8")
    assert load_plan(sound).year_to_plan == 2022
    assert load_plan(sound, overrides={"decided_from": 2023}).year_to_plan == 2023


def test_a_year_without_requests_says_of_which_years_there_are_some(sound: Path) -> None:
    year = tables_of_year(sound, 2023)
    [said] = parts.requests_answer(year).sentences("en")
    assert "2023" in said and "2021" in said
    shown = {name for name in OWN if any(piece.html("en") for piece in make_part(name, {"YearTables": year}).pieces)}
    assert shown == {
        "requests_answer",
        "requests_cost",
        "requests_cost_by_program",
        "survey_changes",
        "surveyed_baselines",
    }


def test_what_the_survey_changes_is_told(sound: Path) -> None:
    year = tables_of_year(sound)
    [said] = parts.survey_changes(year).sentences("en")
    assert "in place of the assumed baseline" in said and "changes 1 verdicts (Hold a degree: met → missed)" in said
    money = year["required_as_surveyed"].query("source == 'total'")
    assert all(billions(money[f"{when}_vnd"].sum(), "en") in said for when in ("before", "after"))
    [row] = parts.surveyed_baselines(year).frame("en").to_dict("records")
    assert (row["In the plan"], row["Surveyed"], row["Units"], row["People"]) == ("60%", "54%", "1", "500")
    later = tables_of_year(sound, 2022)
    assert "told beside" in parts.survey_changes(later).sentences("en")[0]
    assert list(parts.surveyed_baselines(later).frame("en")) == ["Target", "Units", "People", "In the plan", "Surveyed"]


def test_without_a_survey_its_section_goes(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (sound / "unit_baselines.csv").unlink()
    page = page_of(BOOK, sound, "en", monkeypatch)
    assert re.findall('<h2 id="([^"]*)"', page) == ["requests-by-program", "requests-by-unit", "requests-cost", "annex"]


@pytest.mark.parametrize("where", ["sound", "province"])
def test_every_number_of_the_page_has_its_address(where: str, tmp_path: Path) -> None:
    plan = shutil.copytree(SOUND, tmp_path / "plan") if where == "sound" else copy_province(tmp_path)
    year = tables_of_year(with_requests(Path(plan)))
    tables = {**year.results.tables, **year.frames}
    for language in LANGUAGES:
        made = [make_part(name, {"YearTables": year}) for name in OWN]
        pages = [(part.name, piece.html(language)) for part in made for piece in part.pieces]
        check_numbers(pages, tables, language, least=20)
        bare = [text for name, html in pages if name != "requests_register" for text in Numbers(html).bare]
        assert bare == []


def many_units(folder: Path) -> Path:
    """The sound plan with 170 units, the first of a very long name, of which all but the last have answered."""
    plan = Path(shutil.copytree(SOUND, folder / "many"))
    ids = [f"u{k}" for k in range(170)]
    names = {"u0": LONG}
    units = [
        f"{id},{names.get(id, f'Phòng Nội vụ huyện số {id}')},,{('state', 'party')[k % 2]}" for k, id in enumerate(ids)
    ]
    (plan / "units.csv").write_text("\n".join(["id,name_vi,name_en,bloc", *units]) + "\n", "utf-8")
    held = [f"{id},officials,4,law: x" for id in ids]
    (plan / "unit_headcounts.csv").write_text("\n".join(["unit,group,headcount,basis", *held]) + "\n", "utf-8")
    return with_requests(plan)


@pytest.mark.browser
@pytest.mark.parametrize("units", [2, 170])
def test_the_page_can_be_read_by_all(units: int, sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = sound if units == 2 else many_units(tmp_path)
    for language in LANGUAGES:
        path = tmp_path / f"page.{language}.html"
        path.write_text(page_of(BOOK, plan, language, monkeypatch), "utf-8")
        assert [*measured([path])] == []
        with opened(path) as (page, _):
            assert findings(page) == []
