"""Draws of a plan's ranges: collapsed, against a closed form, doubled, and the rules and drivers found from them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trainplan.analysis.failure_conditions import failure_conditions
from trainplan.analysis.monte_carlo import Uncertainty, over_ceilings, uncertainty
from trainplan.analysis.sampling import Ranges, range_cells, sobol_points
from trainplan.analysis.sensitivity import sensitivity
from trainplan.model.arrays import build_arrays
from trainplan.model.cost import cost_by_source
from trainplan.model.simulate import simulate
from trainplan.plan.find import scenario_names
from trainplan.plan.plan import Plan, load_plan
from trainplan.plan.ranges import LIMITS, Range
from trainplan.plan.schema import TABLES, Headcount
from trainplan.results.tables import compute
from trainplan.text.problems import PlanError

PROVINCE = "an_giang_2011_2015"
SOUND = Path(__file__).parent / "broken" / "sound"
WORKED = Path(__file__).parent / "plans" / "worked_example"
TEXT = {"vi": "thử", "en": "test"}


def span(address: str, distribution: str, form: str = "value", **numbers: float) -> Range:
    return Range(address=address, form=form, distribution=distribution, name=TEXT, reason=TEXT, **numbers)


def with_ranges(plan: Plan, *ranges: Range) -> Plan:
    return replace(plan, ranges=ranges)


def collapsed(plan: Plan) -> Plan:
    """The plan with every range at what it says: a factor 1, a summand 0, or the value that the plan has."""
    parts = {"triangular": ("low", "mode", "high"), "uniform": ("low", "high"), "normal": ("mean",)}
    ranges = []
    for one in plan.ranges:
        still = {"scale": 1.0, "add": 0.0, "value": range_cells(plan, one)[0].value}[one.form]
        ranges.append(one.model_copy(update=dict.fromkeys(parts[one.distribution], still)))
    return with_ranges(plan, *ranges)


@pytest.mark.parametrize("scenario", ["base", "priority_rule", "requirement", "cadre_rotation", "optimal_rule"])
@pytest.mark.parametrize("loop", ["closed", "open"])
def test_collapsed_ranges_give_the_plan_to_the_last_bit(scenario: str, loop: str) -> None:
    plan = load_plan(PROVINCE, scenario)
    draws, results = uncertainty(collapsed(plan), 64, loop=loop if scenario != "optimal_rule" else ""), compute(plan)
    found, gap = draws.probabilities, results["gap"]
    for column in ("p05", "p50", "p95"):
        assert list(found[column]) == list(gap["coverage"])
    when_due = gap["met"].notna()
    assert list(found.loc[when_due, "probability_met"]) == [float(met) for met in gap.loc[when_due, "met"]]
    cost = results["cost"].groupby("year")["funded_vnd"].sum()
    assert np.allclose(draws.cost_bands["p50"], cost, rtol=1e-12)


def test_the_probability_is_that_of_the_closed_form() -> None:
    """One group, one course, one year: all 605 idle people study where r is low, so the target of 900 is met where
    r · 605 makes up for what the 395 holders lack, less than half a person."""
    target = {"objectives.qualified.target_low": 0.9, "objectives.qualified.target_high": 0.9}
    plan = load_plan(WORKED, overrides={"last": 2011, "objectives.qualified.due": 2011, **target})
    idle, missing = 1000 - 395, 900 - 395 - 0.5
    threshold = missing / idle
    low, high = 0.7, 1.0
    exact = (high - threshold) / (high - low)
    found = uncertainty(with_ranges(plan, span("programs.course.completion_rate", "uniform", low=low, high=high)))
    row = found.probabilities.merge(found.errors).iloc[-1]
    assert 0.1 < exact < 0.9
    assert abs(row["probability_met"] - exact) <= row["error"]


@pytest.fixture(scope="module")
def province() -> dict[int, Uncertainty]:
    plan = load_plan(PROVINCE, "priority_rule")
    return {draws: uncertainty(plan, draws) for draws in (4096, 8192)}


def test_doubling_the_draws_changes_less_than_the_stated_error(province: dict[int, Uncertainty]) -> None:
    few, many = province[4096], province[8192]
    change = (few.probabilities["probability_met"] - many.probabilities["probability_met"]).abs()
    assert (change <= few.errors["error"]).all()
    assert few.errors["error"].max() < 0.05, "an error so large states nothing"


def test_the_size_of_a_part_changes_nothing() -> None:
    plan = load_plan(PROVINCE)
    one, other = (uncertainty(plan, 2000, chunk=chunk) for chunk in (16, 2048))
    pd.testing.assert_frame_equal(one.probabilities, other.probabilities, check_exact=True)
    pd.testing.assert_frame_equal(one.cost_bands, other.cost_bands, check_exact=True)


def test_scenarios_share_their_draws() -> None:
    base, other = (uncertainty(load_plan(PROVINCE, name), 64) for name in ("base", "completion_down"))
    assert np.array_equal(base.inputs, other.inputs)


def test_draws_stay_what_columns_allow() -> None:
    plan = load_plan(PROVINCE, "ambition_high", {"programs.*.completion_rate": 0.99})
    ranges = Ranges.of(plan)
    wild = [one.model_copy(update={"low": 0.0, "high": 9.0}) for one in ranges.ranges]
    drawn = replace(ranges, ranges=tuple(wild)).cell_values(np.full((len(wild), 3), 9.0))
    for address, values in drawn.items():
        table, column = address.split(".")[0], address.rsplit(".", 1)[1]
        low, high = LIMITS[table, column]
        assert ((values >= low) & (values <= high)).all(), address


@pytest.mark.parametrize(
    "one",
    [
        span("groups.g.growth", "triangular", low=0.2, mode=0.3, high=0.7),
        span("groups.g.growth", "uniform", low=-1, high=4),
        span("groups.g.growth", "normal", mean=2, sd=0.5),
    ],
    ids=lambda one: one.distribution,
)
def test_points_have_the_mean_and_spread_of_their_distribution(one: Range) -> None:
    from trainplan.analysis.sampling import quantile

    values = quantile(one, np.concatenate(list(sobol_points(1, 4096, 7)), axis=1)[0])
    if one.distribution == "triangular":
        a, c, b = one.shape
        mean, variance = (a + b + c) / 3, (a * a + b * b + c * c - a * b - a * c - b * c) / 18
    elif one.distribution == "uniform":
        mean, variance = 1.5, 25 / 12
    else:
        mean, variance = 2, 0.25
    assert values.mean() == pytest.approx(mean, abs=2e-3)
    assert values.var() == pytest.approx(variance, rel=1e-2)


COUNTED = Headcount(group="leaders", year=2012, headcount=1450, basis="assumption: planned")


@pytest.mark.parametrize(("table", "column"), LIMITS)
def test_limits_are_those_of_the_columns(table: str, column: str) -> None:
    """What a draw may be is what the record of the table accepts, and no more; a baseline's kind says the rest."""
    rows = load_plan(PROVINCE).tables[table] or [COUNTED]  # the province has no table of head-counts
    record, row = TABLES[table].record, rows[0].model_dump()
    low, high = LIMITS[table, column]
    for value in (v for v in (low, high) if np.isfinite(v)):
        record.model_validate({**row, column: value})
    beyond = [low - 1e-3] if column == "baseline" else [v for v in (low - 1e-3, high + 1e-3) if np.isfinite(v)]
    for value in beyond:
        with pytest.raises(ValueError, match=r"type=(above|at_least|at_most|share_at_most)"):
            record.model_validate({**row, column: value})


def test_a_rule_is_as_often_right_as_it_says(province: dict[int, Uncertainty]) -> None:
    """Counted anew, draw by draw, in the half that the rule was not found in."""
    draws = province[8192]
    told = [rule for rule in failure_conditions(draws) if rule.conditions]
    assert told
    for rule in told:
        o = [row.id for row in draws.plan.tables.objectives].index(rule.objective)
        named = right = misses = 0
        for draw in range(1, draws.draws, 2):
            values = [draws.inputs[c.input, draw] for c in rule.conditions]
            each = [
                v < c.threshold if c.below else v >= c.threshold for v, c in zip(values, rule.conditions, strict=True)
            ]
            says, missed = any(each) if rule.either else all(each), draws.met[o, draw] == 0
            named, misses, right = named + says, misses + missed, right + (says and missed)
        assert rule.right == pytest.approx(right / named)
        assert rule.found == pytest.approx(right / misses)
        assert rule.right > rule.missed, "a rule must know more than the rate of misses"


def test_a_rule_finds_the_condition_that_was_built_in() -> None:
    from trainplan.analysis.failure_conditions import find_rule

    inputs = np.concatenate(list(sobol_points(4, 4096, 3)), axis=1)
    alone = find_rule("o", inputs, inputs[2] < 0.3)
    assert [(c.input, c.below) for c in alone.conditions] == [(2, True)]
    assert alone.conditions[0].threshold == pytest.approx(0.3, abs=0.03)
    both = find_rule("o", inputs, (inputs[0] < 0.5) & (inputs[3] >= 0.6))
    assert {(c.input, c.below) for c in both.conditions} == {(0, True), (3, False)} and not both.either
    one_of = find_rule("o", inputs, (inputs[0] < 0.2) | (inputs[1] >= 0.75))
    assert {(c.input, c.below) for c in one_of.conditions} == {(0, True), (1, False)} and one_of.either
    for found in (alone, both, one_of):
        assert found.right > 0.97 and found.found > 0.97


def test_swings_are_runs_of_the_plan_with_the_change() -> None:
    plan = load_plan(PROVINCE)
    found = sensitivity(plan, design=64).set_index(["objective", "input"])
    for one in plan.ranges[:6:2]:
        for column, end in zip(("low", "high"), one.ends, strict=True):
            changes: dict[str, Any] = {address: {one.form: end} for address in one.address}
            verdicts = compute(load_plan(PROVINCE, overrides=changes))["verdicts"].set_index("objective")
            for objective, coverage in verdicts["coverage"].items():
                assert found.loc[(objective, " ".join(one.address)), column] == coverage


def test_shares_of_the_variance_are_those_of_a_sum() -> None:
    """Coverage of a single course without limits is linear in the baseline: all of the variance is its own."""
    plan = load_plan(WORKED, overrides={"last": 2011, "objectives.qualified.due": 2011})
    ranges = (
        span("objectives.qualified.baseline", "uniform", low=0.1, high=0.2),
        span("programs.course.cost_per_learner_year", "uniform", form="scale", low=0.9, high=1.1),
    )
    shares = sensitivity(with_ranges(plan, *ranges)).set_index("input")["share"]
    assert shares["objectives.qualified.baseline"] == pytest.approx(1, abs=0.05)
    assert shares["programs.course.cost_per_learner_year"] == 0


def test_a_replayed_plan_costs_what_it_costs_and_says_what_passes_the_ceilings() -> None:
    plan = load_plan(PROVINCE)
    replayed, planned_anew = uncertainty(plan, 256, loop="open"), uncertainty(plan, 256)
    assert replayed.over.max() > 0
    assert planned_anew.over[0].max() == 0, "nothing was committed before the first year but what fits"
    assert replayed.coverage.mean() > planned_anew.coverage.mean(), "money that does not arrive is spent all the same"


def test_a_plan_without_ranges_says_so() -> None:
    with pytest.raises(PlanError, match="no ranges"):
        uncertainty(load_plan(WORKED))
    with pytest.raises(PlanError, match="at least 32"):
        uncertainty(load_plan(PROVINCE), 5)


def test_ranges_hold_in_every_scenario() -> None:
    """A factor applies to the changed number; the ranges themselves stay those of the plan file."""
    base = load_plan(PROVINCE)
    for name in scenario_names(base.path):
        assert load_plan(base.path, name).ranges == base.ranges
    half = load_plan(base.path, overrides={"ceilings.*.ceiling_vnd": 1e9})
    cells = Ranges.of(half).cells[0]
    assert {cell.value for cell in cells} == {1e9}


def test_an_empty_cell_stays_empty_while_others_are_tried() -> None:
    """A range gives a program without a limit one; where the other range is swung, there is none."""
    plan = load_plan(WORKED)
    ranges = (
        span("programs.course.capacity", "uniform", low=0, high=1),
        span("groups.officials.leave_rate", "uniform", form="scale", low=1, high=1),
    )
    found = sensitivity(with_ranges(plan, *ranges), design=16).set_index("input")
    planned = compute(plan)["verdicts"]["coverage"].iloc[0]
    assert found.loc["groups.officials.leave_rate", "low"] == planned
    assert found.loc["programs.course.capacity", "high"] < planned


def test_every_draw_is_a_plan_that_the_checks_accept() -> None:
    """The numbers of a draw, given as overrides, are checked and computed to the same coverage, to the last bit."""
    plan = load_plan(PROVINCE)
    draws = uncertainty(plan, 64)
    for draw in (0, 17, 63):
        cells = Ranges.of(plan).cell_values(draws.inputs[:, [draw]])
        changes: dict[str, Any] = {address: float(values[0]) for address, values in cells.items()}
        units = {"unit_headcounts.*.headcount": {"scale": 0.5}}  # bodies have no more people than their group
        found = compute(load_plan(PROVINCE, overrides={**changes, **units}))["gap"]["coverage"]
        assert list(found) == list(draws.coverage[:, :, draw].ravel())


def test_money_left_with_one_source_pays_for_no_other() -> None:
    """Learners pay a part of their own: what passes the province's ceiling is over, whatever the total leaves."""
    ceilings = {"ceilings.2023/province.ceiling_vnd": 1000}
    arrays = build_arrays(load_plan(SOUND, overrides={"allocation": "all", **ceilings}))
    run = simulate(arrays)
    by_province = cost_by_source(arrays, run.funded_vnd)[2, 0]
    assert over_ceilings(run)[2] == by_province - 1000 > 0
