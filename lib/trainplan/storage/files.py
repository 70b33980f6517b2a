"""Files that appear under their final name only when they are whole."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import psutil

from trainplan.plan.given_files import check_regular, is_folder, is_given
from trainplan.text.catalog import both
from trainplan.text.problems import PlanError, Problem, problem_of_file

PARTIAL = re.compile(r"\.(\d+)\.partial")
NO_OUTPUT = {errno.ENOTDIR: "output_in_file", errno.EACCES: "output_closed", errno.EPERM: "output_closed"}
LOG = logging.getLogger("trainplan")
CLOCKS_DIFFER = 10.0  # seconds at most between the clock of a machine and that of its files
_recorders: list[list[Path]] = []


class ExplainedError(Exception):
    """Something failed while running; `str()` is all that a person needs to know of it."""


class OutputError(ExplainedError):
    """A result could not be written; `str()` says which file, and what to do about it."""


def write_bytes(path: Path, content: bytes) -> Path:
    """Writes a file whole or not at all: beside its place first, then renamed. Returns it.

    Readers see the old bytes or the new, nothing between. OutputError where the system refuses it.
    """
    path = Path(path)
    with _partial_of(path) as partial:
        partial.write_bytes(content)
    return path


@contextlib.contextmanager
def open_whole(path: Path) -> Iterator[TextIO]:
    """A UTF-8 file to be written piece by piece, which appears under its name when the block has ended without error.

    OutputError where the system refuses it.
    """
    with _partial_of(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        yield file


@contextlib.contextmanager
def _partial_of(path: Path) -> Iterator[Path]:
    """Where to write a file beside its place; it is renamed when the block has ended without error, else deleted."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        move_into_place(partial, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            partial.unlink()
        if isinstance(error, OSError):
            raise write_error(path, error) from error
        raise
    note_written(path)


def check_output(where: str, path: Path, folder: bool = True) -> None:
    """PlanError, of the argument `where`, if there can be no such folder, or no such file; nothing is left there."""
    try:
        _try_output(path.absolute(), folder)
    except OSError as error:
        code = NO_OUTPUT.get(error.errno or 0) or problem_of_file("", error).code
        code, reason = ("output_not_made", error.strerror) if code in ("no_file", "file_not_readable") else (code, "")
        raise PlanError([Problem(where, code, str(path), values={"reason": reason})]) from None


def _try_output(path: Path, folder: bool) -> None:
    there = next(place for place in (path, *path.parents) if is_given(place))
    for part in path.relative_to(there).parts:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            (there / part).stat()  # says whether a name is too long
    if there == path and not folder:
        check_regular(path)
        there = path.parent
    elif not is_folder(there):
        there.stat()  # says what is wrong with a link
        raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(there))
    Path(tempfile.mkdtemp(dir=there)).rmdir()


def move_into_place(partial: Path, path: Path) -> None:
    """Renames a file that is whole to its final name, which Windows refuses while somebody reads the old one."""
    for wait in (0.05, 0.1, 0.2, 0.4):
        with contextlib.suppress(PermissionError):
            partial.replace(path)
            return
        time.sleep(wait)
    partial.replace(path)


def write_text(path: Path, text: str) -> Path:
    """Text as UTF-8 with the line ends it has (no translation on Windows, so that bytes are the same everywhere)."""
    return write_bytes(path, text.encode("utf-8"))


def write_error(path: Path, error: OSError) -> OutputError:
    """The error for a file that the system refuses to write; on Windows that is mostly one open in Excel."""
    if isinstance(error, PermissionError):
        return OutputError(f"{path}: {both('file.open_elsewhere')}")
    if isinstance(error, IsADirectoryError):
        return OutputError(f"{path}: {both('problem.file_is_folder')}")
    return OutputError(f"{path}: {both('file.not_writable')} ({error.strerror or error}).")


def file_hash(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def note_written(path: Path) -> None:
    """Appends the path, made absolute, to the list of every active `record_written`."""
    LOG.debug("wrote %s", path)
    for recorder in _recorders:
        recorder.append(path.absolute())


@contextlib.contextmanager
def record_written() -> Iterator[list[Path]]:
    """A list to which every file that this process writes inside the block is appended, with its absolute path."""
    paths: list[Path] = []
    _recorders.append(paths)
    try:
        yield paths
    finally:
        _recorders.remove(paths)


def remove_partials(folder: Path) -> None:
    """Deletes half-written files below `folder` that an interrupted run left; those of living processes stay."""
    for path in folder.rglob("*.partial*"):
        writer = PARTIAL.search(path.name)
        with contextlib.suppress(OSError):
            if not (writer and is_writing(int(writer[1]), path)):
                path.unlink()


def is_writing(pid: int, path: Path) -> bool:
    """Whether the process that wrote a file lives; one that began after it has only come to the same number."""
    try:
        return psutil.Process(pid).create_time() <= path.stat().st_mtime + CLOCKS_DIFFER
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:  # somebody else's
        return True
