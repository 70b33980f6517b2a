"""Why two scenarios differ: parts that add up, whatever the order, and as worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainplan.analysis.attribution import (
    COST,
    MET,
    attribute,
    attribute_each,
    outcomes_of_sets,
    shares_by_drawn_orders,
    shares_by_every_set,
)
from trainplan.plan.find import scenario_names
from trainplan.plan.plan import Plan, load_plan
from trainplan.report.sentences import differences_left_out
from trainplan.results.compare import compare
from trainplan.results.tables import compute
from trainplan.results.verdicts import count_met

PROVINCE = "an_giang_2011_2015"
WORKED = Path(__file__).parent / "plans" / "worked_example"


def results(plan: Plan) -> dict[str, float]:
    """What `differences` explains, from the result tables."""
    tables = compute(plan)
    verdicts = tables["verdicts"]
    coverage = dict(zip(verdicts["objective"], verdicts["coverage"], strict=True))
    met = count_met(plan, verdicts["verdict"] == "met")["met"]
    return {**coverage, COST: tables["cost"]["funded_vnd"].sum(), MET: float(met)}


@pytest.mark.parametrize("scenario", scenario_names(load_plan(PROVINCE).path))
def test_parts_add_up_to_the_difference(scenario: str) -> None:
    base, other = load_plan(PROVINCE), load_plan(PROVINCE, scenario)
    parts = attribute(base, other).groupby("result")["part"].sum()
    before, after = results(base), results(other)
    for result in before:
        assert parts[result] == pytest.approx(after[result] - before[result], rel=1e-9, abs=1e-9), result


def test_two_changes_as_by_hand() -> None:
    """Cost of the worked example with learners twice as dear and the target asked for at once.

    A change's part is the mean of what it adds first and what it adds last.
    """
    base = load_plan(WORKED)
    price, pace = {"programs.course.cost_per_learner_year": 4e6}, {"pacing": "front"}
    other = load_plan(WORKED, overrides={**price, **pace})
    runs = [base, load_plan(WORKED, overrides=price), load_plan(WORKED, overrides=pace), other]
    none, with_price, with_pace, both = (results(plan)[COST] for plan in runs)
    parts = attribute(base, other).query("result == @COST").set_index("change")["part"]
    assert parts["programs.course.cost_per_learner_year"] == pytest.approx(
        ((with_price - none) + (both - with_pace)) / 2
    )
    assert parts["pacing"] == pytest.approx(((with_pace - none) + (both - with_price)) / 2)


def test_the_order_of_changes_does_not_matter() -> None:
    base = load_plan(PROVINCE)
    changes = {
        "groups.*.leave_rate": {"scale": 1.3},
        "ceilings.*.ceiling_vnd": {"scale": 0.8},
        "allocation": "priority",
        "programs.*.capacity": 100,
    }
    one = load_plan(PROVINCE, overrides=changes)
    other = load_plan(PROVINCE, overrides=dict(reversed(changes.items())))
    forth, back = (attribute(base, plan).set_index(["result", "change"])["part"] for plan in (one, other))
    assert forth.sort_index().equals(back.sort_index())


def test_there_and_back_are_opposite() -> None:
    base, other = load_plan(PROVINCE), load_plan(PROVINCE, "cadre_rotation")
    forth = attribute(base, other).set_index(["result", "change"])["part"]
    back = attribute(other, base).set_index(["result", "change"])["part"]
    assert np.allclose(forth, -back[forth.index], rtol=1e-9, atol=1e-6)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(1, 6), st.integers(0, 10**6))
def test_shares_of_any_game(count: int, seed: int) -> None:
    """Of any game: parts add up; a change that does nothing has none; equal changes have equal parts."""
    value = np.random.default_rng(seed).normal(size=2 ** (count - 1))

    def game(sets: np.ndarray) -> np.ndarray:
        """The last change does nothing; the first two are interchangeable."""
        seen = sets[:, : count - 1].copy()
        if seen.shape[1] > 1:
            seen[:, :2] = np.sort(seen[:, :2], axis=1)
        return value[seen @ (1 << np.arange(count - 1))][None] if count > 1 else np.zeros((1, len(sets)))

    parts, errors = shares_by_every_set(game, count)
    everything, nothing = np.ones((1, count), int), np.zeros((1, count), int)
    assert parts.sum() == pytest.approx(game(everything)[0, 0] - game(nothing)[0, 0])
    assert parts[0, -1] == pytest.approx(0, abs=1e-12)
    if count > 2:
        assert parts[0, 0] == pytest.approx(parts[0, 1])
    assert not errors.any()


def test_drawn_orders_come_within_the_stated_error() -> None:
    base, other = load_plan(PROVINCE), load_plan(PROVINCE, "cadre_rotation")
    from trainplan.analysis.attribution import changes_by_address

    groups = list(changes_by_address(base, other).values())
    exact, _ = shares_by_every_set(lambda sets: outcomes_of_sets(base, groups, sets), len(groups))
    drawn, error = shares_by_drawn_orders(lambda sets: outcomes_of_sets(base, groups, sets), len(groups), orders=64)
    assert (np.abs(exact - drawn) <= 1.5 * error + 1e-9).all()
    assert np.allclose(drawn.sum(axis=1), exact.sum(axis=1))


def test_more_changes_than_can_be_tried_have_a_stated_error() -> None:
    parts = attribute(load_plan(PROVINCE), load_plan(PROVINCE, "requirement_nominal"))
    assert parts["change"].nunique() == 13
    assert (parts.query("result == @COST")["error"] > 0).any()
    assert (parts["error"] >= 0).all()


def test_plans_that_do_not_differ_have_no_difference() -> None:
    assert attribute(load_plan(PROVINCE), load_plan(PROVINCE, overrides={"language": "en"})).empty
    assert attribute(
        load_plan(WORKED), load_plan(WORKED, overrides={"last": 2014, "objectives.qualified.due": 2014})
    ).empty


def test_a_difference_that_is_not_shared_out_is_told() -> None:
    """Of a rule that decides all years at once, every set of changes would take a best plan of its own."""
    changes = {f"programs.course.{column}": 4e6 for column in ("cost_per_learner_year", "cost_per_class_year")}
    one, other = (
        load_plan(WORKED, overrides={"allocation": rule, **more})
        for rule, more in (("priority", {}), ("optimal", {**changes, "pacing": "front"}))
    )
    comparison = compare([compute(plan) for plan in (one, other)])
    assert attribute_each(one, [other]) == []
    assert differences_left_out(comparison, [], "en")[0].startswith(f"The difference of {other.scenario_title('en')}")
    assert differences_left_out(comparison, [(other, attribute(one, one))], "en") == []
    assert differences_left_out(compare([compute(one)] * 2), [], "en") == []
