"""What every plug-in of the library must have, walked through its registry: nobody keeps a second list."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from trainplan.analysis.attribution import is_comparable
from trainplan.analysis.rule_comparison import compare_rules
from trainplan.model.arrays import Array, Arrays, build_arrays
from trainplan.model.funding import Remaining
from trainplan.optimize.best_plan import run_plan
from trainplan.optimize.constants import ENROLLMENT_LIMITS
from trainplan.plan.choices import ALLOCATION_RULES, OBJECTIVE_KINDS, compared_rules, is_yearly, rule
from trainplan.plan.levers import choices_of
from trainplan.plan.plan import Plan, load_plan
from trainplan.results.registry import RESULTS
from trainplan.results.tables import compute
from trainplan.text.catalog import LANGUAGES, texts
from trainplan.text.problems import PlanError

ROOT = Path(__file__).parents[1]
PLANS = ROOT / "tests" / "plans"
SMALL = [PLANS / name for name in ("counts", "new_province", "one_year", "worked_example")]


def small(name: str, allocation: str) -> Plan:
    return load_plan(PLANS / name, overrides={"allocation": allocation})


# --- rules of allocation


@pytest.mark.parametrize("name", ALLOCATION_RULES)
def test_a_rule_is_documented_and_named_in_both_languages(name: str) -> None:
    assert ALLOCATION_RULES[name].name == name
    assert ALLOCATION_RULES[name].decide.__doc__
    assert all(f"rule.{name}" in texts(language) for language in LANGUAGES)


@pytest.mark.parametrize("name", ALLOCATION_RULES)
@pytest.mark.parametrize("plan", SMALL, ids=lambda plan: plan.name)
def test_a_rule_runs_and_keeps_what_it_says_of_itself(name: str, plan: Path) -> None:
    loaded = load_plan(plan, overrides={"allocation": name})
    arrays = build_arrays(loaded)
    run = run_plan(arrays)
    assert (run.funded == np.floor(run.funded)).all() and (run.funded >= 0).all()
    assert (arrays.of_program(run.funded) <= arrays.capacity).all()
    new = run.funded_vnd - run.committed_vnd
    left = np.maximum(0.0, arrays.ceiling[:, -1] - run.committed_vnd.sum(axis=1))
    if ALLOCATION_RULES[name].keeps_ceilings:
        assert (new.sum(axis=1) <= left * (1 + 1e-9) + 1).all()
    assert np.array_equal(compute(loaded)["enrollment"]["funded"].to_numpy(), run.funded[..., 0].ravel())
    assert ("optimum" in compute(loaded).tables) is not is_yearly(name)


@pytest.mark.parametrize("name", ALLOCATION_RULES)
def test_draws_under_a_rule_are_the_runs_one_by_one(name: str) -> None:
    arrays = build_arrays(small("counts", name), {"programs.home.capacity": np.array([3.0, 13.0, 40.0])})
    together = run_plan(arrays)
    alone = [run_plan(arrays.draw(d)) for d in range(arrays.draws)]
    assert arrays.draws == 3
    assert np.array_equal(together.funded, np.concatenate([run.funded for run in alone], axis=-1))
    assert np.array_equal(together.met_when_due, np.concatenate([run.met_when_due for run in alone], axis=-1))


def test_rules_that_keep_the_ceilings_are_compared() -> None:
    assert list(compare_rules(small("counts", "all")).runs) == compared_rules()
    assert {name for name, one in ALLOCATION_RULES.items() if not one.keeps_ceilings} == {"all"}


def nobody(arrays: Arrays, deliverable: Array, remaining: Remaining, year: int) -> Array:
    """Nobody is sent."""
    return np.zeros_like(deliverable)


@pytest.fixture
def another_rule() -> Iterator[str]:
    rule("nobody")(nobody)
    yield "nobody"
    del ALLOCATION_RULES["nobody"]


def test_adding_a_rule_is_one_registration(another_rule: str) -> None:
    plan, other = small("counts", another_rule), small("counts", "priority")
    assert another_rule in choices_of("allocation") and another_rule in compare_rules(plan).runs
    assert is_comparable(plan, other, 10)
    sent, by_priority = (run_plan(build_arrays(one)).funded[1].sum() for one in (plan, other))  # 2022 has a ceiling
    assert sent == 0 < by_priority


def test_a_rule_that_is_not_registered_is_refused_with_those_that_are() -> None:
    with pytest.raises(PlanError) as error:
        small("worked_example", "nobody")
    names = [f"'{name}'" for name in ALLOCATION_RULES]
    assert f"allowed are {', '.join(names)}." in str(error.value)


# --- kinds of objectives


@pytest.mark.parametrize("name", OBJECTIVE_KINDS)
def test_a_kind_has_its_part_of_the_linear_program(name: str) -> None:
    assert OBJECTIVE_KINDS[name].reached in ENROLLMENT_LIMITS


def test_the_linear_program_has_no_part_that_no_kind_uses() -> None:
    assert set(ENROLLMENT_LIMITS) == {kind.reached for kind in OBJECTIVE_KINDS.values()}


@pytest.mark.parametrize("name", OBJECTIVE_KINDS)
def test_a_kind_is_described_in_the_method(name: str) -> None:
    assert f"`{name}`" in (Path(__file__).parents[1] / "docs" / "method.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", OBJECTIVE_KINDS)
@pytest.mark.parametrize("allocation", ALLOCATION_RULES)
def test_a_kind_runs_under_every_rule(name: str, allocation: str) -> None:
    plans = [load_plan(plan, overrides={"allocation": allocation}) for plan in SMALL]
    having = [plan for plan in plans if any(row.kind == name for row in plan.tables.objectives)]
    assert having, f"no small plan has an objective of kind {name}"
    for plan in having:
        gap = compute(plan)["gap"]
        mine = [row.id for row in plan.tables.objectives if row.kind == name]
        assert np.isfinite(gap[gap["objective"].isin(mine)].select_dtypes("number").to_numpy()).all()


# --- tests


@pytest.mark.parametrize(("file", "workers", "status"), [("left", "0", 1), ("left", "2", 1), ("ignored/left", "0", 0)])
def test_a_run_of_tests_that_leaves_a_file_in_the_project_fails(
    tmp_path: Path, file: str, workers: str, status: int
) -> None:
    if not shutil.which("git"):
        pytest.skip("there is no git")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    shutil.copy(Path(__file__).with_name("conftest.py"), tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]")
    (tmp_path / "ignored").mkdir()
    (tmp_path / ".gitignore").write_text("ignored\n__pycache__\n")
    (tmp_path / "test_one.py").write_text(f"def test_one():\n    open('{file}', 'w').close()\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", workers]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == status and "1 passed" in done.stdout
    assert ("left in the project: left" in done.stdout) is bool(status), done.stdout


# --- result tables


def tables_asked_for(source: str) -> set[str]:
    """The tables that code takes from results by their names: "gap" of `results["gap"]` and of `run.tables["gap"]`."""
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Subscript)]
    named = [(ast.unparse(node.value), node.slice.value) for node in found if isinstance(node.slice, ast.Constant)]
    return {str(name) for owner, name in named if re.fullmatch(r"(\w+\.)*(results|run|(results|run)\.tables)", owner)}


def test_code_asks_results_for_registered_tables_alone() -> None:
    """The name of a table is a plain `str`: a type that lists the names would be a second place to register one."""
    sources = [path for name in ("lib", "examples", "benchmarks") for path in (ROOT / name).rglob("*.py")]
    asked = set().union(*(tables_asked_for(path.read_text("utf-8")) for path in sources))
    assert {"gap", "verdicts", "workforce"} <= asked <= set(RESULTS)
