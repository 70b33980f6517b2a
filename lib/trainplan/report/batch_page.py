"""The page of a batch: its runs in the order of what they reach, their headline figures, and links to what they left.

It is made of the table `headlines` alone, so that a page of a thousand runs costs no more than its lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from trainplan.plan.find import BASE
from trainplan.report.assembly import file_links, fill_links, in_scroll, number_figures, source_line
from trainplan.report.forms.bar_table import SHOWN, BarColumns, BarRow, bar_table
from trainplan.report.furniture import PageHead, made_from
from trainplan.report.html import fill_outer, html_table
from trainplan.report.index import ScenarioRun, relative_link, run_links
from trainplan.report.page_figure import Caption
from trainplan.results.quote import quote_numbers
from trainplan.results.registry import RESULTS, column_heading
from trainplan.storage.files import write_text
from trainplan.storage.provenance import hash_data
from trainplan.storage.tables import csv_text
from trainplan.text.catalog import say, term
from trainplan.text.formats import NOTHING, bare_money, billions, due_day, money_unit, number, out_of, percent

STEM = "headlines"
TABLE = RESULTS[STEM]
NUMBERS = [column.name for column in TABLE.columns if column.unit in ("number", "VND", "share")]
MONEY = [column.name for column in TABLE.columns if column.unit == "VND"]
DONE = "done"
NATIONAL = "national.{language}.html"  # the page of several plans, beside that of the batch
MOST_NAMES = 6  # in a sentence
LARGEST = 3  # values that are read aloud
Changes = Mapping[str, Mapping[str, Mapping[str, str]]]  # run -> language -> what is changed -> how


def write_batch_page(
    folder: Path, headlines: pd.DataFrame, changes: Changes, runs: Mapping[str, ScenarioRun], languages: Sequence[str]
) -> Path:
    """Writes the page into `folder`: index.html in the first language, index.<language>.html in another; the first.

    `headlines` is the table of that name, in the order of the batch. `changes` has those of each run as they are
    read, by run and language; `runs` what is in the folders of the runs that have pages. Result tables that
    are there are linked, and the page of several plans.
    """
    names = batch_pages(languages)
    for language in languages:
        page = render_batch(headlines, changes, language, names, folder, runs)
        write_text(folder / names[language], page + "\n")
    return folder / names[languages[0]]


def batch_pages(languages: Sequence[str]) -> dict[str, str]:
    """The file of the page in each language."""
    first, *others = languages
    return {first: "index.html", **{other: f"index.{other}.html" for other in others}}


def render_batch(
    headlines: pd.DataFrame,
    changes: Changes,
    language: str,
    pages: Mapping[str, str],
    folder: Path,
    runs: Mapping[str, ScenarioRun],
) -> str:
    """The page in a language, as HTML, for `folder`; `pages` are its files by language."""
    frame = read_numbers(headlines)
    names, done = run_names(frame), frame[frame["status"] == DONE]
    failed = frame[frame["status"] != DONE]
    shown = [replace(run, title={language: names[name]}) for name, run in runs.items()]
    several = len(provinces(frame)) > 1
    return fill_batch(
        folder,
        language,
        pages,
        frame,
        title=say("batch.title", language),
        question=say("batch.question", language),
        answer=[done_sentence("batch.done", len(done), [names[run] for run in failed["run"]], len(frame), language)],
        sections=[
            _failures(failed, names, language),
            _chart(done, names, language),
            _table(frame, changes, names, language),
        ],
        pages_beside=[way_to(NATIONAL.format(language=language), "national", language)] if several else [],
        files=_tables(folder, language),
        runs=[run_links(folder, run, language) for run in shown],
    )


def fill_batch(folder: Path, language: str, pages: Mapping[str, str], headlines: pd.DataFrame, **values: Any) -> str:
    """A page of a batch, filled in: numbers of figures, links to the table of headline figures, its fingerprint."""
    badge = say("page.invented", language) if headlines["invented"].eq(True).any() else ""
    made = made_from(hash_data(csv_text(headlines)), language)
    head = PageHead(plan=values["title"], badge=badge, made_from=made)
    page = number_figures(str(fill_outer("batch.html.j2", language, head, pages, **values)), "", language)
    link = file_links("files", [TABLE.file_name], folder, "", language)
    return fill_links(page, lambda kind, _: link if kind == "files" else "")


def way_to(file: str, page: str, language: str) -> dict[str, str]:
    """A link to a page of the batch, `batch` or `national`, by its title."""
    return {"href": file, "title": say(f"{page}.title", language)}


def own_scenarios(headlines: pd.DataFrame) -> pd.DataFrame:
    """The runs of plans as they are, without a change; those of several plans have a page of their own."""
    return headlines[headlines["run"] == headlines["plan"] + f"/{BASE}"]


def provinces(headlines: pd.DataFrame) -> pd.DataFrame:
    """Those of plans that count as a province: none with invented numbers does."""
    invented = headlines["plan"][headlines["invented"].eq(True)]
    return own_scenarios(headlines[~headlines["plan"].isin(invented)])


def read_numbers(headlines: pd.DataFrame) -> pd.DataFrame:
    """The table with its numbers as such; without ceilings nothing can be said on what lacks."""
    frame = headlines.reset_index(drop=True).astype(dict.fromkeys(NUMBERS, float))
    return frame.assign(lacking_vnd=frame["lacking_vnd"].where(frame["ceilings"].eq(True)))


def run_names(headlines: pd.DataFrame) -> dict[str, str]:
    """What each run is called on the page: without the plan where there is one plan alone."""
    plans = headlines["plan"].unique()
    cut = len(plans[0]) + 1 if len(plans) == 1 else 0
    return {run: run[cut:] for run in headlines["run"]}


def done_sentence(key: str, done: int, failed: Sequence[str], count: int, language: str) -> str:
    """How many of `count` are done, and which failed."""
    named = ", ".join(failed[:MOST_NAMES])
    more = say("tail.more_failed", language, count=len(failed) - MOST_NAMES) if len(failed) > MOST_NAMES else ""
    tail = say("tail.failed", language, names=named + more) if failed else ""
    return say(key, language, done=number(done, language), count=count, failed=tail)


def money_bar(row: pd.Series) -> tuple[tuple[float], float | None]:
    """The bar of a run, what is funded, and its frame, what is required, where there is less."""
    return (float(row["funded_vnd"]),), float(row["required_vnd"]) if row["lacking_vnd"] > 0 else None


def most_lacking(done: pd.DataFrame, names: Mapping[str, str], language: str) -> str:
    """The runs that lack most money, with it, as read aloud; nothing where none lacks any."""
    most = done.nlargest(LARGEST, "lacking_vnd").query("lacking_vnd > 0")
    if not len(most):
        return ""
    said = [
        f"{names[run]} {billions(vnd, language)}" for run, vnd in zip(most["run"], most["lacking_vnd"], strict=True)
    ]
    return say("batch.most_lacking", language, runs="; ".join(said))


def _chart(done: pd.DataFrame, names: Mapping[str, str], language: str) -> Markup:
    """The runs by the share of targets met, and among equal ones by the money that is not found."""
    if not len(done):
        return Markup("")
    sorted_by = {"share": done["met"] / done["targets"]}
    order = done.assign(**sorted_by).sort_values(["share", "lacking_vnd"], ascending=[False, True], kind="stable")
    unit, quoted = money_unit(order["required_vnd"].max()), quote_numbers(STEM, order)
    rows = []
    for _, row in quoted.iterrows():
        bar, frame = money_bar(row)
        numbers = (out_of(row["met"], row["targets"], language), bare_money(row["lacking_vnd"], language, unit))
        rows.append(BarRow(names[row["run"]], numbers, bar, frame))
    columns = BarColumns(
        TABLE.heading("run", language),
        (say("head.met_of", language), column_heading("lacking_vnd", language, unit)),
        say("figure.scenario_results.bar", language),
    )
    best = quoted.iloc[0]
    lacks = best["lacking_vnd"] == best["lacking_vnd"]
    money = say("tail.lacking", language, money=billions(best["lacking_vnd"], language)) if lacks else ""
    finding = say("batch.finding", language, met=rows[0].numbers[0], run=rows[0].name, money=money)
    reading = (say("batch.order", language), say("figure.scenario_results.bars", language))
    alt = f"{finding} {most_lacking(done, names, language)}"
    caption = Caption(finding, alt, reading=reading, tables=(STEM,))
    return bar_table("batch_runs", caption, columns, rows, language).html(language)


def _table(frame: pd.DataFrame, changes: Changes, names: Mapping[str, str], language: str) -> Markup:
    """The headline figures of every run, in the order of the batch; above them what is alike of all."""
    own = [changes.get(run, {}).get(language, {}) for run in frame["run"]]
    changed = {what: [one.get(what, NOTHING) for one in own] for what in dict.fromkeys(chain(*own))}
    alike = {what: values[0] for what, values in changed.items() if len({*values}) == 1}
    table = headline_table(frame, {what: changed[what] for what in changed if what not in alike}, names, language)
    days, dated = as_days(frame["as_of"], language), TABLE.heading("as_of", language)
    if len(known := {*days} - {NOTHING}) == 1:
        alike[dated] = known.pop()
    else:
        table[dated] = [day.replace("\u00a0", " ") for day in days]
    said = "; ".join(f"{what} {value}" for what, value in alike.items())
    above = f"<p>{escape(say('batch.alike', language, values=said))}</p>\n" if said else ""
    shown = _folded_table(table, say("batch.table", language), language)
    head, source = escape(say("batch.runs", language)), source_line((STEM,), language)
    return Markup(f'<h2 id="runs">{head}</h2>\n{above}<div class="runs">{shown}</div>{source}')


def headline_table(
    frame: pd.DataFrame, changed: Mapping[str, Sequence[str]], names: Mapping[str, str], language: str
) -> pd.DataFrame:
    """The table as text: the run, a column for each thing changed, targets, money, what is assumed."""
    unit, rows = money_unit(frame["required_vnd"].max()), quote_numbers(STEM, frame)
    met = [
        out_of(met, targets, language) if met == met else NOTHING
        for met, targets in zip(rows["met"], rows["targets"], strict=True)
    ]
    counts = {name: [number(value, language) for value in rows[name]] for name in ("nearly", "missed")}
    money = {name: [bare_money(vnd, language, unit) for vnd in rows[name]] for name in MONEY}
    return pd.DataFrame(
        {
            TABLE.heading("run", language): [names[run] for run in frame["run"]],
            **changed,
            say("head.met_of", language): met,
            **{TABLE.heading(name, language): cells for name, cells in counts.items()},
            **{column_heading(name, language, unit): cells for name, cells in money.items()},
            TABLE.heading("assumed_share", language): [percent(one, language, 0) for one in rows["assumed_share"]],
        }
    )


def as_days(days: pd.Series, language: str) -> list[str]:
    """Days as they are read; a dash for none."""
    return [
        due_day(str(day), language).replace(" ", "\u00a0") if isinstance(day, str) and day else NOTHING for day in days
    ]


def _failures(failed: pd.DataFrame, names: Mapping[str, str], language: str) -> Markup:
    if not len(failed):
        return Markup("")
    frame = pd.DataFrame(
        {
            TABLE.heading("run", language): [names[run] for run in failed["run"]],
            TABLE.heading("reason", language): [str(reason) for reason in failed["reason"]],
        }
    )
    return Markup(f'<div class="failures">{_folded_table(frame, say("batch.failures", language), language)}</div>')


def _folded_table(frame: pd.DataFrame, caption: str, language: str) -> Markup:
    """A table whose rows after the twelfth are folded."""
    first, rest = in_scroll(html_table(frame[:SHOWN], caption)), frame[SHOWN:]
    if not len(rest):
        return Markup(first)
    more = say("page.more_rows", language, count=len(rest))
    return Markup(f"{first}<details><summary>{escape(more)}</summary>{in_scroll(html_table(rest))}</details>")


def _tables(folder: Path, language: str) -> list[dict[str, str]]:
    """Links to the table of headline figures and to the result tables of all runs, those that are there."""
    paths = [path for path in [folder / TABLE.file_name, *sorted((folder / "tables").glob("*.csv"))] if path.is_file()]
    titles = [TABLE.title(language), *(term("table_title", path.stem, language) for path in paths[1:])]
    return [{"href": relative_link(folder, path), "name": title} for path, title in zip(paths, titles, strict=False)]
