"""How pictures look: the paper, and the pieces that figures share.

Places on the paper are told in inches from its upper edge (`down`, `above`) or lower edge (`below`), since the height
follows the number of rows; places from the left are shares of the width, which is always that of the page.
"""

from __future__ import annotations

import io
import math
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter

from trainplan.report.colors import FAINT, INK, PAPER
from trainplan.text.formats import percent

matplotlib.rcParams["text.hinting"] = "none"  # hinted, small bold letters grow serifs
matplotlib.rcParams["text.parse_math"] = False  # a dollar sign in a name is a dollar sign
WIDTH, DPI = 7.3, 130  # inches: the text width of A4 with its margins
SMALL, NORMAL, LARGE = 7, 8, 9


@dataclass(frozen=True)
class Picture:
    """A matplotlib figure, the name of its file, and its message in words for who cannot see it."""

    name: str
    figure: Figure
    alt: str

    def png(self) -> bytes:
        """The figure as a PNG file, the same bytes whenever the same figure is drawn."""
        buffer = io.BytesIO()
        self.figure.savefig(buffer, format="png", metadata={"Software": None})
        return buffer.getvalue()


# --- paper and axes


@dataclass(frozen=True)
class Margins:
    """Where axes lie: ends as shares of the width, inches `above` and `below`, spaces between as shares of the axes."""

    left: float
    right: float
    above: float
    below: float
    wspace: float | None = None
    hspace: float | None = None


def canvas(height: float, margins: Margins, rows: int = 1, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """A figure of the page's width, `height` in inches, and its axes, row by row, without a frame but the base line."""
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor=PAPER)
    axes = figure.subplots(rows, columns, squeeze=False)
    top, bottom = 1 - margins.above / height, margins.below / height
    figure.subplots_adjust(margins.left, bottom, margins.right, top, margins.wspace, margins.hspace)
    flat = list(axes.ravel())
    for ax in flat:
        for side in ("top", "right", "left"):
            ax.spines[side].set_visible(False)
        ax.spines["bottom"].set_color(FAINT)
        ax.tick_params(labelsize=SMALL, length=0, colors=INK)
        ax.set_axisbelow(True)
    return figure, flat


def named_rows(
    names: Sequence[str],
    margins: Margins,
    *,
    head: float,
    each: float,
    columns: int = 1,
    width: int = 48,
    lines: int = 1,
    size: float = NORMAL,
) -> tuple[Figure, list[Axes]]:
    """Axes side by side with a row at 0, 1, … for each name, from the top down, and no other scale or line.

    The height in inches is `head` and `each` for every row, and one row where there is no name. The names stand left of
    the first axes, in at most `lines` of `width` letters.
    """
    figure, axes = canvas(head + each * max(1, len(names)), margins, 1, columns)
    for ax in axes:
        ax.set_xticks([])
        ax.set_yticks([])
        ax.set_ylim(max(1, len(names)) - 0.5, -0.5)
        ax.spines["bottom"].set_visible(False)
    axes[0].set_yticks(range(len(names)), [wrapped(name, width, lines) for name in names], fontsize=size)
    return figure, axes


def name_columns(ax: Axes, names: Iterable[object], size: float = NORMAL, rotation: float = 0) -> None:
    """Names above the columns at 0, 1, … of a matrix, upright or slanted."""
    slanted: dict[str, Any] = {"rotation": rotation, "ha": "left", "va": "bottom", "rotation_mode": "anchor"}
    texts = [str(name) for name in names]
    ax.set_xticks(range(len(texts)), texts, fontsize=size, **(slanted if rotation else {}))
    ax.xaxis.tick_top()


def year_columns(years: Iterable[object], height: float, margins: Margins, size: float) -> tuple[Figure, Axes]:
    """Axes with a place at 0, 1, … for each year, and no vertical scale: bars carry their values."""
    figure, (ax,) = canvas(height, margins)
    names = [str(year) for year in years]
    ax.set_xticks(range(len(names)), names, fontsize=size)
    ax.set_yticks([])
    return figure, ax


def small_multiples(
    titles: Sequence[str], margins: Margins, *, head: float, each: float, columns: int, width: int, lines: int
) -> tuple[Figure, list[Axes]]:
    """Axes with a title each, `columns` to a row; the height in inches is `head` and `each` for every row."""
    rows = math.ceil(len(titles) / columns)
    figure, axes = canvas(head + each * rows, margins, rows, columns)
    for ax, title in zip(axes, titles, strict=False):
        ax.set_title(wrapped(title, width, lines), fontsize=SMALL, loc="left", color=INK)
    for ax in axes[len(titles) :]:
        ax.set_visible(False)
    return figure, axes[: len(titles)]


def percent_ticks(axis: Axis, language: str) -> None:
    """Ticks of an axis of shares as percentages, with the decimals that tell them apart."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: percent(value, language, _tick_digits(axis, 0.01))))


def _tick_digits(axis: Axis, unit: float) -> int:
    """The fewest decimals in `unit` that write the steps of an axis exactly."""
    steps = np.diff(axis.get_majorticklocs()) / unit
    return next((digits for digits in range(6) if np.allclose(steps, steps.round(digits), rtol=0, atol=1e-6)), 6)


# --- words


def wrapped(text: str, width: int, lines: int = 3) -> str:
    """Text in lines of at most `width` letters; what does not fit in `lines` ends with …"""
    kept = textwrap.wrap(text, width, max_lines=lines, placeholder=" …")
    if kept and kept[-1] == "…":  # a word that fills the line would be left out whole
        kept[-1] = textwrap.wrap(text, width)[len(kept) - 1][: width - 2] + " …"
    return "\n".join(kept)


def write(
    figure: Figure, x: float, down: float, text: str, color: str = FAINT, size: float = NORMAL, **style: Any
) -> None:
    """A line of words on the paper."""
    figure.text(x, 1 - down / figure.get_figheight(), text, fontsize=size, color=color, **style)


def write_key(figure: Figure, x: float, down: float, text: str, color: str, size: float = NORMAL, **style: Any) -> None:
    """A line of a legend: the mark and its meaning, in the mark's color."""
    write(figure, x, down, text, color, size, fontweight="bold", **style)


def label_bars(ax: Axes, x: Iterable[float], tops: Iterable[float], texts: Iterable[str], **style: Any) -> None:
    """A label above each upright bar."""
    for xi, top, text in zip(x, tops, texts, strict=True):
        ax.text(xi, top, text, **{"ha": "center", "va": "bottom", "fontsize": SMALL, **style})


def label_rows(ax: Axes, ends: Iterable[float], texts: Iterable[str], **style: Any) -> None:
    """A label at the end of each row, from row 0 on."""
    for row, (end, text) in enumerate(zip(ends, texts, strict=True)):
        ax.text(end, row, text, **{"va": "center", "fontsize": SMALL, **style})


def label_point(ax: Axes, point: tuple[float, float], offset: tuple[float, float], text: str, **style: Any) -> None:
    """A label beside a point, `offset` in points of print."""
    ax.annotate(text, point, offset, textcoords="offset points", **{"fontsize": SMALL, **style})


# --- matrices


def heat_map(ax: Axes, shades: np.ndarray[Any, Any], texts: Sequence[Sequence[str]]) -> None:
    """Cells from white (0) to the darkest blue (1) with their texts, white on dark."""
    ax.imshow(shades, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (row, column), shade in np.ndenumerate(shades):
        cell_text(ax, column, row, texts[row][column], color="white" if shade > 0.6 else INK)


def cell_text(ax: Axes, x: float, y: float, text: str, **style: Any) -> None:
    """A text in the middle of a cell."""
    ax.text(x, y, text, **{"ha": "center", "va": "center", "fontsize": NORMAL, **style})


def draw_cell(ax: Axes, x: float, y: float, height: float, **style: Any) -> None:
    """The rectangle of a cell of a matrix, a little smaller than its place."""
    ax.add_patch(Rectangle((x - 0.48, y - height / 2), 0.96, height, **style))
