"""Tables of one scenario's results: verdicts, classes and money."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from trainplan.report.tables.columns import Column, build_table, grouping, result_columns, text_cells
from trainplan.results.quote import SEVERAL, quote_numbers
from trainplan.results.registry import Stem
from trainplan.results.tables import Results
from trainplan.results.verdicts import missed_level
from trainplan.text.catalog import say
from trainplan.text.formats import number, percent
from trainplan.text.shown import Quoted, join_shown

COURSES: dict[Stem, dict[str, str]] = {  # what is added up over programs, and how it is shown
    "classes": {"new_learners": "people", "new_classes": "people"},
    "cost": {"required_vnd": "VND", "funded_vnd": "VND"},
}


def verdicts(results: Results, language: str) -> pd.DataFrame:
    """A row an objective, as of its due year.

    Columns: objective, due, what is asked and reached (a share, with the people that it is; people of a count), people
    missing, verdict and, where anything is missing, the largest part of it, the best coverage that can be reached, and
    the last year in which a start is in time.
    """
    plan, rows = results.plan, results.quote_table("verdicts")
    missed = [missed_level(row) for row in results["verdicts"].to_dict("records")]
    asked, reached = [], []
    for objective, (_, row), level in zip(plan.tables.objectives, rows.iterrows(), missed, strict=True):
        counted, people = objective.kind == "count", number(row["reached"], language)
        share = percent(row["coverage"], language, missed=level)
        asked.append(number(row["asked"], language) if counted else percent(row["asked"], language))
        reached.append(people if counted else join_shown([share, " (", people, ")"]))
    best = [percent(share, language, missed=level) for share, level in zip(rows["best_reachable"], missed, strict=True)]
    columns = [
        *result_columns(plan, "verdicts", "objective", "due"),
        *(Column("asked"), Column("reached", unit="people")),
        *result_columns(plan, "verdicts", "gap", "verdict"),
    ]
    if (rows["binds"] != "").any():
        columns += result_columns(plan, "verdicts", "binds")
        columns += [Column("best_reachable"), *result_columns(plan, "verdicts", "latest_start")]
    cells = {"asked": asked, "reached": reached, "best_reachable": best}
    rows = rows.assign(**{name: text_cells(rows, own) for name, own in cells.items()})
    return build_table(rows, columns, language)


def classes(results: Results, language: str) -> pd.DataFrame:
    """A row a program that anybody enters, a column a year: new learners, the classes that they fill in brackets.

    Programs of one content stand together under it, unless all have the same.
    """
    rows = results["classes"]
    held = rows.groupby("program")["new_learners"].sum()
    rows = quote_numbers("classes", rows[rows["program"].isin(held[held > 0].index)])
    cells = [
        "" if n == 0 else join_shown([number(n, language), *([" (", number(c, language), ")"] if c else [])])
        for n, c in zip(rows["new_learners"], rows["new_classes"], strict=True)
    ]
    rows = rows.assign(cell=text_cells(rows, cells), year=rows["year"].astype(str))
    wide = rows.pivot(index="program", columns="year", values="cell")
    contents = {row.id: row.content for row in results.plan.tables.programs if row.id in wide.index}
    places = list(dict.fromkeys(contents.values()))
    wide = wide.loc[sorted(contents, key=lambda id: places.index(contents[id]))].reset_index()
    groups = wide["program"].map(contents).rename("content")
    columns = [*result_columns(results.plan, "classes", "program"), *map(Column, wide.columns[1:])]
    return build_table(wide.assign(content=groups), [*grouping(groups), *columns], language)


def courses_by_content(results: Results, language: str) -> pd.DataFrame:
    """A row a content of programs and one of totals, over all years: new learners, new classes, money; none where all
    programs have the same.
    """
    return _courses_by("content", results, language)


def courses_by_place(results: Results, language: str) -> pd.DataFrame:
    """A row a place of programs and one of totals, over all years: new learners, new classes, money; none where all
    programs have the same.
    """
    return _courses_by("place", results, language)


def _courses_by(code: str, results: Results, language: str) -> pd.DataFrame:
    """What programs of each content or place come to."""
    codes = pd.Series({row.id: getattr(row, code) for row in results.plan.tables.programs}, name=code)
    columns = grouping(codes)
    rows = [{code: one, **_sum_courses(results, codes.index[codes == one])} for one in codes.unique() if columns]
    if rows:
        rows.append({code: say("word.total", language), **_sum_courses(results)})
    numbers = [Column(name, unit) for names in COURSES.values() for name, unit in names.items()]
    return build_table(rows, [*columns, *numbers], language)


def _sum_courses(results: Results, programs: Sequence[str] = ()) -> dict[str, Quoted]:
    """What some programs, or all of them, come to over all years."""
    sums: dict[str, Quoted] = {}
    for stem, names in COURSES.items():
        table = results[stem]
        own = table[table["program"].isin(programs)] if len(programs) else table
        at = {"program": SEVERAL.join(programs)} if len(programs) else {}
        sums |= {name: results.quote(stem, name, own[name].sum(), **at) for name in names}
    return sums


def budget(results: Results, language: str) -> pd.DataFrame:
    """A row a year and, of several years, one of totals: money required, ceiling, funded and lacking, in billions.

    Without ceilings what is required alone; nothing where no money is.
    """
    if not results.requirement_vnd and not results.funded_vnd:
        return pd.DataFrame()
    yearly, whole = (
        frame.query("source == 'total'") for frame in (results.quote_table("budget"), results.over_years("budget"))
    )
    limited = ("ceiling_vnd", "funded_vnd", "lacking_vnd") if results.plan.has_ceilings else ()
    amounts = ("required_vnd", *limited)
    columns = result_columns(results.plan, "budget", "year", *amounts)
    if len(yearly) > 1:
        yearly = pd.concat([yearly, whole.assign(year=say("word.total", language))], ignore_index=True)
    return build_table(yearly, columns, language)


def commitments(results: Results, language: str) -> pd.DataFrame:
    """What courses under way cost after the last year: a row a program and year, in billions."""
    rows = quote_numbers(
        "commitments", results["commitments"].groupby(["program", "year"], as_index=False)["vnd"].sum()
    )
    columns = [
        *result_columns(results.plan, "commitments", "program", "year"),
        Column("commitments_vnd", "VND"),
    ]
    return build_table(rows.rename(columns={"vnd": "commitments_vnd"}), columns, language)
