"""Charts that a spreadsheet draws from its own cells: columns stacked by year, and a line over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 960, 560  # pixels
ROWS_EACH = 30  # of a sheet, that a chart takes with a space after it
LETTERS = {"name": "Calibri", "size": 9}
GAP = 60  # percent of a column's width between columns


@dataclass(frozen=True)
class Series:
    """A row of a table that is drawn: its number (0 is the first under the heading) and how it looks.

    `pattern`, as Excel names it, tells columns apart where colors are grey; none is a plain color. `name` stands in the
    legend in place of the row's own; one that is not `in_legend` stands there not at all.
    """

    row: int
    color: str
    pattern: str = ""
    name: str = ""
    in_legend: bool = True


@dataclass(frozen=True)
class StackedChart:
    """Rows of a table as columns stacked in the order of `bars`, under the `line`.

    `unit` stands beside the axis of values, whose numbers have the format of a spreadsheet `axis_format`.
    """

    title: str
    unit: str
    axis_format: str
    bars: Sequence[Series]
    line: Series | None = None


def draw_chart(book: Any, sheet: str, columns: range, chart: StackedChart) -> Any:
    """A chart of a sheet's columns, named by the one before them, to be inserted into the XlsxWriter workbook."""
    drawn = book.add_chart({"type": "column", "subtype": "stacked"})
    for bar in chart.bars:
        border = {"color": "#ffffff", "width": 0.5}
        drawn.add_series({**_cells(sheet, columns, bar), "gap": GAP, "border": border, **_filling(bar)})
    if chart.line:
        line, color = book.add_chart({"type": "line"}), chart.line.color
        marker = {"type": "diamond", "size": 7, "fill": {"color": color}, "border": {"color": color}}
        style = {"line": {"color": color, "width": 2}, "marker": marker}
        line.add_series({**_cells(sheet, columns, chart.line), **style})
        drawn.combine(line)
    drawn.set_title({"name": chart.title, "name_font": {**LETTERS, "size": 12}})
    drawn.set_x_axis({"num_font": LETTERS})
    grid = {"visible": True, "line": {"color": "#d9d9d9"}}
    words = {"name": chart.unit, "name_font": LETTERS, "num_font": LETTERS, "num_format": chart.axis_format}
    drawn.set_y_axis({**words, "min": 0, "major_gridlines": grid})
    left_out = [n for n, bar in enumerate(chart.bars) if not bar.in_legend]
    drawn.set_legend({"position": "right", "font": LETTERS, "delete_series": left_out})
    drawn.set_size({"width": WIDTH, "height": HEIGHT})
    return drawn


def _cells(sheet: str, columns: range, series: Series) -> dict[str, Any]:
    """Where a series has its name, its years and its values."""
    row, first, last = series.row + 1, columns[0], columns[-1]
    return {
        "name": series.name or [sheet, row, first - 1],
        "categories": [sheet, 0, first, 0, last],
        "values": [sheet, row, first, row, last],
    }


def _filling(series: Series) -> dict[str, Any]:
    if not series.pattern:
        return {"fill": {"color": series.color}}
    return {"pattern": {"pattern": series.pattern, "fg_color": series.color, "bg_color": "#ffffff"}}
