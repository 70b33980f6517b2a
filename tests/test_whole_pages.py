"""Whole pages in Chromium, of plans of one to many years, with long names and without tables: all can be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from browser import OVERLAPS, opened
from making import RANGES
from test_chart_forms import many_rows
from test_missing_tables import ALONE, OF, every_page, whole, without
from test_small_plans import ONE_RANGE, new, with_ceilings
from trainplan.report.drawing import TALLEST
from trainplan.report.forms.target_strip import strip_drawing
from trainplan.report.html import style_sheet
from trainplan.report.page_figure import Caption

LONG = "Đ" * 5000
STICKS_OUT = """() => {
  const page = document.documentElement, found = [];
  if (page.scrollWidth > page.clientWidth) found.push(`the page: ${page.scrollWidth} px`);
  for (const e of document.querySelectorAll('td, th, caption, figcaption, summary, li, p'))
    if (e.clientWidth && e.scrollWidth > e.clientWidth + 1 && !e.matches('.unseen, .aloud') && !e.closest('.skip'))
      found.push(`${e.tagName}: ${e.textContent.trim().slice(0, 60)}`);
  return found;
}"""
CUT = """() => [...document.querySelectorAll('.scroll caption:not(.unseen, .aloud)')]
  .filter(e => e.getBoundingClientRect().right > e.closest('.scroll').getBoundingClientRect().right + 1)
  .map(e => `cut: ${e.textContent}`)"""
LEAST_LETTERS = """() => Math.min(99, ...[...document.querySelectorAll('svg text')]
  .filter(t => t.getBoundingClientRect().width)
  .map(t => parseFloat(getComputedStyle(t).fontSize) * t.ownerSVGElement.getScreenCTM().a))"""
UNFOLD = "() => document.querySelectorAll('details').forEach(e => { e.open = true })"

pytestmark = pytest.mark.browser


def long_names(folder: Path) -> Path:
    """A plan with ranges whose title, target, program, source and scenario have names of 5,000 letters."""
    plan = whole(folder, 4)
    for table, name in (("objectives", "Có bằng"), ("programs", "Đại học"), ("sources", "Người học")):
        path = plan / f"{table}.csv"
        path.write_text(path.read_text("utf-8").replace(name, LONG, 1), "utf-8")
    scenario = plan / "scenarios" / "costs_up.yaml"
    scenario.write_text(scenario.read_text("utf-8").replace("Chi phí tăng", LONG, 1), "utf-8")
    with (plan / "plan.yaml").open("a", encoding="utf-8") as file:
        file.write(RANGES)
    return plan


def years_long(folder: Path, years: int) -> Path:
    plan = with_ceilings(new(folder, 2026, 2025 + years))
    ceilings = plan / "data" / "ceilings.csv"
    rows = "".join(f"{year},total,150000000,clause: III\n" for year in range(2026, 2026 + years))
    ceilings.write_text(ceilings.read_text("utf-8").splitlines()[0] + "\n" + rows, "utf-8")
    with (plan / "plan.yaml").open("a", encoding="utf-8") as file:
        file.write(ONE_RANGE)
    return plan


PLANS = {
    "1 year": lambda folder: whole(folder, 1),
    "5 years": lambda folder: years_long(folder, 5),
    "10 years": lambda folder: years_long(folder, 10),
    "25 years": lambda folder: years_long(folder, 25),
    "long names": long_names,
    "no ceilings": lambda folder: without(whole(folder, 4), "ceilings"),
    "no tables": lambda folder: without(whole(folder, 4), *OF),
}
SLOW = dict.fromkeys(("5 years", "10 years"), pytest.mark.slow)


def measured(paths: Sequence[Path]) -> Iterator[str]:
    """What cannot be read on the pages, on a wide screen and on a phone."""
    with opened(paths[0]) as (page, _):
        for path in paths:
            page.goto(path.as_uri())
            page.evaluate(UNFOLD)
            for width in (1280, 390):
                page.set_viewport_size({"width": width, "height": 900})
                found = [one for script in (STICKS_OUT, CUT, OVERLAPS) for one in page.evaluate(script)]
                if (least := page.evaluate(LEAST_LETTERS)) < 11:
                    found.append(f"letters of {least:.1f} px")
                yield from (f"{path.stem}, {width} px: {one}" for one in found)


@pytest.mark.parametrize("name", [pytest.param(name, marks=SLOW.get(name, ())) for name in PLANS])
def test_whole_pages_can_be_read(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = []
    for language, page_name, page in every_page(PLANS[name](tmp_path), monkeypatch):
        paths.append(tmp_path / f"{page_name}.{language}.html")
        paths[-1].write_text(page, "utf-8")
    assert [*measured(paths)] == []


def test_pages_of_a_plan_without_one_table_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths, seen = [], set[str]()
    for missing in [(), *ALONE]:
        folder = tmp_path / ("-".join(missing) or "all")
        folder.mkdir()
        plan = without(whole(folder, 4), *missing)
        for language, name, page in every_page(plan, monkeypatch, ["vi"]):
            path = tmp_path / f"{name}.{language}.without-{folder.name}.html"
            path.write_text(page, "utf-8")
            paths += [] if page in seen or not missing else [path]
            seen.add(page)
    assert len(paths) > len(ALONE) and [*measured(paths)] == []


def test_what_cannot_be_read_is_found(tmp_path: Path) -> None:
    path, long, texts = tmp_path / "page.html", "a" * 900, '<text y="9">one</text><text y="10">two</text>'
    path.write_text(
        f'<div class="scroll" style="width:99px"><table><caption>{long}</caption></table></div>'
        f'<p style="width:99px">{long}</p><svg width="100" viewBox="0 0 400 40">{texts}</svg>',
        "utf-8",
    )
    found = " ".join(measured([path]))
    assert all(one in found for one in ("the page: ", "P: aaa", "cut: aaa", "one | two", "letters of 4"))


@pytest.mark.parametrize("targets", [22, 30])
def test_letters_of_a_printed_strip_have_eight_points(targets: int, tmp_path: Path) -> None:
    figure = strip_drawing("strip", Caption("Finding.", "Alt."), many_rows(targets, "vi"), "vi")
    path = tmp_path / "page.html"
    body = f'<!doctype html><meta charset="utf-8"><style>{style_sheet()}</style><main>{figure.html("vi")}</main>'
    path.write_text(body, "utf-8")
    with opened(path, 623) as (page, _):  # px between the margins of A4
        page.emulate_media(media="print")
        assert page.evaluate(LEAST_LETTERS) >= 8 / 0.75 and page.evaluate(OVERLAPS) == []
        heights = page.locator("svg.piece").evaluate_all("all => all.map(e => e.getBoundingClientRect().height)")
        assert len(heights) > targets and max(heights) < TALLEST / 3
