"""How a notebook starts, `page = open_notebook(globals())`, and shows: `show(parts.causes(page.results))`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from IPython.display import HTML, display

from trainplan.analysis.monte_carlo import Uncertainty
from trainplan.cycle.review import Review, load_review
from trainplan.cycle.year_plan import YearTables
from trainplan.plan.find import scenario_names
from trainplan.plan.plan import Plan, load_plan, load_sound
from trainplan.report.drawing import Drawing
from trainplan.report.page_figure import PageFigure
from trainplan.report.parameters import WHERE, coordinates
from trainplan.report.parts import FigurePiece, HtmlPiece, Part
from trainplan.report.stored import compute, uncertainty, usual_draws
from trainplan.results.tables import Results
from trainplan.storage.files import write_bytes, write_text
from trainplan.text.problems import PlanError, Problem, nearest_name


@dataclass(frozen=True)
class Page:
    """A notebook's coordinates, checked and read; what is computed of them is computed once."""

    plan: Plan
    language: str
    output_dir: Path | None  # where figures go
    others: tuple[Plan, ...]  # the scenarios to compare with; none where the notebook declares no `scenarios`
    broken: Mapping[str, PlanError]  # those of them that cannot be read, by name, and why
    given: Mapping[str, Any] = field(repr=False)  # the coordinates as they were given

    @property
    def group(self) -> str | None:
        """The id of the group that the page is about; None where it is about all."""
        group: str | None = self.given.get("group")
        return group

    @property
    def year(self) -> int:
        """The year of the year plan: the one given, else the first open one."""
        year: int | None = self.given.get("year")
        return self.plan.year_to_plan if year is None else year

    @cached_property
    def results(self) -> Results:
        """The results of the plan."""
        return compute(self.plan)

    @cached_property
    def year_tables(self) -> YearTables:
        """The tables of the year plan of the page's year."""
        return YearTables(self.results, self.year, compute)

    @cached_property
    def review(self) -> Review:
        """The review up to the year given, else up to the last closed one; PlanError where no year is closed."""
        given, closed = self.given, self.plan.closed_years
        if given.get("year") is None and not closed:
            raise PlanError([Problem(WHERE, "no_closed_year")])
        year = closed[-1] if given.get("year") is None else given["year"]
        seen_by = year, given.get("as_of"), given["overrides"]
        return load_review(self.plan.path, given["scenario"], *seen_by, compute, uncertainty)

    @cached_property
    def draws(self) -> Uncertainty | None:
        """The draws that the plan's answer rests on; none where it has no ranges."""
        return usual_draws(self.plan)


_opened: list[Page] = []  # the notebook's page: a process or a kernel runs one notebook


def open_notebook(names: Mapping[str, Any]) -> Page:
    """Opens the page for a notebook's global names, its parameters among them; `show` follows its language and folder.

    PlanError, shown without a traceback, lists every parameter that is unknown, missing or wrong.
    """
    given = coordinates(names)
    plan = load_plan(given["plan"], given["scenario"], given["overrides"], given.get("as_of"))
    group, groups = given.get("group"), [row.id for row in plan.tables.groups]
    if group and group not in groups:
        near, known = nearest_name(group, groups), {"groups": ", ".join(groups)}
        raise PlanError([Problem(WHERE, "no_group", group, "", "group", near, known)])
    if given.get("year") is not None:
        plan.check_year(given["year"], WHERE)
    folder = Path(given["output_dir"]) if given["output_dir"] else None
    wanted = given["scenarios"] or ["base", *scenario_names(plan.path)] if "scenarios" in given else []
    others, broken = load_sound(plan.path, [name for name in wanted if name != plan.scenario], as_of=plan.seen_from)
    _opened[:] = [Page(plan, given["language"], folder, tuple(others.values()), broken, given)]
    return _opened[0]


def show(*shown: Part, language: str | None = None, output_dir: str | Path | None = None) -> None:
    """Shows parts one below the other, in the language of the open notebook (Vietnamese where none is open).

    The files of every drawing, SVG and PNG, are kept in `output_dir`/figures, by default in the notebook's folder, if
    it has one.
    """
    page = _opened[0] if _opened else None
    language = language or (page.language if page else "vi")
    folder = Path(output_dir) if output_dir else page.output_dir if page else None
    for piece in (piece for part in shown for piece in part.pieces):
        if isinstance(piece, FigurePiece):
            if figure := piece.make(language):
                _show_figure(figure, language, folder)
        elif isinstance(piece, HtmlPiece) and (html := piece.html(language)):
            display(HTML(html))


def _show_figure(figure: PageFigure, language: str, folder: Path | None) -> None:
    if folder is not None and isinstance(figure, Drawing):
        stem = f"{figure.name}.{language}"
        write_text(folder / "figures" / f"{stem}.svg", figure.svg())
        write_bytes(folder / "figures" / f"{stem}.png", figure.png())
    display({"text/html": figure.html(language), "text/plain": figure.caption.alt}, raw=True)
