"""The planner's desk in a notebook: `open_desk(globals())` shows a live desk, or its state where nobody looks on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.getipython import get_ipython
from IPython.display import Javascript, display

from trainplan.desk.sections import TEMPLATES, desk_page
from trainplan.desk.server import served
from trainplan.desk.session import Session
from trainplan.plan.find import OUTPUTS
from trainplan.report.parameters import coordinates
from trainplan.storage.store import FOLDER, Store, start_using

if TYPE_CHECKING:
    from trainplan.desk.desk import Desk

OPEN: list[Desk] = []  # the desks of this kernel
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

        OPEN.append(desk := Desk(session, language, output))
        shown |= desk.root._repr_mimebundle_()
        display(Javascript(filename=str(TEMPLATES / "desk.js")))
    display(shown, raw=True)


def take_up() -> bool:
    """Whether the desks made here before anybody looked on are what one made now would be; takes up the draft."""
    return bool(OPEN) and all(desk.take_up() for desk in OPEN)


def has_viewer() -> bool:
    """Whether a person's browser or editor shows this notebook; a run through papermill has none."""
    kernel = getattr(get_ipython(), "kernel", None)
    return kernel is not None and (served() or any(name in os.environ for name in EDITORS))
