"""Every result table of a scenario in one Excel file: formatted, heads frozen, a cover that says what it is."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from trainplan.report.sentences import headline
from trainplan.report.tables import changes
from trainplan.results.tables import Results
from trainplan.storage.files import write_bytes
from trainplan.storage.provenance import versions
from trainplan.text.catalog import say
from trainplan.text.words import old_say

CREATED = datetime(2011, 12, 30)  # of the file's properties: the same results give the same bytes
NAMED = {"group": "groups", "objective": "objectives", "program": "programs", "source": "sources"}
SHARES = ("coverage", "target_path", "best_reachable", "needed", "deliverable", "affordable")
WIDEST = 60
SHEETS = {
    "cover": ("Trang đầu", "Cover"),
    "workforce": ("Nhân lực", "Workforce"),
    "enrollment": ("Học viên", "Enrollment"),
    "classes": ("Lớp học", "Classes"),
    "cost": ("Chi phí", "Cost"),
    "budget": ("Kinh phí", "Budget"),
    "gap": ("Khoảng cách", "Gaps"),
    "verdicts": ("Kết luận", "Verdicts"),
    "commitments": ("Chi sau kỳ", "Commitments"),
    "lines": ("Ba đường", "Three lines"),
    "optimum": ("Tối ưu", "Optimum"),
    "marginal_values": ("Giá trị của tiền", "Value of money"),
}
HEADS = {
    "learners": ("Học viên đang học", "Learners"),
    "classes": ("Lớp đang mở", "Classes"),
    "deliverable_vnd": ("Đáp ứng được (đồng)", "Deliverable (VND)"),
    "funded_vnd": ("Có kinh phí (đồng)", "Funded (VND)"),
    "ceiling_vnd": ("Trần (đồng)", "Ceiling (VND)"),
    "shortfall_vnd": ("Thiếu (đồng)", "Shortfall (VND)"),
    "vnd": ("Số tiền (đồng)", "Amount (VND)"),
    "base": ("Số người trong nhóm", "Base"),
    "target_path": ("Lộ trình", "Target path"),
    "met": ("Đạt", "Met"),
    "weighted_shortfall": ("Số người thiếu (có trọng số)", "Weighted people short"),
    "bound": ("Cận dưới đã chứng minh", "Bound that is proved"),
    "people_years_per_billion": ("Lượt người/năm thêm cho mỗi tỷ đồng", "People-years a billion VND"),
}
COVER = {
    "plan": ("Kế hoạch", "Plan"),
    "date": ("Ngày ghi tệp", "Written on"),
    "years": ("Các năm", "Years"),
    "changes": ("Các thay đổi so với kế hoạch gốc", "Changes from the plan itself"),
    "versions": ("Phiên bản", "Versions"),
    "note": (
        "Số liệu không làm tròn; ô chỉ hiển thị ngắn gọn. Số liệu giả định được ghi trong sổ đăng ký căn cứ.",
        "Numbers are not rounded, only shown so. What is assumed is in the register of bases.",
    ),
}


def write_excel(results: Results, path: Path, language: str, title: str, today: date) -> Path:
    """Writes the workbook, whole or not at all; OutputError where the file is open elsewhere or the disk is full."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"title": title, "created": CREATED})
    looks = _looks(book)
    _cover(book, looks, results, language, title, today)
    for stem, frame in results.tables.items():
        _sheet(book, looks, stem, with_names(frame, results, language), language)
    book.close()
    return write_bytes(path, buffer.getvalue())


def _word(words: dict[str, tuple[str, str]], key: str, language: str) -> str:
    return words[key][language == "en"] if key in words else old_say(key, language)


def _looks(book: Any) -> dict[str, Any]:
    styles: dict[str, dict[str, Any]] = {
        "head": {"bold": True, "text_wrap": True, "valign": "top", "bottom": 2, "bg_color": "#f4f6f9"},
        "title": {"bold": True, "font_size": 15},
        "label": {"bold": True, "valign": "top"},
        "text": {"text_wrap": True, "valign": "top"},
        "people": {"num_format": "#,##0.0"},
        "whole": {"num_format": "#,##0"},
        "money": {"num_format": "#,##0"},
        "share": {"num_format": "0.0%"},
        "year": {"num_format": "0"},
        "any": {"num_format": "General", "align": "left", "valign": "top"},
    }
    return {name: book.add_format(style) for name, style in styles.items()}


def with_names(frame: pd.DataFrame, results: Results, language: str) -> pd.DataFrame:
    """The table with the name of each group, target, program or source beside its id."""
    shown = frame.copy()
    for column, table in NAMED.items():
        if column in shown:
            names = [results.plan.label(table, id, language) for id in shown[column]]
            names = [say("word.total", language) if n == "total" else n for n in names]
            shown.insert(shown.columns.get_loc(column) + 1, f"{column}_name", names)
    return shown


def _sheet(book: Any, looks: dict[str, Any], stem: str, frame: pd.DataFrame, language: str) -> None:
    sheet = book.add_worksheet(_word(SHEETS, stem, language)[:31])
    sheet.freeze_panes(1, 0)
    for c, column in enumerate(frame.columns):
        head = _head(column, language)
        sheet.write_string(0, c, head, looks["head"])
        look = looks[_kind(stem, column)]
        cells = [_cell(value, column, language) for value in frame[column].tolist()]
        for r, value in enumerate(cells, 1):
            if isinstance(value, str):
                sheet.write_string(r, c, value)
            elif value is not None:
                sheet.write_number(r, c, value, look)
        texts = [len(v) for v in cells if isinstance(v, str)]
        sheet.set_column(c, c, min(WIDEST, max([14, len(head) * 0.7, *texts])))
    if len(frame):
        sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _head(column: str, language: str) -> str:
    if column.endswith("_name"):
        return old_say(column.removesuffix("_name"), language)
    if column in NAMED:
        return f"{old_say(column, language)} (id)"
    return _word(HEADS, column, language)


def _kind(stem: str, column: str) -> str:
    """How a column of numbers looks: people, VND, a share or a year."""
    if column in ("year", "due", "latest_start"):
        return "year"
    if column.endswith("vnd"):
        return "money"
    if column == "coverage" or (column in SHARES and stem in ("lines", "gap", "verdicts")):
        return "share"
    if stem in ("optimum", "marginal_values"):
        return "people"
    return "people" if stem in ("workforce", "enrollment", "gap", "verdicts") or column == "learners" else "whole"


def _cell(value: Any, column: str, language: str) -> str | float | None:
    """A cell as Excel takes it: text stays text, nothing stays empty."""
    if value is None or value is pd.NA or value != value:
        return None
    if isinstance(value, bool):
        return {True: {"vi": "có", "en": "yes"}, False: {"vi": "không", "en": "no"}}[value][language]
    if isinstance(value, str):
        return old_say(value, language) if column in ("verdict", "binds") and value else value
    return float(value)


def _cover(book: Any, looks: dict[str, Any], results: Results, language: str, title: str, today: date) -> None:
    """What this file is: plan, scenario, answer, date, changes and versions."""
    sheet = book.add_worksheet(_word(SHEETS, "cover", language))
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 3, 32)
    plan, row = results.plan, 0
    sheet.write_string(row, 0, title, looks["title"])
    facts = [
        (_word(COVER, "plan", language), plan.title(language)),
        (_word(COVER, "years", language), f"{plan.first}–{plan.last}"),
        (_word(COVER, "date", language), f"{today:%d/%m/%Y}" if language == "vi" else today.isoformat()),
        *(("", sentence) for sentence in headline(results, language)),
        ("", _word(COVER, "note", language)),
    ]
    for row, (label, text) in enumerate(facts, 2):
        sheet.write_string(row, 0, label, looks["label"])
        sheet.merge_range(row, 1, row, 3, "", looks["text"])
        sheet.write_string(row, 1, text, looks["text"])
    row = _block(sheet, looks, row + 2, _word(COVER, "changes", language), changes(plan, language))
    used = pd.DataFrame({"": list(versions()), " ": list(versions().values())})
    _block(sheet, looks, row + 1, _word(COVER, "versions", language), used)


def _block(sheet: Any, looks: dict[str, Any], row: int, title: str, frame: pd.DataFrame) -> int:
    """A titled table of text; returns the row after it."""
    sheet.write_string(row, 0, title, looks["label"])
    for c, column in enumerate(frame.columns):
        sheet.write_string(row + 1, c, str(column), looks["head"])
        for r, value in enumerate(frame[column]):
            sheet.write_string(row + 2 + r, c, str(value), looks["text"])
    return row + 2 + len(frame)
