"""Pictures of uncertainty: probabilities, bands of coverage and cost, the S-curve, and what drives them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import AutoLocator, FuncFormatter

from trainplan.analysis.monte_carlo import ALL, Uncertainty, probabilities_when_due, total_cost
from trainplan.report.charts import (
    NORMAL,
    SMALL,
    Margins,
    Picture,
    billion_ticks,
    canvas,
    cell_text,
    draw_cell,
    label_point,
    name_columns,
    named_rows,
    percent_ticks,
    small_multiples,
    trim_ticks,
    wrapped,
    write,
    write_key,
)
from trainplan.report.colors import BLUE, FAINT, INK, ORANGE, SKY
from trainplan.text.catalog import option_name, say
from trainplan.text.formats import bare_billions, billions, chance_number, from_to, number, percent

DARK_ORANGE = "#b36b00"  # of letters
TARGETS, BARS = 4, 5  # of the tornado: the least certain targets, and the ranges that move each most
INPUTS = 8  # of the matrix of drivers
A_TENTH_OF_A_PERCENT = 0.001  # of coverage: less is not seen


def target_probabilities(replanned: Uncertainty | None, replayed: Uncertainty, language: str) -> Picture:
    """How likely each target is when due: planned again each year (bars) and kept as decided (marks).

    Without `replanned` the bars are those of the plan kept as decided, and there are no marks.
    """
    main = replanned or replayed
    plan, frame, kept = main.plan, probabilities_when_due(main), probabilities_when_due(replayed)["probability_met"]
    names = [plan.short_label("objectives", objective, language) for objective in frame["objective"]]
    margins = Margins(left=0.47, right=0.93, above=0.6, below=0.12)
    figure, (ax,) = named_rows(names, margins, head=0.75, each=0.3, width=52, size=SMALL)
    y, met = np.arange(len(frame)), frame["probability_met"]
    ax.barh(y, met, 0.62, color=BLUE)
    if replanned is not None:
        ax.plot(kept, y, "D", color=ORANGE, ms=4.5, markeredgecolor="white", markeredgewidth=0.6)
    for yi, (p, q) in enumerate(zip(met, kept, strict=True)):
        beside = max(p, q) if -0.02 < q - p < 0.12 else p  # not under the mark
        shown = chance_number(p, language)
        ax.text(beside + 0.02, yi, shown, va="center", fontsize=SMALL, color=BLUE, fontweight="bold")
    ax.axvline(0.5, color=FAINT, lw=0.6, ls=":")
    ax.set_xlim(0, 1.08)
    ax.xaxis.set_major_locator(AutoLocator())
    percent_ticks(ax.xaxis, language)
    ax.xaxis.tick_top()
    _write_loops(figure, ((0.01, 0.22, "■"), (0.01, 0.42, "◆")), replanned is not None, language)
    best = int(met.argmax())
    own, target = met[list(plan.is_target)], plan.label("objectives", frame["objective"].iloc[best], language)
    values = {"even": (own >= 0.5).sum(), "targets": len(own), "target": target}
    alt = say("figure.target_probabilities.alt", language, **values, probability=chance_number(met[best], language))
    return Picture("probabilities", figure, alt)


def _write_loops(figure: Figure, keys: tuple[tuple[float, float, str], ...], both: bool, language: str) -> None:
    """The legend of the loops at (x, inches down, mark): planned again and kept, or kept alone."""
    loops = ("closed", "open") if both else ("open",)
    for (x, down, mark), loop, color in zip(keys, loops, (BLUE, DARK_ORANGE), strict=False):
        write_key(figure, x, down, f"{mark} {option_name(loop, language)}", color)


def coverage_bands(draws: Uncertainty, language: str) -> Picture | None:
    """Coverage of every target: the middle of the draws and the band of nine in ten, against the target.

    None of a single year, in which there is nothing to follow.
    """
    plan, frame, targets = draws.plan, draws.probabilities, _target_coverage(draws)
    if len(plan.years) == 1:
        return None
    objectives = plan.tables.objectives
    names = [plan.short_label("objectives", row.id, language) for row in objectives]
    margins = Margins(left=0.055, right=0.985, above=0.95, below=0.32, hspace=0.75, wspace=0.3)
    figure, axes = small_multiples(names, margins, head=0.75, each=1.62, width=27, lines=3, columns=4)
    for ax, row in zip(axes, objectives, strict=True):
        own = frame[frame["objective"] == row.id]
        ax.fill_between(own["year"], own["p05"], own["p95"], color=SKY, alpha=0.55, lw=0)
        ax.plot(own["year"], own["p50"], color=BLUE, lw=1.8, marker="o", ms=2.5)
        ax.axhline(targets[row.id], color=INK, ls=(0, (4, 2)), lw=0.9)
        chance = chance_number(own.loc[own["year"] == row.due_year, "probability_met"].iloc[0], language)
        ax.text(0.98, 0.04, chance, transform=ax.transAxes, ha="right", fontsize=SMALL, color=BLUE, fontweight="bold")
        ax.set_ylim(0, 1.08)
        ax.set_xticks([plan.first, plan.last])
        ax.set_yticks([0, 0.5, 1])
        ax.yaxis.set_major_formatter(FuncFormatter(lambda share, _: number(share * 100, language)))
    marks = {"middle": (0.02, "━", BLUE), "band": (0.18, "█", "#2f8fcf"), "target": (0.52, "╌", INK)}
    for word, (x, mark, color) in marks.items():
        write_key(figure, x, 0.3, f"{mark} {say(f'figure.coverage_bands.{word}', language)}", color)
    write_key(figure, 0.66, 0.3, say("figure.coverage_bands.number", language), BLUE)
    due = probabilities_when_due(draws)
    widest = due.loc[(due["p95"] - due["p05"]).idxmax()]
    band = from_to(percent(widest["p05"], language), percent(widest["p95"], language), language)
    target = plan.label("objectives", widest["objective"], language)
    alt = say("figure.coverage_bands.alt", language, target=target, band=band)
    return Picture("coverage_bands", figure, alt)


def _target_coverage(draws: Uncertainty) -> dict[str, float]:
    """The coverage that each objective asks for, by the plan's ambition; a count's is all of it."""
    part = {"low": 0.0, "mid": 0.5, "high": 1.0}[draws.plan.choices.ambition]
    targets = {}
    for row in draws.plan.tables.objectives:
        high = row.target_low if row.target_high is None else row.target_high
        targets[row.id] = 1.0 if row.kind == "count" else row.target_low + (high - row.target_low) * part
    return targets


def cost_bands_and_s_curve(draws: Uncertainty, replayed: Uncertainty, language: str) -> Picture:
    """Left, what each year costs against its ceiling; right, the S-curve of what all years cost, in either loop."""
    margins = Margins(left=0.06, right=0.975, above=0.58, below=0.377, wspace=0.2)
    figure, (left, right) = canvas(2.9, margins, 1, 2)
    _draw_cost_bands(left, draws, language)
    _draw_s_curves(right, draws, replayed, language)
    unit = say("unit.bn", language)
    by_year = "by_year" if draws.plan.ceilings_of("total") else "by_year_without_ceiling"
    for ax, words in ((left, by_year), (right, "s_curve")):
        title = say(f"figure.cost_bands_and_s_curve.{words}", language, unit=unit)
        ax.set_title(title, fontsize=NORMAL, loc="left", color=INK)
    _write_loops(figure, ((0.55, 0.203, "━"), (0.78, 0.203, "╍")), draws is not replayed, language)
    low, mid, high = (billions(vnd, language) for vnd in total_cost(draws))
    alt = say("figure.cost_bands_and_s_curve.alt", language, mid=mid, band=from_to(low, high, language))
    return Picture("cost_bands_and_s_curve", figure, alt)


def _draw_cost_bands(ax: Axes, draws: Uncertainty, language: str) -> None:
    """The middle and the band of nine in ten of each year's cost, with the ceiling on the total."""
    plan, bands = draws.plan, draws.cost_bands[draws.cost_bands["year"] != ALL]
    years = bands["year"]
    ax.bar(years, bands["p95"] - bands["p05"], 0.55, bottom=bands["p05"], color=SKY)
    ax.plot(years, bands["p50"], "o", color=BLUE, ms=5)
    for year, middle in zip(years, bands["p50"], strict=True):
        label_point(ax, (year, middle), (7, 0), bare_billions(middle, language), va="center")
    ceilings = plan.ceilings_of("total")
    for year in years:
        if year in ceilings:
            ax.plot([year - 0.4, year + 0.4], [ceilings[year]] * 2, color=INK, lw=1.4)
    ax.set_ylim(0, max([*bands["p95"], *ceilings.values()]) * 1.1 or 1)
    ax.set_xlim(plan.first - 0.6, plan.last + 0.8)
    ax.set_xticks(list(years))
    billion_ticks(ax.yaxis, language)


def _draw_s_curves(ax: Axes, draws: Uncertainty, replayed: Uncertainty, language: str) -> None:
    """How likely it is that all years cost at most so much: of `draws`, and of `replayed` where it is another loop."""
    curves = [(draws, BLUE, "-"), (replayed, ORANGE, (0, (5, 1.5)))][: 1 if draws is replayed else 2]
    for one, color, style in curves:
        total = np.sort(one.cost.sum(axis=0))
        ax.plot(total, np.arange(1, len(total) + 1) / len(total), color=color, lw=1.8, ls=style)
    for level, vnd in zip((0.05, 0.5, 0.95), total_cost(draws), strict=True):
        ax.plot([vnd], [level], "o", color=BLUE, ms=4)
        label_point(ax, (vnd, level), (-5, 3), bare_billions(vnd, language), ha="right")
    ax.set_ylim(0, 1.04)
    ax.margins(x=0.12)
    trim_ticks(ax)
    percent_ticks(ax.yaxis, language)
    billion_ticks(ax.xaxis, language)


def tornado(draws: Uncertainty, drivers: pd.DataFrame, language: str) -> Picture | None:
    """The least certain targets: coverage when due with one range at its least (○) and at its most (●).

    Of those that a range moves by itself, so far as a page shows; None where there is no such target.
    """
    plan, due = draws.plan, probabilities_when_due(draws)
    width = (due["p95"] - due["p05"]).set_axis(due["objective"]).sort_values(ascending=False, kind="stable")
    moved = drivers.loc[(drivers["high"] - drivers["low"]).abs() >= A_TENTH_OF_A_PERCENT, "objective"]
    width = width[width.index.isin(moved)]
    if not len(width):
        return None
    names = [plan.short_label("objectives", objective, language) for objective in width.index[:TARGETS]]
    margins = Margins(left=0.215, right=0.97, above=0.62, below=0.28, hspace=0.5, wspace=0.62)
    figure, axes = small_multiples(names, margins, head=0.5, each=2.0, width=44, lines=2, columns=2)
    strongest = []
    for ax, objective in zip(axes, width.index[:TARGETS], strict=True):
        own = drivers[drivers["objective"] == objective]
        own = own.assign(name=[getattr(one.name, language) for one in plan.ranges])
        own = own.assign(swing=(own["high"] - own["low"]).abs()).nlargest(min(BARS, len(own)), "swing")
        strongest.append(own.iloc[0])
        _draw_swings(ax, own, language)
    write(figure, 0.01, 0.2, say("figure.tornado.key", language), INK)
    first = strongest[0]
    ends = {"low": percent(first["low"], language), "high": percent(first["high"], language)}
    target = plan.label("objectives", width.index[0], language)
    alt = say("figure.tornado.alt", language, target=target, range=first["name"], **ends)
    return Picture("tornado", figure, alt)


def _draw_swings(ax: Axes, swings: pd.DataFrame, language: str) -> None:
    """A line from `low` to `high` coverage for each row, with the `name` of its range."""
    y = np.arange(len(swings))
    ax.hlines(y, swings["low"], swings["high"], color=SKY, lw=7)
    ax.plot(swings["low"], y, "o", mfc="white", color=BLUE, ms=5)
    ax.plot(swings["high"], y, "o", color=BLUE, ms=5)
    ax.set_yticks(y, [wrapped(name, 23, 2) for name in swings["name"]], fontsize=SMALL)
    ax.set_ylim(len(swings) - 0.5, -0.6)
    ax.margins(x=0.12)
    percent_ticks(ax.xaxis, language)
    ax.locator_params(axis="x", nbins=4)
    trim_ticks(ax)


def variance_shares(draws: Uncertainty, drivers: pd.DataFrame, language: str) -> Picture | None:
    """Which range is behind the uncertainty of which target: shares of the variance, strongest ranges first.

    None of a single range, which is behind all of it.
    """
    plan = draws.plan
    if len(plan.ranges) == 1:
        return None
    names = [plan.short_label("objectives", row.id, language) for row in plan.tables.objectives]
    shares = drivers["share"].to_numpy().reshape(len(names), len(plan.ranges))
    order = np.argsort(-shares.sum(axis=0), kind="stable")[:INPUTS]
    titles = [getattr(plan.ranges[i].name, language) for i in order]
    margins = Margins(left=0.43, right=0.78, above=1.6, below=0.06)
    figure, (ax,) = named_rows(names, margins, head=1.75, each=0.27, width=50, size=SMALL)
    for (o, x), share in np.ndenumerate(shares[:, order]):
        shade = min(1.0, float(share))
        color = tuple(1 - shade * (1 - part) for part in to_rgb(BLUE))
        draw_cell(ax, x, o, 0.9, facecolor=color, edgecolor="#cccccc", lw=0.5)
        if shade >= 0.01:
            cell_text(ax, x, o, number(shade * 100, language), fontsize=SMALL, color="white" if shade > 0.5 else INK)
    ax.set_xlim(-0.5, len(order) - 0.5)
    name_columns(ax, [wrapped(title, 34, 1) for title in titles], SMALL, 40)
    write(figure, 0.01, 0.2, say("figure.variance_shares.key", language), INK, va="top")
    leads = int((shares.argmax(axis=1) == order[0])[shares.max(axis=1) > 0].sum())
    alt = say("figure.variance_shares.alt", language, range=titles[0], leads=leads, targets=len(names))
    return Picture("driver_shares", figure, alt)
