"""Pictures of money: cost by source under its ceiling, by program, in real terms, and scenarios side by side."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Rectangle

from trainplan.report.charts import (
    BLUE,
    FAINT,
    GREEN,
    HATCHES,
    INK,
    LARGE,
    NORMAL,
    ORANGE,
    RED,
    SEQUENCE,
    SMALL,
    Picture,
    canvas,
    wrapped,
)
from trainplan.results.compare import Comparison
from trainplan.results.real_terms import real_and_nominal, real_change_of_money
from trainplan.results.tables import Results
from trainplan.text.catalog import say
from trainplan.text.formats import bare_billions, billions, number, percent
from trainplan.text.words import old_say

MARKS = {"met": "●", "nearly": "◐", "missed": "○"}
SHADES = {"met": "#bfe3d6", "nearly": "#fbe7c0", "missed": "#ffffff"}


def cost_by_source(results: Results, language: str) -> Picture:
    """Funded cost of each year by source, what lacks the money above it, and the ceiling on the total."""
    plan, budget = results.plan, results["budget"]
    total = budget.query("source == 'total'").set_index("year")
    paid = budget.query("source != 'total'").pivot(index="year", columns="source", values="funded_vnd")
    sources = [row.id for row in plan.tables.sources if paid[row.id].sum() > 0]
    figure, (ax,) = canvas(3.4, left=0.03, right=0.66, top=0.9, bottom=0.09)
    x, bottom = np.arange(len(paid)), np.zeros(len(paid))
    for k, source in enumerate(sources):
        ax.bar(
            x, paid[source], 0.6, bottom=bottom, color=SEQUENCE[k % 7], hatch=HATCHES[k % 7], edgecolor="white", lw=0.4
        )
        bottom += paid[source].to_numpy()
    lacking = (total["deliverable_vnd"] - total["funded_vnd"]).clip(lower=0)
    ax.bar(x, lacking, 0.6, bottom=bottom, fill=False, edgecolor=FAINT, ls="--", lw=1)
    for xi, (funded, asked) in enumerate(zip(total["funded_vnd"], total["deliverable_vnd"], strict=True)):
        words = bare_billions(funded, language) + (
            f" / {bare_billions(asked, language)}" if asked > funded * 1.001 else ""
        )
        ax.text(xi, max(funded, asked) * 1.015, words, ha="center", va="bottom", fontsize=NORMAL, fontweight="bold")
    for xi, ceiling in enumerate(total["ceiling_vnd"]):
        ax.plot([xi - 0.42, xi + 0.42], [ceiling, ceiling], color=RED, lw=2)
    ax.set_xticks(x, [str(year) for year in paid.index], fontsize=LARGE)
    ax.set_yticks([])
    y = 0.86
    keys = [
        (FAINT, "▯ ", {"vi": "thiếu kinh phí", "en": "lacks the money"}[language]),
        (RED, "━ ", {"vi": "trần tổng kinh phí", "en": "ceiling on the total"}[language]),
    ]
    keys += [(SEQUENCE[k % 7], "■ ", plan.label("sources", s, language)) for k, s in reversed(list(enumerate(sources)))]
    for color, mark, words in keys:
        text = wrapped(words, 34, 2)
        figure.text(0.675, y, mark + text, color=color, fontsize=NORMAL, va="top", fontweight="bold")
        y -= 0.075 * (1 + text.count("\n"))
    unit = {"vi": "tỷ đồng: có kinh phí / nhu cầu đáp ứng được", "en": "billion VND: funded / deliverable"}
    figure.text(0.03, 0.94, unit[language], fontsize=NORMAL, color=FAINT)
    funded, asked = total["funded_vnd"].sum(), results.required_vnd
    alt = {
        "vi": f"Chi theo nguồn từng năm: cả kỳ có nguồn {billions(funded, 'vi')}, mở hết các lớp cần"
        f" {billions(asked, 'vi')}.",
        "en": f"Cost by source and year: {billions(funded, 'en')} are funded, holding every course takes"
        f" {billions(asked, 'en')}.",
    }
    return Picture("cost_by_source", figure, alt[language])


def cost_by_program(results: Results, language: str) -> Picture:
    """Cost of every program over the whole plan, funded beside deliverable."""
    plan = results.plan
    table = results["cost"].groupby("program")[["deliverable_vnd", "funded_vnd"]].sum().sort_values("deliverable_vnd")
    height = 0.55 + 0.27 * len(table)
    figure, (ax,) = canvas(height, left=0.41, right=0.93, top=1 - 0.4 / height, bottom=0.08 / height)
    y = np.arange(len(table))
    ax.barh(y, table["deliverable_vnd"], 0.68, fill=False, edgecolor=FAINT, ls="--", lw=0.9)
    ax.barh(y, table["funded_vnd"], 0.68, color=BLUE)
    ax.set_ylim(-0.6, len(table) - 0.4)
    for yi, row in enumerate(table.itertuples()):
        widest = max(row.deliverable_vnd, row.funded_vnd)
        words = f" {bare_billions(row.funded_vnd, language)} / {bare_billions(row.deliverable_vnd, language)}"
        ax.text(widest, yi, words, va="center", fontsize=SMALL)
    ax.set_yticks(y, [wrapped(plan.label("programs", str(p), language), 48, 1) for p in table.index], fontsize=NORMAL)
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    unit = {"vi": "tỷ đồng cả kỳ: có kinh phí / đáp ứng được", "en": "billion VND, whole plan: funded / deliverable"}
    figure.text(0.41, 1 - 0.22 / height, unit[language], fontsize=NORMAL, color=FAINT)
    dearest = plan.label("programs", str(table.index[-1]), language)
    sum_ = billions(table["deliverable_vnd"].iloc[-1], language)
    alt = {
        "vi": f"Chi phí cả kỳ theo chương trình; tốn nhất là “{dearest}”: {sum_}.",
        "en": f"Cost of the whole plan by program; the dearest is “{dearest}”: {sum_}.",
    }
    return Picture("cost_by_program", figure, alt[language])


def real_money(results: Results, language: str) -> Picture:
    """The money of the period before and of the plan, nominal and in prices of the base year."""
    plan = results.plan
    table = real_and_nominal(plan)
    figure, (ax,) = canvas(2.7, left=0.03, right=0.985, top=0.84, bottom=0.1)
    x = np.arange(len(table))
    ax.bar(x - 0.2, table["nominal_vnd"], 0.36, color="#c9c9c9")
    ax.bar(
        x + 0.2,
        table["real_vnd"],
        0.36,
        color=[BLUE if p == "plan" else ORANGE for p in table["period"]],
        hatch="",
        edgecolor="white",
    )
    for xi, row in enumerate(table.itertuples()):
        ax.text(
            xi - 0.2,
            row.nominal_vnd,
            bare_billions(row.nominal_vnd, language),
            ha="center",
            va="bottom",
            fontsize=SMALL,
            color="#5a5a5a",
        )
        ax.text(xi + 0.2, row.real_vnd, bare_billions(row.real_vnd, language), ha="center", va="bottom", fontsize=SMALL)
    ax.set_xticks(x, [str(year) for year in table["year"]], fontsize=NORMAL)
    ax.set_yticks([])
    figure.text(0.03, 0.93, f"■ {say('word.nominal', language)}", color="#7a7a7a", fontsize=LARGE, fontweight="bold")
    words = f"■ {say('word.real', language, year=plan.price_base_year)} ({say('unit.bn', language)})"
    figure.text(0.22, 0.93, words, color=BLUE, fontsize=LARGE, fontweight="bold")
    change = real_change_of_money(plan)
    if change is None:
        message = {"vi": "chưa có số liệu kỳ trước để so sánh", "en": "no period before to compare with"}
    else:
        message = {
            "vi": f"{'giảm' if change < 0 else 'tăng'} {percent(abs(change), 'vi', 0)} giá trị thực so với kỳ trước",
            "en": f"{percent(abs(change), 'en', 0)} {'less' if change < 0 else 'more'} in real terms than before",
        }
    lead = {"vi": "Kinh phí danh nghĩa và giá trị thực từng năm: ", "en": "Money of each year, nominal and real: "}
    return Picture("real_money", figure, f"{lead[language]}{message[language]}.")


def compare_targets(comparison: Comparison, language: str) -> Picture:
    """Coverage of every objective at its due year in every scenario; the mark tells the verdict."""
    plan = comparison.runs[0].plan
    objectives = [row.id for row in plan.tables.objectives]
    scenarios = [run.plan.scenario for run in comparison.runs]
    results = comparison.results.set_index(["objective", "scenario"])
    height = 2.3 + 0.36 * len(objectives)
    figure, (ax,) = canvas(height, left=0.36, right=0.86, top=1 - 2.2 / height, bottom=0.05 / height)
    for o, objective in enumerate(objectives):
        for s, scenario in enumerate(scenarios):
            cell = results.loc[(objective, scenario)]
            ax.add_patch(_cell(s, o, SHADES.get(cell["verdict"], "#ffffff")))
            mark = MARKS.get(cell["verdict"], "")
            ax.text(s, o - 0.17, mark, ha="center", va="center", fontsize=NORMAL, color=GREEN if mark == "●" else INK)
            ax.text(
                s, o + 0.2, number(cell["coverage"] * 100, language, 1), ha="center", va="center", fontsize=SMALL - 1
            )
    ax.set_xlim(-0.5, len(scenarios) - 0.5)
    ax.set_ylim(len(objectives) - 0.5, -0.5)
    ax.set_yticks(range(len(objectives)), [wrapped(plan.label("objectives", o, language), 38, 2) for o in objectives])
    titles = [wrapped(run.plan.scenario_title(language), 38, 1) for run in comparison.runs]
    ax.set_xticks(range(len(scenarios)), titles, rotation=55, ha="left", va="bottom", rotation_mode="anchor")
    ax.xaxis.tick_top()
    ax.spines["bottom"].set_visible(False)
    key = "\n".join([*(f"{mark} {old_say(verdict, language)}" for verdict, mark in MARKS.items()), "%"])
    key = key.replace("%", {"vi": "số: tỷ lệ đạt, %", "en": "number: coverage, %"}[language])
    figure.text(0.01, 1 - 0.25 / height, key, fontsize=NORMAL, color=INK, va="top")
    totals = comparison.totals
    best = totals.loc[totals["met"].idxmax()]
    title = next(run.plan.scenario_title(language) for run in comparison.runs if run.plan.scenario == best["scenario"])
    alt = {
        "vi": f"Tỷ lệ đạt từng chỉ tiêu theo kịch bản; nhiều chỉ tiêu đạt nhất: “{title}” ({best['met']}).",
        "en": f"Coverage of every target by scenario; most targets are met in “{title}” ({best['met']}).",
    }
    return Picture("compare_targets", figure, alt[language])


def _cell(x: int, y: int, color: str) -> Rectangle:
    return Rectangle((x - 0.48, y - 0.47), 0.96, 0.94, facecolor=color, edgecolor="#cccccc", lw=0.5)


def compare_money(comparison: Comparison, language: str) -> Picture:
    """Money funded and lacking over the whole plan in every scenario, with the number of targets met."""
    totals = comparison.totals.set_index("scenario")
    height = 0.6 + 0.34 * len(totals)
    figure, (ax,) = canvas(height, left=0.4, right=0.82, top=1 - 0.42 / height, bottom=0.08 / height)
    y = np.arange(len(totals))
    lacking = (totals["required_vnd"] - totals["funded_vnd"]).clip(lower=0)
    ax.barh(y, totals["funded_vnd"], 0.64, color=BLUE)
    ax.barh(y, lacking, 0.64, left=totals["funded_vnd"], fill=False, edgecolor=FAINT, ls="--")
    for yi, (_, row) in enumerate(totals.iterrows()):
        words = f" {bare_billions(row.funded_vnd, language)} / {bare_billions(row.required_vnd, language)}"
        ax.text(max(row.funded_vnd, row.required_vnd), yi, words, va="center", fontsize=SMALL)
        met = f"{number(row.met, language)}/{number(row.objectives, language)}"
        figure.text(
            0.985,
            1 - (0.42 + (yi + 0.5) * (height - 0.5) / len(totals)) / height,
            met,
            ha="right",
            va="center",
            fontsize=NORMAL,
            fontweight="bold",
            color=GREEN if row.met else INK,
        )
    titles = [wrapped(run.plan.scenario_title(language), 46, 2) for run in comparison.runs]
    ax.set_yticks(y, titles, fontsize=NORMAL)
    ax.set_ylim(len(totals) - 0.5, -0.5)
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    unit = {"vi": "tỷ đồng cả kỳ: có kinh phí / cần có", "en": "billion VND, whole plan: funded / asked for"}
    figure.text(0.4, 1 - 0.24 / height, unit[language], fontsize=NORMAL, color=FAINT)
    figure.text(0.985, 1 - 0.24 / height, say("head.met_of", language), fontsize=NORMAL, color=FAINT, ha="right")
    low, high = (billions(totals["required_vnd"].agg(end), language) for end in ("min", "max"))
    alt = {
        "vi": f"Kinh phí cả kỳ theo kịch bản: cần từ {low} đến {high}.",
        "en": f"Money by scenario: between {low} and {high} asked for.",
    }
    return Picture("compare_money", figure, alt[language])
