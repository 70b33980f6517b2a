"""Results as bytes and back, bit for bit and without pickle: JSON for what they consist of, an array of numpy each.

A plan is not kept: on the way back the caller's own takes its place. A run is kept as its enrollment and the arrays in
which it differs from the plan's, and simulated again: that takes less than reading it would.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from trainplan.model.arrays import Arrays, build_arrays
from trainplan.model.simulate import Run, simulate
from trainplan.plan.plan import Plan

LIBRARY = "trainplan."
TREE = "tree"  # the array that holds the JSON
SHAPED_BY = ("kind", "part_of", "length", "objective", "program", "course_years")  # arrays that the structure is of


def encode_result(value: Any, plans: Sequence[Plan]) -> bytes:
    """A result of `plans` as bytes; TypeError for what cannot be kept as it is."""
    encoder = Encoder(plans)
    tree = np.frombuffer(json.dumps(encoder.tree(value), ensure_ascii=False).encode(), np.uint8)
    buffer = io.BytesIO()
    named = {str(number): array for number, array in enumerate(encoder.arrays)}
    np.savez(buffer, allow_pickle=False, **{TREE: tree, **named})
    return buffer.getvalue()


def decode_result(data: bytes, plans: Sequence[Plan]) -> Any:
    """The result that `encode_result` made bytes of; an error of some kind where they are not whole."""
    with np.load(io.BytesIO(data), allow_pickle=False) as kept:
        tree = json.loads(kept[TREE].tobytes())
        arrays = [kept[str(number)] for number in range(len(kept.files) - 1)]
    return Decoder(arrays, plans).value(tree)


class Encoder:
    """Takes a value apart: `tree` gives plain lists, each with the name of its kind first; `arrays` gathers arrays."""

    def __init__(self, plans: Sequence[Plan]) -> None:
        self.plans = plans
        self.arrays: list[Any] = []
        self._numbers: dict[int, int] = {}  # id of an array -> its place

    def tree(self, value: Any) -> Any:
        """A value as JSON can hold it. Numbers, texts and nothing are what they are, all else is [kind, …]."""
        if value is None or type(value) in (bool, int, float, str):
            return value
        if value is pd.NA:
            return ["NA"]
        if isinstance(value, Plan):
            return ["plan", self._plan(value)]
        if isinstance(value, Run):
            return self._run(value)
        if isinstance(value, np.ndarray | np.generic):
            return self._array(value)
        if isinstance(value, pd.DataFrame):
            return self._frame(value)
        return self._compound(value)

    def _compound(self, value: Any) -> Any:
        if type(value) in (list, tuple):
            return [type(value).__name__, [self.tree(one) for one in value]]
        if type(value) is dict:
            return ["dict", [[self.tree(key), self.tree(one)] for key, one in value.items()]]
        kind = type(value)
        names = [field.name for field in fields(value)] if is_dataclass(value) else getattr(value, "_fields", ())
        if not names or not kind.__module__.startswith(LIBRARY):
            raise TypeError(f"{kind.__module__}.{kind.__qualname__}")
        return ["object", kind.__module__, kind.__qualname__, {n: self.tree(getattr(value, n)) for n in names}]

    def _plan(self, plan: Plan) -> int:
        for number, own in enumerate(self.plans):
            if own is plan:
                return number
        raise TypeError("a plan that is not the caller's")

    def _array(self, value: Any) -> list[Any]:
        if value.dtype.hasobject:
            raise TypeError("an array of objects")
        if id(value) not in self._numbers:
            self._numbers[id(value)] = len(self.arrays)
            self.arrays.append(value)
        return ["array" if isinstance(value, np.ndarray) else "scalar", self._numbers[id(value)]]

    def _frame(self, frame: pd.DataFrame) -> list[Any]:
        plain = isinstance(frame.index, pd.RangeIndex) and frame.index.equals(pd.RangeIndex(len(frame)))
        if not (plain and frame.index.name is None and frame.columns.is_unique):
            raise TypeError("a frame with an index of its own")
        columns = [[name, *self._column(column)] for name, column in frame.items()]
        return ["frame", str(frame.columns.dtype), len(frame), columns]

    def _column(self, column: pd.Series) -> list[Any]:
        kind = column.dtype
        if isinstance(kind, np.dtype) and not kind.hasobject:
            return [str(kind), self._array(column.to_numpy())]
        if pd.api.types.pandas_dtype(str(kind)) != kind:
            raise TypeError(f"a column of {kind}")
        return [str(kind), ["list", [self.tree(cell) for cell in column]]]

    @cached_property
    def _own_arrays(self) -> Arrays:
        return build_arrays(self.plans[0])

    def _run(self, run: Run) -> list[Any]:
        own, has = self._own_arrays, run.arrays
        names = [field.name for field in fields(Arrays) if field.name != "structure"]
        changed = {name: getattr(has, name) for name in names if not _same(getattr(has, name), getattr(own, name))}
        if changed.keys() & set(SHAPED_BY):
            raise TypeError("a run of other objectives or programs")
        return ["run", self.tree(changed), self.tree(run.funded)]


def _same(one: Any, other: Any) -> bool:
    """Whether two fields of arrays are the same to the bit."""
    if not isinstance(one, np.ndarray):
        return bool(one == other)
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


class Decoder:
    """Puts together again what an Encoder has taken apart."""

    def __init__(self, arrays: Sequence[Any], plans: Sequence[Plan]) -> None:
        self.arrays, self.plans = arrays, plans

    def value(self, tree: Any) -> Any:
        """The value of a tree; whatever is not one raises an error of some kind."""
        match tree:
            case ["NA"]:
                return pd.NA
            case ["list" | "tuple" as kind, values]:
                found = [self.value(one) for one in values]
                return found if kind == "list" else tuple(found)
            case ["dict", pairs]:
                return {self.value(key): self.value(one) for key, one in pairs}
            case ["array" | "scalar" as kind, number]:
                return self.arrays[number] if kind == "array" else self.arrays[number][()]
            case ["plan", number]:
                return self.plans[number]
            case list():
                kind, *parts = tree
                return getattr(self, f"_{kind}")(*parts)
        return tree

    @cached_property
    def _own_arrays(self) -> Arrays:
        return build_arrays(self.plans[0])

    def _frame(self, names: str, rows: int, columns: list[Any]) -> pd.DataFrame:
        made = {name: pd.Series(self.value(cells), dtype=kind) for name, kind, cells in columns}
        frame = pd.DataFrame(made, index=pd.RangeIndex(rows))
        frame.columns = pd.Index(list(made), dtype=names)
        return frame

    def _object(self, module: str, name: str, parts: dict[str, Any]) -> Any:
        kind = getattr(import_module(module), name) if module.startswith(LIBRARY) else None
        if not (isinstance(kind, type) and (is_dataclass(kind) or hasattr(kind, "_fields"))):
            raise TypeError(f"{module}.{name}")
        return kind(**{part: self.value(one) for part, one in parts.items()})

    def _run(self, changed: Any, enrollment: Any) -> Run:
        return simulate(replace(self._own_arrays, **self.value(changed)), self.value(enrollment))
