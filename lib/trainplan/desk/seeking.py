"""What takes longer than a move: how much money, or what else, would meet targets; sought while the desk is used on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape as escape_text
from threading import Event, Thread
from time import monotonic

from markupsafe import escape

from trainplan.analysis.goal_seek import Goal
from trainplan.analysis.relaxations import Relaxation
from trainplan.plan.levers import Changes, PlanLever, move_lever, remove_changes
from trainplan.report import tables
from trainplan.report.html import html_table
from trainplan.report.sentences import beyond_money, goal_amount, no_ceilings
from trainplan.report.stored import goal_seek, relaxations
from trainplan.results.tables import Results
from trainplan.text.catalog import say

EVERY = 0.2  # seconds from one word on how far it is to the next

OnStep = Callable[[int, int], None]  # runs done, and how many there are to do as far as is known, 0 where nothing is


class Stopped(Exception):
    """Nobody wants to know any more."""


@dataclass(frozen=True)
class Answer:
    """What was found for the changes on a desk: the least yearly amount, or the relaxations of one objective.

    No `goal` and no `objective` for a plan without ceilings.
    """

    changes: Changes
    results: Results
    goal: Goal | None = None
    objective: str = ""
    found: tuple[Relaxation, ...] = ()


OnEnd = Callable[[Answer | None, Exception | None], None]


def seek_amount(changes: Changes, results: Results, on_step: OnStep) -> Answer:
    """The least yearly amount in total with which every target is met that money can meet."""
    plan = results.plan
    goal = goal_seek(plan, progress=lambda done: on_step(done, 0)) if plan.has_ceilings else None
    return Answer(changes, results, goal)


def seek_relaxations(objective: str, changes: Changes, results: Results, on_step: OnStep) -> Answer:
    """The relaxations of one objective. Those of all are sought, so that pages and other objectives find them."""
    every = relaxations(results.plan, progress=on_step)
    found = tuple(one for one in every if one.objective == objective)
    return Answer(changes, results, objective=objective, found=found)


class Seeking:
    """A search in a thread of its own; `on_end` gets the answer, or what went wrong; neither where it was stopped."""

    def __init__(self, seek: Callable[[OnStep], Answer], on_step: OnStep, on_end: OnEnd) -> None:
        self._seek, self._on_step, self._on_end = seek, on_step, on_end
        self._stopped, self._last = Event(), 0.0
        self.thread = Thread(target=self._run, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Ends the search at its next run."""
        self._stopped.set()

    def _hear(self, done: int, asked: int) -> None:
        if self._stopped.is_set():
            raise Stopped
        if (now := monotonic()) - self._last >= EVERY:
            self._last = now
            self._on_step(done, asked)

    def _run(self) -> None:
        try:
            answer = self._seek(self._hear)
        except Stopped:
            self._on_end(None, None)
        except Exception as error:  # a thread that dies says nothing
            self._on_end(None, error)
        else:
            self._on_end(answer, None)


def answer_html(answer: Answer, present: Changes, language: str) -> str:
    """The answer in the words of the reports; and that it is of an earlier state where the changes are others now."""
    note = (
        "" if answer.changes == present else f'<p class="ghost">{escape_text(say("desk.found_before", language))}</p>'
    )
    plan = answer.results.plan
    if answer.objective:
        name = plan.label("objectives", answer.objective, language)
        heading = f"<p><b>{escape_text(say('desk.relaxations_of', language, name=name))}</b></p>"
        shown = tables.relaxations(plan, answer.found, language)
        body = html_table(shown) if answer.found else _list([say("desk.no_way", language)])
        return f'{note}{heading}<div class="scroll" tabindex="0">{body}</div>'
    goal = answer.goal
    said = [*goal_amount(goal, language), *beyond_money(goal, answer.results, language)] if goal else []
    return note + _list(said or no_ceilings(plan, language))


def _list(sentences: list[str]) -> str:
    return f'<ul class="said">{"".join(f"<li>{escape(one)}</li>" for one in sentences)}</ul>'


def put_amount(changes: Changes, goal: Goal, levers: list[PlanLever]) -> Changes:
    """The changes with the amount found as every year's ceiling, last of all, so that no other changes it again.

    By the lever of these ceilings where there is one and its range has the amount.
    """
    rest = remove_changes(changes, goal.changes)
    for lever in levers:
        if set(lever.addresses) == set(goal.changes) and lever.lever.change == "value":
            own = {address: change for address, change in changes.items() if address in lever.addresses}
            return {**rest, **move_lever(own, lever, goal.amount_vnd)}
    return {**rest, **{address: {"value": int(amount)} for address, amount in goal.changes.items()}}
