"""The invented years of An Giang: marked wherever they are used, and seen by no other plan."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from trainplan.cli import main
from trainplan.cycle.looks import Looks
from trainplan.cycle.review_coverage import CAUSES
from trainplan.plan.find import PROJECT
from trainplan.plan.plan import load_plan
from trainplan.plan.schema import INVENTED
from trainplan.results.tables import compute
from trainplan.text.catalog import say

PROVINCE, ILLUSTRATION = "an_giang_2011_2015", "an_giang_illustration"
FOLDER = PROJECT / "data" / "an_giang_illustration_invented"
YEARS = (2012, 2013, 2014)


def test_only_the_illustration_reads_the_invented_folder() -> None:
    for file in PROJECT.glob("params/*/plan.yaml"):
        plan = load_plan(file)
        reads = any(FOLDER.name in path for path in plan.input_hashes)
        assert (reads, bool(plan.invented_tables)) == (
            (True, True) if file.parent.name == ILLUSTRATION else (False,) * 2
        )


def test_every_row_says_that_it_is_invented_or_is_no_invention() -> None:
    for path in FOLDER.glob("*.csv"):
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        if path.stem == "prices":  # prices are as they came, or held: none is invented
            assert table["basis"].str.match("statistic:|law:|assumption: held").all()
            continue
        invented = table[table[INVENTED] == "yes"]
        assert len(invented) and (invented["as_of"] >= "2013-01-31").all()
        if "basis" in table:
            assert invented["basis"].str.startswith("assumption: invented to illustrate").all()
        assert (table.loc[table[INVENTED] == "", "as_of"] == "").all()  # repeated from An Giang
    repeated, province = (
        pd.read_csv(folder / "actuals.csv", dtype=str) for folder in (FOLDER, PROJECT / "data" / PROVINCE)
    )
    shared = ["year", "objective", "program", "enrolled", "basis"]
    assert repeated.query("year == '2011'")[shared].to_numpy().tolist() == province[shared].to_numpy().tolist()


def test_as_decided_it_is_the_plan_of_an_giang() -> None:
    decided, _ = Looks(ILLUSTRATION).load("base", max(YEARS))
    province, same = compute(load_plan(PROVINCE)), compute(decided)
    for stem in ("enrollment", "cost", "gap", "budget"):
        pd.testing.assert_frame_equal(same[stem], province[stem])
    assert not decided.invented_tables


def test_it_tells_of_every_cause(tmp_path: Path) -> None:
    assert main(["review", ILLUSTRATION, "--year", "2014", "--output", str(tmp_path)]) == 0
    people, money = (pd.read_csv(tmp_path / f"{stem}.csv") for stem in ("review_coverage", "review_money"))
    moved = (people[list(CAUSES)].abs() > 0.5).any()
    assert moved[["headcount", "enrollment", "completion", "count"]].all()
    by_year = money.groupby("year")[["planned_vnd", "spent_vnd", "volume_vnd", "price_vnd"]].sum().loc[list(YEARS)]
    assert (by_year["spent_vnd"] < by_year["planned_vnd"]).all() and by_year["spent_vnd"].idxmin() == 2013  # the cut
    assert (by_year["volume_vnd"] < 0).all() and (by_year["price_vnd"] > 0).all()
    assert money.loc[money["year"].isin(YEARS), "estimated"].any()  # not all of it is reported
    now = pd.read_csv(tmp_path / "now" / "verdicts.csv").set_index("objective")
    assert now.loc["delegates_trained", "verdict"] == "missed"  # they were late
    assert by_year["spent_vnd"].max() < 15e9


@pytest.mark.parametrize(
    ("as_of", "people"), [("2013-01-31", 262), ("2014-01-30", 262), ("2014-01-31", 238), (None, 238)]
)
def test_a_number_that_was_put_right_is_seen_from_its_date_on(as_of: str | None, people: int) -> None:
    _, now = Looks(ILLUSTRATION, as_of).load("base", 2012)
    sent = {(row.year, row.objective, row.program): row.enrolled for row in now.tables.actuals}
    assert sent[2012, "cadres_professional", "secondary_vocational"] == people


def test_its_pages_say_so(tmp_path: Path) -> None:
    arguments = ["run", ILLUSTRATION, "--notebook", "00", "--language", "vi", "--output", str(tmp_path)]
    assert main(arguments) == 0
    for page in (*tmp_path.glob("*/*/reports/00_start.vi.html"), *tmp_path.glob("*/*.vi.html")):
        assert say("page.invented", "vi") in page.read_text("utf-8"), page.name
    assert main([*arguments[:-1], str(tmp_path / "before"), "--as-of", "2012-12-31"]) == 0
    (before,) = (tmp_path / "before").glob("*/*/reports/00_start.vi.html")
    assert say("page.invented", "vi") not in before.read_text("utf-8")  # nothing invented was known then
