"""Pictures of people: who studies, stocks and flows of a group."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from trainplan.model.gap import HALF_A_PERSON
from trainplan.report.charts import (
    LARGE,
    NORMAL,
    Margins,
    Picture,
    label_bars,
    label_rows,
    named_rows,
    write_key,
    year_columns,
)
from trainplan.report.colors import BLUE, GREEN, INK, ORANGE, RED
from trainplan.results.tables import Results
from trainplan.text.catalog import say
from trainplan.text.formats import number


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


def group_stocks_and_flows(results: Results, group: str, language: str) -> Picture:
    """Head-count of one group at each year's end, with the leavers and joiners of the year between."""
    plan = results.plan
    table = results["workforce"].query("group == @group").set_index("year")
    start = next(row.headcount for row in plan.tables.groups if row.id == group)
    names = [f"31/12/{plan.first - 1}", *table.index]
    margins = Margins(left=0.03, right=0.985, above=0.416, below=0.26)
    figure, ax = year_columns(names, 2.6, margins, NORMAL)
    stocks = [start, *table["headcount"]]
    ax.bar(range(len(stocks)), stocks, 0.42, color=["#bdbdbd"] + [BLUE] * len(table))
    label_bars(ax, range(len(stocks)), stocks, [number(stock, language) for stock in stocks], fontsize=NORMAL)
    _draw_flows(ax, table, start, language)
    for k, (word, color) in enumerate((("headcount", BLUE), ("leavers", RED), ("joiners", GREEN))):
        write_key(figure, 0.03 + 0.2 * k, 0.182, f"■ {say(f'head.{word}', language)}", color, LARGE)
    left, joined, now = (
        number(people, language) for people in (table["leavers"].sum(), table["joiners"].sum(), stocks[-1])
    )
    name = plan.label("groups", group, language)
    alt = say("figure.group_stocks_and_flows.alt", language, group=name, leavers=left, joiners=joined, headcount=now)
    return Picture(f"flow_{group}", figure, alt)


def _draw_flows(ax: Axes, table: pd.DataFrame, start: float, language: str) -> None:
    """Down from each stock who leaves, and up from there who joins, left of the next stock."""
    stocks = np.array([start, *table["headcount"]])[:-1]
    x, leavers, joiners = np.arange(1, len(table) + 1), table["leavers"].to_numpy(), table["joiners"].to_numpy()
    ax.bar(x - 0.56, leavers, 0.14, bottom=stocks - leavers, color=RED, hatch="///", edgecolor="white", lw=0)
    ax.bar(x - 0.4, joiners, 0.14, bottom=stocks - leavers, color=GREEN)
    label_bars(ax, x - 0.58, stocks * 1.01, ["−" + number(people, language) for people in leavers], color=RED)
    joined = ["+" + number(people, language) for people in joiners]
    label_bars(ax, x - 0.4, (stocks - leavers) * 0.97, joined, va="top", color=GREEN)
