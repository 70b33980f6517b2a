"""The desk's headline and tables in HTML, old → new where something moved."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np

from trainplan.desk.drawings import Grid, grid, moved
from trainplan.model.arrays import pairs_of
from trainplan.results.tables import Results
from trainplan.text.catalog import say
from trainplan.text.formats import billions, number, percent
from trainplan.text.words import old_say

SHADES = ("#ffffff", "#eaf2f9", "#cfe2f1", "#a6cbe6", "#5fa3d3", "#0072b2")
STEPS = (0.0, 0.05, 0.12, 0.22, 0.4)  # of the people in the base; a darker shade above each


def headline(now: Results, before: Results, language: str) -> str:
    """The answer in one line: targets met, money funded, money short, the largest gap; what each was before."""
    values = [_summary(results, language) for results in (now, before)]
    cells = []
    for (label, new), (_, old) in zip(*values, strict=True):
        was = f'<span class="was">{say("desk.was", language, old=old)}</span>' if new != old else ""
        cells.append(f'<div class="fact{" moved" if was else ""}"><b>{new}</b> <span>{label}</span>{was}</div>')
    return f'<div class="headline" aria-live="polite">{"".join(cells)}</div>'


def _summary(results: Results, language: str) -> list[tuple[str, str]]:
    """(label, value) of each fact of the headline."""
    verdicts = results["verdicts"]
    met = int((verdicts["verdict"] == "met").sum())
    funded = float(grid(results, "budget", "funded_vnd")[:, -1].sum())
    missing = _missing_when_due(results)
    worst = int(np.argmax(missing))
    name = results.plan.label("objectives", results.plan.tables.objectives[worst].id, language)
    gap = f"{escape(name)}: {number(missing[worst], language)} {say('unit.people', language)}"
    return [
        (say("desk.met_when_due", language), say("desk.of", language, met=met, count=len(verdicts))),
        (say("desk.spent", language), billions(funded, language)),
        (say("desk.short", language), billions(max(0.0, results.required_vnd - funded), language)),
        (say("desk.widest", language), gap if missing[worst] >= 0.5 else say("desk.no_gap", language)),
    ]


def _missing_when_due(results: Results) -> Grid:
    """(objectives,) people missing in the due year."""
    gap = grid(results, "gap", "gap")
    due = [row.due_year - results.plan.first for row in results.plan.tables.objectives]
    return np.array([gap[year, o] for o, year in enumerate(due)])


def missing(now: Results, before: Results | None, language: str) -> str:
    """Heat map: people missing from each target by year; a frame marks the due year."""
    plan, gap, base = now.plan, grid(now, "gap", "gap"), grid(now, "gap", "base")
    old = grid(before, "gap", "gap") if before is not None else gap
    share = gap / np.where(base > 0, base, 1.0)
    rows = []
    for o, row in enumerate(plan.tables.objectives):
        cells = "".join(
            f'<td class="n{" due" if year == row.due_year else ""}" style="{_shade(share[y, o])}">'
            f"{moved(old[y, o], gap[y, o], language)}</td>"
            for y, year in enumerate(plan.years)
        )
        rows.append(f'<tr><th scope="row">{escape(plan.label("objectives", row.id, language))}</th>{cells}</tr>')
    return _table([say("head.objective", language), *map(str, plan.years)], rows, "heat")


def _shade(share: float) -> str:
    level = sum(share > step for step in STEPS)
    return f"background:{SHADES[level]};color:{'#ffffff' if level == len(SHADES) - 1 else '#1f2328'}"


def verdicts(now: Results, before: Results | None, language: str) -> str:
    """Every objective as of its due year: target, coverage, people missing, verdict and what holds it back."""
    plan, old = now.plan, before if before is not None else now
    missing, missing_old = _missing_when_due(now), _missing_when_due(old)
    rows = []
    for o, (new, was) in enumerate(zip(_records(now), _records(old), strict=True)):
        objective = plan.tables.objectives[o]
        target = number(new["target"], language) if objective.kind == "count" else percent(new["target"], language)
        cells = [
            _changed(str(was["due"]), str(new["due"])),
            target,
            _changed(percent(was["coverage"], language), percent(new["coverage"], language)),
            moved(missing_old[o], missing[o], language),
            _changed(old_say(was["verdict"], language), old_say(new["verdict"], language)),
            _changed(_held(was["binds"], language), _held(new["binds"], language)),
        ]
        name = escape(plan.label("objectives", objective.id, language))
        columns = "".join(f'<td class="{"n" if k < 4 else ""}">{cell}</td>' for k, cell in enumerate(cells))
        rows.append(f'<tr class="{new["verdict"]}"><th scope="row">{name}</th>{columns}</tr>')
    heads = [old_say(key, language) for key in ("objective", "due", "target", "coverage", "gap", "verdict", "binds")]
    return _table(heads, rows, "verdicts")


def _records(results: Results) -> list[dict[str, Any]]:
    return results["verdicts"].to_dict("records")


def _held(binds: object, language: str) -> str:
    return old_say(str(binds), language) if binds else "–"


def _changed(old: str, new: str) -> str:
    """Words, and before them those that they were."""
    if old == new:
        return escape(new)
    return f'<span class="old">{escape(old)}</span> → <b class="new">{escape(new)}</b>'


def enrollment(now: Results, before: Results | None, language: str) -> str:
    """New learners by program and year, with what is needed, deliverable and funded in all."""
    plan = now.plan
    old = before if before is not None else now
    rows = []
    for name in ("needed", "deliverable", "funded"):
        new, was = (grid(results, "enrollment", name).sum(axis=1) for results in (now, old))
        rows.append(_numbers(f"<b>{old_say(name, language)}</b>", was, new, language))
    new, was = _by_program(now), _by_program(old)
    for program in plan.tables.programs:
        mine, theirs = new[program.id], was.get(program.id, new[program.id])
        if mine.sum() or theirs.sum():
            rows.append(_numbers(escape(plan.label("programs", program.id, language)), theirs, mine, language))
    return _table([say("head.program", language), *map(str, plan.years)], rows, "enrollment")


def _by_program(results: Results) -> dict[str, Grid]:
    funded, programs = grid(results, "enrollment", "funded"), [p for _, p in pairs_of(results.plan)]
    return {
        row.id: funded[:, [k for k, p in enumerate(programs) if p == row.id]].sum(axis=1)
        for row in results.plan.tables.programs
    }


def _numbers(head: str, old: Grid, new: Grid, language: str) -> str:
    cells = "".join(f'<td class="n">{moved(o, n, language)}</td>' for o, n in zip(old, new, strict=True))
    return f'<tr><th scope="row">{head}</th>{cells}</tr>'


def _table(heads: list[str], rows: list[str], kind: str) -> str:
    head = "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
    return f'<table class="desk {kind}"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
