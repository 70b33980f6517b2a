"""How pictures look: colors that the color-blind and a grey printer tell apart, and a picture with its message."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

matplotlib.rcParams["text.hinting"] = "none"  # hinted, small bold letters grow serifs
matplotlib.rcParams["text.parse_math"] = False  # a dollar sign in a name is a dollar sign
WIDTH, DPI = 7.3, 130  # inches: the text width of A4 with its margins
INK, FAINT, PAPER = "#222222", "#8a8a8a", "#ffffff"
BLUE, ORANGE, GREEN, SKY, YELLOW, RED, PURPLE = (
    "#0072b2", "#e69f00", "#009e73", "#56b4e9", "#f0e442", "#d55e00", "#cc79a7",
)  # fmt: skip
SEQUENCE = [BLUE, ORANGE, GREEN, SKY, RED, PURPLE, YELLOW]
HATCHES = ["", "///", "...", "\\\\\\", "xxx", "++", "oo"]
SMALL, NORMAL, LARGE = 7, 8, 9


@dataclass(frozen=True)
class Picture:
    """A figure, the name of its file and its message in words, for who cannot see it."""

    name: str
    figure: Figure
    alt: str


def canvas(height: float, rows: int = 1, columns: int = 1, **margins: float) -> tuple[Figure, list[Axes]]:
    """A figure of the page's width and its axes, row by row; margins as for `subplots_adjust`."""
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor=PAPER)
    axes = figure.subplots(rows, columns, squeeze=False)
    figure.subplots_adjust(**margins)
    flat = list(axes.ravel())
    for ax in flat:
        plain(ax)
    return figure, flat


def plain(ax: Axes) -> None:
    """No frame but the base line, small ticks."""
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color(FAINT)
    ax.tick_params(labelsize=SMALL, length=0, colors=INK)
    ax.set_axisbelow(True)


def wrapped(text: str, width: int, lines: int = 3) -> str:
    """Text in lines of at most `width` letters; what does not fit in `lines` ends with …"""
    kept = textwrap.wrap(text, width, max_lines=lines, placeholder=" …")
    if kept and kept[-1] == "…":  # a word that fills the line would be left out whole
        kept[-1] = textwrap.wrap(text, width)[len(kept) - 1][: width - 2] + " …"
    return "\n".join(kept)
