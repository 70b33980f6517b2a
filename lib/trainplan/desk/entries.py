"""The list of changes as a person reads it: one line for a lever, one for an address that no lever shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from trainplan.desk.history import Changes
from trainplan.desk.positions import Fitted, position_in, shown
from trainplan.plan.address import address_label, reason_of
from trainplan.plan.plan import Plan
from trainplan.report.tables import summarize_values
from trainplan.text.catalog import say
from trainplan.text.formats import NOTHING


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
    unit = say(f"desk.unit_{lever.lever.unit}", language)

    def told(position: Any) -> str:
        text = shown(lever, position, language)
        return text if lever.lever.unit in ("share", "year", "choice") or text == "∞" else f"{text} {unit}"

    position = position_in(changes, lever)
    label, key = lever.lever.called(language), lever.lever.id
    return Entry(key, frozenset(lever.addresses), label, told(lever.start), told(position), reason_of(first))


def _of_address(plan: Plan, address: str, change: dict[str, Any], language: str) -> Entry:
    """Old and new value of the cells; the change itself where the plan could not be read with it."""
    label, some = address_label(plan, address, language), [c for c in plan.applied if c.stated == address]
    if some:
        before, after = [c.old for c in some], [c.new for c in some]
        old = summarize_values(plan, address, before, language)
        new = summarize_values(plan, address, after, language, before)
    else:
        old, new = NOTHING, "; ".join(f"{form} {value}" for form, value in change.items() if form != "reason")
    return Entry(address, frozenset({address}), label, old, new, reason_of(change))
