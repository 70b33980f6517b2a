"""The first sheet of an input workbook: what each sheet is, in which order to fill them, and how cells are typed."""

from __future__ import annotations

from collections.abc import Collection

from trainplan.plan.description import TableDescription
from trainplan.plan.schema import BASIS_KINDS
from trainplan.text.catalog import say

GUIDE = "guide"
GUIDE_WIDTHS = (20, 105)  # of its columns, in letters
LINES = ("heads", "numbers", "percent", "dates", "empty_cells", "ids", "rows")
OF_A_WHOLE_PLAN, OF_DATA = ("files", "check"), ("check_data",)  # whether plan.yaml is in the workbook, or beside it


def guide_lines(tables: Collection[TableDescription], language: str, whole: bool) -> tuple[str, dict[str, str]]:
    """(title, texts by their labels) of the guide in a language; `tables` are all of them, described in it.

    `whole`: the workbook holds plan.yaml too.
    """
    needed = ", ".join(table.name for table in tables if table.required)
    order = {say("input_book.order_label", language): say("input_book.order", language, tables=needed)}
    all_lines = (*LINES, *(OF_A_WHOLE_PLAN if whole else OF_DATA), "basis")
    lines = {say(f"input_book.{line}_label", language): say(f"input_book.{line}", language) for line in all_lines}
    kinds = {f"{kind}:": say(f"input_book.basis_{kind}", language) for kind in BASIS_KINDS}
    sheets = {}
    for table in tables:
        key = "input_book.sheet_needed" if table.required else "input_book.sheet_optional"
        sheets[table.name] = say(key, language, name=table.label, about=table.about.replace("`", ""))
    return say("input_book.title", language), {**order, **lines, **kinds, "": "", **sheets}
