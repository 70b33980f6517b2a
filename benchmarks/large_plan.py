"""Writes a large plan, made up but with everything that a plan may have, and the same on every run.

    python workbook.py python benchmarks/large_plan.py FOLDER [RULE]

FOLDER gets a plan.yaml and its tables, FOLDER/scenarios two scenarios: 60 groups, 150 objectives of every kind,
100 programs of one to four years, 25 years, ceilings of two sources and in total. RULE is `priority` unless told.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import numpy as np

FIRST, YEARS, GROUPS, OBJECTIVES, PROGRAMS, SEED = 2026, 25, 60, 150, 100, 2415
MADE_UP = {"basis": "assumption: made up for a benchmark"}
Rows = list[dict[str, Any]]

PLAN = """name: {{vi: Kế hoạch lớn, en: A large plan}}
first: {first}
last: {last}
data: .
ambition: mid
pacing: linear
allocation: {rule}
price_base_year: {first}
language: vi
uncertain:
  - address: ceilings.*.ceiling_vnd
    form: scale
    distribution: triangular
    low: 0.6
    mode: 0.95
    high: 1.1
    name: {{vi: Kinh phí thực có, en: Money that really arrives}}
    reason: {{vi: Giả định để đo tốc độ, en: Made up for a benchmark}}
  - address: groups.*.leave_rate
    form: scale
    distribution: uniform
    low: 0.8
    high: 1.3
    name: {{vi: Rời vị trí, en: Leaving the post}}
    reason: {{vi: Giả định để đo tốc độ, en: Made up for a benchmark}}
"""
SCENARIOS = {
    "less_money": """title: {vi: Ít kinh phí hơn, en: Less money}
reason: {vi: Giả định để đo tốc độ, en: Made up for a benchmark}
set:
  ceilings.*.ceiling_vnd: {scale: 0.8}
  groups.*.leave_rate: {scale: 1.1}
""",
    "more_places": """title: {vi: Nhiều chỗ học hơn, en: More places}
reason: {vi: Giả định để đo tốc độ, en: Made up for a benchmark}
set:
  programs.p1.capacity: {scale: 1.3}
  programs.p2.capacity: {scale: 1.3}
  programs.p3.capacity: {scale: 1.5}
""",
}


def large_tables(seed: int = SEED) -> dict[str, Rows]:
    """The tables of the plan by name, as rows of their files."""
    rng = np.random.default_rng(seed)
    groups, programs = _groups(rng), _programs(rng)
    objectives, routes = _objectives_and_routes(rng, groups, programs)
    sources = [{"id": f"s{s}", "name_vi": f"Nguồn {s}", "name_en": f"Source {s}", **MADE_UP} for s in range(4)]
    rising = {"cpi": 1.04, "wage": 1.06}
    years = range(FIRST - 1, FIRST + YEARS + 4)
    return {
        "sources": sources,
        "groups": groups,
        "programs": programs,
        "objectives": objectives,
        "routes": routes,
        "pipeline": _pipeline(rng, programs, routes),
        "funding": _funding(rng),
        "ceilings": _ceilings(groups),
        "prices": [
            {"index": index, "year": year, "value": round(100 * by ** (year - FIRST), 2), **MADE_UP}
            for index, by in rising.items()
            for year in years
        ],
    }


def _groups(rng: np.random.Generator) -> Rows:
    return [
        {
            **_named(f"g{g}", f"Nhóm {g}", f"Group {g}"),
            "level": "any",
            "headcount": int(rng.integers(60, 3000)),
            "growth": round(float(rng.uniform(-0.01, 0.02)), 3),
            "leave_rate": round(float(rng.uniform(0.02, 0.12)), 3),
            "appointment_rate": 0.1,
        }
        for g in range(GROUPS)
    ]


def _programs(rng: np.random.Generator) -> Rows:
    """Every tenth program has no limit, every fifth no classes."""
    return [
        {
            **_named(f"p{p}", f"Chương trình {p}", f"Program {p}"),
            "content": "any",
            "years": int(rng.choice([1, 1, 1, 2, 3, 4])),
            "completion_rate": round(float(rng.uniform(0.75, 1)), 2),
            "class_size": "" if p % 5 == 0 else int(rng.choice([25, 40, 60, 90])),
            "capacity": "" if p % 10 == 0 else int(rng.integers(200, 2000)),
            "cost_per_learner_year": int(rng.integers(1, 160)) * 100_000,
            "cost_per_class_year": 0 if p % 5 == 0 else int(rng.integers(10, 200)) * 1_000_000,
            "price_index": "wage" if p % 2 else "cpi",
            "place": "any",
        }
        for p in range(PROGRAMS)
    ]


def _objectives_and_routes(rng: np.random.Generator, groups: Rows, programs: Rows) -> tuple[Rows, Rows]:
    """Every objective in one or two programs of the same length, which others share."""
    objectives, routes = [], []
    for o in range(OBJECTIVES):
        kind = str(rng.choice(["attainment", "attainment", "attainment", "annual", "appointment", "count"]))
        lengths = [1] if kind in ("annual", "appointment") else [1, 2, 3, 4]
        length = int(rng.choice(lengths))
        alike = [row["id"] for row in programs if row["years"] == length]
        courses = [str(id) for id in rng.choice(alike, size=min(len(alike), int(rng.integers(1, 3))), replace=False)]
        group = groups[o % GROUPS]
        base = round(float(rng.uniform(0.2, 0.7)), 2)
        share = round(min(1, base + rng.uniform(0.1, 0.4)), 2)
        objectives.append(
            {
                **_named(f"o{o}", f"Mục tiêu {o}", f"Objective {o}"),
                "group": group["id"],
                "kind": kind,
                "baseline": 0 if kind == "count" else base,
                "target_low": int(group["headcount"] * 0.3) + 5 if kind == "count" else share,
                "target_high": "",
                "due": int(FIRST + rng.integers(4, YEARS)),
                "entry_share": round(base / 2, 2),
                "lapse_rate": 0.01 if o % 4 == 0 else "",
                "pacing": "",
                "priority": int(rng.integers(1, 6)),
                "weight": int(rng.choice([1, 1, 2, 3])),
                "part_of": "",
                "clause": "none",
            }
        )
        parts = [1] if len(courses) == 1 else [0.6, 0.4]
        routes += [{"objective": f"o{o}", "program": p, "share": s} for p, s in zip(courses, parts, strict=True)]
    return objectives, routes


def _pipeline(rng: np.random.Generator, programs: Rows, routes: Rows) -> Rows:
    """People under way in the longer courses, from the year before the plan."""
    length = {row["id"]: row["years"] for row in programs}
    return [
        {
            "objective": route["objective"],
            "program": route["program"],
            "started": FIRST - 1,
            "learners": int(rng.integers(2, 20)),
            **MADE_UP,
        }
        for route in routes
        if length[route["program"]] > 1
    ]


def _funding(rng: np.random.Generator) -> Rows:
    """Two of the four sources pay for every program."""
    rows = []
    for p in range(PROGRAMS):
        one, other = rng.choice(4, size=2, replace=False)
        share = round(float(rng.uniform(0.3, 0.8)), 1)
        rows.append({"program": f"p{p}", "source": f"s{one}", "share": share, **MADE_UP})
        rows.append({"program": f"p{p}", "source": f"s{other}", "share": round(1 - share, 1), **MADE_UP})
    return rows


def _ceilings(groups: Rows) -> Rows:
    """Money for a part of what is asked for: by head, in total and of two sources, rising with prices."""
    people = sum(row["headcount"] for row in groups)
    rows = []
    for year in range(FIRST, FIRST + YEARS):
        total = people * 3_000_000 * 1.05 ** (year - FIRST)
        for source, part in (("total", 1.0), ("s0", 0.3), ("s1", 0.3)):
            rows.append({"year": year, "source": source, "ceiling_vnd": round(total * part, -6), **MADE_UP})
    return rows


def _named(id: str, vi: str, en: str) -> dict[str, Any]:
    return {"id": id, "name_vi": vi, "name_en": en, **MADE_UP}


def write_large_plan(folder: Path, rule: str = "priority") -> Path:
    """The plan.yaml of the large plan, written to `folder` with its tables and scenarios."""
    (folder / "scenarios").mkdir(parents=True, exist_ok=True)
    for name, rows in large_tables().items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    for name, text in SCENARIOS.items():
        (folder / "scenarios" / f"{name}.yaml").write_text(text, encoding="utf-8")
    path = folder / "plan.yaml"
    path.write_text(PLAN.format(first=FIRST, last=FIRST + YEARS - 1, rule=rule), encoding="utf-8")
    return path


if __name__ == "__main__":
    print(write_large_plan(Path(sys.argv[1]), *sys.argv[2:3]))
