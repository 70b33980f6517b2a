"""Scenarios side by side: the inputs that differ beside the results that differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from trainplan.plan.address import value_at
from trainplan.results.tables import Results


@dataclass(frozen=True)
class Comparison:
    """`runs` in the order given; every table names scenarios as the plans do."""

    runs: tuple[Results, ...]
    inputs: pd.DataFrame  # address, then a column a scenario: every address that one of them changes
    results: pd.DataFrame  # scenario, objective, due, coverage, gap, verdict, as of the due year
    totals: (
        pd.DataFrame
    )  # scenario, met, objectives, required_vnd, funded_vnd, deliverable_vnd, shortfall_vnd, commitments_vnd


def compare(runs: Sequence[Results]) -> Comparison:
    """Compares scenarios of one plan that were computed."""
    return Comparison(tuple(runs), _inputs(runs), _results(runs), _totals(runs))


def _inputs(runs: Sequence[Results]) -> pd.DataFrame:
    addresses = dict.fromkeys(address for run in runs for address in run.plan.changes["address"])
    values = {run.plan.scenario: [value_at(run.plan, address) for address in addresses] for run in runs}
    frame = pd.DataFrame({"address": list(addresses), **values}, dtype=object)
    same = [len({repr(row[name]) for name in values}) <= 1 for _, row in frame.iterrows()]
    return frame[[not s for s in same]].reset_index(drop=True)


def _results(runs: Sequence[Results]) -> pd.DataFrame:
    frames = []
    for run in runs:
        verdicts = run["verdicts"]
        due = verdicts["due"].str[:4].astype(int)
        gap = run["gap"].set_index(["year", "objective"])["gap"]
        missing = [gap[year, objective] for year, objective in zip(due, verdicts["objective"], strict=True)]
        frame = verdicts[["objective", "due", "coverage", "verdict"]].assign(gap=missing, scenario=run.plan.scenario)
        frames.append(frame[["scenario", "objective", "due", "coverage", "gap", "verdict"]])
    return pd.concat(frames, ignore_index=True)


def _totals(runs: Sequence[Results]) -> pd.DataFrame:
    rows = []
    for run in runs:
        total = run["budget"].query("source == 'total'")
        rows.append(
            {
                "scenario": run.plan.scenario,
                "met": int((run["verdicts"]["verdict"] == "met").sum()),
                "objectives": len(run["verdicts"]),
                "required_vnd": run.required_vnd,
                "funded_vnd": total["funded_vnd"].sum(),
                "deliverable_vnd": total["deliverable_vnd"].sum(),
                "shortfall_vnd": total["shortfall_vnd"].sum(),
                "commitments_vnd": run["commitments"]["vnd"].sum(),
            }
        )
    return pd.DataFrame(rows)
