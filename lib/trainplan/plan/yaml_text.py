"""The text of a YAML file to plain values: what could take for ever, or is no plain value, is refused beforehand."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer, MaxDepthExceededError
from ruamel.yaml.constructor import DuplicateKeyError, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.scanner import Scanner

from trainplan.text.catalog import say
from trainplan.text.problems import Problem

MOST_LETTERS = 100_000  # five times those of a large plan: seconds to read
DEEPEST = 20
PLAIN_TAGS = {
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge")
}


class Refused(MarkedYAMLError):
    """YAML that is not read: its `problem` is the code of the sentence, its `context` what stands there."""


class _Scanner(Scanner):
    """Refuses directives, by which words of the same file would mean something else."""

    def fetch_directive(self) -> None:
        raise Refused(None, None, "yaml_directive", self.reader.get_mark())


class _Composer(Composer):
    """Refuses references, by which a short text says what no memory holds."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.parser.check_event(AliasEvent):
            event = self.parser.peek_event()
            raise Refused(f"*{event.anchor}", None, "yaml_reference", event.start_mark)
        return super().compose_node(parent, index)


class _Constructor(SafeConstructor):
    """Refuses tags of anything but plain values, and values that are not what their tag or their form says."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        if str(node.tag) not in PLAIN_TAGS:
            raise Refused(str(node.tag), None, "yaml_tag", node.start_mark)
        try:
            value = super().construct_object(node, deep)
            if isinstance(value, str):
                value.encode()  # half a pair of code units, such as \ud800, is no letter
        except (ValueError, LookupError, AttributeError, TypeError):
            said = str(node.value).encode(errors="backslashreplace").decode()
            raise Refused(said, None, "yaml_value", node.start_mark) from None
        return value

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        try:
            return super().construct_mapping(node, deep)
        except TypeError:  # a key that is a list of mappings
            raise Refused(None, None, "yaml_value", node.start_mark) from None


@lru_cache(maxsize=64)
def parse_yaml(text: str) -> Any:
    """What YAML says, YAMLError where it is none or is `Refused`.

    It is remembered by its text, as the desk reads the same files at every move, and not to be modified.
    """
    if len(text) > MOST_LETTERS:
        raise Refused(None, None, "yaml_too_long")
    reader: Any = YAML(typ="safe", pure=True)
    reader.Scanner, reader.Composer, reader.Constructor = _Scanner, _Composer, _Constructor
    reader.max_depth = DEEPEST
    return reader.load(text)


def problem_of_yaml(file: str, error: YAMLError) -> Problem:
    """Why a text cannot be read as YAML: a key that is given twice, or the reason that the reader gives."""
    mark, what = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    line = mark.line + 1 if mark else 0
    if isinstance(error, Refused):
        return Problem(file, str(what), error.context, values={"most": MOST_LETTERS}, line=line)
    if isinstance(error, MaxDepthExceededError):
        return Problem(file, "yaml_too_deep", values={"most": DEEPEST}, line=line)
    if isinstance(error, DuplicateKeyError):
        words = str(what).split('"')
        return Problem(file, "key_twice", words[1] if len(words) > 1 else None, line=line)
    return Problem(file, "not_yaml", values={"reason": what or say("problem_frame.not_understood", "en")}, line=line)
