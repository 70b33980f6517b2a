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

from trainplan.analysis.goal_seek import Goal, goal_seek
from trainplan.analysis.marginal_values import marginal_values
from trainplan.analysis.relaxations import relaxations
from trainplan.analysis.rule_comparison import RuleComparison, compare_rules
from trainplan.plan.find import scenario_names
from trainplan.plan.plan import Plan, load_plan
from trainplan.report import figures, sentences, tables
from trainplan.report.charts import Picture
from trainplan.report.html import LITERAL, html_table
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
        near, known = nearest_name(group, groups), {"groups": ", ".join(groups)}
        raise PlanError([Problem(WHERE, "no_group", group, "", "group", near, known)])
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
    def _rules(self) -> RuleComparison:
        return compare_rules(self.plan)

    @cached_property
    def _goal(self) -> Goal:
        return goal_seek(self.plan)

    @cached_property
    def _values(self) -> pd.DataFrame:
        return marginal_values(self.plan)

    # --- how things are shown

    def _picture(self, picture: Picture) -> None:
        data = picture.png()
        if self.folder is not None:
            write_bytes(self.folder / "figures" / f"{picture.name}.{self.language}.png", data)
        shown = {"image/png": data, "text/plain": picture.alt}
        display(shown, raw=True, metadata={"image/png": {"alt": picture.alt}})

    def _table(self, name: str, *shown: Any) -> None:
        """The table of that name under its caption; a line that says so where it has no rows."""
        frame = tables.TABLES[name](*shown, self.language)
        caption, nothing = say(f"caption.{name}", self.language), say("word.nothing", self.language)
        display(HTML(html_table(frame, caption) if len(frame) else f"<p>{caption}: {nothing}</p>"))

    def _say(self, said: Sequence[str], marked: bool = False) -> None:
        items = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in said)
        display(HTML(f'<ul class="{"answer" if marked else "notes"} {LITERAL}">{items}</ul>'))

    # --- start

    def title(self) -> None:
        """The plan, the scenario and why there is one."""
        plan, language = self.plan, self.language
        reason = plan.scenario_reason(language) or say("word.plan_itself", language)
        name = {"vi": "Kịch bản", "en": "Scenario"}[language]
        display(
            HTML(
                f'<p class="plan {LITERAL}">{html.escape(plan.title(language))}<br><strong>{name}: '
                f"{html.escape(plan.scenario_title(language))}</strong> – {html.escape(reason)}</p>"
            )
        )

    def headline(self) -> None:
        """The answer in a few sentences."""
        self._say(sentences.headline(self.results, self.language), marked=True)

    def changes(self) -> None:
        """What the scenario changes, old and new."""
        self._table("changes", self.plan)

    def warnings(self) -> None:
        """What the check of the input found worth a look."""
        self._say(self.plan.warnings)

    def decision_traced(self) -> None:
        """Every statement of the decision and where it lives."""
        self._table("decision_statements", self.plan)

    def basis_count(self) -> None:
        """How much rests on the decision, the law, statistics and assumptions."""
        self._table("basis_count", self.plan)

    def register(self) -> None:
        """Where every number comes from."""
        self._table("basis_register", self.plan)

    def simplified(self) -> None:
        """What the model leaves out."""
        self._say(sentences.simplifications(self.language))

    # --- baseline

    def history(self) -> None:
        """The period before, as the decision reports it."""
        self._table("history", self.plan)

    def real_money(self) -> None:
        """Money of the period before and of the plan, nominal and real."""
        self._say(sentences.real_money(self.plan, self.language), marked=True)
        self._picture(figures.nominal_and_real_money(self.results, self.language))

    def groups(self) -> None:
        """The groups at the baseline."""
        self._table("groups", self.plan)

    def where_groups_stand(self) -> None:
        """Baseline against target."""
        self._picture(figures.baselines_and_targets(self.results, self.language))

    def group_flow(self) -> None:
        """One group's stock: who joins and leaves."""
        name = html.escape(self.plan.label("groups", self.group, self.language))
        display(HTML(f'<p class="{LITERAL}"><strong>{name}</strong></p>'))
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
        self._table("classes", self.results)

    # --- money

    def cost_by_source(self) -> None:
        """Cost by source under the ceiling."""
        self._picture(figures.cost_by_source(self.results, self.language))

    def cost_by_program(self) -> None:
        """Cost by program."""
        self._picture(figures.cost_by_program(self.results, self.language))

    def budget(self) -> None:
        """Required, ceiling, funded and lacking by year."""
        self._table("budget", self.results)

    def commitments(self) -> None:
        """What is left to pay after the plan."""
        self._table("commitments", self.results)

    # --- gaps

    def coverage(self) -> None:
        """Coverage of every target against its path."""
        self._picture(figures.coverage(self.results, self.language))

    def missing(self) -> None:
        """People missing by target and year."""
        self._picture(figures.people_missing(self.results, self.language))

    def verdicts(self) -> None:
        """Every target as of its due year."""
        self._table("verdicts", self.results)

    def why(self) -> None:
        """Every target in a sentence: how far it gets, and what stands in its way."""
        self._say(sentences.explain_verdicts(self.results, self.language))

    # --- comparison

    def scenarios(self) -> None:
        """Every scenario with its reason, targets met and money."""
        self._table("scenarios", self.comparison)

    def compare_targets(self) -> None:
        """Coverage of every target in every scenario."""
        self._picture(figures.coverage_by_scenario(self.comparison, self.language))

    def compare_money(self) -> None:
        """Money and targets met in every scenario."""
        self._picture(figures.money_by_scenario(self.comparison, self.language))

    def compare_inputs(self) -> None:
        """Inputs that differ."""
        self._table("compared_inputs", self.comparison)

    # --- the best plan for the money

    def best_plan(self) -> None:
        """What the best plan reaches with the same money."""
        self._say(sentences.compare_best_plan(self._rules, self.language), marked=True)
        self._picture(figures.rule_comparison(self._rules, self.language))
        self._table("rules", self._rules)

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
        self._say(sentences.goal_amount(goal, language), marked=True)
        self._say(sentences.beyond_money(goal, language))

    def relaxations(self) -> None:
        """What it takes to meet the targets that are missed."""
        self._table("relaxations", self.plan, relaxations(self.plan))
