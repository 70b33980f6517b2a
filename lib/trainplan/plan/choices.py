"""What a plan may choose from: rules of allocation and kinds of objective, as the model registers them.

Both registries are empty here, so that reading a plan knows the words and not the model. `trainplan.REGISTERING` lists
the modules that fill them, imported when a registry is first read and not by `trainplan --help`. Adding a rule is one
`@rule` and the text `rule.<name>` in each catalog; adding a kind is one `register_kind`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Literal, TypeVar

from pydantic_core import PydanticKnownError, core_schema

import trainplan

Function = TypeVar("Function", bound=Callable[..., Any])
Record = TypeVar("Record")


@cache
def _import_registering() -> None:
    for module in trainplan.REGISTERING:
        import_module(module)


class Registry(MutableMapping[str, Record]):
    """Records by name, in the order of registration; reading it first imports whoever registers."""

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}

    def __getitem__(self, name: str) -> Record:
        _import_registering()
        return self._records[name]

    def __setitem__(self, name: str, record: Record) -> None:
        self._records[name] = record

    def __delitem__(self, name: str) -> None:
        del self._records[name]

    def __iter__(self) -> Iterator[str]:
        _import_registering()
        return iter(self._records)

    def __len__(self) -> int:
        _import_registering()
        return len(self._records)


@dataclass(frozen=True)
class Rule:
    """A rule of allocation: how money is shared out among what can be delivered (method.md, section 6)."""

    name: str
    decide: Callable[..., Any]  # yearly: see model/funding.py; otherwise: see optimize/best_plan.py
    yearly: bool  # decides each year by itself, so that many draws are simulated at once
    keeps_ceilings: bool  # spends within the ceilings, so that it is compared with the others that do


@dataclass(frozen=True)
class Kind:
    """A kind of objective: what it counts, and among whom (method.md, section 3). `model/kinds.py` explains the words.

    `base` and `reached` are what the model groups objectives by; `unit` is that of its target and path.
    """

    name: str
    base: Literal["group", "appointees"]
    reached: Literal["stock", "completions", "sent"]
    unit: Literal["share", "people"]


ALLOCATION_RULES = Registry[Rule]()
OBJECTIVE_KINDS = Registry[Kind]()


def rule(name: str, *, yearly: bool = True, keeps_ceilings: bool = True) -> Callable[[Function], Function]:
    """Register the decorated function as a rule of allocation."""

    def register(decide: Function) -> Function:
        ALLOCATION_RULES[name] = Rule(name, decide, yearly, keeps_ceilings)
        return decide

    return register


def register_kind(kind: Kind) -> Kind:
    """Register a kind of objective."""
    OBJECTIVE_KINDS[kind.name] = kind
    return kind


def compared_rules() -> list[str]:
    """Names of the rules that keep the ceilings: those that can be compared for the same money."""
    return [one.name for one in ALLOCATION_RULES.values() if one.keeps_ceilings]


def is_yearly(allocation: str) -> bool:
    """Whether a rule decides each year by itself; one that does not can only be replayed in draws."""
    return ALLOCATION_RULES[allocation].yearly


@dataclass(frozen=True)
class OneOf:
    """A field's values are the names in a registry when the value is read; the error is that of a `Literal`."""

    registry: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def check(self, value: object) -> str:
        """The value itself; the error of a `Literal`, with all names, where the registry has none like it."""
        if not isinstance(value, str) or value not in self.registry:
            names = [f"'{name}'" for name in self.registry]
            raise PydanticKnownError("literal_error", {"expected": f"{', '.join(names[:-1])} or {names[-1]}"})
        return value
