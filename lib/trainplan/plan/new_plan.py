"""A new plan: from nothing, with rows that are plainly examples, or like another one, whose decision it leaves behind.

What is made here are files; nothing is written. `check` accepts a plan made from nothing, whatever its years.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML

from trainplan.plan.plan_files import PLAN, PlanFiles
from trainplan.plan.reading import RawTable
from trainplan.plan.schema import TABLES
from trainplan.text.catalog import LANGUAGES, say
from trainplan.text.letters import plain_name

INDEX = "cpi"
BESIDE = "."  # where plan.yaml says that the tables are
HEADCOUNT = 1000  # of the group that is an example
CHOICE_LEVERS = {"allocation": "rule", "pacing": "rule", "ambition": "targets"}  # choice -> group of the lever
MOST_PEOPLE = 5  # times the head-count that its lever reaches
MONEY = 5_000_000_000  # the high end of the lever of money, VND a year
OPTIONAL = ("as_of", "decided_from", "status", "owner", "contact", "decision", "uncertain")  # keys of plan.yaml

Cells = dict[str, Any]


@dataclass(frozen=True)
class NewTarget:
    """A share of a group that is to hold a qualification by the end of a year of the plan; shares are 0…1."""

    group: str  # the group by its name
    name: str
    baseline: float
    target: float
    due: int


def new_plan(
    years: range,
    title: str = "",
    groups: Sequence[tuple[str, float]] = (),
    targets: Sequence[NewTarget] = (),
) -> PlanFiles:
    """The files of a plan for the `years`, its tables beside plan.yaml.

    `groups` are Vietnamese names and head-counts; where there are no groups, or no targets, there is one as an example.
    A course and a source are always examples. Of the tables there are those that every plan needs.
    """
    group_rows = [_group(name, headcount) for name, headcount in groups] or [_group("", HEADCOUNT)]
    _number_alike(group_rows)
    ids = {row["name_vi"]: row["id"] for row in group_rows}
    objectives = [_objective(ids[target.group], target) for target in targets]
    objectives = objectives or [_example_objective(group_rows[0]["id"], years[-1])]
    _number_alike(objectives)
    rows = {
        "groups": group_rows,
        "objectives": objectives,
        "programs": [_program()],
        "routes": [{"objective": row["id"], "program": "example_course", "share": 1} for row in objectives],
        "sources": [_example_row("example_source", "source")],
        "funding": [{"program": "example_course", "source": "example_source", "share": 1, **basis_of("example")}],
        "prices": [{"index": INDEX, "year": y, "value": 1, **basis_of("example")} for y in years],
    }
    tables = {name: new_table(name, table_rows) for name, table_rows in rows.items()}
    names = title or {language: new_title(years, language) for language in LANGUAGES}
    choices = {
        **{"name": names, "first": years[0], "last": years[-1], "data": BESIDE, "ambition": "mid", "pacing": "linear"},
        **{"allocation": "priority", "price_base_year": years[0], "language": "vi"},
    }
    return PlanFiles(tables, {PLAN: plan_text({**choices, "levers": _levers()}, _levers_of_data(group_rows))})


def new_title(years: range, language: str) -> str:
    """What a plan is called by its years alone, in `vi` or `en`."""
    return say(
        "new.title" if len(years) > 1 else "new.title_one_year", language, first=str(years[0]), last=str(years[-1])
    )


def basis_of(kind: str) -> Cells:
    """The cells `basis` and `basis_vi` of an assumption: `example`, `stated` or `taken_over`."""
    return {"basis": f"assumption: {say(f'new.basis.{kind}', 'en')}", "basis_vi": say(f"new.basis.{kind}", "vi")}


def new_table(name: str, rows: Sequence[Mapping[str, Any]]) -> RawTable:
    """A table with the columns of the schema, of short names if there are any."""
    columns = [c for c in TABLES[name].columns if not c.startswith("short_") or any(row.get(c) for row in rows)]
    cells = [{column: row.get(column, "") for column in columns} for row in rows]
    return RawTable(f"{name}.csv", columns, cells, list(range(2, len(cells) + 2)))


def plan_text(choices: Mapping[str, Any], more_levers: Sequence[Cells] = ()) -> str:
    """plan.yaml with these choices, a comment in both languages above each; optional ones without a value as comments.

    `more_levers` are comments, too. To put one of these to use is to take away the first letter, `#`, of its lines.
    """
    lines = []
    for key in [*(key for key, value in choices.items() if value and key not in OPTIONAL), *OPTIONAL]:
        if key != "last":
            lines += _comments(f"new.file.{key}")
        if choices.get(key):
            lines += yaml_text({key: choices[key]}).splitlines()
        else:
            lines += _comment_out(yaml_text({key: _example(key, choices)}))
        if key == "levers" and more_levers:
            lines += [*_comments("new.file.more_levers"), *_comment_out(yaml_text(more_levers))]
    return "\n".join(lines) + "\n"


def _comments(key: str) -> list[str]:
    """A text in each language, as lines of a YAML file that are not read."""
    return [f"# {say(key, language)}" for language in LANGUAGES]


def _comment_out(text: str) -> list[str]:
    return [f"#{line}" for line in text.splitlines()]


def yaml_text(content: Mapping[str, Any] | Sequence[Any]) -> str:
    """A map or a list as YAML in its order, one line a key or an item."""
    text = io.StringIO()
    writer: Any = YAML(typ="safe", pure=True)
    writer.default_flow_style, writer.allow_unicode, writer.sort_base_mapping_type_on_output = False, True, False
    writer.width = 10_000
    writer.dump(content, text)
    return text.getvalue()


def in_languages(key: str, **values: Any) -> dict[str, str]:
    """The text of a key in both languages, for a file."""
    return {language: say(key, language, **values) for language in LANGUAGES}


def _example_row(id: str, kind: str) -> Cells:
    """A row that is an example."""
    names = {f"name_{language}": say(f"new.example.{kind}", language) for language in LANGUAGES}
    return {"id": id, **names, **basis_of("example")}


def _group(name: str, headcount: float) -> Cells:
    known = {"headcount": f"{headcount:.15g}", "growth": 0, "leave_rate": 0.05}
    if not name:
        return {**_example_row("example_group", "group"), **known}
    return {"id": plain_name(name) or "group", "name_vi": name, **known, **basis_of("stated")}


def _objective(group: str, target: NewTarget) -> Cells:
    names = {"id": plain_name(target.name) or "target", "name_vi": target.name}
    numbers = {"baseline": f"{target.baseline:.15g}", "target_low": f"{target.target:.15g}", "due": target.due}
    asked = {"kind": "attainment", "priority": 1, "weight": 1, **basis_of("stated")}
    return {"group": group, **names, **numbers, **asked}


def _example_objective(group: str, last: int) -> Cells:
    numbers = {"baseline": 0.6, "target_low": 0.7, "target_high": 0.9, "entry_share": 0.6, "lapse_rate": 0.01}
    asked = {"kind": "attainment", "due": last, "priority": 1, "weight": 1}
    return {**_example_row("example_target", "target"), "group": group, **numbers, **asked}


def _program() -> Cells:
    held = {"years": 1, "completion_rate": 0.95, "class_size": 40, "capacity": 400, "price_index": INDEX}
    cost = {"cost_per_learner_year": 1_500_000, "cost_per_class_year": 20_000_000}
    return {**_example_row("example_course", "course"), **held, **cost}


def _number_alike(rows: Sequence[Cells]) -> None:
    """Gives rows of one id numbers from the second on."""
    seen: dict[str, int] = {}
    for row in rows:
        id = row["id"]
        seen[id] = seen.get(id, 0) + 1
        while seen[id] > 1 and f"{id}_{seen[id]}" in seen:
            seen[id] += 1
        if seen[id] > 1:
            row["id"] = f"{id}_{seen[id]}"
            seen[row["id"]] = 1


def _lever(id: str, group: str, unit: str, address: str, label: Mapping[str, str]) -> Cells:
    return {"id": id, "address": address, "label": dict(label), "group": group, "unit": unit}


def _levers() -> list[Cells]:
    """Levers that name no row of a table, so that they hold whatever is written in place of the examples."""
    people = _lever("headcount", "people", "times", "groups.*.headcount", in_languages("new.lever.headcounts"))
    choices = CHOICE_LEVERS.items()
    return [
        *(_lever(choice, group, "choice", choice, in_languages(f"new.lever.{choice}")) for choice, group in choices),
        {**people, "change": "scale", "low": 0.5, "high": 1.5, "step": 0.05},
    ]


def _levers_of_data(groups: Sequence[Cells]) -> list[Cells]:
    """Levers of one ceiling for all years, and of the people of each group: they name rows, which may change."""
    money = _lever("money", "money", "bn", "ceilings.{year}/total.ceiling_vnd", in_languages("new.lever.money"))
    levers = [{**money, "low": 0, "high": MONEY, "step": MONEY // 100}]
    for row in groups:
        named = {la: say("new.lever.headcount", la, name=row.get(f"name_{la}", row["name_vi"])) for la in LANGUAGES}
        people = _lever(f"headcount_{row['id']}", "people", "people", f"groups.{row['id']}.headcount", named)
        levers.append({**people, "low": 0, "high": max(10, int(float(row["headcount"]) * MOST_PEOPLE)), "step": 10})
    return levers


def _example(key: str, choices: Mapping[str, Any]) -> Any:
    """What an optional key of plan.yaml may hold."""
    if key == "uncertain":
        name, reason = in_languages("new.lever.leave_rate"), in_languages("new.basis.example")
        shape = {"form": "scale", "distribution": "triangular", "low": 0.8, "mode": 1, "high": 1.3}
        return [{"address": "groups.*.leave_rate", **shape, "name": name, "reason": reason}]
    if key == "as_of":
        return f"{int(choices['first']) - 1}-12-31"
    return {"decided_from": choices["first"], "status": "draft"}.get(key, "…")
