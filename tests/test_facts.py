"""Vintages, closed years, notes, stacked scenarios and the date from which a plan is looked at."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from trainplan.cli import main
from trainplan.desk.session import Session
from trainplan.plan.levers import plan_levers
from trainplan.plan.plan import Plan, load_plan
from trainplan.results.tables import compute
from trainplan.text.problems import PlanError

SOUND = Path(__file__).parent / "broken" / "sound"
ACTUALS = """year,objective,program,unit,enrolled,completed,spent_vnd,as_of,basis
2021,degree,college,north,20,,,2022-01-31,statistic: a report
2021,degree,college,south,11,,,2022-01-31,statistic: a report
2021,degree,college,north,24,,,2022-06-30,statistic: counted again
2022,yearly,short,,300,280,,2023-01-31,statistic: a report
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SOUND, tmp_path / "plan"))


def add(folder: Path, **files: str) -> Path:
    """Writes tables, or adds lines to the plan file."""
    for name, text in files.items():
        path = folder / ("plan.yaml" if name == "plan" else f"{name}.csv")
        path.write_text((path.read_text("utf-8") if name == "plan" else "") + text, "utf-8")
    return folder


def enrolled(plan: Plan) -> list[tuple[int, str | None, float]]:
    return [(row.year, row.unit, row.enrolled) for row in plan.tables.actuals]


def test_a_restated_row_counts_from_its_date_on(folder: Path) -> None:
    add(folder, actuals=ACTUALS)
    assert enrolled(load_plan(folder)) == [(2021, "north", 24), (2021, "south", 11), (2022, None, 300)]
    assert enrolled(load_plan(folder, as_of="2022-02-01")) == [(2021, "north", 20), (2021, "south", 11)]
    assert enrolled(load_plan(folder, as_of="2021-12-31")) == []
    add(folder, plan="as_of: 2022-06-30\n")
    assert enrolled(load_plan(folder)) == [(2021, "north", 24), (2021, "south", 11)]
    assert load_plan(folder).frame("actuals")["as_of"].tolist() == ["2022-06-30", "2022-01-31"]


def test_the_latest_date_counts_and_an_empty_cell_withdraws(folder: Path) -> None:
    path = folder / "programs.csv"
    head, *rows = path.read_text("utf-8").splitlines()
    columns = head.split(",")
    capacity = columns.index("capacity")

    def row(text: str, places: str, day: str) -> str:
        cells = text.split(",")
        return ",".join([*cells[:capacity], places, *cells[capacity + 1 :], day])

    first = rows[0].split(",")[0]
    again = [row(rows[0], "70", "2022-01-01"), row(rows[0], "", "2022-01-01"), row(rows[0], "50", "2021-01-01")]
    path.write_text("\n".join([f"{head},as_of", *(f"{text}," for text in rows), *again]) + "\n", "utf-8")
    assert [p.id for p in load_plan(folder).tables.programs] == [p.id for p in load_plan(SOUND).tables.programs]
    assert load_plan(folder).tables.programs[0].capacity is None
    assert load_plan(folder, as_of="2021-06-30").tables.programs[0].capacity == 50
    changed = load_plan(folder, overrides={f"programs.{first}.capacity": 5})
    assert changed.tables.programs[0].capacity == 5


@pytest.mark.parametrize(
    ("stated", "year"), [("", 2023), ("decided_from: 2021\n", 2021), ("decided_from: 2025\n", 2025)]
)
def test_years_are_closed_by_what_happened_in_them(folder: Path, stated: str, year: int) -> None:
    plan = load_plan(add(folder, actuals=ACTUALS, plan=stated))
    assert (plan.decided_from, plan.closed_years, plan.open_years) == (year, range(2021, year), range(year, 2025))
    assert load_plan(SOUND).decided_from == 2021
    assert load_plan(folder, overrides={"decided_from": 2022}).closed_years == range(2021, 2022)


def test_a_change_of_an_actual_reaches_every_unit(folder: Path) -> None:
    plan = load_plan(add(folder, actuals=ACTUALS), overrides={"actuals.2021/degree/college.enrolled": 0})
    assert enrolled(plan) == [(2021, "north", 0), (2021, "south", 0), (2022, None, 300)]


def test_only_open_years_need_a_ceiling(folder: Path) -> None:
    path = folder / "ceilings.csv"
    rows = path.read_text("utf-8").splitlines()
    path.write_text("\n".join(row for row in rows if not row.startswith("2021")) + "\n", "utf-8")
    with pytest.raises(PlanError, match="2021"):
        load_plan(folder)
    assert load_plan(add(folder, actuals=ACTUALS)).ceilings_of("total") == {2022: 1.5e9}


def test_a_table_of_a_later_folder_takes_the_place_of_an_earlier_one(folder: Path) -> None:
    later = folder / "later"
    later.mkdir()
    (later / "units.csv").write_text("id,name_vi,name_en,bloc\nnorth,Bắc,North,state\nsouth,Nam,South,party\n", "utf-8")
    path = folder / "plan.yaml"
    path.write_text(path.read_text("utf-8").replace("data: .\n", "data: [., later]\n"), "utf-8")
    plan = load_plan(folder)
    assert [unit.bloc for unit in plan.tables.units] == ["state", "party"]
    assert plan.tables.groups == load_plan(SOUND).tables.groups
    assert plan.data_file("units.csv").parent.name == "later"
    path.write_text(path.read_text("utf-8").replace("later]", "latter]"), "utf-8")
    with pytest.raises(PlanError, match="latter"):
        load_plan(folder)


def test_levers_move_what_is_open(folder: Path) -> None:
    common = "label: {vi: a, en: b}, group: money, unit: bn, low: 0, high: 9000000000, step: 1000000"
    levers = f"""levers:
  - {{id: every, address: "ceilings.{{year}}/learner.ceiling_vnd", {common}}}
  - {{id: past, address: ceilings.2021/total.ceiling_vnd, {common}}}
"""
    add(folder, plan=levers)
    assert [lever.lever.id for lever in plan_levers(load_plan(folder))] == ["every", "past"]
    (left,) = plan_levers(load_plan(add(folder, actuals=ACTUALS)))
    assert list(left.addresses) == [f"ceilings.{year}/learner.ceiling_vnd" for year in (2023, 2024)]


NOTED = {
    "actuals 2021": ({"actuals": ACTUALS}, "degree/evening"),
    "actuals": ({"actuals": ACTUALS, "plan": "decided_from: 2022\n"}, "2022/yearly/short"),
    "turnover": ({"turnover": "group,year,leave_rate,basis\ndelegates,2019,0.6,assumption: x\n"}, "delegates/2019"),
    "observations": (
        {"observations": "year,objective,base,reached,basis\n2022,degree,800,500,assumption: x\n"},
        "2022/degree",
    ),
    "groups.leaders": (
        {"headcounts": "group,year,headcount,basis\nleaders,2023,0,assumption: x\n"},
        "nobody joins",
    ),
    "groups.officials": (
        {"unit_headcounts": "unit,group,headcount,basis\nnorth,officials,500,law: x\nsouth,officials,301,law: x\n"},
        "801 people together, the group has 800",
    ),
    "ceilings": (
        {
            "ceilings": "year,source,ceiling_vnd,basis\n"
            + "".join(f"{y},total,15000,law: x\n" for y in range(2021, 2025))
        },
        "15000000000",
    ),
}


@pytest.mark.parametrize("place", NOTED)
def test_what_is_worth_a_look_is_noted(place: str, folder: Path) -> None:
    files, words = NOTED[place]
    notes = load_plan(add(folder, **files)).warnings
    assert [note for note in notes if note.startswith(f"{place}: ") and words in note], notes


def test_money_without_any_limit_and_empty_rates_are_noted(folder: Path) -> None:
    (folder / "ceilings.csv").unlink()
    path = folder / "objectives.csv"
    path.write_text(path.read_text("utf-8").replace("2024,0.5,0.01", "2024,,"), "utf-8")
    notes = "\n".join(load_plan(folder).warnings)
    assert "ceilings: " in notes and "without any limit" in notes
    assert "objectives.*.entry_share: " in notes and "objectives.*.lapse_rate: " in notes


@pytest.fixture
def stacked(folder: Path) -> Path:
    scenarios = folder / "scenarios"
    (scenarios / "rich.yaml").write_text(
        "title: Rich\nreason: More\nset:\n  ceilings.*.ceiling_vnd: 9000000000\n  pacing: front\n", "utf-8"
    )
    (scenarios / "poor.yaml").write_text("title: Poor\nset:\n  ceilings.2022/total.ceiling_vnd: 1000\n", "utf-8")
    return folder


def test_stacked_scenarios_apply_one_after_another(stacked: Path) -> None:
    plan = load_plan(stacked, "rich+poor+costs_up")
    assert plan.scenario == plan.results_name == "rich+poor+costs_up"
    assert plan.ceilings_of("total") == {2021: 9e9, 2022: 1e3, 2023: 9e9, 2024: 9e9}
    assert load_plan(stacked, "poor+rich").ceilings_of("total")[2022] == 9e9
    titles = [plan.scenario_title(language) for language in ("vi", "en")]
    assert titles == ["Rich + Poor + Chi phí tăng", "Rich + Poor + Costs up"]
    assert [note for note in plan.warnings if note.startswith("ceilings.2022/total.ceiling_vnd: ")]
    assert load_plan(stacked, "rich+costs_up").warnings == []
    assert load_plan(stacked, "base+poor").tables == load_plan(stacked, "poor").tables
    with pytest.raises(PlanError) as caught:
        load_plan(stacked, "rihc+poor+por")
    assert [problem.nearest for problem in caught.value.problems] == ["rich", "poor"]


def test_the_desk_opens_stacked_scenarios(stacked: Path) -> None:
    for stack in ("rich+poor", "costs_up+costs_up"):
        session = Session(stacked, stack)
        assert session.plan.tables == load_plan(stacked, stack).tables
        assert (session.saved_as, session.scenario_titles("en")[-1][1]) == (stack, stack)


def test_commands_take_stacks_and_dates(stacked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add(stacked, actuals=ACTUALS)
    command = ["tables", str(stacked), "--scenario", "rich+costs_up", "--as-of", "2022-02-01", "--output"]
    assert main([*command, str(tmp_path / "out")]) == 0
    expected = compute(load_plan(stacked, "rich+costs_up", as_of="2022-02-01"))["budget"]
    assert (tmp_path / "out" / "budget.csv").read_text("utf-8").count("\n") == len(expected) + 1
    assert main(["check", str(stacked), "--scenario", "rich+poor", "--as-of", "2022-02-01"]) == 0
    assert "ceilings.2022/total.ceiling_vnd" in capsys.readouterr().err
    assert main(["check", str(stacked), "--as-of", "1/2/2022"]) == 2
    assert "--as-of: '1/2/2022'" in capsys.readouterr().err


def test_results_are_called_after_stack_and_date(stacked: Path, tmp_path: Path) -> None:
    notebook = {
        "cells": [
            {
                "cell_type": "code", "execution_count": None, "id": "a", "metadata": {"tags": ["parameters"]},
                "outputs": [], "source": "plan: str = ''\nscenario: str = ''\nlanguage: str = ''\n"
                "as_of: str = ''\noutput_dir: str = ''",
            },
            {
                "cell_type": "code", "execution_count": None, "id": "b", "metadata": {}, "outputs": [],
                "source": "assert (scenario, as_of) == ('rich+poor', '2022-02-01')",
            },
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip
    from trainplan.run.run import Request, run

    library = tmp_path / "library"
    library.mkdir()
    (library / "01_asks.ipynb").write_text(json.dumps(notebook), "utf-8")
    asked = Request(
        plan=str(stacked), scenarios=("rich+poor",), language="vi", output=tmp_path / "out", library=library,
        as_of="2022-02-01",
    )  # fmt: skip
    assert run(asked) == 0
    folder = tmp_path / "out" / "plan" / "rich+poor@2022-02-01"
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["as_of"] == "2022-02-01"
    assert (folder / "reports" / "01_asks.vi.html").is_file()
    assert 'href="rich%2Bpoor%402022-02-01/reports/' in (tmp_path / "out" / "plan" / "index.html").read_text("utf-8")
    assert load_plan(stacked, as_of="2022-02-01").dated_title("en").endswith("(data to 1 February 2022)")
