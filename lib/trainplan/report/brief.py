"""The plan on one sheet of A4 for who decides: the answer, missed targets, money, options, and how sure it is.

It offers choices and recommends none. Heights are estimated from above, so that the sheet is one in a browser and in an
office program; where room lacks, rows of missed targets go first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from trainplan.report.drawing import WIDE, Drawing, Sheet, wrap_words
from trainplan.report.forms.money_by_year import money_columns
from trainplan.report.forms.target_strip import StripRow, draw_rows, strip_of, strip_rows
from trainplan.report.forms.year_columns import YearColumns, draw_columns
from trainplan.report.furniture import PageHead, page_head
from trainplan.report.html import POLICY, fill_template, html_table
from trainplan.report.options import options
from trainplan.report.page_figure import Caption
from trainplan.report.sentences import assumed_share
from trainplan.report.sentences.comparison import whole_answer
from trainplan.report.stored import usual_draws
from trainplan.report.tables.columns import Column, build_table
from trainplan.results.compare import Comparison
from trainplan.storage.files import write_bytes, write_text
from trainplan.text.catalog import say
from trainplan.text.formats import NOTHING, number, out_of
from trainplan.text.shown import join_shown, shorten_text

WIDTH, HEIGHT = 165.0, 250.0  # mm of A4 between its margins, a little less than there are
SIZE, SMALL, TITLE = 11.0, 9.0, 14.0  # points of text, of notes and tables, of the title
POINT, LEADING, APART = 0.3528, 1.32, 1.6  # mm of a point; lines in sizes; mm between paragraphs
ROWS, PICTURE, PLOT = 8, 60.0, 100.0  # missed targets at most; mm of their picture; px of the columns of money
NAME, SENTENCE, CLOSING, CELL = 60, 280, 360, 60  # letters at most
COLUMNS = (50.0, 15.0, 15.0, 26.0, 26.0, 33.0)  # mm of the options' columns
OPINION = 14.0  # mm that are left for the office's opinion


@dataclass(frozen=True)
class Brief:
    """What stands on the sheet, in a language; no picture and no table of what there is not."""

    head: PageHead
    language: str
    sentences: tuple[str, ...]
    closing: str
    options: pd.DataFrame  # texts under their headings; empty where there is nothing to choose
    missed: tuple[StripRow, ...]
    money: YearColumns | None

    @cached_property
    def pictures(self) -> list[tuple[str, Drawing]]:
        """Missed targets, as many as there is room for, and the money of each year, each below its title."""
        made = [self._missed_targets(rows) for rows in range(min(ROWS, len(self.missed)), 0, -1)]
        room = min(PICTURE, HEIGHT - self._height - _line(SIZE) - APART)
        targets = [drawn for drawn in made if picture_height(drawn) <= room][:1]
        titled = [(say("brief.targets", self.language), drawn) for drawn in targets]
        return [*titled, *self._money]

    @property
    def title(self) -> str:
        """Whose plan it is."""
        return shorten_text(self.head.plan, 2 * NAME)

    @property
    def standing(self) -> str:
        """The scenario, the date of the data, the closed years and the office."""
        return " · ".join(
            filter(None, (shorten_text(self.head.scenario, NAME), shorten_text(self.head.standing, 3 * NAME)))
        )

    @property
    def opinion(self) -> str:
        """The words before the room that is left for the office's opinion."""
        return say("brief.opinion", self.language)

    def html(self) -> str:
        """The sheet as a page of its own."""
        return fill_template(
            "brief.html.j2",
            self.language,
            brief=self,
            policy=POLICY,
            pictures=[(title, Markup(drawn.body())) for title, drawn in self.pictures],
            table=Markup(html_table(self.options)) if len(self.options) else "",
        )

    def _missed_targets(self, rows: int) -> Drawing:
        """The first of the missed targets, and how many there are besides."""
        shown, more = self.missed[:rows], len(self.missed) - rows
        note = say("brief.more_missed", self.language, count=more) if more else ""
        strip, words = strip_of(shown, self.language), say("brief.targets", self.language)
        alt = f"{words}: {'; '.join(f'{row.name} {row.beside[0]}' for row in shown)}."
        return Drawing("brief_targets", Caption(words, alt), lambda sheet: draw_rows(sheet, strip, shown, False, note))

    @cached_property
    def _money(self) -> list[tuple[str, Drawing]]:
        money = self.money
        if money is None:
            return []
        words = say("brief.money", self.language, unit=money.unit)
        alt = f"{words}: {'; '.join(f'{year.year} {money.write(year.total)}' for year in money.years)}."
        return [(words, Drawing("brief_money", Caption(words, alt), lambda sheet: draw_columns(sheet, money)))]

    @property
    def _height(self) -> float:
        """Of everything but the missed targets, mm."""
        heads = _tall(self.title, TITLE, bold=True) + _tall(self.standing, SMALL) + _tall(self.head.made_from, SMALL)
        said = sum(_tall(words, SIZE) for words in (*self.sentences, self.closing))
        cells = [[*self.options], *self.options.to_numpy().tolist()] if len(self.options) else []
        table = sum(
            max(_tall(words, SMALL, width) for words, width in zip(row, COLUMNS, strict=False)) + APART for row in cells
        )
        return heads + said + table + sum(_line(SIZE) + APART + picture_height(one) for _, one in self._money) + OPINION


def picture_height(drawn: Drawing) -> float:
    """How tall a drawing is across the whole sheet, mm."""
    sheet = Sheet(WIDE)
    drawn.draw(sheet)
    return sheet.height * WIDTH / WIDE + APART


def _line(size: float) -> float:
    return size * LEADING * POINT


def _tall(words: str, size: float, width: float = WIDTH, bold: bool = False) -> float:
    """A paragraph's height and the room after it, mm."""
    return len(wrap_words(words, (width - APART) / POINT, size, bold)) * _line(size) + APART


def brief_of(comparison: Comparison, language: str) -> Brief:
    """The sheet of a plan's first scenario, beside the others that may be chosen."""
    first = comparison.runs[0]
    draws = usual_draws(first.plan)
    *said, sure = whole_answer(comparison, draws, language)
    rows = [row for row in strip_rows(first, draws, language) if row.look == "missed"]
    paid = bool(first.requirement_vnd or first.funded_vnd)
    money = money_columns(first, draws, language) if paid else None
    return Brief(
        page_head([run.plan for run in comparison.runs], language),
        language,
        tuple(shorten_text(words, SENTENCE) for words in said),
        shorten_text(join_shown([sure, *assumed_share(first.plan, language)], " "), CLOSING),
        options_table(comparison, language),
        tuple(replace(row, name=shorten_text(row.name, NAME), beside=row.beside[:2]) for row in rows),
        replace(money, tall=PLOT, names=tuple(shorten_text(name, NAME) for name in money.names)) if money else None,
    )


def options_table(comparison: Comparison, language: str) -> pd.DataFrame:
    """A row an option: targets met, money, what of it is not found, and what is given up; none of a single one."""
    there = options(comparison, language)
    rows = [
        {
            "scenario": shorten_text(one.title, CELL),
            "met_of": out_of(one.met, one.targets, language),
            "nearly": number(one.nearly, language),
            "funded_vnd": one.money,
            "lacking_vnd": one.lacking,
            "given_up": shorten_text(one.lost, CELL) or NOTHING,
        }
        for one in there
    ]
    columns = [
        *map(Column, ("scenario", "met_of", "nearly")),
        *(Column(key, "VND") for key in ("funded_vnd", "lacking_vnd")),
        *([Column("given_up")] if any(one.lost for one in there) else []),
    ]
    return build_table(rows, columns, language) if len(rows) > 1 else pd.DataFrame()


def write_brief(folder: Path, comparison: Comparison, language: str) -> Sequence[Path]:
    """Writes brief.<language>.html and brief.<language>.docx into `folder`; returns both."""
    from trainplan.report.word import word_file

    brief = brief_of(comparison, language)
    page, document = (folder / f"brief.{language}.{kind}" for kind in ("html", "docx"))
    return write_text(page, brief.html() + "\n"), write_bytes(document, word_file(brief))
