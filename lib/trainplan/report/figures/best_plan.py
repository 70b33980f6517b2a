"""Pictures of the best plan: beside the rules, what it does otherwise, what more money or places would save."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trainplan.analysis.rule_comparison import RuleComparison, nearest_rule
from trainplan.plan.plan import Plan
from trainplan.report.charts import BLUE, FAINT, INK, NORMAL, ORANGE, SMALL, Picture, canvas, wrapped
from trainplan.text.catalog import say
from trainplan.text.formats import number
from trainplan.text.words import old_say


def rules_compared(compared: RuleComparison, language: str) -> Picture:
    """Weighted person-years behind the path under every rule, with the targets met."""
    table = compared.table
    figure, (ax,) = canvas(1.5, left=0.27, right=0.78, top=0.78, bottom=0.06)
    y = np.arange(len(table))
    ax.barh(y, table["weighted_shortfall"], 0.6, color=[FAINT] * (len(table) - 1) + [BLUE])
    for yi, row in enumerate(table.itertuples()):
        ax.text(
            row.weighted_shortfall, yi, f" {number(row.weighted_shortfall, language)}", va="center", fontsize=NORMAL
        )
        met = f"{number(row.met, language)}/{number(row.objectives, language)}"
        ax.text(1.4, yi, met, transform=ax.get_yaxis_transform(), ha="right", va="center", fontsize=NORMAL, color=INK)
    ax.set_yticks(y, [wrapped(old_say(rule, language), 30, 2) for rule in table["rule"]], fontsize=NORMAL)
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    figure.text(0.27, 0.87, say("head.behind_path", language), fontsize=NORMAL, color=FAINT)
    figure.text(0.985, 0.87, say("head.met_of", language), fontsize=NORMAL, color=FAINT, ha="right")
    rows = table.set_index("rule")
    least = number(rows.loc["optimal", "weighted_shortfall"], language)
    next_ = number(rows.loc[nearest_rule(compared), "weighted_shortfall"], language)
    alt = {
        "vi": f"Người–năm chậm so với lộ trình theo cách phân bổ: tối ưu {least}, cách gần nhất {next_}.",
        "en": f"Person-years behind the path by rule: {least} in the best plan, {next_} under the closest rule.",
    }
    return Picture("rules_compared", figure, alt[language])


def differs(compared: RuleComparison, language: str) -> Picture:
    """People sent to every program under the closest rule and in the best plan."""
    plan, rule = compared.plan, nearest_rule(compared)
    table = compared.enrollment.copy()
    table["more"] = table["optimal"] - table[rule]
    table = table[(table["optimal"] > 0) | (table[rule] > 0)].sort_values("more", kind="stable")
    height = 0.75 + 0.25 * max(1, len(table))
    figure, (ax,) = canvas(height, left=0.42, right=0.84, top=1 - 0.5 / height, bottom=0.08 / height)
    y = np.arange(len(table))
    largest = np.maximum(1.0, table[["optimal", rule]].max(axis=1)).to_numpy()
    before, after = table[rule].to_numpy() / largest, table["optimal"].to_numpy() / largest
    ax.hlines(y, before, after, color=FAINT, lw=1.5)
    ax.plot(before, y, "s", color=ORANGE, ms=5, mfc="white", mew=1.3)
    ax.plot(after, y, "o", color=BLUE, ms=5)
    for yi, row in enumerate(table.to_dict("records")):
        words = f"{number(row[rule], language)} → {number(row['optimal'], language)}"
        ax.text(1.04, yi, words, transform=ax.get_yaxis_transform(), va="center", fontsize=SMALL)
    ax.set_yticks(
        y, [wrapped(plan.label("programs", str(p), language), 50, 1) for p in table["program"]], fontsize=SMALL
    )
    ax.set_ylim(-0.6, max(1, len(table)) - 0.4)
    ax.set_xlim(-0.05, 1.05)
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    marks = {"vi": "người được cử, so với mức cao hơn của hai cách", "en": "people sent, against the higher of the two"}
    figure.text(
        0.42, 1 - 0.18 / height, f"□ {old_say(rule, language)}", fontsize=NORMAL, color=ORANGE, fontweight="bold"
    )
    figure.text(
        0.62, 1 - 0.18 / height, f"● {say('rule.optimal', language)}", fontsize=NORMAL, color=BLUE, fontweight="bold"
    )
    figure.text(0.42, 1 - 0.38 / height, marks[language], fontsize=SMALL, color=FAINT)
    up, down = table.iloc[-1] if len(table) else None, table.iloc[0] if len(table) else None
    if up is None or down is None:
        alt = {"vi": "Không ai được cử đi học theo cách nào.", "en": "Nobody is sent under either rule of allocation."}
    else:
        names = [plan.label("programs", str(row["program"]), language) for row in (up, down)]
        change = [f"{number(row[rule], language)} → {number(row['optimal'], language)}" for row in (up, down)]
        alt = {
            "vi": f"Số người được cử theo chương trình: tăng nhiều nhất “{names[0]}” ({change[0]}), giảm nhiều nhất"
            f" “{names[1]}” ({change[1]}).",
            "en": f"People sent by program: most is added to “{names[0]}” ({change[0]}), most taken from “{names[1]}”"
            f" ({change[1]}).",
        }
    return Picture("best_plan_differs", figure, alt[language])


def value_of_money(plan: Plan, values: pd.DataFrame, language: str) -> Picture:
    """Person-years that a billion more of each source in each year would save: darker is more."""
    money = values[values["kind"] == "money"].pivot(index="id", columns="year", values="people_years")
    order = [s for s in ("total", *(row.id for row in plan.tables.sources)) if s == "total" or money.loc[s].max() > 0]
    money = money.loc[order]
    height = 0.75 + 0.36 * len(money)
    figure, (ax,) = canvas(height, left=0.27, right=0.985, top=1 - 0.58 / height, bottom=0.06 / height)
    top = max(float(money.to_numpy().max(initial=0.0)), 1e-9)
    ax.imshow(money.to_numpy(float) / top * 0.75, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (row, column), value in np.ndenumerate(money.to_numpy(float)):
        color = "white" if value > 0.8 * top else INK
        ax.text(column, row, number(value, language, 1), ha="center", va="center", fontsize=NORMAL, color=color)
    names = [old_say(s, language) if s == "total" else plan.label("sources", s, language) for s in order]
    ax.set_yticks(range(len(order)), [wrapped(name, 30, 2) for name in names], fontsize=NORMAL)
    ax.set_xticks(range(money.shape[1]), [str(year) for year in money.columns], fontsize=NORMAL)
    ax.xaxis.tick_top()
    ax.spines["bottom"].set_visible(False)
    unit = {
        "vi": "người–năm chậm so với lộ trình giảm được nhờ thêm 1 tỷ đồng trong năm",
        "en": "weighted person-years behind the path that 1 bn VND more in the year would save",
    }
    figure.text(0.27, 1 - 0.2 / height, unit[language], fontsize=NORMAL, color=FAINT)
    best = money.stack()
    year, most = best.idxmax()[1], number(best.max(), language, 1)
    alt = {
        "vi": f"Thêm 1 tỷ đồng có ích nhất vào năm {year}: giảm {most} người–năm chậm so với lộ trình.",
        "en": f"One more billion đồng does most in {year}: it saves {most} person-years behind the path.",
    }
    nothing = {
        "vi": "Thêm kinh phí không giúp ích trong năm nào: kinh phí không phải là điều cản trở.",
        "en": "More money would save nothing in any year: money is not what holds the plan back.",
    }
    return Picture("value_of_money", figure, (alt if best.max() > 0 else nothing)[language])


def value_of_places(plan: Plan, values: pd.DataFrame, language: str) -> Picture:
    """Person-years that ten more places a year in each course would save."""
    places = values[(values["kind"] == "places") & (values["people_years"] > 0.05)].sort_values("people_years")
    height = 0.55 + 0.3 * max(1, len(places))
    figure, (ax,) = canvas(height, left=0.42, right=0.93, top=1 - 0.42 / height, bottom=0.08 / height)
    y = np.arange(len(places))
    ax.barh(y, places["people_years"], 0.6, color=BLUE)
    for yi, value in enumerate(places["people_years"]):
        ax.text(value, yi, f" {number(value, language, 1)}", va="center", fontsize=NORMAL)
    ax.set_yticks(y, [wrapped(plan.label("programs", p, language), 46, 1) for p in places["id"]], fontsize=NORMAL)
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    unit = {
        "vi": "người–năm giảm được nhờ thêm 10 chỗ học mỗi năm",
        "en": "person-years that ten more places a year would save",
    }
    figure.text(0.42, 1 - 0.25 / height, unit[language], fontsize=NORMAL, color=FAINT)
    if len(places):
        name, value = plan.label("programs", places["id"].iloc[-1], language), places["people_years"].iloc[-1]
        alt = {
            "vi": f"Thêm chỗ học có ích nhất ở “{name}”: 10 chỗ mỗi năm giảm {number(value, 'vi', 1)} người–năm.",
            "en": f"More places do most in “{name}”: ten a year save {number(value, 'en', 1)} person-years.",
        }
    else:
        alt = {
            "vi": "Thêm 10 chỗ học ở bất kỳ khóa nào cũng không giúp ích: chỗ học không phải là điều cản trở.",
            "en": "Ten more places in any course would save nothing: places are not what holds the plan back.",
        }
    return Picture("value_of_places", figure, alt[language])
