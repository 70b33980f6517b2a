"""What is wrong with an input: every problem of a plan is collected and shown at once, in both languages.

A problem has a code; its sentence is `problem.<code>` in the catalogs, which are opened only when one is to be read.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from pydantic_core import PydanticCustomError


def nearest_name(name: str, known: Iterable[str]) -> str:
    """The known name most like `name`, or an empty string where none is near."""
    found = difflib.get_close_matches(name, [str(k) for k in known], n=1, cutoff=0.6)
    return found[0] if found else ""


def refuse(code: str, **values: object) -> NoReturn:
    """Raises a ValueError of `code`, its `type`, with `values`, its `context`, for the named places of its sentence."""
    raise PydanticCustomError(code, code, values)


@dataclass(frozen=True)
class Problem:
    """One thing that a person has to mend: where it stands, what stands there, and what may stand there."""

    where: str  # the file, or the place that a command line or a notebook was given
    code: str  # what is wrong and what is allowed: the sentence `problem.<code>` of the catalogs
    value: object = None
    row: str = ""
    column: str = ""
    nearest: str = ""
    values: Mapping[str, object] = field(default_factory=dict, hash=False)  # for the named places of the sentence
    line: int = 0  # of the file, from 1

    def __str__(self) -> str:
        from trainplan.text.catalog import both, say

        place = [self.where]
        if self.row:
            line = f" ({say('problem_frame.line', 'en')} {self.line})" if self.line else ""
            place.append(f"{both('problem_frame.row')} {self.row}{line}")
        elif self.line:
            place.append(f"{both('problem_frame.line')} {self.line}")
        if self.column:
            place.append(f"{both('problem_frame.column')} {self.column}")
        value = f"'{self.value}': " if self.value is not None else ""
        nearest = f" {both('problem_frame.nearest')}: '{self.nearest}'." if self.nearest else ""
        return f"{', '.join(place)}: {value}{both(f'problem.{self.code}', **self.values)}{nearest}"


class PlanError(Exception):
    """The input is wrong; `problems` lists everything that is, and `str()` is the whole message."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = list(problems)
        super().__init__(str(self))

    def __str__(self) -> str:
        from trainplan.text.catalog import both

        head = both("problem_frame.count", count=len(self.problems))
        return "\n".join([f"{head}:", *(f"  - {problem}" for problem in self.problems)])

    def __reduce__(self) -> tuple[type[PlanError], tuple[list[Problem]]]:
        return PlanError, (self.problems,)

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows in place of a traceback."""
        return str(self).splitlines()
