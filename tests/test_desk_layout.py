"""What a planner sees while a lever is moved, at 1024 by 768: the answer beside it, the head above, one scroll bar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from servers import PLAN, TOKEN, chromium, desk_folder, lab, moved, run_all, voila
from trainplan.desk.widgets import BESIDE
from trainplan.plan.levers import plan_levers
from trainplan.plan.plan import load_plan

pytestmark = pytest.mark.browser

WIDTH, HEIGHT = 1024, 768
ANSWERS = {"cost": ".money svg.w720", "due": ".due .w720", "coverage": ".coverage svg.w720"}
SCROLLING = """
() => [...document.querySelectorAll('*')]
  .filter(element => element.querySelector('.tp-desk') || element.closest('.tp-desk'))
  .filter(element => /auto|scroll/.test(getComputedStyle(element).overflowY))
  .filter(element => element.scrollHeight > element.clientHeight + 1).length
"""
NAMELESS = re.compile(r"^ *- '?(?:slider|textbox|combobox|button)(?! ['\"]?\S)", re.MULTILINE)


def edges(page: Any, selector: str) -> tuple[float, float]:
    """Where an element begins and ends, pixels from the upper edge of the window."""
    box = page.locator(f".tp-desk {selector}").bounding_box()
    return box["y"], box["y"] + box["height"]


def test_the_head_and_the_answer_stay_in_jupyterlab_too(tmp_path: Path) -> None:
    """Before the others: there is one browser at a time. A wider one, since the list of files stands beside."""
    with lab(desk_folder(tmp_path)) as url, chromium() as (page, _):
        run_all(page, url)
        for lever, answer in (("unit_costs", ANSWERS["cost"]), ("due_commune_cadres", ANSWERS["due"])):
            page.locator(f".tp-lever-{lever}").evaluate("e => e.scrollIntoView({block: 'center'})")
            (head_top, head_end), (top, end) = edges(page, ".tp-head"), edges(page, answer)
            assert head_top >= 0 and head_end <= top and end <= 1000, lever


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The page of a desk served as an application."""
    with voila(desk_folder(tmp_path_factory.mktemp("desk"))) as url, chromium(WIDTH, HEIGHT) as (page, seen):
        page.goto(f"{url}?token={TOKEN}")
        moved(page, 1)
        yield page
        assert seen.complaints == []


def moves(page: Any) -> int:
    return int(page.locator(".tp-done").get_attribute("data-moves"))


def move_all(page: Any) -> Iterator[tuple[str, str]]:
    """Moves every slider one step by keyboard, one after the other: its lever, and what shows the answer."""
    section_of = {group: section for groups, section in BESIDE for group in groups}
    for lever in plan_levers(load_plan(PLAN)):
        if not lever.lever.is_choice:
            name = f".tp-lever-{lever.lever.id}"
            before = moves(page)
            page.locator(f"{name} .noUi-handle").press("ArrowLeft" if lever.start == lever.lever.high else "ArrowRight")
            moved(page, before + 1)
            yield name, ANSWERS[section_of[lever.lever.group]]


def test_the_answer_that_a_lever_changes_is_in_view_while_it_is_moved(desk: Any) -> None:
    seen = 0
    for lever, answer in move_all(desk):
        (head_top, head_end), (top, end) = edges(desk, ".tp-head"), edges(desk, answer)
        assert head_top >= 0 and head_end <= top, lever
        assert end <= HEIGHT, (lever, answer, end)
        at, _ = edges(desk, f"{lever} .noUi-handle")
        assert head_end <= at <= HEIGHT, lever
        seen += 1
    assert seen > 15
    assert desk.evaluate(SCROLLING) == 1


def test_whoever_listens_hears_names_and_amounts(desk: Any) -> None:
    back = desk.locator(".tp-desk").get_by_role("button", name="Về phương án cơ sở")
    if back.is_enabled():  # another test may have moved something before
        back.click()
    desk.wait_for_function("!document.querySelector('.tp-lever .moved')")
    handle = desk.locator(".tp-lever-money_total .noUi-handle")
    before = moves(desk)
    handle.press("ArrowRight")
    moved(desk, before + 1)
    words = "e => [e.getAttribute('aria-label'), e.getAttribute('aria-valuetext')]"
    assert handle.evaluate(words) == ["Hạn mức kinh phí mỗi năm, tất cả các nguồn (tỷ đồng)", "15,5 tỷ đồng"]
    for lever, spoken in (("money_province", "không giới hạn"), ("inflation", "0%"), ("due_annual", "2015")):
        assert desk.locator(f".tp-lever-{lever} .noUi-handle").get_attribute("aria-valuetext") == spoken
    assert NAMELESS.findall(desk.locator(".tp-desk").aria_snapshot()) == []


def test_a_ceiling_is_typed_for_one_year(desk: Any) -> None:
    lever = desk.locator(".tp-lever-money_province")
    lever.get_by_role("button", name=re.compile("^Nhập từng năm")).click()
    field, before = lever.get_by_label(re.compile("^2013: ")), moves(desk)
    field.fill("6,5")
    field.press("Enter")
    moved(desk, before + 1)
    assert "2013" in desk.locator(".tp-change", has_text="6.500.000.000").inner_text()
    assert lever.get_by_label(re.compile("^2014: ")).input_value() == ""


def test_the_white_room_above_the_head_lies_over_no_button(desk: Any) -> None:
    """The head's shadow hides what scrolls under it; the buttons before it may take several lines."""
    ends = desk.evaluate("""() => {
      window.scrollTo(0, 0); document.querySelectorAll('*').forEach(e => e.scrollTop = 0);
      const head = document.querySelector('.tp-head'), shadow = getComputedStyle(head).boxShadow;
      const before = [...document.querySelectorAll('.tp-desk button')].filter(e => e.offsetParent &&
        (e.compareDocumentPosition(head) & Node.DOCUMENT_POSITION_FOLLOWING));
      return [shadow, head.getBoundingClientRect().top, ...before.map(e => e.getBoundingClientRect().bottom)]; }""")
    shadow, top, *bottoms = ends
    room = -float(re.search(r"(-?[\d.]+)px 0px 0px", shadow)[1])
    assert room == 20 and len(bottoms) > 5 and max(bottoms) <= top - room
