"""Many draws: the one simulation over parts of a sample that fit the processor's cache, so that memory stays small."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from trainplan.inputs.plan import Plan
from trainplan.model.arrays import Array, arrays, drawn_arrays
from trainplan.model.simulate import Run, simulate

CHUNK = 2048  # draws at once: benchmarks/draws.py tries others
KEPT = 4_000_000  # numbers


def simulate_draws(
    plan: Plan, drawn: Mapping[str, Array], planned: Array | None = None, chunk: int = CHUNK
) -> Iterator[tuple[slice, Run]]:
    """A chunk of draws at a time, in order, with its run; `drawn` gives a cell's values, (D,), by its address.

    What is wanted of a run is to be taken before the next one. `planned` replays an enrollment (see `simulate`).
    """
    np.empty(KEPT)  # the C library keeps what is freed later up to the largest block freed: no new pages every chunk
    numbers = arrays(plan)
    draws = max(map(len, drawn.values()), default=1)
    for first in range(0, draws, chunk):
        part = slice(first, min(first + chunk, draws))
        values = {address: cell[part] for address, cell in drawn.items()}
        yield part, simulate(drawn_arrays(plan, numbers, values), planned)
