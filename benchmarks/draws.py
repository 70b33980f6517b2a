"""How long draws take, side by side in one run: a sample against single runs, and against copying its arrays in memory.

    python workbook.py python benchmarks/draws.py [PLAN]

A million draws are made too, and the most memory that the process ever held is printed. Ratios are what counts;
seconds of processor time stand beside them to give a feeling for this machine only.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter, process_time

import numpy as np

from trainplan.analysis.monte_carlo import uncertainty
from trainplan.analysis.sampling import Ranges, sobol_points
from trainplan.model.arrays import build_arrays, redraw_arrays
from trainplan.model.draws import CHUNK, parts_of, simulate_draws
from trainplan.model.simulate import Run, simulate
from trainplan.plan.find import DEFAULT_PLAN
from trainplan.plan.plan import Plan, load_plan

DRAWS, MANY, SINGLE, REPEATS = 100_000, 1_000_000, 100, 3
CHUNKS = (256, 512, 1024, 2048, 4096, 8192)


def seconds(work: Callable[[], object], repeats: int = REPEATS, clock: Callable[[], float] = process_time) -> float:
    """The least of several runs, in processor time: what else the machine does hardly counts, and only adds."""
    times = []
    for _ in range(repeats):
        start = clock()
        work()
        times.append(clock() - start)
    return min(times)


def drain(run: Run) -> None:
    """Asks a run for what uncertainty needs of it: coverage, met, and cost."""
    _ = run.gap.met, run.funded_vnd.sum(axis=1)


def one_by_one(plan: Plan, cells: dict[str, np.ndarray]) -> None:
    """Single runs of the first draws, each with its own numbers."""
    for draw in range(SINGLE):
        drain(simulate(build_arrays(plan, {address: values[[draw]] for address, values in cells.items()})))


def copied(run: Run) -> None:
    """Copies every array of a part once: the numbers that went in, and what came out."""
    held = [value for value in vars(run.arrays).values() if isinstance(value, np.ndarray) and value.dtype == float]
    held += [array for year in run.years for array in year]
    held += [*run.people, run.path, *run.gap, run.funded_vnd]
    for array in held:
        np.copyto(np.empty_like(array), array)


def peak_megabytes() -> float:
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    plan = load_plan(sys.argv[1] if len(sys.argv) > 1 else DEFAULT_PLAN)
    ranges = Ranges.of(plan)
    shares = np.concatenate(list(sobol_points(ranges.dimensions, DRAWS, seed=1)), axis=1)
    cells = ranges.cell_values(ranges.inputs_at(shares))
    uncertainty(plan, 4 * CHUNK)  # warms up

    single = seconds(lambda: one_by_one(plan, cells)) / SINGLE
    whole = seconds(lambda: uncertainty(plan, DRAWS))
    model = seconds(lambda: [drain(run) for run in simulate_draws(plan, parts_of(cells))])
    part = simulate(redraw_arrays(plan, build_arrays(plan), next(parts_of(cells))))
    drain(part)
    copy = seconds(lambda: copied(part), 20) * DRAWS / CHUNK
    print(f"one run of a draw                       {single * 1e3:8.2f} ms")
    print(f"{DRAWS:,} draws, model, cost and gap   {model:8.2f} s   {single * DRAWS / model:6.0f} times faster per run")
    print(
        f"  … with points, bands, probabilities   {whole:8.2f} s   {single * DRAWS / whole:6.0f} times faster per run"
    )
    print(f"copying the same arrays once            {copy:8.2f} s   the model takes {model / copy:.1f} times as long")
    for chunk in CHUNKS:
        of_chunk = seconds(lambda: [drain(run) for run in simulate_draws(plan, parts_of(cells, chunk))], 2)  # noqa: B023
        print(f"  in parts of {chunk:5d}                     {of_chunk:8.2f} s   {of_chunk / model:6.2f} of the above")
    halves = [{address: values[half::2] for address, values in cells.items()} for half in (0, 1)]
    with ThreadPoolExecutor(2) as pool:
        work = lambda half: [drain(run) for run in simulate_draws(plan, parts_of(half))]  # noqa: E731
        threads = seconds(lambda: list(pool.map(work, halves)), clock=perf_counter)
    one = seconds(lambda: [drain(run) for run in simulate_draws(plan, parts_of(cells))], clock=perf_counter)
    print(
        f"two threads, half the draws each        {threads:8.2f} s   {threads / one:6.2f} of one thread, by the clock"
    )
    many = seconds(lambda: uncertainty(plan, MANY), 1)
    print(f"{MANY:,} draws, everything           {many:8.2f} s   {many / whole:6.1f} times {DRAWS:,}")
    print(f"most memory ever held                   {peak_megabytes():8.0f} MB")


if __name__ == "__main__":
    main()
