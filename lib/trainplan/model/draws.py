"""Many draws: the one simulation over parts of a sample, so that memory stays small and the caches are used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from trainplan.model.arrays import Array, build_arrays, redraw_arrays
from trainplan.model.simulate import Run, simulate
from trainplan.plan.plan import Plan

CHUNK = 2048  # draws at once: benchmarks/draws.py tries others
KEPT = 4_000_000  # numbers
Cells = Mapping[str, Array]  # a cell's values, (D,), by its address


def simulate_draws(plan: Plan, parts: Iterable[Cells], planned: Array | None = None) -> Iterator[Run]:
    """The run of each part of a sample, in order; what is wanted of one is to be taken before the next.

    `planned` replays an enrollment that was decided beforehand (see `simulate`).
    """
    np.empty(KEPT)  # glibc keeps freed memory up to the size of the largest block freed: no new pages for every part
    arrays = build_arrays(plan)
    for part in parts:
        yield simulate(redraw_arrays(plan, arrays, part), planned)


def parts_of(drawn: Cells, chunk: int = CHUNK) -> Iterator[dict[str, Array]]:
    """A sample, by address (D,), in parts of at most `chunk` draws: by address (chunk,), the last one shorter."""
    for first in range(0, max(map(len, drawn.values()), default=0), chunk):
        yield {address: values[first : first + chunk] for address, values in drawn.items()}
