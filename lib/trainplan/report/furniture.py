"""What stands around a page: whose it is and from when, and what it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainplan.plan.plan import Plan
from trainplan.plan.scenarios import text_in
from trainplan.plan.schema import AS_OF, TABLES
from trainplan.storage.provenance import hash_data, package_versions
from trainplan.text.catalog import say, term
from trainplan.text.formats import calendar_day, year_span
from trainplan.text.shown import shorten_text

SHOWN_OF_HASH = 12
SHOWN_OF_NAME = 120  # in the foot of printed pages, which has room for a few lines


@dataclass(frozen=True)
class PageHead:
    """The words around a page in its language; none of them where it is not known whose page it is."""

    plan: str = ""
    scenario: str = ""
    badge: str = ""  # draft, submitted or approved
    dated: str = ""
    standing: str = ""  # the date of the data, the closed years, the office
    made_from: str = ""


def page_head(plans: Sequence[Plan], language: str) -> PageHead:
    """What stands around a page that is made from `plans`, the first of which it is about. Never the clock."""
    plan = plans[0]
    choices, closed = plan.choices, plan.closed_years
    day = calendar_day(choices.as_of, language) if choices.as_of else ""
    dated = say("page.as_of", language, day=day) if day else say_undated(plan, language)
    years = year_span(closed[0], closed[-1]) if closed else ""
    owner = text_in(choices.owner, language) if choices.owner else ""
    standing = [
        dated,
        say("page.closed_years", language, years=years) if years else "",
        say("page.owner", language, owner=owner) if owner else say("excel.no_owner", language),
    ]
    hashes = [one.content_hash for one in plans]
    return PageHead(
        plan.title(language),
        plan.scenario_title(language),
        _badge(plan, language),
        dated,
        " · ".join(filter(None, standing)),
        made_from(hash_data(hashes) if len(hashes) > 1 else hashes[0], language),
    )


def made_from(data: str, language: str) -> str:
    """The version and the fingerprint of the data, by its hash, of which a page is made."""
    return say("page.made_from", language, version=package_versions()["trainplan"], data=data[:SHOWN_OF_HASH])


def say_undated(plan: Plan, language: str) -> str:
    """What is said of a plan that looks from no day: that all its data count, or that they have no date."""
    dated = (name for name, rows in plan.spare.items() if any(row.get(AS_OF) for row in rows))
    return say(
        "word.all_data" if any(AS_OF not in TABLES[name].columns for name in dated) else "word.undated", language
    )


def _badge(plan: Plan, language: str) -> str:
    """The word for how far the plan has come, a draft where it does not say; whether it rests on invented numbers."""
    status, decision = plan.choices.status or "draft", plan.choices.decision
    word = term("status", status, language).upper()
    if status == "approved" and decision:
        word = say("page.approved_as", language, decision=text_in(decision, language))
    return " · ".join([word, *([say("page.invented", language)] if plan.invented_tables else [])])


def print_style(head: PageHead, language: str) -> str:
    """The style of the foot of printed pages: whose page it is, from when, and its number."""
    words = (head.badge, shorten_text(head.plan, SHOWN_OF_NAME), shorten_text(head.scenario, SHOWN_OF_NAME), head.dated)
    foot, page = (_css_text(text) for text in (" · ".join(filter(None, words)), say("page.number", language)))
    return (
        f'@page {{ @bottom-left {{ content: "{foot}"; }} '
        f'@bottom-right {{ content: "{page} " counter(page) "/" counter(pages); }} }}'
    )


def _css_text(text: str) -> str:
    """A text between two quotation marks of a style sheet, in which nothing ends them or the sheet."""
    return "".join(c if c.isalnum() or c == " " else f"\\{ord(c):x} " for c in text)
