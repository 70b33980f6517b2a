"""What registered parts are made of, for any plan: values by the names and annotations of what their functions take."""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from trainplan import parts
from trainplan.analysis.attribution import attribute_each
from trainplan.analysis.failure_conditions import failure_conditions
from trainplan.analysis.goal_seek import goal_seek
from trainplan.analysis.marginal_values import marginal_values
from trainplan.analysis.monte_carlo import uncertainty_by_loop, uncertainty_by_rule
from trainplan.analysis.relaxations import relaxations
from trainplan.analysis.rule_comparison import compare_rules, under_rule
from trainplan.analysis.sensitivity import sensitivity
from trainplan.cycle.review import load_review
from trainplan.cycle.year_plan import YearTables, unit_need
from trainplan.plan.find import PROJECT, scenario_names
from trainplan.plan.plan import load_plan
from trainplan.report.parts import Part
from trainplan.results.compare import compare
from trainplan.results.tables import compute
from trainplan.run.plan_notebooks import tables_lacking
from trainplan.text.problems import PlanError, Problem

SOUND = Path(__file__).parent / "broken" / "sound"
PROVINCE = "an_giang_2011_2015"
RANGES = """
uncertain:
  - {address: [ceilings.2021/total.ceiling_vnd, ceilings.2022/total.ceiling_vnd, ceilings.2023/province.ceiling_vnd],
     form: scale, distribution: uniform, low: 0.7, high: 1.1,
     name: {vi: Kinh phí thực có, en: Money that arrives}, reason: {vi: thử, en: test}}
  - {address: groups.officials.leave_rate, form: value, distribution: triangular, low: 0.02, mode: 0.04, high: 0.09,
     name: {vi: Tỷ lệ rời đi, en: Leaving}, reason: {vi: thử, en: test}}
  - {address: "prices.cpi/{year}.value", each_year: true, form: scale, distribution: normal, mean: 1, sd: 0.1,
     name: {vi: Giá, en: Prices}, reason: {vi: thử, en: test}}
"""

HISTORY = """id,name_vi,name_en,value,unit,clause
spent_total,Tổng chi,Spent in all,9000000000,VND,I
first_year,Năm đầu,First year,2019,year,I
last_year,Năm cuối,Last year,2020,year,I
"""
NARROW = {"programs.college.capacity": {"value": 5}}  # holds the sound plan back; the best plan differs


def with_history(plan: Path) -> Path:
    """Gives the sound plan in the folder `plan` a period before, with its prices."""
    (plan / "history.csv").write_text(HISTORY, "utf-8")
    with (plan / "prices.csv").open("a", encoding="utf-8") as file:
        file.writelines(
            f"cpi,{year},{level},statistic: made up for a test\n" for year, level in ((2019, 80), (2020, 90))
        )
    return plan


def with_months(plan: Path) -> Path:
    """Gives the programs of the sound plan in the folder `plan` days, hosts and months in which classes open."""
    programs = plan / "programs.csv"
    rows = programs.read_text("utf-8").splitlines()
    added = ["days,host,opens", ",Trường Cao đẳng,9", ",,", "30,Trường Chính trị,3;10", ",,1"]
    programs.write_text("".join(f"{row},{more}\n" for row, more in zip(rows, added, strict=True)), "utf-8")
    return plan


def copy_province(folder: Path) -> Path:
    """A copy of the plan of the province and its data below `folder`, to write beside; the folder of its plan file."""
    for part in ("params", "data"):
        shutil.copytree(PROJECT / part / PROVINCE, folder / part / PROVINCE)
    return folder / "params" / PROVINCE


def with_ranges(folder: Path) -> Path:
    """A copy, in `folder`, of the sound plan with three ranges, a period before and months of classes."""
    copy = with_months(with_history(Path(shutil.copytree(SOUND, folder / "ranged"))))
    with (copy / "plan.yaml").open("a", encoding="utf-8") as file:
        file.write(RANGES)
    return copy


def with_requests(folder: Path) -> Path:
    """Gives the plan in a folder what a survey of its next year brings of all units but the last; the folder.

    A unit asks for half of what it needs, for that, or for more by turns, and has nine tenths of the plan's coverage.
    """
    plan = load_plan(folder)
    year, tables, surveyed = plan.year_to_plan, plan.tables, {row.id for row in plan.tables.units[:-1]}
    asked = ["year,unit,objective,program,people,file"]
    for k, row in enumerate(unit_need(compute(plan), year).itertuples(index=False)):
        if row.unit in surveyed:
            people = round(row.needed * (0.5, 1, 1.5)[k % 3])
            asked.append(f"{year},{row.unit},{row.objective},{row.program},{people},b01-{k}.xlsx")
    plan.data_file("requests.csv").write_text("\n".join(asked) + "\n", "utf-8")
    counted = ["unit,objective,baseline,basis"]
    counted += [
        f"{held.unit},{one.id},{one.baseline * 0.9:g},statistic: the survey"
        for one in tables.objectives
        for held in tables.unit_headcounts
        if one.kind == "attainment" and held.group == one.group and held.unit in surveyed and held.headcount > 0
    ]
    plan.data_file("unit_baselines.csv").write_text("\n".join(counted) + "\n", "utf-8")
    return folder


def with_facts(folder: Path) -> Path:
    """Gives the plan in a folder what happened in its next two years, a count, milestones and lessons; the folder.

    What is known of a year is dated in February of the next.
    """
    plan = load_plan(folder)
    first, results = plan.year_to_plan, compute(plan)
    file = plan.data_file("actuals.csv")
    happened = pd.read_csv(file, dtype=str, keep_default_na=False).to_dict("records") if file.is_file() else []
    for k, row in enumerate(results["enrollment"].query("@first <= year <= @first + 1").to_dict("records")):
        spent = {"spent_vnd": 1_500_000 * row["funded"]} if len(row["program"]) % 4 == 3 else {}
        about = {key: row[key] for key in ("year", "objective", "program")} | {"basis": "statistic: the report"}
        sent = int(row["funded"] * (0.4 + k % 3 / 10))
        happened.append({**about, "enrolled": sent, **spent, "as_of": f"{row['year'] + 1}-02-15"})
    pd.DataFrame(happened).to_csv(file, index=False)
    counted = next(row for row in plan.tables.objectives if row.kind == "attainment")
    (folder_of := file.parent).joinpath("observations.csv").write_text(
        "year,objective,base,reached,basis,as_of\n"
        f"{first},{counted.id},700,300,statistic: a count,{first + 1}-02-15\n"
        f"{first + 1},{counted.id},700,350,statistic: a count,{first + 2}-02-15\n",
        "utf-8",
    )
    (folder_of / "milestones.csv").write_text(
        "id,name_vi,name_en,due,done,clause,basis\n"
        f"a,Rà soát chính sách,Review of policies,{first - 1}-12,{first}-02-20,II.III.1,assumption: x\n"
        f"b,Mô tả vị trí việc làm,Job descriptions,{first},,II.III.2,assumption: x\n"
        f"c,Chất lượng giảng viên,Better teachers,{first + 3}-06-30,,,assumption: x\n",
        "utf-8",
    )
    (folder_of / "lessons.csv").write_text(
        "id,year,objective,lesson_vi,lesson_en,proposal_vi,proposal_en\n"
        f"a,{first},{counted.id},Giao chỉ tiêu muộn,Places were allotted late,Giao từ đầu năm,Allot them early\n",
        "utf-8",
    )
    return folder


def notebooks_of(plan: Path) -> list[Path]:
    """The notebooks with a number whose tables a plan has, in their order."""
    books, loaded = sorted((PROJECT / "notebooks").glob("[0-9]*.ipynb")), load_plan(plan)
    return [book for book in books if not tables_lacking(book, loaded)]


def values_of(
    path: Path, overrides: dict[str, Any] | None = None, draws: int = 64, scenario: str = "base", beside: int = 99
) -> dict[str, Any]:
    """Whatever a part may take, by the name of a parameter or else by its annotation; `beside` other scenarios."""
    plan = load_plan(path, scenario, overrides)
    others = [load_plan(plan.path, name) for name in scenario_names(plan.path)[:beside] if name != scenario]
    results, (closed, replayed) = compute(plan), uncertainty_by_loop(plan, draws)
    main = closed or replayed
    goal, best_goal = map(goal_seek, (plan, under_rule(plan, "optimal"))) if plan.has_ceilings else (None, None)
    return {
        "Plan": plan,
        "Results": results,
        "YearTables": YearTables(results, plan.year_to_plan),
        "Review": load_review(plan.path, scenario, plan.years[len(plan.years) // 2], overrides=overrides),
        "Comparison": compare([results, *map(compute, others)]),
        "Sequence[tuple[Plan, pd.DataFrame]]": attribute_each(plan, others),
        "RuleComparison": compare_rules(plan),
        "Goal": goal,
        "Goal | None": goal,
        "best_goal": best_goal,
        "Sequence[Relaxation]": relaxations(plan),
        "Uncertainty": main,
        "Uncertainty | None": closed,
        "Sequence[Uncertainty]": uncertainty_by_rule(plan, draws),
        "Sequence[FailureRule]": failure_conditions(main) if main else None,
        "replayed": replayed,
        "values": marginal_values(plan),
        "drivers": sensitivity(plan, main.loop, design=16) if main else None,
        "group": plan.tables.groups[0].id,
        "broken": {"lost": PlanError([Problem("scenarios/lost.yaml", "change_empty")])},
    }


def make_part(name: str, values: dict[str, Any]) -> Part:
    """The part of that name."""
    function: Callable[..., Part] = getattr(parts, name)
    takes = inspect.signature(function).parameters.values()
    return function(*(values[p.name] if p.name in values else values[str(p.annotation)] for p in takes))
