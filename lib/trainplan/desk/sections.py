"""The desk's answer as HTML: the same sections on the live desk and in a report that nobody can move.

To add a section: a function of the results, those they are compared with (None where they are the same) and the
language, its name in SECTIONS, and its heading `desk.<name>_head` in the catalogs. One that returns nothing is not
shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from markupsafe import escape

from trainplan.desk.drawings import draw_cost, draw_coverage, draw_due, number_change
from trainplan.desk.session import BASE, Session
from trainplan.model.arrays import Array
from trainplan.model.gap import HALF_A_PERSON
from trainplan.model.kinds import in_people
from trainplan.report import tables
from trainplan.report.html import LITERAL, html_table
from trainplan.report.sentences import headline
from trainplan.report.sentences.answer import causes, never_whole
from trainplan.results.registry import RESULTS
from trainplan.results.tables import Results
from trainplan.results.verdicts import count_met, missed_level
from trainplan.text.catalog import say
from trainplan.text.formats import NOTHING, billions, due_day, number, percent
from trainplan.text.shown import join_shown

TEMPLATES = Path(__file__).parent / "templates"
SHADES = ("#ffffff", "#eaf2f9", "#cfe2f1", "#a6cbe6", "#5fa3d3", "#0072b2")
SHARES = (0.0, 0.05, 0.12, 0.22, 0.4)  # of the people in the base; a darker shade above each
VERDICT_COLUMNS = ("objective", "due", "asked", "coverage", "gap", "verdict", "binds")


@cache
def read_style() -> str:
    """The desk's style sheet."""
    return (TEMPLATES / "desk.css").read_text(encoding="utf-8")


# --- the headline


def headline_html(session: Session, language: str) -> str:
    """The answer in one line, each fact with what it was before; and what the results are compared with."""
    limited = session.results.plan.has_ceilings or session.compared.plan.has_ceilings
    facts, before = (_facts(results, limited, language) for results in (session.results, session.compared))
    cells = []
    for name, (label, new) in facts.items():
        old = before[name][1]
        was = f'<span class="was">{escape(say("desk.was", language, old=str(old)))}</span>' if new != old else ""
        cells.append(f'<div class="fact{" moved" if was else ""}"><b>{escape(new)}</b> <span>{label}</span>{was}</div>')
    own = session.compared_name == BASE
    name = say("plan.base", language) if own else session.compared.plan.scenario_title(language)
    compared = f'<p class="ghost">{escape(say("desk.ghost", language, name=name))}</p>'
    return f'<div class="headline" aria-live="polite">{"".join(cells)}</div>{compared}'


def said_html(session: Session, language: str) -> str:
    """The answer in sentences, as the pages say it."""
    said = "".join(f"<li>{escape(one)}</li>" for one in headline(session.results, language))
    return f'<ul class="said">{said}</ul>'


def _facts(results: Results, limited: bool, language: str) -> dict[str, tuple[str, str]]:
    """(label, value) by name: targets met, money funded, money short where it is `limited`, the largest gap."""
    verdicts, missing = results["verdicts"]["verdict"], _gap_when_due(results)
    widest = int(np.argmax(missing))
    id = results.plan.tables.objectives[widest].id
    people = number(results.quote("verdicts", "gap", missing[widest], objective=id), language)
    name = results.plan.short_label("objectives", id, language)
    gap = join_shown([name, ": ", people, " ", say("unit.people", language)])
    counts = count_met(results.plan, verdicts == "met")
    met, count = (results.quote("totals", column, counts[column]) for column in ("met", "objectives"))
    spent = say("desk.spent" if limited else "desk.required", language)
    facts = {
        "met": (say("desk.met_when_due", language), say("desk.of", language, met=met, count=count)),
        "spent": (spent, billions(results.funded_vnd, language)),
        "short": (say("desk.short", language), billions(results.lacking_vnd, language)),
        "widest": (say("desk.widest", language), gap)
        if missing[widest] >= HALF_A_PERSON
        else (say("word.when_due", language), say("desk.no_gap", language)),
    }
    return facts if limited else {name: fact for name, fact in facts.items() if name != "short"}


def _gap_when_due(results: Results) -> Array:
    """(O,) people missing in the due year."""
    return results.run.when_due(results.run.gap.gap)[:, 0]


# --- tables, old → new where something moved


def missing_table(results: Results, compared: Results | None, language: str) -> str:
    """Heat map: people missing from each target by year; a frame marks the due year."""
    plan, new, base = results.plan, results.run.gap.gap[..., 0], results.run.gap.base[..., 0]
    old = compared.run.gap.gap[..., 0] if compared else new
    share = new / np.where(base > 0, base, 1.0)
    rows = []
    for o, objective in enumerate(plan.tables.objectives):
        cells = (
            f'<td class="n{" due" if year == objective.due_year else ""}" style="{_shade(share[y, o])}">'
            + number_change(
                old[y, o], results.quote("gap", "gap", new[y, o], year=year, objective=objective.id), language
            )
            + "</td>"
            for y, year in enumerate(plan.years)
        )
        rows.append(_row(escape(plan.label("objectives", objective.id, language)), cells))
    return _table([say("head.objective", language), *map(str, plan.years)], rows, "heat")


def _shade(share: float) -> str:
    level = sum(share > least for least in SHARES)
    return f"background:{SHADES[level]};color:{'#ffffff' if level == len(SHADES) - 1 else '#1f2328'}"


def verdict_table(results: Results, compared: Results | None, language: str) -> str:
    """Every objective as of its due year: what is asked, coverage, people missing, verdict and what holds it back."""
    new = _verdict_texts(results, language)
    old = _verdict_texts(compared, language) if compared else new
    rows = []
    for o, (texts, before, verdict) in enumerate(zip(new, old, results["verdicts"]["verdict"], strict=True)):
        changes = map(_text_change, before[1:], texts[1:])
        notes = "".join(f"<br><small>{escape(note)}</small>" for note in never_whole(results, o, language))
        cells = (f'<td class="{"n" if k < 4 else ""}">{change}</td>' for k, change in enumerate(changes))
        rows.append(_row(f"{escape(texts[0])}{notes}", cells, verdict))
    return _table([say(f"head.{column}", language) for column in VERDICT_COLUMNS], rows, "verdicts")


def _verdict_texts(results: Results, language: str) -> list[list[str]]:
    """VERDICT_COLUMNS of every objective, as the reports write them; a frame of text would take ten times as long."""
    table, counted = RESULTS["verdicts"], in_people(results.arrays.kind)
    return [
        [
            results.plan.label("objectives", row["objective"], language),
            due_day(row["due"], language),
            number(row["asked"], language) if counted[o] else percent(row["asked"], language),
            percent(row["coverage"], language, missed=missed_level(row)),
            number(row["gap"], language),
            table.column("verdict").cell_text(row["verdict"], language),
            join_shown(causes(row, language), "; ") or NOTHING,
        ]
        for o, (_, row) in enumerate(results.quote_table("verdicts").iterrows())
    ]


def _text_change(old: str, new: str) -> str:
    """A text in HTML, and before it the one that it was."""
    if old == new:
        return escape(new)
    return f'<span class="old">{escape(str(old))}</span> → <b class="new">{escape(new)}</b>'


def enrollment_table(results: Results, compared: Results | None, language: str) -> str:
    """New learners by year: needed, deliverable and funded in all, then of every program that has or had any."""
    plan, before, rows = results.plan, compared or results, []
    for name in ("needed", "deliverable", "funded"):
        was, now = (run["enrollment"].groupby("year")[name].sum() for run in (before, results))
        new = [results.quote("enrollment", name, people, year=year) for year, people in now.items()]
        rows.append(_number_row(f"<b>{say(f'head.{name}', language)}</b>", was, new, language))
    for p, program in enumerate(plan.tables.programs):
        was, now = (run.run.new_learners[:, p, 0] for run in (before, results))
        if was.any() or now.any():
            turns = zip(plan.years, now, strict=True)
            new = [results.quote("classes", "new_learners", n, year=year, program=program.id) for year, n in turns]
            rows.append(_number_row(escape(plan.label("programs", program.id, language)), was, new, language))
    return _table([say("head.program", language), *map(str, plan.years)], rows, "enrollment")


def _number_row(head: str, old: Iterable[float], new: Iterable[float], language: str) -> str:
    pairs = zip(old, new, strict=True)
    return _row(head, (f'<td class="n">{number_change(was, now, language)}</td>' for was, now in pairs))


def _row(head: str, cells: Iterable[str], kind: str = "") -> str:
    start = f'<tr class="{kind}">' if kind else "<tr>"
    return f'{start}<th scope="row">{head}</th>{"".join(cells)}</tr>'


def _table(heads: Sequence[str], rows: Sequence[str], kind: str) -> str:
    head = "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
    return f'<table class="desk {kind}"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


# --- sections

SECTIONS = {
    "cost": draw_cost,
    "due": draw_due,
    "coverage": draw_coverage,
    "missing": missing_table,
    "verdicts": verdict_table,
    "enrollment": enrollment_table,
}


def section_html(name: str, session: Session, language: str) -> str:
    """One figure or table under its heading; nothing where it shows nothing."""
    compared = session.compared if session.compared is not session.results else None
    body = SECTIONS[name](session.results, compared, language)
    if not body:
        return ""
    return f'<h2>{say(f"desk.{name}_head", language)}</h2><div class="scroll" tabindex="0">{body}</div>'


def desk_page(session: Session, language: str) -> str:
    """The state of the desk as HTML, for a page without a kernel."""
    changes = tables.changes(session.plan, language)
    unchanged = f"<p>{say('desk.no_changes', language)}</p>"
    parts = [
        f"<style>{read_style()}</style>",
        f'<p class="tp-plan">{escape(session.plan.title(language))}</p>',
        headline_html(session, language),
        said_html(session, language),
        html_table(changes, say("desk.changes", language)) if len(changes) else unchanged,
        *(section_html(name, session, language) for name in SECTIONS),
        f'<p class="ghost tp-static">{escape(say("desk.static", language))}</p>',
    ]
    return f'<div class="tp-desk static {LITERAL}" lang="{language}">{"".join(parts)}</div>'
