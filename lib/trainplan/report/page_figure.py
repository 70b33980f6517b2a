"""A figure of a page: its number and a finding, the picture, how to read it, and where its numbers are.

A drawing (`drawing.py`) or a table with marks in its cells (`HtmlFigure`) is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup, escape

from trainplan.report.assembly import FIGURE, reading_line, source_line
from trainplan.results.registry import Stem

STYLE = "<style>.drawn figcaption{font-weight:bold;font-size:1rem;color:#1b1f24;margin:0 0 .6rem}</style>"


@dataclass(frozen=True)
class Caption:
    """What stands around a figure.

    `finding` is a sentence of at most 20 words above it; `alt`, read aloud, also tells its three largest values.
    `what` says what is shown, its unit and years; `reading` how to read each mark that is there, a sentence each;
    `tables` are the result tables that hold its numbers.
    """

    finding: str
    alt: str
    what: str = ""
    reading: tuple[str, ...] = ()
    tables: tuple[Stem, ...] = ()


@dataclass(frozen=True)
class PageFigure:
    """A figure by the name of its file, in a language."""

    name: str
    caption: Caption

    has_file: ClassVar = False  # beside the page, in its figures

    def body(self) -> str:
        """The picture itself, as HTML."""
        raise NotImplementedError

    def html(self, language: str) -> Markup:
        """The figure with what stands around it, as a part of a page."""
        caption = self.caption
        head = f"<figcaption>{FIGURE}{escape(caption.finding)}</figcaption>"
        what = f'<p class="what">{escape(caption.what)}</p>' if caption.what else ""
        reading = reading_line(caption.reading, language)
        source = source_line(caption.tables, language, self.name if self.has_file else "")
        shown = f"{STYLE}{head}{what}{self.body()}{reading}{source}"
        return Markup(f'<figure class="drawn mathjax_ignore">{shown}</figure>')


@dataclass(frozen=True)
class HtmlFigure(PageFigure):
    """A figure that is a table with marks, bars or symbols in its cells."""

    markup: Markup

    def body(self) -> str:
        """The table, in a box of its own that moves sideways."""
        return self.markup
