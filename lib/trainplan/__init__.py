"""Training plans: what a decision asks for, what there are places and money for, and what comes of it.

    from trainplan import compute, load_plan, parts
    results = compute(load_plan("an_giang_2011_2015", "proportional_rule", {"ceilings.*.ceiling_vnd": {"scale": 0.9}}))
    results["verdicts"], parts.causes(results).page_figure("en"), parts.verdicts(results).frame("vi")

The names in `__all__` are what is promised to notebooks and scripts, and nothing else is; README.md says what each
gives. Wrong input raises `PlanError`, which lists every problem.
"""

from importlib import import_module
from typing import Any

# Modules that register rules and kinds: see plan/choices.py
REGISTERING = ("trainplan.model.kinds", "trainplan.model.funding", "trainplan.optimize.best_plan")

# Where each public name is found. It is imported when it is first asked for: the command line starts without them.
HOMES = {
    "PlanError": "text.problems",
    "attribute": "report.stored",
    "attribute_each": "report.stored",
    "best_plan": "report.stored",
    "compare": "results.compare",
    "compare_rules": "report.stored",
    "compute": "report.stored",
    "failure_conditions": "report.stored",
    "goal_seek": "report.stored",
    "load_plan": "plan.plan",
    "marginal_values": "report.stored",
    "open_desk": "desk.app",
    "open_notebook": "report.notebook",
    "relaxations": "report.stored",
    "sensitivity": "report.stored",
    "show": "report.notebook",
    "uncertainty": "report.stored",
    "uncertainty_by_loop": "report.stored",
    "uncertainty_by_rule": "report.stored",
}
MODULES = {"figures": "report.forms", **{name: f"report.{name}" for name in ("parts", "sentences", "tables")}}

__all__ = sorted([*HOMES, *MODULES])


def __getattr__(name: str) -> Any:
    """A public name, imported when it is first asked for."""
    if name in MODULES:
        return import_module(f"{__name__}.{MODULES[name]}")
    if name in HOMES:
        return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
