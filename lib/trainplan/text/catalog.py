"""What people read, by key, from one catalog a language: `vi.po` and `en.po` beside this file.

A key has a family and a name, such as `verdict.met`. A text has named places, such as `{name}`, and may have plural
forms. Translators' tools read the files; a test holds both to the same keys and places.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po
from babel.plural import PluralRule

from trainplan.text.shown import Quoted, fill_places

LANGUAGES = ("vi", "en")
OPTIONS = ("ambition", "pacing", "rule", "language", "loop")  # families of what a choice may be
PLURAL = {"vi": PluralRule({}), "en": PluralRule({"one": "n is 1"})}


@cache
def texts(language: str) -> dict[str, tuple[str, ...]]:
    """Every text of a language by its key; where it has plural forms, in the order of the catalog: one, others."""
    with (Path(__file__).parent / f"{language}.po").open("rb") as file:
        messages = [message for message in read_po(file, locale=language) if message.id]
    plain = {str(m.id): (str(m.string),) for m in messages if isinstance(m.id, str)}
    return plain | {m.id[0]: tuple(m.string) for m in messages if not isinstance(m.id, str)}


def say(key: str, language: str, /, **values: object) -> str:
    """The text of `key` in `vi` or `en`, with `values` in its named places; KeyError where a key or a place is unknown.

    `count` chooses among plural forms, and is written as the language writes whole numbers; so is what is `Quoted`. The
    addresses of numbers stay in the text.
    """
    forms, count = texts(language)[key], values.get("count")
    counted = {
        n: v for n, v in values.items() if isinstance(v, Quoted) or (n == "count" and isinstance(v, int | float))
    }
    if counted:
        from trainplan.text.formats import number  # which names units by this catalog

        values |= {name: number(value, language) for name, value in counted.items()}
    many = len(forms) > 1 and isinstance(count, int | float) and PLURAL[language](count) != "one"
    form = forms[-1] if many else forms[0]
    return fill_places(form, values) if values else form


def term(family: str, name: object, language: str) -> str:
    """The text of `family.name`; the name itself where a plan calls something as it likes, such as a price index."""
    forms = texts(language).get(f"{family}.{name}")
    return forms[0] if forms else str(name)


def both(key: str, /, **values: object) -> str:
    """`Tiếng Việt / English`, for a terminal, which does not know who reads it."""
    return " / ".join(dict.fromkeys(say(key, language, **values) for language in LANGUAGES))


def option_name(option: str, language: str) -> str:
    """What an option of a choice is called, wherever it is named; one without a name, such as a year, is itself."""
    keys = (f"{family}.{option}" for family in OPTIONS)
    return next((say(key, language) for key in keys if key in texts(language)), option)
