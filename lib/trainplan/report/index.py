"""The reviewer's way in: a page that leads with the answer and links everything that a run left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from trainplan.plan.find import folder_name
from trainplan.plan.plan import Plan
from trainplan.report.assembly import file_links, fill_links, number_figures
from trainplan.report.forms import target_strip, targets_by_scenario
from trainplan.report.forms.bar_table import BarColumns, BarRow, bar_table
from trainplan.report.furniture import page_head
from trainplan.report.html import fill_outer, html_table
from trainplan.report.options import options
from trainplan.report.page_figure import Caption
from trainplan.report.sentences import assumed_share, scenarios_left_out, simplifications, survey_first
from trainplan.report.sentences.comparison import whole_answer
from trainplan.report.stored import usual_draws, usual_drivers
from trainplan.report.tables import scenarios
from trainplan.report.terms import LINK, mark_terms, term_links
from trainplan.report.terms_page import write_terms
from trainplan.report.titles import report_title
from trainplan.results.compare import Comparison
from trainplan.results.registry import column_heading
from trainplan.storage.files import write_text
from trainplan.text.catalog import LANGUAGES, say, term
from trainplan.text.formats import NOTHING, bare_money, money_unit, number, out_of
from trainplan.text.problems import PlanError
from trainplan.text.shown import join_shown

INDEX = "0"  # the number of the page
NAMES = {"vi": "index.html", "en": "index.en.html"}
READERS = {  # the pages, by number, that answer what a reader asks, in their order
    "chair": ("10", "05", "06"),
    "finance": ("03", "10"),
    "home_affairs": ("02", "04", "00", "08"),
    "party_board": ("08",),
}
BRIEFS = ("html", "docx")


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


def write_index(
    folder: Path, comparison: Comparison, done: Sequence[ScenarioRun], broken: Mapping[str, PlanError] | None = None
) -> Path:
    """Writes index.html (Vietnamese) and index.en.html into `folder`, each beside its page of terms; returns the first.

    `broken` are the scenarios that are not in the comparison as they cannot be read, by name, and why.
    The English ones are for a plan that is shown in English too, or of which there are English reports.
    """
    first = comparison.runs[0].plan
    there = {*first.languages, *(language for run in done for _, language in run.reports)}
    languages = [language for language in NAMES if language in there]
    own = next((run for run in done if run.folder.name == folder_name(first.results_name)), None)
    for language in languages:
        write_terms(folder, comparison, language, languages, NAMES[language])
        links = [run_links(folder, run, language) for run in done if run.reports or run.failed]
        reading = reading_list(folder, own, language)
        page = render_index(comparison, links, language, languages, reading, scenarios_left_out(broken or {}, language))
        write_text(folder / NAMES[language], _with_links(page, folder, own, language) + "\n")
    return folder / NAMES["vi"]


def _with_links(page: str, folder: Path, run: ScenarioRun | None, language: str) -> str:
    """The page with links to what its terms mean, and to the files behind its figures, those of a scenario."""
    root, fill_term = f"{relative_link(folder, run.folder)}/" if run else "", term_links(folder, "", language)

    def fill(kind: str, names: Sequence[str]) -> str:
        if kind.startswith(LINK):
            return fill_term(kind, names)
        return file_links(kind, names, run.folder, root, language) if run else ""

    return fill_links(page, fill)


def render_index(
    comparison: Comparison,
    links: Sequence[dict[str, Any]],
    language: str,
    languages: Sequence[str] = LANGUAGES,
    reading: Sequence[dict[str, Any]] = (),
    left_out: Sequence[str] = (),
) -> str:
    """The page in a language, as HTML, with a link to another of `languages`.

    `links` are those of `run_links`, one for every scenario that was run, `reading` what `reading_list` gives,
    `left_out` what is said of scenarios that are not compared.
    """
    first = comparison.runs[0]
    draws = usual_draws(first.plan)
    page = fill_outer(
        "index.html.j2",
        language,
        page_head([run.plan for run in comparison.runs], language),
        {one: NAMES[one] for one in languages},
        title=first.plan.title(language),
        answer=whole_answer(comparison, draws, language),
        options=options_table(comparison, language),
        strip=target_strip(first, draws, language).html(language),
        reading=reading,
        assumed=what_is_assumed(first.plan, language),
        runs=links,
        left_out=left_out,
        targets=targets_of_scenarios(comparison, language),
        scenario_tables=scenario_tables(comparison, language),
        simplified=simplifications(first.plan, language),
    )
    return mark_terms(number_figures(str(page), INDEX, language), language)


def what_is_assumed(plan: Plan, language: str) -> str:
    """How much of the plan is assumed, and which assumptions to look into first."""
    return join_shown([*assumed_share(plan, language), *survey_first(plan, usual_drivers(plan), language)], " ")


def options_table(comparison: Comparison, language: str) -> str:
    """What there is to choose between, with bars of money in a frame of what is needed; nothing of a single option."""
    found = options(comparison, language)
    if len(found) == 1:
        return ""
    lost, goals = any(one.lost for one in found), found[0].goals > 0 and found[0].goals != found[0].targets
    unit = money_unit(max(one.money + one.lacking for one in found))
    met = [out_of(one.met, one.targets, language) for one in found]
    rows = [
        BarRow(
            one.title,
            (met_of, number(one.nearly, language)),
            (float(one.money),),
            float(one.money + one.lacking) if one.lacking > 0 else None,
            beside=(
                *(bare_money(vnd, language, unit) for vnd in (one.money, one.lacking)),
                *([out_of(one.goals_met, one.goals, language)] if goals else []),
                *([one.lost or NOTHING] if lost else []),
            ),
        )
        for one, met_of in zip(found, met, strict=True)
    ]
    columns = BarColumns(
        say("head.scenario", language),
        (say("head.met_of", language), say("figure.scenario_results.nearly", language)),
        say("index.options_bar", language),
        (
            *(column_heading(name, language, unit) for name in ("funded_vnd", "lacking_vnd")),
            *([say("index.goals_met", language)] if goals else []),
            *([say("head.given_up", language)] if lost else []),
        ),
        (2 + goals,),
    )
    name = say("index.options", language)
    said = "; ".join(f"{one.title} {met_of}" for one, met_of in zip(found, met, strict=True))
    return bar_table("options", Caption(name, f"{name}: {said}."), columns, rows, language).body()


def scenario_tables(comparison: Comparison, language: str) -> list[Markup]:
    """The plan and the scenarios that a province may choose, then those of circumstances; none of a plan alone."""
    frame = scenarios(comparison, language)
    if not len(frame):
        return []
    choices = {run.plan.scenario for run in comparison.options}
    chosen = [run.plan.scenario in choices for run in comparison.runs]
    groups = {"chosen": frame[chosen], "circumstances": frame[[not one for one in chosen]]}
    captions = {name: say(f"index.{name}", language) for name in groups}
    return [Markup(html_table(own, captions[name])) for name, own in groups.items() if len(own)]


def targets_of_scenarios(comparison: Comparison, language: str) -> Markup:
    """Every target in every scenario; nothing of a plan alone."""
    figure = targets_by_scenario(comparison, language)
    return figure.html(language) if figure else Markup("")


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


def reading_list(folder: Path, run: ScenarioRun | None, language: str) -> list[dict[str, Any]]:
    """For every reader the pages of a scenario that answer what they ask, and the brief beside the index: what is there
    of them."""
    found = []
    for reader, pages in READERS.items():
        stems = {stem[:2]: stem for stem, _ in run.reports} if run else {}
        links = [report_link(folder, run, stems[page], language) for page in pages if run and page in stems]
        briefs = [path for path in (folder / f"brief.{language}.{kind}" for kind in BRIEFS) if path.is_file()]
        if reader == "chair":
            names = [say(f"index.brief_{path.suffix[1:]}", language) for path in briefs]
            links[:0] = [
                {"href": path.name, "title": name, "note": ""} for path, name in zip(briefs, names, strict=True)
            ]
        if links:
            found.append({"reader": say(f"index.reader_{reader}", language), "links": links})
    return found


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
