"""One broken file a mistake, and the words that its message must hold: file, row, column, value, what is allowed."""

from __future__ import annotations

import codecs
import pickle
import shutil
from pathlib import Path

import pytest

from trainplan.plan.plan import load_plan
from trainplan.text.catalog import say
from trainplan.text.problems import PlanError

BROKEN = Path(__file__).parent / "broken"
SOUND = BROKEN / "sound"
MISTAKES = sorted(path.name for path in BROKEN.iterdir() if path.is_dir() and path != SOUND)


def broken_plan(mistake: str, folder: Path) -> Path:
    """The sound plan with the files of a mistake laid over it."""
    plan = Path(shutil.copytree(SOUND, folder / "plan"))
    shutil.copytree(BROKEN / mistake, plan, dirs_exist_ok=True)
    if (plan / "remove.txt").exists():
        (plan / (plan / "remove.txt").read_text("utf-8").strip()).unlink()
    return plan


def scenario_of(mistake: str) -> str:
    return "costs_up" if (BROKEN / mistake / "scenarios").exists() else "base"


def test_the_sound_plan_is_sound() -> None:
    assert load_plan(SOUND, "costs_up").warnings == []


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named(mistake: str, tmp_path: Path) -> None:
    with pytest.raises(PlanError) as caught:
        load_plan(broken_plan(mistake, tmp_path), scenario_of(mistake))
    lines = str(caught.value).splitlines()[1:]
    expected = (BROKEN / mistake / "expected.txt").read_text("utf-8").splitlines()
    for words in expected:
        wanted = words.split(" | ")
        assert any(all(word in line for word in wanted) for line in lines), f"{wanted} not in:\n" + "\n".join(lines)
    for problem in caught.value.problems:
        assert say(f"problem.{problem.code}", "vi", **problem.values) in str(problem), "not said in Vietnamese"
    files = {words.split(" | ")[0] for words in expected}
    assert all(any(file in line for file in files) for line in lines), "a mistake in one file is blamed on another"


def test_each_mistake_is_told_once(tmp_path: Path) -> None:
    with pytest.raises(PlanError) as caught:
        load_plan(broken_plan("unknown_group", tmp_path))
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize("change", ["bom", "crlf", "further_column", "blank_lines"])
def test_what_excel_and_people_add_is_fine(change: str, tmp_path: Path) -> None:
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    for path in plan.glob("*.csv"):
        data = path.read_bytes()
        if change == "bom":
            data = codecs.BOM_UTF8 + data
        elif change == "crlf":
            data = data.replace(b"\n", b"\r\n")
        elif change == "further_column":
            data = b"\n".join(line + b",remark" for line in data.splitlines()) + b"\n"
        else:
            data += b"\n,,,\n\n"
        path.write_bytes(data)
    assert load_plan(plan).tables == load_plan(SOUND).tables


def test_decomposed_letters_are_composed(tmp_path: Path) -> None:
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    path = plan / "sources.csv"
    path.write_text(path.read_text("utf-8").replace("â", "a\u0302"), "utf-8")
    assert load_plan(plan).label("sources", "province", "vi") == "Ngân sách tỉnh"


def test_a_problem_reaches_another_process_as_it_was() -> None:
    with pytest.raises(PlanError) as caught:
        load_plan(SOUND, "costs_up", {"programs.*.capacity": {"tiems": 2}, "grups.x.growth": 1})
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.problems) == (str(caught.value), caught.value.problems)
