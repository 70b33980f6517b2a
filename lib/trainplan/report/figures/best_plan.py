"""Pictures of the best plan: beside the rules, what it does otherwise, what more money or places would save."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trainplan.analysis.rule_comparison import RuleComparison, nearest_rule, rule_beside
from trainplan.model.gap import HALF_A_PERSON
from trainplan.plan.plan import Plan
from trainplan.report.charts import (
    NORMAL,
    SMALL,
    Margins,
    Picture,
    heat_map,
    label_rows,
    name_columns,
    named_rows,
    write,
    write_key,
)
from trainplan.report.colors import BLUE, FAINT, INK, ORANGE
from trainplan.text.catalog import say, term
from trainplan.text.formats import number


def rule_comparison(rules: RuleComparison, language: str) -> Picture | None:
    """Weighted person-years behind the path under every rule of allocation, with the targets met.

    None without ceilings: there is nothing to allocate.
    """
    if not rules.plan.has_ceilings:
        return None
    table = rules.table
    names = [term("rule", rule, language) for rule in table["rule"]]
    margins = Margins(left=0.27, right=0.78, above=0.33, below=0.09)
    figure, (ax,) = named_rows(names, margins, head=0.42, each=1.08 / len(names), width=30, lines=2)
    behind = table["weighted_shortfall"]
    ax.barh(range(len(table)), behind, 0.6, color=[FAINT] * (len(table) - 1) + [BLUE])
    label_rows(ax, behind, [f" {number(value, language)}" for value in behind], fontsize=NORMAL)
    met = [f"{number(row.met, language)}/{number(row.objectives, language)}" for row in table.itertuples()]
    beside = {"transform": ax.get_yaxis_transform(), "ha": "right", "fontsize": NORMAL, "color": INK}
    label_rows(ax, [1.4] * len(met), met, **beside)
    write(figure, 0.27, 0.195, say("head.behind_path", language))
    write(figure, 0.985, 0.195, say("head.met_of", language), ha="right")
    by_rule = table.set_index("rule")["weighted_shortfall"]
    best, closest = (number(by_rule[rule], language) for rule in ("optimal", nearest_rule(rules)))
    alt = say("figure.rule_comparison.alt", language, best=best, closest=closest)
    return Picture("rules_compared", figure, alt)


def best_plan_changes(rules: RuleComparison, language: str) -> Picture | None:
    """People sent to every program under the plan's rule and in the best plan, as shares of the larger.

    None where the best plan sends as many to each.
    """
    plan, rule = rules.plan, rule_beside(rules)
    table = rules.enrollment.assign(more=lambda t: t["optimal"] - t[rule])
    table = table[(table["optimal"] > 0) | (table[rule] > 0)].sort_values("more", kind="stable")
    names = [plan.short_label("programs", str(p), language) for p in table["program"]]
    if not (table["more"].abs() >= HALF_A_PERSON).any():
        return None
    changes = [
        f"{number(before, language)} → {number(after, language)}"
        for before, after in zip(table[rule], table["optimal"], strict=True)
    ]
    margins = Margins(left=0.42, right=0.84, above=0.5, below=0.08)
    figure, (ax,) = named_rows(names, margins, head=0.75, each=0.25, width=50, size=SMALL)
    y, largest = np.arange(len(table)), np.maximum(1.0, table[["optimal", rule]].max(axis=1))
    before, after = table[rule] / largest, table["optimal"] / largest
    ax.hlines(y, before, after, color=FAINT, lw=1.5)
    ax.plot(before, y, "s", color=ORANGE, ms=5, mfc="white", mew=1.3)
    ax.plot(after, y, "o", color=BLUE, ms=5)
    label_rows(ax, [1.04] * len(changes), changes, transform=ax.get_yaxis_transform())
    ax.set_ylim(-0.6, len(table) - 0.4)
    ax.set_xlim(-0.05, 1.05)
    write_key(figure, 0.42, 0.18, f"□ {term('rule', rule, language)}", ORANGE)
    write_key(figure, 0.62, 0.18, f"● {say('rule.optimal', language)}", BLUE)
    write(figure, 0.42, 0.38, say("figure.best_plan_changes.scale", language), size=SMALL)
    ends = []
    for way, end, sign in (("added", -1, 1), ("taken", 0, -1)):
        if sign * table["more"].iat[end] >= HALF_A_PERSON:
            name = plan.label("programs", table["program"].iat[end], language)
            ends.append(say(f"word.most_{way}", language, name=name, change=changes[end]))
    alt = say("figure.best_plan_changes.alt", language, ends=", ".join(ends))
    return Picture("best_plan_differs", figure, alt)


def marginal_value_of_money(plan: Plan, values: pd.DataFrame, language: str) -> Picture | None:
    """Heat map: person-years that a billion more of each source in each year would save; none without ceilings."""
    if not plan.has_ceilings:
        return None
    money = values[values["kind"] == "money"].pivot(index="id", columns="year", values="people_years")
    sources = [row.id for row in plan.tables.sources if money.loc[row.id].max() > 0]
    names = [say("word.total", language), *(plan.short_label("sources", source, language) for source in sources)]
    money = money.loc[["total", *sources]].astype(float)
    margins = Margins(left=0.27, right=0.985, above=0.58, below=0.06)
    figure, (ax,) = named_rows(names, margins, head=0.75, each=0.36, width=30, lines=2)
    texts = [[number(value, language, 1) for value in row] for row in money.to_numpy()]
    heat_map(ax, money.to_numpy() / max(money.to_numpy().max(), 1e-9) * 0.75, texts)
    name_columns(ax, money.columns)
    write(figure, 0.27, 0.2, say("figure.marginal_value_of_money.unit", language))
    best = money.stack()
    if best.max() <= 0:
        return Picture("value_of_money", figure, say("figure.marginal_value_of_money.nothing", language))
    most = {"year": best.idxmax()[1], "saved": number(best.max(), language, 1)}
    return Picture("value_of_money", figure, say("figure.marginal_value_of_money.alt", language, **most))


def marginal_value_of_places(plan: Plan, values: pd.DataFrame, language: str) -> Picture | None:
    """Person-years that ten more places a year in each course would save; none where they save nothing."""
    places = values[(values["kind"] == "places") & (values["people_years"] > 0.05)].sort_values("people_years")
    names = [plan.short_label("programs", p, language) for p in places["id"]]
    if not names:
        return None
    texts = [number(value, language, 1) for value in places["people_years"]]
    margins = Margins(left=0.42, right=0.93, above=0.42, below=0.08)
    figure, (ax,) = named_rows(names, margins, head=0.55, each=0.3, width=46)
    ax.set_ylim(0, 1, auto=True)
    ax.barh(range(len(places)), places["people_years"], 0.6, color=BLUE)
    label_rows(ax, places["people_years"], [f" {text}" for text in texts], fontsize=NORMAL)
    write(figure, 0.42, 0.25, say("figure.marginal_value_of_places.unit", language))
    most = plan.label("programs", places["id"].iat[-1], language)
    alt = say("figure.marginal_value_of_places.alt", language, program=most, saved=texts[-1])
    return Picture("value_of_places", figure, alt)
