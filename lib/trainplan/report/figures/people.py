"""Pictures of people: who is missing, who studies, stocks and flows of a group."""

from __future__ import annotations

import numpy as np

from trainplan.model.gap import HALF_A_PERSON
from trainplan.report.charts import (
    Margins,
    Picture,
    draw_cell,
    heat_map,
    name_columns,
    named_rows,
    write,
)
from trainplan.report.colors import RED
from trainplan.results.tables import Results
from trainplan.text.catalog import say
from trainplan.text.formats import number


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
