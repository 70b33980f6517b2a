"""Matrices of pages, and the figures and sentences of the pages of scenarios and of the best plan."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from browser import opened
from making import SOUND
from trainplan import parts
from trainplan.analysis.attribution import attribute_each
from trainplan.analysis.goal_seek import goal_seek
from trainplan.analysis.marginal_values import marginal_values
from trainplan.analysis.rule_comparison import under_rule
from trainplan.plan.plan import load_plan
from trainplan.report.forms import scenarios
from trainplan.report.forms.matrix import MatrixCell, MatrixHead, MatrixRow, matrix, short_cell, years_shown
from trainplan.report.html import style_sheet
from trainplan.report.page_figure import Caption
from trainplan.report.sentences.best_plan import goal_amounts, value_of_money
from trainplan.results.compare import Comparison, compare
from trainplan.results.tables import compute
from trainplan.text.catalog import LANGUAGES, say, term
from trainplan.text.formats import bare_billions, billions, number
from trainplan.text.shown import Quoted

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
    cell = MatrixCell(number(Quoted(608, "gap 2012/a gap"), language), "missed", framed=True)
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


# --- the pages of scenarios and of the best plan


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    plan = load_plan("an_giang_2011_2015")
    names = ("proportional_rule", "requirement", "costs_up")
    return compare([compute(load_plan(plan.path, name)) for name in ("base", *names)])


def test_a_scenario_has_its_targets_and_its_money(comparison: Comparison) -> None:
    html = parts.scenario_results(comparison).page_figure("en").html("en")
    row = comparison.totals.set_index("scenario").loc["costs_up"]
    own = html.split("<tr>")[5]
    cells = [re.sub("<[^>]*>", "", cell) for cell in re.findall("<td[^>]*>(.*?)</td>", own)]
    assert cells[0] == f"{row.met:.0f}/{row.objectives:.0f}"
    assert cells[3:] == [bare_billions(row[f"{kind}_vnd"], "en") for kind in ("required", "funded", "lacking")]


def test_a_target_has_its_verdict_and_its_people_in_every_scenario(comparison: Comparison) -> None:
    figure = parts.targets_by_scenario(comparison).page_figure("en")
    rows = figure.html("en").split("<tr>")[2:]
    found = [re.sub("<[^>]*>", "", cell) for row in rows for cell in re.findall("<td[^>]*>(.*?)</td>", row)]
    results = comparison.results.set_index(["objective", "scenario"])
    expected = [
        f"{term('verdict', cell.verdict, 'en')} {number(cell.gap, 'en') if cell.verdict != 'met' else ''}"
        for objective in comparison.runs[0].plan.tables.objectives
        for cell in (results.loc[(objective.id, run.plan.scenario)] for run in comparison.runs)
    ]
    assert found == expected


def test_of_many_scenarios_those_that_change_circumstances_are_left_out(
    comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [run.plan.scenario for run in comparison.options] == ["base", "proportional_rule", "requirement"]
    for most, shown in ((8, 4), (3, 3)):
        monkeypatch.setattr(scenarios, "MOST_COLUMNS", most)
        figure = parts.targets_by_scenario(comparison).page_figure("en")
        assert figure.html("en").count('<th scope="col">') == 1 + shown and bool(figure.caption.what) == (shown == 3)


def test_the_scenarios_that_meet_most_are_named_and_the_change_that_does_most(comparison: Comparison) -> None:
    plan, [*others] = comparison.runs[0].plan, [run.plan for run in comparison.runs[1:]]
    attributed = attribute_each(plan, others)
    most, strongest = parts.comparison_answer(comparison, attributed).sentences("en")
    totals = comparison.totals.set_index("scenario")
    assert f"{totals['met'].max()} of {totals['objectives'].iloc[0]}" in most
    assert ": " not in most.split("targets: ")[1]  # titles up to what they explain
    changed = totals["met"] - totals["met"]["base"]
    assert others[0].scenario_title("en") in strongest and f"−{-changed['proportional_rule']} targets" in strongest
    assert parts.comparison_answer(compare(comparison.runs[:1]), []).sentences("en") == ["No other scenario yet."]


def test_where_a_billion_more_helps_most_has_a_frame_and_nothing_is_a_dash() -> None:
    plan = load_plan("an_giang_2011_2015")
    values = marginal_values(plan)
    html = parts.marginal_value_of_money(plan, values).page_figure("en").html("en")
    money = values[values["kind"] == "money"]
    best = money.loc[money["people_years"].idxmax()]
    [framed] = re.findall('<td class="framed">(.*?)</td>', html)
    assert re.sub("<[^>]*>", "", framed) == number(best["people_years"], "en")
    assert f"in {best['year']}" in html.split("</figcaption>")[0]
    nothing = values.assign(people_years=0.0)
    with pytest.raises(LookupError, match="nothing to draw"):
        parts.marginal_value_of_money(plan, nothing).page_figure("en")
    assert value_of_money(plan, nothing, "en") == [say("sentence.money_helps_nowhere", "en")]


def test_both_amounts_are_said_where_they_reach_the_same() -> None:
    plan = load_plan(SOUND)
    goal, best = goal_seek(plan), goal_seek(under_rule(plan, "optimal"))
    [said] = goal_amounts(goal, best, "en")
    amounts = [billions(one.amount_vnd, "en", 3) for one in (goal, best)]
    assert amounts[0] in said and (f"{amounts[1]} at best" in said) == (goal.reachable == best.reachable)
    assert goal_amounts(None, None, "en") == []
