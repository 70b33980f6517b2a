"""Where plans and scenarios stand: by a name, a folder or a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from trainplan.text.problems import PlanError, Problem, nearest_name

PROJECT = Path(__file__).resolve().parents[3]
OUTPUTS = PROJECT / "outputs"
DEFAULT_PLAN = "an_giang_2011_2015"
ALL = "all"


def find_plan(ref: str | Path) -> Path:
    """The plan.yaml that `ref` means: a file, a folder, or the name of a folder in params/."""
    text = str(ref)
    for base in (Path.cwd(), PROJECT):
        for candidate in (base / text, base / "params" / text):
            if candidate.is_file():
                return candidate.resolve()
            if (candidate / "plan.yaml").is_file():
                return (candidate / "plan.yaml").resolve()
    folders = (PROJECT / "params").glob("*/plan.yaml")
    known = sorted(path.parent.name for path in folders)
    plans = {"plans": ", ".join(known)}
    raise PlanError([Problem("plan", "no_plan", text, nearest=nearest_name(text, known), values=plans)])


def scenario_names(plan_path: Path) -> list[str]:
    """The scenarios beside a plan, by name, without `base`."""
    return sorted(path.stem for path in (plan_path.parent / "scenarios").glob("*.yaml"))


def find_scenario(plan_path: Path, ref: str | Path) -> Path | None:
    """The file that a scenario's name or path means; None for `base`."""
    text = str(ref)
    if text == "base":
        return None
    beside = plan_path.parent / "scenarios" / f"{text}.yaml"
    named = [beside] if "/" not in text and "\\" not in text else []
    for candidate in (*named, Path.cwd() / text, PROJECT / text, plan_path.parent / text):
        if candidate.is_file():
            return candidate.resolve()
    known = ["base", *scenario_names(plan_path)]
    scenarios = {"scenarios": ", ".join(known)}
    raise PlanError([Problem("scenario", "no_scenario", text, nearest=nearest_name(text, known), values=scenarios)])


def every_scenario(plan: str | Path) -> list[str]:
    """`base` and every scenario beside the plan."""
    return ["base", *scenario_names(find_plan(plan))]


def scenarios_named(plan: str | Path, references: Iterable[str]) -> list[str]:
    """The scenarios meant, each once; `all` stands for every one of the plan."""
    names: dict[str, None] = {}
    for reference in references:
        names.update(dict.fromkeys(every_scenario(plan) if reference == ALL else [scenario_reference(plan, reference)]))
    return list(names)


def scenario_reference(plan: str | Path, reference: str) -> str:
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


def folder_name(name: str) -> str:
    """A name as every system takes it for a folder: no path, no reserved name, no final dot."""
    safe = "".join(letter if letter.isalnum() or letter in "-_. " else "_" for letter in name).strip(". ")
    reserved = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
    return f"{safe}_" if not safe or safe.split(".")[0].casefold() in reserved else safe
