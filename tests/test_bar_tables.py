"""Tables with bars: bars are as long as their numbers, rows fold, and nothing leaves a page on a phone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from browser import opened
from trainplan import parts
from trainplan.analysis.sensitivity import turned_verdicts
from trainplan.plan.plan import load_plan
from trainplan.report.drawing import SOURCES
from trainplan.report.forms.bar_table import ROOM, BarColumns, BarRow, bar_table
from trainplan.report.html import style_sheet
from trainplan.report.page_figure import Caption, HtmlFigure
from trainplan.results.sources import source_register
from trainplan.results.tables import compute
from trainplan.text.catalog import LANGUAGES, say
from trainplan.text.formats import number
from trainplan.text.shown import Quoted

PLANS = Path(__file__).parent / "plans"
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


# --- pages 00 and 01

PROVINCE = load_plan("an_giang_2011_2015")


def cells(part: parts.Part) -> list[list[str]]:
    """What stands in the rows of a part's figure."""
    rows = re.findall(r"<tr><th scope=.row.*?</tr>", part.page_figure("en").body())
    return [[re.sub("<.*?>", "", cell) for cell in re.findall("<t[hd].*?</t[hd]>", row)] for row in rows]


def test_numbers_by_table_are_those_of_the_register() -> None:
    rows, register = cells(parts.basis_by_table(PROVINCE)), source_register(PROVINCE)
    assert sum(int(row[1]) for row in rows) == len(register)
    assert sum(int(row[2]) for row in rows) == (register["kind"] == "assumption").sum() > 0


def test_a_range_turns_what_a_plan_with_its_end_turns() -> None:
    turned = turned_verdicts(PROVINCE)
    place = next(k for k, one in enumerate(PROVINCE.ranges) if one.address == ("programs.*.completion_rate",))
    low = PROVINCE.ranges[place].ends[0]
    moved = load_plan("an_giang_2011_2015", "base", {"programs.*.completion_rate": {"scale": low}})
    met = [compute(plan)["verdicts"].set_index("objective")["verdict"] == "met" for plan in (PROVINCE, moved)]
    expected = met[1][met[0] != met[1]]
    found = turned[(turned["place"] == place) & (turned["end"] == "low")].set_index("objective")["met"]
    assert found.to_dict() == expected.to_dict() != {}


def test_assumptions_that_turn_verdicts_come_with_the_widest_first() -> None:
    counts = [int(row[2]) for row in cells(parts.turning_assumptions(PROVINCE))]
    assert counts == sorted(counts, reverse=True) and 1 <= len(counts) <= 10 and counts[-1] >= 1
    assert parts.turning_assumptions(load_plan(PLANS / "one_year")).pieces[0].html("en") == ""


def test_who_leaves_is_counted_once() -> None:
    results = compute(PROVINCE)
    outermost = [row for row in PROVINCE.tables.groups if not row.part_of]
    own = results["workforce"][results["workforce"]["group"].isin([row.id for row in outermost])]
    [said] = parts.yearly_changes(results).sentences("en")
    left, people = own["leavers"].sum() / len(PROVINCE.years), sum(row.headcount for row in outermost)
    assert said.startswith(f"About {number(left, 'en')} of {number(people, 'en')} leave")
    rows = cells(parts.group_changes(results))
    assert sum("of which" in row[0] for row in rows) == len(PROVINCE.tables.groups) - len(outermost) > 0


def test_a_scenario_says_where_it_differs() -> None:
    assert parts.differs_from_base(PROVINCE).sentences("en") == []
    assert parts.basis_answer(PROVINCE).sentences("en") == parts.numbers_by_basis(PROVINCE).sentences("en")
    changed = load_plan(PROVINCE.path, "base", {f"programs.{row.id}.capacity": 7 for row in PROVINCE.tables.programs})
    [said] = parts.differs_from_base(changed).sentences("en")
    assert f"in {len(changed.applied)} places" in said and said.endswith(f"; and {len(changed.applied) - 3} more.")


def test_the_farthest_target_is_told_in_people() -> None:
    [said] = parts.farthest_at_the_start(compute(PROVINCE)).sentences("en")
    row = next(row for row in PROVINCE.tables.objectives if row.name_en in said)
    group = next(group for group in PROVINCE.tables.groups if group.id == row.group)
    asked = row.target_low or row.target_high
    assert f"{number((asked - row.baseline) * group.headcount, 'en')} people" in said
