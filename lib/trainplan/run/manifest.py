"""What a scenario's run was made from and what it left: enough to know what need not be done again."""

from __future__ import annotations

import contextlib
import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from trainplan.plan.plan import Plan
from trainplan.results.tables import Results
from trainplan.run.execute import Job, Outcome
from trainplan.storage.files import sha256, write_text

DONE, FAILED = "done", "failed"


@dataclass(frozen=True)
class ScenarioRun:
    """A scenario that was computed, and the reports that there are of it (none where only its results were asked)."""

    scenario: str
    results: Results
    folder: Path
    reports: dict[tuple[str, str], Path] = field(default_factory=dict)  # (notebook's stem, language) -> HTML
    failed: dict[str, str] = field(default_factory=dict)  # name of the notebook and language -> why


@cache
def code() -> str:
    """A hash over the package's source, in the order of its files' names."""
    package = Path(__file__).resolve().parents[1]
    files = sorted(path for path in package.rglob("*") if path.suffix in (".py", ".j2", ".css"))
    parts = [f"{path.relative_to(package).as_posix()} {sha256(path)}" for path in files]
    return digest(parts)


@cache
def versions() -> dict[str, str]:
    """The versions of Python, of the workbook and of the packages that it names."""
    needed = [line.split(";")[0] for line in metadata.requires("trainplan") or [] if "extra ==" not in line]
    names = sorted("".join(c if c.isalnum() or c in "-_." else " " for c in line).split()[0] for line in needed)
    found = {"python": platform.python_version(), "trainplan": metadata.version("trainplan")}
    for name in names:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def digest(value: Any) -> str:
    """A hash of plain data."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def made_from(job: Job, plans: Iterable[Plan]) -> str:
    """A hash of all that a job's outputs depend on: notebook, parameters, inputs, code and packages."""
    inputs = [(plan.scenario, plan.input_hashes) for plan in plans]
    return digest([sha256(job.notebook), dict(job.parameters), inputs, code(), versions()])


class Manifest:
    """The manifest.json of a scenario's folder. An unreadable one counts as none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "manifest.json"
        self.notebooks: dict[str, dict[str, Any]] = {}
        with contextlib.suppress(OSError, ValueError, AttributeError):
            read = json.loads(self.path.read_text(encoding="utf-8"))["notebooks"]
            self.notebooks = {name: entry for name, entry in read.items() if isinstance(entry, dict)}

    def fresh(self, name: str, key: str) -> bool:
        """Whether a notebook is done from these very inputs and all of its outputs are there as they were written."""
        entry = self.notebooks.get(name, {})
        outputs = entry.get("outputs")
        if entry.get("status") != DONE or entry.get("made_from") != key or not outputs:
            return False
        files = {self.folder / file: expected for file, expected in outputs.items()}
        return all(path.is_file() and sha256(path) == expected for path, expected in files.items())

    def forget(self, name: str) -> None:
        """Drops a notebook that no longer holds, with its outputs: nobody should read last year's report as today's."""
        for file in self.notebooks.pop(name, {}).get("outputs", {}):
            with contextlib.suppress(OSError):
                (self.folder / file).unlink()

    def record(self, job: Job, key: str, outcome: Outcome) -> None:
        """Notes how a notebook ended, with the hash of everything that it left in the folder."""
        inside = [path for path in map(Path, outcome.written) if path.is_relative_to(self.folder)]
        outputs = {path.relative_to(self.folder).as_posix(): sha256(path) for path in inside if path.is_file()}
        self.notebooks[job.name] = {
            "status": FAILED if outcome.error else DONE,
            **({"error": outcome.error} if outcome.error else {}),
            "figures": outcome.figures,
            "made_from": key,
            "outputs": dict(sorted(outputs.items())),
        }

    def write(self, plan: Plan, tables: Mapping[str, str]) -> None:
        """Writes the manifest; called after every notebook, so that an interruption loses none that was finished."""
        content = {
            "plan": plan.key,
            "scenario": plan.scenario,
            "changes": plan.changes.to_dict("records"),
            "inputs": plan.input_hashes,
            "code": code(),
            "versions": versions(),
            "tables": dict(tables),
            "notebooks": dict(sorted(self.notebooks.items())),
        }
        write_text(self.path, json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n")
