"""The best plan: confirmed by trying everything, by another solver, and by what must hold for any plan."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import swiglpk as glpk
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from strategies import Tables, plans
from test_properties import Drawn, loaded, quick
from trainplan.analysis.rule_comparison import compare_rules
from trainplan.model.arrays import Array, Arrays, build_arrays
from trainplan.model.from_plan import NUMBERS
from trainplan.model.simulate import Run, simulate
from trainplan.optimize.best_plan import Optimum, run_plan, solve_best_plan, weighted_shortfall
from trainplan.optimize.constants import Constants
from trainplan.optimize.formulation import build_formulation
from trainplan.optimize.lp import Solver
from trainplan.optimize.rounding import round_enrollment
from trainplan.optimize.search import search_whole_people
from trainplan.plan.plan import load_plan
from trainplan.results.tables import compute

HERE = Path(__file__).parent
PLANS = ["new_province", "counts", "long_courses", "one_year", "shrinking", "worked_example"]
SLIGHT = 1e-3  # people-years


def small(name: str) -> Arrays:
    return build_arrays(load_plan(HERE / "plans" / name, overrides={"allocation": "optimal"}))


def under(plan: Arrays, rule: str) -> float:
    return weighted_shortfall(plan, simulate(replace(plan, allocation=rule)))


def spent(plan: Arrays, run: Run) -> Array:
    """(Y, S+1, D) VND by year and source, the total last."""
    parts = np.einsum("ps,ypd->ysd", plan.source_share[..., 0], run.funded_vnd)
    return np.concatenate([parts, run.funded_vnd.sum(axis=1, keepdims=True)], axis=1)


def overspends(plan: Arrays, run: Run) -> Array:
    """(D,) whether a ceiling is passed by more than what the pipeline takes by itself."""
    nobody = simulate(plan, np.zeros((plan.years, len(plan.objective), 1)))
    most = np.maximum(plan.ceiling, spent(plan, nobody))
    return (spent(plan, run) > most * (1 + 1e-9) + 1).any(axis=(0, 1))


# --- everything tried


@st.composite
def tiny(draw: st.DrawFn) -> Drawn:
    """A plan of two years with four people at most, so that every enrollment can be tried."""
    kinds = st.sampled_from(["attainment", "annual", "count"])
    tables: Tables = {"sources": [{"id": s, "name_vi": s, "name_en": s} for s in ("s0", "s1")]}
    tables["groups"] = [
        {
            "id": "g", "name_vi": "g", "name_en": "g", "level": "any", "headcount": draw(st.integers(1, 4)),
            "growth": 0, "leave_rate": draw(st.sampled_from([0, 0.1, 0.35])), "appointment_rate": 0.5,
        }
    ]  # fmt: skip
    tables["programs"] = [
        {
            "id": p, "content": "any", "name_vi": p, "name_en": p, "years": years,
            "completion_rate": draw(st.sampled_from([0.5, 0.8, 1])), "class_size": draw(st.sampled_from([2, 3])),
            "capacity": draw(st.integers(1, 4)), "cost_per_learner_year": draw(st.integers(0, 5)) * 1_000_000,
            "cost_per_class_year": draw(st.integers(0, 5)) * 1_000_000, "price_index": "cpi", "place": "any",
        }
        for p, years in (("short", 1), ("long", draw(st.sampled_from([1, 2]))))
    ]  # fmt: skip
    tables["prices"] = [{"index": "cpi", "year": y, "value": draw(st.sampled_from([100, 120]))} for y in (2021, 2022)]
    tables["objectives"] = []
    tables["routes"] = []
    for program in tables["programs"]:
        kind = draw(kinds) if program["years"] == 1 else draw(st.sampled_from(["attainment", "count"]))
        o = f"o_{program['id']}"
        tables["objectives"].append(
            {
                "id": o, "group": "g", "kind": kind, "name_vi": o, "name_en": o,
                "baseline": 0 if kind == "count" else draw(st.sampled_from([0, 0.3])),
                "target_low": draw(st.integers(1, 4)) if kind == "count" else draw(st.sampled_from([0.7, 1])),
                "due": draw(st.sampled_from([2021, 2022])), "entry_share": 0.25, "lapse_rate": 0.05, "pacing": "",
                "priority": 1, "weight": draw(st.sampled_from([1, 2.5])), "part_of": "", "clause": "any",
            }
        )  # fmt: skip
        tables["routes"].append({"objective": o, "program": program["id"], "share": 1})
    tables["pipeline"] = []
    tables["funding"] = [
        {"program": "short", "source": "s0", "share": 1},
        {"program": "long", "source": "s0", "share": 0.5},
        {"program": "long", "source": "s1", "share": 0.5},
    ]
    money = st.integers(0, 80).map(lambda v: v * 1_000_000)
    tables["ceilings"] = [
        {"year": y, "source": s, "ceiling_vnd": draw(money)} for y in (2021, 2022) for s in ("total", "s1")
    ]
    choices = {
        "name": "tiny", "first": 2021, "last": 2022, "data": ".", "ambition": "mid", "pacing": "linear",
        "allocation": "optimal", "price_base_year": 2021, "language": "en",
    }  # fmt: skip
    return choices, tables


def allowed(plan: Arrays, every: Array, run: Run) -> Array:
    """(D,) which of the enrollments `every`, (Y, K, D), keep places, money and people; single routes only."""
    fine = ~overspends(plan, run)
    stock = np.concatenate([(plan.baseline * plan.headcount[plan.group])[None] + 0 * run.reached[:1], run.reached])
    for k, (o, p) in enumerate(zip(plan.objective, plan.program, strict=True)):
        years, g = plan.course_years[p], plan.group[o]
        for t in range(plan.years):
            x = every[t, k]
            fine &= x <= plan.capacity[p]
            if plan.kind[o] == "annual":
                fine &= x <= run.needed[t, k]
            elif plan.kind[o] == "count":
                fine &= every[: t + 1, k].sum(axis=0) <= plan.target[o]
            else:
                stay, entered = 1 - run.people.leave_rate[t, g], run.people.joiners[t, g] * plan.entry_share[o]
                own = x * plan.completion_rate[p] if years == 1 else 0.0
                held = stock[t, o] * stay * (1 - plan.lapse_rate[o]) + entered + run.completed[t, k] - own
                idle = run.people.headcount[t, g] - np.minimum(held, run.people.headcount[t, g])  # in two years
                fine &= x <= np.ceil(np.maximum(0.0, idle) - 1e-9)  # nobody studies on beside the newcomers
                if t + years > plan.years:
                    fine &= x == 0
    return fine


@settings(parent=quick, max_examples=40)
@given(tiny())
def test_trying_everything_finds_nothing_better(drawn: Drawn) -> None:
    plan = build_arrays(loaded(drawn))
    most = np.broadcast_to(plan.capacity[plan.program, 0], (plan.years, len(plan.objective))).astype(int)
    every = np.array(list(itertools.product(*(range(n + 1) for n in most.ravel()))), float).T
    every = every.reshape(*most.shape, -1)
    run = simulate(replace(plan, headcount=np.repeat(plan.headcount, every.shape[-1], axis=1)), every)
    counted = (plan.kind == "count")[:, None]
    short = np.maximum(0.0, run.path * np.where(counted, 1.0, run.gap.base) - run.gap.reached)
    total = (plan.weight * short).sum(axis=(0, 1))
    least = total[allowed(plan, every, run)].min()
    best = solve_best_plan(plan)
    if overspends(plan, best.run)[0]:  # a rule's own plan, whose cohorts pass a later ceiling
        assert best.weighted_shortfall <= least
    else:
        assert best.weighted_shortfall == pytest.approx(least, abs=SLIGHT)
        assert best.bound == pytest.approx(least, abs=SLIGHT)


# --- another solver


def glpk_optimum(path: Path, whole: bool) -> float:
    """The objective that GLPK finds for a model file."""
    glpk.glp_term_out(glpk.GLP_OFF)
    problem = glpk.glp_create_prob()
    assert glpk.glp_read_mps(problem, glpk.GLP_MPS_FILE, None, str(path)) == 0
    simplex = glpk.glp_smcp()
    glpk.glp_init_smcp(simplex)
    simplex.presolve = glpk.GLP_ON
    assert glpk.glp_simplex(problem, simplex) == 0
    if not whole:
        return float(glpk.glp_get_obj_val(problem))
    search = glpk.glp_iocp()
    glpk.glp_init_iocp(search)
    search.presolve = search.gmi_cuts = search.mir_cuts = search.cov_cuts = glpk.GLP_ON
    assert glpk.glp_intopt(problem, search) == 0
    return float(glpk.glp_mip_obj_val(problem))


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("name", ["counts", "one_year", "worked_example"])
def test_another_solver_finds_the_same(name: str, whole: bool, tmp_path: Path) -> None:
    plan = small(name)
    problem = build_formulation(plan, Constants(plan))
    solver = Solver(problem)
    own = solver.solve_linear().value
    if whole:
        own = float(problem.shortfall @ search_whole_people(problem).solutions[-1])
    solver.write(tmp_path / "model.mps", whole)
    assert glpk_optimum(tmp_path / "model.mps", whole) == pytest.approx(own, abs=SLIGHT)


def test_another_solver_finds_the_same_for_an_giang(tmp_path: Path) -> None:
    plan = build_arrays(load_plan("an_giang_2011_2015"))
    solver = Solver(build_formulation(plan, Constants(plan)))
    own = solver.solve_linear().value
    solver.write(tmp_path / "model.mps", integer=False)
    assert glpk_optimum(tmp_path / "model.mps", whole=False) == pytest.approx(own, rel=1e-6)


# --- what must hold


@quick
@given(plans(rule="optimal"))
def test_never_worse_than_the_rules(drawn: Drawn) -> None:
    plan = build_arrays(loaded(drawn))
    best = solve_best_plan(plan)
    assert best.weighted_shortfall <= min(under(plan, "priority"), under(plan, "proportional")) + SLIGHT
    assert best.bound <= best.weighted_shortfall + SLIGHT


@quick
@given(plans(rule="optimal"))
def test_the_equations_say_what_the_model_says(drawn: Drawn) -> None:
    plan = build_arrays(loaded(drawn))
    constants = Constants(plan)
    assume(constants.max_enrollment.any())
    problem = build_formulation(plan, constants)
    solution = search_whole_people(problem).solutions[-1]
    wanted = np.round(problem.enrollment(solution))
    assert (round_enrollment(plan, constants, wanted) == wanted).all()
    run = simulate(plan, wanted[..., None])
    assert weighted_shortfall(plan, run) == pytest.approx(float(problem.shortfall @ solution), abs=SLIGHT)
    assert not overspends(plan, run)[0]
    assert (plan.of_program(run.funded) <= plan.capacity)[plan.closed :].all()


@settings(parent=quick, max_examples=40)
@given(plans(rule="optimal"), st.sampled_from(["ceilings.*.ceiling_vnd", "programs.*.capacity"]))
def test_more_money_or_places_never_hurts(drawn: Drawn, address: str) -> None:
    table, _, column = address.split(".")
    assume(drawn[1][table] and all(row[column] != "" for row in drawn[1][table]))
    once, more = (solve_best_plan(build_arrays(loaded(drawn, {address: {"scale": by}}))) for by in (1, 1.4))
    plan = build_arrays(loaded(drawn))
    if not overspends(plan, once.run)[0]:
        assert more.bound <= once.bound + SLIGHT
        assert more.weighted_shortfall <= once.weighted_shortfall + more.weighted_shortfall - more.bound + SLIGHT


@quick
@given(plans(rule="optimal"), st.floats(0, 60))
def test_rounding_keeps_every_limit(drawn: Drawn, wanted: float) -> None:
    plan = build_arrays(loaded(drawn))
    people = round_enrollment(plan, Constants(plan), np.full((plan.years, len(plan.objective)), wanted))
    run = simulate(plan, people[..., None])
    assert (people == np.floor(people)).all() and (people <= wanted).all()
    assert not overspends(plan, run)[0] and (plan.of_program(run.funded) <= plan.capacity)[plan.closed :].all()


def test_commitments_above_a_ceiling_are_paid_and_nobody_new_is_sent() -> None:
    plan = replace(small("long_courses"), ceiling=np.zeros_like(small("long_courses").ceiling))
    run = solve_best_plan(plan).run
    free = plan.learner_cost[plan.program] + plan.class_cost[plan.program] == 0
    assert run.funded_vnd.sum() > 0 and run.funded[:, ~free[:, 0]].sum() == 0


def test_with_money_and_places_the_best_plan_is_on_the_path_for_the_least_cost() -> None:
    plan = small("counts")
    free = replace(plan, ceiling=np.full_like(plan.ceiling, np.inf), capacity=np.full_like(plan.capacity, np.inf))
    best, everything = solve_best_plan(free), simulate(replace(free, allocation="all"))
    assert best.weighted_shortfall <= weighted_shortfall(free, everything)
    assert best.run.funded_vnd.sum() <= everything.funded_vnd.sum()


@pytest.mark.parametrize("name", PLANS)
def test_the_same_plan_gives_the_same_answer(name: str) -> None:
    plan = small(name)
    one, other = solve_best_plan(plan), solve_best_plan(plan)
    assert (one.enrollment == other.enrollment).all() and one.bound == other.bound


def test_a_best_plan_is_solved_once_for_all_who_ask() -> None:
    plan = load_plan(HERE / "plans" / "counts", overrides={"allocation": "optimal"})
    assert compare_rules(plan).best is compute(plan).best


def test_plans_that_differ_in_any_number_are_solved_each() -> None:
    plan = small("counts")
    for name in NUMBERS:
        numbers = getattr(plan, name)
        other = np.where(np.isfinite(numbers), numbers * 0.75 + 0.125, 7.0)
        assert numbers.size == 0 or run_plan(plan) is not run_plan(replace(plan, **{name: other})), name
    assert run_plan(plan) is run_plan(small("counts"))


# --- the value of money


def relaxed_value(plan: Arrays) -> float:
    return Solver(build_formulation(plan, Constants(plan))).solve_linear().value


def with_ceiling(plan: Arrays, year: int, source: int, more: float) -> Arrays:
    ceiling = plan.ceiling.copy()
    ceiling[year, source] = np.maximum(0.0, ceiling[year, source] + more)
    return replace(plan, ceiling=ceiling)


def check_shadow_price(plan: Arrays, best: Optimum, year: int, source: int, step: float) -> None:
    """A little more money saves at most the shadow price, a little less costs at least it; where unique, exactly."""
    now, value = relaxed_value(plan), best.shadow_price[year, source] * step / 1e9
    saved = now - relaxed_value(with_ceiling(plan, year, source, step))
    lost = relaxed_value(with_ceiling(plan, year, source, -step)) - now
    assert saved - SLIGHT <= value <= lost + SLIGHT
    if saved == pytest.approx(lost, abs=1e-6):
        assert value == pytest.approx(saved, abs=1e-5)


@pytest.mark.parametrize("year", range(5))
def test_a_shadow_price_is_what_solving_again_says(year: int) -> None:
    plan = build_arrays(load_plan("an_giang_2011_2015"))
    best = solve_best_plan(plan)
    check_shadow_price(plan, best, year, -1, 1e7)
    assert best.shadow_price[plan.closed, -1] > 0


@settings(parent=quick, max_examples=25)
@given(plans(rule="optimal"))
def test_shadow_prices_bound_what_solving_again_says(drawn: Drawn) -> None:
    plan = build_arrays(loaded(drawn))
    assume(Constants(plan).max_enrollment.any())
    best = solve_best_plan(plan)
    nobody = simulate(plan, np.zeros((plan.years, len(plan.objective), 1)))
    for year, source in np.argwhere(np.isfinite(plan.ceiling[..., 0]))[:3]:
        if plan.ceiling[year, source, 0] > spent(plan, nobody)[year, source, 0] + 1e6:
            check_shadow_price(plan, best, year, source, 1e6)


def test_tables_of_the_best_plan() -> None:
    results = compute(load_plan(HERE / "plans" / "counts", overrides={"allocation": "optimal"}))
    assert list(results["optimum"].columns) == ["weighted_shortfall", "bound", "gap"]
    assert list(results["marginal_values"].columns) == ["year", "source", "people_years_per_billion"]
    assert len(results["marginal_values"]) == len(results.plan.years) * (len(results.plan.tables.sources) + 1)
    assert results["optimum"]["gap"].iloc[0] >= 0
