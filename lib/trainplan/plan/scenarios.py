"""The scenarios that a command names, loaded together, so that all of their problems are said at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from trainplan.plan.plan import Plan, find_plan, find_scenario, load_plan, scenario_names
from trainplan.text.problems import PlanError, Problem

ALL = "all"


def every_scenario(plan: str | Path) -> list[str]:
    """`base` and every scenario beside the plan."""
    return ["base", *scenario_names(find_plan(plan))]


def named(plan: str | Path, references: Iterable[str]) -> list[str]:
    """The scenarios meant, each once; `all` stands for every one of the plan."""
    names: dict[str, None] = {}
    for reference in references:
        names.update(dict.fromkeys(every_scenario(plan) if reference == ALL else [known_as(plan, reference)]))
    return list(names)


def known_as(plan: str | Path, reference: str) -> str:
    """The name of a scenario that is among the plan's, the whole path of one that is not.

    One that is not there at all stays as it is: loading it says so, together with whatever else is wrong.
    """
    path = find_plan(plan)
    try:
        found = find_scenario(path, reference)
    except PlanError:
        return reference
    if found is None:
        return reference
    return found.stem if found.parent == path.parent / "scenarios" else str(found)


def load_all(plan: str | Path, references: Sequence[str]) -> list[Plan]:
    """The plan in each scenario; PlanError with the problems of all of them, each once."""
    plans = collect(*(partial(load_plan, plan, reference) for reference in references))
    problems = called_alike(plans)
    if problems:
        raise PlanError(problems)
    return plans


def collect(*steps: Callable[[], Any]) -> list[Any]:
    """What every step gives; where some find the input wrong, one PlanError with all of their problems, each once."""
    given: list[Any] = []
    problems: dict[str, Problem] = {}
    for step in steps:
        try:
            given.append(step())
        except PlanError as error:
            problems.update({str(problem): problem for problem in error.problems})
    if problems:
        raise PlanError(problems.values())
    return given


def called_alike(plans: Sequence[Plan]) -> list[Problem]:
    """Scenarios of one name from two folders would overwrite each other's results."""
    names = [folder_name(plan.scenario).casefold() for plan in plans]
    return [
        Problem("--scenario", "scenario_twice", plan.scenario)
        for plan, name in zip(plans, names, strict=True)
        if names.count(name) > 1
    ]


def folder_name(name: str) -> str:
    """A name as every system takes it for a folder: no path, no reserved name, no final dot."""
    safe = "".join(letter if letter.isalnum() or letter in "-_. " else "_" for letter in name).strip(". ")
    reserved = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
    return f"{safe}_" if not safe or safe.split(".")[0].casefold() in reserved else safe
