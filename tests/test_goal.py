"""Goal seek and the ways to meet a target: each is run again from its addresses, as a scenario would be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from strategies import plans
from test_optimal import relaxed_value, with_ceiling
from test_properties import Drawn, loaded, quick
from trainplan.analysis.goal_seek import (
    STEP,
    amount_step,
    arrays_under_ceilings,
    goal_seek,
    goal_table,
    least_amount,
    with_level_ceiling,
)
from trainplan.analysis.marginal_values import marginal_values
from trainplan.analysis.relaxations import (
    NOT_TRIED,
    Attempts,
    due_later,
    relaxations,
    relaxations_table,
    round_amounts,
)
from trainplan.analysis.trials import Trial, Trials, search_together
from trainplan.cli import main
from trainplan.model.arrays import build_arrays
from trainplan.optimize.best_plan import run_plan
from trainplan.plan.address import Address
from trainplan.plan.plan import Plan, load_plan
from trainplan.report import tables
from trainplan.results.tables import compute
from trainplan.text.problems import PlanError

HERE = Path(__file__).parent
AN_GIANG = "an_giang_2011_2015"
RULES = ("priority", "optimal")


def met(plan: Plan, scenario: str, changes: dict) -> set[str]:
    """Objectives that are met when due, from the files of the plan with changes by address."""
    verdicts = compute(load_plan(plan.path, scenario, changes))["verdicts"]
    return set(verdicts.loc[verdicts["verdict"] == "met", "objective"])


@pytest.mark.parametrize("scenario", ["base", "proportional_rule"])
def test_the_amount_works_and_a_million_less_does_not(scenario: str) -> None:
    plan = load_plan(AN_GIANG, scenario)
    goal = goal_seek(plan)
    less = {address: amount - STEP for address, amount in goal.changes.items()}
    assert set(goal.reachable) <= met(plan, scenario, goal.changes)
    assert goal.lost and not set(goal.reachable) <= met(plan, scenario, less)
    without = {"ceilings.*.ceiling_vnd": {"value": 10**15}}
    assert set(goal.reachable) == met(plan, scenario, without)


def test_the_amount_works_for_the_best_plan() -> None:
    plan = load_plan(HERE / "plans" / "counts", overrides={"allocation": "optimal"})
    goal = goal_seek(plan)
    assert goal.reachable and set(goal.reachable) <= met(plan, "base", {"allocation": "optimal", **goal.changes})


def test_where_everything_is_funded_the_best_plan_spends_the_amount() -> None:
    assert goal_seek(load_plan(HERE / "plans" / "counts", overrides={"allocation": "all"})).rule == "optimal"


@settings(parent=quick, max_examples=40)
@given(plans())
def test_what_goal_seek_finds_is_proven_by_runs(drawn: Drawn) -> None:
    plan = loaded(drawn)
    assume(plan.allocation != "all")
    goal, numbers = goal_seek(plan), arrays_under_ceilings(plan)
    reachable = np.array([row.id in goal.reachable for row in plan.tables.objectives])
    assert goal.amount_vnd % goal.step_vnd == 0
    below = with_level_ceiling(numbers, -1, np.array([goal.amount_vnd - goal.step_vnd]))
    assert goal.run.met_when_due[reachable, 0].all()
    if goal.amount_vnd > 0:
        assert not run_plan(below).met_when_due[reachable, 0].all()
    assert goal_table(goal)["objective"].tolist() == [row.id for row in plan.tables.objectives]


@pytest.mark.parametrize(("folder", "scenario"), [(AN_GIANG, "base"), (AN_GIANG, "proportional_rule")])
def test_ways_do_what_they_say(folder: str, scenario: str) -> None:
    plan = load_plan(folder, scenario)
    found = relaxations(plan)
    assert {way.kind for way in found} & {"money_in_a_year", "money_every_year", "places"}
    for way in found:
        assert way.objective not in met(plan, scenario, {})
        assert way.objective in met(plan, scenario, way.changes), way


@pytest.mark.parametrize("folder", ["counts", "new_province"])
def test_ways_of_the_best_plan_do_what_they_say_in_round_amounts(folder: str) -> None:
    best = {"allocation": "optimal"}
    plan = load_plan(HERE / "plans" / folder, overrides=best)
    found = relaxations(plan)
    assert found and NOT_TRIED not in {way.kind for way in found}
    missed = met(plan, "base", best)
    for way in found:
        assert way.objective not in missed
        assert way.objective in met(plan, "base", {**best, **way.changes}), way
        added = {change["add"] for change in way.changes.values() if "add" in change}
        assert all(f"{amount:.0f}"[0] in "125" and not f"{amount:.0f}"[1:].strip("0") for amount in added), way


def test_the_least_of_its_kind_is_the_least() -> None:
    plan = load_plan(AN_GIANG)
    for way in relaxations(plan):
        if way.kind in ("places", "money_every_year", "money_in_a_year"):
            step = 1 if way.kind == "places" else STEP
            less = {address: {"add": change["add"] - step} for address, change in way.changes.items()}
            assert way.objective not in met(plan, "base", less), way


def test_where_the_work_does_not_suffice_the_targets_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = load_plan(HERE / "plans" / "counts", overrides={"allocation": "optimal"})
    every = relaxations(plan)
    assert every and NOT_TRIED not in {way.kind for way in every}
    tried = len(every)
    for work in (0.3, 0.0):
        monkeypatch.setattr("trainplan.analysis.trials.WORK", work)
        found = relaxations(plan)
        ways = [way for way in found if way.kind != NOT_TRIED]
        assert len(found) > len(ways) < tried and all(way in every for way in ways)
        assert {way.objective for way in every} == {way.objective for way in found}
        tried = len(ways)
    assert relaxations_table(found)["kind"].tolist() == [NOT_TRIED] * len(found)
    shown = tables.relaxations(plan, found, "en")
    assert [str(way).startswith("other ways were not tried") for way in shown.iloc[:, 1]] == [True] * len(found)


def test_amounts_are_millions_or_round_parts_of_the_highest() -> None:
    yearly, best = (arrays_under_ceilings(load_plan(AN_GIANG, overrides={"allocation": rule})) for rule in RULES)
    highest = {5e6: 1e6, 9.9e8: 1e6, 2.47e10: 1e8, 7.5e10: 1e8, 1e11: 1e9}
    assert [amount_step(yearly, most) for most in highest] == [1e6] * len(highest)
    assert {most: amount_step(best, most) for most in highest} == highest
    assert [*round_amounts(3e8, 1e7)] == [1e7, 2e7, 5e7, 1e8, 2e8]


@settings(parent=quick, max_examples=15)
@given(plans(rule="priority"))
def test_ways_of_random_plans_meet_their_targets(drawn: Drawn) -> None:
    plan = loaded(drawn)
    for way in relaxations(plan):
        verdicts = compute(loaded(drawn, way.changes))["verdicts"].set_index("objective")["verdict"]
        assert verdicts[way.objective] == "met", way
    for address in relaxations_table(relaxations(plan))["address"]:
        assert Address.of(address).table


def test_an_unknown_source_is_named() -> None:
    with pytest.raises(PlanError) as caught:
        goal_seek(load_plan(AN_GIANG), "central_budgt")
    assert "Nearest: 'central_budget'" in str(caught.value)


def test_the_command_writes_three_tables_and_says_the_amount(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["goal", AN_GIANG, "--output", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"goal.csv", "relaxations.csv", "values.csv"}
    said = capsys.readouterr().out
    assert "tỷ đồng mỗi năm" in said and "bn VND a year" in said
    wrong = ["goal", AN_GIANG, "--source", "nobody", "--output", str(tmp_path / "no")]
    assert main(wrong) == 2 and not (tmp_path / "no").exists()


def test_values_are_those_of_solving_again() -> None:
    plan = load_plan(AN_GIANG)
    numbers = build_arrays(plan)
    table = marginal_values(plan).set_index(["kind", "id", "year"])["people_years"].sort_index()
    now = relaxed_value(numbers)
    for y, year in enumerate(plan.years):
        again = now - relaxed_value(with_ceiling(numbers, y, -1, 1e9))
        assert table["money", "total", year] == pytest.approx(again, abs=1e-4)
    for p, row in enumerate(plan.tables.programs):
        capacity = numbers.capacity.copy()
        capacity[p] += 10
        again = now - relaxed_value(replace(numbers, capacity=capacity))
        assert table["places", row.id].iloc[0] == pytest.approx(again, abs=1e-4)
    assert table.max() > 1


# --- many at once, each once


def trials_of(plan: Plan) -> Trials:
    return Trials(arrays_under_ceilings(plan), lambda objective: arrays_under_ceilings(due_later(plan, objective)))


def some_trials(plan: Plan) -> list[Trial]:
    """Limits raised in every way that a plan has, alone and with one another."""
    years = range(len(plan.years))
    paid = [
        Trial(cells=((year, source),), money=amount * STEP) for year in years for source, amount in ((-1, 3), (0, 50))
    ]
    seats = [
        Trial(program=p, places=4.0, free=free) for p in range(len(plan.tables.programs)) for free in (False, True)
    ]
    due = [row.due_year for row in plan.tables.objectives]
    later = [Trial(later=o) for o in range(len(due)) if due[o] < plan.last]
    both = [trial._replace(cells=((0, -1),), money=STEP, program=0, places=2.0) for trial in later]
    return [Trial(), Trial(free=True), *paid, *seats, *later, *both]


@settings(parent=quick, max_examples=40)
@given(plans(), st.sampled_from(["priority", "proportional"]))
def test_a_trial_among_others_is_the_run_of_its_own_arrays(drawn: Drawn, rule: str) -> None:
    plan = loaded(drawn, {"allocation": rule})
    trials, wanted = trials_of(plan), some_trials(plan)
    for trial, outcome in zip(wanted, trials.outcomes(wanted), strict=True):
        run = run_plan(trials.arrays_of([trial]))
        assert outcome.met.tolist() == run.met_when_due[:, 0].tolist(), trial
        assert outcome.funded_vnd == run.funded_vnd.sum(), trial
        assert outcome.cost_vnd == float(run.funded_vnd.sum()) + float(run.commitments_vnd.sum()), trial


@settings(parent=quick, max_examples=25)
@given(plans(rule="priority"))
def test_searches_find_together_what_each_finds_alone(drawn: Drawn) -> None:
    plan = loaded(drawn)
    objectives = range(len(plan.tables.objectives))
    ways = Attempts(plan, arrays_under_ceilings(plan))
    alone = [trials_of(plan).find(ways.of(objective)) for objective in objectives]
    assert trials_of(plan).find(search_together([ways.of(objective) for objective in objectives])) == alone


def test_a_trial_is_run_once_and_progress_hears_of_it() -> None:
    heard: list[tuple[int, int]] = []
    plan = load_plan(AN_GIANG, "proportional_rule")
    trials = Trials(
        arrays_under_ceilings(plan), lambda objective: build_arrays(plan), lambda *so_far: heard.append(so_far)
    )
    free = Trial(free=True)
    assert trials.outcomes([Trial(), free, free, Trial()]) == trials.outcomes([Trial(), free, free, Trial()])
    assert heard == [(1, 2), (2, 2)]
    nothing_more = [free._replace(cells=((0, -1),)), free._replace(program=0)]
    assert trials.outcomes(nothing_more) == trials.outcomes([free, free])
    assert heard == [(1, 2), (2, 2)], "a limit raised by nothing is the plan as it was"


@pytest.mark.parametrize("points", [1, 7, 63])
@pytest.mark.parametrize("least", [0.0, 1.0, 2.0, 340.0, 999.0, 1000.0, 2500.0])
def test_least_amount_finds_the_least(points: int, least: float) -> None:
    search, tried = least_amount(1000.0, points, 1.0), [0.0]
    amounts = next(search)
    while True:
        tried += [*amounts]
        try:
            amounts = search.send(amounts >= least)
        except StopIteration as end:
            assert end.value == least and (least == 0 or least - 1 in tried)
            assert len({*tried}) == len(tried) - 1, "0 alone is tried twice here"
            return


def test_goal_seek_hears_of_every_amount() -> None:
    heard: list[int] = []
    goal_seek(load_plan(HERE / "plans" / "counts", overrides={"allocation": "optimal"}), progress=heard.append)
    assert heard == sorted(heard) and heard[-1] >= 4


def test_values_and_their_progress_end_together() -> None:
    heard: list[tuple[int, int]] = []
    table = marginal_values(load_plan(AN_GIANG), progress=lambda *so_far: heard.append(so_far))
    assert heard == [(n, len(table)) for n in range(1, len(table) + 1)]
