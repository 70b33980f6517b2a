"""What the options of every choice are called, wherever one is named: desk, pages, Excel and messages."""

from __future__ import annotations

from trainplan.text.catalog import say, texts

FAMILIES = ("ambition", "pacing", "rule", "language", "loop")


def option_name(option: str, language: str) -> str:
    """What an option of a choice is called; one without a name, such as a year, is itself."""
    keys = (f"{family}.{option}" for family in FAMILIES)
    return next((say(key, language) for key in keys if key in texts(language)), option)
