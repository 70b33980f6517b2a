"""Every figure in both languages: nothing cut off, and a message in words that comes from the numbers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from trainplan.plan.find import scenario_names
from trainplan.plan.plan import load_plan
from trainplan.report.charts import Picture
from trainplan.report.figures import money as money_figures
from trainplan.report.figures import people as people_figures
from trainplan.results.compare import Comparison, compare
from trainplan.results.tables import Results, compute

HERE = Path(__file__).parent
PLANS = [
    "an_giang_2011_2015",
    *(str(HERE / folder) for folder in ("broken/sound", "plans/shrinking", "plans/one_year")),
]
OF_RESULTS = (
    people_figures.coverage,
    people_figures.missing,
    people_figures.enrollment_by_program,
    people_figures.three_lines,
    people_figures.where_groups_stand,
    money_figures.cost_by_source,
    money_figures.cost_by_program,
    money_figures.real_money,
)
OF_COMPARISONS = (money_figures.compare_targets, money_figures.compare_money)


@pytest.fixture(scope="module", params=PLANS)
def comparison(request: pytest.FixtureRequest) -> Comparison:
    base = load_plan(request.param)
    return compare([compute(base), *(compute(load_plan(base.path, name)) for name in scenario_names(base.path))])


def drawn_text_outside(picture: Picture) -> list[str]:
    """Texts that reach over the edge of the paper."""
    figure = picture.figure
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    paper = figure.bbox
    lost = []
    for text in figure.findobj(lambda artist: hasattr(artist, "get_text")):
        if not text.get_visible() or not text.get_text().strip() or (text.axes and not text.axes.get_visible()):
            continue
        box = text.get_window_extent(renderer)
        if box.x0 < paper.x0 - 2 or box.x1 > paper.x1 + 2 or box.y0 < paper.y0 - 2 or box.y1 > paper.y1 + 2:
            lost.append(text.get_text())
    return lost


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("figure", OF_RESULTS, ids=lambda f: f.__name__)
def test_figures_of_a_scenario(figure, language: str, comparison: Comparison) -> None:
    picture = figure(comparison.runs[0], language)
    assert drawn_text_outside(picture) == []
    assert picture.alt.endswith(".") and len(picture.alt) > 30


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("figure", OF_COMPARISONS, ids=lambda f: f.__name__)
def test_figures_of_scenarios(figure, language: str, comparison: Comparison) -> None:
    picture = figure(comparison, language)
    assert drawn_text_outside(picture) == []
    assert picture.alt.endswith(".")


def test_every_group_can_flow(comparison: Comparison) -> None:
    results = comparison.runs[0]
    for row in results.plan.tables.groups:
        assert drawn_text_outside(people_figures.group_flow(results, row.id, "vi")) == []


def results_of_an_giang() -> Results:
    return compute(load_plan("an_giang_2011_2015"))


def test_the_message_of_a_figure_is_counted_from_the_results() -> None:
    results = results_of_an_giang()
    met = (results["verdicts"]["verdict"] == "met").sum()
    assert f"{met} trong {len(results['verdicts'])} chỉ tiêu" in people_figures.coverage(results, "vi").alt
    assert re.search(r"28\u202f% giá trị thực", money_figures.real_money(results, "vi").alt)


def test_languages_do_not_mix() -> None:
    results = results_of_an_giang()
    english = people_figures.missing(results, "en").figure
    words = " ".join(t.get_text() for t in english.findobj(lambda a: hasattr(a, "get_text")))
    assert "Compulsory" in words and "Bồi dưỡng" not in words
