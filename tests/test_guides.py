"""What the guides say is there: files that they link to, commands and options that they name, numbers of An Giang."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import trainplan
from trainplan.cli import COMMANDS
from trainplan.plan.plan import load_plan
from trainplan.results.tables import compute
from trainplan.storage.log import LEVELS

ROOT = Path(__file__).resolve().parents[1]
READMES = [ROOT / "README.md", ROOT / "README.vi.md"]
GUIDES = [*READMES, *ROOT.glob("CO*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("data/*.md")]
OWN = {"run", "lab", "test", "python"}  # of workbook.py
PLAN = "an_giang_2011_2015"


def anchors(guide: Path) -> set[str]:
    """The headings of a guide as links name them."""
    heads = re.findall(r"^#+ (.+)$", guide.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_what_a_guide_links_to_is_there(guide: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)", guide.read_text("utf-8"))
    assert links or guide.parent != ROOT
    for file, anchor in links:
        target = guide.parent / file if file else guide
        assert target.exists(), file
        assert not anchor or anchor in anchors(target), f"{file}#{anchor}"


@pytest.mark.parametrize("guide", READMES, ids=lambda path: path.name)
def test_commands_and_their_options_are_those_of_the_command_line(guide: Path) -> None:
    lines = re.findall(r"python workbook\.py (\w+)([^`\n#]*)", guide.read_text("utf-8"))
    for command, rest in lines:
        assert command in OWN | set(COMMANDS), command
        options = {option.name for option in COMMANDS[command].options} if command in COMMANDS else set()
        assert set(re.findall(r"--[\w-]+", rest)) <= options, rest


def test_the_readme_tells_of_every_command_with_all_its_options() -> None:
    rows = re.findall(r"^\| `python workbook\.py (\w+)(.*?)` \|", READMES[0].read_text("utf-8"), re.MULTILINE)
    told = {command: set(re.findall(r"--[\w-]+", rest)) for command, rest in rows}
    named = {name: {o.name for o in of.options if o.name.startswith("--")} for name, of in COMMANDS.items()}
    assert told == named


def test_the_readme_names_arguments_as_they_are_called() -> None:
    section = READMES[0].read_text("utf-8").split("## From Python")[1].split("\n## ")[0]
    rows = "".join(re.findall(r"^\| (`.+?`) \|", section, re.MULTILINE))
    calls = re.findall(r"`(\w+)\(([\w, ]+)\)`", rows)
    assert len(calls) > 10
    for name, arguments in calls:
        told = arguments.split(", ")
        assert [*inspect.signature(getattr(trainplan, name)).parameters][: len(told)] == told, name


def test_the_readme_names_the_levels_of_the_log() -> None:
    assert all(f"`{level.lower()}`" in READMES[0].read_text("utf-8") for level in LEVELS)


def test_the_numbers_of_an_giang_are_those_that_the_readmes_tell() -> None:
    met = {name: (compute(load_plan(PLAN, name))["verdicts"]["verdict"] == "met").sum() for name in (
        "base", "priority_rule", "optimal_rule",
    )}  # fmt: skip
    assert met == {"base": 0, "priority_rule": 7, "optimal_rule": 10}
    assert f"{compute(load_plan(PLAN)).requirement_vnd / 1e9:.1f}" == "80.5"
    english, vietnamese = (guide.read_text("utf-8") for guide in READMES)
    assert "seven of\nseventeen, and planned for all years at once ten" in english and "80.5 billion" in english
    assert "10 trong 17\n" in vietnamese and "thay vì 7 " in vietnamese
