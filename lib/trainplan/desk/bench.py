"""What lies on the desk: a set of changes, the results it leads to, and the results it is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

from trainplan.desk.entries import Entry, entries
from trainplan.desk.history import Changes, History, normal
from trainplan.desk.positions import Fitted, Position, fitted, position_in
from trainplan.plan.find import find_scenario, scenario_names
from trainplan.plan.plan import Plan, load_plan, spoken
from trainplan.plan.reading import Files
from trainplan.results.tables import Results, compute
from trainplan.text.problems import PlanError

BASE = "base"


class Bench:
    """The changes and what they come to. Whatever goes wrong in a step, the changes stay."""

    def __init__(self, plan: str | Path, scenario: str = BASE, overrides: Mapping[str, Any] | None = None) -> None:
        self.base: Results = compute(load_plan(plan))
        self.path = self.base.plan.path
        self.levers: list[Fitted] = fitted(self.base.plan)
        changes = {**self.set_of(scenario), **normal(overrides or {})}
        self.history = History(changes)
        self.saved: dict[str, Changes] = {} if overrides else {scenario: changes}
        self.compared, self.before = BASE, self.base
        self.now = self.base
        self.took: dict[str, float] = {}  # seconds of the last computation
        self.compute()

    @property
    def changes(self) -> Changes:
        return self.history.present

    @property
    def plan(self) -> Plan:
        return self.now.plan

    @property
    def saved_as(self) -> str:
        """The saved scenario that holds just these changes; empty where none does."""
        same = (name for name, changes in self.saved.items() if dict(changes) == dict(self.changes))
        return next(same, "")

    def compute(self) -> None:
        """The results of the present changes, as every command computes them; PlanError leaves those before."""
        start = perf_counter()
        plan = load_plan(self.path, BASE, dict(self.changes))
        read = perf_counter()
        self.now = compute(plan)
        self.took = {"reading": read - start, "model": perf_counter() - read}

    def step(self, changes: Changes) -> None:
        self.history = self.history.then(changes)

    def compare(self, scenario: str) -> None:
        """Chooses what the results are compared with; PlanError leaves it as it was."""
        self.before = compute(load_plan(self.path, scenario))
        self.compared = scenario

    def set_of(self, scenario: str) -> Changes:
        """The changes of a saved scenario; PlanError says all that is wrong with it."""
        load_plan(self.path, scenario)
        file = find_scenario(self.path, scenario)
        if file is None:
            return {}
        files = Files(file.parent)
        words = files.yaml(file)
        if words is None:
            raise PlanError(files.problems)
        return normal(words.get("set") or {})

    def open(self, scenario: str) -> None:
        """Takes up a saved scenario, as a step that can be undone."""
        changes = self.set_of(scenario)
        self.saved[scenario] = changes
        self.step(changes)

    def position(self, lever: Fitted) -> Position:
        return position_in(self.changes, lever)

    def entries(self, language: str) -> list[Entry]:
        return entries(self.plan, self.changes, self.levers, language)

    def scenarios(self, language: str) -> list[tuple[str, str]]:
        """(title, name) of every scenario beside the plan; one that cannot be read is called by its name."""
        found = []
        for name in scenario_names(self.path):
            words = Files(self.path.parent).yaml(self.path.parent / "scenarios" / f"{name}.yaml")
            title = spoken(words.get("title") or name, language) if words else name
            found.append((f"{title} ({name})" if title != name else name, name))
        return found
