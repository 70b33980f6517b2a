"""Pages of plans that lack optional tables: nothing empty, no word of what is missing, nothing of another province."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
import pytest

from making import RANGES, SOUND, make_part, notebooks_of, values_of, with_history
from trainplan import parts
from trainplan.cli import main
from trainplan.plan.find import PROJECT, scenario_names
from trainplan.plan.plan import load_plan
from trainplan.report import notebook as report
from trainplan.report.html import render_page
from trainplan.report.index import render_index
from trainplan.report.parts import HtmlPiece
from trainplan.report.stored import compute
from trainplan.results.compare import compare
from trainplan.storage.store import Store, use_store
from trainplan.text.catalog import LANGUAGES, say

ONE_YEAR = Path(__file__).parent / "plans" / "one_year"
STATEMENTS = """id,section,kind,quote_vi,pointers,why_not_vi,why_not_en
S1,I,target,Tám phần mười có bằng,{pointers},,
"""
SEED = r"(số khởi tạo|seed) 2415"  # of the draws of any plan
OF = {  # what a page says of a table and nothing else says
    "ceilings": "[Hh]ạn mức(?! kinh phí:)|[Cc]hưa cân đối|[Cc]eilings?\\b(?!:)|[Nn]ot found|[Uu]nspent"
    "|[Ll]acks? the money",
    "history": "[Gg]iai đoạn liền trước|giá so sánh|[Pp]eriod before|prices of the base year|[Nn]ominal",
    "statements": "được thể hiện|Ý trong|decision lives|[Ss]tatement",
    "clauses": "Quyết định|[Dd]ecision",
    "uncertain": "[Xx]ác suất|mô phỏng|Rút|[Pp]robab|[Dd]raws?\\b|S-curve",
    "scenarios": "theo phương án|[Cc]ác phương án|Every scenario|by scenario|[Tt]he scenarios(?! side)|scenarios and",
    "turnover": "[Bb]ầu cử|[Tt]urnover|[Ee]lection",
    "pipeline": "[Nn]gười đang học|[Ss]tudying at the|[Pp]ipeline",
    "units": "[Đđ]ơn vị|Huyện Bắc|\\b[Uu]nits?\\b",
}
ALONE = [(name, "statements") if name == "clauses" else (name,) for name in OF if name != "uncertain"]
SAID_OF_NOTHING = ("sentence.money_unlimited", "sentence.no_ceilings", "sentence.no_ranges", "warning.no_ceiling")


def whole(folder: Path, years: int) -> Path:
    """A plan with everything that a page can show: of four years, or of one."""
    plan = Path(shutil.copytree(SOUND if years > 1 else ONE_YEAR, folder / "plan"))
    target = "objectives.degree.target_low" if years > 1 else "objectives.yearly.target_low"
    (plan / "statements.csv").write_text(STATEMENTS.format(pointers=target), "utf-8")
    objectives = (plan / "objectives.csv").read_text("utf-8")
    (plan / "objectives.csv").write_text(objectives.replace("assumption:", "clause:", 2), "utf-8")
    if years > 1:
        with_history(plan)
    return plan


def without(plan: Path, *names: str) -> Path:
    """The plan, in its own folder, with tables, scenarios or clauses taken away."""
    for name in names:
        if name == "scenarios":
            shutil.rmtree(plan / name)
        elif name == "clauses":
            for path in plan.glob("*.csv"):
                path.write_text(path.read_text("utf-8").replace("clause:", "assumption:"), "utf-8")
        else:
            for path in plan.glob(f"{name.removesuffix('s')}*.csv"):
                path.unlink()
    return plan


class Screen:
    """Takes what is displayed while a cell runs, as Jupyter would."""

    def __init__(self) -> None:
        self.outputs: list[Any] = []

    def __call__(self, shown: Any, raw: bool = False, metadata: dict[str, Any] | None = None) -> None:
        data = dict(shown) if raw else {"text/html": shown.data}
        if "image/png" in data:
            data["image/png"] = base64.b64encode(data["image/png"]).decode("ascii")
        self.outputs.append(nbformat.v4.new_output("display_data", data=data, metadata=metadata or {}))


def page_of(path: Path, plan: Path, language: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The page of a notebook, its cells run in this process."""
    notebook, names = nbformat.read(path, 4), dict[str, Any]()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            screen = Screen()
            monkeypatch.setattr(report, "display", screen)
            exec(compile(cell.source, path.name, "exec"), names)
            cell.outputs = screen.outputs
            if "parameters" in cell.metadata.get("tags", []):
                names |= {"plan": str(plan), "language": language}
    return render_page(notebook, path.stem, language)


def index_of(plan: Path, language: str) -> str:
    base = load_plan(plan)
    runs = [compute(base), *(compute(load_plan(base.path, name)) for name in scenario_names(base.path))]
    return render_index(compare(runs), [], language)


def body_of(page: str) -> str:
    """What is read on a page below its title and question: its text and what its pictures say."""
    main = re.sub(
        r'src="data:[^"]*"|<!--.*?-->|<style>.*?</style>|<h1.*?</h1>(\s*<p><em>.*?</em></p>)?',
        "",
        page[page.index("<main") : page.index("</main>")],
        flags=re.DOTALL,
    )
    main = re.sub(r'<a class="term"[^>]*>(.*?)</a>', r"\1", main)  # in the middle of a sentence
    alts = re.findall(r'alt="([^"]*)"', main)
    return "\n".join([re.sub("<[^>]*>", " ", main), *alts])


def empty_sections(page: str) -> list[str]:
    """Headings that nothing stands below but words of the notebook, and tables without rows."""
    sections = re.split("<h2", page[page.index("<main") : page.index("</main>")])[1:]
    found = [text[:80] for text in sections if not re.search("<table|<figure|<ul|<ol|class=.mathjax", text)]
    return found + re.findall(r"<tbody>\s*</tbody>|<ul[^>]*></ul>", page)


def said_of(missing: tuple[str, ...], text: str) -> list[str]:
    """Words of what a plan does not have that its page says, apart from that it has none."""
    for words in (say(key, one, required="@", tail="") for key in SAID_OF_NOTHING for one in LANGUAGES):
        text = re.sub(re.escape(words).replace("@", ".*?"), "", text)
    return [hit[0] for name in missing for hit in re.finditer(f".{{0,30}}({OF[name]}).{{0,30}}", text)]


def every_page(
    plan: Path, monkeypatch: pytest.MonkeyPatch, languages: Sequence[str] = LANGUAGES
) -> Iterator[tuple[str, str, str]]:
    """Language, name and page."""
    with use_store(Store(plan.parent / "store")):
        for language in languages:
            yield language, "index", index_of(plan, language)
            for path in notebooks_of(plan):
                yield language, path.stem, page_of(path, plan, language, monkeypatch)


@pytest.mark.parametrize("years", [4, 1])
@pytest.mark.parametrize("missing", [*ALONE, tuple(OF)], ids="+".join)
def test_no_page_speaks_of_what_a_plan_does_not_have(
    missing: tuple[str, ...], years: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = without(whole(tmp_path, years), *missing)
    for _, name, page in every_page(plan, monkeypatch):
        text = body_of(page)
        assert said_of((*missing, "uncertain"), text) == [], name
        assert empty_sections(page) == [], name
        assert not re.search("An Giang|2415", text), name


def test_the_words_of_a_table_are_on_the_pages_of_a_plan_that_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = whole(tmp_path, 4)
    with (plan / "plan.yaml").open("a", encoding="utf-8") as file:
        file.write(RANGES)
    pages = {"vi": "", "en": ""}
    for language, name, page in every_page(plan, monkeypatch):
        assert empty_sections(page) == [], name
        assert not re.search("An Giang|2415", re.sub(SEED, "", body_of(page))), name
        pages[language] += body_of(page)
    for name in ("ceilings", "history", "statements", "clauses", "uncertain", "scenarios"):
        assert all(said_of((name,), text) for text in pages.values()), name


def test_a_plan_without_scenarios_has_nothing_to_compare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = without(whole(tmp_path, 4), "scenarios")
    page = page_of(PROJECT / "notebooks" / "05_compare.ipynb", plan, "vi", monkeypatch)
    assert "Chưa có phương án khác." in body_of(page)
    assert "<h2" not in page and "<figure" not in page and "<table" not in page


def test_a_plan_without_ranges_says_so_and_lists_what_is_assumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(PROJECT / "notebooks" / "07_uncertainty.ipynb", whole(tmp_path, 4), "en", monkeypatch)
    assert re.findall("<h2[^>]*>([^<]*)<", page) == ["Assumptions without a range"]
    assert say("sentence.no_ranges", "en") in page and page.count("<table") == 1


def test_an_assumption_that_has_a_range_is_not_listed(tmp_path: Path) -> None:
    plan = whole(tmp_path, 4)
    before = parts.assumed_without_range(load_plan(plan)).frame("en")
    with (plan / "plan.yaml").open("a", encoding="utf-8") as file:
        file.write(RANGES)
    after = parts.assumed_without_range(load_plan(plan)).frame("en")
    counts = [dict(zip(frame.iloc[:, 0], frame.iloc[:, 1], strict=True)) for frame in (before, after)]
    changed = {
        name: (before, counts[1].get(name)) for name, before in counts[0].items() if counts[1].get(name) != before
    }
    assert sorted(changed.values(), key=str) == [("3", "2"), ("3", None)]


@pytest.mark.parametrize("years", [4, 1])
@pytest.mark.parametrize("missing", [(), ("ceilings",), tuple(OF)], ids=lambda names: "+".join(names) or "none")
def test_a_part_has_something_to_show_or_is_empty(missing: tuple[str, ...], years: int, tmp_path: Path) -> None:
    plan = without(whole(tmp_path, years), *(name for name in missing if name != "uncertain"))
    values = values_of(plan)
    for name in parts.list_parts():
        for piece in make_part(name, values).pieces:
            if isinstance(piece, HtmlPiece):
                html = piece.html("vi")
                assert html == "" or re.sub("<[^>]*>|\\s", "", html), name
                assert "<table" not in html or "<td" in html, name


@pytest.mark.slow
@pytest.mark.parametrize("missing", [("ceilings",), tuple(OF)], ids=["no ceilings", "seven tables"])
def test_a_run_of_a_plan_without_tables(missing: tuple[str, ...], tmp_path: Path) -> None:
    plan = without(whole(tmp_path, 4), *missing)
    assert main(["run", str(plan), "--output", str(tmp_path / "out"), "--workers", "2"]) == 0
    pages = [*(tmp_path / "out").rglob("*.html")]
    assert len(pages) == 2 * (3 + len(notebooks_of(plan)))
    for path in pages:
        page = path.read_text("utf-8")
        assert said_of(missing, body_of(page)) == [] and empty_sections(page) == [], path.name


@pytest.mark.parametrize(("basis", "whose"), [("clause:", "của Quyết định"), ("law:", "của kế hoạch")])
def test_targets_are_the_decision_s_where_it_has_a_clause(basis: str, whose: str, tmp_path: Path) -> None:
    plan = without(whole(tmp_path, 4), "clauses")
    objectives = (plan / "objectives.csv").read_text("utf-8")
    (plan / "objectives.csv").write_text(objectives.replace("assumption:", basis), "utf-8")
    [said] = parts.targets_met(compute(load_plan(plan))).sentences("vi")
    assert f"chỉ tiêu {whose}" in said
