"""The page over all runs of a batch: what is done and what failed, the order of the runs, their headline figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from browser import opened, outside
from test_accessible import findings
from test_index import left
from test_whole_pages import measured
from trainplan.report.batch_page import write_batch_page
from trainplan.results.registry import RESULTS
from trainplan.storage.tables import write_tables
from trainplan.text.catalog import LANGUAGES, say
from trainplan.text.formats import bare_billions, billions, calendar_day, number, percent

TABLE = RESULTS["headlines"]
BILLION = 1e9


def run_of(name: str, met: int = 3, lacking: float = 2.0, **other: Any) -> dict[str, Any]:
    """A run of the table `headlines` that is done: 10 targets, 20 billion required, data that nobody invented."""
    plan, scenario, *_ = name.split("/")
    money = {"required_vnd": 20 * BILLION, "funded_vnd": (20 - lacking) * BILLION, "lacking_vnd": lacking * BILLION}
    return {
        **{"run": name, "plan": plan, "scenario": scenario, "status": "done", "reason": None},
        **{"targets": 10, "met": met, "nearly": int(met < 10), "missed": max(0, 9 - met), **money, "over_vnd": 0.0},
        **{"commitments_vnd": 1.25 * BILLION, "ceilings": True, "assumed_share": 0.456, "as_of": "2011-12-30"},
        **{"invented": False, **other},
    }


def failed_run(name: str, reason: str = "02_enrollment.vi: time-out") -> dict[str, Any]:
    about = dict(zip(("run", "plan", "scenario"), [name, *name.split("/")], strict=False))
    return {**dict.fromkeys(TABLE.column_names), **about, "status": "failed", "reason": reason}


def table_of(*runs: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(runs, columns=TABLE.column_names)


def write_page(folder: Path, headlines: pd.DataFrame, **more: Any) -> dict[str, str]:
    """The page in both languages, beside its table."""
    write_tables({"headlines": headlines}, folder)
    write_batch_page(folder, headlines, **{"changes": {}, "runs": {}, "languages": LANGUAGES, **more})
    return {"vi": (folder / "index.html").read_text("utf-8"), "en": (folder / "index.en.html").read_text("utf-8")}


def rows_of(page: str, part: str) -> list[str]:
    """The first cells of the rows of a part of the page."""
    table = page[page.index(part) :]
    return re.findall(r'<th scope="row">(.*?)</th>|<tr><td>(.*?)</td>', table[: table.index("</table>")])


@pytest.fixture
def several() -> pd.DataFrame:
    """Runs of one plan, one of which failed."""
    return table_of(
        *(run_of("a/base"), run_of("a/up", 7, 4.0), run_of("a/down", 7, 2.5), run_of("a/less", 2, 0.0)),
        failed_run("a/lost"),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_done_and_what_failed_is_told_first(several: pd.DataFrame, tmp_path: Path, language: str) -> None:
    page = write_page(tmp_path, several)[language]
    answer = page[page.index('<ul class="answer">') : page.index("</ul>")]
    tail = say("tail.failed", language, names="lost")
    assert say("batch.done", language, done="4", count=5, failed=tail) in answer
    assert page.index("02_enrollment.vi: time-out") < page.index("<figure")
    whole = write_page(tmp_path, several[:4])[language]
    assert say("batch.done", language, done="4", count=4, failed="") in whole
    assert say("batch.failures", language) not in whole


def test_runs_are_in_the_order_of_targets_met_and_then_of_money_lacking(several: pd.DataFrame, tmp_path: Path) -> None:
    page = write_page(tmp_path, several)["en"]
    assert [name for name, _ in rows_of(page, "<figure")] == ["down", "up", "base", "less"]
    assert "Most targets met: down (7/10); 2.5" in re.sub("<[^>]*>", "", page)
    assert [name for _, name in rows_of(page, 'id="runs"')] == ["base", "up", "down", "less", "lost"]


def test_without_ceilings_nothing_is_said_to_lack(tmp_path: Path) -> None:
    page = write_page(tmp_path, table_of(run_of("a/base", 5, 0.0, ceilings=False), run_of("a/up", 4, 1.5)))["en"]
    assert "Most targets met: base (5/10)." in re.sub("<[^>]*>", "", page) and re.search('lacking_vnd">–<', page)


def test_of_several_plans_a_run_is_called_with_its_plan_and_the_share_of_targets_counts(tmp_path: Path) -> None:
    runs = table_of(run_of("a/base", 4), run_of("b/base", 3, targets=5), run_of("b/up", 2, targets=5))
    page = write_page(tmp_path, runs)["en"]
    assert [name for name, _ in rows_of(page, "<figure")] == ["b/base", "a/base", "b/up"]
    assert 'href="national.en.html"' in page
    assert "national" not in write_page(tmp_path, runs[1:])["en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_is_that_of_the_table(several: pd.DataFrame, tmp_path: Path, language: str) -> None:
    page = write_page(tmp_path, several)[language]
    held = several.set_index("run")
    found = re.findall(r'<span data-q="headlines (\S+) (\w+)">(.*?)</span>', page)
    write = {
        "VND": lambda value: bare_billions(value, language),
        "share": lambda value: percent(value, language, 0),
        "number": lambda value: number(value, language),
    }
    for run, column, shown in found:
        value, unit = held.at[run, column], TABLE.column(column).unit
        said = billions(value, language) if "đồng" in shown or "VND" in shown else write[unit](value)
        assert shown == said, (run, column)
    assert {column for _, column, _ in found} == {c.name for c in TABLE.columns if c.unit in write}


def test_what_is_changed_has_a_column(tmp_path: Path) -> None:
    runs = table_of(run_of("a/base"), run_of("a/base/0.8,2012"), run_of("a/base/x"))
    one = {"vi": {"leave": "× 0,8", "due": "2012"}, "en": {"leave": "× 0.8", "due": "2012"}}
    other = {language: {"pace": "front"} for language in LANGUAGES}
    pages = write_page(tmp_path, runs, changes={"a/base/0.8,2012": one, "a/base/x": other})
    for page, tenths in ((pages["vi"], "× 0,8"), (pages["en"], "× 0.8")):
        head, *rows = re.findall("<tr>.*?</tr>", page[page.index('id="runs"') :], re.DOTALL)
        assert [head.index(one) for one in ("leave", "due", "pace")]
        cells = [re.sub("<[^>]*>", "|", row).replace("||", "|").split("|")[1:5] for row in rows[:3]]
        assert [row[1:] for row in cells] == [["–"] * 3, [tenths, "2012", "–"], ["–", "–", "front"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_alike_of_all_runs_is_said_once_above_them(tmp_path: Path, language: str) -> None:
    runs = table_of(run_of("a/base"), run_of("a/up"), failed_run("a/lost"))
    own = {"a/base": "1", "a/up": "2", "a/lost": "1"}
    changes = {run: {key: {"pace": "front", "due": due} for key in LANGUAGES} for run, due in own.items()}
    part = re.sub("<[^>]*>", "|", write_page(tmp_path, runs, changes=changes)[language].split('id="runs"')[1])
    dated, day = TABLE.heading("as_of", language), calendar_day(date(2011, 12, 30), language).replace(" ", "\u00a0")
    assert say("batch.alike", language, values=f"pace front; {dated} {day}") in part
    assert part.count("|pace|") == 0 and part.count("|due|") == 1 and part.count(day) == 1
    other = write_page(tmp_path, runs.assign(as_of=["2011-12-30", "2012-06-30", None]))[language].split('id="runs"')[1]
    assert f">{dated}</th>" in other and calendar_day(date(2012, 6, 30), language) in other


def test_of_many_runs_twelve_are_shown_and_all_are_there(tmp_path: Path) -> None:
    runs = table_of(*(run_of(f"p{k // 20}/s{k % 20}", k % 9, k / 100) for k in range(1260)))
    page = write_page(tmp_path, runs)["en"]
    unfolded = re.sub("<details>.*?</details>", "", page, flags=re.DOTALL)
    assert unfolded.count('<th scope="row">') == 12 and page.count('<th scope="row">') == 1260
    assert page.count(say("page.more_rows", "en", count=1248)) == 2
    assert len(page) < 3e6


def test_pages_and_tables_that_are_there_are_linked(several: pd.DataFrame, tmp_path: Path) -> None:
    write_tables({"headlines": several}, tmp_path)
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "budget.csv").write_text("")
    run = left(tmp_path, "02_enrollment", "03_budget", scenario="a/up")
    page = write_page(tmp_path, several, runs={"a/up": replace(run, title={"vi": "", "en": ""})})["vi"]
    links = {link for link in re.findall('href="([^"#]*)"', page) if link != "index.en.html"}
    assert links == {
        *("summary.csv", "tables/budget.csv", "a/up/manifest.json"),
        *(f"a/up/reports/{name}.vi.html" for name in ("02_enrollment", "03_budget")),
    }
    assert all((tmp_path / link).is_file() for link in links) and "<h3>up</h3>" in page


def test_invented_numbers_are_marked(several: pd.DataFrame, tmp_path: Path) -> None:
    assert say("page.invented", "vi") not in write_page(tmp_path, several)["vi"]
    invented = several.assign(invented=[True, False, False, False, None])
    assert say("page.invented", "vi") in write_page(tmp_path, invented)["vi"]


def test_equal_tables_give_equal_pages_and_other_numbers_another_fingerprint(
    several: pd.DataFrame, tmp_path: Path
) -> None:
    one, again = write_page(tmp_path / "a", several), write_page(tmp_path / "b", several.copy())
    other = write_page(tmp_path / "c", several.assign(missed=several["missed"] + 1))
    assert one == again
    data = [re.search("data ([0-9a-f]{12})", pages["en"]) for pages in (one, other)]
    assert data[0] and data[1] and data[0][1] != data[1][1]


def test_a_batch_that_failed_as_a_whole_has_a_page(tmp_path: Path) -> None:
    page = write_page(tmp_path, table_of(failed_run("a/base"), failed_run("a/up", "<b>")))["en"]
    assert "0 of 2 runs done; failed: base, up." in page and "<figure" not in page and "&lt;b&gt;" in page


def test_many_failures_are_named_in_part(tmp_path: Path) -> None:
    page = write_page(tmp_path, table_of(*(failed_run(f"a/s{k}") for k in range(9))))["en"]
    assert "failed: s0, s1, s2, s3, s4, s5 and 3 more." in page


LONG = "Đ" * 2000


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """Pages of a few runs with a grid and a long name, and of many."""
    few, many = (tmp_path_factory.mktemp(name) for name in ("few", "many"))
    runs = table_of(run_of("a/base"), run_of(f"a/{LONG}"), run_of("a/base/0.8,2"), failed_run("a/lost", LONG))
    changed = {"turnover: leave rate": "× 0.8", "groups: leave rate": "2"}
    changes = {"a/base/0.8,2": dict.fromkeys(LANGUAGES, changed)}
    run = left(few, "02_enrollment", scenario="a/base")
    write_page(few, runs, changes=changes, runs={"a/base": run})
    write_page(many, table_of(*(run_of(f"province_{k}/base", k % 9, k / 10) for k in range(63))))
    yield [folder / name for folder in (few, many) for name in ("index.html", "index.en.html")]


@pytest.mark.browser
def test_the_page_can_be_read_by_all(pages: list[Path]) -> None:
    assert [*measured(pages)] == []
    for path in pages:
        with opened(path) as (page, seen):
            assert findings(page) == []
            assert not [*outside(seen)] and not seen.complaints


@pytest.mark.browser
def test_headline_figures_fit_a_screen_and_failures_a_phone(pages: list[Path]) -> None:
    fits = "css => [...document.querySelectorAll(css)].every(e => e.scrollWidth <= e.clientWidth)"
    with opened(pages[0]) as (page, _):
        for path in pages:
            page.goto(path.as_uri())
            for part, width in ((".runs > .scroll", 1265), (".failures > .scroll", 390)):
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate(fits, part), (path, part)
