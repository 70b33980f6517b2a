"""What a book shows of uncertainty, and of why scenarios differ; the draws are made when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import pandas as pd

from trainplan.analysis.attribution import differences
from trainplan.analysis.failure_conditions import Rule, conditions
from trainplan.analysis.monte_carlo import Uncertainty, uncertainty, under_rules
from trainplan.analysis.sensitivity import sensitivity
from trainplan.model.funding import RULES
from trainplan.plan.plan import Plan
from trainplan.report import figures
from trainplan.report import uncertainty_tables as views
from trainplan.report.charts import Picture


class UncertainPages:
    """Part of a book: a plan in a language, with the book's ways to show tables, sentences and pictures."""

    plan: Plan
    language: str
    others: list[Plan]
    _table: Callable[[pd.DataFrame, str, str], None]
    _say: Callable[..., None]
    _picture: Callable[[Picture], None]

    @cached_property
    def replayed(self) -> Uncertainty:
        """Open loop."""
        return uncertainty(self.plan, loop="open")

    @cached_property
    def replanned(self) -> Uncertainty | None:
        """Closed loop; none for a rule that decides all years at once."""
        return uncertainty(self.plan, loop="closed") if self.plan.allocation in RULES else None

    @property
    def draws(self) -> Uncertainty:
        """The loop that pages lead with: closed where there is one."""
        return self.replanned or self.replayed

    @cached_property
    def drivers(self) -> pd.DataFrame:
        return sensitivity(self.plan, self.draws.loop)

    @cached_property
    def rules(self) -> list[Rule]:
        return conditions(self.draws)

    def likely(self) -> None:
        """The answer in a few sentences."""
        none = [views.NO_RANGES[self.language]]
        self._say(views.likely(self.draws, self.language) if self.plan.ranges else none, marked=True)

    def probabilities(self) -> None:
        """How likely each target is when due, in either loop."""
        if self.plan.ranges:
            self._picture(figures.target_probabilities(self.replanned, self.replayed, self.language))
            frame = views.probabilities(self.replanned, self.replayed, self.language)
            self._table(
                frame, "Xác suất và khoảng của tỷ lệ đạt khi đến hạn", "Probability and band of coverage when due"
            )

    def chances_by_rule(self) -> None:
        """How likely each target is under every rule of allocation."""
        if self.plan.ranges:
            frame = views.chances_by_rule(under_rules(self.plan), self.language)
            self._table(frame, "Xác suất đạt khi đến hạn, theo cách phân bổ", "Probability when due, by allocation")

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
            frame = views.lacking(self.replayed, self.language)
            self._table(frame, "Thiếu tiền nếu giữ kế hoạch đã định", "Money lacking if the plan is kept as decided")

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
            self._say(views.missed_when(self.draws, self.rules, self.language))

    def ranges(self) -> None:
        """What is drawn, how far, and why."""
        if self.plan.ranges:
            frame = views.ranges(self.plan, self.language)
            self._table(frame, "Những điều chưa chắc và khoảng của chúng", "What is uncertain, and how far")

    def differences(self) -> None:
        """Why each scenario differs from the first."""
        parts = [(other, differences(self.plan, other)) for other in self.others]
        frame = views.differences([(plan, frame) for plan, frame in parts if len(frame)], self.language)
        vi, en = "Chênh lệch so với kịch bản đầu do thay đổi nào", "What the difference from the first comes from"
        self._table(frame, vi, en)
