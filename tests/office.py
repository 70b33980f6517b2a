"""LibreOffice without a screen: what a spreadsheet program makes of a file, on a machine set to any locale."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

PROGRAM = shutil.which("soffice") or shutil.which("libreoffice")
WAIT = 180  # seconds for a file, on a machine that is busy
needs_office = pytest.mark.skipif(
    PROGRAM is None and os.environ.get("TRAINPLAN_REQUIRE_OFFICE") != "1",
    reason="there is no LibreOffice on this machine",
)
needs_writer = pytest.mark.skipif(
    not (PROGRAM and (Path(PROGRAM).resolve().parent / "swriter").exists())
    and os.environ.get("TRAINPLAN_REQUIRE_OFFICE") != "1",
    reason="there is no LibreOffice Writer on this machine",
)
CSV = "Text - txt - csv (StarCalc)"
SEPARATOR_AND_LANGUAGE = {None: (44, 1033), "en-US": (44, 1033), "vi-VN": (59, 1066)}  # of a CSV file: `,` and `;`
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse">
<value>{locale}</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>
"""  # 0: every formula of a file is worked out anew when it is opened


def sheets_as_csv(path: Path, folder: Path, locale: str | None = None) -> dict[str, Path]:
    """Every sheet of a workbook as a CSV file that LibreOffice saves in `folder`, by the name of the sheet."""
    convert(path, "csv", folder, locale, of_sheets=",false,false,false,-1")
    return {made.stem.partition("-")[2]: made for made in folder.glob(f"{path.stem}-*.csv")}


def convert(path: Path, to: str, folder: Path, locale: str | None = None, of_sheets: str = "") -> Path:
    """A file as LibreOffice saves it in `folder` in the format `to` (xlsx, ods, csv, pdf), all formulas recalculated.

    Of several sheets CSV takes the first. With a locale, numbers are read, shown and saved as people there write them:
    `vi-VN` has a decimal comma, and its CSV files semicolons.
    """
    assert PROGRAM, "LibreOffice is required, and there is none on this machine"
    separator, language = SEPARATOR_AND_LANGUAGE[locale]
    options = f"{CSV}:{separator},34,76,1,,{language}"  # 34: quotes, 76: UTF-8, 1: from the first line
    command = [PROGRAM, "--headless", "--norestore"]
    command += [f"--infilter={options},false,true"] if path.suffix == ".csv" else []
    with tempfile.TemporaryDirectory() as profile:  # of its own: two with the same one wait for each other
        settings = Path(profile, "user", "registrymodifications.xcu")
        settings.parent.mkdir()
        settings.write_text(SETTINGS.format(locale=locale or "en-US"), "utf-8")
        command += [f"-env:UserInstallation={Path(profile).as_uri()}"]
        target = f"csv:{options},false,true{of_sheets}" if to == "csv" else to
        command += ["--convert-to", target, "--outdir", str(folder), str(path)]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=WAIT)
    made = folder / f"{path.stem}.{to}"
    assert made.is_file() or any(folder.glob(f"{path.stem}-*.{to}")), ran.stdout + ran.stderr
    return made
