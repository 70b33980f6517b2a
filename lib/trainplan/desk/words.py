"""Old names of texts, until every caller says the family of what it names."""

from __future__ import annotations

from trainplan.text.catalog import say


def old_word(key: str, language: str, **values: object) -> str:
    """The text of the desk for a key that is only known when it runs."""
    return say(f"desk.{key}", language, **values)
