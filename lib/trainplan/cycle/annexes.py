"""The annexes of a year plan as one workbook: forms of the office whose columns are data (method.md, section 9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from trainplan.cycle.annex_lines import ANNEXES, Annex, Body, Look
from trainplan.cycle.annex_year import TOTAL, AnnexYear
from trainplan.cycle.filled_form import Line, Place, estimated_columns, office_columns, office_rows, place_columns
from trainplan.cycle.form_layout import FormLayout, load_form, signature_block
from trainplan.plan.find import BASE, folder_name
from trainplan.plan.plan import Plan, all_or_problems
from trainplan.plan.scenarios import text_in
from trainplan.results.tables import Results
from trainplan.sheets.form import Frame
from trainplan.sheets.office_form import Amount, OfficeBook, OfficeCell, OfficeForm, OfficeRow, add_up
from trainplan.storage.files import write_bytes
from trainplan.text.catalog import say

MONEY = "cost_of_source"


def book_name(plan: Plan, what: str, year: int, language: str) -> str:
    """What the workbook of a year's forms is called; `what` they are about."""
    return f"{folder_name(plan.key)}_{folder_name(plan.results_name)}_{what}_{year}.{language}.xlsx"


def write_annexes(results: Results, year: int, folder: Path, languages: Iterable[str]) -> list[Path]:
    """Writes the annexes of a calendar year, a workbook for each language; returns the files.

    There is none of a year in which nothing is done. PlanError, and nothing written, where a form of the plan is wrong.
    """
    books = {}
    for language in languages:
        title = say("annex.book", language, year=year, plan=results.plan.title(language))
        books[folder / book_name(results.plan, "year", year, language)] = title, annex_forms(results, year, language)
    return write_forms(books)


def write_forms(books: Mapping[Path, tuple[str, Mapping[str, OfficeForm]]]) -> list[Path]:
    """Writes workbooks, each with its title and forms, once all can be made; returns the files of those with any."""
    contents: dict[Path, bytes] = {}
    for path, (title, forms) in books.items():
        if forms:
            book = OfficeBook(title)
            for form in forms.values():
                book.add_office_form(form)
            contents[path] = book.content()
    return [write_bytes(path, content) for path, content in contents.items()]


def annex_forms(results: Results, year: int, language: str) -> dict[str, OfficeForm]:
    """The annexes that have anything in them, by the id of their form; PlanError tells of all that are wrong."""
    return fill_forms(AnnexYear(results, year, language), ANNEXES)


def fill_forms(year: Look, annexes: Mapping[str, Annex[Look]]) -> dict[str, OfficeForm]:
    """Those of some forms that have anything in them; PlanError tells of all that are wrong."""
    layouts = all_or_problems(*(partial(_layout, year, form, annex) for form, annex in annexes.items()))
    forms = {}
    for (form, annex), layout in zip(annexes.items(), layouts, strict=True):
        body = annex.fill(year, layout)
        if body.lines:
            forms[form] = _form(year, form, annex, layout, body)
    return forms


def _layout(year: Look, form: str, annex: Annex[Look]) -> FormLayout:
    offered = annex.offered(year)
    words = [name for name, quantity in offered.items() if quantity.words]
    parts = {name: quantity.names for name, quantity in offered.items() if quantity.parted}
    named = {"sources": list(year.by_source.heads), "contents": year.by_content.names}
    parts |= {key: named[key] for key in annex.sets}
    return load_form(year.plan, form, dict.fromkeys(offered, False), words, parts)


def _form(year: Look, form: str, annex: Annex[Look], layout: FormLayout, body: Body) -> OfficeForm:
    language = year.language
    offered = annex.offered(year)
    places = place_columns(layout, offered)
    columns = office_columns(layout, places, offered, language)
    rows, tops = office_rows(places, body.lines)

    def add(key: str, *adds: int, less: tuple[int, ...] = ()) -> int:
        one, _ = office_rows(places, [Line({annex.name: say(key, language)}, strong=True)])
        rows.append(OfficeRow(one[0].cells, True, adds, less))
        return len(rows) - 1

    if body.total:
        total = add("annex.total", *tops)
        if body.limits:
            limits = add("annex.limits")
            paying = [column.adds or [c] for c, column in enumerate(columns)]
            cells = [
                _limit(year, places, added, body.limits) or cell
                for added, cell in zip(paying, rows[limits].cells, strict=True)
            ]
            rows[limits] = OfficeRow(cells, True, given=True)
            add("annex.left", limits, less=(total,))
    rows += office_rows(places, body.of_which)[0]
    notes = [
        say(f"annex.{key}", language, columns=", ".join(numbers))
        for key, numbers in estimated_columns(places, columns, offered).items()
    ]
    notes += [say(key, language, year=year.year, base=year.plan.price_base_year) for key in body.notes]
    notes += [say("page.invented", language)] if year.plan.invented_tables else []
    name = getattr(layout.number, language) if layout.number else form.upper()
    return OfficeForm(name, _frame(year, layout, annex.period), columns, rows, notes, say("unit.VND", language))


def _limit(year: AnnexYear, places: Sequence[Place], paying: Sequence[int], limits: Mapping[str, Amount]) -> OfficeCell:
    """What limits the sources of columns together; None where that is not said, or one is not of sources."""
    sources = {leaf for c in paying for leaf in places[c].leaves or ()}
    if any(places[c].layout.quantity != MONEY for c in paying) or not sources:
        return None
    if TOTAL in limits and sources == set(year.by_source.leaves):
        return limits[TOTAL]
    return add_up([limits[source] for source in sources]) if sources <= limits.keys() else None


def _frame(year: AnnexYear, layout: FormLayout, period: str) -> Frame:
    language, plan = year.language, year.plan
    own = text_in(plan.choices.owner, language) if plan.choices.owner else say("annex.owner", language)
    number, annex, unit = (
        getattr(words, language) if words else "" for words in (layout.number, layout.annex, layout.unit)
    )
    over = [
        (say("annex.superior", language), " – ".join(filter(None, [number, annex]))),
        (own, say(year.attached, language)),
    ]
    subtitle = say(period, language, year=year.year, first=plan.first)
    if plan.scenario != BASE or plan.seen_from:
        subtitle = say("annex.of_scenario", language, period=subtitle, scenario=plan.dated_title(language))
    return Frame(over, getattr(layout.title, language).upper(), subtitle, unit, signature_block(language))
