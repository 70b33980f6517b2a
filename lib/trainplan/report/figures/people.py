"""Pictures of people: coverage against its path, who is missing, who studies, stocks and flows of a group."""

from __future__ import annotations

from typing import Any

import numpy as np

from trainplan.model.gap import HALF_A_PERSON
from trainplan.report.charts import (
    LARGE,
    Margins,
    Picture,
    draw_cell,
    heat_map,
    label_bars,
    label_point,
    label_rows,
    name_columns,
    named_rows,
    percent_ticks,
    small_multiples,
    write,
    write_key,
    year_columns,
)
from trainplan.report.colors import BLUE, INK, ORANGE, RED
from trainplan.results.tables import Results
from trainplan.results.verdicts import count_met
from trainplan.text.catalog import say
from trainplan.text.formats import number, percent

GRID: dict[str, Any] = {"color": "#e4e4e4", "lw": 0.6}


def coverage(results: Results, language: str) -> Picture | None:
    """Coverage of every objective by year: its target path, and what is needed, deliverable and affordable.

    Without ceilings what is deliverable is the plan. None of a single year, which has no path.
    """
    plan, gap, lines = results.plan, results["gap"], results["lines"]
    if len(plan.years) == 1:
        return None
    objectives = plan.tables.objectives
    names = [plan.short_label("objectives", row.id, language) for row in objectives]
    margins = Margins(left=0.055, right=0.985, above=1.1, below=0.32, hspace=0.75, wspace=0.3)
    figure, axes = small_multiples(names, margins, head=0.9, each=1.62, width=27, lines=3, columns=4)
    for ax, row in zip(axes, objectives, strict=True):
        own, by_limit = gap[gap["objective"] == row.id], lines[lines["objective"] == row.id]
        path = own["target_path"] / own["base"] if row.kind == "count" else own["target_path"]
        ax.plot(by_limit["year"], by_limit["needed"], color="#c4c4c4", lw=4, solid_capstyle="round")
        ax.plot(own["year"], path, color=INK, ls=(0, (4, 2)), lw=1)
        if plan.has_ceilings:
            ax.plot(by_limit["year"], by_limit["deliverable"], color=ORANGE, lw=1.4, marker="s", ms=2.5)
        ax.plot(by_limit["year"], by_limit["affordable"], color=BLUE, lw=2, marker="o", ms=3)
        last = by_limit["affordable"].iloc[-1]
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8}
        style: dict[str, Any] = {"color": BLUE, "ha": "right", "va": "top", "fontweight": "bold", "bbox": box}
        label_point(ax, (plan.last, last), (2, -11), percent(last, language), **style)
        ax.set_ylim(0, 1.08)
        ax.set_xticks([plan.first, plan.last])
        ax.set_yticks([0, 0.5, 1])
        percent_ticks(ax.yaxis, language)
        ax.grid(axis="y", **GRID)
    marks = {"path": (INK, "- -"), "needed": ("#7d7d7d", "━")}
    within = {"deliverable": (ORANGE, "■"), "affordable": (BLUE, "●")}
    marks |= within if plan.has_ceilings else {"deliverable": (BLUE, "●")}
    for k, (word, (color, mark)) in enumerate(marks.items()):
        text = f"{mark} {say(f'figure.coverage.{word}', language)}"
        write_key(figure, (0.055, 0.45)[k % 2], 0.2 + 0.22 * (k // 2), text, color, LARGE)
    met = count_met(plan, results["verdicts"]["verdict"] == "met")
    alt = say("figure.coverage.alt", language, met=met["met"], targets=met["objectives"])
    return Picture("coverage", figure, alt)


def people_missing(results: Results, language: str) -> Picture | None:
    """Heat map: people missing from each target by year; the frame marks the due year. None where nobody is."""
    plan, gap = results.plan, results["gap"]
    objectives = plan.tables.objectives
    people = gap.pivot(index="objective", columns="year", values="gap").loc[[row.id for row in objectives]]
    if (people < HALF_A_PERSON).all(axis=None):
        return None
    base = gap.pivot(index="objective", columns="year", values="base").loc[people.index]
    share = (people / base.where(base > 0)).fillna(0).to_numpy()
    names = [plan.short_label("objectives", row.id, language) for row in objectives]
    margins = Margins(left=0.47, right=0.985, above=0.5, below=0.08)
    figure, (ax,) = named_rows(names, margins, head=0.75, each=0.37, lines=2)
    texts = [["0" if value < HALF_A_PERSON else number(value, language) for value in row] for row in people.to_numpy()]
    heat_map(ax, share / max(0.5, share.max()), texts)
    name_columns(ax, people.columns)
    for o, row in enumerate(objectives):
        draw_cell(ax, people.columns.get_loc(row.due_year), o, 0.92, fill=False, edgecolor=RED, lw=1.6)
    write(figure, 0.01, 0.2, say("figure.people_missing.key", language))
    due = [people.loc[row.id, row.due_year] for row in objectives]
    at = int(np.argmax(due))
    worst, most = plan.label("objectives", objectives[at].id, language), number(due[at], language)
    key = "figure.people_missing.alt" if due[at] >= HALF_A_PERSON else "figure.people_missing.none_when_due"
    return Picture("missing", figure, say(key, language, target=worst, people=most))


def enrollment_by_program(results: Results, language: str) -> Picture | None:
    """People enrolled with funding by program and year: bars on one scale."""
    plan = results.plan
    table = results["enrollment"].pivot_table(index="program", columns="year", values="funded", aggfunc="sum")
    order = table.sum(axis=1).sort_values(ascending=False).index
    table = table.loc[[p for p in order if table.loc[p].sum() > 0]]
    names = [plan.short_label("programs", str(p), language) for p in table.index]
    if not names:
        return None
    margins = Margins(left=0.41, right=0.985, above=0.42, below=0.08, wspace=0.08)
    figure, axes = named_rows(names, margins, head=0.6, each=0.27, columns=len(table.columns))
    widest = float(table.to_numpy().max())
    for ax, year in zip(axes, table.columns, strict=True):
        ax.barh(range(len(names)), table[year], color=BLUE, height=0.62)
        ends = table[year] + widest * 0.03
        label_rows(ax, ends, [number(value, language) for value in table[year]], color=INK)
        ax.set_xlim(0, widest * 1.5)
        ax.set_ylim(len(names) - 0.4, -0.6)
        ax.set_title(str(year), fontsize=LARGE, loc="left", fontweight="bold")
    total = number(table.to_numpy().sum(), language)
    most = plan.label("programs", str(table.index[0]), language)
    alt = say("figure.enrollment_by_program.alt", language, total=total, program=most)
    return Picture("enrollment_by_program", figure, alt)


def enrollment_levels(results: Results, language: str) -> Picture | None:
    """Enrollment of each year: needed, deliverable within places, funded within the money (where it has ceilings)."""
    totals = results["enrollment"].groupby("year")[["needed", "deliverable", "funded"]].sum()
    if not totals.to_numpy().any():
        return None
    margins = Margins(left=0.03, right=0.985, above=0.35, below=0.25)
    figure, ax = year_columns(totals.index, 2.5, margins, LARGE)
    levels = [("needed", "#cfcfcf", "#7a7a7a", ""), ("deliverable", ORANGE, ORANGE, "///"), ("funded", BLUE, BLUE, "")]
    limited = results.plan.has_ceilings
    levels = levels if limited else levels[:2]
    for k, (level, color, letters, hatch) in enumerate(levels):
        x = np.arange(len(totals)) + (k - (len(levels) - 1) / 2) * 0.27
        ax.bar(x, totals[level], 0.25, color=color, hatch=hatch, edgecolor="white", lw=0)
        label_bars(ax, x, totals[level], [number(value, language) for value in totals[level]])
        write_key(figure, (0.03, 0.2, 0.55)[k], 0.175, f"■ {say(f'head.{level}', language)}", letters, LARGE)
    before, after = totals.sum().iloc[1:] if limited else totals.sum().iloc[:2]
    key = "figure.enrollment_levels.alt" if limited else "figure.enrollment_levels.alt_all_paid"
    key += "" if before - after >= HALF_A_PERSON else "_none"
    return Picture("three_lines", figure, say(key, language, left=number(before - after, language)))
