"""The desk without a browser: steps, levers, drafts, scenarios, files, and what it says when something goes wrong."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import nbformat
import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from voila.execute import VoilaExecutor

from making import copy_province
from strategies import plans, write_plan
from trainplan.cli import main, parse_arguments
from trainplan.desk.app import EDITORS, open_desk
from trainplan.desk.desk import Desk
from trainplan.desk.gate import DeskServer
from trainplan.desk.levers_view import list_changes, parse_position, position_text
from trainplan.desk.saving import ScenarioText, run_pages, safe_name, scenario_to_run, scenario_yaml, start_run
from trainplan.desk.sections import SECTIONS, desk_page, section_html
from trainplan.desk.server import command_line, server_environment
from trainplan.desk.session import Draft, History, Session, normalize_changes, set_reason
from trainplan.desk.widgets import BUTTONS, FIELDS, HEADS
from trainplan.plan.levers import Lever, PlanLever, lever_position, move_lever, plan_levers, remove_changes
from trainplan.plan.plan import load_plan
from trainplan.report.excel import write_excel
from trainplan.report.forms.paths import farthest_targets, path_of
from trainplan.report.html import render_report
from trainplan.results.registry import RESULTS
from trainplan.results.tables import compute
from trainplan.storage.tables import write_tables
from trainplan.text.catalog import LANGUAGES, option_name, say, texts
from trainplan.text.problems import PlanError

ROOT = Path(__file__).resolve().parents[1]
NAME = "an_giang_2011_2015"
PLAN = load_plan(NAME)
LEVERS = {lever.lever.id: lever for lever in plan_levers(PLAN)}
GROUPS = {"money", "rule", "targets", "people", "courses"}
MONEY = {f"ceilings.{year}/total.ceiling_vnd": {"value": 20_000_000_000} for year in PLAN.years}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the plan, to write beside."""
    return copy_province(tmp_path)


def desk_of(folder: Path, language: str = "en") -> Desk:
    return Desk(Session(folder), language, folder.parent.parent / "outputs")


def ends(lever: PlanLever) -> list[Any]:
    return lever.options if lever.lever.is_choice else list(lever.lever.ends)


positions = st.sampled_from(sorted(LEVERS)).flatmap(
    lambda id: st.tuples(
        st.just(LEVERS[id]),
        st.sampled_from(LEVERS[id].options)
        if LEVERS[id].lever.is_choice
        else st.integers(0, round((LEVERS[id].lever.high - LEVERS[id].lever.low) / LEVERS[id].lever.step)).map(
            lambda k, lever=LEVERS[id].lever: round(lever.low + k * lever.step, 9)
        ),
    )
)
sets = st.dictionaries(st.sampled_from("abcde"), st.fixed_dictionaries({"value": st.integers(0, 3)}), max_size=4)


# --- steps


@given(st.lists(sets, max_size=8))
def test_undo_and_redo_walk_the_same_way_back_and_forth(steps: list[dict[str, Any]]) -> None:
    history = History()
    stops = [history.present]
    for changes in steps:
        history = history.then(changes)
        if list(history.present.items()) != list(stops[-1].items()):
            stops.append(history.present)
    for stop in reversed(stops):
        assert history.present == stop
        history = history.undo()
    assert history.present == {} and history.undo() == history
    for stop in stops:
        assert history.present == stop
        history = history.redo()
    assert history.present == stops[-1] and history.redo() == history


@given(st.lists(positions, max_size=8), positions)
def test_taking_one_change_back_leaves_the_others(before: list[Any], one: Any) -> None:
    changes: dict[str, Any] = {}
    for lever, position in before:
        changes = move_lever(changes, lever, position)
    rest = remove_changes(changes, one[0].addresses)
    assert move_lever(move_lever(changes, *one), one[0], one[0].start) == rest


@given(sets, st.sampled_from(["", "vì thế"]))
def test_a_reason_changes_no_number(changes: dict[str, Any], reason: str) -> None:
    after = set_reason(changes, set(changes), reason)
    assert [{k: v for k, v in c.items() if k != "reason"} for c in after.values()] == list(changes.values())
    assert all(c.get("reason", "") == reason for c in after.values())
    assert set_reason(after, set(after), "") == changes


# --- levers


def test_a_province_has_some_twenty_levers_in_every_group() -> None:
    assert len(PLAN.levers) >= 20 and {lever.group for lever in PLAN.levers} == GROUPS
    changed_by = {a for lever in LEVERS.values() for a in lever.addresses}
    assert {f"ceilings.2012/{s.id}.ceiling_vnd" for s in PLAN.tables.sources} <= changed_by, "each source has a lever"
    assert {"allocation", "ambition", "pacing"} <= changed_by


@given(st.lists(positions, max_size=6), positions, st.sampled_from(["vi", "en"]))
def test_a_lever_stands_where_it_was_put(before: list[Any], one: Any, language: str) -> None:
    changes: dict[str, Any] = {}
    for lever, position in [*before, one]:
        changes = move_lever(changes, lever, position)
    lever, position = one
    found = lever_position(changes, lever)
    assert found == position if isinstance(position, str) else math.isclose(found, position, abs_tol=1e-9)
    again = json.loads(json.dumps(changes))
    assert lever_position(again, lever) == found, "also after a draft"
    if not lever.lever.is_choice and position_text(lever, position, language) != "∞":
        assert math.isclose(
            parse_position(lever, position_text(lever, position, language), language), position, abs_tol=1e-9
        )


@pytest.mark.parametrize("text", ["", "x", "12.5", "1e3", "nan", "-1", "31", "1.2.3"])
def test_what_is_no_number_within_the_range_is_not_read(text: str) -> None:
    assert parse_position(LEVERS["money_total"], text, "vi") is None


def test_a_number_changed_otherwise_is_not_shown_as_a_position() -> None:
    real = normalize_changes(load_scenario("real_terms"))
    assert lever_position(real, LEVERS["money_total"]) is None
    assert lever_position(normalize_changes(load_scenario("costs_up")), LEVERS["unit_costs"]) == 1.2


def load_scenario(name: str) -> dict[str, Any]:
    return dict(Session(NAME).scenario_changes(name))


@pytest.mark.parametrize("name", SECTIONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_section_has_a_heading_and_shows_what_moved(name: str, language: str) -> None:
    session = Session(NAME)
    unmoved = section_html(name, session, language)
    assert f"<h2>{say(f'desk.{name}_head', language)}</h2>" in unmoved and "→" not in unmoved
    session.step(MONEY)
    session.compute()
    assert "→" in section_html(name, session, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_target_that_moved_shows_both(language: str) -> None:
    session = Session(NAME)
    session.step({"objectives.postgraduate.target_low": {"value": 110}})
    session.compute()
    asked = '<span class="old">100</span> → <b class="new"><span data-q="verdicts postgraduate asked">110</span></b>'
    assert asked in section_html("verdicts", session, language)


def test_a_target_by_year_stands_beside_what_it_was() -> None:
    session = Session(NAME)
    session.step(MONEY)
    session.compute()
    (id, now), *_ = [
        (id, path)
        for id in farthest_targets(session.results)
        if (path := path_of(session.results, None, id, "en")).value != path_of(session.base, None, id, "en").value
    ]
    moved = section_html("coverage", session, "en")
    assert f"{path_of(session.base, None, id, 'en').value} → {now.value}</text>" in moved
    assert moved.count(say("desk.compared_line", "en")) == 2 and say("figure.paths.with_money", "en") not in moved


def test_coverage_by_year_has_no_heading_where_there_is_one_year() -> None:
    page = desk_page(Session(ROOT / "tests" / "plans" / "one_year"), "en")
    assert say("desk.coverage_head", "en") not in page and say("desk.due_head", "en") in page


PLANS = [NAME, *(str(path.parent) for path in sorted((ROOT / "tests" / "plans").glob("*/plan.yaml")))]
EVERY_LEVER = [(plan, lever) for plan in PLANS for lever in plan_levers(load_plan(plan))]


@pytest.mark.parametrize(
    ("plan", "lever"), EVERY_LEVER, ids=[f"{Path(plan).name}-{lever.lever.id}" for plan, lever in EVERY_LEVER]
)
def test_a_lever_at_either_end_gives_a_plan_and_finite_figures(plan: str, lever: PlanLever) -> None:
    session = Session(plan)
    for position in ends(lever):
        session.step(move_lever({}, lever, position))
        session.compute()
        for stem, frame in session.results.tables.items():
            numbers = frame.select_dtypes("number").drop(columns=["ceiling_vnd", "best_reachable"], errors="ignore")
            assert np.isfinite(numbers.dropna(axis=1, how="all").fillna(0).to_numpy(float)).all(), stem
        for language in LANGUAGES:
            page = desk_page(session, language)
            assert "nan" not in page.replace("finance", "") and "inf" not in page.lower().replace("info", "")
            assert len(list_changes(session, language)) == (position != lever.start)


def test_a_ceiling_for_a_source_that_had_none_binds_that_source() -> None:
    lever = LEVERS["money_province"]
    results = compute(load_plan(NAME, "base", move_lever({}, lever, 5e9)))
    paid = results["budget"].query("source == 'province_budget' and year >= @results.plan.decided_from")
    assert (paid["ceiling_vnd"] == 5e9).all() and (paid["funded_vnd"] <= 5e9 + 1e-3).all()
    assert move_lever({}, lever, lever.start) == {}, "the top end means no limit"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ceilings.2099/total.ceiling_vnd": 1}, "has no row '2099/total'"),
        ({"ceilings.2011/nobody.ceiling_vnd": 1}, "has no row '2011/nobody'"),
        ({"ceilings.2011/learners.ceiling_vnd": {"scale": 2}}, "needs a number to start from"),
    ],
)
def test_a_ceiling_needs_a_year_and_a_source_of_the_plan(change: dict[str, Any], words: str) -> None:
    with pytest.raises(PlanError) as caught:
        load_plan(NAME, "base", change)
    assert words in str(caught.value)


# --- the desk


def test_a_move_is_answered_and_listed(folder: Path) -> None:
    desk = desk_of(folder)
    before = desk.controls.headline.value
    desk.levers["money_total"].hand.value = 17_500_000_000.0
    assert desk.controls.headline.value != before and desk.controls.message.value == ""
    (entry,) = list_changes(desk.session, "en")
    assert (entry.old, entry.new) == ("15 bn VND", "17.5 bn VND")
    assert "old" in desk.controls.sections["missing"].value and "→" in desk.controls.sections["due"].value
    desk.undo()
    assert desk.controls.headline.value == before and desk.levers["money_total"].hand.value == 15e9
    desk.redo()
    desk.levers["money_total"].back.click()
    assert desk.session.changes == {} and desk.controls.headline.value == before


def test_a_desk_on_which_nothing_is_changed_says_so(folder: Path) -> None:
    desk = desk_of(folder)
    (nothing,) = desk.controls.changes.children
    assert nothing.value == say("desk.no_changes", "en")
    desk.step(MONEY)
    assert nothing not in desk.controls.changes.children
    desk.reset()
    desk.choose_language("vi")
    assert desk.controls.changes.children == (nothing,) and nothing.value == say("desk.no_changes", "vi")


def test_a_number_typed_out_of_range_is_said_and_stays_typed(folder: Path) -> None:
    desk = desk_of(folder)
    desk.levers["money_total"].field.value = "31"
    assert 'role="alert"' in desk.controls.message.value and "from 5 to 30 bn VND" in desk.controls.message.value
    assert desk.levers["money_total"].field.value == "31" and desk.session.changes == {}


def test_the_language_is_one_switch(folder: Path) -> None:
    desk = desk_of(folder, "vi")
    assert "chỉ tiêu đạt" in desk.controls.headline.value
    desk.controls.language.value = "en"
    assert "targets met" in desk.controls.headline.value and desk.controls.buttons["undo"].description == "Undo"
    assert "Money a year" in desk.levers["money_total"].name.value
    assert "theo" not in " ".join(label for label, _ in desk.levers["allocation"].hand.options)


def test_a_saved_scenario_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    desk = desk_of(folder)
    for id, position in (("inflation", 0.07), ("due_delegates", "2013"), ("places_theory", 500.0), ("pacing", "front")):
        desk.move(LEVERS[id], position)
    desk.controls.fields["name_vi"].value = "Thử: 7 % /năm"
    desk.save()
    assert "thu_7_nam" in desk.controls.message.value
    seen = write_tables(desk.session.results.tables, tmp_path / "seen")
    saved = write_tables(compute(load_plan(folder, "thu_7_nam")).tables, tmp_path / "saved")
    assert [p.read_bytes() for p in seen] == [p.read_bytes() for p in saved]
    other = Session(folder, "thu_7_nam")
    assert {e.key for e in list_changes(other, "en")} == {"inflation", "due_delegates", "places_theory", "pacing"}
    assert desk_of(folder).draft.offered == [], "what is saved is no draft"


def test_nothing_is_replaced_without_asking(folder: Path) -> None:
    desk, file = desk_of(folder), folder / "scenarios" / "costs_up.yaml"
    before = file.read_bytes()
    desk.move(LEVERS["inflation"], 0.05)
    desk.controls.fields["name_vi"].value = "Costs up"
    desk.save()
    asked = desk.controls.of_save
    assert file.read_bytes() == before and "costs_up" in asked.text.value
    assert asked.box.layout.display == "" and "costs_up" in asked.yes.description
    asked.no.click()
    assert file.read_bytes() == before and asked.box.layout.display == "none"
    desk.save()
    asked.yes.click()
    assert file.read_bytes() != before and asked.box.layout.display == "none"


@pytest.mark.parametrize(("name", "changes"), [("", MONEY), ("Tên", {})])
def test_what_cannot_be_saved_yet_is_said(folder: Path, name: str, changes: dict[str, Any]) -> None:
    desk = desk_of(folder)
    there = sorted(folder.rglob("*.yaml"))
    desk.step(changes)
    desk.controls.fields["name_vi"].value = name
    desk.save()
    assert 'role="alert"' in desk.controls.message.value and sorted(folder.rglob("*.yaml")) == there


def test_a_scenario_that_somebody_broke_is_said_and_the_changes_stay(folder: Path) -> None:
    desk = desk_of(folder)
    desk.step(MONEY)
    (folder / "scenarios" / "costs_up.yaml").write_text("title: {vi: a, en: b}\nset: {programs.x.capacity: 1}", "utf-8")
    desk.load("costs_up")
    assert "no row &#x27;x&#x27;" in desk.controls.message.value and dict(desk.session.changes) == MONEY
    desk.compare_with("costs_up")
    assert "no row" in desk.controls.message.value and desk.session.compared_name == "base"


def test_a_plan_that_somebody_broke_is_said_and_mended(folder: Path) -> None:
    desk = desk_of(folder)
    text = (folder / "plan.yaml").read_text("utf-8")
    (folder / "plan.yaml").write_text(text.replace("ambition: mid", "ambition: middle"), "utf-8")
    desk.step(MONEY)
    assert "middle" in desk.controls.message.value and say("desk.stale", "en") in desk.controls.message.value
    (folder / "plan.yaml").write_text(text, "utf-8")
    desk.undo()
    desk.redo()
    assert desk.controls.message.value == "" and dict(desk.session.changes) == MONEY


def test_a_folder_that_cannot_be_written_is_said_and_nothing_is_lost(folder: Path) -> None:
    desk = desk_of(folder)
    desk.step(MONEY)
    shutil.rmtree(folder / "scenarios")
    (folder / "scenarios").write_text("in the way", "utf-8")
    desk.controls.fields["name_vi"].value = "Mới"
    desk.save()
    assert "cannot be written" in desk.controls.message.value and dict(desk.session.changes) == MONEY
    (folder / ".draft.json").unlink()
    (folder / ".draft.json").mkdir()
    desk.move(LEVERS["inflation"], 0.05)
    assert "The draft could not be written" in desk.controls.message.value and "inflation" in str(
        list_changes(desk.session, "en")
    )


def test_what_nobody_foresaw_is_said_too(folder: Path) -> None:
    desk = desk_of(folder)
    desk.compare_with(None)
    assert 'role="alert"' in desk.controls.message.value


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=plans())
def test_any_plan_can_lie_on_the_desk(drawn) -> None:
    assume(drawn[1]["objectives"])
    with TemporaryDirectory() as aside:
        session = Session(write_plan(Path(aside) / "plan", *drawn))
        session.step({"groups.*.headcount": {"scale": 1.5}})
        session.compute()
        for language in ("vi", "en"):
            shown_html = desk_page(session, language)
            assert not re.search(r"\b(nan|inf|None(?! of))\b", shown_html)
            assert len(list_changes(session, language)) == 1
        assert Desk(session, "vi", Path(aside)).levers == {}


# --- drafts


def test_a_draft_is_offered_again_and_survives_new_moves(folder: Path) -> None:
    desk_of(folder).step(MONEY)
    again = desk_of(folder)
    assert again.session.changes == {} and "15 → 20 bn VND" in again.controls.offered.value
    again.move(LEVERS["inflation"], 0.05)
    third = desk_of(folder)
    assert len(third.draft.offered) == 2, "neither the new changes nor the old are lost"
    third.take_draft(False)
    third.take_draft(True)
    assert dict(third.session.changes) == MONEY and third.controls.draft_bar.layout.display == "none"
    third.reset()
    assert not (folder / ".draft.json").exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"changes": 3}', '{"changes": [3, {}]}'])
def test_a_draft_that_cannot_be_read_is_none(folder: Path, text: str) -> None:
    (folder / ".draft.json").write_text(text, "utf-8")
    assert Draft(folder / "plan.yaml").offered == []


# --- names, files and words


@given(st.text(max_size=80))
def test_a_name_is_safe_for_every_system(title: str) -> None:
    name = safe_name(title)
    assert name == "" or (name.isascii() and name.replace("_", "").isalnum() and name not in ("base", "all", "con"))
    assert len(name) <= 62


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30))
def test_any_words_come_back_from_a_scenario_file(words: str) -> None:
    text = scenario_yaml({"inflation": {"value": 1, "reason": words}}, ScenarioText(words, "", words))
    from trainplan.plan.yaml_text import parse_yaml

    content = parse_yaml(text)
    assert content["title"]["vi"] == words and content["set"]["inflation"]["reason"] == words


def test_the_excel_file_is_a_faithful_copy(tmp_path: Path) -> None:
    changes = {a: {**c, "reason": "=1+1"} for a, c in MONEY.items()}
    results = compute(load_plan(NAME, "base", changes))
    files = [write_excel(results, tmp_path / f"{n}.xlsx", "vi", "=SUM(A1)") for n in "ab"]
    assert files[0].read_bytes() == files[1].read_bytes()
    book = openpyxl.load_workbook(files[0])
    assert book.sheetnames[0] == "Trang đầu"
    cover = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None]
    assert {"=SUM(A1)", "=1+1", "30/12/2011", "20.000.000.000"} <= set(cover)
    for stem, frame in results.tables.items():
        sheet = book[RESULTS[stem].title("vi")]
        assert sheet.freeze_panes == "A2" and sheet.max_row == len(frame) + 1
    gap, sheet = results["gap"], book["Mức còn thiếu so với chỉ tiêu"]
    column = [cell.value for cell in sheet[1]].index("Tỷ lệ đạt")
    cells = [row[column] for row in sheet.iter_rows(min_row=2)]
    assert [c.value for c in cells] == pytest.approx(gap["coverage"].tolist(), rel=1e-14) and cells[
        0
    ].number_format == "0.0%"


def test_an_excel_file_that_is_in_the_way_is_said(folder: Path) -> None:
    desk = desk_of(folder)
    (desk.output / NAME / "base" / f"{NAME}_base.en.xlsx").mkdir(parents=True)
    desk.make_excel()
    assert "a folder, not a file" in desk.controls.message.value


def test_a_run_is_given_what_is_on_the_desk(folder: Path, tmp_path: Path) -> None:
    session = Session(folder)
    assert scenario_to_run(session, tmp_path) == "base"
    session.step(MONEY)
    file = scenario_to_run(session, tmp_path)
    assert load_plan(folder, file).changes["new"].tolist() == [20e9] * 5
    session.saved["rich"] = MONEY
    assert scenario_to_run(session, tmp_path) == "rich"


Ended = list[tuple[Path | None, str]]


def test_a_run_that_makes_nothing_says_why(tmp_path: Path) -> None:
    ended: Ended = []
    steps: list[int] = []
    thread = start_run(PLAN, "nowhere", tmp_path, "vi", lambda step, _: steps.append(step), lambda *e: ended.append(e))
    thread.join(60)
    ((index, why),) = ended
    assert index is None and "'nowhere'" in why and steps == []
    assert list(tmp_path.rglob("*.log")) == [], "what is said on the desk needs no file"


LEAVE = """
import os, signal, sys, time
from pathlib import Path
from trainplan.desk.saving import start_run
from trainplan.plan.plan import load_plan
start_run(load_plan(sys.argv[1]), "nowhere", Path(sys.argv[2]), "vi", print, print)
while not list(Path(sys.argv[2]).rglob("*.log")):
    time.sleep(0.01)
time.sleep(0.2)
os.killpg(0, signal.SIGKILL)
"""


@pytest.mark.skipif(os.name == "nt", reason="a kernel takes its processes along")
def test_a_run_goes_on_when_the_page_is_left(tmp_path: Path) -> None:
    """The kernel ends with its page, and all processes of its group with it."""
    left = subprocess.run([sys.executable, "-c", LEAVE, NAME, str(tmp_path)], start_new_session=True, check=False)
    assert left.returncode == -9
    (log,) = tmp_path.rglob("*.log")
    deadline = time.monotonic() + 60
    while not (said := log.read_text("utf-8")):
        assert time.monotonic() < deadline, "the run has said nothing"
        time.sleep(0.05)
    assert "'nowhere'" in said


@pytest.mark.slow
def test_reports_are_made_with_progress(folder: Path, tmp_path: Path) -> None:
    ended: Ended = []
    steps: list[int] = []
    session = Session(folder)
    session.step(MONEY)
    scenario = scenario_to_run(session, tmp_path)
    start_run(session.plan, scenario, tmp_path, "en", lambda s, n: steps.append(s), lambda *e: ended.append(e)).join(
        300
    )
    ((index, why),) = ended
    assert why == "" and index is not None and index.is_file()
    assert (index.parent / "desk" / "reports" / "04_gaps.en.html").is_file()
    counted = list(dict.fromkeys(steps))  # while a notebook takes long its number comes again
    assert steps == sorted(steps) and all(b == a + 1 for a, b in pairwise(counted)) and counted[0] <= 1
    pages = run_pages(session.plan, scenario, index, "en")
    assert len(pages) == 1 + steps[-1] and all(page.is_file() for _, page in pages)
    titles = [title for title, _ in pages]
    assert titles[0] == session.plan.title("en") and not any("_" in title for title in titles), titles


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["papermill", "run"])
def test_without_a_browser_it_shows_its_state(engine: str, folder: Path, tmp_path: Path) -> None:
    """As figures and tables, with no widget that would be dead, and without touching the draft."""
    desk_of(folder).step(MONEY)
    draft = (folder / ".draft.json").read_bytes()
    notebook, given = (
        ROOT / "notebooks" / "planner.ipynb",
        {"plan": str(folder), "language": "en", "scenario": "costs_up"},
    )
    if engine == "run":
        status = main(
            ["run", str(folder), "--notebook", "planner", "--scenario", "costs_up", "--output", str(tmp_path)]
        )
        assert status == 0
        executed = tmp_path / folder.name / "costs_up" / "notebooks" / "planner.en.ipynb"
        report = tmp_path / folder.name / "costs_up" / "reports" / "planner.en.html"
    else:
        executed, report = tmp_path / "out.ipynb", tmp_path / "out.html"
        options = [word for name, value in given.items() for word in ("-p", name, value)]
        call = [sys.executable, "-m", "papermill", "--no-progress-bar", str(notebook), str(executed), *options]
        environment = {key: value for key, value in os.environ.items() if key not in EDITORS}
        subprocess.run(call, check=True, capture_output=True, env=environment)
        render_report(executed, report, "en")
    book = nbformat.read(executed, 4)
    (shown,) = book.cells[-1].outputs
    assert set(shown.data) == {"text/html", "text/plain"} and "widgets" not in book.metadata
    text = report.read_text("utf-8")
    assert text.count("<svg") == 6 and text.count("<table") >= 4
    assert "targets met when due" in text and "Unit costs" not in text and "<script" not in text
    assert (folder / ".draft.json").read_bytes() == draft


def test_a_wrong_parameter_stops_it_in_words() -> None:
    with pytest.raises(PlanError) as caught:
        open_desk({"plan": NAME, "scenario": "cost_up", "overrides": {}, "language": "vi", "output_dir": None})
    assert "Nearest: 'costs_up'" in str(caught.value)


def test_the_application_listens_here_only_and_wants_a_token(tmp_path: Path) -> None:
    call = command_line(parse_arguments(["desk", "--port=8899"]).options, tmp_path)
    assert "--Voila.ip=127.0.0.1" in call and "--token" in call and call[-1] == "--port=8899"
    known = server_environment(tmp_path, {"JUPYTER_PATH": "here"})
    assert known["JUPYTER_PATH"].split(os.pathsep)[1] == "here" and known["TRAINPLAN_ROOT"] == str(tmp_path)
    assert (Path(known["JUPYTER_PATH"].split(os.pathsep)[0]) / "voila" / "templates" / "desk" / "conf.json").is_file()


def test_a_busy_machine_has_time_to_make_the_desk(tmp_path: Path) -> None:
    """A page made before everything has come from its kernel has no desk on it, and says nothing of that."""
    server = DeskServer()
    server.parse_command_line(command_line([], tmp_path))
    assert VoilaExecutor(nbformat.v4.new_notebook(), config=server.config).iopub_timeout >= 60


def test_what_a_lever_names_has_words_in_both_languages() -> None:
    for lever in LEVERS.values():
        for option in lever.options:
            assert option_name(option, "vi") != option or option[:2] == "20", option


def test_every_text_of_the_desk_is_used_and_every_one_it_needs_is_there() -> None:
    source = "".join(path.read_text("utf-8") for path in sorted((ROOT / "lib" / "trainplan" / "desk").glob("*.py")))
    used = set(re.findall(r"""["'](desk\.\w+)["']""", source)) - {"desk.css", "desk.html", "desk.js"}
    used |= {f"desk.{name}" for name in (*BUTTONS, *FIELDS, *HEADS)} | {f"desk.{name}_head" for name in SECTIONS}
    used |= {f"desk.unit_{unit}" for unit in get_args(Lever.model_fields["unit"].annotation)}
    assert {key for key in texts("vi") if key.startswith("desk.")} == used
