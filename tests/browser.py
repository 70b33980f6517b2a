"""The system's Chromium, with the network off."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
OVERLAPS = """() => [...document.querySelectorAll('svg')].flatMap(svg => {
  const paper = svg.getBoundingClientRect(), found = [], where = svg.closest('[id]')?.id;
  const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
  if (!paper.width) return found;
  boxes.forEach(([words, a], i) => {
    const wide = a.left < paper.left - 1.5 || a.right > paper.right + 1.5;  // whole pixels
    if (wide || a.top < paper.top - 1 || a.bottom > paper.bottom + 1)
      found.push(`${where}: outside: ${words}`);
    boxes.slice(i + 1).forEach(([other, b]) => {
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > .5 && down > 3.5) found.push(`${where}: ${words} | ${other}`);
    });
  });
  return found;
})"""  # boxes of lines one below the other meet by the room above capitals
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def executable() -> str:
    """Where the browser is; without one the test is skipped, unless a browser is required."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        if os.environ.get("TRAINPLAN_REQUIRE_BROWSER") == "1":
            pytest.fail("a browser is required, and there is no Chromium on this machine")
        pytest.skip("there is no Chromium on this machine")
    return found


@dataclass
class Seen:
    """What a page did while it was open."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@contextmanager
def opened(path: Path, width: int = 1280):
    """(page, seen): a page opened from its file in a browser that is offline."""
    from playwright.sync_api import sync_playwright

    program = executable()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            page = browser.new_context(offline=True, viewport={"width": width, "height": 900}).new_page()
            seen = Seen()
            page.on("request", lambda r: seen.requests.append(r.url))
            page.on("console", lambda m: seen.complaints.append(m.text) if m.type in ("error", "warning") else None)
            page.on("pageerror", lambda e: seen.complaints.append(str(e)))
            page.goto(path.as_uri())
            yield page, seen
        finally:
            browser.close()


def outside(seen: Seen) -> Iterator[str]:
    """Requests to anything but files and data in the page."""
    return (url for url in seen.requests if not url.startswith(("file:", "data:")))
