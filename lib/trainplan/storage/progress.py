"""How far long work has got: one live line on a terminal, plain lines elsewhere, at least one every five seconds."""

from __future__ import annotations

import contextlib
import math
import shutil
import sys
import time
from collections.abc import Iterator
from threading import Event, Thread
from typing import TextIO

from trainplan.text.catalog import both

TICK = 1.0  # seconds from one look to the next
SILENCE = 4.0  # seconds after which a plain line is due


class Progress:
    """Counts steps; `begin` names what is under way, `end` says what has come of it, `tick` that it still goes on.

    For one that follows another at once the silence goes on, so that work of many short pieces says something too.
    """

    ended = heard = float("-inf")  # when the last one ended, and when it last said something

    def __init__(self, total: int = 1, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.live = self.stream.isatty()
        self.total, self.done = total, 0
        self.underway: dict[str, float] = {}  # since when
        self.start = time.monotonic()
        self.last_line = Progress.heard if self.start - Progress.ended < 2 * TICK else self.start

    @property
    def seconds(self) -> float:
        """Seconds since the work began."""
        return time.monotonic() - self.start

    def begin(self, name: str) -> None:
        """A step is under way."""
        self.underway[name] = time.monotonic()

    def end(self, name: str, note: str = "", lasting: bool = False) -> None:
        """A step has ended. A lasting line stays on a terminal too: failures do."""
        self.underway.pop(name, None)
        self.done += 1
        if lasting or not self.live:
            self.line(f"[{self.done}/{self.total}] {name}{'  ' + note if note else ''}")
        self.draw()

    def reach(self, done: int) -> None:
        """So many steps are done."""
        self.done = done

    def tick(self) -> None:
        """Draws the live line anew; where there is no terminal, a plain line if there was none for some time."""
        self.draw()
        if not self.live and time.monotonic() - self.last_line >= SILENCE:
            self.line(f"[{self.done}/{self.total}] {self.describe()}" if self.total > 1 else self.describe())

    def describe(self) -> str:
        """What is under way, each with its seconds, and how long the rest will take."""
        now = time.monotonic()
        names = [f"{name} {now - since:.0f} s" for name, since in [*self.underway.items()]]
        return ", ".join([*names, *self.time_left()])

    def time_left(self) -> list[str]:
        """In words how long the rest will take if it goes on as it went; nothing while that cannot be told."""
        if not 0 < self.done < self.total or self.seconds < SILENCE:
            return []
        seconds = self.seconds * (self.total - self.done) / self.done
        minutes, rest = divmod(math.ceil(seconds), 60)
        return [both("progress.left", time=f"{minutes}:{rest:02}")]

    def line(self, text: str) -> None:
        """A line that stays."""
        self.last_line = time.monotonic()
        self.clear()
        self.stream.write(text + "\n")
        self.stream.flush()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        """Takes the live line away."""
        self.clear()
        Progress.ended, Progress.heard = time.monotonic(), self.last_line

    def clear(self) -> None:
        """Takes the live line away."""
        if self.live:
            self.stream.write("\r\x1b[K")
            self.stream.flush()

    def draw(self) -> None:
        """Draws the live line anew, where there is a terminal."""
        if not self.live:
            return
        width = shutil.get_terminal_size().columns - 1
        bar = f"{'█' * round(20 * self.done / self.total):░<20} {self.done}/{self.total} · {self.seconds:.0f} s · "
        self.stream.write("\r\x1b[K" + ((bar if self.total > 1 else "") + self.describe())[:width])
        self.stream.flush()


@contextlib.contextmanager
def under_way(step: str, total: int = 1, stream: TextIO | None = None) -> Iterator[Progress]:
    """Inside the block a thread says from time to time that `step` goes on; it must not start processes.

    `step` is a text `progress.<step>` of the catalogs, `total` what `reach` of the progress counts up to.
    """
    over = Event()
    with Progress(total, stream) as progress:
        progress.begin(both(f"progress.{step}"))

        def go_on() -> None:
            with contextlib.suppress(OSError):  # nobody reads what is said
                while not over.wait(TICK):
                    progress.tick()

        thread = Thread(target=go_on, daemon=True)
        thread.start()
        try:
            yield progress
        finally:
            over.set()
            thread.join()
