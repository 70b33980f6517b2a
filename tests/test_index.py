"""The index: the answer in five lines, what there is to choose, and links to everything that a run left."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from trainplan.plan.plan import load_plan
from trainplan.report.index import (
    ScenarioRun,
    options_table,
    render_index,
    scenario_tables,
    what_is_assumed,
    write_index,
)
from trainplan.report.sentences.comparison import whole_answer
from trainplan.report.stored import usual_draws
from trainplan.results.compare import Comparison, compare
from trainplan.results.tables import compute
from trainplan.text.catalog import LANGUAGES, say
from trainplan.text.formats import calendar_day

PROVINCE = "an_giang_2011_2015"
WORKED = Path(__file__).parent / "plans" / "worked_example"
CHOICES, CIRCUMSTANCES = ("ambition_low", "real_terms", "requirement"), ("costs_up", "late_start")
NOTEBOOKS = ("00_start", "02_enrollment", "03_budget", "05_compare")


@pytest.fixture(scope="module")
def several() -> Comparison:
    return compare([compute(load_plan(PROVINCE, name)) for name in ("base", *CHOICES, *CIRCUMSTANCES)])


@pytest.fixture(scope="module")
def alone() -> Comparison:
    return compare([compute(load_plan(WORKED))])


def left(folder: Path, *names: str, scenario: str = "base") -> ScenarioRun:
    """What a run left of a scenario: pages of these names and the manifest."""
    own = folder / scenario
    (own / "reports").mkdir(parents=True)
    (own / "manifest.json").write_text("{}", "utf-8")
    pages = {(name, "vi"): own / "reports" / f"{name}.vi.html" for name in names}
    for page in pages.values():
        page.write_text("", "utf-8")
    return ScenarioRun({"vi": scenario, "en": scenario}, {}, own, pages, frozenset(), False, {})


def body(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


def unfolded(page: str) -> str:
    return re.sub("<details.*?</details>", "", body(page), flags=re.DOTALL)


def test_the_answer_is_five_lines_each_once(several: Comparison, alone: Comparison) -> None:
    said = whole_answer(several, usual_draws(several.runs[0].plan), "en")
    assert len(said) == 5 and len(set(said)) == 5
    assert "targets is met" in said[0] or "targets are met" in said[0]
    assert said[1].startswith("Secure first: ") and "not found" in said[2] and "same ceilings" in said[3]
    assert "chance of 75%" in said[4]
    assert whole_answer(alone, None, "en")[-1] == say("sentence.no_ranges", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_date_of_the_data_is_said_once(language: str) -> None:
    runs = compare([compute(load_plan(PROVINCE, name, as_of="2012-12-31")) for name in ("base", *CHOICES)])
    page = re.sub("<style.*?</style>", "", render_index(runs, [], language), flags=re.DOTALL)
    assert page.count(calendar_day(date(2012, 12, 31), language)) == 1


def test_the_answer_stands_before_all_else_and_explanations_do_not(several: Comparison) -> None:
    page = unfolded(render_index(several, [], "vi"))
    places = [
        page.index(mark)
        for mark in ("question", 'class="answer"', 'class="drawn options"', "Hình 0.1", 'class="assumed"')
    ]
    assert places == sorted(places)
    assert (
        len(
            re.sub(
                "<svg.*?</svg>|<style.*?</style>|<p class=.reading.>.*?</p>|<[^>]*>", " ", page, flags=re.DOTALL
            ).split()
        )
        < 320
    )


def test_scenarios_are_what_a_province_chooses_or_circumstances(several: Comparison, alone: Comparison) -> None:
    chosen, circumstances = scenario_tables(several, "en")
    titles = {run.plan.scenario: run.plan.scenario_title("en") for run in several.runs}
    assert all(titles[name] in chosen and titles[name] not in circumstances for name in ("base", "requirement"))
    assert all(titles[name] in circumstances and titles[name] not in chosen for name in CIRCUMSTANCES)
    assert scenario_tables(alone, "en") == []


def test_options_are_shown_where_there_is_something_to_choose(several: Comparison, alone: Comparison) -> None:
    table = options_table(several, "en")
    assert table.count('scope="row"') >= 2 and "data-q" in table
    assert several.runs[0].plan.scenario_title("en") in table
    assert options_table(alone, "en") == ""


def test_what_is_assumed_is_told_with_what_to_survey_first(several: Comparison, alone: Comparison) -> None:
    assert "Survey first: " in what_is_assumed(several.runs[0].plan, "en")
    assert "Survey first" not in what_is_assumed(alone.runs[0].plan, "en")


def test_readers_find_the_pages_that_are_there_and_no_others(alone: Comparison, tmp_path: Path) -> None:
    (tmp_path / "brief.vi.html").write_text("", "utf-8")
    write_index(tmp_path, alone, [left(tmp_path, *NOTEBOOKS), left(tmp_path, "04_gaps", scenario="other")])
    page = (tmp_path / "index.html").read_text("utf-8")
    reading = re.search('<ul class="reading">.*?</ul>', page, re.DOTALL)
    assert reading is not None
    chair, finance, home_affairs = (re.findall('href="([^"]*)"', item) for item in reading[0].split("<li>")[1:])
    assert chair == ["brief.vi.html", "base/reports/05_compare.vi.html"]
    assert finance == ["base/reports/03_budget.vi.html"]
    assert home_affairs == [f"base/reports/{name}.vi.html" for name in ("02_enrollment", "00_start")]
    links = re.findall('href="([^"#]*)"', body(page))
    assert {"other/reports/04_gaps.vi.html", "other/manifest.json", "base/manifest.json"} <= {*links}
    assert all((tmp_path / link).exists() for link in links)


def test_without_reports_of_the_plan_itself_the_others_lie_open(alone: Comparison, tmp_path: Path) -> None:
    write_index(tmp_path, alone, [left(tmp_path, "04_gaps", scenario="other")])
    page = (tmp_path / "index.html").read_text("utf-8")
    assert '<ul class="reading">' not in page and '<details id="reports" open>' in page


def test_what_failed_is_not_folded(alone: Comparison, tmp_path: Path) -> None:
    run = left(tmp_path, "03_budget")
    run.failed["04_gaps.vi"] = "no such thing"
    write_index(tmp_path, alone, [run])
    assert "no such thing" in unfolded((tmp_path / "index.html").read_text("utf-8"))
