"""The draws' result tables (method.md, section 10), with the question that they answer said on the terminal."""

from __future__ import annotations

import sys
from pathlib import Path

from trainplan.analysis.failure_conditions import conditions_table, failure_conditions
from trainplan.analysis.monte_carlo import uncertainty
from trainplan.analysis.sensitivity import sensitivity
from trainplan.plan.plan import Plan
from trainplan.report.sentences import probability_summary
from trainplan.storage.progress import Progress
from trainplan.storage.tables import write_tables
from trainplan.text.catalog import LANGUAGES


def write_uncertainty(plan: Plan, draws: int, seed: int, loop: str, folder: Path) -> list[Path]:
    """Draws, then writes probabilities, cost_bands, sensitivity and conditions; returns the files.

    Progress and the answer go to the terminal's error stream. PlanError where the plan has no ranges.
    """
    progress = Progress(draws)
    try:
        found = uncertainty(plan, draws, seed, loop, progress=progress.reach)
    finally:
        progress.close()
    drivers = sensitivity(plan, found.loop, seed)
    rules = conditions_table(plan, failure_conditions(found))
    for language in LANGUAGES:
        print(*probability_summary(found, language), sep="\n", file=sys.stderr)
    return write_tables(
        {
            "probabilities": found.probabilities,
            "cost_bands": found.cost_bands,
            "sensitivity": drivers,
            "conditions": rules,
        },
        folder,
    )
