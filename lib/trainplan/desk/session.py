"""A planner's session: a set of changes with the steps that led to it, its results, and those it is compared with."""

from __future__ import annotations

import copy
import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from trainplan.plan.find import find_scenarios, scenario_names
from trainplan.plan.levers import Changes, PlanLever, Position, lever_position, plan_levers
from trainplan.plan.plan import Plan, load_plan
from trainplan.plan.reading import Files
from trainplan.plan.scenarios import read_scenarios, text_in
from trainplan.report.stored import compute
from trainplan.results.tables import Results
from trainplan.storage.files import write_error, write_text
from trainplan.text.problems import PlanError

BASE = "base"
STEPS = 500  # how far back one can go
MOST_BESIDE = 4  # scenarios beside what is on the desk


# --- steps


@dataclass(frozen=True)
class History:
    """The present set of changes, those before it and those that were undone. Nothing in it is ever modified."""

    present: Changes = field(default_factory=dict)
    past: tuple[Changes, ...] = ()
    future: tuple[Changes, ...] = ()

    def then(self, changes: Changes) -> History:
        """The history with a step to `changes`; what was undone is gone. The same changes in order are no step."""
        if list(changes.items()) == list(self.present.items()):
            return self
        return History(changes, (*self.past, self.present)[-STEPS:])

    def undo(self) -> History:
        """The history one step back; itself at its beginning."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.present, *self.future))

    def redo(self) -> History:
        """The history with the last step undone taken again; itself where there is none."""
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.present), self.future[1:])


def normalize_changes(changes: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The `set` of a scenario file with every change as a map: a bare value is `{value: …}`."""
    return {str(a): dict(c) if isinstance(c, dict) else {"value": c} for a, c in changes.items()}


def set_reason(changes: Changes, addresses: Collection[str], reason: str) -> dict[str, dict[str, Any]]:
    """The changes with a reason at some addresses; an empty reason takes it away."""
    return {a: _with_reason(change, reason) if a in addresses else change for a, change in changes.items()}


def _with_reason(change: dict[str, Any], reason: str) -> dict[str, Any]:
    bare = {form: value for form, value in change.items() if form != "reason"}
    return {**bare, "reason": reason} if reason else bare


# --- the draft


class KeptDraft(NamedTuple):
    """Changes that an earlier session left unsaved, and the day on which it kept them."""

    changes: Changes
    day: date


class Draft:
    """A plan's file of unsaved changes, which outlive a kernel or a power cut.

    `offered` are those of earlier sessions, the latest first, that nobody has taken up or discarded.
    """

    def __init__(self, plan: Path) -> None:
        self.path = plan.parent / ".draft.json"
        self.offered: list[KeptDraft] = self._read()
        self._kept = list(self.offered)  # what is in the file

    def _read(self) -> list[KeptDraft]:
        """The drafts in the file, equal ones once; an unreadable file holds none. One without a day has the file's."""
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            kept, days = content["changes"], content.get("days", [])
            written = date.fromtimestamp(self.path.stat().st_mtime).isoformat()
            pairs = [
                KeptDraft(normalize_changes(changes), date.fromisoformat(days[i] if i < len(days) else written))
                for i, changes in enumerate(kept)
                if isinstance(changes, dict) and changes
            ]
        except (OSError, ValueError, KeyError, TypeError):
            return []
        return [one for i, one in enumerate(pairs) if one.changes not in [other.changes for other in pairs[:i]]]

    def write(self, changes: Changes) -> None:
        """Writes the changes, and those still offered after them; OutputError where that cannot be done.

        Where nothing was changed the file stays as it is: another desk may have written it meanwhile.
        """
        kept = [KeptDraft(changes, date.today())] if changes else []
        kept += [one for one in self.offered if one.changes != changes]
        if kept == self._kept:
            return
        self._kept = kept
        if kept:
            content = {"changes": [one.changes for one in kept], "days": [one.day.isoformat() for one in kept]}
            write_text(self.path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
            return
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise write_error(self.path, error) from error

    def take(self) -> Changes:
        """The latest set that is offered, which is offered no longer."""
        return self.offered.pop(0).changes if self.offered else {}


# --- the session


def title_of(plan: Path, name: str, language: str) -> str:
    """The title of a scenario beside a plan; its name where it has none that can be read."""
    content = Files(plan.parent).yaml(plan.parent / "scenarios" / f"{name}.yaml")
    return text_in((content or {}).get("title") or name, language)


class Session:
    """The changes to a plan and the results that they lead to. Whatever goes wrong in a step, the changes stay."""

    def __init__(
        self,
        plan: str | Path,
        scenario: str = BASE,
        overrides: Mapping[str, Any] | None = None,
        as_of: str | None = None,
    ) -> None:
        self.as_of = as_of
        self.base: Results = compute(load_plan(plan, as_of=as_of))
        self.plan_path = self.base.plan.path
        self.levers: list[PlanLever] = plan_levers(self.base.plan)
        changes = {**self.scenario_changes(scenario), **normalize_changes(overrides or {})}
        self.history = History(changes)
        self.saved: dict[str, Changes] = {} if overrides else {scenario: changes}  # scenarios as they were last seen
        self.compared_name, self.compared = BASE, self.base
        self.beside: dict[str, Results] = {}  # scenarios that are seen beside what is on the desk
        self.results = self.base
        self.seconds: dict[str, float] = {}  # of the last computation: reading, model
        self.compute()

    @property
    def changes(self) -> Changes:
        """The present changes to the plan itself."""
        return self.history.present

    @property
    def plan(self) -> Plan:
        """The plan of the results, with its changes."""
        return self.results.plan

    @property
    def saved_as(self) -> str:
        """The saved scenario that has just the present changes; empty where none has."""
        same = (name for name, changes in self.saved.items() if dict(changes) == dict(self.changes))
        return next(same, "")

    def is_current(self) -> bool:
        """Whether the files are as they were when this session began."""
        try:
            plan = load_plan(self.plan_path, as_of=self.as_of)
            same = all(self.scenario_changes(name) == changes for name, changes in self.saved.items())
        except PlanError:
            return False
        return same and plan.input_hashes == self.base.plan.input_hashes

    def compute(self) -> None:
        """Computes the present changes as every command does; PlanError leaves the results as they were."""
        start = perf_counter()
        plan = load_plan(self.plan_path, BASE, dict(self.changes), self.as_of)
        read = perf_counter()
        self.results = compute(plan)
        self.seconds = {"reading": read - start, "model": perf_counter() - read}

    def step(self, changes: Changes) -> None:
        """Goes on to other changes, without computing them."""
        self.history = self.history.then(changes)

    def compare_with(self, scenario: str) -> None:
        """Chooses what the results are compared with; PlanError leaves it as it was."""
        self.compared = self._compute_scenario(scenario)
        self.compared_name = scenario

    def look_at(self, changes: Changes) -> Session:
        """A session with other changes, whose plan is read as far as it can be and of which nothing is computed."""
        other = copy.copy(self)
        other.history, other.results = History(changes), self.base
        with suppress(PlanError):
            other.results = replace(self.base, plan=load_plan(self.plan_path, BASE, dict(changes), self.as_of))
        return other

    def see_beside(self, names: Sequence[str]) -> None:
        """Chooses up to MOST_BESIDE scenarios to be seen beside the results; PlanError leaves those that were seen."""
        self.beside = {name: self.beside.get(name) or self._compute_scenario(name) for name in names[:MOST_BESIDE]}

    def _compute_scenario(self, name: str) -> Results:
        return compute(load_plan(self.plan_path, name, as_of=self.as_of)) if name != BASE else self.base

    def scenario_changes(self, scenario: str) -> Changes:
        """The changes of a saved scenario; PlanError says all that is wrong with it."""
        applied = load_plan(self.plan_path, scenario, as_of=self.as_of).applied
        paths = find_scenarios(self.plan_path, scenario)
        stated = [content.get("set") or {} for content in read_scenarios(Files(self.plan_path.parent), paths)]
        changes: Changes = {}
        for one in map(normalize_changes, stated):
            if changes.keys() & one.keys():  # one address holds one change: what they came to
                return {c.address: {"value": c.new, **({"reason": c.reason} if c.reason else {})} for c in applied}
            changes = {**changes, **one}
        return changes

    def open_scenario(self, scenario: str) -> None:
        """Goes on to the changes of a saved scenario, a step that can be undone."""
        changes = self.scenario_changes(scenario)
        self.saved[scenario] = changes
        self.step(changes)

    def follow_file(self, name: str, new_name: str = "") -> None:
        """A scenario beside the plan has another name or content, or is gone: whatever was of it follows, or goes."""
        kept = {known: changes for known, changes in self.saved.items() if name not in known.split("+")}
        if name in self.saved and new_name:
            kept[new_name] = self.saved[name]
        self.saved = kept
        seen = [new_name if one == name else one for one in self.beside]
        self.beside.pop(new_name, None)
        self.see_beside([one for one in seen if one])
        parts = self.compared_name.split("+")
        if name in parts:
            self.compare_with("+".join(new_name if part == name else part for part in parts) if new_name else BASE)

    def position(self, lever: PlanLever) -> Position:
        """Where the present changes put a lever."""
        return lever_position(self.changes, lever)

    def scenario_titles(self, language: str) -> list[tuple[str, str]]:
        """(title, name) of every scenario beside the plan, and of stacks of them that were opened.

        One that cannot be read is called by its name.
        """
        found = []
        for name in scenario_names(self.plan_path):
            title = title_of(self.plan_path, name, language)
            found.append((f"{title} ({name})" if title != name else name, name))
        titles = {name: title for title, name in found}
        stacks = [name for name in self.saved if "+" in name and name not in titles]
        return [*found, *((" + ".join(titles.get(part, part) for part in name.split("+")), name) for name in stacks)]
