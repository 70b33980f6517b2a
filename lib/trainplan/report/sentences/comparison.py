"""Sentences about several scenarios: which meets most, and which change does most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from trainplan.analysis.attribution import MET, not_shared_out
from trainplan.analysis.monte_carlo import Uncertainty
from trainplan.plan.address import address_label
from trainplan.plan.plan import Plan
from trainplan.report.sentences.answer import secure_first, targets_met
from trainplan.report.sentences.best_plan import better_options, no_other_scenario
from trainplan.report.sentences.money import money_balance
from trainplan.report.sentences.uncertainty import chances_and_cost, no_ranges
from trainplan.report.tables.comparison import sum_by_kind
from trainplan.results.compare import Comparison
from trainplan.results.quote import address_of, quote_numbers
from trainplan.text.catalog import say
from trainplan.text.formats import billions, number, with_plus
from trainplan.text.problems import PlanError
from trainplan.text.shown import Quoted, join_shown

NAMED = 3  # scenarios that a sentence names; the others it counts


def whole_answer(comparison: Comparison, draws: Uncertainty | None, language: str) -> list[str]:
    """The plan in at most five lines: targets met, which first, the money, a better option, and last how sure it is."""
    first = comparison.runs[0]
    parts = (
        targets_met(first, language),
        secure_first(first, language),
        money_balance(first, language),
        better_options(comparison, language),
        chances_and_cost(draws, language) if draws else no_ranges(language),
    )
    return [join_shown(said, " ") for said in parts if said]


def comparison_answer(
    comparison: Comparison, attributions: Sequence[tuple[Plan, pd.DataFrame]], language: str
) -> list[str]:
    """Which scenarios meet most, the cheapest of them, and the change that does most; or that there is one alone.

    `attributions` holds scenarios with the frame of `analysis.attribution.attribute`.
    """
    alone = no_other_scenario(comparison, language)
    return alone or [*most_met(comparison, language), *strongest_change(attributions, language)]


def scenarios_left_out(broken: Mapping[str, PlanError], language: str) -> list[str]:
    """The scenarios that cannot be compared, and why: what is wrong with each, by its name."""
    return [
        say("sentence.scenario_left_out", language, scenario=name, reason="; ".join(map(str, error.problems)))
        for name, error in broken.items()
    ]


def differences_left_out(
    comparison: Comparison, attributions: Sequence[tuple[Plan, pd.DataFrame]], language: str
) -> list[str]:
    """The scenarios whose difference from the first could not be shared out among their changes."""
    one, *others = (run.plan for run in comparison.runs)
    plans = not_shared_out(one, others, [plan.scenario for plan, _ in attributions])
    names = ", ".join(plan.scenario_title(language) for plan in plans)
    return [say("sentence.differences_left_out", language, scenarios=names)] if plans else []


def most_met(comparison: Comparison, language: str) -> list[str]:
    """The scenarios that meet most targets, and the one of them that spends least; that all meet the same."""
    totals = quote_numbers("totals", comparison.totals)
    met, of = ("met", "objectives") if totals["objectives"].max() else ("goals_met", "goals")
    best = totals[totals[met] == totals[met].max()]
    cheapest = best.loc[best["funded_vnd"].astype(float).idxmin()]
    titles = _short_titles(comparison, language)
    names = [say("word.scenario_named", language, title=titles[name]) for name in best["scenario"][:NAMED]]
    more = say("tail.more_scenarios", language, count=len(best) - NAMED) if len(best) > NAMED else ""
    which = "all" if len(best) == len(totals) else "one" if len(best) == 1 else "several"
    about = {
        "met": cheapest[met],
        "targets": cheapest[of],
        "names": ", ".join(names) + more,
        "cheapest": say("word.scenario_named", language, title=titles[cheapest["scenario"]]),
        "spent": billions(cheapest["funded_vnd"], language),
    }
    return [say(f"sentence.most_met_{which}", language, **about)]


def _short_titles(comparison: Comparison, language: str) -> dict[str, str]:
    """The titles of scenarios by their names, up to a colon where that tells them apart."""
    titles = {run.plan.scenario: run.plan.scenario_title(language) for run in comparison.runs}
    heads = [title.partition(":")[0] for title in titles.values()]
    return {
        name: head if heads.count(head) == 1 else title
        for (name, title), head in zip(titles.items(), heads, strict=True)
    }


def strongest_change(attributions: Sequence[tuple[Plan, pd.DataFrame]], language: str) -> list[str]:
    """The change of a scenario that adds or takes most targets met; nothing where none does."""
    found = [
        (abs(part), -k, plan, kind, part)
        for k, (plan, frame) in enumerate(attributions)
        for kind, part in sum_by_kind(frame, MET).items()
    ]
    if not found:
        return []
    size, _, plan, kind, part = max(found, key=lambda one: one[:2])
    quoted = Quoted(part, address_of("differences", "part", scenario=plan.scenario, result=MET, change=kind))
    shown = with_plus(number(quoted, language, 1))
    if not size or shown == number(0, language):
        return []
    about = {"change": address_label(plan, str(kind), language), "scenario": plan.scenario_title(language)}
    return [say("sentence.strongest_change", language, part=shown, **about)]
