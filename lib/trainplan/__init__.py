"""Training plans: `from trainplan import tables` for tables of text, `sentences` for what pages say of a plan."""

from importlib import import_module
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    """Parts of pages, imported when they are first asked for: commands that show nothing start without them."""
    if name in ("tables", "sentences"):
        return import_module(f"trainplan.report.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
