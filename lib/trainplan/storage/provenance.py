"""What outputs are made from: hashes of data, of the sources and texts, and the versions of packages."""

from __future__ import annotations

import contextlib
import hashlib
import json
import platform
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from trainplan.storage.files import file_hash

PACKAGE = Path(__file__).resolve().parents[1]
SOURCES = (".py", ".j2", ".css", ".po")
DESK = "desk"
COMMAND_LINE = ("cli.py", "__main__.py")
# The rooms that compute, each on those before it: what results are has nothing to do with any other.
COMPUTING = ("plan", "model", "optimize", "results", "analysis")
NUMERIC = ("python", "numpy", "pandas", "scipy", "highspy")  # the packages whose versions results may depend on


@cache
def code_hash(desk: bool = False, package: Path = PACKAGE) -> str:
    """A hash over the sources and texts that tables and pages are made of, in the order of the files' names.

    The command line and the desk change neither of them; for a notebook that opens the desk, `desk` counts it in.
    """
    named = {path.relative_to(package).as_posix(): path for path in package.rglob("*") if path.suffix in SOURCES}
    counted = [name for name in named if name not in COMMAND_LINE and (desk or name.partition("/")[0] != DESK)]
    return hash_data([f"{name} {file_hash(named[name])}" for name in sorted(counted)])


@cache
def hash_of_computing(room: str, package: Path = PACKAGE) -> str:
    """A hash over the code that a function of a room is computed by, that of COMPUTING up to the room, and NUMERIC."""
    rooms = COMPUTING[: COMPUTING.index(room) + 1]
    files = sorted(path.relative_to(package).as_posix() for one in rooms for path in (package / one).rglob("*.py"))
    versions = package_versions()
    return hash_data([[f"{name} {file_hash(package / name)}" for name in files], [versions[one] for one in NUMERIC]])


@cache
def package_versions() -> dict[str, str]:
    """The versions of Python, of the workbook and of the packages that it names."""
    needed = [line.split(";")[0] for line in metadata.requires("trainplan") or [] if "extra ==" not in line]
    names = sorted("".join(c if c.isalnum() or c in "-_." else " " for c in line).split()[0] for line in needed)
    found = {"python": platform.python_version(), "trainplan": metadata.version("trainplan")}
    for name in names:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def hash_data(value: Any) -> str:
    """The SHA-256 of plain data (numbers, texts, lists, maps), in hexadecimal; the order of a map's keys is nothing."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
