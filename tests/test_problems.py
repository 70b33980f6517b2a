"""Codes of problems: each that the library raises is in the catalogs, each of the catalogs is raised, places agree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import trainplan
from trainplan.text.catalog import texts
from trainplan.text.problems import PlanError, Problem

PACKAGE = Path(trainplan.__file__).parent
CODE_AT = {"Problem": 1, "problem": 1, "refuse": 0, "nothing": 0, "code_of": 1}  # where a call has its code
VALIDATION = {  # kinds of error that are pydantic's own, raised where a record is made
    "missing",
    "extra_forbidden",
    "literal_error",
    "string_pattern_mismatch",
    "string_too_long",
    "string_too_short",
}
CODES = {key.removeprefix("problem."): forms for key, forms in texts("en").items() if key.startswith("problem.")}


def places(code: str) -> set[str]:
    return {name for form in CODES[code] for _, name, _, _ in Formatter().parse(form) if name}


def functions() -> Iterator[ast.AST]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield from (n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.FunctionDef))


def keys_of(node: ast.AST, function: ast.AST) -> set[str] | None:
    """The keys of a dictionary that is written out, in the call or as a name of the function; None for any other."""
    if isinstance(node, ast.Name):
        for line in ast.walk(function):
            if isinstance(line, ast.Assign):
                target, value = line.targets[0], line.value
                pairs = (
                    zip(target.elts, value.elts, strict=True)
                    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
                    else [(target, value)]
                )
                for name, given in pairs:
                    if isinstance(name, ast.Name) and name.id == node.id and isinstance(given, ast.Dict):
                        return keys_of(given, function)
        return None
    if not isinstance(node, ast.Dict):
        return None
    return {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}


def raised() -> Iterator[tuple[str, set[str] | None]]:
    """(code, names of its values) of every call that raises one, as far as the source spells them out."""
    for function in functions():
        for call in ast.walk(function):
            called = call.func if isinstance(call, ast.Call) else call
            name = getattr(called, "id", getattr(called, "attr", "")) if isinstance(call, ast.Call) else ""
            if name not in CODE_AT or len(call.args) <= CODE_AT[name]:
                continue
            at = call.args[CODE_AT[name]]
            codes = [at.body, at.orelse] if isinstance(at, ast.IfExp) else [at]
            values: set[str] | None = {word.arg for word in call.keywords if word.arg}
            for spread in (word.value for word in call.keywords if word.arg is None):
                values |= keys_of(spread, function) or set()
            if name == "Problem":
                found = [word.value for word in call.keywords if word.arg == "values"] + call.args[6:7]
                values = keys_of(found[0], function) if found else set()
            for code in codes:
                if isinstance(code, ast.Constant):
                    yield str(code.value), None if name == "code_of" else values


def test_what_is_raised_is_in_the_catalogs_with_the_same_places() -> None:
    found = list(raised())
    assert len(found) > 60
    for code, values in found:
        assert code in CODES, code
        if values is not None and not (code.startswith("change_key") and values > places(code)):
            assert values == places(code), code


def test_every_code_of_the_catalogs_is_raised_somewhere() -> None:
    sources = [path.read_text("utf-8") for path in PACKAGE.rglob("*.py")]
    spelled = {code for code in CODES if any(f'"{code}"' in source for source in sources)}
    assert set(CODES) - spelled - VALIDATION == set()


def test_the_message_names_place_value_and_nearest() -> None:
    text = str(PlanError([Problem("a.csv", "no_table", "x", "r", "c", "y", {"table": "t"}, 4)]))
    head, line = text.splitlines()
    assert head == "1 lỗi trong dữ liệu vào / 1 problem in the input:"
    assert line.startswith("  - a.csv, dòng / line 4 (r), cột / column c: 'x': không có bảng 't'. / there is no")
    assert line.endswith(" Gần nhất / Nearest: 'y'.")
    assert str(Problem("a.csv", "missing", line=3)).startswith("a.csv, dòng / line 3: ")
