"""Options of the test run, and what it must not leave behind."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest

from trainplan.storage import store

FILES: pytest.StashKey[set[str]] = pytest.StashKey()


@pytest.fixture(autouse=True)
def stores_in_use() -> Iterator[None]:
    """A store that a test began to use, as a desk in a notebook does, is not used by the next test."""
    before = list(store._in_use)
    yield
    store._in_use[:] = before


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """What a command line that ran in this process chose for itself, as where figures go, is not there for the next."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew", action="store_true", help="write the golden tables anew instead of comparing with them")


def new_files(config: pytest.Config) -> set[str]:
    """The files in the project's folder that git neither keeps nor ignores; none where there is no git."""
    command = ["git", "-c", "core.quotepath=off", "ls-files", "--others", "--exclude-standard"]
    try:
        return set(subprocess.run(command, cwd=config.rootpath, capture_output=True, text=True).stdout.splitlines())
    except FileNotFoundError:
        return set()


def pytest_sessionstart(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):  # under xdist one process looks, when all the others have ended
        session.config.stash[FILES] = new_files(session.config)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    left = new_files(session.config) - session.config.stash[FILES] if FILES in session.config.stash else set()
    if left and not session.config.getoption("renew"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        print("\n\nA test writes into a folder of its own (tmp_path). These were left in the project:", *sorted(left))
