"""A review explains what happened with no remainder: money by volume and price, people missing by cause."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import reference
import reference_review
import reference_units
from dated_plans import Drawn, dated_plans
from strategies import Tables, plans, write_plan
from trainplan.cli import main
from trainplan.cycle.looks import Looks
from trainplan.cycle.review import load_review
from trainplan.cycle.review_coverage import CAUSES, review_coverage
from trainplan.cycle.review_money import review_money
from trainplan.plan.address import NOT_SEEN, address_label
from trainplan.plan.find import PROJECT
from trainplan.plan.plan import load_plan
from trainplan.report.sentences.review import review_basis
from trainplan.results.tables import Results, compute
from trainplan.results.verdicts import LIMITS
from trainplan.text.problems import PlanError

WORKED = Path(__file__).parent / "plans" / "worked_example"
MANY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
LATER = "2031-01-01"


def looks_of(folder: Path, year: int, as_of: str | None = None) -> tuple[Results, Results]:
    """The results of both looks of a plan."""
    decided, now = Looks(folder, as_of).load("base", year)
    return compute(decided), compute(now)


def reviewed(folder: Path, choices: dict[str, Any], tables: Tables, year: int, as_of: str | None) -> list[pd.DataFrame]:
    """Both tables of a review of a plan that is written first, and the results as they now stand."""
    decided, now = looks_of(write_plan(folder, choices, tables), year, as_of)
    return [review_coverage(decided, now, year), review_money(decided, now, year), *now.tables.values()]


def agree(found: pd.DataFrame, expected: list[dict[str, Any]], keys: list[str]) -> None:
    """Rows of the same keys, each once; numbers within 1e-6 of a person and 1 VND, or of each 1e-6."""
    wanted = pd.DataFrame(expected, columns=list(found.columns)).set_index(keys)
    shown = found.set_index(keys).reindex(wanted.index)
    assert len(found) == len(wanted) and not shown.isna().any(axis=None)
    for column in wanted:
        if column == "estimated":
            assert shown[column].astype(str).str.lower().tolist() == wanted[column].tolist()
        else:
            tolerance = 1 if column.endswith("_vnd") else 1e-6
            assert shown[column].tolist() == pytest.approx(wanted[column].tolist(), rel=1e-6, abs=tolerance), column


def sent_by(results: Results) -> dict[tuple[int, str, str], int]:
    """Who is sent, by year, objective and program."""
    return results["enrollment"].set_index(["year", "objective", "program"])["funded"].astype(int).to_dict()


def agrees_with_the_reading(
    path: Path, choices: dict[str, Any], tables: Tables, year: int, as_of: str | None
) -> list[pd.DataFrame]:
    """Both tables of a review of the plan at `path`, equal to those of the independent reading.

    Of the rule `optimal` the reading takes what the looks send, and decides nothing itself.
    """
    decided, now = looks_of(path, year, as_of)
    people, money = review_coverage(decided, now, year), review_money(decided, now, year)
    is_optimal = choices["allocation"] == "optimal"
    sent = {"decided_sent": sent_by(decided), "now_sent": sent_by(now)} if is_optimal else {}
    expected = reference_review.review(choices, tables, year, as_of or "", **sent)
    agree(people, expected["review_coverage"], ["year", "objective"])
    agree(money, expected["review_money"], ["year", "program", "source"])
    return [people, money]


@settings(MANY, max_examples=40)
@given(dated_plans())
def test_the_program_and_the_reading_agree_and_parts_add_up(drawn: Drawn) -> None:
    choices, tables, year, as_of = drawn
    assume(tables["objectives"])
    with tempfile.TemporaryDirectory() as folder:
        path = write_plan(Path(folder) / "random", choices, tables)
        people, money = agrees_with_the_reading(path, choices, tables, year, as_of)
    parts = people[list(CAUSES)].sum(axis=1)
    assert parts.to_numpy() == pytest.approx((people["missing_now"] - people["missing_decided"]).to_numpy(), abs=1e-6)
    parts = money["volume_vnd"] + money["price_vnd"]
    assert parts.to_numpy() == pytest.approx((money["spent_vnd"] - money["planned_vnd"]).to_numpy(), abs=1)


@settings(MANY, max_examples=10)
@given(dated_plans("optimal"))
def test_they_agree_on_reviews_of_the_best_plan(drawn: Drawn) -> None:
    choices, tables, year, as_of = drawn
    assume(tables["objectives"])
    with tempfile.TemporaryDirectory() as folder:
        agrees_with_the_reading(write_plan(Path(folder) / "random", choices, tables), choices, tables, year, as_of)


@settings(MANY, max_examples=20)
@given(dated_plans())
def test_what_is_not_yet_known_changes_nothing(drawn: Drawn) -> None:
    choices, tables, year, as_of = drawn
    assume(tables["objectives"] and as_of)
    horizon = max(str(as_of), choices.get("as_of", ""))
    earlier = {name: [row for row in rows if row["as_of"] <= horizon] for name, rows in tables.items()}
    with tempfile.TemporaryDirectory() as folder:
        one, other = (reviewed(Path(folder) / "plan", choices, known, year, as_of) for known in (tables, earlier))
    for before, after in zip(one, other, strict=True):
        pd.testing.assert_frame_equal(before, after, check_exact=True)


def as_planned(results: Results, year: int) -> list[dict[str, Any]]:
    """Actuals of the years up to one that are what the plan says: people sent, completions and money."""
    enrollment = results["enrollment"].query("year <= @year")
    cost = results["cost"].groupby(["year", "program"])["funded_vnd"].sum().to_dict()
    rows: list[dict[str, Any]] = []
    for _, row in enrollment.iterrows():
        here = {"as_of": LATER, "year": row["year"], "objective": row["objective"], "program": row["program"]}
        spent = cost.pop((row["year"], row["program"]), 0.0)  # the first pair of a program has the whole
        rows.append(
            {
                **here,
                "enrolled": int(row["funded"]),
                "completed": f"{row['completed']:.12f}",
                "spent_vnd": f"{spent:.6f}",
            }
        )
    return rows


# what a fact that is as planned may change: the requirement, which cannot lift it, lines and the parts of a gap
MAY_CHANGE = {
    "cost": ["required_vnd"],
    "budget": ["required_vnd", "lacking_vnd"],
    "lines": ["needed", "deliverable"],
    "verdicts": ["binds", "best_reachable", *(f"missing_{limit}" for limit in LIMITS)],
}


@settings(MANY, max_examples=20)
@given(plans(closed=False), st.data())
def test_what_happens_as_planned_changes_nothing(drawn: tuple[dict[str, Any], Tables], data: st.DataObject) -> None:
    choices, tables = drawn
    del choices["decided_from"]
    assume(tables["objectives"])
    year = data.draw(st.integers(choices["first"], choices["last"]))
    with tempfile.TemporaryDirectory() as folder:
        plan = write_plan(Path(folder) / "random", choices, tables)
        actuals = as_planned(compute(load_plan(plan)), year)
        write_plan(plan, choices, {"actuals": actuals})
        decided, now = looks_of(plan, year)
    for stem, before in decided.tables.items():
        after = now[stem]
        assert list(after.columns) == list(before.columns) and len(after) == len(before), stem
        for column in before.columns.difference(MAY_CHANGE.get(stem, ())):
            same = (
                after[column].to_numpy() == pytest.approx(before[column].to_numpy(), rel=1e-9, abs=1e-6, nan_ok=True)
                if pd.api.types.is_float_dtype(before[column])
                else after[column].equals(before[column])
            )
            assert same, f"{stem} {column}"
    assert review_coverage(decided, now, year)[list(CAUSES)].to_numpy() == pytest.approx(0.0, abs=1e-6)
    money = review_money(decided, now, year)
    assert money[["volume_vnd", "price_vnd"]].to_numpy() == pytest.approx(0.0, abs=1)


def test_an_giang_with_actuals_that_are_made_up(tmp_path: Path) -> None:
    name = "an_giang_2011_2015"
    shutil.copytree(PROJECT / "params" / name, tmp_path / "params" / name)
    data = Path(shutil.copytree(PROJECT / "data" / name, tmp_path / "data" / name))
    path = tmp_path / "params" / name
    tables = {stem: [{"as_of": "", **row} for row in rows] for stem, rows in reference.read_tables(data).items()}
    results = compute(load_plan(path))
    for i, row in enumerate(results["enrollment"].query("year in (2012, 2013)").to_dict("records")):
        here = {"year": row["year"], "objective": row["objective"], "program": row["program"], "basis": "statistic: x"}
        sent = int(row["funded"] * (0.6 + i % 5 / 10))
        spent = sent * 1_500_000 if len(row["program"]) % 2 else ""
        completed = round(row["completed"] * 0.9) if i % 3 else ""
        fact = {**here, "enrolled": sent, "completed": completed, "spent_vnd": spent}
        tables["actuals"].append({**fact, "as_of": f"{row['year'] + 1}-02-15"})
        if i % 7 == 0:  # restated
            tables["actuals"].append({**fact, "enrolled": sent + 5, "as_of": "2014-06-30"})
    counted = {"base": 1000, "reached": 450, "basis": "statistic: x", "as_of": "2014-02-15", "year": 2013}
    tables["observations"] = [{**counted, "objective": o} for o in ("cadres_professional", "annual_commune")]
    people = {"group": "commune_cadres", "basis": "statistic: x", "as_of": "2013-02-15"}
    tables["headcounts"] = [{**people, "year": 2012, "headcount": 1700}]
    tables["turnover"].append({**people, "year": 2013, "leave_rate": 0.2})
    for stem in ("actuals", "observations", "headcounts", "turnover"):
        pd.DataFrame(tables[stem]).to_csv(data / f"{stem}.csv", index=False)
    choices = reference_units.read_plan(path).choices
    for year, as_of in ((2012, "2013-12-31"), (2013, "2014-03-31"), (2013, None)):
        people, _ = agrees_with_the_reading(path, choices, tables, year, as_of)
        assert people[["headcount", "enrollment", "completion"]].abs().max().gt(1).all()


def write_dated(folder: Path, **tables: str) -> Path:
    """The worked example with tables of dated rows."""
    plan = Path(shutil.copytree(WORKED, folder / "plan"))
    for name, text in tables.items():
        (plan / f"{name}.csv").write_text(text, "utf-8")
    return plan


ACTUALS = "as_of,year,objective,program,enrolled,completed,spent_vnd,basis\n"


def test_money_by_hand(tmp_path: Path) -> None:
    rows = "2012-02-01,2011,qualified,course,100,,260000000,statistic: report\n"
    decided, now = looks_of(write_dated(tmp_path, actuals=ACTUALS + rows), 2011)
    (row,) = review_money(decided, now, 2011).to_dict("records")
    assert (row["planned_vnd"], row["spent_vnd"], row["estimated"]) == (298e6, 260e6, False)
    assert (row["volume_vnd"], row["price_vnd"]) == (100 * 2e6 + 3 * 5e6 - 298e6, 260e6 - 215e6)


def test_people_by_hand(tmp_path: Path) -> None:
    rows = "2012-02-01,2011,qualified,course,100,80,,statistic: report\n"
    counted = "as_of,year,objective,base,reached,basis\n2012-02-01,2011,qualified,1000,490,statistic: count\n"
    decided, now = looks_of(write_dated(tmp_path, actuals=ACTUALS + rows, observations=counted), 2011)
    found = review_coverage(decided, now, 2011).set_index("year").loc[2011]
    # as decided 395 + 0.9 · 139 hold it; 39 fewer were sent, 80 of 100 passed, and 15 more were counted
    assert found["missing_decided"] == pytest.approx(1000 - 520.1) and found["missing_now"] == 510
    assert found["enrollment"] == pytest.approx(39 * (0.9 + 0.8) / 2)
    assert found["completion"] == pytest.approx(0.1 * (139 + 100) / 2)
    assert (found["count"], found["headcount"], found["other"]) == pytest.approx((-15, 0, 0))


def test_an_actual_equal_to_the_plan_explains_nothing(tmp_path: Path) -> None:
    rows = "2012-02-01,2011,qualified,course,139,125.1,298000000,statistic: report\n"
    decided, now = looks_of(write_dated(tmp_path, actuals=ACTUALS + rows), 2011)
    assert review_money(decided, now, 2011)[["volume_vnd", "price_vnd"]].to_numpy() == pytest.approx(0.0, abs=1e-3)
    assert review_coverage(decided, now, 2011)[list(CAUSES)].to_numpy() == pytest.approx(0.0, abs=1e-9)


def test_a_restated_actual_changes_only_looks_from_its_date_on(tmp_path: Path) -> None:
    first = "2012-02-01,2011,qualified,course,100,,260000000,statistic: report\n"
    again = "2013-02-01,2011,qualified,course,120,,270000000,statistic: corrected\n"
    plan = write_dated(tmp_path, actuals=ACTUALS + first)

    def seen_from(as_of: str | None) -> list[pd.DataFrame]:
        decided, now = looks_of(plan, 2011, as_of)
        return [review_coverage(decided, now, 2011), review_money(decided, now, 2011), *now.tables.values()]

    before = seen_from("2012-12-31")
    (plan / "actuals.csv").write_text(ACTUALS + first + again, "utf-8")
    for one, other in zip(before, seen_from("2012-12-31"), strict=True):
        pd.testing.assert_frame_equal(one, other)
    assert seen_from(None)[1]["spent_vnd"].sum() == 270e6


@pytest.mark.parametrize("prices", ["2000000,5000000", "0,0"])
@pytest.mark.parametrize("spent", ["", "90000000"])
def test_a_program_that_the_decision_did_not_know_is_volume(tmp_path: Path, prices: str, spent: str) -> None:
    heads, row = (WORKED / "programs.csv").read_text("utf-8").splitlines()
    later = row.replace("course,course,course", "later,later,later").replace("2000000,5000000", prices)
    programs = f"as_of,{heads}\n,{row}\n2012-02-01,{later}\n"
    halves = "".join(f"2012-02-01,qualified,{program},0.5\n" for program in ("course", "later"))
    routes = f"as_of,objective,program,share\n,qualified,course,1\n{halves}"
    funding = (
        "as_of,program,source,share,basis\n,course,budget,1,assumption: x\n2012-02-01,later,budget,1,assumption: x\n"
    )
    actuals = ACTUALS + f"2012-02-01,2011,qualified,later,40,,{spent},statistic: report\n"
    plan = write_dated(tmp_path, programs=programs, routes=routes, funding=funding, actuals=actuals)
    decided, now = looks_of(plan, 2011)
    found = review_money(decided, now, 2011).set_index("program")
    paid = float(spent or (0 if prices == "0,0" else 85e6))
    assert found.loc["later", ["planned_vnd", "spent_vnd", "volume_vnd", "price_vnd"]].tolist() == [0, paid, paid, 0]
    assert found.loc["course", ["planned_vnd", "spent_vnd", "volume_vnd"]].tolist() == [298e6, 0, -298e6]
    assert found["estimated"].to_dict() == {"course": True, "later": not spent}


LATER_ROWS = {
    "actuals": ACTUALS
    + ",2011,qualified,course,120,,,statistic: first\n"
    + "2012-02-01,2011,qualified,course,100,80,260000000,statistic: report\n",
    "headcounts": "as_of,group,year,headcount,basis\n2012-02-01,officials,2011,900,statistic: count\n",
    "ceilings": "as_of,year,source,ceiling_vnd,basis\n"
    + "".join(f"2012-02-01,{year},total,200000000,law: x\n" for year in range(2011, 2016)),
}


@pytest.mark.parametrize(
    ("address", "change"),
    [
        ("headcounts.officials/2011.headcount", 800),
        ("headcounts.*.headcount", {"scale": 0.5}),
        ("actuals.2011/qualified/course.spent_vnd", {"add": 1_000_000}),  # the row is seen, and the cell is empty
        ("ceilings.2013/total.ceiling_vnd", 1_000_000),
    ],
)
def test_what_is_not_known_yet_is_not_changed_and_a_note_says_so(tmp_path: Path, address: str, change: Any) -> None:
    plan = write_dated(tmp_path, **LATER_ROWS)
    base, changed = (Looks(plan).load("base", 2011, one) for one in ({}, {address: change}))
    assert changed[0].tables == base[0].tables and changed[1].tables != base[1].tables
    noted = [[note.place for note in look.notes if note.code == NOT_SEEN] for look in changed]
    assert noted == [[address], []]
    review = load_review(plan, "base", 2011, overrides={address: change})
    [said] = [sentence for sentence in review_basis(review, "en") if "left out" in sentence]
    assert address_label(changed[0], address, "en") in said


def test_ranges_and_levers_of_what_is_not_known_yet_are_left_out(tmp_path: Path) -> None:
    plan = write_dated(tmp_path, **LATER_ROWS)
    with (plan / "plan.yaml").open("a", encoding="utf-8") as file:
        file.write(
            "uncertain:\n"
            "  - {address: headcounts.*.headcount, form: scale, distribution: uniform, low: 0.9, high: 1.1,\n"
            "     name: {vi: a, en: a}, reason: {vi: a, en: a}}\n"
            "levers:\n"
            "  - {id: people, address: headcounts.officials/2011.headcount, label: {vi: a, en: a},\n"
            "     group: money, unit: times, change: scale, low: 0.5, high: 1.5, step: 0.1}\n"
        )
    decided, now = Looks(plan).load("base", 2011)
    assert [(len(look.ranges), len(look.levers)) for look in (decided, now)] == [(0, 0), (1, 1)]
    assert [note.place for note in decided.notes if note.code == NOT_SEEN] == [
        "headcounts.officials/2011.headcount",
        "headcounts.*.headcount",
    ]


def test_a_plan_of_which_nothing_was_known_as_decided_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = write_dated(tmp_path)
    for file in plan.glob("*.csv"):
        pd.read_csv(file, dtype=str, keep_default_na=False).assign(as_of="2011-01-31").to_csv(file, index=False)
    assert main(["review", str(plan), "--year", "2011", "--output", str(tmp_path / "none")]) == 2
    assert "the plan as decided has no targets" in capsys.readouterr().err and not (tmp_path / "none").exists()


def test_a_row_that_nobody_ever_knows_is_a_mistake_of_either_look(tmp_path: Path) -> None:
    plan = write_dated(tmp_path, **LATER_ROWS)
    with pytest.raises(PlanError, match=r"headcounts\.officials/2014\.headcount"):
        Looks(plan).load("base", 2011, {"headcounts.officials/2014.headcount": 800})


def test_the_command_writes_the_review_and_the_results_as_they_stand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "2012-02-01,2011,qualified,course,100,80,,statistic: report\n"
    plan = write_dated(tmp_path, actuals=ACTUALS + rows)
    assert main(["review", str(plan), "--year", "2011", "--output", str(tmp_path / "out")]) == 0
    pages = {f"review_2011.{language}.html" for language in ("vi", "en")}
    books = {f"plan_base_review_2011.{language}.xlsx" for language in ("vi", "en")}
    made = {path.name for path in (tmp_path / "out").iterdir()}
    tables = {f"{stem}.csv" for stem in ("review_coverage", "review_money", "forecast_record", "forecast_scores")}
    assert made == {*tables, "now", *pages, *books}
    enrolled = pd.read_csv(tmp_path / "out" / "now" / "enrollment.csv").set_index("year")
    assert enrolled.loc[2011, "funded"] == 100 and enrolled.loc[2012, "funded"] > 146
    assert main(["review", str(plan), "--year", "2029", "--output", str(tmp_path / "none")]) == 2
    assert not (tmp_path / "none").exists() and "'2029'" in capsys.readouterr().err
    early = ["--as-of", "2011-12-31", "--output", str(tmp_path / "none")]
    assert main(["review", str(plan), "--year", "2012", *early]) == 2
    assert not (tmp_path / "none").exists() and "had not begun on 2011-12-31" in capsys.readouterr().err
    assert main(["review", str(plan), "--year", "2011", *early]) == 0
