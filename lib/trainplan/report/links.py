"""Ways from a report to others: the one before and after, the other language, other scenarios.

A page links what lies in the folder of the run, as the index does, so that no link is dead. Its links are written when
all pages are there; what a page is known by leaves them out.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from trainplan.report.assembly import file_links, fill_links
from trainplan.report.html import fill_template, no_ways
from trainplan.report.index import ScenarioRun, relative_link
from trainplan.report.terms import LINK, term_links
from trainplan.report.titles import report_title
from trainplan.storage.files import write_text
from trainplan.text.catalog import LANGUAGES, say


def link_pages(done: Sequence[ScenarioRun], home: Mapping[str, str] | None = None) -> None:
    """Writes into every report the links to the others that there are; one that has them already stays as it is.

    `home` has by language the way from a report to the page that leads to all, where that is not the index of a plan.
    """
    for run in done:
        for (stem, language), path in run.reports.items():
            with contextlib.suppress(FileNotFoundError):  # a run beside this one makes it anew
                page = path.read_text(encoding="utf-8")
                linked = with_links(
                    page, {**page_links(done, run, stem, language), **home_link(language, home)}, run.folder, language
                )
                if linked != page:
                    write_text(path, linked)


def home_link(language: str, home: Mapping[str, str] | None) -> dict[str, str]:
    """The link home of a page, where it is another one than usual."""
    return {"home": home[language]} if home and language in home else {}


def page_links(done: Sequence[ScenarioRun], run: ScenarioRun, stem: str, language: str) -> dict[str, Any]:
    """The links of a report, as its templates name them: those of a page that stands alone, and what there is more."""
    stems = sorted(name for name, spoken in run.reports if spoken == language)
    at = stems.index(stem)
    before, after = stems[:at][-1:], stems[at + 1 :][:1]
    others = [one for one in LANGUAGES if one != language and (stem, one) in run.reports]
    return {
        **no_ways(run.title.get(language, run.folder.name), language),
        "before": [_to_report(run, name, language) for name in before],
        "after": [_to_report(run, name, language) for name in after],
        "others": [{"href": quote(run.reports[stem, one].name), "language": one} for one in others],
        "scenarios": [
            {
                "href": f"../../{relative_link(other.folder.parent, other.reports[stem, language])}",
                "title": other.title.get(language, other.folder.name),
            }
            for other in done
            if other.folder != run.folder and (stem, language) in other.reports
        ],
    }


def _to_report(run: ScenarioRun, stem: str, language: str) -> dict[str, str]:
    return {"href": quote(run.reports[stem, language].name), "title": report_title(stem, language)}


def with_links(page: str, links: dict[str, Any], folder: Path, language: str, alone: bool = False) -> str:
    """The page in the folder of a run with these links: all of them at its head, the pages before and after at its
    foot as well; at headings the section in the other language; at figures and tables the files there are; at terms
    what they mean.
    One that is `alone` lies in `folder` itself, beside its tables.
    """
    places, fill_term = iter((True, False)), term_links(folder.parent, "../../", language)

    def fill(kind: str, names: Sequence[str]) -> str:
        if kind == "section":
            return "".join(_to_section(other, names[0], language) for other in links["others"])
        if kind.startswith(LINK):
            return fill_term(kind, names)
        if kind:
            beside = [name.removeprefix("tables/") for name in names] if alone else names
            return file_links(kind, beside, folder, "" if alone else "../", language)
        return fill_template("links.html.j2", language, **{**links, "at_head": next(places, False)})

    return fill_links(page, fill)


def _to_section(page: dict[str, str], section: str, language: str) -> str:
    spoken, words = page["language"], say("index.other_language", language)
    return f' <a class="same" href="{page["href"]}#{section}" lang="{spoken}" hreflang="{spoken}">{words}</a>'


def without_links(page: str) -> str:
    """What a page is but for its links."""
    return fill_links(page, lambda *_: "")
