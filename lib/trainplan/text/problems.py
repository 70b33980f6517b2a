"""What is wrong with an input, in words: every problem of a plan is collected and shown at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from trainplan.text.vietnamese import vietnamese


def nearest_name(name: str, known: Iterable[str]) -> str:
    """The known name most like `name`, or an empty string where none is near."""
    found = difflib.get_close_matches(name, [str(k) for k in known], n=1, cutoff=0.6)
    return found[0] if found else ""


@dataclass(frozen=True)
class Problem:
    """One thing that a person has to mend: where it stands, what stands there, and what may stand there."""

    where: str  # the file, or the place that a command line or a notebook was given
    allowed: str  # what is wrong and what is allowed, as a sentence
    value: object = None
    row: str = ""
    column: str = ""
    nearest: str = ""

    def __str__(self) -> str:
        place = [self.where]
        if self.row:
            place.append(f"dòng / {self.row}" if self.row.startswith("line ") else f"dòng / row {self.row}")
        if self.column:
            place.append(f"cột / column {self.column}")
        text = ", ".join(place) + ": "
        if self.value is not None:
            text += f"'{self.value}': "
        own = vietnamese(self.allowed)
        text += f"{own} / {self.allowed}" if own else self.allowed
        if self.nearest:
            text += f" Gần nhất / Nearest: '{self.nearest}'."
        return text


class PlanError(Exception):
    """The input is wrong; `problems` lists everything that is, and `str()` is the whole message."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = list(problems)
        super().__init__(str(self))

    def __str__(self) -> str:
        count = len(self.problems)
        head = f"{count} lỗi trong dữ liệu vào / {count} problem{'s' if count != 1 else ''} in the input:"
        return "\n".join([head, *(f"  - {problem}" for problem in self.problems)])

    def __reduce__(self) -> tuple[type[PlanError], tuple[list[Problem]]]:
        return PlanError, (self.problems,)

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows in place of a traceback."""
        return str(self).splitlines()
