"""Scenarios as a person sees them on the desk: some of them beside what is on it, and what a draft would change."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from trainplan.desk.levers_view import ChangeLine, list_changes
from trainplan.desk.session import BASE, MOST_BESIDE, KeptDraft, Session
from trainplan.report.html import html_table
from trainplan.report.tables.columns import Column, build_table
from trainplan.results.compare import totals_of_all_years
from trainplan.results.quote import quote_numbers
from trainplan.results.tables import Results
from trainplan.results.verdicts import count_nearly
from trainplan.text.catalog import say
from trainplan.text.formats import calendar_day, number, out_of

SAID = 6  # changes of a draft that are said; the others are counted
MONEY = ("required_vnd", "funded_vnd", "lacking_vnd")


def present_title(session: Session, language: str) -> str:
    """What the state on the desk is called: the scenario that it is saved as, or that it is saved as none."""
    titles = {name: title for title, name in session.scenario_titles(language)}
    return titles.get(session.saved_as, say("desk.unsaved" if session.changes else "plan.base", language))


def beside_html(session: Session, language: str) -> str:
    """A table: the state on the desk, and below it each scenario beside it; what to do where there is none."""
    if not session.beside:
        return f'<p class="ghost">{escape(say("desk.beside_hint", language, most=MOST_BESIDE))}</p>'
    runs = [(present_title(session, language), session.results)]
    runs += [(run.plan.scenario_title(language), run) for name, run in session.beside.items() if name != BASE]
    if BASE in session.beside:
        runs.insert(1, (say("plan.base", language), session.base))
    any_ceilings = any(run.plan.has_ceilings for _, run in runs)
    money = MONEY if any_ceilings else MONEY[:1]
    columns = [
        *map(Column, ("scenario", "met_of", "nearly")),
        *(Column(key, "VND") for key in money),
    ]
    table = build_table([_row(title, run, language) for title, run in runs], columns, language)
    return f'<div class="scroll" tabindex="0">{html_table(table)}</div>'


def _row(title: str, run: Results, language: str) -> Mapping[str, Any]:
    """A scenario over all years, with the numbers and addresses of the table of totals."""
    total = quote_numbers("totals", totals_of_all_years([run])).iloc[0]
    return {
        "scenario": title,
        "met_of": out_of(total.met, total.objectives, language),
        "nearly": number(count_nearly(run.plan, run.run)["met"], language),
        **{name: total[name] for name in MONEY},
    }


# --- the draft


def draft_text(session: Session, draft: KeptDraft, language: str) -> str:
    """What a draft changes, by levers and values, and the day on which it was kept."""
    lines = list_changes(session.look_at(draft.changes), language)
    said = [say("desk.draft_change", language, label=line.label, values=old_to_new(line)) for line in lines[:SAID]]
    more = [say("desk.draft_more", language, count=len(lines) - SAID)] if len(lines) > SAID else []
    day = calendar_day(draft.day, language)
    return say("desk.draft_found", language, day=day, changes=", ".join([*said, *more]))


def old_to_new(line: ChangeLine) -> str:
    """Old → new of a change; a unit that both numbers have is said once: 15 → 18 tỷ đồng."""
    unit = line.new.partition(" ")[2]
    alike = unit and line.old[:1].isdigit() and line.old.endswith(f" {unit}")
    return f"{line.old.removesuffix(f' {unit}') if alike else line.old} → {line.new}"
