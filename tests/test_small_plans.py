"""Pages of plans that are small, short or met throughout, and plans like another: nothing that is not so of them."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

from making import RANGES, SOUND, with_ranges
from trainplan import parts
from trainplan.analysis.monte_carlo import probabilities_when_due, uncertainty_by_loop, uncertainty_by_rule
from trainplan.analysis.relaxations import Relaxation
from trainplan.analysis.rule_comparison import compare_rules, rule_beside
from trainplan.analysis.sensitivity import sensitivity
from trainplan.cli import main
from trainplan.desk.drawings import draw_cost
from trainplan.desk.sections import desk_page
from trainplan.desk.session import Session
from trainplan.plan.find import PROJECT
from trainplan.plan.plan import Plan, load_plan
from trainplan.report.excel import write_excel
from trainplan.report.sentences.best_plan import best_plan_proof, compare_best_plan
from trainplan.results.compare import compare
from trainplan.results.tables import Results, compute
from trainplan.text.catalog import LANGUAGES, say
from trainplan.text.formats import bare_millions

CEILINGS = "year,source,ceiling_vnd,basis\n" + "".join(
    f"{year},total,150000000,clause: III\n" for year in range(2026, 2031)
)
OF_A_RANGE = RANGES.split("\n  - ")[2]  # the second: who leaves
ONE_RANGE = "uncertain:\n  - " + OF_A_RANGE.replace("groups.officials", "groups.example_group")


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A new plan of five years, as `new` makes it."""
    return new(tmp_path, 2026, 2030)


def new(folder: Path, first: int, last: int, *options: str) -> Path:
    assert main(["new", str(folder / "plan"), "--first", str(first), "--last", str(last), *options]) == 0
    return folder / "plan"


def results_of(plan: Path) -> Results:
    return compute(load_plan(plan))


def with_ceilings(plan: Path) -> Path:
    (plan / "data" / "ceilings.csv").write_text(CEILINGS, "utf-8")
    return plan


# --- scenarios and notes


def test_a_scenario_without_a_reason_is_not_said_to_change_nothing(plan: Path) -> None:
    (plan / "scenarios").mkdir()
    (plan / "scenarios" / "dear.yaml").write_text(
        "title: {vi: Chi phí tăng, en: Dear}\nset: {programs.*.cost_per_learner_year: {scale: 1.2}}\n", "utf-8"
    )
    runs = [results_of(plan), compute(load_plan(plan, "dear"))]
    for language in LANGUAGES:
        nothing = say("word.plan_itself", language)
        assert list(parts.scenarios(compare(runs)).frame(language).iloc[:, 1]) == [nothing, ""]
        assert [nothing in parts.title(run.plan).sentences(language) for run in runs] == [True, False]
        changed = load_plan(plan, overrides={"ambition": "low"})
        assert nothing not in parts.title(changed).sentences(language)
        assert " – </p>" not in parts.title(changed).pieces[0].html(language)  # type: ignore[attr-defined]


def test_a_note_on_a_page_is_in_one_language_and_calls_things_by_name(plan: Path) -> None:
    objectives = plan / "data" / "objectives.csv"
    objectives.write_text(objectives.read_text("utf-8").replace(",0.6,0.01,,", ",0.6,,,"), "utf-8")
    notes = load_plan(plan).warnings
    assert [note.split(":")[0] for note in notes] == ["objectives.*.lapse_rate", "ceilings"]
    assert all(" / " in note for note in notes) and "example_target" in notes[0]
    said = {language: "\n".join(parts.warnings(load_plan(plan)).sentences(language)) for language in LANGUAGES}
    assert "Ví dụ: đạt tiêu chuẩn" in said["vi"] and "Example: up to standard" in said["en"]
    assert not re.search(r" / |example_target|\.\*\.|ceiling", said["vi"])
    assert not re.search(r" / |example_target|\.\*\.|hạn mức", said["en"])


def test_notes_on_facts_call_the_rows_by_name(tmp_path: Path) -> None:
    plan = new(tmp_path, 2026, 2030)
    text = (plan / "plan.yaml").read_text("utf-8")
    (plan / "plan.yaml").write_text(text.replace("#decided_from: 2026", "decided_from: 2027"), "utf-8")
    with (plan / "data" / "prices.csv").open("a", encoding="utf-8") as file:
        file.write("cpi,2040,2,assumption: far,xa\n")
    said = "\n".join(parts.warnings(load_plan(plan)).sentences("vi"))
    assert "Ví dụ: đạt tiêu chuẩn, Ví dụ: khóa bồi dưỡng" in said and "chỉ số giá tiêu dùng, 2040" in said
    assert not re.search("example_|actuals|prices|cpi", said)


# --- what is met throughout, or alone


def test_where_nothing_is_missing_nothing_is_said_of_causes(plan: Path) -> None:
    results = results_of(plan)
    assert list(parts.verdicts(results).frame("en"))[-2:] == ["Missing (people)", "Verdict"]
    assert parts.about_best_reachable(results).sentences("en") == []
    assert "When due nobody is missing" in parts.people_missing(results).page_figure("en").caption.alt
    tight = compute(load_plan(plan, overrides={"programs.example_course.capacity": 5}))
    assert list(parts.verdicts(tight).frame("en"))[-1] == "Latest start"
    assert len(parts.about_best_reachable(tight).sentences("en")) == 1


def test_a_year_without_gaps_has_no_picture_of_them(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="nothing to draw"):
        parts.people_missing(results_of(new(tmp_path, 2026, 2026))).page_figure("vi")


@pytest.mark.parametrize(("capacity", "met"), [(400, "đạt"), (1, "chưa đạt")])
def test_one_target_is_the_one_target(capacity: int, met: str, plan: Path) -> None:
    results = compute(load_plan(plan, overrides={"programs.example_course.capacity": capacity}))
    [said] = parts.targets_met(results).sentences("vi")
    assert said == f"Chỉ tiêu duy nhất của kế hoạch {met} mức giả định khi đến hạn."
    assert "1 of" not in parts.targets_met(results).sentences("en")[0]


def test_groups_have_a_column_of_what_they_are_part_of_where_any_is(plan: Path) -> None:
    read = load_plan(plan)
    assert "Part of" not in parts.groups(read).frame("en") and parts.groups_overlap(read).sentences("en") == []
    sound = load_plan(SOUND)
    assert "Part of" in parts.groups(sound).frame("en") and len(parts.groups_overlap(sound).sentences("en")) == 1


def test_a_basis_has_its_kind_in_the_language_of_the_page(plan: Path) -> None:
    cells = {language: parts.groups(load_plan(plan)).frame(language).iat[0, -1] for language in LANGUAGES}
    assert cells == {"vi": "giả định: ví dụ, cần thay", "en": "assumption: example, to be replaced"}


def test_simplifications_are_those_of_what_a_plan_has(plan: Path) -> None:
    assert len(parts.simplifications(load_plan(plan)).sentences("en")) == 2
    assert parts.needs_fade(load_plan(plan)).sentences("en") == []
    whole = parts.simplifications(load_plan("an_giang_2011_2015")).sentences("en")
    assert len(whole) == 6 and parts.needs_fade(load_plan("an_giang_2011_2015")).sentences("en")[0] in whole


# --- the best plan


def test_what_the_best_plan_does_not_change_is_not_said_as_a_change(plan: Path) -> None:
    rules = compare_rules(load_plan(plan))
    [met], [behind, proven] = compare_best_plan(rules, "vi"), best_plan_proof(rules, "vi")
    assert "không hơn cách đang chọn" in met and "vẫn là 0" in behind and "bớt thêm được lượt" in proven
    assert parts.best_plan_changes(rules).page_figure("vi").caption.finding.endswith("bớt ở 0 chương trình.")


def test_a_best_plan_that_changes_nothing_has_no_picture(tmp_path: Path) -> None:
    rules = compare_rules(load_plan(new(tmp_path, 2026, 2026)))
    with pytest.raises(LookupError, match="nothing to draw"):
        parts.best_plan_changes(rules).page_figure("vi")
    assert re.search("chi vẫn [0-9]+", best_plan_proof(rules, "vi")[0])


def test_picture_and_sentences_hold_the_best_plan_against_the_same_rule() -> None:
    for rule in ("priority", "proportional"):
        rules = compare_rules(load_plan(SOUND, overrides={"allocation": rule, "programs.college.capacity": 5}))
        assert rule_beside(rules) == rule
        assert say(f"rule.{rule}", "vi") in compare_best_plan(rules, "vi")[0]
        assert f"phân bổ {say(f'rule.{rule}', 'vi')}" in parts.best_plan_changes(rules).page_figure("vi").html("vi")


def test_a_later_due_date_is_said_as_one(plan: Path) -> None:
    read = load_plan(plan)
    place, money = "objectives.example_target.due", {"ceilings.2026/total.ceiling_vnd": {"add": 1e6}}
    later = [{place: {"value": 2029}, **money}, {place: {"value": "2029-06"}}]
    ways = [Relaxation("example_target", "deadline", changes, 0.0) for changes in later]
    said = list(parts.relaxations(read, ways).frame("vi").iloc[:, 1])
    assert said[0].startswith("lùi hạn đến 2029; +1") and said[1] == "lùi hạn đến 30/6/2029"


# --- amounts below a billion


def test_the_money_of_a_small_plan_adds_up_as_it_is_shown(plan: Path) -> None:
    frame = parts.budget(results_of(plan)).frame("en")
    amounts = [str(cell) for cell in frame["Required"]]
    assert all(re.fullmatch(r"\d{1,3}", amount) for amount in amounts) and len(set(amounts)) > 2
    assert abs(sum(map(float, amounts[:-1])) - float(amounts[-1])) <= 2.5
    large = compute(load_plan(plan, overrides={"programs.*.cost_per_learner_year": {"scale": 100}}))
    assert all(re.fullmatch(r"[\d,]+", str(cell)) for cell in parts.budget(large).frame("en")["Required"])


# --- draws


@pytest.fixture
def ranged(plan: Path) -> Plan:
    """The new plan with one range, on who leaves, and ceilings that it never passes."""
    with (plan / "plan.yaml").open("a", encoding="utf-8") as file:
        file.write(ONE_RANGE)
    (plan / "data" / "ceilings.csv").write_text(CEILINGS.replace("150000000", "900000000"), "utf-8")
    return load_plan(plan)


def test_one_range_that_moves_nothing_is_not_drawn_as_what_decides(ranged: Plan) -> None:
    closed, replayed = uncertainty_by_loop(ranged, 64)
    drivers = sensitivity(ranged, "closed")
    for name in ("strongest_inputs", "driver_shares"):
        with pytest.raises(LookupError, match="nothing to draw"):
            getattr(parts, name)(closed, drivers).page_figure("vi")
    assert not len(parts.money_over(replayed).frame("vi"))


def test_several_ranges_are_drawn(tmp_path: Path) -> None:
    plan = load_plan(with_ranges(tmp_path), overrides={"programs.college.capacity": 5})
    closed, replayed = uncertainty_by_loop(plan, 64)
    for name in ("strongest_inputs", "driver_shares"):
        assert getattr(parts, name)(closed, sensitivity(plan, "closed")).page_figure("vi").caption.alt
    assert len(parts.money_over(replayed).frame("vi"))


def test_the_chances_of_the_plan_s_own_rule_are_told_once(ranged: Plan) -> None:
    own = {draws.loop: draws for draws in uncertainty_by_rule(ranged) if draws.plan.allocation == ranged.allocation}
    for draws in uncertainty_by_loop(ranged):
        assert draws.draws == own[draws.loop].draws
        assert probabilities_when_due(draws).equals(probabilities_when_due(own[draws.loop]))
    assert {draws.draws for draws in uncertainty_by_rule(ranged, 32)} == {32}


# --- elsewhere than on pages


def test_years_of_a_plan_of_one_year_are_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = new(tmp_path, 2027, 2027)
    assert main(["check", str(plan)]) == 0
    assert "(2027)" in capsys.readouterr().out
    book = openpyxl.load_workbook(write_excel(results_of(plan), tmp_path / "book.xlsx", "vi"))
    assert "2027" in [row[1].value for row in book.worksheets[0].iter_rows(max_row=8)]


def test_summaries_in_excel_have_the_money_that_there_is(plan: Path, tmp_path: Path) -> None:
    heads = []
    for results in (results_of(plan), results_of(with_ceilings(plan))):
        book = openpyxl.load_workbook(write_excel(results, tmp_path / "book.xlsx", "en"))
        heads.append([cell.value for cell in book.worksheets[1][1]])
    assert heads[0] == ["Year", "Required (VND)"] and len(heads[1]) > 4


def test_the_desk_of_a_plan_without_ceilings_speaks_of_what_is_needed(plan: Path) -> None:
    free = desk_page(Session(plan), "vi")
    assert say("desk.required", "vi") in free and "không thiếu ai</b> <span>khi đến hạn" in free
    marks = [say(f"desk.{key}", "vi") for key in ("short", "spent")]
    assert [mark for mark in marks if f">{mark}<" in free or f"</b> {mark}<" in free] == [] and "≤" not in free
    tight = desk_page(Session(with_ceilings(plan)), "vi")
    assert say("desk.spent", "vi") in tight and "≤" in tight


def test_the_desk_tells_the_money_of_each_year_in_one_unit(plan: Path) -> None:
    dear = {"programs.*.cost_per_learner_year": {"scale": 1.5}}
    before, after = (compute(load_plan(plan, overrides=changes)) for changes in (None, dear))
    section = draw_cost(after, before, "vi")
    assert say("unit.million", "vi") in section and say("unit.bn", "vi") not in section
    now = after["budget"].query("source == 'total' and year == 2026")["funded_vnd"].item()
    assert f">{bare_millions(now, 'vi')}</span></b>" in section and re.findall("2026: .*? → ", section)


def test_a_plan_like_another_has_no_word_of_its_decision(tmp_path: Path) -> None:
    plan = new(tmp_path, 2016, 2020, "--like", str(PROJECT / "params" / "an_giang_2011_2015"))
    for path in (plan / "plan.yaml", *(plan / "data").glob("*.csv")):
        text = "\n".join(line for line in path.read_text("utf-8").splitlines() if not line.startswith("#"))
        assert not re.search(r"Quyết định|[Dd]ecision|2415|An Giang|clause:|\b201[0-4]\b(?!,\d)", text), path.name
