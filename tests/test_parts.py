"""Parts of pages: opened by a notebook's coordinates, shown in both languages, and values that a script takes."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from making import SOUND, make_part, values_of, with_ranges
from trainplan import open_notebook, parts, sentences, show, tables
from trainplan.report.forms import FORMS
from trainplan.report.html import PART, html_table
from trainplan.report.notebook import Page
from trainplan.report.page_figure import PageFigure
from trainplan.report.parts import (
    ANSWERS,
    COMPOSED,
    FigurePiece,
    HtmlPiece,
    Part,
    SentencesPiece,
    TablePiece,
)
from trainplan.text.catalog import LANGUAGES, say, texts
from trainplan.text.problems import PlanError

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
DECLARED = """plan: str = ""
scenario: str = "base"
overrides: dict = {}
language: str = "vi"
output_dir: Optional[str] = None"""


def names(**changed: Any) -> dict[str, Any]:
    base = {"plan": str(SOUND), "scenario": "base", "overrides": {}, "language": "vi", "output_dir": None}
    return {**base, **changed}


def complaint(given: dict[str, Any]) -> str:
    with pytest.raises(PlanError) as caught:
        open_notebook(given)
    return str(caught.value)


# --- the set-up cell


def test_a_notebook_opens() -> None:
    page = open_notebook(names(overrides={"programs.college.capacity": 10}))
    assert page.plan.changes["address"].tolist() == ["programs.college.capacity"]
    assert page.results.plan is page.plan and page.results is page.results
    assert page.others == () and page.output_dir is None and page.group is None


def test_it_opens_the_scenarios_that_it_declares() -> None:
    every = [plan.scenario for plan in open_notebook(names(scenarios=[])).others]
    assert every and "base" not in every
    assert [plan.scenario for plan in open_notebook(names(scenarios=["base", "costs_up"])).others] == ["costs_up"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"plan": 3}, ["column plan", "'3'", "a path"]),
        ({"plan": "nowhere"}, ["no such plan", "'nowhere'"]),
        ({"scenario": "cost_up"}, ["no such scenario", "Nearest: 'costs_up'"]),
        ({"overrides": "none"}, ["column overrides", "a map"]),
        ({"overrides": {"programs.colege.capacity": 1}}, ["no row 'colege'", "Nearest: 'college'"]),
        ({"language": "fr"}, ["column language", "vi or en"]),
        ({"output_dir": False}, ["column output_dir", "a folder, or None"]),
        ({"group": "leader"}, ["column group", "Nearest: 'leaders'"]),
        ({"scenarios": "base"}, ["column scenarios", "a list"]),
    ],
)
def test_a_wrong_coordinate_is_named(changed: dict[str, Any], words: list[str]) -> None:
    message = complaint(names(**changed))
    assert all(word in message for word in words), message


def test_everything_wrong_is_said_at_once() -> None:
    message = complaint(names(language="fr", overrides=[], plan=None))
    assert message.count("\n  - ") == 3


def test_an_injected_name_that_the_notebook_lacks_is_named() -> None:
    cells = ["", DECLARED, '# Parameters\nscenaro = "base"\nlanguage = "en"\n']
    message = complaint(names(In=cells))
    assert "'scenaro'" in message and "Nearest: 'scenario'" in message


def test_by_hand_there_is_nothing_injected() -> None:
    assert isinstance(open_notebook(names(In=["", DECLARED, "x: int = 1"])), Page)


# --- how parts are shown


def test_figures_are_kept_where_a_folder_is_given(tmp_path: Path) -> None:
    page = open_notebook(names(output_dir=str(tmp_path / "page"), language="en"))
    show(parts.causes(page.results), parts.verdicts(page.results))
    show(parts.causes(page.results), language="vi", output_dir=tmp_path / "mine")
    kept = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.png"))
    assert kept == ["mine/figures/causes.vi.png", "page/figures/causes.en.png"]
    assert (tmp_path / kept[1]).read_bytes() == parts.causes(page.results).page_figure("en").png()


def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    show(parts.causes(open_notebook(names()).results))
    assert list(tmp_path.iterdir()) == []


def test_tables_escape_what_they_hold() -> None:
    table = parts.verdicts(open_notebook(names()).results).frame("en")
    table.iloc[0, 0] = "<b>&"
    assert "&lt;b&gt;&amp;" in html_table(table)


def test_the_answer_counts() -> None:
    everything = {"allocation": "all", "programs.*.completion_rate": 1, "programs.*.capacity": {"value": 5000}}
    results = open_notebook(names(overrides=everything)).results
    met = (results["verdicts"]["verdict"] == "met").sum()
    said = parts.headline(results).sentences("en")
    assert met == len(results["verdicts"]) and said[0].startswith(f"All {met} targets of the plan ")
    assert parts.target_strip(results, None).page_figure("en").caption.finding == say(
        "figure.target_strip.all_met", "en"
    )


def test_a_list_without_sentences_leaves_nothing_on_a_page() -> None:
    part = parts.weak_classes(open_notebook(names(overrides={"programs.*.class_size": 1})).results)
    assert part.sentences("en") == [] and [piece.html("en") for piece in part.pieces] == [""]


@pytest.mark.parametrize("notebook", sorted(NOTEBOOKS.glob("[0-9]*.ipynb")), ids=lambda path: path.stem)
def test_a_page_has_one_answer_and_shows_no_part_twice(notebook: Path) -> None:
    shown = [
        name
        for cell in json.loads(notebook.read_text("utf-8"))["cells"]
        for name in PART.findall("".join(cell["source"]))
    ]
    assert sum(name in {*ANSWERS, "likelihood"} for name in shown) == 1
    assert len(set(shown)) == len(shown)


# --- every registered part


@pytest.fixture(scope="module", params=["proportional", "optimal"])
def values(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return values_of(with_ranges(tmp_path_factory.mktemp("plan")), {"allocation": request.param})


@pytest.mark.parametrize("name", parts.list_parts())
def test_a_part_is_shown_and_gives_its_value_in_both_languages(
    name: str, values: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    part = make_part(name, values)
    assert part.name == name and part.pieces
    for language in LANGUAGES:
        show(part, language=language)
        shown = re.findall("HTML object|image/png|text/html", capsys.readouterr().out)
        silent = [
            piece for piece in part.pieces if not (piece.html if isinstance(piece, HtmlPiece) else piece.make)(language)
        ]
        assert len(shown) + len(silent) == len(part.pieces)
        for piece in part.pieces:
            if isinstance(piece, FigurePiece) and piece in silent:
                with pytest.raises(LookupError, match="nothing to draw"):
                    part.page_figure(language)
            elif isinstance(piece, FigurePiece):
                assert isinstance(part.page_figure(language), PageFigure) and part.page_figure(language).caption.alt
            elif isinstance(piece, TablePiece):
                assert isinstance(part.frame(language), pd.DataFrame)
            else:
                assert isinstance(piece, SentencesPiece) and isinstance(part.sentences(language), list)


@pytest.mark.parametrize("name", parts.list_parts())
def test_a_part_is_documented_and_has_a_caption_in_both_languages(name: str) -> None:
    assert len(inspect.getdoc(getattr(parts, name)) or "") > 20
    vietnamese, english = (Part(name).caption(language) for language in LANGUAGES)
    assert vietnamese and english and vietnamese != english


def test_nothing_has_a_caption_and_no_part() -> None:
    assert {key.removeprefix("caption.") for key in texts("en") if key.startswith("caption.")} == set(
        parts.list_parts()
    )


def test_every_figure_table_and_list_of_sentences_is_a_part_of_its_own_name() -> None:
    registers = [FORMS, tables.TABLES, sentences.SENTENCES, COMPOSED]
    assert sorted(name for register in registers for name in register) == parts.list_parts()  # each once
    assert set(sentences.SENTENCES) > ANSWERS


def test_a_part_of_a_plan_without_ranges_shows_nothing_of_draws(capsys: pytest.CaptureFixture[str]) -> None:
    values = values_of(SOUND)
    drawn = ["cost_bands", "driver_shares", "enrollment_bands", "missed_when", "money_over", "probabilities"]
    drawn += ["rules_and_chances", "sent_bands", "strongest_inputs", "target_chances"]
    show(*(make_part(name, values) for name in (*drawn, "probabilities_by_rule", "ranges")))
    assert capsys.readouterr().out == ""
    assert parts.likelihood(None, None, []).sentences("en") == [say("sentence.no_ranges", "en")]
    empty = {name for name in parts.list_parts() if not make_part(name, values).pieces}
    said = {"better_rule", "certainty_answer", "chances_and_cost", "describe_loop", "strongest_input"}
    assert empty == {*drawn, *said}


def test_adding_a_part_is_one_registration(monkeypatch: pytest.MonkeyPatch) -> None:
    def years(plan: Any, language: str) -> list[str]:
        return [f"{plan.first}–{plan.last} ({language})"]

    monkeypatch.setitem(sentences.SENTENCES, "years", years)
    plan = open_notebook(names()).plan
    assert "years" in parts.list_parts() and parts.years(plan).sentences("en") == [f"{plan.first}–{plan.last} (en)"]


def test_what_a_part_does_not_have_is_said() -> None:
    results = open_notebook(names()).results
    for asked in (parts.causes(results).frame, parts.causes(results).sentences, parts.verdicts(results).figure):
        with pytest.raises(LookupError, match="has no"):
            asked("vi")
    with pytest.raises(AttributeError, match="no part 'verdict'; nearest: 'verdicts'"):
        parts.verdict(results)
    with pytest.raises(TypeError, match="results"):
        parts.causes()


def test_the_flow_is_that_of_the_group_asked_for_or_of_the_busiest() -> None:
    results = open_notebook(names()).results
    left = results["workforce"].groupby("group")["leavers"].sum()
    names_of = {id: results.plan.short_label("groups", id, "en") for id in left.index}
    assert parts.group_flow(results, "leaders").page_figure("en").caption.finding.startswith(names_of["leaders"])
    own = {row.group for row in results.plan.tables.objectives if row.kind != "count"}
    busiest = names_of[left[list(own)].idxmax()]
    assert parts.group_flow(results, None).page_figure("en").caption.finding.startswith(busiest)


def test_a_plan_without_a_group_of_its_own_objective_has_a_flow() -> None:
    page = open_notebook(names(plan=str(SOUND.parents[1] / "plans" / "counts")))
    assert {row.kind for row in page.plan.tables.objectives} == {"count"}
    assert "<svg" in parts.group_flow(page.results, None).page_figure("en").body()
