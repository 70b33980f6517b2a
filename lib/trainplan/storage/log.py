"""The log of the library, `logging.getLogger("trainplan")`: silent unless TRAINPLAN_LOG asks for it.

The environment variable names a level, such as `info` or `debug`, for the terminal, or else a file, to which all of it
is added. It is for whoever looks after the program, and in English only.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import time
import traceback
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from trainplan.plan.find import OUTPUTS
from trainplan.storage.files import ExplainedError, check_output, write_error
from trainplan.text.catalog import both

VARIABLE = "TRAINPLAN_LOG"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
FAILURES = OUTPUTS / "failures.log"
LOG = logging.getLogger("trainplan")


def log_file() -> Path | None:
    """The file that TRAINPLAN_LOG names; None where it names a level, or nothing."""
    wanted = os.environ.get(VARIABLE, "")
    return Path(wanted) if wanted and wanted.upper() not in LEVELS else None


def start_log() -> None:
    """Sends the log where TRAINPLAN_LOG says. PlanError where that is a file that cannot be written."""
    for handler in [*LOG.handlers]:
        LOG.removeHandler(handler)
        handler.close()
    path, wanted = log_file(), os.environ.get(VARIABLE, "")
    if not wanted:
        LOG.addHandler(logging.NullHandler())  # without any, warnings would go to the terminal
        return
    if path:
        check_output(VARIABLE, path, folder=False)
    handler = logging.FileHandler(path, encoding="utf-8") if path else logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.DEBUG if path else wanted.upper())
    LOG.propagate = False


@contextlib.contextmanager
def log_duration(step: str) -> Iterator[None]:
    """Logs a step when it has ended, or failed, with the seconds that it took."""
    start = time.perf_counter()
    try:
        yield
    finally:
        LOG.info("%s: %.2f s", step, time.perf_counter() - start)


def log_failure(error: BaseException) -> Path | None:
    """Adds the command line and the traceback of what nobody foresaw to the file of TRAINPLAN_LOG, else to FAILURES.

    Returns the file; None where it cannot be written.
    """
    path = log_file() or FAILURES
    entry = [f"{datetime.now():%Y-%m-%d %H:%M:%S} {' '.join(sys.argv)}\n", *traceback.format_exception(error)]
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8", errors="replace") as file:
            file.writelines(entry)
        return path
    return None


def describe_error(error: Exception) -> str:
    """One line for an error that nobody foresaw, with the file that has its traceback; files say theirs themselves."""
    if isinstance(error, ExplainedError):
        return str(error)
    if isinstance(error, OSError) and error.filename:
        return str(write_error(Path(error.filename), error))
    file = log_failure(error)
    details = f" ({both('file.details')}: {file})" if file else ""
    return f"{both('cli.unexpected')}: {type(error).__name__}: {error}{details}"
