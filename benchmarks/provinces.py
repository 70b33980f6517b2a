"""Writes plans of provinces that do not exist, as a load: An Giang's with its people, places and money times a factor.

    python workbook.py python benchmarks/provinces.py --count 63 --output FOLDER [--batch FILE] [--seed 2415]

FOLDER gets a plan for each, `province_01` and so on, called “Tỉnh giả định 01”, and scenarios of An Giang that name no
amount of money. A province draws three factors: of its size (head-counts, places, counts that targets ask for, people
studying, and money), of its money beside that, and of the rates at which people leave. Whatever a factor moves has the
basis `assumption: synthetic, An Giang times …` and something in the column `invented`, so that every page says so; all
else stands as in An Giang. What tells of An Giang alone is left out: its units, schools, decision and history.

FILE, of `--batch`, is a batch of every province under 20 scenarios, for tables alone; it
names them by FOLDER as it is written here. Equal options give equal bytes.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from trainplan.plan.plan import Plan, load_plan
from trainplan.plan.plan_files import PLAN, PlanFiles, files_to_write, read_plan_files
from trainplan.plan.reading import RawTable
from trainplan.plan.schema import INVENTED
from trainplan.storage.files import write_text

LIKE, SEED, COUNT = "an_giang_2011_2015", 2415, 63
TABLES = (
    *("groups", "turnover", "objectives", "programs", "routes", "pipeline", "actuals"),
    *("sources", "funding", "ceilings", "prices", "cost_items"),
)
PEOPLE = {  # columns that grow with the size
    "groups": ("headcount",),
    "objectives": ("baseline", "target_low", "target_high"),  # of counts
    "programs": ("capacity",),
    "pipeline": ("learners",),
    "actuals": ("enrolled",),
}
RATES = {"groups": ("leave_rate",), "turnover": ("leave_rate",)}
A_MILLION = 1_000_000
CIRCUMSTANCES = ("base", "costs_up", "completion_down", "cadre_rotation", "late_start")
CHOICES = ("base", "ambition_low", "ambition_high", "proportional_rule")
PLAN_TEXT = """# Made up by benchmarks/provinces.py as a load for batches. No fact of any province.
name:
  vi: Tỉnh giả định {number}
  en: Synthetic province {number}
first: {first}
last: {last}
as_of: {as_of}
ambition: {ambition}
pacing: {pacing}
allocation: {allocation}
price_base_year: {price_base_year}
language: vi
status: draft
"""


@dataclass(frozen=True)
class Factors:
    """By how much a province differs from An Giang."""

    size: float
    money: float
    leaving: float


def draw_factors(count: int, seed: int) -> list[Factors]:
    """The factors of every province, with two decimals, as a basis tells them."""
    ranges = ((0.4, 1.9), (0.75, 1.25), (0.85, 1.2))
    drawn = np.random.default_rng(seed).uniform(*zip(*ranges, strict=True), size=(count, len(ranges)))
    return [Factors(*(round(float(one), 2) for one in row)) for row in drawn]


def province_files(like: Plan, files: PlanFiles, number: str, factors: Factors) -> PlanFiles:
    """The files of the plan of a province."""
    tables = {name: _scaled(name, files.tables[name], factors) for name in TABLES}
    prices = tables["prices"]
    prices.rows = [row for row in prices.rows if int(row["year"]) >= like.price_base_year]
    named = sorted({part for pair in product(CIRCUMSTANCES, CHOICES) for part in pair} - {"base"})
    scenarios = {f"scenarios/{name}.yaml": files.texts[f"scenarios/{name}.yaml"] for name in named}
    text = PLAN_TEXT.format(number=number, **like.choices.model_dump())
    return PlanFiles(tables, {PLAN: text, **scenarios})


def _scaled(name: str, raw: RawTable, factors: Factors) -> RawTable:
    """A table with what the factors move; rows that they move say so."""
    table = raw.copy()
    table.columns = [*table.columns, INVENTED]
    for row in table.rows:
        if name == "programs":
            row["host"] = ""
        if moved := _moved(name, row, factors):
            row |= {**moved, INVENTED: "yes"}
    return table


def _moved(name: str, row: dict[str, Any], factors: Factors) -> dict[str, Any]:
    """The cells of a row that the factors move, with their basis; none where they move nothing."""
    used, cells = list[float](), dict[str, Any]()
    if name == "ceilings":
        used = [factors.size * factors.money]
        cells["ceiling_vnd"] = round(float(row["ceiling_vnd"]) * used[0] / A_MILLION) * A_MILLION
    people = [column for column in PEOPLE.get(name, ()) if row[column]]
    if people and (name != "objectives" or row["kind"] == "count"):
        used.append(factors.size)
        cells |= {column: _people(row[column], factors.size) for column in people}
    for column in RATES.get(name, ()):
        used.append(factors.leaving)
        cells[column] = round(float(row[column]) * factors.leaving, 4)
    if not cells:
        return {}
    said = " and ".join(f"{factor:.4g}" for factor in used)
    in_vi = said.replace(".", ",").replace(" and ", " và ")
    basis = {"basis": f"assumption: synthetic, An Giang times {said}", "basis_vi": f"bịa ra: An Giang nhân {in_vi}"}
    return {**cells, **basis}


def _people(written: str, factor: float) -> int:
    """So many people, and somebody where An Giang has somebody."""
    return max(round(float(written) * factor), min(1, int(float(written))))


def write_provinces(folder: Path, count: int = COUNT, seed: int = SEED) -> list[Path]:
    """The plans' folders, written."""
    like, files = load_plan(LIKE), read_plan_files(LIKE)
    folders = []
    for k, factors in enumerate(draw_factors(count, seed), 1):
        number = f"{k:0{max(2, len(str(count)))}d}"
        folders.append(folder.resolve() / f"province_{number}")
        written = files_to_write(province_files(like, files, number, factors), str(folders[-1]))
        for path, text in written.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, text)
    return folders


def scenarios_of_batch() -> list[str]:
    """Every choice under every circumstance; the plan itself is `base`."""
    pairs = (dict.fromkeys(name for name in pair if name != "base") for pair in product(CIRCUMSTANCES, CHOICES))
    return ["+".join(pair) or "base" for pair in pairs]


def batch_text(plans: Sequence[str]) -> str:
    """A batch file of the plans under 20 scenarios."""
    lines = ["runs:", "  - plan:", *(f"      - {plan}" for plan in plans)]
    return "\n".join([*lines, "    scenarios:", *(f"      - {name}" for name in scenarios_of_batch())]) + "\n"


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=COUNT, help="how many provinces")
    parser.add_argument("--output", type=Path, required=True, help="the folder for their plans")
    parser.add_argument("--batch", type=Path, help="the batch file to write beside")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(argv)
    folders = write_provinces(options.output, options.count, options.seed)
    if options.batch:
        write_text(options.batch, batch_text([(options.output / one.name).as_posix() for one in folders]))
    print(f"{len(folders)} plans: {options.output}")


if __name__ == "__main__":
    main()
