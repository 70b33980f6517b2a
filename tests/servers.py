"""The desk in a browser: a folder with a plan of its own, JupyterLab or Voilà on a free port, a page in Chromium."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from browser import FLAGS, Seen, executable

ROOT = Path(__file__).resolve().parents[1]
PLAN = "an_giang_2011_2015"
TOKEN = "desk-test"
WAIT = 120_000  # ms: slow machines are not wrong ones


def desk_folder(folder: Path, language: str = "vi") -> Path:
    """A copy of the plan, its data and the desk's notebook, so that what a test saves lands beside the copy."""
    shutil.copytree(ROOT / "params" / PLAN, folder / "params" / PLAN, ignore=shutil.ignore_patterns(".draft.json"))
    shutil.copytree(ROOT / "data" / PLAN, folder / "data" / PLAN)
    (folder / "notebooks").mkdir()
    notebook = json.loads((ROOT / "notebooks" / "planner.ipynb").read_text("utf-8"))
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        text = text.replace(f'plan: str = "{PLAN}"', f'plan: str = "{(folder / "params" / PLAN).as_posix()}"')
        text = text.replace('language: str = "vi"', f'language: str = "{language}"')
        text = text.replace(
            "output_dir: Optional[str] = None", f'output_dir: Optional[str] = "{(folder / "outputs").as_posix()}"'
        )
        cell["source"] = text
    (folder / "notebooks" / "planner.ipynb").write_text(json.dumps(notebook, ensure_ascii=False), "utf-8")
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(
    command: list[str], folder: Path, url: str, log: Path, extra: dict[str, str] | None = None
) -> Iterator[None]:
    """A server that runs until the block ends; the block begins when it answers."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("JUPYTER", "JPY"))}
    environment |= {"JUPYTER_CONFIG_DIR": str(folder / ".jupyter"), "PYTHONUTF8": "1"} | (extra or {})
    with log.open("wb") as said:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=said, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + WAIT / 1000
        while not answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start:\n{log.read_text('utf-8', 'replace')[-3000:]}")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


@contextmanager
def chromium(width: int = 1400, height: int = 1000):
    """(page, seen): a page that may reach this machine only."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        try:
            page = browser.new_context(viewport={"width": width, "height": height}).new_page()
            page.set_default_timeout(WAIT)
            seen = Seen()
            page.on("request", lambda r: seen.requests.append(r.url))
            page.on("console", lambda m: seen.complaints.append(m.text) if m.type == "error" else None)
            page.on("pageerror", lambda e: seen.complaints.append(str(e)))
            yield page, seen
        finally:
            browser.close()


@contextmanager
def lab(folder: Path):
    """The address of the desk's notebook in JupyterLab."""
    port = free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}"]
    command += ["--allow-root"]
    with served(command, folder, f"http://127.0.0.1:{port}/api", folder / "lab.log"):
        yield f"http://127.0.0.1:{port}/lab/tree/notebooks/planner.ipynb?token={TOKEN}&reset"


def run_all(page, url: str) -> None:
    """Opens the notebook, unless it is open, and runs its cells until the desk is there."""
    if url:
        page.goto(url)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
    page.wait_for_selector('.tp-done[data-moves="1"]', state="attached")


def moved(page, times: int) -> None:
    """Waits until the desk has answered that many moves in all."""
    page.wait_for_selector(f'.tp-done[data-moves="{times}"]', state="attached")


def desk_command(folder: Path, port: int, *options: str) -> list[str]:
    """What `trainplan desk` does, for a folder of its own."""
    serve = "import sys, pathlib; from trainplan.desk.server import serve_desk; serve_desk(sys.argv[2:], "
    serve += "pathlib.Path(sys.argv[1]))"
    return [sys.executable, "-P", "-c", serve, str(folder), f"--port={port}", "--no-browser", *options]


@contextmanager
def voila(folder: Path):
    """The address of the desk as an application."""
    port = free_port()
    with served(
        desk_command(folder, port), folder, f"http://127.0.0.1:{port}/", folder / "voila.log", {"JUPYTER_TOKEN": TOKEN}
    ):
        yield f"http://127.0.0.1:{port}/"
