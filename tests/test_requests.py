"""What units ask for beside what they need: units add up, far requests are marked, requests cost what plans do."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from making import SOUND, with_requests
from strategies import plans_with_units
from test_year_plan import MANY, Drawn, results_of
from trainplan.cli import main
from trainplan.cycle.requests import mark_request, requests_cost_of_year
from trainplan.cycle.survey_effect import plan_as_surveyed, surveyed_coverage, taken_as
from trainplan.cycle.unit_model import unit_share
from trainplan.cycle.year_plan import unit_need, unit_plan, year_tables
from trainplan.model.arrays import pairs_of
from trainplan.plan.plan import Plan, load_plan
from trainplan.plan.schema import Request
from trainplan.results.registry import RESULTS
from trainplan.results.tables import Results, compute

BEFORE = compute(load_plan(SOUND))
OF_2021 = "year,objective,program,enrolled,completed,spent_vnd,basis\n2021,degree,college,60,,,assumption: reported\n"


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A copy of the sound plan, whose units north and south have 500 and 300 officials."""
    return Path(shutil.copytree(SOUND, tmp_path / "plan"))


def surveyed(sound: Path, *rows: str) -> Plan:
    """The plan with these rows of `unit_baselines`."""
    (sound / "unit_baselines.csv").write_text("\n".join(["unit,objective,baseline,basis", *rows]) + "\n", "utf-8")
    return load_plan(sound)


COUNTED = ("north,degree,0.5,statistic: the survey", "south,degree,0.75,statistic: the survey")


def with_rows(results: Results, rows: list[Request]) -> Results:
    """The results with other requests, on which no number of a run depends."""
    plan = results.plan
    return replace(results, plan=replace(plan, tables=replace(plan.tables, requests=tuple(rows))))


@MANY
@given(plans_with_units())
def test_the_need_of_units_adds_up_to_that_of_the_plan(drawn: Drawn) -> None:
    results = results_of(drawn)
    shares = zip(results.plan.tables.groups, unit_share(results.plan), strict=True)
    held = {row.id for row, people in shares if people.any()}
    own = [row.id for row in results.plan.tables.objectives if row.group in held]
    funded = unit_plan(results)
    for year in results.plan.years:
        found = unit_need(results, year)
        whole = results["enrollment"].query("year == @year")
        whole = whole[whole["objective"].isin(own)].set_index(["objective", "program"])
        sums = found.groupby(["objective", "program"])["needed"].sum()
        assert sums.to_dict() == whole["needed"].to_dict()
        assert (found["needed"] >= 0).all() and (found["needed"] % 1 == 0).all()
        assert found["funded"].tolist() == funded.query("year == @year")["learners"].tolist()


@pytest.mark.parametrize(
    ("requested", "needed", "mark"),
    [
        (24, 20, "as_need"),  # a fifth is not more than a fifth
        (25, 20, "more"),
        (16, 20, "as_need"),
        (15, 20, "less"),
        (3, 4, "less"),
        (4, 5, "as_need"),
        (1, 0, "more"),
        (0, 0, "as_need"),
        (0, 1, "less"),
    ],
)
def test_a_request_is_marked_where_it_is_more_than_a_fifth_and_a_person_away(
    requested: int, needed: int, mark: str
) -> None:
    assert mark_request(np.array([float(requested)]), np.array([float(needed)])).tolist() == [mark]


def test_requests_stand_beside_need_and_enrollment_of_units_that_answered(sound: Path) -> None:
    rows = (
        "year,unit,objective,program,people,file\n2022,north,degree,college,12,n.xlsx\n2023,south,new,short,9,s.xlsx\n"
    )
    (sound / "requests.csv").write_text(rows, "utf-8")
    results = compute(load_plan(sound))
    found = year_tables(results, 2022)["requests_of_year"]
    need = unit_need(results, 2022).query("unit == 'north'")
    assert found["unit"].unique().tolist() == ["north"] and len(found) == len(need) == 3
    assert found["requested"].tolist() == [12, 0, 0]
    assert found[["needed", "funded"]].to_numpy().tolist() == need[["needed", "funded"]].to_numpy().tolist()
    assert (found["difference"] == found["requested"] - found["needed"]).all()
    assert found["mark"].tolist() == ["less"] * 3
    assert found["deviation"][0] == pytest.approx(12 / need["needed"].iloc[0] - 1)
    assert year_tables(results, 2024)["requests_of_year"].empty


def test_requests_cost_by_hand(sound: Path) -> None:
    rows = "year,unit,objective,program,people,file\n"
    rows += "2021,north,new,short,41,n.xlsx\n2021,south,new,short,40,s.xlsx\n2021,south,degree,evening,51,s.xlsx\n"
    (sound / "requests.csv").write_text(rows, "utf-8")
    found = year_tables(compute(load_plan(sound)), 2021)["requests_cost_of_year"].set_index(["program", "source"])
    asked = found["requested_vnd"] - found["committed_vnd"]
    assert asked["short", "province"] == 81 * 500_000 + 3 * 4_000_000  # 41 and 40 fill three classes of 40 together
    assert asked["evening", "learner"] == asked["evening", "province"] == (51 * 5_000_000 + 2 * 15_000_000) / 2
    assert asked["college", "province"] == 0 < found["committed_vnd"]["college", "province"]


@MANY
@given(plans_with_units())
def test_requests_for_whom_the_plan_sends_cost_what_the_plan_costs(drawn: Drawn) -> None:
    results = results_of(drawn)
    for t, year in enumerate(results.plan.years):
        if year in results.plan.closed_years:
            continue
        pairs = zip(pairs_of(results.plan), results.run.funded[t, :, 0], strict=True)
        rows = [Request(year=year, unit="u", objective=o, program=p, people=people) for (o, p), people in pairs]
        found = requests_cost_of_year(with_rows(results, rows), year)
        assert found["requested_vnd"].to_numpy() == pytest.approx(found["funded_vnd"].to_numpy(), rel=1e-9, abs=1e-3)


@MANY
@given(st.randoms())
def test_the_order_of_requests_changes_nothing(order: random.Random) -> None:
    need = unit_need(BEFORE, 2022)
    rows = [
        Request(year=2022, unit=row.unit, objective=row.objective, program=row.program, people=7 * k)
        for k, row in enumerate(need.itertuples(index=False))
    ]
    first = year_tables(with_rows(BEFORE, rows), 2022)
    order.shuffle(rows)
    again = year_tables(with_rows(BEFORE, rows), 2022)
    for stem in ("requests_of_year", "requests_cost_of_year"):
        pd.testing.assert_frame_equal(first[stem], again[stem])


def test_coverage_that_was_counted_is_weighted_by_people_and_takes_the_place_of_an_assumption(sound: Path) -> None:
    plan = surveyed(sound, *COUNTED)
    assert surveyed_coverage(plan)["degree"] == (2, 800, 0.59375)
    found = compute(plan_as_surveyed(plan, 2021))
    by_hand = compute(load_plan(sound, overrides={"objectives.degree.baseline": 0.59375}))
    for stem in by_hand.tables:
        pd.testing.assert_frame_equal(found[stem], by_hand[stem])
    told = year_tables(compute(plan), 2021)
    [row] = told["baselines_surveyed"].to_dict("records")
    assert (row["planned"], row["surveyed"], row["taken_as"]) == (0.6, 0.59375, "baseline")
    assert row["gap_after"] == by_hand["verdicts"].set_index("objective")["gap"]["degree"]
    money = told["required_as_surveyed"].query("source == 'total'")
    assert money["after_vnd"].sum() == pytest.approx(by_hand.requirement_vnd)
    assert money["before_vnd"].sum() == pytest.approx(compute(plan).requirement_vnd)


def test_coverage_counted_later_is_an_observation_of_the_year_before(sound: Path) -> None:
    (sound / "actuals.csv").write_text(OF_2021, "utf-8")
    plan = surveyed(sound, *COUNTED)
    found = compute(plan_as_surveyed(plan, 2022))
    rows = "year,objective,base,reached,basis\n2021,degree,800,475,statistic: the survey\n"
    (sound / "observations.csv").write_text(rows, "utf-8")
    by_hand = compute(load_plan(sound))
    for stem in by_hand.tables:
        pd.testing.assert_frame_equal(found[stem], by_hand[stem])
    [row] = year_tables(compute(plan), 2022)["baselines_surveyed"].to_dict("records")
    gap = compute(plan)["gap"].set_index(["year", "objective"])
    assert (row["planned"], row["taken_as"]) == (gap["coverage"][2021, "degree"], "observation")
    assert taken_as(by_hand.plan, by_hand.plan.tables.objectives[0], 2022) == "", "it was observed"
    assert taken_as(plan, plan.tables.objectives[0], 2023) == "", "2022 is open"


def test_a_number_of_the_decision_stays(sound: Path) -> None:
    file = sound / "objectives.csv"
    file.write_text(file.read_text("utf-8").replace("assumption: a census", "clause: II.1"), "utf-8")
    plan = surveyed(sound, *COUNTED)
    assert plan_as_surveyed(plan, 2021).tables == plan.tables
    [row] = year_tables(compute(plan), 2021)["baselines_surveyed"].to_dict("records")
    assert row["taken_as"] == "" and row["gap_before"] == row["gap_after"]


def test_assumed_coverage_of_units_is_no_survey(sound: Path) -> None:
    plan = surveyed(sound, "north,degree,0.5,assumption: usual", COUNTED[1])
    assert surveyed_coverage(plan)["degree"] == (1, 300, 0.75)
    told = year_tables(compute(surveyed(sound, "north,degree,0.5,assumption: usual")), 2021)
    assert not {"baselines_surveyed", "required_as_surveyed", "requests_of_year"} & set(told)


def test_the_command_writes_the_tables_of_a_plan_with_requests(sound: Path, tmp_path: Path) -> None:
    with_requests(sound)
    assert main(["yearplan", str(sound), "--year", "2021", "--output", str(tmp_path / "out")]) == 0
    for stem in ("requests_of_year", "requests_cost_of_year", "baselines_surveyed", "required_as_surveyed"):
        frame = pd.read_csv(tmp_path / "out" / f"{stem}.csv")
        assert len(frame) and list(frame) == RESULTS[stem].column_names
