"""The year plan in sentences: who is sent, from which blocs, what must end by when, and the money."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from trainplan.cycle.year_plan import CONTINUING, YearTables
from trainplan.model.gap import HALF_A_PERSON
from trainplan.report.sentences.money import kind_of_balance, say_balance
from trainplan.report.tables.results import A_LITTLE
from trainplan.results.quote import SEVERAL
from trainplan.text.catalog import say, term
from trainplan.text.formats import billions, due_day, month_and_year, number
from trainplan.text.shown import join_shown


def year_answer(year: YearTables, language: str) -> list[str]:
    """The year in a few sentences: turns, classes and money, the blocs, what must end by when, the balance of money."""
    parts = (year_turns, year_blocs, year_deadlines, year_money)
    return [sentence for part in parts for sentence in part(year, language)]


def year_turns(year: YearTables, language: str) -> list[str]:
    """How many are sent, in how many new classes, what the year costs, and what of that is for courses under way."""
    courses, estimate = year.of_year("classes"), year["estimate_of_year"]
    turns, classes, learners = (courses[name].sum() for name in ("new_learners", "new_classes", "learners"))
    money = year.of_year("budget").set_index("source").loc["total", "funded_vnd"]
    if turns < HALF_A_PERSON and learners < HALF_A_PERSON and money < A_LITTLE:
        return [say("sentence.year_nothing", language, year=year.year)]
    before = estimate[estimate["part"] == CONTINUING]["cost_vnd"].sum()
    quoted = year.quote("estimate_of_year", "cost_vnd", before, part=CONTINUING)
    tail = say("tail.of_which_continuing", language, amount=billions(quoted, language)) if before >= A_LITTLE else ""
    said = {
        "when": say(f"word.year_{'closed' if year.is_closed else 'open'}", language, year=year.year),
        "amount": billions(year.quote("budget", "funded_vnd", money, source="total"), language),
    }
    if turns < HALF_A_PERSON:
        people = number(year.quote("classes", "learners", learners), language)
        return [say("sentence.year_continuing", language, **said, learners=people)]
    return [
        say(
            "sentence.year_turns",
            language,
            **said,
            turns=number(year.quote("classes", "new_learners", turns), language),
            count=year.quote("classes", "new_classes", classes),
            tail=tail,
        )
    ]


def year_blocs(year: YearTables, language: str) -> list[str]:
    """How many each bloc sends, and how many nobody shares among units; nothing where there is one bloc or none."""
    rows = year.of_year("unit_plan")
    blocs = list(dict.fromkeys(rows["bloc"]))
    if len(blocs) < 2 or not rows["learners"].any():
        return []
    parts = []
    for bloc in blocs:
        own = rows[rows["bloc"] == bloc]
        units = SEVERAL.join(dict.fromkeys(own["unit"]))
        people = number(year.quote("unit_plan", "learners", own["learners"].sum(), unit=units), language)
        parts.append(join_shown([term("bloc", bloc, language), people], " "))
    sent = year.of_year("enrollment")
    others = sent[~sent["objective"].isin(set(rows["objective"]))]
    rest = year.quote(
        "enrollment", "funded", others["funded"].sum(), objective=SEVERAL.join(dict.fromkeys(others["objective"]))
    )
    tail = say("tail.of_no_unit", language, people=number(rest, language)) if rest >= HALF_A_PERSON else ""
    key = "sentence.year_blocs_estimated" if year.is_closed else "sentence.year_blocs"
    return [say(key, language, blocs=join_shown(parts, "; "), tail=tail)]


def year_deadlines(year: YearTables, language: str) -> list[str]:
    """For each date by which new classes must end, how many must; then those that open too late for it."""
    rows = year["classes_of_year"]
    rows = rows[(rows["deadline"] != "") & (rows["new_classes"] > 0)]
    said = []
    for due in sorted(set(rows["deadline"])):
        own = rows[rows["deadline"] == due]
        programs = SEVERAL.join(own["program"])
        count = year.quote("classes_of_year", "new_classes", own["new_classes"].sum(), program=programs)
        words = {"date": due_day(due, language), "programs": _names(year, own["program"], language)}
        said.append(say("sentence.year_deadline", language, count=count, **words))
    for row in rows[rows["ends"] > rows["deadline"]].to_dict("records"):
        ends = {"ends": month_and_year(row["ends"], language), "date": due_day(row["deadline"], language)}
        said.append(say("sentence.year_too_late", language, program=_names(year, [row["program"]], language), **ends))
    return said


def year_money(year: YearTables, language: str) -> list[str]:
    """What the year needs, what is found and what is not; nothing of a closed year, or of one that costs nothing."""
    rows = year.of_year("budget").set_index("source")
    if year.is_closed or not rows.loc["total", ["required_vnd", "funded_vnd"]].any():
        return []
    over = rows["over_vnd"]
    at = ["total"] if pd.notna(over["total"]) else [str(id) for id in over.index[over.notna()]]
    amounts = {
        name: year.quote("budget", f"{name}_vnd", rows.loc["total", f"{name}_vnd"], source="total")
        for name in ("required", "funded", "lacking")
    }
    amounts["over"] = year.quote("budget", "over_vnd", over[at].sum(), source=SEVERAL.join(at))
    limited = bool(rows["ceiling_vnd"].notna().any())
    kind = kind_of_balance(year.results, amounts, limited, abs(amounts["lacking"]) <= A_LITTLE)
    return [say_balance(kind, amounts, language)]


def _names(year: YearTables, programs: Sequence[str], language: str) -> str:
    return ", ".join(year.results.plan.label("programs", program, language) for program in programs)
