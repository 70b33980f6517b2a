"""The answer in sentences: the headline, and for every target what stands in its way."""

from __future__ import annotations

import math
from typing import Any

from trainplan.model.gap import HALF_A_PERSON
from trainplan.plan.plan import Plan
from trainplan.results.real_terms import real_change_of_money
from trainplan.results.tables import Results
from trainplan.text.catalog import option_name, say
from trainplan.text.formats import NOTHING, billions, number, percent
from trainplan.text.words import old_say


def headline(results: Results, language: str) -> list[str]:
    """The answer in a few sentences: targets met when due, money funded of what is asked for, what holds back."""
    verdicts = results["verdicts"]
    held = verdicts.loc[verdicts["binds"] != "", "binds"].value_counts()
    reasons = ", ".join(f"{old_say(str(limit), language)} ({count})" for limit, count in held.items())
    later = results["commitments"]["vnd"].sum()
    after = {
        "vi": f"Sau năm {results.plan.last} còn phải chi {billions(later, 'vi')} cho các lớp đang học.",
        "en": f"After {results.plan.last} another {billions(later, 'en')} is committed to courses under way.",
    }
    why = {"vi": f"Chỉ tiêu chưa đạt vướng ở: {reasons}.", "en": f"What holds back the others: {reasons}."}
    return [
        *targets_met(results, language),
        money_asked(results, language),
        *([why[language]] if reasons else []),
        *([after[language]] if later > 0 else []),
    ]


def targets_met(results: Results, language: str) -> list[str]:
    """How many targets are met when due: those with a number in the decision, then the goals without one."""
    verdicts, title = results["verdicts"], results.plan.scenario_title(language)
    own = verdicts["objective"].isin(stated(results.plan))
    met, nearly = ((verdicts.loc[own, "verdict"] == word).sum() for word in ("met", "nearly"))
    sentences = {
        "vi": [
            f"{title}: {met} trong {own.sum()} chỉ tiêu đạt khi đến hạn, {nearly} chỉ tiêu gần đạt (thiếu dưới 1 %)."
        ],
        "en": [f"{title}: {met} of {own.sum()} targets are met when due, {nearly} nearly (less than 1% missing)."],
    }[language]
    if not own.all():
        others = (verdicts.loc[~own, "verdict"] == "met").sum()
        sentences.append(
            {
                "vi": f"Ngoài ra, {others} trong {(~own).sum()} mục tiêu mà Quyết định nêu nhưng không cho số đạt mức"
                " giả định.",
                "en": f"Of the {(~own).sum()} goals that the decision names without a number, {others} reach the level"
                " assumed for them.",
            }[language]
        )
    return sentences


def stated(plan: Plan) -> list[str]:
    """Objectives that have a number in the decision: all but those marked `quantified` = `no`."""
    frame = plan.frame("objectives")
    return [
        str(id)
        for id, mark in zip(frame["id"], frame.get("quantified", [""] * len(frame)), strict=True)
        if mark != "no"
    ]


def money_asked(results: Results, language: str) -> str:
    """What all courses would cost, what is funded, and by which rule."""
    funded = results["budget"].query("source == 'total'")["funded_vnd"].sum()
    asked, paid = billions(results.required_vnd, language), billions(funded, language)
    rule = option_name(results.plan.allocation, language)
    return {
        "vi": f"Mở hết các lớp đủ chỗ học cần {asked} cả kỳ; có nguồn {paid} (phân bổ: {rule}).",
        "en": f"All courses that there are places for cost {asked} over the plan; {paid} are funded (allocation: {rule}).",
    }[language]


WHY = {
    "vi": {
        "met": "{name}: đạt {reached} vào {due}.",
        "money": "{name}: {reached} thay vì {target} vào {due}, vì thiếu kinh phí; nếu đủ kinh phí thì đạt {with_money}.",
        "capacity": "{name}: {reached} thay vì {target} vào {due}, vì thiếu chỗ học{where}; nếu đủ kinh phí và chỗ học"
        " thì đạt đến {best}.",
        "completion": "{name}: không thể đạt {target} vào {due}, kể cả khi đủ kinh phí và chỗ học, vì {failing} học viên"
        " không hoàn thành khóa học; kế hoạch đạt {reached}, cao nhất có thể là {best}.",
        "time": "{name}: không thể đạt {target} vào {due}, vì người mới vào năm {late} không kịp học xong khóa {years} năm;"
        " kế hoạch đạt {reached}, cao nhất có thể là {best}; năm khởi động muộn nhất còn kịp là {start}.",
        "time_short": "{name}: không thể đạt {target} vào {due}, kể cả khi đủ kinh phí, đủ chỗ học và ai cũng hoàn thành;"
        " kế hoạch đạt {reached}, cao nhất có thể là {best}.",
        "pace": "{name}: {reached} thay vì {target} vào {due}; theo nhịp độ đã chọn thì không đạt, kể cả khi đủ kinh phí và"
        " chỗ học; nếu dồn sức ngay từ năm đầu thì có thể đạt {best}.",
    },
    "en": {
        "met": "{name}: {reached} in {due}, met.",
        "money": "{name}: {reached} instead of {target} in {due} for want of money; with enough of it, {with_money}.",
        "capacity": "{name}: {reached} instead of {target} in {due} for want of places{where}; with enough money and"
        " places it could reach {best}.",
        "completion": "{name}: {target} in {due} is out of reach even with money and places, because {failing} of the"
        " learners do not complete their course; the plan reaches {reached}, {best} is the most that can be had.",
        "time": "{name}: {target} in {due} is out of reach, because newcomers of {late} cannot finish a course of {years}"
        " years; the plan reaches {reached}, {best} is the most that can be had; the last useful start is {start}.",
        "time_short": "{name}: {target} in {due} is out of reach even with money and places and if everybody completes;"
        " the plan reaches {reached}, {best} is the most that can be had.",
        "pace": "{name}: {reached} instead of {target} in {due}; at the pace chosen it is missed even with money and places;"
        " with all effort from the first year on it could reach {best}.",
    },
}


def why(results: Results, language: str) -> list[str]:
    """A sentence for every objective: what it reaches when due, what binds, and the best that can be had."""
    keys = ["year", "objective"]
    yearly = results["gap"].set_index(keys).join(results["lines"].set_index(keys))
    rows = zip(
        results.plan.tables.objectives,
        results["verdicts"].to_dict("records"),
        results.arrays.length,
        results.completion_rate,
        strict=True,
    )
    return [
        _why(results, objective, row | dict(yearly.loc[(objective.due_year, objective.id)]), years, passing, language)
        for objective, row, years, passing in rows
    ]


def _why(results: Results, objective: Any, row: dict[str, Any], years: int, passing: float, language: str) -> str:
    """`row` is the objective's row of the verdicts, with those of the gap and the three lines in its due year."""
    plan, id, counted = results.plan, objective.id, objective.kind == "count"

    def level(coverage: float) -> str:
        """A coverage as a percentage, of a count as people; rounded down, as what is missed must not look reached."""
        if math.isnan(coverage):
            return NOTHING
        if counted:
            return f"{number(coverage * row['target'], language)} {say('unit.people', language)}"
        return percent(math.floor(coverage * 1000 + 1e-6) / 1000, language)

    key, start = row["binds"] or "met", row["latest_start"]
    if key == "time" and years == 1:
        key = "time_short"
    if (
        key in ("completion", "time", "time_short")
        and (row["target"] - row["best_reachable"]) * row["base"] < HALF_A_PERSON
    ):
        key = "pace"
    return WHY[language][key].format(
        name=plan.label("objectives", id, language),
        due=due(objective.due, language),
        target=level(1.0 if counted else row["target"]),
        reached=level(row["coverage"]),
        best=level(row["best_reachable"]),
        with_money=level(row["deliverable"]),
        where=_short_of_places(results, id, language),
        failing=percent(1 - passing, language),
        late=f"{start + 1}–{objective.due_year}"
        if key == "time" and start + 1 < objective.due_year
        else objective.due_year,
        years=years,
        start=start,
    )


def due(date: str, language: str) -> str:
    """A due date as it is said: năm 2015, tháng 6/2012."""
    year, _, month = date.partition("-")
    if not month:
        return {"vi": f"năm {year}", "en": year}[language]
    return {"vi": f"tháng {int(month)}/{year}", "en": f"{int(month)}/{year}"}[language]


def _short_of_places(results: Results, objective: str, language: str) -> str:
    """In brackets, the programs that had fewer places than this objective needed in some year; else nothing."""
    rows = results["enrollment"].query("objective == @objective and deliverable < needed")
    names = [results.plan.label("programs", p, language) for p in dict.fromkeys(rows["program"])]
    return f" ({', '.join(names)})" if names else ""


def real_message(plan: Plan, language: str) -> str:
    """What the plan's money is worth against the period before, as a sentence; empty without a history."""
    change = real_change_of_money(plan)
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
