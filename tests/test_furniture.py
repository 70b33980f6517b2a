"""What stands around pages: whose they are and from when, ways between them, paper, phones and long names."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nbformat
import pytest

from browser import opened
from trainplan.plan.find import PROJECT
from trainplan.plan.plan import load_plan
from trainplan.report.furniture import PageHead, page_head, print_style
from trainplan.report.html import render_page
from trainplan.report.links import without_links
from trainplan.run.manifest import output_hash
from trainplan.run.run import Request, run

SOUND = Path(__file__).parent / "broken" / "sound"
BOOKS = sorted((PROJECT / "notebooks").glob("[0-9]*.ipynb"))
LONG = "Dài" + "n" * 4997
KEYS = """as_of: 2022-06-30
decided_from: 2023
status: approved
owner: {vi: Sở Nội vụ, en: Department of Home Affairs}
decision: 2415/QĐ-UBND
"""
CONTRAST = """() => {
  const numbers = text => text.match(/[0-9.]+/g).map(Number);
  const shine = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const color = numbers(getComputedStyle(e).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const weak = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walker.nextNode();) {
    if (!node.data.trim()) continue;
    const [a, b] = [shine(numbers(getComputedStyle(node.parentElement).color)), shine(behind(node.parentElement))];
    if ((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5) weak.push(node.data);
  }
  return weak;
}"""
MOVE = """[...document.querySelectorAll('.scroll')].filter(box => box.scrollWidth > box.clientWidth + 20).map(box => {
  box.scrollLeft = box.scrollWidth;
  const cell = box.querySelector('tbody :first-child :first-child').getBoundingClientRect();
  return [box.scrollLeft, cell.left - box.getBoundingClientRect().left, cell.width];
})"""


def changed_plan(folder: Path, keys: str = "", **names: str) -> Path:
    """The sound plan with further keys, and other names of the plan or of whatever is first in a table."""
    copy = Path(shutil.copytree(SOUND, folder / "small"))
    text = (copy / "plan.yaml").read_text("utf-8")
    if name := names.pop("plan", ""):
        text = re.sub("(?m)^name: .*$", f"name: {name}", text)
    (copy / "plan.yaml").write_text(text + keys, "utf-8")
    for table, name in names.items():
        path = copy / f"{table}.csv"
        head, first, rest = path.read_text("utf-8").split("\n", 2)
        cells = first.split(",")
        cells[head.split(",").index("name_vi")] = name
        path.write_text("\n".join((head, ",".join(cells), rest)), "utf-8")
    return copy


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of every scenario and notebook."""
    folder = tmp_path_factory.mktemp("whole")
    assert run(Request(str(changed_plan(folder)), ("all",), output=folder / "out", workers=2)) == 0
    return folder / "out" / "small"


def dead_links(folder: Path) -> list[str]:
    """Links of all pages that lead to no file, or to no place in their page."""
    dead = []
    for path in folder.rglob("*.html"):
        page = path.read_text("utf-8")
        for href in re.findall(r'<a [^>]*href="([^"]*)"', page):
            file, _, place = href.partition("#")
            found = f'id="{place}"' in page if not file else (path.parent / unquote(file)).is_file()
            dead += [] if found else [f"{path.name}: {href}"]
    return dead


def steps(folder: Path, way: str, start: str) -> Iterator[str]:
    """The pages from `start` on, each by the link of the one before."""
    at = start
    while at:
        yield at
        found = re.search(rf'href="([^"]*)" rel="{way}"', (folder / at).read_text("utf-8"))
        at = found[1] if found else ""


def test_a_whole_run_is_linked_throughout(whole: Path) -> None:
    assert dead_links(whole) == []
    for scenario, other in (("base", "costs_up"), ("costs_up", "base")):
        folder = whole / scenario / "reports"
        for language, spoken in (("vi", "en"), ("en", "vi")):
            names = [f"{book.stem}.{language}.html" for book in BOOKS]
            assert list(steps(folder, "next", names[0])) == names
            assert list(steps(folder, "prev", names[-1])) == names[::-1]
            for book, name in zip(BOOKS, names, strict=True):
                page = (folder / name).read_text("utf-8")
                assert f'href="{book.stem}.{spoken}.html" lang="{spoken}"' in page
                assert page.count(f'href="../../{other}/reports/{name}"') == 1


def test_pages_of_a_part_of_a_run_are_linked_when_there_are_others(tmp_path: Path) -> None:
    plan = str(changed_plan(tmp_path))
    part = Request(plan, notebooks=("3",), language="vi", output=tmp_path / "out", workers=2)
    assert run(part) == 0
    folder = tmp_path / "out" / "small"
    page = folder / "base" / "reports" / "03_budget.vi.html"
    alone, known_by = page.read_text("utf-8"), output_hash(page)
    assert dead_links(folder) == [] and 'rel="' not in alone and "hreflang=" not in alone and "<details" not in alone

    assert run(replace(part, notebooks=("2", "3"), language=None, scenarios=("all",))) == 0
    linked = page.read_text("utf-8")
    assert dead_links(folder) == [] and output_hash(page) == known_by
    assert 'href="02_enrollment.vi.html" rel="prev"' in linked and 'href="03_budget.en.html"' in linked
    assert 'href="../../costs_up/reports/03_budget.vi.html"' in linked
    assert without_links(linked) == without_links(alone)


def test_sections_are_called_alike_in_both_languages(whole: Path) -> None:
    for book in BOOKS:
        names = [
            re.findall('<h2 id="([^"]*)"', (whole / "base" / "reports" / f"{book.stem}.{one}.html").read_text("utf-8"))
            for one in ("vi", "en")
        ]
        assert names[0] == names[1] and len(set(names[0])) == len(names[0])
        assert not [name for name in names[0] if re.search(r"\d", name)]
    assert "money-by-year" in (whole / "base" / "reports" / "03_budget.vi.html").read_text("utf-8")


def test_a_section_without_parts_has_a_number() -> None:
    cells = [nbformat.v4.new_markdown_cell(text) for text in ("# A", "## B", "words", "## C")]
    page = render_page(nbformat.v4.new_notebook(cells=cells), "", "vi")
    assert re.findall('<h2 id="([^"]*)"', page) == ["section-1", "section-2"]


def test_findings_come_before_the_contents(whole: Path) -> None:
    for name in ("00_start", "02_enrollment", "03_budget", "04_gaps", "07_uncertainty"):
        page = (whole / "base" / "reports" / f"{name}.vi.html").read_text("utf-8")
        assert page.index('class="answer') < page.index('class="toc"') < page.index("<h2"), name


def test_a_plan_that_says_nothing_is_a_draft(whole: Path) -> None:
    said = {
        "index.html": "DỰ THẢO không ghi ngày số liệu · chưa ghi cơ quan lập",
        "base/reports/05_compare.en.html": "DRAFT no date of the data · no owner named",
    }
    for name, words in said.items():
        page = re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", (whole / name).read_text("utf-8")))
        assert words in page


@pytest.mark.parametrize(
    ("keys", "badge", "standing"),
    [
        (KEYS, "Đã duyệt số 2415/QĐ-UBND", "Số liệu đến 30/6/2022 · đã qua: 2021–2022 · Cơ quan lập: Sở Nội vụ"),
        (
            "status: submitted\ndecided_from: 2022\n",
            "TRÌNH",
            "không ghi ngày số liệu · đã qua: 2021 · chưa ghi cơ quan lập",
        ),
    ],
)
def test_a_page_says_whose_it_is_and_from_when(keys: str, badge: str, standing: str, tmp_path: Path) -> None:
    head = page_head([load_plan(changed_plan(tmp_path, keys))], "vi")
    assert (head.badge, head.standing) == (badge, standing)
    page = render_page(nbformat.v4.new_notebook(), "", "vi", head)
    assert badge in page and standing in page and head.made_from in page


def test_the_foot_tells_data_apart(tmp_path: Path) -> None:
    plan = load_plan(changed_plan(tmp_path))
    costly, base = load_plan(plan.path, "costs_up"), load_plan(plan.path)
    said = [page_head(plans, "en").made_from for plans in ([plan], [base], [costly], [plan, costly])]
    assert said[0] == said[1] and len(set(said)) == 3 and plan.content_hash[:12] in said[0]


@pytest.mark.browser
def test_the_foot_of_printed_pages(tmp_path: Path) -> None:
    head = PageHead('A "B" </style> \\ } é', "Phương án", "DỰ THẢO", "Số liệu đến 30/6/2022", "…", "…")
    path = tmp_path / "page.html"
    path.write_text(render_page(nbformat.v4.new_notebook(), "", "vi", head), "utf-8")
    with opened(path) as (page, _):
        rules = page.evaluate(
            "[...document.styleSheets[0].cssRules].filter(r => r instanceof CSSPageRule).map(r => r.cssText)"
        )
    [rule] = [rule for rule in rules if "content" in rule]
    words = r"DỰ THẢO · A \"B\" </style> \\ } é · Phương án · Số liệu đến 30/6/2022"
    assert f'content: "{words}"' in rule and 'content: "Trang " counter(page) "/" counter(pages)' in rule
    assert any(re.search("margin: 20mm 15mm 20mm 30mm", one) for one in rules)


def test_a_long_name_is_cut_in_the_foot_of_printed_pages_alone() -> None:
    head = PageHead(LONG, "Phương án", "DỰ THẢO", "", "", "")
    assert len(print_style(head, "vi")) < 1000 and LONG in render_page(nbformat.v4.new_notebook(), "", "vi", head)


@pytest.mark.browser
def test_words_stand_out_from_what_is_behind_them(whole: Path) -> None:
    for path in (whole / "index.html", *sorted((whole / "base" / "reports").glob("*.vi.html"))):
        with opened(path) as (page, _):
            assert page.evaluate(CONTRAST) == [], path.name


@pytest.fixture(scope="module")
def lengthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of a plan in which everything is called by 5,000 letters without a space."""
    folder = tmp_path_factory.mktemp("lengthy")
    names: dict[str, Any] = dict.fromkeys(("groups", "objectives", "programs", "sources"), LONG)
    plan = changed_plan(folder, f"owner: {LONG}\n", plan=LONG, **names)
    scenario = plan / "scenarios" / "costs_up.yaml"
    scenario.write_text(re.sub("(?m)^title: .*$", f"title: {LONG}", scenario.read_text("utf-8")), "utf-8")
    books = ("1", "3", "4", "5")
    assert run(Request(str(plan), ("all",), books, "vi", output=folder / "out", workers=2)) == 0
    return folder / "out" / "small"


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_no_name_widens_a_page(lengthy: Path, width: int) -> None:
    for path in lengthy.rglob("*.html"):
        with opened(path, width) as (page, _):
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.browser
def test_the_first_column_stays_while_a_table_moves(whole: Path) -> None:
    with opened(whole / "base" / "reports" / "04_gaps.vi.html", 390) as (page, _):
        moved = page.evaluate(MOVE)
    assert moved and all(by > 10 and abs(left) < 1 and width < 200 for by, left, width in moved), moved
