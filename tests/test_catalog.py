"""What people read: one catalog a language, with the same keys, places and plural forms in both."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

import trainplan
from trainplan.text.catalog import LANGUAGES, both, say, term, texts

PACKAGE = Path(trainplan.__file__).parent
NO_TEXTS = {  # Vietnamese letters that nobody reads as a text
    "results/sources.py": "words that data files begin with",
    "run/interrupts.py": "what is said before anything can be imported",
    "text/letters.py": "letters that others are taken for, or written without",
}
VIETNAMESE = re.compile("[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9]")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_keys() -> None:
    vietnamese, english = (set(texts(language)) for language in LANGUAGES)
    assert vietnamese == english


@pytest.mark.parametrize("key", sorted(texts("en")))
def test_a_text_has_the_same_named_places_in_both_languages(key: str) -> None:
    found = {language: [places(form) for form in texts(language)[key]] for language in LANGUAGES}
    assert "" not in set().union(*found["vi"], *found["en"]), f"{key}: a place needs a name"
    needed = set().union(*found["vi"], *found["en"])
    for language, forms in found.items():
        assert forms[-1] == needed, f"{key} in {language} lacks {needed - forms[-1]}"
        assert all(form <= needed for form in forms)


def test_a_count_chooses_the_form_and_is_written_as_the_language_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert both("verdict.met") == f"{say('verdict.met', 'vi')} / {say('verdict.met', 'en')}"
    assert term("price_index", "cpi", "en") == say("price_index.cpi", "en")
    assert term("price_index", "gold", "en") == "gold"
    with pytest.raises(KeyError):
        say("verdict.unheard_of", "vi")


def literals(path: Path) -> list[tuple[int, str]]:
    """Texts in code, docstrings left out: (line, text)."""
    tree = ast.parse(path.read_text("utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    strings = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [(node.lineno, node.value) for node in strings if id(node) not in docs]


FILES = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}


@pytest.mark.parametrize("name", FILES)
def test_no_vietnamese_stands_in_the_code(name: str) -> None:
    found = [(line, text) for line, text in literals(FILES[name]) if VIETNAMESE.search(text)]
    assert (name in NO_TEXTS) == bool(found), found


@pytest.mark.parametrize("name", FILES)
def test_no_texts_stand_in_a_dictionary_of_languages(name: str) -> None:
    """Such as `{"vi": "Năm", "en": "Year"}`; files and codes by language have no spaces and no capitals."""
    dictionaries = [node for node in ast.walk(ast.parse(FILES[name].read_text("utf-8"))) if isinstance(node, ast.Dict)]
    found = [
        ast.unparse(node)
        for node in dictionaries
        if {key.value for key in node.keys if isinstance(key, ast.Constant)} >= set(LANGUAGES)
        and any(re.search(r"^[^a-z./]|[^\w./]", text) for value in node.values for text in texts_of(value))
    ]
    assert found == []


def texts_of(value: ast.expr) -> list[str]:
    """The texts that an expression is made of, those that a call is given left out."""
    if isinstance(value, ast.Call):
        return []
    if isinstance(value, ast.Constant):
        return [value.value] if isinstance(value.value, str) else []
    return [text for part in ast.iter_child_nodes(value) if isinstance(part, ast.expr) for text in texts_of(part)]
