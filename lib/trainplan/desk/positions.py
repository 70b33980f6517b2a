"""Where a lever stands in a set of changes, and the changes that a position means."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from babel.numbers import NumberFormatError, parse_decimal

from trainplan.desk.history import Changes, without
from trainplan.plan.address import option_label, value_at
from trainplan.plan.levers import Lever, choices_of, form_of
from trainplan.plan.plan import Plan
from trainplan.text.formats import LOCALES, number, percent

Position = float | str | None  # a number, an option, or None: moved by something other than the lever
DIGITS = 9  # a position is never finer than this
NEUTRAL = {"scale": 1.0, "add": 0.0, "growth": 0.0}


@dataclass(frozen=True)
class Fitted:
    """A lever fitted to a plan: its addresses and where it starts."""

    lever: Lever
    addresses: dict[str, int]
    start: float | str
    unlimited: bool  # the plan has no limit here; the top end of the range means that there is none

    @property
    def options(self) -> list[str]:
        """What a choice may be, the plan's own among them."""
        return [str(o) for o in choices_of(self.lever.address[0]) or self.lever.options]


def fitted(plan: Plan) -> list[Fitted]:
    """The levers of a plan that nothing has changed."""
    return [_fitted(lever, plan) for lever in plan.levers]


def _fitted(lever: Lever, plan: Plan) -> Fitted:
    addresses = lever.addresses(plan.years, plan.price_base_year)
    if lever.change != "value":
        return Fitted(lever, addresses, NEUTRAL[lever.change], False)
    held = value_at(plan, next(iter(addresses)))
    if lever.is_choice:
        return Fitted(lever, addresses, str(held), False)
    assert lever.high is not None
    return Fitted(lever, addresses, lever.high if held is None else float(held), held is None)


def changed(changes: Changes, lever: Fitted, position: float | str) -> dict[str, dict[str, Any]]:
    """The changes with a lever at a position; at its start it changes nothing. Places and reasons are kept."""
    if position == lever.start:
        return without(changes, lever.addresses)
    new = dict(changes)
    for address, form in _forms(lever, position).items():
        reason = changes.get(address, {}).get("reason")
        new[address] = {**form, **({"reason": reason} if reason else {})}
    return new


def _forms(lever: Fitted, position: float | str) -> dict[str, dict[str, Any]]:
    """What the lever does at each of its addresses."""
    return {address: form_of(lever.lever, _plain(position), power) for address, power in lever.addresses.items()}


def position_in(changes: Changes, lever: Fitted) -> Position:
    """Where the lever stands; None where its numbers were changed in a way that it cannot show."""
    held = [changes.get(address) for address in lever.addresses]
    if all(change is None for change in held):
        return lever.start
    position = _meant(lever, held)
    if position is None or (lever.unlimited and position == lever.start):
        return None
    forms = _forms(lever, position)
    same = all(
        change is not None and _alike(change, forms[address])
        for address, change in zip(lever.addresses, held, strict=True)
    )
    return position if same else None


def _meant(lever: Fitted, held: list[dict[str, Any] | None]) -> float | str | None:
    """The position that the first change would have come from."""
    first, power = held[0], next(iter(lever.addresses.values()))
    form = "scale" if lever.lever.change == "growth" else lever.lever.change
    if first is None or form not in first:
        return None
    if lever.lever.is_choice:
        return str(first[form]) if str(first[form]) in lever.options else None
    try:
        value = float(first[form])
        value = value ** (1 / power) - 1 if lever.lever.change == "growth" else value
    except (TypeError, ValueError):
        return None
    return round(value, DIGITS) if not isinstance(value, complex) and within(lever.lever, value) else None


def _alike(change: dict[str, Any], other: dict[str, Any]) -> bool:
    """The same change, whatever its reason; numbers as near as a file keeps them."""
    forms = {form: value for form, value in change.items() if form != "reason"}
    if set(forms) != {form for form in other if form != "reason"}:
        return False
    return all(_same(value, other[form]) for form, value in forms.items())


def _same(one: Any, other: Any) -> bool:
    try:
        return math.isclose(float(one), float(other), rel_tol=1e-12, abs_tol=1e-12)
    except (TypeError, ValueError):
        return str(one) == str(other)


def within(lever: Lever, value: float) -> bool:
    assert lever.low is not None and lever.high is not None
    slack = 1e-9 * max(1.0, abs(lever.low), abs(lever.high))
    return lever.low - slack <= value <= lever.high + slack


def snapped(lever: Lever, value: float) -> float:
    """The number that a slider means: it counts steps from the low end, with a rounding of its own."""
    assert lever.low is not None and lever.high is not None and lever.step is not None
    steps = round((value - lever.low) / lever.step)
    near = round(lever.low + steps * lever.step, DIGITS)
    return near if math.isclose(near, value, rel_tol=1e-6, abs_tol=1e-9) else round(value, DIGITS)


def _plain(position: float | str) -> float | str:
    """A whole number without a fraction, as a person would write it."""
    whole = isinstance(position, float) and position == int(position)
    return int(position) if whole else position


def shown(lever: Fitted, position: Position, language: str) -> str:
    """A position in the lever's unit, without the unit."""
    if position is None:
        return "…"
    if isinstance(position, str):
        return option_label(position, language)
    if lever.unlimited and position == lever.start:
        return "∞"
    unit = lever.lever.unit
    if unit == "bn":
        return number(position / 1e9, language, 2)
    if unit == "share":
        return percent(position, language, 2)
    return str(int(position)) if unit == "year" else number(position, language, 3)


def read(lever: Lever, text: str, language: str) -> float | None:
    """A number as it is typed in the language, 12,5 or 12.5; None where it is none or lies outside the range."""
    try:
        value = float(parse_decimal(text.replace("%", "").strip(), locale=LOCALES[language], strict=True))
    except NumberFormatError:
        return None
    value = value * 1e9 if lever.unit == "bn" else value / 100 if lever.unit == "share" else value
    return round(value, DIGITS) if math.isfinite(value) and within(lever, value) else None
