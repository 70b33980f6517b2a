"""Headline figures of canonical scenarios, unrounded, as text in the repository; `--renew` writes them anew.

A change of results is seen in review, and named in the changelog: it says the fingerprint of the figures.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from making import SOUND
from trainplan.plan.find import PROJECT, scenario_names
from trainplan.plan.plan import load_plan
from trainplan.results.headline import headline
from trainplan.results.registry import RESULTS
from trainplan.results.tables import Results, compute
from trainplan.results.verdicts import count_met
from trainplan.storage.tables import csv_text

FIGURES = Path(__file__).parent / "golden" / "headline.csv"
PLANS = [*sorted((PROJECT / "params").glob("*/plan.yaml")), *sorted((PROJECT / "tests/plans").glob("*/plan.yaml"))]
CASES = [(plan, scenario) for plan in PLANS for scenario in ["base", *scenario_names(plan)]]
COMMAND = "python workbook.py python -m pytest --renew tests/test_headline.py"
NAMED = re.compile(r"headline figures `([0-9a-f]{12})`", re.IGNORECASE)


def figures_of(results: Results) -> dict[str, Any]:
    return {"run": f"{results.plan.key}/{results.plan.scenario}", **headline(results)}


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def newest_named(changelog: str) -> str:
    """The fingerprint that the changelog names first, which is the newest; nothing where it names none."""
    found = NAMED.search(changelog)
    return found[1] if found else ""


def test_headline_figures_are_as_reviewed(request: pytest.FixtureRequest) -> None:
    found = csv_text(pd.DataFrame([figures_of(compute(load_plan(plan, scenario))) for plan, scenario in CASES]))
    if request.config.getoption("--renew"):
        FIGURES.write_text(found, "utf-8", newline="\n")
    kept = FIGURES.read_text("utf-8").splitlines()
    changed = [line for line in found.splitlines() if line not in kept]
    gone = len(set(kept) - set(found.splitlines()))
    assert not changed and not gone, (
        f"results changed, {len(changed)} lines now and {gone} as kept. Where that is meant, `{COMMAND}` writes "
        f"{FIGURES.name} anew; then name the new fingerprint in CHANGELOG.md. Now:\n" + "\n".join(changed)
    )


def test_the_changelog_names_the_headline_figures() -> None:
    figures, changelog = FIGURES.read_text("utf-8"), (PROJECT / "CHANGELOG.md").read_text("utf-8")
    assert newest_named(changelog) == fingerprint(figures), (
        "results changed and the changelog does not say so: add a line to its part “Unreleased”, marked **results** "
        f"where somebody's numbers change, with the words: headline figures `{fingerprint(figures)}`"
    )


def test_a_changed_figure_has_another_fingerprint_and_the_newest_counts() -> None:
    figures = FIGURES.read_text("utf-8")
    now, before = fingerprint(figures), fingerprint(figures.replace("7", "8", 1))
    assert now != before and now in (newest := f"## Unreleased\n\n- Headline figures `{now}`: all.\n\n## 1\n\n")
    assert newest_named(f"{newest}- **results** headline figures `{before}`\n") == now
    assert newest_named("## Unreleased\n\n- A line.\n") == ""


def test_all_canonical_scenarios_are_there() -> None:
    kept = pd.read_csv(FIGURES)["run"].tolist()
    assert kept == [f"{plan.parent.name}/{scenario}" for plan, scenario in CASES]
    assert sum(run.startswith("an_giang_2011_2015/") for run in kept) == 15


def test_headline_figures_are_those_of_the_result_tables() -> None:
    results = compute(load_plan(SOUND))
    figures, verdicts = headline(results), results["verdicts"]["verdict"]
    budget = results["budget"].query("source == 'total'")
    own = verdicts[list(results.plan.is_target)]
    assert [figures[name] for name in ("met", "nearly", "missed")] == [
        (own == name).sum() for name in ("met", "nearly", "missed")
    ]
    assert figures["targets"] == len(own) == count_met(results.plan, verdicts == "met")["objectives"]
    assert figures["funded_vnd"] == budget["funded_vnd"].sum() and figures["ceilings"] is True
    assert figures["lacking_vnd"] == pytest.approx(figures["required_vnd"] - figures["funded_vnd"])
    assert ["run", "plan", "scenario", "status", "reason", *figures] == RESULTS["headlines"].column_names


def test_invented_numbers_are_told() -> None:
    assert headline(compute(load_plan("an_giang_illustration")))["invented"] is True
    assert headline(compute(load_plan(SOUND)))["invented"] is False
