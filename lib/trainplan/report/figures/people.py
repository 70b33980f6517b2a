"""Pictures of people: coverage against its path, who is missing, who studies, how a group flows."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter

from trainplan.report.charts import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    LARGE,
    NORMAL,
    ORANGE,
    RED,
    SMALL,
    Picture,
    canvas,
    wrapped,
)
from trainplan.results.tables import Results
from trainplan.text.catalog import say
from trainplan.text.formats import number, percent
from trainplan.text.words import old_say


def coverage(results: Results, language: str) -> Picture:
    """Every objective's coverage against its target path: small multiples, three lines kept apart."""
    plan, gap, lines = results.plan, results["gap"], results["lines"]
    objectives = plan.tables.objectives
    rows = math.ceil(len(objectives) / 4)
    height = 0.9 + 1.62 * rows
    figure, axes = canvas(
        height, rows, 4, left=0.055, right=0.985, top=1 - 1.1 / height, bottom=0.32 / height, hspace=0.75, wspace=0.3
    )
    for ax, row in zip(axes, objectives, strict=False):
        own, three = gap[gap["objective"] == row.id], lines[lines["objective"] == row.id]
        path = own["target_path"] / own["base"] if row.kind == "count" else own["target_path"]
        ax.plot(three["year"], three["needed"], color="#c4c4c4", lw=4, solid_capstyle="round")
        ax.plot(own["year"], path, color=INK, ls=(0, (4, 2)), lw=1)
        ax.plot(three["year"], three["deliverable"], color=ORANGE, lw=1.4, marker="s", ms=2.5)
        ax.plot(three["year"], three["affordable"], color=BLUE, lw=2, marker="o", ms=3)
        last = three["affordable"].iloc[-1]
        ax.annotate(
            percent(last, language),
            (plan.last, last),
            (2, -11),
            textcoords="offset points",
            fontsize=SMALL,
            color=BLUE,
            ha="right",
            va="top",
            fontweight="bold",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8},
        )
        ax.set_title(wrapped(plan.label("objectives", row.id, language), 27), fontsize=SMALL, loc="left", color=INK)
        ax.set_ylim(0, 1.08)
        ax.set_xticks([plan.first, plan.last])
        ax.set_yticks([0, 0.5, 1])
        ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: percent(v, language, 0)))
        ax.grid(axis="y", color="#e4e4e4", lw=0.6)
    for ax in axes[len(objectives) :]:
        ax.set_visible(False)
    keys = (
        (INK, "- - ", {"vi": "lộ trình mục tiêu", "en": "target path"}),
        ("#7d7d7d", "━ ", {"vi": "cần (không giới hạn tiền và chỗ học)", "en": "needed (money and places unlimited)"}),
        (ORANGE, "■ ", {"vi": "đáp ứng được (đủ chỗ học)", "en": "deliverable (within places)"}),
        (BLUE, "● ", {"vi": "đủ kinh phí (kế hoạch)", "en": "affordable (the plan)"}),
    )
    for k, (color, mark, words) in enumerate(keys):
        x, y = (0.055, 0.45)[k % 2], 1 - (0.2 + 0.22 * (k // 2)) / height
        figure.text(x, y, mark + words[language], fontsize=LARGE, color=color, fontweight="bold")
    met, due = _met(results)
    alt = {
        "vi": f"Tỷ lệ đạt của từng chỉ tiêu so với lộ trình: {met} trong {due} chỉ tiêu đạt khi đến hạn.",
        "en": f"Coverage of every target against its path: {met} of {due} targets are met when due.",
    }
    return Picture("coverage", figure, alt[language])


def _met(results: Results) -> tuple[int, int]:
    verdicts = results["verdicts"]["verdict"]
    return int((verdicts == "met").sum()), len(verdicts)


def missing(results: Results, language: str) -> Picture:
    """Heat map: people missing from each target by year; the frame marks the due year."""
    plan, gap = results.plan, results["gap"]
    objectives = plan.tables.objectives
    people = gap.pivot(index="objective", columns="year", values="gap").loc[[r.id for r in objectives]]
    base = gap.pivot(index="objective", columns="year", values="base").loc[people.index]
    share = (people / base.where(base > 0)).fillna(0).to_numpy()
    height = 0.75 + 0.37 * len(objectives)
    figure, (ax,) = canvas(height, left=0.47, right=0.985, top=1 - 0.5 / height, bottom=0.08 / height)
    ax.imshow(share, cmap="Blues", vmin=0, vmax=max(0.5, share.max()), aspect="auto")
    for o, row in enumerate(objectives):
        for y, year in enumerate(people.columns):
            value = people.iat[o, y]
            text = "0" if value < 0.5 else number(value, language)
            ax.text(
                y,
                o,
                text,
                ha="center",
                va="center",
                fontsize=NORMAL,
                color="white" if share[o, y] > 0.3 * max(0.5, share.max()) / 0.5 else INK,
            )
            if year == row.due_year:
                ax.add_patch(_frame(y, o))
    ax.set_yticks(
        range(len(objectives)), [wrapped(plan.label("objectives", r.id, language), 48, 2) for r in objectives]
    )
    ax.set_xticks(range(len(people.columns)), [str(y) for y in people.columns])
    ax.xaxis.tick_top()
    ax.tick_params(labelsize=NORMAL)
    ax.spines["bottom"].set_visible(False)
    key = {
        "vi": "số người còn thiếu so với mục tiêu; khung đỏ: năm đến hạn",
        "en": "people missing; red frame: due year",
    }
    figure.text(0.01, 1 - 0.2 / height, key[language], fontsize=NORMAL, color=FAINT)
    due = [people.loc[r.id, r.due_year] for r in objectives]
    worst = objectives[int(np.argmax(due))]
    name, most = plan.label("objectives", worst.id, language), number(max(due), language)
    alt = {
        "vi": f"Số người còn thiếu theo chỉ tiêu và năm; thiếu nhiều nhất khi đến hạn: “{name}”, {most}.",
        "en": f"People missing by target and year; most are missing when due from “{name}”: {most}.",
    }
    return Picture("missing", figure, alt[language])


def _frame(x: float, y: float) -> Rectangle:
    return Rectangle((x - 0.48, y - 0.46), 0.96, 0.92, fill=False, edgecolor=RED, lw=1.6)


def enrollment_by_program(results: Results, language: str) -> Picture:
    """People enrolled by program and year: a table of bars on one scale."""
    plan = results.plan
    table = results["enrollment"].pivot_table(index="program", columns="year", values="funded", aggfunc="sum")
    order = table.sum(axis=1).sort_values(ascending=False).index
    table = table.loc[[p for p in order if table.loc[p].sum() > 0]]
    years = list(table.columns)
    height = 0.6 + 0.27 * len(table)
    figure, axes = canvas(
        height, 1, len(years), left=0.41, right=0.985, top=1 - 0.42 / height, bottom=0.08 / height, wspace=0.08
    )
    widest = float(table.to_numpy().max())
    for ax, year in zip(axes, years, strict=True):
        ax.barh(range(len(table)), table[year], color=BLUE, height=0.62)
        for i, value in enumerate(table[year]):
            ax.text(value + widest * 0.03, i, number(value, language), va="center", fontsize=SMALL, color=INK)
        ax.set_xlim(0, widest * 1.5)
        ax.set_ylim(len(table) - 0.4, -0.6)
        ax.set_xticks([])
        ax.set_yticks([])
        ax.set_title(str(year), fontsize=LARGE, loc="left", fontweight="bold")
        ax.spines["bottom"].set_visible(False)
    axes[0].set_yticks(
        range(len(table)), [wrapped(plan.label("programs", p, language), 48, 1) for p in table.index], fontsize=NORMAL
    )
    top = plan.label("programs", str(table.index[0]), language)
    total = number(table.to_numpy().sum(), language)
    alt = {
        "vi": f"Số lượt học viên có kinh phí theo chương trình và năm, cả kỳ {total} lượt; nhiều nhất là “{top}”.",
        "en": f"Funded enrollment by program and year, {total} turns in all; most of them in “{top}”.",
    }
    return Picture("enrollment_by_program", figure, alt[language])


def three_lines(results: Results, language: str) -> Picture:
    """Enrollment of each year: needed, deliverable within places, funded within the money."""
    totals = results["enrollment"].groupby("year")[["needed", "deliverable", "funded"]].sum()
    figure, (ax,) = canvas(2.5, left=0.03, right=0.985, top=0.86, bottom=0.1)
    for k, (name, color, hatch) in enumerate(
        (("needed", "#cfcfcf", ""), ("deliverable", ORANGE, "///"), ("funded", BLUE, ""))
    ):
        x = np.arange(len(totals)) + (k - 1) * 0.27
        ax.bar(x, totals[name], 0.25, color=color, hatch=hatch, edgecolor="white", lw=0)
        for xi, value in zip(x, totals[name], strict=True):
            ax.text(xi, value, number(value, language), ha="center", va="bottom", fontsize=SMALL)
        figure.text(
            0.03 + 0.22 * k,
            0.93,
            "■ " + old_say(name, language),
            color="#7a7a7a" if k == 0 else color,
            fontsize=LARGE,
            fontweight="bold",
        )
    ax.set_xticks(range(len(totals)), [str(y) for y in totals.index], fontsize=LARGE)
    ax.set_yticks([])
    unfunded = number(totals["deliverable"].sum() - totals["funded"].sum(), language)
    alt = {
        "vi": f"Lượt học viên từng năm: nhu cầu, đáp ứng được và có kinh phí; {unfunded} lượt thiếu kinh phí.",
        "en": f"Enrollment of each year: needed, deliverable and funded; {unfunded} turns lack the money.",
    }
    return Picture("three_lines", figure, alt[language])


def group_flow(results: Results, group: str, language: str) -> Picture:
    """One group's stock from year to year: who is there, who joins, who leaves."""
    plan = results.plan
    table = results["workforce"].query("group == @group").set_index("year")
    start = next(r.headcount for r in plan.tables.groups if r.id == group)
    figure, (ax,) = canvas(2.6, left=0.03, right=0.985, top=0.84, bottom=0.1)
    ax.bar([-0.0], [start], 0.42, color="#bdbdbd")
    ax.text(0, start, number(start, language), ha="center", va="bottom", fontsize=NORMAL)
    before = start
    for k, (_, row) in enumerate(table.iterrows(), start=1):
        ax.bar(
            [k - 0.56],
            [row.leavers],
            0.14,
            bottom=before - row.leavers,
            color=RED,
            hatch="///",
            edgecolor="white",
            lw=0,
        )
        ax.bar([k - 0.4], [row.joiners], 0.14, bottom=before - row.leavers, color=GREEN)
        ax.text(
            k - 0.58,
            before * 1.01,
            "−" + number(row.leavers, language),
            ha="center",
            va="bottom",
            fontsize=SMALL,
            color=RED,
        )
        ax.text(
            k - 0.4,
            (before - row.leavers) * 0.97,
            "+" + number(row.joiners, language),
            ha="center",
            va="top",
            fontsize=SMALL,
            color=GREEN,
        )
        ax.bar([k], [row.headcount], 0.42, color=BLUE)
        ax.text(k, row.headcount, number(row.headcount, language), ha="center", va="bottom", fontsize=NORMAL)
        before = row.headcount
    ax.set_xticks(range(len(table) + 1), [f"31/12/{plan.first - 1}", *(str(y) for y in table.index)], fontsize=NORMAL)
    ax.set_yticks([])
    for k, (name, color) in enumerate((("headcount", BLUE), ("leavers", RED), ("joiners", GREEN))):
        figure.text(
            0.03 + 0.2 * k, 0.93, "■ " + old_say(name, language), color=color, fontsize=LARGE, fontweight="bold"
        )
    name = plan.label("groups", group, language)
    left, joined = number(table["leavers"].sum(), language), number(table["joiners"].sum(), language)
    now = number(before, language)
    alt = {
        "vi": f"{name}: trong kỳ có {left} người rời đi và {joined} người vào mới, cuối kỳ còn {now} người.",
        "en": f"{name}: {left} people leave and {joined} join over the plan; {now} are there at its end.",
    }
    return Picture(f"flow_{group}", figure, alt[language])


def where_groups_stand(results: Results, language: str) -> Picture:
    """Baseline and target of every objective that is a share, as two points on a line."""
    plan = results.plan
    targets = results["verdicts"].set_index("objective")["target"]
    rows = [r for r in plan.tables.objectives if r.kind != "count"]
    height = 0.6 + 0.33 * len(rows)
    figure, (ax,) = canvas(height, left=0.47, right=0.96, top=1 - 0.4 / height, bottom=0.3 / height)
    for i, row in enumerate(rows):
        target = targets[row.id]
        ax.plot([row.baseline, target], [i, i], color="#bdbdbd", lw=3, zorder=1)
        ax.plot(row.baseline, i, "o", color=ORANGE, ms=7)
        ax.plot(target, i, "D", color=BLUE, ms=6)
        ax.annotate(
            percent(row.baseline, language, 0),
            (row.baseline, i),
            (-7, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=SMALL,
        )
        ax.annotate(
            percent(target, language, 0),
            (target, i),
            (7, 0),
            textcoords="offset points",
            ha="left",
            va="center",
            fontsize=SMALL,
        )
    ax.set_yticks(
        range(len(rows)), [wrapped(plan.label("objectives", r.id, language), 48, 2) for r in rows], fontsize=NORMAL
    )
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlim(-0.09, 1.1)
    ax.set_xticks([0, 0.5, 1], [percent(v, language, 0) for v in (0, 0.5, 1)])
    ax.grid(axis="x", color="#e4e4e4", lw=0.6)
    figure.text(
        0.47, 1 - 0.22 / height, "● " + say("head.baseline", language), color=ORANGE, fontsize=LARGE, fontweight="bold"
    )
    figure.text(
        0.66, 1 - 0.22 / height, "◆ " + say("head.target", language), color=BLUE, fontsize=LARGE, fontweight="bold"
    )
    widest = max(rows, key=lambda r: targets[r.id] - r.baseline, default=None)
    name = plan.label("objectives", widest.id, language) if widest else "–"
    alt = {
        "vi": f"Mức xuất phát và mục tiêu của các chỉ tiêu theo tỷ lệ; khoảng cách lớn nhất: “{name}”.",
        "en": f"Baseline and target of the targets that are shares; the widest distance: “{name}”.",
    }
    return Picture("where_groups_stand", figure, alt[language])
