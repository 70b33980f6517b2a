"""Levers: what a planner may move on the desk (method.md, section 1), and the arithmetic of moving them.

A lever is one or more addresses of changes with a range. `{year}` in an address stands for every year that the
plan decides; the ceiling of a year that is closed moves nothing and is left out.
A position becomes changes with `move_lever`; changes become a position again with `lever_position`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from trainplan.plan.address import FORMS, YEAR, Address, value_at
from trainplan.plan.choices import ALLOCATION_RULES
from trainplan.plan.schema import Addresses, Choices, Id, Name, Number, Pacing, Positive

if TYPE_CHECKING:
    from trainplan.plan.plan import Plan

DIGITS = 9  # decimals of a position
NEUTRAL = {"scale": 1.0, "add": 0.0, "growth": 0.0}  # the positions that change nothing

Changes = Mapping[str, dict[str, Any]]  # address -> {value|scale|add: …, reason: …}, in the order of application
Position = float | str | None  # a number, an option, or None: changed in a way that the lever cannot show


class Lever(BaseModel):
    """Something to move: a number within `low` and `high` in steps, or one of `options`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Id
    address: Addresses
    change: Literal["value", "scale", "add", "growth"] = Field(
        "value", description="`growth`: by this share a year, from the year after price_base_year on"
    )
    label: dict[Literal["vi", "en"], Name]
    group: Literal["money", "rule", "targets", "people", "courses"]
    unit: Literal["bn", "share", "people", "year", "times", "choice"]
    low: Number | None = None
    high: Number | None = None
    step: Positive | None = None
    options: tuple[str | int | float, ...] = ()

    @property
    def is_choice(self) -> bool:
        """Whether it is one of `options` rather than a number."""
        return self.unit == "choice"

    @property
    def ends(self) -> tuple[float, float]:
        """Its low and its high end; not for a choice."""
        assert self.low is not None and self.high is not None
        return self.low, self.high

    def reaches(self, value: float) -> bool:
        """Whether a number lies within the range, as near as files keep it."""
        low, high = self.ends
        slack = 1e-9 * max(1.0, abs(low), abs(high))
        return low - slack <= value <= high + slack

    def label_in(self, language: str) -> str:
        """Its label in `vi` or `en`, in Vietnamese where it has no other."""
        return self.label["en" if language == "en" and "en" in self.label else "vi"]

    def addresses(self, open_years: range, base_year: int) -> dict[str, int]:
        """Every address, in order, with the years that it lies after the base year (0 without `{year}`)."""
        found: dict[str, int] = {}
        for address in self.address:
            closed = (year := ceiling_year(address)) is not None and year < open_years.start
            if YEAR not in address and not closed:
                found[address] = 0
            for year in open_years if YEAR in address else ():
                if self.change != "growth" or year > base_year:
                    found[address.replace(YEAR, str(year))] = max(0, year - base_year)
        return found


def ceiling_year(address: str) -> int | None:
    """The year of the ceiling that an address names; None for what is no ceiling of one year."""
    table, row, _ = Address.of(address)
    year = row.partition("/")[0]
    return int(year) if table == "ceilings" and year.isdecimal() else None


@dataclass(frozen=True)
class PlanLever:
    """A lever of a plan: its addresses, each with its years after the base year, and where it stands unmoved.

    `unlimited`: the plan has no limit here, and the high end of the range means that there is none.
    `by_year`: what the plan holds at each address, None for no limit, where these are ceilings of several years.
    """

    lever: Lever
    addresses: dict[str, int]
    start: float | str
    unlimited: bool
    by_year: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def options(self) -> list[str]:
        """What a choice may be; all that the plan file may say, the plan's own among them."""
        return [str(option) for option in choices_of(self.lever.address[0]) or self.lever.options]


def plan_levers(plan: Plan) -> list[PlanLever]:
    """The levers of a plan that no scenario has changed, in the order of its file, without those that move nothing."""
    reach = [(lever, lever.addresses(plan.open_years, plan.price_base_year)) for lever in plan.levers]
    return [_start_of(lever, addresses, plan) for lever, addresses in reach if addresses]


def _start_of(lever: Lever, addresses: dict[str, int], plan: Plan) -> PlanLever:
    if lever.change != "value":
        return PlanLever(lever, addresses, NEUTRAL[lever.change], False)
    value = value_at(plan, next(iter(addresses)))
    if lever.is_choice:
        return PlanLever(lever, addresses, str(value), False)
    yearly = len(addresses) > 1 and len({ceiling_year(a) for a in addresses} - {None}) == len(addresses)
    by_year = {address: value_at(plan, address) for address in addresses} if yearly else {}
    return PlanLever(lever, addresses, lever.ends[1] if value is None else float(value), value is None, by_year)


def lever_change(lever: Lever, position: Any, power: int) -> dict[str, Any]:
    """The change that a lever at `position` makes at an address `power` years after the base year."""
    if lever.change == "growth":
        return {"scale": (1 + position) ** power}
    assert lever.change in FORMS
    return {lever.change: position}


def move_lever(changes: Changes, lever: PlanLever, position: float | str) -> dict[str, dict[str, Any]]:
    """The changes with a lever at `position`; their order and their reasons are kept.

    At its start a lever changes nothing.
    """
    if position == lever.start:
        return remove_changes(changes, lever.addresses)
    return _put(changes, _changes_at(lever, position))


def move_year(changes: Changes, lever: PlanLever, address: str, vnd: float | None) -> dict[str, dict[str, Any]]:
    """The changes with the ceiling of one year of a lever at `vnd`, None for no limit; the other years stay.

    What the plan holds there anyway is no change. A source with a ceiling in one year has one, or none, in every year.
    """
    if not any(limit is not None for limit in lever.by_year.values()):
        by_year = {other: changes.get(other, {"value": None}) for other in lever.by_year}
        by_year[address] = {"value": _plain_number(vnd)}
        limited = any(change["value"] is not None for change in by_year.values())
        return _put(changes, by_year) if limited else remove_changes(changes, by_year)
    place = Address.of(address)
    also_changed = any(Address.of(other).covers(place) for other in changes if other != address)
    if vnd == lever.by_year[address] and not also_changed:
        return remove_changes(changes, [address])
    return _put(changes, {address: {"value": _plain_number(vnd)}})


def _put(changes: Changes, new: Changes) -> dict[str, dict[str, Any]]:
    """The changes with new ones in their places; reasons stay."""
    reasons = {a: {"reason": changes[a]["reason"]} for a in new if changes.get(a, {}).get("reason")}
    return {**changes, **{address: {**change, **reasons.get(address, {})} for address, change in new.items()}}


def remove_changes(changes: Changes, addresses: Collection[str]) -> dict[str, dict[str, Any]]:
    """The changes at all other addresses."""
    return {address: change for address, change in changes.items() if address not in addresses}


def lever_position(changes: Changes, lever: PlanLever) -> Position:
    """Where the changes put a lever; None where they change its numbers in a way that it cannot show."""
    found = [changes.get(address) for address in lever.addresses]
    if all(change is None for change in found):
        return lever.start
    position = _position_of(lever, found[0])
    if position is None or (lever.unlimited and position == lever.start):
        return None
    expected = _changes_at(lever, position).values()
    same = all(change is not None and _same_change(change, own) for change, own in zip(found, expected, strict=True))
    return position if same else None


def _changes_at(lever: PlanLever, position: float | str) -> dict[str, dict[str, Any]]:
    """What a lever does at each of its addresses; whole numbers without a fraction, as a person would write them."""
    value = _plain_number(position)
    return {address: lever_change(lever.lever, value, power) for address, power in lever.addresses.items()}


def _plain_number(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _position_of(lever: PlanLever, change: dict[str, Any] | None) -> Position:
    """The position from which the change at the lever's first address would come."""
    growth, power = lever.lever.change == "growth", next(iter(lever.addresses.values()))
    form = "scale" if growth else lever.lever.change
    if change is None or form not in change:
        return None
    if lever.lever.is_choice:
        return str(change[form]) if str(change[form]) in lever.options else None
    try:
        value = float(change[form]) ** (1 / power) - 1 if growth else float(change[form])
    except (TypeError, ValueError):
        return None
    return round(value, DIGITS) if not isinstance(value, complex) and lever.lever.reaches(value) else None


def _same_change(change: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two changes are the same but for their reasons; numbers as near as a file keeps them."""
    one, two = ({form: c[form] for form in c if form != "reason"} for c in (change, other))
    return set(one) == set(two) and all(_same_value(value, two[form]) for form, value in one.items())


def _same_value(one: Any, other: Any) -> bool:
    try:
        return math.isclose(float(one), float(other), rel_tol=1e-12, abs_tol=1e-12)
    except (TypeError, ValueError):
        return str(one) == str(other)


def snap_to_step(lever: Lever, value: float) -> float:
    """The position that a slider means, which counts steps from the low end and rounds in its own way."""
    low, step = lever.ends[0], lever.step
    assert step is not None
    near = round(low + round((value - low) / step) * step, DIGITS)
    return near if math.isclose(near, value, rel_tol=1e-6, abs_tol=1e-9) else round(value, DIGITS)


def choices_of(address: str) -> tuple[str, ...]:
    """What a choice of the plan may be; nothing where it is not one of a few words."""
    if address == "pacing":
        return get_args(Pacing)
    if address == "allocation":
        return tuple(ALLOCATION_RULES)
    field = Choices.model_fields.get(address)
    return get_args(field.annotation) if field and all(isinstance(a, str) for a in get_args(field.annotation)) else ()
