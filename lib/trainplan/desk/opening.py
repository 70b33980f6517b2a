"""What the notebook calls: a live desk where somebody looks on, the state of it everywhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import display

from trainplan.desk.bench import Bench
from trainplan.desk.page import static
from trainplan.report.parameters import coordinates

EDITORS = ("JPY_SESSION_NAME", "VSCODE_PID", "COLAB_RELEASE_TAG")


def attended() -> bool:
    """Whether a person's browser or editor shows this notebook; a run through papermill has none."""
    kernel = getattr(get_ipython(), "kernel", None)
    served = os.environ.get("SERVER_SOFTWARE", "").startswith("voila")
    return kernel is not None and (served or any(name in os.environ for name in EDITORS))


def open_desk(names: Mapping[str, Any]) -> None:
    """Shows the desk for a notebook's parameters; PlanError, without a traceback, where one of them is wrong."""
    given = coordinates(names)
    language = given["language"]
    bench = Bench(given["plan"], given["scenario"], given["overrides"])
    shown: dict[str, Any] = {"text/html": static(bench, language), "text/plain": bench.plan.title(language)}
    if attended():
        from trainplan.desk.desk import Desk

        output = Path(given["output_dir"]) if given["output_dir"] else None
        shown |= Desk(bench, language, output).root._repr_mimebundle_()
    display(shown, raw=True)
