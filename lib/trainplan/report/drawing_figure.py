"""A drawing as matplotlib has it, from the same marks as its SVG: for a PNG, and to work on in a notebook.

The font is the one that comes with matplotlib, so that a machine's fonts change nothing.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Patch, PathPatch, Polygon, Rectangle
from matplotlib.path import Path
from matplotlib.text import Text
from PIL import Image

from trainplan.report.drawing import INK, PAPER, SOURCES, Mark, Sheet

INCH, POINT = 96, 0.75  # px of an inch; points of a px
STYLE: Any = {"font.family": "DejaVu Sans", "text.hinting": "none", "text.parse_math": False}
HATCHES = (("", INK), ("//", INK), ("..", PAPER), ("----", INK), ("xx", PAPER))  # of SOURCES, in strokes to 8 px
COLORS, WHITE = 128, 250  # of a PNG; what is lighter is white
ANCHORS: Any = {"start": "left", "middle": "center", "end": "right"}
PLACED = {"M": 2, "L": 2, "H": 1, "V": 1, "A": 7, "Z": 0}  # how many numbers a command of a path takes
STEPS = 33  # points of an arc


def figure_of(sheet: Sheet) -> Figure:
    """The sheet as a figure of the same size, an inch to 96 px; ValueError for a mark that is not known here."""
    width, height = sheet.width, round(sheet.height)
    figure = Figure(figsize=(width / INCH, height / INCH), dpi=2 * INCH, facecolor=PAPER)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    with rc_context(STYLE):
        for order, mark in enumerate(sheet.marks):
            for artist in [_text(mark, sheet.size)] if mark.tag == "text" else _patches(mark):
                artist.set_zorder(order)
                axes.add_artist(artist)
    return figure


def png_of(sheet: Sheet) -> bytes:
    """The sheet as a PNG file of twice its size in px, the same bytes for the same marks."""
    canvas = FigureCanvasAgg(figure_of(sheet))
    with rc_context(STYLE):
        canvas.draw()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    few = picture.quantize(COLORS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)  # a third of the bytes
    few.putpalette([255 if value > WHITE else value for value in few.getpalette() or ()])
    buffer = io.BytesIO()
    few.save(buffer, "png")
    return buffer.getvalue()


def _text(mark: Mark, size: float) -> Text:
    given: Mapping[str, Any] = mark.attributes
    return Text(
        given["x"],
        given["y"],
        mark.words,
        color=given.get("fill", INK),
        horizontalalignment=ANCHORS[given.get("text_anchor", "start")],
        fontweight=given.get("font_weight", "normal"),
        fontsize=_number(given.get("font_size", size)) * POINT,
    )


def _patches(mark: Mark) -> list[Patch]:
    """The mark, and above it the strokes of its source in their own color."""
    if mark.source is None:
        return [_shape(mark, **_look(mark.attributes))]
    (color, _), (hatch, strokes) = SOURCES[mark.source], HATCHES[mark.source]
    frame = {**_look(mark.attributes), "facecolor": "none"}
    filled = {"facecolor": color, "edgecolor": strokes, "hatch": hatch, "linewidth": 0}
    return [_shape(mark, **filled), _shape(mark, **frame)]


def _look(given: Mapping[str, Any]) -> dict[str, Any]:
    """Colors, stroke, dashes and opacity, as patches call them; SVG fills with ink where nothing else is said."""
    width = _number(given.get("stroke_width", 1)) * POINT
    dashes = [float(part) * POINT / (width or 1) for part in _numbers(str(given.get("stroke_dasharray", "")))]
    return {
        "facecolor": given.get("fill", INK) or "none",
        "edgecolor": given.get("stroke", "none"),
        "linewidth": width if "stroke" in given else 0,
        "linestyle": (0, dashes) if dashes else "solid",
        "alpha": _number(given["opacity"]) if "opacity" in given else None,
        "capstyle": given.get("stroke_linecap", "butt"),
        "joinstyle": "miter",
    }


def _shape(mark: Mark, **look: Any) -> Patch:
    given: Mapping[str, Any] = mark.attributes
    if mark.tag == "rect":
        return Rectangle((given["x"], given["y"]), given["width"], given["height"], **look)
    if mark.tag == "circle":
        return Circle((given["cx"], given["cy"]), given["r"], **look)
    if mark.tag == "line":
        return PathPatch(Path([(given["x1"], given["y1"]), (given["x2"], given["y2"])]), **look)
    if mark.tag in ("polygon", "polyline"):
        points = np.reshape([float(n) for n in _numbers(given["points"])], (-1, 2))
        return Polygon(points, closed=mark.tag == "polygon", **look)
    if mark.tag == "path":
        return PathPatch(path_of(given["d"]), **look)
    raise ValueError(f"a drawing has no <{mark.tag}> as a figure")


def _number(value: object) -> float:
    return float(str(value))


def _numbers(text: str) -> list[str]:
    return re.findall(r"-?[\d.]+", text)


def path_of(commands: str) -> Path:
    """The path of SVG's commands M, L, H, V, A (of a circle) and Z; ValueError for any other."""
    points: list[tuple[float, float]] = []
    codes: list[int] = []
    for letter, text in re.findall(r"([A-Za-z])([^A-Za-z]*)", commands):
        if letter not in PLACED:
            raise ValueError(f"a path has no {letter} as a figure")
        if letter == "Z":
            points.append(points[0])
            codes.append(int(Path.CLOSEPOLY))
            continue
        values = np.reshape([float(n) for n in _numbers(text)], (-1, PLACED[letter]))
        for k, row in enumerate(values):
            new = _next_points(letter, [*map(float, row)], points)
            codes += [int(Path.MOVETO) if letter == "M" and k == 0 else int(Path.LINETO)] * len(new)
            points += new
    return Path(points, codes)


def _next_points(letter: str, row: list[float], points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    if letter == "H":
        return [(row[0], points[-1][1])]
    if letter == "V":
        return [(points[-1][0], row[0])]
    if letter == "A":
        return _arc(complex(*points[-1]), complex(*row[-2:]), row[0], large=bool(row[3]), down=bool(row[4]))
    return [(row[0], row[1])]


def _arc(start: complex, end: complex, radius: float, *, large: bool, down: bool) -> list[tuple[float, float]]:
    """Points of the arc of a circle from `start` to `end`, without the first; `down` is SVG's sweep."""
    half = (end - start) / 2
    if not half:
        return []
    radius = max(radius, abs(half))
    side = 1 if large != down else -1
    center = (start + end) / 2 + side * 1j * half / abs(half) * np.sqrt(max(0.0, radius**2 - abs(half) ** 2))
    turn = float(np.angle((end - center) / (start - center)))
    if down and turn < 0:
        turn += 2 * np.pi
    elif not down and turn > 0:
        turn -= 2 * np.pi
    around = center + (start - center) * np.exp(1j * turn * np.linspace(0, 1, STEPS)[1:])
    return [(float(point.real), float(point.imag)) for point in around]
