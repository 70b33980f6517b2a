"""The draft: changes not yet saved, kept beside the plan, so that they outlive a kernel or a power cut."""

from __future__ import annotations

import json
from pathlib import Path

from trainplan.desk.history import Changes, normal
from trainplan.storage.files import unwritable, write_text


class Draft:
    """The file of a plan's draft, and the sets of changes in it that nobody has yet taken up or discarded."""

    def __init__(self, plan: Path) -> None:
        self.path = plan.parent / ".draft.json"
        self.offered: list[Changes] = self._read()

    def _read(self) -> list[Changes]:
        """Sets of changes, the latest first; an unreadable file holds none."""
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))["changes"]
            return [normal(changes) for changes in kept if isinstance(changes, dict) and changes]
        except (OSError, ValueError, KeyError, TypeError):
            return []

    def keep(self, changes: Changes) -> None:
        """Writes the changes, and those still offered after them; OutputError where that cannot be done."""
        kept = [changes, *self.offered] if changes else self.offered
        if kept:
            write_text(self.path, json.dumps({"changes": kept}, ensure_ascii=False, indent=1) + "\n")
            return
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(self.path, error) from error

    def take(self) -> Changes:
        """The latest set that is offered; it is offered no longer."""
        return self.offered.pop(0) if self.offered else {}
