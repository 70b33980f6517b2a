"""The desk as an application: its notebook through Voilà, on this machine only, behind a token."""

from __future__ import annotations

import importlib.util
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from trainplan.plan.find import PROJECT
from trainplan.storage.files import OutputError
from trainplan.text.catalog import both

TEMPLATES = Path(__file__).parent / "templates"  # Voilà looks below it for voila/templates/desk
NOTEBOOK = Path("notebooks", "planner.ipynb")


def command_line(options: Sequence[str], root: Path = PROJECT, notebook: Path = NOTEBOOK) -> list[str]:
    """The server's command line; further options are Voilà's own and go before ours."""
    given = {
        "Voila.ip": "127.0.0.1",
        "Voila.root_dir": str(root),
        "VoilaConfiguration.template": "desk",
        "VoilaConfiguration.show_tracebacks": "False",
        "VoilaConfiguration.preheat_kernel": "True",
        "VoilaExecutor.iopub_timeout": "120",  # s; after its 4 a busy machine has a page without a desk
        "MappingKernelManager.cull_idle_timeout": "40",  # s after its page has gone and nothing has come from it
        "MappingKernelManager.cull_interval": "10",
    }
    return [str(root / notebook), "--token", *_not_named(given, options), *options]


def _not_named(given: Mapping[str, str], options: Sequence[str]) -> list[str]:
    """Options of ours, but those that are among the further ones: given twice, both would be refused."""
    named = {option.partition("=")[0] for option in options}
    return [f"--{name}={value}" for name, value in given.items() if f"--{name}" not in named]


def lab_command_line(options: Sequence[str], notebook: Path) -> list[str]:
    """JupyterLab's command line, on a notebook by its path from the project's folder; nothing asks on the way."""
    given = {
        "LabApp.default_url": f"/lab/tree/{quote(notebook.as_posix())}",
        "LabApp.app_settings_dir": str(TEMPLATES / "lab"),  # switches the question about Jupyter's news off
        "ServerApp.answer_yes": "True",
    }
    return [*_not_named(given, options), *options]


def server_environment(root: Path = PROJECT, base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What the server and its kernels need to know: where our page is, and below which folder links lie."""
    places = [str(TEMPLATES), *filter(None, [base.get("JUPYTER_PATH")])]
    return {**base, "JUPYTER_PATH": os.pathsep.join(places), "TRAINPLAN_ROOT": str(root)}


def served() -> bool:
    """Whether this kernel is that of a page of Voilà's."""
    return "VOILA_BASE_URL" in os.environ


def serve_desk(options: Sequence[str], root: Path = PROJECT, notebook: Path = NOTEBOOK) -> None:
    """Serves the desk, a notebook below `root`, until it is stopped. OutputError where Voilà is not installed."""
    if importlib.util.find_spec("voila") is None:
        raise OutputError(both("desk.needs_voila"))
    from trainplan.desk.gate import DeskServer

    os.environ.update(server_environment(root))
    os.chdir(root)
    end_with_the_terminal()
    DeskServer.launch_instance(command_line(options, root, notebook))


def end_with_the_terminal() -> None:
    """A closed terminal ends this process as an end asked for does, and once; not where `nohup` keeps it alive."""
    hang_up = getattr(signal, "SIGHUP", None)
    if hang_up is None or signal.getsignal(hang_up) == signal.SIG_IGN:
        return

    def end(*_: object) -> None:
        signal.signal(hang_up, signal.SIG_IGN)
        signal.raise_signal(signal.SIGTERM)

    signal.signal(hang_up, end)
