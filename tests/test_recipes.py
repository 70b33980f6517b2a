"""The recipes of CONTRIBUTING.md, done to the letter in a copy of the project: what each promises can be seen there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[1]
PLAN = "an_giang_2011_2015"
BLOCK = re.compile(r"^```\w+\n# (?P<file>[^\n,]+)(?:, after: (?P<after>[^\n]+))?\n(?P<text>.*?)^```$", re.M | re.S)


def blocks(recipe: str) -> list[tuple[str, str | None, str]]:
    """(file, the line it goes after, text) of every block of a recipe."""
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    section = re.split(r"\n\*\*|\n## ", guide.split(f"\n**{recipe}**", 1)[1], maxsplit=1)[0]
    return [(found["file"], found["after"], found["text"]) for found in BLOCK.finditer(section)]


def follow(recipe: str, project: Path) -> None:
    """Does what the blocks of a recipe say."""
    found = blocks(recipe)
    assert found, recipe
    for name, after, text in found:
        path = project / name
        old = path.read_text("utf-8")
        if after is None:
            path.write_text(f"{old.rstrip()}\n\n\n{text}", "utf-8")
            continue
        lines = old.splitlines(keepends=True)
        place = next(i for i, line in enumerate(lines) if line.strip().startswith(after))
        path.write_text("".join([*lines[: place + 1], text, *lines[place + 1 :]]), "utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the recipes touch and the commands read."""
    for name in ("lib/trainplan", "params", "data", "notebooks"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def in_project(project: Path, *arguments: str) -> str:
    """What the copy's Python prints; it must not fail."""
    environment = {**os.environ, "PYTHONPATH": str(project / "lib"), "PYTHONUTF8": "1"}
    command = [sys.executable, "-P", *arguments]
    run = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_a_rule_appears_in_choices_comparison_and_labels(project: Path) -> None:
    follow("Add a rule of allocation.", project)
    code = f"""
import json
from trainplan.analysis.rule_comparison import compare_rules
from trainplan.plan.levers import choices_of
from trainplan.plan.plan import load_plan
from trainplan.report.tables import rules
from trainplan.text.catalog import option_name
compared = compare_rules(load_plan({PLAN!r}))
print(json.dumps([choices_of("allocation"), list(compared.runs), rules(compared, "vi").iloc[:, 0].tolist(),
    option_name("largest_first", "en")]))
"""
    choices, compared, shown, label = json.loads(in_project(project, "-c", code))
    assert "largest_first" in choices and "largest_first" in compared
    assert any("nhu cầu lớn trước" in cell for cell in shown) and label == "largest need first"
    in_project(project, "-m", "trainplan", "tables", PLAN, "--output", str(project / "out"))
    allocation = project / "params" / PLAN / "scenarios" / "largest.yaml"
    allocation.write_text("title: {vi: Lớn, en: Large}\nreason: {vi: Thử, en: Try}\nset: {allocation: largest_first}\n")
    in_project(
        project, "-m", "trainplan", "tables", PLAN, "--scenario", "largest", "--output", str(project / "by_size")
    )
    names = ["out", "by_size"]
    before, after = (pd.read_csv(project / name / "enrollment.csv")["funded"] for name in names)
    assert not before.equals(after)


def test_a_result_table_appears_in_csv_and_the_reference(project: Path) -> None:
    follow("Add a result table.", project)
    in_project(project, "-m", "trainplan", "tables", PLAN, "--output", str(project / "out"))
    growth, workforce = (pd.read_csv(project / "out" / f"{stem}.csv") for stem in ("growth", "workforce"))
    assert growth["net_joiners"].tolist() == pytest.approx((workforce["joiners"] - workforce["leavers"]).tolist())
    reference = in_project(
        project, "-c", "from trainplan.results.reference import reference_markdown as made; print(made('en'))"
    )
    assert "### growth.csv – Growth of groups" in reference and "People who joined less those who left." in reference


def test_a_result_table_appears_in_excel(project: Path) -> None:
    follow("Add a result table.", project)
    code = f"""
from pathlib import Path
from trainplan import compute, load_plan
from trainplan.report.excel import write_excel
write_excel(compute(load_plan({PLAN!r})), Path("out.xlsx"), "vi", "Sổ tính")
"""
    in_project(project, "-c", code)
    book = openpyxl.load_workbook(project / "out.xlsx", read_only=True)
    assert "Tăng giảm nhân sự" in book.sheetnames
    assert "Tăng thêm" in [cell for row in book["Tăng giảm nhân sự"].iter_rows(values_only=True) for cell in row]


@pytest.mark.slow
def test_a_part_appears_on_a_page(project: Path) -> None:
    follow("Add a part of a page.", project)
    notebook = project / "notebooks" / "01_baseline.ipynb"
    content = json.loads(notebook.read_text("utf-8"))
    cell = {"cell_type": "code", "execution_count": None, "id": "01-more", "metadata": {}, "outputs": []}
    content["cells"].append({**cell, "source": "show(parts.learners_by_year(results))"})
    notebook.write_text(json.dumps(content), "utf-8")
    arguments = ["--notebook", "01_baseline", "--language", "vi", "--output", str(project / "out")]
    in_project(project, "-m", "trainplan", "run", PLAN, *arguments)
    [page] = (project / "out").rglob("01_baseline*.html")
    assert "Học viên đang học, theo năm" in page.read_text("utf-8")


def test_a_lever_appears_on_the_desk(project: Path) -> None:
    follow("Add a lever.", project)
    assert in_project(project, "-m", "trainplan", "check", PLAN)
    code = f"""
from pathlib import Path
from trainplan.desk.desk import Desk
from trainplan.desk.session import Session
seen, found = [Desk(Session({PLAN!r}), "en", Path("out")).root], []
while seen:
    widget = seen.pop()
    seen += getattr(widget, "children", ())
    found.append(str(getattr(widget, "value", "")))
print("\\n".join(found))
"""
    assert "Places of bridging college courses" in in_project(project, "-c", code)


def test_every_block_belongs_to_a_recipe_that_is_tried() -> None:
    tried = ("Add a rule of allocation.", "Add a result table.", "Add a part of a page.", "Add a lever.")
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert sum(len(blocks(recipe)) for recipe in tried) == len(BLOCK.findall(guide)) == guide.count("\n```") // 2
