"""What stands around the levers and the answer: buttons, lists, fields, messages; and where all of it lies."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, get_args

import ipywidgets as widgets

from trainplan.desk import sections
from trainplan.desk.levers_view import LeverRow
from trainplan.desk.saving import ScenarioText, link_to, saved_day
from trainplan.desk.session import BASE, MOST_BESIDE, History, Session
from trainplan.plan.levers import Lever
from trainplan.report.html import LITERAL
from trainplan.text.catalog import LANGUAGES, say
from trainplan.text.formats import calendar_day

GROUPS: tuple[str, ...] = get_args(Lever.model_fields["group"].annotation)
BUTTONS = (  # `desk.<name>` is what stands on them
    "undo", "redo", "reset_all", "load", "rename", "delete", "open_draft", "drop_draft", "save", "reports", "excel",
    "seek_amount", "seek_target", "stop",
)  # fmt: skip
TITLES = ("name_vi", "name_en")
FIELDS = (*TITLES, "why")
HEADS = ("changes", "beside", "seek", "save_head", *(f"group_{group}" for group in GROUPS))
BESIDE = (  # groups of levers, and the answer that stays in view while one of them is moved
    (("money", "rule"), "cost"),
    (("targets",), "due"),
    (("people", "courses"), "coverage"),
)


def message_html(text: str, kind: str = "error") -> str:
    """A message, read aloud at once, every line of it its own; nothing for no text."""
    lines = "".join(f"<div>{escape(line)}</div>" for line in text.splitlines())
    role = "alert" if kind == "error" else "status"
    return f'<div class="tp-message {kind}" role="{role}">{lines}</div>' if text else ""


def text_of(field: widgets.Text) -> str:
    """What was typed in a field, its letters as files have them and with no more spaces than between words."""
    return " ".join(unicodedata.normalize("NFC", str(field.value)).split())


def show_if(widget: widgets.Widget, wanted: object) -> None:
    """Shows a widget or takes it off the screen."""
    widget.layout.display = "" if wanted else "none"


class Question:
    """A question in words, with a button that does what is asked and one that leaves everything as it is.

    Until it is asked, and once it is answered, nothing of it is on the screen.
    """

    def __init__(self) -> None:
        self._act: Callable[[], None]
        self.text = widgets.HTML()
        self.fields = [widgets.Text(layout=NAME, style=WIDE_LABEL) for _ in TITLES]
        self.yes, self.no = _button(self._do), _button(self.close)
        self.box = widgets.HBox([self.text, *self.fields, self.yes, self.no], layout=WRAP)
        self.close()

    def ask(
        self, text: str, yes: str, act: Callable[..., None], language: str, titles: Mapping[str, str] | None = None
    ) -> None:
        """Asks; `act` gets the titles by their fields, where `titles` has some to begin with."""
        self.text.value, self.yes.description = message_html(text), yes
        self.no.description = say("desk.leave", language)
        for field, name in zip(self.fields, TITLES, strict=True):
            field.description = say(f"desk.{name}", language)
            field.value = (titles or {}).get(name, "")
            show_if(field, titles and name in titles)
        self._act = act if titles is None else lambda: act(*map(text_of, self.fields))
        show_if(self.box, True)

    def close(self) -> None:
        """Takes the question away."""
        self._act = lambda: None
        show_if(self.box, False)

    def _do(self) -> None:
        act = self._act
        self.close()
        act()


class Controls:
    """The buttons and fields. `actions` has what each button does, and what the choices by hand do.

    The callers of a choice get the value chosen by hand; what the program itself chooses calls nobody.
    """

    def __init__(self, actions: Mapping[str, Callable[..., None]]) -> None:
        self._quiet = False
        self.title, self.message, self.headline, self.said, self.done = (widgets.HTML() for _ in range(5))
        self.sections = {name: widgets.HTML() for name in sections.SECTIONS}
        self.heads = {name: widgets.HTML() for name in HEADS}
        self.buttons = {name: _button(actions[name]) for name in BUTTONS}
        self.fields = {name: widgets.Text(layout=NAME, style=WIDE_LABEL) for name in FIELDS}
        self.language = widgets.ToggleButtons(options=[(say("desk.own_name", code), code) for code in LANGUAGES])
        self.language.style.button_width = "7em"
        self.compared, self.chosen = (widgets.Dropdown(layout=LIST, style=WIDE_LABEL) for _ in range(2))
        self.no_levers, self.no_changes, self.offered, self.run_state = (widgets.HTML() for _ in range(4))
        self.beside, self.beside_table, self._see = widgets.HBox(layout=WRAP), widgets.HTML(), actions["beside"]
        self.missed = widgets.Dropdown(layout=LIST, style=WIDE_LABEL)
        self.seek_state, self.found = widgets.HTML(), widgets.HTML()
        self.seek_bar, self.use_amount = widgets.IntProgress(layout={"width": "14em"}), _button(actions["use_amount"])
        self.saved_on, self.of_file, self.of_save = widgets.HTML(), Question(), Question()
        self.run_bar = widgets.IntProgress(layout=widgets.Layout(width="14em"))
        self.changes, self.links = widgets.VBox(), widgets.Output()
        self.draft_bar = widgets.HBox(
            [self.offered, self.buttons["open_draft"], self.buttons["drop_draft"]], layout=WRAP
        )
        for name in ("language", "compared", "chosen"):
            getattr(self, name).observe(self._on_choice(actions[name]), "value")
        show_if(self.run_bar, False)
        self.show_seeking("")
        self.offer_amount("")

    def _on_choice(self, act: Callable[[str], None]) -> Callable[[dict[str, Any]], None]:
        return lambda change: None if self._quiet or change["new"] is None else act(change["new"])

    def lay_out(self, levers: Collection[LeverRow]) -> widgets.VBox:
        """The desk from top to bottom: answer in words, then levers beside figures, then changes and files."""
        steps = [self.buttons[name] for name in ("undo", "redo", "reset_all")]
        files = [self.buttons["reports"], self.buttons["excel"], self.run_bar, self.run_state]
        saving = [*self.fields.values(), self.buttons["save"]]
        seek = [self.buttons["seek_amount"], self.missed, self.buttons["seek_target"]]
        seek += [self.seek_bar, self.seek_state, self.buttons["stop"]]
        chosen = [self.compared, self.chosen, *(self.buttons[name] for name in ("load", "rename", "delete"))]
        below = [widget for name, widget in self.sections.items() if name not in dict(BESIDE).values()]
        root = widgets.VBox(
            [
                widgets.HTML(f"<style>{sections.read_style()}</style>"),
                widgets.HBox([self.title, self.language], layout=widgets.Layout(justify_content="space-between")),
                self.draft_bar,
                widgets.HBox([*steps, *chosen, self.saved_on], layout=WRAP), self.of_file.box,
                widgets.VBox([self.headline, self.message]).add_class("tp-head"),
                self.said,
                *(self._levers_beside(levers, groups, section) for groups, section in BESIDE),
                widgets.VBox(below).add_class("tp-below"),
                self.heads["beside"], self.beside, self.beside_table,
                self.heads["seek"], widgets.HBox(seek, layout=WRAP), self.found, self.use_amount,
                self.heads["changes"], self.changes,
                self.heads["save_head"], widgets.HBox(saving, layout=WRAP), self.of_save.box,
                widgets.HBox(files, layout=WRAP), self.links, self.done,
            ]
        )  # fmt: skip
        return root.add_class("tp-desk").add_class(LITERAL)

    def _levers_beside(self, levers: Collection[LeverRow], groups: Sequence[str], section: str) -> widgets.HBox:
        """The levers of some groups under their headings, and beside them the answer that they change."""
        column: list[widgets.Widget] = []
        for group in groups:
            rows = [row.box for row in levers if row.lever.lever.group == group]
            column += [self.heads[f"group_{group}"], *rows] if rows else []
        if not levers and section == BESIDE[0][1]:
            column = [self.no_levers]
        answer = widgets.VBox([self.sections[section]]).add_class("tp-beside")
        return widgets.HBox([widgets.VBox(column).add_class("tp-levers"), answer]).add_class("tp-row")

    def show_language(self, language: str, session: Session) -> None:
        """Every label in the language."""
        self._quiet = True
        self.language.value = language
        self._quiet = False
        self.language.tooltip = say("desk.language", language)
        in_others = session.base.plan.languages != (language,)
        for widget in (self.language, self.fields["name_en"]):
            show_if(widget, in_others)
        self.title.value = f'<b class="tp-plan">{escape(session.base.plan.title(language))}</b>'
        for name, labeled in {**self.buttons, **self.fields}.items():
            labeled.description = say(f"desk.{name}", language)
        self.compared.description = say("desk.compare_with", language)
        self.missed.description = say("head.objective", language)
        self.chosen.description = say("head.scenario", language)
        for name, head in self.heads.items():
            head.value = f"<h2>{say(f'desk.{name}', language)}</h2>"
        self.no_levers.value, self.no_changes.value = say("desk.no_levers", language), say("desk.no_changes", language)
        self.list_scenarios(session, language)

    def list_scenarios(self, session: Session, language: str, chosen: str = "") -> None:
        """The scenarios beside the plan, as they are now; what was chosen stays chosen, unless it is to be another."""
        found = [(say("plan.base", language), BASE), *session.scenario_titles(language)]
        names = {name for _, name in found}
        self._quiet = True
        for listed, standing in ((self.compared, session.compared_name), (self.chosen, chosen or self.chosen.value)):
            listed.options = found
            listed.value = standing if standing in names else BASE
        self._quiet = False
        self.show_saved_day(session, language)
        self._list_beside(session, language)

    def _list_beside(self, session: Session, language: str) -> None:
        """A box to tick for every scenario, by its title."""
        titles = [(say("plan.base", language), BASE), *((t, name) for t, name in session.scenario_titles(language))]
        boxes = {name: widgets.Checkbox(description=title, indent=False, layout=TICK) for title, name in titles}
        for box in boxes.values():
            box.observe(self._on_tick, "value")
        self.boxes, self.beside.children = boxes, list(boxes.values())
        self.tick_beside(session)

    def _on_tick(self, _: object) -> None:
        if not self._quiet:
            self._see([name for name, box in self.boxes.items() if box.value])

    def tick_beside(self, session: Session) -> None:
        """Ticks the scenarios that are seen beside the results; where there are as many as may be, no other can be."""
        self._quiet = True
        for name, box in self.boxes.items():
            box.value = name in session.beside
            box.disabled = len(session.beside) >= MOST_BESIDE and not box.value
        self._quiet = False

    def show_saved_day(self, session: Session, language: str) -> None:
        """When the scenario that is chosen was saved; only one with a file of its own can be renamed or deleted."""
        day = saved_day(session.plan_path, self.chosen.value)
        said = say("desk.saved_on", language, day=calendar_day(day, language)) if day else ""
        self.saved_on.value = f'<span class="ghost">{escape(said)}</span>'
        for name in ("rename", "delete"):
            self.buttons[name].disabled = day is None

    def enable_steps(self, history: History) -> None:
        """Only what can be done can be pressed."""
        enabled = {"undo": history.past, "redo": history.future, "reset_all": history.present}
        for name, possible in enabled.items():
            self.buttons[name].disabled = not possible

    def show_changes(self, rows: list[widgets.Widget]) -> None:
        """The rows of the list of changes, or that there are none."""
        if (shown := rows or [self.no_changes]) != list(self.changes.children):
            self.changes.children = shown

    def scenario_text(self) -> ScenarioText:
        """How the scenario is to be called, and why there is one."""
        return ScenarioText(*(text_of(self.fields[name]) for name in FIELDS))

    def offer_draft(self, text: str) -> None:
        """Asks what is to become of a draft; takes the question away where there is no text."""
        self.offered.value = message_html(text, "done")
        show_if(self.draft_bar, text)

    def list_missed(self, missed: list[tuple[str, str]]) -> None:
        """The targets that are missed; where there are none there is nothing to seek for them."""
        if list(self.missed.options) != missed:
            chosen = self.missed.value
            self.missed.options = missed
            self.missed.value = chosen if chosen in {id for _, id in missed} else next((id for _, id in missed), None)
        for widget in (self.missed, self.buttons["seek_target"]):
            show_if(widget, missed)

    def show_seeking(self, text: str) -> None:
        """A search begins, or has ended where there is no text."""
        self.seek_state.value, self.seek_bar.value = escape(text), 0
        for name in ("seek_amount", "seek_target"):
            self.buttons[name].disabled = bool(text)
        for widget in (self.seek_bar, self.buttons["stop"]):
            show_if(widget, text)

    def show_seek_step(self, done: int, asked: int) -> None:
        """How many runs of a search are done, of how many that are asked for so far where that is known."""
        self.seek_bar.max = max(asked, done + 1)
        self.seek_bar.value = done
        self.seek_state.value = f"{done} / {asked}" if asked else str(done)

    def offer_amount(self, text: str) -> None:
        """Shows the button that puts the amount found on the desk; takes it away where there is no text."""
        self.use_amount.description = text
        show_if(self.use_amount, text)

    def show_running(self, text: str) -> None:
        """A run begins, or has ended where there is no text."""
        self.run_state.value, self.buttons["reports"].disabled = escape(text), bool(text)
        self.run_bar.value = 0
        show_if(self.run_bar, text)

    def show_progress(self, step: int, steps: int) -> None:
        """How many notebooks of a run are done."""
        self.run_bar.max, self.run_bar.value = steps, step
        self.run_state.value = f"{step} / {steps}"

    def show_links(self, text: str, files: list[tuple[str, Path]]) -> None:
        """Files to open: their links, and the folder for whoever looks on the disk."""
        links = " · ".join(f'<a href="{escape(link_to(f))}" target="_blank">{escape(t)}</a>' for t, f in files)
        folder = os.path.relpath(files[0][1].parent) if files else ""
        html = f"<p class='{LITERAL}'>{escape(text)} {links} <code>{escape(folder)}</code></p>"
        data = {"text/html": html, "text/plain": folder}
        self.links.outputs = ({"output_type": "display_data", "data": data, "metadata": {}},)


def _button(act: Callable[[], None]) -> widgets.Button:
    button = widgets.Button(layout=widgets.Layout(width="auto"))
    button.on_click(lambda _: act())
    return button


LIST = {"width": "22em"}  # every widget makes a layout of its own of these: one may be hidden alone
NAME = {"width": "24em"}
TICK = {"width": "auto", "margin": "0 18px 0 0"}
WRAP = {"flex_flow": "row wrap", "align_items": "center"}
WIDE_LABEL = {"description_width": "initial"}
