"""In the workers of a cluster, which may not have this package, or another version: processes that do the jobs.

Dask carries the content of this module along with the plugins, so that it uses Python and Dask alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from distributed import SchedulerPlugin, WorkerPlugin

LENGTH = 8  # bytes before a message that say how long it is
SERVE = "from trainplan.run.cluster_process import serve_orders; serve_orders()"
STORE = "trainplan-store"  # of what all workers of a machine compute, beside the folders of their own


def version_of(name: str) -> str:
    """The version of Python, of a package, or what the system is called; empty where there is no such package."""
    own = {"python": platform.python_version(), "system": platform.system()}
    with contextlib.suppress(metadata.PackageNotFoundError):
        return own.get(name) or metadata.version(name)
    return ""


def write_message(stream: Any, data: bytes) -> None:
    """Writes a message whole."""
    stream.write(len(data).to_bytes(LENGTH, "big") + data)
    stream.flush()


class JobProcesses(WorkerPlugin):
    """The archive of code and data on a worker, and the processes in which jobs are done with them.

    `library` is where the package lies in the archive, `first` what a process is to do before all jobs, and `versions`
    are those of the packages where the jobs come from.
    """

    def __init__(self, archive: bytes, digest: str, library: str, first: bytes, versions: Mapping[str, str]) -> None:
        self.archive, self.digest, self.library, self.first, self.versions = archive, digest, library, first, versions
        self.idle: list[tuple[Any, Path]] = []
        self.all: list[tuple[Any, Path]] = []

    def setup(self, worker: Any) -> None:
        """Looks whether the archive came whole, RuntimeError if not, and which versions are others here.

        Where all is well, a process for every thread of the worker starts.
        """
        self.address, self.scratch = worker.address, Path(worker.local_directory)
        if hashlib.sha256(self.archive).hexdigest() != self.digest:
            raise RuntimeError("the archive of code and data did not arrive whole")
        here = {name: version_of(name) for name in self.versions}
        there = self.versions
        self.differing = {name: (there[name], here[name]) for name in sorted(here) if here[name] != there[name]}
        if not self.differing:
            self.idle += [self.start() for _ in range(worker.state.nthreads)]

    def teardown(self, worker: Any) -> None:
        """Ends the processes, and deletes their folders."""
        for process, folder in self.all:
            process.terminate()
            process.wait()
            shutil.rmtree(folder, ignore_errors=True)

    def perform(self, order: bytes) -> bytes | dict[str, Any]:
        """Has a job done, and returns the answer of the process; where versions differ, what does, by this worker.

        RuntimeError where the process ended without an answer.
        """
        if self.differing:
            return {self.address: self.differing}
        process, folder = self.idle.pop() if self.idle else self.start()
        write_message(process.stdin, order)
        length = int.from_bytes(process.stdout.read(LENGTH), "big")
        answer: bytes = process.stdout.read(length)
        if not length or len(answer) < length:
            raise RuntimeError(f"the process that does the jobs ended with {process.wait()}")
        self.idle.append((process, folder))
        return answer

    def start(self) -> tuple[Any, Path]:
        """A new process, with the archive unpacked into a folder of its own."""
        folder = Path(tempfile.mkdtemp(prefix="trainplan-", dir=self.scratch)).resolve()
        with zipfile.ZipFile(io.BytesIO(self.archive)) as archive:
            archive.extractall(folder)
        library = f"{folder}{self.library}"
        environment = {
            **os.environ,
            "PYTHONPATH": library,
            "PYTHONUTF8": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "MPLBACKEND": "agg",
            "OPENBLAS_NUM_THREADS": "1",
        }
        command = [sys.executable, "-P", "-c", SERVE]
        process = subprocess.Popen(
            [*command, str(folder), str(self.scratch.parent / STORE)],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        write_message(process.stdin, self.first)
        self.all.append((process, folder))
        return process, folder


class Farewell(SchedulerPlugin):
    """In the scheduler: takes a plugin away from all workers once the client that gave it has gone, however it went."""

    def __init__(self, client: str, plugin: str) -> None:
        self.client, self.plugin = client, plugin
        self.name = f"{plugin}-farewell"

    def remove_client(self, scheduler: Any, client: str) -> None:
        """A client has gone."""
        if client == self.client:
            scheduler.remove_plugin(self.name)
            scheduler.loop.add_callback(scheduler.unregister_worker_plugin, None, self.plugin)
