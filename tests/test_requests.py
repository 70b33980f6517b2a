"""What units ask for beside what they need: units add up, far requests are marked, requests cost what plans do."""

from __future__ import annotations

from hypothesis import given

from strategies import plans_with_units
from test_year_plan import MANY, Drawn, results_of
from trainplan.cycle.unit_model import unit_share
from trainplan.cycle.year_plan import unit_need, unit_plan


@MANY
@given(plans_with_units())
def test_the_need_of_units_adds_up_to_that_of_the_plan(drawn: Drawn) -> None:
    results = results_of(drawn)
    shares = zip(results.plan.tables.groups, unit_share(results.plan), strict=True)
    held = {row.id for row, people in shares if people.any()}
    own = [row.id for row in results.plan.tables.objectives if row.group in held]
    funded = unit_plan(results)
    for year in results.plan.years:
        found = unit_need(results, year)
        whole = results["enrollment"].query("year == @year")
        whole = whole[whole["objective"].isin(own)].set_index(["objective", "program"])
        sums = found.groupby(["objective", "program"])["needed"].sum()
        assert sums.to_dict() == whole["needed"].to_dict()
        assert (found["needed"] >= 0).all() and (found["needed"] % 1 == 0).all()
        assert found["funded"].tolist() == funded.query("year == @year")["learners"].tolist()
