"""Tables and sentences of uncertainty: what is drawn, how likely each target is, when it is missed, what differs."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from trainplan.analysis.attribution import COST, MET
from trainplan.analysis.failure_conditions import Condition, FailureRule
from trainplan.analysis.monte_carlo import Uncertainty
from trainplan.plan.address import Address, address_label, column_of, value_label
from trainplan.plan.plan import Plan
from trainplan.plan.ranges import Range
from trainplan.text.catalog import option_name, say
from trainplan.text.formats import NARROW, billions, number, percent

NO_RANGES = {
    "vi": "Kế hoạch này chưa nêu khoảng nào trong plan.yaml (uncertain), nên không có xác suất.",
    "en": "This plan gives no ranges in plan.yaml (uncertain), so there are no probabilities.",
}


def when_due(draws: Uncertainty) -> pd.DataFrame:
    """A row an objective, in its due year: objective, probability_met, p05, p50, p95, error."""
    due = {row.id: row.due_year for row in draws.plan.tables.objectives}
    frame = draws.probabilities.merge(draws.errors, on=["year", "objective"])
    frame = frame[frame["year"] == frame["objective"].map(due)].set_index("objective")
    return frame.loc[list(due)].reset_index()


def chances_by_rule(by_rule: Sequence[Uncertainty], language: str) -> pd.DataFrame:
    """How likely each target is when due, a column a rule of allocation and loop."""
    plan = by_rule[0].plan
    columns = {
        say("head.objective", language): [plan.label("objectives", r.id, language) for r in plan.tables.objectives]
    }
    for draws in by_rule:
        name = f"{option_name(draws.loop, language)}: {option_name(draws.plan.allocation, language)}"
        name = name[0].upper() + name[1:]
        columns[name] = [percent(p, language, 0) for p in when_due(draws)["probability_met"]]
    return pd.DataFrame(columns)


def likely(draws: Uncertainty, language: str) -> list[str]:
    """The answer in a few sentences."""
    frame = when_due(draws)
    even, sure = (frame["probability_met"] >= 0.5).sum(), (frame["probability_met"] >= 0.9).sum()
    expected = frame["probability_met"].sum()
    low, mid, high = (billions(v, language) for v in total_cost(draws))
    count = len(frame)
    return {
        "vi": [
            f"Trong {count} chỉ tiêu, {_some(even, 'vi')} có xác suất đạt từ 50 % trở lên, "
            f"{_some(sure, 'vi')} từ 90 %; bình quân {number(expected, 'vi', 1)} chỉ tiêu đạt khi đến hạn.",
            f"Chi cả kỳ: {mid}, chín phần mười số lần mô phỏng nằm giữa {low} và {high}.",
            loop_words(draws, "vi"),
        ],
        "en": [
            f"Of {count} targets, {_some(even, 'en')} with a probability of 50% or more, {_some(sure, 'en')} with 90%; "
            f"on average {number(expected, 'en', 1)} are met when due.",
            f"The whole plan costs {mid}; nine draws in ten lie between {low} and {high}.",
            loop_words(draws, "en"),
        ],
    }[language]


def _some(count: int, language: str) -> str:
    """How many targets, in words where there are none."""
    return str(count) if count else {"vi": "không chỉ tiêu nào", "en": "none"}[language]


def loop_words(draws: Uncertainty, language: str) -> str:
    """How the draws were made and which question they answer."""
    error = percent(when_due(draws)["error"].max(), language, 2)
    count, seed = number(draws.draws, language), draws.seed
    shown = {
        "closed": {
            "vi": "mỗi năm lập lại kế hoạch theo số tiền và số người thực có (vòng kín)",
            "en": "each year is planned again with the money and people that there really are (closed loop)",
        },
        "open": {
            "vi": "giữ nguyên số người cử đi học như kế hoạch đã định, thiếu tiền vẫn mở lớp (vòng mở)",
            "en": "enrollment stays as the plan decided it, whatever money lacks (open loop)",
        },
    }[draws.loop]
    return {
        "vi": f"{count} lần mô phỏng, hạt giống {seed}: {shown['vi']}; sai số của xác suất không quá {error}.",
        "en": f"{count} draws, seed {seed}: {shown['en']}; the probabilities err by {error} at most.",
    }[language]


def total_cost(draws: Uncertainty) -> tuple[float, float, float]:
    """The 5, 50 and 95 % points of what all years cost."""
    low, mid, high = pd.Series(draws.cost.sum(axis=0)).quantile([0.05, 0.5, 0.95])
    return float(low), float(mid), float(high)


def probabilities(closed: Uncertainty | None, replayed: Uncertainty, language: str) -> pd.DataFrame:
    """Target by target: how likely it is when due in either loop, with the band of coverage."""
    plan, words = replayed.plan, _COLUMNS[language]
    main, other = (closed or replayed, replayed)
    frame, again = when_due(main), when_due(other)
    columns = {
        say("head.objective", language): [plan.label("objectives", o, language) for o in frame["objective"]],
        say("head.due", language): [row.due for row in plan.tables.objectives],
    }
    if closed is not None:
        columns[words["closed"]] = [percent(p, language) for p in frame["probability_met"]]
    columns[words["open"]] = [percent(p, language) for p in again["probability_met"]]
    columns[words["error"]] = [f"± {percent(e, language, 2)}" for e in frame["error"]]
    for name, place in (("p05", "p05"), ("p50", "p50"), ("p95", "p95")):
        columns[words[name]] = [percent(v, language) for v in frame[place]]
    return pd.DataFrame(columns)


_COLUMNS = {
    "vi": {
        "closed": "Xác suất đạt, lập lại mỗi năm",
        "open": "Xác suất đạt, giữ kế hoạch đã định",
        "error": "Sai số",
        "p05": "Tỷ lệ đạt: thấp (5 %)",
        "p50": "giữa (50 %)",
        "p95": "cao (95 %)",
    },
    "en": {
        "closed": "Probability, planned again each year",
        "open": "Probability, plan kept as decided",
        "error": "Error",
        "p05": "Coverage: low (5%)",
        "p50": "middle (50%)",
        "p95": "high (95%)",
    },
}


def ranges(plan: Plan, language: str) -> pd.DataFrame:
    """What is drawn: name, the numbers, the range and why."""
    heads = {
        "vi": ["Điều chưa chắc", "Số liệu", "Khoảng", "Vì sao"],
        "en": ["What is uncertain", "Numbers", "Range", "Why"],
    }
    rows = [
        (
            getattr(one.name, language),
            "; ".join(address_label(plan, address, language) for address in one.address),
            f"{'–'.join(amount(plan, one, v, language) for v in one.shape)} ({_SHAPES[language][one.distribution]})",
            getattr(one.reason, language),
        )
        for one in plan.ranges
    ]
    return pd.DataFrame(rows, columns=heads[language])


_SHAPES = {
    "vi": {
        "triangular": "tam giác: thấp nhất, dễ xảy ra nhất, cao nhất",
        "uniform": "đều",
        "normal": "chuẩn: trung bình, độ lệch",
    },
    "en": {
        "triangular": "triangular: least, likeliest, most",
        "uniform": "uniform",
        "normal": "normal: mean, deviation",
    },
}


def amount(plan: Plan, one: Range, value: float, language: str) -> str:
    """A number of a range in its own terms: a value, a factor as a percentage of the plan's, or a summand."""
    column = column_of(Address.of(one.address[0]))
    if one.form == "value":
        return value_label(plan, one.address[0], value, language)
    if one.form == "scale":
        return percent(value, language, 0)
    sign = "+" if value >= 0 else "−"
    if column and column.unit in ("share", "coverage"):
        return f"{sign}{number(abs(value) * 100, language, 1)}{NARROW}{ {'vi': 'điểm %', 'en': 'points'}[language] }"
    return f"{sign}{number(abs(value), language, 2)}"


def condition(plan: Plan, one: Condition, language: str) -> str:
    """A condition in words: «Kinh phí thực có dưới 92 % mức kế hoạch»."""
    span = plan.ranges[one.input]
    side = {"vi": ("dưới", "từ"), "en": ("below", "at least")}[language][0 if one.below else 1]
    end = {"vi": "" if one.below else " trở lên", "en": ""}[language]
    of_plan = {"value": "", "scale": {"vi": " mức kế hoạch", "en": " of the plan’s"}[language]}.get(span.form)
    if of_plan is None:
        of_plan = {"vi": " so với kế hoạch", "en": " against the plan"}[language]
    name, threshold = getattr(span.name, language), float(f"{one.threshold:.3g}")  # it was found to no more digits
    return f"{name[0].lower()}{name[1:]} {side} {amount(plan, span, threshold, language)}{of_plan}{end}"


def missed_when(draws: Uncertainty, rules: Sequence[FailureRule], language: str) -> list[str]:
    """A sentence a target: how often it is missed, under which conditions, and how often that rule is right."""
    bands = when_due(draws).set_index("objective")
    return [_missed_when(draws.plan, rule, bands.loc[rule.objective], language) for rule in rules]


def _missed_when(plan: Plan, rule: FailureRule, band: pd.Series, language: str) -> str:
    name, missed = plan.label("objectives", rule.objective, language), percent(rule.missed, language)
    if not rule.conditions:
        often = rule.missed > 0.5
        vi = "gần như chắc chắn không đạt" if often else "gần như chắc chắn đạt"
        en = "almost certainly missed" if often else "almost certainly met"
        low, high = (percent(band[place], language) for place in ("p05", "p95"))
        return {
            "vi": f"{name}: {vi} (không đạt trong {missed} số lần mô phỏng); "
            f"chín phần mười số lần đạt từ {low} đến {high}.",
            "en": f"{name}: {en} (missed in {missed} of the draws); nine draws in ten reach {low} to {high}.",
        }[language]
    joint = {"vi": (" và ", " hoặc "), "en": (" and ", " or ")}[language][int(rule.either)]
    when = joint.join(condition(plan, one, language) for one in rule.conditions)
    right, found = percent(rule.right, language, 0), percent(rule.found, language, 0)
    return {
        "vi": f"{name}: không đạt trong {missed} số lần mô phỏng, chủ yếu khi {when}. "
        f"Quy tắc này đúng {right} số lần nó báo không đạt và chỉ ra {found} số lần không đạt.",
        "en": f"{name}: missed in {missed} of the draws, mostly with {when}. "
        f"This rule is right in {right} of the draws that it names and finds {found} of the misses.",
    }[language]


def lacking(replayed: Uncertainty, language: str) -> pd.DataFrame:
    """Open loop: how likely money lacks in each year, and how much."""
    heads = {
        "vi": ["Năm", "Xác suất thiếu tiền", "Thiếu: giữa (50 %)", "cao (95 %)"],
        "en": ["Year", "Probability that money lacks", "Lacking: middle (50%)", "high (95%)"],
    }[language]
    rows = []
    for year, short in zip(replayed.plan.years, replayed.shortfall, strict=True):
        middle, most = pd.Series(short).quantile([0.5, 0.95])
        lacks = percent(float((short > 0).mean()), language)
        rows.append((str(year), lacks, billions(float(middle), language), billions(float(most), language)))
    return pd.DataFrame(rows, columns=heads)


def differences(parts: Sequence[tuple[Plan, pd.DataFrame]], language: str) -> pd.DataFrame:
    """Every scenario against the first: what each kind of change adds to money, targets met and mean coverage.

    Changes of one column are added up; parts of a scenario add up to its difference.
    """
    heads = {
        "vi": ["Kịch bản", "Thay đổi", "Chi cả kỳ (tỷ đồng)", "Số chỉ tiêu đạt", "Tỷ lệ đạt bình quân (điểm %)"],
        "en": ["Scenario", "Change", "Cost of all years (bn VND)", "Targets met", "Mean coverage (points)"],
    }[language]
    rows = []
    for plan, frame in parts:
        kinds = frame.assign(kind=[change_label(plan, change, frame, language) for change in frame["change"]])
        coverage = kinds[~kinds["result"].isin([COST, MET])]
        count = coverage["result"].nunique()
        for kind, own in kinds.groupby("kind", sort=False):
            cost, met = (own.loc[own["result"] == r, "part"].sum() for r in (COST, MET))
            mean = coverage.loc[coverage["kind"] == kind, "part"].sum() / max(1, count)
            shown = (signed(cost / 1e9, language, 1), signed(met, language, 1), signed(mean * 100, language, 1))
            rows.append((plan.scenario_title(language), kind, *shown))
    return pd.DataFrame(rows, columns=heads)


def change_label(plan: Plan, change: str, frame: pd.DataFrame, language: str) -> str:
    """A change by its address in words; of several rows of a column, the column alone."""
    place = Address.of(change)
    every = place._replace(row="*")
    alike = {c for c in frame["change"] if every.covers(Address.of(c))}
    return address_label(plan, change if place.is_choice or len(alike) == 1 else str(every), language)


def signed(value: float, language: str, digits: int) -> str:
    """A difference with its sign; 0 without."""
    shown = number(abs(value), language, digits)
    return shown if shown == "0" else ("+" if value > 0 else "−") + shown
