"""The drawings of the pages on the desk, as small as they have to be, with what was before they moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from markupsafe import escape

from trainplan.model.cost import cost_by_source
from trainplan.report.drawing import Drawing
from trainplan.report.forms import FORMS
from trainplan.report.forms.money_by_year import money_unit_of
from trainplan.report.forms.paths import Panels, Path, farthest_targets, path_of
from trainplan.report.forms.target_strip import StripRow, small_strip, strip_rows
from trainplan.report.page_figure import Caption
from trainplan.results.tables import Results
from trainplan.text.catalog import say
from trainplan.text.formats import bare_money, number

SMALL_PLOT = 60.0  # px


def number_change(old: float, new: float, language: str, show: Callable[[float, str], str] = number) -> str:
    """A number in HTML, and before it the one that it was, where the two look different."""
    one, other = show(old, language), show(new, language)
    if one == other:
        return f"<b>{escape(other)}</b>"
    return f'<span class="old">{escape(str(one))}</span> → <b class="new">{escape(other)}</b>'


def draw_cost(results: Results, compared: Results | None, language: str) -> str:
    """The money of each year by source; below it the years and sources that pay something else than before."""
    drawing = FORMS["money_by_year"](results, None, language)
    body = f'<p class="ghost">{escape(drawing.caption.what)}</p>{drawing.body()}' if drawing else ""
    changes = _money_changes(results, compared, language) if compared else []
    items = "".join(f"<li>{change}</li>" for change in changes)
    listed = f'<ul class="sources">{items}</ul>' if items else ""
    return f'<div class="money drawn">{body}{listed}</div>'


def _money_changes(results: Results, compared: Results, language: str) -> list[str]:
    """`year or source: old → new` in HTML, in the unit of the drawing, where the two look different."""
    old, new = (cost_by_source(one.arrays, one.run.funded_vnd)[..., 0] for one in (compared, results))  # (Y, S+1)
    plan = results.plan
    places: list[tuple[str, float, float, dict[str, Any]]] = [
        (str(year), old[y, -1], new[y, -1], {"year": year, "source": "total"}) for y, year in enumerate(plan.years)
    ]
    for s, source in enumerate(plan.tables.sources):
        name = plan.short_label("sources", source.id, language)
        places.append((name, old[:, s].sum(), new[:, s].sum(), {"source": source.id}))
    show, said = partial(bare_money, unit=money_unit_of(results)), []
    for name, was, now, place in places:
        change = number_change(was, results.quote("budget", "funded_vnd", now, **place), language, show)
        if "→" in change:
            said.append(f"{escape(name)}: {change}")
    return said


def draw_due(results: Results, compared: Results | None, language: str) -> str:
    """Every target in its due year as a strip; a thin line leads from where it stood before."""
    before = {row.name: row for row in strip_rows(compared, None, language)} if compared else {}
    rows = [_short_row(row, before) for row in strip_rows(results, None, language)]
    alt = "; ".join(f"{row.name} {row.beside[0]}" for row in rows)
    notes = [say("desk.thin_line", language)] if any(row.band for row in rows) else []
    return f'<div class="due drawn">{small_strip("due", Caption("", alt), rows, notes, language).body()}</div>'


def draw_coverage(results: Results, compared: Results | None, language: str) -> str:
    """The targets farthest from what is asked by year, each beside what it was. Nothing of a single year."""
    plan = results.plan
    if len(plan.years) == 1:
        return ""
    shown = []
    for id in farthest_targets(results):
        path = replace(path_of(results, None, id, language), thin=())
        shown.append(_path_change(path_of(compared, None, id, language), path) if compared else path)
    closed, before = plan.decided_from - plan.first, say("desk.compared_line", language)
    panels = Panels(tuple(shown), plan.years, closed, language, before, SMALL_PLOT)
    alt = "; ".join(f"{path.name} {path.value}" for path in shown)
    return f'<div class="coverage drawn">{Drawing("coverage", Caption("", alt), panels.draw).body()}</div>'


def _path_change(old: Path, new: Path) -> Path:
    """The new path with a thin line where the old one differs, and both values where they look different."""
    value = new.value if new.value == old.value else f"{old.value} → {new.value}"
    return replace(new, value=value, thin=old.plan if old.plan != new.plan else ())


def _short_row(row: StripRow, before: Mapping[str, StripRow]) -> StripRow:
    """A row with no more beside it than what is reached, before and now, of what is asked: all rows stay in view."""
    reached, old = row.beside[0], before.get(row.name, row)
    if old.beside[0] == reached:
        return replace(row, beside=(reached,))
    ends = (min(old.value, row.value), max(old.value, row.value))
    return replace(row, beside=(f"{old.beside[0].partition(' / ')[0]} → {reached}",), band=ends)
