"""The worked example in PySD and in BPTK-Py, each in its own idiom, beside this model: same numbers, time a run.

    python workbook.py python benchmarks/compare_others.py [ENVIRONMENT]

The two packages get an environment of their own in a temporary folder, or the one named, which must have them.
Every stock in every year and the cost must agree to 1e-6, for a hundred draws of the leave and completion rates.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from trainplan.model.arrays import build_arrays
from trainplan.model.draws import parts_of, simulate_draws
from trainplan.model.simulate import simulate
from trainplan.plan.plan import load_plan

HERE = Path(__file__).parent
EXAMPLE = HERE.parent / "tests" / "plans" / "worked_example"
PACKAGES = {"PySD": "pysd_core.py", "BPTK-Py": "bptk_core.py"}
COMPARED, TIMED, REPEATS = 100, 100_000, 3


def environment(folder: Path) -> Path:
    """A new environment with the packages; returns its Python."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return python


def ours(draws: np.ndarray) -> tuple[np.ndarray, float]:
    """(draws, years + 1) stocks of each year and the cost of all, and the seconds that they took."""
    plan = load_plan(EXAMPLE)
    cells = {"groups.officials.leave_rate": draws[:, 0], "programs.course.completion_rate": draws[:, 1]}
    start = perf_counter()
    found = [
        np.vstack([run.reached[:, 0], run.funded_vnd.sum(axis=(0, 1))]) for run in simulate_draws(plan, parts_of(cells))
    ]
    return np.concatenate(found, axis=1).T, perf_counter() - start


def one_by_one(draws: np.ndarray) -> float:
    """Seconds for a run of its own."""
    plan = load_plan(EXAMPLE)
    start = perf_counter()
    for leave, completion in draws:
        cells = {"groups.officials.leave_rate": leave, "programs.course.completion_rate": completion}
        run = simulate(build_arrays(plan, {address: np.array([value]) for address, value in cells.items()}))
        _ = run.reached, run.funded_vnd
    return (perf_counter() - start) / len(draws)


def report(python: Path) -> None:
    rng = np.random.default_rng(1)
    draws = np.column_stack([rng.uniform(0.02, 0.15, TIMED), rng.uniform(0.6, 1.0, TIMED)])
    few = draws[:COMPARED]
    expected, _ = ours(few)
    fast = min(ours(draws)[1] for _ in range(REPEATS)) / TIMED
    alone = min(one_by_one(few) for _ in range(REPEATS))
    print(f"this model, {TIMED:,} draws at once   {fast * 1e6:10.2f} µs a run")
    print(f"this model, a run of its own      {alone * 1e6:10.2f} µs a run")
    for name, script in PACKAGES.items():
        asked = json.dumps(few.tolist())
        done = subprocess.run(
            [python, HERE / "others" / script], input=asked, capture_output=True, text=True, check=True
        )
        told = json.loads(done.stdout.splitlines()[-1])
        np.testing.assert_allclose(np.array(told["results"]), expected, rtol=1e-6)
        each = told["seconds"]
        print(f"{name:33} {each * 1e6:10.2f} µs a run: ours is {each / fast:.0f} times as fast; numbers agree")


def main() -> None:
    if len(sys.argv) > 1:
        report(Path(sys.argv[1]))
        return
    with TemporaryDirectory() as folder:
        report(environment(Path(folder)))


if __name__ == "__main__":
    main()
