"""A figure of a page: a finding above it, the picture, how to read it, and where its numbers are.

A drawing (`drawing.py`) or a table with marks in its cells (`HtmlFigure`) is one.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape

from trainplan.results.registry import Stem


@dataclass(frozen=True)
class Caption:
    """What stands around a figure.

    `finding` is a sentence of at most 20 words above it; `alt`, read aloud, also tells its three largest values.
    `what` says what is shown, its unit and years; `reading` how to read each mark that is there; `tables` are the
    result tables that hold its numbers.
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

    def body(self) -> str:
        """The picture itself, as HTML."""
        raise NotImplementedError

    def html(self) -> Markup:
        """The figure with what stands around it, as a part of a page."""
        head = f"<figcaption>{escape(self.caption.finding)}</figcaption>"
        what = f'<p class="what">{escape(self.caption.what)}</p>' if self.caption.what else ""
        reading = f'<p class="reading">{escape(" ".join(self.caption.reading))}</p>' if self.caption.reading else ""
        return Markup(f'<figure class="drawn mathjax_ignore">{head}{what}{self.body()}{reading}</figure>')


@dataclass(frozen=True)
class HtmlFigure(PageFigure):
    """A figure that is a table with marks, bars or symbols in its cells."""

    markup: Markup

    def body(self) -> str:
        """The table."""
        return self.markup
