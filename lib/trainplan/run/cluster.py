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
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Generic

from trainplan.plan.find import find_scenarios
from trainplan.plan.plan import PlanInput
from trainplan.run.cluster_process import Done, Order, decode_message, encode_message
from trainplan.run.workers import NO_LIMITS, Limits, Result, Work, WorkerDied
from trainplan.storage.files import ExplainedError, OutputError, write_bytes
from trainplan.storage.progress import TICK
from trainplan.storage.provenance import PACKAGE, package_versions
from trainplan.text.catalog import both

PATIENCE = 5  # seconds for the scheduler to answer, and for it to have a worker
ALONE = 30  # seconds for which there may be no worker in the middle of the work
TRIES = 3  # of a job whose worker goes
LOG = logging.getLogger("trainplan")
# Texts of an installed package, and what they are called in the archive.
INSTALLED = {"METADATA": "METADATA", "PKG-INFO": "METADATA", "entry_points.txt": "entry_points.txt"}


class ClusterError(ExplainedError):
    """A cluster cannot be used; `str()` says why, and what to do about it."""


def plan_files(plan: Path, scenarios: Iterable[str]) -> set[Path]:
    """The files that loading a plan in some scenarios, or in any of those beside it, reads."""
    named = {file for scenario in scenarios for file in find_scenarios(plan, scenario)}
    return {*PlanInput(plan).files.paths, *named, *plan.parent.glob("scenarios/*.yaml")}


def package_files() -> dict[Path, bytes]:
    """The content of the files of this package, by path, and of those that say what it is installed as."""
    files = {path: path.read_bytes() for path in PACKAGE.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    installed = metadata.distribution("trainplan")
    folder = PACKAGE.parent / f"trainplan-{installed.version}.dist-info"
    for own, name in INSTALLED.items():
        if text := installed.read_text(own):
            files[folder / name] = text.encode()
    return files


def archive_of(files: Mapping[Path, bytes]) -> bytes:
    """A ZIP archive in which every file has its whole path; equal for equal files."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for path in sorted(files):
            archive.writestr(zipfile.ZipInfo(path.as_posix().lstrip("/")), files[path], zipfile.ZIP_DEFLATED)
    return data.getvalue()


@contextlib.contextmanager
def connect_cluster(
    address: str, files: Iterable[Path] = (), prepare: Callable[[], None] | None = None
) -> Iterator[Cluster]:
    """The cluster with this scheduler, its workers provided with this package and `files`. ClusterError.

    `prepare` is called once in each process from which those of jobs are forked.
    """
    if os.name == "nt":
        raise ClusterError(both("cluster.not_here"))
    try:
        import cloudpickle
        import distributed
    except ImportError as error:
        raise ClusterError(both("cluster.not_installed")) from error
    from trainplan.run import cluster_worker

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    cloudpickle.register_pickle_by_value(cluster_worker)
    given = {Path(os.path.normpath(path.absolute())): path.read_bytes() for path in files}
    archive = archive_of({**package_files(), **given})
    versions = {name: version for name, version in package_versions().items() if name != "trainplan"}
    plugin = cluster_worker.JobProcesses(
        archive=archive,
        digest=hashlib.sha256(archive).hexdigest(),
        library=PACKAGE.parent.as_posix(),
        first=encode_message(prepare),
        versions={**versions, "system": os.uname().sysname, "distributed": distributed.__version__},
    )
    with client_of(address) as client:
        cluster = Cluster(client, f"trainplan-{uuid.uuid4().hex}")
        client.register_plugin(cluster_worker.Farewell(client.id, cluster.name))
        cluster.provide(plugin)
        yield cluster


@contextlib.contextmanager
def map_of(address: str | None) -> Iterator[Callable[..., Iterator[Any]]]:
    """`map`, of the cluster where one is asked for. ClusterError."""
    if not address:
        yield map
        return
    with connect_cluster(address, prepare=import_for_draws) as cluster:
        yield cluster.map


def import_for_draws() -> None:
    """Imports what each span of draws would import again, which takes longer than to draw it."""
    import scipy.special
    import scipy.stats  # noqa: F401


@contextlib.contextmanager
def client_of(address: str) -> Iterator[Any]:
    """A client of the scheduler, which has a worker at least. ClusterError."""
    from distributed import Client

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            client = Client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:  # no such host, nobody there, no address at all
            raise ClusterError(both("cluster.no_scheduler", address=address)) from error
        with contextlib.closing(client):
            if not wait_for_worker(client):
                raise ClusterError(both("cluster.no_worker", address=address))
            yield client


def wait_for_worker(client: Any) -> bool:
    """Whether there is a worker, or one comes soon."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        return False
    return True


class Cluster:
    """An executor: `run_all` and `map` do jobs on the machines of a cluster as those of `workers` do on this one."""

    def __init__(self, client: Any, name: str) -> None:
        self.client, self.name = client, name
        self.threads, self.looked, self.alone_since = 0, 0.0, 0.0

    def provide(self, plugin: Any) -> None:
        """Gives all workers, those that come later too, the archive. ClusterError where versions differ."""
        self.client.register_plugin(plugin, name=self.name)
        name = self.name

        def differing(dask_worker: Any) -> Any:
            return dask_worker.plugins[name].differing

        for worker, found in sorted(self.client.run(differing).items()):
            if found:
                raise ClusterError(describe_difference(worker, found))

    def run_all(
        self,
        function: Callable[[Work], Result],
        jobs: Sequence[Work],
        workers: int,
        started: Callable[[Work], None],
        ended: Callable[[Work, Result | WorkerDied], None],
        waiting: Callable[[], None] = lambda: None,
        limits: Limits = NO_LIMITS,
    ) -> None:
        """As `workers.run_all`, on the cluster, where as many jobs run at once as its workers have threads.

        Files that a job leaves are written here before `ended` is called. ClusterError where the cluster is lost.
        """
        for job, outcome in self.outcomes(function, jobs, started, waiting, limits):
            ended(job, outcome)

    def map(self, function: Callable[[Work], Iterable[Result]], jobs: Iterable[Work]) -> Iterator[Iterable[Result]]:
        """As `map`; what the function gives for a job comes as a list. ClusterError where a job is not done."""
        wanted, found = list(jobs), dict[Work, Any]()
        for job, outcome in self.outcomes(Listing(function), wanted):
            if isinstance(outcome, WorkerDied):
                raise ClusterError(str(outcome))
            found[job] = outcome
            while wanted and wanted[0] in found:
                yield found.pop(wanted.pop(0))

    def outcomes(
        self,
        function: Callable[[Work], Result],
        jobs: Sequence[Work],
        started: Callable[[Work], None] = lambda job: None,
        waiting: Callable[[], None] = lambda: None,
        limits: Limits = NO_LIMITS,
    ) -> Iterator[tuple[Work, Result | WorkerDied]]:
        """Jobs with what came of them, as they end."""
        to_come, running = list(reversed(jobs)), dict[Any, Work]()
        over: SimpleQueue[Any] = SimpleQueue()
        while to_come or running:
            room = self.count_threads()
            while to_come and len(running) < room:
                job = to_come.pop()
                future = self.send(Order(function, job, limits))
                running[future] = job
                future.add_done_callback(over.put)
                started(job)
            waiting()
            with contextlib.suppress(Empty):
                future = over.get(timeout=TICK)
                job = running.pop(future)
                yield job, self.outcome_of(future)

    def count_threads(self) -> int:
        """How many jobs the workers do at once. ClusterError where they are lost, or the scheduler is."""
        now = time.monotonic()
        if now - self.looked < TICK and self.threads:
            return self.threads
        try:
            self.threads = sum(self.client.nthreads().values())
        except (OSError, TimeoutError) as error:
            raise ClusterError(both("cluster.lost")) from error
        self.looked = now
        self.alone_since = 0.0 if self.threads else self.alone_since or now
        if self.alone_since and now - self.alone_since > ALONE:
            raise ClusterError(both("cluster.no_worker_left", seconds=ALONE))
        return self.threads

    def send(self, order: Order) -> Any:
        """Sends an order to the cluster; returns its future."""
        name = self.name

        def perform(data: bytes) -> Any:  # inside, so that it goes along as it is: a worker may not have this package
            from distributed import get_worker

            return get_worker().plugins[name].perform(data)

        return self.client.submit(perform, encode_message(order), key=f"{name}-{uuid.uuid4().hex}", retries=TRIES - 1)

    def outcome_of(self, future: Any) -> Any:
        """What came of a job that is over, its files written; WorkerDied where every worker that had it went.

        ClusterError where the cluster is lost, or the worker's versions differ.
        """
        if future.status not in ("finished", "error"):
            raise ClusterError(both("cluster.lost"))
        if future.status == "error":
            LOG.warning("cluster: %r", future.exception())
            return WorkerDied("run.worker_died", tries=TRIES)
        answer = future.result()
        future.release()
        if isinstance(answer, dict):
            raise ClusterError(describe_difference(*answer.popitem()))
        done: Done = decode_message(answer)
        try:
            for path, content in done.files.items():
                write_bytes(Path(path), content)
        except OutputError as error:  # of this folder: others may still be written to
            return WorkerDied("run.not_written", why=error)
        return done.outcome


@dataclass(frozen=True)
class Listing(Generic[Work, Result]):
    """The function, with what it gives one by one as a list, which can be sent."""

    function: Callable[[Work], Iterable[Result]]

    def __call__(self, job: Work) -> list[Result]:
        """All that the function gives."""
        return list(self.function(job))


def describe_difference(worker: str, found: Mapping[str, tuple[str, str]]) -> str:
    """Which versions of a worker are others than here."""
    lines = [
        both("cluster.version", name=name, here=here, there=there) if there else both("cluster.lacks", name=name)
        for name, (here, there) in found.items()
    ]
    return "\n  ".join([both("cluster.differs", worker=worker), *lines])
