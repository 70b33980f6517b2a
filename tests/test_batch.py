"""Batches: what a file asks for, tables of many runs to the bit, what is not done again, and what fails."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest

from test_run import ACROSS, PARAMETERS, notebook
from trainplan.cli import main
from trainplan.plan.address import address_label, change_label
from trainplan.plan.plan import PlanInput, load_plan
from trainplan.results.many import compute_many
from trainplan.results.tables import compute
from trainplan.run.batch import BatchRequest, run_batch
from trainplan.run.batch_file import BatchRun, read_batch
from trainplan.storage.tables import csv_text
from trainplan.text.problems import PlanError

HERE = Path(__file__).parent
SOUND = HERE / "broken" / "sound"
PROVINCE = "an_giang_2011_2015"
MISTAKES = sorted((HERE / "broken_batches").glob("*.yaml"))
WITH_CHANGES = PARAMETERS + "\noverrides: dict = {}"
GRID = "grid: {turnover.*.leave_rate: {scale: [0.8, 1]}, pacing: [front, back]}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a small plan, in which the commands are given."""
    shutil.copytree(SOUND, tmp_path / "small")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def batch(folder: Path, *entries: str, name: str = "batch") -> BatchRequest:
    """A batch of the small plan, into `out`."""
    text = "\n".join(["runs:", *(f"- {{plan: small{', ' if entry else ''}{entry}}}" for entry in entries)])
    path = folder / f"{name}.yaml"
    path.write_text(text, "utf-8")
    return BatchRequest(path, output=folder / "out", workers=2, library=folder / "library")


def files(folder: Path) -> dict[str, bytes]:
    """Every file that a batch leaves but those that it keeps for itself, by its path."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not name.startswith(".")}


def records(folder: Path) -> dict[str, int]:
    """When each record of a run was written, by its name."""
    return {path.name: path.stat().st_mtime_ns for path in (folder / "out" / ".runs").glob("[!l]*.json")}


def summary(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "out" / "summary.csv", keep_default_na=False)


def rows_of(text: str, run: str) -> str:
    """The rows of a run in a table of many, without the column that names it."""
    lines = pd.read_csv(StringIO(text), dtype=str, keep_default_na=False)
    return str(lines[lines["run"] == run].drop(columns="run").to_csv(index=False, lineterminator="\n"))


def test_a_file_asks_for_every_combination(folder: Path) -> None:
    request = batch(folder, f"scenarios: [base, costs_up, costs_up+costs_up], set: {{ambition: high}}, {GRID}")
    runs = read_batch(request.file)
    assert len(runs) == 12
    last = runs[-1]
    assert (runs[0].name, last.name) == ("small/base/0.8,front", "small/costs_up+costs_up/1,back")
    assert last.changes == {"ambition": "high", "turnover.*.leave_rate": {"scale": 1}, "pacing": "back"}
    assert last.point == {"turnover.*.leave_rate": "1", "pacing": "back"}


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        ("{from: 0.8, to: 1.2, by: 0.1}", [0.8, 0.9, 1, 1.1, 1.2]),
        ("{scale: {from: 0.1, to: 0.3, by: 0.1}}", [{"scale": 0.1}, {"scale": 0.2}, {"scale": 0.3}]),
        ("{add: {from: 2, to: -2, by: -2}}", [{"add": 2}, {"add": 0}, {"add": -2}]),
        ("{value: [0.07, 1]}", [{"value": 0.07}, {"value": 1}]),
        ("[0.5]", [0.5]),
    ],
)
def test_steps_of_a_series_are_exact(series: str, expected: list[Any], folder: Path) -> None:
    runs = read_batch(batch(folder, f"grid: {{groups.*.growth: {series}}}").file)
    assert [run.changes["groups.*.growth"] for run in runs] == expected


def test_a_list_is_allowed_wherever_one_name_is(folder: Path) -> None:
    shutil.copytree(SOUND, folder / "other")
    path = folder / "many.yaml"
    path.write_text("runs:\n- {plan: [small, other], scenarios: all, notebooks: 2, languages: en}", "utf-8")
    runs = read_batch(path)
    assert [run.name for run in runs] == ["small/base", "small/costs_up", "other/base", "other/costs_up"]
    assert {(run.notebooks, run.languages) for run in runs} == {(("2",), ("en",))}


@pytest.mark.parametrize("mistake", MISTAKES, ids=[path.stem for path in MISTAKES])
def test_a_mistake_is_named_with_its_place(mistake: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = mistake.read_text("utf-8")
    (folder / "broken.yaml").write_text(text, "utf-8")
    assert main(["batch", "broken.yaml", "--output", "out"]) == 2
    lines = capsys.readouterr().err.splitlines()[1:]
    expected = [line[2:].split(" | ") for line in text.splitlines() if line.startswith("# ")]
    for words in expected:
        assert any(all(word in line for word in words) for line in lines), f"{words} not in:\n" + "\n".join(lines)
    assert len(lines) == len(expected)
    assert not (folder / "out").exists()


def test_what_is_wrong_with_many_runs_is_told_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    groups = folder / "small" / "groups.csv"
    groups.write_text(groups.read_text("utf-8").replace(",800,", ",many,"), "utf-8")
    batch(
        folder,
        f"scenarios: [base, costs_up], {GRID}",
        "notebooks: '00', set: {pacing: sideways}, scenarios: costs_up+base",
    )
    assert main(["batch", "batch.yaml", "--output", "out"]) == 2
    said = capsys.readouterr().err
    assert said.count("many") == 1 and "sideways" in said
    assert not (folder / "out").exists()


PLANS = {
    "an_giang": (PROVINCE, [{"ceilings.*.ceiling_vnd": {"scale": 0.01 * k}, "pacing": "front"} for k in (55, 80, 117)]),
    "rules": (PROVINCE, [{"allocation": rule} for rule in ("proportional", "priority", "all", "priority")]),
    "closed": (PROVINCE, [{"decided_from": year} for year in (2011, 2012, 2012)]),
    "due": (str(SOUND), [{"objectives.*.due": year} for year in (2022, 2023)]),
    "counts": (str(HERE / "plans" / "counts"), [{"allocation": "optimal"}, {}, {"programs.*.capacity": {"add": 3}}]),
    "long_courses": (str(HERE / "plans" / "long_courses"), [{"turnover.*.leave_rate": k / 7} for k in range(4)]),
    "shrinking": (str(HERE / "plans" / "shrinking"), [{"groups.*.growth": {"add": k / 70}} for k in range(3)]),
}


@pytest.mark.parametrize(("plan", "changes"), PLANS.values(), ids=[*PLANS])
def test_many_runs_are_each_as_by_itself_to_the_bit(plan: str, changes: list[dict[str, Any]]) -> None:
    read = PlanInput(plan)
    plans = [read.change(overrides=one) for one in changes]
    assert plans == [load_plan(plan, overrides=one) for one in changes]
    for own, results in zip(plans, compute_many(plans), strict=True):
        alone = compute(own)
        assert {stem: csv_text(frame) for stem, frame in results.tables.items()} == {
            stem: csv_text(frame) for stem, frame in alone.tables.items()
        }


def test_each_table_is_written_once_with_the_run_in_front(folder: Path) -> None:
    rule = "set: {allocation: optimal}, scenarios: costs_up"
    request = batch(folder, f"scenarios: [base, costs_up+base], {GRID}", rule)
    assert run_batch(request) == 0
    written = files(folder / "out")
    for run in read_batch(request.file):
        alone = compute(load_plan(run.plan, run.scenario, run.changes))
        for stem, frame in alone.tables.items():
            assert rows_of(written[f"tables/{stem}.csv"].decode(), run.name) == csv_text(frame)
    assert [*summary(folder)["run"]] == [run.name for run in read_batch(request.file)]
    assert set(summary(folder)["status"]) == {"done"}
    assert {"index.html", "tables/optimum.csv"} <= written.keys()


def test_the_page_says_in_words_what_every_run_changes(folder: Path) -> None:
    changes = "set: {groups.*.growth: {add: -0.01}}, grid: {turnover.*.leave_rate: {scale: [0.8, 0.9]}, pacing: [back]}"
    assert run_batch(batch(folder, changes)) == 0
    for name, language in (("index.html", "vi"), ("index.en.html", "en")):
        page = (folder / "out" / name).read_text("utf-8")
        own = read_batch(folder / "batch.yaml")[0]
        plan = load_plan(own.plan)
        for address, change in own.changes.items():
            label, how = address_label(plan, address, language), change_label(plan, address, change, language)
            assert f"{label} {how}" in page or (f">{label}</th>" in page and f">{how}</td>" in page)
        comma = "," if language == "vi" else "."
        assert f">× 0{comma}8<" in page and f" − 0{comma}01;" in page


def test_the_summary_has_what_every_run_changes_as_it_was_given(folder: Path) -> None:
    changed = "set: {pacing: front, groups.*.growth: {add: -0.01}}"
    grid = "grid: {turnover.*.leave_rate: {scale: {from: 0.8, to: 1, by: 0.2}}, ceilings.*.ceiling_vnd: [5000000000]}"
    assert run_batch(batch(folder, f"{changed}, {grid}", "scenarios: costs_up, set: {pacing: back}")) == 0
    rows = summary(folder)
    assert {name: [*rows[name]] for name in rows if ": " in name} == {
        "set: pacing": ["front", "front", "back"],
        "set: groups.*.growth: add": ["-0.01", "-0.01", ""],
        "grid: turnover.*.leave_rate: scale": ["0.8", "1", ""],
        "grid: ceilings.*.ceiling_vnd": ["5000000000", "5000000000", ""],
    }
    assert (folder / "out" / "summary.csv").read_bytes().startswith(b"\xef\xbb\xbfrun,")
    assert (folder / "out" / "tables" / "budget.csv").read_bytes().startswith(b"run,")


def test_what_is_done_is_not_done_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    request = batch(folder, f"scenarios: [base, costs_up], {GRID}")
    assert run_batch(request) == 0
    before, known = files(folder / "out"), records(folder)
    assert run_batch(request) == 0
    assert records(folder) == known and files(folder / "out") == before
    assert "8 runs" in capsys.readouterr().err
    scenario = folder / "small" / "scenarios" / "costs_up.yaml"
    scenario.write_text(scenario.read_text("utf-8") + "\n# looked at again\n", "utf-8")
    assert run_batch(request) == 0
    kept = {name for name, when in records(folder).items() if known.get(name) == when}
    assert len(kept) == 4 and len(records(folder)) == 8
    assert files(folder / "out") == before


def test_a_record_that_is_not_whole_is_made_anew(folder: Path) -> None:
    request = batch(folder, GRID)
    assert run_batch(request) == 0
    before, damaged = files(folder / "out"), next((folder / "out" / ".runs").glob("[!l]*.json"))
    damaged.write_bytes(damaged.read_bytes()[:100])
    assert run_batch(request) == 0
    assert files(folder / "out") == before


def test_runs_that_the_file_no_longer_has_go_from_the_tables(folder: Path) -> None:
    assert run_batch(batch(folder, GRID, "scenarios: costs_up, set: {allocation: optimal}")) == 0
    assert run_batch(batch(folder, "scenarios: [costs_up]")) == 0
    assert [*summary(folder)["run"]] == ["small/costs_up"]
    assert not (folder / "out" / "tables" / "optimum.csv").exists()
    assert len(records(folder)) == 1


def test_a_dry_run_tells_what_would_be_done_and_writes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook(folder / "library" / "00_one.ipynb", "print(scenario)", parameters=WITH_CHANGES)
    request = batch(
        folder,
        "scenarios: [base, costs_up]",
        "notebooks: '00', languages: vi, set: {pacing: front}, scenarios: costs_up+costs_up",
    )
    assert run_batch(replace(request, dry_run=True)) == 0
    assert not (folder / "out").exists()
    assert "small/costs_up+costs_up: bảng kết quả / tables, 00_one.vi\n" in capsys.readouterr().out
    assert run_batch(request) == 0
    before = files(folder / "out")
    assert run_batch(replace(request, dry_run=True)) == 0
    assert "0 of 3" in capsys.readouterr().out and files(folder / "out") == before


def test_two_batches_in_one_folder_lose_nothing_of_each_other(folder: Path) -> None:
    one = batch(folder, f"scenarios: base, {GRID}", name="one")
    other = batch(folder, f"scenarios: [costs_up], {GRID}", name="other")
    command = [sys.executable, "-P", "-m", "trainplan", "batch"]
    both = [
        subprocess.Popen([*command, str(one.file), "--output", "out"], cwd=folder, stderr=subprocess.PIPE)
        for one in (one, other)
    ]
    assert [process.wait() for process in both] == [0, 0], [process.stderr.read() for process in both if process.stderr]
    together = files(folder / "out")
    shutil.rmtree(folder / "out")
    assert (run_batch(one), run_batch(other)) == (0, 0)
    apart = files(folder / "out")
    assert together["summary.csv"] == apart["summary.csv"] and len(summary(folder)) == 8
    tables = {name for name in apart if name.startswith("tables/")}
    assert {name: together[name] for name in tables} == {name: apart[name] for name in tables}


def test_runs_whose_process_is_killed_are_done_by_themselves(folder: Path) -> None:
    request = batch(folder, "grid: {turnover.*.leave_rate: {scale: {from: 0.5, to: 1, by: 0.002}}}")
    command = [sys.executable, "-P", "-m", "trainplan", "batch", "batch.yaml", "--output", "out", "--workers", "2"]
    process = psutil.Popen(command, cwd=folder, stderr=subprocess.PIPE)
    killed: list[None] = []
    while not killed and process.poll() is None:  # between two jobs there may be no process for a moment
        time.sleep(0.01)
        killed = [child.kill() for child in process.children()[:1] if records(folder)]
    assert killed and process.wait() == 0
    there = files(folder / "out")
    shutil.rmtree(folder / "out")
    assert run_batch(request) == 0
    assert files(folder / "out") == there


def test_a_run_that_fails_is_named_and_others_stay(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notebook(folder / "library" / "00_one.ipynb", "print(scenario)", parameters=WITH_CHANGES)
    request = batch(folder, GRID, f"scenarios: costs_up, notebooks: '00', languages: vi, {GRID}")
    in_the_way = folder / "out" / "small" / "costs_up" / "0.8,back"
    in_the_way.parent.mkdir(parents=True)
    in_the_way.write_text("no folder", "utf-8")
    assert run_batch(request) == 1
    rows = summary(folder)
    assert [*rows["run"][rows["status"] == "failed"]] == ["small/costs_up/0.8,back"] and len(rows) == 8
    assert "small/costs_up/0.8,back: " in capsys.readouterr().err
    in_the_way.unlink()
    assert run_batch(replace(request, only_failed=True)) == 0
    assert [*summary(folder)["status"]] == ["done"] * 8


def notebooks(folder: Path) -> Path:
    """Three notebooks: one that prints the changes, one across scenarios, one that fails as long as a file says so."""
    library, flag = folder / "library", folder / "flag"
    flag.write_text("", "utf-8")
    notebook(library / "00_one.ipynb", "print(scenario, overrides)", parameters=WITH_CHANGES)
    notebook(
        library / "02_spoiled.ipynb",
        f"if overrides.get('pacing') == 'back':\n    assert not open({str(flag)!r}).read()",
        parameters=WITH_CHANGES,
    )
    notebook(library / "05_across.ipynb", "print(scenarios)", parameters=ACROSS + "\noverrides: dict = {}")
    return flag


def test_notebooks_run_with_the_changes_of_their_run(folder: Path) -> None:
    notebooks(folder)
    request = batch(folder, f"notebooks: ['00', 5], languages: [vi, en], scenarios: [base, costs_up], {GRID}", "")
    assert run_batch(request) == 0
    run = folder / "out" / "small" / "costs_up" / "0.8,back"
    assert {path.name for path in (run / "reports").iterdir()} == {
        f"{stem}.{language}.html" for stem in ("00_one", "05_across") for language in ("vi", "en")
    }
    executed = (run / "notebooks" / "00_one.vi.ipynb").read_text("utf-8")
    assert "costs_up {'turnover.*.leave_rate': {'scale': 0.8}, 'pacing': 'back'}" in executed
    assert (run / "tables" / "gap.csv").read_text("utf-8") == csv_text(
        compute(load_plan(folder / "small", "costs_up", {"turnover.*.leave_rate": {"scale": 0.8}, "pacing": "back"}))[
            "gap"
        ]
    )
    page = (run / "reports" / "00_one.vi.html").read_text("utf-8")
    assert 'href="../../../../index.html"' in page and 'href="../../0.8%2Cfront/reports/00_one.vi.html"' in page
    gap = pd.read_csv(folder / "out" / "tables" / "gap.csv")
    assert [*dict.fromkeys(gap["run"])] == [run.name for run in read_batch(request.file)]
    before = files(folder / "out")
    assert run_batch(request) == 0
    assert files(folder / "out") == before


def test_a_notebook_that_fails_is_kept_and_run_again_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flag = notebooks(folder)
    flag.write_text("spoiled", "utf-8")
    request = batch(folder, f"notebooks: ['00', '02'], languages: vi, {GRID}", "scenarios: costs_up")
    assert run_batch(request) == 1
    said = capsys.readouterr().err
    assert "small/base/0.8,back: " in said and "02_spoiled.ipynb" in said and "AssertionError" in said
    kept = folder / "out" / "small" / "base" / "0.8,back" / "notebooks"
    assert {"02_spoiled.vi.failed.ipynb", "02_spoiled.vi.failed.txt", "00_one.vi.ipynb"} == {
        p.name for p in kept.iterdir()
    }
    rows = summary(folder).set_index("run")
    assert [*rows.index[rows["status"] == "failed"]] == ["small/base/0.8,back", "small/base/1,back"]
    assert (
        "AssertionError" in rows.loc["small/base/1,back", "reason"] and rows.loc["small/base/1,back", "targets"] != ""
    )
    assert "small/base/1,back/notebooks/02_spoiled.vi.failed.txt" in rows.loc["small/base/1,back", "reason"]
    flag.write_text("", "utf-8")
    shutil.rmtree(folder / "out" / "small" / "base" / "1,front")
    assert run_batch(replace(request, only_failed=True)) == 0
    assert not (folder / "out" / "small" / "base" / "1,front").exists()
    assert not (kept / "02_spoiled.vi.failed.ipynb").exists() and (kept / "02_spoiled.vi.ipynb").exists()
    assert set(summary(folder)["status"]) == {"done"}
    assert run_batch(request) == 0
    assert (folder / "out" / "small" / "base" / "1,front" / "reports" / "02_spoiled.vi.html").exists()


def test_a_notebook_that_does_not_take_changes_is_told_before_anything_is_written(folder: Path) -> None:
    notebook(folder / "library" / "00_one.ipynb", "print(scenario)")
    with pytest.raises(PlanError) as told:
        run_batch(batch(folder, "notebooks: '00'", "notebooks: '00', scenarios: costs_up, set: {pacing: front}"))
    assert [(one.where, one.code, one.value) for one in told.value.problems] == [
        ("batch.yaml, runs 2 (00_one.ipynb)", "no_parameter", "overrides")
    ]
    assert not (folder / "out").exists()


def test_a_scenario_that_no_notebook_reads_may_be_unsound(folder: Path) -> None:
    notebooks(folder)
    (folder / "small" / "scenarios" / "late.yaml").write_text("title: Late\nset: {pacing: sideways}\n", "utf-8")
    assert run_batch(batch(folder, "notebooks: '00', set: {pacing: front}, languages: vi")) == 0
    with pytest.raises(PlanError, match=r"batch\.yaml, runs 1 \(plan\.yaml\).*sideways"):
        run_batch(batch(folder, "notebooks: 5, languages: vi"))


def test_runs_are_called_after_plan_scenario_and_values() -> None:
    place = Path("/plans/small/plan.yaml")
    run = BatchRun(place, "/elsewhere/dry.yaml+late", {}, point={"pacing": "front", "first": "2011"})
    assert run.name == "small/dry+late/front,2011"
    assert run.folder == Path("small", "dry+late", "front,2011")
