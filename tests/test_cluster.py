"""The same work on a Dask cluster of two workers on this machine, with one that is killed, and with none to be had."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path

import cloudpickle
import nbformat
import numpy as np
import psutil
import pytest
from distributed import Client

from trainplan.analysis.monte_carlo import uncertainty
from trainplan.plan.plan import load_plan
from trainplan.run import cluster_worker
from trainplan.run.batch import BatchRequest, run_batch
from trainplan.run.cluster import connect_cluster
from trainplan.run.workers import Limits
from trainplan.storage.store import FOLDER

pytestmark = pytest.mark.skipif(os.name == "nt", reason="work is sent to a cluster from Linux and macOS")

SOUND = Path(__file__).parent / "broken" / "sound"
PATIENCE = 60.0  # seconds for a cluster to start, or for processes to end


@contextmanager
def part_of_cluster(*options: str, path: Path | None = None) -> Iterator[psutil.Process]:
    """A scheduler or a worker, in a process that is killed in the end."""
    environment = {**os.environ, "PYTHONPATH": str(path or "")}
    command = [sys.executable, "-m", "distributed.cli." + options[0], *options[1:], "--no-dashboard"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield psutil.Process(process.pid)
    finally:
        process.kill()
        process.wait()


@contextmanager
def cluster(folder: Path, workers: int = 2, path: Path | None = None) -> Iterator[tuple[str, list[psutil.Process]]]:
    """The address of a scheduler, and its workers of one thread each; none of them knows the library."""
    file = folder / "scheduler.json"
    of_all = ("--host", "127.0.0.1", "--scheduler-file", str(file))
    of_worker = ("dask_worker", *of_all, "--nthreads", "1", "--no-nanny", "--local-directory", str(folder))
    with ExitStack() as stack:
        stack.enter_context(part_of_cluster("dask_scheduler", *of_all, "--port", "0"))
        until(lambda: file.exists() and file.stat().st_size > 0)
        address = json.loads(file.read_text())["address"]
        started = [stack.enter_context(part_of_cluster(*of_worker, path=path)) for _ in range(workers)]
        yield address, started


def until(condition: Callable[[], bool]) -> None:
    """Waits for something to become so."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with cluster(tmp_path_factory.mktemp("cluster")) as (address, _):
        yield address


def batch_file(folder: Path, entry: str) -> Path:
    """A batch file for a small plan, with the plan beside it."""
    shutil.copytree(SOUND, folder / "small", dirs_exist_ok=True)
    file = folder / "many.yaml"
    file.write_text(f"runs:\n  - plan: {folder / 'small'}\n    {entry}\n", encoding="utf-8")
    return file


def contents(folder: Path) -> dict[str, bytes]:
    """The files below a folder, but for what the store keeps."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {name: path.read_bytes() for path in files if FOLDER not in (name := str(path.relative_to(folder)))}


def command_line(file: Path, output: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "trainplan", "batch", str(file), "--output", str(output), *options]


TABLES = "grid: {turnover.*.leave_rate: {scale: {from: 0.5, to: 1.5, by: 0.02}}}"
PAGES = 'notebooks: ["00", "02"]\n    languages: [vi, en]\n    grid: {turnover.*.leave_rate: {scale: [1, 1.1]}}'


@pytest.mark.parametrize("entry", [TABLES, PAGES], ids=["tables", "notebooks"])
def test_a_batch_leaves_the_same_files(address: str, tmp_path: Path, entry: str) -> None:
    file, here, there = batch_file(tmp_path, entry), tmp_path / "here" / "many", tmp_path / "there" / "many"
    assert subprocess.run(command_line(file, here), check=False).returncode == 0
    assert subprocess.run(command_line(file, there, "--scheduler", address), check=False).returncode == 0
    assert contents(here) == contents(there)
    assert "summary.csv" in contents(there)


def test_a_worker_that_dies_has_its_runs_repeated(tmp_path: Path) -> None:
    file, here, there = batch_file(tmp_path, PAGES), tmp_path / "here" / "many", tmp_path / "there" / "many"
    assert subprocess.run(command_line(file, here), check=False).returncode == 0
    with cluster(tmp_path) as (address, workers):
        line, workers_in_turn = command_line(file, there, "--scheduler", address), cycle(workers)
        with subprocess.Popen(line, stderr=subprocess.PIPE, encoding="utf-8") as process:
            assert process.stderr
            for said in process.stderr:
                if said.startswith("[4/"):
                    break
            below: list[psutil.Process] = []
            while len(below) < 2:  # a process of jobs, and one of the job: jobs are short
                assert process.poll() is None, "it ended before a worker was seen at work"
                busy = next(workers_in_turn)
                below = busy.children(recursive=True)
            busy.kill()
            rest = process.stderr.read()
        assert process.returncode == 0, rest
        until(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in below))
    assert contents(here) == contents(there)


def test_draws_are_the_same_to_the_bit(address: str) -> None:
    plan = load_plan("an_giang_2011_2015")
    for loop in ("closed", "open"):
        here = uncertainty(plan, 2048, loop=loop)
        with connect_cluster(address) as one:
            there = uncertainty(plan, 2048, loop=loop, chunk=8, each=one.map)
        for name in ("inputs", "coverage", "met", "cost", "over"):
            assert np.array_equal(getattr(here, name), getattr(there, name)), name
        for name in ("probabilities", "errors", "cost_bands", "enrollment_bands", "sent_bands"):
            assert getattr(here, name).equals(getattr(there, name)), name


def notebook(path: Path, code: str) -> None:
    """A notebook with the parameters of all, and a cell."""
    names = ("plan", "scenario", "language", "output_dir")
    head = nbformat.v4.new_code_cell("\n".join([*(f'{one} = ""' for one in names), "overrides = {}"]))
    head.metadata["tags"] = ["parameters"]
    content = nbformat.v4.new_notebook(cells=[head, nbformat.v4.new_code_cell(code)])
    content.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path.parent.mkdir(exist_ok=True)
    nbformat.write(content, path)


def test_what_fails_there_is_told_and_kept_as_here(address: str, tmp_path: Path) -> None:
    library = tmp_path / "library"
    notebook(library / "90_sound.ipynb", "print(plan)")
    notebook(library / "91_fails.ipynb", "1 / 0")
    notebook(library / "92_dies.ipynb", "import os; os._exit(3)")
    notebook(library / "93_hangs.ipynb", "import time; time.sleep(1000)")
    file = batch_file(tmp_path, 'notebooks: ["90", "91", "92", "93"]\n    languages: en')
    here, there = tmp_path / "here" / "many", tmp_path / "there" / "many"
    for output, scheduler in ((here, None), (there, address)):
        request = BatchRequest(file, output=output, scheduler=scheduler, library=library, limits=Limits(seconds=5))
        assert run_batch(request) == 1
    one, other = contents(here), contents(there)
    assert one.keys() == other.keys()
    when = "small/base/notebooks/91_fails.en.failed.ipynb"  # the one file that says it
    assert {**one, when: b""} == {**other, when: b""}
    failed = (there / "small" / "base" / "notebooks" / "91_fails.en.failed.txt").read_text("utf-8")
    assert "ZeroDivisionError" in failed and "dask" not in failed
    for name in ("91_fails", "92_dies", "93_hangs"):
        notebook(library / f"{name}.ipynb", "print(plan)")
    assert run_batch(BatchRequest(file, output=there, scheduler=address, library=library)) == 0
    assert not [name for name in contents(there) if "failed" in name]


def test_what_is_interrupted_here_ends_there(tmp_path: Path) -> None:
    with cluster(tmp_path, workers=1) as (address, [worker]):
        file = batch_file(tmp_path, PAGES)
        line = command_line(file, tmp_path / "out", "--scheduler", address)
        with subprocess.Popen(line, stderr=subprocess.PIPE, encoding="utf-8") as process:
            assert process.stderr
            until(lambda: len(worker.children(recursive=True)) == 2)
            process.send_signal(signal.SIGINT)
            assert "Stopped" in process.stderr.read()
        assert process.returncode == 1
        until(lambda: not worker.children())


def test_what_did_not_arrive_whole_is_not_used(address: str) -> None:
    cloudpickle.register_pickle_by_value(cluster_worker)
    plugin = cluster_worker.JobProcesses(b"archive", digest="0" * 64, library="/lib", first=b"", versions={})
    with Client(address, set_as_default=False) as client, pytest.raises(RuntimeError, match="did not arrive whole"):
        client.register_plugin(plugin, name="damaged")


def test_a_worker_with_other_versions_is_named(tmp_path: Path) -> None:
    other = tmp_path / "other" / "pandas-0.0.1.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: pandas\nVersion: 0.0.1\n")
    with cluster(tmp_path, workers=1, path=other.parent) as (address, _):
        line = command_line(batch_file(tmp_path, TABLES), tmp_path / "out", "--scheduler", address)
        done = subprocess.run(line, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert "pandas: here" in done.stderr and "0.0.1" in done.stderr and "numpy" not in done.stderr
    assert "Traceback" not in done.stderr and not (tmp_path / "out").exists()


def test_a_cluster_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    file = batch_file(tmp_path, TABLES)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    with cluster(tmp_path, workers=0) as (idle, _):
        for address, said in ((nobody, "cannot be reached"), ("nonsense", "cannot be reached"), (idle, "no worker")):
            line = command_line(file, tmp_path / "out", "--scheduler", address)
            done = subprocess.run(line, capture_output=True, encoding="utf-8", check=False)
            assert done.returncode == 1 and said in done.stderr and address in done.stderr
            assert "Traceback" not in done.stderr and not (tmp_path / "out").exists()


def test_dask_is_imported_for_a_cluster_alone(tmp_path: Path) -> None:
    file = batch_file(tmp_path, TABLES)
    code = (
        "import sys; from trainplan.cli import main; status = main(sys.argv[1:]);"
        "assert not {'dask', 'distributed'} & {*sys.modules}; sys.exit(status)"
    )
    line = [sys.executable, "-c", code, "batch", str(file), "--output", str(tmp_path / "out")]
    assert subprocess.run(line, check=False).returncode == 0


def test_without_dask_it_is_said_what_to_install(tmp_path: Path) -> None:
    file = batch_file(tmp_path, TABLES)
    code = "import sys; sys.modules['distributed'] = None; from trainplan.cli import main; sys.exit(main(sys.argv[1:]))"
    line = [sys.executable, "-c", code, "batch", str(file), "--output", str(tmp_path / "out"), "--scheduler", "x:1"]
    done = subprocess.run(line, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1 and "trainplan[cluster]" in done.stderr and "Traceback" not in done.stderr
