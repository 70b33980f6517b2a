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


CELLS = [  # file, what stands there, what a slip makes of it, and the words of the message
    (
        "groups.csv",
        ",800,",
        ",8\u200b00,",
        "column headcount | 8[U+200B]00 | Letter 2 of | U+200B ZERO WIDTH SPACE",
    ),
    (
        "groups.csv",
        ",800,",
        ",８００,",
        "column headcount | '８００' | FULLWIDTH DIGIT EIGHT, not '8'",
    ),
    ("groups.csv", ",800,", ",8\u00a0000,", "thousands | không phải ' ' | U+00A0 NO-BREAK SPACE, not ' '"),
    ("groups.csv", "0.01", "\u22120.01", "column growth | U+2212 MINUS SIGN, không phải '-' | not '-'"),
    (
        "groups.csv",
        "headcount",
        "headc\u043eunt",
        "line 1 | SMALL LETTER O, not 'o' | 'headcount' | chữ thường",
    ),
    ("groups.csv", "headcount", "Headcount", "line 1 | 'Headcount' | small letters | 'headcount'"),
    ("groups.csv", "headcount", "HEADCOUNT", "line 1 | 'HEADCOUNT' | 'headcount'"),
    ("groups.csv", "leave_rate", "leave\u00a0rate", "line 1 | NO-BREAK SPACE, not ' ' | 'leave_rate'"),
    ("groups.csv", "part_of", "Part of", "line 1 | 'Part of' | 'part_of'"),
    ("groups.csv", "leave_rate,", "leave_rate,As_Of,", "line 1 | 'As_Of' | 'as_of'"),
    ("groups.csv", "id,", "\ufeff\ufeffid,", "line 1 | '[U+FEFF]id' | Letter 1 of | ZERO WIDTH NO-BREAK SPACE"),
    (
        "groups.csv",
        "officials,Cán",
        "offi\u00adcials,Cán",
        "column id | offi[U+00AD]cials | HYPHEN | không nhìn thấy",
    ),
    ("groups.csv", "Officials", "Offi\u200bcials", "column name_en | Offi[U+200B]cials | Letter 5 of"),
    (
        "groups.csv",
        "round figure",
        "round\u202e figure",
        "column basis | round[U+202E] figure | TO-LEFT OVERRIDE",
    ),
    (
        "objectives.csv",
        "attainment",
        "attainm\u0435nt",
        "column kind | attainment | 8 của | SMALL LETTER IE, not 'e'",
    ),
    (
        "routes.csv",
        "degree,college",
        "degree,c\u03bfllege",
        "column program | anew: 'college' | OMICRON, not 'o'",
    ),
    ("objectives.csv", ",2024,0.5", ",2024\u201106,0.5", "column due | 2012-06 | NON-BREAKING HYPHEN, not '-'"),
    ("groups.csv", "Officials", "#N/A", "column name_en | '#N/A' | Excel không tính được | Excel could not compute"),
    ("groups.csv", ",800,", ",#REF!,", "column headcount | '#REF!' | Excel could not compute"),
    ("groups.csv", "province", "#VALUE!", "column level | '#VALUE!' | Excel could not compute"),
    ("groups.csv", "assumption: round figure", "#NAME?", "column basis | '#NAME?' | Excel could not compute"),
    ("programs.csv", "short,skills", "#NULL!,skills", "column id | '#NULL!' | Excel could not compute"),
    ("programs.csv", ",120,", ",#DIV/0!,", "column capacity | '#DIV/0!' | Excel could not compute"),
    ("objectives.csv", "2024", "#NUM!", "column due | '#NUM!' | Excel could not compute"),
    ("objectives.csv", "2024", "########", "column due | '########' | Excel could not compute"),
    (
        "ceilings.csv",
        "2021,total,1500000000",
        "2021,total,1.5E+09",
        "'1.5E+09' | rút gọn | digits are lost",
    ),
    ("groups.csv", ",800,", ',"3,85E+03",', "column headcount | '3,85E+03' | digits are lost | 15000000000"),
    ("turnover.csv", "2021", "2.02E+03", "column year | '2.02E+03' | digits are lost"),
    ("programs.csv", "0.85", '"8,5E-01"', "column completion_rate | decimal mark as a point"),
    *(
        ("objectives.csv", "2024", slip, f"column due | '{slip}' | hãy ghi 2022-06; | write 2022-06; Excel")
        for slip in (
            *("Jun-22", "01/06/2022", "6/1/2022", "2022-06-01 00:00:00", "44713", "44713.0", "Thg6-22", "thg 6-22"),
            *("06/2022", "2022-6", "01-Jun-22", "1.6.2022"),
        )
    ),
    ("objectives.csv", "2024", "15/06/2022", "column due | a year and month such as 2012-06, is expected"),
    (
        "plan.yaml",
        "first: 2021",
        "as_of: 30/12/2020\nfirst: 2021",
        "column as_of | ghi 2020-12-30 | write 2020-12-30",
    ),
    ("plan.yaml", "first: 2021", "as_of: 1/2/2021\nfirst: 2021", "column as_of | write 2021-02-01 / 2021-01-02"),
    ("plan.yaml", "A sound plan", '"A \\u200bsound plan"', "column name | Letter 3 of 'A [U+200B]sound plan'"),
    ("plan.yaml", "ambition: mid", "аmbition: mid", "column аmbition | Nearest: 'ambition' | CYRILLIC SMALL LETTER A"),
    ("plan.yaml", "pacing: linear", "pacing: 0,2; 0,5; 0,9; 1", "column pacing | decimal mark as a point"),
    ("scenarios/costs_up.yaml", "1.2", "0,9", "decimal mark as a point | dấu chấm thập phân"),
    ("scenarios/costs_up.yaml", "Costs up", '"Costs \\u200bup"', "column title | Letter 7 of 'Costs [U+200B]up'"),
    ("scenarios/costs_up.yaml", "set:", "s\u0435t:", "Nearest: 'set' | CYRILLIC SMALL LETTER IE"),
    (
        "scenarios/costs_up.yaml",
        "*.cost",
        "sh\u043ert.cost",
        "Nearest: 'short' | Letter 12 of | SMALL LETTER O",
    ),
]


@pytest.mark.parametrize(("file", "sound", "slip", "words"), CELLS)
def test_what_excel_and_keyboards_make_of_a_cell_is_named(
    file: str, sound: str, slip: str, words: str, tmp_path: Path
) -> None:
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    text = (plan / file).read_text("utf-8")
    assert sound in text
    (plan / file).write_text(text.replace(sound, slip, 1), "utf-8")
    with pytest.raises(PlanError) as caught:
        load_plan(plan, "costs_up")
    lines = [line for line in str(caught.value).splitlines() if file in line]
    assert any(all(word in line for word in words.split(" | ")) for line in lines), str(caught.value)


def test_text_for_people_may_hold_unusual_spaces_and_letters(tmp_path: Path) -> None:
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    path = plan / "sources.csv"
    path.write_text(path.read_text("utf-8").replace("Provincial budget", "Budget\u00a02006–2010 of \u0410"), "utf-8")
    assert load_plan(plan).label("sources", "province", "en") == "Budget\u00a02006–2010 of \u0410"


def test_a_small_number_may_have_an_exponent(tmp_path: Path) -> None:
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    path = plan / "ceilings.csv"
    path.write_text(path.read_text("utf-8").replace("1500000000", "1.5e9"), "utf-8")
    assert load_plan(plan).tables == load_plan(SOUND).tables


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
