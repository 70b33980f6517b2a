"""The desk's answer as HTML: the same sections on the live desk and in a report that nobody can move."""

from __future__ import annotations

from html import escape

from trainplan.desk import drawings, tables
from trainplan.desk.bench import BASE, Bench
from trainplan.report.html import LITERAL, html_table
from trainplan.report.tables import changes as changes_table
from trainplan.text.catalog import say

SECTIONS = {
    "coverage": drawings.coverage,
    "cost": drawings.cost,
    "missing": tables.missing,
    "verdicts": tables.verdicts,
    "enrollment": tables.enrollment,
}


def headline(bench: Bench, language: str) -> str:
    return tables.headline(bench.now, bench.before, language) + _ghost(bench, language)


def _ghost(bench: Bench, language: str) -> str:
    """What the results are compared with."""
    plan = bench.before.plan
    name = say("desk.plan_itself", language) if bench.compared == BASE else plan.scenario_title(language)
    return f'<p class="ghost">{escape(say("desk.ghost", language, name=name))}</p>'


def section(name: str, bench: Bench, language: str) -> str:
    """One figure or table under its heading."""
    before = bench.before if bench.before is not bench.now else None
    body = SECTIONS[name](bench.now, before, language)
    return f'<h2>{say(f"desk.{name}_head", language)}</h2><div class="scroll" tabindex="0">{body}</div>'


def message(text: str, kind: str = "error") -> str:
    """Something to tell, read aloud at once; every line of it its own."""
    lines = "".join(f"<div>{escape(line)}</div>" for line in text.splitlines())
    role = "alert" if kind == "error" else "status"
    return f'<div class="tp-message {kind}" role="{role}">{lines}</div>' if text else ""


def static(bench: Bench, language: str) -> str:
    """The state of the desk for a page without a kernel."""
    plan = bench.plan
    shown = changes_table(plan, language)
    listed = (
        html_table(shown, say("desk.changes", language)) if len(shown) else f"<p>{say('desk.no_changes', language)}</p>"
    )
    parts = [
        f"<style>{STYLE}</style>",
        f'<p class="plan">{escape(plan.title(language))}</p>',
        headline(bench, language),
        listed,
        *(section(name, bench, language) for name in SECTIONS),
        f'<p class="ghost">{escape(say("desk.static", language))}</p>',
    ]
    return f'<div class="tp-desk static {LITERAL}">{"".join(parts)}</div>'


STYLE = """
.tp-desk { color: #1f2328; background: #ffffff; font-size: 14px; line-height: 1.4; }
.tp-desk h2 { font-size: 15px; margin: 14px 0 4px; padding-top: 6px; border-top: 2px solid #d1d9e0; }
.tp-desk .headline { display: flex; flex-wrap: wrap; gap: 4px 26px; padding: 8px 14px; background: #eef5fb;
  border-left: 5px solid #0059a0; font-size: 15px; }
.tp-desk .fact b { font-size: 18px; } .tp-desk .fact .was { display: block; color: #59636e; font-size: 13px; }
.tp-desk .fact.moved b { background: #fbe7c0; padding: 0 3px; }
.tp-desk p.ghost { color: #59636e; margin: 2px 0 0; font-size: 13px; }
.tp-desk .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(165px, 1fr)); gap: 6px 10px; }
.tp-desk .card { border-left: 4px solid #c9ced4; padding: 2px 4px; }
.tp-desk .card.met { border-color: #009e73; } .tp-desk .card.nearly { border-color: #e69f00; }
.tp-desk .card .name { font-size: 12px; line-height: 1.25; min-height: 2.5em; max-height: 3.75em; overflow: hidden; }
.tp-desk .card .value { font-size: 13px; } .tp-desk svg { width: 100%; height: auto; display: block; }
.tp-desk svg text { font-size: 11px; fill: #1f2328; font-family: inherit; paint-order: stroke; stroke: #ffffff;
  stroke-width: 3px; }
.tp-desk svg.money { max-width: 560px; flex: 1 1 340px; } .tp-desk svg.money text { font-size: 12px; }
.tp-desk svg .now { font-weight: 700; } .tp-desk svg text.was { fill: #59636e; }
.tp-desk .cost { display: flex; flex-wrap: wrap; gap: 10px; }
.tp-desk .widget-html-content { line-height: 1.4; } .tp-desk b.new { white-space: nowrap; }
.tp-desk ul.sources li { margin: 3px 0; }
.tp-desk ul.sources { list-style: none; padding: 0; margin: 14px 0; flex: 1 1 220px; }
.tp-desk p.keys { margin: 2px 0 6px; } .tp-desk p.keys span { margin-right: 16px; }
.tp-desk .scroll { overflow-x: auto; }
.tp-desk table { border-collapse: collapse; font-size: 13px; line-height: 1.3; margin: 0; }
.tp-desk th, .tp-desk td { text-align: left; padding: 3px 8px; border-bottom: 1px solid #d1d9e0; vertical-align: top;
  background: none; }
.tp-desk th[scope=row] { font-weight: 400; max-width: 24em; }
.tp-desk td.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.tp-desk table.heat td.due { box-shadow: inset 0 0 0 2px #d55e00; }
.tp-desk table.heat td b { font-weight: 400; } .tp-desk table.heat td b.new { font-weight: 700; }
.tp-desk .old { opacity: .9; text-decoration: line-through; }
.tp-desk tr.met td:nth-of-type(5) { background: #bfe3d6; }
.tp-desk tr.nearly td:nth-of-type(5) { background: #fbe7c0; }
.tp-desk .tp-message { border-left: 5px solid #d55e00; background: #fdf1ea; padding: 6px 12px; margin: 4px 0; }
.tp-desk .tp-message.done { border-color: #009e73; background: #eaf6f1; }
.tp-levers { border-right: 2px solid #d1d9e0; } .tp-levers > *, .tp-answer > * { flex: 0 0 auto; }
.tp-answer .widget-html-content { width: 100%; } .tp-lever .widget-hslider { height: 28px; }
.tp-lever { margin: 0 0 4px; } .tp-lever .moved { font-weight: 700; background: #fbe7c0; }
.tp-lever .widget-html, .tp-lever .widget-html-content { height: auto; line-height: 1.25; }
.tp-change { align-items: center; } .tp-change .widget-html-content { line-height: 1.3; }
.tp-desk button:focus-visible, .tp-desk .noUi-handle:focus-visible, .tp-desk input:focus-visible,
.tp-desk select:focus-visible { outline: 3px solid #e69f00; outline-offset: 1px; }
"""
