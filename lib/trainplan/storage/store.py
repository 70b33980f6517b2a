"""A store of results: what took long to compute is kept in files, for every page, language and command that needs it.

    with use_store(outputs / ".store"):
        goal = recall_result(goal_seek, plan)  # what `goal_seek(plan)` gives, computed at most once

A result is found again by what went into it: the function, the plan's content, the other arguments, the code of the
rooms that compute it and the versions of the packages. The folder may be deleted at any time, and whatever is wrong
with it or with a file in it leads to a computation, never to an error.
"""

from __future__ import annotations

import contextlib
import inspect
import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from functools import update_wrapper
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from trainplan.plan.plan import Plan
from trainplan.storage.codec import decode_result, encode_result
from trainplan.storage.files import OutputError, remove_partials, write_bytes
from trainplan.storage.provenance import hash_data, hash_of_computing

FOLDER = ".store"  # among the outputs
FORMAT = 1  # of the files; another one finds none of those before
LIMIT = 2**31  # bytes of all files together, the least recently used go first: a scenario with draws keeps some 100 MB
LARGEST = 4  # one file has at most this part of them
WORTH = 0.05  # seconds: what takes less is sooner computed than looked for
PATIENCE = 600.0  # seconds for which another process is waited for that computes the same
LOG = logging.getLogger("trainplan")

P = ParamSpec("P")
Result = TypeVar("Result")


class Store:
    """Results in a folder, which is made when there is something to keep."""

    def __init__(self, folder: Path, limit: int = LIMIT, worth: float = WORTH) -> None:
        self.folder, self.limit, self.worth = Path(folder).absolute(), limit, worth

    def recall(self, function: Callable[..., Result], *args: Any, by: Any = None, **kwargs: Any) -> Result:
        """What `function(*args, **kwargs)` gives, from the store where it has it.

        `by` stands for the arguments in the key where these do not tell all, or are large.
        """
        plans = [one for one in args if isinstance(one, Plan)]
        path = self.folder / f"{function.__name__}.{result_key(function, args, kwargs, by)}.npz"
        found = self._read(path, plans)
        if not found:
            with self._alone(path):
                found = self._read(path, plans) or [self._compute(path, plans, lambda: function(*args, **kwargs))]
        return found[0]

    def _read(self, path: Path, plans: Sequence[Plan]) -> list[Any]:
        """The result in a file, alone in a list; nothing where there is none, or it is damaged, which is then gone."""
        try:
            data = path.read_bytes()
            value = decode_result(data, plans)
        except OSError:
            return []
        except Exception as error:  # whatever damaged bytes may lead to
            LOG.warning("store: %s is damaged (%s: %s)", path, type(error).__name__, error)
            with contextlib.suppress(OSError):
                path.unlink()
            return []
        with contextlib.suppress(OSError):
            os.utime(path)
        LOG.info("store: recalled %s", path.name)
        return [value]

    def _compute(self, path: Path, plans: Sequence[Plan], compute: Callable[[], Any]) -> Any:
        """Computes a result and keeps it, if it is worth that and can be."""
        start = time.perf_counter()
        value = compute()
        seconds = time.perf_counter() - start
        LOG.info("store: computed %s in %.2f s", path.name, seconds)
        if seconds < self.worth:
            return value
        try:
            data = encode_result(value, plans)
            if len(data) <= self.limit // LARGEST:
                self._make_room(len(data))
                write_bytes(path, data)
        except (TypeError, OSError, OutputError) as error:
            LOG.warning("store: %s is not kept (%s: %s)", path, type(error).__name__, error)
        return value

    def _make_room(self, size: int) -> None:
        """Deletes the least recently used files until `size` bytes more are within the limit."""
        remove_partials(self.folder)
        files = [(path.stat(), path) for path in self.folder.glob("*.npz")]
        room = self.limit - size
        for stat, path in sorted(files, key=lambda one: -one[0].st_mtime_ns):
            room -= stat.st_size
            if room < 0:
                path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _alone(self, path: Path) -> Iterator[None]:
        """Lets one process at a time pass for a file; without a lock where none can be had."""
        lock = self._lock(path)
        try:
            yield
        finally:
            if lock:
                with contextlib.suppress(OSError):
                    lock.release()
                    path.with_suffix(".lock").unlink(missing_ok=True)
                    self.folder.rmdir()  # where nothing was kept

    def _lock(self, path: Path) -> Any:
        from filelock import FileLock, Timeout  # half as long as what is not worth keeping

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(path.with_suffix(".lock"), timeout=PATIENCE)
            lock.acquire()
        except (OSError, Timeout, NotImplementedError) as error:
            LOG.warning("store: no lock for %s (%s: %s)", path, type(error).__name__, error)
            return None
        return lock


def result_key(function: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any], by: Any = None) -> str:
    """A hash of all that goes into a result. Functions among the arguments lead to the same result."""
    name = f"{function.__module__}.{function.__qualname__}"
    given = inspect.signature(function).bind(*args, **kwargs)
    given.apply_defaults()
    goes_by = by if by is not None else {key: one for key, one in given.arguments.items() if not callable(one)}
    return hash_data([FORMAT, name, _plain(goes_by), hash_of_computing(function.__module__.split(".")[1])])


def _plain(value: Any) -> Any:
    """Arguments as plain data, a plan as the hash of its content."""
    if isinstance(value, Plan):
        return value.content_hash
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


# --- the store in use

_in_use: list[Store] = []  # the last one counts


def start_using(store: Store) -> None:
    """Takes a store into use for the rest of this process, unless one is in use."""
    _in_use[:] = _in_use or [store]


@contextlib.contextmanager
def use_store(store: Store | None) -> Iterator[None]:
    """Inside the block `recall_result` goes by the store; None leaves everything as it is."""
    if store is None:
        yield
        return
    _in_use.append(store)
    try:
        yield
    finally:
        _in_use.remove(store)


def recall_result(function: Callable[..., Result], *args: Any, by: Any = None, **kwargs: Any) -> Result:
    """What `function(*args, **kwargs)` gives, by way of the store in use; see `Store.recall`. Plain where none is."""
    if not _in_use:
        return function(*args, **kwargs)
    return _in_use[-1].recall(function, *args, by=by, **kwargs)


def through_store(function: Callable[P, Result], **given: Any) -> Callable[P, Result]:
    """The function, by way of the store in use, with arguments `given` once for all."""

    def call_through_store(*args: P.args, **kwargs: P.kwargs) -> Result:
        return recall_result(function, *args, **given, **kwargs)

    return update_wrapper(call_through_store, function)
