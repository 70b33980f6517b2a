"""What must always hold, whatever the plan (docs/method.md; the method's section on invariants)."""

from __future__ import annotations

import copy
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from strategies import Tables, plans, write_plan
from test_model_agrees import COLUMNS, agree, reading
from trainplan.plan.plan import Plan, load_plan
from trainplan.results.tables import Results, compute
from trainplan.results.verdicts import LIMITS

Drawn = tuple[dict[str, Any], Tables]
DOUBLED = {
    "groups": ["headcount"],
    "headcounts": ["headcount"],
    "pipeline": ["learners"],
    "actuals": ["enrolled", "completed", "spent_vnd"],
    "observations": ["base", "reached"],
}
quick = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def loaded(drawn: Drawn, overrides: dict[str, Any] | None = None) -> Plan:
    assume(drawn[1]["objectives"])
    with tempfile.TemporaryDirectory() as folder:
        return load_plan(write_plan(Path(folder), *drawn), overrides=overrides)


def computed(drawn: Drawn, overrides: dict[str, Any] | None = None) -> Results:
    return compute(loaded(drawn, overrides))


@quick
@given(plans())
def test_random_plans_agree_with_the_reference(drawn: Drawn) -> None:
    plan = loaded(drawn)
    results = compute(plan)
    for stem, rows in reading(plan, results).items():
        agree(results[stem], rows, stem)


@quick
@given(plans())
def test_joiners_and_stayers_are_the_headcount(drawn: Drawn) -> None:
    plan = loaded(drawn)
    people = compute(plan)["workforce"]
    for row in plan.tables.groups:
        own = people[people["group"] == row.id]
        before = np.array([row.headcount, *own["headcount"][:-1]])
        assert np.allclose(before - own["leavers"] + own["joiners"], own["headcount"])
        assert (own["joiners"] >= 0).all()


@quick
@given(plans())
def test_sources_add_up_to_programs(drawn: Drawn) -> None:
    results = computed(drawn)
    for column in ("required_vnd", "funded_vnd"):
        by_year = results["cost"].groupby("year")[column].sum()
        budget = results["budget"].set_index("year")
        total = budget[budget["source"] == "total"][column]
        sources = budget[budget["source"] != "total"].groupby("year")[column].sum()
        assert np.allclose(by_year, total) and np.allclose(by_year, sources)


@quick
@given(plans())
def test_what_is_lacking_adds_up(drawn: Drawn) -> None:
    results = computed(drawn)
    budget, cost = results["budget"], results["cost"]
    sources = budget[budget["source"] != "total"]
    assert np.isclose(sources["lacking_vnd"].sum(), cost["required_vnd"].sum() - cost["funded_vnd"].sum(), atol=1)
    assert np.isclose(sources["lacking_vnd"].sum(), results.lacking_vnd, atol=1)
    assert (budget[budget["year"] < results.plan.decided_from]["lacking_vnd"] == 0).all()
    under = budget.dropna(subset="ceiling_vnd")
    assert np.allclose(under["over_vnd"] - under["unspent_vnd"], under["funded_vnd"] - under["ceiling_vnd"])


@quick
@given(plans())
def test_the_parts_of_a_gap_add_up_to_it(drawn: Drawn) -> None:
    verdicts = computed(drawn)["verdicts"]
    parts = verdicts[[f"missing_{limit}" for limit in LIMITS]]
    missed = verdicts["verdict"] != "met"
    assert np.allclose(parts[missed].sum(axis=1), verdicts.loc[missed, "gap"], atol=1e-9)
    assert parts[~missed].isna().all(axis=None) and (verdicts.loc[~missed, "binds"] == "").all()
    assert (parts[missed].max(axis=1) - _largest(parts[missed], verdicts.loc[missed, "binds"]) <= 1e-9).all()
    assert (verdicts.loc[missed, "best_reachable"] >= verdicts.loc[missed, "coverage"]).all()


def _largest(parts: pd.DataFrame, binds: pd.Series[str]) -> np.ndarray:
    return np.array([parts.loc[row, f"missing_{limit}"] for row, limit in binds.items()])


@quick
@given(plans(closed=False))
def test_an_actual_equal_to_the_plan_changes_nothing_that_happens(drawn: Drawn) -> None:
    choices, tables = copy.deepcopy(drawn)
    planned = computed((choices, tables))
    first = planned["enrollment"]["year"] == planned.plan.first
    spent = planned["cost"].groupby(["year", "program"])["funded_vnd"].sum()
    rows = planned["enrollment"][first].to_dict("records")
    once = {row["program"]: k for k, row in enumerate(rows)}
    tables["actuals"] = [
        {name: row[name] for name in ("year", "objective", "program")}
        | {"enrolled": int(row["funded"]), "completed": f"{row['completed']:.12f}"}
        | {"spent_vnd": f"{spent.get((row['year'], row['program']), 0):.6f}" if once[row["program"]] == k else 0}
        for k, row in enumerate(rows)
    ]
    choices["decided_from"] = planned.plan.first + 1
    closed = computed((choices, tables))
    assert np.array_equal(planned["enrollment"]["funded"], closed["enrollment"]["funded"])
    for stem, columns in (("gap", ["reached", "gap", "coverage"]), ("cost", ["funded_vnd"])):
        assert np.allclose(planned[stem][columns], closed[stem][columns], rtol=1e-9), stem


@quick
@given(plans())
def test_nobody_studies_who_was_not_enrolled(drawn: Drawn) -> None:
    plan = loaded(drawn)
    results = compute(plan)
    enrolled = results["enrollment"].groupby(["program", "year"])["funded"].sum()
    before = {p.id: sum(r.learners for r in plan.tables.pipeline if r.program == p.id) for p in plan.tables.programs}
    for row in results["classes"].itertuples():
        so_far = sum(enrolled.get((row.program, year), 0) for year in plan.years if year <= row.year)
        assert row.learners <= so_far + before[row.program] + 1e-9
    decided = results["enrollment"][results["enrollment"]["year"] >= plan.decided_from]
    assert (decided["funded"] <= decided["deliverable"]).all()
    assert (results["enrollment"]["deliverable"] <= results["enrollment"]["needed"]).all()


@quick
@given(plans())
def test_no_capacity_is_passed(drawn: Drawn) -> None:
    plan = loaded(drawn)
    new = compute(plan)["enrollment"].groupby(["program", "year"])["deliverable"].sum()
    for program in plan.tables.programs:
        if program.capacity is not None:
            assert all(new.get((program.id, year), 0) <= program.capacity + 1e-9 for year in plan.years)


@quick
@given(plans(rule="proportional"), st.sampled_from(["proportional", "priority"]))
def test_no_ceiling_is_passed_but_by_commitments(drawn: Drawn, rule: str) -> None:
    results = computed(drawn, {"allocation": rule})
    nothing_new = computed(drawn, {"allocation": rule, "programs.*.capacity": {"value": 0}})
    budget = results["budget"].merge(nothing_new["budget"], on=["year", "source"], suffixes=("", "_before"))
    for row in budget.dropna(subset="ceiling_vnd").itertuples():
        if row.year == results.plan.decided_from:  # later years carry this plan's own commitments
            assert row.funded_vnd <= max(row.ceiling_vnd, row.funded_vnd_before) + 1


@quick
@given(plans(rule="all"))
def test_a_change_and_its_inverse_give_back_the_plan(drawn: Drawn) -> None:
    changes = {"groups.*.headcount": {"scale": 2}, "programs.*.cost_per_learner_year": {"add": 500_000}}
    inverse = {"groups.*.headcount": {"scale": 0.5}, "programs.*.cost_per_learner_year": {"add": -500_000}}
    assume(drawn[1]["objectives"])
    with tempfile.TemporaryDirectory() as folder:
        write_plan(Path(folder), *drawn)
        plan = load_plan(folder)
        scenario = Path(folder) / "there.yaml"
        scenario.write_text("title: there\nset:\n" + "".join(f"  {a}: {c}\n" for a, c in changes.items()), "utf-8")
        back = load_plan(folder, scenario, inverse)
    assert back.tables == plan.tables
    for stem, table in compute(plan).tables.items():
        assert table.equals(compute(back)[stem]), stem


@quick
@given(plans(rule="all", kinds=("attainment", "annual", "appointment")))
def test_doubling_doubles_up_to_rounding(drawn: Drawn) -> None:
    choices, tables = copy.deepcopy(drawn)
    for row in tables["programs"]:
        row["capacity"] = ""
    once = computed((choices, tables))
    for table, columns in DOUBLED.items():
        for row in tables[table]:
            row |= {column: 2 * row[column] for column in columns if row[column] != ""}
    double = computed((choices, tables))
    difference = (double["gap"]["reached"] - 2 * once["gap"]["reached"]).abs()
    years = choices["last"] - choices["first"] + 1
    assert difference.max() <= 3 * years, "a person or two a year and objective is all that rounding can move"


@quick
@given(plans(rule="all", kinds=("attainment", "annual"), closed=False))
def test_two_halves_of_a_group_have_its_coverage(drawn: Drawn) -> None:
    choices, tables = copy.deepcopy(drawn)
    assume(tables["objectives"] and tables["groups"][0]["headcount"] >= 200)
    for row in tables["programs"]:
        row["capacity"] = ""
    whole = computed((choices, tables))
    halved = copy.deepcopy(tables)
    group = halved["groups"][0]
    group["headcount"] /= 2
    halved["groups"].append({**group, "id": "half"})
    for name in ("turnover", "objectives", "routes", "pipeline"):
        for row in list(halved[name]):
            own = row.get("group") == "g0" or any(
                o["id"] == row.get("objective") and o["group"] == "g0" for o in tables["objectives"]
            )
            if own:
                if name == "pipeline":
                    row["learners"] /= 2
                twin = dict(row)
                for key, value in (
                    ("group", "half"),
                    ("id", f"{row.get('id')}h"),
                    ("objective", f"{row.get('objective')}h"),
                ):
                    if key in twin:
                        twin[key] = value
                halved[name].append(twin)
    halves = computed((choices, halved))["gap"]
    own = {o["id"] for o in tables["objectives"] if o["group"] == "g0"}
    size = whole["workforce"].query("group == 'g0'")["headcount"].min()
    for row in whole["gap"].itertuples():
        if row.objective in own:
            half = halves[(halves["objective"] == f"{row.objective}h") & (halves["year"] == row.year)].iloc[0]
            assert half["coverage"] == pytest.approx(row.coverage, abs=0.01 + 12 / max(size, 1))


@quick
@given(plans(rule="all"))
def test_the_same_inputs_give_the_same_bytes(drawn: Drawn) -> None:
    one, other = computed(drawn), computed(drawn)
    for stem in COLUMNS:
        assert one[stem].to_csv() == other[stem].to_csv()
