"""The same work on two processes of this machine and on a Dask cluster of two workers on it: what a cluster costs.

python workbook.py python benchmarks/cluster.py [--draws N]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = "127.0.0.1"
BATCH = """runs:
  - plan: an_giang_2011_2015
    {notebooks}
    grid:
      ceilings.*.ceiling_vnd: {{scale: {{from: {first}, to: 1.2, by: {by}}}}}
"""
BATCHES = {
    "tables of 401 scenarios": BATCH.format(notebooks="scenarios: base", first=0.8, by=0.001),
    "5 scenarios, notebooks 01–04": BATCH.format(notebooks='notebooks: ["01", "02", "03", "04"]', first=0.8, by=0.1),
}


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The address of a scheduler with two workers of one thread."""
    file = folder / "scheduler.json"
    of_all = ("--host", HERE, "--scheduler-file", str(file), "--no-dashboard")
    of_worker = ("dask_worker", *of_all, "--nthreads", "1", "--no-nanny", "--local-directory", str(folder))
    started = []
    try:
        for name, *options in (("dask_scheduler", *of_all, "--port", "0"), of_worker, of_worker):
            command = [sys.executable, "-m", f"distributed.cli.{name}", *options]
            started.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            while not file.exists() or not file.stat().st_size:
                time.sleep(0.1)
        yield json.loads(file.read_text())["address"]
    finally:
        for process in started:
            process.kill()
            process.wait()


def seconds(*arguments: str) -> float:
    """Seconds that a command of `trainplan` takes."""
    command = [sys.executable, "-m", "trainplan", *arguments]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def side_by_side(name: str, line: Sequence[str], again: Sequence[str]) -> None:
    """Prints what a command takes here, and another one on a cluster that has computed nothing before."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        here = seconds(*line, "--output", str(folder / "here"))
        with cluster(folder) as address:
            there = seconds(*again, "--output", str(folder / "there"), "--scheduler", address)
    print(f"| {name} | {here:.1f} | {there:.1f} | {there / here:.2f} |", flush=True)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--draws", type=int, default=2**20)
    draws = options.parse_args().draws
    print("| what | seconds here | on the cluster | ratio |\n|---|---:|---:|---:|")
    for name, text in BATCHES.items():
        with TemporaryDirectory() as scratch:
            file = Path(scratch) / "batch.yaml"
            file.write_text(text, encoding="utf-8")
            line = ["batch", str(file), "--workers", "2"]
            side_by_side(name, line, line)
    seed = time.time_ns() % 2**31  # two of which no store keeps the draws
    line = ["uncertainty", "an_giang_2011_2015", "--draws", str(draws), "--seed"]
    side_by_side(f"{draws:,} draws", [*line, str(seed)], [*line, str(seed + 1)])


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main()
