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
from trainplan.plan.address import address_label, reason_of, value_at
from trainplan.plan.levers import DIGITS, Lever, PlanLever, Position, ceiling_year, lever_position, snap_to_step
from trainplan.plan.plan import Plan
from trainplan.report.tables.inputs import summarize_values
from trainplan.text.catalog import option_name, say
from trainplan.text.formats import LOCALES, MINUS, NOTHING, number, percent

UNLIMITED = "∞"
BARE_UNITS = ("share", "year", "choice")  # whose texts need no unit after them

OnMove = Callable[[PlanLever, float | str], None]
OnType = Callable[[PlanLever, str, str], None]  # the text, and the address of a year's field or nothing
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
        return year_text(position, language)
    if unit == "share":
        return percent(position, language, 2)
    return str(int(position)) if unit == "year" else number(position, language, 3)


def year_text(vnd: float | None, language: str) -> str:
    """The ceiling of a year in billions, without the unit; nothing where it has none."""
    return "" if vnd is None else number(vnd / 1e9, language, 3)


def with_unit(lever: PlanLever, position: Position, language: str) -> str:
    """A position with its unit: 17,5 tỷ đồng."""
    text = position_text(lever, position, language)
    bare = lever.lever.unit in BARE_UNITS or text == UNLIMITED
    return text if bare else f"{text} {unit_name(lever.lever, language)}"


def parse_position(lever: PlanLever, text: str, language: str) -> float | None:
    """The position typed as the language writes numbers, 12,5 or 12.5.

    None for what is none, is out of range, or may mean two things: see `why_not_read`.
    """
    if text.strip() == UNLIMITED and lever.unlimited:
        return float(lever.start)
    value = _typed_number(text, language)
    if value is None or ("%" in text and lever.lever.unit != "share") or _may_be_a_share(lever, text, language):
        return None
    return _in_range(lever, value)


def _typed_number(text: str, language: str) -> float | None:
    try:
        typed = text.replace("%", "").replace(MINUS, "-").strip()
        value = float(parse_decimal(typed, locale=LOCALES[language], strict=True))
    except NumberFormatError:
        return None
    return value if math.isfinite(value) else None


def _in_range(lever: PlanLever, value: float) -> float | None:
    """The position for a number in the lever's unit; None out of its range."""
    unit = lever.lever.unit
    value = value * 1e9 if unit == "bn" else value / 100 if unit == "share" else value
    taken = lever.lever.reaches(value) and (unit != "year" or value == int(value))
    return round(value, DIGITS) if taken else None


def _may_be_a_share(lever: PlanLever, text: str, language: str) -> bool:
    """Whether 0,07 in a field of percentages may mean 7%."""
    value = _typed_number(text, language)
    if value is None or lever.lever.unit != "share" or "%" in text:
        return False
    return 0 < value < 1 and lever.lever.reaches(value)


def why_not_read(lever: PlanLever, text: str, language: str) -> str:
    """Why `text` is not taken as a position of the lever: what it may mean, or what range the lever has."""
    about = {"label": lever.lever.label_in(language), "text": text.strip(), "unit": unit_name(lever.lever, language)}
    value = _typed_number(text, language)
    if "%" in text and lever.lever.unit != "share":
        return say("desk.not_percent", language, **about)
    if value is not None and _may_be_a_share(lever, text, language):
        few, many = number(value, language, DIGITS) + "%", percent(value, language, DIGITS)
        return say("desk.which_percent", language, **about, few=few, many=many)
    meant = [_typed_number(text, other) for other in LOCALES if other != language]
    found = [number(v, language, DIGITS) for v in meant if v is not None and _in_range(lever, v) is not None]
    if found:
        return say("desk.separators", language, **about, meant=found[0])
    low, high = (position_text(lever, end, language).replace(UNLIMITED, "") for end in lever.lever.ends)
    return say("desk.not_in_range", language, **about, low=low, high=high)


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

    Ceilings of several years unfold to a field a year. `on_move` is called with a position chosen by hand, `on_type`
    with the text of a field.
    """

    def __init__(self, lever: PlanLever, language: str, on_move: OnMove, on_type: OnType) -> None:
        self.lever, self.language = lever, language
        self._on_move, self._on_type, self._quiet = on_move, on_type, False
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
            self.field = self._typing_field("", FIELD)
        self.hand.observe(self._on_hand, "value")
        self.name = widgets.HTML()
        self.years = {address: self._typing_field(address, YEAR_FIELD) for address in lever.by_year}
        self.unfold = widgets.Button(description="▾", layout=SMALL) if self.years else None
        self.fields = widgets.HBox([*self.years.values()], layout=FOLDED)
        parts = [part for part in (self.hand, self.field, self.back, self.unfold) if part is not None]
        self.box = widgets.VBox([self.name, widgets.HBox(parts, layout=FLAT), *([self.fields] if self.years else [])])
        self.box.add_class("tp-lever").add_class(f"tp-lever-{lever.lever.id}")
        if self.unfold is not None:
            self.unfold.on_click(lambda _: self.show_years(self.fields.layout.display == "none"))
            self.show_years(len(set(lever.by_year.values())) > 1)

    def _typing_field(self, address: str, layout: widgets.Layout) -> widgets.Text:
        field = widgets.Text(continuous_update=False, layout=layout, style=YEAR_STYLE)
        field.description = str(ceiling_year(address)) if address else ""
        field.observe(lambda c: None if self._quiet else self._on_type(self.lever, str(c["new"]), address), "value")
        return field

    def show_years(self, wanted: bool) -> None:
        """Unfolds the fields of the years, or folds them."""
        self.fields.layout.display = "" if wanted else "none"
        if self.unfold is not None:
            self.unfold.description = "▴" if wanted else "▾"

    def _options(self) -> list[tuple[str, str]]:
        return [(option_name(option, self.language), option) for option in self.lever.options]

    def _on_hand(self, change: dict[str, Any]) -> None:
        if not self._quiet:
            value = change["new"]
            position = snap_to_step(self.lever.lever, value) if isinstance(value, float) else str(value)
            self._on_move(self.lever, position)

    def show(self, position: Position, plan: Plan, language: str) -> None:
        """Shows the lever at a position, and its years as the plan has them, without moving it."""
        self._quiet = True
        try:
            self._place(position, language)
            for address, field in self.years.items():
                field.value = year_text(value_at(plan, address), language)
        finally:
            self._quiet = False
        unit = unit_name(self.lever.lever, language)
        label = self.lever.lever.label_in(language) + (f" ({unit})" if unit else "")
        moved = position != self.lever.start
        look = f'class="tp-name{" moved" if moved else ""}"{self._spoken(language)}'
        self.name.value = f"<span {look}>{escape(label)}</span>"
        self.hand.tooltip = label
        if self.field is not None:
            self.field.tooltip = label
        self.back.tooltip = f"{say('desk.reset_one', language)}: {label}"
        self.back.disabled = not moved
        if self.unfold is not None:
            self.unfold.tooltip = f"{say('desk.by_year', language)}: {label}"
            if position is None:
                self.show_years(True)
        for field in self.years.values():
            field.tooltip = f"{field.description}: {label}; {say('desk.no_limit_if_empty', language)}"
            field.placeholder = UNLIMITED

    def _spoken(self, language: str) -> str:
        """How the page is to say where the slider stands: a factor, a unit and what its high end means."""
        factor = {"bn": 1e-9, "share": 100}.get(self.lever.lever.unit, 1)
        unit = unit_name(self.lever.lever, language)
        said = {
            "lang": language,
            "factor": factor,
            "unit": "" if self.lever.lever.unit == "year" else unit if unit == "%" else f" {unit}",
            "top": say("desk.no_limit", language) if self.lever.unlimited else "",
        }
        return "".join(f' data-{name}="{escape(str(value))}"' for name, value in said.items())

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
FOLDED = {"display": "none", "flex_flow": "row wrap"}
YEAR_FIELD = widgets.Layout(width="9em", flex="0 0 auto")
YEAR_STYLE = {"description_width": "3.2em"}
WIDE = widgets.Layout(width="100%", flex="1 1 auto")
SMALL = widgets.Layout(width="2.4em", flex="0 0 auto")
LINE = widgets.Layout(flex="1 1 auto")
