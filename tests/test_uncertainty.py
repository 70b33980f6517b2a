"""Draws of a plan's ranges: collapsed, against a closed form, doubled, and the rules and drivers found from them."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings

from strategies import Tables, plans, write_plan
from trainplan.analysis.failure_conditions import conditions_table, failure_conditions, find_rule
from trainplan.analysis.monte_carlo import Uncertainty, over_ceilings, probabilities_when_due, quantiles, uncertainty
from trainplan.analysis.sampling import Ranges, range_cells, sobol_points
from trainplan.analysis.sensitivity import sensitivity
from trainplan.model.arrays import build_arrays
from trainplan.model.cost import cost_by_source
from trainplan.model.simulate import simulate
from trainplan.plan.address import record_key
from trainplan.plan.find import scenario_names
from trainplan.plan.plan import Plan, load_plan
from trainplan.plan.ranges import LIMITS, Range
from trainplan.plan.schema import TABLES, Headcount
from trainplan.report.sentences.uncertainty import describe_condition
from trainplan.results.tables import compute
from trainplan.text.problems import PlanError

PROVINCE = "an_giang_2011_2015"
SOUND = Path(__file__).parent / "broken" / "sound"
WORKED = Path(__file__).parent / "plans" / "worked_example"
LIMITED = {"allocation": "priority"} | {f"ceilings.{year}/total.ceiling_vnd": 2e8 for year in range(2011, 2016)}
TEXT = {"vi": "thử", "en": "test"}


MONEY = "ceilings.{year}/total.ceiling_vnd"


def span(address: str, distribution: str, form: str = "value", each_year: bool = False, **numbers: float) -> Range:
    words = {"name": TEXT, "reason": TEXT, "each_year": each_year}
    return Range(address=address, form=form, distribution=distribution, **words, **numbers)


def with_ranges(plan: Plan, *ranges: Range) -> Plan:
    return replace(plan, ranges=ranges)


def collapsed(plan: Plan) -> Plan:
    """The plan with every range at what it says: a factor 1, a summand 0, or the value that the plan has."""
    parts = {"triangular": ("low", "mode", "high"), "uniform": ("low", "high"), "normal": ("mean",)}
    ranges = []
    for one in plan.ranges:
        first = range_cells(plan, one.addresses(plan.open_years), "value")[0].value
        still = {"scale": 1.0, "add": 0.0, "value": first}[one.form]
        ranges.append(one.model_copy(update=dict.fromkeys(parts[one.distribution], still)))
    return with_ranges(plan, *ranges)


@pytest.mark.parametrize("scenario", ["base", "proportional_rule", "requirement", "cadre_rotation", "optimal_rule"])
@pytest.mark.parametrize("loop", ["closed", "open"])
def test_collapsed_ranges_give_the_plan_to_the_last_bit(scenario: str, loop: str) -> None:
    plan = load_plan(PROVINCE, scenario)
    yearly = span(MONEY, "normal", "scale", each_year=True, mean=1, sd=0)
    plan = with_ranges(plan, *plan.ranges, yearly)
    draws, results = uncertainty(collapsed(plan), 64, loop=loop if scenario != "optimal_rule" else ""), compute(plan)
    found, gap = draws.probabilities, results["gap"]
    for column in ("p05", "p50", "p95"):
        assert list(found[column]) == list(gap["coverage"])
    when_due = gap["met"].notna()
    assert list(found.loc[when_due, "probability_met"]) == [float(met) for met in gap.loc[when_due, "met"]]
    cost = results["cost"].groupby("year")["funded_vnd"].sum()
    for point in ("p05", "p50", "p95"):
        assert np.allclose(draws.cost_bands[point], [*cost, cost.sum()], rtol=1e-12)
    assert draws.planned_cost == pytest.approx(cost.sum(), rel=1e-12)
    enrollment = results["enrollment"]
    turns = enrollment.groupby("year")["funded"].sum()
    found = draws.enrollment_bands[draws.enrollment_bands["program"] == "all"]
    assert list(found["p05"]) == list(found["p95"]) == [*turns, turns.sum()]
    sent = enrollment.groupby("objective", sort=False)["funded"].sum()
    counts = [row.id for row in plan.tables.objectives if row.kind == "count"]
    sent[counts] = gap[gap["year"] == plan.last].set_index("objective")["reached"][counts]  # with those of their parts
    found = draws.sent_bands[draws.sent_bands["year"] == "all"].set_index("objective")
    assert found["p05"].to_dict() == found["p95"].to_dict() == sent.to_dict()
    nearly = results["verdicts"].set_index("objective")["verdict"] != "missed"
    due = probabilities_when_due(draws).set_index("objective")["probability_nearly"]
    assert due.to_dict() == nearly.astype(float).to_dict()


def still_ranges(plan: Plan) -> list[Range]:
    """A range without any width on every number that a range may move, drawn anew each year where rows have years."""
    ranges = []
    for table, column in LIMITS:
        for one in {record_key(table, row) for row in plan.tables[table] if getattr(row, column) is not None}:
            year = next((year for year in plan.open_years if str(year) in one.split("/")), None)
            row = one if year is None else one.replace(str(year), "{year}")
            address = f"{table}.{row}.{column}"
            ranges.append(span(address, "normal", "add", each_year=year is not None, mean=0, sd=0))
    return ranges


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(plans())
def test_collapsed_ranges_of_random_plans_give_the_plan_exactly(drawn: tuple[dict, Tables]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assume(drawn[1]["objectives"])
        plan = load_plan(write_plan(Path(folder), *drawn))
    draws, results = uncertainty(with_ranges(plan, *still_ranges(plan)), 32), compute(plan)
    for point in ("p05", "p50", "p95"):
        assert list(draws.probabilities[point]) == list(results["gap"]["coverage"])
    assert len({*draws.cost_bands.iloc[-1][["p05", "p50", "p95"]], draws.planned_cost}) <= 2, "a last bit at most"


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
    plan = load_plan(PROVINCE)
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


def by_year(ranges: Ranges, values: np.ndarray) -> dict[int, np.ndarray]:
    """What draws make of the ceilings on the total, (D,) by year."""
    cells = ranges.cell_values(values)
    return {int(address.split(".")[1].split("/")[0]): drawn for address, drawn in cells.items()}


def test_a_range_of_every_year_is_drawn_once_or_anew() -> None:
    """Only the years that the plan decides are drawn; a level and a yearly deviation on the same cells multiply."""
    plan = load_plan(PROVINCE, overrides={"decided_from": 2012, "ceilings.*.ceiling_vnd": 1e9})
    once = span(MONEY, "uniform", "scale", low=0.5, high=1)
    anew = span(MONEY, "uniform", "scale", each_year=True, low=0.9, high=1.1)
    found = {}
    for name, spans in {"once": [once], "anew": [anew], "both": [once, anew]}.items():
        ranges = Ranges.of(with_ranges(plan, *spans))
        points = np.concatenate(list(sobol_points(ranges.dimensions, 512, 1)), axis=1)
        found[name] = ranges, ranges.inputs_at(points)
    together = by_year(*found["once"])
    assert list(together) == [2012, 2013, 2014, 2015]
    assert all(np.array_equal(together[2012], drawn) for drawn in together.values())
    apart = by_year(*found["anew"])
    assert list(apart) == [2012, 2013, 2014, 2015]
    assert np.abs(np.corrcoef([*apart.values()]) - np.eye(4)).max() < 0.05
    ranges, inputs = found["both"]
    assert [one.year for one in ranges.inputs] == [None, 2012, 2013, 2014, 2015]
    for row, (year, drawn) in enumerate(by_year(ranges, inputs).items(), start=1):
        assert np.array_equal(drawn, 1e9 * inputs[0] * inputs[row]), year


def test_scenarios_that_close_other_years_share_their_draws() -> None:
    anew = span(MONEY, "uniform", "scale", each_year=True, low=0.9, high=1.1)
    level = span("groups.*.leave_rate", "uniform", "scale", low=0.9, high=1.1)
    drawn = {}
    for first in (2011, 2013):
        ranges = Ranges.of(with_ranges(load_plan(PROVINCE, overrides={"decided_from": first}), anew, level))
        points = np.concatenate(list(sobol_points(ranges.dimensions, 64, 1)), axis=1)
        drawn[first] = {one.year: row for one, row in zip(ranges.inputs, ranges.inputs_at(points), strict=True)}
    assert set(drawn[2011]) - set(drawn[2013]) == {2011, 2012}
    assert all(np.array_equal(row, drawn[2011][year]) for year, row in drawn[2013].items())


def test_a_plan_that_decides_nothing_has_nothing_to_draw_in_its_open_years() -> None:
    plan = load_plan(PROVINCE, overrides={"decided_from": 2016})
    plan = with_ranges(plan, span(MONEY, "uniform", "scale", each_year=True, low=0.5, high=1))
    draws, results = uncertainty(plan, 64), compute(plan)
    assert draws.inputs.shape == (0, 64)
    assert list(draws.probabilities["p05"]) == list(draws.probabilities["p95"]) == list(results["gap"]["coverage"])
    drivers = sensitivity(plan, design=16)
    assert list(drivers["low"]) == list(results["verdicts"]["coverage"]) and not drivers["share"].any()
    assert not any(rule.conditions for rule in failure_conditions(draws))


def test_draws_stay_what_columns_allow() -> None:
    plan = load_plan(PROVINCE, "ambition_high", {"programs.*.completion_rate": 0.99})
    ranges = Ranges.of(plan)
    wild = [one._replace(range=one.range.model_copy(update={"low": 0.0, "high": 9.0})) for one in ranges.inputs]
    drawn = replace(ranges, inputs=tuple(wild)).cell_values(np.full((len(wild), 3), 9.0))
    for address, values in drawn.items():
        table, column = address.split(".")[0], address.rsplit(".", 1)[1]
        low, high = LIMITS[table, column]
        assert ((values >= low) & (values <= high)).all(), address


def test_a_later_number_stops_no_range_that_scales_or_adds(tmp_path: Path) -> None:
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    rows = "group,year,leave_rate,as_of,basis\ndelegates,2021,0.65,,law: x\ndelegates,2021,0.11,2021-12-31,law: x\n"
    (plan / "turnover.csv").write_text(rows, "utf-8")
    text = (plan / "plan.yaml").read_text("utf-8").split("uncertain:")[0]
    one = "uncertain:\n- {address: turnover.*.leave_rate, form: FORM, distribution: triangular, low: LOW, mode: MODE, "
    one += "high: 0.3, name: {vi: Tên}, reason: {vi: Vì sao}}\n"

    def loaded(form: str, low: float, mode: float) -> Plan:
        own = one.replace("FORM", form).replace("LOW", str(low)).replace("MODE", str(mode))
        (plan / "plan.yaml").write_text(text + own, "utf-8")
        return load_plan(plan)

    ranges = Ranges.of(loaded("add", -0.15, 0))
    [(address, drawn)] = ranges.cell_values(np.array([[-0.15, 0.0, 0.3]])).items()
    assert address == "turnover.delegates/2021.leave_rate" and list(drawn) == [0.0, 0.11, 0.41]
    for form, low, mode in (("add", -0.3, -0.2), ("value", -0.1, 0.1)):
        with pytest.raises(PlanError):
            loaded(form, low, mode)


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
    for value in (low, high):
        record.model_validate({**row, column: value})
    beyond = [low - 1e-3] if column == "baseline" else [low - 1e-3, np.nextafter(high, np.inf)]
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
            changes: dict[str, Any] = {address: {one.form: end} for address in one.addresses(plan.open_years)}
            verdicts = compute(load_plan(PROVINCE, overrides=changes))["verdicts"].set_index("objective")
            for objective, coverage in verdicts["coverage"].items():
                assert found.loc[(objective, " ".join(one.address)), column] == coverage


def test_a_range_drawn_anew_each_year_is_one_driver() -> None:
    """At an end all its years are there at once; over a single year it is what a range drawn once is."""
    plan = load_plan(PROVINCE)
    anew = span(MONEY, "uniform", "scale", each_year=True, low=0.6, high=1.1)
    other = span("programs.*.completion_rate", "uniform", "scale", low=0.9, high=1)
    found = sensitivity(with_ranges(plan, anew, other), design=64)
    assert list(found["input"].unique()) == [f"{MONEY} each_year", "programs.*.completion_rate"]
    changes = {address: {"scale": 0.6} for address in anew.addresses(plan.years)}
    least = compute(load_plan(PROVINCE, overrides=changes))["verdicts"]["coverage"]
    assert list(found.loc[found["input"] == f"{MONEY} each_year", "low"]) == list(least)
    assert found.loc[found["input"] == f"{MONEY} each_year", "share"].max() > 0.5

    one_year = {
        "last": 2011,
        "objectives.qualified.due": 2011,
        "ceilings.2011/total.ceiling_vnd": 2e8,
        "allocation": "priority",
    }
    short = load_plan(WORKED, overrides=one_year)
    shares = [
        sensitivity(with_ranges(short, span(MONEY, "uniform", "scale", each_year, low=0.3, high=0.9), other), design=64)
        for each_year in (True, False)
    ]
    assert list(shares[0]["share"]) == list(shares[1]["share"]) and shares[0]["share"].iloc[0] > 0.5


def test_a_condition_of_a_range_drawn_anew_each_year_names_the_year() -> None:
    plan = load_plan(WORKED, overrides=LIMITED)
    plan = with_ranges(plan, span(MONEY, "uniform", "scale", each_year=True, low=0.1, high=1))
    draws = uncertainty(plan, 2048)
    missed = draws.inputs[plan.years.index(2013)] < 0.4
    rule = find_rule("qualified", draws.inputs, missed)
    table = conditions_table(plan, [rule])
    assert table["rule"].iloc[0].startswith("ceilings.2013/total.ceiling_vnd scale < 0.")
    for language, words in {"vi": "thử (2013) dưới", "en": "test (2013) below"}.items():
        assert words in describe_condition(plan, rule.conditions[0], language)


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


def test_a_rule_that_decides_all_years_at_once_is_only_replayed() -> None:
    plan = with_ranges(
        load_plan(SOUND, overrides={"allocation": "optimal"}),
        span("groups.officials.leave_rate", "uniform", low=0.02, high=0.09),
    )
    with pytest.raises(PlanError, match=r"--loop: 'closed'.*`open`"):
        uncertainty(plan, 64, loop="closed")
    assert uncertainty(plan, 64).loop == "open"


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


@pytest.mark.parametrize("shape", [(7,), (3, 40), (2, 3, 33)])
@pytest.mark.parametrize("kind", [float, np.int32])
def test_points_over_the_draws_are_those_of_every_row(shape: tuple[int, ...], kind: type) -> None:
    values = (np.random.default_rng(1).standard_normal(shape) * 1000).astype(kind)
    expected = np.quantile(values, [0.05, 0.5, 0.95], axis=-1)
    for (name, points), wanted in zip(quantiles(values).items(), expected, strict=True):
        assert name in ("p05", "p50", "p95")
        assert points == pytest.approx(wanted.ravel(), rel=1e-12, abs=1e-9)
