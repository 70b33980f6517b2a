"""What a notebook calls: `book = open_book(globals())`, then one method for everything that it shows.

A `Book` shows what others computed. With an output folder it also keeps its figures.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from IPython.display import HTML, display

from trainplan.analysis.goal_seek import Goal, seek
from trainplan.analysis.marginal_values import values
from trainplan.analysis.relaxations import ways
from trainplan.analysis.rule_comparison import Rules, rules
from trainplan.plan.plan import Plan, load_plan, scenario_names
from trainplan.report import best_plan_tables as best_plan_views
from trainplan.report import figures, sentences
from trainplan.report import tables as views
from trainplan.report.charts import Picture
from trainplan.report.parameters import WHERE, coordinates
from trainplan.report.uncertainty_book import UncertainPages
from trainplan.results.compare import Comparison, compare
from trainplan.results.tables import Results, compute
from trainplan.storage.files import write_bytes
from trainplan.text.catalog import say
from trainplan.text.problems import PlanError, Problem, nearest_name


def open_book(names: Mapping[str, Any]) -> Book:
    """The book for a notebook's parameters; PlanError, shown without a traceback, where one of them is wrong."""
    given = coordinates(names)
    plan = load_plan(given["plan"], given["scenario"], given["overrides"])
    group, groups = given.get("group"), [row.id for row in plan.tables.groups]
    if group and group not in groups:
        raise PlanError(
            [Problem(WHERE, f"groups: {', '.join(groups)}.", group, "", "group", nearest_name(group, groups))]
        )
    folder = Path(given["output_dir"]) if given["output_dir"] else None
    return Book(plan, given["language"], folder, given.get("scenarios"), group)


class Book(UncertainPages):
    """A scenario's results in a language, ready to be shown."""

    def __init__(
        self, plan: Plan, language: str, folder: Path | None, scenarios: Sequence[str] | None, group: str | None
    ) -> None:
        self.plan, self.language, self.folder = plan, language, folder
        self.results: Results = compute(plan)
        self.group = group or self._busiest_group()
        self.others = [load_plan(plan.path, name) for name in self._named(scenarios)] if scenarios is not None else []

    def _named(self, scenarios: Sequence[str]) -> list[str]:
        wanted = scenarios or ["base", *scenario_names(self.plan.path)]
        return [name for name in wanted if name != self.plan.scenario]

    def _busiest_group(self) -> str:
        """The group that most people leave, among those with an objective of their own."""
        own = {row.group for row in self.plan.tables.objectives if row.kind != "count"}
        left = self.results["workforce"].groupby("group")["leavers"].sum()
        return str(left[left.index.isin(own)].idxmax())

    @cached_property
    def comparison(self) -> Comparison:
        return compare([self.results, *(compute(plan) for plan in self.others)])

    @cached_property
    def _rules(self) -> Rules:
        return rules(self.plan)

    @cached_property
    def _goal(self) -> Goal:
        return seek(self.plan)

    @cached_property
    def _values(self) -> pd.DataFrame:
        return values(self.plan)

    # --- how things are shown

    def _picture(self, picture: Picture) -> None:
        data = picture.png()
        if self.folder is not None:
            write_bytes(self.folder / "figures" / f"{picture.name}.{self.language}.png", data)
        shown = {"image/png": data, "text/plain": picture.alt}
        display(shown, raw=True, metadata={"image/png": {"alt": picture.alt}})

    def _table(self, frame: pd.DataFrame, vi: str = "", en: str = "") -> None:
        caption = vi if self.language == "vi" else en
        nothing = "Không có gì." if self.language == "vi" else "Nothing."
        display(HTML(views.html_table(frame, caption) if len(frame) else f"<p>{caption}: {nothing}</p>"))

    def _say(self, sentences: Sequence[str], marked: bool = False) -> None:
        items = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in sentences if sentence)
        display(HTML(f'<ul class="{"answer" if marked else "notes"}">{items}</ul>'))

    # --- start

    def title(self) -> None:
        """The plan, the scenario and why there is one."""
        plan, language = self.plan, self.language
        reason = plan.scenario_reason(language) or say("word.plan_itself", language)
        name = {"vi": "Kịch bản", "en": "Scenario"}[language]
        display(
            HTML(
                f'<p class="plan">{html.escape(plan.title(language))}<br><strong>{name}: '
                f"{html.escape(plan.scenario_title(language))}</strong> – {html.escape(reason)}</p>"
            )
        )

    def headline(self) -> None:
        """The answer in a few sentences."""
        self._say(sentences.headline(self.results, self.language), marked=True)

    def changes(self) -> None:
        """What the scenario changes, old and new."""
        frame = views.changes(self.plan, self.language)
        self._table(frame, "Số liệu mà kịch bản thay đổi", "Numbers that the scenario changes")

    def warnings(self) -> None:
        """What the check of the input found worth a look."""
        self._say(self.plan.warnings)

    def decision_traced(self) -> None:
        """Every statement of the decision and where it lives."""
        frame = views.traced(self.plan, self.language)
        self._table(frame, "Các ý trong Quyết định và nơi thể hiện", "Statements of the decision and where they live")

    def basis_count(self) -> None:
        """How much rests on the decision, the law, statistics and assumptions."""
        self._table(views.basis_count(self.plan, self.language), "Số liệu theo loại căn cứ", "Numbers by kind of basis")

    def register(self) -> None:
        """Where every number comes from."""
        frame = views.basis_register(self.plan, self.language)
        self._table(frame, "Sổ đăng ký căn cứ của mọi số liệu", "Register of the basis of every number")

    def simplified(self) -> None:
        """What the model leaves out."""
        self._say(sentences.SIMPLIFIED[self.language])

    # --- baseline

    def history(self) -> None:
        """The period before, as the decision reports it."""
        frame = views.history(self.results, self.language)
        self._table(frame, "Kết quả giai đoạn trước", "The period before")

    def real_money(self) -> None:
        """Money of the period before and of the plan, nominal and real."""
        self._say([sentences.real_message(self.plan, self.language)], marked=True)
        self._picture(figures.nominal_and_real_money(self.results, self.language))

    def groups(self) -> None:
        """The groups at the baseline."""
        frame = views.groups(self.results, self.language)
        self._table(frame, "Các nhóm đối tượng đầu kỳ", "The groups at the baseline")

    def where_groups_stand(self) -> None:
        """Baseline against target."""
        self._picture(figures.baselines_and_targets(self.results, self.language))

    def group_flow(self) -> None:
        """One group's stock: who joins and leaves."""
        display(HTML(f"<p><strong>{html.escape(self.plan.label('groups', self.group, self.language))}</strong></p>"))
        self._picture(figures.group_stocks_and_flows(self.results, self.group, self.language))

    # --- enrollment

    def three_lines(self) -> None:
        """Needed, deliverable and funded enrollment of each year."""
        self._picture(figures.enrollment_levels(self.results, self.language))

    def enrollment_by_program(self) -> None:
        """Who studies what, and when."""
        self._picture(figures.enrollment_by_program(self.results, self.language))

    def classes(self) -> None:
        """New learners and classes by program and year."""
        frame = views.classes(self.results, self.language)
        self._table(frame, "Học viên mới và lớp mở mới", "New learners and new classes")

    # --- money

    def cost_by_source(self) -> None:
        """Cost by source under the ceiling."""
        self._picture(figures.cost_by_source(self.results, self.language))

    def cost_by_program(self) -> None:
        """Cost by program."""
        self._picture(figures.cost_by_program(self.results, self.language))

    def budget(self) -> None:
        """Required, ceiling, funded and lacking by year."""
        self._table(
            views.budget(self.results, self.language), "Kinh phí từng năm (tỷ đồng)", "Money by year (billion VND)"
        )

    def commitments(self) -> None:
        """What is left to pay after the plan."""
        frame = views.commitments(self.results, self.language)
        self._table(frame, "Chi sau kỳ kế hoạch (tỷ đồng)", "Commitments after the plan (billion VND)")

    # --- gaps

    def coverage(self) -> None:
        """Coverage of every target against its path."""
        self._picture(figures.coverage(self.results, self.language))

    def missing(self) -> None:
        """People missing by target and year."""
        self._picture(figures.people_missing(self.results, self.language))

    def verdicts(self) -> None:
        """Every target as of its due year."""
        frame = views.verdicts(self.results, self.language)
        self._table(frame, "Kết luận khi đến hạn", "Verdicts when due")

    def why(self) -> None:
        """Every target in a sentence: how far it gets, and what stands in its way."""
        self._say(sentences.why(self.results, self.language))

    # --- comparison

    def scenarios(self) -> None:
        """Every scenario with its reason, targets met and money."""
        self._table(views.scenarios(self.comparison, self.language), "Các kịch bản", "The scenarios")

    def compare_targets(self) -> None:
        """Coverage of every target in every scenario."""
        self._picture(figures.coverage_by_scenario(self.comparison, self.language))

    def compare_money(self) -> None:
        """Money and targets met in every scenario."""
        self._picture(figures.money_by_scenario(self.comparison, self.language))

    def compare_inputs(self) -> None:
        """Inputs that differ."""
        frame = views.compared_inputs(self.comparison, self.language)
        self._table(frame, "Số liệu đầu vào khác nhau", "Inputs that differ")

    # --- the best plan for the money

    def best_plan(self) -> None:
        """What the best plan reaches with the same money."""
        self._say(best_plan_views.best_plan_sentences(self._rules, self.language), marked=True)
        self._picture(figures.rule_comparison(self._rules, self.language))
        self._table(best_plan_views.rules_table(self._rules, self.language), "Các cách phân bổ", "Rules of allocation")

    def best_plan_differs(self) -> None:
        """Whom the best plan sends otherwise."""
        self._picture(figures.best_plan_changes(self._rules, self.language))

    def value_of_money(self) -> None:
        """What one more billion would save."""
        self._picture(figures.marginal_value_of_money(self.plan, self._values, self.language))

    def value_of_places(self) -> None:
        """What ten more places would save."""
        self._picture(figures.marginal_value_of_places(self.plan, self._values, self.language))

    def goal(self) -> None:
        """The least yearly amount with which every target is met that money can meet."""
        goal, language = self._goal, self.language
        self._say([best_plan_views.goal_sentence(goal, language)], marked=True)
        self._say([best_plan_views.beyond_sentence(goal, language)])

    def relaxations(self) -> None:
        """What it takes to meet the targets that are missed."""
        frame = best_plan_views.ways_view(self.plan, ways(self.plan), self.language)
        self._table(
            frame, "Cách để đạt chỉ tiêu đang không đạt, rẻ trước", "Ways to meet what is missed, cheapest first"
        )
