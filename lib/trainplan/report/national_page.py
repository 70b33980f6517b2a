"""The page of several provinces: how many targets each meets and what money lacks, by name, never as a ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from trainplan.report.batch_page import (
    DONE,
    NATIONAL,
    STEM,
    as_days,
    batch_pages,
    done_sentence,
    fill_batch,
    money_bar,
    most_lacking,
    own_scenarios,
    provinces,
    read_numbers,
    way_to,
)
from trainplan.report.forms.bar_table import BarColumns, BarRow, bar_table
from trainplan.report.page_figure import Caption
from trainplan.results.quote import quote_numbers
from trainplan.results.registry import RESULTS, column_heading
from trainplan.storage.files import write_text
from trainplan.text.catalog import LANGUAGES, say
from trainplan.text.formats import bare_money, billions, money_unit, out_of, percent
from trainplan.text.letters import alphabetical_order

Titles = Mapping[str, Mapping[str, str]]  # plan -> language -> its name


def write_national_page(folder: Path, headlines: pd.DataFrame, titles: Titles, languages: Sequence[str]) -> list[Path]:
    """Writes national.<language>.html into `folder`, over the plans' own scenario; none is left of one plan.

    `headlines` is the table of that name, of a batch; `titles` has the names of its plans; one without is called by
    its key. A plan with invented numbers is no province: it is said how many were left out.
    """
    frame = read_numbers(provinces(headlines))
    left_out = len(own_scenarios(headlines)) - len(frame)
    if len(frame) < 2:
        for language in LANGUAGES:
            (folder / NATIONAL.format(language=language)).unlink(missing_ok=True)
        return []
    pages = {language: NATIONAL.format(language=language) for language in languages}
    home = batch_pages(languages)
    written = []
    for language in languages:
        plans = zip(frame["run"], frame["plan"], strict=True)
        names = {run: titles.get(plan, {}).get(language, plan) for run, plan in plans}
        page = render_national(frame, left_out, names, language, pages, folder, home[language])
        written.append(write_text(folder / pages[language], page + "\n"))
    return written


def render_national(
    frame: pd.DataFrame,
    left_out: int,
    names: Mapping[str, str],
    language: str,
    pages: Mapping[str, str],
    folder: Path,
    home: str,
) -> str:
    """The page in a language, as HTML, for `folder`; `names` are those of the plans by run, `pages` its files.

    `home` is the page of the batch, `left_out` the number of plans that are illustrations.
    """
    order = sorted(frame.index, key=lambda place: alphabetical_order(names[frame.at[place, "run"]]))
    frame = frame.loc[order]
    done = frame[frame["status"] == DONE]
    failed = [names[run] for run in frame["run"][frame["status"] != DONE]]
    answer = [
        done_sentence("national.done", len(done), failed, len(frame), language),
        *_share_met(done, language),
        *_money_lacking(done, language),
        *([say("national.left_out", language, count=left_out)] if left_out else []),
    ]
    return fill_batch(
        folder,
        language,
        pages,
        frame,
        title=say("national.title", language),
        question=say("national.question", language),
        answer=answer,
        sections=[_provinces(done, names, language)],
        pages_beside=[way_to(home, "batch", language)],
        files=[],
        runs=[],
    )


def _share_met(done: pd.DataFrame, language: str) -> list[str]:
    """The middle, least and greatest share of targets met."""
    with_targets = done[done["targets"] > 0]
    shares = with_targets["met"] / with_targets["targets"]
    if not len(shares):
        return []
    middle, least, most = (percent(one, language, missed=1.0) for one in (shares.median(), shares.min(), shares.max()))
    return [say("national.share_met", language, middle=middle, span="–".join(dict.fromkeys((least, most))))]


def _money_lacking(done: pd.DataFrame, language: str) -> list[str]:
    """What the provinces with ceilings lack together; those without are told apart."""
    limited = done["ceilings"].eq(True)
    with_ceilings, others = done[limited], int((~limited).sum())
    if not len(with_ceilings):
        return [say("national.no_ceilings", language, count=others)] if others else []
    tail = say("tail.without_ceilings", language, count=others) if others else ""
    money = billions(with_ceilings["lacking_vnd"].sum(), language)
    return [say("national.lacking", language, count=len(with_ceilings), money=money, others=tail)]


def _provinces(done: pd.DataFrame, names: Mapping[str, str], language: str) -> Markup:
    """The provinces by name: targets met, money, how much is assumed, and from when the data are."""
    if not len(done):
        return Markup("")
    unit = money_unit(done["required_vnd"].max())
    rows = []
    for (_, row), day in zip(quote_numbers(STEM, done).iterrows(), as_days(done["as_of"], language), strict=True):
        bar, frame = money_bar(row)
        numbers = (out_of(row["met"], row["targets"], language), bare_money(row["required_vnd"], language, unit))
        beside = (bare_money(row["lacking_vnd"], language, unit), percent(row["assumed_share"], language, 0), day)
        rows.append(BarRow(names[row["run"]], numbers, bar, frame, beside=beside))
    table = RESULTS[STEM]
    columns = BarColumns(
        say("head.province", language),
        (say("head.met_of", language), column_heading("required_vnd", language, unit)),
        say("figure.scenario_results.bar", language),
        (
            column_heading("lacking_vnd", language, unit),
            table.heading("assumed_share", language),
            table.heading("as_of", language),
        ),
    )
    finding = say("national.finding", language, count=len(done))
    alt = f"{finding} {most_lacking(done, names, language)}"
    caption = Caption(finding, alt, reading=(say("figure.scenario_results.bars", language),), tables=(STEM,))
    return bar_table("provinces", caption, columns, rows, language).html(language)
