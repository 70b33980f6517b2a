"""One broken file a mistake, and the words that its message must hold: file, row, column, value, what is allowed."""

from __future__ import annotations

import codecs
import pickle
import shutil
from pathlib import Path

import pytest

from trainplan.plan.plan import load_plan
from trainplan.plan.schema import TABLES
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


LEVER = (
    "language: vi\nlevers:\n- {id: one, address: programs.college.completion_rate, label: {vi: a, en: b}, "
    "group: courses, unit: share, "
)
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
    ("programs.csv", "0.85", '"8,5E-01"', "column completion_rate | '8,5E-01' | in one way"),
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
    ("plan.yaml", "ambition: mid", "", "column ambition: | allowed are 'low', 'mid', 'high'"),
    ("plan.yaml", "allocation: proportional", "allocation:", "column allocation: | allowed are 'all', "),
    (
        "plan.yaml",
        "language: vi",
        LEVER + "low: 0,8, high: 1, step: 0.1}",
        "column 8: | decimal mark as a point",
    ),
    (
        "plan.yaml",
        "language: vi",
        LEVER + "l\u043ew: 0, high: 1, step: 0.1}",
        "Nearest: 'low' | Letter 2 of",
    ),
    ("plan.yaml", "language: vi", LEVER.replace("vi: a", 'vi: "a\\u200b"') + "low: 0}", "column label: | Letter 2 of"),
    (
        "plan.yaml",
        "language: vi",
        LEVER.replace("ll", "l\u200bl") + "low: 0}",
        "column address: | Letter 13 of",
    ),
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


TOGETHER = {  # rows laid over the sound plan, and every message that they must come to at once, each by its words
    "objectives degree,officials,attainment,,Hold,x,0.8,0.7,20x4,,,,1,2,,II.1,assumption: x": (
        "column name_vi",
        "column baseline: 'x'",
        "column due: '20x4'",
        "'0.7' | target_high must not be below",
    ),
    "objectives degree,oficials,attainment,a,b,x,8,,2024,,,,1,2,,II.1,assumption: x": (
        "column baseline: 'x'",
        "column target_low: '8' | a share, 0 to 1",
        "column group: 'oficials' | Nearest: 'officials'",
    ),
    "objectives yearly,delegates,annual,,b,0,0.9,,2029,,,,2,1,yearly,II.2,assumption: x": (
        "column name_vi",
        "column due: '2029' | within the plan's years",
        "part_of leads back to itself",
        "column part_of | joins a count",
    ),
    "objectives abroad_all,leaders,count,,b,1,20,30,2024,,,,3,1,,II.4,assumption: x": (
        "column name_vi",
        "column baseline: '1.0' | its baseline is 0",
    ),
    "objectives part,leaders,count,a,b,0,5,,2024,x,,,3,1,abroad_all,II.4,assumption: x\n"
    "objectives abroad_all,leaders,count,a,b,0,20,30,2023-06,,,,3,1,,II.4,assumption: x\n"
    "routes part,abroad,1": ("column entry_share: 'x'", "(part), | column due: '2024' | 'abroad_all' is due 2023-06"),
    "groups officials,a,b,province,x,0.01,0.04,,,assumption: x": (
        "column headcount: 'x'",
        "column appointment_rate: '' | 'new' needs",
    ),
    "groups delegates,,b,commune,0,0,0.05,,,assumption: x\n"
    "programs short,skills,a,b,1,0.98,40,,500000,4000000,wage,school,assumption: x\n"
    "pipeline yearly,short,2020,35,assumption: x": (
        "column name_vi",
        "column started: '2020' | lasts 1",
        "column learners: '35' | 'delegates' has nobody",
    ),
    "programs abroad,study,,b,2,0.95,,,1,7,cip,abroad,assumption: x": (
        "column name_vi",
        "column cost_per_class_year: '7'",
        "column price_index: 'cip' | Nearest: 'cpi'",
    ),
    "programs evening,degree,,b,1,0.8,50,,5000000,15000000,,college,assumption: x": (
        "column name_vi",
        "column price_index: '' | a value is needed",
        "college 2, evening 1",
    ),
    "routes degree,college,x\nroutes yearly,short,0.9": ("column share: 'x'", "'yearly' add up to 0.9"),
    "routes degree,colege,x": ("column share: 'x'", "column program: 'colege' | Nearest: 'college'"),
    "funding college,province,x,assumption: x\nfunding evening,province,0.4,assumption: x\n"
    "sources total,,b,assumption: x": (
        "column share: 'x'",
        "column name_vi",
        "evening | add up to 0.9",
        "'total' names all",
    ),
    "prices cpi,2022,x,assumption: x\nprices wage,2025,1,assumption: x": ("column value: 'x'",),
    "unit_headcounts south,officials,500,guess": ("column basis: 'guess'",),
    "unit_headcounts south,officials,x,assumption: x": ("column headcount: 'x'",),
    "observations 2021,degree,800,801,assumption: x": ("column reached: '801' | more can be reached than there are",),
    "actuals 2021,degree,colege,north,x,,,guess": (
        "column enrolled: 'x'",
        "column basis: 'guess'",
        "column program: 'colege' | Nearest",
        "column program: 'degree, colege' | neither routes",
    ),
    "actuals 2021,degree,college,north,9,9,,assumption: x\nactuals 2021,degree,college,south,9,,,assumption: x": (
        "column completed | ghi số hoàn thành | say how many completed",
    ),
    "actuals 2021,yearly,short,,9,,,assumption: x\nactuals 2021,yearly,short,,9,,,assumption: x": ("2 times; once",),
    "actuals 2021,yearly,short,,9,,,guess\nactuals 2021,yearly,short,,9,,,assumption: x": (
        "column basis: 'guess'",
        "2 times; once",
    ),
}


def lay(plan: Path, name: str, row: str) -> None:
    """Puts a row in place of that of the same keys in a sound table, or after its last."""
    path, keys = plan / f"{name}.csv", len(TABLES[name].keys)
    lines = path.read_text("utf-8").splitlines() if path.exists() else [",".join(TABLES[name].columns)]
    at = [i for i, line in enumerate(lines) if line.split(",")[:keys] == row.split(",")[:keys]]
    if at and (SOUND / f"{name}.csv").exists():
        lines[at[0]] = row
    else:
        lines.append(row)
    path.write_text("\n".join(lines) + "\n", "utf-8")


@pytest.mark.parametrize("rows", TOGETHER)
def test_all_mistakes_of_a_row_are_told_at_once(rows: str, tmp_path: Path) -> None:
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    for row in rows.splitlines():
        lay(plan, *row.split(" ", 1))
    with pytest.raises(PlanError) as caught:
        load_plan(plan)
    lines = str(caught.value).splitlines()[1:]
    for words in TOGETHER[rows]:
        assert any(all(word in line for word in words.split(" | ")) for line in lines), f"{words} not in {caught.value}"
    assert len(lines) == len(TOGETHER[rows]), caught.value


def test_a_table_that_cannot_be_read_is_blamed_alone(tmp_path: Path) -> None:
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    (plan / "units.csv").write_bytes((plan / "units.csv").read_text("utf-8").encode("utf-16"))
    with pytest.raises(PlanError) as caught:
        load_plan(plan)
    assert [(problem.where, problem.code) for problem in caught.value.problems] == [("units.csv", "not_utf8")]


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
