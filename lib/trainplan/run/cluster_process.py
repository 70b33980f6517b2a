"""On a machine of a cluster: does the jobs that come in, one after another, each in a process of its own.

A worker of the cluster calls `serve_orders` in a Python of its own, from sources that came with the jobs, in a folder
that stands for the root of the machine that sends them: a file that is `<path>` there is `<folder><path>` here. So
names, and whatever depends on where a file lies from another, are the same here as there.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, BinaryIO

from trainplan.run import interrupts
from trainplan.run.workers import Limits, run_all
from trainplan.storage.store import FOLDER

LENGTH = 8  # bytes before a message that say how long it is
PATH, TEXT, NAMES = range(3)  # kinds of what is sent in place of a value


@dataclass(frozen=True)
class Order:
    """A call to be made: of `function` on `job`, within the `limits`."""

    function: Callable[[Any], Any]
    job: Any
    limits: Limits


@dataclass(frozen=True)
class Done:
    """What came of a job: what the function returned, or why it did not, and the files that it left, by path."""

    outcome: Any
    files: Mapping[str, bytes]


class Sender(pickle.Pickler):
    """Pickles for another machine: paths, and texts that hold some, as paths of the machine that sends the jobs.

    That machine has no `root`; it takes what stands between `+` in a text and begins with a slash for a path.
    """

    def __init__(self, file: BinaryIO, root: str = "") -> None:
        super().__init__(file)
        self.root = root

    def persistent_id(self, value: Any) -> tuple[int, bytes] | None:
        """What is sent in place of a value: its kind, and the text, as bytes since texts are looked at again."""
        if isinstance(value, PurePath) and value.is_absolute():
            return PATH, str(value).removeprefix(self.root).encode()
        if type(value) is not str:
            return None
        if self.root and self.root in value:
            return TEXT, value.replace(self.root, "").encode()
        if not self.root and any(part.startswith("/") for part in value.split("+")):
            return NAMES, value.encode()
        return None


class Receiver(pickle.Unpickler):
    """The other side of `Sender`; here a path lies below `root`, and a store is the one of this machine."""

    def __init__(self, file: BinaryIO, root: str = "", store: Path | None = None) -> None:
        super().__init__(file)
        self.root, self.store = root, store

    def persistent_load(self, sent: tuple[int, bytes]) -> Any:
        """The value in place of which `sent` came."""
        kind, text = sent[0], sent[1].decode()
        if kind == PATH:
            return self.store if self.store and Path(text).name == FOLDER else Path(self.root + text)
        if kind == NAMES:
            return "+".join(self.root + name if name.startswith("/") else name for name in text.split("+"))
        return text


def encode_message(value: Any, root: str = "") -> bytes:
    """A value as it is sent."""
    file = io.BytesIO()
    Sender(file, root).dump(value)
    return file.getvalue()


def decode_message(data: bytes, root: str = "", store: Path | None = None) -> Any:
    """What was packed on the other machine."""
    return Receiver(io.BytesIO(data), root, store).load()


def write_message(stream: BinaryIO, data: bytes) -> None:
    """Writes a message whole."""
    stream.write(len(data).to_bytes(LENGTH, "big") + data)
    stream.flush()


def read_message(stream: BinaryIO) -> bytes | None:
    """The next message; None where the stream has ended."""
    length = int.from_bytes(stream.read(LENGTH), "big")
    data = stream.read(length)
    return data if length and len(data) == length else None


def files_below(root: Path) -> set[Path]:
    """Every file below a folder."""
    return {path for path in root.rglob("*") if path.is_file()}


def perform_order(order: Order, root: Path, sent: set[Path], end_with_parent: Callable[[], None]) -> Done:
    """Does a job in a process of its own; the files that it left are taken along, and deleted here."""
    outcomes: list[Any] = []
    run_all(
        order.function,
        [order.job],
        1,
        lambda job: None,
        lambda job, outcome: outcomes.append(outcome),
        waiting=end_with_parent,
        limits=order.limits,
    )
    files = {}
    for path in sorted(files_below(root) - sent):
        if ".partial" not in path.name:
            files[str(path).removeprefix(str(root))] = path.read_bytes().replace(str(root).encode(), b"")
        path.unlink()
    return Done(outcomes[0], files)


def end_processes(*_: object) -> None:
    """Ends this process, with those of jobs."""
    interrupts.end_all()
    os._exit(0)


def serve_orders() -> None:
    """Answers every order on the standard input with one message on the standard output, until there are no more.

    Before them comes what to call first, so that the processes that are forked from this one need not. The arguments
    of the command line are the root, and the folder of results that take long.
    """
    root, store = map(Path, sys.argv[1:])
    signal.signal(signal.SIGTERM, end_processes)
    orders, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anything prints is no answer
    parent, sent = os.getppid(), files_below(root)

    def end_with_parent() -> None:
        if os.getppid() != parent:
            raise SystemExit(1)

    prepare = decode_message(read_message(orders) or encode_message(None), str(root), store)
    if prepare:
        prepare()
    with contextlib.suppress(BrokenPipeError):
        while data := read_message(orders):
            done = perform_order(decode_message(data, str(root), store), root, sent, end_with_parent)
            write_message(answers, encode_message(done, str(root)))
