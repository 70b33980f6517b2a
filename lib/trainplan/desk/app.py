"""The planner's desk in a notebook: `open_desk(globals())` shows a live desk, or its state where nobody looks on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import Javascript, display

from trainplan.desk.sections import TEMPLATES, desk_page
from trainplan.desk.session import Session
from trainplan.plan.find import OUTPUTS
from trainplan.report.parameters import coordinates
from trainplan.storage.store import FOLDER, Store, start_using

EDITORS = ("JPY_SESSION_NAME", "VSCODE_PID", "COLAB_RELEASE_TAG")  # environment variables that notebook editors set


def open_desk(names: Mapping[str, Any]) -> None:
    """Shows the desk for a notebook's parameters; PlanError, without a traceback, where one of them is wrong."""
    given = coordinates(names)
    language = given["language"]
    output = Path(given["output_dir"]) if given["output_dir"] else OUTPUTS
    start_using(Store(output / FOLDER))
    session = Session(given["plan"], given["scenario"], given["overrides"], given.get("as_of"))
    shown: dict[str, Any] = {"text/html": desk_page(session, language), "text/plain": session.plan.title(language)}
    if has_viewer():
        from trainplan.desk.desk import Desk  # importing it makes widgets, which stay in the notebook's file

        shown |= Desk(session, language, output).root._repr_mimebundle_()
        display(Javascript(filename=str(TEMPLATES / "desk.js")))
    display(shown, raw=True)


def has_viewer() -> bool:
    """Whether a person's browser or editor shows this notebook; a run through papermill has none."""
    kernel = getattr(get_ipython(), "kernel", None)
    served = os.environ.get("SERVER_SOFTWARE", "").startswith("voila")
    return kernel is not None and (served or any(name in os.environ for name in EDITORS))
