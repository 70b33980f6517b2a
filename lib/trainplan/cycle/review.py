"""A review: a plan as decided and as known now, with what happened up to a year beside it (method.md, section 8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from trainplan.analysis.monte_carlo import Draw, uncertainty
from trainplan.cycle.forecast_record import forecast_record, forecast_scores
from trainplan.cycle.looks import Looks
from trainplan.cycle.review_coverage import FACTS, review_coverage
from trainplan.cycle.review_money import review_money
from trainplan.plan.plan import Plan
from trainplan.plan.schema import Actual, Observation
from trainplan.results.quote import address_of, quote_numbers
from trainplan.results.registry import Stem
from trainplan.results.tables import Results, compute
from trainplan.results.verdicts import count_met
from trainplan.text.shown import Quoted

MID_TERM = 3  # years after which the decision is reviewed at mid-term


@dataclass(frozen=True)
class Review:
    """Both looks of a plan with the years up to `year` closed, and the tables of the review: `review["review_money"]`.

    Numbers that it quotes of tables that both looks have are addressed by the look: `verdicts@now degree gap`.
    """

    decided: Results
    now: Results
    year: int
    between: Mapping[date, Results] = field(default_factory=dict)  # earlier looks by their day
    draw: Draw = uncertainty

    @cached_property
    def tables(self) -> Mapping[Stem, pd.DataFrame]:
        """The tables of the review by the stems of their files."""
        made = {make.__name__: make(self.decided, self.now, self.year) for make in (review_coverage, review_money)}
        between = {str(day): look for day, look in self.between.items()}
        record = forecast_record({"decided": self.decided, **between, "now": self.now}, self.year, self.draw)
        return {**made, "forecast_record": record, "forecast_scores": forecast_scores(record)}

    def __getitem__(self, stem: Stem) -> pd.DataFrame:
        return self.tables[stem]

    def quote(self, stem: Stem, column: str, value: float, **keys: Any) -> Quoted:
        """A number of a table of the review with its address; of a key that is not given all were added up."""
        return Quoted(value, address_of(stem, column, **keys))

    def plan_with(self, table: str, id: str) -> Plan:
        """The look that has a row, now's first: whoever names one that only the plan as decided knows asks that."""
        known = any(row.id == id for row in self.now.plan.tables[table])
        return (self.now if known else self.decided).plan

    @property
    def day(self) -> date:
        """The day on which it is known how things stand: its own, or the end of its year."""
        return self.now.plan.choices.as_of or date(self.year, 12, 31)

    @property
    def stage(self) -> str:
        """Which review it is: `mid_term` after three years, `final` after the plan's last, otherwise `other`."""
        if self.year == self.now.plan.last:
            return "final"
        return "mid_term" if self.year - self.now.plan.first + 1 == MID_TERM else "other"

    @cached_property
    def due(self) -> pd.DataFrame:
        """The rows of `review_coverage` of the due years, by objective, with quoted numbers and `is_target`."""
        due, is_target = {}, {}
        for results in (self.decided, self.now):
            for row, decided in zip(results.plan.tables.objectives, results.plan.is_target, strict=True):
                due[row.id], is_target[row.id] = row.due_year, decided
        frame = self["review_coverage"]
        frame = quote_numbers("review_coverage", frame[frame["year"] == frame["objective"].map(due)])
        return frame.assign(is_target=frame["objective"].map(is_target)).set_index("objective")

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """The verdicts as they now stand by objective, with quoted numbers and `is_target`.

        `decided` is the verdict as decided, empty where that look does not know the objective; `is_gone`, whether the
        last start that would have counted lies in a closed year.
        """
        before = self.decided["verdicts"].set_index("objective")["verdict"]
        frame = quote_numbers("verdicts", self.now["verdicts"], "now")
        gone = (self.now["verdicts"]["latest_start"] < self.now.plan.decided_from).fillna(False).astype(bool)
        frame = frame.assign(decided=frame["objective"].map(before).fillna(""), is_gone=gone)
        return frame.assign(is_target=self.now.plan.is_target).set_index("objective")

    def count_met(self) -> Mapping[str, Quoted]:
        """How many targets and goals are met as they now stand, and of how many, as in `results.verdicts.count_met`."""
        plan = self.now.plan
        counted = count_met(plan, self.now["verdicts"]["verdict"] == "met")
        return {
            name: Quoted(count, address_of("totals", name, "now", scenario=plan.scenario))
            for name, count in counted.items()
        }

    @cached_property
    def counted_objectives(self) -> frozenset[str]:
        """The objectives of which a closed year has been counted; what is reached of the others is simulated."""
        return frozenset(row.objective for row in self.now.plan.tables.observations if row.year <= self.year)

    @property
    def later_facts(self) -> list[tuple[str, Actual | Observation]]:
        """What is known of years after the review's, with its table: listed, not used."""
        tables = self.now.plan.tables
        return [(name, row) for name in FACTS for row in tables[name] if row.year > self.year]


def load_review(
    plan: str | Path,
    scenario: str,
    year: int,
    as_of: Any = None,
    overrides: Mapping[str, Any] | None = None,
    compute: Callable[[Plan], Results] = compute,
    draw: Draw = uncertainty,
) -> Review:
    """The review of a plan up to a calendar year, as it is known on `as_of`, or all of it; PlanError."""
    looks = Looks(plan, as_of)
    decided, now = looks.load(scenario, year, overrides)
    return review_of(decided, now, looks.load_between(decided, now, scenario, overrides), compute, draw)


def review_of(
    decided: Plan,
    now: Plan,
    between: Mapping[date, Plan],
    compute: Callable[[Plan], Results] = compute,
    draw: Draw = uncertainty,
) -> Review:
    """The review of the looks of a plan up to the last year that is closed now; `between` are earlier ones by day."""
    earlier = {day: compute(look) for day, look in between.items()}
    return Review(compute(decided), compute(now), now.decided_from - 1, earlier, draw)
