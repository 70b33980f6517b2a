"""Every figure in both languages: nothing cut off, and a message in words that comes from the numbers."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from making import NARROW, make_part, values_of, with_ranges
from trainplan.plan.find import scenario_names
from trainplan.plan.plan import load_plan
from trainplan.report import figures, forms
from trainplan.report.charts import Picture
from trainplan.report.figures import FIGURES
from trainplan.report.forms import FORMS
from trainplan.results.compare import Comparison, compare
from trainplan.results.tables import Results, compute
from trainplan.results.verdicts import count_met
from trainplan.text.catalog import texts

HERE = Path(__file__).parent
PLANS = [
    "an_giang_2011_2015",
    *(str(HERE / folder) for folder in ("broken/sound", "plans/shrinking", "plans/one_year")),
]
OF_RESULTS = [name for name, figure in FIGURES.items() if [*inspect.signature(figure).parameters][:-1] == ["results"]]
OF_COMPARISONS = [name for name, figure in FIGURES.items() if "comparison" in inspect.signature(figure).parameters]
VIETNAMESE = re.compile("[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9]")


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


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What figures are drawn from: of the sound plan with three ranges, short of places."""
    return values_of(with_ranges(tmp_path_factory.mktemp("small")), NARROW, draws=256)


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_documented_drawn_and_told_in_words(name: str, inputs: dict[str, Any]) -> None:
    figure = FIGURES[name]
    assert getattr(figures, name) is figure and (inspect.getdoc(figure) or "").split("\n")[0].endswith(".")
    assert any(key.startswith(f"figure.{name}.") for key in texts("en"))
    assert [*inspect.signature(figure).parameters][-1] == "language"
    for language in ("vi", "en"):
        picture = make_part(name, inputs).picture(language)
        assert isinstance(picture.figure, Figure) and picture.png().startswith(b"\x89PNG")
        assert drawn_text_outside(picture) == []
        assert picture.alt.endswith(".") and len(picture.alt) > 30
        if language == "en":
            words = " ".join(
                [picture.alt, *(t.get_text() for t in picture.figure.findobj(lambda a: hasattr(a, "get_text")))]
            )
            assert not VIETNAMESE.search(words.replace("đồng", ""))


def test_no_text_of_a_figure_is_left_without_one() -> None:
    named = {key.split(".")[1] for key in texts("en") if key.startswith("figure.")}
    drawn_alike = {path.stem for path in Path(forms.__file__).parent.glob("*.py")}
    assert named - {"loop"} - drawn_alike <= {*FIGURES, *FORMS}


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("figure", OF_RESULTS)
def test_figures_of_a_scenario(figure: str, language: str, comparison: Comparison) -> None:
    plan, picture = comparison.runs[0].plan, FIGURES[figure](comparison.runs[0], language)
    if picture is None:
        assert figure == "coverage" and len(plan.years) == 1
        return
    assert drawn_text_outside(picture) == []
    assert picture.alt.endswith(".") and len(picture.alt) > 30


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("figure", OF_COMPARISONS)
def test_figures_of_scenarios(figure: str, language: str, comparison: Comparison) -> None:
    picture = FIGURES[figure](comparison, language)
    assert drawn_text_outside(picture) == []
    assert picture.alt.endswith(".")


def test_every_group_has_stocks_and_flows(comparison: Comparison) -> None:
    results = comparison.runs[0]
    for row in results.plan.tables.groups:
        assert drawn_text_outside(figures.group_stocks_and_flows(results, row.id, "vi")) == []


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    ("folder", "changes", "nothing"),
    [
        ("plans/counts", {}, set()),
        ("broken/sound", {"ceilings.*.ceiling_vnd": 0, "programs.*.capacity": 0}, set()),
    ],
    ids=["counts alone", "nobody is sent"],
)
def test_what_has_nothing_to_show_is_not_drawn(
    folder: str, changes: dict[str, Any], nothing: set[str], language: str
) -> None:
    results = compute(load_plan(HERE / folder, overrides=changes))
    pictures = {name: FIGURES[name](results, language) for name in OF_RESULTS}
    drawn = {name: picture for name, picture in pictures.items() if picture is not None}
    assert set(pictures) - set(drawn) == nothing
    for name, picture in drawn.items():
        assert drawn_text_outside(picture) == [], name
        assert picture.alt.endswith(".") and len(picture.alt) > 30


def results_of_an_giang() -> Results:
    return compute(load_plan("an_giang_2011_2015"))


def test_the_message_of_a_figure_is_counted_from_the_results() -> None:
    results = results_of_an_giang()
    met = count_met(results.plan, results["verdicts"]["verdict"] == "met")
    assert f"đạt khi đến hạn: {met['met']}/{met['objectives']} chỉ tiêu" in figures.coverage(results, "vi").alt


def test_languages_do_not_mix() -> None:
    results = results_of_an_giang()
    english = figures.people_missing(results, "en").figure
    words = " ".join(t.get_text() for t in english.findobj(lambda a: hasattr(a, "get_text")))
    assert "Yearly training" in words and "Bồi dưỡng" not in words
