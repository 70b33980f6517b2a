"""Numbers, texts and tables that no plan holds: each is refused in words, in time, or leads to finite results."""

from __future__ import annotations

import csv
import math
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trainplan import cli
from trainplan.analysis.failure_conditions import find_rule
from trainplan.plan.levers import Lever
from trainplan.plan.plan import load_plan
from trainplan.plan.ranges import Range
from trainplan.plan.scenarios import MOST_CHANGES
from trainplan.plan.schema import MOST_ROWS, TABLES, Choices, Measure
from trainplan.plan.yaml_text import MOST_LETTERS as MOST_OF_YAML
from trainplan.results.registry import RESULTS, check_columns
from trainplan.results.tables import MAKERS, compute
from trainplan.storage.tables import csv_text, write_tables
from trainplan.text.catalog import LANGUAGES
from trainplan.text.problems import ENOUGH, LONGEST, SHOWN, PlanError, Problem, nearest_name

SOUND = Path(__file__).parent / "broken" / "sound"
WORDS = ("choice", "id", "name", "text", "basis", "date", "pacing", "months")  # units of no number
RANGE = "{{address: {}, form: {}, distribution: uniform, low: {}, high: {}, name: {{vi: a}}, reason: {{vi: a}}}}"


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SOUND, tmp_path / "plan"))


def add(plan: Path, file: str, rows: Iterable[str]) -> None:
    with (plan / file).open("a", encoding="utf-8") as table:
        table.writelines(f"{row}\n" for row in rows)


def replace(plan: Path, file: str, old: str, new: str) -> None:
    text = (plan / file).read_text("utf-8")
    assert old in text
    (plan / file).write_text(text.replace(old, new, 1), "utf-8")


def fill(plan: Path, table: str, cells: dict[str, object], only: Callable[[dict[str, str]], object] = bool) -> None:
    file = plan / f"{table}.csv"
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
    for row in filter(only, rows):
        row.update({column: str(value) for column, value in cells.items()})
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def refused(plan: Path, scenario: str = "base") -> list[Problem]:
    with pytest.raises(PlanError) as caught:
        load_plan(plan, scenario)
    lines = str(caught.value).splitlines()
    assert len(lines) <= SHOWN + 2
    assert max(map(len, lines)) < 20 * LONGEST
    return caught.value.problems


def codes(plan: Path, scenario: str = "base") -> list[str]:
    return [problem.code for problem in refused(plan, scenario)]


def test_every_column_of_numbers_has_finite_bounds() -> None:
    columns = [column for table in TABLES.values() for column in table.columns.values() if column.unit not in WORDS]
    assert {column.unit for column in columns} >= {"people", "VND", "year", "years", "rank", "weight", "level", "days"}
    for column in columns:
        assert math.isfinite(column.measure.low) and math.isfinite(column.measure.high), column
    for model, names in (
        (Choices, "first last price_base_year"),
        (Range, "low mode high mean sd"),
        (Lever, "low step"),
    ):
        for name in names.split():
            field = model.model_fields[name]
            marks = [
                *field.metadata,
                *getattr(next(iter(getattr(field.annotation, "__args__", ())), None), "__metadata__", ()),
            ]
            held = [mark for mark in marks if isinstance(mark, Measure)]
            assert held and math.isfinite(held[0].low) and math.isfinite(held[0].high), name


@pytest.mark.parametrize("value", ["1e308", "1e-320", "-1e308", "1e19", "9" * 400])
def test_numbers_beyond_the_bounds_of_any_column_are_refused(value: str, plan: Path) -> None:
    for table in ("groups", "objectives", "programs", "ceilings", "prices", "pipeline", "funding"):
        for column in (c for c in TABLES[table].columns.values() if c.unit not in WORDS):
            mistaken = Path(shutil.copytree(plan, plan.parent / f"{table}_{column.name}"))
            fill(mistaken, table, {column.name: value})
            assert any(problem.column == column.name for problem in refused(mistaken)), (table, column.name)


ENDS = {
    "high": {
        "groups": {"headcount": 1e8, "growth": 0},
        "unit_headcounts": {"headcount": 1e8},
        "programs": {"cost_per_learner_year": 1e12, "completion_rate": 0.01},
        "ceilings": {"ceiling_vnd": 1e15},
        "objectives": {"weight": 1000},
        "prices": {"value": 1e9},
        "pipeline": {"learners": 1e8},
    },
    "low": {
        "groups": {"headcount": 1e-9, "growth": -0.9},
        "unit_headcounts": {"headcount": 1e-9},
        "programs": {"cost_per_learner_year": 1e-9, "completion_rate": 0.01},
        "ceilings": {"ceiling_vnd": 1e-9},
        "objectives": {"weight": 1e-9},
        "prices": {"value": 0.001},
        "pipeline": {"learners": 1e-9},
    },
}


@pytest.mark.parametrize("rule", ["proportional", "priority", "all", "optimal"])
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.filterwarnings("error:.*encountered:RuntimeWarning")
def test_plans_at_the_ends_of_the_bounds_have_finite_results(end: str, rule: str, plan: Path) -> None:
    for table, cells in ENDS[end].items():
        fill(plan, table, cells)
    replace(plan, "plan.yaml", "proportional", rule)
    found = compute(load_plan(plan))
    for name in ("needed", "deliverable", "funded", "completed", "learners", "classes", "funded_vnd", "reached"):
        values = getattr(found.run, name)
        assert np.isfinite(values).all() and (values >= -1e-6).all(), name
    assert found.tables


def test_a_result_that_is_infinite_is_not_written(tmp_path: Path) -> None:
    frame = pd.DataFrame({"objective": ["a"], "missed": [0.1], "rule": [""], "right": [math.inf], "found": [0.0]})
    with pytest.raises(PlanError, match=r"conditions\.csv, .*right"):
        check_columns("conditions", frame)
    assert check_columns("conditions", frame.assign(right=math.nan)) is not None  # nothing to say is no number


@pytest.mark.parametrize(
    ("stem", "column", "value", "said"),
    [
        ("gap", "reached", math.nan, "gap.reached lacks a number"),
        ("gap", "reached", None, "gap.reached lacks a number"),
        ("gap", "reached", -1.0, "gap.reached has a number below zero"),
        ("workforce", "headcount", -1e-3, "workforce.headcount has a number below zero"),
        ("cost", "funded_vnd", math.nan, "cost.funded_vnd lacks a number"),
        ("gap", "coverage", -0.1, "gap.coverage has a number below zero"),
    ],
)
def test_a_result_that_is_missing_or_below_zero_is_not_written(
    stem: str, column: str, value: float | None, said: str, plan: Path, tmp_path: Path
) -> None:
    sound = compute(load_plan(plan))[stem]
    broken = sound.assign(**{column: [value, *sound[column].iloc[1:]]})
    with pytest.raises(ValueError, match=re.escape(said)):
        write_tables({"lines": compute(load_plan(plan))["lines"], stem: broken}, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_result_is_missing_or_below_zero_where_its_column_says_so_or_it_is_rounding(plan: Path) -> None:
    gap, budget = (compute(load_plan(plan))[stem] for stem in ("gap", "budget"))
    check_columns("gap", gap.assign(coverage=math.nan, reached=[-1e-12, *gap["reached"].iloc[1:]]))
    check_columns("budget", budget.assign(lacking_vnd=-1e9))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_meaning_of_an_empty_number_stands_with_columns_that_may_have_one_only(language: str) -> None:
    word = {"en": "empty", "vi": "trống"}[language]
    for table in RESULTS.values():
        for column in table.columns:
            if column.is_number and word in table.column_meaning(column.name, language).lower():
                assert column.gaps, f"{table.stem}.{column.name}"


def test_a_command_whose_result_is_below_zero_says_so_and_writes_nothing(
    plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log, made = tmp_path / "log", MAKERS["gap"]
    monkeypatch.setenv("TRAINPLAN_LOG", str(log))
    monkeypatch.setitem(MAKERS, "gap", lambda results: made(results).assign(reached=-5.0))
    assert cli.main(["tables", str(plan), "--output", str(tmp_path / "out")]) == cli.FAILED
    said = capsys.readouterr().err
    assert "Traceback" not in said and len(said.splitlines()) == 1
    assert "gap.reached has a number below zero" in log.read_text("utf-8")
    assert not (tmp_path / "out").exists()


@pytest.mark.filterwarnings("error:.*encountered:RuntimeWarning")
@pytest.mark.parametrize("missed", [[1, 0, 1, 0], [0, 1, 0, 1]])
def test_no_rule_is_learned_from_draws_that_are_all_alike(missed: list[int]) -> None:
    rule = find_rule("a", np.arange(4.0)[None], np.array(missed, bool))
    assert rule.conditions == () and rule.missed == 0.5


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("last: 2024", "last: 100000000", "at_most"),
        ("first: 2021", "first: -5000", "at_least"),
        ("first: 2021", f"first: {'9' * 4000}", "finite_expected"),
        ("first: 2021", "first: .inf", "finite_expected"),
        ("last: 2024", "last: 2121", "period_too_long"),
        ("price_base_year: 2021", "price_base_year: 1e300", "at_most"),
        ("language: vi", "language: vi\ndecided_from: 1e18", "at_most"),
    ],
)
def test_periods_are_those_of_plans(old: str, new: str, code: str, plan: Path) -> None:
    add(plan, "plan.yaml", [f"uncertain: [{RANGE.format('ceilings.{year}/total.ceiling_vnd', 'scale', 1, 2)}]"])
    replace(plan, "plan.yaml", old, new)
    replace(
        plan, "plan.yaml", "address: ceilings.{year}/total.ceiling_vnd", "address: 'ceilings.{year}/total.ceiling_vnd'"
    )
    assert code in codes(plan)


@pytest.mark.parametrize("number", ["9" * 400, "1e308", ".inf", "-.inf", ".nan", "1e-320"])
def test_changes_and_ranges_of_numbers_without_measure_are_refused(number: str, plan: Path) -> None:
    for form in ("value", "scale", "add"):
        change = f"title: a\nset: {{programs.*.cost_per_learner_year: {{{form}: {number}}}}}\n"
        (plan / "scenarios" / "costs_up.yaml").write_text(change, "utf-8")
        if (form, number) in (("add", "1e-320"), ("scale", "1e-320")):  # changes nothing, or leaves nothing
            continue
        assert refused(plan, "costs_up")
    whole = (plan / "plan.yaml").read_text("utf-8")
    for part in (number, f"0, high: {number}"):
        ranges = f"uncertain: [{RANGE.format('programs.*.cost_per_learner_year', 'scale', part, 1)}]\n"
        (plan / "plan.yaml").write_text(whole + ranges.replace(f"high: {number}, high: 1", f"high: {number}"), "utf-8")
        assert all(problem.row == "uncertain 1" for problem in refused(plan))


def test_a_scenario_changes_only_so_much(plan: Path) -> None:
    add(plan, "units.csv", (f"u{i},U,U,d" for i in range(MOST_CHANGES + 1)))
    add(plan, "unit_headcounts.csv", (f"u{i},officials,0,assumption: a" for i in range(MOST_CHANGES + 1)))
    changes = [f"  unit_headcounts.u{i}/officials.headcount: 0\n" for i in range(MOST_CHANGES + 1)]
    (plan / "scenarios" / "costs_up.yaml").write_text(f"title: a\nset:\n{''.join(changes[:-1])}", "utf-8")
    assert len(load_plan(plan, "costs_up").changes) == MOST_CHANGES
    (plan / "scenarios" / "costs_up.yaml").write_text(f"title: a\nset:\n{''.join(changes)}", "utf-8")
    assert codes(plan, "costs_up") == ["too_many_changes"]


def test_a_change_of_every_row_finds_one_without_a_key(plan: Path) -> None:
    """An empty cell that is scaled is told; levers, ranges and scenarios find cells in one way."""
    add(plan, "programs.csv", [",x"])
    changes = "programs.*.cost_per_learner_year: {scale: 1.1}\n"
    (plan / "scenarios" / "costs_up.yaml").write_text(f"title: a\nset:\n  {changes}", "utf-8")
    assert codes(plan, "costs_up") == ["row_unfinished"]


def test_head_counts_that_grow_beyond_measure_are_refused(plan: Path) -> None:
    fill(plan, "groups", {"headcount": 1e8, "growth": 0.01}, lambda row: row["id"] == "officials")
    assert codes(plan) == ["grows_too_large"]


def test_levels_of_one_index_lie_near_each_other(plan: Path) -> None:
    fill(plan, "prices", {"value": 1e9}, lambda row: row["index"] == "cpi" and row["year"] == "2024")
    assert codes(plan) == ["prices_far_apart"]


LAUGHS = "l0: &l0 [ha,ha]\n" + "".join(f"l{i}: &l{i} [{','.join([f'*l{i - 1}'] * 9)}]\n" for i in range(1, 10))
YAML = {
    "as_of: 2011-02-30": "yaml_value",
    "? - {owner: x}\n": "yaml_value",
    'as_of: !!int "x"': "yaml_value",
    'as_of: !!int ""': "yaml_value",
    'as_of: !!bool "x"': "yaml_value",
    f"as_of: {'9' * 5000}": "yaml_value",
    'owner: "\\ud800"': "yaml_value",
    '"\\udfff": 1': "yaml_value",
    'name: !!binary "x"': "yaml_tag",
    "owner: !!set {a, b}": "yaml_tag",
    "owner: !!python/object/apply:os.system [exit]": "yaml_tag",
    "owner: !mine x": "yaml_tag",
    "owner: &a [*a]": "yaml_reference",
    LAUGHS: "yaml_reference",
    f"owner: {'[' * 1000}{']' * 1000}": "yaml_too_deep",
    f"owner: {'{a: ' * 1000}{'}' * 1000}": "yaml_too_deep",
    f"owner:\n{'- ' * 1000}a": "yaml_too_deep",
    "...\n%YAML 9.9\n---": "yaml_directive",
    "...\n%TAG ! tag:example.org,2000:\n---": "yaml_directive",
    "#" * MOST_OF_YAML: "yaml_too_long",
    "owner: \x00": "not_yaml",
    "first: 2020": "key_twice",
}


@pytest.mark.parametrize("text", YAML, ids=[f"{code}-{text[:12]}" for text, code in YAML.items()])
def test_yaml_that_is_no_plan_is_refused_with_its_line(text: str, plan: Path) -> None:
    add(plan, "plan.yaml", [text])
    (problem,) = refused(plan)
    assert problem.code == YAML[text]
    assert problem.line or problem.code in ("yaml_too_long", "not_yaml")


def test_a_due_date_without_end_is_none(plan: Path) -> None:
    for number in (".inf", "-.inf", ".nan"):
        change = f"title: a\nset: {{objectives.degree.due: {number}}}\n"
        (plan / "scenarios" / "costs_up.yaml").write_text(change, "utf-8")
        assert codes(plan, "costs_up") == ["due_form"]


GROUP = ",Tên,Name,,1,0,0.1,0.1,,assumption: a"
TOO_MANY = MOST_ROWS + 10_000
LINES = {  # rows added to a file, the code of the problem, and its line; 0 for several
    "a long cell": ("groups.csv", [f"x,{'n' * 200_000}{GROUP[4:]}"], "cell_too_long", 5),
    "a quote in a long file": ("groups.csv", ['x,"n', *["y" * 1000] * 200], "cell_too_long", 5),
    "blank rows": ("groups.csv", ["," * 9] * 1_050_000, "too_many_rows", 1_048_577),
    "blank cells": ("groups.csv", ["," * 20_000], "too_many_columns", 5),
    "an open quote": ("groups.csv", ["y" + GROUP, f'x,"{GROUP[1:]}', "z" + GROUP], "quotes_broken", 6),
    "a long id": ("groups.csv", ["x" * 5000 + GROUP], "string_too_long", 5),
    "a long name": ("groups.csv", [f"x,{'n' * 20_000}{GROUP[4:]}"], "string_too_long", 5),
    "a hidden letter": ("groups.csv", [f"x,n\x00{GROUP[4:]}"], "letters_deceive", 5),
    "too many rows": (
        "turnover.csv",
        ["delegates,2022,0.1,assumption: a"] * (MOST_ROWS + 10_000),
        "too_many_rows",
        MOST_ROWS + 2,
    ),
    "too many objectives": ("objectives.csv", ["x"] * 3000, "too_many_rows", 302),
    "wrong numbers": ("turnover.csv", ["delegates,2022,x,assumption: a"] * 19_000, "number_expected", 0),
    "wrong references": ("turnover.csv", [f"g{i},2021,0.1,assumption: a" for i in range(19_000)], "no_row_in_table", 0),
    "too many cells": ("turnover.csv", ["delegates,2022,1,1,assumption: a"] * 19_000, "too_many_cells", 0),
}


@pytest.mark.parametrize("what", LINES)
def test_a_table_that_is_out_of_all_measure_is_refused_with_its_line(what: str, plan: Path) -> None:
    file, rows, code, line = LINES[what]
    add(plan, file, rows)
    problems = refused(plan)
    own = [problem for problem in problems if problem.code == code]
    assert {problem.where for problem in own} == {file}
    assert [problem.line for problem in own] == [line] if line else len(problems) >= ENOUGH
    assert len(own) <= ENOUGH


def test_a_table_of_ten_thousand_columns_is_refused(plan: Path) -> None:
    replace(plan, "turnover.csv", "basis", "basis," + ",".join(f"leave_rat{i}" for i in range(10_000)))
    assert codes(plan) == ["too_many_columns"]


def counts(plan: Path, many: int) -> None:
    """Counts that are each part of the one before."""
    wholes = ["abroad_all", *(f"c{i}" for i in range(many - 1))]
    rows = (f"c{i},leaders,count,a,a,0,5,,2024,,,,3,1,{whole},II.4,assumption: a" for i, whole in enumerate(wholes))
    add(plan, "objectives.csv", rows)
    add(plan, "routes.csv", (f"c{i},abroad,1" for i in range(many)))


def test_wholes_lie_within_each_other_only_so_deep(plan: Path) -> None:
    counts(plan, 19)
    assert load_plan(plan)
    counts_beyond = Path(shutil.copytree(SOUND, plan.parent / "beyond"))
    counts(counts_beyond, 250)
    assert codes(counts_beyond) == ["part_of_too_deep"]


def test_a_large_circle_is_told_once_from_its_first_row(plan: Path) -> None:
    counts(plan, 250)
    replace(plan, "objectives.csv", "3,1,,II.4", "3,1,c249,II.4")
    (problem,) = refused(plan)
    assert (problem.code, problem.row) == ("part_of_circle", "abroad_all")


def test_the_count_of_a_message_says_how_many_are_not_shown() -> None:
    few, many = (PlanError([Problem("a", "no_file")] * count) for count in (SHOWN, SHOWN + 7))
    assert len(str(few).splitlines()) == SHOWN + 1
    assert str(many).splitlines()[-1] == "và ít nhất 7 lỗi nữa / and at least 7 more"


def test_what_is_near_is_looked_for_only_among_few_names_and_short_ones() -> None:
    assert nearest_name("prices1", ["prices2"]) == "prices2"
    assert nearest_name("prices1", ["prices2", *map(str, range(5000))]) == ""
    assert nearest_name("p" * 5000, ["p" * 5000]) == ""


@pytest.mark.parametrize("first", "=+-@")
def test_ids_and_texts_begin_no_formula(first: str, plan: Path) -> None:
    add(plan, "groups.csv", [f"{first}x1{GROUP}"])
    assert codes(plan) == ["string_pattern_mismatch"]
    written = csv_text(pd.DataFrame({f"{first}head": [f"{first}1+1", "a-b"], "number": [-1.5, 2.0]}))
    assert written == f"'{first}head,number\n'{first}1+1,-1.5\na-b,2\n"


@pytest.mark.parametrize(
    ("option", "value"),
    [("--draws", "1e3"), ("--draws", "0"), ("--draws", "9" * 5000), ("--seed", "-1"), ("--seed", "x"), ("--seed", "²")],
)
def test_options_are_whole_numbers_within_bounds(
    option: str, value: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    given = ["uncertainty", str(SOUND), f"{option}={value}", "--output", str(tmp_path / "out")]
    assert cli.main(given) == cli.WRONG_INPUT
    assert "số nguyên từ" in capfd.readouterr().err
    assert not (tmp_path / "out").exists()
