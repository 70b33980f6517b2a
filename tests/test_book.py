"""The set-up cell: which coordinates open a book, and what is said of the others."""

from __future__ import annotations

import inspect
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from trainplan.report.book import Book, open_book
from trainplan.report.html import html_table
from trainplan.report.sentences import headline
from trainplan.report.tables import verdicts
from trainplan.text.problems import PlanError

SOUND = str(Path(__file__).parent / "broken" / "sound")
DECLARED = """plan: str = ""
scenario: str = "base"
overrides: dict = {}
language: str = "vi"
output_dir: Optional[str] = None"""


RANGES = """
uncertain:
  - {address: ceilings.*.ceiling_vnd, form: scale, distribution: uniform, low: 0.7, high: 1.1,
     name: {vi: Kinh phí thực có, en: Money that arrives}, reason: {vi: thử, en: test}}
  - {address: groups.officials.leave_rate, form: value, distribution: triangular, low: 0.02, mode: 0.04, high: 0.09,
     name: {vi: Tỷ lệ rời đi, en: Leaving}, reason: {vi: thử, en: test}}
"""


def names(**changed: Any) -> dict[str, Any]:
    return {"plan": SOUND, "scenario": "base", "overrides": {}, "language": "vi", "output_dir": None, **changed}


@pytest.fixture
def with_ranges(tmp_path: Path) -> Path:
    """The sound plan with two ranges."""
    folder = Path(shutil.copytree(SOUND, tmp_path / "ranged"))
    with (folder / "plan.yaml").open("a", encoding="utf-8") as file:
        file.write(RANGES)
    return folder


def complaint(given: dict[str, Any]) -> str:
    with pytest.raises(PlanError) as caught:
        open_book(given)
    return str(caught.value)


def test_a_book_opens() -> None:
    book = open_book(names(overrides={"programs.college.capacity": 10}))
    assert book.plan.changes["address"].tolist() == ["programs.college.capacity"]


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
    assert isinstance(open_book(names(In=["", DECLARED, "x: int = 1"])), Book)


def test_figures_are_kept_where_a_folder_is_given(tmp_path: Path) -> None:
    open_book(names(output_dir=str(tmp_path))).coverage()
    assert [path.name for path in (tmp_path / "figures").iterdir()] == ["coverage.vi.png"]


def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_book(names()).coverage()
    assert list(tmp_path.iterdir()) == []


METHODS = [name for name, _ in inspect.getmembers(Book, inspect.isfunction) if not name.startswith("_")]


@pytest.mark.parametrize("rule", ["proportional", "optimal"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_method_shows_something(
    rule: str, language: str, with_ranges: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also those that a book inherits, such as the pages of uncertainty."""
    book = open_book(names(plan=str(with_ranges), language=language, scenarios=[], overrides={"allocation": rule}))
    for name in METHODS:
        getattr(book, name)()
        assert re.search("HTML object|image/png", capsys.readouterr().out), name
    assert {"coverage", "goal", "tornado", "differences"} <= set(METHODS)


def test_every_method_does_without_ranges() -> None:
    book = open_book(names(scenarios=[]))
    for name in METHODS:
        getattr(book, name)()


def test_tables_escape_what_they_hold() -> None:
    table = verdicts(open_book(names()).results, "en")
    table.iloc[0, 0] = "<b>&"
    assert "&lt;b&gt;&amp;" in html_table(table)


def test_the_answer_counts() -> None:
    book = open_book(
        names(overrides={"allocation": "all", "programs.*.completion_rate": 1, "programs.*.capacity": {"value": 5000}})
    )
    met = (book.results["verdicts"]["verdict"] == "met").sum()
    assert f"{met} of {len(book.results['verdicts'])} targets are met" in headline(book.results, "en")[0]
