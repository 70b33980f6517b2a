"""Random plans that are valid, as files, so that they are read and checked like anybody's."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

BASIS = "assumption: drawn at random"
Tables = dict[str, list[dict[str, Any]]]


def shares(count: int) -> st.SearchStrategy[list[float]]:
    """Shares that add up to 1, in hundredths."""
    cuts = st.lists(st.integers(1, 99), min_size=count - 1, max_size=count - 1, unique=True)
    return cuts.map(lambda c: [(b - a) / 100 for a, b in zip([0, *sorted(c)], [*sorted(c), 100], strict=True)])


def facts(draw: st.DrawFn, tables: Tables, closed: range) -> Tables:
    """Actuals and observations of the closed years; some pairs have none, and count as nobody."""
    pairs = dict.fromkeys((r["objective"], r["program"]) for r in [*tables["routes"], *tables["pipeline"]])
    maybe = st.booleans()
    actuals, observations = [], []
    for year in closed:
        spent = {p["id"] for p in tables["programs"] if draw(maybe)}
        for o, p in pairs:
            row = {"year": year, "objective": o, "program": p, "enrolled": draw(st.integers(0, 60))}
            row["completed"] = draw(st.integers(0, 50)) if draw(maybe) else ""
            row["spent_vnd"] = draw(st.integers(0, 500)) * 1_000_000 if p in spent else ""
            actuals += [row] if draw(st.sampled_from([True, True, False])) else []
        for objective in tables["objectives"]:
            if objective["kind"] != "count" and draw(st.sampled_from([True, False, False])):
                base = draw(st.integers(1, 900))
                counted = {"base": base, "reached": draw(st.integers(0, base))}
                observations.append({"year": year, "objective": objective["id"], **counted})
    return {"actuals": actuals, "observations": observations}


@st.composite
def plans(
    draw: st.DrawFn,
    rule: str | None = None,
    kinds: tuple[str, ...] = ("attainment", "annual", "appointment", "count"),
    closed: bool = True,
):
    """(choices, tables) of a plan of two to five years with a few groups, objectives and programs.

    Some have closed years, where `closed` allows it, and head-counts of their own in some years.
    """
    first = draw(st.integers(2010, 2026))
    last = first + draw(st.integers(1, 4))
    group_ids = [f"g{i}" for i in range(draw(st.integers(1, 3)))]
    program_ids = [f"p{i}" for i in range(draw(st.integers(1, 4)))]
    unit = st.integers(0, 100).map(lambda v: v / 100)
    tables: Tables = {"sources": [{"id": s, "name_vi": s, "name_en": s} for s in ("s0", "s1")], "prices": []}
    tables["groups"] = [
        {
            "id": g, "name_vi": g, "name_en": g, "level": "any", "headcount": draw(st.integers(0, 900)),
            "growth": draw(st.integers(-30, 20)) / 100, "leave_rate": draw(st.integers(0, 40)) / 100,
            "appointment_rate": draw(unit),
        }
        for g in group_ids
    ]  # fmt: skip
    tables["programs"] = []
    for p in program_ids:
        size = draw(st.sampled_from(["", 12, 30, 37.5, 60]))
        tables["programs"].append(
            {
                "id": p, "content": "any", "name_vi": p, "name_en": p, "years": draw(st.integers(1, 4)),
                "completion_rate": draw(st.integers(30, 100)) / 100, "class_size": size,
                "capacity": draw(st.sampled_from(["", "", 0, 7, 40, 150])),
                "cost_per_learner_year": draw(st.integers(0, 90)) * 100_000,
                "cost_per_class_year": 0 if size == "" else draw(st.integers(0, 60)) * 1_000_000,
                "price_index": draw(st.sampled_from(["cpi", "wage"])), "place": "any",
            }
        )  # fmt: skip
    for index in ("cpi", "wage"):
        for year in range(first, last + 1):
            tables["prices"].append({"index": index, "year": year, "value": draw(st.integers(80, 160))})
    years = {p["id"]: p["years"] for p in tables["programs"]}
    tables["objectives"], tables["routes"], counts = [], [], {}
    due_of: dict[str, int] = {}
    for i in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(kinds))
        able = [p for p in program_ids if kind not in ("annual", "appointment") or years[p] == 1]
        if not able:
            continue
        chosen = draw(st.sampled_from(able))
        alike = [p for p in able if years[p] == years[chosen]]
        served = draw(st.lists(st.sampled_from(alike), min_size=1, max_size=2, unique=True))
        group, o, count = draw(st.sampled_from(group_ids)), f"o{i}", kind == "count"
        above = [c for c, of in counts.items() if of == group] if count else []
        whole = draw(st.sampled_from(["", *above]))
        due = draw(st.integers(first, due_of.get(whole, last)))
        if count:
            counts[o], due_of[o] = group, due
        tables["objectives"].append(
            {
                "id": o, "group": group, "kind": kind, "name_vi": o, "name_en": o,
                "baseline": 0 if count else draw(unit),
                "target_low": draw(st.integers(0, 60)) if count else draw(st.integers(0, 80)) / 100,
                "target_high": draw(st.sampled_from(["", 90])) if count else draw(st.sampled_from(["", 0.8, 1])),
                "due": due, "entry_share": draw(unit),
                "lapse_rate": draw(st.integers(0, 20)) / 100,
                "pacing": draw(st.sampled_from(["", "front", "back", "linear"])), "priority": draw(st.integers(1, 3)),
                "weight": 1, "part_of": whole, "clause": "any",
            }
        )  # fmt: skip
        for p, share in zip(served, draw(shares(len(served))), strict=True):
            tables["routes"].append({"objective": o, "program": p, "share": share})
    empty = {g["id"] for g in tables["groups"] if g["headcount"] == 0}
    of_nobody = {o["id"] for o in tables["objectives"] if o["group"] in empty}
    tables["pipeline"] = [
        {
            "objective": r["objective"],
            "program": r["program"],
            "started": first - 1,
            "learners": 0 if r["objective"] in of_nobody else draw(st.integers(0, 40)),
        }
        for r in tables["routes"]
        if years[r["program"]] > 1 and draw(st.booleans())
    ]
    tables["funding"] = [
        {"program": p, "source": s, "share": share}
        for p in program_ids
        for s, share in zip(("s0", "s1"), draw(st.sampled_from([(1, 0), (0.4, 0.6), (0, 1)])), strict=True)
    ]
    money = st.integers(0, 4000).map(lambda v: v * 1_000_000)
    some_unlimited = draw(st.booleans())
    tables["ceilings"] = [
        {"year": y, "source": s, "ceiling_vnd": "" if some_unlimited and draw(st.booleans()) else draw(money)}
        for s in ("total", "s0", "s1")
        if draw(st.booleans())
        for y in range(first, last + 1)
    ]
    tables["turnover"] = (
        [{"group": group_ids[0], "year": first, "leave_rate": draw(unit)}] if draw(st.booleans()) else []
    )
    tables["headcounts"] = [
        {"group": g, "year": y, "headcount": draw(st.integers(0, 900))}
        for g in group_ids
        for y in range(first, last + 1)
        if closed and draw(st.sampled_from([True, False, False, False, False]))
    ]
    decided_from = first + (draw(st.sampled_from([0, 0, 1, 2])) if closed else 0)
    tables |= facts(draw, tables, range(first, decided_from))
    choices = {
        "name": "random", "first": first, "last": last, "data": ".", "ambition": "mid", "pacing": "linear",
        "allocation": rule or draw(st.sampled_from(["all", "proportional", "priority"])), "price_base_year": first,
        "language": "en", "decided_from": decided_from,
    }  # fmt: skip
    return choices, tables


@st.composite
def plans_with_units(draw: st.DrawFn, **limits: Any):
    """(choices, tables) as `plans` draws them, with two to four units that hold some of the groups each.

    A group may have fewer people in its units than it has; one of nobody has no unit.
    """
    choices, tables = draw(plans(**limits))
    units = [f"u{i}" for i in range(draw(st.integers(2, 4)))]
    tables["units"] = [{"id": u, "name_vi": u, "name_en": u, "bloc": draw(st.sampled_from("ab"))} for u in units]
    held: dict[tuple[str, str], int] = {}
    for group in tables["groups"]:
        left = group["headcount"]
        for u in draw(st.permutations(units)):
            held[u, group["id"]] = draw(st.integers(0, left) | st.integers(0, min(left, 9)))
            left -= held[u, group["id"]]
        if left == group["headcount"]:
            held[units[0], group["id"]] = left
    tables["unit_headcounts"] = [{"unit": u, "group": g, "headcount": people} for (u, g), people in held.items()]
    tables["unit_baselines"] = [
        {"unit": u, "objective": o["id"], "baseline": draw(st.integers(0, 100)) / 100}
        for o in tables["objectives"]
        for u in units
        if o["kind"] == "attainment" and held[u, o["group"]] and draw(st.booleans())
    ]
    group_of = {o["id"]: o["group"] for o in tables["objectives"]}
    for row in tables["pipeline"]:
        own = [u for u in units if held[u, group_of[row["objective"]]] >= max(1, row["learners"])]
        row["unit"] = draw(st.sampled_from(["", *own]))
    return choices, tables


def write_plan(folder: Path, choices: dict[str, Any], tables: Tables) -> Path:
    """Writes a plan's files; every row gets a basis where its table has one."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.yaml").write_text("".join(f"{key}: {value}\n" for key, value in choices.items()), "utf-8")
    for name, rows in tables.items():
        (folder / f"{name}.csv").unlink(missing_ok=True)
        if rows:
            rows = rows if name == "routes" else [{**row, "basis": BASIS} for row in rows]
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
    return folder
