"""The lab as it is started: on the start notebook whatever else is asked of it, and with no question of Jupyter's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from servers import TOKEN, chromium, free_port, served
from test_desk_server import ALONE
from trainplan.desk.server import lab_command_line

START = Path("notebooks", "00_start.ipynb")


@pytest.mark.parametrize(
    "options", [[], ["--port=8899"], ["--no-browser", "--debug"], ["--ServerApp.answer_yes=False"]]
)
def test_the_command_names_the_notebook_and_keeps_what_is_given(options: list[str]) -> None:
    line = lab_command_line(options, START)
    assert (
        "--LabApp.default_url=/lab/tree/notebooks/00_start.ipynb" in line
        and line[len(line) - len(options) :] == options
    )
    names = [option.partition("=")[0] for option in line]
    assert len(names) == len(set(names))


@pytest.mark.browser
def test_it_opens_on_the_start_notebook_and_asks_nothing(tmp_path: Path) -> None:
    port = free_port()
    command = [*ALONE, "lab", f"--port={port}", "--no-browser", "--allow-root", "--ServerApp.port_retries=0"]
    command += [f"--LabApp.{name}_dir={tmp_path / name}" for name in ("workspaces", "user_settings")]
    url = f"http://127.0.0.1:{port}/"
    with (
        served(command, tmp_path, f"{url}api", tmp_path / "lab.log", {"JUPYTER_TOKEN": TOKEN}),
        chromium() as (page, _),
    ):
        page.goto(f"{url}?token={TOKEN}")
        page.locator(".jp-NotebookPanel").wait_for()
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        config = json.loads(page.locator("#jupyter-config-data").inner_text())
        assert page.title().startswith("00_start") and config["treePath"] == START.as_posix()
        page.wait_for_timeout(3000)
        assert page.locator(".Toastify__toast").count() == 0
