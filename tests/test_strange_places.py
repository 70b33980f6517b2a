"""Places and workbooks that nobody meant well: each ends in words, at once, and leaves nothing."""

from __future__ import annotations

import ctypes
import io
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest

from trainplan.cli import COMMANDS, Command, main
from trainplan.cycle.survey_files import NotRead, RawSheet, read_sheets
from trainplan.plan import book_parts
from trainplan.plan.given_files import LARGEST
from trainplan.plan.heads import MOST_COLUMNS
from trainplan.plan.reading import read_table
from trainplan.plan.schema import MOST_IDS, TABLES
from trainplan.plan.workbook import read_book
from trainplan.run.execute import check_parameters
from trainplan.text.catalog import LANGUAGES, say
from trainplan.text.problems import PlanError

COUNTS = Path(__file__).parent / "plans" / "counts"
NOTEBOOK = Path(__file__).resolve().parents[1] / "notebooks" / "01_baseline.ipynb"
LONG = "x" * 300
LINUX_CAPABILITY_VERSION_3, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 0x20080522, 1, 2
on_posix = pytest.mark.skipif(sys.platform == "win32", reason="pipes and links of POSIX")


def commands() -> Iterator[tuple[str, Command]]:
    for name, command in COMMANDS.items():
        if isinstance(command, dict):
            yield from ((f"{name} {own}", one) for own, one in command.items())
        else:
            yield name, command


def values(folder: Path) -> dict[str, list[str]]:
    """What a command line needs besides the place of its plan and of its output."""
    (folder / "forms").mkdir(exist_ok=True)
    (folder / "forms" / "a.csv").write_text("a,b\n1,2\n")
    (folder / "batch.yaml").write_text(f"plans: [{COUNTS}]\n")
    return {
        "forms": [str(folder / "forms")],
        "file": [str(folder / "batch.yaml")],
        "--as-of": ["--as-of", "2021-01-01"],
        "--year": ["--year", "2022"],
    }


def line(name: str, command: Command, given: dict[str, list[str]]) -> list[str]:
    needed = [one for one in command.options if not one.name.startswith("-") or one.settings.get("required")]
    return [*name.split(), *(word for one in needed for word in given[one.name])]


def left_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """What a command line that is refused says, in both languages."""
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said
    return said


WITH_PLAN = [(name, command) for name, command in commands() if any(o.name == "plan" for o in command.options)]
WITH_OUTPUT = [(name, command) for name, command in commands() if any(o.name == "--output" for o in command.options)]


@pytest.fixture
def modes_count() -> Iterator[None]:
    """What is closed is closed to this process, even where it is root's, to whom otherwise all is open."""
    if sys.platform == "win32" or (os.geteuid() == 0 and sys.platform != "linux"):
        pytest.skip("nothing is closed here")
    if os.geteuid() != 0:
        yield
        return
    libc, header, held = ctypes.CDLL(None), (ctypes.c_uint32 * 2)(LINUX_CAPABILITY_VERSION_3), (ctypes.c_uint32 * 6)()
    assert libc.capget(header, held) == 0
    effective = held[0] & ~(1 << CAP_DAC_OVERRIDE | 1 << CAP_DAC_READ_SEARCH)
    assert libc.capset(header, (ctypes.c_uint32 * 6)(effective, *held[1:])) == 0
    yield
    assert libc.capset(header, held) == 0


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """A place where nothing can be read or written, and the code of what is said of it as an output."""
    path = tmp_path / "odd"
    if request.param == "pipe":
        os.mkfifo(path)
    elif request.param == "circle":
        path.symlink_to(path)
    elif request.param == "device":
        path.symlink_to("/dev/zero")
    elif request.param == "closed":
        request.getfixturevalue("modes_count")
        path.mkdir(0)
    else:
        path = tmp_path / LONG
    codes = {"long": "file_name_too_long", "circle": "file_in_circle", "closed": "output_closed"}
    return path, codes.get(request.param, "output_in_file")


odd_places = pytest.mark.parametrize("place", ["long", "pipe", "circle", "device", "closed"], indirect=True)


@on_posix
@odd_places
@pytest.mark.parametrize(("name", "command"), WITH_PLAN, ids=[name for name, _ in WITH_PLAN])
def test_a_plan_in_an_odd_place_is_refused(
    name: str, command: Command, place: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = values(tmp_path) | {"plan": [str(place[0])], "workbook": [str(NOTEBOOK)]}
    given["--output"] = ["--output", str(tmp_path / "out.xlsx")]
    arguments = line(name, command, given) + (["--first", "2020", "--last", "2022"] if name == "new" else [])
    before = left_in(tmp_path)
    refused([*arguments, *(given["plan"] if name in ("run", "lab", "desk") else [])], capsys)
    assert left_in(tmp_path) == before


@on_posix
@odd_places
@pytest.mark.parametrize(("name", "command"), WITH_OUTPUT, ids=[name for name, _ in WITH_OUTPUT])
def test_an_output_in_an_odd_place_is_refused_before_anything_is_computed(
    name: str, command: Command, place: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = place[0] / "book.xlsx"
    given = values(tmp_path) | {"plan": [str(COUNTS)], "--output": []}
    before = left_in(tmp_path)
    said = refused([*line(name, command, given), "--output", str(path)], capsys)
    assert all(say(f"problem.{place[1]}", language) in said for language in LANGUAGES)
    assert left_in(tmp_path) == before


@pytest.mark.parametrize(("name", "command"), WITH_OUTPUT, ids=[name for name, _ in WITH_OUTPUT])
def test_an_output_without_a_name_is_refused(
    name: str, command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = values(tmp_path) | {"plan": [str(COUNTS)], "--output": []}
    assert say("cli.no_place", "vi") in refused([*line(name, command, given), "--output", ""], capsys)


@on_posix
@pytest.mark.parametrize("file", ["plan.yaml", "groups.csv", "units.csv", "scenarios/high.yaml", "forms/b03.yaml"])
@pytest.mark.parametrize(
    ("make", "code"),
    [
        (os.mkfifo, "file_not_regular"),
        (lambda path: path.symlink_to("/dev/zero"), "file_not_regular"),
        (lambda path: path.symlink_to(path), "file_in_circle"),
        (lambda path: path.symlink_to(path.parent / "nothing"), "no_file"),
        (Path.mkdir, "file_is_folder"),
        (lambda path: (path.touch(), os.truncate(path, LARGEST + 1)), "file_too_large"),
    ],
)
def test_a_file_of_a_plan_that_is_no_file_is_said(
    file: str, make: Callable[[Path], object], code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = Path(shutil.copytree(COUNTS, tmp_path / "plan"))
    (plan / file).parent.mkdir(exist_ok=True)
    (plan / file).unlink(missing_ok=True)
    make(plan / file)
    out = tmp_path / "out"
    command = (
        ["tables", str(plan), "--scenario", "high"] if "high" in file else ["yearplan", str(plan), "--year", "2022"]
    )
    said = refused([*command, "--output", str(out)], capsys)
    if file in ("plan.yaml", "scenarios/high.yaml"):  # these are named, and a folder of this name is none of them
        assert code == "file_is_folder" or say(f"problem.{code}", "vi") in said
    else:
        assert file.rpartition("/")[2] in said and say(f"problem.{code}", "vi") in said
    assert not out.exists()


def test_a_working_folder_that_is_gone_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    try:
        (tmp_path / "gone").rmdir()
    except OSError:
        pytest.skip("this system keeps a folder that is in use")
    said = refused(["check", str(COUNTS)], capsys)
    monkeypatch.chdir(tmp_path)
    assert say("problem.no_working_folder", "vi") in said


@pytest.mark.usefixtures("modes_count")
def test_what_is_closed_cannot_be_read_rather_than_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = Path(shutil.copytree(COUNTS, tmp_path / "plan"))
    for closed in (plan / "groups.csv", plan / "scenarios", plan):
        closed.chmod(0)
        assert say("problem.file_locked", "vi") in refused(["check", str(plan)], capsys)
        closed.chmod(0o755)
    tmp_path.chmod(0o555)
    said = refused(["tables", str(plan), "--output", str(tmp_path / "out")], capsys)
    tmp_path.chmod(0o755)
    assert say("problem.output_closed", "vi") in said


@pytest.mark.skipif(sys.platform == "win32", reason="paths of Windows are too short for it")
def test_long_names_of_a_plan_and_a_scenario_are_cut_in_those_of_files(tmp_path: Path) -> None:
    plan = Path(shutil.copytree(COUNTS, tmp_path / ("p" * 255)))
    (plan / "scenarios" / "high.yaml").rename(plan / "scenarios" / f"{LONG[:250]}.yaml")
    command = ["tables", str(plan), "--scenario", LONG[:250], "--output", str(tmp_path / "out"), "--excel"]
    assert main(command) == 0
    assert len([*(tmp_path / "out").glob("ppp*_xxx*.xlsx")]) == len(LANGUAGES)


@on_posix
def test_a_log_goes_to_no_pipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "log")
    monkeypatch.setenv("TRAINPLAN_LOG", str(tmp_path / "log"))
    assert say("problem.file_not_regular", "vi") in refused(["check", str(COUNTS)], capsys)


def test_bytes_that_are_no_letters_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert say("cli.no_letters", "vi") in refused(["check", "a\udcff"], capsys)


@on_posix
@pytest.mark.slow
@pytest.mark.parametrize(
    "environment",
    [
        {"HOME": "/proc"},
        {"HOME": ""},
        {"TMPDIR": "/nothing"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
)
def test_an_odd_environment_changes_nothing(environment: dict[str, str], tmp_path: Path) -> None:
    plan, out = shutil.copytree(COUNTS, tmp_path / "Kế hoạch"), tmp_path / "Kết quả"
    command = [sys.executable, "-P", "-m", "trainplan", "yearplan", str(plan), "--year", "2022", "--output", str(out)]
    lib = {"PYTHONPATH": str(NOTEBOOK.parents[1] / "lib")}
    done = subprocess.run(
        command, env={**os.environ, **lib, **environment}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (out / "year_2022.vi.html").exists()


# --- workbooks


def book(**sheets: list[list[object]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def altered(data: bytes, part: str, change: Callable[[bytes], bytes], added: dict[str, bytes] | None = None) -> bytes:
    """A workbook with one part changed, and others added."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
        for name, text in (added or {}).items():
            new.writestr(name, text)
    return content.getvalue()


SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
BOOK = book(groups=[["id", "name_vi"], ["officials", "Cán bộ"]])
MERGED = b'<mergeCells><mergeCell ref="A1:&#88;FD1048576"/></mergeCells></worksheet>'
LINK = b'<hyperlinks><hyperlink ref="A1:XFD1048576" location="A1"/></hyperlinks></worksheet>'
ENTITIES = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUT_OF_MEASURE = {
    "zip bomb": lambda: altered(BOOK, "", bytes, {"xl/media/a.bin": b"\0" * (book_parts.MOST_BYTES + 1)}),
    "rows": lambda: altered(
        BOOK, SHEET, lambda xml: xml.replace(b"</sheetData>", b"<row/>" * 2_000_000 + b"</sheetData>")
    ),
    "texts": lambda: altered(BOOK, "", bytes, {TEXTS: b"<sst>" + b"<si/>" * 2_000_000 + b"</sst>"}),
    "merged": lambda: altered(BOOK, SHEET, lambda xml: xml.replace(b"</worksheet>", MERGED)),
    "link": lambda: altered(BOOK, SHEET, lambda xml: xml.replace(b"</worksheet>", LINK)),
    "sheets": lambda: altered(BOOK, "", bytes, {f"xl/worksheets/s{n}.xml": b"<a/>" for n in range(10_000)}),
}
DAMAGED = {
    "entities": lambda: altered(BOOK, SHEET, lambda xml: ENTITIES + xml),
    "wide letters": lambda: altered(BOOK, SHEET, lambda xml: (ENTITIES + xml).decode().encode("utf-16")),
    "text": lambda: b"id,name_vi\nofficials,a\n",
    "half": lambda: BOOK[: len(BOOK) // 2],
    "bits": lambda: BOOK[:60] + bytes(byte ^ 255 for byte in BOOK[60:90]) + BOOK[90:],
}
REFUSED = [
    *((make, "too_large") for make in OUT_OF_MEASURE.values()),
    *((make, "damaged") for make in DAMAGED.values()),
]


@pytest.mark.parametrize(("make", "code"), REFUSED, ids=[*OUT_OF_MEASURE, *DAMAGED])
def test_a_workbook_out_of_all_measure_is_refused_wherever_it_comes_in(
    make: Callable[[], bytes], code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = make()
    assert [problem.code for problem in read_book(data, "a.xlsx").problems] == [f"workbook_{code}"]
    (tmp_path / "a.xlsx").write_bytes(data)
    returned = {"too_large": "file_too_large"}.get(code, code)
    assert read_sheets(tmp_path / "a.xlsx", "a.xlsx") == [NotRead("a.xlsx", returned)]
    said = refused(["import", str(tmp_path / "a.xlsx"), str(tmp_path / "plan")], capsys)
    assert "a.xlsx" in said and not (tmp_path / "plan").exists()


def test_what_an_archive_says_of_its_sizes_is_not_believed() -> None:
    data = altered(BOOK, "", bytes, {"xl/a.xml": b"<a>" + b" " * book_parts.MOST_BYTES + b"</a>"})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        said = archive.getinfo("xl/a.xml").file_size
    small = data.replace(said.to_bytes(4, "little"), (5).to_bytes(4, "little"))
    assert small != data
    with pytest.raises(book_parts.BookRefused, match="too_large"):
        book_parts.unpack_book(small)


def test_a_far_cell_and_a_false_size_of_a_sheet_cost_nothing(tmp_path: Path) -> None:
    false = altered(BOOK, SHEET, lambda xml: xml.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"'))
    far = altered(BOOK, SHEET, lambda xml: xml.replace(b'r="B2"', b'r="XFD2"'))
    assert false != BOOK != far
    assert read_book(false, "a.xlsx").tables["groups"].rows == [{"id": "officials", "name_vi": "Cán bộ"}]
    for data, wanted in ((false, RawSheet), (far, NotRead)):
        (tmp_path / "a.xlsx").write_bytes(data)
        assert isinstance(read_sheets(tmp_path / "a.xlsx", "a.xlsx")[0], wanted)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["", ""], ["id", "name_vi"], *([f"x{n}", "a"] for n in range(MOST_IDS + 1))], "too_many_rows"),
        ([["id", "name_vi", *(f"c{n}" for n in range(MOST_COLUMNS))], ["officials", "a"]], "too_many_columns"),
    ],
)
def test_a_table_has_as_many_rows_and_columns_in_a_sheet_as_in_a_csv_file(rows: list[list[object]], code: str) -> None:
    text = "\n".join(",".join(map(str, row)) for row in rows)
    of_sheet, of_text = read_book(book(groups=rows), "a.xlsx"), read_table("a.csv", text, TABLES["groups"])[1]
    (one,), (other,) = of_sheet.problems, of_text
    assert (one.code, one.line, one.values) == (other.code, other.line, other.values)
    assert one.code == code and of_sheet.lost == {"groups"}
    fewer = read_book(book(groups=rows[:-1] if code == "too_many_rows" else [rows[0][:-2], rows[1]]), "a.xlsx")
    assert code not in {problem.code for problem in fewer.problems} and fewer.tables["groups"].rows


@pytest.mark.parametrize("text", ["\n" * 30_000, "a\n" * 30_000, "," * 30_000, ("a," * 20_000 + "\n") * 2])
def test_a_returned_csv_file_out_of_all_measure_is_not_read(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text)
    assert read_sheets(tmp_path / "a.csv", "a.csv") == [NotRead("a.csv", "file_too_large")]


def test_links_to_other_files_and_macros_are_not_looked_at() -> None:
    other = b'<externalLink xmlns="x"><externalBook r:id="rId1"/></externalLink>'
    data = altered(BOOK, "", bytes, {"xl/externalLinks/externalLink1.xml": other, "xl/vbaProject.bin": b"macro"})
    assert read_book(data, "a.xlsx").problems == read_book(BOOK, "a.xlsx").problems


def test_sheets_of_names_that_collide_are_said() -> None:
    both = altered(book(groups=[["id"]], b=[["id"]]), "xl/workbook.xml", lambda xml: xml.replace(b'"b"', b'"Groups "'))
    assert "sheet_twice" in [problem.code for problem in read_book(both, "a.xlsx").problems]


# --- names and values given to papermill


@pytest.mark.parametrize("name", ["x=1;import os", "plan\nimport os", "plan ", "__import__('os')", "plan: str"])
def test_the_name_of_a_parameter_is_never_code(name: str) -> None:
    with pytest.raises(PlanError) as caught:
        check_parameters(NOTEBOOK, {"plan": "counts", name: "1"})
    assert [problem.code for problem in caught.value.problems] == ["no_parameter"]
