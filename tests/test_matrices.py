"""Matrices of pages, and the figures and sentences of the pages of scenarios and of the best plan."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from browser import opened
from trainplan.report.forms.matrix import MatrixCell, MatrixHead, MatrixRow, matrix, short_cell, years_shown
from trainplan.report.html import style_sheet
from trainplan.report.page_figure import Caption
from trainplan.text.catalog import LANGUAGES, term
from trainplan.text.shown import with_address

LONG = "Công chức cấp xã đạt chuẩn trình độ chuyên môn nghiệp vụ theo chức danh ở vùng có đông đồng bào dân tộc"
LOOKS = ("met", "nearly", "missed")


def many_rows(count: int, columns: int = 5, language: str = "en") -> list[MatrixRow]:
    """Rows of five groups; of every four, one differs between columns."""
    rows = []
    for k in range(count):
        looks = [LOOKS[(k + (column if k % 4 == 0 else 0)) % 3] for column in range(columns)]
        cells = [short_cell(look, 1234.5 + k, language, c == k % columns) for c, look in enumerate(looks)]
        rows.append(MatrixRow(f"{LONG} {k}", tuple(cells), f"Group {k % 5}"))
    return rows


def html_of(rows: list[MatrixRow], language: str = "en", framed: int | None = None) -> str:
    head = MatrixHead("Target", tuple(str(2011 + k) for k in range(len(rows[0].cells))), framed)
    return matrix("matrix", Caption("Finding.", "Alt."), head, rows, language).html(language)


@pytest.mark.parametrize(("count", "shown", "folds"), [(3, 3, 0), (17, 17, 0), (60, 15, 1), (150, 5, 5)])
def test_of_many_rows_those_that_differ_are_shown_and_of_very_many_a_row_a_group(
    count: int, shown: int, folds: int
) -> None:
    html = html_of(many_rows(count))
    before, *folded = html.split("<details>")
    assert before.count('<th scope="row">') == shown and len(folded) == folds
    assert sum(part.count('<th scope="row">') for part in folded) == (
        count - shown if folds == 1 else count * bool(folds)
    )
    if count == 150:
        assert re.findall(r"<td>([^<]*)</td>", before)[0] == "10/30"


def test_a_matrix_of_rows_that_are_all_alike_has_no_empty_table() -> None:
    rows = [MatrixRow(f"Row {k}", (MatrixCell("1", "missed"),) * 3) for k in range(40)]
    html = html_of(rows)
    assert html.count("<table") == 1 and "(40)</summary>" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mark_is_drawn_and_said_and_keeps_the_address_of_its_number(language: str) -> None:
    cell = MatrixCell(with_address("608", "gap 2012/a gap"), "missed", framed=True)
    html = html_of([MatrixRow("<One>", (cell, short_cell("met", 0, language)))], language)
    assert f'<span class="aloud">{term("verdict", "missed", language)} </span>' in html
    assert '<td class="framed">' in html and '<span data-q="gap 2012/a gap">608</span></td>' in html
    assert html.count("<svg") == 2 and "&lt;One&gt;" in html
    reading = html.split('class="reading">')[1]
    assert "●" in reading and "○" in reading and "◐" not in reading


def test_of_many_years_those_in_which_something_is_due_and_every_fifth_are_shown() -> None:
    assert years_shown(range(2011, 2021), {2013}) == [*range(10)]
    years = range(2011, 2036)
    assert [years[k] for k in years_shown(years, {2013, 2020})] == [2013, 2015, 2020, 2025, 2030, 2035]


def test_a_matrix_scrolls_by_itself_with_its_names_in_sight(tmp_path: Path) -> None:
    path, html = tmp_path / "page.html", html_of(many_rows(17, 14), framed=3)
    path.write_text(f'<meta charset="utf-8"><style>{style_sheet()}</style><main>{html}</main>', encoding="utf-8")
    for width in (390, 1280):
        with opened(path, width) as (page, seen):
            page.evaluate("document.querySelector('.scroll').scrollLeft = 400")
            name, table, body = page.evaluate(
                "['tbody th', '.scroll'].map(q => document.querySelector(q).getBoundingClientRect().left)"
                ".concat(document.documentElement.scrollWidth)"
            )
            assert name == table and body <= width
            assert not seen.complaints
