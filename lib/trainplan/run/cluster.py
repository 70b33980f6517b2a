"""Jobs on a dask.distributed cluster, with the code and the files that they need; what they leave comes back.

Dask is imported when a cluster is connected to, never before.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import os
import time
import uuid
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from trainplan.plan.plan import Plan
from trainplan.run.cluster_process import Done, Order, packed, unpacked
from trainplan.run.workers import Result, Work, WorkerDied
from trainplan.storage.files import write_bytes
from trainplan.storage.progress import TICK
from trainplan.storage.provenance import PACKAGE, package_versions
from trainplan.text.catalog import both

PATIENCE = 5  # seconds for the scheduler to answer, and for it to have a worker
ALONE = 30  # seconds for which there may be no worker in the middle of the work
TRIES = 3  # of a job whose worker goes
OWN = ("METADATA", "PKG-INFO", "entry_points.txt")  # of an installed package
UNIT = ("trainplan", "python")


class ClusterError(Exception):
    """A cluster cannot be used; `str()` says why, and what to do about it."""


def plan_files(plans: Iterable[Plan]) -> set[Path]:
    """The files that loading the plans again may read: those that they were read from, and all scenarios beside."""
    files: set[Path] = set()
    for plan in plans:
        files.update(plan.files, plan.path.parent.glob("scenarios/*.yaml"))
    return files


def own_files() -> dict[Path, bytes]:
    """The package as it is installed: its sources and texts, and what it is installed as."""
    files = {path: path.read_bytes() for path in PACKAGE.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    installed = metadata.distribution("trainplan")
    folder = PACKAGE.parent / f"trainplan-{installed.version}.dist-info"
    for name in OWN:
        if text := installed.read_text(name):
            files[folder / name.replace("PKG-INFO", "METADATA")] = text.encode()
    return files


def archive_of(files: Mapping[Path, bytes]) -> bytes:
    """A ZIP archive in which every file has its whole path; equal for equal files."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            archive.writestr(zipfile.ZipInfo(path.as_posix().lstrip("/")), files[path], zipfile.ZIP_DEFLATED)
    return data.getvalue()


@contextlib.contextmanager
def connected(address: str, files: Iterable[Path] = ()) -> Iterator[Cluster]:
    """The cluster with this scheduler, its workers provided with the package and `files`. ClusterError."""
    if os.name == "nt":
        raise ClusterError(both("cluster.not_here"))
    try:
        import distributed

        from trainplan.run import cluster_worker
    except ImportError as error:
        raise ClusterError(both("cluster.not_installed")) from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    archive = archive_of({**own_files(), **{path.resolve(): path.read_bytes() for path in files}})
    versions = {name: one for name, one in package_versions().items() if name != "trainplan"}
    versions |= {"system": os.uname().sysname, "distributed": distributed.__version__}
    digest = hashlib.sha256(archive).hexdigest()
    plugin = cluster_worker.JobProcesses(archive, digest, PACKAGE.parent.as_posix(), versions)
    with client_of(address) as client:
        cluster = Cluster(client, f"trainplan-{uuid.uuid4().hex}")
        cluster.provide(plugin)
        try:
            yield cluster
        finally:
            cluster.leave()


@contextlib.contextmanager
def client_of(address: str) -> Iterator[Any]:
    """A client of the scheduler, which has a worker at least. ClusterError."""
    import cloudpickle
    from distributed import Client

    from trainplan.run import cluster_worker

    with warnings.catch_warnings(), contextlib.ExitStack() as opened:
        warnings.simplefilter("ignore")
        try:
            client = Client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:  # no such host, nobody there, no address at all
            raise ClusterError(both("cluster.no_scheduler", address=address)) from error
        opened.callback(client.close, timeout=PATIENCE)
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            raise ClusterError(both("cluster.no_worker", address=address)) from error
        cloudpickle.register_pickle_by_value(cluster_worker)
        yield client


class Cluster:
    """An executor: `run_all` and `map` do jobs on the machines of a cluster as those of `workers` do on this one."""

    def __init__(self, client: Any, name: str) -> None:
        self.client, self.name = client, name
        self.last_seen = time.monotonic()  # when there was a worker

    def provide(self, plugin: Any) -> None:
        """Gives all workers, those that come later too, the archive. ClusterError where versions differ."""
        self.client.register_plugin(plugin, name=self.name)
        name = self.name

        def differing(dask_worker: Any) -> Any:
            return dask_worker.plugins[name].differing()

        for worker, found in sorted(self.client.run(differing).items()):
            if found:
                self.leave()
                raise differing_error(worker, found)

    def leave(self) -> None:
        """Ends what was started on the workers."""
        with contextlib.suppress(Exception):  # a scheduler that is gone
            self.client.unregister_worker_plugin(self.name)

    def run_all(
        self,
        function: Callable[[Work], Result],
        jobs: Sequence[Work],
        workers: int,
        started: Callable[[Work], None],
        ended: Callable[[Work, Result | WorkerDied], None],
        waiting: Callable[[], None] = lambda: None,
        prepare: Callable[[], None] | None = None,
        **limits: Any,
    ) -> None:
        """As `workers.run_all`, on the cluster; `prepare` is called once in each process from which jobs are forked.

        Files that jobs leave are written here before `ended` is called. As many jobs are under way as the workers have
        threads, and one more for each, whatever `workers` says. ClusterError where the cluster is lost.
        """
        to_come = list(reversed(jobs))
        running: dict[Any, Work] = {}
        over: SimpleQueue[Any] = SimpleQueue()
        while to_come or running:
            while to_come and len(running) < self.room():
                job = to_come.pop()
                future = self.send(Order(function, job, prepare, limits))
                running[future] = job
                future.add_done_callback(over.put)
                started(job)
            waiting()
            with contextlib.suppress(Empty):
                future = over.get(timeout=TICK)
                ended(running.pop(future), self.outcome_of(future))

    def map(self, function: Callable[[Work], Iterable[Result]], jobs: Iterable[Work]) -> Iterator[Iterable[Result]]:
        """As `map`; the function's results are lists. ClusterError where a job is not done."""
        wanted = list(jobs)
        found: dict[Work, Any] = {}
        self.run_all(Listing(function), wanted, 0, lambda job: None, found.__setitem__)
        for job in wanted:
            if isinstance(found[job], WorkerDied):
                raise ClusterError(both("cluster.not_done"))
            yield found.pop(job)
