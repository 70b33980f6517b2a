"""Tables with bars: bars are as long as their numbers, rows fold, and nothing leaves a page on a phone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from browser import opened
from trainplan.report.drawing import SOURCES
from trainplan.report.forms.bar_table import ROOM, BarColumns, BarRow, bar_table
from trainplan.report.html import style_sheet
from trainplan.report.page_figure import Caption, HtmlFigure
from trainplan.text.catalog import LANGUAGES, say
from trainplan.text.formats import number
from trainplan.text.shown import Quoted

COLUMNS = BarColumns("Program", ("Met", "Money"), "Money", ("Lacking", "Lost"), (1,))
LONG = "Công chức cấp xã đạt chuẩn trình độ chuyên môn nghiệp vụ " * 4 + "W" * 60


def made(rows: list[BarRow], columns: BarColumns = COLUMNS, language: str = "en") -> HtmlFigure:
    return bar_table("case", Caption("A finding.", "A finding. Three values."), columns, rows, language)


def row(name: str, *parts: float, frame: float | None = None, ceiling: float | None = None) -> BarRow:
    return BarRow(name, ("3/13", "63,9"), parts, frame, ceiling, ("8,4", "x"))


def bars(html: str) -> list[str]:
    return re.findall(r'<td class="bar">(.*?)</td>', html)


def boxes(bar: str) -> list[tuple[float, float]]:
    """From where to where each rectangle of a bar goes, as shares of the longest."""
    found = re.findall(r'<rect x="([\d.]+)%" y="\d" width="([\d.]+)%"', bar)
    ends = [(float(x) - ROOM, float(x) + float(width) - ROOM) for x, width in found]
    return [(left / (100 - 2 * ROOM), right / (100 - 2 * ROOM)) for left, right in ends]


def test_bars_are_as_long_as_their_numbers_on_one_scale() -> None:
    whole, half, none = bars(made([row("a", 100), row("b", 30, 20, frame=80), row("c")]).html("en"))
    assert boxes(whole) == [pytest.approx((0, 1), abs=1e-3)]
    assert boxes(half) == [pytest.approx(ends, abs=1e-3) for ends in ((0, 0.3), (0.3, 0.5), (0, 0.8))]
    assert none == ""


def test_negative_parts_go_left_of_a_stroke_at_zero() -> None:
    down, up = bars(made([row("a", -25), row("b", 75)]).html("en"))
    assert boxes(down) == [pytest.approx((0, 0.25), abs=1e-3)] and boxes(up) == [pytest.approx((0.25, 1), abs=1e-3)]
    assert down.count("<line") == up.count("<line") == 1


def test_a_part_may_begin_where_another_row_ends() -> None:
    steps = [BarRow("a", ("", ""), (40,), beside=("", "")), BarRow("b", ("", ""), (-10,), beside=("", ""), start=40)]
    assert boxes(bars(made(steps).html("en"))[1]) == [pytest.approx((0.75, 1), abs=1e-3)]


def test_rows_after_the_twelfth_are_folded() -> None:
    for count in (1, 12, 13, 40):
        shown, _, folded = made([row(f"row {k}", k + 1) for k in range(count)]).html("en").partition("<details>")
        assert len(bars(shown)) == min(12, count) and len(bars(folded)) == max(0, count - 12)
        assert ("</summary>" in folded) is (count > 12)


def test_parts_differ_without_colors_and_are_named() -> None:
    looks = tuple(f"source {k}" for k in range(len(SOURCES)))
    html = made([row("a", *range(1, 6))], BarColumns("n", ("a", "b"), "bar", ("c", "d"), (1,), looks)).html("en")
    fills = re.findall(r'<rect x="[^>]*? fill="([^"]+)"', bars(html)[0])
    assert len(set(fills)) == len(SOURCES) and all(look in html for look in looks)
    for id in re.findall(r"url\(#([^)]+)\)", html):
        assert html.count(f'id="{id}"') == 1


def test_what_stands_in_cells_keeps_its_address_and_is_escaped() -> None:
    shown = number(Quoted(1234, "budget 2012/total funded_vnd"), "en")
    html = made([BarRow("<b>", ("1", shown), (1.0,), beside=("2", "&"))]).html("en")
    assert '<span data-q="budget 2012/total funded_vnd">1,234</span>' in html
    assert '<th scope="row">&lt;b&gt;</th>' in html and "&amp;" in html and 'aria-hidden="true"' in bars(html)[0]


def test_texts_without_a_heading_and_parts_without_a_look_are_refused() -> None:
    with pytest.raises(ValueError, match="as many texts"):
        made([BarRow("a", ("1",), (1.0,))])
    with pytest.raises(ValueError, match="at most 5"):
        made([row("a", *[1.0] * 6)])


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_a_phone_name_two_numbers_and_bar_are_there_and_the_rest_scrolls(language: str, tmp_path: Path) -> None:
    rows = [row(LONG if k == 3 else f"Program {k}", k + 1, frame=30, ceiling=20) for k in range(30)]
    page_file = tmp_path / "page.html"
    body = f"<style>{style_sheet()}</style><main>{made(rows, language=language).html(language)}</main>"
    page_file.write_text(
        f'<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">{body}'
    )
    for width in (390, 1280):
        with opened(page_file, width) as (page, seen):
            assert page.evaluate("document.documentElement.scrollWidth") <= width and seen.complaints == []
            bar = page.locator("td.bar svg").first.bounding_box()
            assert bar and bar["x"] + bar["width"] <= width and bar["width"] > 60 and bar["height"] == 18
            assert page.get_by_text(say("page.drag", language)).is_visible() is (width == 390)
