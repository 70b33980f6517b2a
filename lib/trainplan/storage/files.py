"""Files that appear under their final name only when they are whole."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

PARTIAL = re.compile(r"\.(\d+)\.partial")
_recorders: list[list[Path]] = []


class OutputError(Exception):
    """A result could not be written; `str()` says which file, and what to do about it."""


def write_bytes(path: Path, content: bytes) -> Path:
    """Writes a file beside its place, then moves it there: readers see the old bytes or the new, nothing between."""
    path = Path(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        put(partial, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise unwritable(path, error) from error
    note_written(path)
    return path


def put(partial: Path, path: Path) -> None:
    """Moves a file that is whole to its place; Windows refuses while another process is just reading the old one."""
    for wait in (0.05, 0.1, 0.2, 0.4):
        with contextlib.suppress(PermissionError):
            partial.replace(path)
            return
        time.sleep(wait)
    partial.replace(path)


def write_text(path: Path, text: str) -> Path:
    """Text as UTF-8 with the line ends it has (no translation on Windows, so that bytes are the same everywhere)."""
    return write_bytes(path, text.encode("utf-8"))


def unwritable(path: Path, error: OSError) -> OutputError:
    """The words for a file that the system refuses to write; on Windows that is mostly one open in Excel."""
    if isinstance(error, PermissionError):
        return OutputError(
            f"{path}: không ghi được tệp, có lẽ đang mở trong Excel; hãy đóng lại rồi chạy lại. / "
            "This file cannot be written; it may be open in Excel: close it and run again."
        )
    return OutputError(f"{path}: không ghi được tệp / this file cannot be written ({error.strerror or error}).")


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def note_written(path: Path) -> None:
    """Tells whoever records that a file was written."""
    for recorder in _recorders:
        recorder.append(path.absolute())


@contextlib.contextmanager
def recorded() -> Iterator[list[Path]]:
    """The files written in this process inside the block, such as the figures that a notebook leaves."""
    paths: list[Path] = []
    _recorders.append(paths)
    try:
        yield paths
    finally:
        _recorders.remove(paths)


def remove_partials(folder: Path) -> None:
    """Takes away what an interrupted run left half-written; what a process is still writing stays."""
    for path in folder.rglob("*.partial*"):
        writer = PARTIAL.search(path.name)
        if writer and psutil.pid_exists(int(writer[1])):
            continue
        with contextlib.suppress(OSError):
            path.unlink()
