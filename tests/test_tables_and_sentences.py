"""Every registered table and list of sentences: documented, made on a plan, said in both languages and in words."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from making import copy_province, with_facts, with_requests
from test_catalog import PACKAGE, VIETNAMESE, literals
from trainplan import sentences, tables
from trainplan.analysis.attribution import attribute
from trainplan.analysis.failure_conditions import failure_conditions
from trainplan.analysis.goal_seek import goal_seek
from trainplan.analysis.marginal_values import marginal_values
from trainplan.analysis.monte_carlo import uncertainty, uncertainty_by_rule
from trainplan.analysis.relaxations import relaxations
from trainplan.analysis.rule_comparison import compare_rules
from trainplan.analysis.sensitivity import sensitivity
from trainplan.cycle.review import load_review
from trainplan.cycle.year_plan import YearTables
from trainplan.plan.plan import Plan, load_plan
from trainplan.plan.schema import TABLES
from trainplan.results.compare import compare
from trainplan.results.tables import compute
from trainplan.text.catalog import LANGUAGES, say, texts
from trainplan.text.problems import PlanError, Problem

PROVINCE = "an_giang_2011_2015"
CODES = ("verdict", "limit", "rule", "basis", "loop", "distribution", "ambition", "pacing", "table", "column", "choice")
MADE = {**tables.TABLES, **sentences.SENTENCES}
SILENT = {  # where there is nothing of it, as in this plan
    *("better_options", "money_over_and_left", "weak_classes"),
    *("differences_left_out", "no_ceilings", "no_other_scenario", "no_way"),
}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What can be shown of a plan, by the name or the annotation of the parameter that takes it."""
    base, plan = load_plan(PROVINCE), load_plan(PROVINCE, "costs_up")
    draws, results = uncertainty(plan, 64), compute(plan)
    asked = load_plan(with_requests(copy_province(tmp_path_factory.mktemp("asked"))))
    return {
        "Plan": plan,
        "Results": results,
        "YearTables": YearTables(compute(asked), asked.year_to_plan),
        "Review": load_review(with_facts(copy_province(tmp_path_factory.mktemp("facts"))), "base", 2012),
        "Comparison": compare([compute(base), results]),
        "Sequence[tuple[Plan, pd.DataFrame]]": [(plan, attribute(base, plan))],
        "RuleComparison": compare_rules(plan),
        "Goal": goal_seek(plan),
        "Sequence[Relaxation]": relaxations(plan),
        "Uncertainty": draws,
        "Uncertainty | None": draws,
        "Sequence[Uncertainty]": uncertainty_by_rule(plan, 64),
        "Sequence[FailureRule]": failure_conditions(draws),
        "values": marginal_values(plan),
        "drivers": sensitivity(plan, draws.loop, design=16),
        "goal": goal_seek(plan),
        "broken": {"lost": PlanError([Problem("scenarios/lost.yaml", "change_empty")])},
        "best_goal": goal_seek(load_plan(PROVINCE, "costs_up", {"allocation": "optimal"})),
    }


def make(function: Callable[..., Any], shown: dict[str, Any], language: str) -> Any:
    *takes, last = inspect.signature(function).parameters.values()
    assert last.name == "language"
    return function(*(shown[p.name] if p.name in shown else shown[p.annotation] for p in takes), language)


def codes(plan: Plan) -> set[str]:
    """What stands in files and must not be read on a page: codes that the catalogs have words for, ids with a name."""
    known = {key.split(".")[1]: forms[0] for key, forms in texts("vi").items() if key.split(".")[0] in CODES}
    ids = {row.id: plan.label(name, row.id, "vi") for name in TABLES for row in plan.tables[name] if hasattr(row, "id")}
    return {code for code, words in (known | ids).items() if words != code}


def english() -> set[str]:
    """English texts of the catalog that are others in Vietnamese."""
    return {forms[0] for key, forms in texts("en").items() if forms[0] and forms != texts("vi")[key]}


@pytest.mark.parametrize("name", MADE)
def test_it_says_what_it_shows(name: str) -> None:
    assert len(inspect.getdoc(MADE[name]) or "") > 30


def test_no_text_for_people_stands_in_their_code() -> None:
    files = [path for room in ("tables", "sentences") for path in (PACKAGE / "report" / room).glob("*.py")]
    texts = [(path.name, line, text) for path in files for line, text in literals(path)]
    assert len(texts) > 100
    assert not [found for found in texts if VIETNAMESE.search(found[2]) or re.search("[a-z]+ [a-z]+ [a-z]+", found[2])]


@pytest.mark.parametrize("name", tables.TABLES)
def test_a_table_has_rows_and_a_caption_in_both_languages(name: str, shown: dict[str, Any]) -> None:
    vietnamese, english = (make(tables.TABLES[name], shown, language) for language in LANGUAGES)
    assert len(vietnamese) == len(english) > 0 and vietnamese.shape == english.shape
    years = {str(year) for year in shown["Plan"].years}
    assert not set(vietnamese.columns) & set(english.columns) - years
    assert all(isinstance(cell, str) for frame in (vietnamese, english) for cell in frame.to_numpy().ravel())
    assert say(f"caption.{name}", "vi") != say(f"caption.{name}", "en")


@pytest.mark.parametrize("name", tables.TABLES)
def test_no_code_and_no_english_word_stands_in_a_vietnamese_table(name: str, shown: dict[str, Any]) -> None:
    frame = make(tables.TABLES[name], shown, "vi")
    cells = {str(cell) for cell in [*frame.columns, *frame.to_numpy().ravel()]}
    assert not cells & codes(shown["Plan"]) and not cells & english()
    if name != "decision_statements":  # statements are called by their ids, files by their paths
        assert not [cell for cell in cells if re.search("[a-z]_[a-z]", cell)]


@pytest.mark.parametrize("name", sentences.SENTENCES)
def test_sentences_are_said_in_both_languages(name: str, shown: dict[str, Any]) -> None:
    vietnamese, english = (make(sentences.SENTENCES[name], shown, language) for language in LANGUAGES)
    assert len(vietnamese) == len(english) and not set(vietnamese) & set(english)
    assert (len(vietnamese) == 0) == (name in SILENT)
    for sentence in (*vietnamese, *english):
        assert sentence.endswith(".") and "{" not in sentence and not re.search("[a-z]_[a-z]", sentence), sentence
    bare = {code for code in codes(shown["Plan"]) if "_" in code}
    assert not [word for sentence in vietnamese for word in re.findall(r"\w+", sentence) if word in bare]


@pytest.mark.parametrize("plan", sorted((Path(__file__).parent / "plans").iterdir()), ids=lambda path: path.name)
def test_tables_and_sentences_of_a_small_plan(plan: Path) -> None:
    """Plans without history, decision, commitments or ceilings have the same tables, if with fewer rows."""
    loaded = load_plan(plan)
    results = compute(loaded)
    shown = {"Plan": loaded, "Results": results, "Comparison": compare([results])}
    for name, function in MADE.items():
        takes = {p.annotation for p in inspect.signature(function).parameters.values()} - {"str"}
        if takes <= set(shown):
            vietnamese, english = (make(function, shown, language) for language in LANGUAGES)
            assert len(vietnamese) == len(english), name
