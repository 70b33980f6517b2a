"""What is wrong with an input: every problem of a plan is collected and shown at once, in both languages.

A problem has a code; its sentence is `problem.<code>` in the catalogs, which are opened only when one is to be read.
"""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from pydantic_core import PydanticCustomError

from trainplan.text.letters import as_meant, deceptive_letters, is_hidden, letter_name

REASONS = {
    errno.ENOENT: "no_file",
    errno.ENOTDIR: "no_file",
    errno.EISDIR: "file_is_folder",
    errno.EACCES: "file_locked",
    errno.EPERM: "file_locked",
    errno.ELOOP: "file_in_circle",
    errno.ENAMETOOLONG: "file_name_too_long",
    errno.ENODEV: "file_not_regular",
    errno.EFBIG: "file_too_large",
}
LETTERS_NAMED = 3  # of those that deceive in one text
ENOUGH = 200  # problems of one table or one check: what follows is not looked at
SHOWN = 99  # problems in a message
LONGEST = 300  # letters of a value in a message
NEAR_AMONG = 1000  # names: among more, none is looked for that is near


def nearest_name(name: str, known: Iterable[str]) -> str:
    """The known name most like `name`, or an empty string where none is near; capitals and look-alikes are alike."""
    known = [str(k) for k in known]
    if len(known) > NEAR_AMONG or len(name) > LONGEST:
        return ""
    meant = {as_meant(k).casefold(): k for k in known if len(k) <= LONGEST}
    found = difflib.get_close_matches(as_meant(name).casefold(), meant, n=1, cutoff=0.6)
    return meant[found[0]] if found else ""


def visible_text(text: object) -> str:
    """The beginning of a text with the numbers of the letters that cannot be seen, so that each of them is."""
    shown = beginning_of(text)
    return "".join(f"[U+{ord(letter):04X}]" if is_hidden(letter) else letter for letter in shown)


def beginning_of(text: object, most: int = LONGEST) -> str:
    """A text, or its first `most` letters and `…`."""
    whole = str(text)
    return whole if len(whole) <= most else f"{whole[:most]}…"


def sentences_on_letters(texts: Iterable[object]) -> list[str]:
    """A sentence about each letter of the texts that is hidden or taken for another: its place, and what is meant."""
    from trainplan.text.catalog import both

    said = []
    flat = [part for text in texts for part in (text.values() if isinstance(text, dict) else [text])]
    for text in dict.fromkeys(beginning_of(text) for text in flat if text):
        found = deceptive_letters(text)
        for position, letter, meant in found[:LETTERS_NAMED]:
            key = "problem_frame.look_alike" if meant else "problem_frame.hidden_letter"
            said.append(both(key, text=visible_text(text), position=position, letter=letter_name(letter), meant=meant))
        if len(found) > LETTERS_NAMED:
            said.append("…")
    return said


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
    line: int = 0  # of the file, or of the sheet, from 1
    cell: str = ""  # of a sheet, as Excel calls it: D7

    def __str__(self) -> str:
        from trainplan.text.catalog import both

        place = [self.where]
        if self.line:
            own = (
                f"{both('problem_frame.cell')} {self.cell}"
                if self.cell
                else f"{both('problem_frame.line')} {self.line}"
            )
            place.append(own + (f" ({beginning_of(self.row)})" if self.row else ""))
        elif self.row:
            place.append(f"{both('problem_frame.row')} {beginning_of(self.row)}")
        if self.column:
            place.append(f"{both('problem_frame.column')} {beginning_of(self.column)}")
        value = f"'{visible_text(self.value)}': " if self.value is not None else ""
        nearest = f"{both('problem_frame.nearest')}: '{visible_text(self.nearest)}'." if self.nearest else ""
        letters = sentences_on_letters([self.value, self.column, self.nearest])
        values = {
            key: beginning_of(text, 3 * LONGEST) if isinstance(text, str) else text for key, text in self.values.items()
        }
        sentences = [both(f"problem.{self.code}", **values), *filter(None, [nearest]), *letters]
        return f"{', '.join(map(visible_text, place))}: {value}{' '.join(sentences)}"


def problem_of_file(where: str, error: OSError) -> Problem:
    """Why a file cannot be read; the usual reasons in both languages, any other as the system says it."""
    code = REASONS.get(error.errno or 0)
    return (
        Problem(where, code)
        if code
        else Problem(where, "file_not_readable", values={"reason": error.strerror or error})
    )


class PlanError(Exception):
    """The input is wrong; `problems` lists everything that is, and `str()` is the whole message."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = list(problems)
        super().__init__(str(self))

    def __str__(self) -> str:
        from trainplan.text.catalog import both

        head = both("problem_frame.count", count=len(self.problems))
        further = len(self.problems) - SHOWN
        rest = [both("problem_frame.further", count=further)] if further > 0 else []
        return "\n".join([f"{head}:", *(f"  - {problem}" for problem in self.problems[:SHOWN]), *rest])

    def __reduce__(self) -> tuple[type[PlanError], tuple[list[Problem]]]:
        return PlanError, (self.problems,)

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows in place of a traceback."""
        return str(self).splitlines()
