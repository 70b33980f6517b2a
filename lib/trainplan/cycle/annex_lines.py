"""What each annex of a year plan holds: its quantities, and its lines from the facts of the year."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, NamedTuple, TypeVar

from trainplan.cycle.annex_year import AnnexYear, learners_by, whole_or_none
from trainplan.cycle.filled_form import Cells, Line, Quantity
from trainplan.cycle.form_layout import FormLayout
from trainplan.cycle.year_amounts import NOBODY
from trainplan.cycle.year_plan import CONTINUING, NEW
from trainplan.plan.schema import CostItem, Program
from trainplan.sheets.office_form import Amount, OfficeCell, add_up
from trainplan.text.catalog import say, term
from trainplan.text.formats import due_day

WORDS, NUMBER, RATIO = Quantity(words=True), Quantity(), Quantity(total=False)
NUMERALS = {10: "X", 9: "IX", 5: "V", 4: "IV", 1: "I"}
HALF_DAYS = 2  # sessions of a day
Look = TypeVar("Look", bound=AnnexYear)


class Body(NamedTuple):
    """The lines of a form; whether a total stands under them, limits of it, and what it holds of which."""

    lines: Sequence[Line]
    total: bool = True
    limits: Mapping[str, Amount] = {}  # by source, and of `total`
    of_which: Sequence[Line] = ()
    notes: Sequence[str] = ()  # keys of the catalogs


@dataclass(frozen=True)
class Annex(Generic[Look]):
    """A form: `name` is the column of its words, `offered` what its columns can hold."""

    name: str
    offered: Callable[[Look], Mapping[str, Quantity]]
    fill: Callable[[Look, FormLayout], Body]
    sets: Sequence[str] = ()  # `sources`, `contents`: what its layout can set apart
    period: str = "annex.year"  # the text that says which years it is about


def roman_numeral(number: int) -> str:
    """A number up to 39 in Roman numerals."""
    for value, letters in NUMERALS.items():
        if number >= value:
            return letters + roman_numeral(number - value)
    return ""


def number_lines(lines: Iterable[Line], count: Callable[[int], str] = str) -> list[Line]:
    """Lines with their number, from 1, as `order`."""
    return [replace(line, cells={"order": count(n), **line.cells}) for n, line in enumerate(lines, 1)]


def in_sections(
    lines: Sequence[tuple[str, Line]],
    name: str,
    label: Callable[[str], str],
    count: Callable[[int], str] = roman_numeral,
) -> list[Line]:
    """Lines by what they are sorted under, a section for each, which has its label under `name`; one alone has none."""
    keys = dict.fromkeys(key for key, _ in lines)
    if len(keys) == 1:
        return number_lines(line for _, line in lines)
    return number_lines(
        (
            Line({name: label(key) if key else "…"}, number_lines(line for own, line in lines if own == key), True)
            for key in keys
        ),
        count,
    )


# --- B03: groups and content


def _offered_b03(year: AnnexYear) -> Mapping[str, Quantity]:
    words = dict.fromkeys(("order", "group", "group_code"), WORDS)
    return {**words, "learners_of_content": year.by_content, "members": year.by_attribute}


def _fill_b03(year: AnnexYear, layout: FormLayout) -> Body:
    found, plan = learners_by(year.pairs, "group"), year.plan
    lines = []
    for group in plan.tables.groups:
        if group.id in found:
            cells: Cells = {
                "group": plan.label("groups", group.id, year.language),
                "group_code": group.form_code,
                "learners_of_content": found[group.id],
                "members": year.members.get(group.id, {}),
            }
            lines.append((group.level, Line(cells)))
    of_which = [
        Line({"group": say("annex.of_which", year.language, part=_bloc(year, bloc)), "learners_of_content": learners})
        for bloc, learners in learners_by(year.units, "bloc").items()
    ]
    body = in_sections(lines, "group", lambda level: term("level", level, year.language))
    notes = ["annex.note_blocs"] if of_which else []
    return Body(body, of_which=of_which if len(of_which) > 1 else (), notes=notes if len(of_which) > 1 else ())


def _bloc(year: AnnexYear, bloc: str) -> str:
    return term("bloc", bloc, year.language)


# --- B04: classes


def _offered_b04(year: AnnexYear) -> Mapping[str, Quantity]:
    words = ("order", "program", "audience", "level", "opens", "ends", "place", "host", "sources", "deadline")
    numbers = ("new_classes", "continuing_classes", "new_learners", "continuing_learners", "cost")
    return {
        **dict.fromkeys(words, WORDS),
        **dict.fromkeys(numbers, NUMBER),
        **dict.fromkeys(("class_size", "days"), RATIO),
    }


def _fill_b04(year: AnnexYear, layout: FormLayout) -> Body:
    lines = []
    for program, row in year.classes.iterrows():
        levels = [term("level", level, year.language) for level in row["level"].split("; ") if level]
        groups = dict.fromkeys(year.pairs.query("program == @program")["group"])
        paid = year.paid(program, (NEW, CONTINUING))
        cells: Cells = {
            "program": year.label("programs", program),
            "audience": "; ".join(year.plan.short_label("groups", group, year.language) for group in groups),
            "level": "; ".join(levels),
            "new_classes": float(row["new_classes"]),
            "continuing_classes": float(row["continuing_classes"]),
            "class_size": whole_or_none(row["class_size"]),
            "new_learners": float(row["new"]),
            "continuing_learners": float(row["before"]),
            "days": whole_or_none(row["days"]),
            "opens": row["opens"].replace(";", ","),
            "ends": "/".join(part.lstrip("0") for part in reversed(row["ends"].split("-"))),
            "place": term("place", row["place"], year.language) if row["place"] else "",
            "host": row["host"],
            "cost": add_up(list(paid.values())),
            "sources": "; ".join(year.by_source.heads[source] for source in paid),
            "deadline": due_day(row["deadline"], year.language) if row["deadline"] else "",
        }
        lines.append((year.code(program), Line(cells)))
    return Body(in_sections(lines, "program", lambda code: year.code_label(code, layout)))


def _offered_calendar(year: AnnexYear) -> Mapping[str, Quantity]:
    return {**dict.fromkeys(("order", "program"), WORDS), "classes_of_month": year.by_month}


def _fill_calendar(year: AnnexYear, layout: FormLayout) -> Body:
    lines = []
    for kind in ("opening", "running"):
        found: dict[str, dict[str, float]] = {}
        for row in year.calendar.to_dict("records"):
            if row[kind] > 0:
                found.setdefault(row["program"], {})[str(row["month"])] = float(row[kind])
        below = [
            Line({"program": year.label("programs", id), "classes_of_month": cells}) for id, cells in found.items()
        ]
        if below:
            lines.append(Line({"program": say(f"annex.{kind}", year.language)}, number_lines(below), True))
    return Body(number_lines(lines, roman_numeral), total=False, notes=["annex.note_calendar"])


# --- B05: money


def _offered_b05a(year: AnnexYear) -> Mapping[str, Quantity]:
    numbers = dict.fromkeys(("classes", "new_learners", "continuing_learners"), NUMBER)
    words = dict.fromkeys(("order", "program"), WORDS)
    return {**words, **numbers, "cost_per_learner": RATIO, "cost_of_source": year.by_source}


def _fill_b05a(year: AnnexYear, layout: FormLayout) -> Body:
    parts = {
        part: [(year.code(id), _cost_line(year, id, part)) for id in year.costing(part)] for part in (NEW, CONTINUING)
    }
    sections = [
        Line(
            {"program": term("part", CONTINUING, year.language)},
            number_lines(line for _, line in parts[CONTINUING]),
            True,
        ),
        Line(
            {"program": term("part", NEW, year.language)},
            in_sections(parts[NEW], "program", lambda code: year.code_label(code, layout), roman_numeral),
            True,
        ),
    ]
    lines = number_lines([line for line in sections if line.below], lambda n: chr(ord("A") + n - 1))
    return Body(lines, limits=year.limits)


def _cost_line(year: AnnexYear, program: str, part: str) -> Line:
    row, paid = year.classes.loc[program], year.paid(program, (part,))
    learners = float(row["new"] if part == NEW else row["before"])
    whole = add_up(list(paid.values()))
    each = whole.exact / learners if isinstance(whole, Amount) and learners else None
    cells: Cells = {
        "program": year.label("programs", program),
        "classes": float(row[f"{part}_classes"]),
        "new_learners": learners if part == NEW else None,
        "continuing_learners": learners if part == CONTINUING else None,
        "cost_per_learner": None if each is None else Amount(round(each / 1e6, 1), float(round(each))),
        "cost_of_source": paid,
    }
    return Line(cells)


def _offered_b05b(year: AnnexYear) -> Mapping[str, Quantity]:
    ratios = dict.fromkeys(("quantity", "times", "price", "ceiling"), RATIO)
    return {**dict.fromkeys(("order", "item", "measure", "norm"), WORDS), **ratios, "amount": NUMBER}


def _fill_b05b(year: AnnexYear, layout: FormLayout) -> Body:
    lines = []
    for id, row in year.classes.iterrows():
        program = year.programs[str(id)]
        items = [item for item in year.plan.tables.cost_items if item.program in (None, program.id)]
        if program.class_size is None or not items or row["new_classes"] + row["continuing_classes"] == 0:
            continue
        below = number_lines(_item_line(year, item, program) for item in items)
        whole = add_up([line.cells["amount"] for line in below])  # type: ignore[misc]
        said = program.cost_per_class_year + program.class_size * program.cost_per_learner_year
        each = whole / program.class_size if isinstance(whole, float) else None
        after = {
            "annex.itemized_learner": each,
            "annex.said_class": said,
            "annex.said_learner": said / program.class_size,
        }
        lines.append(Line({"item": year.label("programs", program.id)}, below, True))
        lines += [
            Line({"item": say(key, year.language), "amount": None if value is None else float(round(value))})
            for key, value in after.items()
        ]
    return Body(lines, total=False, notes=["annex.note_items"])


def _item_line(year: AnnexYear, item: CostItem, program: Program) -> Line:
    times = times_of(item, program)
    cells: Cells = {
        "item": year.label("cost_items", item.id),
        "measure": term("item_measure", item.per, year.language),
        "quantity": item.quantity,
        "times": times,
        "price": item.price_vnd,
        "amount": None if times is None else float(round(item.quantity * times * item.price_vnd)),
        "ceiling": item.ceiling_vnd,
        "norm": item.norm,
    }
    return Line(cells)


def times_of(item: CostItem, program: Program) -> float | None:
    """How often a class of a program needs an item; None where its days, or its people, are not said."""
    size, days = program.class_size, program.days
    of_days = {"day": days, "session": days and HALF_DAYS * days, "learner_day": days and size and days * size}
    return {"class": 1.0, "learner": size, **of_days}[item.per]


def _offered_b05c(year: AnnexYear) -> Mapping[str, Quantity]:
    return {**dict.fromkeys(("order", "indicator", "measure"), WORDS), "planned": RATIO}


def _fill_b05c(year: AnnexYear, layout: FormLayout) -> Body:
    lines = []
    for key, abroad in (("home", False), ("abroad", True)):
        programs = [id for id in year.classes.index if year.is_named(id, layout) == abroad]
        paid = {id: year.paid(id, (NEW, CONTINUING), layout.sources) for id in programs}
        rows = year.classes.loc[[id for id in programs if paid[id]]]
        if not len(rows):
            continue
        values: dict[str, OfficeCell] = {
            **({} if abroad else {"classes": float(rows["new_classes"].sum() + rows["continuing_classes"].sum())}),
            "new_learners": float(rows["new"].sum()),
            "continuing_learners": float(rows["before"].sum()),
            "cost": add_up([amount for amounts in paid.values() for amount in amounts.values()]),
        }
        below = [
            Line(
                {
                    "indicator": say(f"annex.{name}", year.language),
                    "measure": say(f"annex.in_{name}", year.language),
                    "planned": value,
                }
            )
            for name, value in values.items()
        ]
        lines.append(Line({"indicator": say(f"annex.{key}", year.language)}, number_lines(below), True))
    return Body(number_lines(lines, roman_numeral), total=False)


# --- B06: units


def _offered_b06(year: AnnexYear) -> Mapping[str, Quantity]:
    words = dict.fromkeys(("order", "unit"), WORDS)
    of_content = replace(year.by_content, estimated="closed_units" if year.is_closed else "")
    return {**words, "learners_of_content": of_content, "cost_of_source": year.by_source}


def _fill_b06(year: AnnexYear, layout: FormLayout) -> Body:
    if not year.plan.tables.units:
        return Body([])
    learners, amounts = learners_by(year.units, "unit"), year.amounts.by_unit
    lines = [
        (
            _bloc(year, unit.bloc),
            Line(
                {
                    "unit": year.plan.label("units", unit.id, year.language),
                    "learners_of_content": learners.get(unit.id, {}),
                    "cost_of_source": amounts.get(unit.id, {}),
                }
            ),
        )
        for unit in year.plan.tables.units
    ]
    body = in_sections(lines, "unit", str)
    rest = {
        program: people - sum(of_unit.get(program, 0.0) for of_unit in learners.values())
        for program, people in year.classes["new"].items()
    }
    if NOBODY in amounts or any(rest.values()):
        cells: Cells = {
            "unit": say("annex.nobody", year.language),
            "learners_of_content": {program: people for program, people in rest.items() if people},
            "cost_of_source": amounts.get(NOBODY, {}),
        }
        body.append(Line(cells, strong=True))
    return Body(body)


# --- B10: abroad


def _offered_b10(year: AnnexYear) -> Mapping[str, Quantity]:
    words = dict.fromkeys(("order", "program", "content"), WORDS)
    return {**words, "new_learners": NUMBER, "cost_of_source": year.by_source}


def _fill_b10(year: AnnexYear, layout: FormLayout) -> Body:
    lines = [
        Line(
            {
                "program": year.label("programs", id),
                "content": year.code_label(year.code(id), layout),
                "new_learners": float(row["new"]),
                "cost_of_source": year.paid(id, (NEW, CONTINUING)),
            }
        )
        for id, row in year.classes.iterrows()
        if year.is_named(id, layout)
    ]
    return Body(number_lines(lines))


ANNEXES: Mapping[str, Annex[AnnexYear]] = {
    "b03": Annex("group", _offered_b03, _fill_b03),
    "b04": Annex("program", _offered_b04, _fill_b04),
    "b04_calendar": Annex("program", _offered_calendar, _fill_calendar),
    "b05a": Annex("program", _offered_b05a, _fill_b05a),
    "b05b": Annex("item", _offered_b05b, _fill_b05b),
    "b05c": Annex("indicator", _offered_b05c, _fill_b05c, ("sources", "contents")),
    "b06": Annex("unit", _offered_b06, _fill_b06),
    "b10": Annex("program", _offered_b10, _fill_b10, ("contents",)),
}
