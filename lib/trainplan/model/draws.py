"""Many draws: the one simulation over parts of a sample that fit the processor's cache, so that memory stays small."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trainplan.inputs.plan import Plan
from trainplan.model.arrays import Array, arrays, drawn_arrays
from trainplan.model.simulate import Run, simulate

CHUNK = 512  # draws at once: benchmarks/draws.py tries others


def simulate_draws(
    plan: Plan, drawn: Mapping[str, Array], planned: Array | None = None, chunk: int = CHUNK
) -> Iterator[tuple[slice, Run]]:
    """The draws' numbers in order, a chunk at a time, each with its run; `drawn` gives a cell's values, (D,), by address.

    What is wanted of a run is to be taken before the next one. `planned` replays an enrollment (see `simulate`).
    """
    numbers = arrays(plan)
    draws = max(map(len, drawn.values()), default=1)
    for first in range(0, draws, chunk):
        part = slice(first, min(first + chunk, draws))
        yield (
            part,
            simulate(drawn_arrays(plan, numbers, {cell: values[part] for cell, values in drawn.items()}), planned),
        )
