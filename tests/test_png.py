"""Drawings as PNG: the same bytes each time, every mark where its SVG has it, in the same colors."""

from __future__ import annotations

import io
import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from making import make_part, values_of, with_ranges, with_requests
from trainplan import parts
from trainplan.report.drawing import INK, NARROW, PLAN, SOURCES, WIDE, Drawing, Sheet
from trainplan.report.drawing_figure import path_of
from trainplan.report.forms import FORMS
from trainplan.report.notebook import show
from trainplan.report.page_figure import Caption
from trainplan.text.catalog import LANGUAGES

KNOWN = {
    "x", "y", "width", "height", "x1", "y1", "x2", "y2", "cx", "cy", "r", "points", "d", "fill", "stroke", "opacity",
    "stroke_width", "stroke_dasharray", "stroke_linecap", "text_anchor", "font_weight", "font_size",
}  # fmt: skip


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return values_of(with_requests(with_ranges(tmp_path_factory.mktemp("plan"))))


def drawn(draw: Any) -> Drawing:
    return Drawing("one", Caption("Finding.", "Finding."), draw)


def pixels(made: Drawing, width: int = WIDE) -> np.ndarray[Any, Any]:
    """The picture as rows of colors, a pixel for half a px."""
    return np.asarray(Image.open(io.BytesIO(made.png(width))).convert("RGB")).astype(int)


def color(name: str) -> list[int]:
    return [int(name[k : k + 2], 16) for k in (1, 3, 5)]


def is_near(found: Any, name: str) -> bool:
    return bool(np.abs(found - color(name)).max() <= 12)


@pytest.mark.parametrize("name", FORMS)
def test_a_form_has_a_png_of_twice_its_size_the_same_each_time(name: str, values: dict[str, Any]) -> None:
    for language in LANGUAGES:
        made = make_part(name, values).page_figure(language)
        if not isinstance(made, Drawing):
            continue
        for width in (WIDE, NARROW):
            data, size = made.png(width), Image.open(io.BytesIO(made.png(width))).size
            sheet = Sheet(width)
            (made.whole or made.draw)(sheet)
            assert size == (2 * width, 2 * round(sheet.height)) and data == made.png(width)
            assert {name for mark in sheet.marks for name in mark.attributes} <= KNOWN


def test_marks_lie_where_the_svg_has_them() -> None:
    def draw(sheet: Sheet) -> None:
        sheet.height = 100
        sheet.put("rect", x=10, y=10, width=20, height=20, fill=PLAN)
        sheet.put("circle", cx=60, cy=20, r=10, fill="none", stroke=PLAN, stroke_width=4)
        sheet.put("polygon", points="100,10 120,10 120,30", fill=PLAN)
        sheet.put("path", d="M150,10 A10,10 0 0 0 150,30 Z", fill=PLAN)  # the left half, as of a dot
        sheet.line(10, 60, 110, 60, INK, 4)
        sheet.put("line", x1=150, y1=60, x2=250, y2=60, stroke=INK, stroke_width=4, stroke_dasharray="10 10")
        sheet.put("rect", x=10, y=80, width=20, height=10, fill=INK, opacity=0.5)

    found = pixels(drawn(draw))
    at = {place: found[2 * place[1], 2 * place[0]] for place in (
        (20, 20), (35, 20), (60, 20), (51, 20), (118, 14), (102, 26), (145, 20), (155, 20), (60, 60), (155, 60),
        (165, 60), (20, 85))}  # fmt: skip
    filled = {(20, 20), (51, 20), (118, 14), (145, 20)}
    assert all(is_near(at[place], PLAN) for place in filled)
    assert is_near(at[60, 60], INK) and is_near(at[155, 60], INK) and 130 < at[20, 85].mean() < 160
    assert all((at[place] == 255).all() for place in ((35, 20), (60, 20), (102, 26), (155, 20), (165, 60)))


def test_texts_are_held_at_their_anchor_and_bold_is_darker() -> None:
    def draw(sheet: Sheet) -> None:
        sheet.height = 80
        for y, anchor in ((20, "start"), (40, "middle"), (60, "end")):
            sheet.text(300, y, "Cán bộ $x$", anchor=anchor)
        sheet.text(500, 20, "Cán bộ $x$", bold=True)

    ink = pixels(drawn(draw)).min(axis=2) < 128

    def ends(bottom: int, left: int, right: int) -> tuple[float, float]:
        columns = np.flatnonzero(ink[2 * (bottom - 12) : 2 * (bottom + 5), 2 * left : 2 * right].any(axis=0))
        return left + columns[0] / 2, left + columns[-1] / 2

    start, middle, end = (ends(y, 100, 490) for y in (20, 40, 60))
    assert abs(start[0] - 300) < 2 and abs(sum(middle) / 2 - 300) < 2 and abs(end[1] - 300) < 2
    assert ink[0:50, 1000:].sum() > 1.2 * ink[0:50, 600:800].sum()


def test_sources_are_told_apart_in_grey() -> None:
    def draw(sheet: Sheet) -> None:
        sheet.height = 60
        for source in range(len(SOURCES)):
            sheet.box(10 + 100 * source, 10, 80, 40, source)

    grey = pixels(drawn(draw)).mean(axis=2)
    boxes = [grey[24:96, 2 * (12 + 100 * k) : 2 * (88 + 100 * k)] for k in range(len(SOURCES))]
    assert np.ptp(boxes[0]) < 12  # plain
    assert all(np.ptp(box) > 60 for box in boxes[1:])
    across = [float(np.ptp(box.mean(axis=0))) for box in boxes]
    down = [float(np.ptp(box.mean(axis=1))) for box in boxes]
    assert down[3] > 60 and across[3] < 12  # lines lie


def test_what_a_figure_does_not_know_is_refused() -> None:
    def draw(sheet: Sheet) -> None:
        sheet.height = 10
        sheet.put("ellipse", cx=1)

    with pytest.raises(ValueError, match="ellipse"):
        drawn(draw).figure()
    with pytest.raises(ValueError, match="Q"):
        path_of("M0,0 Q1,1 2,2")


def test_arcs_go_the_way_of_svg() -> None:
    for large in (0, 1):
        for sweep in (0, 1):
            points = path_of(f"M10,0 A10,10 0 {large} {sweep} 0,10").vertices
            center = (0, 0) if large != sweep else (10, 10)
            assert all(math.isclose(math.dist(center, point), 10, abs_tol=1e-6) for point in points)
            turned = sum(math.dist(a, b) for a, b in itertools.pairwise(points))
            assert math.isclose(turned, 10 * math.pi * (1.5 if large else 0.5), rel_tol=0.01)
    points = path_of("M1,2 H5 V7 L9,9 Z").vertices
    assert points.tolist() == [[1, 2], [5, 2], [5, 7], [9, 9], [1, 2]]


def test_a_part_gives_its_drawing_as_a_figure_and_keeps_its_png(tmp_path: Path, values: dict[str, Any]) -> None:
    part = parts.target_strip(values["Results"], None)
    assert isinstance(part.figure("en"), Figure)
    show(part, language="en", output_dir=tmp_path)
    assert (tmp_path / "figures" / "target_strip.en.png").read_bytes() == part.page_figure("en").png()
