"""How long it takes to collect a survey of 170 units that filled in ten thousand cells.

    python workbook.py python benchmarks/survey.py

The plan is An Giang's with its units several times over; every form is made, filled in and collected.
"""

from __future__ import annotations

import csv
import itertools
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from survey_office import FilledForm
from trainplan.cli import main
from trainplan.cycle.survey_layout import GROUPS, NEEDS, STAFF
from trainplan.plan.plan import Plan, load_plan
from trainplan.plan.plan_files import files_to_write, read_plan_files

UNITS, CELLS, YEAR = 170, 10_000, 2013


def write_many_units(folder: Path) -> None:
    """An Giang's plan in `folder`, with units enough."""
    for path, text in files_to_write(read_plan_files("an_giang_2011_2015"), str(folder)).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    units = list(csv.DictReader((folder / "data" / "units.csv").open(encoding="utf-8")))
    copies = -(-UNITS // len(units))
    kept = [f"{row['id']}_{n}" for n in range(copies) for row in units][:UNITS]
    for name, key in (("units", "id"), ("unit_headcounts", "unit"), ("unit_baselines", "unit")):
        path = folder / "data" / f"{name}.csv"
        rows = list(csv.DictReader(path.open(encoding="utf-8")))
        many = [{**row, key: f"{row[key]}_{n}"} for n in range(copies) for row in rows]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(row for row in many if row[key] in kept)


def fill_in(plan: Plan, path: Path, cells: int, to: Path) -> int:
    """Fills in at most so many cells of a form; returns how many."""
    filled = FilledForm(plan, path.stem, YEAR, path.read_bytes())
    form, done = filled.form, 0
    columns = {STAFF: ("present", "women", "young", "planned", "minority"), GROUPS: ("people",)}
    columns[NEEDS] = ("reached", "studying", "leaving", "proposed", "proposed_women", "proposed_minority")
    for sheet, asked in columns.items():
        for row, column in itertools.product(form.tables[sheet].rows, asked):
            if column not in row.closed and done < cells:
                filled.set(sheet, row.key, **{column: 100 if column == "present" else 3})
                done += 1
    pairs = itertools.cycle(form.choices["pair"])
    for number in range(1, 1 + max(0, min(99, cells - done))):
        filled.person(number, next(pairs), name=f"Nguyễn Văn {number}", born=1970 + number % 30)
        done += 3
    filled.save(to / path.name)
    return done


def measure() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_many_units(folder / "plan")
        plan, forms, returned = load_plan(folder / "plan"), folder / "forms", folder / "returned"
        start = time.perf_counter()
        main(["survey", "forms", str(folder / "plan"), f"--year={YEAR}", f"--output={forms}"])
        print(f"{UNITS} forms made: {time.perf_counter() - start:.1f} s")
        left, paths = CELLS, sorted(forms.glob("*.xlsx"))
        for n, path in enumerate(paths):
            left -= fill_in(plan, path, -(-left // (len(paths) - n)), returned)
        start = time.perf_counter()
        main(
            [
                "survey",
                "collect",
                str(folder / "plan"),
                str(returned),
                "--as-of=2012-08-15",
                f"--output={folder / 'out'}",
            ]
        )
        print(f"{CELLS - left} cells of {len(paths)} forms collected: {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    measure()
