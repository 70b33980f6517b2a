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
from trainplan.desk.scenarios_view import beside_html, draft_text
from trainplan.desk.sections import headline_html, said_html, section_html
from trainplan.desk.seeking import Answer, OnStep, Seeking, answer_html, put_amount, seek_amount, seek_relaxations
from trainplan.desk.session import Draft, Session, set_reason, title_of
from trainplan.desk.widgets import Controls, message_html
from trainplan.plan.levers import Changes, PlanLever, move_lever, move_year, remove_changes
from trainplan.results.tables import Results
from trainplan.storage.files import OutputError
from trainplan.text.catalog import say
from trainplan.text.formats import billions
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
        self.seeking: Seeking | None = None
        self.answer: Answer | None = None
        self.levers = {
            lever.lever.id: LeverRow(lever, language, self.move, self.type_position) for lever in session.levers
        }
        self.rows: dict[str, ChangeRow] = {}
        actions: dict[str, Method] = {
            "undo": self.undo, "redo": self.redo, "reset_all": self.reset,
            "load": lambda: self.load(self.controls.chosen.value),
            "open_draft": partial(self.take_draft, True), "drop_draft": partial(self.take_draft, False),
            "rename": self.ask_new_title, "delete": self.ask_to_delete, "save": self.save,
            "reports": self.make_reports, "excel": self.make_excel, "language": self.choose_language,
            "seek_amount": self.seek_amount, "seek_target": self.seek_target, "stop": self.stop_seeking,
            "use_amount": self.use_amount, "beside": self.see_beside, "compared": self.compare_with,
            "chosen": self.choose_scenario,
        }  # fmt: skip
        self.controls: Controls = Controls(actions)
        self.root = self.controls.lay_out(self.levers.values())
        self.choose_language(language)

    def take_up(self) -> bool:
        """Shows what others have saved since this desk was made; False where its plan is not the same any more."""
        self.draft = Draft(self.session.plan_path)
        self.controls.list_scenarios(self.session, self.language)
        self.offer_draft()
        return self.session.is_current()

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
        controls.beside_table.value = beside_html(self.session, language)
        self.show_answer()
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
    def see_beside(self, scenarios: list[str]) -> None:
        """Shows scenarios beside the results."""
        try:
            self.session.see_beside(scenarios)
        finally:
            self.controls.tick_beside(self.session)
        self.controls.beside_table.value = beside_html(self.session, self.language)

    @report_errors
    def load(self, scenario: str) -> None:
        """Opens a saved scenario."""
        self.session.open_scenario(scenario)
        self.refresh()
        self.show_message(say("desk.loaded", self.language, name=scenario), "done")

    @report_errors
    def choose_scenario(self, _: str) -> None:
        """Shows when the scenario that is chosen was saved, and asks nothing about another one."""
        self.controls.of_file.close()
        self.controls.show_saved_day(self.session, self.language)

    @report_errors
    def save(self) -> None:
        """Keeps the changes as a scenario; asks before one is replaced, or has the title of another or a long one."""
        session, language, text = self.session, self.language, self.controls.scenario_text()
        name = saving.safe_name(text.vi or text.en)
        self.controls.of_save.close()
        if not name:
            return self.show_message(say("desk.name_needed", language))
        if not session.changes:
            return self.show_message(say("desk.nothing_to_save", language))
        there = saving.scenario_path(session.plan_path, name).exists()
        asked = [say("desk.exists", language, name=name)] if there else []
        asked += saving.title_questions(session.plan_path, text, name, language)
        if not asked:
            return self.save_as(text, name)
        yes = say("desk.overwrite", language, name=name) if there else say("desk.save_so", language)
        self.show_message("")
        self.controls.of_save.ask("\n".join(asked), yes, partial(self.save_as, text, name), language)

    @report_errors
    def save_as(self, text: saving.ScenarioText, name: str) -> None:
        """Keeps the changes as the scenario of a name, whatever there is of it."""
        session = self.session
        session.compute()
        saving.save_scenario(session.plan, session.changes, text, name)
        session.saved[name] = session.changes
        session.follow_file(name, name)
        self.show_files(say("desk.saved", self.language, name=name, plan=session.plan.key), name)

    def show_files(self, text: str, chosen: str = "") -> None:
        """The scenarios beside the plan have changed: shows what there is now, and says what was done."""
        self.controls.list_scenarios(self.session, self.language, chosen)
        self.show_results()
        self.keep_draft()
        self.show_message(text, "done")

    @report_errors
    def ask_new_title(self) -> None:
        """Asks how the scenario that is chosen is to be called."""
        session, language, name = self.session, self.language, self.controls.chosen.value
        titles = {f"name_{code}": title_of(session.plan_path, name, code) for code in session.base.plan.languages}
        act = partial(self.rename, name)
        asked = say("desk.new_title", language, title=title_of(session.plan_path, name, language), name=name)
        self.controls.of_file.ask(asked, say("desk.rename", language), act, language, titles)

    @report_errors
    def rename(self, name: str, vi: str, en: str) -> None:
        """Gives a saved scenario other titles, and its file the name that goes with them."""
        session, language, text = self.session, self.language, saving.ScenarioText(vi, en)
        new_name = saving.safe_name(vi or en)
        if not new_name:
            return self.show_message(say("desk.name_needed", language))
        asked = saving.title_questions(session.plan_path, text, name, language)
        if not asked:
            return self.rename_to(name, text, new_name)
        act = partial(self.rename_to, name, text, new_name)
        self.controls.of_file.ask("\n".join(asked), say("desk.save_so", language), act, language)

    @report_errors
    def rename_to(self, name: str, text: saving.ScenarioText, new_name: str) -> None:
        """Renames a saved scenario, whoever else has the title."""
        saving.rename_scenario(self.session.plan, name, text, new_name)
        self.session.follow_file(name, new_name)
        self.show_files(say("desk.renamed", self.language, name=name, new=new_name), new_name)

    @report_errors
    def ask_to_delete(self) -> None:
        """Asks, by its name, whether the scenario that is chosen is to go."""
        language, name = self.language, self.controls.chosen.value
        title = title_of(self.session.plan_path, name, language)
        asked = say("desk.delete_asked", language, title=title, name=name)
        yes = say("desk.delete_named", language, name=name)
        self.controls.of_file.ask(asked, yes, partial(self.delete, name), language)

    @report_errors
    def delete(self, name: str) -> None:
        """Deletes the file of a saved scenario; what is on the desk stays."""
        saving.delete_scenario(self.session.plan_path, name)
        self.session.follow_file(name)
        self.show_files(say("desk.deleted", self.language, name=name))

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
        offered = self.draft.offered
        self.controls.offer_draft(draft_text(self.session, offered[0], self.language) if offered else "")

    # --- what would meet targets

    @report_errors
    def seek_amount(self) -> None:
        """Looks for the least yearly amount that meets every target that money can meet."""
        self._seek(seek_amount)

    @report_errors
    def seek_target(self) -> None:
        """Looks for what would meet the target that is chosen."""
        self._seek(partial(seek_relaxations, self.controls.missed.value))

    def _seek(self, seek: Callable[[Changes, Results, OnStep], Answer]) -> None:
        session = self.session
        session.compute()
        self.controls.show_seeking(say("desk.seeking", self.language))
        asked = partial(seek, session.changes, session.results)
        self.seeking = Seeking(asked, self.controls.show_seek_step, self.end_seeking)

    @report_errors
    def stop_seeking(self) -> None:
        """Gives a search up."""
        if self.seeking:
            self.seeking.stop()
            self.controls.seek_state.value = say("desk.stopping", self.language)

    @report_errors
    def end_seeking(self, answer: Answer | None, error: Exception | None) -> None:
        """A search has ended: shows what it found, or what went wrong."""
        self.controls.show_seeking("")
        if error:
            raise error
        self.answer = answer or self.answer
        self.show_answer()

    def show_answer(self) -> None:
        """What was found, the button that puts an amount on the desk, and the targets that are missed now."""
        language, answer, changes = self.language, self.answer, self.session.changes
        plan, verdicts = self.session.plan, self.session.results["verdicts"]
        missed = verdicts["objective"][verdicts["verdict"] != "met"]
        self.controls.list_missed([(plan.label("objectives", id, language), id) for id in missed])
        self.controls.found.value = answer_html(answer, changes, language) if answer else ""
        goal = answer.goal if answer and answer.changes == changes else None
        amount = billions(goal.amount_vnd, language, 3) if goal and goal.changes else ""
        self.controls.offer_amount(say("desk.use_amount", language, amount=amount) if amount else "")

    @report_errors
    def use_amount(self) -> None:
        """Makes the amount found the ceiling of every year."""
        if self.answer and self.answer.goal:
            self.step(put_amount(self.session.changes, self.answer.goal, self.session.levers))

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
