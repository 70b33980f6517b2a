"""The reviewer's way in: a page that leads with the answer and links everything that a run left."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
from markupsafe import Markup

from trainplan.analysis.monte_carlo import Uncertainty, usual_loop
from trainplan.plan.plan import Plan
from trainplan.report.assembly import file_links, fill_links, number_figures
from trainplan.report.colors import VERDICT_MARKS
from trainplan.report.figures import money_by_scenario
from trainplan.report.furniture import page_head, print_style
from trainplan.report.html import POLICY, fill_template, html_table, style_sheet
from trainplan.report.sentences import (
    assumed_share,
    better_options,
    chances_and_cost,
    explain_verdicts,
    headline,
    no_ranges,
    simplifications,
)
from trainplan.report.stored import uncertainty, uncertainty_by_rule
from trainplan.report.tables import probabilities_by_rule, scenarios
from trainplan.report.titles import report_title
from trainplan.results.compare import Comparison
from trainplan.results.quote import address_of
from trainplan.results.verdicts import missed_level
from trainplan.storage.files import write_text
from trainplan.text.catalog import LANGUAGES, say, term
from trainplan.text.formats import due_day, percent
from trainplan.text.shown import Quoted

INDEX = "0"  # the number of the page
NAMES = {"vi": "index.html", "en": "index.en.html"}


@dataclass(frozen=True)
class ScenarioRun:
    """What there is of a scenario in its folder, as the index shows it (no reports where none was ever asked for)."""

    title: dict[str, str]  # by language, as is the reason
    reason: dict[str, str]
    folder: Path
    reports: dict[tuple[str, str], Path]  # (notebook's stem, language) -> HTML
    earlier: frozenset[tuple[str, str]]  # those of the reports that today's inputs, code or notebook did not make
    tables_earlier: bool
    failed: dict[str, str]  # name of the notebook and language -> why


def write_index(folder: Path, comparison: Comparison, done: Sequence[ScenarioRun]) -> Path:
    """Writes index.html (Vietnamese) and index.en.html into `folder`; returns the first.

    The second is for a plan that is shown in English too, or of which there are English reports.
    """
    there = {*comparison.runs[0].plan.languages, *(language for run in done for _, language in run.reports)}
    languages = [language for language in NAMES if language in there]
    for language in languages:
        links = [run_links(folder, run, language) for run in done if run.reports or run.failed]
        page = render_index(comparison, links, language, languages)
        write_text(folder / NAMES[language], _with_files(page, folder, done, language) + "\n")
    return folder / NAMES["vi"]


def _with_files(page: str, folder: Path, done: Sequence[ScenarioRun], language: str) -> str:
    """The page with links to the files behind its figures, those of the first scenario."""
    if not done:
        return page
    first = done[0].folder
    root = f"{relative_link(folder, first)}/"
    return fill_links(page, lambda kind, names: file_links(kind, names, first, root, language))


def render_index(
    comparison: Comparison, links: Sequence[dict[str, Any]], language: str, languages: Sequence[str] = LANGUAGES
) -> str:
    """The page in a language, as HTML, with a link to another of `languages`.

    `links` are those of `run_links`, one for every scenario that was run.
    """
    first = comparison.runs[0]
    other = next((name for name in languages if name != language), "")
    by_rule = uncertainty_by_rule(first.plan)
    head = replace(page_head([run.plan for run in comparison.runs], language), scenario="")
    page = fill_template(
        "index.html.j2",
        language,
        head=head,
        print_style=Markup(print_style(head, language)),
        other_language=other,
        other_href=NAMES.get(other, ""),
        policy=POLICY,
        style=Markup(style_sheet()),
        title=first.plan.title(language),
        answer=answer(comparison, language),
        why=explain_verdicts(first, language),
        money=money_picture(comparison, language),
        runs=links,
        scenarios=[run.plan.scenario_title(language) for run in comparison.runs],
        target_rows=target_rows(comparison, language),
        marks=[(mark, term("verdict", verdict, language)) for verdict, mark in VERDICT_MARKS.items()],
        likely=_table(probabilities_by_rule(by_rule, language)),
        scenario_table=_table(scenarios(comparison, language)),
        simplified=simplifications(first.plan, language),
    )
    return number_figures(page, INDEX, language)


def draws_of_index(plan: Plan) -> Uncertainty | None:
    """The draws that the answer rests on, those of the page of how sure it is; none for a plan without ranges."""
    return uncertainty(plan, loop=usual_loop(plan)) if plan.ranges else None


def answer(comparison: Comparison, language: str) -> list[str]:
    """The plan in sentences: targets, money, better options, how sure it is, and how much of it is assumed."""
    first = comparison.runs[0]
    draws = draws_of_index(first.plan)
    sure = chances_and_cost(draws, language) if draws else no_ranges(language)
    return [
        *headline(first, language),
        *better_options(comparison, language),
        *sure,
        *assumed_share(first.plan, language),
    ]


def _table(frame: pd.DataFrame) -> str:
    """A table as HTML; nothing of one without rows."""
    return Markup(html_table(frame)) if len(frame) else ""


def money_picture(comparison: Comparison, language: str) -> dict[str, str] | None:
    """The picture of money and targets met by scenario: its words, `alt` and `said`, and its PNG in base64, `data`.

    None of a single scenario.
    """
    picture = money_by_scenario(comparison, language)
    if picture is None:
        return None
    return {
        "alt": str(picture.alt),
        "said": picture.alt,
        "data": base64.b64encode(picture.png()).decode("ascii"),
    }


def target_rows(comparison: Comparison, language: str) -> list[dict[str, Any]]:
    """A row an objective: its name, due date, and a cell a scenario with verdict, mark, word and coverage."""
    plan = comparison.runs[0].plan
    rows = []
    for o, objective in enumerate(plan.tables.objectives):
        cells = [
            (
                address_of("results", "coverage", scenario=run.plan.scenario, objective=objective.id),
                run["verdicts"].iloc[o],
            )
            for run in comparison.runs
        ]
        shown = [
            {
                "verdict": cell["verdict"],
                "mark": VERDICT_MARKS.get(cell["verdict"], ""),
                "word": term("verdict", cell["verdict"], language),
                "coverage": percent(Quoted(cell["coverage"], address), language, missed=missed_level(cell)),
            }
            for address, cell in cells
        ]
        rows.append(
            {
                "name": plan.label("objectives", objective.id, language),
                "due": due_day(objective.due, language),
                "cells": shown,
            }
        )
    return rows


def run_links(folder: Path, run: ScenarioRun, language: str) -> dict[str, Any]:
    """Links to what runs left of a scenario: reports in the language, else in the other, and files with numbers."""
    tables = sorted((run.folder / "tables").glob("*.csv"))
    books = sorted(run.folder.glob(f"*.{language}.xlsx"))
    files = [{"href": relative_link(folder, path), "name": say("excel.workbook", language)} for path in books]
    files += [
        {"href": relative_link(folder, path), "name": term("table_title", path.stem, language)} for path in tables
    ]
    files.append(
        {"href": relative_link(folder, run.folder / "manifest.json"), "name": say("table_title.manifest", language)}
    )
    return {
        "title": run.title.get(language, run.folder.name),
        "reason": run.reason.get(language, ""),
        "reports": [
            report_link(folder, run, stem, language) for stem in dict.fromkeys(stem for stem, _ in run.reports)
        ],
        "files": files,
        "note": say("index.from_earlier_run", language) if run.tables_earlier else "",
        "failed": run.failed,
    }


def report_link(folder: Path, run: ScenarioRun, stem: str, language: str) -> dict[str, str]:
    """The link to a report in the language, else in the other, its title, and notes on its language and age."""
    shown = next(key for key in ((stem, language), *run.reports) if key in run.reports and key[0] == stem)
    notes = [say("index.report_elsewhere", language)] if shown[1] != language else []
    notes += [say("index.from_earlier_run", language)] if shown in run.earlier else []
    link = relative_link(folder, run.reports[shown])
    return {"href": link, "title": report_title(stem, language), "note": "; ".join(notes)}


def relative_link(folder: Path, path: Path) -> str:
    """The path from the folder, as a link that any browser understands."""
    return quote(path.relative_to(folder).as_posix())
