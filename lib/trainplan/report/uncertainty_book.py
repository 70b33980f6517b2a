"""What a book shows of uncertainty, and of why scenarios differ; the draws are made when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import pandas as pd

from trainplan.analysis.attribution import attribute
from trainplan.analysis.failure_conditions import FailureRule, failure_conditions
from trainplan.analysis.monte_carlo import Uncertainty, uncertainty, uncertainty_by_rule
from trainplan.analysis.sensitivity import sensitivity
from trainplan.plan.choices import is_yearly
from trainplan.plan.plan import Plan
from trainplan.report import figures, sentences
from trainplan.report.charts import Picture


class UncertainPages:
    """Part of a book: a plan in a language, with the book's ways to show tables, sentences and pictures."""

    plan: Plan
    language: str
    others: list[Plan]
    _table: Callable[..., None]
    _say: Callable[..., None]
    _picture: Callable[[Picture], None]

    @cached_property
    def replayed(self) -> Uncertainty:
        """Open loop."""
        return uncertainty(self.plan, loop="open")

    @cached_property
    def replanned(self) -> Uncertainty | None:
        """Closed loop; none for a rule that decides all years at once."""
        return uncertainty(self.plan, loop="closed") if is_yearly(self.plan.allocation) else None

    @property
    def draws(self) -> Uncertainty:
        """The loop that pages lead with: closed where there is one."""
        return self.replanned or self.replayed

    @cached_property
    def drivers(self) -> pd.DataFrame:
        return sensitivity(self.plan, self.draws.loop)

    @cached_property
    def rules(self) -> list[FailureRule]:
        return failure_conditions(self.draws)

    def likely(self) -> None:
        """The answer in a few sentences."""
        if self.plan.ranges:
            self._say(sentences.probability_summary(self.draws, self.language), marked=True)
        else:
            self._say(sentences.no_ranges(self.language), marked=True)

    def probabilities(self) -> None:
        """How likely each target is when due, in either loop."""
        if self.plan.ranges:
            self._picture(figures.target_probabilities(self.replanned, self.replayed, self.language))
            self._table("probabilities", self.replanned, self.replayed)

    def chances_by_rule(self) -> None:
        """How likely each target is under every rule of allocation."""
        if self.plan.ranges:
            self._table("probabilities_by_rule", uncertainty_by_rule(self.plan))

    def coverage_bands(self) -> None:
        """Bands of coverage by year."""
        if self.plan.ranges:
            self._picture(figures.coverage_bands(self.draws, self.language))

    def cost_bands(self) -> None:
        """Bands of yearly cost and the S-curve of what all years cost."""
        if self.plan.ranges:
            self._picture(figures.cost_bands_and_s_curve(self.draws, self.replayed, self.language))

    def money_lacking(self) -> None:
        """Open loop: how likely money lacks."""
        if self.plan.ranges:
            self._table("money_lacking", self.replayed)

    def tornado(self) -> None:
        """What moves the least certain targets, one range at a time."""
        if self.plan.ranges:
            self._picture(figures.tornado(self.draws, self.drivers, self.language))

    def driver_shares(self) -> None:
        """Which range is behind the uncertainty of which target."""
        if self.plan.ranges:
            self._picture(figures.variance_shares(self.draws, self.drivers, self.language))

    def missed_when(self) -> None:
        """The conditions under which each target is missed."""
        if self.plan.ranges:
            self._say(sentences.missed_when(self.draws, self.rules, self.language))

    def ranges(self) -> None:
        """What is drawn, how far, and why."""
        if self.plan.ranges:
            self._table("ranges", self.plan)

    def differences(self) -> None:
        """Why each scenario differs from the first."""
        parts = [(other, attribute(self.plan, other)) for other in self.others]
        self._table("differences", [(plan, frame) for plan, frame in parts if len(frame)])
