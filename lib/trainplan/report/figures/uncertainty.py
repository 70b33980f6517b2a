"""Pictures of uncertainty: probabilities, bands of coverage and cost, the S-curve, and what drives them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter

from trainplan.analysis.monte_carlo import Uncertainty
from trainplan.report.charts import BLUE, FAINT, INK, NORMAL, ORANGE, SKY, SMALL, Picture, canvas, wrapped
from trainplan.report.sentences.uncertainty import total_cost
from trainplan.report.tables.uncertainty import when_due
from trainplan.text.catalog import option_name, say
from trainplan.text.formats import bare_billions, billions, number, percent

DARK_ORANGE = "#b36b00"  # of letters
TARGETS, BARS = 4, 5  # of the tornado: the least certain targets, and the ranges that move each most
INPUTS = 8  # of the matrix of drivers


def probabilities(closed: Uncertainty | None, replayed: Uncertainty, language: str) -> Picture:
    """How likely each target is when due: planned again each year (bars) and kept as decided (marks)."""
    main = closed or replayed
    plan, frame, again = main.plan, when_due(main), when_due(replayed)
    height = 0.75 + 0.3 * len(frame)
    figure, (ax,) = canvas(height, left=0.47, right=0.93, top=1 - 0.6 / height, bottom=0.12 / height)
    y = np.arange(len(frame))
    ax.barh(y, frame["probability_met"], 0.62, color=BLUE)
    if closed is not None:
        ax.plot(again["probability_met"], y, "D", color=ORANGE, ms=4.5, markeredgecolor="white", markeredgewidth=0.6)
    for yi, (p, q) in enumerate(zip(frame["probability_met"], again["probability_met"], strict=True)):
        beside = max(p, q) if -0.02 < q - p < 0.12 else p  # not under the mark
        ax.text(beside + 0.02, yi, percent(p, language, 0), va="center", fontsize=SMALL, color=BLUE, fontweight="bold")
    ax.axvline(0.5, color=FAINT, lw=0.6, ls=":")
    ax.set_yticks(
        y, [wrapped(plan.label("objectives", o, language), 52, 1) for o in frame["objective"]], fontsize=SMALL
    )
    ax.set_ylim(len(frame) - 0.5, -0.5)
    ax.set_xlim(0, 1.08)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: percent(v, language, 0)))
    ax.xaxis.tick_top()
    ax.spines["bottom"].set_visible(False)
    again_words, kept_words = (option_name(loop, language) for loop in ("closed", "open"))
    first = again_words if closed is not None else kept_words
    figure.text(0.01, 1 - 0.22 / height, f"■ {first}", color=BLUE, fontsize=NORMAL, fontweight="bold")
    if closed is not None:
        figure.text(0.01, 1 - 0.42 / height, f"◆ {kept_words}", color=DARK_ORANGE, fontsize=NORMAL, fontweight="bold")
    even = (frame["probability_met"] >= 0.5).sum()
    best = frame.loc[frame["probability_met"].idxmax()]
    name, most = plan.label("objectives", best["objective"], language), percent(best["probability_met"], language)
    alt = {
        "vi": f"Xác suất đạt từng chỉ tiêu: {even} trong {len(frame)} từ 50 % trở lên; cao nhất là “{name}” ({most}).",
        "en": f"Probability of each target: {even} of {len(frame)} at 50% or more; most likely “{name}” ({most}).",
    }
    return Picture("probabilities", figure, alt[language])


def coverage_bands(draws: Uncertainty, language: str) -> Picture:
    """Coverage of every target: the middle of the draws and the band of nine in ten, against the target."""
    plan, frame = draws.plan, draws.probabilities
    objectives = plan.tables.objectives
    rows = math.ceil(len(objectives) / 4)
    height = 0.75 + 1.62 * rows
    figure, axes = canvas(
        height, rows, 4, left=0.055, right=0.985, top=1 - 0.95 / height, bottom=0.32 / height, hspace=0.75, wspace=0.3
    )
    targets = _targets(draws)
    for ax, row in zip(axes, objectives, strict=False):
        own = frame[frame["objective"] == row.id]
        ax.fill_between(own["year"], own["p05"], own["p95"], color=SKY, alpha=0.55, lw=0)
        ax.plot(own["year"], own["p50"], color=BLUE, lw=1.8, marker="o", ms=2.5)
        ax.axhline(targets[row.id], color=INK, ls=(0, (4, 2)), lw=0.9)
        chance = own.loc[own["year"] == row.due_year, "probability_met"].iloc[0]
        words = f"{percent(chance, language, 0)}"
        ax.text(0.98, 0.04, words, transform=ax.transAxes, ha="right", fontsize=SMALL, color=BLUE, fontweight="bold")
        ax.set_title(wrapped(plan.label("objectives", row.id, language), 27), fontsize=SMALL, loc="left", color=INK)
        ax.set_ylim(0, 1.08)
        ax.set_xticks([plan.first, plan.last] if plan.last > plan.first else [plan.first])
        ax.set_yticks([0, 0.5, 1])
        ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v * 100, language)))
    for ax in axes[len(objectives) :]:
        ax.set_visible(False)
    key = {
        "vi": ("━ giữa (50 %)", "█ chín phần mười số lần mô phỏng", "╌ mục tiêu", "số: xác suất đạt khi đến hạn"),
        "en": ("━ middle (50%)", "█ nine draws in ten", "╌ target", "number: probability when due"),
    }[language]
    for x, words, color in zip((0.02, 0.18, 0.52, 0.66), key, (BLUE, "#2f8fcf", INK, BLUE), strict=True):
        figure.text(x, 1 - 0.3 / height, words, color=color, fontsize=NORMAL, fontweight="bold")
    due = when_due(draws)
    widest = due.loc[(due["p95"] - due["p05"]).idxmax()]
    name = plan.label("objectives", widest["objective"], language)
    low, high = percent(widest["p05"], language), percent(widest["p95"], language)
    alt = {
        "vi": f"Khoảng của tỷ lệ đạt từng năm; rộng nhất khi đến hạn là “{name}”: từ {low} đến {high}.",
        "en": f"Bands of coverage by year; the widest when due is “{name}”: {low} to {high}.",
    }
    return Picture("coverage_bands", figure, alt[language])


def _targets(draws: Uncertainty) -> dict[str, float]:
    """What coverage each target asks for; a count's is all of it."""
    choice = {"low": 0.0, "mid": 0.5, "high": 1.0}[draws.plan.ambition]
    found = {}
    for row in draws.plan.tables.objectives:
        high = row.target_low if row.target_high is None else row.target_high
        found[row.id] = 1.0 if row.kind == "count" else row.target_low + (high - row.target_low) * choice
    return found


def cost_bands(draws: Uncertainty, replayed: Uncertainty, language: str) -> Picture:
    """Left, what each year costs against its ceiling; right, the S-curve of what all years cost, in either loop."""
    plan, bands = draws.plan, draws.cost_bands
    figure, (left, right) = canvas(2.9, 1, 2, left=0.06, right=0.975, top=0.8, bottom=0.13, wspace=0.2)
    year = bands["year"]
    left.bar(year, bands["p95"] - bands["p05"], 0.55, bottom=bands["p05"], color=SKY)
    left.plot(year, bands["p50"], "o", color=BLUE, ms=5)
    for x, value in zip(year, bands["p50"], strict=True):
        left.annotate(
            bare_billions(value, language), (x, value), (7, 0), textcoords="offset points", va="center", fontsize=SMALL
        )
    ceilings = {row.year: row.ceiling_vnd for row in plan.tables.ceilings if row.source == "total"}
    for x in year:
        if x in ceilings:
            left.plot([x - 0.4, x + 0.4], [ceilings[x]] * 2, color=INK, lw=1.4)
    left.set_ylim(0, max([*bands["p95"], *ceilings.values()]) * 1.1 or 1)
    left.set_xlim(plan.first - 0.6, plan.last + 0.8)
    left.set_xticks(list(year))
    left.yaxis.set_major_formatter(FuncFormatter(lambda v, _: bare_billions(v, language, 0)))
    curves = [(draws, BLUE, "-"), (replayed, ORANGE, (0, (5, 1.5)))][: 1 if draws is replayed else 2]
    for one, color, style in curves:
        total = np.sort(one.cost.sum(axis=0))
        right.plot(total, np.arange(1, len(total) + 1) / len(total), color=color, lw=1.8, ls=style)
    for level, value in zip((0.05, 0.5, 0.95), total_cost(draws), strict=True):
        right.plot([value], [level], "o", color=BLUE, ms=4)
        right.annotate(
            bare_billions(value, language),
            (value, level),
            (-5, 3),
            textcoords="offset points",
            ha="right",
            fontsize=SMALL,
        )
    right.set_ylim(0, 1.04)
    right.margins(x=0.12)
    _ticks_within(right)
    right.yaxis.set_major_formatter(FuncFormatter(lambda v, _: percent(v, language, 0)))
    right.xaxis.set_major_formatter(FuncFormatter(lambda v, _: bare_billions(v, language, 0)))
    unit = say("unit.bn", language)
    words = {
        "vi": (f"Chi từng năm ({unit}): giữa và khoảng 90 %; ▬ trần", f"Xác suất chi cả kỳ không quá… ({unit})"),
        "en": (
            f"Cost by year ({unit}): middle and 90% band; ▬ ceiling",
            f"Probability that all years cost at most … ({unit})",
        ),
    }[language]
    for ax, text in zip((left, right), words, strict=True):
        ax.set_title(text, fontsize=NORMAL, loc="left", color=INK)
    again_words, kept_words = (option_name(loop, language) for loop in ("closed", "open"))
    first = kept_words if draws is replayed else again_words
    figure.text(0.55, 0.93, f"━ {first}", color=BLUE, fontsize=NORMAL, fontweight="bold")
    if draws is not replayed:
        figure.text(0.78, 0.93, f"╍ {kept_words}", color=DARK_ORANGE, fontsize=NORMAL, fontweight="bold")
    low, mid, high = (billions(v, language) for v in total_cost(draws))
    alt = {
        "vi": f"Chi phí từng năm và đường cong chữ S của chi cả kỳ: {mid}, chín phần mười số lần từ {low} đến {high}.",
        "en": f"Cost by year and the S-curve of the whole plan: {mid}, nine draws in ten from {low} to {high}.",
    }
    return Picture("cost_bands_and_s_curve", figure, alt[language])


def tornado(draws: Uncertainty, drivers: pd.DataFrame, language: str) -> Picture:
    """The least certain targets: coverage when due with one range at its least (○) and at its most (●)."""
    plan = draws.plan
    spread = when_due(draws).assign(spread=lambda f: f["p95"] - f["p05"])
    chosen = list(spread.sort_values("spread", ascending=False, kind="stable")["objective"][:TARGETS])
    rows = math.ceil(len(chosen) / 2)
    height = 0.5 + 2.0 * rows
    figure, axes = canvas(
        height, rows, 2, left=0.215, right=0.97, top=1 - 0.62 / height, bottom=0.28 / height, hspace=0.5, wspace=0.62
    )
    names = [getattr(one.name, language) for one in plan.ranges]
    for ax, objective in zip(axes, chosen, strict=False):
        own = drivers[drivers["objective"] == objective].assign(name=names)
        own = own.assign(swing=(own["high"] - own["low"]).abs()).nlargest(min(BARS, len(own)), "swing")
        y = np.arange(len(own))
        ax.hlines(y, own["low"], own["high"], color=SKY, lw=7)
        ax.plot(own["low"], y, "o", mfc="white", color=BLUE, ms=5)
        ax.plot(own["high"], y, "o", color=BLUE, ms=5)
        ax.set_yticks(y, [wrapped(name, 23, 2) for name in own["name"]], fontsize=SMALL)
        ax.set_ylim(len(own) - 0.5, -0.6)
        ax.margins(x=0.12)
        ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: percent(v, language, 0)))
        ax.locator_params(axis="x", nbins=4)
        _ticks_within(ax)
        ax.set_title(
            wrapped(plan.label("objectives", objective, language), 44, 2), fontsize=SMALL, loc="left", color=INK
        )
    for ax in axes[len(chosen) :]:
        ax.set_visible(False)
    key = {
        "vi": "Tỷ lệ đạt khi đến hạn: ○ số liệu ở mức thấp nhất, ● ở mức cao nhất, mọi thứ khác như kế hoạch",
        "en": "Coverage when due: ○ the number at its least, ● at its most, everything else as planned",
    }
    figure.text(0.01, 1 - 0.2 / height, key[language], fontsize=NORMAL, color=INK)
    first = drivers[drivers["objective"] == chosen[0]].assign(name=names)
    strongest = first.loc[(first["high"] - first["low"]).abs().idxmax()]
    name, low, high = (
        plan.label("objectives", chosen[0], language),
        percent(strongest["low"], language),
        percent(strongest["high"], language),
    )
    alt = {
        "vi": f"Chỉ tiêu kém chắc chắn nhất: “{name}”; riêng “{strongest['name']}” đưa tỷ lệ đạt từ {low} đến {high}.",
        "en": f"The least certain target is “{name}”: “{strongest['name']}” alone takes it from {low} to {high}.",
    }
    return Picture("tornado", figure, alt[language])


def driver_shares(draws: Uncertainty, drivers: pd.DataFrame, language: str) -> Picture:
    """Which range is behind the uncertainty of which target: shares of the variance, strongest ranges first."""
    plan = draws.plan
    objectives = [row.id for row in plan.tables.objectives]
    table = drivers["share"].to_numpy().reshape(len(objectives), len(plan.ranges))
    order = np.argsort(-table.sum(axis=0), kind="stable")[:INPUTS]
    height = 1.75 + 0.27 * len(objectives)
    figure, (ax,) = canvas(height, left=0.43, right=0.78, top=1 - 1.6 / height, bottom=0.06 / height)
    for o in range(len(objectives)):
        for x, i in enumerate(order):
            share = min(1.0, float(table[o, i]))
            ax.add_patch(_square(x, o, share))
            if share >= 0.01:
                color = "white" if share > 0.5 else INK
                ax.text(
                    x, o, number(table[o, i] * 100, language), ha="center", va="center", fontsize=SMALL, color=color
                )
    ax.set_xlim(-0.5, len(order) - 0.5)
    ax.set_ylim(len(objectives) - 0.5, -0.5)
    ax.set_yticks(range(len(objectives)), [wrapped(plan.label("objectives", o, language), 50, 1) for o in objectives])
    titles = [wrapped(getattr(plan.ranges[i].name, language), 34, 1) for i in order]
    ax.set_xticks(
        range(len(order)), titles, rotation=40, ha="left", va="bottom", rotation_mode="anchor", fontsize=SMALL
    )
    ax.xaxis.tick_top()
    ax.spines["bottom"].set_visible(False)
    key = {
        "vi": "% phương sai của tỷ lệ đạt\n(tác động cùng lúc được tính\ncho từng khoảng)",
        "en": "% of the variance of coverage\n(what ranges do together counts\nfor each of them)",
    }
    figure.text(0.01, 1 - 0.2 / height, key[language], fontsize=NORMAL, color=INK, va="top")
    first = getattr(plan.ranges[order[0]].name, language)
    count = int((table.argmax(axis=1) == order[0])[table.max(axis=1) > 0].sum())
    alt = {
        "vi": f"Nguồn bất định mạnh nhất là “{first}”: đứng đầu ở {count} trong {len(objectives)} chỉ tiêu.",
        "en": f"The strongest driver is “{first}”: it leads for {count} of {len(objectives)} targets.",
    }
    return Picture("driver_shares", figure, alt[language])


def _ticks_within(ax: Axes) -> None:
    """Only the ticks of the horizontal axis that it shows."""
    low, high = ax.get_xlim()
    ax.set_xticks([tick for tick in ax.get_xticks() if low <= tick <= high])


def _square(x: int, y: int, share: float) -> Rectangle:
    """A cell of the matrix, the darker the larger the share."""
    color = tuple(1 - share * (1 - part) for part in to_rgb(BLUE))
    return Rectangle((x - 0.48, y - 0.45), 0.96, 0.9, facecolor=color, edgecolor="#cccccc", lw=0.5)
