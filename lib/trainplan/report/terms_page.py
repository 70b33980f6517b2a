"""The page of terms beside the index: what the words of the pages mean, and in words how they are computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from markupsafe import Markup

from trainplan.report.furniture import page_head, print_style
from trainplan.report.html import POLICY, fill_template, style_sheet
from trainplan.report.terms import NAMES, terms_of
from trainplan.results.compare import Comparison
from trainplan.storage.files import write_text
from trainplan.text.catalog import say


def write_terms(folder: Path, comparison: Comparison, language: str, languages: Sequence[str], home: str) -> Path:
    """Writes the page of terms in a language, with links to that in another of `languages` and `home`, the index."""
    other = next((name for name in languages if name != language), "")
    head = replace(page_head([run.plan for run in comparison.runs], language), scenario="")
    page = fill_template(
        "terms.html.j2",
        language,
        head=head,
        print_style=Markup(print_style(head, language)),
        other_language=other,
        other_href=NAMES.get(other, ""),
        policy=POLICY,
        style=Markup(style_sheet()),
        title=say("terms.title", language),
        home=home,
        terms=terms_of(comparison),
    )
    return write_text(folder / NAMES[language], str(page) + "\n")
