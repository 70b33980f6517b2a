"""The desk as an application: its notebook through Voilà, on this machine only, behind a token."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from trainplan.plan.find import PROJECT
from trainplan.storage.files import OutputError

TEMPLATES = Path(__file__).parent / "templates"  # Voilà looks below it for voila/templates/desk
SERVED = ("outputs/.*",)  # of the project's files, what a link on the desk may open
NOTEBOOK = Path("notebooks", "planner.ipynb")
MISSING = (
    "Bàn lập kế hoạch dạng ứng dụng cần gói Voilà; hãy cài: pip install .[desk] (hoặc dùng trainplan lab). / "
    "The desk as an application needs Voilà: pip install .[desk] (or use trainplan lab)."
)


def command(options: Sequence[str], root: Path = PROJECT) -> list[str]:
    """The command that serves the desk; further options are Voilà's own."""
    settings = {
        "Voila.ip": "127.0.0.1",
        "Voila.root_dir": str(root),
        "VoilaConfiguration.template": "desk",
        "VoilaConfiguration.show_tracebacks": "False",
    }
    return [
        *(sys.executable, "-m", "voila", str(root / NOTEBOOK), "--token"),
        *(f"--{name}={value}" for name, value in settings.items()),
        *(f"--VoilaConfiguration.file_allowlist={pattern}" for pattern in SERVED),
        *options,
    ]


def environment(root: Path = PROJECT, base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What the server and its kernels need to know: where our page is, and below which folder links lie."""
    places = [str(TEMPLATES), *filter(None, [base.get("JUPYTER_PATH")])]
    return {**base, "JUPYTER_PATH": os.pathsep.join(places), "TRAINPLAN_ROOT": str(root)}


def serve(options: Sequence[str]) -> bool:
    """Serves the desk until it is stopped; whether it ended well. OutputError where Voilà is not installed."""
    if importlib.util.find_spec("voila") is None:
        raise OutputError(MISSING)
    return subprocess.run(command(options), cwd=PROJECT, env=environment(), check=False).returncode == 0
