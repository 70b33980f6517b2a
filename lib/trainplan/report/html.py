"""An executed notebook as a page of its own: no request to any host, readable offline, printable on A4.

nbconvert does the work with a template that has no script at all; a content security policy in the page forbids what
the template does not do.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from trainplan.report.assembly import ANNEX, TABLE, assemble, links_mark
from trainplan.report.furniture import PageHead, print_style
from trainplan.report.terms import PAGE, mark_terms
from trainplan.report.titles import first_heading
from trainplan.storage.files import write_text
from trainplan.text.catalog import LANGUAGES, say

if TYPE_CHECKING:
    from nbconvert.exporters import HTMLExporter

TEMPLATES = Path(__file__).parent / "templates"
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
PART = re.compile(r"\bparts\.(\w+)\(")
SHOWN = ["text/html", "image/svg+xml", "image/png", "text/plain"]  # a widget is dead on paper: its words stand for it
HOME = {"vi": "../../index.html", "en": "../../index.en.html"}
NO_HEAD = PageHead()
TITLE, SECTION, WORDS, CODE = 1, 2, 7, 8  # ranks of cells; headings lie between the first and words
ANNEX_RANK = 1.5
MOST_UPRIGHT, MOST_NUMBERS = 9, 7  # columns, and columns of numbers, on a page of paper that stands upright
LITERAL = "mathjax_ignore"  # where names stand: JupyterLab takes what lies between two dollar signs for mathematics


@cache
def style_sheet() -> str:
    """The style sheet of every page."""
    return (TEMPLATES / "page.css").read_text(encoding="utf-8")


def say_in(language: str) -> Callable[[str], str]:
    """What a template says texts with: a key in, its text in the language out."""
    return lambda key: say(key, language)


def render_report(executed: Path, target: Path, language: str, head: PageHead = NO_HEAD) -> Path:
    """Writes the page of an executed notebook in a language: its `shown_cells`, code hidden, with `head` around it."""
    from nbformat import read

    return write_text(target, render_page(read(executed, as_version=4), executed.stem, language, head))


def render_page(notebook: Any, name: str, language: str, head: PageHead = NO_HEAD) -> str:
    """The page of an executed notebook that is called `name` where it has no heading."""
    page = {
        "say": say_in(language),
        "language": language,
        "policy": POLICY,
        "style": style_sheet(),
        "print_style": print_style(head, language),
        "header": fill_template("header.html.j2", language, head=head, **no_ways(head.scenario, language)),
        "footer": fill_template("footer.html.j2", language, head=head, **no_ways(head.scenario, language, False)),
        "known": bool(head.plan),
        "title": first_heading(notebook, language) or name,
    }
    body, _ = report_exporter().from_notebook_node(shown_cells(notebook, language), resources={"page": page})
    return mark_terms(assemble(body, name, language), language)


def no_ways(scenario: str, language: str, at_head: bool = True) -> dict[str, Any]:
    """The links of a page that stands alone: home. `links.py` knows the others."""
    return {
        **dict.fromkeys(("before", "after", "others", "scenarios"), ()),
        "home": HOME[language],
        "scenario": scenario,
        "at_head": at_head,
    }


def fill_template(name: str, language: str, **values: Any) -> Markup:
    """A template of ours, filled in, in a language; `terms` in it is where a link to the page of terms goes."""
    values = {"say": say_in(language), "language": language, "terms": Markup(links_mark(PAGE)), **values}
    return Markup(_templates().get_template(name).render(values))


def fill_outer(name: str, language: str, head: PageHead, names: Mapping[str, str], **values: Any) -> Markup:
    """The template of a page beside the reports, with `head` around it; `names`, by language, its files."""
    head = replace(head, scenario="")
    other = next((one for one in names if one != language), "")
    around = {
        "head": head,
        "print_style": Markup(print_style(head, language)),
        "other_language": other,
        "other_href": names.get(other, ""),
        "policy": POLICY,
        "style": Markup(style_sheet()),
    }
    return fill_template(name, language, **around, **values)


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(TEMPLATES)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def shown_cells(notebook: Any, language: str) -> Any:
    """A copy of the executed notebook without other languages, and without words that lead to cells showing nothing.

    Words lead to what stands below them up to the next words of their rank or a higher one: title, heading, text.
    Those that lead to no code at all, and the title, stay.
    """
    others = {f"lang-{other}" for other in LANGUAGES if other != language}
    cells = [cell for cell in notebook.cells if not others & set(cell.metadata.get("tags", []))]
    ranks = [_rank(cell) for cell in cells]
    kept = []
    for i, (cell, rank) in enumerate(zip(cells, ranks, strict=True)):
        end = next((j for j in range(i + 1, len(cells)) if ranks[j] <= rank), len(cells))
        code = [below for below in cells[i + 1 : end] if below.cell_type == "code"]
        if rank in (TITLE, CODE) or not code or any(map(_shows, code)):
            kept.append(cell)
    return type(notebook)({**notebook, "cells": _named_sections(kept)})


def _named_sections(cells: Sequence[Any]) -> list[Any]:
    """The cells, headings of sections with the name of the first part below, which is alike in every language."""
    named, taken = list(cells), set[str]()
    for i, cell in enumerate(cells):
        if _rank(cell) == ANNEX_RANK:
            named[i] = _name_section(cell, ANNEX)
        elif _rank(cell) == SECTION:
            below = itertools.takewhile(lambda one: _rank(one) > SECTION, cells[i + 1 :])
            shown = [name for one in below if one.cell_type == "code" for name in PART.findall(one.source)]
            name = next((name for name in shown if name not in taken), "")
            taken.add(name)
            named[i] = _name_section(cell, name.replace("_", "-"))
    return named


def _name_section(cell: Any, section: str) -> Any:
    return type(cell)({**cell, "metadata": {**cell.metadata, "section": section}})


def _rank(cell: Any) -> float:
    """How high a cell stands: the title, the annex, a heading, words without one, code."""
    if cell.cell_type == "code":
        return CODE
    if ANNEX in cell.metadata.get("tags", []):
        return ANNEX_RANK
    text = cell.source.lstrip()
    return len(text) - len(text.lstrip("#")) or WORDS


def _shows(cell: Any) -> bool:
    return any(output.output_type != "stream" for output in cell.outputs)


@cache
def report_exporter() -> HTMLExporter:
    """nbconvert's exporter with our template; imported late, as a table on the desk needs none of it."""
    from nbconvert.exporters import HTMLExporter
    from traitlets.config import Config

    config = Config()
    config.NbConvertBase.display_data_priority = SHOWN
    return HTMLExporter(
        config=config, template_name="trainplan", extra_template_basedirs=[str(TEMPLATES)], exclude_anchor_links=True
    )


def html_table(frame: pd.DataFrame, caption: str = "") -> str:
    """A table, its cells escaped, numbers with their addresses; columns of numbers are set to the right."""
    numeric = number_columns(frame)
    head = "".join(f'<th scope="col"{_align_right(c in numeric)}>{escape(str(c))}</th>' for c in frame.columns)
    body = "".join(
        "<tr>"
        + "".join(f"<td{_align_right(c in numeric)}>{escape(v)}</td>" for c, v in zip(frame.columns, r, strict=True))
        + "</tr>\n"
        for r in frame.itertuples(index=False)
    )
    title = f"<caption>{TABLE}{escape(caption)}</caption>" if caption else ""
    wide = len(numeric) > MOST_NUMBERS or len(frame.columns) > MOST_UPRIGHT
    style = f"trainplan {LITERAL}{' wide' if wide else ''}"
    return f'<table class="{style}">{title}<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>'


def number_columns(frame: pd.DataFrame) -> set[str]:
    """The columns of a frame of text that hold numbers, without a letter; they are set to the right."""
    return {name for name in frame if len(frame) and not any(c.isalpha() for v in frame[name] for c in str(v))}


def _align_right(numeric: bool) -> str:
    return ' class="n"' if numeric else ""


def sentence_list(sentences: Sequence[str], style: str) -> str:
    """Sentences as a list in a style of the pages: `answer`, which stands out, or `notes`."""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f'<ul class="{style} {LITERAL}">{items}</ul>'


def title_line(plan: str, scenario: str, reason: str, language: str) -> str:
    """What a page is about, below its title; the reason may be empty."""
    plan, scenario, reason = (escape(text) for text in (plan, scenario, reason))
    word = say("head.scenario", language)
    dash = " – " if reason else ""
    name = f'<span class="name">{plan}<br><strong>{word}: {scenario}</strong>{dash}</span>'
    return f'<p class="plan {LITERAL}">{name}{reason}</p>'
