"""An executed notebook as a page of its own: no request to any host, readable offline, printable on A4.

nbconvert does the work with a template that has no script at all; a content security policy in the page forbids what
the template does not do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import escape

from trainplan.report.titles import first_heading
from trainplan.storage.files import write_text
from trainplan.text.catalog import LANGUAGES, say

if TYPE_CHECKING:
    from nbconvert.exporters import HTMLExporter

TEMPLATES = Path(__file__).parent / "templates"
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
HEADING = re.compile(r"<h([12])\b[^>]*>(.*?)</h\1>", re.DOTALL)
MARK = "<!--contents-->"
SHOWN = ["text/html", "image/svg+xml", "image/png", "text/plain"]  # a widget is dead on paper: its words stand for it
HOME = {"vi": "../../index.html", "en": "../../index.en.html"}
TITLE, WORDS, CODE = 1, 7, 8  # ranks of cells; headings lie between the first two
LITERAL = "mathjax_ignore"  # where names stand: JupyterLab takes what lies between two dollar signs for mathematics


@cache
def style_sheet() -> str:
    """The style sheet of every page."""
    return (TEMPLATES / "page.css").read_text(encoding="utf-8")


def say_in(language: str) -> Callable[[str], str]:
    """What a template says texts with: a key in, its text in the language out."""
    return lambda key: say(key, language)


def render_report(executed: Path, target: Path, language: str) -> Path:
    """Writes the page of an executed notebook in a language: its `shown_cells`, code hidden."""
    from nbformat import read

    return write_text(target, render_page(read(executed, as_version=4), executed.stem, language))


def render_page(notebook: Any, name: str, language: str) -> str:
    """The page of an executed notebook that is called `name` where it has no heading."""
    page = {
        "say": say_in(language),
        "language": language,
        "policy": POLICY,
        "style": style_sheet(),
        "home": HOME[language],
        "title": first_heading(notebook, language) or name,
    }
    body, _ = report_exporter().from_notebook_node(shown_cells(notebook, language), resources={"page": page})
    return add_contents(body, language)


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
    return type(notebook)({**notebook, "cells": kept})


def _rank(cell: Any) -> int:
    """How high a cell stands: the title, a heading, words without one, code."""
    if cell.cell_type == "code":
        return CODE
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


def add_contents(body: str, language: str) -> str:
    """Numbers the headings as anchors and lists the sections under the title."""
    entries: list[str] = []

    def anchored(match: re.Match[str]) -> str:
        level, text = match.groups()
        if level == "1":
            return f"<h1>{text}</h1>"
        entries.append(f'<li><a href="#section-{len(entries) + 1}">{text}</a></li>')
        return f'<h2 id="section-{len(entries)}">{text}</h2>'

    body = HEADING.sub(anchored, body)
    label = escape(say("page.contents", language))
    contents = f'<nav class="toc" aria-label="{label}"><ol>{"".join(entries)}</ol></nav>' if entries else ""
    return body.replace(MARK, contents, 1)


def html_table(frame: pd.DataFrame, caption: str = "") -> str:
    """A table, its cells escaped, numbers with their addresses; columns of numbers are set to the right."""
    numeric = {name for name in frame.columns if _is_numeric(frame[name])}
    head = "".join(f'<th scope="col"{_align_right(c in numeric)}>{escape(str(c))}</th>' for c in frame.columns)
    body = "".join(
        "<tr>"
        + "".join(f"<td{_align_right(c in numeric)}>{escape(v)}</td>" for c, v in zip(frame.columns, r, strict=True))
        + "</tr>\n"
        for r in frame.itertuples(index=False)
    )
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f'<table class="trainplan {LITERAL}">{title}<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>'


def _is_numeric(cells: pd.Series) -> bool:
    return all(not any(c.isalpha() for c in str(v)) for v in cells) and len(cells) > 0


def _align_right(numeric: bool) -> str:
    return ' class="n"' if numeric else ""


def answer_list(sentences: Sequence[str]) -> str:
    """Sentences that give the answer of a page, as a list that stands out."""
    return _list(sentences, "answer")


def notes_list(sentences: Sequence[str]) -> str:
    """Sentences as a list."""
    return _list(sentences, "notes")


def _list(sentences: Sequence[str], style: str) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f'<ul class="{style} {LITERAL}">{items}</ul>'


def title_line(plan: str, scenario: str, reason: str, language: str) -> str:
    """What a page is about, below its title; the reason may be empty."""
    plan, scenario, reason = (escape(text) for text in (plan, scenario, reason))
    word = say("head.scenario", language)
    why = f" – {reason}" if reason else ""
    return f'<p class="plan {LITERAL}">{plan}<br><strong>{word}: {scenario}</strong>{why}</p>'


def name_line(name: str) -> str:
    """The name of what follows, in bold letters."""
    return f'<p class="{LITERAL}"><strong>{escape(name)}</strong></p>'
