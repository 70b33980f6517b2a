"""Training plans: what a decision asks for, what there are places and money for, and what comes of it.

`from trainplan import tables` gives tables of text, `sentences` what pages say of a plan.
"""

from importlib import import_module
from types import ModuleType

# Modules that register rules and kinds: see plan/choices.py
REGISTERING = ("trainplan.model.kinds", "trainplan.model.funding", "trainplan.optimize.best_plan")


def __getattr__(name: str) -> ModuleType:
    """Parts of pages, imported when they are first asked for: commands that show nothing start without them."""
    if name in ("tables", "sentences"):
        return import_module(f"trainplan.report.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
