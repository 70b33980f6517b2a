"""Ctrl+C, an end asked for, a closed terminal: a run ends with status 1 and takes its processes along, whenever one of
them lands."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from typing import Any, NoReturn

# Windows has no SIGHUP, which comes as the terminal is closed; `nohup` ignores it, and so do we then.
HANG_UP = [signal.SIGHUP] if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN else []
SIGNALS = (signal.SIGINT, signal.SIGTERM, *HANG_UP)
# Not in the catalogs: a signal may land before they can be read.
STOPPED = "Đã dừng; chạy lại lệnh này để làm tiếp. / Stopped; give the same command again to go on."
HOLDABLE = hasattr(signal, "pthread_sigmask")  # Windows has no such thing

running: list[Any] = []  # processes that must not outlive this one


def end_from_now() -> None:
    """From here on an interrupt ends this process at once; one that was held back until now does so here."""
    for number in SIGNALS:
        signal.signal(number, _end)
    if HOLDABLE:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def raise_from_now() -> None:
    """From here on one that would have ended this process is a KeyboardInterrupt, for a command that ends a server."""
    for number in SIGNALS:
        if signal.getsignal(number) is _end:
            signal.signal(number, signal.default_int_handler)


def ignore_from_now() -> None:
    """From here on there is nothing left to interrupt."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def leave_to_parent() -> None:
    """In a process of a run: Ctrl+C and a closed terminal are for the parent to answer, which then ends this one."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.SIG_IGN)
    if HOLDABLE:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


@contextlib.contextmanager
def hold_back() -> Iterator[None]:
    """Interrupts wait until the block has ended; a process started in it answers none before it chooses to."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS) if HOLDABLE else set()
    try:
        yield
    finally:
        if HOLDABLE:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_all() -> None:
    """Ends the processes that run, with all that they started."""
    if not running:
        return  # nothing need be imported to end at once
    from trainplan.run.process_tree import end_tree

    for process in running:
        end_tree(process.pid)
        process.join()
    running.clear()


def _end(*_: object) -> NoReturn:
    """Not an exception: one that lands in a callback of the interpreter is printed and lost."""
    ignore_from_now()
    with contextlib.suppress(Exception):
        end_all()
    with contextlib.suppress(OSError):
        os.write(2, ("\n" * os.isatty(2) + STOPPED + "\n").encode())
    os._exit(1)
