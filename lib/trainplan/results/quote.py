"""Result tables whose numbers know their address, for whoever shows them: `budget 2012/total lacking_vnd`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd

from trainplan.results.registry import RESULTS, Stem
from trainplan.text.shown import Quoted

BARE = {"year", "date", "id", "address", "code", "text", "boolean", "mixed"}  # units of what is no number
EVERY = "*"  # in place of a key over which rows were added up
SEVERAL = ";"  # between the ids where rows of some of them were added up


def address_of(stem: Stem, column: str, run: str = "", /, **keys: Any) -> str:
    """The address of a cell of a result table; a key that is not given was added up over.

    `run` names the run where a page shows several, such as a loop of draws: `probabilities@open 2015/all p50`.
    """
    row = "/".join(str(keys.get(key, EVERY)) for key in RESULTS[stem].keys) or EVERY
    return f"{stem}{'@' if run else ''}{run} {row} {column}"


def tables_quoted(frame: pd.DataFrame) -> list[Stem]:
    """The result tables that the numbers in a frame of text come from, in the order of the frame."""
    spans = (span for row in frame.itertuples(index=False) for cell in row for span in getattr(cell, "spans", ()))
    stems = dict.fromkeys(re.split("[ @]", address)[0] for _, _, address in spans)
    return [stem for stem in stems if stem in RESULTS]


def quote_numbers(stem: Stem, frame: pd.DataFrame, run: str = "", beside: Sequence[str] = ()) -> pd.DataFrame:
    """Rows of a result table, or sums of them without the keys that they were added up over, with quoted numbers.

    `beside` names columns of numbers that are not in the table, but speak of the same rows.
    """
    table = RESULTS[stem]
    keys = [key for key in table.keys if key in frame]
    rows = [dict(zip(keys, row, strict=True)) for row in frame[keys].itertuples(index=False)]
    numbers = [column.name for column in table.columns if column.unit not in BARE and column.name not in table.keys]
    cells = {
        name: [Quoted(value, address_of(stem, name, run, **row)) for value, row in zip(frame[name], rows, strict=True)]
        for name in (*numbers, *beside)
        if name in frame
    }
    return frame.assign(**{name: pd.Series(own, frame.index, object) for name, own in cells.items()})
