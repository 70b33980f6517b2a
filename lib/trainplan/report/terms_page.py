"""The page of terms beside the index: what the words of the pages mean, and in words how they are computed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trainplan.report.furniture import page_head
from trainplan.report.html import fill_outer
from trainplan.report.terms import NAMES, terms_of
from trainplan.results.compare import Comparison
from trainplan.storage.files import write_text
from trainplan.text.catalog import say


def write_terms(folder: Path, comparison: Comparison, language: str, languages: Sequence[str], home: str) -> Path:
    """Writes the page of terms in a language, with links to that in another of `languages` and `home`, the index."""
    page = fill_outer(
        "terms.html.j2",
        language,
        page_head([run.plan for run in comparison.runs], language),
        {one: NAMES[one] for one in languages},
        title=say("terms.title", language),
        home=home,
        terms=terms_of(comparison),
    )
    return write_text(folder / NAMES[language], str(page) + "\n")
