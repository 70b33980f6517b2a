"""The store of results: what it gives is what would be computed, whatever happens to it; and it computes once."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from making import with_ranges
from test_run import notebook
from trainplan.analysis.goal_seek import goal_seek
from trainplan.analysis.monte_carlo import uncertainty
from trainplan.analysis.relaxations import relaxations
from trainplan.analysis.rule_comparison import under_rule
from trainplan.model.simulate import Run
from trainplan.optimize.best_plan import solve_plan
from trainplan.plan.plan import Plan, load_plan
from trainplan.plan.schema import TABLES
from trainplan.report import stored
from trainplan.results.tables import compute
from trainplan.storage.codec import decode_result, encode_result
from trainplan.storage.provenance import COMPUTING, PACKAGE, hash_of_computing
from trainplan.storage.store import Store, recall_result, result_key, use_store
from trainplan.storage.tables import csv_text
from trainplan.text.problems import PlanError

ROOT = Path(__file__).resolve().parents[1]
AN_GIANG = "an_giang_2011_2015"
PLANS = Path(__file__).parent / "plans"
DRAWS = 64


# --- what a key is made of

CELLS = [(table.name, column) for table in TABLES.values() for column in table.columns.values()]


@pytest.fixture(scope="module")
def province() -> Plan:
    return load_plan(AN_GIANG)


def with_choice(plan: Plan, **choices: Any) -> Plan:
    return replace(plan, choices=plan.choices.model_copy(update=choices))


@pytest.mark.parametrize(("table", "column"), CELLS, ids=lambda one: getattr(one, "name", one))
def test_every_cell_changes_the_key_but_names_bases_and_quotes(table: str, column: Any, province: Plan) -> None:
    rows = list(province.tables[table]) or [
        TABLES[table].record.model_construct(**dict.fromkeys(TABLES[table].columns))
    ]
    other = f"{getattr(rows[-1], column.name)}1"
    plain, changed = (
        replace(province, tables=replace(province.tables, **{table: (*rows[:-1], row)}))
        for row in (rows[-1], rows[-1].model_copy(update={column.name: other}))
    )
    words = column.name.startswith(("name_", "short_", "quote_", "why_not_")) or column.unit in ("text", "basis")
    assert (plain.content_hash == changed.content_hash) == words
    if column.name.endswith(("rate", "count", "vnd", "share", "value", "target_low", "learners", "due", "id", "year")):
        assert not words


def test_choices_change_the_key_but_for_words_and_places(province: Plan) -> None:
    for same in ({"language": "en"}, {"name": "x"}, {"data": "elsewhere"}, {"levers": []}):
        assert with_choice(province, **same).content_hash == province.content_hash
    for other in (
        {"ambition": "high"},
        {"pacing": "front"},
        {"allocation": "optimal"},
        {"first": 2010},
        {"last": 2016},
    ):
        assert with_choice(province, **other).content_hash != province.content_hash


def test_ranges_change_the_key_but_for_their_words(province: Plan) -> None:
    first, *others = province.ranges
    for update, same in (({"name": first.reason, "reason": first.name}, True), ({"high": 9.0}, False)):
        changed = replace(province, ranges=(first.model_copy(update=update), *others))
        assert (changed.content_hash == province.content_hash) == same


def test_a_key_goes_by_the_value_of_arguments_and_not_by_who_listens(province: Plan) -> None:
    key = result_key(uncertainty, [province], {})
    assert result_key(uncertainty, [province, 2**15], {"loop": "", "progress": print}) == key
    assert result_key(uncertainty, [province, 2**14], {}) != key
    assert result_key(uncertainty, [province], {"seed": 1}) != key


@pytest.mark.parametrize(
    ("changed", "differs"),
    [
        ("plan/ranges.py", {"optimize", "results", "analysis"}),
        ("optimize/lp.py", {"optimize", "results", "analysis"}),
        ("results/tables.py", {"results", "analysis"}),
        ("analysis/goal_seek.py", {"analysis"}),
        ("text/vi.po", set()),
        ("text/catalog.py", set()),
        ("sheets/workbook.py", set()),
        ("storage/store.py", set()),
        ("report/drawing.py", set()),
        ("run/run.py", set()),
        ("desk/desk.py", set()),
        ("cli.py", set()),
    ],
)
def test_a_result_depends_on_the_rooms_that_compute_it(changed: str, differs: set[str], tmp_path: Path) -> None:
    for copy in ("before", "after"):
        shutil.copytree(PACKAGE, tmp_path / copy, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "after" / changed).open("a", encoding="utf-8") as file:
        file.write("# a comma\n")
    rooms = ("optimize", "results", "analysis")
    pairs = {room: [hash_of_computing(room, tmp_path / copy) for copy in ("before", "after")] for room in rooms}
    assert {room for room, (before, after) in pairs.items() if before != after} == differs


def test_the_rooms_that_compute_are_those_below_analysis_but_for_words_and_files() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"][0]
    upwards = [room for layer in reversed(contract["layers"]) for room in layer.split(" | ")]
    below = upwards[: upwards.index("analysis") + 1]
    assert [room for room in below if room not in ("text", "sheets")] == list(COMPUTING)


# --- what comes back


def bits(value: Any) -> Any:
    """A value as nested tuples that are equal only where every bit, type and table is; a plan is the object itself."""
    if isinstance(value, Plan):
        return id(value)
    if isinstance(value, np.ndarray | np.generic):
        return type(value), value.dtype, value.shape, value.tobytes()
    if isinstance(value, pd.DataFrame):
        return (
            csv_text(value),
            tuple(value.columns),
            tuple(map(str, value.dtypes)),
            value.columns.dtype,
            value.index.dtype,
        )
    if isinstance(value, Run):
        worked_out = (value.gap, value.learners, value.committed_vnd, value.funded_vnd, value.commitments_vnd)
        return bits([value.arrays, value.people, value.path, value.years, value.continuing, *worked_out])
    if is_dataclass(value):
        return type(value), tuple(bits(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, dict):
        return tuple((name, bits(one)) for name, one in value.items())
    if isinstance(value, list | tuple):
        return type(value), tuple(map(bits, value))
    return type(value), repr(value)


STORED: dict[str, Callable[[Plan, Plan], Any]] = {
    "solve_plan": lambda plan, _: stored.solve_plan(under_rule(plan, "optimal")),
    "best_plan": lambda plan, _: stored.best_plan(plan).tables,
    "compare_rules": lambda plan, _: stored.compare_rules(plan),
    "goal_seek": lambda plan, _: stored.goal_seek(plan),
    "marginal_values": lambda plan, _: stored.marginal_values(plan),
    "relaxations": lambda plan, _: stored.relaxations(plan),
    "attribute": stored.attribute,
    "attribute_each": lambda plan, other: [frame for _, frame in stored.attribute_each(plan, [other, plan])],
    "attribute_all": lambda plan, other: stored.attribute_all(plan, [other]),
    "uncertainty_by_loop": lambda plan, _: stored.uncertainty_by_loop(plan, DRAWS),
    "uncertainty_by_rule": lambda plan, _: [one.probabilities for one in stored.uncertainty_by_rule(plan, DRAWS)],
    "sensitivity": lambda plan, _: stored.sensitivity(plan, "open", design=16),
    "failure_conditions": lambda plan, _: stored.failure_conditions(stored.uncertainty(plan, DRAWS)),
}


@pytest.fixture(scope="module", params=["ranged", "long_courses", "counts"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Plan]:
    """A plan and what a scenario's changes make of it."""
    ranged = with_ranges(tmp_path_factory.mktemp("pair"))
    path = ranged if request.param == "ranged" else PLANS / request.param
    cell = f"programs.{load_plan(path).tables.programs[0].id}.cost_per_learner_year"
    plans = load_plan(path), load_plan(path, overrides={cell: {"scale": 1.5}, "ambition": "high"})
    leaving = load_plan(ranged).ranges[1]
    leaving = leaving.model_copy(update={"address": (f"groups.{plans[0].tables.groups[0].id}.leave_rate",)})
    one, other = (replace(plan, ranges=plan.ranges or (leaving,)) for plan in plans)
    return one, other


@pytest.mark.parametrize("name", STORED)
def test_what_comes_back_is_what_was_computed_to_the_bit(name: str, pair: tuple[Plan, Plan], tmp_path: Path) -> None:
    expected = bits(STORED[name](*pair))
    with use_store(Store(tmp_path, worth=0)):
        assert bits(STORED[name](*pair)) == expected
        before = sorted(tmp_path.iterdir())
        assert bits(STORED[name](*pair)) == expected
    assert before == sorted(tmp_path.iterdir())
    assert before, "nothing was kept"


def test_a_goal_under_the_best_plan_comes_back_to_the_bit(tmp_path: Path) -> None:
    plan = with_choice(load_plan(PLANS / "one_year"), allocation="optimal")
    expected = bits(stored.goal_seek(plan))
    with use_store(Store(tmp_path, worth=0)):
        assert [bits(stored.goal_seek(plan)) for _ in range(2)] == [expected, expected]
    assert [path.name.split(".")[0] for path in tmp_path.iterdir()] == ["goal_seek"]


def test_the_best_plan_is_solved_once_for_results_rules_and_draws(tmp_path: Path) -> None:
    plan = load_plan(with_ranges(tmp_path))
    best = under_rule(plan, "optimal")
    with use_store(Store(tmp_path / "s", worth=0)):
        stored.compute(best), stored.best_plan(plan), stored.compare_rules(plan), stored.uncertainty(best, DRAWS)
    assert len(list((tmp_path / "s").glob("solve_plan.*.npz"))) == 1


def test_a_search_is_made_once_for_the_requirement_and_the_best_plan(tmp_path: Path) -> None:
    best, free = (with_choice(load_plan(PLANS / "one_year"), allocation=rule) for rule in ("optimal", "all"))
    expected = bits(goal_seek(free)), bits(relaxations(free))
    with use_store(Store(tmp_path, worth=0)):
        stored.goal_seek(best), stored.relaxations(best)
        assert (bits(stored.goal_seek(free)), bits(stored.relaxations(free))) == expected
        assert stored.goal_seek(free).plan is free
    assert sorted(path.name.split(".")[0] for path in tmp_path.iterdir()) == ["goal_seek", "relaxations"]


def test_differences_of_a_page_are_kept_as_one_by_the_names_of_its_scenarios(tmp_path: Path) -> None:
    base, *others = (load_plan(AN_GIANG, name) for name in ("base", "costs_up", "requirement"))
    same = load_plan(AN_GIANG, overrides={"allocation": "all"})
    assert same.content_hash == others[1].content_hash
    with use_store(Store(tmp_path, worth=0)):
        each = stored.attribute_each(base, others)
        kept = list(tmp_path.iterdir())
        assert bits(stored.attribute_each(base, others)) == bits(each) and list(tmp_path.iterdir()) == kept
        assert len(kept) == 1 and [plan.scenario for plan, _ in each] == ["costs_up", "requirement"]
        assert set(stored.attribute_all(base, [others[0], same])["scenario"]) == {"costs_up", "base"}


def test_what_numbers_and_tables_may_hold_comes_back() -> None:
    array = np.array([[1.5, -0.0], [np.nan, np.inf]])
    frame = pd.DataFrame({"n": pd.array([1, None], "Int64"), "t": ["ă", None], "o": [True, None], "x": [0.1, np.nan]})
    value = {
        "a": array,
        "again": array,
        "f": frame,
        "s": np.float64(0.1),
        "n": [None, True, 2, (), "đ", float("nan")],
        3: (),
    }
    back = decode_result(encode_result(value, ()), ())
    assert bits(back) == bits(value)
    assert back["a"] is back["again"]
    assert len(encode_result(value, ())) < len(encode_result({**value, "again": array.copy()}, ()))


@pytest.mark.parametrize("value", [object(), {1, 2}, np.array([object()]), pd.DataFrame({"a": [1]}, index=["x"])])
def test_what_cannot_be_kept_as_it_is_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        encode_result(value, ())


# --- whatever happens to it


@pytest.fixture
def ranged(tmp_path: Path) -> Plan:
    return load_plan(with_ranges(tmp_path))


def solved(store: Store, plan: Plan) -> Any:
    return bits(store.recall(solve_plan, under_rule(plan, "optimal")))


def test_a_damaged_file_is_computed_again(ranged: Plan, tmp_path: Path) -> None:
    store = Store(tmp_path / "s", worth=0)
    expected = bits(store.recall(uncertainty, ranged, DRAWS))
    (file,) = store.folder.iterdir()
    whole = file.read_bytes()
    cut = [whole[:length] for length in (0, 1, len(whole) // 2, len(whole) - 1)]
    places = range(0, len(whole), len(whole) // 100)
    flipped = [whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1 :] for at in places]
    for damaged in [*flipped, b"PK\x03\x04 nothing", whole + whole, *cut]:
        file.write_bytes(damaged)
        assert bits(store.recall(uncertainty, ranged, DRAWS)) == expected
    assert bits(decode_result(file.read_bytes(), [ranged])) == expected, "a damaged file gives way to a whole one"


def test_a_file_names_no_function_to_be_called(ranged: Plan, tmp_path: Path) -> None:
    target = tmp_path / "written"
    call = ["object", "trainplan.storage.files", "write_text", {"path": str(target), "text": "x"}]
    tree = np.frombuffer(json.dumps(call).encode(), np.uint8)
    store = Store(tmp_path / "s", worth=0)
    expected = solved(store, ranged)
    (file,) = store.folder.iterdir()
    np.savez(file, tree=tree)
    assert solved(store, ranged) == expected
    assert not target.exists()


def test_the_least_recently_used_goes_first(ranged: Plan, tmp_path: Path) -> None:
    def size_of(seed: int) -> int:
        store.recall(uncertainty, ranged, DRAWS, seed)
        return len(list(store.folder.glob("*.npz")))

    store = Store(tmp_path / "s", worth=0)
    size_of(1)
    (first,) = store.folder.iterdir()
    store.limit = round(4.5 * first.stat().st_size)
    assert [size_of(seed) for seed in (2, 3, 4)] == [2, 3, 4]
    for path in store.folder.iterdir():
        os.utime(path, (1, 1))
    assert size_of(1) == 4, "found, and used last"
    assert [size_of(seed) for seed in (5, 6, 7)] == [4, 4, 4]
    assert first.exists()
    store.limit = 3 * first.stat().st_size
    size_of(8)
    assert first.exists(), "what is larger than its share is not kept, and nothing goes for it"


def test_where_nothing_can_be_written_it_is_computed(ranged: Plan, tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("no folder", "utf-8")
    expected = solved(Store(tmp_path / "s", worth=0), ranged)
    assert solved(Store(place, worth=0), ranged) == expected
    assert place.read_text("utf-8") == "no folder"


def test_what_takes_no_time_or_fails_leaves_nothing(ranged: Plan, tmp_path: Path) -> None:
    store = Store(tmp_path / "s", worth=1e9)
    solved(store, ranged)
    with use_store(store), pytest.raises(PlanError):
        stored.goal_seek(ranged, "nobody")
    assert not store.folder.exists()


def test_without_a_store_nothing_is_kept_and_a_yearly_rule_asks_none(ranged: Plan, tmp_path: Path) -> None:
    assert bits(recall_result(solve_plan, under_rule(ranged, "optimal"))) == bits(
        solve_plan(under_rule(ranged, "optimal"))
    )
    with use_store(Store(tmp_path / "s", worth=0)):
        assert bits(stored.compute(ranged).tables) == bits(compute(ranged).tables)
    assert not (tmp_path / "s").exists()


# --- processes at once

WORKER = """
import sys, time
from pathlib import Path
from trainplan.analysis.monte_carlo import uncertainty
from trainplan.plan.plan import load_plan
from trainplan.storage.log import start_log
from trainplan.storage.store import Store
start_log()
plan, folder, go, draws = load_plan(sys.argv[1]), *map(Path, sys.argv[2:4]), int(sys.argv[4])
print("ready", flush=True)
while not go.exists():
    time.sleep(0.01)
print(Store(folder).recall(uncertainty, plan, draws).probabilities.to_csv())
"""


@pytest.fixture
def start_worker(ranged: Plan, tmp_path: Path) -> Iterator[Callable[[int], subprocess.Popen[str]]]:
    """Starts processes that draw so many times once `go` is there; those that still run in the end are ended."""
    started: list[subprocess.Popen[str]] = []
    environment = {**os.environ, "TRAINPLAN_LOG": str(tmp_path / "log")}

    def start(draws: int) -> subprocess.Popen[str]:
        command = [
            sys.executable,
            "-c",
            WORKER,
            str(ranged.path),
            str(tmp_path / "s"),
            str(tmp_path / "go"),
            str(draws),
        ]
        started.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, encoding="utf-8"))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def lines_with(log: Path, words: str) -> int:
    return log.read_text("utf-8").count(words) if log.exists() else 0


def test_of_two_processes_at_once_one_computes(
    start_worker: Callable[[int], subprocess.Popen[str]], tmp_path: Path
) -> None:
    both = [start_worker(2**17) for _ in range(2)]
    assert [process.stdout.readline() for process in both if process.stdout] == ["ready\n", "ready\n"]
    (tmp_path / "go").touch()
    one, other = (process.communicate()[0] for process in both)
    assert one == other and "probability_met" in one
    assert lines_with(tmp_path / "log", "store: computed uncertainty") == 1
    assert lines_with(tmp_path / "log", "store: recalled uncertainty") == 1


def test_who_waits_for_a_process_that_dies_computes(
    start_worker: Callable[[int], subprocess.Popen[str]], tmp_path: Path
) -> None:
    first, second = (start_worker(2**17) for _ in range(2))
    assert second.stdout and second.stdout.readline() == "ready\n"
    (tmp_path / "go").touch()
    while not list(tmp_path.glob("s/*.lock")):
        assert first.poll() is None
        time.sleep(0.01)
    first.kill()
    assert "probability_met" in second.communicate()[0]
    assert lines_with(tmp_path / "log", "store: computed uncertainty") >= 1


# --- a run

OPTIONS = """from typing import Optional
plan: str = ""
scenario: str = "base"
overrides: dict = {}
language: str = "vi"
output_dir: Optional[str] = None"""
DRAWN = 2**16  # times: what takes long enough to be kept
DRAW = f"""import shutil
from trainplan import open_notebook, uncertainty
from trainplan.storage.files import write_text
page = open_notebook(globals())
store = page.output_dir.parents[1] / ".store"
files = [*store.glob("uncertainty.*.npz")]
HARM
draws = uncertainty(page.plan, {DRAWN})
write_text(page.output_dir / "figures" / f"bands.{{language}}.csv", draws.cost_bands.to_csv())
write_text(page.output_dir / "figures" / f"coverage.{{language}}.csv", repr(float(draws.coverage.sum())))"""
HARMS = {
    "deleted": "shutil.rmtree(store, ignore_errors=True)",
    "flipped": "[file.write_bytes(file.read_bytes().replace(bytes([63, 240]), bytes([63, 241]))) for file in files]",
    "truncated": "[file.write_bytes(file.read_bytes()[:1000]) for file in files]",
    "in the way": "shutil.rmtree(store, ignore_errors=True), store.exists() or store.write_text('')",
}
RUN = """import sys
from pathlib import Path
from trainplan.run.run import Request, run
from trainplan.storage.log import start_log
start_log()
plan, output, library = sys.argv[1:]
sys.exit(run(Request(plan, output=Path(output), library=Path(library), workers=1)))"""


def times_drawn(folder: Path) -> int:
    """How often the runs in a folder have computed what their notebook draws."""
    key = result_key(uncertainty, [load_plan(folder / "ranged"), DRAWN], {})
    return lines_with(folder / "log", f"store: computed uncertainty.{key}")


def run_drawing(folder: Path, harm: str = "", largest: int = 0, package: Path = PACKAGE.parent) -> dict[str, str]:
    """Runs a notebook that draws, after some harm to the store, in one language and then in the other.

    `largest` limits files to so many bytes, as a full disk would. Returns the tables that are left, by name.
    """
    plan = folder / "ranged" if (folder / "ranged").exists() else with_ranges(folder)
    notebook(folder / "library" / "07_draw.ipynb", DRAW.replace("HARM", harm), parameters=OPTIONS)
    path = os.pathsep.join([str(package), *sys.path])
    environment = {**os.environ, "TRAINPLAN_LOG": str(folder / "log"), "PYTHONPATH": path, "MPLBACKEND": "agg"}

    def limit_files() -> None:
        if largest:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    command = [sys.executable, "-c", RUN, str(plan), str(folder / "out"), str(folder / "library")]
    done = subprocess.run(command, env=environment, preexec_fn=limit_files, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    left = folder.glob("out/ranged/base/*/*.csv")
    return {path.name: path.read_text("utf-8") for path in left}


@pytest.fixture(scope="module")
def unharmed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a run leaves, which computed once for both languages and shows nothing of the store."""
    folder = tmp_path_factory.mktemp("unharmed")
    left = run_drawing(folder)
    assert left["bands.vi.csv"] == left["bands.en.csv"] and "p95" in left["bands.vi.csv"] and len(left) > 10
    assert times_drawn(folder) == 1
    manifest = (folder / "out" / "ranged" / "base" / "manifest.json").read_text("utf-8")
    assert ".store" not in manifest + (folder / "out" / "ranged" / "index.html").read_text("utf-8")
    return left


@pytest.mark.slow
@pytest.mark.parametrize("harm", HARMS)
def test_harm_in_the_middle_of_a_run_changes_nothing(harm: str, unharmed: dict[str, str], tmp_path: Path) -> None:
    assert run_drawing(tmp_path, HARMS[harm]) == unharmed
    assert times_drawn(tmp_path) == 2
    damaged = harm in ("flipped", "truncated")
    assert (lines_with(tmp_path / "log", "is damaged") > 0) == damaged


@pytest.mark.slow
def test_a_full_disk_changes_nothing(unharmed: dict[str, str], tmp_path: Path) -> None:
    assert run_drawing(tmp_path, largest=1_500_000) == unharmed
    assert lines_with(tmp_path / "log", "is not kept") > 0
    assert times_drawn(tmp_path) == 2


@pytest.mark.slow
def test_other_words_and_colors_render_pages_anew_and_compute_nothing(tmp_path: Path) -> None:
    package = tmp_path / "lib"
    shutil.copytree(PACKAGE, package / "trainplan", ignore=shutil.ignore_patterns("__pycache__"))
    left, pages = run_drawing(tmp_path, package=package), tmp_path / "out" / "ranged" / "base"
    before = {page: page.stat().st_mtime_ns for page in pages.glob("reports/*.html")}
    assert len(before) == 2
    for name in ("text/vi.po", "text/en.po", "report/drawing.py", "desk/desk.py", "storage/store.py"):
        with (package / "trainplan" / name).open("a", encoding="utf-8") as file:
            file.write("# a comma\n")
    assert run_drawing(tmp_path, package=package) == left
    assert all(page.stat().st_mtime_ns > when for page, when in before.items())
    assert times_drawn(tmp_path) == 1
