"""The list of changes as a person reads it: one line for a lever, one for an address that no lever shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from trainplan.desk.history import Changes
from trainplan.desk.positions import Fitted, position_in, shown
from trainplan.desk.words import word
from trainplan.inputs.changes import reason_of, split_address
from trainplan.inputs.plan import Plan
from trainplan.words.numbers import NOTHING, number

NAMED = {"objective": "objectives", "program": "programs", "group": "groups", "source": "sources"}
SIGNS = {"scale": "×", "add": "+"}


@dataclass(frozen=True)
class Entry:
    """A line of the list: what changed, old → new, and why."""

    key: str
    addresses: frozenset[str]
    label: str
    old: str
    new: str
    reason: str


def entries(plan: Plan, changes: Changes, levers: Iterable[Fitted], language: str) -> list[Entry]:
    """The lines, in the order in which the changes apply. `plan` is the one that they were applied to last."""
    lines: dict[str, Entry] = {}
    shown_by: dict[str, Fitted] = {}
    for lever in levers:
        if position_in(changes, lever) not in (None, lever.start):
            shown_by.update(dict.fromkeys(lever.addresses, lever))
    for address, change in changes.items():
        mover = shown_by.get(address)
        if mover is None:
            lines[address] = _of_address(plan, address, change, language)
        elif mover.lever.id not in lines:
            lines[mover.lever.id] = _of_lever(mover, changes, change, language)
    return list(lines.values())


def _of_lever(lever: Fitted, changes: Changes, first: dict[str, Any], language: str) -> Entry:
    unit = word(f"unit_{lever.lever.unit}", language)

    def told(position: Any) -> str:
        if lever.lever.is_choice:
            return word(str(position), language)
        text = shown(lever, position, language)
        return text if lever.lever.unit in ("share", "year") or text == "∞" else f"{text} {unit}"

    position = position_in(changes, lever)
    label, key = lever.lever.called(language), lever.lever.id
    return Entry(key, frozenset(lever.addresses), label, told(lever.start), told(position), reason_of(first))


def _of_address(plan: Plan, address: str, change: dict[str, Any], language: str) -> Entry:
    """Old and new number where the address is one cell; the change itself where it is many."""
    found = [c for c in plan.applied if c.address == address]
    form = next((f for f in change if f != "reason"), "value")
    new = _text(change.get(form), language)
    old, new = (NOTHING, f"{SIGNS[form]} {new}") if form in SIGNS else (NOTHING, new)
    if found:
        old, new = _text(found[-1].old, language), _text(found[-1].new, language)
    return Entry(address, frozenset({address}), _label(plan, address, language), old, new, reason_of(change))


def _text(value: Any, language: str) -> str:
    if isinstance(value, str):
        return word(value, language) if value else NOTHING
    return number(value, language, 4) if isinstance(value, int | float) else str(value)


def _label(plan: Plan, address: str, language: str) -> str:
    """The address with the names of what it is about."""
    parts = split_address(address)
    if parts is None:
        return address
    keys = parts[1].split("/")
    names = [plan.label(table, key, language) for key in keys for table in NAMED.values()]
    spoken = [name for name in names if name not in keys]
    return f"{', '.join(spoken)} ({address})" if spoken else address
