"""A run of notebooks: what it leaves, what it does not do twice, and how it ends when something goes wrong."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path

import nbformat
import pandas as pd
import psutil
import pytest

from making import with_facts
from trainplan.plan.find import folder_name, scenarios_named
from trainplan.run.execute import Job, Outcome, execute_notebook, perform_job
from trainplan.run.manifest import Manifest
from trainplan.run.plan_notebooks import NOTEBOOKS
from trainplan.run.run import Request, run
from trainplan.run.workers import START, run_all
from trainplan.storage.files import OutputError, remove_partials, write_bytes, write_error
from trainplan.storage.provenance import DESK, PACKAGE, code_hash
from trainplan.text.catalog import both
from trainplan.text.problems import PlanError

ROOT = Path(__file__).resolve().parents[1]
SOUND = Path(__file__).parent / "broken" / "sound"
PARAMETERS = 'plan: str = ""  # kế hoạch\nscenario: str = "base"\nlanguage: str = "vi"\noutput_dir: str = ""'
DRAW = (
    "from pathlib import Path\nimport matplotlib.pyplot as plt\nfrom trainplan.storage.files import write_text\n"
    'write_text(Path(output_dir, "figures", f"note.{language}.txt"), scenario)\nplt.plot([1, 2]);'
)
ACROSS = PARAMETERS + "\nscenarios: list = []"
SPOIL = 'if language == "en":\n    '


def notebook(path: Path, *cells: str, parameters: str = PARAMETERS) -> Path:
    """A notebook of code cells, the first one with its parameters."""
    first = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    title = nbformat.v4.new_markdown_cell(f"# {path.stem}")
    book = nbformat.v4.new_notebook(cells=[title, first, *map(nbformat.v4.new_code_cell, cells)])
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(book, path)
    return path


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    """A small plan with two small notebooks, the second one across scenarios."""
    library = tmp_path / "library"
    notebook(library / "00_one.ipynb", DRAW, "print(scenario, language)")
    notebook(library / "05_across.ipynb", "print(scenarios)", parameters=ACROSS)
    plan = Path(shutil.copytree(SOUND, tmp_path / "small"))
    return Request(str(plan), output=tmp_path / "out", library=library)


@pytest.fixture
def decided_later(request_: Request) -> Request:
    """The plan with what happened, each row with a date and no date of its own: nothing had been decided; a review."""
    folder = with_facts(Path(request_.plan))
    for path in folder.glob("*.csv"):
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
        dates = rows.get("as_of", "")
        rows.assign(as_of=dates).replace({"as_of": {"": "2020-06-30"}}).to_csv(path, index=False)
    notebook(request_.library / "10_review.ipynb", "print(scenario)")
    return request_


def written(request: Request) -> dict[str, int]:
    """When each report was written, in nanoseconds, by its name."""
    return {path.name: path.stat().st_mtime_ns for path in request.output.rglob("reports/*.html")}


def manifest(request: Request, scenario: str = "base") -> dict[str, dict[str, dict[str, object]]]:
    read: dict[str, dict[str, dict[str, object]]] = json.loads(
        (request.output / "small" / scenario / "manifest.json").read_text("utf-8")
    )
    return read


BOTH = {"00_one.vi.html", "00_one.en.html", "05_across.vi.html", "05_across.en.html"}


def test_what_a_run_leaves(request_: Request, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(request_) == 0
    folder = request_.output / "small"
    assert set(written(request_)) == BOTH
    out, err = capsys.readouterr()
    assert str(folder / "index.html") in out and (folder / "index.html").is_file()
    assert "[4/4]" in err, "plain lines where there is no terminal"
    assert not list(folder.rglob("*.partial*"))
    assert len(list((folder / "base" / "tables").glob("*.csv"))) == 12
    assert not (folder / "costs_up").exists(), "the other scenarios are compared, not run in full"

    kept = manifest(request_)
    assert kept["plan"] == "small" and kept["scenario"] == "base" and kept["changes"] == []
    assert "groups.csv" in " ".join(kept["inputs"]) and {"python", "trainplan", "papermill"} <= set(kept["versions"])
    one = kept["notebooks"]["00_one.vi"]
    assert one["status"] == "done" and one["figures"] == 1
    outputs = ["figures/note.vi.txt", "notebooks/00_one.vi.ipynb", "reports/00_one.vi.html"]
    assert list(one["outputs"]) == outputs  # type: ignore[call-overload]

    executed = nbformat.read(folder / "base" / "notebooks" / "05_across.en.ipynb", 4)
    assert "['costs_up']" in executed.cells[-1].outputs[0].text


def test_a_notebook_that_takes_long_is_named_while_it_runs(
    request_: Request, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainplan.run.workers.LOOK", 0.05)
    monkeypatch.setattr("trainplan.storage.progress.SILENCE", 0.1)
    notebook(request_.library / "00_one.ipynb", "import time\ntime.sleep(2)")
    assert run(replace(request_, notebooks=("0",), language="vi")) == 0
    assert len(re.findall(r"base/00_one\.vi \d s", capsys.readouterr().err)) >= 2


def test_what_is_done_is_not_done_again(request_: Request, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(request_) == 0
    before = written(request_)
    assert run(request_) == 0
    assert written(request_) == before
    assert "done already" in capsys.readouterr().err

    base = request_.output / "small" / "base"
    (base / "reports" / "00_one.en.html").unlink()
    (base / "notebooks" / "05_across.vi.ipynb").write_text("half a notebook")
    assert run(request_) == 0
    after = written(request_)
    assert {name for name in BOTH if after[name] != before[name]} == {"00_one.en.html", "05_across.vi.html"}


@pytest.mark.parametrize("spoiled", ["{", "[]", '{"status": "done", "outputs": 1}'])
def test_an_entry_that_is_not_whole_counts_as_none(spoiled: str, request_: Request) -> None:
    part = replace(request_, notebooks=("0",), language="vi")
    assert run(part) == 0
    before = written(part)
    (part.output / "small" / "base" / ".runs" / "00_one.vi.json").write_text(spoiled)
    assert run(part) == 0
    assert written(part)["00_one.vi.html"] > before["00_one.vi.html"]


@pytest.mark.parametrize("changed", ["input", "notebook"])
def test_what_has_changed_is_done_again(changed: str, request_: Request) -> None:
    assert run(request_) == 0
    before = written(request_)
    path = Path(request_.plan, "groups.csv") if changed == "input" else request_.library / "00_one.ipynb"
    path.write_bytes(path.read_bytes() + b"\n")
    assert run(request_) == 0
    redone = {name for name, when in written(request_).items() if when != before[name]}
    assert redone == (BOTH if changed == "input" else {"00_one.vi.html", "00_one.en.html"})


@pytest.mark.parametrize(
    ("changed", "on_pages", "on_the_desk"),
    [
        ("desk/page.py", False, True),
        ("cli.py", False, False),
        ("model/need.py", True, True),
        ("text/vi.po", True, True),
    ],
)
def test_what_cannot_change_a_page_is_not_in_the_hash_of_the_code(
    changed: str, on_pages: bool, on_the_desk: bool, tmp_path: Path
) -> None:
    for copy in ("before", "after"):
        shutil.copytree(PACKAGE, tmp_path / copy, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "after" / changed).open("a", encoding="utf-8") as file:
        file.write("# a comma\n")
    for desk, differs in ((False, on_pages), (True, on_the_desk)):
        before, after = (code_hash(desk, tmp_path / copy) for copy in ("before", "after"))
        assert (before != after) == differs


def test_only_a_notebook_that_opens_the_desk_depends_on_it() -> None:
    books = (ROOT / "notebooks").glob("*.ipynb")
    assert [book.stem for book in books if DESK.encode() in book.read_bytes()] == ["planner"]


def files(folder: Path, *without: str) -> dict[str, bytes]:
    """What a folder holds, by path, but for paths with one of these words in them."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not any(word in name for word in without)}


def linked(request: Request, index: str) -> dict[str, bool]:
    """The reports that an index links, and whether each is said to be of an earlier run."""
    text = (request.output / "small" / index).read_text("utf-8")
    items = re.findall(r'<li><a href="([^"]*/reports/[^"]*)">[^<]*</a>(.*?)</li>', text)
    return {href: "earlier run" in note or "lần chạy trước" in note for href, note in items}


def test_it_does_not_matter_where_one_stands(
    request_: Request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(replace(request_, output=Path("out"))) == 0
    before, when = files(request_.output), written(request_)
    assert "figures/note.vi.txt" in manifest(request_)["notebooks"]["00_one.vi"]["outputs"]  # type: ignore[operator]

    (tmp_path / "out" / "deep").mkdir()
    monkeypatch.chdir(tmp_path / "out" / "deep")
    assert run(request_) == 0
    assert "4 báo cáo đã có" in capsys.readouterr().err
    assert written(request_) == when and files(request_.output) == before

    elsewhere = Path(shutil.copytree(request_.plan, tmp_path / "other" / "small"))
    assert run(replace(request_, plan=str(elsewhere), output=tmp_path / "again")) == 0
    place = "/notebooks/"  # an executed notebook says where the plan lies
    assert files(tmp_path / "again", place) == {n: b for n, b in before.items() if place not in n}
    assert set(files(tmp_path / "again")) == set(before)


def test_equal_runs_leave_equal_files(tmp_path: Path) -> None:
    """From the root and from `notebooks/`, into a folder named in full and into one named from there."""
    standing = {"one": ROOT, "two": ROOT / "notebooks"}
    for name, folder in standing.items():
        output = tmp_path / name if name == "one" else os.path.relpath(tmp_path / name, folder)
        command = [sys.executable, "-m", "trainplan", "run", "--notebook", "3", "--output", str(output)]
        done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stderr
    one, two = (
        files(tmp_path / name, ".store/") for name in standing
    )  # what took long to compute depends on the clock
    assert [name for name in sorted({*one, *two}) if one.get(name) != two.get(name)] == []
    kinds = {Path(name).suffix for name in one}
    assert kinds == {".ipynb", ".html", ".docx", ".png", ".svg", ".csv", ".json"}
    assert not [name for name, content in one.items() if str(tmp_path).encode() in content]


def test_an_executed_notebook_runs_again_where_it_lies(request_: Request) -> None:
    assert run(replace(request_, notebooks=("0",), language="vi")) == 0
    folder = request_.output / "small" / "base"
    book, note = folder / "notebooks" / "00_one.vi.ipynb", folder / "figures" / "note.vi.txt"
    note.unlink()
    again = [sys.executable, "-m", "papermill", "--no-progress-bar", book.name, str(request_.output / "again.ipynb")]
    done = subprocess.run(again, cwd=book.parent, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0 and note.is_file(), done.stderr


@pytest.fixture(scope="module")
def done_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Plan, notebooks and all of their outputs, then a comment in the plan that makes every one of them old."""
    base = tmp_path_factory.mktemp("before")
    notebook(base / "library" / "00_one.ipynb", DRAW)
    notebook(base / "library" / "05_across.ipynb", "print(scenarios)", parameters=ACROSS)
    shutil.copytree(SOUND, base / "small")
    request = Request(str(base / "small"), ("all",), output=base / "out", library=base / "library")
    assert run(request) == 0
    with Path(request.plan, "plan.yaml").open("a", encoding="utf-8") as plan:
        plan.write("# one line more\n")
    return base


@pytest.mark.parametrize(
    ("language", "number", "scenario"), list(product(("vi", "en"), ("0", "5"), ("base", "costs_up")))
)
def test_nothing_is_touched_that_was_not_asked_for(
    language: str, number: str, scenario: str, done_before: Path, tmp_path: Path
) -> None:
    base = Path(shutil.copytree(done_before, tmp_path / "copy"))
    request = Request(
        str(base / "small"), (scenario,), (number,), language, output=base / "out", library=base / "library"
    )
    before = files(request.output)
    assert run(request) == 0
    name = f"{'00_one' if number == '0' else '05_across'}.{language}"
    asked = (f"{scenario}/reports/{name}.html", f"{scenario}/.runs/{name}.json", f"{scenario}/notebooks/{name}.ipynb")
    own = (*asked, f"{scenario}/manifest.json", f"{scenario}/tables/", "small/index.", f"{scenario}/figures/")
    assert files(request.output, *own) == {n: b for n, b in before.items() if not any(word in n for word in own)}
    assert set(files(request.output)) == set(before)
    for index, shown in (("index.html", "vi"), ("index.en.html", "en")):
        pages = {f"{s}/reports/{n}.{shown}.html" for s in ("base", "costs_up") for n in ("00_one", "05_across")}
        assert linked(request, index) == {page: page != asked[0] for page in pages}
    states = {entry: of["status"] for entry, of in manifest(request, scenario)["notebooks"].items()}
    assert [entry for entry, status in states.items() if status == "done"] == [name] and len(states) == 4


def test_a_page_in_the_other_language_only_is_said_to_be(request_: Request) -> None:
    assert run(replace(request_, language="vi")) == 0
    text = (request_.output / "small" / "index.en.html").read_text("utf-8")
    assert linked(request_, "index.en.html") == dict.fromkeys(linked(request_, "index.html"), False)
    assert text.count("<em>(in Vietnamese)</em>") == 2 * 2  # whom to read what, and the reports of every scenario


def test_a_scenario_from_elsewhere_stays_on_the_index(request_: Request, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere.yaml"
    text = (SOUND / "scenarios" / "costs_up.yaml").read_text("utf-8")
    other.write_text(text.replace("Costs up", "From elsewhere"), encoding="utf-8")
    assert run(replace(request_, scenarios=(str(other),), notebooks=("5",))) == 0
    executed = nbformat.read(request_.output / "small" / "elsewhere" / "notebooks" / "05_across.en.ipynb", 4)
    assert "['base', 'costs_up']" in executed.cells[-1].outputs[0].text
    assert run(request_) == 0
    pages = linked(request_, "index.en.html")
    assert pages["base/reports/05_across.en.html"] is False and pages["elsewhere/reports/05_across.en.html"] is True
    assert "From elsewhere" in (request_.output / "small" / "index.en.html").read_text("utf-8")


MEET = """
import time
from pathlib import Path
here = Path({place!r})
here.mkdir(exist_ok=True)
(here / language).touch()
for _ in range(600):
    if len(list(here.iterdir())) == 2:
        break
    time.sleep(0.1)
else:
    raise TimeoutError("the other run never came")
"""


def test_two_runs_at_once_lose_nothing(request_: Request, tmp_path: Path) -> None:
    """One in each language, and the notebook of each waits for that of the other."""
    notebook(request_.library / "00_one.ipynb", MEET.format(place=str(tmp_path / "met")), DRAW)
    script = (
        "import sys; from pathlib import Path; from trainplan.run.run import Request, run;"
        "plan, output, library, language = sys.argv[1:];"
        "sys.exit(run(Request(plan, output=Path(output), library=Path(library), language=language)))"
    )
    given = [request_.plan, str(request_.output), str(request_.library)]
    both = [subprocess.Popen([sys.executable, "-c", script, *given, language]) for language in ("vi", "en")]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    assert [entry["status"] for entry in manifest(request_)["notebooks"].values()] == ["done"] * 4
    assert {Path(page).name for page in linked(request_, "index.html")} == {n for n in BOTH if ".vi." in n}
    assert {Path(page).name for page in linked(request_, "index.en.html")} == {n for n in BOTH if ".en." in n}

    assert run(replace(request_, output=tmp_path / "one")) == 0
    assert files(tmp_path / "one") == files(request_.output)


def test_a_failure_does_not_undo_what_a_run_beside_has_done(request_: Request) -> None:
    assert run(request_) == 0
    before = files(request_.output)
    folder = request_.output / "small" / "base"
    job = Job(
        request_.library / "00_one.ipynb", {}, folder / "notebooks" / "00_one.vi.ipynb",
        folder / "reports" / "00_one.vi.html", "vi",
    )  # fmt: skip
    key = str(manifest(request_)["notebooks"]["00_one.vi"]["made_from"])
    Manifest(folder).record(job, key, Outcome("it was ended", 0, (), 0.0))
    assert files(request_.output) == before


def test_what_is_still_being_written_is_left_alone(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    mine, its = tmp_path / f"a.{os.getpid()}.partial.ipynb", tmp_path / f".b.csv.{ended.pid}.partial"
    older = tmp_path / f"c.{os.getpid()}.partial.ipynb"  # of a process that had the number of this one before
    for path in (mine, its, older):
        path.touch()
    began = psutil.Process().create_time()
    os.utime(older, (began - 60, began - 60))
    remove_partials(tmp_path)
    assert mine.exists() and not its.exists() and not older.exists()


def test_tables_that_a_rule_no_longer_leaves_go(request_: Request) -> None:
    plan = Path(request_.plan, "plan.yaml")
    text = plan.read_text("utf-8")
    plan.write_text(text.replace("proportional", "optimal"), encoding="utf-8")
    assert run(replace(request_, notebooks=("0",), language="vi")) == 0
    tables = request_.output / "small" / "base" / "tables"
    assert (tables / "optimum.csv").is_file()
    plan.write_text(text, encoding="utf-8")
    assert run(replace(request_, notebooks=("0",), language="vi")) == 0
    assert not (tables / "optimum.csv").exists() and len(list(tables.glob("*.csv"))) == 12


def test_part_of_the_work(request_: Request) -> None:
    part = Request(**{**vars(request_), "notebooks": ("0",), "language": "en", "scenarios": ("costs_up",)})
    assert run(part) == 0
    assert set(written(part)) == {"00_one.en.html"}
    assert [change["address"] for change in manifest(part, "costs_up")["changes"]]  # type: ignore[index]
    assert run(Request(**{**vars(request_), "scenarios": ("all",), "workers": 3})) == 0
    assert len(list(request_.output.rglob("reports/*.html"))) == 8, "every scenario in full, its comparison too"


def test_where_nothing_had_been_decided_only_the_review_is_lacking(
    decided_later: Request, capsys: pytest.CaptureFixture[str]
) -> None:
    part = replace(decided_later, notebooks=("0",), language="en")
    assert run(part) == 0 and capsys.readouterr().err.count("10_review") == 0
    assert run(replace(decided_later, language="en")) == 0
    assert set(written(decided_later)) == {"00_one.en.html", "05_across.en.html"}
    assert not list(decided_later.output.rglob("review_*.csv"))
    said = capsys.readouterr().err
    assert said.count("10_review: objectives: ") == 1 and "the plan as decided has no targets" in said
    with pytest.raises(PlanError, match="the plan as decided has no targets"):
        run(replace(decided_later, notebooks=("10",)))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("import sys\n    sys.exit(0)", "SystemExit"),
        ("import os\n    os.kill(os.getpid(), 9)", "the process died"),
        ("input()", "EOFError"),
    ],
)
def test_what_fails_is_named_and_the_rest_is_kept(
    spoil: str, words: str, request_: Request, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook(request_.library / "00_one.ipynb", SPOIL + spoil, "2")
    assert run(request_) == 1
    assert set(written(request_)) == BOTH - {"00_one.en.html"}
    err = capsys.readouterr().err
    assert "base/00_one.en" in err and words in err and "Traceback" not in err
    entry = manifest(request_)["notebooks"]["00_one.en"]
    assert entry["status"] == "failed" and words in str(entry["error"])
    traces = list(request_.output.rglob("*.failed.txt"))
    if "died" not in words:
        assert [path.name for path in traces] == ["00_one.en.failed.txt"]
        assert f"({both('file.details')}: {traces[0]})" in err and "Traceback" in traces[0].read_text("utf-8")
        assert "Traceback" not in str(entry["error"]) and str(traces[0]) not in str(entry["error"])
    assert not (request_.output / "small" / "base" / "notebooks" / "00_one.en.ipynb").exists()

    notebook(request_.library / "00_one.ipynb", "2")
    assert run(request_) == 0
    assert set(written(request_)) == BOTH
    assert not list(request_.output.rglob("*.failed.*"))


def test_what_fails_in_making_the_page_keeps_its_traceback(request_: Request, tmp_path: Path) -> None:
    """A notebook that has run, in a language that pages do not know."""
    report = tmp_path / "page.html"
    job = Job(request_.library / "00_one.ipynb", {"output_dir": str(tmp_path)}, tmp_path / "a.ipynb", report, "fr")
    (outcome,) = outcomes_of(job)
    assert outcome.error.startswith("00_one.fr: ") and "\n" not in outcome.error and not report.exists()
    assert outcome.details == tmp_path / "a.failed.txt"
    assert "render_report" in outcome.details.read_text("utf-8") and outcome.details not in outcome.written


def modules_imported_by(job: Job) -> set[str]:
    """The modules that a job imports in a process of its own."""
    before = set(sys.modules)
    assert perform_job(job).error == ""
    return set(sys.modules) - before


@pytest.mark.skipif(START != "fork", reason="a process that is started afresh imports everything")
def test_what_every_notebook_needs_is_imported_once_before_they_are_forked(tmp_path: Path) -> None:
    script = (
        "import sys; import trainplan.run.run; sys.path.insert(0, sys.argv[1]); import test_run;"
        "from pathlib import Path;"
        "from trainplan.run.execute import Job, warm_up; from trainplan.run.workers import run_all;"
        "trainplan.run.run.load_sound(trainplan.run.run.Request('an_giang_2011_2015').plan, ['base']);"
        "out = Path(sys.argv[2]); book = test_run.ROOT / 'notebooks' / '03_budget.ipynb';"
        "assert 'rfc3987_syntax.syntax_helpers' not in sys.modules, 'it takes a second and is of no use';"
        "job = Job(book, {'output_dir': str(out)}, out / '03.ipynb', out / '03.html', 'vi'); warm_up();"
        "run_all(test_run.modules_imported_by, [job], 1, lambda job: None, lambda job, found: print(sorted(found)))"
    )
    command = [sys.executable, "-c", script, str(Path(__file__).parent), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.stdout == "[]\n", done.stderr


def outcomes_of(job: Job, start: str = START) -> list[Outcome]:
    """How a job ends in a process of its own."""
    outcomes: list[Outcome] = []
    run_all(perform_job, [job], 1, lambda job: None, lambda job, outcome: outcomes.append(outcome), start)  # type: ignore[arg-type]
    return outcomes


def test_an_interrupted_run_is_taken_up_where_it_stopped(request_: Request) -> None:
    notebook(request_.library / "05_across.ipynb", SPOIL + "import time; time.sleep(60)", parameters=ACROSS)
    script = (
        "import sys; from pathlib import Path; from trainplan.cli import exit_status;"
        "from trainplan.run.run import Request, run; plan, output, library = sys.argv[1:];"
        "sys.exit(exit_status(lambda: run(Request(plan, output=Path(output), library=Path(library)))))"
    )
    command = [sys.executable, "-c", script, request_.plan, str(request_.output), str(request_.library)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    wait_until(lambda: len(written(request_)) == 3, process)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT if os.name != "nt" else signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "Stopped" in err and "Traceback" not in err
    assert set(written(request_)) == BOTH - {"05_across.en.html"}
    executed = sorted((request_.output / "small" / "base" / "notebooks").glob("00_one.*.ipynb"))
    before = [path.stat().st_mtime_ns for path in executed]

    notebook(request_.library / "05_across.ipynb", "print(1)", parameters=ACROSS)
    assert run(request_) == 0
    assert set(written(request_)) == BOTH
    assert len(before) == 2 and [path.stat().st_mtime_ns for path in executed] == before
    assert not list(request_.output.rglob("*.partial*"))


def wait_until(done: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    for _ in range(300):
        if done() or process.poll() is not None:
            return
        time.sleep(0.1)


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_what_cells_show_is_what_jupyter_shows(start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same notebook in a process of the run and under a real kernel, but for times and ids."""
    monkeypatch.setenv("MPLBACKEND", "agg")  # as the command line does
    if start == "fork" and sys.platform == "win32":
        pytest.skip("Windows has no fork")
    book = notebook(
        tmp_path / "show.ipynb",
        "print('a')\nprint('b')\n'ệ'",
        "import sys\nprint('wrong', file=sys.stderr)",
        "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots()\naxes.plot([1, 2])\nplt.show()",
        "from matplotlib.figure import Figure\nf = Figure()\nf.subplots().plot([1, 2])\nf",
        "from IPython.display import HTML, Image, display\nshown = display(HTML('<b>1</b>'), display_id='x')\n"
        "import base64\npng = base64.b64decode('iVBORw0KGgo=')\n"
        "display({'image/png': png}, raw=True, metadata={'image/png': {'alt': 'words'}})",
        "shown.update(HTML('<b>2</b>'))\nimport pandas as pd\npd.DataFrame({'a': [1]})",
        "_ = 5\n1;",
        "for i in range(3):\n    __import__('IPython').display.clear_output(wait=True)\n    print(i)",
        "async def f():\n    return 7\nawait f()",
    )
    job = Job(book, {"language": "en"}, tmp_path / "ours" / "show.ipynb", tmp_path / "ours" / "show.html", "en")
    (outcome,) = outcomes_of(job, start)
    assert outcome.error == "" and outcome.figures == 3
    real = execute_notebook(book, {"language": "en"}, tmp_path / "real" / "show.ipynb", engine="papermill")
    ours = nbformat.read(job.executed, 4)
    for our, its in zip(ours.cells, real.cells, strict=True):
        assert [shape(output) for output in our.get("outputs", [])] == [shape(o) for o in its.get("outputs", [])]


def shape(output: nbformat.NotebookNode) -> tuple[object, ...]:
    """What counts in an output; pictures by their kind only."""
    data = {kind: "" if kind.startswith("image/") else value for kind, value in output.get("data", {}).items()}
    return output.output_type, output.get("name"), output.get("text"), data, dict(output.get("metadata", {}))


def test_a_parameter_that_a_notebook_does_not_know_is_refused(tmp_path: Path) -> None:
    book = notebook(tmp_path / "one.ipynb", "1")
    outcome = perform_job(
        Job(book, {"langage": "vi", "plan": float("nan")}, tmp_path / "x.ipynb", tmp_path / "x.html", "vi")
    )
    assert "'langage'" in outcome.error and "'language'" in outcome.error and "'nan'" in outcome.error
    assert {path.name for path in tmp_path.iterdir()} == {"one.ipynb"}


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("late_start", "late_start"),
        ("Kịch bản 2", "Kịch bản 2"),
        ("a/../b:{c}", "a_.._b__c_"),
        ("CON", "CON_"),
        ("..", "_"),
        ("x" * 300, f"{'x' * 81}-0d4e2ca9"),
        ("Đ" * 46, f"{'Đ' * 40}-6a727ddb"),
    ],
)
def test_a_name_from_the_data_is_safe_as_a_folder(name: str, folder: str) -> None:
    assert folder_name(name) == folder


def test_two_scenarios_of_one_name_are_refused(request_: Request, tmp_path: Path) -> None:
    other = tmp_path / "costs_up.yaml"
    shutil.copy(SOUND / "scenarios" / "costs_up.yaml", other)
    with pytest.raises(PlanError, match="two scenarios have this name"):
        run(Request(**{**vars(request_), "scenarios": ("costs_up", str(other))}))
    assert not request_.output.exists()


def test_a_broken_scenario_is_named_and_the_others_are_compared(
    request_: Request, capsys: pytest.CaptureFixture[str]
) -> None:
    compared = replace(request_, library=NOTEBOOKS, notebooks=("05",), language="en")
    broken = Path(request_.plan, "scenarios", "wrong.yaml")
    wrong = "title: {vi: Sai, en: Wrong}\nset:\n  programs.*.costs: {scale: 1.2, reason: fees}\n"
    broken.write_text(wrong, "utf-8")
    with pytest.raises(PlanError, match="costs"):
        run(replace(compared, scenarios=("wrong",)))
    assert not request_.output.exists()
    reason = "has no column 'costs' that can be changed"
    for scenarios in ((), ("all",)):
        assert run(replace(compared, scenarios=scenarios)) == 1
        assert reason in capsys.readouterr().err.partition("wrong: ")[2]
    home = request_.output / "small"
    assert not (home / "wrong").exists()
    report = home / "base" / "reports" / "05_compare.en.html"
    for page in (report, home / "index.html"):
        text = html.unescape(re.sub("<[^>]*>", "", page.read_text("utf-8")))
        assert reason in text and "wrong" in text
    assert "Costs up" in report.read_text("utf-8")
    broken.write_text(wrong.replace("costs:", "completion_rate:").replace("1.2", "0.9"), "utf-8")
    assert run(compared) == 0
    assert reason not in html.unescape(report.read_text("utf-8")) and ">Wrong<" in report.read_text("utf-8")


def test_a_plan_that_is_broken_itself_stops_a_run_with_all_that_is_wrong(request_: Request) -> None:
    scenario = Path(request_.plan, "scenarios", "costs_up.yaml")
    scenario.write_text(scenario.read_text("utf-8").replace("cost_per_learner_year", "costs"), "utf-8")
    Path(request_.plan, "groups.csv").write_text("id\n", "utf-8")
    with pytest.raises(PlanError, match=r"groups\.csv"):
        run(request_)
    assert not request_.output.exists()


def test_a_scenario_given_by_its_file_is_the_one_of_that_name(request_: Request) -> None:
    path = Path(request_.plan, "scenarios", "costs_up.yaml")
    assert scenarios_named(request_.plan, ["costs_up", str(path), "all"]) == ["costs_up", "base"]


def test_a_file_that_is_open_elsewhere_is_named(tmp_path: Path) -> None:
    words = str(write_error(tmp_path / "gap.csv", PermissionError(13, "Permission denied")))
    assert "gap.csv" in words and "Excel" in words


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "gap.csv").mkdir()
    with pytest.raises(OutputError, match=r"gap\.csv"):
        write_bytes(tmp_path / "gap.csv", b"1")
    assert [path.name for path in tmp_path.iterdir()] == ["gap.csv"]
