"""How long the desk takes from letting go of a slider to the last figure redrawn, in Chromium through JupyterLab.

    python workbook.py python benchmarks/desk.py [MOVES]

Prints the whole and its parts: reading (the plan with its changes, checked), model (all result tables), drawing (every
figure and table as HTML, handed to the widgets), transport (the way to the kernel and back, and the browser's layout
and paint). Milliseconds are of this machine; the shares of the whole are what compares.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from servers import chromium, desk_folder, lab, run_all  # noqa: E402

WARM = 5
LISTEN = """
() => {
  window.took = [];
  let start = 0;
  addEventListener('keydown', () => { start = performance.now(); }, true);
  const seen = new MutationObserver(() => {
    const done = document.querySelector('.tp-done');
    if (!done || !start || done.dataset.moves === seen.last) return;
    seen.last = done.dataset.moves;
    const parts = ['reading', 'model', 'drawing'].map(part => +done.dataset[part]), begun = start;
    start = 0;
    requestAnimationFrame(() => setTimeout(() => window.took.push([performance.now() - begun, ...parts]), 0));
  });
  seen.observe(document.body, {subtree: true, childList: true});
}
"""


def measure(moves: int) -> list[list[float]]:
    """[whole, reading, model, drawing] in ms of every move, after some that warm up."""
    with tempfile.TemporaryDirectory() as folder, lab(desk_folder(Path(folder))) as url, chromium() as (page, _):
        run_all(page, url)
        page.evaluate(LISTEN)
        handle = page.locator(".tp-lever-money_total .noUi-handle")
        for move in range(WARM + moves):
            handle.press("ArrowRight" if move // 10 % 2 == 0 else "ArrowLeft")
            page.wait_for_function(f"window.took.length > {move}")
        took: Any = page.evaluate("window.took")
    return [list(times) for times in took[WARM:]]


def main() -> None:
    took = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
    named = dict(zip(("whole", "reading", "model", "drawing"), map(list, zip(*took, strict=True)), strict=True))
    named["transport"] = [times[0] - sum(times[1:]) for times in took]
    whole = named["whole"]
    print(f"{len(took)} moves of a slider        median      95 %")
    for name, part in named.items():
        share = median(part) / median(whole)
        print(f"{name:24} {median(part):8.0f} ms {quantiles(part, n=20)[-1]:6.0f} ms   {share:5.2f} of the whole")


if __name__ == "__main__":
    main()
