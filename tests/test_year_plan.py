"""The year plan: units add up to the plan, apportionment keeps its quota, and another reading of the model agrees."""

from __future__ import annotations

import math
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import reference
import reference_units
from making import SOUND, with_requests
from strategies import Tables, plans_with_units, write_plan
from trainplan.cli import main
from trainplan.cycle.class_calendar import DAYS_A_MONTH, calendar_of_year, classes_by_month, running_by_month
from trainplan.cycle.unit_model import scale_stocks, share_by_lack, share_whole, unit_share
from trainplan.cycle.year_plan import classes_of_year, cost_by_part, estimate_of_year, members_of_year, unit_plan
from trainplan.plan.find import PROJECT
from trainplan.plan.plan import load_plan
from trainplan.results.registry import RESULTS, YEAR_PLAN_TABLES
from trainplan.results.tables import Results, compute
from trainplan.text.catalog import LANGUAGES

PROVINCE = PROJECT / "params" / "an_giang_2011_2015"
MANY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
Drawn = tuple[dict[str, Any], Tables]
weights = st.lists(st.integers(0, 400).map(lambda v: v / 8), min_size=1, max_size=8).filter(any).map(np.array)


def results_of(drawn: Drawn) -> Results:
    """The results of a random plan, read from its files."""
    assume(drawn[1]["objectives"])
    with tempfile.TemporaryDirectory() as folder:
        return compute(load_plan(write_plan(Path(folder) / "random", *drawn)))


def check_sums(results: Results) -> None:
    """Units add up to the plan: people exactly, learners and VND to less than half of one, where units hold all."""
    by_unit, plan = unit_plan(results), results.plan
    counts, money = ["learners", "continuing"], ["cost_vnd"]
    assert (by_unit["learners"] % 1 == 0).all() and (by_unit[counts + money] >= 0).all(axis=None)
    held = {row.id for row, people in zip(plan.tables.groups, unit_share(plan), strict=True) if people.any()}
    held_pairs = {row.id for row in plan.tables.objectives if row.group in held}
    enrolled = results["enrollment"].query("objective in @held_pairs")
    pair = ["year", "objective", "program"]
    assert by_unit.groupby(pair)["learners"].sum().to_dict() == enrolled.set_index(pair)["funded"].to_dict()
    others = {program for objective, program in plan.tables.pairs if objective not in held_pairs}
    sums = by_unit[~by_unit["program"].isin(others)].groupby(["year", "program"])[counts + money].sum()
    learners = results["classes"].set_index(["year", "program"])["learners"].reindex(sums.index)
    cost = results["cost"].groupby(["year", "program"])["funded_vnd"].sum().reindex(sums.index)
    assert not (sums[counts].sum(axis=1) - learners).abs().gt(1e-6).any()
    assert not (sums["cost_vnd"] - cost).abs().gt(0.49).any()


def check_agreement(results: Results, read: list[dict[str, Any]]) -> None:
    """The same rows in the same order, the same people; learners and VND to a thousandth."""
    found = unit_plan(results)
    assert len(found) == len(read)
    for own, other in zip(found.to_dict("records"), read, strict=True):
        for column in ("year", "unit", "bloc", "objective", "program", "learners"):
            assert own[column] == other[column], (column, own, other)
        assert str(own["estimated"]).lower() == other["estimated"]
        for column in ("continuing", "cost_vnd"):
            assert own[column] == pytest.approx(other[column], rel=1e-9, abs=1e-3), (column, own, other)


@settings(MANY, max_examples=40)
@given(plans_with_units())
def test_random_plans_add_up_and_agree_with_the_other_reading(drawn: Drawn) -> None:
    results = results_of(drawn)
    check_sums(results)
    check_agreement(results, reference_units.unit_plan(reference.simulate(reference.Plan(*drawn))))


def test_the_province_adds_up_and_agrees_with_the_other_reading() -> None:
    results = compute(load_plan(PROVINCE))
    check_sums(results)
    check_agreement(results, reference_units.unit_plan(reference.simulate(reference_units.read_plan(PROVINCE))))
    assert set(unit_plan(results)["bloc"]) == {"state", "party"}


def test_the_best_plan_adds_up() -> None:
    check_sums(compute(load_plan(SOUND, overrides={"allocation": "optimal"})))


@settings(MANY, max_examples=200)
@given(weights, st.integers(0, 500))
def test_apportionment_adds_up_and_keeps_the_quota(weight: np.ndarray, people: int) -> None:
    shared = share_whole(people, weight)
    quota = people * weight / weight.sum()
    assert shared.sum() == people
    assert (np.floor(quota + 1e-9) <= shared).all() and (shared <= np.ceil(quota - 1e-9)).all()
    assert not shared[weight == 0].any()


def test_ties_go_to_the_first_units() -> None:
    assert share_whole(5, np.array([1.0, 0.0, 1.0, 1.0])).tolist() == [2, 0, 2, 1]


@settings(MANY, max_examples=200)
@given(weights, st.integers(0, 500))
def test_nobody_passes_a_lack_while_another_is_below_its_own(lack: np.ndarray, people: int) -> None:
    cap = np.ceil(lack)
    shared = share_by_lack(people, lack, cap, np.ones(len(lack)))
    assert shared.sum() == people
    assert (shared <= cap).all() or (shared >= cap).all()


def test_what_passes_the_caps_goes_by_people() -> None:
    lack, people = np.array([2.2, 3.5, 0.0]), np.array([1.0, 1.0, 2.0])
    assert share_by_lack(5, lack, np.ceil(lack), people).tolist() == [2, 3, 0]
    assert share_by_lack(11, lack, np.ceil(lack), people).tolist() == [4, 5, 2]


@settings(MANY, max_examples=200)
@given(st.data())
def test_stocks_are_multiplied_within_their_people(data: st.DataObject) -> None:
    people = data.draw(weights)
    stock = np.array([data.draw(st.floats(0, float(most))) for most in people])
    total = data.draw(st.floats(0, float(people.sum())))
    scaled = scale_stocks(stock[None], people[None], np.array([[total]]))[0]
    assert scaled.sum() == pytest.approx(total, abs=1e-9)
    assert (scaled >= 0).all() and (scaled <= people).all()
    free = (scaled < people - 1e-9) & (stock > 1e-6)
    if free.sum() > 1 and stock[scaled < people].any():
        assert np.ptp(scaled[free] / stock[free]) == pytest.approx(
            0, abs=1e-6 * max(1.0, (scaled / stock.clip(1e-6)).max())
        )


def test_stocks_too_small_to_be_multiplied_are_shared_all_the_same() -> None:
    stocks, people = np.array([[5e-324, 5e-324, 0.0]]), np.array([[4.0, 4.0, 4.0]])
    assert scale_stocks(stocks, people, np.array([[0.6]])).tolist() == [[0.3, 0.3, 0.0]]


def test_two_units_by_hand(tmp_path: Path) -> None:
    """The worked example with 600 people of whom half are qualified and 400 of whom a quarter are."""
    plan = Path(shutil.copytree(Path(__file__).parent / "plans" / "worked_example", tmp_path / "plan"))
    tables = {
        "units": "id,name_vi,name_en,bloc\nn,N,N,state\ns,S,S,party\n",
        "unit_headcounts": "unit,group,headcount,basis\nn,officials,600,law: x\ns,officials,400,law: x\n",
        "unit_baselines": "unit,objective,baseline,basis\nn,qualified,0.5,law: x\ns,qualified,0.25,law: x\n",
    }
    for table, text in tables.items():
        (plan / f"{table}.csv").write_text(text, "utf-8")
    found = unit_plan(compute(load_plan(plan)))
    # idle in 2011: 600 − 294 = 306 and 400 − 101 = 299; in 2012: 251.85 and 239.055
    assert found["learners"].tolist()[:4] == [70, 69, 75, 71]
    assert found["cost_vnd"][0] == pytest.approx(70 * 2_000_000 + 4 * 5_000_000 * 70 / 139)
    assert found["unit"].tolist()[:2] == ["n", "s"] and not found["estimated"].any()


def test_learners_of_a_named_unit_are_its_own(tmp_path: Path) -> None:
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    rows = "objective,program,started,unit,learners,basis\n"
    (plan / "pipeline.csv").write_text(f"{rows}degree,college,2020,south,35,assumption: x\n", "utf-8")
    results = compute(load_plan(plan))
    first = unit_plan(results).query("year == 2021 and program == 'college'").set_index("unit")["continuing"]
    stays = 1 - results.run.people.leave_rate[0, results.arrays.group[0], 0]
    assert first.to_dict() == {"north": 0, "south": pytest.approx(35 * stays)}


def test_a_plan_without_units_has_no_rows() -> None:
    found = unit_plan(compute(load_plan(Path(__file__).parent / "plans" / "worked_example")))
    assert found.empty and list(found) == RESULTS["unit_plan"].column_names


def classes_with(tmp_path: Path, cells: str, year: int) -> pd.DataFrame:
    """The classes of a year of the sound plan whose short course has these days, host and months."""
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    rows = (plan / "programs.csv").read_text("utf-8").splitlines()
    added = ["days,host,opens", ",,", ",,", cells, ",Sở Nội vụ,"]
    written = "\n".join(f"{row.rpartition(',')[0]},{more},assumption: x" for row, more in zip(rows, added, strict=True))
    (plan / "programs.csv").write_text(written.replace("opens,assumption: x", "opens,basis"), "utf-8")
    return classes_of_year(compute(load_plan(plan)), year).set_index("program")


def test_classes_of_a_year_have_size_days_place_host_and_months(tmp_path: Path) -> None:
    found = classes_with(tmp_path, "30,Trường,3;9", 2023)
    short, abroad = found.loc["short"], found.loc["abroad"]
    assert (short["days"], short["host"], short["opens"], short["ends"]) == (30, "Trường", "3; 9", "2023-10")
    assert (short["class_size"], short["place"], short["deadline"]) == (40, "school", "")
    assert abroad["host"] == "Sở Nội vụ" and math.isnan(abroad["days"]) and abroad["opens"] == abroad["ends"] == ""
    assert abroad["deadline"] == "2023-06"
    assert found.loc["college", "ends"] == "2024-12"


@pytest.mark.parametrize(("opens", "ends"), [("1", "2023-02"), ("12", "2024-01"), ("", "")])
def test_the_last_class_ends_some_working_days_after_it_opens(tmp_path: Path, opens: str, ends: str) -> None:
    assert classes_with(tmp_path, f"25,,{opens}", 2023).loc["short", "ends"] == ends


def test_classes_add_up_to_the_tables() -> None:
    results = compute(load_plan(SOUND))
    for year in results.plan.years:
        found = classes_of_year(results, year).set_index("program")
        whole = results["classes"].query("year == @year").set_index("program").loc[found.index]
        cost = results["cost"].query("year == @year").groupby("program")["funded_vnd"].sum()
        assert (found["new_classes"] + found["continuing_classes"] == whole["classes"]).all()
        assert (found["learners"] == whole["learners"]).all()
        assert found["cost_vnd"].sum() == pytest.approx(cost.sum())


@settings(MANY, max_examples=30)
@given(plans_with_units())
def test_the_estimate_of_a_year_adds_up_to_its_cost(drawn: Drawn) -> None:
    results = results_of(drawn)
    for year in results.plan.years:
        keys = ["program", "source"]
        found = estimate_of_year(results, year)
        cost = results["cost"].query("year == @year and funded_vnd > 0").set_index(keys)["funded_vnd"]
        sums = found.groupby(keys)["cost_vnd"].sum().reindex(cost.index)
        assert sums.to_numpy() == pytest.approx(cost.to_numpy(), rel=1e-9, abs=1e-3)
        assert (found["cost_vnd"] >= 0).all()
        if year >= results.plan.first + results.arrays.closed:
            continuing = cost_by_part(results, year)["continuing"]
            assert continuing == pytest.approx(results.run.committed_vnd[year - results.plan.first, :, 0], abs=1e-3)


@given(st.sets(st.integers(1, 12), min_size=1), st.integers(0, 40), st.floats(0.5, 250))
def test_classes_of_a_year_open_in_their_months_and_run_for_their_days(
    months: set[int], classes: int, days: float
) -> None:
    short = load_plan(SOUND).tables.programs[0].model_copy(update={"years": 1, "opens": tuple(months), "days": days})
    opening = classes_by_month(short, classes)
    assert opening.sum() == classes and set(np.flatnonzero(opening) + 1) <= months
    assert np.ptp(opening[[month - 1 for month in months]]) <= 1
    assert running_by_month(short, opening).sum() == classes * math.ceil(days / DAYS_A_MONTH)


def test_the_calendar_has_classes_of_the_year_before_and_of_long_courses(tmp_path: Path) -> None:
    classes_with(tmp_path, "50,Trường,3;11", 2022)
    results = compute(load_plan(tmp_path / "plan"))
    found = calendar_of_year(results, 2022).query("program == 'short'").set_index("month")
    new = results["classes"].query("program == 'short'").set_index("year")["new_classes"]
    assert found["opening"].sum() == new[2022] and set(found.index[found["opening"] > 0]) <= {3, 11}
    assert found.loc[1, "running"] == new[2021] // 2 > 0  # opened in November, three months
    assert found.loc[3, "running"] == found.loc[5, "running"] == math.ceil(new[2022] / 2)


def test_members_are_the_share_of_the_new_learners_in_whole_people(tmp_path: Path) -> None:
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    rows = "group,attribute,name_vi,name_en,share,basis\nofficials,women,Nữ,Women,0.3,assumption: x\n"
    (plan / "attributes.csv").write_text(rows, "utf-8")
    results = compute(load_plan(plan))
    found = members_of_year(results, 2022)
    funded = results["enrollment"].query("year == 2022").set_index(["objective", "program"])["funded"]
    own = {row.id for row in results.plan.tables.objectives if row.group == "officials"}
    assert set(found["objective"]) == {o for (o, _), people in funded.items() if o in own and people > 0}
    for row in found.to_dict("records"):
        assert row["learners"] == math.floor(0.3 * funded[row["objective"], row["program"]] + 0.5)


def test_the_command_writes_every_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = with_requests(Path(shutil.copytree(SOUND, tmp_path / "plan")))
    assert main(["yearplan", str(asked), "--year", "2022", "--output", str(tmp_path / "out")]) == 0
    pages = {f"year_2022.{language}.html" for language in LANGUAGES}
    books = {f"plan_base_year_2022.{language}.xlsx" for language in LANGUAGES}
    tables = {f"{table.stem}.csv" for table in YEAR_PLAN_TABLES}
    assert {path.name for path in (tmp_path / "out").iterdir()} == tables | pages | books
    units, classes = (pd.read_csv(tmp_path / "out" / name) for name in ("unit_plan.csv", "classes_of_year.csv"))
    assert set(units["year"]) == {2021, 2022, 2023, 2024} and set(classes["year"]) == {2022}
    assert main(["yearplan", str(SOUND), "--year", "2029", "--output", str(tmp_path / "none")]) == 2
    assert not (tmp_path / "none").exists() and "'2029'" in capsys.readouterr().err
