"""A form of the office, filled in: its layout says which columns there are, rows of quantities what stands in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from trainplan.cycle.form_layout import ColumnLayout, FormLayout, number_columns
from trainplan.sheets.office_form import OfficeCell, OfficeColumn, OfficeRow, add_up

Cells = Mapping[str, "OfficeCell | Mapping[str, OfficeCell]"]  # by quantity; of one with parts, by its leaves


@dataclass(frozen=True)
class Quantity:
    """What a column of a form can hold: words, a number, or a number for each of its leaves, such as sources.

    `leaves` have the names by which a layout can ask for each; `heads` are the names that have a column of their own
    where a layout asks for none, with its heading. What does not add up over rows has `total` false.
    """

    words: bool = False
    total: bool = True
    estimated: str = ""  # the text, `annex.<estimated>`, that says how it is estimated
    leaves: Mapping[str, Collection[str]] = field(default_factory=dict)
    heads: Mapping[str, str] = field(default_factory=dict)
    parted: bool = False  # its leaves may be none

    @property
    def names(self) -> list[str]:
        """Every name of its leaves, once."""
        return list(dict.fromkeys(name for names in self.leaves.values() for name in names))


@dataclass(frozen=True)
class Line:
    """A row of a form with the rows under it, which it adds up."""

    cells: Cells
    below: Sequence[Line] = ()
    strong: bool = False


class Place(NamedTuple):
    """A column as it stands on the form, and the leaves that it adds up of a quantity with parts."""

    layout: ColumnLayout
    leaves: tuple[str, ...] | None


def place_columns(layout: FormLayout, quantities: Mapping[str, Quantity]) -> list[Place]:
    """The columns of a form, one that stands for all parts of a quantity as one for each."""
    places = []
    for column in layout.visible:
        quantity = quantities.get(column.quantity)
        if quantity is None or not quantity.parted:
            places.append(Place(column, None))
        elif column.of:
            places.append(Place(column, _leaves(quantity, column.of)))
        else:
            for name, head in quantity.heads.items():
                words = layout.names.get(name)
                own = {"vi": words.vi, "en": words.en} if words else {"vi": head, "en": head}
                one = column.model_copy(update={"of": (name,), "code": "", **own})
                places.append(Place(one, _leaves(quantity, [name])))
    return places


def _leaves(quantity: Quantity, names: Collection[str]) -> tuple[str, ...]:
    return tuple(leaf for leaf, own in quantity.leaves.items() if not set(names).isdisjoint(own))


def office_columns(
    layout: FormLayout, places: Sequence[Place], quantities: Mapping[str, Quantity], language: str
) -> list[OfficeColumn]:
    """The columns of a form in a language, numbered."""
    added = [[c for c, one in enumerate(places) if one.layout.id in place.layout.sum] for place in places]
    at = {place.layout.id: c for c, place in enumerate(places)}
    ratios = [one.layout.ratio and (at[one.layout.ratio[0]], at[one.layout.ratio[1]]) for one in places]
    numbers = number_columns([place.layout for place in places], added, ratios)
    columns = []
    for place, number, adds, ratio in zip(places, numbers, added, ratios, strict=True):
        own, quantity = place.layout, quantities.get(place.layout.quantity)
        group = getattr(layout.groups[own.group], language) if own.group else ""
        total = quantity is None or (quantity.total and not quantity.words)
        columns.append(OfficeColumn(own.heading(language), number, own.width, group, adds, total, ratio))
    return columns


def estimated_columns(
    places: Sequence[Place], columns: Sequence[OfficeColumn], quantities: Mapping[str, Quantity]
) -> dict[str, list[str]]:
    """The numbers of the columns whose quantity is an estimate, by the text that says how."""
    found: dict[str, list[str]] = {}
    for place, column in zip(places, columns, strict=True):
        quantity = quantities.get(place.layout.quantity)
        if quantity and quantity.estimated:
            found.setdefault(quantity.estimated, []).append(column.number)
    return found


def office_rows(places: Sequence[Place], lines: Sequence[Line], first: int = 0) -> tuple[list[OfficeRow], list[int]]:
    """The rows of a form, each line over those below it, and the places of the lines themselves, from `first` on."""
    rows: list[OfficeRow] = []
    tops = []
    for line in lines:
        tops.append(first + len(rows))
        below, adds = office_rows(places, line.below, tops[-1] + 1)
        cells = [_cell(line.cells, place) for place in places]
        rows += [OfficeRow(cells, line.strong, adds), *below]
    return rows, tops


def _cell(cells: Cells, place: Place) -> OfficeCell:
    found = cells.get(place.layout.quantity) if place.layout.quantity else None
    if isinstance(found, Mapping):
        parts = [found.get(leaf) for leaf in place.leaves or ()]
        return parts[0] if len(parts) == 1 else add_up(parts)
    return found
