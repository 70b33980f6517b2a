"""Tables and sentences for the screen: names in the reader's language, numbers as they are written there."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from trainplan.plan.address import Change, address_label, in_language, row_label, value_label
from trainplan.plan.plan import Plan, load_plan
from trainplan.report.titles import report_title
from trainplan.results.compare import Comparison
from trainplan.results.decision import decision_statements, split_pointers
from trainplan.results.sources import source_register
from trainplan.results.tables import Results
from trainplan.text.catalog import say
from trainplan.text.columns import old_name
from trainplan.text.formats import bare_billions, number, percent, vnd
from trainplan.text.words import old_say

Show = Callable[[Any], str]
LITERAL = "mathjax_ignore"  # where names stand: JupyterLab takes what lies between two dollar signs for mathematics
FEW_ROWS = 4  # of the register that are named one by one


def _money(language: str) -> Show:
    return lambda v: bare_billions(v, language, 2)


def table(rows: pd.DataFrame, language: str, shown: dict[str, Show]) -> pd.DataFrame:
    """The columns in `shown`, in that order, as text, under headings in the reader's language."""
    return pd.DataFrame(
        {old_say(name, language): [show(v) for v in rows[name]] for name, show in shown.items()}, dtype=object
    )


def html_table(frame: pd.DataFrame, caption: str = "") -> str:
    """A table whose every cell is escaped; columns of numbers are set to the right."""
    numeric = {name for name in frame.columns if _numeric(frame[name])}
    head = "".join(f'<th scope="col"{_right(c in numeric)}>{html.escape(str(c))}</th>' for c in frame.columns)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{_right(c in numeric)}>{html.escape(str(v))}</td>" for c, v in zip(frame.columns, r, strict=True)
        )
        + "</tr>\n"
        for r in frame.itertuples(index=False)
    )
    title = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    return f'<table class="trainplan {LITERAL}">{title}<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>'


def _numeric(cells: pd.Series) -> bool:
    return all(not any(c.isalpha() for c in str(v).replace("tỷ", "")) for v in cells) and len(cells) > 0


def _right(numeric: bool) -> str:
    return ' class="n"' if numeric else ""


def _names(plan: Plan, kind: str, language: str) -> Show:
    return lambda id: plan.label(kind, id, language)


def _number(language: str, digits: int = 0) -> Show:
    return lambda v: number(v, language, digits)


def _percent(language: str) -> Show:
    return lambda v: percent(v, language)


def _word(language: str) -> Show:
    return lambda v: old_say(v, language) if v else ""


def verdicts(results: Results, language: str) -> pd.DataFrame:
    """Every objective as of its due year: target, reached, verdict, what holds it back."""
    plan, rows = results.plan, results["verdicts"].copy()
    kinds = {r.id: r.kind for r in plan.tables.objectives}
    gap = results["gap"].set_index(["year", "objective"])["gap"]
    rows["gap"] = [gap[int(due[:4]), o] for due, o in zip(rows["due"], rows["objective"], strict=True)]
    rows["target"] = [
        number(t, language) if kinds[o] == "count" else percent(t, language)
        for o, t in zip(rows["objective"], rows["target"], strict=True)
    ]
    shown: dict[str, Show] = {
        "objective": _names(plan, "objectives", language),
        "due": str,
        "target": str,
        "coverage": _percent(language),
        "gap": _number(language),
        "verdict": _word(language),
        "binds": _word(language),
        "best_reachable": _percent(language),
        "latest_start": lambda v: "–" if pd.isna(v) else str(v),
    }
    return table(rows, language, shown)


def groups(results: Results, language: str) -> pd.DataFrame:
    """The groups at the baseline: people, who leaves, and within which group they lie."""
    plan = results.plan
    shown: dict[str, Show] = {
        "group": _names(plan, "groups", language),
        "headcount": _number(language),
        "leave_rate": _percent(language),
        "part_of": lambda v: plan.label("groups", v, language) if isinstance(v, str) else "",
        "basis": str,
    }
    rows = plan.frame("groups").rename(columns={"id": "group"})
    return table(_in_language(rows, language), language, shown)


def history(results: Results, language: str) -> pd.DataFrame:
    """What the decision reports about the period before."""
    plan = results.plan
    rows = plan.frame("history").rename(columns={"id": "name", "clause": "section"})
    rows["value"] = [_in_unit(v, u, language) for v, u in zip(rows["value"], rows["unit"], strict=True)]
    return table(rows, language, {"name": _names(plan, "history", language), "value": str, "section": str})


def _in_unit(value: float, unit: str, language: str) -> str:
    if unit == "VND":
        return vnd(value, language)
    if unit == "share":
        return percent(value, language, 2)
    return str(int(value)) if unit == "year" else f"{number(value, language)} {old_say(unit, language)}"


def budget(results: Results, language: str) -> pd.DataFrame:
    """Money by year: what is asked for, the ceiling, what is funded and what is lacking, in billions."""
    total = results["budget"].query("source == 'total'").copy()
    total["year"] = total["year"].astype(str)
    columns = {
        "deliverable_vnd": "deliverable",
        "ceiling_vnd": "ceiling",
        "funded_vnd": "funded",
        "shortfall_vnd": "shortfall",
    }
    total = total.rename(columns=columns)
    last = {name: total[name].sum(min_count=1) for name in columns.values()}
    total = pd.concat([total, pd.DataFrame([{**last, "year": say("word.total", language)}])], ignore_index=True)
    return table(total, language, {"year": str, **dict.fromkeys(columns.values(), _money(language))})


def commitments(results: Results, language: str) -> pd.DataFrame:
    """What courses under way cost after the last year, by program and year, in billions."""
    plan = results.plan
    rows = results["commitments"].groupby(["program", "year"], as_index=False)["vnd"].sum()
    rows = rows.rename(columns={"vnd": "commitments"})
    return table(
        rows, language, {"program": _names(plan, "programs", language), "year": str, "commitments": _money(language)}
    )


def classes(results: Results, language: str) -> pd.DataFrame:
    """New learners of every program, a column a year, with the classes that they fill in brackets."""
    rows = results["classes"]
    held = rows.groupby("program")["new_learners"].sum()
    rows = rows[rows["program"].isin(held[held > 0].index)]
    cells = [
        "" if n == 0 else number(n, language) + (f" ({number(c, language)})" if c else "")
        for n, c in zip(rows["new_learners"], rows["new_classes"], strict=True)
    ]
    wide = rows.assign(cell=cells, year=rows["year"].astype(str)).pivot(index="program", columns="year", values="cell")
    order = [row.id for row in results.plan.tables.programs if row.id in wide.index]
    wide = wide.loc[order].reset_index()
    return table(
        wide, language, {"program": _names(results.plan, "programs", language), **dict.fromkeys(wide.columns[1:], str)}
    )


def traced(plan: Plan, language: str) -> pd.DataFrame:
    """Every statement of the decision, and where it lives or why it does not."""
    rows = decision_statements(plan).rename(columns={"id": "statement", f"why_not_{language}": "why_not"})
    rows["statement"] = rows["statement"] + " · " + rows["quote_vi"]
    rows["where"] = ["; ".join(_pointed(plan, p, language) for p in split_pointers(cell)) for cell in rows["pointers"]]
    return table(rows, language, {"section": str, "statement": str, "where": str, "why_not": str})


def _pointed(plan: Plan, pointer: str, language: str) -> str:
    """What a pointer points to, in words."""
    kind, _, target = pointer.partition(".")
    if kind == "choice":
        return f"{say('head.choice', language)}: {old_name(target, language)}"
    if kind == "scenario":
        return f"{say('head.scenario', language)}: {load_plan(plan.path, target).scenario_title(language)}"
    if kind == "notebook":
        return f"{say('head.report', language)}: {report_title(target, language)}"
    if kind == "command":
        return f"{say('head.command', language)}: {target}"
    return f"{old_name(kind, language)}: {row_label(plan, kind, target, language)}"


def basis_register(plan: Plan, language: str) -> pd.DataFrame:
    """Where every number comes from; rows of a table with the same words share a line."""
    rows = _in_language(source_register(plan), language)
    lines = []
    for (name, kind, basis), some in rows.groupby(["table", "kind", "basis"], sort=False):
        places = [row_label(plan, name, row, language) for row in some["row"]]
        shown = "; ".join(places) if len(places) <= FEW_ROWS else f"{len(places)} {say('word.rows', language)}"
        line = {"table": old_name(name, language), "row": shown, "value": _numbers(plan, name, some, language)}
        lines.append({**line, "kind": kind, "basis": basis})
    shown_as: dict[str, Show] = {"table": str, "row": str, "value": str, "kind": _word(language), "basis": str}
    return table(pd.DataFrame(lines, columns=list(shown_as)), language, shown_as)


def _numbers(plan: Plan, name: str, rows: pd.DataFrame, language: str) -> str:
    """The numbers of some rows of a table, by their columns; of many rows the least and the greatest."""
    words = []
    for column in dict.fromkeys(c for numbers in rows["numbers"] for c in numbers):
        found = [(n[column], row) for n, row in zip(rows["numbers"], rows["row"], strict=True) if column in n]
        ends = dict.fromkeys(
            value_label(plan, f"{name}.{row}.{column}", value, language) for value, row in (min(found), max(found))
        )
        words.append(f"{old_name(column, language)} {' … '.join(ends)}")
    return "; ".join(words)


def _in_language(rows: pd.DataFrame, language: str) -> pd.DataFrame:
    """Reasons in Vietnamese where the data has them."""
    if language == "vi" and "basis_vi" in rows:
        return rows.assign(basis=rows["basis_vi"].where(rows["basis_vi"] != "", rows["basis"]))
    return rows


def basis_count(plan: Plan, language: str) -> pd.DataFrame:
    """How many rows rest on the decision, the law, a statistic or an assumption."""
    counts = source_register(plan)["kind"].value_counts().rename_axis("kind").reset_index(name="count")
    return table(counts, language, {"kind": _word(language), "count": _number(language)})


def changes(plan: Plan, language: str) -> pd.DataFrame:
    """What the scenario changes, a line for every change as it was stated: old, new and why."""
    stated: dict[str, list[Change]] = {}
    for change in plan.applied:
        stated.setdefault(change.stated, []).append(change)
    rows = [
        {
            "address": address_label(plan, address, language),
            "old": together(plan, address, [c.old for c in some], language),
            "new": together(plan, address, [c.new for c in some], language, [c.old for c in some]),
            "reason": in_language(some[0].reason, language),
        }
        for address, some in stated.items()
    ]
    shown: dict[str, Show] = dict.fromkeys(("address", "old", "new", "reason"), str)
    return table(pd.DataFrame(rows, columns=list(shown)), language, shown)


def together(plan: Plan, address: str, values: list[Any], language: str, before: Sequence[Any] = ()) -> str:
    """The values of the rows that one change names: one value, one factor, or the least and the greatest."""
    if len(set(map(str, values))) == 1:
        return value_label(plan, address, values[0], language)
    if before and all(isinstance(v, int | float) for v in [*values, *before]):
        factors = {round(v / b, 9) for v, b in zip(values, before, strict=True) if b}
        if len(factors) == 1:
            return f"× {number(factors.pop(), language, 4)}"
    if all(isinstance(v, int | float) for v in values):
        return " … ".join(value_label(plan, address, end, language) for end in (min(values), max(values)))
    return "…"


def scenarios(comparison: Comparison, language: str) -> pd.DataFrame:
    """Every scenario: why, targets met, money."""
    totals = comparison.totals.set_index("scenario")
    rows = []
    for run in comparison.runs:
        plan, row = run.plan, totals.loc[run.plan.scenario]
        rows.append(
            {
                say("head.scenario", language): plan.scenario_title(language),
                say("head.reason", language): plan.scenario_reason(language) or say("word.plan_itself", language),
                say("head.met_of", language): f"{int(row.met)} / {int(row.objectives)}",
                f"{say('head.funded', language)} ({say('unit.bn', language)})": bare_billions(row.funded_vnd, language),
                f"{say('head.requirement', language)} ({say('unit.bn', language)})": bare_billions(
                    row.required_vnd, language
                ),
                f"{say('head.shortfall', language)} ({say('unit.bn', language)})": bare_billions(
                    row.shortfall_vnd, language
                ),
            }
        )
    return pd.DataFrame(rows)


def compared_inputs(comparison: Comparison, language: str) -> pd.DataFrame:
    """The inputs that differ: every scenario's changes, in its own words, one after another."""
    frames = []
    for run in comparison.runs:
        frame = changes(run.plan, language)
        frame.insert(0, say("head.scenario", language), run.plan.scenario_title(language))
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)
