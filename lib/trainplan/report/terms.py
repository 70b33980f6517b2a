"""Terms of the pages: where one first stands on a page it leads to what it means, on a page of terms beside the index.

A page is marked where it is made; its links are written once it stands in a folder that has the page of terms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from markupsafe import escape

from trainplan.report.assembly import links_mark
from trainplan.results.compare import Comparison
from trainplan.text.catalog import LANGUAGES, say

CEILINGS, RANGES, SCENARIOS = "ceilings", "ranges", "scenarios"
TERMS: Mapping[str, str] = {  # the anchor of a term -> what a plan must have for its pages to use it
    **dict.fromkeys(("target", "goal", "asked", "aim", "coverage", "gap", "due", "verdict", "cause", "path"), ""),
    **dict.fromkeys(("best_reachable", "latest_start", "baseline", "leaving", "basis"), ""),
    **dict.fromkeys(("needed", "deliverable", "enrollments", "classes"), ""),
    **dict.fromkeys(("required", "funded", "commitments", "rule", "late"), ""),
    **dict.fromkeys(("lacking", "ceiling", "over", "unspent", "best_plan", "worth"), CEILINGS),
    **dict.fromkeys(("scenario", "difference"), SCENARIOS),
    **dict.fromkeys(("range", "draws", "probability", "band", "driver", "loop"), RANGES),
}
NAMES = {language: f"terms.{language}.html" for language in LANGUAGES}
LINK, LINK_END, PAGE = "term", "term_end", "terms"  # kinds of marks: around a term, and of the page as a whole
SPOTS = re.compile(
    r'(?P<heading><th\b[^>]*scope="col".*?</th>)|<caption>.*?</caption>|<figcaption>.*?</figcaption>'
    r'|<p class="what">.*?</p>|<ul class="answer.*?</ul>',
    re.DOTALL,
)
NO_WORDS = re.compile(r"(<!--.*?-->|<[^>]*>|“[^”]*”)", re.DOTALL)  # of ours: tags, and names that a plan gives


def terms_of(comparison: Comparison) -> list[str]:
    """The terms that a page of these plans may use, by their anchors."""
    plans = [run.plan for run in comparison.runs]
    there = {
        "": True,
        CEILINGS: any(plan.has_ceilings for plan in plans),
        RANGES: any(plan.ranges for plan in plans),
        SCENARIOS: len(plans) > 1,
    }
    return [term for term, needed in TERMS.items() if there[needed]]


@cache
def names_of(language: str) -> dict[str, str]:
    """Every name that pages give a term, in small letters, and the term; its title is the first of them."""
    return {name.lower(): term for term in TERMS for name in say(f"term_name.{term}", language).split("; ")}


@cache
def _any_name(language: str, whole: bool) -> re.Pattern[str]:
    """A name of a term as words in a text, or as the `whole` text but for a unit in brackets."""
    name = "|".join(map(re.escape, sorted(names_of(language), key=len, reverse=True)))
    around = (r"\A", r"(?=(?: \([^()]*\))?\Z)") if whole else (r"(?<!\w)", r"(?!\w)")
    return re.compile(f"{around[0]}(?:{name}){around[1]}", re.IGNORECASE)


def mark_terms(page: str, language: str) -> str:
    """The page with marks around the first place of every term in a heading of a column, a caption or a finding."""
    left = set(TERMS)

    def mark(name: re.Match[str]) -> str:
        term = names_of(language)[name[0].lower()]
        if term not in left:
            return name[0]
        left.discard(term)
        return f"{links_mark(LINK, term)}{name[0]}{links_mark(LINK_END, term)}"

    def mark_spot(spot: re.Match[str]) -> str:
        words = _any_name(language, bool(spot["heading"]))  # a scenario may have a column, headed by its own name
        pieces = NO_WORDS.split(spot[0])
        return "".join(words.sub(mark, piece) if k % 2 == 0 else piece for k, piece in enumerate(pieces))

    return SPOTS.sub(mark_spot, page)


def term_links(folder: Path, root: str, language: str) -> Callable[[str, Sequence[str]], str]:
    """What fills the marks of a page, LINK, LINK_END and PAGE, in the folder of the page of terms or `root` below it.

    It gives nothing for a term that the page of terms has not, or where there is no such page.
    """
    path = folder / NAMES[language]
    there = set(re.findall('<dt id="([^"]*)"', path.read_text("utf-8"))) if path.is_file() else set()

    def fill(kind: str, names: Sequence[str]) -> str:
        if kind == PAGE:
            return f'<a href="{root}{path.name}">{escape(say("terms.title", language))}</a>' if there else ""
        if names[0] not in there:
            return ""
        return f'<a class="term" href="{root}{path.name}#{names[0]}">' if kind == LINK else "</a>"

    return fill
