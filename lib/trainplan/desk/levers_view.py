"""Levers and changes as a person sees and moves them: a row a lever, a row a change, positions as text."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

import ipywidgets as widgets
from babel.numbers import NumberFormatError, parse_decimal

from trainplan.desk.session import Session
from trainplan.plan.address import address_label, reason_of
from trainplan.plan.levers import DIGITS, Lever, PlanLever, Position, lever_position, snap_to_step
from trainplan.plan.plan import Plan
from trainplan.report.tables import summarize_values
from trainplan.text.catalog import option_name, say
from trainplan.text.formats import LOCALES, NOTHING, number, percent

UNLIMITED = "∞"
BARE_UNITS = ("share", "year", "choice")  # whose texts need no unit after them

OnMove = Callable[[PlanLever, float | str], None]
OnType = Callable[[PlanLever, str], None]
OnReason = Callable[[frozenset[str], str], None]
OnRemove = Callable[[frozenset[str]], None]


# --- positions as text


def unit_name(lever: Lever, language: str) -> str:
    """The unit of a lever; empty for a choice."""
    return say(f"desk.unit_{lever.unit}", language)


def position_text(lever: PlanLever, position: Position, language: str) -> str:
    """A position in the lever's unit, without the unit: 17,5 for 17.5 billion VND in Vietnamese."""
    if position is None:
        return "…"
    if isinstance(position, str):
        return option_name(position, language)
    if lever.unlimited and position == lever.start:
        return UNLIMITED
    unit = lever.lever.unit
    if unit == "bn":
        return number(position / 1e9, language, 2)
    if unit == "share":
        return percent(position, language, 2)
    return str(int(position)) if unit == "year" else number(position, language, 3)


def with_unit(lever: PlanLever, position: Position, language: str) -> str:
    """A position with its unit: 17,5 tỷ đồng."""
    text = position_text(lever, position, language)
    bare = lever.lever.unit in BARE_UNITS or text == UNLIMITED
    return text if bare else f"{text} {unit_name(lever.lever, language)}"


def parse_position(lever: PlanLever, text: str, language: str) -> float | None:
    """The position typed as the language writes numbers, 12,5 or 12.5; None for what is none or out of range."""
    text = text.strip()
    if text == UNLIMITED and lever.unlimited:
        return float(lever.start)
    try:
        value = float(parse_decimal(text.replace("%", "").strip(), locale=LOCALES[language], strict=True))
    except NumberFormatError:
        return None
    unit = lever.lever.unit
    value = value * 1e9 if unit == "bn" else value / 100 if unit == "share" else value
    return round(value, DIGITS) if math.isfinite(value) and lever.lever.reaches(value) else None


def range_text(lever: PlanLever, text: str, language: str) -> str:
    """Why `text` cannot be a position of the lever: what range it has."""
    low, high = (position_text(lever, end, language).replace(UNLIMITED, "") for end in lever.lever.ends)
    label, unit = lever.lever.label_in(language), unit_name(lever.lever, language)
    return say("desk.not_in_range", language, label=label, text=text, low=low, high=high, unit=unit)


# --- changes as text


@dataclass(frozen=True)
class ChangeLine:
    """A line of the list of changes: one lever, or one address that no lever shows; old → new, and why."""

    key: str
    addresses: frozenset[str]
    label: str
    old: str
    new: str
    reason: str


def list_changes(session: Session, language: str) -> list[ChangeLine]:
    """The lines of the present changes, in the order in which the changes apply."""
    changes, lines = session.changes, dict[str, ChangeLine]()
    lever_at: dict[str, PlanLever] = {}
    for lever in session.levers:
        if lever_position(changes, lever) not in (None, lever.start):
            lever_at.update(dict.fromkeys(lever.addresses, lever))
    for address, change in changes.items():
        if address not in lever_at:
            lines[address] = _address_line(session.plan, address, change, language)
        elif lever_at[address].lever.id not in lines:
            lines[lever_at[address].lever.id] = _lever_line(session, lever_at[address], reason_of(change), language)
    return list(lines.values())


def _lever_line(session: Session, lever: PlanLever, reason: str, language: str) -> ChangeLine:
    old, new = (with_unit(lever, position, language) for position in (lever.start, session.position(lever)))
    return ChangeLine(lever.lever.id, frozenset(lever.addresses), lever.lever.label_in(language), old, new, reason)


def _address_line(plan: Plan, address: str, change: dict[str, Any], language: str) -> ChangeLine:
    """Old and new value of the cells; the change itself where the plan could not be read with it."""
    label, cells = address_label(plan, address, language), [c for c in plan.applied if c.stated == address]
    if cells:
        before, after = [c.old for c in cells], [c.new for c in cells]
        old = summarize_values(plan, address, before, language)
        new = summarize_values(plan, address, after, language, before)
    else:
        old, new = NOTHING, "; ".join(f"{form} {value}" for form, value in change.items() if form != "reason")
    return ChangeLine(address, frozenset({address}), label, old, new, reason_of(change))


# --- rows


class LeverRow:
    """A lever on the desk: its name, a slider with a field to type in, or a list of options; and a way back.

    `on_move` is called with a position chosen by hand, `on_type` with the text of the field.
    """

    def __init__(self, lever: PlanLever, language: str, on_move: OnMove, on_type: OnType) -> None:
        self.lever, self.language = lever, language
        self._on_move, self._quiet = on_move, False
        self.back = widgets.Button(description="↺", layout=SMALL)
        self.back.on_click(lambda _: on_move(lever, lever.start))
        self.field = None
        if lever.lever.is_choice:
            self.hand: widgets.Widget = widgets.Dropdown(options=self._options(), value=lever.start, layout=WIDE)
        else:
            low, high = lever.lever.ends
            self.hand = widgets.FloatSlider(
                value=lever.start, min=low, max=high, step=lever.lever.step, readout=False,
                continuous_update=False, layout=WIDE,
            )  # fmt: skip
            self.field = widgets.Text(continuous_update=False, layout=FIELD)
            self.field.observe(lambda c: None if self._quiet else on_type(lever, str(c["new"])), "value")
        self.hand.observe(self._on_hand, "value")
        self.name = widgets.HTML()
        parts = [part for part in (self.hand, self.field, self.back) if part is not None]
        self.box = widgets.VBox([self.name, widgets.HBox(parts, layout=FLAT)])
        self.box.add_class("tp-lever").add_class(f"tp-lever-{lever.lever.id}")

    def _options(self) -> list[tuple[str, str]]:
        return [(option_name(option, self.language), option) for option in self.lever.options]

    def _on_hand(self, change: dict[str, Any]) -> None:
        if not self._quiet:
            value = change["new"]
            position = snap_to_step(self.lever.lever, value) if isinstance(value, float) else str(value)
            self._on_move(self.lever, position)

    def show(self, position: Position, language: str) -> None:
        """Shows the lever at a position, without moving it."""
        self._quiet = True
        try:
            self._place(position, language)
        finally:
            self._quiet = False
        unit = unit_name(self.lever.lever, language)
        label = self.lever.lever.label_in(language) + (f" ({unit})" if unit else "")
        moved = position != self.lever.start
        self.name.value = f'<span class="{"moved" if moved else ""}">{escape(label)}</span>'
        self.hand.tooltip = label
        if self.field is not None:
            self.field.tooltip = label
        self.back.tooltip = f"{say('desk.reset_one', language)}: {label}"
        self.back.disabled = not moved

    def _place(self, position: Position, language: str) -> None:
        """Puts hand and field where the lever stands; a hand stays where its lever cannot show the changes."""
        if language != self.language:
            self.language = language
            if self.field is None:
                self.hand.options, self.hand.value = self._options(), position or self.lever.start
        if position is not None and self.hand.value != position:
            self.hand.value = position
        if self.field is not None:
            self.field.value = position_text(self.lever, position, language)


class ChangeRow:
    """A change in the list: old → new, its reason, and a way back; a reason and the way back are of `addresses`."""

    def __init__(self, addresses: frozenset[str], on_reason: OnReason, on_remove: OnRemove) -> None:
        self.text = widgets.HTML(layout=LINE)
        self.reason = widgets.Text(continuous_update=False, layout=widgets.Layout(width="40%"))
        self.back = widgets.Button(description="↺", layout=SMALL)
        self._quiet = False
        self.reason.observe(lambda c: None if self._quiet else on_reason(addresses, c["new"]), "value")
        self.back.on_click(lambda _: on_remove(addresses))
        self.box = widgets.HBox([self.text, self.reason, self.back])
        self.box.add_class("tp-change")

    def show(self, line: ChangeLine, language: str) -> None:
        """Shows a line, without changing its reason."""
        values = f'<span class="old">{escape(line.old)}</span> → <b>{escape(line.new)}</b>'
        self.text.value = f"{escape(line.label)}: {values}"
        self._quiet = True
        try:
            self.reason.value = line.reason
        finally:
            self._quiet = False
        self.reason.placeholder = say("desk.reason_hint", language)
        self.reason.tooltip = f"{say('head.reason', language)}: {line.label}"
        self.back.tooltip = f"{say('desk.reset_one', language)}: {line.label}"


FLAT = widgets.Layout(align_items="center")
FIELD = widgets.Layout(width="5.6em", flex="0 0 auto")
WIDE = widgets.Layout(width="100%", flex="1 1 auto")
SMALL = widgets.Layout(width="2.4em", flex="0 0 auto")
LINE = widgets.Layout(flex="1 1 auto")
