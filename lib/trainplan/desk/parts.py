"""The parts of the desk that a hand touches: a lever, a change in the list."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets as widgets

from trainplan.desk.entries import Entry
from trainplan.desk.positions import Fitted, Position, shown, snapped
from trainplan.plan.address import option_label
from trainplan.text.catalog import say

Moved = Callable[[Fitted, float | str], None]
Typed = Callable[[Fitted, str], None]


class LeverRow:
    """A lever: its name, a slider with a field to type in, or a list of options; and a way back."""

    def __init__(self, fitted: Fitted, language: str, moved: Moved, typed: Typed) -> None:
        self.fitted, self.language = fitted, language
        self._moved, self._typed, self._quiet = moved, typed, False
        self.back = widgets.Button(description="↺", layout=SMALL)
        self.back.on_click(lambda _: moved(fitted, fitted.start))
        if fitted.lever.is_choice:
            self.hand: widgets.Widget = widgets.Dropdown(
                options=self._options(language), value=fitted.start, layout=WIDE
            )
            self.field = None
            parts = [self.hand, self.back]
        else:
            lever = fitted.lever
            self.hand = widgets.FloatSlider(
                value=fitted.start, min=lever.low, max=lever.high, step=lever.step, readout=False,
                continuous_update=False, layout=SLIDER,
            )  # fmt: skip
            self.field = widgets.Text(continuous_update=False, layout=FIELD)
            self.field.observe(self._on_field, "value")
            parts = [self.hand, self.field, self.back]
        self.hand.observe(self._on_hand, "value")
        self.name = widgets.HTML()
        self.box = widgets.VBox([self.name, widgets.HBox(parts, layout=FLAT)])
        self.box.add_class("tp-lever").add_class(f"tp-lever-{fitted.lever.id}")

    def _options(self, language: str) -> list[tuple[str, str]]:
        return [(option_label(option, language), option) for option in self.fitted.options]

    def _on_hand(self, change: dict[str, object]) -> None:
        if not self._quiet:
            value = change["new"]
            self._moved(self.fitted, snapped(self.fitted.lever, value) if isinstance(value, float) else str(value))

    def _on_field(self, change: dict[str, object]) -> None:
        if not self._quiet:
            self._typed(self.fitted, str(change["new"]))

    def show(self, position: Position, language: str) -> None:
        """Puts the lever where it stands, without moving it."""
        lever = self.fitted.lever
        self._quiet = True
        try:
            if self.field is None and language != self.language:
                self.hand.options, self.hand.value = self._options(language), position or self.fitted.start
            if position is not None and self.hand.value != position:
                self.hand.value = position
            if self.field is not None:
                self.field.value = shown(self.fitted, position, language)
        finally:
            self._quiet = False
        unit = say(f"desk.unit_{lever.unit}", language)
        label = lever.called(language) + (f" ({unit})" if unit else "")
        moved = position != self.fitted.start
        self.name.value = f'<span class="{"moved" if moved else ""}">{escape(label)}</span>'
        for part in (self.hand, self.field):
            if part is not None:
                part.tooltip = label
        self.back.tooltip = f"{say('desk.reset_one', language)}: {label}"
        self.back.disabled, self.language = not moved, language


class ChangeRow:
    """A change in the list: old → new, its reason, and a way back."""

    def __init__(self, key: str, explained: Callable[[str, str], None], undone: Callable[[str], None]) -> None:
        self.text = widgets.HTML(layout=LINE)
        self.reason = widgets.Text(continuous_update=False, layout=widgets.Layout(width="40%"))
        self.back = widgets.Button(description="↺", layout=SMALL)
        self._quiet = False
        self.reason.observe(lambda c: None if self._quiet else explained(key, c["new"]), "value")
        self.back.on_click(lambda _: undone(key))
        self.box = widgets.HBox([self.text, self.reason, self.back])
        self.box.add_class("tp-change")

    def show(self, entry: Entry, language: str) -> None:
        arrow = f'<span class="old">{escape(entry.old)}</span> → <b>{escape(entry.new)}</b>'
        self.text.value = f"{escape(entry.label)}: {arrow}"
        self._quiet = True
        try:
            self.reason.value = entry.reason
        finally:
            self._quiet = False
        self.reason.placeholder = say("desk.reason_hint", language)
        self.reason.tooltip = f"{say('desk.reason', language)}: {entry.label}"
        self.back.tooltip = f"{say('desk.reset_one', language)}: {entry.label}"


FLAT = widgets.Layout(align_items="center")
SLIDER = widgets.Layout(width="100%", flex="1 1 auto")
FIELD = widgets.Layout(width="5.6em", flex="0 0 auto")
WIDE = widgets.Layout(width="100%", flex="1 1 auto")
SMALL = widgets.Layout(width="2.4em", flex="0 0 auto")
LINE = widgets.Layout(flex="1 1 auto")
