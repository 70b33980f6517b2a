"""The command line as a person meets it: exit statuses, words on stderr, nothing written on wrong input."""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from test_catalog import VIETNAMESE, literals
from trainplan.cli import COMMANDS, build_parser, exit_status, main
from trainplan.run.interrupts import STOPPED
from trainplan.storage.log import VARIABLE, start_log
from trainplan.storage.progress import Progress, under_way
from trainplan.storage.provenance import PACKAGE
from trainplan.text.catalog import both, texts

SOUND = Path(__file__).parent / "broken" / "sound"
TABLES = {"workforce", "enrollment", "classes", "cost", "budget", "gap", "verdicts", "commitments", "lines"}


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A plan with mistakes in two files and one in a scenario."""
    plan = Path(shutil.copytree(SOUND, tmp_path / "wrong"))
    for table, old, new in (("groups", "0.", "abc"), ("routes", "degree", "degre")):
        text = (plan / f"{table}.csv").read_text("utf-8")
        (plan / f"{table}.csv").write_text(text.replace(old, new, 1), "utf-8")
    (plan / "scenarios" / "odd.yaml").write_text("title: Odd\nset: {groups.nobody.leave_rate: 0.1}\n", "utf-8")
    return plan


def test_tables_writes_every_table_straight_into_the_folder(tmp_path: Path) -> None:
    assert main(["tables", str(SOUND), "--scenario", "costs_up", "--output", str(tmp_path / "out")]) == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {f"{stem}.csv" for stem in TABLES}


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    """In two processes, so that no order of a set or map can be the same by chance."""
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "trainplan", "tables", str(SOUND), "--output", str(tmp_path / seed)]
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True)
    for stem in TABLES:
        assert (tmp_path / "1" / f"{stem}.csv").read_bytes() == (tmp_path / "2" / f"{stem}.csv").read_bytes()


def test_compare_writes_what_differs(tmp_path: Path) -> None:
    assert main(["compare", str(SOUND), "--scenario", "base", "--scenario", "costs_up", "--output", str(tmp_path)]) == 0
    inputs = (tmp_path / "inputs.csv").read_text("utf-8")
    assert inputs.startswith("address,base,costs_up\n") and "cost_per_learner_year" in inputs
    assert {path.name for path in tmp_path.iterdir()} == {
        "differences.csv", "inputs.csv", "results.csv", "totals.csv",
    }  # fmt: skip


def test_check_says_that_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(SOUND)]) == 0
    out, err = capsys.readouterr()
    assert "base" in out and "costs_up" in out and err == ""


def test_check_lists_the_problems_of_every_scenario_once(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(wrong)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    for words in ("groups.csv", "abc", "routes.csv", "'degre'", "'degree'", "groups.nobody"):
        assert words in err
    lines = [line for line in err.splitlines() if line.startswith("  - ")]
    assert len(lines) == len(set(lines))


def test_a_broken_scenario_does_not_keep_the_others_from_being_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan, output = Path(shutil.copytree(SOUND, tmp_path / "small")), tmp_path / "out"
    (plan / "scenarios" / "wrong.yaml").write_text("title: {vi: Sai, en: Wrong}\nset: {groups.*.size: 1}\n", "utf-8")
    assert main(["compare", str(plan), "--scenario", "wrong", "--output", str(output)]) == 2
    assert not output.exists() and "'size'" in capsys.readouterr().err
    assert main(["compare", str(plan), "--output", str(output)]) == 1
    assert "'size'" in capsys.readouterr().err.partition("wrong: ")[2]
    assert [*pd.read_csv(output / "totals.csv")["scenario"]] == ["base", "costs_up"]


@pytest.mark.parametrize("command", ["tables", "compare", "run"])
def test_wrong_input_writes_nothing(command: str, wrong: Path, tmp_path: Path) -> None:
    assert main([command, str(wrong), "--output", str(tmp_path / "out")]) == 2
    assert not (tmp_path / "out").exists()


def test_everything_misspelt_is_said_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--scenario", "cost_up", "--scenario", "lower", "--notebook", "03_budgets", "--output", str(tmp_path)]
    assert main(["run", str(SOUND), *options]) == 2
    err = capsys.readouterr().err
    assert "'cost_up'" in err and "'costs_up'" in err and "'lower'" in err
    assert "'03_budgets'" in err and "'03_budget'" in err
    assert not list(tmp_path.iterdir())


def test_an_unknown_plan_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "an_giang_2011_2105"]) == 2
    assert "'an_giang_2011_2105'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    [[], ["nothing"], ["run", "--language", "fr"], ["run", "--workers", "0"], ["tables", str(SOUND)], ["check"]],
)
def test_a_wrong_command_line_is_wrong_input(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(line) == 2
    assert "usage: trainplan" in capsys.readouterr().err


AS_OF = "--as-of=2022-01-01"
ONCE = {
    "check": [AS_OF],
    "tables": ["--scenario=base", AS_OF, "--output=out"],
    "run": [AS_OF, "--language=vi", "--output=out", "--workers=2", "--timeout=9", "--memory=999", "--engine=papermill"],
    "compare": [AS_OF, "--output=out"],
    "uncertainty": [
        "--scenario=base",
        AS_OF,
        "--draws=16",
        "--seed=1",
        "--loop=open",
        "--output=out",
        "--scheduler=h:1",
    ],
    "goal": ["--scenario=base", AS_OF, "--source=total", "--output=out"],
    "yearplan": ["--scenario=base", AS_OF, "--year=2022", "--output=out"],
    "review": ["--scenario=base", AS_OF, "--year=2022", "--output=out"],
    "survey forms": [AS_OF, "--year=2022", "--output=out"],
    "survey collect": [AS_OF, "--year=2022", "--output=out"],
    "batch": ["--output=out", "--scheduler=h:1", "--workers=2", "--timeout=9", "--memory=999", "--engine=papermill"],
    "export": ["--output=out.xlsx"],
    "new": ["--first=2026", "--last=2027", "--like=base"],
}


@pytest.mark.parametrize(("command", "option"), [(name, option) for name, of in ONCE.items() for option in of])
def test_an_option_of_one_value_is_not_given_twice(
    command: str, option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    name = option.partition("=")[0]
    output = [] if name == "--output" else ["--output=out"]
    assert main([*command.split(), str(SOUND), option, *output, option]) == 2
    err = capsys.readouterr().err
    assert f"argument {name}: chỉ được nêu một lần / may be given once only" in err
    assert not list(tmp_path.iterdir())


def test_every_option_adds_up_or_is_given_once() -> None:
    """No option of a command keeps the last of two values in silence."""
    for name, command in subcommands().items():
        options = [a for a in command._actions if a.option_strings and a.nargs != 0]
        once = {a.option_strings[0] for a in options if not isinstance(a, argparse._AppendAction)}
        assert once == {option.partition("=")[0] for option in ONCE.get(name, [])}, name


def subcommands(parser: argparse.ArgumentParser | None = None, before: str = "") -> dict[str, argparse.ArgumentParser]:
    """The parsers of all commands; those of several under one name are called after both."""
    found = [a for a in (parser or build_parser())._actions if isinstance(a, argparse._SubParsersAction)]
    named = [(f"{before}{name}", one) for action in found for name, one in action.choices.items()]
    return {name: one for pair in named for name, one in [pair, *subcommands(pair[1], f"{pair[0]} ").items()]}


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file that takes the log; silence afterwards."""
    path = tmp_path / "all.log"
    monkeypatch.setenv(VARIABLE, str(path))
    yield path
    monkeypatch.delenv(VARIABLE)
    start_log()


def surprise() -> int:
    raise ZeroDivisionError("nobody foresaw it")


def test_what_nobody_foresaw_is_one_line_and_a_traceback_in_the_log(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_status(surprise) == 1
    words = f"{both('cli.unexpected')}: ZeroDivisionError: nobody foresaw it ({both('file.details')}: {log})"
    assert capsys.readouterr() == ("", words + "\n")
    assert "Traceback" in log.read_text("utf-8") and "in surprise" in log.read_text("utf-8")


def test_without_a_log_a_traceback_goes_to_the_outputs(tmp_path: Path) -> None:
    """As another process, whose library lies in a folder of its own."""
    shutil.copytree(PACKAGE, tmp_path / "lib" / "trainplan", ignore=shutil.ignore_patterns("__pycache__"))
    code = "from trainplan.cli import exit_status; exit_status(lambda: 1 // 0)"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "lib"), "PYTHONUTF8": "1"}
    command = [sys.executable, "-P", "-c", code]
    said = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=True).stderr
    kept = tmp_path / "outputs" / "failures.log"
    assert said.count("\n") == 1 and str(kept) in said and "ZeroDivisionError" in kept.read_text("utf-8")


def test_the_log_says_what_was_read_and_written_and_how_long_it_took(log: Path, tmp_path: Path) -> None:
    assert main(["tables", str(SOUND), "--output", str(tmp_path / "out")]) == 0
    lines = log.read_text("utf-8").splitlines()
    for file in (SOUND / "groups.csv", SOUND / "plan.yaml"):
        assert any(line.endswith(f"DEBUG read {file}") for line in lines)
    written = {Path(line.split("wrote ")[1]).name for line in lines if "DEBUG wrote " in line}
    assert written == {f"{stem}.csv" for stem in TABLES}
    assert re.search(r"INFO the command: [\d.]+ s$", lines[-1])


def test_a_level_sends_the_log_to_the_terminal_and_nothing_is_said_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for level, debug, info in (("", False, False), ("info", False, True), ("Debug", True, True)):
        monkeypatch.setenv(VARIABLE, level)
        assert main(["tables", str(SOUND), "--output", str(tmp_path)]) == 0
        err = capsys.readouterr().err
        assert ("DEBUG read" in err, "INFO the command" in err) == (debug, info)
    monkeypatch.delenv(VARIABLE)
    start_log()


def test_a_log_that_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert main(["check", str(SOUND)]) == 2
    err = capsys.readouterr().err
    assert VARIABLE in err and str(tmp_path) in err and both("problem.file_is_folder") in err


def test_long_work_says_that_it_goes_on(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainplan.storage.progress.TICK", 0.01)
    monkeypatch.setattr("trainplan.storage.progress.SILENCE", 0.02)
    said = []
    with under_way("draws", 20) as progress:
        for done in (3, 9):
            progress.reach(done)
            while f"[{done}/20] mô phỏng / draws " not in (line := capsys.readouterr().err):
                time.sleep(0.01)
            said.append(line)
    assert len(said) == 2


def test_silence_goes_on_from_one_piece_of_work_to_the_next(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainplan.storage.progress.TICK", 1000)  # no thread says anything
    with under_way("goal") as first:
        first.last_line -= 3
        first.tick()
    with under_way("values") as second:
        second.last_line -= 1.5
        second.tick()
    assert capsys.readouterr().err.count(" 0 s\n") == 1


def test_short_work_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with under_way("draws", 20) as progress:
        progress.reach(20)
    assert capsys.readouterr().err == ""


def test_on_a_terminal_progress_is_one_line_that_goes(tmp_path: Path) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    with Progress(2, terminal) as progress:
        progress.begin("one")
        progress.tick()
        assert "0/2" in terminal.getvalue() and "one" in terminal.getvalue()
        progress.end("one", "failed", lasting=True)
    assert "[1/2] one  failed\n" in terminal.getvalue() and terminal.getvalue().endswith("\r\x1b[K")


def test_a_reader_that_goes_away_gets_no_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "trainplan", "tables", str(SOUND), "--output", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout and process.stderr
    process.stdout.close()
    assert b"Traceback" not in process.stderr.read()
    process.wait()


def test_help_names_every_command_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert tuple(re.findall(r"^    ([a-z]+)(?: |$)", out, re.MULTILINE)) == tuple(COMMANDS)
    assert "phương án" in out and "scenario" in out


@pytest.mark.parametrize("command", subcommands())
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command.split(), "--help"]) == 0
    assert f"usage: trainplan {command}" in capsys.readouterr().out


SOURCES = [PACKAGE / "cli.py", *(path for room in ("run", "storage") for path in sorted((PACKAGE / room).glob("*.py")))]


def test_what_commands_and_runs_say_stands_in_the_catalogs() -> None:
    found = [text for path in SOURCES for _, text in literals(path) if VIETNAMESE.search(text)]
    assert found == [STOPPED]


def test_every_text_of_commands_runs_and_files_is_used() -> None:
    source = "\n".join(path.read_text("utf-8") for path in SOURCES)
    commands = {command.replace(" ", "_") for command in subcommands()}
    for key in texts("en"):
        family, _, name = key.partition(".")
        if family in ("cli", "run", "file"):
            assert f"'{key}'" in source or f'"{key}"' in source or f"{{{name}}}" in source or name in commands, key


def test_tables_needs_neither_matplotlib_nor_jupyter(tmp_path: Path) -> None:
    code = (
        "import sys; from trainplan.cli import COMMANDS, main;"
        f"status = main(['tables', {str(SOUND)!r}, '--output', {str(tmp_path)!r}]);"
        "heavy = {'matplotlib', 'papermill', 'IPython', 'nbconvert'} & set(sys.modules);"
        "sys.exit(f'imported: {heavy}' if heavy else status)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr


def test_a_note_names_the_scenario_that_it_is_of_where_the_plan_itself_has_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for scenarios, place in (
        (["base", "year_2011_open"], " (year_2011_open): actuals: "),
        (["year_2011_open"], ": actuals: "),
    ):
        named = [word for name in scenarios for word in ("--scenario", name)]
        assert main(["check", "an_giang_2011_2015", *named]) == 0
        (note,) = capsys.readouterr().err.splitlines()
        assert note.startswith(both("cli.note") + place)
