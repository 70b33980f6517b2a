"""Scenarios side by side: the inputs that differ beside the results that differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from trainplan.plan.address import Address, value_at
from trainplan.plan.choices import ALLOCATION_RULES
from trainplan.results.registry import Stem, check_columns
from trainplan.results.tables import Results
from trainplan.results.verdicts import count_met

CHOSEN = {  # what a province decides itself, ceilings apart; the rest are circumstances
    *(("", choice) for choice in ("allocation", "ambition", "pacing")),
    *(("programs", column) for column in ("capacity", "class_size")),
    *(("objectives", column) for column in ("priority", "weight", "pacing")),
}
HALF = 0.5  # of those sent: a program that keeps no more is one that a plan gives up


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

    @property
    def has_ceilings(self) -> bool:
        """Whether any scenario has ceilings."""
        return any(run.plan.has_ceilings for run in self.runs)

    @property
    def within_same_ceilings(self) -> list[Results]:
        """The other scenarios that keep the ceilings of the first, and differ from it in CHOSEN alone."""
        return [run for run in self.runs[1:] if keeps_ceilings(run) and self._differs_in(run) <= CHOSEN]

    @property
    def better_options(self) -> list[Results]:
        """Of these the ones that meet the most targets, where that is more than the first meets, which has to keep its
        ceilings too; none otherwise."""
        met = self.totals.set_index("scenario")["met"]
        options = self.within_same_ceilings if keeps_ceilings(self.runs[0]) else []
        most = max((met[run.plan.scenario] for run in options), default=0)
        better = most > met[self.runs[0].plan.scenario]
        return [run for run in options if better and met[run.plan.scenario] == most]

    @property
    def options(self) -> list[Results]:
        """The first, and what a province may decide beside it: scenarios that differ in CHOSEN and ceilings alone."""
        chosen = CHOSEN | {("ceilings", "ceiling_vnd")}
        return [self.runs[0], *(run for run in self.runs[1:] if self._differs_in(run) <= chosen)]

    def _differs_in(self, run: Results) -> set[tuple[str, str]]:
        """Table and column of every input in which a scenario differs from the first; no table for a choice."""
        own, first = (self.inputs[name.plan.scenario].map(repr) for name in (run, self.runs[0]))
        places = map(Address.of, self.inputs["address"][own != first])
        return {(place.table, place.column) for place in places}


def keeps_ceilings(run: Results) -> bool:
    """Whether there are ceilings, and the plan's rule keeps them."""
    return run.plan.has_ceilings and ALLOCATION_RULES[run.plan.allocation].keeps_ceilings


def programs_given_up(before: pd.Series, after: pd.Series) -> pd.DataFrame:
    """Programs that keep no more than half of their people: program (index), before, after; the largest loss first.

    Both series have people sent, by program.
    """
    frame = pd.DataFrame({"before": before, "after": after})
    lost = frame[(frame["before"] > 0) & (frame["after"] <= HALF * frame["before"])]
    return lost.iloc[(lost["after"] - lost["before"]).argsort(kind="stable")]


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
