"""Scenarios on the desk in a real browser: seen beside, asked about, deleted; and money sought and put on its lever."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from servers import PLAN, TOKEN, chromium, desk_folder, moved, voila

pytestmark = pytest.mark.browser


def button(page: Any, words: str) -> Any:
    return page.locator(".tp-desk").get_by_role("button", name=words, exact=True)


def test_scenarios_are_kept_and_money_is_sought(tmp_path: Path) -> None:
    folder = desk_folder(tmp_path)
    scenarios = folder / "params" / PLAN / "scenarios"
    with voila(folder) as url, chromium(1280, 1000) as (page, seen):
        page.goto(f"{url}?token={TOKEN}")
        moved(page, 1)
        page.get_by_label("Chi phí tăng 20% (costs_up)").check()
        page.get_by_role("cell", name="Chi phí tăng 20%", exact=True).wait_for()

        button(page, "Tìm hạn mức ít nhất mỗi năm").click()
        button(page, "Đặt hạn mức mỗi năm: 18,471 tỷ đồng").click()
        moved(page, 2)
        assert page.locator(".tp-lever-money_total input").first.input_value() == "18,471"
        button(page, "Tìm cách đạt chỉ tiêu này").click()
        page.get_by_text("Cách đạt chỉ tiêu:").wait_for()

        page.get_by_label("Tên phương án (tiếng Việt)").first.fill("Phương án cơ sở")
        button(page, "Lưu thành phương án").click()
        page.get_by_text("đã dùng cho phương án khác (base)").wait_for()
        button(page, "Giữ nguyên").click()

        page.get_by_label("Phương án", exact=True).select_option(label="Chi phí tăng 20% (costs_up)")
        page.get_by_text("Lưu lần cuối:").wait_for()
        button(page, "Xóa").click()
        button(page, "Xóa “costs_up”").click()
        page.locator(".tp-message.done", has_text="costs_up").wait_for()
        assert not (scenarios / "costs_up.yaml").exists() and (scenarios / "late_start.yaml").exists()
        assert page.get_by_role("cell", name="Chi phí tăng 20%", exact=True).count() == 0

        page.reload()
        page.get_by_text("15 → 18,471 tỷ đồng").wait_for()
        assert seen.complaints == []
