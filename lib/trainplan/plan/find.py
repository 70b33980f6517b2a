"""Where plans and scenarios stand: by a name, a folder or a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from trainplan.plan.given_files import files_in, is_file, real_path
from trainplan.text.problems import PlanError, Problem, nearest_name

PROJECT = Path(__file__).resolve().parents[3]
OUTPUTS = PROJECT / "outputs"
DEFAULT_PLAN = "an_giang_2011_2015"
BASE = "base"  # the plan unchanged
ALL = "all"
LONGEST_NAME = 90  # bytes: a file that is called by two of these and an ending has at most 255


def find_plan(ref: str | Path) -> Path:
    """The plan.yaml that `ref` means: a file, a folder, or the name of a folder in params/."""
    text = str(ref)
    for base in (Path.cwd(), PROJECT):
        for candidate in (base / text, base / "params" / text):
            if is_file(candidate):
                return real_path(candidate)
            if is_file(candidate / "plan.yaml"):
                return real_path(candidate / "plan.yaml")
    folders = (PROJECT / "params").glob("*/plan.yaml")
    known = sorted(path.parent.name for path in folders)
    plans = {"plans": ", ".join(known)}
    raise PlanError([Problem("plan", "no_plan", text, nearest=nearest_name(text, known), values=plans)])


def scenario_names(plan_path: Path) -> list[str]:
    """The scenarios beside a plan, by name, without `base`."""
    return [path.stem for path in files_in(plan_path.parent / "scenarios", ".yaml")]


def find_scenarios(plan_path: Path, ref: str | Path) -> list[Path]:
    """The files that a scenario's name or path means, those of `a+b` one after another; none for `base`."""
    text = str(ref)
    parts = [text] if _scenario_file(plan_path, text) else text.split("+")
    found = {part: _scenario_file(plan_path, part) for part in parts if part != BASE}
    lost = [part for part, file in found.items() if file is None]
    if lost:
        known = [BASE, *scenario_names(plan_path)]
        near, there = {part: nearest_name(part, known) for part in lost}, {"scenarios": ", ".join(known)}
        raise PlanError([Problem("scenario", "no_scenario", part, nearest=near[part], values=there) for part in lost])
    return [file for part in parts if (file := found.get(part))]


def _scenario_file(plan_path: Path, name: str) -> Path | None:
    beside = plan_path.parent / "scenarios" / f"{name}.yaml"
    named = [beside] if "/" not in name and "\\" not in name else []
    places = (*named, Path.cwd() / name, PROJECT / name, plan_path.parent / name)
    return next((real_path(place) for place in places if is_file(place)), None)


def every_scenario(plan: str | Path) -> list[str]:
    """`base` and every scenario beside the plan."""
    return [BASE, *scenario_names(find_plan(plan))]


def scenarios_named(plan: str | Path, references: Iterable[str]) -> list[str]:
    """The scenarios meant, each once; `all` stands for every one of the plan."""
    names: dict[str, None] = {}
    for reference in references:
        names.update(dict.fromkeys(every_scenario(plan) if reference == ALL else [scenario_reference(plan, reference)]))
    return list(names)


def needed_scenarios(plan: str | Path, references: Iterable[str]) -> list[str]:
    """`base` and the scenarios asked for by their names: a broken one among them is an error, others are left out."""
    return [BASE, *scenarios_named(plan, [reference for reference in references if reference != ALL])]


def scenario_reference(plan: str | Path, reference: str) -> str:
    """The name of a scenario that is among the plan's, the whole path of one that is not; of `a+b` those of its parts.

    One that is not there at all stays as it is: loading it says so, together with whatever else is wrong.
    """
    path = find_plan(plan)
    try:
        found = find_scenarios(path, reference)
    except PlanError:
        return reference
    own = path.parent / "scenarios"
    return "+".join(file.stem if file.parent == own else str(file) for file in found) or BASE


def results_name(scenario: str, seen_from: object) -> str:
    """What results of a scenario are called after: its name, and the date from which it is looked at, if any."""
    return f"{scenario}@{seen_from}" if seen_from else scenario


def folder_name(name: str) -> str:
    """A name as every system takes it for a folder: no path, no reserved name, no final dot, not too long."""
    safe = "".join(letter if letter.isalnum() or letter in "-_. +@" else "_" for letter in name).strip(". ")
    reserved = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
    return f"{safe}_" if not safe or safe.split(".")[0].casefold() in reserved else short_name(safe)


def short_name(name: str) -> str:
    """A name that is not too long for a part of that of a file; those that are cut end in what keeps them apart."""
    if len(name.encode()) <= LONGEST_NAME:
        return name
    end = f"-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return name.encode()[: LONGEST_NAME - len(end)].decode(errors="ignore") + end
