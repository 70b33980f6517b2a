"""The guides for a province of one's own are gone through as they are written, by Excel and by CSV files."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

ROOT = Path(__file__).parents[1]
GUIDES = {"vi": "docs/own_province.vi.md", "en": "docs/own_province.md"}
OTHER_PROVINCE = ("An Giang", "an_giang", "2415")
DESK = """
import sys
from pathlib import Path
from trainplan.desk.desk import Desk
from trainplan.desk.session import Session

def walk(widget):
    for name in ("value", "description", "options", "tooltip", "placeholder", "data"):
        print(getattr(widget, name, ""))
    for child in getattr(widget, "children", ()):
        walk(child)

for language in ("vi", "en"):
    walk(Desk(Session(Path("params", sys.argv[1])), language, Path("outputs")).root)
"""


def section(language: str, number: int) -> str:
    """A section of a guide by its number."""
    return re.split(r"^## \d\. .*$", (ROOT / GUIDES[language]).read_text("utf-8"), flags=re.MULTILINE)[number]


def commands(text: str) -> list[list[str]]:
    """What is typed, without `python workbook.py`."""
    return [shlex.split(line) for line in re.findall(r"^    python workbook\.py (.+)$", text, re.MULTILINE)]


def sheets(text: str) -> dict[str, list[list[str]]]:
    """The tables that are to be typed into sheets, by the name of the sheet."""
    found = re.findall(r"^\*\*`(\w+)`\*\*[^|]+?\n\n((?:\|.+\n)+)", text, re.MULTILINE)
    rows = {name: [line.strip("| ").split(" | ") for line in table.splitlines()] for name, table in found}
    return {name: [row for row in table if "---" not in row[0]] for name, table in rows.items()}


def files(text: str) -> dict[str, str]:
    """The files that are to be written, by their names."""
    found = re.findall(r"^`([\w./]+)`\n\n((?:(?:    .*)?\n)+)", text, re.MULTILINE)
    return {name: re.sub("^    ", "", lines.strip("\n"), flags=re.MULTILINE) + "\n" for name, lines in found}


def typed(cell: str) -> str | float:
    """What Excel makes of a cell that is typed: a number, of a percentage the share."""
    plain = cell.replace(",", ".").removesuffix("%")
    if re.fullmatch(r"-?\d+(\.\d+)?", plain):
        return round(float(plain) / 100, 12) if cell.endswith("%") else float(plain)
    return cell


def fill(sheet: Worksheet, rows: list[list[str]]) -> None:
    """Writes rows over the examples of a sheet."""
    columns = {str(cell.value).splitlines()[-1].strip("[] "): cell.column for cell in sheet[1] if cell.value}
    for line in range(2, sheet.max_row + 1):
        for cell in sheet[line]:
            cell.value = None
    for line, cells in enumerate(rows[1:], start=2):
        for name, cell in zip(rows[0], cells, strict=True):
            sheet.cell(line, columns[name], cell if name in ("id", "due") else typed(cell))


class Project:
    """A copy of the project, in which the commands of a guide are given."""

    def __init__(self, folder: Path, language: str) -> None:
        self.folder, self.language = folder, language
        for part in ("lib", "notebooks"):
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))

    def run(self, *words: str) -> str:
        """What Python prints here."""
        environment = {**os.environ, "PYTHONPATH": str(self.folder / "lib"), "TRAINPLAN_NO_BROWSER": "1"}
        command = [sys.executable, "-P", *words]
        ran = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr

    def settle(self, plan: str) -> None:
        """What the guide says of plan.yaml."""
        path = self.folder / "params" / plan / "plan.yaml"
        text = path.read_text("utf-8")
        path.write_text(re.sub("(vi|en): .*2026–2030", r"\1: Tỉnh Ví Dụ 2026–2030", text, count=2), "utf-8")

    def by_excel(self) -> None:
        """Section 1 up to the first check."""
        text = section(self.language, 1)
        new, check, *_ = commands(text)
        self.run("-m", "trainplan", *new)
        path = self.folder / "data/vi_du/vi_du.xlsx"
        book = openpyxl.load_workbook(path)
        for name, rows in sheets(text).items():
            fill(book[name], rows)
        book.save(path)
        self.settle("vi_du")
        self.run("-m", "trainplan", *check)

    def by_csv(self) -> None:
        """Section 2."""
        text = section(self.language, 2)
        for words in commands(text):
            self.run("-m", "trainplan", *words)
        for name, content in files(text).items():
            (self.folder / "data/vi_du_csv" / name).write_text(content, "utf-8")
        self.settle("vi_du_csv")
        self.run("-m", "trainplan", "check", "vi_du_csv")

    def tables(self, plan: str) -> dict[str, bytes]:
        """The result tables of a plan."""
        folder = self.folder / "tables" / plan
        self.run("-m", "trainplan", "tables", plan, "--output", str(folder))
        return {path.name: path.read_bytes() for path in folder.glob("*.csv")}


@pytest.fixture(scope="module", params=GUIDES)
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project(tmp_path_factory.mktemp("project") / "trainplan", request.param)
    made.by_excel()
    made.by_csv()
    return made


def test_both_guides_have_the_same_commands_tables_and_files() -> None:
    for number in range(1, 7):
        one, other = (section(language, number) for language in GUIDES)
        assert commands(one) == commands(other)
        assert {n: [t[0], len(t)] for n, t in sheets(one).items()} == {
            n: [t[0], len(t)] for n, t in sheets(other).items()
        }
        assert list(files(one)) == list(files(other))


def test_excel_and_csv_give_the_same_results(project: Project) -> None:
    excel, text = project.tables("vi_du"), project.tables("vi_du_csv")
    assert excel == text
    assert "verdicts.csv" in excel


def test_what_may_be_added_is_accepted_and_has_an_effect(project: Project) -> None:
    added = files(section(project.language, 5))
    params, data = project.folder / "params/vi_du_csv", project.folder / "data/vi_du_csv"
    before = project.tables("vi_du_csv")
    (data / "ceilings.csv").write_text(added["ceilings.csv"], "utf-8")
    (params / "scenarios").mkdir()
    (params / "scenarios/gia_tang.yaml").write_text(added["scenarios/gia_tang.yaml"], "utf-8")
    with (params / "plan.yaml").open("a", encoding="utf-8") as file:
        file.write(added["plan.yaml"])
    said = project.run("-m", "trainplan", "check", "vi_du_csv", "--scenario", "gia_tang")
    assert "gia_tang" in said and "ceilings" not in said
    after = project.tables("vi_du_csv")
    assert before["budget.csv"] != after["budget.csv"]
    project.run("-m", "trainplan", *commands(section(project.language, 3))[0])
    assert "cần thay" in (project.folder / "data/vi_du_sau/ceilings.csv").read_text("utf-8")
    project.run("-m", "trainplan", "check", "vi_du_sau")


def test_a_plan_is_sent_and_received(project: Project) -> None:
    for words in commands(section(project.language, 6)):
        project.run("-m", "trainplan", *words)
    assert project.tables("vi_du") == project.tables("vi_du_nhan")


@pytest.mark.slow
def test_no_page_speaks_of_another_province(project: Project) -> None:
    if project.language == "en":
        pytest.skip("the pages are those of the other guide")
    [run] = [words for words in commands(section(project.language, 1)) if words[0] == "run"]
    project.run("-m", "trainplan", *run)
    pages = list((project.folder / "outputs/vi_du").rglob("*.html"))
    texts = {str(page.relative_to(project.folder)): page.read_text("utf-8") for page in pages}
    texts["desk"] = project.run("-c", DESK, "vi_du")
    assert len(pages) > 8 and all("Ví Dụ" in texts[name] for name in ("outputs/vi_du/index.html", "desk"))
    assert not [(name, word) for name, text in texts.items() for word in OTHER_PROVINCE if word in text]
