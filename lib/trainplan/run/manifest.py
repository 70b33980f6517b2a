"""What a scenario's run was made from and what it left: enough to know what need not be done again."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from trainplan.plan.plan import Plan
from trainplan.report.index import ScenarioRun
from trainplan.report.links import without_links
from trainplan.run.execute import INJECTED, Job, Outcome
from trainplan.storage.files import file_hash, write_text
from trainplan.storage.provenance import DESK, code_hash, hash_data, package_versions
from trainplan.text.catalog import LANGUAGES

DONE, FAILED, EARLIER = "done", "failed", "earlier"
# Parameters that say where something lies: what they mean is in the plans themselves.
PLACES = ("plan", "scenario", "scenarios", "output_dir")
KeyOf = Callable[[str], str]  # the name of a job -> the hash of what it would be made from today


def hash_of_job(job: Job, plans: Iterable[Plan], reasons: Sequence[str] = ()) -> str:
    """A hash of all that a job's outputs depend on (notebook, parameters, inputs, code, packages), and of no path.

    `reasons` say why scenarios are left out.
    """
    code = code_hash(desk=DESK.encode() in job.notebook.read_bytes())
    inputs = [(plan.key, plan.results_name, plan.input_hashes) for plan in plans]
    parameters = {name: value for name, value in job.parameters.items() if name not in PLACES}
    return hash_data([job.name, file_hash(job.notebook), parameters, inputs, *reasons, code, package_versions()])


def output_hash(path: Path) -> str:
    """The SHA-256 of an output; of an executed notebook without the cell that says where the plan lies, of a page
    without its links, which are those to what else there is."""
    if path.suffix == ".html":
        return hash_data(without_links(path.read_text(encoding="utf-8")))
    if path.suffix != ".ipynb":
        return file_hash(path)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return hash_data([cell for cell in cells if INJECTED not in cell["metadata"].get("tags", [])])


def read_json(path: Path) -> dict[str, Any]:
    """What a file of ours holds; nothing where it is not there or not whole."""
    with contextlib.suppress(OSError, ValueError):
        read = json.loads(path.read_text(encoding="utf-8"))
        return read if isinstance(read, dict) else {}
    return {}


def state_of_tables(plan: Plan) -> dict[str, Any]:
    """What the result tables of a scenario are made from: hashes of the inputs and the code, versions of packages."""
    return {"inputs": plan.input_hashes, "code": code_hash(), "versions": package_versions()}


class Manifest:
    """What runs left in a scenario's folder: an entry a notebook, each in a file of its own, and manifest.json of them.

    A run replaces the entries of the notebooks that it ran and no others, so that several may work on one folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "manifest.json"
        self.runs = folder / ".runs"

    def read(self) -> dict[str, Any]:
        """manifest.json as it was last written."""
        return read_json(self.path)

    def entries(self) -> dict[str, dict[str, Any]]:
        """The entries as they now are, by the notebook's name and language."""
        return {path.stem: self.entry(path.stem) for path in sorted(self.runs.glob("*.json"))}

    def entry(self, name: str) -> dict[str, Any]:
        """What is noted of a notebook; nothing where that is not there or not whole."""
        read = read_json(self.runs / f"{name}.json")
        return read if isinstance(read.get("outputs"), dict) else {}

    def is_intact(self, file: str, expected: str) -> bool:
        """Whether an output is as it was written."""
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError):
            return output_hash(self.folder / file) == expected
        return False

    def is_fresh(self, name: str, key: str) -> bool:
        """Whether a notebook is done from these very inputs and all of its outputs are there as they were written."""
        entry = self.entry(name)
        outputs = entry.get("outputs")
        if entry.get("status") != DONE or entry.get("made_from") != key or not outputs:
            return False
        return all(self.is_intact(file, expected) for file, expected in outputs.items())

    def record(self, job: Job, key: str, outcome: Outcome) -> None:
        """Notes how a notebook ended, with the hash of what it left; what it had left before and left no more goes."""
        if outcome.error and self.is_fresh(job.name, key):
            return  # a run beside this one has done it
        inside = [path for path in map(Path, outcome.written) if path.is_relative_to(self.folder) and path.is_file()]
        outputs = {path.relative_to(self.folder).as_posix(): output_hash(path) for path in inside}
        before = self.entry(job.name).get("outputs", {})
        entry = {
            "status": FAILED if outcome.error else DONE,
            **({"error": outcome.error} if outcome.error else {}),
            "figures": outcome.figures,
            "made_from": key,
            "outputs": dict(sorted(outputs.items())),
        }
        remove_files(
            self.folder, set(before) - set(outputs)
        )  # before the entry forgets them, lest a kill leave them over
        write_text(self.runs / f"{job.name}.json", as_json(entry))

    def write(self, plan: Plan, tables: Mapping[str, str], key_of: KeyOf) -> None:
        """Writes manifest.json; `key_of` says what each notebook would be made from today.

        Afterwards it looks whether a run beside this one has added an entry meanwhile, so that the last one has all.
        """
        written = None
        while written != (entries := self.entries()):
            content = {
                "plan": plan.key,
                "scenario": plan.scenario,
                "as_of": plan.choices.as_of,
                **scenario_titles(plan, dated=True),
                "changes": plan.changes.to_dict("records"),
                **state_of_tables(plan),
                "tables": dict(tables),
                "notebooks": {name: as_of_today(entry, key_of(name)) for name, entry in entries.items() if entry},
            }
            write_text(self.path, as_json(content))
            written = entries

    def summarize(self, plan: Plan | None, key_of: KeyOf = lambda _: "", dated: bool = False) -> ScenarioRun:
        """What there is for the index; all of it is of an earlier run where the plan is not at hand.

        The title is `dated` where others stand beside it that look from another day.
        """
        read, entries = self.read(), self.entries()
        reports = {name: f"reports/{name}.html" for name, entry in entries.items() if entry.get("status") == DONE}
        there = {name for name, file in reports.items() if self.is_intact(file, entries[name]["outputs"].get(file, ""))}
        said = scenario_titles(plan, dated) if plan else {"title": {}, "reason": {}, **read}
        return ScenarioRun(
            said["title"],
            said["reason"],
            self.folder,
            {split_name(name): self.folder / reports[name] for name in sorted(there)},
            frozenset(split_name(name) for name in there if not self.is_fresh(name, key_of(name))),
            not plan or any(read.get(name) != value for name, value in state_of_tables(plan).items()),
            {name: entry["error"] for name, entry in entries.items() if "error" in entry},
        )


def scenario_titles(plan: Plan, dated: bool) -> dict[str, dict[str, str]]:
    """A scenario's title and reason by language."""
    title = plan.dated_title if dated else plan.scenario_title
    return {
        "title": {language: title(language) for language in LANGUAGES},
        "reason": {language: plan.scenario_reason(language) for language in LANGUAGES},
    }


def split_name(name: str) -> tuple[str, str]:
    """The notebook and the language in the name of a job."""
    stem, _, language = name.rpartition(".")
    return stem, language


def as_of_today(entry: Mapping[str, Any], key: str) -> dict[str, Any]:
    """An entry for manifest.json: what is done, but from something else than today's `key`, is of an earlier run."""
    earlier = entry.get("status") == DONE and entry.get("made_from") != key
    return {**entry, "status": EARLIER} if earlier else dict(entry)


def remove_files(folder: Path, files: Iterable[str]) -> None:
    """Deletes files of `folder`: those that a run has renewed and no longer leaves."""
    for file in files:
        with contextlib.suppress(OSError):
            (folder / file).unlink()


def as_json(content: Mapping[str, Any]) -> str:
    """The text of a file of ours."""
    return json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n"
