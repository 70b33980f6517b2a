"""The draws' result tables (method.md, section 10), with the question that they answer said on the terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from trainplan.analysis.failure_conditions import Rule, conditions
from trainplan.analysis.monte_carlo import uncertainty
from trainplan.analysis.sensitivity import sensitivity
from trainplan.plan.plan import Plan
from trainplan.report.sentences import probability_summary
from trainplan.storage.progress import Progress
from trainplan.storage.tables import write_table


def write_uncertainty(plan: Plan, draws: int, seed: int, loop: str, folder: Path) -> list[Path]:
    """Draws, then writes probabilities, cost_bands, sensitivity and conditions; returns the files."""
    progress = Progress(draws)
    try:
        found = uncertainty(plan, draws, seed, loop, progress=progress.reach)
    finally:
        progress.close()
    tables = {
        "probabilities": found.probabilities,
        "cost_bands": found.cost_bands,
        "sensitivity": sensitivity(plan, found.loop, seed),
        "conditions": rule_table(plan, conditions(found)),
    }
    for language in ("vi", "en"):
        print(*probability_summary(found, language), sep="\n", file=sys.stderr)
    return [write_table(frame, folder / f"{stem}.csv") for stem, frame in tables.items()]


def rule_table(plan: Plan, rules: list[Rule]) -> pd.DataFrame:
    """objective, missed, rule, right, found: the rule in the terms of the plan's addresses."""
    rows = []
    for rule in rules:
        parts = [
            f"{' '.join(plan.ranges[one.input].address)} {plan.ranges[one.input].form} "
            f"{'<' if one.below else '>='} {one.threshold:.6g}"
            for one in rule.conditions
        ]
        words = (" or " if rule.either else " and ").join(parts)
        rows.append((rule.objective, rule.missed, words, rule.right, rule.found))
    return pd.DataFrame(rows, columns=["objective", "missed", "rule", "right", "found"])
