"""One word, one meaning: identifiers and catalogs against docs/vocabulary.md; and a docstring for everything public."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

import trainplan
from trainplan.text.catalog import texts

PACKAGE = Path(trainplan.__file__).parent
DOCS = Path(__file__).parents[1] / "docs"
VOCABULARY, METHOD = ((DOCS / name).read_text("utf-8") for name in ("vocabulary.md", "method.md"))
FILES = sorted(PACKAGE.rglob("*.py"))

FIELD_TERMS = """
budget classes commitments completions cost coverage enrollment groups headcount headline history joiners leavers
population probabilities quantile quantiles ranges relaxations rules scenarios survival verdict verdicts warnings
workforce
"""
ARITHMETIC = "ceil floor divide total"
FORMATS = "number percent billions vnd day"  # how a number is written
CATALOG = "texts say term both refuse"
DECLARATIONS = "rule column"  # decorators and fields, read where they stand
COMMANDS = "attribute compare compute sensitivity show simulate uncertainty"  # what the library does, by one verb each
ONE_WORD = set(" ".join([FIELD_TERMS, ARITHMETIC, FORMATS, CATALOG, DECLARATIONS, COMMANDS]).split())

QUANTITIES = {"needed", "funded", "completed", "reached"}  # of a run: what the tables call people
IRREGULAR = "told meant held made shown given drawn found kept taken begun sent said written spoken"
PARTICIPLES = re.compile("|".join([".{3,}ed", *IRREGULAR.split()]))
OWN_BASES = {"NamedTuple", "BaseModel", "Row", "Exception", "RuntimeError"}  # which document no method of theirs
PARTS = (
    "report/forms/",
    "report/tables/",
    "report/sentences/",
    "report/parts",
)  # functions there are called as pages call the part


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def place_of(path: Path, name: str) -> str:
    return f"{path.relative_to(PACKAGE).with_suffix('').as_posix()}: {name}"


def table_rows(heading: str, columns: int, page: str = VOCABULARY) -> list[list[str]]:
    """The rows of the table on a page of docs whose first column has this heading."""
    after = page.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in after]
    assert all(len(row) == columns for row in rows), rows
    return rows


def definitions(path: Path) -> Iterator[str]:
    """The module, and every function, class and constant in it."""
    yield path.stem
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
    for node in tree_of(path).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def identifiers(path: Path) -> Iterator[str]:
    """Definitions, and every argument, attribute and variable."""
    yield from definitions(path)
    for node in ast.walk(tree_of(path)):
        name = getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "arg", None)
        if isinstance(name, str):
            yield name


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def retired_words() -> list[str]:
    """Where a retired word still stands."""
    rows = [(word.strip("`"), where) for word, _, where in table_rows("retired", 3)]
    anywhere = {word for word, where in rows if where}
    defined = {word for word, where in rows if not where}
    return [
        place_of(path, word)
        for path in FILES
        for word in sorted(anywhere & set(identifiers(path)) | defined & set(definitions(path)))
    ]


def bare_participles() -> list[str]:
    """Functions whose name says in what state something is, and not what they do or return."""
    return [
        place_of(path, node.name)
        for path in FILES
        for node in functions(path)
        if PARTICIPLES.fullmatch(node.name.strip("_")) and "_" not in node.name.strip("_")
        if node.name not in QUANTITIES
    ]


def one_word_functions() -> list[str]:
    """Public functions of a module with a name of one word that is no term of the field."""
    return [
        place_of(path, node.name)
        for path in FILES
        for node in tree_of(path).body
        if isinstance(node, ast.FunctionDef) and "_" not in node.name and node.name not in ONE_WORD
        if not place_of(path, "").startswith(PARTS) and "composed" not in map(ast.unparse, node.decorator_list)
    ]


def misnamed_arguments() -> list[str]:
    """`plan` that is an Arrays, `arrays` that is a Plan."""
    wrong = {("plan", "Arrays"), ("arrays", "Plan")}
    return [
        place_of(path, f"{node.name}({one.arg}: {one.annotation.id})")
        for path in FILES
        for node in functions(path)
        for one in [*node.args.args, *node.args.kwonlyargs]
        if isinstance(one.annotation, ast.Name) and (one.arg, one.annotation.id) in wrong
    ]


def undocumented() -> list[str]:
    """Public modules, classes and functions without a docstring, but for methods that a base class may document."""

    def within(node: ast.AST, path: Path, name: str, documented: bool = False) -> Iterator[str]:
        if not documented and not ast.get_docstring(node):  # type: ignore[arg-type]
            yield place_of(path, name)
        inherits = isinstance(node, ast.ClassDef) and bool({*map(ast.unparse, node.bases)} - OWN_BASES)
        for child in getattr(node, "body", []) if not isinstance(node, ast.FunctionDef) else []:
            if isinstance(child, ast.FunctionDef | ast.ClassDef) and not child.name.startswith("_"):
                yield from within(child, path, child.name, inherits)

    return [text for path in FILES for text in within(tree_of(path), path, path.stem)]


SHAPE = re.compile(r"\((?:[^()]*, )?(?:[YGOPKSHCAWVD](?:\+\w+)?|rows|owners|n|among)(?:, [^()]*)?,?\)|of any shape")


def shapeless() -> list[str]:
    """Public functions of the model that return arrays, and whose docstring does not say of what shape."""
    return [
        place_of(path, node.name)
        for path in FILES
        if room_of(path) == "model"
        for node in functions(path)
        if not node.name.startswith("_") and node.returns is not None
        if {"Array", "Mask", "Index"} & {n.id for n in ast.walk(node.returns) if isinstance(n, ast.Name)}
        if not SHAPE.search(" ".join((ast.get_docstring(node) or "").split()))
    ]


LEFT = {  # how many of each a room still has: a number may fall, never rise
    retired_words: {},
    bare_participles: {"desk": 2, "report": 5},
    one_word_functions: {"__main__": 1, "cli": 1, "desk": 7, "report": 8, "run": 1},
    misnamed_arguments: {},
    undocumented: {},
    shapeless: {},
}


@pytest.mark.parametrize("rule", LEFT, ids=lambda rule: rule.__name__)
def test_names_and_docstrings_keep_the_rule(rule: Callable[[], list[str]]) -> None:
    found = rule()
    allowed = LEFT[rule]
    rooms = Counter(place.split("/")[0].split(":")[0] for place in found)
    too_many = [place for place in found if rooms[room := place.split("/")[0].split(":")[0]] > allowed.get(room, 0)]
    assert not too_many, f"{rule.__doc__}\n" + "\n".join(too_many)


def test_the_rules_find_what_they_look_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "words.py").write_text(
        "class Bench:\n    def told(self, plan: Arrays) -> Array:\n        old_say(1)\n\n\ndef frobnicate(): ...\n"
    )
    module = sys.modules[__name__]
    monkeypatch.setattr(module, "PACKAGE", tmp_path)
    monkeypatch.setattr(module, "FILES", [tmp_path / "model" / "words.py"])
    assert [place.split(": ")[1] for place in retired_words()] == ["Bench", "old_say", "told", "words"]
    assert bare_participles() == ["model/words: told"]
    assert one_word_functions() == ["model/words: frobnicate"]
    assert misnamed_arguments() == ["model/words: told(plan: Arrays)"]
    assert len(undocumented()) == 4 and shapeless() == ["model/words: told"]


def test_terms_are_the_office_words_of_the_catalog() -> None:
    rows = table_rows("term", 5)
    assert len({term for term, *_ in rows}) == len(rows)
    for term, _, _, word, key in rows:
        assert bool(word) == bool(key), term
        if key:
            assert texts("vi")[key.strip("`")] == (word,), term


def is_in_code(path: str) -> bool:
    """Whether `room.module.name`, or `room.module.Class.field`, is there to be imported."""
    room, module, name, *field = path.split(".")
    thing = getattr(import_module(f"trainplan.{room}.{module}"), name, None)
    if not field:
        return thing is not None
    annotations = {one for base in getattr(thing, "__mro__", ()) for one in getattr(base, "__annotations__", {})}
    return hasattr(thing, field[0]) or field[0] in annotations


def test_what_is_looked_for_in_the_code_can_be_gone() -> None:
    assert is_in_code("model.gap.Gap.coverage") and is_in_code("model.gap.measure_gap")
    assert not is_in_code("model.gap.Gap.gone") and not is_in_code("model.gap.gone")


@pytest.mark.parametrize(
    ("term", "cell"),
    [(row[0], row[2]) for row in table_rows("term", 5)] + [(row[1], row[2]) for row in table_rows("symbol", 3, METHOD)],
)
def test_a_term_is_where_the_docs_say_in_the_code(term: str, cell: str) -> None:
    places = re.findall(r"`([^`]+)`", cell)
    assert places, "every term says where it is"
    assert not [place for place in places if not is_in_code(place)]


SECTION = re.compile(r"(?:method\.md, |\()section (\d+)|method\.md, (\d+)(?:–(\d+))?")


def test_a_section_of_the_method_that_is_named_exists() -> None:
    sections = set(re.findall(r"^## (\d+)\. ", METHOD, re.MULTILINE))
    named = [(path, number) for path in FILES for found in SECTION.findall(path.read_text("utf-8")) for number in found]
    assert {"2", "3", "4", "5", "6", "7"} < {number for _, number in named}
    assert not [place_of(path, number) for path, number in named if number and number not in sections]


def test_what_is_retired_is_no_term() -> None:
    terms = {part.casefold() for term, *_ in table_rows("term", 5) for part in term.split(", ")}
    assert not terms & {word.strip("`").casefold() for word, *_ in table_rows("retired", 3)}
