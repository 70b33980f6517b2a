"""Random plans of which more becomes known as time goes by: later rows of every kind, at several dates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from strategies import Tables, plans

NEVER_DATED = ""
DAYS = ("2031-01-01", "2032-06-30", "2033-12-31")
Row = dict[str, Any]
Drawn = tuple[Row, Tables, int, str | None]


@st.composite
def dated_plans(draw: st.DrawFn, rule: str | None = None) -> Drawn:
    """(choices, tables, year, as_of): a plan as it was decided and all that became known later, and a review of it.

    The plan as decided may be seen from a day of its own and have closed years itself. The review is seen from a day as
    well, which may be an earlier one, or from none, when everything is seen. `rule`: by which money is shared out.
    """
    choices, tables = draw(plans(rule, closed=False))
    del choices["decided_from"]
    years = range(choices["first"], choices["last"] + 1)
    tables = {name: [{"as_of": NEVER_DATED, **row} for row in rows] for name, rows in tables.items()}
    new_things(draw, tables, years)
    pairs = _days_of_pairs(tables)
    restate_all(draw, tables, years)
    tables["actuals"] = [
        row for year in years if draw(st.booleans()) for row in facts_of_year(draw, tables, pairs, year)
    ]
    tables["units"] = [{"as_of": NEVER_DATED, "id": u, "name_vi": u, "name_en": u, "bloc": "a"} for u in ("u0", "u1")]
    tables["observations"] = list(observations(draw, tables, years))
    year = draw(st.sampled_from(years))
    seen_from = draw(st.sampled_from([None, None, *DAYS]))
    if seen_from:
        choices["as_of"] = seen_from
    if draw(st.booleans()):
        choices["decided_from"] = draw(st.integers(choices["first"], choices["last"] + 1))
    return choices, tables, year, draw(st.sampled_from([None, *DAYS]))


def some_days(draw: st.DrawFn, since: str = NEVER_DATED) -> list[str]:
    """The days, in order, on which a number is said anew; most often none."""
    later = [day for day in DAYS if day >= since]
    return sorted(draw(st.sampled_from([[], [], draw(st.lists(st.sampled_from(later), unique=True, max_size=2))])))


def days_since(draw: st.DrawFn, since: str) -> list[str]:
    """The days, in order, on which something is said of what is known since a day: at first, later, both or never."""
    later = draw(st.sampled_from([day for day in DAYS if day >= since]))
    return draw(st.sampled_from([[], [], [since], [later], [since, later]]))


def per_cent(draw: st.DrawFn, low: int = 0, high: int = 100) -> float:
    """A share in hundredths."""
    return draw(st.integers(low, high)) / 100


def restate_all(draw: st.DrawFn, tables: Tables, years: Sequence[int]) -> None:
    """Later rows of what the plan has: groups, programs, objectives, prices, money, courses under way, routes."""

    def restate(name: str, change: Callable[[Row], Row]) -> None:
        rows = tables[name]
        tables[name] = [*rows, *({**r, **change(r), "as_of": d} for r in rows for d in some_days(draw, r["as_of"]))]

    nobody = {row["id"] for row in tables["groups"] if not row["headcount"]}
    restate("groups", lambda row: _group(draw, row))
    restate("programs", lambda row: _program(draw, row))
    restate("objectives", lambda row: _objective(draw, row, years))
    restate("prices", lambda _: {"value": draw(st.integers(80, 160))})
    restate("ceilings", lambda _: {"ceiling_vnd": draw(st.integers(0, 4000)) * 1e6})
    group_of = {row["id"]: row["group"] for row in tables["objectives"]}
    restate(
        "pipeline", lambda row: {"learners": 0 if group_of[row["objective"]] in nobody else draw(st.integers(0, 40))}
    )
    _restate_shares(draw, tables, "routes", "objective")
    _restate_shares(draw, tables, "funding", "program")
    for group in tables["groups"]:
        for year in years:
            for day in days_since(draw, group["as_of"]):
                named = {"as_of": day, "group": group["id"], "year": year}
                if draw(st.booleans()):
                    tables["turnover"].append({**named, "leave_rate": per_cent(draw)})
                else:
                    tables["headcounts"].append({**named, "headcount": draw(st.integers(0, 900))})
    if draw(st.booleans()):
        _lengthen_courses(draw(_DAY), tables)


def _lengthen_courses(day: str, tables: Tables) -> None:
    """From the day on every course of two years lasts three, so that routes of one objective stay of one length."""
    rows, longer = tables["programs"], []
    for program in dict.fromkeys(row["id"] for row in rows if row["years"] == 2):
        own = [row for row in rows if row["id"] == program]
        longer += [{**row, "years": 3} for row in own if row["as_of"] >= day]
        earlier = [row for row in own if row["as_of"] < day]
        longer += [{**earlier[-1], "years": 3, "as_of": day}] if earlier else []
    kept = [row for row in rows if row["years"] != 2 or row["as_of"] < day]
    tables["programs"] = [*kept, *sorted(longer, key=lambda row: row["as_of"])]


def _group(draw: st.DrawFn, row: Row) -> Row:
    people = draw(st.integers(1, 900)) if row["headcount"] else 0
    growth, leave = draw(st.integers(-30, 20)) / 100, per_cent(draw, 0, 40)
    return {"headcount": people, "growth": growth, "leave_rate": leave, "appointment_rate": per_cent(draw)}


def _program(draw: st.DrawFn, row: Row) -> Row:
    changed = {
        "completion_rate": per_cent(draw, 30),
        "capacity": draw(st.sampled_from(["", 0, 25])),
        "cost_per_learner_year": draw(st.integers(0, 90)) * 100_000,
        "price_index": draw(st.sampled_from(["cpi", "wage"])),
    }
    if row["class_size"] != "":
        changed |= {"class_size": draw(st.sampled_from([10, 37.5, 50])), "cost_per_class_year": 7_000_000}
    return changed


def _objective(draw: st.DrawFn, row: Row, years: Sequence[int]) -> Row:
    """New numbers; a count keeps its due year, which binds the counts that it is a part of or that are parts of it."""
    if row["kind"] == "count":
        return {"target_low": draw(st.integers(0, 90)), "part_of": draw(st.sampled_from([row["part_of"], ""]))}
    return {
        "baseline": per_cent(draw),
        "target_low": per_cent(draw, 0, 80),
        "due": draw(st.sampled_from(years)),
        "entry_share": per_cent(draw),
        "lapse_rate": per_cent(draw, 0, 20),
        "pacing": draw(st.sampled_from(["", "front", "back"])),
    }


def _restate_shares(draw: st.DrawFn, tables: Tables, name: str, of: str) -> None:
    """The shares of all rows that an objective or program has by then, said anew together."""
    for one in dict.fromkeys(row[of] for row in tables[name]):
        latest = max(row["as_of"] for row in tables[name] if row[of] == one)
        for day in some_days(draw, latest):
            other = "program" if of == "objective" else "source"
            keys = list(dict.fromkeys(row[other] for row in tables[name] if row[of] == one))
            first = per_cent(draw, 1, 99) if len(keys) > 1 else 1
            shares = [first, 1 - first, *[0] * len(keys)][: len(keys)]
            tables[name] += [
                {"as_of": day, of: one, other: key, "share": share} for key, share in zip(keys, shares, strict=True)
            ]


def new_things(draw: st.DrawFn, tables: Tables, years: Sequence[int]) -> None:
    """A group, programs and objectives that nobody knew before a day, and routes to programs old and new."""
    if not tables["objectives"]:
        return
    if draw(st.booleans()):
        tables["groups"].append({**tables["groups"][0], "id": "new", "headcount": 300, "as_of": draw(_DAY)})
    if draw(st.booleans()):
        _new_program(draw, tables)
    if draw(st.booleans()):
        _new_objective(draw, tables, years)
    _new_routes(draw, tables)


_DAY = st.sampled_from(DAYS)


def _new_program(draw: st.DrawFn, tables: Tables) -> None:
    day, like = draw(_DAY), draw(st.sampled_from(tables["programs"]))
    tables["programs"].append({**like, "id": "new", "as_of": day})
    tables["funding"] += [
        {"as_of": day, "program": "new", "source": source, "share": share}
        for source, share in zip(("s0", "s1"), draw(st.sampled_from([(1, 0), (0.3, 0.7)])), strict=True)
    ]


def _new_objective(draw: st.DrawFn, tables: Tables, years: Sequence[int]) -> None:
    """Another objective like one of the plan, for its group or another; a count may be a part of the one it is like."""
    like = draw(st.sampled_from(tables["objectives"]))
    group = draw(st.sampled_from(tables["groups"]))
    is_part = like["kind"] == "count" and draw(st.booleans())
    if is_part:
        group = next(row for row in tables["groups"] if row["id"] == like["group"])
    day = max(draw(_DAY), group["as_of"])
    own = {"id": "new", "group": group["id"], "part_of": like["id"] if is_part else "", "as_of": day}
    tables["objectives"].append({**like, **own, "due": like["due"] if is_part else draw(st.sampled_from(years))})
    program = next(row["program"] for row in tables["routes"] if row["objective"] == like["id"])
    tables["routes"].append({"as_of": day, "objective": "new", "program": program, "share": 1})


def _new_routes(draw: st.DrawFn, tables: Tables) -> None:
    """Further routes of one length, from a day on, when the shares of the objective's routes are said anew."""
    programs = {row["id"]: row for row in tables["programs"]}
    for objective in tables["objectives"]:
        own = [row for row in tables["routes"] if row["objective"] == objective["id"]]
        years = programs[own[0]["program"]]["years"]
        others = [p for p in programs if programs[p]["years"] == years and p not in {row["program"] for row in own}]
        if others and draw(st.booleans()):
            program = draw(st.sampled_from(others))
            day = max(draw(_DAY), objective["as_of"], programs[program]["as_of"])
            shares = [0.5, *[0] * (len(own) - 1), 0.5]
            tables["routes"] += [
                {"as_of": day, "objective": objective["id"], "program": key, "share": share}
                for key, share in zip([*(row["program"] for row in own), program], shares, strict=True)
            ]


def _days_of_pairs(tables: Tables) -> dict[tuple[str, str], str]:
    """Every pair of objective and program, and the day from which it is known."""
    days: dict[tuple[str, str], str] = {}
    for row in tables["routes"]:
        days.setdefault((row["objective"], row["program"]), row["as_of"])
    return days


def facts_of_year(
    draw: st.DrawFn, tables: Tables, pairs: dict[tuple[str, str], str], year: int
) -> list[dict[str, Any]]:
    """Actuals of a year, some without a date, said anew on some days; a program's spent sums are known all or none."""
    rows = []
    for program in {row["id"]: row for row in tables["programs"]}:
        own = [(pair, day) for pair, day in pairs.items() if pair[1] == program and draw(st.sampled_from([1, 1, 0]))]
        units = draw(st.sampled_from([[""], [""], ["u0", "u1"]]))
        for day in sorted(draw(st.lists(st.sampled_from([NEVER_DATED, *DAYS]), unique=True, min_size=1, max_size=3))):
            is_spent = draw(st.booleans())
            for objective in [pair[0] for pair, since in own if day >= since]:
                is_completed = draw(st.booleans())
                for unit in units:
                    row = {"as_of": day, "year": year, "objective": objective, "program": program, "unit": unit}
                    row["enrolled"] = draw(st.sampled_from([0, 0, 1, 7, 25, 60]))
                    row["completed"] = draw(st.sampled_from([0, 5, 40])) if is_completed else ""
                    row["spent_vnd"] = draw(st.integers(0, 500)) * 1_000_000 if is_spent else ""
                    rows.append(row)
    return rows


def observations(draw: st.DrawFn, tables: Tables, years: Sequence[int]):
    """Counts of what objectives have reached, some said anew."""
    since: dict[str, str] = {}
    for row in tables["objectives"]:
        if row["kind"] != "count":
            since.setdefault(row["id"], row["as_of"])
    for objective, first in since.items():
        for year in years:
            for day in days_since(draw, first):
                base = draw(st.integers(1, 900))
                counted = {"base": base, "reached": draw(st.integers(0, base))}
                yield {"as_of": day, "year": year, "objective": objective, **counted}
