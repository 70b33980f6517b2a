"""A batch file: which plans are run in which scenarios and changes, with which notebooks, in which languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from trainplan.plan.find import BASE, find_plan, folder_name, scenarios_named, short_name
from trainplan.plan.reading import Files
from trainplan.text.catalog import LANGUAGES
from trainplan.text.problems import PlanError, Problem, nearest_name

KEYS = ("plan", "scenarios", "notebooks", "languages", "set", "grid")
FORMS = ("value", "scale", "add")  # of the values of an axis: new ones, factors or summands
SERIES = ("from", "to", "by")
MOST = 100_000  # runs of a batch
Scalar = str | int | float | bool


@dataclass(frozen=True)
class BatchRun:
    """One run of a batch: a plan in a scenario, as changes after it change it further.

    `notebooks` and `languages` are as the file has them: without notebooks result tables are all that is asked for,
    without languages those of the plan are meant.
    """

    plan: Path
    scenario: str
    changes: Mapping[str, Any]  # by address: those of `set`, then the point of the grid
    notebooks: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    point: Mapping[str, str] = field(default_factory=dict)  # of the grid: the values as `name` has them, by address
    entry: str = ""  # where it stands in the file

    @property
    def name(self) -> str:
        """What it is called: plan/scenario[/values of the grid]."""
        values = ",".join(self.point.values())
        return "/".join([self.plan.parent.name, self.scenario_name, *([values] if values else [])])

    @property
    def changed_values(self) -> dict[str, Any]:
        """The values of its changes as the file has them, by where it does: `set: address`, or `grid: address: scale`
        of one that is not a new value."""
        found = {}
        for address, change in self.changes.items():
            form = next((one for one in FORMS if one in change), "") if isinstance(change, dict) else ""
            key = f"{'grid' if address in self.point else 'set'}: {address}"
            found[f"{key}: {form}" if form not in ("", "value") else key] = change[form] if form else change
        return found

    @property
    def folder(self) -> Path:
        """Where its results go among those of the batch."""
        values = ",".join(map(folder_name, self.point.values()))
        return Path(folder_name(self.plan.parent.name), folder_name(self.scenario_name), short_name(values))

    @property
    def scenario_name(self) -> str:
        """The name of the scenario; of one that is named by its path, that of the file."""
        return "+".join(Path(part).stem if Path(part).name != part else part for part in self.scenario.split("+"))


def read_batch(path: Path) -> tuple[BatchRun, ...]:
    """The runs that a batch file asks for, in its order; PlanError lists every problem of the file."""
    files = Files(path.parent)
    content = files.yaml(path)
    problems = files.problems
    if content is None:
        raise PlanError(problems)
    file, entries = files.name_of(path), content.get("runs")
    problems += _unknown_keys(content, ("runs",), file, "")
    if not isinstance(entries, list) or not entries:
        raise PlanError([*problems, Problem(file, "batch_runs", entries, column="runs")])
    read = [Entry(file, f"runs {n}", entry, problems) for n, entry in enumerate(entries, start=1)]
    count = sum(entry.count for entry in read)
    if count > MOST:
        problems.append(Problem(file, "batch_too_many", count, column="runs", values={"most": MOST}))
    if problems:
        raise PlanError(problems)
    runs = tuple(run for entry in read for run in entry.runs())
    problems += _named_twice(runs, file)
    if problems:
        raise PlanError(problems)
    return runs


class Entry:
    """An entry of `runs`; what is wrong with it goes to `problems`, and then it has no runs."""

    def __init__(self, file: str, place: str, content: object, problems: list[Problem]) -> None:
        self.file, self.place, self.problems = file, place, problems
        self.content: Mapping[Any, Any] = content if isinstance(content, dict) else {}
        if not isinstance(content, dict):
            self._tell("batch_entry", content)
            self.plans: list[Path] = []
        else:
            problems += _unknown_keys(content, KEYS, file, place)
            self.plans = self._plans()
        self.scenarios = {plan: self._scenarios(plan) for plan in self.plans}
        self.notebooks = tuple(self._names("notebooks"))
        self.languages = tuple(self._names("languages"))
        for language in self.languages:
            if language not in LANGUAGES:
                near = nearest_name(language, LANGUAGES)
                self._tell("batch_language", language, "languages", nearest=near, languages=", ".join(LANGUAGES))
        self.set = self._map("set")
        self.axes = {address: self._axis(address, values) for address, values in self._map("grid").items()}
        for address in self.set.keys() & self.axes.keys():
            self._tell("batch_set_and_grid", None, f"grid: {address}")

    @property
    def count(self) -> int:
        """How many runs it asks for."""
        return sum(map(len, self.scenarios.values())) * prod(map(len, self.axes.values()))

    def runs(self) -> Iterator[BatchRun]:
        """Its runs: the grid turns fastest, its last axis first."""
        for plan, scenarios in self.scenarios.items():
            for scenario in scenarios:
                for point in product(*self.axes.values()):
                    changes = {**self.set, **{a: change for a, (_, change) in zip(self.axes, point, strict=True)}}
                    texts = {address: text for address, (text, _) in zip(self.axes, point, strict=True)}
                    yield BatchRun(plan, scenario, changes, self.notebooks, self.languages, texts, self.place)

    def _tell(self, code: str, value: object, column: str = "", nearest: str = "", **values: object) -> None:
        self.problems.append(Problem(self.file, code, value, self.place, column, nearest, values))

    def _take_over(self, error: PlanError, column: str) -> None:
        """The problems of a name in the file, with their place in it."""
        for one in error.problems:
            self._tell(one.code, one.value, column, one.nearest, **one.values)

    def _names(self, key: str) -> list[str]:
        """One name or a list of them, each once."""
        stated = self.content.get(key)
        names = stated if isinstance(stated, list) else [] if stated is None else [stated]
        for name in names:
            if isinstance(name, dict | list | bool) or name is None or not str(name).strip():
                self._tell("batch_names", name, key)
        return list(dict.fromkeys(str(name).strip() for name in names if isinstance(name, str | int)))

    def _plans(self) -> list[Path]:
        names, found = self._names("plan"), []
        if "plan" not in self.content or self.content["plan"] in (None, []):
            self._tell("batch_plan", None, "plan")
        for name in names:
            try:
                found.append(find_plan(name))
            except PlanError as error:
                self._take_over(error, "plan")
        return list(dict.fromkeys(found))

    def _scenarios(self, plan: Path) -> list[str]:
        return scenarios_named(plan, self._names("scenarios") or [BASE])

    def _map(self, key: str) -> dict[str, Any]:
        stated = self.content.get(key)
        if stated is not None and not isinstance(stated, dict):
            self._tell("batch_map", stated, key)
        return {str(name): value for name, value in stated.items()} if isinstance(stated, dict) else {}

    def _axis(self, address: str, stated: object) -> list[tuple[str, Any]]:
        """The changes at an address, each with the text of its value."""
        column, form, values = f"grid: {address}", "", stated
        if isinstance(stated, dict) and not stated.keys() & {*SERIES}:
            form, values = next(iter(stated.items()), ("", None))
            if len(stated) != 1 or form not in FORMS:
                near = nearest_name(str(form), (*FORMS, *SERIES))
                self._tell("batch_axis", stated, column, nearest=near)
                return []
        series = self._series(values, column) if isinstance(values, dict) else values
        if not isinstance(series, list) or not series or not all(isinstance(one, Scalar) for one in series):
            if series is not None or values is None:
                self._tell("batch_axis", stated, column)
            return []
        return [(_text(value), {form: value} if form else value) for value in series]

    def _series(self, stated: Mapping[Any, Any], column: str) -> list[int | float] | None:
        """The numbers `from` … `to` by steps, both ends in; None, and why told, where there are none."""
        parts = [stated.get(key) for key in SERIES]
        numbers = [Decimal(str(part)) for part in parts if isinstance(part, int | float) and not isinstance(part, bool)]
        if stated.keys() != {*SERIES} or len(numbers) != len(SERIES) or not all(one.is_finite() for one in numbers):
            self._tell("batch_series", dict(stated), column)
            return None
        first, last, step = numbers
        steps = (last - first) / step if step else Decimal(-1)
        if steps < 0 or steps != int(steps) or steps > MOST:
            self._tell("batch_steps", dict(stated), column, most=MOST)
            return None
        return [_plain(first + step * n) for n in range(int(steps) + 1)]


def _plain(number: Decimal) -> int | float:
    return int(number) if number == int(number) else float(number)


def _text(value: Scalar) -> str:
    """A value as the name of a run has it."""
    return str(_plain(Decimal(str(value)))) if isinstance(value, float) and value == value else str(value)


def _unknown_keys(content: Mapping[Any, Any], known: Sequence[str], file: str, place: str) -> Iterator[Problem]:
    for key in content:
        if key not in known:
            near = nearest_name(str(key), known)
            yield Problem(file, "batch_key", key, place, nearest=near, values={"keys": ", ".join(known)})


def _named_twice(runs: Sequence[BatchRun], file: str) -> Iterator[Problem]:
    """Runs that would overwrite each other's results."""
    folders: dict[str, list[BatchRun]] = {}
    for run in runs:
        folders.setdefault(run.folder.as_posix().casefold(), []).append(run)
    for same in folders.values():
        if len(same) > 1:
            entries = ", ".join(dict.fromkeys(run.entry for run in same))
            yield Problem(file, "batch_twice", same[0].name, entries)
