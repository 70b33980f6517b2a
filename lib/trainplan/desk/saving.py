"""What leaves the desk: a scenario file, an Excel file, and reports made by `trainplan run`."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ruamel.yaml import YAML

from trainplan.desk.session import BASE, Session
from trainplan.plan.find import ALL, folder_name
from trainplan.plan.levers import Changes
from trainplan.plan.plan import Plan, load_plan
from trainplan.report.titles import report_title
from trainplan.storage.files import OutputError, write_text
from trainplan.text.catalog import both, say
from trainplan.text.letters import plain_name

UNSAVED = "desk"  # the name of what is not saved as a scenario
STEP = re.compile(r"\[(\d+)/(\d+)\]")
WAIT = 0.2  # seconds between looks at how far a run has come
WRITTEN = (0, 1)  # statuses of a run that has written its first page: all made, or some not

OnStep = Callable[[int, int], None]
OnEnd = Callable[[Path | None, str], None]


# --- scenarios


@dataclass(frozen=True)
class ScenarioText:
    """A scenario's title in both languages and why there is one."""

    vi: str
    en: str
    why: str = ""


def safe_name(title: str) -> str:
    """The name of the file for a title: ASCII letters, digits and underscores; empty where the title has none."""
    name = plain_name(title)
    return folder_name(f"{name}_1" if name in (BASE, ALL) else name) if name else ""


def scenario_path(plan: Path, name: str) -> Path:
    """Where a scenario of that name stands beside a plan."""
    return plan.parent / "scenarios" / f"{name}.yaml"


def scenario_yaml(changes: Changes, text: ScenarioText) -> str:
    """The content of a scenario file."""
    content: dict[str, Any] = {"title": {"vi": text.vi, "en": text.en or text.vi}}
    if text.why:
        content["reason"] = text.why
    content["set"] = {address: dict(change) for address, change in changes.items()}
    buffer = io.StringIO()
    writer: Any = YAML(typ="safe", pure=True)
    writer.default_flow_style, writer.allow_unicode, writer.sort_base_mapping_type_on_output = False, True, False
    writer.width = 10_000
    writer.dump(content, buffer)
    return buffer.getvalue()


def save_scenario(plan: Plan, changes: Changes, text: ScenarioText, name: str) -> Path:
    """Writes a scenario that gives the very plan that is on the desk; PlanError or OutputError where it cannot."""
    content = scenario_yaml(changes, text)
    with tempfile.TemporaryDirectory() as folder:
        again = load_plan(plan.path, write_text(Path(folder) / f"{name}.yaml", content), as_of=plan.seen_from)
    if (again.tables, again.choices) != (plan.tables, plan.choices):
        raise OutputError(both("desk.scenario_differs", name=name))
    return write_text(scenario_path(plan.path, name), content)


# --- Excel


def save_excel(session: Session, output: Path, language: str) -> Path:
    """Writes the results on the desk as a workbook, where a run of their scenario puts its own; returns its path."""
    from trainplan.report.excel import workbook_name, write_excel  # a desk opens without what only files need

    name = session.saved_as or (UNSAVED if session.changes else BASE)
    otherwise = say("plan.base" if name == BASE else "desk.unsaved", language)
    title = {file: title for title, file in session.scenario_titles(language)}.get(name, otherwise)
    plan, called = session.plan, _results_name(session.plan, name)
    folder = output / folder_name(plan.key) / folder_name(called)
    return write_excel(session.results, folder / workbook_name(plan, called, language), language, title)


# --- reports


def scenario_to_run(session: Session, output: Path) -> str:
    """What `run` is to be given: a saved scenario by its name, anything else as a file among the outputs."""
    if not session.changes:
        return BASE
    if session.saved_as:
        return session.saved_as
    text = ScenarioText(say("desk.unsaved", "vi"), say("desk.unsaved", "en"))
    path = output / folder_name(session.plan.key) / f"{UNSAVED}.yaml"
    return str(write_text(path, scenario_yaml(session.changes, text)))


def start_run(
    plan: Plan, scenario: str, output: Path, language: str, on_step: OnStep, on_end: OnEnd
) -> threading.Thread:
    """Makes the reports of a scenario while the desk stays usable; returns the thread that follows the run.

    `on_step` hears of every notebook done, `on_end` gets the first page, None where there is none, and why something
    could not be made. The run has a session of its own: whoever leaves the desk meanwhile finds the pages among the
    outputs all the same, and beside them, in a log named after the desk's process, what the run said. (On Windows a
    kernel that ends takes it along; the same run goes on from there.)
    """
    command = [sys.executable, "-P", "-m", "trainplan", "run", str(plan.path), "--scenario", scenario]
    command += ["--language", language, "--output", str(output)]
    command += ["--as-of", str(plan.seen_from)] if plan.seen_from else []
    folder = output / folder_name(plan.key)
    thread = threading.Thread(target=_follow, args=(command, folder, language, on_step, on_end), daemon=True)
    thread.start()
    return thread


def _follow(command: list[str], folder: Path, language: str, on_step: OnStep, on_end: OnEnd) -> None:
    from trainplan.report.index import NAMES

    log = folder / f"run.{os.getpid()}.log"
    environment = {**os.environ, "PYTHONUTF8": "1", "MPLBACKEND": "agg"}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as file:
            process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=file,
                start_new_session=True,
            )  # fmt: skip
        sent, status = 0, None
        while status is None:
            time.sleep(WAIT)
            status = process.poll()
            sent = _tell_steps(log, sent, on_step)
        lines = log.read_text("utf-8", "replace").splitlines()
        log.unlink()
    except OSError as error:
        on_end(None, str(error))
        return
    index = folder / NAMES[language]
    why = "\n".join(line for line in lines if line.strip() and not STEP.match(line))
    on_end(index if status in WRITTEN and index.is_file() else None, why if status else "")


def _tell_steps(log: Path, sent: int, on_step: OnStep) -> int:
    """Tells of the steps in the log beyond those already told of; returns how many there are now."""
    steps = [found for line in log.read_text("utf-8", "replace").splitlines() if (found := STEP.match(line))]
    for found in steps[sent:]:
        on_step(int(found[1]), int(found[2]))
    return len(steps)


def run_pages(plan: Plan, scenario: str, index: Path, language: str) -> list[tuple[str, Path]]:
    """(title, page) of the first page and of every report of a scenario in a language, none of an earlier state."""
    from trainplan.run.manifest import DONE, Manifest, split_name

    name = scenario if scenario == Path(scenario).name else Path(scenario).stem
    folder = index.parent / folder_name(_results_name(plan, name))
    entries = Manifest(folder).read().get("notebooks", {})
    done = [name for name, entry in entries.items() if entry["status"] == DONE and split_name(name)[1] == language]
    reports = [(report_title(split_name(name)[0], language), folder / "reports" / f"{name}.html") for name in done]
    return [(plan.title(language), index), *((title, page) for title, page in reports if page.is_file())]


def _results_name(plan: Plan, name: str) -> str:
    """What results of a scenario of this name are called after."""
    return f"{name}@{plan.seen_from}" if plan.seen_from else name


def link_to(path: Path) -> str:
    """Where the browser finds a file: JupyterLab resolves it against the notebook, Voilà serves it under a path."""
    if os.environ.get("SERVER_SOFTWARE", "").startswith("voila"):
        root = os.environ.get("TRAINPLAN_ROOT", str(Path.cwd()))
        return "voila/files/" + quote(Path(os.path.relpath(path, root)).as_posix())
    return quote(Path(os.path.relpath(path, Path.cwd())).as_posix())
