"""A page by itself, from the same notebook as in a run, beside the tables that it quotes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from trainplan.plan.plan import Plan
from trainplan.report.furniture import page_head
from trainplan.report.html import no_ways
from trainplan.report.links import with_links
from trainplan.run.execute import Job, NotebookError, Outcome, perform_job, warm_up
from trainplan.run.plan_notebooks import NOTEBOOKS, plan_name
from trainplan.run.workers import WorkerDied, run_all
from trainplan.storage.files import write_text

YEAR_PLAN, REVIEW = NOTEBOOKS / "08_year_plan.ipynb", NOTEBOOKS / "10_review.ipynb"


def write_pages(notebook: Path, name: str, plans: Sequence[Plan], scenario: str, year: int, folder: Path) -> list[Path]:
    """Writes <name>_<year>.<language>.html of a notebook into `folder` in the languages of the plan; returns the files.

    The page is about the first of `plans` and made from all; `scenario` is what they were loaded with. NotebookError
    where the notebook stops.
    """
    plan = plans[0]
    pages = {language: folder / f"{name}_{year}.{language}.html" for language in plan.languages}
    parameters: dict[str, Any] = {"plan": plan_name(plan), "scenario": scenario, "year": year}
    if plan.seen_from:
        parameters["as_of"] = str(plan.seen_from)
    with TemporaryDirectory() as scratch:
        jobs = [
            Job(
                notebook,
                {**parameters, "language": language},
                Path(scratch) / f"{notebook.stem}.{language}.ipynb",
                page,
                language,
                head=page_head(plans, language),
            )
            for language, page in pages.items()
        ]
        warm_up()
        run_all(perform_job, jobs, len(jobs), lambda job: None, _check_outcome)
    for language, page in pages.items():
        others = [{"href": other.name, "language": one} for one, other in pages.items() if one != language]
        links = {**no_ways(plan.scenario_title(language), language), "home": "", "others": others}
        write_text(page, with_links(page.read_text(encoding="utf-8"), links, folder, language, alone=True))
    return [*pages.values()]


def _check_outcome(job: Job, outcome: Outcome | WorkerDied) -> None:
    """NotebookError where a job did not succeed."""
    error = str(outcome) if isinstance(outcome, WorkerDied) else outcome.error
    if error:
        raise NotebookError(f"{job.name}: {error}")
