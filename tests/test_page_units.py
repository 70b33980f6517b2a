"""Units and headings of pages: money of small plans, people of counts, names of sources, a plan of one year."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainplan.plan.plan import load_plan
from trainplan.report.brief import brief_of, options_table
from trainplan.report.forms import baselines_and_targets, cost_by_program, money_by_year
from trainplan.report.forms.people_by_year import people_columns
from trainplan.report.sentences import money_balance
from trainplan.report.tables import cost_by_source, courses_by_content, scenarios, verdicts
from trainplan.results.compare import compare
from trainplan.results.tables import Results, compute
from trainplan.text.catalog import LANGUAGES, say
from trainplan.text.formats import billions

ONE_YEAR = Path(__file__).parent / "plans" / "one_year"
in_both_languages = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def province() -> Results:
    return compute(load_plan("an_giang_2011_2015"))


@pytest.fixture(scope="module")
def small() -> Results:
    return compute(load_plan(ONE_YEAR))


@in_both_languages
def test_columns_of_sources_are_headed_by_their_names(province: Results, language: str) -> None:
    plan = province.plan
    names = [plan.short_label("sources", row.id, language) for row in plan.tables.sources]
    assert [*cost_by_source(province, language)][1:] == [*names, say("word.total", language)]


@in_both_languages
def test_money_below_a_billion_is_in_millions_as_in_sentences(small: Results, language: str) -> None:
    comparison = compare([small, compute(load_plan(ONE_YEAR, "ranked"))])
    unit = f"({say('unit.million', language)})"
    for frame in (scenarios(comparison, language), options_table(comparison, language)):
        assert any(heading.endswith(unit) for heading in frame) and not any("bn" in heading for heading in frame)
    figure = cost_by_program(small, language)
    assert figure and say("unit.million", language) in figure.caption.what
    funded = scenarios(comparison, language)[f"{say('head.funded', language)} {unit}"][0]
    assert billions(small.funded_vnd, language).startswith(funded)


@in_both_languages
def test_the_money_of_the_sheet_has_its_unit(small: Results, province: Results, language: str) -> None:
    for results, unit in ((small, "unit.million"), (province, "unit.bn")):
        title, drawn = brief_of(compare([results]), language).pictures[-1]
        assert f"({say(unit, language)})" in title and title in drawn.caption.alt


@in_both_languages
def test_money_beside_people_says_its_unit(province: Results, language: str) -> None:
    assert [
        heading.endswith(f"({say('unit.bn', language)})") for heading in courses_by_content(province, language)
    ] == [
        False,
        False,
        False,
        True,
        True,
    ]


@in_both_languages
def test_a_count_is_told_in_people(province: Results, language: str) -> None:
    frame = verdicts(province, language)
    rows = zip(province.plan.tables.objectives, frame.to_dict("records"), strict=True)
    counts = [row for objective, row in rows if objective.kind == "count"]
    people = say("unit.people", language)
    best = [row[say("head.best_reachable", language)] for row in counts]
    assert all(row[say("head.asked", language)].endswith(people) for row in counts)
    assert set(best) > {"–"} and all(one == "–" or one.endswith(people) for one in best)


@in_both_languages
def test_nothing_of_a_single_year_is_carried_over(small: Results, province: Results, language: str) -> None:
    rows = [people_columns(results, None, language).row for results in (small, province)]
    assert rows == [say(f"figure.people_by_year.{key}", language) for key in ("row_one_year", "row")]


def test_baselines_count_the_targets_with_a_number_of_their_own(province: Results) -> None:
    plan = province.plan
    kinds = zip(plan.tables.objectives, plan.is_target, strict=True)
    shares = [is_target for row, is_target in kinds if row.kind != "count"]
    figure = baselines_and_targets(province, "en")
    assert figure and f" of {sum(shares)} targets by share" in figure.caption.finding and not all(shares)
    assert figure.svg().count(say("figure.target_strip.assumed", "en")) >= shares.count(False)


@in_both_languages
def test_a_plan_over_its_ceilings_is_said_to_be_so_above_its_picture_too(language: str) -> None:
    results = compute(load_plan("an_giang_2011_2015", "requirement"))
    figure = money_by_year(results, None, language)
    assert figure and figure.caption.finding == money_balance(results, language)[0]
    assert billions(results.over_vnd, language) in figure.caption.finding
