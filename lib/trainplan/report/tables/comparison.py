"""Tables of several scenarios: the scenarios themselves, what they change, and what each change does."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from trainplan.analysis.attribution import COST, MET
from trainplan.plan.address import Address, address_label
from trainplan.plan.plan import Plan
from trainplan.report.tables.columns import Column, build_table
from trainplan.report.tables.inputs import changes
from trainplan.report.titles import why_scenario
from trainplan.results.compare import Comparison
from trainplan.results.quote import address_of, quote_numbers
from trainplan.text.formats import bare_billions, number, out_of, with_plus
from trainplan.text.shown import Quoted

COVERAGE = "coverage"  # in an address: the mean part over the objectives


def scenarios(comparison: Comparison, language: str) -> pd.DataFrame:
    """A row a scenario: its reason, targets met, money required, funded and lacking.

    Without ceilings what is required alone; nothing of a single scenario.
    """
    if len(comparison.runs) == 1:
        return pd.DataFrame()
    totals = quote_numbers("totals", comparison.totals).set_index("scenario")
    rows = [
        {
            "scenario": run.plan.scenario_title(language),
            "reason": why_scenario(run.plan, language),
            "met_of": out_of(total.met, total.objectives, language),
            "funded_vnd": total.funded_vnd,
            "required_vnd": total.required_vnd,
            "lacking_vnd": total.lacking_vnd,
        }
        for run, total in ((run, totals.loc[run.plan.scenario]) for run in comparison.runs)
    ]
    amounts = ("required_vnd", "funded_vnd", "lacking_vnd") if comparison.has_ceilings else ("required_vnd",)
    columns = [
        *map(Column, ("scenario", "reason", "met_of")),
        *(Column(key, "VND") for key in amounts),
    ]
    return build_table(rows, columns, language)


def compared_inputs(comparison: Comparison, language: str) -> pd.DataFrame:
    """The rows of `changes` of every scenario, one scenario after another, the scenario in the first column."""
    frames = []
    for run in comparison.runs:
        frame = changes(run.plan, language)
        frame.insert(0, Column("scenario").heading(language), run.plan.scenario_title(language))
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def differences(attributions: Sequence[tuple[Plan, pd.DataFrame]], language: str) -> pd.DataFrame:
    """Every scenario against the first: a row a kind of change, with what it adds to money, targets met and coverage.

    `attributions` holds scenarios with the frame of `analysis.attribution.attribute`. Changes of one column are
    added up, so that the rows of a scenario add up to its difference. Coverage is the mean over objectives.
    """
    rows = []
    for plan, frame in attributions:
        kinds = frame.assign(kind=[_kind_of_change(change, frame) for change in frame["change"]])
        coverage = kinds[~kinds["result"].isin([COST, MET])]
        count = coverage["result"].nunique()
        for kind, own in kinds.groupby("kind", sort=False):
            cost, met = (own.loc[own["result"] == result, "part"].sum() for result in (COST, MET))
            points = coverage.loc[coverage["kind"] == kind, "part"].sum() / max(1, count) * 100
            keys = {"scenario": plan.scenario, "change": kind}
            parts = {"cost": (COST, cost), "met": (MET, met), "coverage": (COVERAGE, points)}
            shown = {
                f"{name}_difference": Quoted(part, address_of("differences", "part", result=result, **keys))
                for name, (result, part) in parts.items()
            }
            change = address_label(plan, kind, language)
            rows.append({"scenario": plan.scenario_title(language), "change": change, **shown})
    columns = [
        *map(Column, ("scenario", "change")),
        Column("cost_difference", _signed_billions),
        *(Column(key, _signed) for key in ("met_difference", "coverage_difference")),
    ]
    return build_table(rows, columns, language)


def sum_by_kind(frame: pd.DataFrame, result: str) -> pd.Series:
    """The parts in one result by kind of change: changes of one column are added up."""
    own = frame[frame["result"] == result]
    return own.groupby([_kind_of_change(change, frame) for change in own["change"]], sort=False)["part"].sum()


def _kind_of_change(change: str, frame: pd.DataFrame) -> str:
    """The address of a change; where several rows of a column change, that of the column alone."""
    place = Address.of(change)
    every = place._replace(row="*")
    alike = {c for c in frame["change"] if every.covers(Address.of(c))}
    return change if place.is_choice or len(alike) == 1 else str(every)


def _signed(value: float, language: str) -> str:
    """A difference with its sign; 0 without."""
    return with_plus(number(value, language, 1))


def _signed_billions(value: float, language: str) -> str:
    """A difference of VND as billions, with its sign."""
    return with_plus(bare_billions(value, language))
