"""What the guides say is there: files that they link to, commands and options that they name, numbers of An Giang."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

import trainplan
from trainplan.cli import COMMANDS, Command
from trainplan.plan.plan import load_plan
from trainplan.results.compare import compare
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


def options_of(commands: Mapping[str, Command | Mapping[str, Command]], before: str = "") -> dict[str, set[str]]:
    """The options of every command; those of several under one name are called after both."""
    found: dict[str, set[str]] = {}
    for name, command in commands.items():
        if isinstance(command, Command):
            found[before + name] = {option.name for option in command.options if option.name.startswith("--")}
        else:
            found |= options_of(command, f"{name} ")
    return found


def command_of(line: str) -> str:
    """The command that a line begins with, the second word too where the first names several."""
    words = line.split()
    return " ".join(words[: 1 + isinstance(COMMANDS.get(words[0]), dict)])


@pytest.mark.parametrize("guide", READMES, ids=lambda path: path.name)
def test_commands_and_their_options_are_those_of_the_command_line(guide: Path) -> None:
    named = options_of(COMMANDS)
    for line in re.findall(r"python workbook\.py (\w[^`\n#]*)", guide.read_text("utf-8")):
        command = command_of(line)
        assert command in OWN | set(named), line
        assert set(re.findall(r"--[\w-]+", line)) <= named.get(command, set()), line


def test_the_readme_tells_of_every_command_with_all_its_options() -> None:
    rows = re.findall(r"^\| `python workbook\.py (\w.*?)` \|", READMES[0].read_text("utf-8"), re.MULTILINE)
    assert {command_of(row): set(re.findall(r"--[\w-]+", row)) for row in rows} == options_of(COMMANDS)


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
    runs = [compute(load_plan(PLAN, name)) for name in ("base", "proportional_rule", "optimal_rule")]
    totals = compare(runs).totals
    assert list(totals["met"]) == [7, 1, 6] and list(totals["goals_met"])[::2] == [4, 8] and totals["goals"][0] == 9
    assert f"{totals['required_vnd'][0] / 1e9:.1f}" == "85.6"
    english, vietnamese = (guide.read_text("utf-8") for guide in READMES)
    assert "thirteen numbers, 15 billion a year spent by priority meet seven" in english and "they meet one." in english
    assert "85.6 billion" in english and "eight of the nine\ngoals without a number" in english
    assert "8 trong 9\n  mục tiêu không có số, thay vì 4 " in vietnamese
