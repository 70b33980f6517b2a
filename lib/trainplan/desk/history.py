"""The changes on the desk and the steps back and forth between sets of them. Nothing here is ever modified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Changes = Mapping[str, dict[str, Any]]  # address -> {value|scale|add: …, reason: …}, in the order of application
STEPS = 500  # how far back one can go


@dataclass(frozen=True)
class History:
    """The present set of changes, those before it and those that were undone."""

    present: Changes = field(default_factory=dict)
    past: tuple[Changes, ...] = ()
    future: tuple[Changes, ...] = ()

    def then(self, changes: Changes) -> History:
        """A step on; what was undone is gone. The same changes in the same order are no step."""
        if list(changes.items()) == list(self.present.items()):
            return self
        return History(changes, (*self.past, self.present)[-STEPS:])

    def undo(self) -> History:
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.present, *self.future))

    def redo(self) -> History:
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.present), self.future[1:])


def normal(changes: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """A scenario's `set` with every change written as a map."""
    return {str(a): dict(c) if isinstance(c, dict) else {"value": c} for a, c in changes.items()}


def without(changes: Changes, addresses: Mapping[str, Any] | set[str]) -> dict[str, dict[str, Any]]:
    """The changes at all other addresses."""
    return {address: change for address, change in changes.items() if address not in addresses}


def explained(changes: Changes, addresses: set[str], reason: str) -> dict[str, dict[str, Any]]:
    """The changes with a reason at some addresses; an empty reason takes it away."""
    return {
        address: _with_reason(change, reason) if address in addresses else change for address, change in changes.items()
    }


def _with_reason(change: dict[str, Any], reason: str) -> dict[str, Any]:
    bare = {form: value for form, value in change.items() if form != "reason"}
    return {**bare, "reason": reason} if reason else bare
