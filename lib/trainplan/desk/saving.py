"""A set of changes as a scenario file: named safely, checked by loading it, never over another without asking."""

from __future__ import annotations

import io
import re
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from trainplan.desk.history import Changes
from trainplan.plan.find import folder_name
from trainplan.plan.plan import Plan, load_plan
from trainplan.storage.files import OutputError, write_text

TAKEN = ("base", "all")  # these words mean something else on the command line
LENGTH = 60


@dataclass(frozen=True)
class Words:
    """A scenario's title in both languages and why there is one."""

    vi: str
    en: str
    why: str = ""


def safe_name(title: str) -> str:
    """The name of the file for a title: ASCII letters, digits and underscores; empty where the title has none."""
    plain = unicodedata.normalize("NFD", title.replace("đ", "d").replace("Đ", "D").lower())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    name = re.sub(r"[^a-z0-9]+", "_", letters.encode("ascii", "ignore").decode()).strip("_")[:LENGTH].strip("_")
    return folder_name(f"{name}_1" if name in TAKEN else name) if name else ""


def scenario_path(plan: Path, name: str) -> Path:
    return plan.parent / "scenarios" / f"{name}.yaml"


def as_yaml(changes: Changes, words: Words) -> str:
    """The text of a scenario file."""
    content: dict[str, Any] = {"title": {"vi": words.vi, "en": words.en or words.vi}}
    if words.why:
        content["reason"] = words.why
    content["set"] = {address: dict(change) for address, change in changes.items()}
    buffer = io.StringIO()
    writer: Any = YAML(typ="safe", pure=True)
    writer.default_flow_style, writer.allow_unicode, writer.sort_base_mapping_type_on_output = False, True, False
    writer.width = 10_000
    writer.dump(content, buffer)
    return buffer.getvalue()


def save(plan: Plan, changes: Changes, words: Words, name: str) -> Path:
    """Writes a scenario that gives the very plan that is on the desk; PlanError or OutputError where it cannot."""
    text = as_yaml(changes, words)
    check(plan, text, name)
    return write_text(scenario_path(plan.path, name), text)


def check(plan: Plan, text: str, name: str) -> None:
    """Loads the text as a scenario in a folder aside: what is kept must be what was seen."""
    with tempfile.TemporaryDirectory() as folder:
        aside = write_text(Path(folder) / f"{name}.yaml", text)
        again = load_plan(plan.path, aside)
    if (again.tables, again.choices) != (plan.tables, plan.choices):
        raise OutputError(f"{name}: tệp sẽ cho kết quả khác với bàn / the file would give other results than the desk.")
