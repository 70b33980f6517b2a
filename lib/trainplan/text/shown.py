"""Numbers that know where they come from, and texts that keep it: the address of a cell of a result table.

An address is the table, the row by its keys and the column: `budget 2012/total lacking_vnd`; `*` stands for a key over
which rows were added up, `one;other` for some of its ids. What writes a number (`text.formats`) gives a `Shown` for a
`Quoted`, `say` and `join_shown` keep its addresses, and in HTML it comes with them. Whatever else is done with either
gives a bare number or text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from html import escape
from string import Formatter
from typing import Any, Concatenate, ParamSpec

P = ParamSpec("P")
Span = tuple[int, int, str]  # where a number begins and ends, and its address


class Quoted(float):
    """A number with the address that it has in a result table, and keeps whatever its sign."""

    address: str

    def __new__(cls, value: float, address: str = "") -> Quoted:
        number = super().__new__(cls, value)
        number.address = address
        return number

    def __abs__(self) -> Quoted:
        return Quoted(super().__abs__(), self.address)

    def __neg__(self) -> Quoted:
        return Quoted(super().__neg__(), self.address)

    def told_as(self, value: float) -> Quoted:
        """The number told in another unit, with the same address."""
        return Quoted(value, self.address)


class Shown(str):
    """A text with the addresses of the numbers in it."""

    spans: tuple[Span, ...]

    def __new__(cls, text: str, spans: Iterable[Span] = ()) -> Shown:
        shown = super().__new__(cls, text)
        shown.spans = tuple(spans)
        return shown

    def __html__(self) -> str:
        """The text escaped, every number in a `span` whose `data-q` is its address; templates ask for it."""
        parts, done = [], 0
        for start, end, address in self.spans:
            number = f'<span data-q="{escape(address)}">{escape(self[start:end])}</span>'
            parts += [escape(self[done:start]), number]
            done = end
        return "".join([*parts, escape(self[done:])])


def keep_address(write: Callable[Concatenate[Any, P], str]) -> Callable[Concatenate[Any, P], str]:
    """The function that writes a number, which gives a `Shown` for a `Quoted`."""

    @wraps(write)
    def write_shown(value: Any, /, *args: P.args, **kwargs: P.kwargs) -> str:
        text = write(value, *args, **kwargs)
        return Shown(text, [(0, len(text), value.address)]) if isinstance(value, Quoted) else text

    return write_shown


def join_shown(pieces: Iterable[str], between: str = "") -> str:
    """The pieces as one text, as `between.join(pieces)`, with their addresses."""
    text, spans = "", list[Span]()
    for place, piece in enumerate(pieces):
        text += between if place else ""
        found = piece.spans if isinstance(piece, Shown) else ()
        spans += [(start + len(text), end + len(text), address) for start, end, address in found]
        text += piece
    return Shown(text, spans) if spans else text


def shorten_text(text: str, most: int) -> str:
    """The text with at most `most` letters, an ellipsis in place of what is left out, and the addresses that remain."""
    if len(text) <= most:
        return text
    cut = text[: most - 1].rstrip()
    spans = text.spans if isinstance(text, Shown) else ()
    return Shown(f"{cut}…", [span for span in spans if span[1] <= len(cut)])


def fill_places(text: str, values: Mapping[str, object]) -> str:
    """The text with values in its named places, as `text.format(**values)`, with their addresses."""
    if not any(isinstance(value, Shown) for value in values.values()):
        return text.format(**values)
    pieces: list[str] = []
    for words, name, _, _ in Formatter().parse(text):
        pieces.append(words)
        if name is not None:
            value = values[name]
            pieces.append(value if isinstance(value, str) else str(value))
    return join_shown(pieces)
