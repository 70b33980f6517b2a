"""What the annexes of a year plan are filled with: who is sent where, in which classes, and what it costs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

import numpy as np
import pandas as pd

from trainplan.cycle.class_calendar import MONTHS, calendar_of_year
from trainplan.cycle.filled_form import Quantity
from trainplan.cycle.form_layout import FormLayout
from trainplan.cycle.unit_model import group_of_pair
from trainplan.cycle.year_amounts import Amounts, YearAmounts, round_people, to_amount
from trainplan.cycle.year_plan import classes_of_year, members_of_year, unit_plan
from trainplan.model.arrays import pairs_of
from trainplan.plan.schema import Program
from trainplan.results.tables import Results
from trainplan.sheets.office_form import Amount, OfficeCell, add_up
from trainplan.text.catalog import term

TOTAL = "total"


class AnnexYear:
    """A calendar year of a plan for its annexes; tables are computed when they are first asked for."""

    attached = "annex.attached"  # the text that says what the forms go with

    def __init__(self, results: Results, year: int, language: str) -> None:
        self.results, self.plan, self.year, self.language = results, results.plan, year, language
        self.programs: Mapping[str, Program] = {row.id: row for row in results.plan.tables.programs}
        self.amounts = YearAmounts(results, year)

    @cached_property
    def by_part(self) -> Mapping[tuple[str, str], Amounts]:
        """What sources pay by program and part, new or continuing courses."""
        return self.amounts.by_program

    @property
    def is_closed(self) -> bool:
        """Whether the year is over, so that what units did is estimated."""
        return self.year in self.plan.closed_years

    def code(self, program: str) -> str:
        """What a form sorts a program under: its code, or else its content."""
        return self.programs[program].form_code or self.programs[program].content

    def label(self, table: str, id: str) -> str:
        """The name of a row."""
        return self.plan.label(table, id, self.language)

    def code_label(self, code: str, layout: FormLayout | None = None) -> str:
        """What a code, or a kind of content, is called on a form."""
        if layout and code in layout.names:
            return str(getattr(layout.names[code], self.language))
        word = term("form_code", code, self.language)
        return term("content", code, self.language) if word == code else word

    def names_of(self, program: str) -> tuple[str, ...]:
        """What a layout can name a program by: its id, code, content or place."""
        row = self.programs[program]
        return tuple(name for name in (row.id, row.form_code, row.content, row.place) if name)

    def is_named(self, program: str, layout: FormLayout) -> bool:
        """Whether a layout sets the program apart."""
        return not set(layout.contents).isdisjoint(self.names_of(program))

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """New learners by objective and program, with the group, and its form code, that is sent; nobody left out."""
        plan, t = self.plan, self.year - self.plan.first
        groups = plan.tables.groups
        rows = [
            (objective, program, groups[g].id, learners)
            for (objective, program), g, learners in zip(
                pairs_of(plan), group_of_pair(self.results.arrays), self.results.run.funded[t, :, 0], strict=True
            )
            if learners > 0
        ]
        return pd.DataFrame(rows, columns=["objective", "program", "group", "learners"])

    @cached_property
    def classes(self) -> pd.DataFrame:
        """`classes_of_year` by program, its learners as `new` ones and `before`, whole people of earlier years."""
        frame = classes_of_year(self.results, self.year).set_index("program")
        of_year = self.results["classes"].query("year == @self.year").set_index("program")["new_learners"]
        frame["new"] = of_year.reindex(frame.index)
        frame["before"] = round_people(frame["learners"] - frame["new"])
        return frame

    @cached_property
    def members(self) -> Mapping[str, Mapping[str, float]]:
        """New learners of a kind, such as women, by group and attribute."""
        frame = members_of_year(self.results, self.year)
        group = {row.id: row.group for row in self.plan.tables.objectives}
        found: dict[str, dict[str, float]] = {}
        for row in frame.itertuples():
            of_group = found.setdefault(group[row.objective], {})
            of_group[row.attribute] = of_group.get(row.attribute, 0.0) + row.learners
        return found

    @cached_property
    def calendar(self) -> pd.DataFrame:
        """`calendar_of_year` of the year."""
        return calendar_of_year(self.results, self.year)

    @cached_property
    def units(self) -> pd.DataFrame:
        """`unit_plan` of the year."""
        return unit_plan(self.results).query("year == @self.year")

    @property
    def limits(self) -> Mapping[str, Amount]:
        """The ceilings of the year by source, and of `total`; one without a limit is not there."""
        ids = [*(row.id for row in self.plan.tables.sources), TOTAL]
        found = {id: self.plan.ceilings_of(id).get(self.year) for id in ids}
        return {id: to_amount(vnd) for id, vnd in found.items() if vnd is not None}

    def costing(self, part: str) -> list[str]:
        """The programs of which a part, new or continuing courses, costs anything."""
        return [id for id in self.classes.index if self.by_part.get((id, part))]

    def paid(self, program: str, parts: Sequence[str], sources: Collection[str] = ()) -> dict[str, OfficeCell]:
        """What each of `sources`, or each source there is, pays for parts of a program."""
        found: dict[str, OfficeCell] = {}
        for part in parts:
            for source, amount in self.by_part.get((program, part), {}).items():
                if source in (sources or self.by_source.heads):
                    found[source] = add_up([found.get(source), amount])
        return found

    @cached_property
    def by_content(self) -> Quantity:
        """A quantity of each program, with a column for each code."""
        codes = [code for code in dict.fromkeys(map(self.code, self.programs)) if code]
        heads = {code: self.code_label(code) for code in codes}
        return Quantity(parted=True, leaves={id: self.names_of(id) for id in self.programs}, heads=heads)

    @cached_property
    def by_source(self) -> Quantity:
        """A quantity of each source; an estimate, as no source says beforehand what it will pay for."""
        heads = {row.id: self.plan.short_label("sources", row.id, self.language) for row in self.plan.tables.sources}
        return Quantity(parted=True, leaves={id: (id,) for id in heads}, heads=heads, estimated="shares_of_sources")

    @cached_property
    def by_attribute(self) -> Quantity:
        """A quantity of each kind of people, an estimate."""
        kinds = dict.fromkeys(row.attribute for row in self.plan.tables.attributes)
        heads = {id: self.plan.short_label("attributes", id, self.language) for id in kinds}
        return Quantity(parted=True, leaves={id: (id,) for id in heads}, heads=heads, estimated="shares_of_members")

    @cached_property
    def by_month(self) -> Quantity:
        """A quantity of each month of the year."""
        months = [str(month) for month in range(1, MONTHS + 1)]
        return Quantity(parted=True, leaves={month: (month,) for month in months}, heads={m: m for m in months})


def learners_by(frame: pd.DataFrame, column: str) -> dict[str, dict[str, float]]:
    """The learners of a table by a column, and by program."""
    found: dict[str, dict[str, float]] = {}
    sent = frame[frame["learners"] > 0]
    for key, program, learners in zip(sent[column], sent["program"], sent["learners"], strict=True):
        of_key = found.setdefault(key, {})
        of_key[program] = of_key.get(program, 0.0) + float(learners)
    return found


def whole_or_none(value: float) -> float | None:
    """A number of a table, or nothing where it is missing."""
    return None if np.isnan(value) else float(value)
