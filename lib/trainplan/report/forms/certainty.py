"""How sure the plan is: the odds under every rule, of every target, and which numbers move a target most."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from trainplan.analysis.monte_carlo import Uncertainty
from trainplan.plan.plan import Plan
from trainplan.report.drawing import Drawing
from trainplan.report.forms.bar_table import BarColumns, BarRow, bar_table
from trainplan.report.forms.matrix import MatrixCell, MatrixHead, MatrixRow, matrix
from trainplan.report.forms.target_strip import strip_caption, strip_drawing, strip_rows
from trainplan.report.page_figure import Caption, HtmlFigure
from trainplan.report.sentences import better_rule, strongest_input
from trainplan.report.sentences.uncertainty import count_likely, judged_chances
from trainplan.report.tables.uncertainty import quote_when_due, rule_of_draws
from trainplan.results.quote import quote_numbers
from trainplan.results.tables import Results
from trainplan.text.catalog import say, term
from trainplan.text.formats import CHANCES, NOTHING, chance_number, chance_word, due_day, number, percent
from trainplan.text.shown import join_shown

BEFORE_THE_BAR = 2  # classes of odds whose counts stand before it, and are seen on a phone
INPUTS = 8  # columns of the matrix
NAMED = 3  # targets in what is read aloud
A_TENTH_OF_A_PERCENT = 0.001  # of coverage: less is not seen
SEEN = 0.005  # of the spread of a target: a smaller share is no number on a page


def rules_and_chances(draws: Uncertainty, by_rule: Sequence[Uncertainty], language: str) -> HtmlFigure | None:
    """How many targets are almost certain, likely and so on: a row a loop and rule of allocation.

    None of a plan without ranges.
    """
    if not by_rule:
        return None
    rows = []
    for one in by_rule:
        words = judged_chances(one).map(chance_word)
        counts = [int((words == word).sum()) for word in CHANCES]
        shown = tuple(number(count, language) for count in counts)
        parts = tuple(map(float, counts))
        rows.append(BarRow(rule_of_draws(one, language), shown[:BEFORE_THE_BAR], parts, beside=shown[BEFORE_THE_BAR:]))
    finding = " ".join(better_rule(draws, by_rule, language))
    likely = sorted(zip(map(count_likely, by_rule), rows, strict=True), key=lambda one: -one[0])[:NAMED]
    most = "; ".join(f"{row.name} {number(count, language)}" for count, row in likely)
    heads = tuple(term("chance", word, language) for word in CHANCES)
    columns = BarColumns(
        say("head.rule", language),
        heads[:BEFORE_THE_BAR],
        say("figure.rules_and_chances.bar", language),
        heads[BEFORE_THE_BAR:],
        looks=heads,
    )
    caption = Caption(
        finding,
        f"{finding} {say('figure.rules_and_chances.most', language, rules=most)}",
        say("figure.rules_and_chances.what", language),
        (say("figure.rules_and_chances.read", language),),
    )
    return bar_table("rules_and_chances", caption, columns, rows, language)


def target_chances(results: Results, draws: Uncertainty, language: str) -> Drawing:
    """Every target as a strip with nine draws in ten, and beside it how likely it is when due, in a word and number."""
    due = quote_when_due(draws).set_index("objective")["probability_met"]
    words = {id: term("chance", chance_word(chance), language) for id, chance in due.items()}
    beside = {
        row.id: (join_shown([chance_number(due[row.id], language), " · ", words[row.id]]), due_day(row.due, language))
        for row in results.plan.tables.objectives
    }
    rows = strip_rows(results, draws, language, beside)
    counts = {"count": count_likely(draws), "targets": len(judged_chances(draws))}
    finding = say("figure.target_chances.finding", language, **counts)
    names = [results.plan.short_label("objectives", id, language) for id in due.index]
    least = sorted(zip(due, names, strict=True))[:NAMED]
    said = "; ".join(f"{name} {chance_number(chance, language)}" for chance, name in least)
    alt = f"{finding} {say('figure.target_chances.least', language, targets=said)}"
    return strip_drawing("target_chances", strip_caption(finding, alt, results, draws, rows, language), rows, language)


def strongest_inputs(draws: Uncertainty, drivers: pd.DataFrame, language: str) -> HtmlFigure | None:
    """A row a target: the range that moves it most by itself, and its coverage with that at its least and at its most.

    The farthest moved first; None where no range moves a target by as much as a page shows.
    """
    plan, names = draws.plan, _input_names(draws.plan, language)
    found = []
    for o, objective in enumerate(plan.tables.objectives):
        own = _drivers_of(plan, drivers, o)
        swing = (own["high"] - own["low"]).astype(float).abs()
        if swing.max() >= A_TENTH_OF_A_PERCENT:
            row = own.loc[swing.idxmax()]
            name = plan.short_label("objectives", objective.id, language)
            found.append((swing.max(), name, row["low"], row["high"], names[own.index.get_loc(swing.idxmax())]))
    if not found:
        return None
    found.sort(key=lambda one: -one[0])
    rows = [
        BarRow(
            name,
            (percent(low, language), percent(high, language)),
            (abs(float(high) - float(low)),),
            beside=(range_name,),
            start=min(float(low), float(high)),
        )
        for _, name, low, high, range_name in found
    ]
    _, name, low, high, range_name = found[0]
    ends = {"low": percent(low, language), "high": percent(high, language)}
    finding = say("figure.strongest_inputs.finding", language, target=name, range=range_name, **ends)
    columns = BarColumns(
        say("head.objective", language),
        (say("figure.strongest_inputs.low", language), say("figure.strongest_inputs.high", language)),
        say("figure.strongest_inputs.bar", language),
        (say("figure.strongest_inputs.range", language),),
        (0,),
    )
    caption = Caption(finding, str(finding), say("figure.strongest_inputs.what", language), (), ("sensitivity",))
    return bar_table("strongest_inputs", caption, columns, rows, language)


def driver_shares(draws: Uncertainty, drivers: pd.DataFrame, language: str) -> HtmlFigure | None:
    """What part of the spread of every target each range is behind, the strongest ranges first, a target's own framed.

    None of a single range, which is behind all of it, or where nothing moves a target.
    """
    plan, names = draws.plan, _input_names(draws.plan, language)
    shares = drivers["share"].to_numpy().reshape(-1, len(plan.ranges))
    finding = " ".join(strongest_input(draws, drivers, language))
    if len(plan.ranges) == 1 or not finding:
        return None
    order = (-shares.sum(axis=0)).argsort(kind="stable")[:INPUTS]
    rows = []
    for o, objective in enumerate(plan.tables.objectives):
        own = _drivers_of(plan, drivers, o)["share"].to_list()
        cells = (
            MatrixCell(percent(own[i], language, 0) if own[i] >= SEEN else NOTHING, framed=own[i] == max(own) >= SEEN)
            for i in order
        )
        name = plan.short_label("objectives", objective.id, language)
        rows.append(MatrixRow(name, tuple(cells), plan.short_label("groups", objective.group, language)))
    head = MatrixHead(say("head.objective", language), tuple(names[i] for i in order))
    reading = (say("figure.driver_shares.read", language),)
    caption = Caption(finding, finding, say("figure.driver_shares.what", language), reading, ("sensitivity",))
    return matrix("driver_shares", caption, head, rows, language)


def _input_names(plan: Plan, language: str) -> list[str]:
    return [getattr(one.name, language) for one in plan.ranges]


def _drivers_of(plan: Plan, drivers: pd.DataFrame, objective: int) -> pd.DataFrame:
    """The rows of an objective in the table of drivers, with quoted numbers."""
    count = len(plan.ranges)
    return quote_numbers("sensitivity", drivers.iloc[objective * count : (objective + 1) * count])
