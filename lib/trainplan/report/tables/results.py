"""Tables of one scenario's results: verdicts, classes and money."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from trainplan.report.tables.columns import Column, build_table, grouping, result_columns, text_cells
from trainplan.results.quote import SEVERAL, quote_numbers
from trainplan.results.registry import Stem
from trainplan.results.tables import Results
from trainplan.results.verdicts import missed_level
from trainplan.text.catalog import say, term
from trainplan.text.formats import NOTHING, number, percent, year_span
from trainplan.text.shown import Quoted, join_shown, keep_address

A_LITTLE = 5e5  # VND: less is no money on a page
WEAK = "▽"  # marks classes less than half full
MANY_YEARS, FEW_YEARS = 10, 5  # of more years than that a row of money spans as many as these
COURSES: dict[Stem, dict[str, str]] = {  # what is added up over programs, and how it is shown
    "classes": {"new_learners": "people", "new_classes": "people"},
    "cost": {"required_vnd": "VND", "funded_vnd": "VND"},
}


def verdicts(results: Results, language: str) -> pd.DataFrame:
    """A row an objective, as of its due year.

    Columns: objective, its section in the decision if any has one, due, what is asked and reached (a share, with the
    people that it is; people of a count), people missing, verdict and, where anything is missing, the largest part of
    it, the best coverage that can be reached, and the last year in which a start is in time.
    """
    plan, rows = results.plan, results.quote_table("verdicts")
    missed = [missed_level(row) for row in results["verdicts"].to_dict("records")]
    asked, reached, best = [], [], []
    for objective, (_, row), level in zip(plan.tables.objectives, rows.iterrows(), missed, strict=True):
        people = number(row["reached"], language)
        if objective.kind == "count":
            asked.append(_people(row["asked"], language))
            reached.append(people)
            best.append(_people(row["best_reachable"].told_as(row["best_reachable"] * row["target"]), language))
        else:
            share, most = (percent(row[name], language, missed=level) for name in ("coverage", "best_reachable"))
            asked.append(percent(row["asked"], language))
            reached.append(join_shown([share, " (", people, ")"]))
            best.append(most)
    sections = [row.clause for row in plan.tables.objectives]
    columns = [
        *result_columns(plan, "verdicts", "objective"),
        *([Column("section")] if any(sections) else []),
        *result_columns(plan, "verdicts", "due"),
        *(Column("asked"), Column("reached", unit="people")),
        *result_columns(plan, "verdicts", "gap", "verdict"),
    ]
    if (rows["binds"] != "").any():
        columns += [Column("binds", lambda limit, language: term("limit", limit, language) if limit else NOTHING)]
        columns += [Column("best_reachable"), *result_columns(plan, "verdicts", "latest_start")]
    cells = {"asked": asked, "reached": reached, "best_reachable": best}
    rows = rows.assign(**{name: text_cells(rows, own) for name, own in cells.items()}, section=sections)
    return build_table(rows, columns, language)


@keep_address
def _people(count: float, language: str) -> str:
    return NOTHING if math.isnan(count) else f"{number(count, language)} {say('unit.people', language)}"


def classes(results: Results, language: str) -> pd.DataFrame:
    """A row a program that anybody enters, a column a year: new learners, the classes that they fill in brackets.

    Classes less than half full are marked.

    Programs of one content stand together under it, unless all have the same.
    """
    rows = results["classes"]
    held = rows.groupby("program")["new_learners"].sum()
    rows = quote_numbers("classes", rows[rows["program"].isin(held[held > 0].index)])
    weak = {*results.weak_classes[["year", "program"]].itertuples(index=False, name=None)}
    cells = [
        ""
        if n == 0
        else join_shown(
            [
                number(n, language),
                *([" (", number(c, language), ")"] if c else []),
                *([f" {WEAK}"] if (year, program) in weak else []),
            ]
        )
        for n, c, year, program in rows[["new_learners", "new_classes", "year", "program"]].itertuples(index=False)
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
    """A row a year, of several one of totals: money required, ceiling, funded, lacking, over, unspent, in millions.

    Of more than ten years a row is a span of five. Without ceilings what is required alone; nothing where no money is.
    """
    if not results.requirement_vnd and not results.funded_vnd:
        return pd.DataFrame()
    limited = ("ceiling_vnd", "funded_vnd", "lacking_vnd", "over_vnd", "unspent_vnd")
    amounts = ("required_vnd", *(limited if results.plan.has_ceilings else ()))
    rows, years = results["budget"].query("source == 'total'"), results.plan.years
    step = FEW_YEARS if len(years) > MANY_YEARS else 1
    spans = [years[k : k + step] for k in range(0, len(years), step)]
    if len(years) > 1:
        spans.append(years)
    made = [_sum_budget(results, rows[rows["year"].isin(span)], amounts) for span in spans]
    names = [year_span(span[0], span[-1]) for span in spans]
    if len(years) > 1:
        names[-1] = say("word.total", language)
    shown = [one for one in amounts if one in amounts[:4] or any(row[one] >= A_LITTLE for row in made)]
    columns = [Column("year"), *(Column(name, "million VND") for name in shown)]
    return build_table([{"year": name, **row} for name, row in zip(names, made, strict=True)], columns, language)


def _sum_budget(results: Results, rows: pd.DataFrame, amounts: Sequence[str]) -> dict[str, Quoted]:
    """What the money of some years comes to; no number where a year has none."""
    every = len(rows) == len(results.plan.years) > 1
    at = {} if every else {"year": SEVERAL.join(map(str, rows["year"]))}
    return {
        name: results.quote("budget", name, rows[name].sum(min_count=len(rows)), source="total", **at)
        for name in amounts
    }


def cost_by_source(results: Results, language: str) -> pd.DataFrame:
    """A row a program that costs anything and one of totals, a column a source and one of all: funded, in millions."""
    plan, rows = results.plan, results["cost"]
    paid = rows[rows["funded_vnd"] >= A_LITTLE]
    programs, sources = (
        [row.id for row in table if row.id in set(paid[key])]
        for table, key in ((plan.tables.programs, "program"), (plan.tables.sources, "source"))
    )
    sums = [
        {
            _paid_by(source): _sum_cost(results, program, source)
            for source in [*sources, *([""] if len(sources) > 1 else [])]
        }
        for program in [*programs, *([""] if len(programs) > 1 else [])]
    ]
    total = say("word.total", language)
    names = [plan.label("programs", program, language) for program in programs] + [total]
    frame = build_table(
        [{"program": name, **row} for name, row in zip(names, sums, strict=False)],
        [Column("program"), *(Column(key, "million VND") for key in (sums[0] if sums else ()))],
        language,
    )
    headings = {_paid_by(id): plan.short_label("sources", id, language) for id in sources}
    return frame.rename(columns=headings | {_paid_by(""): total})


def _paid_by(source: str) -> str:
    """The key of a source's column, or of that of all: no id alone, as one may be called as another column is."""
    return f"source:{source}"


def _sum_cost(results: Results, program: str, source: str) -> float:
    """What is funded of a program from a source over all years; of all of either where none is named.

    No number where the source pays for no such program.
    """
    rows, at = results["cost"], {key: id for key, id in (("program", program), ("source", source)) if id}
    for key, id in at.items():
        rows = rows[rows[key] == id]
    return results.quote("cost", "funded_vnd", rows["funded_vnd"].sum(), **at) if len(rows) else math.nan


def commitments(results: Results, language: str) -> pd.DataFrame:
    """What courses under way cost after the last year: a row a program and year, in millions."""
    rows = quote_numbers(
        "commitments", results["commitments"].groupby(["program", "year"], as_index=False)["vnd"].sum()
    )
    columns = [
        *result_columns(results.plan, "commitments", "program", "year"),
        Column("commitments_vnd", "million VND"),
    ]
    return build_table(rows.rename(columns={"vnd": "commitments_vnd"}), columns, language)
