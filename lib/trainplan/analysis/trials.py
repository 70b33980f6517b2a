"""Runs of one plan with some of its limits raised, many at a time and each once (method.md, section 6).

A search is a generator: it yields the trials that it wants to know of, is sent their outcomes, and returns what it
found. Searches that do not wait for one another are tried together, so that under a rule that decides year by year
thousands of trials are draws of one simulation. What a search asks for, and so what it finds, does not depend on that.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice
from os import cpu_count
from typing import Any, NamedTuple, TypeVar

import numpy as np

from trainplan.model.arrays import Arrays, Mask
from trainplan.model.draws import CHUNK
from trainplan.model.simulate import Run, simulate
from trainplan.optimize.best_plan import solve_arrays
from trainplan.plan.choices import is_yearly

AT_ONCE = min(2, cpu_count() or 1)  # best plans solved at once: a solver holds no lock, and others need cores too
WORK = 10.0  # of all best plans of a search (see `lp.work_of`), after which what was found has to do
TOGETHER = 8  # best plans between two looks at the work
Found = TypeVar("Found")
Search = Generator[list["Trial"], list["Outcome"], Found]
Progress = Callable[[int, int], None]  # hears how many runs are done, and how many have been asked for so far


class Trial(NamedTuple):
    """A plan with limits raised or lifted, and perhaps one target due a year later."""

    later: int = -1  # the objective due later, -1 for none
    free: bool = False  # without ceilings
    program: int = -1  # whose capacity has so many places more, -1 for none
    places: float = 0.0
    cells: tuple[tuple[int, int], ...] = ()  # (year, source) of ceilings that have so much more
    money: float = 0.0  # VND

    @property
    def plain(self) -> Trial:
        """The same without limits that are raised by nothing."""
        cells, program = self.cells if self.money else (), self.program if self.places else -1
        return self._replace(cells=cells, program=program)


class Outcome(NamedTuple):
    """What the run of a trial comes to; `was_run` is false where there was no work left for it."""

    met: Mask  # (O,) when due
    funded_vnd: float
    cost_vnd: float  # funded, and commitments after the plan
    full: Mask  # (P,) programs whose places are all taken in some year
    was_run: bool = True


def search_together(searches: Iterable[Search[Found]]) -> Search[list[Found]]:
    """What every search finds, in their order; what they want to know next is asked for together."""
    running = list(searches)
    found: dict[int, Found] = {}
    answers: dict[int, list[Outcome] | None] = dict.fromkeys(range(len(running)))
    while answers:
        asked: dict[int, list[Trial]] = {}
        for i, answer in answers.items():
            try:
                asked[i] = next(running[i]) if answer is None else running[i].send(answer)
            except StopIteration as end:
                found[i] = end.value
        if not asked:
            break
        outcomes = iter((yield [trial for trials in asked.values() for trial in trials]))
        answers = {i: list(islice(outcomes, len(trials))) for i, trials in asked.items()}
    return [found[i] for i in range(len(running))]


@dataclass
class Trials:
    """The runs of a plan's trials under its rule, each made once.

    `later` gives the arrays of the plan with a target due a year later, which may differ in `due` and `pace` alone.
    """

    arrays: Arrays
    later: Callable[[int], Arrays]
    progress: Progress = lambda done, asked: None
    known: dict[Trial, Outcome] = field(default_factory=dict)
    work: float = 0.0  # of best plans so far (see `lp.work_of`)

    def find(self, search: Search[Found]) -> Found:
        """What a search finds."""
        answer: Any = None
        while True:
            try:
                trials = search.send(answer)
            except StopIteration as end:
                found: Found = end.value
                return found
            answer = self.outcomes(trials)

    def outcomes(self, trials: Sequence[Trial]) -> list[Outcome]:
        """What trials come to, in their order."""
        trials = [trial.plain for trial in trials]
        new = [trial for trial in dict.fromkeys(trials) if trial not in self.known]
        asked = len(self.known) + len(new)
        for trial, outcome in self._run_all(new):
            self.known[trial] = outcome
            self.progress(len(self.known), asked)
        return [self.known[trial] for trial in trials]

    def _run_all(self, trials: list[Trial]) -> Iterator[tuple[Trial, Outcome]]:
        if not is_yearly(self.arrays.allocation):
            yield from self._solve_all(trials)
            return
        alike: dict[int, list[Trial]] = {}
        for trial in trials:
            alike.setdefault(self._simulated_with(trial), []).append(trial)
        for group in alike.values():
            for first in range(0, len(group), CHUNK):
                some = group[first : first + CHUNK]
                yield from zip(some, self._outcomes(some, simulate(self.arrays_of(some))), strict=True)

    def _solve_all(self, trials: list[Trial]) -> Iterator[tuple[Trial, Outcome]]:
        """Trials that are a search each, as many as there is work for: the same ones on every machine."""
        met, full = (np.zeros(len(values), bool) for values in (self.arrays.kind, self.arrays.course_years))
        unknown = Outcome(met, 0.0, 0.0, full, was_run=False)
        with ThreadPoolExecutor(AT_ONCE) as pool:  # a solver holds no lock while it solves
            for first in range(0, len(trials), TOGETHER):
                some = trials[first : first + TOGETHER]
                if self.work > WORK:
                    yield from ((trial, unknown) for trial in some)
                    continue
                best = list(pool.map(lambda trial: solve_arrays(self.arrays_of([trial])), some))
                self.work += sum(one.work for one in best)
                for trial, one in zip(some, best, strict=True):
                    yield trial, next(self._outcomes([trial], one.run))

    def _simulated_with(self, trial: Trial) -> int:
        """Trials of equal number are draws of one simulation; the due year of a count is none of the drawn numbers."""
        if trial.later < 0 or trial.later in self.arrays.structure.counts:
            return trial.later
        return len(self.arrays.kind)

    def _outcomes(self, trials: list[Trial], run: Run) -> Iterator[Outcome]:
        """What a run comes to, of a draw for each trial."""
        met, columns = run.gap.met > 0, np.arange(len(self.arrays.due))
        taken = self.arrays.of_program(run.funded) > run.arrays.capacity - 1  # (Y, P, D)
        full = np.logical_or.reduce(taken)
        for d, trial in enumerate(trials):
            funded = _total(run, "funded_vnd", d)
            outcome = met[self._base(trial).due, columns, min(d, met.shape[-1] - 1)]
            cost = funded + _total(run, "commitments_vnd", d)
            yield Outcome(outcome, funded, cost, full[:, min(d, full.shape[-1] - 1)])

    def _base(self, trial: Trial) -> Arrays:
        return self.arrays if trial.later < 0 else self.later(trial.later)

    def arrays_of(self, trials: Sequence[Trial]) -> Arrays:
        """The arrays of trials, a draw each; those due later are alike in their due years, or are no counts."""
        base = self._base(trials[0])
        ceiling, capacity = (np.repeat(values, len(trials), axis=-1) for values in (base.ceiling, base.capacity))
        for d, trial in enumerate(trials):
            if trial.free:
                ceiling[..., d] = np.inf
            for year, source in trial.cells:
                ceiling[year, source, d] += trial.money
            if trial.program >= 0:
                capacity[trial.program, d] += trial.places
        changed: dict[str, Any] = {"ceiling": ceiling, "capacity": capacity}
        if len({trial.later for trial in trials}) > 1:
            changed["pace"] = np.concatenate([self._base(trial).pace for trial in trials], axis=-1)
        return replace(base, **changed)


def _total(run: Run, name: str, draw: int) -> float:
    """VND of all years and programs in a draw; of its own copy, so that it is added up as in a run of its own."""
    values = getattr(run, name)
    return float(np.ascontiguousarray(values[..., min(draw, values.shape[-1] - 1)]).sum())
