"""What the plan of An Giang is: its facts of 2011, its bases, its units, its places."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from trainplan.cycle.class_calendar import calendar_of_year, last_month
from trainplan.plan.find import PROJECT
from trainplan.plan.plan import Plan, load_plan
from trainplan.results.compare import compare
from trainplan.results.decision import split_pointers
from trainplan.results.sources import source_register
from trainplan.results.tables import compute
from trainplan.results.verdicts import count_met

NAME = "an_giang_2011_2015"
BY_STANDARDS = {
    *("theory_intermediate", "theory_intermediate_district", "theory_advanced", "theory_elementary"),
    *("political_update", "rank_course", "leadership_course", "master_domestic"),
    *("secondary_vocational", "college_bridging", "university_in_service"),
}  # what the decision counts as training by standards: theory, state management, degrees
APART = {"non_specialized_trained", "overseas_short"}  # no turns of officials in the province


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(NAME)


def test_it_looks_from_the_day_of_signing_and_2011_is_closed(plan: Plan) -> None:
    assert plan.choices.as_of == date(2011, 12, 30) and list(plan.closed_years) == [2011]
    assert {(row.objective, row.program) for row in plan.tables.actuals} == set(plan.tables.pairs)
    assert all(row.basis.startswith("assumption:") and row.basis_vi for row in plan.frame("actuals").itertuples())
    assert plan.warnings == []
    assert list(load_plan(NAME, as_of="2011-06-30").closed_years) == [], "nothing was known of it yet"


def test_courses_of_2011_are_those_of_2006_to_2010_gone_on(plan: Plan) -> None:
    history = {row.id: row.value for row in plan.tables.history}
    sent = {(r.objective, r.program): r.enrolled for r in plan.tables.actuals if r.objective not in APART}
    assert sum(sent.values()) == history["turns_officials"] / 5
    by_standards = sum(n for (_, program), n in sent.items() if program in BY_STANDARDS)
    assert by_standards / sum(sent.values()) == pytest.approx(history["share_standards"], abs=1e-4)
    people = {row.id: row.headcount for row in plan.tables.groups}
    for objective in (row for row in plan.tables.objectives if row.kind == "annual"):
        turns = sum(n for (o, _), n in sent.items() if o == objective.id)
        assert turns / people[objective.group] == pytest.approx(objective.baseline, abs=1e-3), objective.id


def test_scenarios_of_the_year_that_was_over() -> None:
    late, opened = load_plan(NAME, "late_start"), load_plan(NAME, "year_2011_open")
    assert {row.enrolled for row in late.tables.actuals} == {0} and list(late.closed_years) == [2011]
    assert {change.address.split("/")[0] for change in late.applied} == {"actuals.2011"}, "no later year that is over"
    assert list(opened.closed_years) == []


def test_a_legal_deadline_goes_first(plan: Plan) -> None:
    assert plan.allocation == "priority" and load_plan(NAME, "proportional_rule").allocation == "proportional"
    assert [row.id for row in plan.tables.objectives if row.priority == 1] == ["delegates_trained"]
    decided = [row.priority for row in plan.tables.objectives if row.is_decided]
    goals = [row.priority for row in plan.tables.objectives if not row.is_decided and row.id != "abroad_language"]
    assert max(decided) < min(goals), "a number of the decision before a goal without one"


def test_thirteen_numbers_are_the_decision_s(plan: Plan) -> None:
    assert sum(row.is_decided for row in plan.tables.objectives) == 13
    assert plan.is_target == tuple(row.is_decided for row in plan.tables.objectives)
    for row in plan.tables.objectives:
        assert row.basis.startswith("clause:" if row.is_decided else "assumption:"), row.id


def test_targets_and_goals_are_never_counted_together(plan: Plan) -> None:
    results = compute(plan)
    met = results["verdicts"]["verdict"] == "met"
    totals = compare([results]).totals.iloc[0]
    assert totals["objectives"] == 13 and totals["objectives"] + totals["goals"] == len(met)
    assert totals["met"] == met[[row.is_decided for row in plan.tables.objectives]].sum()
    assert totals["met"] + totals["goals_met"] == met.sum()


def test_where_no_number_is_the_decision_s_all_are_targets() -> None:
    own = load_plan(Path(__file__).parent / "broken" / "sound")
    assert not any(row.is_decided for row in own.tables.objectives)
    counted = count_met(own, [True] * len(own.tables.objectives))
    assert counted["met"] == counted["objectives"] == len(own.tables.objectives) and counted["goals"] == 0


def test_whoever_goes_to_an_academy_or_university_takes_a_place(plan: Plan) -> None:
    placed = [row for row in plan.tables.programs if row.place in ("academy", "university", "abroad")]
    assert len(placed) == 10
    assert all(row.class_size is None and row.cost_per_class_year == 0 for row in placed)
    assert all(row.class_size for row in plan.tables.programs if row not in placed)


def test_units_are_of_two_blocs_and_hold_every_group_whole(plan: Plan) -> None:
    bloc = {row.id: row.bloc for row in plan.tables.units}
    assert set(bloc.values()) == {"state", "party"}
    halves = {id.rpartition("_")[0] for id in bloc if id.endswith("_party")}
    assert len(halves) == 11 and all(bloc[f"{half}_state"] == "state" for half in halves)
    total: Counter[str] = Counter()
    for row in plan.tables.unit_headcounts:
        total[row.group] += row.headcount
        group = next(g for g in plan.tables.groups if g.id == row.group)
        if group.level.startswith("commune"):
            assert bloc[row.unit] == "state", row
    assert total == {row.id: row.headcount for row in plan.tables.groups}


def test_the_lever_of_the_central_budget_covers_what_the_plan_uses(plan: Plan) -> None:
    lever = next(lever for lever in plan.levers if lever.id == "money_central")
    used = compute(load_plan(NAME, "requirement"))["budget"].query("source == 'central_budget'")["funded_vnd"]
    assert lever.high is not None and used.max() < lever.high


def test_statements_on_part_iii_point_somewhere_or_say_not_yet(plan: Plan) -> None:
    rows = [row for row in plan.tables.statements if row.section.startswith("III.")]
    assert len(rows) == 15
    for row in rows:
        assert split_pointers(row.pointers) or (row.why_not_vi + row.why_not_en).startswith("Chưa có"), row.id
        assert split_pointers(row.pointers) or row.why_not_en.startswith("Not yet"), row.id


def test_groups_and_programs_have_the_codes_of_the_forms(plan: Plan) -> None:
    spans = {
        f"{kind}1–{kind}{last}": range(1, last + 1) for kind, last in (("A", 4), ("A", 2), ("B", 2), ("C", 2), ("D", 3))
    }
    codes = {f"{code[0]}{n}" for code, span in spans.items() for n in span}
    assert {row.form_code for row in plan.tables.groups} <= codes | set(spans)
    contents = {row.form_code: row.content for row in plan.tables.programs}
    assert set(contents) == {"1a", "1b", "2a", "2b", "2c", "2d", "3", "4a", "4c", "4d", "5a", "5b", "6", "7"}


def test_days_and_months_fit_the_year_and_the_deadline(plan: Plan) -> None:
    for row in plan.tables.programs:
        assert row.host and row.opens, row.id
        assert row.days is None if row.years > 1 else row.days or row.id == "it_languages", row.id
        words = row.basis if row.basis.startswith("assumption:") else row.basis.partition("; assumed:")[2]
        assert "; days, school and months: " in words and "; số ngày, cơ sở và tháng khai giảng: " in row.basis_vi
        if row.years == 1 and row.class_size:
            assert last_month(row, 2012) <= "2012-12", f"{row.id} ends in the next year"
    delegates = next(row for row in plan.tables.programs if row.id == "delegate_course")
    due = next(row.due for row in plan.tables.objectives if row.id == "delegates_trained")
    assert last_month(delegates, 2012) < due


def test_no_quarter_has_most_of_a_year_s_classes(plan: Plan) -> None:
    calendar = calendar_of_year(compute(plan), 2013)
    quarters = calendar.groupby((calendar["month"] - 1) // 3)["opening"].sum()
    assert quarters.max() < quarters.sum() / 2 and quarters.get(3, 0) < quarters.sum() / 4


def test_a_class_item_by_item_costs_about_what_its_program_says(plan: Plan) -> None:
    ceilings = {row.ceiling_vnd for row in plan.tables.cost_items if row.norm == "Thông tư 139/2010/TT-BTC"}
    assert ceilings <= {600_000, 800_000, 1_000_000}
    for program in (row for row in plan.tables.programs if row.class_size):
        size, days = program.class_size or 0, program.days or 0
        times = {"class": 1, "day": days, "session": 2 * days, "learner": size, "learner_day": size * days}
        items = [row for row in plan.tables.cost_items if row.program in (None, program.id)]
        itemized = sum(times[row.per] * row.quantity * row.price_vnd for row in items)
        whole = program.cost_per_class_year + size * program.cost_per_learner_year
        assert 0.87 < itemized / whole < 1.06, f"{program.id}: {itemized:,.0f} of {whole:,.0f}"


def test_whom_a_group_holds_is_said_only_where_something_is_known(plan: Plan) -> None:
    said = {(row.group, row.attribute): row.share for row in plan.tables.attributes}
    assert said == {("province_district", "women"): 0.3, ("province_district", "young"): 0.18}
    for table in ("attributes", "cost_items"):
        assert all(row.basis.startswith("assumption:") and row.basis_vi for row in plan.tables[table])


def test_the_sources_count_what_is_assumed(plan: Plan) -> None:
    kinds = source_register(plan)["kind"]
    told = f"({(kinds == 'assumption').sum()} trong {len(kinds)} dòng căn cứ)"
    assert told in (PROJECT / "data" / "SOURCES.md").read_text("utf-8")
