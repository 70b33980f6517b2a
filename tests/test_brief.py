"""The brief for who decides: one sheet of A4, as a page and as a Word document, whatever the plan."""

from __future__ import annotations

import csv
import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from ruamel.yaml import YAML

from browser import opened, outside
from making import PROVINCE, SOUND, with_ranges
from office import convert, needs_writer
from trainplan.cli import main
from trainplan.plan.find import scenario_names
from trainplan.plan.plan import load_plan
from trainplan.report.brief import ROWS, brief_of, write_brief
from trainplan.report.options import options
from trainplan.report.sentences import better_options, money_balance, secure_first, targets_met
from trainplan.report.word import word_file
from trainplan.results.compare import Comparison, compare
from trainplan.results.tables import compute
from trainplan.storage.store import Store, use_store
from trainplan.text.catalog import LANGUAGES, say
from trainplan.text.formats import number
from trainplan.text.shown import Quoted, Shown, join_shown, shorten_text

HERE = Path(__file__).parent
SCENARIO = """title: {vi: Phương án khác, en: Another}
set: {allocation: priority}
"""


def compared(plan: Path | str) -> Comparison:
    """A plan beside its scenarios."""
    first = load_plan(plan)
    return compare([compute(first), *(compute(load_plan(first.path, name)) for name in scenario_names(first.path))])


def province(folder: Path) -> Comparison:
    return compared(PROVINCE)


def one_year(folder: Path) -> Comparison:
    return compared(HERE / "plans" / "one_year")


def many_years(folder: Path) -> Comparison:
    assert main(["new", str(folder / "long"), "--first", "2026", "--last", "2050"]) == 0
    return compared(folder / "long")


def without_ceilings(folder: Path) -> Comparison:
    copy = Path(shutil.copytree(SOUND, folder / "free"))
    (copy / "ceilings.csv").unlink()
    shutil.rmtree(copy / "scenarios")
    return compared(copy)


def without_ranges(folder: Path) -> Comparison:
    return compared(SOUND)


def many_missed(folder: Path) -> Comparison:
    """Thirty targets, none of them near."""
    copy = with_ranges(folder)
    objectives, routes, ceilings = (read(copy / f"{name}.csv") for name in ("objectives", "routes", "ceilings"))
    for k in range(30):
        like = objectives[k % 2]
        objectives.append({**like, "id": f"more{k}"})
        routes += [{**row, "objective": f"more{k}"} for row in routes if row["objective"] == like["id"]]
    rewrite(copy / "objectives.csv", objectives)
    rewrite(copy / "routes.csv", routes)
    rewrite(copy / "ceilings.csv", [{**row, "ceiling_vnd": row["ceiling_vnd"] and "1000000"} for row in ceilings])
    return compared(copy)


def long_names(folder: Path) -> Comparison:
    """Every name in the plan, its scenarios' and its office's has 5,000 letters."""
    copy = with_ranges(folder)
    (copy / "scenarios" / "other.yaml").write_text(SCENARIO.replace("Another", long("Another")), "utf-8")
    for path in copy.glob("*.csv"):
        rows = read(path)
        names = [name for name in (rows or [{}])[0] if name.startswith(("name_", "short_"))]
        rewrite(path, [{**row, **{name: long(row[name]) for name in names}} for row in rows])
    yaml = YAML(typ="safe")
    held = yaml.load(copy / "plan.yaml")
    held["name"] = {language: long(words) for language, words in held["name"].items()}
    held["owner"] = {"vi": long("Sở Nội vụ"), "en": long("Department")}
    for one in held["uncertain"]:
        one["name"] = {language: long(words) for language, words in one["name"].items()}
    yaml.dump(held, copy / "plan.yaml")
    return compared(copy)


def long(words: str) -> str:
    return (f"{words} và các việc khác " * 300)[:4999].strip() + "w"


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return [*csv.DictReader(file)]


def rewrite(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        if rows:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


CASES = [province, one_year, many_years, without_ceilings, without_ranges, many_missed, long_names]


@pytest.fixture(scope="module", params=CASES, ids=[made.__name__ for made in CASES])
def comparison(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Comparison]:
    folder = tmp_path_factory.mktemp("plan")
    with use_store(Store(folder / "store")):  # its draws are drawn once
        yield request.param(folder)


def pages_in(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


@pytest.mark.browser
def test_the_page_is_one_sheet(comparison: Comparison, tmp_path: Path) -> None:
    for language in LANGUAGES:
        page_file, _ = write_brief(tmp_path, comparison, language)
        with opened(page_file, 390) as (page, seen):
            assert pages_in(page.pdf(prefer_css_page_size=True)) == 1
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            assert seen.complaints == [] and [*outside(seen)] == []
            assert page.get_by_text(say("brief.opinion", language)).is_visible()


@needs_writer
def test_the_document_is_one_sheet(comparison: Comparison, tmp_path: Path) -> None:
    for language in LANGUAGES:
        _, document = write_brief(tmp_path, comparison, language)
        assert pages_in(convert(document, "pdf", tmp_path).read_bytes()) == 1


def test_page_and_document_say_the_same_the_same_each_time(comparison: Comparison) -> None:
    for language in LANGUAGES:
        brief, again = (brief_of(comparison, language) for _ in range(2))
        data = word_file(brief)
        assert data == word_file(again) and brief.html() == again.html()
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            assert {entry.date_time for entry in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        document = Document(io.BytesIO(data))
        said = [paragraph.text for paragraph in document.paragraphs]
        assert {*map(plain, brief.sentences), plain(brief.closing), brief.opinion} <= {*map(plain, said)}
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        assert cells == [*brief.options, *brief.options.to_numpy().ravel()]
        assert len(document.inline_shapes) == len(brief.pictures) == brief.html().count("<figure")


def plain(words: str) -> str:
    return " ".join(words.split())


def test_numbers_of_the_options_stand_to_the_right_in_both_files(tmp_path: Path) -> None:
    brief = brief_of(province(tmp_path), "vi")
    [table] = Document(io.BytesIO(word_file(brief))).tables
    head = re.findall('<th scope="col"( class="n")?>', brief.html())
    right = [cell.paragraphs[0].alignment == WD_ALIGN_PARAGRAPH.RIGHT for cell in table.rows[0].cells]
    assert right == [bool(one) for one in head] and sum(right) == 4  # met, nearly met, funded, lacking


def test_it_says_what_the_pages_say(tmp_path: Path) -> None:
    comparison = province(tmp_path)
    for language in LANGUAGES:
        brief, first = brief_of(comparison, language), comparison.runs[0]
        parts = [one(first, language) for one in (targets_met, secure_first, money_balance)]
        said = [join_shown(part, " ") for part in (*parts, better_options(comparison, language))]
        assert [*brief.sentences] == said and brief.html().count("data-q=") > 10
        rows = [f"{number(one.met, language)}/{number(one.targets, language)}" for one in options(comparison, language)]
        assert [*brief.options.iloc[:, 1]] == rows


def test_rows_of_targets_go_first_where_room_lacks(tmp_path: Path) -> None:
    few, many = (brief_of(made(tmp_path), "vi") for made in (without_ranges, many_missed))
    assert len(many.missed) > ROWS and "brief_targets" in [drawn.name for _, drawn in many.pictures]
    more = re.search(r"Còn (\d+) chỉ tiêu", many.html())
    assert more and len(many.missed) > int(more[1]) >= len(many.missed) - ROWS
    crowded = replace(many, sentences=many.sentences + ("Một câu dài. " * 20,) * 6)
    assert [drawn.name for _, drawn in crowded.pictures] == ["brief_money"]
    assert len(few.missed) <= ROWS and not re.search(r"Còn (\d+) chỉ tiêu", few.html())


def test_of_what_there_is_not_there_is_no_table_and_no_chance(tmp_path: Path) -> None:
    free = brief_of(without_ceilings(tmp_path), "en")
    assert not len(free.options) and "<table" not in free.html() and "eiling" not in free.html().split("No ceilings")[1]
    assert say("sentence.no_ranges", "en") in brief_of(without_ranges(tmp_path), "en").closing


def test_a_text_is_shortened_with_the_addresses_that_remain() -> None:
    text = join_shown([number(Quoted(12, "a b c"), "en"), " of ", number(Quoted(345, "d e f"), "en")])
    short = shorten_text(text, 7)
    assert short == "12 of…" and isinstance(short, Shown) and [span[2] for span in short.spans] == ["a b c"]
    assert shorten_text(text, 9) is text
