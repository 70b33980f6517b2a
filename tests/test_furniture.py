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
import pandas as pd
import pytest
from markupsafe import Markup

from browser import opened
from making import with_facts, with_requests
from trainplan.plan.find import PROJECT
from trainplan.plan.plan import load_plan
from trainplan.report.drawing import Drawing
from trainplan.report.furniture import PageHead, page_head, print_style
from trainplan.report.html import html_table, no_ways, render_page
from trainplan.report.links import with_links, without_links
from trainplan.report.page_figure import Caption, HtmlFigure
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
    assert (
        run(Request(str(with_requests(with_facts(changed_plan(folder)))), ("all",), output=folder / "out", workers=2))
        == 0
    )
    return folder / "out" / "small"


def dead_links(folder: Path) -> list[str]:
    """Links of all pages that lead to no file, or to no place in a page."""
    dead = []
    for path in folder.rglob("*.html"):
        for href in re.findall(r'<a [^>]*href="([^"]*)"', path.read_text("utf-8")):
            file, _, place = href.partition("#")
            target = path.parent / unquote(file) if file else path
            found = target.is_file() and (not place or f'id="{place}"' in target.read_text("utf-8"))
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
    assert dead_links(folder) == [] and 'rel="' not in alone and "hreflang=" not in alone
    assert '<details class="scenarios"' not in alone

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
        "index.html": "DỰ THẢO Mọi số liệu đã nhập · đã qua: 2021–2022 · chưa ghi cơ quan lập",
        "base/reports/05_compare.en.html": "DRAFT All data that are there · past: 2021–2022 · no owner named",
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
            "Không ghi ngày số liệu · đã qua: 2021 · chưa ghi cơ quan lập",
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


def shown_cell(source: str, html: str) -> Any:
    """A code cell that has shown a piece of a page."""
    return nbformat.v4.new_code_cell(source, outputs=[nbformat.v4.new_output("display_data", {"text/html": html})])


def heading(text: str, *tags: str) -> Any:
    return nbformat.v4.new_markdown_cell(text, metadata={"tags": list(tags)})


def bars(name: str, *reading: str) -> str:
    caption = Caption(f"Finding {name}.", "Alt.", "Tỷ đồng", reading, ("budget", "verdicts"))
    return HtmlFigure(name, caption, Markup("<table></table>")).html("vi")


def page_of(*cells: Any, name: str = "03_budget.vi") -> str:
    return render_page(nbformat.v4.new_notebook(cells=cells), name, "vi")


@pytest.mark.parametrize(("name", "numbers"), [("03_budget.vi", ("3.1", "3.2")), ("own.vi", ("1", "2"))])
def test_figures_and_tables_have_the_number_of_their_page(name: str, numbers: tuple[str, str]) -> None:
    frame = pd.DataFrame({"A": ["x"]})
    tables = [html_table(frame, words) for words in ("One", "Two")] + [html_table(frame)]
    page = page_of(*(shown_cell("1", html) for html in (bars("a"), *tables, bars("b"))), name=name)
    said = re.sub("<[^>]*>", "", page)
    for k, figure, table in zip(numbers, ("Finding a.", "Finding b."), ("One", "Two"), strict=True):
        assert f"Hình {k}. {figure}" in said and f"Bảng {k}. {table}" in said
    assert said.count("Bảng") == said.count("Hình") == 2


def test_how_to_read_a_mark_is_said_once_on_a_page() -> None:
    pieces = [
        bars("a", "Cột là một năm.", "Vạch mảnh."),
        bars("b", "Cột là một năm."),
        bars("c", "Vạch mảnh.", "Ô đen."),
    ]
    page = page_of(*(shown_cell("1", html) for html in pieces))
    lines = [re.sub("<[^>]*>", "", line) for line in re.findall('<p class="reading">.*?</p>', page)]
    assert lines == ["Cách đọc: Cột là một năm. Vạch mảnh.", "Cách đọc: Ô đen."]


def test_an_annex_is_folded_and_listed_as_one() -> None:
    cells = [
        heading("# Title"),
        heading("## Money"),
        shown_cell("show(parts.budget(results))", "<p>first</p>"),
        heading("## Phụ lục", "lang-vi", "annex"),
        heading("## Annex", "lang-en", "annex"),
        heading("## By course"),
        heading("Words."),
        shown_cell("show(parts.verdicts(results))", bars("a")),
        heading("## Empty"),
        nbformat.v4.new_code_cell("show(parts.classes(results))"),
        heading("## Without a part"),
        heading("More words."),
    ]
    page = page_of(*cells)
    body = page[page.index("<main") : page.index("</main>")]
    assert re.findall('<a href="#([^"]*)">', body) == ["budget", "annex"]
    assert re.findall('<h2 id="([^"]*)">([^<]*)', body) == [("budget", "Money"), ("annex", "Phụ lục")]
    folded = re.findall(
        '<details class="annex" id="([^"]*)"><summary><h3>(.*?)</h3>.*?</summary>(.*?)</details>', body, re.S
    )
    assert [(name, title) for name, title, _ in folded] == [("verdicts", "By course"), ("annex-2", "Without a part")]
    assert "Words." in folded[0][2] and "Hình 3.1." in folded[0][2] and "More words." in folded[1][2]


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_an_annex_has_a_heading_of_its_own(path: Path) -> None:
    cells = nbformat.read(path, 4).cells
    for i, cell in enumerate(cells):
        if "annex" in cell.metadata.get("tags", []):
            below = next(one for one in cells[i + 1 :] if "annex" not in one.metadata.get("tags", []))
            assert re.fullmatch("## .*", cell.source) and below.source.startswith("## "), cell.source


def test_an_annex_that_shows_nothing_is_left_out() -> None:
    empty = nbformat.v4.new_code_cell("show(parts.classes(results))")
    page = page_of(heading("# Title"), heading("## Annex", "annex"), heading("## Empty"), empty)
    assert "<h2" not in page and "<details" not in page


def test_pages_link_the_files_behind_their_figures_where_there_are_any(tmp_path: Path) -> None:
    section = (heading("## Annex", "annex"), heading("## A"), shown_cell("1", bars("a")))
    page = page_of(*section)
    assert "Nguồn: Kinh phí; Kết luận<" in page and ".csv</a>" not in page
    links = no_ways("", "vi")
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "budget.csv").write_text("", "utf-8")
    linked = with_links(page, links, tmp_path, "vi")
    assert re.findall('<a href="([^"]*)">([^<]*csv)</a>', linked) == [("../tables/budget.csv", "budget.csv")]
    assert '<span class="printed">budget.csv</span></summary>' in re.sub("<!--.*?-->", "", linked)
    assert without_links(linked) == without_links(page)


def test_the_picture_of_a_drawing_is_linked_as_what_it_is(tmp_path: Path) -> None:
    drawn = Drawing("strip", Caption("Finding.", "Alt."), lambda sheet: sheet.text(0, 9, "A"))
    page = page_of(shown_cell("1", drawn.html("vi")))
    (tmp_path / "figures").mkdir()
    for suffix in ("svg", "png"):  # a PNG goes before an SVG
        (tmp_path / "figures" / f"strip.vi.{suffix}").write_text("", "utf-8")
        linked = with_links(page, no_ways("", "vi"), tmp_path, "vi")
        assert re.findall('<a href="(.*?)">Ảnh', linked) == [f"../figures/strip.vi.{suffix}"]
    (tmp_path / "figures" / "strip.en.png").write_text("", "utf-8")
    assert "strip.en" not in with_links(page, no_ways("", "vi"), tmp_path, "vi")


def test_a_heading_leads_to_its_section_in_the_other_language(whole: Path) -> None:
    page = (whole / "base" / "reports" / "03_budget.en.html").read_text("utf-8")
    names = re.findall('<h2 id="([^"]*)"', page)
    assert names and re.findall('<a class="same" href="03_budget.vi.html#([^"]*)" lang="vi"', page) == names


def test_every_source_of_a_whole_run_leads_to_its_files(whole: Path) -> None:
    page = (whole / "base" / "reports" / "03_budget.vi.html").read_text("utf-8")
    assert 'href="../tables/budget.csv">budget.csv</a>' in page
    assert re.search(r"<span class=\"number\">Bảng 3\.1\.</span>", page)


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


def test_a_page_that_rests_on_invented_numbers_says_so(tmp_path: Path) -> None:
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    rows = "year,objective,program,unit,enrolled,completed,spent_vnd,invented,basis\n"
    (plan / "actuals.csv").write_text(f"{rows}2021,degree,college,,60,20,,x,assumption: an example\n", "utf-8")
    for language, words in (("vi", "SỐ MINH HỌA"), ("en", "INVENTED NUMBERS")):
        assert words in page_head([load_plan(plan)], language).badge
        assert words not in page_head([load_plan(SOUND)], language).badge
