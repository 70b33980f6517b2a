"""Scenarios side by side: the inputs that differ beside the results that differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from trainplan.plan.address import value_at
from trainplan.results.registry import Stem, check_columns
from trainplan.results.tables import Results
from trainplan.results.verdicts import count_met


@dataclass(frozen=True)
class Comparison:
    """`runs` in the order given; every table names scenarios as the plans do."""

    runs: tuple[Results, ...]
    inputs: pd.DataFrame  # address, then a column a scenario: every address at which they differ
    results: pd.DataFrame  # a row a scenario and objective, as of the due year
    totals: pd.DataFrame  # a row a scenario, all years together

    @property
    def tables(self) -> dict[Stem, pd.DataFrame]:
        """The three tables by the stems of their files; columns and units are in `registry.RESULTS`."""
        return {"inputs": self.inputs, "results": self.results, "totals": self.totals}


def compare(runs: Sequence[Results]) -> Comparison:
    """Scenarios of one plan that were computed, side by side: what differs in the input, and in the results.

    Tables are as `registry.RESULTS` has them; scenarios come in the order of `runs`. ValueError where there are none.
    """
    return Comparison(
        runs=tuple(runs),
        inputs=check_columns("inputs", differing_inputs(runs)),
        results=check_columns("results", results_when_due(runs)),
        totals=check_columns("totals", totals_of_all_years(runs)),
    )


def differing_inputs(runs: Sequence[Results]) -> pd.DataFrame:
    """The values of every address that one of the scenarios changes, where they are not all the same."""
    addresses = dict.fromkeys(address for run in runs for address in run.plan.changes["address"])
    values = {run.plan.scenario: [value_at(run.plan, address) for address in addresses] for run in runs}
    frame = pd.DataFrame({"address": list(addresses), **values}, dtype=object)
    same = [len({repr(row[name]) for name in values}) <= 1 for _, row in frame.iterrows()]
    return frame[[not s for s in same]].reset_index(drop=True)


def results_when_due(runs: Sequence[Results]) -> pd.DataFrame:
    """Coverage, people missing and verdict of every objective in its due year."""
    frames = []
    for run in runs:
        missing = run.run.when_due(run.run.gap.gap)[:, 0]
        verdicts = run["verdicts"][["objective", "due", "coverage", "verdict"]]
        frame = verdicts.assign(gap=missing, scenario=run.plan.scenario)
        frames.append(frame[["scenario", "objective", "due", "coverage", "gap", "verdict"]])
    return pd.concat(frames, ignore_index=True)


def totals_of_all_years(runs: Sequence[Results]) -> pd.DataFrame:
    """Targets met, goals without a number apart, and VND of every scenario over all years."""
    rows = []
    for run in runs:
        rows.append(
            {
                "scenario": run.plan.scenario,
                **count_met(run.plan, run["verdicts"]["verdict"] == "met"),
                "required_vnd": run.requirement_vnd,
                "funded_vnd": run.funded_vnd,
                "lacking_vnd": run.lacking_vnd,
                "over_vnd": run.over_vnd,
                "commitments_vnd": run["commitments"]["vnd"].sum(),
            }
        )
    return pd.DataFrame(rows)
