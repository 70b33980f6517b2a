"""Who there is, and how many leave and join: every group, and one of them year by year."""

from __future__ import annotations

from trainplan.report.forms.bar_table import BarColumns, BarRow, bar_table
from trainplan.report.page_figure import Caption, HtmlFigure
from trainplan.report.titles import baseline_day
from trainplan.results.tables import Results
from trainplan.text.catalog import say
from trainplan.text.formats import number


def group_changes(results: Results, language: str) -> HtmlFigure:
    """A row a group: how many it has at the baseline, and how many leave and join in a year of the plan, on average."""
    plan = results.plan
    yearly = results["workforce"].groupby("group", sort=False)[["leavers", "joiners"]].sum() / len(plan.years)
    rows = []
    for row in plan.tables.groups:
        name = plan.label("groups", row.id, language)
        name = say("figure.group_changes.within", language, group=name) if row.part_of else name
        leavers, joiners = map(float, yearly.loc[row.id])
        rows.append(_row(name, row.headcount, leavers, joiners, language))
    day = say("figure.group_changes.present", language, day=baseline_day(plan, language))
    columns = _columns(say("head.group", language), day, say("figure.group_changes.bar", language), language)
    order = yearly["leavers"].sort_values(ascending=False, kind="stable")
    left = [f"{plan.short_label('groups', str(id), language)} {number(order[id], language)}" for id in order.index[:3]]
    finding = say("figure.group_changes.finding", language, most=left[0])
    alt = f"{finding} {say('figure.group_changes.most', language, groups='; '.join(left))}"
    return bar_table("group_changes", Caption(finding, alt, tables=("workforce",)), columns, rows, language)


def group_flow(results: Results, group: str | None, language: str) -> HtmlFigure:
    """A group year by year: how many it has, who leaves and joins; without one, the group that most people leave."""
    plan, id = results.plan, group or busiest_group(results)
    start = next(row.headcount for row in plan.tables.groups if row.id == id)
    rows = [BarRow(baseline_day(plan, language), (number(start, language), ""), beside=("",))]
    for _, row in results.quote_table("workforce").query("group == @id").iterrows():  # `to_dict` drops addresses
        rows.append(_row(str(row["year"]), row["headcount"], row["leavers"], row["joiners"], language))
    year, headcount = (say(f"head.{key}", language) for key in ("year", "headcount"))
    columns = _columns(year, headcount, say("figure.group_flow.bar", language), language)
    name = plan.short_label("groups", id, language)
    total = results.over_years("workforce").set_index("group").loc[id]
    sums = {key: number(total[key], language) for key in ("leavers", "joiners", "headcount")}
    finding = say("figure.group_flow.finding", language, group=name)
    caption = Caption(finding, f"{finding} {say('figure.group_flow.all', language, **sums)}", tables=("workforce",))
    return bar_table("group_flow", caption, columns, rows, language)


def busiest_group(results: Results) -> str:
    """The group that most people leave, among those with an objective of their own, or else among all."""
    own = {row.group for row in results.plan.tables.objectives if row.kind != "count"}
    left = results["workforce"].groupby("group")["leavers"].sum()
    return str((left[left.index.isin(own)] if own else left).idxmax())


def _row(name: str, headcount: float, leavers: float, joiners: float, language: str) -> BarRow:
    """People, and those who leave to the left of zero, those who join to the right."""
    numbers = (number(headcount, language), number(leavers, language))
    return BarRow(name, numbers, (-leavers, float(joiners)), beside=(number(joiners, language),))


def _columns(name: str, headcount: str, bar: str, language: str) -> BarColumns:
    left, joined = (say(f"head.{key}", language) for key in ("leavers", "joiners"))
    return BarColumns(name, (headcount, left), bar, (joined,), looks=(left, joined))
