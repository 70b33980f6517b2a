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
