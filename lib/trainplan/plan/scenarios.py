"""Scenarios: files of changes to a plan, alone or stacked, `a+b`, one after another (method.md, section 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from trainplan.plan.address import Change, apply_changes
from trainplan.plan.find import BASE
from trainplan.plan.reading import Files, RawTable
from trainplan.plan.schema import refuse_hidden
from trainplan.text.catalog import LANGUAGES
from trainplan.text.problems import Problem, nearest_name

SCENARIO_KEYS = ("title", "reason", "set")
MOST_CHANGES = 1000  # of which it can still be told what each does


@dataclass(frozen=True)
class Scenario:
    """What one file of changes, or several of them one after another, came to."""

    name: str = BASE  # names of the files joined by +
    title: Any = ""  # text, or text by language
    reason: Any = ""
    applied: tuple[Change, ...] = ()
    set_twice: tuple[str, ...] = ()  # addresses that two of the files set outright: the later one counts


def text_in(words: object, language: str) -> str:
    """Text in a language; where there is one text only, that one."""
    if isinstance(words, dict):
        return str(words.get(language) or next(iter(words.values()), ""))
    return str(words)


def read_scenarios(files: Files, paths: Sequence[Path]) -> list[dict[str, Any]]:
    """What scenario files say; what is wrong with their form is noted in `files`."""
    contents = [files.yaml(path) for path in paths]
    for path, content in zip(paths, contents, strict=True):
        if content is not None:
            _check_keys(content, files.name_of(path), files.problems)
    return [content for content in contents if content is not None]


def apply_scenarios(
    files: Files,
    paths: Sequence[Path],
    contents: Sequence[dict[str, Any]],
    tables: dict[str, RawTable],
    choices: dict[str, Any],
) -> Scenario:
    """Changes raw tables and choices as scenario files say, one file after another."""
    applied: list[Change] = []
    outright: set[str] = set()
    twice: list[str] = []
    for path, content in zip(paths, contents, strict=True):
        stated = content.get("set")
        changes = {str(address): change for address, change in stated.items()} if isinstance(stated, dict) else {}
        done = apply_changes(tables, choices, changes, files.name_of(path), files.problems)
        own = {change.address for change in done if sets_outright(changes[change.stated])}
        twice += sorted(own & outright)
        outright |= own
        applied += done
    name = "+".join(path.stem for path in paths) or BASE
    title = _join([content.get("title") or path.stem for path, content in zip(paths, contents, strict=True)], " + ")
    reason = _join([content["reason"] for content in contents if content.get("reason")], " ")
    return Scenario(name, title, reason, tuple(applied), tuple(dict.fromkeys(twice)))


def sets_outright(change: object) -> bool:
    """Whether a change is a new value, whatever stood there before."""
    return not isinstance(change, dict) or "value" in change


def _join(texts: Sequence[Any], between: str) -> Any:
    """Texts as one, in both languages where there are several."""
    if len(texts) == 1:
        return texts[0]
    return {language: between.join(text_in(text, language) for text in texts) for language in LANGUAGES}


def _check_keys(words: dict[str, Any], file: str, problems: list[Problem]) -> None:
    for key in words:
        if key not in SCENARIO_KEYS:
            problems.append(Problem(file, "scenario_keys", key, nearest=nearest_name(key, SCENARIO_KEYS)))
    if not words.get("title"):
        problems.append(Problem(file, "scenario_title", column="title"))
    for key in ("title", "reason"):
        try:
            refuse_hidden(words.get(key))
        except PydanticCustomError as error:
            problems.append(Problem(file, error.type, words[key], column=key, values=error.context or {}))
    changes = words.get("set")
    if changes is not None and not isinstance(changes, dict):
        problems.append(Problem(file, "scenario_set", changes, column="set"))
    elif changes and len(changes) > MOST_CHANGES:
        problems.append(Problem(file, "too_many_changes", column="set", values={"most": MOST_CHANGES}))
