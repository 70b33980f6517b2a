"""The desk in a real browser: in JupyterLab from the first move to the saved scenario, and shortly in Voilà."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import psutil
import pytest

from servers import PLAN, TOKEN, chromium, desk_folder, lab, moved, run_all, voila
from trainplan.cli import main
from trainplan.plan.plan import load_plan
from trainplan.results.tables import compute
from trainplan.storage.tables import write_tables

pytestmark = pytest.mark.browser


def facts(page: Any) -> list[str]:
    """The numbers of the headline."""
    return page.locator(".tp-desk .fact > b").all_inner_texts()


def figure(page: Any) -> str:
    return str(page.locator(".tp-desk .money svg.w720").evaluate("e => e.outerHTML"))


def field(page: Any, label: str) -> Any:
    """A field by its description on screen."""
    return page.locator(".tp-desk .widget-text", has=page.locator("label", has_text=re.compile(f"^{label}$"))).locator(
        "input"
    )


def button(page: Any, words: str) -> Any:
    return page.locator(".tp-desk").get_by_role("button", name=words, exact=True)


def outside(requests: list[str], url: str) -> list[str]:
    here = url.split("/")[2]
    return [r for r in requests if not r.startswith(("data:", "blob:")) and r.split("/")[2] != here]


def test_a_planner_moves_explains_saves_and_finds_the_same_numbers(tmp_path: Path) -> None:
    folder = desk_folder(tmp_path)
    plan = folder / "params" / PLAN
    with lab(folder) as url, chromium() as (page, seen):
        run_all(page, url)
        before, drawn = facts(page), figure(page)

        page.locator(".tp-lever-money_total .noUi-handle").press("ArrowRight")
        moved(page, 2)
        after = facts(page)
        assert after != before and figure(page) != drawn
        assert page.locator(".tp-lever-money_total input").first.input_value() == "15,5"
        assert "15 tỷ đồng → 15,5 tỷ đồng" in page.locator(".tp-change").inner_text()

        page.locator(".tp-change input").fill("ngân sách bổ sung")
        page.locator(".tp-change input").press("Enter")
        moved(page, 3)
        field(page, r"Tên phương án \(tiếng Việt\)").fill("Thêm nửa tỷ đồng")
        button(page, "Lưu thành phương án").click()
        page.locator(".tp-message.done", has_text="them_nua_ty_dong").wait_for()

        button(page, "Về phương án cơ sở").click()
        moved(page, 4)
        assert facts(page) == before
        page.locator(".tp-desk select").nth(1).select_option(label="Thêm nửa tỷ đồng (them_nua_ty_dong)")
        button(page, "Mở").click()
        moved(page, 5)
        assert facts(page) == after
        assert page.locator(".tp-change input").input_value() == "ngân sách bổ sung"
        assert seen.complaints == [] and outside(seen.requests, url) == []

    assert main(["tables", str(plan), "--scenario", "them_nua_ty_dong", "--output", str(tmp_path / "saved")]) == 0
    changes = {f"ceilings.{year}/total.ceiling_vnd": 15_500_000_000 for year in load_plan(plan).open_years}
    paths = write_tables(compute(load_plan(plan, "base", changes)).tables, tmp_path / "seen")
    assert len(paths) == 9
    for path in paths:
        assert (tmp_path / "saved" / path.name).read_bytes() == path.read_bytes(), path.name


def test_what_goes_wrong_is_said_and_a_draft_outlives_the_kernel(tmp_path: Path) -> None:
    folder = desk_folder(tmp_path, language="en")
    (folder / "params" / PLAN / "scenarios" / "torn.yaml").write_text("title: {vi: a", "utf-8")
    with lab(folder) as url, chromium() as (page, seen):
        run_all(page, url)
        typed = page.locator(".tp-lever-money_total input").first
        typed.fill("99")
        typed.press("Enter")
        page.locator('.tp-message[role="alert"]', has_text="a number from 5 to 30 bn VND").wait_for()
        typed.fill("17.5")
        typed.press("Enter")
        moved(page, 2)
        page.locator(".tp-desk select").nth(1).select_option(label="torn")
        button(page, "Load").click()
        page.locator('.tp-message[role="alert"]', has_text="this is not YAML").wait_for()
        assert typed.input_value() == "17.5"
        assert seen.complaints == []
        page.locator(".tp-desk").evaluate("e => e.remove()")
        page.get_by_role("menuitem", name="Kernel", exact=True).click()
        page.locator('.lm-Menu-item[data-command="kernelmenu:restart"]').click()
        page.locator(".jp-Dialog .jp-mod-accept").click()
        page.locator(".jp-Dialog").wait_for(state="detached")
        run_all(page, "")
        button(page, "Open the draft again").click()
        moved(page, 2)
        assert page.locator(".tp-lever-money_total input").first.input_value() == "17.5"


def test_the_desk_as_an_application(tmp_path: Path) -> None:
    folder = desk_folder(tmp_path)
    with voila(folder) as url, chromium() as (page, seen):
        page.goto(f"{url}?token={TOKEN}")
        moved(page, 1)
        before, drawn = facts(page), figure(page)
        page.locator(".tp-lever-money_total .noUi-handle").press("ArrowRight")
        moved(page, 2)
        assert facts(page) != before and figure(page) != drawn
        assert seen.complaints == [] and outside(seen.requests, url) == []
        (server,) = (process for process in psutil.Process().children() if "serve_desk(" in " ".join(process.cmdline()))
        kernels = server.children()
        page.goto("about:blank")
        (ended,) = psutil.wait_procs(kernels, 20)[0]
        assert ended in kernels, "the page that is left ends its kernel, and that which waits for the next one stays"
        said = (folder / "voila.log").read_text("utf-8")
        assert "Culling '" not in said
