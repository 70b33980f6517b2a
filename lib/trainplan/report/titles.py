"""What a notebook calls itself."""

from __future__ import annotations

from functools import cache

import nbformat

from trainplan.plan.find import PROJECT


def first_heading(notebook: nbformat.NotebookNode, language: str) -> str:
    """The title that the notebook gives itself in a language."""
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        foreign = any(tag.startswith("lang-") and tag != f"lang-{language}" for tag in tags)
        if cell.cell_type == "markdown" and not foreign and cell.source.startswith("# "):
            return str(cell.source.splitlines()[0].removeprefix("# ").strip())
    return ""


@cache
def report_title(stem: str, language: str) -> str:
    """The title that a notebook gives itself; its file's name where there is none."""
    notebook = PROJECT / "notebooks" / f"{stem}.ipynb"
    return (first_heading(nbformat.read(notebook, as_version=4), language) if notebook.exists() else "") or stem
