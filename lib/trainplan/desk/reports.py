"""The reports of what is on the desk, made by `trainplan run` in a process of its own while the desk stays usable."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import quote

from trainplan.desk.history import Changes
from trainplan.desk.saving import Words, as_yaml
from trainplan.plan.find import folder_name
from trainplan.plan.plan import Plan
from trainplan.report.index import NAMES
from trainplan.run.manifest import DONE, Manifest, split_name
from trainplan.storage.files import write_text

STEP = re.compile(r"\[(\d+)/(\d+)\]")
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
PAGE = re.compile(r"^Mở trang / open: (.+)$", re.MULTILINE)
UNSAVED = Words("Trên bàn, chưa lưu", "On the desk, unsaved")
OnStep = Callable[[int, int], None]
OnEnd = Callable[[str, str], None]


def reference(plan: Plan, changes: Changes, saved_as: str, output: Path) -> str:
    """What `run` is to be given: a saved scenario by its name, anything else as a file among the outputs."""
    if not changes:
        return "base"
    if saved_as:
        return saved_as
    return str(write_text(output / folder_name(plan.key) / "desk.yaml", as_yaml(changes, UNSAVED)))


def start(plan: Plan, scenario: str, output: Path, language: str, on_step: OnStep, on_end: OnEnd) -> threading.Thread:
    """Starts the run; `on_step` hears of every notebook done, `on_end` gets the page to open, or why there is none."""
    command = [sys.executable, "-P", "-m", "trainplan", "run", str(plan.path), "--scenario", scenario]
    command += ["--language", language, "--output", str(output)]
    thread = threading.Thread(target=_follow, args=(command, on_step, on_end), daemon=True)
    thread.start()
    return thread


def _follow(command: list[str], on_step: OnStep, on_end: OnEnd) -> None:
    environment = {**os.environ, "PYTHONUTF8": "1", "MPLBACKEND": "agg"}
    said: list[str] = []
    try:
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            encoding="utf-8", errors="replace",
        )  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line.rstrip())
            found = STEP.match(line)
            if found:
                on_step(int(found[1]), int(found[2]))
        failed = process.wait() != 0
    except OSError as error:
        failed = True
        said.append(str(error))
    text = "\n".join(said)
    page = PAGE.search(text)
    why = "\n".join(line for line in said if line.strip() and not STEP.match(line) and not PAGE.match(line))
    on_end(page[1] if page else "", why if failed or not page else "")


def made(index: Path, scenario: str, language: str) -> list[tuple[str, Path]]:
    """(title, page) of the first page and of every report of the scenario in a language, none of an earlier state."""
    name = scenario if scenario == Path(scenario).name else Path(scenario).stem
    folder = index.parent / folder_name(name)
    entries = Manifest(folder).read().get("notebooks", {})
    done = [name for name, entry in entries.items() if entry["status"] == DONE and split_name(name)[1] == language]
    pages = [index.with_name(NAMES[language]), *(folder / "reports" / f"{name}.html" for name in done)]
    return [(_title(page), page) for page in pages if page.is_file()]


def _title(page: Path) -> str:
    found = TITLE.search(page.read_text(encoding="utf-8"))
    return unescape(found[1]).strip() if found else page.stem


def address(path: Path) -> str:
    """Where the browser finds a file: JupyterLab resolves it against the notebook, Voilà serves it under a path."""
    way = quote(Path(os.path.relpath(path, Path.cwd())).as_posix())
    if os.environ.get("SERVER_SOFTWARE", "").startswith("voila"):
        root = os.environ.get("TRAINPLAN_ROOT", str(Path.cwd()))
        return "voila/files/" + quote(Path(os.path.relpath(path, root)).as_posix())
    return way
