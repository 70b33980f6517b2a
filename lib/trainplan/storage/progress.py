"""How far long work has got: one live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TextIO


class Progress:
    """Counts steps; `begin` names what is under way, `end` says what has come of it."""

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.live = self.stream.isatty()
        self.total, self.done = total, 0
        self.underway: list[str] = []
        self.start = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the work began."""
        return time.monotonic() - self.start

    def begin(self, name: str) -> None:
        """A step is under way."""
        self.underway.append(name)
        self._draw()

    def end(self, name: str, note: str = "", lasting: bool = False) -> None:
        """A step has ended. A lasting line stays on a terminal too: failures do."""
        if name in self.underway:
            self.underway.remove(name)
        self.done += 1
        if lasting or not self.live:
            self.line(f"[{self.done}/{self.total}] {name}{'  ' + note if note else ''}")
        self._draw()

    def reach(self, done: int) -> None:
        """So many steps are done; where there is no terminal, a plain line a tenth of work that takes long."""
        tenth = self.total // 10 or 1
        if not self.live and done // tenth > self.done // tenth and self.seconds > 3:
            self.line(f"[{done}/{self.total}]  {self.seconds:.0f} s")
        self.done = done
        self._draw()

    def line(self, text: str) -> None:
        """A line that stays."""
        self._clear()
        print(text, file=self.stream, flush=True)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        """Takes the live line away."""
        self._clear()

    def _clear(self) -> None:
        if self.live:
            self.stream.write("\r\x1b[K")
            self.stream.flush()

    def _draw(self) -> None:
        if not self.live:
            return
        width = shutil.get_terminal_size().columns - 1
        bar = "█" * round(20 * self.done / max(1, self.total))
        text = f"{bar:░<20} {self.done}/{self.total} · {self.seconds:.0f} s · {', '.join(self.underway)}"
        self.stream.write("\r\x1b[K" + text[:width])
        self.stream.flush()
