"""Files that somebody gave, by whatever name: only regular ones are read, and none that is out of all measure.

A path that is none, such as one of a name that no system takes, leads to nothing; what is there and is closed, in a
circle or without an end is an OSError, which `text.problems.problem_of_file` says in words.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

LARGEST = 50_000_000  # bytes of a file that is read


def read_given(path: Path) -> bytes:
    """The bytes of a regular file; OSError as the system has it.

    Of a device or a pipe, which may have no end, it has the number ENODEV, of a file of more than LARGEST bytes EFBIG.
    """
    check_regular(path)
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise _error(errno.EFBIG, path)
    return content


def check_regular(path: Path) -> None:
    """OSError, as of `read_given`, for what is no regular file."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        raise _error(errno.EISDIR if stat.S_ISDIR(mode) else errno.ENODEV, path)


def is_given(path: Path) -> bool:
    """Whether something stands at a path, if only a link to nothing; PermissionError where nobody may look."""
    return _mode(path, follow=False) != 0


def is_file(path: Path) -> bool:
    """Whether something that is no folder stands at a path; `read_given` says whether it can be read."""
    return is_given(path) and not is_folder(path)


def is_folder(path: Path) -> bool:
    """Whether a path leads to a folder; PermissionError where nobody may look."""
    return stat.S_ISDIR(_mode(path))


def files_in(folder: Path, ending: str = "") -> list[Path]:
    """What a folder holds, by name, of names with this ending; nothing where there is none, OSError of a closed one."""
    return sorted(path for path in folder.iterdir() if path.name.endswith(ending)) if is_folder(folder) else []


def real_path(path: Path) -> Path:
    """The absolute path behind all links; of a circle of them the path itself."""
    return Path(os.path.realpath(path))


def _mode(path: Path, follow: bool = True) -> int:
    try:
        return path.stat(follow_symlinks=follow).st_mode
    except PermissionError:
        raise
    except (OSError, ValueError):
        return 0


def _error(number: int, path: Path) -> OSError:
    return OSError(number, os.strerror(number), str(path))
