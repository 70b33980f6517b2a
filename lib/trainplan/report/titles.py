"""What a notebook calls itself, and why there is a scenario."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from trainplan.plan.find import PROJECT
from trainplan.plan.plan import Plan
from trainplan.text.catalog import say
from trainplan.text.formats import calendar_day


def first_heading(notebook: Mapping[str, Any], language: str) -> str:
    """The title that the notebook, read with nbformat or as plain JSON, gives itself in a language."""
    for cell in notebook["cells"]:
        source = "".join(cell["source"])  # in a file a list of lines
        tags = cell["metadata"].get("tags", [])
        foreign = any(tag.startswith("lang-") and tag != f"lang-{language}" for tag in tags)
        if cell["cell_type"] == "markdown" and not foreign and source.startswith("# "):
            return source.splitlines()[0].removeprefix("# ").strip()
    return ""


@cache
def report_title(stem: str, language: str) -> str:
    """The title that a notebook gives itself; its file's name where there is none."""
    path = PROJECT / "notebooks" / f"{stem}.ipynb"
    return (first_heading(json.loads(path.read_text(encoding="utf-8")), language) if path.exists() else "") or stem


def why_scenario(plan: Plan, language: str) -> str:
    """Why the scenario changes what it changes, or that nothing is changed; empty where it does not say."""
    return plan.scenario_reason(language) or ("" if plan.applied else say("word.plan_itself", language))


def baseline_day(plan: Plan, language: str) -> str:
    """The day of the plan's baseline, the last one before its first year."""
    return calendar_day(date(plan.first - 1, 12, 31), language)
