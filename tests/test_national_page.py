"""The page of several provinces, and the synthetic provinces that batches are measured with."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from browser import opened, outside
from test_accessible import findings
from test_batch_page import BILLION, failed_run, run_of, table_of
from test_whole_pages import measured
from trainplan.plan.find import PROJECT
from trainplan.plan.plan import Plan, load_plan
from trainplan.plan.schema import INVENTED
from trainplan.report.batch_page import write_batch_page
from trainplan.report.national_page import write_national_page
from trainplan.results.headline import headline
from trainplan.results.tables import compute
from trainplan.run.batch_file import read_batch
from trainplan.storage.tables import write_tables
from trainplan.text.catalog import LANGUAGES, say
from trainplan.text.letters import alphabetical_order

sys.path.insert(0, str(PROJECT / "benchmarks"))

from provinces import PEOPLE, draw_factors, main

NAMES = {"a": "Ấp Tây", "b": "Bến Tre", "c": "Đà Nẵng", "d": "Dak", "e": "An Giang", "f": "Ăn"}


def write_pages(folder: Path, headlines: pd.DataFrame, names: dict[str, str] | None = None) -> dict[str, str]:
    """The page in both languages, beside its table."""
    given = names or {plan: NAMES.get(plan, plan) for plan in headlines["plan"]}
    write_tables({"headlines": headlines}, folder)
    write_national_page(folder, headlines, {plan: {"vi": name, "en": name} for plan, name in given.items()}, LANGUAGES)
    return {one: (folder / f"national.{one}.html").read_text("utf-8") for one in LANGUAGES}


def answer_of(page: str) -> list[str]:
    return re.findall("<li>(.*?)</li>", page[page.index('class="answer"') : page.index("<figure")])


@pytest.fixture
def provinces() -> pd.DataFrame:
    """Five provinces as they are, one of which failed and one without ceilings, and another scenario of one."""
    return table_of(
        *(run_of("a/base", 2, 1.5), run_of("b/base", 8, 0.5), run_of("c/base", 5, 0.0, ceilings=False)),
        *(run_of("d/base", 6, 1.0, as_of=None), run_of("a/costs_up", 10, 0.0), failed_run("e/base")),
    )


def test_the_sentences_say_who_is_done_what_is_met_and_what_lacks(provinces: pd.DataFrame, tmp_path: Path) -> None:
    pages = write_pages(tmp_path, provinces)
    assert answer_of(pages["vi"]) == [
        "4/5 tỉnh xong; lỗi: An Giang.",
        "Tỷ lệ đạt: trung vị 55% (20%–80%); mỗi tỉnh một quyết định, không xếp hạng.",
        "3 tỉnh có hạn mức chưa cân đối 3,0\u202ftỷ đồng; 1 tỉnh không nhập, không cộng.",
    ]
    assert answer_of(pages["en"]) == [
        "4 of 5 provinces done; failed: An Giang.",
        "Share met: median 55% (20%–80%); own decisions, no ranking.",
        "3 with ceilings lack 3.0\u202fbn VND; 1 without is left out.",
    ]


def test_what_is_not_there_is_not_told(tmp_path: Path) -> None:
    alike = table_of(run_of("a/base", 10, 2.0), run_of("b/base", 10, 2.0))
    assert answer_of(write_pages(tmp_path, alike)["en"]) == [
        "2 of 2 provinces done.",
        "Share met: median 100% (100%); own decisions, no ranking.",
        "2 with ceilings lack 4.0\u202fbn VND.",
    ]
    unlimited = answer_of(write_pages(tmp_path, alike.assign(ceilings=False))["en"])
    assert unlimited[2:] == ["2 without ceilings: nothing said on balance."]
    failed = write_pages(tmp_path, table_of(failed_run("a/base"), failed_run("b/base")))["en"]
    assert "0 of 2 provinces done" in failed and "<figure" not in failed


def test_a_share_below_all_never_reads_as_all(tmp_path: Path) -> None:
    nearly = table_of(*(run_of(f"{plan}/base", 9999, targets=10_000) for plan in "ab"))
    assert "100%" not in answer_of(write_pages(tmp_path, nearly)["en"])[1]


def test_provinces_are_in_the_order_of_their_names(provinces: pd.DataFrame, tmp_path: Path) -> None:
    for page in write_pages(tmp_path, provinces).values():
        assert re.findall('<th scope="row">(.*?)</th>', page) == ["Ấp Tây", "Bến Tre", "Dak", "Đà Nẵng"]
        *_, no_date, no_ceilings = (re.findall('<td class="n">(.*?)</td>', row) for row in page.split("<tr>"))
        assert no_date[-1] == re.sub("<[^>]*>", "", no_ceilings[2]) == "–"


def test_words_are_sorted_as_in_a_dictionary() -> None:
    words = ["a", "à", "ả", "an", "ăn", "âm", "da", "đa", "e", "ê", "o", "ô", "ơ", "u", "ư", "y"]
    by_code = sorted(words)
    assert by_code != words == sorted(by_code, key=alphabetical_order)
    assert sorted(NAMES.values(), key=alphabetical_order) == [
        *("An Giang", "Ăn", "Ấp Tây", "Bến Tre", "Dak", "Đà Nẵng"),
    ]
    assert sorted(["Hòa Bình", "Hoà Bình 2", "Hoa"], key=alphabetical_order) == ["Hoa", "Hòa Bình", "Hoà Bình 2"]


def test_one_plan_alone_has_no_such_page(tmp_path: Path) -> None:
    runs = table_of(run_of("a/base"), run_of("a/costs_up"), run_of("b/costs_up"))
    (tmp_path / "national.vi.html").write_text("of two plans, before", "utf-8")
    assert write_national_page(tmp_path, runs, {}, LANGUAGES) == [] and not [*tmp_path.iterdir()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_illustration_is_no_province_and_it_is_said_how_many_were_left_out(
    provinces: pd.DataFrame, tmp_path: Path, language: str
) -> None:
    illustrations = table_of(
        *(run_of("f/base", 10, 9.0, invented=True), run_of("g/costs_up", invented=True), failed_run("g/base"))
    )
    whole = write_pages(tmp_path / "a", provinces)[language]
    page = write_pages(tmp_path / "b", pd.concat([provinces, illustrations]))[language]
    assert answer_of(page) == [*answer_of(whole), say("national.left_out", language, count=2)]
    assert say("page.invented", language) not in page and ">Ăn<" not in page


def test_illustrations_beside_one_plan_give_no_such_page(tmp_path: Path) -> None:
    runs = table_of(run_of("a/base"), run_of("b/base", invented=True), run_of("c/base", invented=True))
    assert write_national_page(tmp_path, runs, {}, LANGUAGES) == []
    write_batch_page(tmp_path, runs, {}, {}, LANGUAGES)
    assert "national" not in (tmp_path / "index.html").read_text("utf-8")


def test_a_plan_whose_name_is_not_known_is_called_by_its_key(tmp_path: Path) -> None:
    write_national_page(tmp_path, table_of(run_of("a/base"), run_of("b/base")), {"a": {"en": "Ấp Tây"}}, ["en"])
    page = (tmp_path / "national.en.html").read_text("utf-8")
    assert re.findall('<th scope="row">(.*?)</th>', page) == ["Ấp Tây", "b"] and 'href="index.html"' in page


# --- synthetic provinces


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three of them with their batch."""
    folder = tmp_path_factory.mktemp("made")
    main(["--count", "3", "--output", str(folder / "plans"), "--batch", str(folder / "batch.yaml")])
    return folder


def plans_of(folder: Path) -> list[Plan]:
    return [load_plan(path) for path in sorted((folder / "plans").iterdir())]


def test_synthetic_provinces_are_sound_and_plainly_synthetic(made: Path) -> None:
    plans = plans_of(made)
    assert [plan.title("vi") for plan in plans] == [f"Tỉnh giả định 0{k}" for k in (1, 2, 3)]
    assert len({plan.content_hash for plan in plans}) == 3
    for plan in plans:
        assert not plan.notes
        assert {*PEOPLE, "ceilings", "turnover"} == {*plan.invented_tables}
        for table in plan.invented_tables:
            for row, record in zip(plan.spare[table], plan.tables[table], strict=True):
                assert bool(row[INVENTED]) == record.basis.startswith("assumption: synthetic, An Giang times ")


def test_a_synthetic_province_is_an_giang_times_its_factors(made: Path) -> None:
    like = load_plan("an_giang_2011_2015")
    for plan, factors in zip(plans_of(made), draw_factors(3, 2415), strict=True):
        for one, other in zip(plan.tables.groups, like.tables.groups, strict=True):
            assert one.headcount == pytest.approx(other.headcount * factors.size, abs=0.5)
            assert one.leave_rate == pytest.approx(other.leave_rate * factors.leaving, abs=1e-4)
        [money] = {row.ceiling_vnd for row in plan.tables.ceilings}
        assert money == pytest.approx(15 * BILLION * factors.size * factors.money, abs=1e6)


def test_equal_seeds_give_equal_provinces(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def texts(folder: Path) -> dict[str, bytes]:
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}

    for seed, name in ((2415, "again"), (1, "other")):
        main(["--count", "3", "--output", str(tmp_path / name), "--seed", str(seed)])
    assert texts(tmp_path / "again") == texts(made / "plans") != texts(tmp_path / "other")


def test_their_batch_is_twenty_scenarios_of_each(made: Path) -> None:
    runs = read_batch(made / "batch.yaml")
    assert len(runs) == 60 and len({run.name for run in runs}) == 60
    assert sum(run.scenario == "base" for run in runs) == 3
    stacked = load_plan(runs[-1].plan, runs[-1].scenario)
    assert len(stacked.applied) > 1 and not stacked.notes


# --- in a browser


def headlines_of(plans: list[Plan]) -> pd.DataFrame:
    about: list[dict[str, Any]] = [
        {"run": f"{plan.key}/base", "plan": plan.key, "scenario": "base", "status": "done", **headline(compute(plan))}
        for plan in plans
    ]
    return table_of(*about)


@pytest.fixture(scope="module")
def sites(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """Pages of three and of 63 provinces; of these some have long names."""
    few, many = (tmp_path_factory.mktemp(name) for name in ("few", "many"))
    plans = plans_of(made)
    figures = headlines_of(plans)
    assert figures["invented"].all()
    write_pages(few, figures.assign(invented=False), {plan.key: plan.title("vi") for plan in plans})
    runs = table_of(*(run_of(f"p{k}/base", k % 10, k / 7) for k in range(63)))
    long = {f"p{k}": f"Kế hoạch đào tạo, bồi dưỡng của tỉnh {k} " + "rất dài " * (k % 20) for k in range(63)}
    write_pages(many, runs, long | {"p7": "Đ" * 5000})
    yield [folder / f"national.{language}.html" for folder in (few, many) for language in LANGUAGES]


@pytest.mark.browser
def test_the_page_can_be_read_by_all(sites: list[Path]) -> None:
    assert [*measured(sites)] == []
    for path in sites:
        with opened(path) as (page, seen):
            assert findings(page) == []
            assert not [*outside(seen)] and not seen.complaints
