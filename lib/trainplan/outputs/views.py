"""Tables and sentences for the screen: names in the reader's language, numbers as they are written there."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import pandas as pd

from trainplan.around.compare import Comparison
from trainplan.around.real import real_change
from trainplan.around.register import register
from trainplan.around.results import Results
from trainplan.around.trace import pointers, statements
from trainplan.inputs.plan import Plan
from trainplan.words.numbers import bare_billions, billions, number, percent, vnd
from trainplan.words.texts import say

Show = Callable[[Any], str]


def _money(language: str) -> Show:
    return lambda v: bare_billions(v, language, 2)


def _plain(language: str) -> Show:
    return lambda v: number(v, language, 4) if isinstance(v, int | float) else str(v)


def table(rows: pd.DataFrame, language: str, shown: dict[str, Show]) -> pd.DataFrame:
    """The columns in `shown`, in that order, as text, under headings in the reader's language."""
    return pd.DataFrame(
        {say(name, language): [show(v) for v in rows[name]] for name, show in shown.items()}, dtype=object
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
    return f'<table class="trainplan">{title}<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>'


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
    return lambda v: say(v, language) if v else ""


def headline(results: Results, language: str) -> list[str]:
    """The answer in a few sentences: targets met when due, money funded of what is asked for, what holds back."""
    plan, verdicts = results.plan, results["verdicts"]
    met, nearly = ((verdicts["verdict"] == word).sum() for word in ("met", "nearly"))
    total = results["budget"].query("source == 'total'")
    funded = total["funded_vnd"].sum()
    held = verdicts.loc[verdicts["binds"] != "", "binds"].value_counts()
    reasons = ", ".join(f"{say(str(limit), language)} ({count})" for limit, count in held.items())
    later = results["commitments"]["vnd"].sum()
    limits = plan.scenario_title(language)
    say_it = {
        "vi": [
            f"{limits}: {met} trong {len(verdicts)} chỉ tiêu đạt khi đến hạn, {nearly} chỉ tiêu gần đạt (thiếu dưới 1 %).",
            f"Mở hết các lớp đủ chỗ học cần {billions(results.required_vnd, 'vi')} cả kỳ; có nguồn {billions(funded, 'vi')}"
            f" (phân bổ: {say(plan.allocation, 'vi')}).",
        ],
        "en": [
            f"{limits}: {met} of {len(verdicts)} targets are met when due, {nearly} nearly (less than 1% missing).",
            f"All courses that there are places for cost {billions(results.required_vnd, 'en')} over the plan;"
            f" {billions(funded, 'en')} are funded (allocation: {say(plan.allocation, 'en')}).",
        ],
    }[language]
    if reasons:
        say_it.append(
            {"vi": f"Chỉ tiêu chưa đạt vướng ở: {reasons}.", "en": f"What holds back the others: {reasons}."}[language]
        )
    if later > 0:
        amount = billions(later, language)
        say_it.append(
            {
                "vi": f"Sau năm {plan.last} còn phải chi {amount} cho các lớp đang học.",
                "en": f"After {plan.last} another {amount} is committed to courses under way.",
            }[language]
        )
    return say_it


def verdicts(results: Results, language: str) -> pd.DataFrame:
    """Every objective as of its due year: target, reached, verdict, what holds it back."""
    plan, rows = results.plan, results["verdicts"].copy()
    kinds = {r.id: r.kind for r in plan.rows["objectives"]}
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
    return str(int(value)) if unit == "year" else f"{number(value, language)} {say(unit, language)}"


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
    total = pd.concat([total, pd.DataFrame([{**last, "year": say("total", language)}])], ignore_index=True)
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
    """New learners and classes of every program and year."""
    rows = results["classes"].query("new_learners > 0")
    shown: dict[str, Show] = {
        "year": str,
        "program": _names(results.plan, "programs", language),
        "new_learners": _number(language),
        "new_classes": _number(language),
    }
    return table(rows, language, shown)


def traced(plan: Plan, language: str) -> pd.DataFrame:
    """Every statement of the decision, and where it lives or why it does not."""
    rows = statements(plan).rename(columns={"id": "statement", f"why_not_{language}": "why_not"})
    rows["statement"] = rows["statement"] + " · " + rows["quote_vi"]
    rows["where"] = ["; ".join(_pointed(plan, p, language) for p in pointers(cell)) for cell in rows["pointers"]]
    return table(rows, language, {"section": str, "statement": str, "where": str, "why_not": str})


def _pointed(plan: Plan, pointer: str, language: str) -> str:
    """A pointer with the name of what it points to, where that has one."""
    kind, _, target = pointer.partition(".")
    name = plan.label(kind, target, language)
    return pointer if name == target else f"{name} ({pointer})"


def basis_register(plan: Plan, language: str) -> pd.DataFrame:
    """Where every number comes from."""
    shown: dict[str, Show] = {"table": str, "row": str, "value": str, "kind": _word(language), "basis": str}
    return table(_in_language(register(plan), language), language, shown)


def _in_language(rows: pd.DataFrame, language: str) -> pd.DataFrame:
    """Reasons in Vietnamese where the data has them."""
    if language == "vi" and "basis_vi" in rows:
        return rows.assign(basis=rows["basis_vi"].where(rows["basis_vi"] != "", rows["basis"]))
    return rows


def basis_count(plan: Plan, language: str) -> pd.DataFrame:
    """How many rows rest on the decision, the law, a statistic or an assumption."""
    counts = register(plan)["kind"].value_counts().rename_axis("kind").reset_index(name="count")
    return table(counts, language, {"kind": _word(language), "count": _number(language)})


def changes(plan: Plan, language: str) -> pd.DataFrame:
    """What the scenario changes: old, new and why."""
    return table(
        plan.changes, language, {"address": str, "old": _plain(language), "new": _plain(language), "reason": str}
    )


def scenarios(comparison: Comparison, language: str) -> pd.DataFrame:
    """Every scenario: why, targets met, money."""
    totals = comparison.totals.set_index("scenario")
    rows = []
    for run in comparison.runs:
        plan, row = run.plan, totals.loc[run.plan.scenario]
        rows.append(
            {
                say("scenario", language): plan.scenario_title(language),
                say("reason", language): plan.scenario_reason(language) or say("plan_itself", language),
                say("met_of", language): f"{int(row.met)} / {int(row.objectives)}",
                f"{say('funded', language)} ({say('bn', language)})": bare_billions(row.funded_vnd, language),
                f"{say('requirement', language)} ({say('bn', language)})": bare_billions(row.required_vnd, language),
                f"{say('shortfall', language)} ({say('bn', language)})": bare_billions(row.shortfall_vnd, language),
            }
        )
    return pd.DataFrame(rows)


def compared_inputs(comparison: Comparison, language: str) -> pd.DataFrame:
    """The inputs that differ between scenarios, one column a scenario; only what a scenario changes is filled in."""
    rows, base, show = comparison.inputs, comparison.runs[0].plan, _plain(language)
    cells = {
        say("address", language): list(rows["address"]),
        base.scenario_title(language): list(map(show, rows[base.scenario])),
    }
    for run in comparison.runs[1:]:
        name = run.plan.scenario
        differs = [show(v) if v != o else "" for v, o in zip(rows[name], rows[base.scenario], strict=True)]
        if any(differs):
            cells[run.plan.scenario_title(language)] = differs
    return pd.DataFrame(cells, dtype=object)


def real_message(plan: Plan, language: str) -> str:
    """What the plan's money is worth against the period before, as a sentence; empty without a history."""
    change = real_change(plan)
    if change is None:
        return ""
    share = percent(abs(change), language, 0)
    return {
        "vi": f"Theo giá tiêu dùng thực tế, mỗi năm kế hoạch có {'ít' if change < 0 else 'nhiều'} hơn kỳ trước {share}.",
        "en": f"In real terms, the plan has {share} {'less' if change < 0 else 'more'} a year than the period before.",
    }[language]


SIMPLIFIED = {
    "vi": [
        "Người rời vị trí không phân biệt đã đạt chuẩn hay chưa.",
        "Người học hai chương trình được tính, và chi, ở cả hai; khóa dài chưa được tính là bồi dưỡng bắt buộc của năm.",
        "Hạn giữa năm (ví dụ tháng 6/2012) được xét theo cuối năm đó; lịch lớp phải bố trí trước hạn.",
        "Không tính nhu cầu sau năm cuối kỳ, nên nhu cầu học dài hạn giảm dần về không trong những năm cuối.",
        "Tỷ lệ hoàn thành đã gồm người vắng học bù trong năm; ngoài ra không ai học lại trong năm.",
    ],
    "en": [
        "Those who leave are qualified as often as those who stay.",
        "Whoever studies for two targets counts, and costs, twice; a long course is not yet that year's compulsory training.",
        "A due date inside a year (June 2012, say) is judged at its end; the calendar of classes must keep it.",
        "Needs after the last year are not planned, so the need for long courses falls to nothing in the last years.",
        "Completion is after absent people have caught up; apart from that nobody repeats within the year.",
    ],
}
