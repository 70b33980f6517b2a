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
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ruamel.yaml import YAML

from trainplan.desk.scenarios_view import present_title
from trainplan.desk.server import served
from trainplan.desk.session import BASE, Session, title_of
from trainplan.plan.find import ALL, find_scenarios, folder_name, results_name, scenario_names
from trainplan.plan.levers import Changes
from trainplan.plan.new_plan import yaml_text
from trainplan.plan.plan import Plan, load_plan
from trainplan.report.titles import report_title
from trainplan.storage.files import OutputError, write_error, write_text
from trainplan.text.catalog import LANGUAGES, both, say
from trainplan.text.letters import plain_name

UNSAVED = "desk"  # the name of what is not saved as a scenario
LONGEST_TITLE = 80  # letters; a longer one breaks tables and lists
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

    @property
    def titles(self) -> dict[str, str]:
        """The title by language: the one that is given, where there is one only."""
        return {"vi": self.vi or self.en, "en": self.en or self.vi}


def safe_name(title: str) -> str:
    """The name of the file for a title: ASCII letters, digits and underscores; empty where the title has none."""
    name = plain_name(title)
    return folder_name(f"{name}_1" if name in (BASE, ALL) else name) if name else ""


def scenario_path(plan: Path, name: str) -> Path:
    """Where a scenario of that name stands beside a plan."""
    return plan.parent / "scenarios" / f"{name}.yaml"


def scenario_yaml(changes: Changes, text: ScenarioText) -> str:
    """The content of a scenario file."""
    content: dict[str, Any] = {"title": text.titles}
    if text.why:
        content["reason"] = text.why
    content["set"] = {address: dict(change) for address, change in changes.items()}
    return yaml_text(content)


def save_scenario(plan: Plan, changes: Changes, text: ScenarioText, name: str) -> Path:
    """Writes a scenario that gives the very plan that is on the desk; PlanError or OutputError where it cannot."""
    return _write_same(plan, name, scenario_yaml(changes, text))


def _write_same(plan: Plan, name: str, content: str) -> Path:
    """Writes a scenario file, once it is seen to give the very plan."""
    with tempfile.TemporaryDirectory() as folder:
        again = load_plan(plan.path, write_text(Path(folder) / f"{name}.yaml", content), as_of=plan.seen_from)
    if (again.tables, again.choices) != (plan.tables, plan.choices):
        raise OutputError(both("desk.scenario_differs", name=name))
    return write_text(scenario_path(plan.path, name), content)


def rename_scenario(plan: Plan, name: str, text: ScenarioText, new_name: str) -> Path:
    """Gives a scenario beside the plan other titles and the file that goes with them; all else in it stays.

    PlanError where it cannot be read, OutputError where a file cannot be written, or is there already.
    """
    path, new_path = own_scenario(plan.path, name), scenario_path(plan.path, new_name)
    if new_path != path and new_path.exists():
        raise OutputError(both("desk.name_taken", name=new_name))
    same = load_plan(plan.path, name, as_of=plan.seen_from)
    writer: Any = YAML()
    writer.preserve_quotes, writer.width = True, 10_000
    content, buffer = writer.load(path.read_text("utf-8-sig")), io.StringIO()
    content["title"] = text.titles
    writer.dump(content, buffer)
    _write_same(same, new_name, buffer.getvalue())
    if new_path != path:
        _remove_file(path)
    return new_path


def delete_scenario(plan: Path, name: str) -> None:
    """Deletes the file of a scenario beside a plan, and nothing else; PlanError or OutputError where it cannot."""
    _remove_file(own_scenario(plan, name))


def own_scenario(plan: Path, name: str) -> Path:
    """The file of a scenario that stands beside a plan under this very name; PlanError where none does."""
    if name not in scenario_names(plan):
        find_scenarios(plan, name)  # says which there are
        raise OutputError(both("desk.no_file", name=name))
    return scenario_path(plan, name)


def _remove_file(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        raise write_error(path, error) from error


def saved_day(plan: Path, name: str) -> date | None:
    """The day on which the file of a scenario beside a plan was written last; None where it has no file of its own."""
    path = scenario_path(plan, name)
    return date.fromtimestamp(path.stat().st_mtime) if name in scenario_names(plan) else None


def title_questions(plan: Path, text: ScenarioText, name: str, language: str) -> list[str]:
    """What to ask before a scenario gets its titles, in either language: those that others have, and long ones.

    `name` is the file that they are for.
    """
    titles = list(dict.fromkeys(text.titles.values()))
    others = {title.casefold(): other for other, own in titles_beside(plan, name).items() for title in own}
    return [
        *(say("desk.title_taken", language, title=title, name=others[title.casefold()])
          for title in titles if title.casefold() in others),
        *(say("desk.title_long", language, count=len(title), most=LONGEST_TITLE)
          for title in titles if len(title) > LONGEST_TITLE),
    ]  # fmt: skip


def titles_beside(plan: Path, but: str) -> dict[str, set[str]]:
    """The titles, in every language, of the plan itself and of its scenarios `but` one, by name."""
    found = {BASE: {say("plan.base", language) for language in LANGUAGES}}
    for name in scenario_names(plan):
        if name != but:
            found[name] = {title_of(plan, name, language) for language in LANGUAGES}
    return found


# --- Excel


def save_excel(session: Session, output: Path, language: str) -> Path:
    """Writes the results on the desk as a workbook, where a run of their scenario puts its own; returns its path."""
    from trainplan.report.excel import workbook_name, write_excel  # a desk opens without what only files need

    name = session.saved_as or (UNSAVED if session.changes else BASE)
    plan, called = session.plan, results_name(name, session.plan.seen_from)
    folder = output / folder_name(plan.key) / folder_name(called)
    return write_excel(
        session.results, folder / workbook_name(plan, called, language), language, present_title(session, language)
    )


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
    folder = index.parent / folder_name(results_name(name, plan.seen_from))
    entries = Manifest(folder).read().get("notebooks", {})
    done = [name for name, entry in entries.items() if entry["status"] == DONE and split_name(name)[1] == language]
    reports = [(report_title(split_name(name)[0], language), folder / "reports" / f"{name}.html") for name in done]
    return [(plan.title(language), index), *((title, page) for title, page in reports if page.is_file())]


def link_to(path: Path) -> str:
    """Where the browser finds a file: JupyterLab resolves it against the notebook, Voilà serves it under a path."""
    if served():
        root = os.environ.get("TRAINPLAN_ROOT", str(Path.cwd()))
        return "voila/files/" + quote(Path(os.path.relpath(path, root)).as_posix())
    return quote(Path(os.path.relpath(path, Path.cwd())).as_posix())
