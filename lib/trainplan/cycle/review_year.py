"""What the forms of a review are filled with: the plan as decided beside what happened, and years added up."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import pandas as pd

from trainplan.cycle.annex_year import AnnexYear
from trainplan.cycle.filled_form import Quantity
from trainplan.cycle.review import Review
from trainplan.cycle.review_money import program_year
from trainplan.cycle.year_amounts import Amounts, round_people, table_amounts
from trainplan.model.arrays import pairs_of
from trainplan.results.tables import Results
from trainplan.sheets.office_form import Amount
from trainplan.text.catalog import term

PEOPLE = ("completed", "ended", "studying")
SUMMED = ("new_classes", "continuing_classes", "new", "before")


class ReviewYear(AnnexYear):
    """The year up to which a plan is reviewed, as it is known now, beside the plan as decided."""

    attached = "annex.attached_report"

    def __init__(self, review: Review, language: str) -> None:
        super().__init__(review.now, review.year, language)
        self.review, self.decided = review, review.decided
        self.programs = {row.id: row for look in (review.decided, review.now) for row in look.plan.tables.programs}

    def label(self, table: str, id: str) -> str:
        """The name of a row of either look."""
        return self.review.plan_with(table, id).label(table, id, self.language)

    @cached_property
    def by_source(self) -> Quantity:
        """A quantity of each source of either look."""
        ids = dict.fromkeys(row.id for look in (self.decided, self.results) for row in look.plan.tables.sources)
        heads = {id: self.review.plan_with("sources", id).short_label("sources", id, self.language) for id in ids}
        return Quantity(parted=True, leaves={id: (id,) for id in heads}, heads=heads, estimated="shares_of_sources")

    @cached_property
    def by_level(self) -> Quantity:
        """A quantity of each level of officials."""
        levels = list(dict.fromkeys(row.level or "…" for row in self.plan.tables.groups))
        heads = {level: term("level", level, self.language) for level in levels}
        return Quantity(parted=True, leaves={level: (level,) for level in levels}, heads=heads)

    @cached_property
    def by_year(self) -> Quantity:
        """A quantity of each year of the plan, which does not add up over rows."""
        years = [str(year) for year in self.plan.years]
        leaves = {year: (year,) for year in years}
        return Quantity(parted=True, total=False, leaves=leaves, heads={year: year for year in years})

    @cached_property
    def done(self) -> pd.DataFrame:
        """People of every pair of either look of whom there are any, in whole people.

        Columns objective, program, group; planned, actual: who is sent; ended: who reached the end, of whom some
        completed and some failed; studying: who studies on; reported, counted: whether the year has an actual of the
        pair, and whether it says who completed.
        """
        plans = (self.decided.plan, self.plan)
        groups = {row.id: row.group for plan in plans for row in plan.tables.objectives}
        planned = dict(zip(pairs_of(plans[0]), self._new_learners(self.decided), strict=True))
        done = dict(zip(pairs_of(plans[1]), self._done(), strict=True))
        nobody = (0.0,) * (1 + len(PEOPLE))
        rows = [
            (*pair, groups[pair[0]], planned.get(pair, 0.0), *done.get(pair, nobody))
            for pair in dict.fromkeys([*planned, *done])
        ]
        frame = pd.DataFrame(rows, columns=["objective", "program", "group", "planned", "actual", *PEOPLE])
        for name in PEOPLE:
            frame[name] = round_people(frame[name])
        frame["failed"] = np.maximum(0.0, frame["ended"] - frame["completed"])
        facts = [row for row in self.plan.tables.actuals if row.year == self.year]
        reported = {(row.objective, row.program) for row in facts}
        counted = {(row.objective, row.program) for row in facts if row.completed is not None}
        pairs = list(zip(frame["objective"], frame["program"], strict=True))
        frame["reported"], frame["counted"] = [pair in reported for pair in pairs], [pair in counted for pair in pairs]
        return frame[frame[["planned", "actual", *PEOPLE]].to_numpy().any(axis=1)]

    def _new_learners(self, results: Results) -> list[float]:
        return [float(people) for people in results.run.funded[self.year - results.plan.first, :, 0]]

    def _done(self) -> list[tuple[float, ...]]:
        """Of every pair as known now: sent, completed, at the end of the course, studying on."""
        t, run, cohorts = self.year - self.plan.first, self.results.run, self.results.arrays.structure.cohorts
        before = run.years[t].continuing
        ending = cohorts.stack(run.funded[t], before)[cohorts.last][:, 0]
        completed = run.completed[t, :, 0]
        studying = (run.funded[t] + cohorts.by_owner(before))[:, 0] - ending
        return list(zip(run.funded[t, :, 0], completed, np.maximum(ending, completed), studying, strict=True))

    @cached_property
    def money(self) -> pd.DataFrame:
        """The rows of `review_money` of the year."""
        return self.review["review_money"].query("year == @self.year")

    @cached_property
    def planned_amounts(self) -> Mapping[str, Amounts]:
        """What each source was to pay, by program."""
        return self._amounts("planned_vnd")

    @cached_property
    def spent_amounts(self) -> Mapping[str, Amounts]:
        """What each source paid, by program."""
        return self._amounts("spent_vnd")

    def _amounts(self, column: str) -> Mapping[str, Amounts]:
        table = self.money.pivot_table(index="program", columns="source", values=column, aggfunc="sum", sort=False)
        return table_amounts(table.reindex(columns=list(self.by_source.heads)).fillna(0.0))

    @cached_property
    def learners(self) -> pd.DataFrame:
        """Whole people who study in the year, planned and actual, by program, and the classes that ran."""
        t, found = self.year - self.plan.first, {}
        for id in self.programs:
            planned, actual = (program_year(look, id, t) for look in (self.decided, self.results))
            found[id] = (
                planned.learners if planned else 0.0,
                actual.learners if actual else 0.0,
                actual.classes if actual else 0.0,
            )
        frame = pd.DataFrame.from_dict(found, orient="index", columns=["planned", "actual", "classes"])
        for name in ("planned", "actual"):
            frame[name] = round_people(frame[name])
        return frame


class YearsTogether(AnnexYear):
    """The years of a plan from its first one to a calendar year, added up as the forms of each of them show it."""

    attached = "annex.attached_report"

    def __init__(self, results: Results, year: int, language: str) -> None:
        super().__init__(results, year, language)
        self._years = [AnnexYear(results, one, language) for one in range(results.plan.first, year + 1)]

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """New learners by objective and program, a row for each year."""
        return pd.concat([one.pairs for one in self._years], ignore_index=True)

    @cached_property
    def units(self) -> pd.DataFrame:
        """The rows of `unit_plan` of all these years."""
        return pd.concat([one.units for one in self._years], ignore_index=True)

    @cached_property
    def classes(self) -> pd.DataFrame:
        """Classes and learners by program: who studies in two of the years is counted in both."""
        added = pd.concat([one.classes[list(SUMMED)] for one in self._years]).groupby(level=0).sum()
        return added.loc[[id for id in self.programs if id in added.index]]

    @cached_property
    def members(self) -> Mapping[str, Mapping[str, float]]:
        """New learners of a kind by group and attribute."""
        found: dict[str, dict[str, float]] = {}
        for one in self._years:
            for group, kinds in one.members.items():
                of_group = found.setdefault(group, {})
                for kind, people in kinds.items():
                    of_group[kind] = of_group.get(kind, 0.0) + people
        return found

    @cached_property
    def by_part(self) -> Mapping[tuple[str, str], Amounts]:
        """What sources pay by program and part."""
        found: dict[tuple[str, str], Amounts] = {}
        for one in self._years:
            for key, paid in one.by_part.items():
                _add(found.setdefault(key, {}), paid)
        return found

    @property
    def limits(self) -> Mapping[str, Amount]:
        """The ceilings of all years together; none where a year has none."""
        found: Amounts = {}
        for one in self._years:
            _add(found, one.limits)
        return {source: limit for source, limit in found.items() if all(source in one.limits for one in self._years)}


def _add(found: Amounts, more: Mapping[str, Amount]) -> None:
    for source, amount in more.items():
        before = found.get(source, Amount(0.0, 0.0))
        found[source] = Amount(round(before.shown + amount.shown, 1), before.exact + amount.exact)
