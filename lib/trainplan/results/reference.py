"""The reference of every table, input and output, written from the declarations: docs/reference.md and .vi.md.

`python -m trainplan.results.reference` writes both anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from trainplan.plan.description import ColumnDescription, TableDescription, describe_input
from trainplan.plan.find import PROJECT
from trainplan.plan.heads import MOST_COLUMNS
from trainplan.plan.schema import LEAST, MOST_IDS, MOST_LETTERS, MOST_ROWS, MOST_YEARS, OR_TOTAL
from trainplan.results.registry import RESULTS, Column, ResultTable
from trainplan.text.catalog import LANGUAGES, say
from trainplan.text.formats import number

COMMAND = "python workbook.py python -m trainplan.results.reference"
RESULT_COLUMNS = ("column", "unit", "allowed", "over_years", "meaning")
INPUT_COLUMNS = ("column", "unit", "allowed", "empty", "meaning")


def reference_markdown(language: str) -> str:
    """The whole reference as Markdown."""
    lines = [
        f"# {say('reference.title', language)}",
        say("reference.made", language, command=COMMAND),
        f"## {say('reference.inputs', language)}",
        say("reference.inputs_about", language, **_limits(language)),
        *(text for table in describe_input(language) for text in input_section(table, language)),
        f"## {say('reference.results', language)}",
        say("reference.results_about", language),
        *(text for table in RESULTS.values() for text in result_section(table, language)),
    ]
    return "\n\n".join(line for line in lines if line) + "\n"


def _limits(language: str) -> dict[str, str]:
    """How much a plan may hold, for people."""
    most = {"rows": MOST_ROWS, "ids": MOST_IDS, "columns": MOST_COLUMNS, **MOST_LETTERS, "years": MOST_YEARS}
    return {"least": number(LEAST, language, 9), **{key: number(value, language) for key, value in most.items()}}


def result_section(table: ResultTable, language: str) -> Iterator[str]:
    """Heading, meaning and columns of a result table."""
    yield f"### {table.file_name} – {table.title(language)}"
    keys = say("reference.keys", language, keys=", ".join(table.keys)) if table.keys else ""
    further = say(f"reference.by_{table.further}", language) if table.further else ""
    command = say(f"reference.command.{table.command}", language)
    yield " ".join(text for text in (table.meaning(language), keys, command, further) if text)
    rows = [
        (
            f"`{column.name}`",
            say(f"unit_name.{column.unit}", language),
            _numbers(column, language),
            say(f"over_years.{column.over_years}", language),
            table.column_meaning(column.name, language),
        )
        for column in table.columns
    ]
    yield markdown_table(RESULT_COLUMNS, rows, language)


def _numbers(column: Column, language: str) -> str:
    """What numbers a result column may hold, and whether one may be missing."""
    if not column.is_number:
        return ""
    sign = say("reference.signed" if column.signed else "reference.from_nothing", language)
    return f"{sign}; {say('reference.may_be_empty', language)}" if column.gaps else sign


def input_section(table: TableDescription, language: str) -> Iterator[str]:
    """Heading, meaning and columns of an input table."""
    yield f"### {table.name} – {table.label}"
    keys = ", ".join(column.name for column in table.columns if column.key)
    presence = say("reference.required" if table.required else "reference.optional", language)
    yield " ".join([table.about, say("reference.keys", language, keys=keys), presence])
    rows = [(f"`{c.name}`", c.unit, _allowed_values(c, language), c.empty, c.about) for c in table.columns]
    yield markdown_table(INPUT_COLUMNS, rows, language)


def _allowed_values(column: ColumnDescription, language: str) -> str:
    """What a cell may hold beyond its unit: bounds, the ids of another table, and whether it may be drawn."""
    table = column.refers.removesuffix(OR_TOTAL)
    reference = "reference.row_of" if table == column.refers else "reference.row_of_or_total"
    words = [
        column.bounds,
        say(reference, language, table=table) if table else "",
        say("reference.drawable", language) if column.drawable else "",
    ]
    return "; ".join(word for word in words if word)


def markdown_table(heads: Iterable[str], rows: Iterable[Iterable[str]], language: str) -> str:
    """A table in Markdown under heads by their keys; a bar within a cell is escaped."""
    named = [say(f"reference.{head}", language) for head in heads]
    lines = [named, ["---"] * len(named), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def reference_path(language: str) -> Path:
    """Where the reference of a language is kept."""
    return PROJECT / "docs" / ("reference.md" if language == "en" else f"reference.{language}.md")


def write_reference() -> None:
    """Writes the reference in every language."""
    for language in LANGUAGES:
        reference_path(language).write_text(reference_markdown(language), "utf-8", newline="\n")


if __name__ == "__main__":
    write_reference()
