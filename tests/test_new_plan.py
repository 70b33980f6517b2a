"""`trainplan new`: a plan from nothing, one like another plan, and one from answers in a terminal."""

from __future__ import annotations

import csv
import os
import re
import select
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from making import SOUND
from trainplan.cli import main
from trainplan.cycle.form_layout import PACKAGED
from trainplan.plan.new_plan import NewTarget, new_plan
from trainplan.plan.plan import load_plan
from trainplan.plan.plan_like import plan_like
from trainplan.plan.schema import TABLES
from trainplan.results.tables import compute
from trainplan.storage.plans import write_plan
from trainplan.text.catalog import LANGUAGES, say
from trainplan.text.letters import plain_name

PLANS = Path(__file__).parent / "plans"
AN_GIANG = "an_giang_2011_2015"
REQUIRED = [name for name, table in TABLES.items() if table.required]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which commands are given."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def new(*arguments: object) -> int:
    return main(["new", *map(str, arguments)])


def written(folder: Path) -> dict[str, str]:
    """Every file in a folder, by its path in it."""
    return {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in folder.rglob("*") if p.is_file()}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- from nothing


@pytest.mark.parametrize("span", [1, 5, 10, 25])
def test_a_new_plan_is_accepted_and_computed(span: int, here: Path) -> None:
    assert new("a/b", "--first", 2026, "--last", 2025 + span) == 0
    assert main(["check", "a/b"]) == 0
    assert main(["tables", "a/b", "--output", "out"]) == 0
    sent = [float(row["funded"]) for row in rows_of(here / "out" / "enrollment.csv")]
    assert len(sent) == span and sum(sent) > 0
    assert sorted(path.stem for path in (here / "a/b/data").iterdir()) == sorted(REQUIRED)


@given(first=st.integers(1901, 2200), span=st.integers(1, 60))
@settings(max_examples=15, deadline=None)
def test_a_new_plan_of_any_years_is_accepted(first: int, span: int) -> None:
    years = range(first, min(first + span, 2201))
    with tempfile.TemporaryDirectory() as folder:
        write_plan(f"{folder}/one", new_plan(years))
        plan = load_plan(f"{folder}/one")
    assert plan.years == years and len(plan.levers) == 4


def test_what_a_new_plan_holds_is_plainly_an_example(here: Path) -> None:
    new("a/b", "--first", 2026, "--last", 2030)
    plan = load_plan("a/b")
    for name in REQUIRED:
        for row in plan.tables[name]:
            assert getattr(row, "basis", "assumption: example").startswith("assumption: example")
            for language in LANGUAGES:
                start = {"vi": "Ví dụ: ", "en": "Example: "}[language]
                assert getattr(row, f"name_{language}", start).startswith(start)
    for path, text in written(here).items():
        assert not re.search("An Giang|2415|clause:|law:", text), path


def test_every_optional_key_of_a_new_plan_can_be_put_to_use(here: Path) -> None:
    new("a/b", "--first", 2026, "--last", 2030)
    file = here / "a/b/plan.yaml"
    text = file.read_text("utf-8")
    keys = type(load_plan("a/b").choices).model_fields
    said = {f"# {say(f'new.file.{key}', language)}" for key in keys if key != "last" for language in LANGUAGES}
    said |= {f"# {say('new.file.more_levers', language)}" for language in LANGUAGES}
    used = "\n".join(line if line in said else line.removeprefix("#") for line in text.splitlines())
    file.write_text(used, "utf-8")
    plan = load_plan("a/b")
    assert plan.ranges and str(plan.choices.as_of) == "2025-12-31" and plan.choices.owner == "…"
    assert {*YAML(typ="safe").load(used)} == set(keys), "a new plan.yaml shows every key"
    assert said <= set(text.splitlines())


def test_whatever_replaces_the_examples_the_levers_hold(here: Path) -> None:
    """Other ids everywhere, and ceilings that differ between years; the levers in comments are for such data, too."""
    new("a/b", "--first", 2026, "--last", 2027)
    for path in (here / "a/b/data").glob("*.csv"):
        path.write_text(path.read_text("utf-8").replace("example_", "my_"), "utf-8")
    ceilings = "year,source,ceiling_vnd,basis\n2026,total,{},clause: I\n2027,total,7000000000,clause: I\n"
    (here / "a/b/data/ceilings.csv").write_text(ceilings.format(9000000000), "utf-8")
    plan = load_plan("a/b")
    assert [lever.id for lever in plan.levers] == ["allocation", "pacing", "ambition", "headcount"]
    file = here / "a/b/plan.yaml"
    before, comment, rest = file.read_text("utf-8").partition(say("new.file.more_levers", "en") + "\n")
    used = re.sub("^#(?=-|  )", "", re.split(r"\n# \S", rest)[0], flags=re.MULTILINE).replace("example_", "my_")
    assert "my_group" in used
    file.write_text(before + comment + used.replace("5000000000", "9000000000") + "\n", "utf-8")
    (here / "a/b/data/ceilings.csv").write_text(ceilings.format(7000000000), "utf-8")
    assert [lever.id for lever in load_plan("a/b").levers[4:]] == ["money", "headcount_my_group"]


def test_groups_and_targets_that_are_given_have_ids_of_their_own() -> None:
    targets = [NewTarget("Đoàn thể", "Đạt chuẩn", 0.705, 0.9, 2027), NewTarget("B", "đạt chuẩn", 0, 1, 2026)]
    groups = [("Đoàn thể", 3850), ("B", 10), ("???", 1), ("!!!", 0)]
    with tempfile.TemporaryDirectory() as folder:
        write_plan(f"{folder}/one", new_plan(range(2026, 2028), "Tên", groups, targets))
        plan = load_plan(f"{folder}/one")
    assert [(g.id, g.name_vi, g.headcount) for g in plan.tables.groups] == [
        ("doan_the", "Đoàn thể", 3850), ("b", "B", 10), ("group", "???", 1), ("group_2", "!!!", 0),
    ]  # fmt: skip
    found = [(o.id, o.group, o.baseline, o.target_low, o.due) for o in plan.tables.objectives]
    assert found == [("dat_chuan", "doan_the", 0.705, 0.9, "2027"), ("dat_chuan_2", "b", 0, 1, "2026")]
    assert plan.title("vi") == plan.title("en") == "Tên"


def test_a_name_without_accents() -> None:
    assert plain_name("Công chức Đồng Tháp (cấp xã) 2026") == "cong_chuc_dong_thap_cap_xa_2026"
    assert plain_name("???") == ""


def test_a_new_plan_may_be_a_workbook(here: Path) -> None:
    for like in ([], ["--like", AN_GIANG]):
        name = f"b{len(like)}"
        assert new(f"csv/{name}", "--first", 2026, "--last", 2030, *like) == 0
        assert new(f"book/{name}", "--first", 2026, "--last", 2030, "--excel", *like) == 0
        assert load_plan(f"csv/{name}").content_hash == load_plan(f"book/{name}").content_hash
        assert [path.name for path in (here / "book" / name / "data").iterdir()] == [f"{name}.xlsx"]
        assert not load_plan(f"book/{name}").warnings or not like


def test_a_plan_like_another_keeps_the_forms_of_its_office(here: Path) -> None:
    old = here / "old"
    shutil.copytree(SOUND, old)
    (old / "forms").mkdir()
    form = (PACKAGED / "b04.yaml").read_text("utf-8").replace("width: 5", "width: 6")
    (old / "forms" / "b04.yaml").write_text(form, "utf-8")
    assert new("a/like", "--first", 2026, "--last", 2030, "--like", old) == 0
    assert new("a/book", "--first", 2026, "--last", 2030, "--excel", "--like", old) == 0
    assert main(["export", str(old), "--output", "old.xlsx"]) == 0
    assert main(["import", "old.xlsx", str(here / "copy")]) == 0
    assert {(here / name / "forms" / "b04.yaml").read_text("utf-8") for name in ("a/like", "a/book", "copy")} == {form}


# --- where it stands


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder of its own."""
    monkeypatch.setattr("trainplan.plan.plan_files.PROJECT", tmp_path)
    return tmp_path


def test_a_plan_by_name_stands_in_params_and_data(project: Path) -> None:
    assert new("dong_thap", "--first", 2026, "--last", 2027) == 0
    assert sorted(path.stem for path in (project / "data/dong_thap").iterdir()) == sorted(REQUIRED)
    assert "\ndata: ../../data/dong_thap\n" in (project / "params/dong_thap/plan.yaml").read_text("utf-8")
    assert main(["check", str(project / "params/dong_thap")]) == 0


@pytest.mark.parametrize("kept", ["params/x/plan.yaml", "params/x/scenarios/s.yaml", "data/x/groups.csv", "data/x"])
def test_what_is_there_stays_as_it_is(kept: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / kept).parent.mkdir(parents=True)
    (project / kept).write_text("mine")
    assert new("x", "--first", 2026, "--last", 2027) == 2
    assert written(project) == {kept: "mine"}
    said = capsys.readouterr().err
    assert any(say(f"problem.{code}", "en") in said for code in ("folder_in_use", "output_in_file"))


@pytest.mark.parametrize("name", ["a?b", "a/..", ".", "", "con", "x.", "a/b:c"])
def test_a_name_that_is_none_of_a_folder_is_refused(
    name: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new(name, "--first", 2026, "--last", 2027) == 2
    assert written(project) == {} and "a folder's name has letters" in capsys.readouterr().err


def test_a_plan_that_cannot_be_written_leaves_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "params").write_text("a file")
    assert new("x", "--first", 2026, "--last", 2027) == 2
    assert written(project) == {"params": "a file"} and not (project / "data" / "x").exists()
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["x/y", "--first", "26", "--last", "2030"], "--first: '26'"),
        (["x/y", "--first", "2026", "--last", "20x0"], "--last: '20x0'"),
        (["x/y", "--first", "2026", "--last", "2025"], "last must not be before first"),
        (["x/y", "--first", "２０２６", "--last", "2027"], "--first"),
        (["x/y", "--first", "2026"], "Missing: --last"),
        (["--first", "2026", "--last", "2027"], "Missing: PLAN"),
        ([], "Missing: PLAN, --first, --last"),
        (["x/y", "--like", AN_GIANG], "Missing: --first, --last"),
        (["x/y", "--first", "2026", "--last", "2027", "--like", "an_giang"], f"'{AN_GIANG}'"),
    ],
)
def test_wrong_options_are_told(
    arguments: list[str], said: str, here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with (here.parent / "none").open("w+") as nobody:
        monkeypatch.setattr(sys, "stdin", nobody)
        assert new(*arguments) == 2
    assert said in capsys.readouterr().err and written(here) == {}


# --- like another plan


@pytest.mark.parametrize(("first", "last"), [(2016, 2020), (2016, 2018), (2021, 2030), (2026, 2026), (2026, 2050)])
def test_a_plan_like_an_giang_keeps_nothing_of_its_decision(first: int, last: int, here: Path) -> None:
    assert new("a/b", "--first", first, "--last", last, "--like", AN_GIANG) == 0
    assert main(["check", "a/b"]) == 0 and main(["tables", "a/b", "--output", "out"]) == 0
    files = written(here / "a/b")
    for path, text in files.items():
        assert not re.search("An Giang|2415|clause:|law:|statistic:|giả định|assumed", text), path
    assert not {"units", "unit_headcounts", "history", "actuals", "statements"} & {Path(path).stem for path in files}
    old, plan = load_plan(AN_GIANG), load_plan("a/b")
    for name in ("groups", "objectives", "programs", "sources"):
        shown = [(r.id, r.name_vi, r.name_en) for r in plan.tables[name]]
        assert shown == [(r.id, r.name_vi, r.name_en) for r in old.tables[name]]
    assert {r.basis for name in plan.spare for r in plan.tables[name] if hasattr(r, "basis")} == {
        "assumption: taken over, to be replaced"
    }
    assert all(plan.is_target) and {row.clause for row in plan.tables.objectives} == {""}
    assert [row.due_year for row in plan.tables.objectives] == [
        min(row.due_year + first - 2011, last) for row in old.tables.objectives
    ]
    of_total = plan.ceilings_of("total")
    assert list(of_total) == list(plan.years) and set(of_total.values()) == {15e9}
    for key in ("as_of", "decided_from", "status", "owner", "contact", "decision"):
        assert getattr(plan.choices, key) is None
    for words in [one.reason.vi for one in plan.ranges]:
        assert words == say("new.basis.taken_over", "vi")


@pytest.mark.parametrize("name", sorted(path.name for path in PLANS.iterdir()))
@pytest.mark.parametrize("shift", [0, 9])
def test_a_plan_like_another_of_as_many_years_has_its_results(name: str, shift: int, tmp_path: Path) -> None:
    old = load_plan(PLANS / name)
    files, _ = plan_like(old, range(old.first + shift, old.last + shift + 1))
    write_plan(str(tmp_path / "one"), files)
    before, after = compute(old), compute(load_plan(tmp_path / "one"))
    for table in ("enrollment", "gap", "budget", "workforce"):
        expected = before[table].assign(year=before[table]["year"] + shift)
        assert after[table].equals(expected), table


def test_levers_and_ranges_move_with_the_years(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new("a/b", "--first", 2016, "--last", 2020, "--like", AN_GIANG)
    old, plan = load_plan(AN_GIANG), load_plan("a/b")
    assert [lever.id for lever in plan.levers] == [lever.id for lever in old.levers]
    assert len(plan.ranges) == len(old.ranges)
    levers = {lever.id: lever for lever in plan.levers}
    assert levers["due_annual"].ends == (2017, 2020)
    assert [str(option) for option in levers["due_delegates"].options] == ["2017-06", "2017-12", "2018", "2019"]
    assert any("prices.usd/2020.value" in one.address for one in plan.ranges)
    capsys.readouterr()
    new("a/c", "--first", 2016, "--last", 2018, "--like", AN_GIANG)
    levers = {lever.id: lever for lever in load_plan("a/c").levers}
    assert levers["due_annual"].ends == (2017, 2018)
    assert [str(option) for option in levers["due_delegates"].options] == ["2017-06", "2017-12", "2018"]
    assert "the due dates of postgraduate, " in capsys.readouterr().err
    new("a/d", "--first", 2016, "--last", 2016, "--like", AN_GIANG)
    assert "due_commune_cadres; due_annual; due_delegates" in capsys.readouterr().err
    assert not {"due_annual", "due_delegates"} & {lever.id for lever in load_plan("a/d").levers}


def test_a_pacing_that_lists_shares_is_cut_or_goes_on(tmp_path: Path) -> None:
    old = load_plan(PLANS / "new_province", overrides={"pacing": "0.1;0.2;0.3;0.6;1"})
    for span, pacing in ((2, (0.1, 0.2)), (7, (0.1, 0.2, 0.3, 0.6, 1, 1, 1))):
        write_plan(str(tmp_path / str(span)), plan_like(old, range(2031, 2031 + span))[0])
        assert load_plan(tmp_path / str(span)).choices.pacing == pacing


def test_learners_of_units_are_those_of_all_in_a_plan_without_units(tmp_path: Path) -> None:
    plan = Path(shutil.copytree(SOUND, tmp_path / "old"))
    rows = "degree,college,2020,north,20.5,assumption: x\ndegree,college,2020,,15,assumption: x\n"
    (plan / "pipeline.csv").write_text(f"objective,program,started,unit,learners,basis\n{rows}", "utf-8")
    write_plan(str(tmp_path / "new"), plan_like(load_plan(plan), range(2031, 2035))[0])
    [row] = load_plan(tmp_path / "new").tables.pipeline
    assert (row.started, row.unit, row.learners) == (2030, None, 35.5)


# --- from answers in a terminal

LIBRARY = Path(__file__).parents[1] / "lib"


def answer(folder: Path, lines: Sequence[str], *arguments: str) -> tuple[int, str]:
    """(status, what was shown) of `new` in a terminal where each question is answered by the next line."""
    pty = pytest.importorskip("pty", reason="there are no pseudo-terminals")
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.environ["PYTHONPATH"] = str(LIBRARY)
        os.execv(sys.executable, [sys.executable, "-P", "-m", "trainplan", "new", *arguments])
    shown, left, until = b"", list(lines), time.monotonic() + 120
    with open(terminal, "r+b", buffering=0, closefd=True) as screen:  # noqa: PTH123 - a number of a file
        while time.monotonic() < until:
            if not select.select([screen], [], [], 0.1)[0]:
                if left and shown.endswith(b": "):  # silent since a question, so that it waits for the answer
                    screen.write(left.pop(0).encode())
                continue
            try:
                got = screen.read(4096)
            except OSError:  # how Linux says that the other end is closed
                break
            if not got:
                break
            shown += got
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()


def test_a_plan_from_answers(here: Path) -> None:
    (here / "taken").mkdir()
    (here / "taken" / "plan.yaml").write_text("mine")
    refused = {
        "./taken": "there are files in this folder already", "đồng tháp?": "a folder's name has letters",
        "26": "a year of four digits", "2025": "the year must lie within 2026 to 2125", "3.850": "read in two ways",
        "-1": "a number of at least 0", "Công chức xã": "this name is there already", "3": "from 1 to 2 is needed",
        "31/12/2028": "a number is expected, such as", "101": "a number of at most 100", "2031": "within 2026 to 2030",
    }  # fmt: skip
    place = ["", "./taken", "đồng tháp?", "./dong_thap", "Kế hoạch của tôi", "26", "2026", "2025", "2030"]
    groups = ["Công chức xã", "3.850", "-1", "3850", "Công chức xã", "Cán bộ huyện", "1200", ""]
    targets = [
        "Đạt chuẩn",
        "3",
        "1",
        "31/12/2028",
        "70,5%",
        "101",
        "90",
        "2031",
        "",
        "Đạt chuẩn",
        "2",
        "40",
        "60",
        "2028",
        "",
    ]
    status, shown = answer(here, [f"{line}\n" for line in [*place, *groups, *targets]])
    assert status == 0, shown
    for line, said in refused.items():
        assert said in shown, line
    plan = load_plan("dong_thap")
    assert plan.title("vi") == "Kế hoạch của tôi" and plan.years == range(2026, 2031)
    assert [(g.name_vi, g.headcount) for g in plan.tables.groups] == [("Công chức xã", 3850), ("Cán bộ huyện", 1200)]
    found = [(o.group, o.baseline, o.target_low, o.due) for o in plan.tables.objectives]
    assert found == [("cong_chuc_xa", 0.705, 0.9, "2030"), ("can_bo_huyen", 0.4, 0.6, "2028")]
    assert [p.name_en for p in plan.tables.programs] == [say("new.example.course", "en")]
    assert (here / "taken" / "plan.yaml").read_text() == "mine"


def test_what_options_say_is_not_asked(here: Path) -> None:
    status, shown = answer(here, ["./x\n", "\n", "2031\n", "2029\n", "\n"], "--last", "2030")
    assert status == 0 and "the year must lie within 1931 to 2030" in shown
    plan = load_plan("x")
    assert plan.years == range(2029, 2031) and plan.tables.groups[0].id == "example_group"


@pytest.mark.parametrize(("key", "status"), [("\x04", 2), ("\x03", 1)], ids=["end of input", "Ctrl+C"])
def test_answers_that_are_broken_off_leave_nothing(key: str, status: int, here: Path) -> None:
    ended, shown = answer(here, ["./x\n", "\n", "2026\n", "2030\n", "Nhóm\n", key])
    assert ended == status and written(here) == {} and "Traceback" not in shown, shown


# --- pages of it


@pytest.mark.slow
@pytest.mark.parametrize("like", [[], ["--like", AN_GIANG]], ids=["from nothing", "like another"])
def test_pages_of_a_new_plan_are_made(like: list[str], here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert new("a/b", "--first", 2026, "--last", 2030, *like) == 0
    assert main(["run", "a/b", "--notebook", "02", "--language", "vi", "--output", "out"]) == 0, capfd.readouterr()
    page = next((here / "out").rglob("02*.html")).read_text("utf-8")
    assert "An Giang" not in page and say("new.title", "vi", first="2026", last="2030") in page
