"""What stands around the levers and the answer: buttons, lists, fields, messages; and where all of it lies."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path
from typing import Any, Protocol

import ipywidgets as widgets

from trainplan.desk import page
from trainplan.desk.bench import BASE, Bench
from trainplan.desk.history import History
from trainplan.desk.parts import LeverRow
from trainplan.desk.positions import Fitted
from trainplan.desk.reports import address
from trainplan.desk.saving import Words
from trainplan.desk.words import old_word
from trainplan.report.html import LITERAL
from trainplan.text.catalog import say

GROUPS = ("money", "rule", "targets", "people", "courses")
TALL = "max(430px, calc(100vh - 330px))"  # what is left under the bars of JupyterLab and the headline


class Answering(Protocol):
    """What the buttons ask of the desk."""

    levers: dict[str, LeverRow]
    sections: dict[str, widgets.HTML]
    headline: widgets.HTML
    done: widgets.HTML

    def undo(self) -> None: ...
    def redo(self) -> None: ...
    def reset(self) -> None: ...
    def say_in(self, language: str) -> None: ...
    def compare(self, scenario: str) -> None: ...
    def load(self, scenario: str) -> None: ...
    def save(self, over: bool = False) -> None: ...
    def take_draft(self, wanted: bool) -> None: ...
    def excel(self) -> None: ...
    def report(self) -> None: ...


def button(act: Any, icon: str = "") -> widgets.Button:
    made = widgets.Button(layout=widgets.Layout(width="auto"))
    made.on_click(lambda _: act())
    return made


class Controls:
    """The buttons and fields, wired to a desk."""

    def __init__(self, desk: Answering, levers: list[Fitted]) -> None:
        self.quiet = False
        self.title, self.message = widgets.HTML(), widgets.HTML()
        self.language = widgets.ToggleButtons(options=[("Tiếng Việt", "vi"), ("English", "en")])
        self.language.style.button_width = "7em"
        self.undo, self.redo, self.reset = button(desk.undo), button(desk.redo), button(desk.reset)
        self.compared, self.chosen = (widgets.Dropdown(layout=LIST, style=WIDE_LABEL) for _ in range(2))
        self.load = button(lambda: desk.load(self.chosen.value))
        self.offered = widgets.HTML()
        self.open_draft = button(lambda: desk.take_draft(True))
        self.drop_draft = button(lambda: desk.take_draft(False))
        self.heads = {group: widgets.HTML() for group in GROUPS}
        self.no_levers, self.changes_head, self.save_head = (widgets.HTML() for _ in range(3))
        self.changes = widgets.VBox()
        self.name_vi, self.name_en, self.why = (widgets.Text(layout=NAME, style=WIDE_LABEL) for _ in range(3))
        self.save, self.over = button(desk.save), button(lambda: desk.save(True))
        self.report, self.excel = button(desk.report), button(desk.excel)
        self.bar = widgets.IntProgress(layout=widgets.Layout(width="14em"))
        self.state, self.links = widgets.HTML(), widgets.Output()
        self.language.observe(lambda c: None if self.quiet else desk.say_in(c["new"]), "value")
        self.compared.observe(lambda c: None if self.quiet or c["new"] is None else desk.compare(c["new"]), "value")
        self.over.layout.display = self.bar.layout.display = "none"

    def lay_out(self, desk: Answering) -> widgets.VBox:
        """The desk from top to bottom: answer in words, then levers beside figures, then changes and files."""
        left = []
        for group in GROUPS:
            rows = [row.box for row in desk.levers.values() if row.fitted.lever.group == group]
            left += [self.heads[group], *rows] if rows else []
        left = left or [self.no_levers]
        levers = widgets.VBox(
            left, layout=widgets.Layout(width="330px", flex="0 0 330px", height=TALL, overflow="auto")
        )
        levers.add_class("tp-levers")
        answer = widgets.VBox(
            list(desk.sections.values()),
            layout=widgets.Layout(flex="1 1 auto", height=TALL, overflow="auto", padding="0 0 0 12px", min_width="0"),
        )
        answer.add_class("tp-answer")
        self.draft_bar = widgets.HBox([self.offered, self.open_draft, self.drop_draft])
        steps = widgets.HBox(
            [self.undo, self.redo, self.reset, self.compared, self.chosen, self.load],
            layout=widgets.Layout(flex_flow="row wrap", align_items="center"),
        )
        files = widgets.HBox([self.report, self.excel, self.bar, self.state], layout=WRAP)
        root = widgets.VBox(
            [
                widgets.HTML(f"<style>{page.STYLE}</style>"),
                widgets.HBox([self.title, self.language], layout=widgets.Layout(justify_content="space-between")),
                self.draft_bar, self.message, steps, desk.headline,
                widgets.HBox([levers, answer], layout=widgets.Layout(width="100%")),
                self.changes_head, self.changes,
                self.save_head, widgets.HBox([self.name_vi, self.name_en, self.why, self.save, self.over], layout=WRAP),
                files, self.links, desk.done,
            ]
        )  # fmt: skip
        root.add_class("tp-desk").add_class(LITERAL)
        return root

    def speak(self, language: str, bench: Bench) -> None:
        """Every label in the language."""
        self.quiet = True
        self.language.value = language
        self.quiet = False
        self.language.tooltip = say("desk.language", language)
        self.title.value = f"<b>{escape(bench.base.plan.title(language))}</b>"
        for key in ("undo", "redo", "load", "save", "excel", "open_draft", "drop_draft"):
            getattr(self, key).description = old_word(key, language)
        self.reset.description, self.report.description = say("desk.reset_all", language), say("desk.reports", language)
        self.compared.description, self.chosen.description = (
            say("desk.compare_with", language),
            say("desk.scenario", language),
        )
        for key in ("name_vi", "name_en", "why"):
            getattr(self, key).description = old_word(key, language)
        for group, head in self.heads.items():
            head.value = f"<h2>{say(f'desk.group_{group}', language)}</h2>"
        self.no_levers.value = say("desk.no_levers", language)
        self.changes_head.value = f"<h2>{say('desk.changes', language)}</h2>"
        self.save_head.value = f"<h2>{say('desk.save_head', language)}</h2>"
        self.list_scenarios(bench, language)

    def list_scenarios(self, bench: Bench, language: str) -> None:
        """The scenarios beside the plan, as they are now; what was chosen stays chosen."""
        found = [(say("desk.plan_itself", language), BASE), *bench.scenarios(language)]
        names = {name for _, name in found}
        self.quiet = True
        for listed, standing in ((self.compared, bench.compared), (self.chosen, self.chosen.value)):
            listed.options = found
            listed.value = standing if standing in names else BASE
        self.quiet = False

    def show_steps(self, history: History) -> None:
        self.undo.disabled, self.redo.disabled = not history.past, not history.future
        self.reset.disabled = not history.present

    def list_changes(self, rows: list[widgets.Widget], language: str) -> None:
        shown = rows or [widgets.HTML(say("desk.no_changes", language))]
        if rows != list(self.changes.children):
            self.changes.children = shown

    def words(self) -> Words:
        """How the scenario is to be called, and why there is one."""
        return Words(self.name_vi.value.strip(), self.name_en.value.strip(), self.why.value.strip())

    def ask_over(self, question: str) -> None:
        self.over.description = question
        self.over.layout.display = "" if question else "none"

    def offer(self, text: str) -> None:
        self.offered.value = page.message(text, "done")
        self.draft_bar.layout.display = "" if text else "none"

    def running(self, text: str) -> None:
        """A run begins, or has ended where there is no text."""
        self.state.value, self.report.disabled = escape(text), bool(text)
        self.bar.value, self.bar.layout.display = 0, "" if text else "none"

    def progress(self, step: int, steps: int) -> None:
        self.bar.max, self.bar.value = steps, step
        self.state.value = f"{step} / {steps}"

    def link(self, text: str, files: list[tuple[str, Path]]) -> None:
        """Files to open: their links, and the folder for whoever looks on the disk."""
        shown = " · ".join(f'<a href="{escape(address(f))}" target="_blank">{escape(t)}</a>' for t, f in files)
        folder = os.path.relpath(files[0][1].parent) if files else ""
        html = f"<p class='{LITERAL}'>{escape(text)} {shown} <code>{escape(folder)}</code></p>"
        data = {"text/html": html, "text/plain": folder}
        self.links.outputs = ({"output_type": "display_data", "data": data, "metadata": {}},)


LIST = widgets.Layout(width="22em")
NAME = widgets.Layout(width="24em")
WRAP = widgets.Layout(flex_flow="row wrap", align_items="center")
WIDE_LABEL = {"description_width": "initial"}
