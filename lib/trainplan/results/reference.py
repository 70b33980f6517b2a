"""The reference of every table, input and output, written from the declarations: docs/reference.md and .vi.md.

`python -m trainplan.results.reference` writes both anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import NoneType
from typing import Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from trainplan.plan.plan import PROJECT
from trainplan.plan.schema import TABLES, Table
from trainplan.results.registry import RESULTS, ResultTable
from trainplan.text.catalog import LANGUAGES, say, term, texts

COMMAND = "python workbook.py python -m trainplan.results.reference"
RESULT_COLUMNS = ("column", "unit", "over_years", "meaning")
INPUT_COLUMNS = ("column", "allowed", "empty", "meaning")


def reference(language: str) -> str:
    """The whole reference as Markdown."""
    lines = [
        f"# {say('reference.title', language)}",
        say("reference.made", language, command=COMMAND),
        f"## {say('reference.inputs', language)}",
        say("reference.inputs_about", language),
        *(text for table in TABLES.values() for text in input_section(table, language)),
        f"## {say('reference.results', language)}",
        say("reference.results_about", language),
        *(text for table in RESULTS.values() for text in result_section(table, language)),
    ]
    return "\n\n".join(line for line in lines if line) + "\n"


def result_section(table: ResultTable, language: str) -> Iterator[str]:
    """Heading, meaning and columns of a result table."""
    yield f"### {table.stem}.csv – {table.title(language)}"
    keys = ", ".join(table.keys)
    yield " ".join(
        [
            table.meaning(language),
            *([say("reference.keys", language, keys=keys)] if keys else []),
            say(f"reference.command.{table.command}", language),
            *([say("reference.by_scenario", language)] if table.by_scenario else []),
        ]
    )
    rows = [
        (
            f"`{column.name}`",
            say(f"unit_name.{column.unit}", language),
            say(f"over_years.{column.over_years}", language),
            table.column_meaning(column.name, language),
        )
        for column in table.columns
    ]
    yield markdown_table([say(f"reference.{name}", language) for name in RESULT_COLUMNS], rows)


def input_section(table: Table, language: str) -> Iterator[str]:
    """Heading, meaning and columns of an input table."""
    yield f"### {table.name} – {term('table', table.name, language)}"
    about = texts(language).get(f"about.table.{table.name}", ("",))[0]
    presence = say("reference.required" if table.required else "reference.optional", language)
    yield " ".join([*([about] if about else []), say("reference.keys", language, keys=", ".join(table.keys)), presence])
    rows = [
        (f"`{name}`", _allowed(table, name, field, language), _empty(field, language), _meaning(table, name, language))
        for name, field in table.record.model_fields.items()
    ]
    yield markdown_table([say(f"reference.{name}", language) for name in INPUT_COLUMNS], rows)


def _allowed(table: Table, name: str, field: FieldInfo, language: str) -> str:
    """The words or the table that a cell may name; empty for what has neither."""
    words = [word for kind in _kinds(field.annotation) if get_origin(kind) is Literal for word in get_args(kind)]
    if words:
        return say("reference.one_of", language, words=", ".join(f"`{word}`" for word in words))
    target = dict(table.refers).get(name)
    return say("reference.row_of", language, table=target) if target else ""


def _kinds(annotation: object) -> Iterable[object]:
    """The types of a union, or the one type."""
    return get_args(annotation) if get_origin(annotation) not in (None, Literal) else (annotation,)


def _empty(field: FieldInfo, language: str) -> str:
    may = not field.is_required() or NoneType in _kinds(field.annotation)
    return say("reference.may" if may else "reference.must", language)


def _meaning(table: Table, name: str, language: str) -> str:
    """What a column means: the table's own text, else that of every column of the name, else its label."""
    keys = (f"about.column.{table.name}.{name}", f"about.column.{name}", f"column.{name}")
    return next((texts(language)[key][0] for key in keys if key in texts(language)), "")


def markdown_table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown; a bar within a cell is escaped."""
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def reference_path(language: str) -> Path:
    """Where the reference of a language is kept."""
    return PROJECT / "docs" / ("reference.md" if language == "en" else f"reference.{language}.md")


def write_reference() -> None:
    """Writes the reference in every language."""
    for language in LANGUAGES:
        reference_path(language).write_text(reference(language), "utf-8", newline="\n")


if __name__ == "__main__":
    write_reference()
