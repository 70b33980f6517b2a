"""Parts of pages by name: `part = parts.causes(results)` is what a page shows in one place, as a value to work with.

`show(part)` shows it in a notebook; `part.page_figure("en")`, `part.frame("vi")` and `part.sentences("vi")` give what
is in it. Whatever is in FORMS, TABLES or SENTENCES is a part by its own name; parts of several pieces are
composed below. Every part has its caption, `caption.<name>`, in both catalogs.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
from markupsafe import escape
from matplotlib.figure import Figure

from trainplan.analysis.goal_seek import Goal
from trainplan.analysis.monte_carlo import Uncertainty
from trainplan.cycle.review import Review
from trainplan.plan.plan import Plan
from trainplan.report.assembly import in_scroll, source_line
from trainplan.report.drawing import Drawing
from trainplan.report.forms import FORMS
from trainplan.report.html import html_table, sentence_list, title_line
from trainplan.report.page_figure import PageFigure
from trainplan.report.sentences import SENTENCES
from trainplan.report.tables import TABLES
from trainplan.report.titles import why_scenario
from trainplan.results.quote import tables_quoted
from trainplan.results.tables import Results
from trainplan.text.catalog import say
from trainplan.text.problems import nearest_name

ANSWERS = {  # sentences that lead a page and stand out on it
    "baseline_answer",
    "basis_answer",
    "best_plan_answer",
    "better_options",
    "certainty_answer",
    "chances_and_cost",
    "comparison_answer",
    "enrollment_answer",
    "gaps_answer",
    "headline",
    "money_answer",
    "no_ceilings",
    "no_ranges",
    "review_answer",
    "year_answer",
    "requests_answer",
}


@dataclass(frozen=True)
class Piece:
    """A figure, a table or sentences, by the name in its register; `make` makes it in a language."""

    name: str
    make: Callable[[str], Any]


class HtmlPiece(Piece):
    """What is shown as HTML."""

    def html(self, language: str) -> str:
        """The piece in a language; empty where there is nothing to show."""
        raise NotImplementedError


class FigurePiece(HtmlPiece):
    """A figure; `make` gives its `PageFigure`, or None where there is nothing to show."""

    def html(self, language: str) -> str:
        """The figure with what stands around it."""
        figure: PageFigure | None = self.make(language)
        return figure.html(language) if figure else ""


class TablePiece(HtmlPiece):
    """A table; `make` gives its frame of text."""

    def html(self, language: str) -> str:
        """The table under its number and caption, with its source; nothing where it has no rows."""
        frame = self.make(language)
        if not len(frame):
            return ""
        table = in_scroll(html_table(frame, say(f"caption.{self.name}", language)))
        return f"{table}{source_line(tables_quoted(frame), language)}"


class SentencesPiece(HtmlPiece):
    """Sentences; `make` gives their list."""

    def html(self, language: str) -> str:
        """A list, marked where it holds the answer of the page; nothing where there is no sentence."""
        said = self.make(language)
        return sentence_list(said, "answer" if self.name in ANSWERS else "notes") if said else ""


class TitlePiece(SentencesPiece):
    """What a page is about: the plan, the scenario, and why there is one."""

    def html(self, language: str) -> str:
        plan, scenario, reason = self.make(language)
        return title_line(plan, scenario, reason, language)


class StagePiece(SentencesPiece):
    """What is reviewed, in a line that stands out."""

    def html(self, language: str) -> str:
        return f"<p><strong>{escape(self.make(language)[0])}</strong></p>"


@dataclass(frozen=True)
class Part:
    """What a page shows in one place: figures, tables and sentences in their order; none where there is nothing.

    Each is made when it is asked for, in `vi` or `en`. LookupError where a part has none or several of what is asked,
    or a figure has nothing to draw. A page leaves out the heading of what shows nothing.
    """

    name: str
    pieces: tuple[Piece, ...] = ()

    def caption(self, language: str) -> str:
        """What the part shows, in a line."""
        return say(f"caption.{self.name}", language)

    def figure(self, language: str) -> Figure:
        """The figure, as matplotlib has it; a table with marks is none."""
        drawn = self.page_figure(language)
        if not isinstance(drawn, Drawing):
            raise LookupError(f"{self.name} is a table with marks")
        return drawn.figure()

    def page_figure(self, language: str) -> PageFigure:
        """The figure: a `Drawing` or a table with marks, with its finding and its message in words."""
        figure: PageFigure | None = self._only(FigurePiece).make(language)
        if figure is None:
            raise LookupError(f"{self.name} has nothing to draw")
        return figure

    def frame(self, language: str) -> pd.DataFrame:
        """The table: a frame of text under the headings of the page."""
        frame: pd.DataFrame = self._only(TablePiece).make(language)
        return frame

    def sentences(self, language: str) -> list[str]:
        """All its sentences in their order."""
        found = [piece for piece in self.pieces if isinstance(piece, SentencesPiece)]
        if not found:
            raise LookupError(f"{self.name} has no sentences")
        return [sentence for piece in found for sentence in piece.make(language)]

    def _only(self, kind: type[Piece]) -> Piece:
        found = [piece for piece in self.pieces if isinstance(piece, kind)]
        if len(found) != 1:
            what = "figures" if kind is FigurePiece else "tables"
            raise LookupError(f"{self.name} has {len(found) or 'no'} {what}")
        return found[0]


REGISTERS: tuple[tuple[Mapping[str, Callable[..., Any]], type[Piece]], ...] = (
    (FORMS, FigurePiece),
    (TABLES, TablePiece),
    (SENTENCES, SentencesPiece),
)
COMPOSED: dict[str, Callable[..., Part]] = {}


def list_parts() -> list[str]:
    """The names of all parts."""
    return sorted({*COMPOSED, *(name for register, _ in REGISTERS for name in register)})


def find_part(name: str) -> Callable[..., Part]:
    """The function that makes the part of that name; AttributeError, with the nearest name, where there is none."""
    if name in COMPOSED:
        return COMPOSED[name]
    for register, kind in REGISTERS:
        if name in register:
            return _part_of(name, register[name], kind)
    raise AttributeError(f"no part {name!r}; nearest: {nearest_name(name, list_parts())!r}")


__getattr__ = find_part


def __dir__() -> list[str]:
    return [*list_parts(), "Part", "find_part", "list_parts"]


def _part_of(name: str, function: Callable[..., Any], kind: type[Piece]) -> Callable[..., Part]:
    """Takes what `function` takes before the language; a part of nothing (None) has no pieces."""
    takes = [*inspect.signature(function).parameters.values()][:-1]
    signature = inspect.Signature(takes, return_annotation="Part")

    def part(*values: Any, **named: Any) -> Part:
        given = signature.bind(*values, **named)
        if any(given.arguments[p.name] is None and "None" not in str(p.annotation) for p in takes):
            return Part(name)
        return Part(name, (kind(name, partial(function, *given.args)),))

    part.__name__, part.__doc__ = name, function.__doc__
    part.__signature__ = signature  # type: ignore[attr-defined]
    return part


# --- parts of several pieces


def register_composition(function: Callable[..., Part]) -> Callable[..., Part]:
    """Registers a function that composes a part, under its name."""
    COMPOSED[function.__name__] = function
    return function


def _join(name: str, *parts: Part) -> Part:
    return Part(name, tuple(piece for part in parts for piece in part.pieces))


@register_composition
def title(plan: Plan) -> Part:
    """The plan, the scenario and why there is one."""

    def lines(language: str) -> list[str]:
        return [plan.title(language), plan.dated_title(language), why_scenario(plan, language)]

    return Part("title", (TitlePiece("title", lines),))


@register_composition
def review_title(review: Review) -> Part:
    """Which review it is and up to which year, the plan, the scenario and why there is one."""

    def stage(language: str) -> list[str]:
        return [say(f"review.{review.stage}", language, year=review.year)]

    return Part("review_title", (*title(review.now.plan).pieces, StagePiece("review_title", stage)))


@register_composition
def warnings(plan: Plan) -> Part:
    """What the check of the input found worth a look."""
    piece = SentencesPiece("warnings", lambda language: [note.read(plan, language) for note in plan.notes])
    return Part("warnings", (piece,))


@register_composition
def goal(goal: Goal | None, results: Results) -> Part:
    """The least yearly amount with which all is met that money can meet, and what money does for the others.

    Nothing without a goal: where no ceilings are given, money holds nothing back.
    """
    return _join("goal", find_part("goal_amount")(goal), find_part("beyond_money")(goal, results))


@register_composition
def likelihood(draws: Uncertainty | None, drivers: pd.DataFrame | None, by_rule: Sequence[Uncertainty]) -> Part:
    """How sure the plan is in a few sentences; without draws, why there are none."""
    said = find_part("certainty_answer")(draws, drivers, by_rule) if draws else find_part("no_ranges")()
    return _join("likelihood", said)
