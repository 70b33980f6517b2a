"""The first sheet of an input workbook: what each sheet is, in which order to fill them, and how cells are typed."""

from __future__ import annotations

from collections.abc import Mapping

from trainplan.plan.description import TableDescription
from trainplan.plan.schema import BASIS_KINDS
from trainplan.sheets.workbook import SheetColumn, Workbook
from trainplan.text.catalog import LANGUAGES, say

GUIDE = "guide"
WIDTHS = (24, 28, 60, 26)  # letters
LINES = ("heads", "numbers", "percent", "dates", "empty_cells", "ids", "rows", "basis", "files", "check")


def add_guide(book: Workbook, described: Mapping[str, Mapping[str, TableDescription]]) -> None:
    """Adds the guide, in one language after the other; `described` are the tables by language and name."""
    page = book.add_page(GUIDE, WIDTHS)
    for language in LANGUAGES:
        tables = described[language].values()
        needed = ", ".join(table.name for table in tables if table.required)
        page.add_title(say("input_book.title", language))
        page.add_line(say("input_book.order_label", language), say("input_book.order", language, tables=needed))
        for line in LINES:
            page.add_line(say(f"input_book.{line}_label", language), say(f"input_book.{line}", language))
        for kind in BASIS_KINDS:
            page.add_line(f"{kind}:", say(f"input_book.basis_{kind}", language))
        columns = {
            "sheet": [table.name for table in tables],
            "name": [table.label for table in tables],
            "about": [table.about for table in tables],
            "must": [say(f"input_book.must_{'yes' if table.required else 'no'}", language) for table in tables],
        }
        heads = {key: say(f"input_book.head_{key}", language) for key in columns}
        page.add_table(
            say("input_book.sheets", language), [SheetColumn(heads[key], cells) for key, cells in columns.items()]
        )
        page.add_line("", "")
