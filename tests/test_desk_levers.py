"""The desk's levers: what is typed, a field a year, names for those who listen, and what a move rebuilds."""

from __future__ import annotations

import subprocess
import sys


def test_a_desk_opens_without_what_only_its_files_need() -> None:
    """Each takes part of the two seconds in which the answer is to be there."""
    slow = ("matplotlib", "papermill", "nbformat", "jsonschema", "requests", "openpyxl", "xlsxwriter")
    code = f"import sys, trainplan.desk.desk; print(*[name for name in {slow} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == []
