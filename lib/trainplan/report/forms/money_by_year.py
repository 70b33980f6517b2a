"""The money of each year: who pays, what the plan would cost without a ceiling, and the ceiling."""

from __future__ import annotations

from functools import partial

import numpy as np

from trainplan.analysis.monte_carlo import Uncertainty
from trainplan.model.cost import cost_by_source
from trainplan.report.drawing import Drawing
from trainplan.report.forms.year_columns import YearColumn, YearColumns, as_few, columns_drawing, year_band
from trainplan.report.page_figure import Caption
from trainplan.report.sentences.money import money_balance, over_ceilings
from trainplan.report.tables.results import A_LITTLE
from trainplan.results.real_terms import period_before, real_and_nominal, real_change_of_money
from trainplan.results.tables import Results
from trainplan.text.catalog import say
from trainplan.text.formats import bare_money, billions, money_unit, percent, year_span


def money_by_year(results: Results, draws: Uncertainty | None, language: str) -> Drawing | None:
    """What each source pays each year, the requirement and the ceiling; with draws, nine in ten of them."""
    if not results.requirement_vnd and not results.funded_vnd:
        return None
    made, plan = money_columns(results, draws, language), results.plan
    key = "what" if plan.has_ceilings else "what_all_paid"
    what = say(f"figure.money_by_year.{key}", language, unit=made.unit, years=year_span(plan.first, plan.last))
    finding = _finding(results, language)
    caption = Caption(finding, finding, what, tables=("budget", "cost"))
    return columns_drawing("money_by_year", made, caption, language)


def _finding(results: Results, language: str) -> str:
    """What is required, funded and not found, or over the ceilings, over the whole plan, in a sentence."""
    if over_ceilings(results):
        return str(money_balance(results, language)[0])
    lacking = results.lacking_vnd
    kind = "enough" if abs(lacking) < A_LITTLE else "lacking" if lacking > 0 else "above"
    values = {"required": results.requirement_vnd, "funded": results.funded_vnd, "lacking": abs(lacking)}
    key = f"figure.money_by_year.{kind if results.plan.has_ceilings else 'no_ceilings'}"
    return str(say(key, language, **{name: billions(vnd, language) for name, vnd in values.items()}))


def money_unit_of(results: Results) -> str:
    """The unit, `bn` or `million`, in which the money of a plan's years is drawn."""
    return money_unit(max(results.requirement_vnd, results.funded_vnd))


def money_columns(results: Results, draws: Uncertainty | None, language: str) -> YearColumns:
    """The money of a plan's years, VND; of more sources than there are looks, the smallest as one."""
    plan, arrays = results.plan, results.arrays
    required, paid = (cost_by_source(arrays, run.funded_vnd)[..., 0] for run in (results.requirement, results.run))
    ceilings = arrays.ceiling[:, -1, 0]
    places = {row.id: s for s, row in enumerate(plan.tables.sources)}
    own, others = as_few({id: paid[:, s].sum() for id, s in places.items()})
    names = [plan.short_label("sources", id, language) for id in own]
    amounts = [paid[:, places[id]] for id in own]
    if others:
        names.append(say("figure.money_by_year.other_sources", language))
        amounts.append(paid[:, [places[id] for id in others]].sum(axis=1))
    bands = draws.cost_bands.set_index("year") if draws else None
    years = [
        YearColumn(
            year,
            tuple(float(source[y]) for source in amounts),
            float(required[y, -1]),
            float(ceilings[y]) if np.isfinite(ceilings[y]) else None,
            year_band(bands, year),
            year < plan.decided_from,
        )
        for y, year in enumerate(plan.years)
    ]
    unit = money_unit_of(results)
    write = partial(bare_money, language=language, unit=unit)
    row = say("figure.money_by_year.row", language) if plan.has_ceilings else ""
    return YearColumns(tuple(years), tuple(names), write, say(f"unit.{unit}", language), A_LITTLE, row)


def real_money_by_year(results: Results, language: str) -> Drawing | None:
    """The money of each year of the period before and of the plan at prices of the base year, and its nominal sum.

    None where there is no period before, or prices do not move.
    """
    plan = results.plan
    table, change = real_and_nominal(plan), real_change_of_money(plan)
    if change is None:
        return None
    periods = ("plan", "before")  # the plan has the look of the plan
    names = [say(f"figure.real_money_by_year.{one}", language, period=period_before(plan)) for one in periods]
    years = [
        YearColumn(
            row.year,
            tuple(row.real_vnd if row.period == period else 0.0 for period in periods),
            row.real_vnd,
            row.nominal_vnd,
        )
        for row in table.itertuples()
    ]
    unit, base = money_unit(table["real_vnd"].max()), plan.price_base_year
    write = partial(bare_money, language=language, unit=unit)
    made = YearColumns(tuple(years), tuple(names), write, say(f"unit.{unit}", language), A_LITTLE, "", "")
    values = {"change": percent(abs(change), language, 0), "period": period_before(plan), "base": base}
    finding = say(f"figure.real_money_by_year.{'less' if change < 0 else 'more'}", language, **values)
    reading = (say("figure.year_columns.bars", language), say("figure.real_money_by_year.nominal", language))
    what = say("figure.real_money_by_year.what", language, base=base, unit=made.unit)
    caption = Caption(finding, finding, what, reading)
    return columns_drawing("real_money_by_year", made, caption, language)
