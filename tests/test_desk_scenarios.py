"""Scenarios on the desk: renamed, deleted, their days, side by side; drafts; and what would meet targets."""

from __future__ import annotations

import html
import os
import re
import shutil
from datetime import date, datetime
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pandas as pd
import pytest

from making import copy_province
from trainplan.analysis.goal_seek import goal_seek
from trainplan.analysis.relaxations import relaxations
from trainplan.desk.desk import Desk
from trainplan.desk.levers_view import list_changes
from trainplan.desk.saving import LONGEST_TITLE
from trainplan.desk.seeking import Seeking, seek_amount, seek_relaxations
from trainplan.desk.session import Session
from trainplan.plan.plan import load_plan
from trainplan.report import tables
from trainplan.report.sentences import beyond_money, goal_amount
from trainplan.report.tables import scenarios
from trainplan.results.compare import compare
from trainplan.results.tables import compute
from trainplan.storage.store import Store, use_store
from trainplan.text.catalog import say
from trainplan.text.formats import billions, calendar_day

ROOT = Path(__file__).resolve().parents[1]
NAME = "an_giang_2011_2015"
MONEY = {f"ceilings.{year}/total.ceiling_vnd": {"value": 20_000_000_000} for year in load_plan(NAME).open_years}
INFLATION = {f"prices.cpi/{year}.value": {"scale": 1.02} for year in (2013, 2014)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the plan, to write beside."""
    return copy_province(tmp_path)


def desk_of(folder: Path, language: str = "vi") -> Desk:
    return Desk(Session(folder), language, folder.parent.parent / "outputs")


def files(folder: Path) -> dict[str, bytes]:
    """All that stands below the folder of plans, but for drafts."""
    return {str(path): path.read_bytes() for path in folder.parent.rglob("*") if path.is_file() and path.name[0] != "."}


def type_titles(desk: Desk, vi: str, en: str = "") -> None:
    desk.controls.fields["name_vi"].value, desk.controls.fields["name_en"].value = vi, en


def is_asked(question) -> bool:
    return question.box.layout.display != "none"


def listed(desk: Desk) -> set[str]:
    return {name for _, name in desk.controls.chosen.options}


# --- renaming and deleting


def test_a_scenario_is_renamed_and_nothing_else_of_it(folder: Path) -> None:
    desk, before = desk_of(folder), files(folder)
    old = folder / "scenarios" / "costs_up.yaml"
    old.write_text("# tính lại năm 2012\n" + old.read_text("utf-8"), "utf-8")
    tables = load_plan(folder, "costs_up").tables
    desk.compare_with("costs_up")
    desk.controls.chosen.value = "costs_up"
    desk.controls.buttons["rename"].click()
    question = desk.controls.of_file
    assert "(costs_up)" in question.text.value and question.fields[1].value == "Costs up by 20%"
    question.fields[0].value, question.fields[1].value = "Giá học cao", "Dear courses"
    question.yes.click()
    new = folder / "scenarios" / "gia_hoc_cao.yaml"
    assert not old.exists() and "# tính lại năm 2012" in new.read_text("utf-8")
    plan = load_plan(folder, "gia_hoc_cao")
    assert (plan.scenario_title("vi"), plan.scenario_title("en")) == ("Giá học cao", "Dear courses")
    assert plan.tables == tables and plan.scenario_reason("en") == load_plan(NAME, "costs_up").scenario_reason("en")
    changed = {path for path, content in files(folder).items() if before.get(path) != content}
    assert changed == {str(new)}
    assert desk.session.compared_name == desk.controls.compared.value == "gia_hoc_cao" == desk.controls.chosen.value
    assert "gia_hoc_cao" in listed(desk) and "costs_up" not in listed(desk)


def test_a_new_title_of_another_scenario_is_asked_about_and_its_file_never_replaced(folder: Path) -> None:
    desk, before = desk_of(folder), files(folder)
    desk.rename("costs_up", "Giá thị trường", "LATE start: nobody is sent in 2011")
    assert is_asked(desk.controls.of_file) and "(late_start)" in desk.controls.of_file.text.value
    desk.controls.of_file.no.click()
    desk.rename("costs_up", "late-start", "")
    assert "late_start" in desk.controls.message.value and files(folder) == before
    desk.rename("costs_up", "—", "")
    assert say("desk.name_needed", "vi") in desk.controls.message.value and files(folder) == before


def test_a_scenario_is_deleted_once_it_was_asked_about_by_name(folder: Path) -> None:
    desk, before = desk_of(folder), files(folder)
    desk.load("costs_up")
    desk.compare_with("costs_up")
    desk.controls.chosen.value = "costs_up"
    changes = dict(desk.session.changes)
    desk.controls.buttons["delete"].click()
    question = desk.controls.of_file
    assert files(folder) == before and "costs_up" in question.yes.description and "(costs_up)" in question.text.value
    question.no.click()
    question.yes.click()  # of a question that nobody asks any more
    assert files(folder) == before
    desk.controls.buttons["delete"].click()
    question.yes.click()
    assert before.keys() - files(folder).keys() == {str(folder / "scenarios" / "costs_up.yaml")}
    assert dict(desk.session.changes) == changes and desk.session.saved_as == ""
    assert desk.session.compared_name == "base" and "costs_up" not in listed(desk)
    assert len(desk_of(folder).draft.offered) == 1, "what was its only copy is a draft"


def test_a_question_about_one_scenario_is_gone_when_another_is_chosen(folder: Path) -> None:
    desk = desk_of(folder)
    desk.controls.chosen.value = "costs_up"
    desk.controls.buttons["delete"].click()
    desk.controls.chosen.value = "late_start"
    assert not is_asked(desk.controls.of_file)


@pytest.mark.parametrize("name", ["base", "costs_up+late_start", "../plan", "../../an_giang_2011_2015/plan", "nowhere"])
def test_only_a_scenario_beside_the_plan_can_go(folder: Path, name: str) -> None:
    desk, before = desk_of(folder), files(folder)
    desk.delete(name)
    desk.rename(name, "Tên khác", "")
    assert 'role="alert"' in desk.controls.message.value and files(folder) == before


def test_a_scenario_that_cannot_be_read_can_be_deleted_and_not_renamed(folder: Path) -> None:
    torn = folder / "scenarios" / "torn.yaml"
    torn.write_text("title: {vi: a", "utf-8")
    desk = desk_of(folder)
    desk.rename("torn", "Tên mới", "")
    assert "YAML" in desk.controls.message.value and torn.exists()
    desk.delete("torn")
    assert not torn.exists()


# --- when it was saved


@pytest.mark.parametrize(("language", "day"), [("vi", "03/02/2012"), ("en", "3 February 2012")])
def test_the_day_on_which_a_scenario_was_saved_is_shown(folder: Path, language: str, day: str) -> None:
    when = datetime(2012, 2, 3, 12).timestamp()
    os.utime(folder / "scenarios" / "costs_up.yaml", (when, when))
    desk = desk_of(folder, language)
    own = [desk.controls.buttons[name] for name in ("rename", "delete")]
    assert desk.controls.saved_on.value.count("20") == 0 and all(button.disabled for button in own)
    desk.controls.chosen.value = "costs_up"
    assert day in desk.controls.saved_on.value and not any(button.disabled for button in own)


# --- titles


@pytest.mark.parametrize(
    ("vi", "en", "named"),
    [
        ("Giá thị trường mới", "COSTS up by 20%", "(costs_up)"),
        ("Phương án  cơ sở ", "", "(base)"),
        ("Phương án mới", "Chậm" * 21, f"quá {LONGEST_TITLE}"),
    ],
)
def test_a_title_of_another_scenario_and_a_long_one_are_asked_about(folder: Path, vi: str, en: str, named: str) -> None:
    desk, before = desk_of(folder), files(folder)
    desk.step(INFLATION)
    type_titles(desk, vi, en)
    desk.save()
    question = desk.controls.of_save
    assert is_asked(question) and named in question.text.value and files(folder) == before
    type_titles(desk, "Tên gõ sau khi được hỏi")
    question.yes.click()
    (new,) = files(folder).keys() - before.keys()
    assert load_plan(folder, Path(new).stem).scenario_title("vi") == " ".join(vi.split()), (
        "what was asked about is saved"
    )


def test_a_title_of_its_own_is_not_asked_about(folder: Path) -> None:
    desk = desk_of(folder)
    desk.step(INFLATION)
    type_titles(desk, "T" * LONGEST_TITLE, "A new title")
    desk.save()
    assert not is_asked(desk.controls.of_save) and desk.session.saved_as == "t" * 60


def test_letters_typed_in_parts_are_the_same_letters(folder: Path) -> None:
    desk = desk_of(folder)
    desk.step(INFLATION)
    type_titles(desk, "Phu\u031bo\u031bng a\u0301n co\u031b so\u031b\u0309")
    desk.save()
    assert "(base)" in desk.controls.of_save.text.value


# --- side by side


def rows(desk: Desk) -> list[list[str]]:
    """The cells of the table of scenarios side by side."""
    table = desk.controls.beside_table.value
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)]
    return [[re.sub("<[^>]*>", "", cell) for cell in row] for row in cells if row]


def tick(desk: Desk, *names: str) -> None:
    for name in names:
        desk.controls.boxes[name].value = True


@pytest.mark.parametrize("language", ["vi", "en"])
def test_scenarios_side_by_side_are_those_of_the_index(folder: Path, language: str) -> None:
    desk = desk_of(folder, language)
    assert rows(desk) == [] and "4" in desk.controls.beside_table.value
    chosen = ["costs_up", "proportional_rule", "requirement"]
    tick(desk, *chosen)
    runs = [compute(load_plan(folder, name)) for name in ("base", *chosen)]
    index = scenarios(compare(runs), language)
    shown = pd.DataFrame(rows(desk))
    assert shown[0].tolist() == index.iloc[:, 0].tolist()
    assert shown[[1, 3, 4, 5]].to_numpy().tolist() == index.iloc[:, [2, 3, 4, 5]].to_numpy().tolist()
    near = [sum(run["verdicts"]["verdict"][list(run.plan.is_target)] == "nearly") for run in runs]
    assert shown[2].tolist() == list(map(str, near)) and len(set(near)) > 1
    assert f'data-q="totals {runs[1].plan.scenario} met"' in desk.controls.beside_table.value


def test_the_present_state_is_the_first_and_moves(folder: Path) -> None:
    desk = desk_of(folder, "en")
    tick(desk, "base")
    before = rows(desk)
    assert before[0] == before[1]
    desk.step(MONEY)
    after = rows(desk)
    assert after[0][0] == say("desk.unsaved", "en") and after[1] == before[1] and after[0][4] != before[0][4]
    type_titles(desk, "Hai mươi tỷ", "Twenty billion")
    desk.save()
    assert rows(desk)[0][0].startswith("Twenty billion")


def test_no_more_than_four_can_be_chosen(folder: Path) -> None:
    desk = desk_of(folder)
    tick(desk, "costs_up", "late_start", "requirement", "ambition_low")
    assert len(rows(desk)) == 5
    assert {name for name, box in desk.controls.boxes.items() if not box.disabled} == set(desk.session.beside)
    desk.controls.boxes["costs_up"].value = False
    assert len(rows(desk)) == 4 and not any(box.disabled for box in desk.controls.boxes.values())


def test_a_scenario_seen_beside_follows_its_file(folder: Path) -> None:
    desk = desk_of(folder)
    tick(desk, "costs_up", "late_start")
    desk.compare_with("costs_up")
    desk.rename("costs_up", "Giá cao", "Dear")
    assert list(desk.session.beside) == ["gia_cao", "late_start"] and rows(desk)[1][0] == "Giá cao"
    desk.delete("late_start")
    assert list(desk.session.beside) == ["gia_cao"] and len(rows(desk)) == 2
    spent = rows(desk)[1][4]
    desk.step(MONEY)
    type_titles(desk, "Giá cao")
    desk.save()
    desk.controls.of_save.yes.click()
    assert rows(desk)[1][1:] == rows(desk)[0][1:] and rows(desk)[1][4] != spent, "what was replaced is seen anew"
    assert desk.session.compared.funded_vnd == desk.session.results.funded_vnd


def test_a_scenario_that_cannot_be_read_is_not_ticked(folder: Path) -> None:
    (folder / "scenarios" / "torn.yaml").write_text("title: {vi: a", "utf-8")
    desk = desk_of(folder)
    tick(desk, "costs_up", "torn")
    assert "YAML" in desk.controls.message.value and not desk.controls.boxes["torn"].value and len(rows(desk)) == 2


def test_without_ceilings_the_requirement_alone_is_seen(tmp_path: Path) -> None:
    plan = Path(shutil.copytree(ROOT / "tests" / "plans" / "new_province", tmp_path / "plan"))
    (plan / "ceilings.csv").unlink()
    desk = desk_of(plan)
    tick(desk, "base")
    assert [len(row) for row in rows(desk)] == [4, 4]


# --- the draft


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("vi", "Hạn mức kinh phí mỗi năm, tất cả các nguồn: 15 → 20 tỷ đồng, Cách phân bổ"),
        ("en", "Money a year in total: 15 → 20 bn VND, "),
    ],
)
def test_a_draft_says_what_it_changes_and_of_when_it_is(folder: Path, language: str, words: str) -> None:
    desk_of(folder).step({**MONEY, "allocation": {"value": "proportional"}})
    again = desk_of(folder, language)
    offered = html.unescape(again.controls.offered.value)
    assert words in offered and calendar_day(date.today(), language) in offered
    (rule,) = (line for line in list_changes(again.session.look_at(again.draft.offered[0].changes), language)[1:])
    assert f"{rule.old} → {rule.new}" in offered
    assert again.session.changes == {} and "allocation" not in offered and "ceilings." not in offered


def test_many_changes_of_a_draft_are_counted(folder: Path) -> None:
    desk = desk_of(folder, "en")
    desk.step({f"objectives.{row.id}.weight": {"value": 2} for row in desk.session.plan.tables.objectives[:9]})
    offered = desk_of(folder, "en").controls.offered.value
    assert "and 3 other changes" in offered and offered.count("→") == 6


def test_a_draft_of_another_plan_is_said_as_it_stands(folder: Path) -> None:
    (folder / ".draft.json").write_text('{"changes": [{"programs.gone.capacity": {"value": 7}}]}', "utf-8")
    os.utime(folder / ".draft.json", (datetime(2012, 2, 3, 12).timestamp(),) * 2)
    desk = desk_of(folder, "en")
    assert "gone: places a year: – → value 7" in desk.controls.offered.value
    assert "3 February 2012" in desk.controls.offered.value, "a file of an earlier version has the day of its own"


def test_equal_drafts_are_asked_about_once(folder: Path) -> None:
    desk_of(folder).step(MONEY)
    desk_of(folder).step(INFLATION)
    third = desk_of(folder)
    third.step(MONEY)
    again = desk_of(folder)
    assert [draft.changes for draft in again.draft.offered] == [MONEY, INFLATION]
    again.take_draft(False)
    assert [draft.changes for draft in desk_of(folder).draft.offered] == [INFLATION]
    again.take_draft(False)
    assert again.controls.draft_bar.layout.display == "none" and desk_of(folder).draft.offered == []


# --- what would meet targets


def seek(desk: Desk, button: str) -> str:
    """Presses a button that seeks, waits, and returns what was found as text."""
    desk.controls.buttons[button].click()
    desk.seeking.thread.join(120)
    return re.sub("<[^>]*>", "", html.unescape(desk.controls.found.value))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_least_yearly_amount_is_said_as_on_the_pages_and_put_on_the_lever(folder: Path, language: str) -> None:
    desk = desk_of(folder, language)
    found = seek(desk, "seek_amount")
    goal = goal_seek(load_plan(folder))
    said = [*goal_amount(goal, language), *beyond_money(goal, desk.session.results, language)]
    assert found == "".join(said) and len(said) == 2
    assert desk.controls.use_amount.layout.display == ""
    assert billions(goal.amount_vnd, language, 3) in desk.controls.use_amount.description
    desk.controls.use_amount.click()
    assert desk.levers["money_total"].hand.value == goal.amount_vnd and desk.controls.message.value == ""
    met = set(desk.session.results["verdicts"].query("verdict == 'met'")["objective"])
    assert set(goal.reachable) <= met and desk.controls.use_amount.layout.display == "none"
    assert say("desk.found_before", language) in desk.controls.found.value, "it was found for other changes"
    desk.undo()
    assert say("desk.found_before", language) not in desk.controls.found.value


def test_an_amount_counts_whatever_changed_the_ceilings_before(folder: Path) -> None:
    desk = desk_of(folder)
    desk.step({**MONEY, "ceilings.*.ceiling_vnd": {"scale": 0.5}})
    seek(desk, "seek_amount")
    goal = desk.answer.goal
    desk.use_amount()
    plan = desk.session.plan
    paid = {row.ceiling_vnd for row in plan.tables.ceilings if row.source == "total" and row.year in plan.open_years}
    assert paid == {goal.amount_vnd} and "ceilings.*.ceiling_vnd" in desk.session.changes


def test_an_amount_beyond_the_lever_is_put_there_all_the_same(folder: Path) -> None:
    desk = desk_of(folder)
    desk.step({f"programs.*.cost_per_{one}_year": {"scale": 3} for one in ("learner", "class")})
    seek(desk, "seek_amount")
    goal = desk.answer.goal
    assert goal.amount_vnd > desk.levers["money_total"].hand.max
    desk.use_amount()
    assert {desk.session.changes[address]["value"] for address in goal.changes} == {goal.amount_vnd}
    assert set(goal.reachable) <= set(desk.session.results["verdicts"].query("verdict == 'met'")["objective"])


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_would_meet_one_target_is_said_as_on_the_pages(folder: Path, language: str) -> None:
    desk = desk_of(folder, language)
    missed = desk.session.results["verdicts"].query("verdict != 'met'")["objective"].tolist()
    assert [id for _, id in desk.controls.missed.options] == missed
    plan = load_plan(folder)
    every = relaxations(plan)
    for id in (every[0].objective, next(id for id in missed if id not in {way.objective for way in every})):
        desk.controls.missed.value = id
        found = seek(desk, "seek_target")
        assert plan.label("objectives", id, language) in found
        own = tables.relaxations(plan, [one for one in every if one.objective == id], language)
        said = own.iloc[:, 1:].to_numpy().ravel() if len(own) else [say("desk.no_way", language)]
        assert all(text in found for text in said)
        assert desk.controls.use_amount.layout.display == "none"
    assert desk.session.changes == {}


def test_a_desk_on_which_every_target_is_met_seeks_for_none(folder: Path) -> None:
    desk = desk_of(folder)
    shown = desk.controls.buttons["seek_target"].layout
    assert shown.display == ""
    desk.step({f"objectives.{row.id}.{end}": {"value": 0.001 if row.kind != "count" else 1}
               for row in desk.session.plan.tables.objectives for end in ("target_low", "target_high")})  # fmt: skip
    assert desk.controls.message.value == "" and desk.controls.missed.options == () and shown.display == "none"


def test_without_ceilings_no_amount_is_sought(tmp_path: Path) -> None:
    plan = Path(shutil.copytree(ROOT / "tests" / "plans" / "new_province", tmp_path / "plan"))
    (plan / "ceilings.csv").unlink()
    desk = desk_of(plan)
    assert seek(desk, "seek_amount") == say("sentence.no_ceilings", "vi")
    assert desk.controls.use_amount.layout.display == "none"


def test_while_it_seeks_the_desk_is_used_on_and_a_search_can_be_stopped(folder: Path) -> None:
    desk = desk_of(folder, "en")
    heard: list[tuple[int, int]] = []
    going, go_on = Event(), Event()

    def seek_long(changes: Any, results: Any, on_step: Any) -> Any:
        answer = seek_relaxations("delegates", changes, results, on_step)
        going.set()
        assert go_on.wait(60)
        heard.append((7, 9))
        on_step(7, 9)
        return answer

    desk._seek(seek_long)
    assert going.wait(60)
    assert desk.controls.buttons["seek_amount"].disabled and desk.controls.buttons["stop"].layout.display == ""
    before = desk.controls.headline.value
    desk.step(MONEY)
    assert desk.controls.headline.value != before
    desk.controls.buttons["stop"].click()
    assert desk.controls.seek_state.value == say("desk.stopping", "en")
    go_on.set()
    desk.seeking.thread.join(60)
    assert heard and desk.answer is None and desk.controls.found.value == "" and desk.controls.message.value == ""
    assert not desk.controls.buttons["seek_amount"].disabled and desk.controls.seek_bar.layout.display == "none"


def test_how_far_it_is_is_told(folder: Path, tmp_path: Path) -> None:
    desk = desk_of(folder)
    desk.controls.show_seeking("…")
    for step, said in (((3, 12), "3 / 12"), ((40, 0), "40")):
        desk.controls.show_seek_step(*step)
        assert desk.controls.seek_state.value == said and desk.controls.seek_bar.value == step[0]
    steps: list[tuple[int, int]] = []
    results = desk.session.results
    with use_store(Store(tmp_path / "empty")):  # what is recalled makes no step
        Seeking(partial(seek_amount, {}, results), lambda *step: steps.append(step), lambda *_: None).thread.join(60)
    assert steps and steps[0][0] > 0


def test_a_search_that_fails_is_said(folder: Path) -> None:
    desk = desk_of(folder, "en")
    seek_nobody = partial(seek_relaxations, "delegates")
    desk._seek(lambda changes, results, on_step: seek_nobody(changes, None, on_step))
    desk.seeking.thread.join(60)
    assert 'role="alert"' in desk.controls.message.value and not desk.controls.buttons["seek_amount"].disabled


def test_what_was_sought_is_kept_in_the_store(folder: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store", worth=0.0)
    with use_store(store):
        desk = desk_of(folder)
        found = seek(desk, "seek_amount"), seek(desk, "seek_target")
        kept = {path.name.partition(".")[0] for path in store.folder.glob("*.npz")}
        assert {"goal_seek", "relaxations"} <= kept
        again = desk_of(folder)
        assert (seek(again, "seek_amount"), seek(again, "seek_target")) == found
