"""The pages of a real run, opened in a real browser with the network off."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest

from browser import opened, outside
from making import with_facts, with_requests
from trainplan.cli import main
from trainplan.plan.find import PROJECT
from trainplan.plan.plan import load_plan
from trainplan.report.furniture import page_head
from trainplan.report.html import LITERAL, render_report
from trainplan.report.links import without_links

SOUND = Path(__file__).parent / "broken" / "sound"
WICKED = r"<script>alert(1)</script> $1\q và $2_{"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the small plan in which a program, a target, a source and a scenario have a script for a name."""
    folder = tmp_path_factory.mktemp("site")
    plan = Path(shutil.copytree(SOUND, folder / "small"))
    for table, name in (
        ("programs", "Cao đẳng"),
        ("programs", "Đại học,"),
        ("objectives", "Có bằng"),
        ("sources", "Người học"),
    ):
        path = plan / f"{table}.csv"
        text = path.read_text("utf-8")
        path.write_text(text.replace(name.rstrip(","), WICKED, 1), "utf-8")
    scenario = plan / "scenarios" / "costs_up.yaml"
    scenario.write_text(scenario.read_text("utf-8").replace("Chi phí tăng", f"'{WICKED}'", 1), "utf-8")
    assert main(["run", str(with_requests(with_facts(plan))), "--output", str(folder / "out"), "--workers", "2"]) == 0
    return folder / "out" / "small"


def pages(site: Path) -> list[Path]:
    return [site / "index.html", site / "index.en.html", *sorted((site / "base" / "reports").glob("*.html"))]


def test_a_run_leaves_every_page(site: Path) -> None:
    assert len(pages(site)) == 2 + 2 * len(list((PROJECT / "notebooks").glob("[0-9]*.ipynb")))


def test_pages_ask_nobody_and_run_nothing(site: Path) -> None:
    for path in pages(site):
        text = path.read_text("utf-8")
        assert "<script" not in text.replace("&lt;script", ""), path.name
        with opened(path) as (page, seen):
            dialogs: list[str] = []
            policy = page.locator('meta[http-equiv="Content-Security-Policy"]').get_attribute("content")
            assert str(policy).startswith("default-src 'none'"), path.name
            page.on("dialog", lambda d, dialogs=dialogs: dialogs.append(d.message))
            assert list(outside(seen)) == [] and seen.complaints == [] and dialogs == [], path.name
            assert page.locator("script").count() == 0


def test_a_name_that_is_a_script_stays_text(site: Path) -> None:
    with opened(site / "index.html") as (page, _):
        assert WICKED in page.locator("main").inner_text()
    with opened(site / "base" / "reports" / "04_gaps.vi.html") as (page, _):
        assert WICKED in page.locator("main").inner_text()


def test_a_dollar_sign_begins_no_formula_in_jupyter(site: Path) -> None:
    shown = [
        str(output.data["text/html"])
        for path in (site / "base" / "notebooks").glob("*.ipynb")
        for cell in nbformat.read(path, 4).cells
        for output in cell.get("outputs", [])
        if "text/html" in output.get("data", {})
    ]
    named = [text for text in shown if "$1" in text]
    assert len(named) >= 10 and all(LITERAL in text for text in named)


def test_pages_are_whole(site: Path) -> None:
    for path in pages(site):
        with opened(path) as (page, _):
            language = "en" if ".en." in path.name else "vi"
            assert page.locator("html").get_attribute("lang") == language
            assert page.title() and page.locator("h1").count() == 1
            images = page.evaluate("[...document.images].map(i => [i.naturalWidth, i.alt.length])")
            assert all(width > 300 and alt > 20 for width, alt in images), path.name
            for link in page.locator("nav.toc a").all():
                assert page.locator(str(link.get_attribute("href"))).count() == 1
            for href in page.evaluate("[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))"):
                assert href.startswith("#") or (path.parent / href.split("#")[0]).exists(), f"{path.name}: {href}"


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_sticks_out(site: Path, width: int) -> None:
    for path in pages(site):
        with opened(path, width) as (page, _):
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path.name


def test_each_page_speaks_one_language(site: Path) -> None:
    with opened(site / "base" / "reports" / "03_budget.en.html") as (page, _):
        text = page.locator("main").inner_text()
        assert "Kinh phí" not in text and "Money of each year" in text
    with opened(site / "base" / "reports" / "03_budget.vi.html") as (page, _):
        text = page.locator("main").inner_text()
        assert "Money of each year" not in text and "Kinh phí từng năm" in text


def test_pages_print_on_a4(site: Path) -> None:
    with opened(site / "base" / "reports" / "04_gaps.vi.html") as (page, _):
        paper = page.pdf(prefer_css_page_size=True)
    sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper)
    boxes = [(float(width), float(height)) for width, height in sizes]  # upright, or across for a wide table
    assert boxes and all(abs(min(box) - 595) < 2 and abs(max(box) - 842) < 2 for box in boxes)


def test_reports_are_the_same_bytes_again(site: Path, tmp_path: Path) -> None:
    report = site / "base" / "reports" / "04_gaps.vi.html"
    head = page_head([load_plan(site.parents[1] / "small")], "vi")
    again = render_report(site / "base" / "notebooks" / "04_gaps.vi.ipynb", tmp_path / "again.html", "vi", head)
    assert without_links(again.read_text("utf-8")) == without_links(report.read_text("utf-8"))
