"""The run coordinates of a notebook: which plan, scenario and language; wrong ones stop it in its first cell.

Papermill lets a misspelt parameter pass with a warning and checks no type. So the set-up cell compares what was
injected with what the notebook declares, and every value with its kind; all that is wrong is said at once.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from trainplan.text.catalog import LANGUAGES
from trainplan.text.problems import PlanError, Problem, nearest_name

INJECTED = "# Parameters"
KINDS: dict[str, tuple[tuple[type, ...], str]] = {  # what a parameter may be, and the code where it is not
    "plan": ((str,), "parameter_plan"),
    "scenario": ((str,), "parameter_scenario"),
    "overrides": ((dict,), "parameter_overrides"),
    "language": ((str,), "parameter_language"),
    "as_of": ((str, type(None)), "parameter_as_of"),
    "output_dir": ((str, type(None)), "parameter_output_dir"),
    "scenarios": ((list, tuple), "parameter_scenarios"),
    "group": ((str, type(None)), "parameter_group"),
    "year": ((int, type(None)), "parameter_year"),
}
EXAMPLE = "{'programs.x.capacity': 100}"
REQUIRED = ("plan", "scenario", "overrides", "language", "output_dir")
WHERE = "parameters"


def coordinates(names: Mapping[str, Any]) -> dict[str, Any]:
    """The coordinates among a notebook's global names; PlanError lists every one that is unknown, missing or wrong."""
    problems = [*_unknown(names), *_wrong(names)]
    if problems:
        raise PlanError(problems)
    return {name: names[name] for name in KINDS if name in names}


def _unknown(names: Mapping[str, Any]) -> list[Problem]:
    """Injected names that the notebook does not declare."""
    cells = [str(cell) for cell in names.get("In", [])]
    declared = {name for cell in cells if not cell.startswith(INJECTED) for name in assigned(cell, annotated=True)}
    injected = [name for cell in cells if cell.startswith(INJECTED) for name in assigned(cell)]
    known = {"parameters": ", ".join(sorted(declared))}
    return [
        Problem(WHERE, "parameters_of_notebook", name, nearest=nearest_name(name, declared), values=known)
        for name in dict.fromkeys(injected)
        if declared and name not in declared
    ]


def assigned(source: str, annotated: bool = False) -> list[str]:
    """Names that a cell assigns at its top level; only annotated ones on request."""
    try:
        lines = ast.parse(source).body
    except SyntaxError:  # a cell with a magic in it declares no parameters
        return []
    found = [line.target.id for line in lines if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)]
    if not annotated:
        plain = [target for line in lines if isinstance(line, ast.Assign) for target in line.targets]
        found += [target.id for target in plain if isinstance(target, ast.Name)]
    return found


def _wrong(names: Mapping[str, Any]) -> list[Problem]:
    problems = [Problem(WHERE, "parameter_missing", column=name) for name in REQUIRED if name not in names]
    for name, (kinds, code) in KINDS.items():
        if name in names and not isinstance(names[name], kinds):
            problems.append(Problem(WHERE, code, names[name], column=name, values={"example": EXAMPLE}))
    language = names.get("language")
    if isinstance(language, str) and language not in LANGUAGES:
        near = nearest_name(language, LANGUAGES)
        problems.append(Problem(WHERE, "parameter_language", language, column="language", nearest=near))
    return problems
