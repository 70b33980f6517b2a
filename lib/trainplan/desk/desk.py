"""The planner's desk in a notebook: `open_desk(globals())`. Levers on the left, the answer on the right.

Nothing is computed here: every move is a set of changes, `load_plan` and `compute`, and what they give is painted.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial, wraps
from pathlib import Path
from time import perf_counter
from typing import Any

import ipywidgets as widgets

from trainplan.desk import page, reports, saving
from trainplan.desk.bench import BASE, Bench
from trainplan.desk.controls import Controls
from trainplan.desk.draft import Draft
from trainplan.desk.history import explained, without
from trainplan.desk.parts import ChangeRow, LeverRow
from trainplan.desk.positions import Fitted, changed, read, shown
from trainplan.desk.words import old_word
from trainplan.plan.find import folder_name
from trainplan.report.excel import write_excel
from trainplan.run.run import OUTPUTS
from trainplan.storage.files import OutputError
from trainplan.text.catalog import say
from trainplan.text.problems import PlanError

Method = Callable[..., None]


def told(method: Method) -> Method:
    """Whatever goes wrong while a button or a lever is answered is said on the desk; the changes stay."""

    @wraps(method)
    def guarded(desk: Desk, *given: Any) -> None:
        try:
            method(desk, *given)
        except (PlanError, OutputError) as error:
            desk.tell(str(error))
        except OSError as error:
            desk.tell(say("desk.not_kept", desk.language, why=f"{error.filename or ''} {error.strerror or error}"))
        except Exception as error:
            desk.tell(say("desk.unexpected", desk.language, why=f"{type(error).__name__}: {error}"))

    return guarded


class Desk:
    """The widgets around a bench; `root` is what a notebook shows."""

    def __init__(self, bench: Bench, language: str, output: Path | None) -> None:
        self.bench, self.language, self.output = bench, language, output or OUTPUTS
        self.draft = Draft(bench.path)
        self.moves = 0
        self.levers = {lever.lever.id: LeverRow(lever, language, self.move, self.type_in) for lever in bench.levers}
        self.rows: dict[str, ChangeRow] = {}
        self.sections = {name: widgets.HTML() for name in page.SECTIONS}
        self.headline, self.done = widgets.HTML(), widgets.HTML()
        self.controls = Controls(self, bench.levers)
        self.root = self.controls.lay_out(self)
        self.speak()
        self.offer()

    # --- the answer

    def refresh(self) -> None:
        """Computes the present changes, paints what they come to and keeps the draft; what is wrong is told."""
        trouble = ""
        try:
            self.bench.compute()
        except PlanError as error:
            trouble = f"{error}\n{say('desk.stale', self.language)}"
        start = perf_counter()
        self.paint()
        took = {**self.bench.took, "drawing": perf_counter() - start}
        try:
            self.keep_draft()
        except OutputError as error:
            trouble += ("\n" if trouble else "") + say("desk.draft_unsaved", self.language, why=error)
        self.tell(trouble)
        self.moves += 1
        times = " ".join(f'data-{part}="{seconds * 1e3:.1f}"' for part, seconds in took.items())
        self.done.value = f'<span class="tp-done" data-moves="{self.moves}" {times}></span>'

    def keep_draft(self) -> None:
        """Keeps what is not saved as a scenario already."""
        self.draft.keep({} if self.bench.saved_as else self.bench.changes)

    def paint(self) -> None:
        """Every part of the desk as the bench has it; a widget whose value is the same sends nothing."""
        language = self.language
        self.headline.value = page.headline(self.bench, language)
        for lever in self.bench.levers:
            self.levers[lever.lever.id].show(self.bench.position(lever), language)
        for name, shown_in in self.sections.items():
            shown_in.value = page.section(name, self.bench, language)
        self._list_changes()
        self.controls.show_steps(self.bench.history)

    def _list_changes(self) -> None:
        entries = self.bench.entries(self.language)
        for entry in entries:
            if entry.key not in self.rows:
                self.rows[entry.key] = ChangeRow(entry.key, self.explain, self.take_back)
            self.rows[entry.key].show(entry, self.language)
        self.controls.list_changes([self.rows[entry.key].box for entry in entries], self.language)

    def speak(self) -> None:
        """Everything in the language chosen."""
        self.controls.speak(self.language, self.bench)
        self.refresh()

    def tell(self, text: str, kind: str = "error") -> None:
        self.controls.message.value = page.message(text, kind)

    # --- moves

    @told
    def move(self, lever: Fitted, position: float | str) -> None:
        self.step(changed(self.bench.changes, lever, position))

    @told
    def type_in(self, lever: Fitted, text: str) -> None:
        """A number typed beside a slider; one that cannot be used is said, and stays where it was typed."""
        standing = self.bench.position(lever)
        if text.strip() == shown(lever, standing, self.language):
            return
        position = lever.start if text.strip() == "∞" and lever.unlimited else read(lever.lever, text, self.language)
        if position is None:
            low, high = (
                shown(lever, end, self.language).replace("∞", "") for end in (lever.lever.low, lever.lever.high)
            )
            name, unit = lever.lever.called(self.language), say(f"desk.unit_{lever.lever.unit}", self.language)
            self.tell(say("desk.not_in_range", self.language, label=name, text=text, low=low, high=high, unit=unit))
            return
        self.step(changed(self.bench.changes, lever, position))

    @told
    def explain(self, key: str, reason: str) -> None:
        self.step(explained(self.bench.changes, self.addresses(key), reason.strip()))

    @told
    def take_back(self, key: str) -> None:
        self.step(without(self.bench.changes, self.addresses(key)))

    def addresses(self, key: str) -> set[str]:
        """The addresses of a line of the list."""
        return {a for entry in self.bench.entries(self.language) if entry.key == key for a in entry.addresses}

    def step(self, changes: Any) -> None:
        self.bench.step(changes)
        self.refresh()

    @told
    def undo(self) -> None:
        self.bench.history = self.bench.history.undo()
        self.refresh()

    @told
    def redo(self) -> None:
        self.bench.history = self.bench.history.redo()
        self.refresh()

    @told
    def reset(self) -> None:
        self.step({})

    @told
    def say_in(self, language: str) -> None:
        self.language = language
        self.speak()
        self.offer()

    # --- scenarios

    @told
    def compare(self, scenario: str) -> None:
        self.bench.compare(scenario)
        self.refresh()

    @told
    def load(self, scenario: str) -> None:
        self.bench.open(scenario)
        self.refresh()
        self.tell(say("desk.loaded", self.language, name=scenario), "done")

    @told
    def save(self, over: bool = False) -> None:
        """Keeps the changes as a scenario; an existing one is replaced only by the button that names it."""
        words = self.controls.words()
        name = saving.safe_name(words.vi or words.en)
        self.controls.ask_over("")
        if not name:
            return self.tell(say("desk.name_needed", self.language))
        if not self.bench.changes:
            return self.tell(say("desk.nothing_to_save", self.language))
        if saving.scenario_path(self.bench.path, name).exists() and not over:
            self.controls.ask_over(say("desk.overwrite", self.language, name=name))
            return self.tell(say("desk.exists", self.language, name=name))
        self.bench.compute()
        saving.save(self.bench.plan, self.bench.changes, words, name)
        self.bench.saved[name] = self.bench.changes
        self.keep_draft()
        self.controls.list_scenarios(self.bench, self.language)
        self.tell(say("desk.saved", self.language, name=name, plan=self.bench.plan.key), "done")

    @told
    def take_draft(self, wanted: bool) -> None:
        changes = self.draft.take()
        if wanted:
            self.bench.step(changes)
        self.refresh()
        self.offer()

    def offer(self) -> None:
        """Says that there is a draft of an earlier session, if there is one."""
        count = len(self.draft.offered[0]) if self.draft.offered else 0
        self.controls.offer(say("desk.draft_found", self.language, count=count) if count else "")

    # --- files

    @told
    def excel(self) -> None:
        bench, language = self.bench, self.language
        bench.compute()
        name = bench.saved_as or (BASE if not bench.changes else "desk")
        titles = {file: title for title, file in bench.scenarios(language)}
        title = titles.get(name) or old_word("plan_itself" if name == BASE else "unsaved", language)
        path = self.output / folder_name(bench.plan.key) / f"{name}.{language}.xlsx"
        write_excel(bench.now, path, language, title, date.today())
        self.controls.link(say("desk.excel_done", language), [(path.name, path)])

    @told
    def report(self) -> None:
        bench = self.bench
        bench.compute()
        scenario = reports.reference(bench.plan, bench.changes, bench.saved_as, self.output)
        self.controls.running(say("desk.running", self.language))
        ended = partial(self.reported, scenario)
        reports.start(bench.plan, scenario, self.output, self.language, self.controls.progress, ended)

    @told
    def reported(self, scenario: str, index: str, why: str) -> None:
        """The run has ended: the links to what it made, or why it made nothing."""
        self.controls.running("")
        if why:
            self.tell(say("desk.reports_failed", self.language, why=why))
        if index:
            made = reports.made(Path(index), scenario, self.language)
            self.controls.link(say("desk.reports_done", self.language), made)
