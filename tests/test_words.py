"""One word for one thing: every option of every choice, on the desk, on the pages and in Excel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from trainplan.desk.levers_view import LeverRow, position_text
from trainplan.plan.levers import Lever, PlanLever, choices_of
from trainplan.plan.plan import load_plan
from trainplan.plan.schema import CHANGEABLE_CHOICES
from trainplan.report.excel import write_excel
from trainplan.report.sentences import headline
from trainplan.report.tables import changes
from trainplan.results.tables import Results, compute
from trainplan.text.catalog import OPTIONS, option_name, say, texts

SOUND = str(Path(__file__).parent / "broken" / "sound")
OF_CHOICES = [(choice, option) for choice in CHANGEABLE_CHOICES for option in choices_of(choice)]


def cells(path: Path) -> Iterator[str]:
    """The texts of the first sheet."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return (str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None)


def changed(choice: str, option: str) -> tuple[Results, str]:
    """A plan in which the choice is changed to the option, or from it; and where a page shows it: new or old."""
    plan = load_plan(SOUND, "base", {choice: option})
    if len(plan.applied):
        return compute(plan), "new"
    to = next(o for o in choices_of(choice) if o != option)
    return compute(load_plan(SOUND, "base", {choice: to})), "old"


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("choice", "option"), OF_CHOICES)
def test_an_option_has_one_word(choice: str, option: str, language: str, tmp_path: Path) -> None:
    word = option_name(option, language)
    assert word != option or language == "en", "a key is not a word"
    lever = Lever.model_validate(
        {"id": "one", "address": choice, "label": {"vi": "m", "en": "o"}, "group": "rule", "unit": "choice"}
    )
    row = LeverRow(PlanLever(lever, {choice: 0}, option, False), language, lambda *_: None, lambda *_: None)
    assert (word, option) in row.hand.options and position_text(row.lever, option, language) == word
    results, where = changed(choice, option)
    assert changes(results.plan, language)[say(f"head.{where}", language)].tolist() == [word]
    assert word in cells(write_excel(results, tmp_path / "a.xlsx", language, "title"))
    if results.plan.allocation == option:
        assert word in " ".join(headline(results, language))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_cover_of_the_excel_file_says_all_of_the_answer(language: str, tmp_path: Path) -> None:
    results = compute(load_plan(SOUND))
    answer = headline(results, language)
    on_cover = list(cells(write_excel(results, tmp_path / "a.xlsx", language, "title")))
    assert [text for text in on_cover if text in answer] == answer


def test_nothing_else_names_an_option() -> None:
    """A word that is also a column's or a text's key would be found there by mistake."""
    named = {key.partition(".")[2]: key for key in texts("vi") if key.partition(".")[0] in OPTIONS}
    assert {option for _, option in OF_CHOICES} <= set(named)
    assert len(named) == sum(key.partition(".")[0] in OPTIONS for key in texts("vi")), "an option in two families"
