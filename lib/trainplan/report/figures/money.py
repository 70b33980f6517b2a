"""Pictures of money: by program, in real terms, and scenarios side by side."""

from __future__ import annotations

from typing import Any

from trainplan.report.charts import (
    SMALL,
    Margins,
    Picture,
    cell_text,
    draw_cell,
    name_columns,
    named_rows,
    wrapped,
    write,
)
from trainplan.report.colors import (
    FAINT,
    GREEN,
    INK,
    PAPER,
    VERDICT_MARKS,
    VERDICT_SHADES,
)
from trainplan.results.compare import Comparison
from trainplan.results.verdicts import missed_level
from trainplan.text.catalog import say
from trainplan.text.formats import percent

LACKING: dict[str, Any] = {"fill": False, "edgecolor": FAINT, "ls": "--"}


def coverage_by_scenario(comparison: Comparison, language: str) -> Picture | None:
    """Coverage of every objective at its due year in every scenario; mark and shade tell the verdict.

    None of a single scenario.
    """
    if len(comparison.runs) == 1:
        return None
    plan = comparison.runs[0].plan
    objectives = [row.id for row in plan.tables.objectives]
    titles = {run.plan.scenario: run.plan.scenario_title(language) for run in comparison.runs}
    names = [plan.short_label("objectives", objective, language) for objective in objectives]
    margins = Margins(left=0.36, right=0.86, above=2.2, below=0.05)
    figure, (ax,) = named_rows(names, margins, head=2.3, each=0.36, width=38, lines=2, size=SMALL)
    ax.set_xlim(-0.5, len(titles) - 0.5)
    for o in range(len(objectives)):
        for s, run in enumerate(comparison.runs):
            row = run["verdicts"].iloc[o]
            verdict, share = row["verdict"], percent(row["coverage"], language, missed=missed_level(row))
            shade = VERDICT_SHADES.get(verdict, PAPER)
            draw_cell(ax, s, o, 0.94, facecolor=shade, edgecolor="#cccccc", lw=0.5)
            cell_text(ax, s, o - 0.17, VERDICT_MARKS.get(verdict, ""), color=GREEN if verdict == "met" else INK)
            cell_text(ax, s, o + 0.2, share, fontsize=SMALL - 1)
    name_columns(ax, [wrapped(title, 38, 1) for title in titles.values()], SMALL, 55)
    keys = [f"{mark} {say(f'verdict.{verdict}', language)}" for verdict, mark in VERDICT_MARKS.items()]
    keys.append(say("figure.coverage_by_scenario.number", language))
    write(figure, 0.01, 0.25, "\n".join(keys), INK, va="top")
    best = comparison.totals.loc[comparison.totals["met"].idxmax()]
    values = {"scenario": titles[best["scenario"]], "met": best["met"]}
    return Picture("compare_targets", figure, say("figure.coverage_by_scenario.alt", language, **values))
