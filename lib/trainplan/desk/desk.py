"""The live desk: its widgets around a session, levers on the left, the answer on the right.

Nothing is computed here: every move is a set of changes, `load_plan` and `compute`, and their results are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from time import perf_counter
from typing import Any

from trainplan.desk import saving
from trainplan.desk.levers_view import (
    UNLIMITED,
    ChangeRow,
    LeverRow,
    list_changes,
    parse_position,
    position_text,
    why_not_read,
)
from trainplan.desk.sections import headline_html, said_html, section_html
from trainplan.desk.session import Draft, Session, set_reason
from trainplan.desk.widgets import Controls, message_html
from trainplan.plan.levers import Changes, PlanLever, move_lever, move_year, remove_changes
from trainplan.storage.files import OutputError
from trainplan.text.catalog import say
from trainplan.text.problems import PlanError

Method = Callable[..., None]


def report_errors(method: Method) -> Method:
    """The method, with whatever goes wrong in it shown as a message on its desk; the changes stay."""

    @wraps(method)
    def call_method(desk: Desk, *values: Any) -> None:
        try:
            method(desk, *values)
        except (PlanError, OutputError) as error:
            desk.show_message(str(error))
        except OSError as error:
            why = f"{error.filename or ''} {error.strerror or error}"
            desk.show_message(say("desk.not_kept", desk.language, why=why))
        except Exception as error:
            desk.show_message(say("desk.unexpected", desk.language, why=f"{type(error).__name__}: {error}"))

    return call_method


class Desk:
    """The widgets around a session; `root` is what a notebook shows, `output` where files go."""

    def __init__(self, session: Session, language: str, output: Path) -> None:
        self.session, self.language, self.output = session, language, output
        self.draft = Draft(session.plan_path)
        self.moves = 0
        self.levers = {
            lever.lever.id: LeverRow(lever, language, self.move, self.type_position) for lever in session.levers
        }
        self.rows: dict[str, ChangeRow] = {}
        actions: dict[str, Method] = {
            "undo": self.undo, "redo": self.redo, "reset_all": self.reset,
            "load": lambda: self.load(self.controls.chosen.value),
            "open_draft": partial(self.take_draft, True), "drop_draft": partial(self.take_draft, False),
            "save": self.save, "overwrite": partial(self.save, True), "reports": self.make_reports,
            "excel": self.make_excel, "language": self.choose_language, "compared": self.compare_with,
        }  # fmt: skip
        self.controls: Controls = Controls(actions)
        self.root = self.controls.lay_out(self.levers.values())
        self.choose_language(language)

    # --- the answer

    def refresh(self) -> None:
        """Computes the present changes, shows their results and keeps the draft; what is wrong becomes a message."""
        trouble = []
        try:
            self.session.compute()
        except PlanError as error:
            trouble += [str(error), say("desk.stale", self.language)]
        start = perf_counter()
        self.show_results()
        seconds = {**self.session.seconds, "drawing": perf_counter() - start}
        try:
            self.keep_draft()
        except OutputError as error:
            trouble.append(say("desk.draft_unsaved", self.language, why=error))
        self.show_message("\n".join(trouble))
        self.moves += 1
        times = " ".join(f'data-{part}="{value * 1e3:.1f}"' for part, value in seconds.items())
        self.controls.done.value = f'<span class="tp-done" data-moves="{self.moves}" {times}></span>'

    def keep_draft(self) -> None:
        """Keeps the changes that are not saved as a scenario already."""
        self.draft.write({} if self.session.saved_as else self.session.changes)

    def show_results(self) -> None:
        """Every part of the desk as the session has it; a widget whose value is the same sends nothing."""
        language, controls = self.language, self.controls
        controls.headline.value = headline_html(self.session, language)
        controls.said.value = said_html(self.session, language)
        for row in self.levers.values():
            row.show(self.session.position(row.lever), self.session.plan, language)
        for name, widget in controls.sections.items():
            widget.value = section_html(name, self.session, language)
        lines = list_changes(self.session, language)
        for line in lines:
            if line.key not in self.rows:
                self.rows[line.key] = ChangeRow(line.addresses, self.set_reason, self.remove_change)
            self.rows[line.key].show(line, language)
        controls.show_changes([self.rows[line.key].box for line in lines])
        controls.enable_steps(self.session.history)

    def show_message(self, text: str, kind: str = "error") -> None:
        """Shows a message, `error` or `done`, in place of the one before."""
        self.controls.message.value = message_html(text, kind)

    # --- moves

    def step(self, changes: Changes) -> None:
        """Goes on to other changes and shows their results."""
        self.session.step(changes)
        self.refresh()

    @report_errors
    def move(self, lever: PlanLever, position: float | str) -> None:
        """Puts a lever at a position."""
        self.step(move_lever(self.session.changes, lever, position))

    @report_errors
    def type_position(self, lever: PlanLever, text: str, address: str = "") -> None:
        """Puts a lever, or its year at an address, where a number was typed; one that cannot be used is said, and
        stays where it was typed. A year for which nothing is typed has no limit."""
        changes, position = self.session.changes, parse_position(lever, text, self.language)
        if address and text.strip() in ("", UNLIMITED):
            self.step(move_year(changes, lever, address, None))
        elif not address and text.strip() == position_text(lever, self.session.position(lever), self.language):
            return
        elif position is None:
            self.show_message(why_not_read(lever, text, self.language))
        else:
            new = move_year(changes, lever, address, position) if address else move_lever(changes, lever, position)
            self.step(new)

    @report_errors
    def set_reason(self, addresses: frozenset[str], reason: str) -> None:
        """Says why addresses were changed."""
        self.step(set_reason(self.session.changes, addresses, reason.strip()))

    @report_errors
    def remove_change(self, addresses: frozenset[str]) -> None:
        """Takes the changes at addresses back."""
        self.step(remove_changes(self.session.changes, addresses))

    @report_errors
    def undo(self) -> None:
        """Goes back to the changes before the last step."""
        self.session.history = self.session.history.undo()
        self.refresh()

    @report_errors
    def redo(self) -> None:
        """Takes the step again that was taken back last."""
        self.session.history = self.session.history.redo()
        self.refresh()

    @report_errors
    def reset(self) -> None:
        """Goes back to the plan itself."""
        self.step({})

    @report_errors
    def choose_language(self, language: str) -> None:
        """Shows everything in a language."""
        self.language = language
        self.controls.show_language(language, self.session)
        self.refresh()
        self.offer_draft()

    # --- scenarios and the draft

    @report_errors
    def compare_with(self, scenario: str) -> None:
        """Compares the results with those of a scenario."""
        self.session.compare_with(scenario)
        self.refresh()

    @report_errors
    def load(self, scenario: str) -> None:
        """Opens a saved scenario."""
        self.session.open_scenario(scenario)
        self.refresh()
        self.show_message(say("desk.loaded", self.language, name=scenario), "done")

    @report_errors
    def save(self, overwrite: bool = False) -> None:
        """Keeps the changes as a scenario; an existing one is replaced only by the button that names it."""
        session, language, text = self.session, self.language, self.controls.scenario_text()
        name = saving.safe_name(text.vi or text.en)
        self.controls.ask_overwrite("")
        if not name:
            return self.show_message(say("desk.name_needed", language))
        if not session.changes:
            return self.show_message(say("desk.nothing_to_save", language))
        if saving.scenario_path(session.plan_path, name).exists() and not overwrite:
            self.controls.ask_overwrite(say("desk.overwrite", language, name=name))
            return self.show_message(say("desk.exists", language, name=name))
        session.compute()
        saving.save_scenario(session.plan, session.changes, text, name)
        session.saved[name] = session.changes
        self.keep_draft()
        self.controls.list_scenarios(session, language)
        self.show_message(say("desk.saved", language, name=name, plan=session.plan.key), "done")

    @report_errors
    def take_draft(self, wanted: bool) -> None:
        """Takes up the latest draft of an earlier session, or discards it."""
        changes = self.draft.take()
        if wanted:
            self.session.step(changes)
        self.refresh()
        self.offer_draft()

    def offer_draft(self) -> None:
        """Says that there is a draft of an earlier session, if there is one."""
        count = len(self.draft.offered[0]) if self.draft.offered else 0
        self.controls.offer_draft(say("desk.draft_found", self.language, count=count) if count else "")

    # --- files

    @report_errors
    def make_excel(self) -> None:
        """Writes the results as an Excel file."""
        self.session.compute()
        path = saving.save_excel(self.session, self.output, self.language)
        self.controls.show_links(say("desk.excel_done", self.language), [(path.name, path)])

    @report_errors
    def make_reports(self) -> None:
        """Starts a run of the notebooks on the present changes."""
        session = self.session
        session.compute()
        scenario = saving.scenario_to_run(session, self.output)
        self.controls.show_running(say("desk.running", self.language))
        on_end = partial(self.show_reports, scenario)
        saving.start_run(session.plan, scenario, self.output, self.language, self.controls.show_progress, on_end)

    @report_errors
    def show_reports(self, scenario: str, index: Path | None, why: str) -> None:
        """The run has ended: shows links to what it made, or why it made nothing."""
        self.controls.show_running("")
        if why:
            self.show_message(say("desk.reports_failed", self.language, why=why))
        if index:
            pages = saving.run_pages(self.session.plan, scenario, index, self.language)
            self.controls.show_links(say("desk.reports_done", self.language), pages)
