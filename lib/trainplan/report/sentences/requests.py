"""What is said of requests: who asked, how far from the need, what it costs; what the coverage of a survey changes."""

from __future__ import annotations

from trainplan.cycle.requests import sum_requests
from trainplan.cycle.survey_effect import WHEN
from trainplan.cycle.year_plan import YearTables
from trainplan.report.tables.results import A_LITTLE
from trainplan.text.catalog import say, term
from trainplan.text.formats import billions, number
from trainplan.text.shown import join_shown

NAMED = 3  # targets whose verdict changes


def requests_answer(year: YearTables, language: str) -> list[str]:
    """How many units asked for how many people beside their need, and what all of it costs; that nobody asked."""
    plan, rows = year.results.plan, year["requests_of_year"]
    if not len(rows):
        years = ", ".join(map(str, sorted({row.year for row in plan.tables.requests} - {year.year})))
        return [say("sentence.requests_none", language, year=year.year, years=years)] if years else []
    units = sum_requests(rows, "unit")
    far = {mark: int((units["mark"] == mark).sum()) for mark in ("more", "less")}
    people = {
        name: number(year.quote("requests_of_year", name, rows[name].sum()), language)
        for name in ("requested", "needed")
    }
    tail = say(f"tail.requests_{'far' if any(far.values()) else 'near'}", language, **far)
    about = {"answered": len(units), "units": len(plan.tables.units), "year": year.year, **people, "tail": tail}
    said = [say(f"sentence.requests_{'some' if units_silent(year) else 'all'}", language, **about)]
    return [*said, *_requests_money(year, language)]


def _requests_money(year: YearTables, language: str) -> list[str]:
    """What the year costs if every request is met, beside the ceiling, what is required and what is funded."""
    rows, budget = year["requests_cost_of_year"], year.results["budget"]
    vnd = {name: float(rows[f"{name}_vnd"].sum()) for name in ("requested", "committed", "required", "funded")}
    shown = {
        name: billions(year.quote("requests_cost_of_year", f"{name}_vnd", amount), language)
        for name, amount in vnd.items()
    }
    [ceiling] = budget[(budget["year"] == year.year) & (budget["source"] == "total")]["ceiling_vnd"]
    tail = say("tail.requests_committed", language, **shown) if vnd["committed"] > A_LITTLE else ""
    limit = ""
    if ceiling == ceiling:  # the total has one
        amount = billions(year.quote("budget", "ceiling_vnd", ceiling, source="total"), language)
        over = "over" if vnd["requested"] - ceiling > A_LITTLE else "within"
        limit = say(f"tail.requests_{over}", language, ceiling=amount)
    return [say("sentence.requests_cost", language, **shown, tail=join_shown([tail, limit]))]


def units_silent(year: YearTables) -> list[str]:
    """The ids of the units that did not answer, in the order of their table; none where no unit did."""
    answered = set(year["requests_of_year"]["unit"])
    return [row.id for row in year.results.plan.tables.units if answered and row.id not in answered]


def units_not_answered(year: YearTables, language: str) -> list[str]:
    """The units that did not answer by name, a sentence for each route by which their forms go."""
    plan, silent = year.results.plan, set(units_silent(year))
    units = [row for row in plan.tables.units if row.id in silent]
    return [
        say("sentence.units_not_answered", language, count=len(names), route=term("route", bloc, language), names=names)
        for bloc in dict.fromkeys(row.bloc for row in units)
        if (names := "; ".join(plan.label("units", row.id, language) for row in units if row.bloc == bloc))
    ]


def survey_changes(year: YearTables, language: str) -> list[str]:
    """What changes if the coverage of a survey takes the place of assumptions: verdicts, and the money required."""
    rows, results = year["baselines_surveyed"], year.results
    taken = rows["taken_as"][rows["taken_as"] != ""]
    if not len(taken):
        return [say("sentence.surveyed_beside", language, count=len(rows))] if len(rows) else []
    other = rows[rows["verdict_before"] != rows["verdict_after"]]
    named = [
        say(
            "word.verdict_changes",
            language,
            name=results.plan.short_label("objectives", row.objective, language),
            **{when: term("verdict", getattr(row, f"verdict_{when}"), language) for when in WHEN},
        )
        for row in other.iloc[:NAMED].itertuples()
    ]
    names = say("tail.verdicts_change", language, names="; ".join(named)) if named else ""
    money = year["required_as_surveyed"].query("source == 'total'")
    amounts = {
        when: billions(
            results.quote("required_as_surveyed", f"{when}_vnd", money[f"{when}_vnd"].sum(), source="total"), language
        )
        for when in WHEN
    }
    about = {"surveyed": len(rows), "taken": len(taken), "changed": len(other), "tail": names}
    about["way"] = term("taken_as", taken.iloc[0], language)  # the same for all: it goes by the year
    return [say("sentence.surveyed", language, **about, **amounts)]
